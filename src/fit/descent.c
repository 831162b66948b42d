/* Coordinate descent on a quadratic with an elastic-net penalty (Friedman, Hastie & Tibshirani 2010,
 * "Regularization paths for generalized linear models via coordinate descent", sections 2.1 to 2.3).
 *
 * Symbols: H = X'WX, Q its part without the intercept, Q_jk = H_jk - H_0j H_0k / H_00; r = score - H d at the
 * step d so far, without the intercept r_j - H_0j r_0 / H_00. A coordinate's best value is S(r_j + Q_jj b_j,
 * lasso_j) / (Q_jj + ridge_j),  S(u, l) = sign(u) max(|u| - l, 0), and a change of it takes a row of Q off r
 * (covariance updates): coordinates that stay at 0 cost nothing more. Why the intercept is taken out: with it
 * in, codes and intercept pull against each other and sweeps are many. */
#include "fit/descent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fit/logistic.h"

enum { SWEEPS = 10000 };

void lf_curve_free(lf_curve *curve) {
  if (!curve) return;
  free(curve->matrix);
  free(curve->first);
  free(curve);
}

lf_status lf_curve_new(size_t n, lf_curve **curve, lf_error *err) {
  lf_status status = LF_OK;
  lf_curve *c = NULL;
  LF_TRY(lf_alloc(1, sizeof *c, &c, err));
  c->n = n;
  LF_TRY(lf_alloc(n * n, sizeof *c->matrix, &c->matrix, err));
  LF_TRY(lf_alloc(n, sizeof *c->first, &c->first, err));
  *curve = c;
  c = NULL;
cleanup:
  lf_curve_free(c);
  return status;
}

void lf_curve_set(lf_curve *curve, const double *hessian) {
  size_t n = curve->n;
  memcpy(curve->first, hessian, n * sizeof *hessian);
  for (size_t j = 1; j < n; j++) {
    double share = hessian[0] > 0.0 ? hessian[j] / hessian[0] : 0.0;
    for (size_t k = 1; k < n; k++) curve->matrix[j * n + k] = hessian[j * n + k] - share * hessian[k];
  }
}

typedef struct descent {
  const lf_curve *curve;
  const double *ridge, *lasso;
  double *b, *r; /* at the step so far */
} descent;

static double shrink(double u, double by) {
  return u > by ? u - by : u < -by ? u + by : 0.0;
}

LF_CLONES
static void take_off(size_t n, double move, const double *restrict row, double *restrict r) {
#pragma omp simd
  for (size_t k = 0; k < n; k++) r[k] -= move * row[k];
}

/* One sweep over the coordinates, or those that are not 0; returns the sum of what it changed. */
static double sweep(descent *d, bool active_only) {
  size_t n = d->curve->n;
  double changed = 0.0;
  for (size_t j = 1; j < n; j++) {
    const double *row = d->curve->matrix + j * n;
    double own = row[j], old = d->b[j];
    if ((active_only && old == 0.0) || !(own > 1e-12 * d->curve->first[0])) continue;
    double now = shrink(d->r[j] + own * old, d->lasso[j]) / (own + d->ridge[j]), move = now - old;
    if (move == 0.0) continue;
    d->b[j] = now;
    take_off(n, move, row, d->r); /* item 0 is not used */
    changed += move * move * own;
  }
  return changed;
}

/* Sweeps over all coordinates, and between them over the active ones until they stand still. */
static void settle(descent *d, double tolerance) {
  for (int i = 0; i < SWEEPS; i++) {
    if (sweep(d, false) <= tolerance) return;
    for (; i < SWEEPS; i++)
      if (sweep(d, true) <= tolerance) break;
  }
}

lf_status lf_descend(const lf_curve *curve, const double *score, const double *ridge, const double *lasso,
                     const double *b, double tolerance, double *step, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = curve->n;
  descent d = {.curve = curve, .ridge = ridge, .lasso = lasso};
  LF_TRY(lf_alloc(n, sizeof *d.b, &d.b, err));
  LF_TRY(lf_alloc(n, sizeof *d.r, &d.r, err));
  double level = curve->first[0] > 0.0 ? score[0] / curve->first[0] : 0.0;
  for (size_t j = 1; j < n; j++) {
    d.b[j] = b[j];
    d.r[j] = score[j] - curve->first[j] * level;
  }
  settle(&d, tolerance);
  step[0] = level;
  for (size_t j = 1; j < n; j++) {
    step[j] = d.b[j] - b[j];
    if (curve->first[0] > 0.0) step[0] -= curve->first[j] / curve->first[0] * step[j];
  }
cleanup:
  free(d.b);
  free(d.r);
  return status;
}
