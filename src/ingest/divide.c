/* Rows put in another order without a second copy of the table: those that come first move forward in their
 * own column, those that come second wait in a buffer. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "ingest/cells.h"
#include "ingest/ingest.h"

/* Both places are written and one of the two positions moves on: no branch hangs on the side of a row. The
 * place that is written for the first side is never ahead of the row that is read. */
#define DIVIDE(type)                                                                                         \
  do {                                                                                                       \
    type *cells = values, *waiting = spare;                                                                  \
    for (size_t i = 0; i < n; i++) {                                                                         \
      type cell = cells[i];                                                                                  \
      cells[first] = cell;                                                                                   \
      waiting[second] = cell;                                                                                \
      first += side[i] == LF_SIDE_FIRST;                                                                     \
      second += side[i] == LF_SIDE_SECOND;                                                                   \
    }                                                                                                        \
    memcpy(cells + first, waiting, second * sizeof *cells);                                                  \
  } while (0)

/* spare: room for one more value than the second side has. */
static void divide(void *values, size_t width, const uint8_t *side, size_t n, void *spare) {
  size_t first = 0, second = 0;
  switch (width) {
  case 1: DIVIDE(uint8_t); break;
  case 2: DIVIDE(uint16_t); break;
  case 4: DIVIDE(uint32_t); break;
  default: DIVIDE(uint64_t); break;
  }
}

static void count_sides(const uint8_t *side, size_t n, size_t count[LF_SIDE_LEAVES + 1]) {
  count[LF_SIDE_FIRST] = count[LF_SIDE_SECOND] = 0;
  for (size_t i = 0; i < n; i++) {
    count[LF_SIDE_FIRST] += side[i] == LF_SIDE_FIRST;
    count[LF_SIDE_SECOND] += side[i] == LF_SIDE_SECOND;
  }
  count[LF_SIDE_LEAVES] = n - count[LF_SIDE_FIRST] - count[LF_SIDE_SECOND];
}

lf_status lf_values_divide(void *values, size_t width, const uint8_t *side, size_t n, lf_error *err) {
  size_t count[LF_SIDE_LEAVES + 1];
  void *spare = NULL;
  count_sides(side, n, count);
  lf_status status = lf_alloc(count[LF_SIDE_SECOND] + 1, width, &spare, err);
  if (status != LF_OK) return status;
  divide(values, width, side, n, spare);
  free(spare);
  return LF_OK;
}

/* ---- a table -------------------------------------------------------------------------------------- */

typedef struct dividing {
  lf_table *table;
  const uint8_t *side;
  size_t count[LF_SIDE_LEAVES + 1];
  lf_status *status; /* one a column */
} dividing;

static uint64_t count_missing(const lf_column *column, size_t n) {
  uint64_t missing = 0;
  for (size_t i = 0; i < n; i++) missing += lf_column_is_missing(column, i);
  return missing;
}

static void divide_column(void *context, size_t i) {
  const dividing *d = context;
  lf_column *column = &d->table->columns[i];
  size_t n = d->count[LF_SIDE_FIRST] + d->count[LF_SIDE_SECOND];
  void *spare = NULL;
  if (column->store == LF_STORE_NONE) {
    column->missing = n;
    return;
  }
  d->status[i] = lf_alloc(d->count[LF_SIDE_SECOND] + 1, column->width, &spare, NULL);
  if (d->status[i] != LF_OK) return;
  divide(column->cells, column->width, d->side, d->table->n_rows, spare);
  free(spare);
  if (d->count[LF_SIDE_LEAVES]) {
    column->missing = column->missing ? count_missing(column, n) : 0;
    lf_cells_shrink(column, n);
  }
  lf_cells_rest(column);
}

lf_status lf_table_divide(lf_table *table, const uint8_t *side, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  dividing d = {.table = table, .side = side};
  count_sides(side, table->n_rows, d.count);
  if (d.count[LF_SIDE_FIRST] == table->n_rows) return LF_OK;
  LF_TRY(lf_alloc(table->n_columns, sizeof *d.status, &d.status, err));
  lf_parallel_for(run, table->n_columns, divide_column, &d);
  for (size_t i = 0; i < table->n_columns; i++)
    if (d.status[i] != LF_OK) LF_TRY(lf_fail(err, d.status[i], "not enough memory to put the rows in order"));
  table->n_rows = d.count[LF_SIDE_FIRST] + d.count[LF_SIDE_SECOND];
cleanup:
  free(d.status);
  return status;
}
