/* Which column is the outcome, and what it says of each row.
 *
 * A column is a candidate for its name (Outcome, IsWon, Stage, Status, y …) together with values that say won
 * and lost, or for values alone where they say so in plain words. Names are ranked; among candidates that say
 * the same of every row, the one that also knows open rows is taken (StageName before IsWon). Candidates of
 * one rank that disagree are the user's to choose from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/text.h"
#include "history/outcome_words.h"
#include "history/words.h"

enum { MAX_CANDIDATES = 16, MAX_LEVELS = 2000 };

typedef struct candidate {
  size_t column;
  int rank;
  lf_reading reading;
} candidate;

typedef struct candidates {
  size_t n;
  candidate items[MAX_CANDIDATES];
} candidates;

static void clear_candidates(candidates *all) {
  for (size_t i = 0; i < all->n; i++) lf_reading_clear(&all->items[i].reading);
  all->n = 0;
}

bool lf_can_be_outcome(const lf_column *column) {
  return column->store == LF_STORE_CODES && column->n_levels >= 1 && column->n_levels <= MAX_LEVELS &&
         column->kind != LF_KIND_DATE;
}

/* ---- candidates ----------------------------------------------------------------------------------- */

/* Rank of a column as outcome, 0 for none. */
static int rank_of(int name, const lf_reading *r) {
  bool both = r->n_won && r->n_lost, yes_no = !r->words && both && !r->n_none && !r->n_open;
  if (name == 4 && ((r->words && (r->n_lost || r->n_open)) || yes_no)) return 5;
  if ((name == 3 || name == 2) && r->words && both) return name + 1;
  if (name == 1 && both && (r->words || yes_no)) return 2;
  if (name == 0 && r->words && both && r->plainness == LF_PLAIN_WON && !r->n_none) return 1;
  return 0;
}

static lf_status collect(const lf_draft *draft, candidates *all, lf_error *err) {
  const lf_table *table = draft->history->table;
  for (size_t c = 0; c < table->n_columns && all->n < MAX_CANDIDATES; c++) {
    const lf_column *column = &table->columns[c];
    lf_reading reading = {0};
    if (!lf_can_be_outcome(column) || draft->history->roles[c].said) continue;
    if (lf_text_list_has(&draft->project->drop, column->name)) continue;
    lf_status status = lf_outcome_read(column, &reading, err);
    if (status != LF_OK) return status;
    int rank = rank_of(lf_outcome_name(lf_bare_name(column)), &reading);
    if (rank)
      all->items[all->n++] = (candidate){c, rank, reading};
    else
      lf_reading_clear(&reading);
  }
  return LF_OK;
}

/* Whether two candidates call the same rows won, but for one row in two hundred. */
static bool agree(const lf_table *table, const candidate *a, const candidate *b) {
  const lf_column *x = &table->columns[a->column], *y = &table->columns[b->column];
  uint64_t apart = 0;
  for (size_t i = 0; i < table->n_rows; i++) {
    bool won_a = a->reading.side[lf_column_code(x, i)] == LF_SIDE_WON;
    bool won_b = b->reading.side[lf_column_code(y, i)] == LF_SIDE_WON;
    apart += won_a != won_b;
  }
  return apart <= table->n_rows / 200;
}

static lf_status ambiguous(const lf_table *table, const candidates *all, int rank, lf_error *err) {
  const char *names[MAX_CANDIDATES];
  char text[400];
  size_t n = 0;
  for (size_t i = 0; i < all->n; i++)
    if (all->items[i].rank == rank) names[n++] = table->columns[all->items[i].column].name;
  lf_join(names, n, 6, text, sizeof text);
  return lf_fail(err, LF_E_DATA, "%zu columns could be the outcome and disagree (%s): say --outcome COL", n,
                 text);
}

/* A stage or status that says won of some rows and lost of none, as that of a contact's life does; or
 * SIZE_MAX. */
static lf_status find_one_sided(const lf_table *table, size_t *found, lf_error *err) {
  *found = SIZE_MAX;
  for (size_t c = 0; c < table->n_columns && *found == SIZE_MAX; c++) {
    const lf_column *column = &table->columns[c];
    lf_reading reading = {0};
    if (!lf_can_be_outcome(column) || lf_outcome_name(lf_bare_name(column)) < 2) continue;
    lf_status status = lf_outcome_read(column, &reading, err);
    if (status != LF_OK) return status;
    if (reading.words && reading.n_won && !reading.n_lost) *found = c;
    lf_reading_clear(&reading);
  }
  return LF_OK;
}

static lf_status no_candidate(const lf_table *table, lf_error *err) {
  const char *names[8];
  char text[400];
  size_t n = 0, one_sided = 0;
  lf_status status = find_one_sided(table, &one_sided, err);
  if (status != LF_OK) return status;
  if (one_sided != SIZE_MAX) {
    const lf_column *column = &table->columns[one_sided];
    lf_join((const char *const *)column->levels, column->n_levels, 8, text, sizeof text);
    return lf_fail(err, LF_E_DATA,
                   "no column looks like an outcome (won or lost): '%s' says won and never lost (%s): say "
                   "--outcome '%s' --lost V,V, or --within DAYS, after which what is not won is lost",
                   column->name, text, column->name);
  }
  for (size_t c = 0; c < table->n_columns && n < 8; c++)
    if (lf_can_be_outcome(&table->columns[c]) && table->columns[c].n_levels == 2)
      names[n++] = table->columns[c].name;
  if (!n)
    return lf_fail(
        err, LF_E_DATA,
        "no column looks like an outcome (won or lost), and none has two values: say --outcome COL "
        "and --won V");
  lf_join(names, n, 6, text, sizeof text);
  return lf_fail(
      err, LF_E_DATA,
      "no column looks like an outcome (won or lost): say --outcome COL; columns of two values: %s", text);
}

static bool insisted(const lf_draft *draft, size_t column) {
  const char *name = draft->history->table->columns[column].name;
  return lf_text_list_has(&draft->project->use, name) || lf_text_list_has(&draft->project->keep, name);
}

/* Columns that say the same of every row are the outcome too; of one that says something else the user should
 * know. */
static lf_status settle_others(lf_draft *draft, const candidates *all, const bool *same, size_t first,
                               size_t taken, lf_error *err) {
  const lf_table *table = draft->history->table;
  const char *name = table->columns[all->items[taken].column].name;
  for (size_t i = 0; i < all->n; i++) {
    size_t column = all->items[i].column;
    lf_status status = LF_OK;
    if (i == taken || insisted(draft, column)) continue;
    if (same[i] || i == first)
      status = lf_exclude_column(draft->history, column, err,
                                 "the outcome under another name: it calls the same rows won as '%s'", name);
    else
      status =
          lf_note(draft->history, err,
                  "'%s' looks like an outcome too, but says something else than '%s': --outcome COL chooses",
                  table->columns[column].name, name);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* The best candidate: *best into all. */
static lf_status choose(lf_draft *draft, const candidates *all, size_t *best, lf_error *err) {
  const lf_table *table = draft->history->table;
  bool same[MAX_CANDIDATES] = {false};
  size_t first = 0;
  if (!all->n) return no_candidate(table, err);
  for (size_t i = 1; i < all->n; i++)
    if (all->items[i].rank > all->items[first].rank) first = i;
  size_t taken = first;
  for (size_t i = 0; i < all->n; i++) {
    const candidate *a = &all->items[i];
    if (i == first) continue;
    same[i] = agree(table, &all->items[first], a);
    if (!same[i] && a->rank == all->items[first].rank) return ambiguous(table, all, a->rank, err);
    if (same[i] && a->reading.n_open > all->items[taken].reading.n_open) taken = i;
  }
  *best = taken;
  return settle_others(draft, all, same, first, taken, err);
}

/* ---- the chosen column ---------------------------------------------------------------------------- */

static lf_status not_understood(const lf_column *column, const lf_reading *r, lf_error *err) {
  char all[400];
  lf_join((const char *const *)column->levels, column->n_levels, 8, all, sizeof all);
  if (column->n_levels == 1)
    return lf_fail(err, LF_E_DATA, "every row of '%s' has the value %s: an outcome needs won and lost rows",
                   column->name, all);
  if (column->n_levels == 2)
    return lf_fail(err, LF_E_DATA, "which value of '%s' means won, '%s' or '%s'? Say --won V", column->name,
                   column->levels[0], column->levels[1]);
  if (r->n_won) /* and none lost */
    return lf_fail(err, LF_E_DATA,
                   "no value of '%s' is understood as lost (%s): say --lost V, or --within DAYS, after which "
                   "what is not won is lost",
                   column->name, all);
  return lf_fail(err, LF_E_DATA, "no value of '%s' is understood as won (%s): say --won V", column->name,
                 all);
}

static lf_status read_chosen(lf_draft *draft, size_t c, lf_reading *reading, lf_error *err) {
  const lf_column *column = &draft->history->table->columns[c];
  if (column->kind == LF_KIND_EMPTY || column->n_levels == 0)
    if (column->store != LF_STORE_DOUBLES && column->store != LF_STORE_DECIMALS &&
        column->store != LF_STORE_HASHES)
      return lf_fail(err, LF_E_DATA, "the outcome column '%s' is empty: choose another with --outcome COL",
                     column->name);
  if (!lf_can_be_outcome(column))
    return lf_fail(
        err, LF_E_DATA,
        "'%s' has about %llu different values, an outcome has a few: choose another with --outcome COL",
        column->name, (unsigned long long)column->distinct);
  lf_status status = lf_outcome_read(column, reading, err);
  if (status == LF_OK) status = lf_outcome_said(draft->project, column, reading, err);
  if (status == LF_OK) lf_outcome_unmatched(draft, column, reading);
  bool loses = reading->n_lost || (draft->project->within > 0 && reading->n_open);
  if (status == LF_OK && (!reading->n_won || !loses)) status = not_understood(column, reading, err);
  if (status != LF_OK) lf_reading_clear(reading);
  return status;
}

/* The values of one side, joined. */
static void side_values(const lf_column *column, const lf_reading *reading, lf_side side, char *out,
                        size_t size) {
  const char *names[MAX_LEVELS];
  size_t n = 0;
  for (uint32_t code = 1; code <= reading->n_levels; code++)
    if (reading->side[code] == side) names[n++] = lf_column_level(column, code);
  lf_join(names, n, 12, out, size);
}

/* The values of one side as a list and, without quotation marks, as one text. */
static lf_status keep_values(const lf_column *column, const lf_reading *reading, lf_side side,
                             lf_text_list *values, char **label, lf_error *err) {
  enum { SHOWN = 12 };
  lf_status status = LF_OK;
  lf_text text = {0};
  if (reading->side[0] == side) LF_TRY(lf_text_list_add(values, "", err));
  for (uint32_t code = 1; code <= reading->n_levels; code++)
    if (reading->side[code] == side) LF_TRY(lf_text_list_add(values, lf_column_level(column, code), err));
  lf_text_add(&text, "");
  for (size_t i = 0; i < values->n && i < SHOWN; i++)
    lf_text_addf(&text, "%s%s", i ? ", " : "", values->items[i][0] ? values->items[i] : "no value");
  if (values->n > SHOWN) lf_text_addf(&text, " and %zu more", values->n - SHOWN);
  LF_TRY(lf_text_status(&text, err));
  *label = text.data;
  text = (lf_text){0};
cleanup:
  lf_text_free(&text);
  return status;
}

/* "Customer" is "Customer within 120 days" where that is what won means; rows that are not are lost. */
static lf_status say_within(double days, lf_history *h, lf_error *err) {
  lf_text won = {0}, lost = {0};
  const char *unit = lf_day_or_days(days);
  lf_text_addf(&won, "%s within %.0f %s", h->won_label, days, unit);
  lf_text_addf(&lost, "%s%snot %s within %.0f %s", h->lost_label, h->lost_label[0] ? ", " : "", h->won_label,
               days, unit);
  lf_status status = lf_text_status(&won, err);
  if (status == LF_OK) status = lf_text_status(&lost, err);
  if (status == LF_OK) {
    char *said[] = {h->won_label, h->lost_label};
    h->won_label = won.data;
    h->lost_label = lost.data;
    won.data = said[0];
    lost.data = said[1];
  }
  lf_text_free(&won);
  lf_text_free(&lost);
  return status;
}

static lf_status report(lf_draft *draft, const lf_column *column, const lf_reading *reading, bool said,
                        lf_error *err) {
  lf_history *h = draft->history;
  char won[300], lost[300], open[300];
  side_values(column, reading, LF_SIDE_WON, won, sizeof won);
  side_values(column, reading, LF_SIDE_LOST, lost, sizeof lost);
  side_values(column, reading, LF_SIDE_OPEN, open, sizeof open);
  lf_status status = keep_values(column, reading, LF_SIDE_WON, &h->won_values, &h->won_label, err);
  if (status == LF_OK)
    status = keep_values(column, reading, LF_SIDE_LOST, &h->lost_values, &h->lost_label, err);
  if (status == LF_OK && draft->project->within > 0) status = say_within(draft->project->within, h, err);
  if (status == LF_OK)
    status = lf_note(h, err, "the outcome is '%s'%s: won %s%s%s%s%s", column->name,
                     said ? "" : " (by its name and values)", won, lost[0] ? ", lost " : "", lost,
                     open[0] ? ", open " : "", open);
  return status;
}

/* ---- the step ------------------------------------------------------------------------------------- */

static lf_status infer(lf_draft *draft, size_t *column, lf_error *err) {
  candidates all = {0};
  size_t best = 0;
  lf_status status = collect(draft, &all, err);
  *column = SIZE_MAX;
  if (status == LF_OK && !all.n && draft->project->within > 0)
    status = find_one_sided(draft->history->table, column, err);
  if (status != LF_OK || *column != SIZE_MAX) goto cleanup;
  status = choose(draft, &all, &best, err);
  if (status == LF_OK) *column = all.items[best].column;
cleanup:
  clear_candidates(&all);
  return status;
}

/* Beside an outcome that the user named, columns that call the same rows won are the outcome too. */
static lf_status leave_out_others(lf_draft *draft, size_t column, const lf_reading *reading, lf_error *err) {
  candidates all = {0};
  candidate chosen = {.column = column, .reading = *reading};
  lf_status status = collect(draft, &all, err);
  for (size_t i = 0; i < all.n && status == LF_OK; i++) {
    if (insisted(draft, all.items[i].column) || !agree(draft->history->table, &chosen, &all.items[i]))
      continue;
    status = lf_exclude_column(draft->history, all.items[i].column, err,
                               "the outcome under another name: it calls the same rows won as '%s'",
                               draft->history->table->columns[column].name);
  }
  clear_candidates(&all);
  return status;
}

/* Rows are taken without an outcome. Where one was wanted, the note says why there is none. */
static lf_status go_without(lf_draft *draft, const lf_error *why, lf_error *err) {
  lf_history *h = draft->history;
  memset(draft->state, LF_ROW_UNKNOWN, h->table->n_rows);
  if (!draft->need_outcome)
    return lf_note(h, err, "no outcome column was found: rows are taken without an outcome");
  draft->need_outcome = false;
  return lf_note(h, err, "no outcome: %s", why->message);
}

lf_status lf_outcome_find(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  bool said = h->outcome != SIZE_MAX;
  size_t column = h->outcome;
  lf_reading reading = {0};
  lf_error why = {0};
  lf_status status = said ? LF_OK : infer(draft, &column, &why);
  if (status == LF_OK) status = read_chosen(draft, column, &reading, &why);
  bool without = !draft->need_outcome || draft->options->show_without;
  if (status == LF_E_DATA && without && !said) return go_without(draft, &why, err);
  if (status != LF_OK && err) *err = why;
  if (status != LF_OK) return status;
  h->outcome = column;
  h->roles[column].role = LF_ROLE_OUTCOME;
  status = report(draft, &h->table->columns[column], &reading, said, err);
  if (status == LF_OK) status = lf_outcome_states(draft, &reading, err);
  if (status == LF_OK) status = lf_outcome_leave_shared(draft, err);
  if (status == LF_OK && said) status = leave_out_others(draft, column, &reading, err);
  lf_reading_clear(&reading);
  return status;
}
