/* fit: codes -> weights. Logistic regression by Newton's method; what can fail has a name and a guilty
 * column.
 *
 * In:   a design (design.h).
 * Out:  an lf_weights the caller owns: coefficients, likelihoods, the information matrix at the solution,
 * diagnoses. */
#ifndef LF_FIT_H
#define LF_FIT_H

#include "fit/design.h"

/* What the user asked. Zero-initialise for unpenalised maximum likelihood. */
typedef struct lf_solve_options {
  const double *ridge;   /* n_coef penalties r_j >= 0: objective is loglik - sum r_j (b_j - centre_j)^2 / 2;
                            NULL: none */
  const double *centre;  /* NULL: 0 */
  bool firth;            /* Jeffreys penalty: loglik + log det(X'WX) / 2 */
  const double *start;   /* n_coef, or NULL */
  const int8_t *fixed;   /* n_coef: nonzero keeps the coefficient at its start; NULL: none */
  int max_iterations;    /* 0: 100 */
  double tolerance;      /* on the Newton decrement score' A^-1 score, the squared distance to the maximum in
                            standard errors; the last step is still taken, so the error left is of the order of the
                            decrement itself. 0: 1e-10, or 1e-14 of the deviance if that is less */
  bool keep_frame;       /* keep the working form of the design in the weights, for lf_sandwich; needs the
                            information */
  bool no_information;   /* leave the information matrix out (many fits) */
  bool check_separation; /* tell separation by a linear programme or equivalent certificate, not by size */
} lf_solve_options;

typedef enum lf_diagnosis {
  LF_FIT_FINE = 0,
  LF_FIT_ONE_CLASS,
  LF_FIT_SEPARATION, /* guilty: coefficients whose estimate is infinite, with their direction */
  LF_FIT_NOT_CONVERGED
} lf_diagnosis;

/* What the procedure found. */
typedef struct lf_weights {
  size_t n_coef;
  double *b;         /* estimates; aliased ones are NaN */
  bool *aliased;     /* linearly dependent on earlier coefficients (rank deficiency), as R's glm drops them */
  int8_t *direction; /* separation: -1 or +1 where the estimate runs to that infinity, else 0 */
  size_t rank;       /* coefficients that are not aliased */
  double *information;    /* n_coef x n_coef, row-major, X'WX at the solution (penalty not included); aliased
                             rows and columns 0 */
  double *covariance;     /* its inverse over the not aliased; or NULL */
  struct lf_frame *frame; /* where keep_frame was asked: refers to the design, which outlives it */
  double *working_covariance; /* and the covariance on its scale */
  double rows, won;           /* sums of weights */
  double log_likelihood, null_log_likelihood, log_determinant;
  double gradient; /* largest |score_j| of the objective at the last point evaluated, numbers being
                      standardised */
  bool converged;
  int iterations;
  lf_diagnosis diagnosis;
} lf_weights;

lf_status lf_solve(const lf_design *design, const lf_solve_options *options, const lf_run *run,
                   lf_weights **weights, lf_error *err);
void lf_weights_free(lf_weights *weights);
void lf_weights_drop_frame(lf_weights *weights);

/* Sandwich covariance of the estimates (n_coef x n_coef, caller's), HC0; with cluster != NULL the
 * cluster-robust CR0, or with small_sample G/(G-1). (White 1980; Liang & Zeger 1986; factors as in R's
 * sandwich.) */
typedef enum lf_sandwich_type { LF_HC0 = 0, LF_HC1, LF_HC3, LF_CR0, LF_CR_STATA, LF_CR1 } lf_sandwich_type;
lf_status lf_sandwich(const lf_design *design, const lf_weights *weights, const uint32_t *cluster,
                      size_t n_clusters, lf_sandwich_type type, const lf_run *run, double *covariance,
                      lf_error *err);

/* Profile-likelihood limits of coefficient j: the roots where the deviance has risen by chi2_{1,level}
 * (Venzon & Moolgavkar 1988 or bisection-safe secant). Penalised likelihood where options->firth. An infinite
 * limit is reported as such. */
lf_status lf_profile(const lf_design *design, const lf_weights *weights, const lf_solve_options *options,
                     size_t j, double level, const lf_run *run, double *low, double *high, lf_error *err);

/* Likelihood-ratio test of leaving out a set of terms (drop[t] nonzero), the rest refitted. */
typedef struct lf_lr_test {
  double chi2, p;
  size_t df;
} lf_lr_test;
lf_status lf_drop_test(const lf_design *design, const lf_weights *full, const lf_solve_options *options,
                       const uint8_t *drop, const lf_run *run, lf_lr_test *test, lf_error *err);

/* Wald test that the coefficients index[0..k) are all 0, under the given covariance. */
lf_status lf_wald_test(const lf_weights *weights, const double *covariance, const size_t *index, size_t k,
                       lf_lr_test *test, lf_error *err);

#endif
