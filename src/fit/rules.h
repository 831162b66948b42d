/* Rules of points as constraints on weights, and the ridge fit that keeps them. */
#ifndef LF_FIT_RULES_H
#define LF_FIT_RULES_H

#include "fit/banded.h"

/* c'w >= 0 over the coefficients of one term; c sums to 0, so that it holds of points as of weights. */
typedef struct lf_relation {
  size_t term;
  double *c;   /* n_coef of the term, owned */
  uint32_t at; /* the coefficient of the term to move by `move` where whole points break it */
  int move;
} lf_relation;

/* What rules say of a banded design. Owned, but for the design. */
typedef struct lf_rules {
  const lf_banded *banded;
  int16_t *pin; /* [n_coef]: points said, or LF_NO_PIN */
  int *cap;     /* [n_terms]: most points, or 0 */
  size_t n_relations;
  lf_relation *relations;
  bool pinned;  /* points are said for some coefficient */
  double scale; /* log-odds of a point under the weights of lf_rules_fit; NaN before */
} lf_rules;

enum { LF_SCORE_MAXIMUM = 100 };

/* Whether a rule binds weights (exclusion does not: it takes the set away). */
bool lf_set_has_rules(const lf_atom_set *set);
bool lf_set_is_pinned(const lf_atom_set *set);

/* weight: of the sample's rows; they say what the average lead is. LF_E_USAGE where the points said leave no
 * card: more than 100 in all, or caps too low for the attributes at hand. */
lf_status lf_rules_make(const lf_sample *sample, const lf_atoms *atoms, const lf_banded *banded,
                        const double *weight, lf_rules **rules, lf_error *err);
void lf_rules_free(lf_rules *rules);

/* Moves a ridge fit of the same design and penalty to the best weights that keep the rules: b, log_likelihood
 * and information (covariance is dropped). A fit that keeps them is left as it is. target[n_coef], or NULL:
 * where the objective's quadratic view at those weights has its maximum. */
lf_status lf_rules_fit(lf_banded *banded, lf_rules *rules, double lambda, double tolerance, const lf_run *run,
                       lf_weights *weights, double *target, lf_error *err);

#endif
