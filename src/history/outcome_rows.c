/* What the outcome says of each row, and which rows it leaves out. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "history/outcome_words.h"
#include "history/words.h"

typedef struct state_task {
  const lf_column *column, *closed; /* closed: a yes/no column that tells open rows, or NULL */
  const uint8_t *side, *closed_side;
  uint8_t *state;
  lf_chunks chunks;
} state_task;

static void set_states(void *context, size_t chunk) {
  static const uint8_t states[] = {LF_ROW_UNCLEAR, LF_ROW_WON, LF_ROW_LOST, LF_ROW_OPEN};
  const state_task *task = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&task->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) task->state[i] = states[task->side[lf_column_code(task->column, i)]];
  if (!task->closed) return;
  for (size_t i = from; i < to; i++)
    if (task->state[i] == LF_ROW_LOST && task->closed_side[lf_column_code(task->closed, i)] == LF_SIDE_LOST)
      task->state[i] = LF_ROW_OPEN;
}

/* A yes/no outcome says "no" of open rows too; IsClosed beside it tells them apart. */
static lf_status find_closed(const lf_draft *draft, const lf_reading *outcome, size_t *column,
                             lf_reading *reading, lf_error *err) {
  static const char *const names[] = {"is closed", "isclosed", "closed", NULL};
  const lf_table *table = draft->history->table;
  *column = SIZE_MAX;
  for (size_t c = 0; !outcome->words && c < table->n_columns; c++) {
    char words[LF_WORDS];
    lf_words(lf_bare_name(&table->columns[c]), words);
    if (!lf_words_are_any(words, names) || !lf_can_be_outcome(&table->columns[c])) continue;
    lf_status status = lf_outcome_read(&table->columns[c], reading, err);
    if (status != LF_OK) return status;
    if (!reading->words && reading->n_won == 1 && reading->n_lost == 1 && !reading->n_none) {
      *column = c;
      return LF_OK;
    }
    lf_reading_clear(reading);
  }
  return LF_OK;
}

lf_status lf_outcome_states(lf_draft *draft, const lf_reading *reading, lf_error *err) {
  lf_history *h = draft->history;
  lf_reading closed = {0};
  size_t closed_column = SIZE_MAX;
  lf_status status = find_closed(draft, reading, &closed_column, &closed, err);
  if (status != LF_OK) return status;
  bool has_closed = closed_column != SIZE_MAX;
  state_task task = {.column = &h->table->columns[h->outcome],
                     .closed = has_closed ? &h->table->columns[closed_column] : NULL,
                     .side = reading->side,
                     .closed_side = closed.side,
                     .state = draft->state,
                     .chunks = lf_cut(h->table->n_rows, 1 << 14, 256)};
  lf_parallel_for(draft->run, task.chunks.count, set_states, &task);
  if (has_closed) {
    status = lf_note(h, err, "rows where '%s' says no are open", h->table->columns[closed_column].name);
    if (status == LF_OK)
      status = lf_exclude_column(h, closed_column, err,
                                 "tells which rows are closed, which is part of the outcome");
  }
  lf_reading_clear(&closed);
  return status;
}

/* ---- what is left out ------------------------------------------------------------------------------ */

/* Values that were not understood, each by its name; rows: of every code. */
static lf_status name_unclear(lf_history *h, uint64_t *rows, lf_error *err) {
  const lf_column *column = &h->table->columns[h->outcome];
  uint64_t unclear = 0, named = 0;
  char value[LF_QUOTED];
  for (uint32_t code = 1; code <= column->n_levels; code++) unclear += rows[code];
  for (uint32_t shown = 0; shown < 8 && named < unclear; shown++) {
    uint32_t most = 1;
    for (uint32_t code = 2; code <= column->n_levels; code++)
      if (rows[code] > rows[most]) most = code;
    lf_status status = lf_exclude_rows(h, rows[most], err, "outcome value not understood: %s",
                                       lf_quoted(lf_column_level(column, most), value));
    if (status != LF_OK) return status;
    named += rows[most];
    rows[most] = 0;
  }
  return named < unclear ? lf_exclude_rows(h, unclear - named, err, "outcome value not understood: others")
                         : LF_OK;
}

lf_status lf_outcome_count(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  uint64_t *rows = NULL, open = 0;
  if (h->outcome == SIZE_MAX) return LF_OK;
  const lf_column *column = &h->table->columns[h->outcome];
  LF_TRY(lf_alloc((size_t)column->n_levels + 1, sizeof *rows, &rows, err));
  for (size_t i = 0; i < h->table->n_rows; i++) {
    open += draft->state[i] == LF_ROW_OPEN;
    if (draft->state[i] == LF_ROW_UNCLEAR) rows[lf_column_code(column, i)]++;
  }
  h->open += open;
  if (draft->need_outcome) {
    if (open) LF_TRY(lf_exclude_rows(h, open, err, "open: no outcome yet"));
    status = name_unclear(h, rows, err);
  } else {
    for (size_t i = 0; i < h->table->n_rows; i++)
      if (!lf_row_used(draft->state[i])) draft->state[i] = LF_ROW_UNKNOWN;
  }
cleanup:
  free(rows);
  return status;
}
