/* Mean models with log link over coded terms: E y = exp(eta). */
#ifndef LF_EVIDENCE_LOGLINK_H
#define LF_EVIDENCE_LOGLINK_H

#include "fit/design.h"

enum { LF_MAX_TERMS = 512 };

typedef enum lf_loglink_family { LF_LOGLINK_POISSON = 0, LF_LOGLINK_GAMMA } lf_loglink_family;

/* Quasi-likelihood fit of y >= 0 (Gamma: y > 0) on a design whose terms are all coded; the design's own
 * outcome is not looked at. start may be NULL. Out, each n_coef or n_coef x n_coef, the caller's: b, bread
 * (inverse expected information), covariance (sandwich with C/(C-1), clustered where cluster is given).
 * Coefficients that depend on earlier ones, or that no row has, are 0 with variance 0. */
typedef struct lf_loglink {
  const lf_design *design;
  const double *y;
  lf_loglink_family family;
  const uint32_t *cluster;
  size_t n_clusters;
  const double *start;
} lf_loglink;

lf_status lf_loglink_fit(const lf_loglink *model, const lf_run *run, double *b, double *bread,
                         double *covariance, bool *converged, lf_error *err);

#endif
