/* Coordinate descent on a quadratic with an elastic-net penalty. */
#ifndef LF_FIT_DESCENT_H
#define LF_FIT_DESCENT_H

#include "base/status.h"

/* X'WX with the intercept (index 0) taken out of the others, as if their columns had weighted mean 0. */
typedef struct lf_curve {
  size_t n;
  double *matrix; /* n x n; first row and column not used; owned */
  double *first;  /* row 0 of X'WX; owned */
} lf_curve;

lf_status lf_curve_new(size_t n, lf_curve **curve, lf_error *err);
void lf_curve_free(lf_curve *curve);
/* From X'WX, n x n. */
void lf_curve_set(lf_curve *curve, const double *hessian);

/* The step d that maximises score'd - d'Hd / 2 - sum_j (ridge_j (b_j + d_j)^2 / 2 + lasso_j |b_j + d_j|), by
 * sweeps until one changes the fit by no more than tolerance (in the terms of the decrement, fit.h). lasso 0
 * and ridge 0 for the intercept. */
lf_status lf_descend(const lf_curve *curve, const double *score, const double *ridge, const double *lasso,
                     const double *b, double tolerance, double *step, lf_error *err);

#endif
