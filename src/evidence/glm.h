/* Generalised linear models of few columns, kept dense. Internal to evidence. */
#ifndef LF_EVIDENCE_GLM_H
#define LF_EVIDENCE_GLM_H

#include "base/status.h"

typedef enum lf_family {
  LF_FAMILY_BINOMIAL = 0, /* logit link */
  LF_FAMILY_GAMMA,        /* log link */
  LF_FAMILY_POISSON,      /* log link; variance estimated from the data where it matters */
  LF_FAMILY_NORMAL        /* identity */
} lf_family;

/* Not owned. Coefficients: one intercept a group first, then the columns. */
typedef struct lf_dense {
  lf_family family;
  size_t n, k;
  const double *const *x; /* k columns of n */
  const uint8_t *group;   /* 0..n_groups-1; NULL: one group */
  size_t n_groups;        /* at least 1 */
  const double *y;
  const double *weight;    /* frequency weights; NULL: all 1; 0 leaves a row out */
  const double *offset;    /* NULL: 0 */
  const uint32_t *cluster; /* NULL: rows are independent */
  size_t n_clusters;
} lf_dense;

typedef struct lf_dense_fit {
  size_t m;  /* n_groups + k */
  double *b; /* 0 where aliased */
  bool *aliased;
  double *inverse;       /* m x m: inverse information, dispersion 1; 0 in aliased rows */
  double *covariance;    /* m x m: sandwich, clustered where clusters are given; or NULL */
  double *eta;           /* n */
  double dispersion;     /* Pearson chi2 / residual degrees of freedom */
  double log_likelihood; /* binomial and normal (dispersion 1) only; else the quasi-likelihood */
  double rows;
  size_t rank;
  int iterations;
  bool converged;
} lf_dense_fit;

typedef struct lf_dense_options {
  const double *start; /* m, or NULL */
  int max_iterations;  /* 0: 50 */
  bool no_covariance;
} lf_dense_options;

lf_status lf_dense_solve(const lf_dense *design, const lf_dense_options *options, const lf_run *run,
                         lf_dense_fit **fit, lf_error *err);
void lf_dense_fit_free(lf_dense_fit *fit);

/* Mean, and weight of Newton's step, of an observation at eta. */
double lf_family_mean(lf_family family, double eta);

/* Inverts a symmetric non-negative matrix in place by sweeping; rows that are linear combinations of earlier
 * ones get aliased[i] = true and zeros. Returns the rank. */
size_t lf_sweep(double *matrix, size_t m, bool *aliased);

#endif
