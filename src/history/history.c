#include "history/history.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "history/draft.h"

void lf_history_free(lf_history *history) {
  if (!history) return;
  for (size_t c = 0; history->roles && history->table && c < history->table->n_columns; c++) {
    free(history->roles[c].reason);
    free(history->roles[c].suspicion);
  }
  free(history->roles);
  lf_table_free(history->table);
  free(history->origin);
  free(history->won);
  free(history->weight);
  free(history->cluster);
  free(history->fold);
  free(history->lot);
  free(history->ticket);
  lf_text_list_clear(&history->won_values);
  lf_text_list_clear(&history->lost_values);
  free(history->won_label);
  free(history->lost_label);
  for (size_t i = 0; i < history->n_excluded; i++) free(history->excluded[i].reason);
  free(history->excluded);
  free(history->maturity.cohorts);
  lf_funnel_clear(&history->funnel);
  lf_text_list_clear(&history->notes);
  free(history);
}

static lf_status start(lf_draft *draft, lf_table **table, lf_error *err) {
  lf_history *h = NULL;
  lf_status status = lf_alloc(1, sizeof *h, &h, err);
  if (status != LF_OK) return status;
  draft->history = h;
  h->table = *table;
  *table = NULL;
  h->project = draft->project;
  h->outcome = h->amount = h->date = h->created = h->id = h->account = h->weight_column = SIZE_MAX;
  h->rows_read = h->table->n_rows;
  h->split_from = (double)NAN;
  if (h->table->n_rows == 0)
    return lf_fail(err, LF_E_DATA, "the history has a header and no rows: export it again with its rows");
  status = lf_outcome_join(draft, err);
  if (status == LF_OK) status = lf_alloc(h->table->n_columns, sizeof *h->roles, &h->roles, err);
  if (status == LF_OK) status = lf_alloc(h->table->n_rows, 1, &draft->state, err);
  return status;
}

/* Records that became no row, and lines that are read otherwise than they are written. */
static lf_status count_records(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  const lf_table *table = h->table;
  const lf_ragged *first = &table->ragged[0];
  lf_status status = LF_OK;
  if (table->n_ragged)
    status = lf_exclude_rows(
        h, table->ragged_rows, err,
        "another number of fields than the header, so not among the rows read: the first, line "
        "%llu of %s, has %llu",
        (unsigned long long)first->line, table->sources[first->file].name, (unsigned long long)first->fields);
  if (status == LF_OK && table->recovered_rows)
    status = lf_note(h, err,
                     "lines that are quoted whole, as one field, are read as the record in the quotes: %llu",
                     (unsigned long long)table->recovered_rows);
  return status;
}

/* Rows are numbered by account and told apart by then; nothing else asks for such values. */
static void release_ids(const lf_history *h) {
  const size_t columns[] = {h->id, h->account};
  for (size_t k = 0; k < 2; k++)
    if (columns[k] != SIZE_MAX && h->table->columns[columns[k]].store != LF_STORE_CODES)
      lf_column_release(&h->table->columns[columns[k]]);
}

typedef lf_status (*step)(lf_draft *, lf_error *);

lf_status lf_history_build(lf_table **table, const lf_project *project, const lf_history_options *options,
                           const lf_run *run, lf_history **history, lf_error *err) {
  static const step steps[] = {count_records,    lf_roles_said,    lf_outcome_find,  lf_roles_infer,
                               lf_funnel_count,  lf_window_apply,  lf_outcome_count, lf_maturity_hold,
                               lf_cohorts_check, lf_rows_screen,   lf_split_rows,    lf_fold_rows,
                               lf_draw_tickets,  lf_screen_columns};
  enum { STEPS = sizeof steps / sizeof *steps };
  lf_draft draft = {.project = project,
                    .options = options,
                    .run = run,
                    .need_outcome = options->need_outcome,
                    .closed = SIZE_MAX};
  lf_status status = start(&draft, table, err);
  for (size_t i = 0; i < STEPS && status == LF_OK; i++) {
    lf_progress(run, "understanding the columns", i, STEPS);
    status = lf_check_interrupt(run, err);
    if (status == LF_OK) status = steps[i](&draft, err);
  }
  free(draft.state);
  free(draft.identity);
  if (status == LF_OK && options->release_ids) release_ids(draft.history);
  if (status == LF_OK) lf_table_rest(draft.history->table);
  lf_table_free(*table);
  *table = NULL;
  if (status == LF_OK)
    *history = draft.history;
  else
    lf_history_free(draft.history);
  return status;
}

bool lf_history_is_attribute(const lf_history *history, size_t column) {
  return history->roles[column].role == LF_ROLE_ATTRIBUTE || history->roles[column].also_attribute;
}

double lf_history_amount(const lf_history *history, size_t row) {
  return history->amount == SIZE_MAX ? (double)NAN
                                     : lf_column_number(&history->table->columns[history->amount], row);
}

double lf_history_day(const lf_history *history, size_t row) {
  if (history->date_is_row) return (double)row;
  return history->date == SIZE_MAX ? (double)NAN
                                   : lf_column_number(&history->table->columns[history->date], row);
}

void lf_history_count(const lf_history *history, size_t from, size_t to, double *rows, double *won) {
  double all = 0, wins = 0; /* whole numbers, or weights the user gave: a plain sum is exact below 2^53 */
  for (size_t i = from; i < to; i++) {
    double w = lf_history_weight(history, i);
    if (history->won[i] == LF_OUTCOME_UNKNOWN) continue;
    all += w;
    wins += history->won[i] ? w : 0;
  }
  *rows = all;
  *won = wins;
}
