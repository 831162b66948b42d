/* Whether a distribution, or a share, has shifted between two samples: tests that count accounts as one. */
#ifndef LF_JUDGE_SHIFT_H
#define LF_JUDGE_SHIFT_H

#include "base/status.h"

/* Rows of a sample: a bin of each, weights (NULL: 1) and accounts (NULL: rows are independent). Not owned. */
typedef struct lf_shift_rows {
  size_t n;
  const uint16_t *bin;
  const double *weight;
  const uint32_t *cluster;
  size_t n_clusters;
} lf_shift_rows;

/* How many rows one independent row is worth, 1 at least: the variance of the bins' shares with accounts
 * drawn whole, over that with rows drawn alone, averaged over bins by their own variance (Rao & Scott 1981,
 * first order). counts[bins] are the rows in each bin, and are filled. */
lf_status lf_shift_count(const lf_shift_rows *rows, size_t bins, double *counts, double *design_effect,
                         lf_error *err);

typedef struct lf_shift {
  double psi, critical; /* at alpha, under no drift */
  double p;
  size_t bins; /* that were compared: rare ones are joined */
} lf_shift;

/* Population stability index of actual against expected counts, and its test: PSI / (1/N + 1/M) is about
 * chi-squared with bins - 1 degrees of freedom (Yurdakul & Naranjo 2020), times the design effect. Bins in
 * which either side would expect fewer than 5 rows are joined into one. p and critical are NaN where one bin
 * is left. */
lf_status lf_shift_test(const double *expected, const double *actual, size_t bins, double design_effect,
                        double alpha, lf_shift *out, lf_error *err);

#endif
