/* A column as few cells, for counting: a level each, or quantile bins of numbers. Internal to history. */
#ifndef LF_HISTORY_CELLS_H
#define LF_HISTORY_CELLS_H

#include "ingest/ingest.h"

typedef struct lf_cells {
  const lf_column *column;
  uint32_t n;        /* cells; 0 is missing */
  bool ordered;      /* by value: numbers */
  uint32_t *of_code; /* coded numbers of many levels: cell of each code; else NULL */
  double *edges;     /* numbers not coded: cell is 1 + the edges <= x */
  size_t n_edges;
} lf_cells;

/* False in *made where the column has no values to count (skipped, empty, hashed, date). */
lf_status lf_cells_make(const lf_column *column, size_t n_rows, lf_cells *cells, bool *made, lf_error *err);
void lf_cells_clear(lf_cells *cells);
/* Cells of rows [from, to). */
void lf_cells_read(const lf_cells *cells, size_t from, size_t to, uint32_t *out);

#endif
