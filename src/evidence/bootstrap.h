/* The clustered bootstrap: every row keeps its place and gets a new weight, so that whatever takes weights
 * can be bootstrapped, and figures of one replicate are paired. */
#ifndef LF_EVIDENCE_BOOTSTRAP_H
#define LF_EVIDENCE_BOOTSTRAP_H

#include "judge/judge.h"

/* What is drawn anew: accounts where they are known, else rows; a row of frequency weight w is w rows. Not
 * owned. */
typedef struct lf_resample {
  size_t n;
  const double *weight;    /* NULL: all 1; rows of weight 0 are never drawn */
  const uint32_t *cluster; /* or NULL */
  size_t n_clusters;
} lf_resample;

/* The statistics of one replicate, from the weights of its rows, into out[n_statistics]. Called from several
 * threads at once. */
typedef lf_status (*lf_statistics)(const void *context, const double *weight, double *out, lf_error *err);

typedef struct lf_bootstrap {
  size_t replicates; /* 0: 1,000, fewer (200 at least) above 2 million rows */
  uint64_t seed;     /* a replicate's draw depends on seed and its number alone */
  size_t n_statistics;
  lf_statistics statistics;
  const void *context;
  const char *stage; /* for progress; NULL: silent */
} lf_bootstrap;

/* Values by replicate: [replicates][n_statistics]. The caller frees. */
lf_status lf_bootstrap_run(const lf_resample *rows, const lf_bootstrap *bootstrap, const lf_run *run,
                           double **values, size_t *replicates, lf_error *err);

/* The weights of one replicate, weight[rows->n]. */
lf_status lf_bootstrap_weights(const lf_resample *rows, uint64_t seed, size_t replicate, double *weight,
                               lf_error *err);

/* Percentile interval (95 %) and standard error of one statistic, its values `stride` apart; NaN values are
 * left out, and where they are more than a twentieth of the replicates the interval is not defined. */
lf_status lf_bootstrap_interval(const double *values, size_t replicates, size_t stride, double estimate,
                                lf_interval *interval, lf_error *err);

#endif
