/* Numbers of more levels than there may be bins are cut at quantiles: of the exact counts where coded, of an
 * evenly spaced sample of rows where not. */
#include "history/cells.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum { MOST_BINS = 128, FEWEST_BINS = 10, ROWS_A_BIN = 15, SAMPLE = 8192, BATCH = 1024 };

/* Bins of few rows know nothing. */
static size_t bins_for(size_t n_rows) {
  size_t n = n_rows / ROWS_A_BIN;
  return n < FEWEST_BINS ? FEWEST_BINS : n > MOST_BINS ? MOST_BINS : n;
}

static lf_status bin_codes(const lf_column *column, size_t n_rows, lf_cells *cells, lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *count = NULL, before = 0, filled = 0;
  size_t bins = bins_for(n_rows);
  LF_TRY(lf_alloc((size_t)column->n_levels + 1, sizeof *count, &count, err));
  LF_TRY(lf_alloc((size_t)column->n_levels + 1, sizeof *cells->of_code, &cells->of_code, err));
  for (size_t i = 0; i < n_rows; i++) count[lf_column_code(column, i)]++;
  filled = n_rows - count[0];
  uint32_t cell = 0;
  uint64_t last = UINT64_MAX;
  for (uint32_t code = 1; code <= column->n_levels; code++) {
    uint64_t bin = filled ? before * bins / filled : 0;
    if (bin != last || count[code] > filled / bins) cell++; /* a frequent value has a cell of its own */
    last = count[code] > filled / bins ? UINT64_MAX : bin;
    cells->of_code[code] = cell;
    before += count[code];
  }
  cells->n = cell + 1;
cleanup:
  free(count);
  return status;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static lf_status bin_numbers(const lf_column *column, size_t n_rows, lf_cells *cells, lf_error *err) {
  lf_status status = LF_OK;
  double *sample = NULL;
  size_t bins = bins_for(n_rows);
  size_t wanted = n_rows < SAMPLE ? n_rows : SAMPLE, n = 0;
  LF_TRY(lf_alloc(wanted, sizeof *sample, &sample, err));
  LF_TRY(lf_alloc(bins, sizeof *cells->edges, &cells->edges, err));
  for (size_t k = 0; k < wanted; k++) {
    double x = lf_column_number(column, (size_t)((double)k * ((double)n_rows / (double)wanted)));
    if (!isnan(x)) sample[n++] = x;
  }
  qsort(sample, n, sizeof *sample, by_value);
  for (size_t b = 1; b < bins && n; b++) {
    double edge = sample[b * n / bins];
    if (edge > sample[0] && (!cells->n_edges || edge > cells->edges[cells->n_edges - 1]))
      cells->edges[cells->n_edges++] = edge;
  }
  cells->n = (uint32_t)cells->n_edges + 2;
cleanup:
  free(sample);
  return status;
}

lf_status lf_cells_make(const lf_column *column, size_t n_rows, lf_cells *cells, bool *made, lf_error *err) {
  *cells = (lf_cells){.column = column, .ordered = column->kind == LF_KIND_NUMBER};
  *made = false;
  if (column->store == LF_STORE_NONE || column->store == LF_STORE_HASHES || column->kind == LF_KIND_DATE)
    return LF_OK;
  lf_status status = LF_OK;
  if (column->store != LF_STORE_CODES)
    status = bin_numbers(column, n_rows, cells, err);
  else if (cells->ordered && column->n_levels > bins_for(n_rows))
    status = bin_codes(column, n_rows, cells, err);
  else
    cells->n = column->n_levels + 1;
  *made = status == LF_OK;
  if (status != LF_OK) lf_cells_clear(cells);
  return status;
}

void lf_cells_clear(lf_cells *cells) {
  free(cells->of_code);
  free(cells->edges);
  *cells = (lf_cells){0};
}

static uint32_t cell_of(const lf_cells *cells, double x) {
  if (isnan(x)) return 0;
  size_t low = 0, high = cells->n_edges; /* the first edge above x */
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (cells->edges[middle] <= x)
      low = middle + 1;
    else
      high = middle;
  }
  return (uint32_t)low + 1;
}

void lf_cells_read(const lf_cells *cells, size_t from, size_t to, uint32_t *out) {
  const lf_column *column = cells->column;
  if (cells->of_code) {
    for (size_t i = from; i < to; i++) out[i - from] = cells->of_code[lf_column_code(column, i)];
  } else if (column->store == LF_STORE_CODES) {
    for (size_t i = from; i < to; i++) out[i - from] = lf_column_code(column, i);
  } else {
    double batch[BATCH];
    for (size_t at = from; at < to; at += BATCH) {
      size_t end = at + BATCH < to ? at + BATCH : to;
      lf_column_numbers(column, at, end, batch);
      for (size_t i = at; i < end; i++) out[i - from] = cell_of(cells, batch[i - at]);
    }
  }
}
