/* leadfit validate: judge a scorecard, or a score that stands in the data, on a history. */
#include <stdlib.h>

#include "base/memory.h"
#include "card/card.h"
#include "cli/command.h"
#include "report/describe.h"
#include "report/report.h"

/* Scores of the judged rows, and what they are worth as probabilities. */
typedef struct judged_scores {
  double *score;
  double *probability; /* NULL: the score is no probability */
  char *warning;       /* or NULL */
} judged_scores;

static void judged_scores_clear(judged_scores *s) {
  free(s->score);
  free(s->probability);
  free(s->warning);
}

static lf_status scores_of_card(const lf_scorecard *card, const lf_history *history, size_t from, const lf_run *run,
                                judged_scores *out, lf_error *err) {
  size_t n = history->n_rows - from;
  lf_codes *codes = NULL;
  int32_t *points = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(card->attributes, history->table, run, &codes, &out->warning, err));
  LF_TRY(lf_alloc(history->n_rows, sizeof *points, &points, err));
  LF_TRY(lf_scorecard_score(card, codes, run, points, err));
  LF_TRY(lf_alloc(n, sizeof *out->score, &out->score, err));
  if (card->has_probability) LF_TRY(lf_alloc(n, sizeof *out->probability, &out->probability, err));
  for (size_t i = 0; i < n; i++) {
    out->score[i] = points[from + i];
    if (out->probability) out->probability[i] = lf_scorecard_probability(card, points[from + i]);
  }
cleanup:
  free(points);
  lf_codes_free(codes);
  return status;
}

/* A score column is a probability where all its values lie in [0, 1]. */
static lf_status scores_of_column(const lf_history *history, const char *name, size_t from, judged_scores *out,
                                  lf_error *err) {
  size_t c = lf_table_find(history->table, name);
  if (c == SIZE_MAX) return lf_fail(err, LF_E_USAGE, "no column '%s' to judge: leadfit inspect lists the columns", name);
  const lf_column *column = &history->table->columns[c];
  if (column->kind != LF_KIND_NUMBER && !column->values)
    return lf_fail(err, LF_E_DATA, "column '%s' holds no numbers: a score is a number, higher is better", column->name);
  size_t n = history->n_rows - from;
  lf_status status = lf_alloc(n, sizeof *out->score, &out->score, err);
  if (status == LF_OK) status = lf_alloc(n, sizeof *out->probability, &out->probability, err);
  if (status != LF_OK) return status;
  bool probability = true;
  for (size_t i = 0; i < n; i++) {
    out->score[i] = out->probability[i] = lf_column_number(column, from + i);
    if (!(out->score[i] >= 0 && out->score[i] <= 1)) probability = false;
  }
  if (!probability) {
    free(out->probability);
    out->probability = NULL;
  }
  return LF_OK;
}

/* Rows without a score cannot be judged: they are moved out, and counted. */
static size_t keep_scored(judged_scores *s, size_t n, uint8_t *won, double *weight, double *amount) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (isnan(s->score[i])) continue;
    s->score[kept] = s->score[i];
    if (s->probability) s->probability[kept] = s->probability[i];
    won[kept] = won[i];
    weight[kept] = weight[i];
    amount[kept++] = amount[i];
  }
  return kept;
}

static lf_status judge_scores(const lf_history *history, size_t from, judged_scores *scores, const lf_run *run,
                              lf_judgement *out, double *unscored, lf_error *err) {
  size_t n = history->n_rows - from;
  uint8_t *won = NULL;
  double *weight = NULL, *amount = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, 1, &won, err));
  LF_TRY(lf_alloc(n, sizeof *weight, &weight, err));
  LF_TRY(lf_alloc(n, sizeof *amount, &amount, err));
  for (size_t i = 0; i < n; i++) {
    won[i] = history->won[from + i];
    weight[i] = lf_history_weight(history, from + i);
    amount[i] = lf_history_amount(history, from + i);
  }
  size_t kept = keep_scored(scores, n, won, weight, amount);
  *unscored = (double)(n - kept);
  if (!kept) LF_TRY(lf_fail(err, LF_E_DATA, "no row has a score: there is nothing to judge"));
  lf_judge_rows rows = {.n = kept, .score = scores->score, .probability = scores->probability, .won = won, .weight = weight};
  if (history->amount != SIZE_MAX) rows.amount = amount;
  LF_TRY(lf_judge(&rows, true, run, out, err));
cleanup:
  free(won);
  free(weight);
  free(amount);
  return status;
}

static lf_status print_result(const lf_options *options, const lf_history *history, const lf_judgement *judgement,
                              double unscored, lf_error *err) {
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", options->config ? options->config : options->score);
  lf_object_tree(&o, "data", lf_describe_data(history));
  lf_object_tree(&o, "outcome", lf_describe_outcome(history));
  lf_object_number(&o, "rows_without_score", unscored);
  lf_object_tree(&o, "holdout", lf_describe_judgement(judgement));
  lf_status status = lf_tree_take(lf_object_take(&o), &tree, err);
  if (status == LF_OK && options->json) status = lf_print_json(tree, err);
  else if (status == LF_OK && !options->quiet) {
    status = lf_validate_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
    if (status == LF_OK) status = lf_print(bytes, n, err);
  }
  free(bytes);
  json_decref(tree);
  return status;
}

lf_status lf_command_validate(const lf_options *options, const lf_run *run, lf_error *err) {
  if (!options->config == !options->score)
    return lf_fail(err, LF_E_USAGE, "say what to judge: either --config scoring.json or --score COLUMN");
  lf_scorecard *card = NULL;
  lf_history *history = NULL;
  judged_scores scores = {0};
  lf_judgement judgement;
  double unscored = 0;
  lf_status status = LF_OK;
  if (options->config) LF_TRY(lf_scorecard_load(options->config, &card, err));
  LF_TRY(lf_input_history(options, 0, run, &history, err));
  size_t from = history->n_train < history->n_rows ? history->n_train : 0; /* the holdout where one was asked for, else every row */
  if (card) LF_TRY(scores_of_card(card, history, from, run, &scores, err));
  else LF_TRY(scores_of_column(history, options->score, from, &scores, err));
  if (scores.warning) {
    lf_text text = {0};
    lf_text_addf(&text, "the data have no column %s: every row counts as missing there", scores.warning);
    if (!text.failed) lf_warn(options, text.data);
    lf_text_free(&text);
  }
  LF_TRY(judge_scores(history, from, &scores, run, &judgement, &unscored, err));
  LF_TRY(print_result(options, history, &judgement, unscored, err));
cleanup:
  judged_scores_clear(&scores);
  lf_history_free(history);
  lf_scorecard_free(card);
  return status;
}
