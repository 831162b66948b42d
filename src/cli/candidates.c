#include "cli/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "report/describe_compare.h"
#include "report/view.h"

static const char COLUMN[] = "column:";

bool lf_is_candidate(const char *argument) {
  size_t n = strlen(argument);
  return strncmp(argument, COLUMN, sizeof COLUMN - 1) == 0 ||
         (n > 5 && lf_same_text(argument + n - 5, ".json"));
}

lf_status lf_contender_open(const char *argument, lf_contender *contender, lf_error *err) {
  *contender = (lf_contender){.name = argument};
  if (strncmp(argument, COLUMN, sizeof COLUMN - 1) != 0)
    return lf_scorecard_load(argument, &contender->card, err);
  contender->column = argument + sizeof COLUMN - 1;
  return LF_OK;
}

void lf_contender_clear(lf_contender *contender) {
  lf_scorecard_free(contender->card);
  free(contender->score);
  free(contender->probability);
  free(contender->absent);
}

static lf_status score_by_card(lf_contender *c, const lf_history *history, size_t from, const lf_run *run,
                               lf_error *err) {
  size_t n = history->n_rows - from;
  lf_codes *codes = NULL;
  int32_t *points = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(c->card->attributes, history->table, run, &codes, &c->absent, err));
  LF_TRY(lf_alloc(history->n_rows, sizeof *points, &points, err));
  LF_TRY(lf_scorecard_score(c->card, codes, run, points, err));
  LF_TRY(lf_alloc(n, sizeof *c->score, &c->score, err));
  if (c->card->has_probability) LF_TRY(lf_alloc(n, sizeof *c->probability, &c->probability, err));
  for (size_t i = 0; i < n; i++) {
    c->score[i] = points[from + i];
    if (c->probability) c->probability[i] = lf_scorecard_probability(c->card, points[from + i]);
  }
cleanup:
  free(points);
  lf_codes_free(codes);
  return status;
}

static lf_status no_column(const char *name, const lf_table *table, lf_error *err) {
  const char **names = NULL;
  lf_status status = lf_alloc(table->n_columns, sizeof *names, &names, err);
  if (status != LF_OK) return status;
  for (size_t c = 0; c < table->n_columns; c++) names[c] = table->columns[c].name;
  const char *near = lf_nearest_word(name, names, table->n_columns);
  status = near
               ? lf_fail(err, LF_E_USAGE, "no column '%s' to judge: did you mean '%s'?", name, near)
               : lf_fail(err, LF_E_USAGE, "no column '%s' to judge: leadfit inspect lists the columns", name);
  free(names);
  return status;
}

/* What a flag's level counts as a score: its number, or 1 for the words that say yes and 0 for those that say
 * no. */
static double flag_value(const char *level) {
  static const char *const yes[] = {"yes", "true", "y", "t"}, *const no[] = {"no", "false", "n", "f"};
  double number;
  if (lf_parse_double(level, strlen(level), &number)) return number;
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
    if (lf_same_text(level, yes[i])) return 1;
    if (lf_same_text(level, no[i])) return 0;
  }
  return NAN;
}

/* Score of a cell; NaN where it is missing or no number. */
static double cell_score(const lf_column *column, size_t row) {
  if (column->kind != LF_KIND_FLAG || column->values) return lf_column_number(column, row);
  uint32_t code = lf_column_code(column, row);
  return code ? flag_value(lf_column_level(column, code)) : NAN;
}

/* A score column is a probability where all its values lie in [0, 1] and are not just 0 and 1: a yes/no rule
 * claims no certainty. */
static lf_status score_by_column(lf_contender *c, const lf_history *history, size_t from, lf_error *err) {
  size_t n = history->n_rows - from, at = lf_table_find(history->table, c->column);
  if (at == SIZE_MAX) return no_column(c->column, history->table, err);
  const lf_column *column = &history->table->columns[at];
  if (at == history->outcome)
    return lf_fail(err, LF_E_USAGE, "column '%s' is the outcome: it cannot be a candidate", column->name);
  bool values =
      column->kind == LF_KIND_NUMBER && column->store != LF_STORE_NONE && column->store != LF_STORE_HASHES;
  if (!values && !column->values && column->kind != LF_KIND_FLAG)
    return lf_fail(err, LF_E_DATA, "column '%s' holds no numbers: a score is a number, higher is better",
                   column->name);
  lf_status status = lf_alloc(n, sizeof *c->score, &c->score, err);
  if (status == LF_OK) status = lf_alloc(n, sizeof *c->probability, &c->probability, err);
  if (status != LF_OK) return status;
  bool probability = true, between = false;
  for (size_t i = 0; i < n; i++) {
    double x = cell_score(column, from + i);
    c->score[i] = c->probability[i] = x;
    if (isnan(x)) continue;
    probability &= x >= 0 && x <= 1;
    between |= x > 0 && x < 1;
  }
  if (probability && between) return LF_OK;
  free(c->probability);
  c->probability = NULL;
  return LF_OK;
}

lf_status lf_contender_score(lf_contender *contender, const lf_history *history, size_t from,
                             const lf_run *run, lf_error *err) {
  return contender->card ? score_by_card(contender, history, from, run, err)
                         : score_by_column(contender, history, from, err);
}

/* ---- what the scorecard was fitted on ------------------------------------------------------------------ */

static const char *text_at(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

/* Whether rows came from the same input; what both only looked up in is no evidence of that. */
static bool shares_input(const json_t *inputs, const lf_table *table) {
  size_t i;
  json_t *input;
  json_array_foreach((json_t *)inputs, i, input) {
    const char *sha256 = text_at(input, "sha256");
    if (text_at(input, "source")) continue;
    for (size_t s = 0; sha256 && s < table->n_sources; s++)
      if (!table->sources[s].join && strcmp(sha256, table->sources[s].sha256) == 0) return true;
  }
  return false;
}

/* Whether the rows judged now all lie in the holdout of the fit: the newest rows from its day on, or rows
 * whose hash lies below its share. Both nest, so that the number of rows tells. */
static bool inside_holdout(const json_t *split, const lf_history *history) {
  const char *kind = text_at(split, "kind");
  if (!kind || history->split == LF_SPLIT_NONE) return false;
  if (strcmp(kind, history->split == LF_SPLIT_TIME ? "time" : "hash") != 0) return false;
  double rows = 0, won = 0;
  lf_history_count(history, history->n_train, history->n_rows, &rows, &won);
  const json_t *holdout = json_object_get(split, "holdout");
  return rows <= json_number_value(json_object_get(holdout, "rows")) &&
         won <= json_number_value(json_object_get(holdout, "won"));
}

bool lf_contender_saw(const lf_contender *contender, const lf_history *history) {
  const json_t *provenance = contender->card ? contender->card->provenance : NULL;
  if (!provenance || !shares_input(json_object_get(provenance, "inputs"), history->table)) return false;
  return !inside_holdout(json_object_get(provenance, "split"), history);
}

static void add_meaning(lf_text *text, double within) {
  lf_text_add(text, within > 0 ? "won within " : "won at any time");
  if (within > 0) lf_people_counted(text, within, "day", "days");
}

bool lf_contender_means_other(const lf_contender *contender, const lf_history *history, lf_text *sentence) {
  const json_t *provenance = contender->card ? contender->card->provenance : NULL;
  double fitted = json_number_value(json_object_get(provenance, "within_days")),
         here = history->window.within;
  if (!provenance || fitted == here) return false;
  lf_text_addf(sentence, "'%s' was fitted to what is ", contender->name);
  add_meaning(sentence, fitted);
  lf_text_add(sentence, ", and is held here against what is ");
  add_meaning(sentence, here);
  if (fitted > 0)
    lf_text_addf(sentence, ": --within %.0f makes them one", fitted);
  else
    lf_text_add(sentence, ": without --within they are one");
  return true;
}

lf_status lf_contender_warnings(const lf_contender *c, const lf_history *history, json_t **list,
                                lf_error *err) {
  lf_text text = {0};
  if (lf_contender_means_other(c, history, &text)) lf_list_add(list, lf_describe_sentence(&text));
  if (lf_contender_saw(c, history)) {
    lf_text_addf(&text,
                 "'%s' was fitted on rows it is now judged by, so its figures flatter it: judge on its "
                 "holdout (the same "
                 "--holdout or --holdout-from as its fit) or on newer rows",
                 c->name);
    lf_list_add(list, lf_describe_sentence(&text));
  }
  if (c->column) {
    lf_text_addf(
        &text,
        "'%s' is judged as it stands in the data: a score that a CRM overwrites as leads move on knows the "
        "outcome, and its figures flatter it; judge the one that leads had when they came",
        c->column);
    lf_list_add(list, lf_describe_sentence(&text));
  }
  if (c->absent) {
    lf_text_addf(&text, "the data have no column %s, which '%s' asks for: every row counts as missing there",
                 c->absent, c->name);
    lf_list_add(list, lf_describe_sentence(&text));
  }
  if (c->card && c->card->note) {
    lf_text_addf(&text, "'%s': %s", c->name, c->card->note);
    lf_list_add(list, lf_describe_sentence(&text));
  }
  return *list ? LF_OK : lf_fail(err, LF_E_MEMORY, "not enough memory for the warnings");
}
