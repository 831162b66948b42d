/* Ridge fits along a path of penalties, each from the one before.
 *
 * Symbols: lambda_k falling, b_k the maximum of l(b) - lambda_k sum u_j b_j^2 / 2, H = X'WX, decrement as in
 * newton.c. b is smooth in log lambda: each fit starts where the line or parabola through the last two or
 * three maxima points (a predictor, Allgower & Georg 1990, chapter 2), and is corrected by chord steps: A = H
 * + lambda U with the H of an earlier fit, so that a step costs the score and a factor. H is computed anew
 * where a step does not shrink the decrement fourfold. */
#include "fit/path.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "fit/newton.h"

/* Value at log lambda_k of the polynomial through the last m maxima: the weight of each. */
static void prediction_weights(const double *lambda, size_t k, size_t m, double *weight) {
  double x = log(lambda[k]);
  for (size_t i = 0; i < m; i++) {
    double own = log(lambda[k - m + i]);
    weight[i] = 1.0;
    for (size_t j = 0; j < m; j++) {
      double other = log(lambda[k - m + j]);
      if (j != i) weight[i] *= own > other || own < other ? (x - other) / (own - other) : 0.0;
    }
  }
}

/* A coefficient that a lasso holds at 0, or lets go of, does not go on as it went: it starts where it was. */
static bool goes_on(const double *maxima, size_t n, size_t k, size_t m, size_t j) {
  for (size_t i = 0; i < m; i++)
    if (maxima[(k - m + i) * n + j] == 0.0) return false;
  return true;
}

void lf_path_start(const double *lambda, size_t k, size_t points, const double *maxima, size_t n,
                   double *working) {
  double weight[LF_PATH_POINTS];
  size_t m = k < points ? k : points;
  prediction_weights(lambda, k, m, weight);
  bool steady = isfinite(weight[0]) && fabs(weight[0]) < 8.0;
  if (!steady) {
    memcpy(working, maxima + (k - 1) * n, n * sizeof *working);
    return;
  }
  for (size_t j = 0; j < n; j++) {
    double sum = 0.0, last = maxima[(k - 1) * n + j];
    for (size_t i = 0; i < m; i++) sum += weight[i] * maxima[(k - m + i) * n + j];
    working[j] = goes_on(maxima, n, k, m, j) && sum * last > 0.0 ? sum : last;
  }
}

static void set_ridge(lf_newton *w, const double *unit, double lambda) {
  for (size_t j = 0; j < w->frame->n_coef; j++) w->ridge[j] = lambda * unit[j];
}

/* From `working` to the maximum, by chord steps on the matrix at hand. */
static lf_status correct(lf_newton *w, lf_error *err) {
  lf_status status = LF_OK;
  double previous = INFINITY;
  LF_TRY(lf_newton_evaluate(w, LF_PASS_GRADIENT, 1, err));
  LF_TRY(lf_newton_step(w, true, err));
  for (int i = 0; i < w->max_iterations; i++) {
    bool moved = false;
    if (w->decrement <= w->tolerance) break;
    if (w->decrement > 0.25 * previous || (i == 0 && w->decrement > 100.0 * (double)w->system->m)) {
      LF_TRY(lf_newton_evaluate(w, LF_PASS_FULL, 1, err));
      LF_TRY(lf_newton_step(w, true, err));
    }
    previous = w->decrement;
    LF_TRY(lf_newton_advance(w, LF_PASS_GRADIENT, 1, &moved, err));
    if (!moved) break;
    LF_TRY(lf_newton_step(w, false, err));
  }
  for (size_t j = 0; j < w->frame->n_coef; j++) w->working[j] += w->step[j];
cleanup:
  return status;
}

/* The first fit, whose matrix the others use: the newton of it. */
static lf_status first_fit(const lf_frame *frame, const lf_ridge_path *path, double *ridge, const lf_run *run,
                           lf_newton **out, lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *w = NULL;
  for (size_t j = 0; j < frame->n_coef; j++)
    ridge[j] = path->lambda[0] * (path->unit ? path->unit[j] : j > 0 ? 1.0 : 0.0);
  lf_solve_options options = {
      .ridge = ridge, .start = path->start, .tolerance = path->tolerance, .no_information = true};
  LF_TRY(lf_newton_new(frame, &options, run, &w, err));
  LF_TRY(lf_newton_run(w, err));
  *out = w;
  w = NULL;
cleanup:
  lf_newton_free(w);
  return status;
}

lf_status lf_ridge_path_fit(const lf_frame *frame, const lf_ridge_path *path, const lf_run *run, double *b,
                            lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *w = NULL;
  double *unit = NULL, *maxima = NULL;
  size_t n = frame->n_coef;
  LF_TRY(lf_alloc(n, sizeof *unit, &unit, err));
  LF_TRY(lf_alloc(path->n * n, sizeof *maxima, &maxima, err));
  for (size_t k = 0; k < path->n; k++) {
    LF_TRY(lf_check_interrupt(run, err));
    if (k == 0) {
      LF_TRY(first_fit(frame, path, unit, run, &w, err));
      for (size_t j = 0; j < n; j++) unit[j] = w->ridge[j] / path->lambda[0];
      w->max_iterations = 100;
    } else {
      lf_path_start(path->lambda, k, 3, maxima, n, w->working);
      set_ridge(w, unit, path->lambda[k]);
      LF_TRY(correct(w, err));
    }
    memcpy(maxima + k * n, w->working, n * sizeof *maxima);
    lf_frame_to_user(frame, w->working, b + k * n);
  }
cleanup:
  lf_newton_free(w);
  free(unit);
  free(maxima);
  return status;
}

/* ---- refits ------------------------------------------------------------------------------------------ */

void lf_refitter_free(lf_refitter *refitter) {
  if (!refitter) return;
  lf_newton_free(refitter->newton);
  lf_frame_free(refitter->frame);
  free(refitter);
}

lf_status lf_refitter_new(const lf_design *design, const double *ridge, const lf_run *run,
                          lf_refitter **refitter, lf_error *err) {
  lf_status status = LF_OK;
  lf_refitter *r = NULL;
  LF_TRY(lf_alloc(1, sizeof *r, &r, err));
  r->design = design;
  lf_solve_options options = {.ridge = ridge, .no_information = true};
  LF_TRY(lf_frame_new(design, lf_keeps_shift(&options), run, &r->frame, err));
  LF_TRY(lf_newton_new(r->frame, &options, run, &r->newton, err));
  LF_TRY(lf_newton_run(r->newton, err));
  LF_TRY(lf_newton_evaluate(r->newton, LF_PASS_FULL, 1, err));
  LF_TRY(lf_system_factor(r->newton->system, r->newton->point.hessian, r->newton->ridge, err));
  *refitter = r;
  r = NULL;
cleanup:
  lf_refitter_free(r);
  return status;
}

/* Weights of one lane as an array, for a lane that has to be refitted alone. */
static lf_status refit_alone(const lf_refitter *refitter, size_t lane, size_t n, lf_lane_weights *weigh,
                             void *context, double tolerance, double *b, lf_error *err) {
  lf_status status = LF_OK;
  double *all = NULL, *weight = NULL;
  size_t rows = refitter->frame->n_rows, width = (n + 3) / 4 * 4;
  LF_TRY(lf_alloc(LF_BLOCK_ROWS * width, sizeof *all, &all, err));
  LF_TRY(lf_alloc(rows, sizeof *weight, &weight, err));
  for (size_t from = 0; from < rows; from += LF_BLOCK_ROWS) {
    size_t m = from + LF_BLOCK_ROWS < rows ? LF_BLOCK_ROWS : rows - from;
    weigh(context, from, m, width, all);
    for (size_t i = 0; i < m; i++) weight[from + i] = all[i * width + lane];
  }
  LF_TRY(lf_refit(refitter, weight, tolerance, b, err));
cleanup:
  free(all);
  free(weight);
  return status;
}

/* All lanes from the full fit's coefficients with its factor. */
static lf_status climb_together(const lf_refitter *refitter, size_t n, lf_lane_weights *weigh, void *context,
                                double tolerance, const lf_run *run, double *working, bool *settled,
                                lf_error *err) {
  lf_status status = LF_OK;
  const lf_newton *full = refitter->newton;
  size_t n_coef = refitter->frame->n_coef;
  lf_lanes *lanes = NULL;
  const lf_system **systems = NULL;
  lf_lane_outcome outcome = {.rate = 1.0};
  LF_TRY(lf_alloc(n, sizeof *systems, &systems, err));
  for (size_t l = 0; l < n; l++) {
    systems[l] = full->system;
    memcpy(working + l * n_coef, full->working, n_coef * sizeof *working);
  }
  lf_lane_steps steps = {.system = systems, .ridge = full->ridge, .tolerance = tolerance};
  LF_TRY(lf_lanes_new(refitter->frame, n, weigh, context, run, &lanes, err));
  LF_TRY(lf_lanes_climb(lanes, &steps, run, working, settled, &outcome, err));
cleanup:
  lf_lanes_free(lanes);
  free(systems);
  return status;
}

lf_status lf_refit_lanes(const lf_refitter *refitter, size_t n, lf_lane_weights *weigh, void *context,
                         double tolerance, const lf_run *run, double *b, lf_error *err) {
  lf_status status = LF_OK;
  const lf_newton *full = refitter->newton;
  size_t n_coef = refitter->frame->n_coef;
  double *working = NULL;
  bool *settled = NULL;
  LF_TRY(lf_alloc(n * n_coef, sizeof *working, &working, err));
  LF_TRY(lf_alloc(n, sizeof *settled, &settled, err));
  LF_TRY(climb_together(refitter, n, weigh, context, tolerance, run, working, settled, err));
  for (size_t l = 0; l < n; l++) {
    double *out = b + l * n_coef;
    if (!settled[l]) {
      LF_TRY(refit_alone(refitter, l, n, weigh, context, tolerance, out, err));
      continue;
    }
    lf_frame_to_user(refitter->frame, working + l * n_coef, out);
    for (size_t j = 0; j < n_coef; j++)
      if (full->aliased[j]) out[j] = NAN;
  }
cleanup:
  free(working);
  free(settled);
  return status;
}

lf_status lf_refit(const lf_refitter *refitter, const double *weight, double tolerance, double *b,
                   lf_error *err) {
  lf_status status = LF_OK;
  const lf_newton *full = refitter->newton;
  size_t n = refitter->frame->n_coef;
  lf_run serial = lf_run_serial(full->run);
  lf_design design = *refitter->design;
  lf_frame *frame = NULL;
  lf_newton *w = NULL;
  design.weight = weight;
  lf_solve_options options = {.ridge = full->ridge, .tolerance = tolerance, .no_information = true};
  LF_TRY(lf_frame_share(refitter->frame, &design, &frame, err));
  LF_TRY(lf_newton_new(frame, &options, &serial, &w, err));
  memcpy(w->working, full->working, n * sizeof *w->working);
  if (w->ridge) {
    memcpy(w->ridge, full->ridge, n * sizeof *w->ridge);
    memcpy(w->centre, full->centre, n * sizeof *w->centre);
  }
  memcpy(w->point.hessian, full->point.hessian, n * n * sizeof *w->point.hessian);
  memcpy(w->aliased, full->aliased, n * sizeof *w->aliased);
  memcpy(w->left_out, full->left_out, n * sizeof *w->left_out);
  lf_system_activate(w->system, w->left_out);
  LF_TRY(correct(w, err));
  lf_frame_to_user(frame, w->working, b);
  for (size_t j = 0; j < n; j++)
    if (w->aliased[j]) b[j] = NAN;
cleanup:
  lf_newton_free(w);
  lf_frame_free(frame);
  return status;
}
