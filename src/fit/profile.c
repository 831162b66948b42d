/* Profile-likelihood limits.
 *
 * Symbols: l(v) = max of the (penalised) log-likelihood with b_j = v; s(v) = sqrt(2 (l(b) - l(v))), rising
 * away from the estimate and close to linear; the limit is s(v) = sqrt(chi2_{1,level}) (Venzon & Moolgavkar
 * 1988 solve the same equations by Newton; this brackets the root, so that it cannot wander off on flat
 * likelihoods). Each value is a refit started from the last; steps outward double until the root is passed,
 * then the secant of s within the bracket (Illinois form of regula falsi, Dowell & Jarratt 1971). */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/newton.h"

enum { OUTWARD = 40, SECANTS = 60 };

typedef struct profile {
  const lf_frame *frame;
  lf_solve_options options;
  const lf_run *run;
  size_t j;
  double best, target; /* log-likelihood at the estimate; sqrt(chi2) */
  double *start;
  int8_t *fixed;
} profile;

static double penalised(const lf_weights *weights, bool firth) {
  return weights->log_likelihood + (firth ? 0.5 * weights->log_determinant : 0.0);
}

/* s(v) - target. */
static lf_status rise(profile *p, double v, double *out, lf_error *err) {
  lf_weights *weights = NULL;
  p->start[p->j] = v;
  lf_status status = lf_solve_frame(p->frame, &p->options, true, p->run, &weights, err);
  if (status != LF_OK) return status;
  double drop = p->best - penalised(weights, p->options.firth);
  *out = sqrt(drop > 0.0 ? 2.0 * drop : 0.0) - p->target;
  for (size_t k = 0; k < weights->n_coef; k++)
    if (!isnan(weights->b[k]) && weights->converged) p->start[k] = weights->b[k];
  lf_weights_free(weights);
  return LF_OK;
}

/* The root between a (below the target) and b (above). */
static lf_status secant(profile *p, double a, double fa, double b, double fb, double *root, lf_error *err) {
  lf_status status = LF_OK;
  int side = 0;
  for (int i = 0; i < SECANTS && fabs(b - a) > 1e-12 * (fabs(a) + fabs(b)); i++) {
    double c = b - fb * (b - a) / (fb - fa), fc = 0.0;
    LF_TRY(rise(p, c, &fc, err));
    *root = c;
    if (fabs(fc) < 1e-10) break;
    if (fc < 0.0) {
      a = c;
      fa = fc;
      if (side == -1) fb *= 0.5;
      side = -1;
    } else {
      b = c;
      fb = fc;
      if (side == 1) fa *= 0.5;
      side = 1;
    }
  }
cleanup:
  return status;
}

/* The limit on one side; sign -1 or +1. */
static lf_status find_limit(profile *p, const lf_weights *weights, double se, double sign, double *limit,
                            lf_error *err) {
  lf_status status = LF_OK;
  double estimate = weights->b[p->j], a = estimate, fa = -p->target, step = se * p->target;
  for (size_t k = 0; k < weights->n_coef; k++) p->start[k] = isnan(weights->b[k]) ? 0.0 : weights->b[k];
  for (int i = 0; i < OUTWARD; i++) {
    double b = a + sign * step, fb = 0.0;
    LF_TRY(rise(p, b, &fb, err));
    if (fb >= 0.0) {
      *limit = b;
      if (fb > 0.0) LF_TRY(secant(p, a, fa, b, fb, limit, err));
      goto cleanup;
    }
    step = i < 4 ? se * p->target * 0.5 : step * 2.0;
    a = b;
    fa = fb;
  }
  *limit = sign * INFINITY;
cleanup:
  return status;
}

lf_status lf_profile(const lf_design *design, const lf_weights *weights, const lf_solve_options *options,
                     size_t j, double level, const lf_run *run, double *low, double *high, lf_error *err) {
  lf_status status = LF_OK;
  lf_frame *frame = NULL;
  size_t n = weights->n_coef;
  profile p = {.run = run, .j = j};
  double lower = NAN, upper = NAN;
  if (!weights->covariance)
    return lf_fail(err, LF_E_USAGE, "profile limits need a fit with its information matrix");
  if (j >= n || weights->aliased[j]) return lf_fail(err, LF_E_USAGE, "coefficient %zu was not estimated", j);
  LF_TRY(lf_alloc(n, sizeof *p.start, &p.start, err));
  LF_TRY(lf_alloc(n, sizeof *p.fixed, &p.fixed, err));
  if (options) p.options = *options;
  for (size_t k = 0; k < n; k++) p.fixed[k] = options && options->fixed ? options->fixed[k] : 0;
  p.fixed[j] = 1;
  p.options.fixed = p.fixed;
  p.options.start = p.start;
  p.options.no_information = true;
  p.options.check_separation = false;
  p.best = penalised(weights, p.options.firth);
  p.target = sqrt(lf_chi_squared_quantile(level, 1.0));
  LF_TRY(lf_frame_new(design, lf_keeps_shift(&p.options), run, &frame, err));
  p.frame = frame;
  double se = sqrt(weights->covariance[j * n + j]);
  LF_TRY(find_limit(&p, weights, se, -1.0, &lower, err));
  LF_TRY(find_limit(&p, weights, se, 1.0, &upper, err));
  *low = lower;
  *high = upper;
cleanup:
  lf_frame_free(frame);
  free(p.start);
  free(p.fixed);
  return status;
}
