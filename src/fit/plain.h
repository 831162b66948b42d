/* The plain method: maximum likelihood as R's glm does it, with all that is read off it. */
#ifndef LF_FIT_PLAIN_H
#define LF_FIT_PLAIN_H

#include "fit/fit.h"
#include "history/history.h"

/* One line of the coefficient table. */
typedef struct lf_coefficient {
  char *attribute; /* "(intercept)" for the intercept */
  char *band;      /* level of a category; "" for a number */
  double estimate, std_error, z, p, ci_low, ci_high;
  double profile_low, profile_high; /* NaN where not computed */
  double robust_std_error;          /* HC0, or clustered by account with G/(G-1); NaN where not computed */
  bool aliased;
  int8_t direction; /* separation: which infinity */
} lf_coefficient;

typedef struct lf_attribute_test {
  char *attribute;
  lf_lr_test lr; /* leaving the attribute out, the rest refitted; NaN and df 0 where none of its weights was
                    estimated */
  bool wald;     /* the refit would have taken too long: lr holds the Wald test of its coefficients instead */
  double q;      /* Benjamini-Hochberg over attributes */
} lf_attribute_test;

typedef struct lf_plain {
  lf_design design; /* over the training rows, listwise: rows with a missing value have weight 0 */
  lf_term *terms;
  double *row_weight; /* owned backing of design.weight where needed */
  int32_t
      *coef_of_code; /* owned backing of the terms' maps; -2: missing, or a level that no training row has */
  lf_weights *weights;
  bool firth; /* the remedy was needed */
  size_t n_coefficients;
  lf_coefficient *coefficients; /* intercept first */
  size_t n_tests;
  lf_attribute_test *tests;
  double rows_used, rows_incomplete; /* weighted */
  double aic, bic, deviance, null_deviance;
  double events_per_weight; /* min(won, lost) / parameters */
  lf_text_list warnings;    /* named failures and what was done: one sentence each */
} lf_plain;

typedef struct lf_plain_options {
  bool profile;   /* profile-likelihood limits */
  bool no_tests;  /* leave out the test of each attribute */
  bool no_robust; /* leave out robust standard errors */
} lf_plain_options;

lf_status lf_plain_fit(const lf_history *history, const lf_plain_options *options, const lf_run *run,
                       lf_plain **plain, lf_error *err);
void lf_plain_free(lf_plain *plain);
/* Linear predictor of rows [from, to) of the history; NaN for rows with a missing value; a level not seen in
 * training is NaN too. */
lf_status lf_plain_predict(const lf_plain *plain, const lf_history *history, size_t from, size_t to,
                           const lf_run *run, double *eta, lf_error *err);

#endif
