/* The distribution of a number over the training rows, and its cut into atoms. */
#ifndef LF_BAND_DISTRIBUTION_H
#define LF_BAND_DISTRIBUTION_H

#include "history/history.h"

/* Distinct values ascending and the weighted rows of each. */
typedef struct lf_distribution {
  size_t n;
  double *value;
  double *rows;
  bool bins; /* values are lower ends of bins: an edge is one of them */
} lf_distribution;

/* Exact for coded columns; else from a sample of at most 2^17 training rows, which places a quantile
 * within 0.2 % of the rows. */
lf_status lf_distribution_make(const lf_history *history, size_t index, lf_distribution *d, lf_error *err);
void lf_distribution_clear(lf_distribution *d);

/* Cuts into at most max_atoms atoms of about equal rows; a value that fills an atom by itself is one. Edges
 * are round numbers where that moves few rows. *edge has *n_atoms - 1 items; the caller frees. */
lf_status lf_distribution_cut(const lf_distribution *d, size_t max_atoms, double **edge, size_t *n_atoms,
                              lf_error *err);

/* The interval (lf_edge_find) of every row of a number column that is not coded; missing gets n_edges + 1. */
void lf_edge_code(const double *edge, size_t n_edges, const lf_column *column, size_t n_rows, uint16_t *code);

#endif
