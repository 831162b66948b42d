/* Passes over the rows of a dense model, shared by its solver and its standard errors. Internal to glm. */
#ifndef LF_EVIDENCE_GLM_PARTS_H
#define LF_EVIDENCE_GLM_PARTS_H

#include "evidence/glm.h"

/* Log (quasi-)likelihood, gradient[m] and information[m x m] at one b[m]. Owned arrays. */
typedef struct lf_dense_point {
  double *b, *gradient, *information;
  double loglik;
} lf_dense_point;

/* Everything at point->b; eta[n] is set. */
lf_status lf_dense_pass(const lf_dense *design, const lf_run *run, lf_dense_point *point, double *eta,
                        lf_error *err);

/* Sum over rows of factor_i x_i x_i' into out[m x m], set. The row's factor takes the place of its
 * information. */
lf_status lf_dense_cross(const lf_dense *design, const double *factor, const lf_run *run, double *out,
                         lf_error *err);

/* covariance[m x m] from the inverse information and the scores at eta. */
lf_status lf_dense_sandwich(const lf_dense *design, const double *inverse, const double *eta,
                            const lf_run *run, double *covariance, lf_error *err);

static inline size_t lf_dense_group(const lf_dense *d, size_t i) {
  return d->group ? d->group[i] : 0;
}

#endif
