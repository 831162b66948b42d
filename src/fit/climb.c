/* Chord steps of many lanes to their maxima.
 *
 * Symbols: lane l of row share s_l maximises l_l(b) - s_l sum r_j b_j^2 / 2; score g_l; step d_l = A^-1 g_l /
 * s_l with one factored A = H + diag(r) for all (the chord method, Kelley 1995, 5.4.1); decrement g_l'd_l.
 * The rows of a lane are much like the rows of all, so that A is nearly each lane's own and a step shrinks
 * the decrement by a constant rho, told by two steps in a row: a step after which rho times the decrement is
 * below the tolerance is the last. With a lasso penalty the step is the maximum of the quadratic with the
 * penalty, by coordinate descent (descent.c), and the decrement s_l d'Hd. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "fit/descent.h"
#include "fit/lanes.h"

typedef struct climb {
  lf_lanes *lanes;
  const lf_lane_steps *steps;
  double *working, *score, *step;
  double *decrement, *before; /* of this step and of the one before; -1: none yet */
  lf_status *status;
  bool *done, *settled;
} climb;

static double share_of(const lf_lane_steps *steps, size_t l) {
  return steps->share ? steps->share[l] : 1.0;
}

/* Solves for a few lanes, those with the same system at once. */
enum { TOGETHER = 4 };

static void solve_lanes(void *context, size_t i) {
  climb *c = context;
  size_t n = c->lanes->frame->n_coef, from = i * TOGETHER;
  size_t to = from + TOGETHER < c->lanes->n ? from + TOGETHER : c->lanes->n;
  for (size_t l = from, next; l < to; l = next) {
    for (next = l + 1; next < to && c->steps->system[next] == c->steps->system[l];) next++;
    c->status[l] = lf_system_solve_rows(c->steps->system[l], next - l, c->step + l * n, NULL);
  }
}

/* Steps of all lanes from their scores, which lose what the ridge takes; and their decrements. */
static lf_status ridge_steps(climb *c, const lf_run *run, lf_error *err) {
  size_t n = c->lanes->frame->n_coef, lanes = c->lanes->n;
  for (size_t l = 0; l < lanes; l++) {
    double share = share_of(c->steps, l);
    const double *ridge = c->steps->ridge ? c->steps->ridge + l * c->steps->ridge_step : NULL;
    for (size_t j = 0; ridge && j < n; j++) c->score[l * n + j] -= ridge[j] * share * c->working[l * n + j];
  }
  memcpy(c->step, c->score, lanes * n * sizeof *c->step);
  lf_parallel_for(run, (lanes + TOGETHER - 1) / TOGETHER, solve_lanes, c);
  for (size_t l = 0; l < lanes; l++)
    if (c->status[l] != LF_OK) return lf_fail(err, c->status[l], "no memory for a step of %zu fits", lanes);
  for (size_t l = 0; l < lanes; l++) {
    double share = share_of(c->steps, l);
    cblas_dscal((int)n, share > 0.0 ? 1.0 / share : 0.0, c->step + l * n, 1);
    c->decrement[l] = cblas_ddot((int)n, c->score + l * n, 1, c->step + l * n, 1);
  }
  return LF_OK;
}

/* d'Hd, by Q and the intercept's own part. */
static double curvature(const lf_curve *curve, const double *step) {
  size_t n = curve->n;
  double along = cblas_ddot((int)n, curve->first, 1, step, 1);
  double sum = curve->first[0] > 0.0 ? along * along / curve->first[0] : 0.0;
  for (size_t j = 1; j < n; j++)
    if (step[j] < 0.0 || step[j] > 0.0)
      sum += step[j] * cblas_ddot((int)n - 1, curve->matrix + j * n + 1, 1, step + 1, 1);
  return sum;
}

static void lasso_step(void *context, size_t l) {
  climb *c = context;
  size_t n = c->lanes->frame->n_coef;
  double share = share_of(c->steps, l), *score = c->score + l * n, *step = c->step + l * n;
  if (c->done[l]) return;
  for (size_t j = 0; j < n; j++) score[j] /= share;
  c->status[l] =
      lf_descend(c->steps->curve, score, c->steps->ridge + l * c->steps->ridge_step, c->steps->lasso + l * n,
                 c->working + l * n, 1e-3 * c->steps->tolerance, step, NULL);
  if (c->status[l] == LF_OK) c->decrement[l] = share * curvature(c->steps->curve, step);
}

static lf_status find_steps(climb *c, const lf_run *run, lf_error *err) {
  if (!c->steps->lasso) return ridge_steps(c, run, err);
  lf_parallel_for(run, c->lanes->n, lasso_step, c);
  for (size_t l = 0; l < c->lanes->n; l++)
    if (c->status[l] != LF_OK)
      return lf_fail(err, c->status[l], "no memory for a step of coordinate descent");
  return LF_OK;
}

/* Moves a lane by its step, and says whether that was its last. */
static void move_lane(climb *c, size_t l, double hint, double *rate) {
  size_t n = c->lanes->frame->n_coef;
  double tolerance = c->steps->tolerance, before = c->before[l], decrement = c->decrement[l];
  if (before >= 0.0 && !(decrement <= before)) { /* not finite, or the wrong way */
    c->done[l] = true;
    return;
  }
  double shrinkage = before > 0.0 ? decrement / before : hint;
  if (before > 0.0 && before > tolerance) *rate = fmax(*rate, shrinkage);
  c->settled[l] = decrement <= tolerance || (shrinkage < 0.25 && decrement * shrinkage <= tolerance);
  c->done[l] = c->settled[l];
  c->before[l] = decrement;
  for (size_t j = 0; j < n; j++) c->working[l * n + j] += c->step[l * n + j];
}

static lf_status iterate(climb *c, const lf_run *run, lf_lane_outcome *outcome, lf_error *err) {
  lf_status status = LF_OK;
  int most = c->steps->max_iterations > 0 ? c->steps->max_iterations : 30;
  double hint = outcome->rate, measured = 0.0;
  for (int i = 0; i < most; i++) {
    bool all_done = true;
    LF_TRY(lf_lanes_score(c->lanes, c->working, run, c->score, NULL, err));
    LF_TRY(find_steps(c, run, err));
    outcome->passes++;
    for (size_t l = 0; l < c->lanes->n; l++)
      if (!c->done[l]) move_lane(c, l, hint, &measured);
    for (size_t l = 0; l < c->lanes->n; l++) all_done = all_done && c->done[l];
    if (all_done) break;
  }
  if (measured > 0.0) outcome->rate = measured;
cleanup:
  return status;
}

lf_status lf_lanes_climb(lf_lanes *lanes, const lf_lane_steps *steps, const lf_run *run, double *working,
                         bool *settled, lf_lane_outcome *outcome, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = lanes->frame->n_coef;
  climb c = {.lanes = lanes, .steps = steps, .working = working, .settled = settled};
  LF_TRY(lf_alloc(lanes->n * n, sizeof *c.score, &c.score, err));
  LF_TRY(lf_alloc(lanes->n * n, sizeof *c.step, &c.step, err));
  LF_TRY(lf_alloc(lanes->n, sizeof *c.decrement, &c.decrement, err));
  LF_TRY(lf_alloc(lanes->n, sizeof *c.before, &c.before, err));
  LF_TRY(lf_alloc(lanes->n, sizeof *c.status, &c.status, err));
  LF_TRY(lf_alloc(lanes->n, sizeof *c.done, &c.done, err));
  for (size_t l = 0; l < lanes->n; l++) {
    c.before[l] = -1.0;
    settled[l] = c.done[l] = share_of(steps, l) <= 0.0;
  }
  status = iterate(&c, run, outcome, err);
cleanup:
  free(c.score);
  free(c.step);
  free(c.decrement);
  free(c.before);
  free(c.status);
  free(c.done);
  return status;
}
