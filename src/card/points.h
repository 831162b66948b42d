/* Integer points for weights. */
#ifndef LF_CARD_POINTS_H
#define LF_CARD_POINTS_H

#include "fit/rules.h"

/* Weights of bands, one run of coefficients an attribute. Not owned. */
typedef struct lf_points_problem {
  size_t n; /* weights */
  const double *weight;
  const double
      *curvature; /* n x n: of the penalised deviance, intercept projected out; NULL: plain rounding only */
  size_t n_attributes;
  const size_t *first, *count; /* run of each attribute */
  int maximum;                 /* of the score; its minimum is 0 */
  const lf_rules *rules;       /* the points keep, attributes being terms; NULL: none */
  const double *target; /* n: where the quadratic view has its maximum, where rules bind; NULL: the weights */
} lf_points_problem;

typedef struct lf_points_answer {
  int *points;       /* n, owned */
  double loss_plain; /* rise of the deviance (quadratic view, slope refitted) by plain rounding, and by the
                        points chosen */
  double loss;
} lf_points_answer;

lf_status lf_points_choose(const lf_points_problem *problem, lf_points_answer *answer, lf_error *err);

#endif
