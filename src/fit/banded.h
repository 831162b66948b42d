/* A ridge fit on bands: the design that groupings make of a sample, and the choice of bands beside it. */
#ifndef LF_FIT_BANDED_H
#define LF_FIT_BANDED_H

#include "fit/fit.h"
#include "fit/sample.h"

/* A design over the atoms' codes: each kept set is a term, each of its bands with training rows a
 * coefficient; none where one band holds them all. Owned throughout, but for the sample's codes. */
typedef struct lf_banded {
  size_t n_terms;
  size_t *set; /* of each term */
  lf_term *terms;
  int32_t *map; /* backing of the terms' maps */
  lf_design design;
  struct lf_frame *frame; /* its working form, made by the first fit */
} lf_banded;

/* weight: of each row of the sample (kept by reference). keep[set] nonzero: the set is a term. */
lf_status lf_banded_make(const lf_sample *sample, const lf_atoms *atoms, const lf_grouping *groupings,
                         const uint8_t *keep, const double *weight, lf_banded **banded, lf_error *err);
void lf_banded_free(lf_banded *banded);

/* Ridge fit: every band penalised by lambda, the intercept free. start: n_coef or NULL. */
lf_status lf_banded_solve(lf_banded *banded, double lambda, const double *start, double tolerance,
                          bool information, const lf_run *run, lf_weights **weights, lf_error *err);

/* X'WX and the score of the log-likelihood at coefficients b: hessian[n_coef][n_coef], score[n_coef]. */
lf_status lf_banded_information(lf_banded *banded, const double *b, const lf_run *run, double *hessian,
                                double *score, lf_error *err);

/* Ridge fits at falling penalties, b[n][n_coef]; start: n_coef or NULL. */
lf_status lf_banded_path(lf_banded *banded, const double *lambda, size_t n, const double *start,
                         double tolerance, const lf_run *run, double *b, lf_error *err);
/* Lets go of working memory until the next fit. */
void lf_banded_rest(lf_banded *banded);

/* eta of rows [from, to) for coefficients b, out[0 .. to-from). */
void lf_banded_predict(const lf_banded *banded, const double *b, size_t from, size_t to, double *out);

typedef struct lf_band_rules {
  double penalty;   /* deviance a further band must save */
  double min_rows;  /* in every band */
  double min_each;  /* wins and losses in every band */
  size_t max_bands; /* 0: no cap */
} lf_band_rules;

/* Bands of every kept set from the rows with positive weight: first on the marginal deviance, then once more
 * on the working response of a ridge fit, so that each attribute is banded given the others.
 * groupings[n_sets] are made (cleared by the caller). */
lf_status lf_choose_bands(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                          const double *weight, const lf_band_rules *rules, const lf_run *run,
                          lf_grouping *groupings, lf_error *err);

/* What bands at any penalty are chosen from: sums by atom under the fit that adjusts attributes for each
 * other. atoms and keep are kept by reference; the rules' penalty does not count. */
typedef struct lf_band_basis lf_band_basis;
lf_status lf_band_basis_make(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                             const double *weight, const lf_band_rules *rules, const lf_run *run,
                             lf_band_basis **out, lf_error *err);
void lf_band_basis_free(lf_band_basis *basis);

/* For each band about the coefficient that a ridge fit will give it. */
typedef struct lf_band_start {
  double intercept;
  double **value; /* [n_sets][n_bands + 2], NULL for sets that are not kept */
} lf_band_start;

/* Bands at rules->penalty. start: cleared by the caller, or NULL. */
lf_status lf_choose_from(const lf_band_basis *basis, const lf_band_rules *rules, const lf_run *run,
                         lf_grouping *groupings, lf_band_start *start, lf_error *err);
void lf_band_start_clear(lf_band_start *start, size_t n_sets);
/* The start in the order of the design's coefficients, b[n_coef]. */
void lf_banded_start(const lf_banded *banded, const lf_grouping *groupings, const lf_atoms *atoms,
                     const lf_band_start *start, double *b);
void lf_groupings_free(lf_grouping *groupings, size_t n);

#endif
