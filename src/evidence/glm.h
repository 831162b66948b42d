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

/* Not owned. Coefficients: one intercept a group first, then the columns. Rows of one group that stand
 * together are summed faster. */
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
  double dispersion;     /* Pearson chi2 / residual degrees of freedom; NaN without covariance */
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

lf_status lf_dense_solve(const lf_dense *d, const lf_dense_options *options, const lf_run *run,
                         lf_dense_fit **out, lf_error *err);
void lf_dense_fit_free(lf_dense_fit *fit);

/* eta[n] of rows [from, from + n) for coefficients b[n_groups + k]. */
void lf_dense_eta(const lf_dense *design, const double *b, size_t from, size_t n, double *eta);

/* Mean of an observation at eta. */
double lf_family_mean(lf_family family, double eta);

/* Rows [from, from + n) at eta[n]: w score, w information (a unit's, of the link's eta), and w loss (minus
 * the log (quasi-)likelihood), each [n]. Rows of weight 0 get 0. */
void lf_dense_observe(const lf_dense *design, size_t from, size_t n, const double *eta, double *score,
                      double *information, double *loss);

/* Scores of every unit (cluster; row, where there are none) that a bootstrap draws: sums[n_units x m], m =
 * n_groups + k, set. A row of frequency weight w and no cluster is w rows: its share is divided by the root
 * of w, so that drawing it once varies as much. */
lf_status lf_dense_unit_scores(const lf_dense *design, const double *eta, size_t n_units, double *sums,
                               lf_error *err);

/* Inverts a symmetric non-negative matrix in place by sweeping; rows that are linear combinations of earlier
 * ones get aliased[i] = true and zeros. work [m] is scratch. Returns the rank. */
size_t lf_sweep(double *a, size_t m, bool *aliased, double *work);

#endif
