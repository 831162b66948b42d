/* Ridge, lasso and elastic-net paths of all folds at once.
 *
 * Symbols: fold f lacks rows; its lane has row share s_f and maximises l_f(b) - s_f lambda_k sum_j f_j ((1 -
 * alpha) (sd_j b_j)^2 / 2 + alpha sd_j |b_j|); lane n_folds has all rows. H = X'WX of all rows. Each maximum
 * starts where the cubic in log lambda through the four before it points (path.c), and is reached by steps of
 * all lanes together (climb.c) on a quadratic with s_f H: a fold's own matrix is about that, since its rows
 * are most of the rows. H is computed anew every few penalties, and where a lane does not settle with the old
 * one. A ridge lane that does not settle even then is fitted alone. */
#include "fit/fold_path.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/descent.h"
#include "fit/newton.h"
#include "fit/spread.h"

enum { BATCH = 8, ROUNDS = 20 }; /* penalties that share a matrix; times it is computed anew for one */

typedef struct walk {
  const lf_frame *frame;
  const lf_fold_path *path;
  const lf_run *run;
  lf_fold_path_fit *fit;
  size_t n_lanes, n_coef;
  lf_lanes *lanes;
  lf_newton *newton; /* of all rows: aliased coefficients, and H at its `working` */
  lf_system *systems[BATCH];
  const lf_system **system;        /* [n_lanes]: those of the penalty at hand */
  lf_curve *curve;                 /* H for the lasso */
  double *unit_ridge, *unit_lasso; /* [n_lanes][n_coef]: at lambda 1, working scale */
  double *ridge, *lasso;           /* at the penalty at hand; lasso NULL where alpha is 0 */
  double *share;                   /* of the rows in each lane */
  double *maxima;                  /* the last LF_PATH_POINTS and the one at hand, [..][n_lanes][n_coef] */
  double *row_loss;                /* [n_rows][LF_PATH_POINTS] */
  bool *settled;
  double rate;
} walk;

static double row_weight(const lf_design *design, size_t row) {
  return design->weight ? design->weight[row] : 1.0;
}

static void weigh(void *context, size_t from, size_t n, size_t width, double *weight) {
  const walk *w = context;
  const lf_design *design = w->frame->design;
  for (size_t i = 0; i < n; i++) {
    double own = row_weight(design, from + i);
    for (size_t l = 0; l < width; l++) weight[i * width + l] = own;
    size_t fold = w->path->n_folds ? w->path->fold[from + i] : 0;
    if (fold < w->path->n_folds) weight[i * width + fold] = 0.0;
  }
}

/* Share of the rows in each lane. */
static void count_shares(walk *w) {
  for (size_t l = 0; l < w->n_lanes; l++) w->share[l] = w->frame->rows;
  for (size_t i = 0; w->path->n_folds && i < w->frame->n_rows; i++)
    if (w->path->fold[i] < w->path->n_folds) w->share[w->path->fold[i]] -= row_weight(w->frame->design, i);
  for (size_t l = 0; l < w->n_lanes; l++) w->share[l] /= w->frame->rows;
}

static void walk_clear(walk *w) {
  for (size_t i = 0; i < BATCH; i++) lf_system_free(w->systems[i]);
  lf_newton_free(w->newton);
  lf_lanes_free(w->lanes);
  lf_curve_free(w->curve);
  double *arrays[] = {w->unit_ridge, w->unit_lasso, w->ridge, w->lasso, w->share, w->maxima, w->row_loss};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  free(w->system);
  free(w->settled);
}

static void set_penalty(walk *w, double lambda) {
  for (size_t j = 0; j < w->n_lanes * w->n_coef; j++) {
    w->ridge[j] = lambda * w->unit_ridge[j];
    if (w->lasso) w->lasso[j] = lambda * w->unit_lasso[j];
  }
}

/* Penalties at lambda 1. A coefficient of a standardised column z / sd is sd b, or sd / scale b on the user's
 * scale. */
static lf_status make_units(const lf_frame *frame, const lf_fold_path *path, double *ridge, double *lasso,
                            lf_error *err) {
  size_t n = frame->n_coef;
  double *sd = lasso;
  lf_status status = LF_OK;
  if (path->standardise)
    status = lf_column_spread(frame, path->fold, path->n_folds, sd, err);
  else
    for (size_t j = 0; j < (path->n_folds + 1) * n; j++) sd[j] = 1.0;
  for (size_t k = 0; !path->standardise && k < frame->n_numbers; k++)
    for (size_t l = 0; l <= path->n_folds; l++)
      sd[l * n + frame->numbers[k].coef] =
          frame->numbers[k].scale > 0.0 ? 1.0 / frame->numbers[k].scale : 1.0;
  for (size_t j = 0; j < (path->n_folds + 1) * n; j++) {
    double factor = path->factor ? path->factor[j % n] : j % n ? 1.0 : 0.0;
    ridge[j] = (1.0 - path->alpha) * factor * sd[j] * sd[j];
    lasso[j] = path->alpha * factor * sd[j];
  }
  return status;
}

/* A ridge path starts at the maximum of all rows at its first penalty; a lasso path from the intercept alone.
 */
static lf_status start(walk *w, lf_error *err) {
  lf_status status = LF_OK;
  const lf_fold_path *path = w->path;
  const double *unit = w->unit_ridge + path->n_folds * w->n_coef;
  lf_solve_options options = {.tolerance = path->tolerance, .no_information = true};
  LF_TRY(lf_newton_new(w->frame, &options, w->run, &w->newton, err));
  if (!w->lasso) {
    LF_TRY(lf_alloc(w->n_coef, sizeof *w->newton->ridge, &w->newton->ridge, err));
    LF_TRY(lf_alloc(w->n_coef, sizeof *w->newton->centre, &w->newton->centre, err));
    for (size_t j = 0; j < w->n_coef; j++) w->newton->ridge[j] = path->lambda[0] * unit[j];
    LF_TRY(lf_newton_run(w->newton, err));
  } else {
    LF_TRY(lf_curve_new(w->n_coef, &w->curve, err));
  }
  for (size_t i = 0; i < BATCH; i++) {
    LF_TRY(lf_system_new(w->n_coef, &w->systems[i], err));
    lf_system_activate(w->systems[i], w->newton->left_out);
  }
cleanup:
  return status;
}

static lf_status prepare(walk *w, lf_error *err) {
  lf_status status = LF_OK;
  w->n_coef = w->frame->n_coef;
  w->n_lanes = w->path->n_folds + 1;
  size_t all = w->n_lanes * w->n_coef;
  LF_TRY(lf_alloc(w->n_lanes, sizeof *w->system, &w->system, err));
  LF_TRY(lf_alloc(w->n_lanes, sizeof *w->share, &w->share, err));
  LF_TRY(lf_alloc(w->n_lanes, sizeof *w->settled, &w->settled, err));
  LF_TRY(lf_alloc((LF_PATH_POINTS + 1) * all, sizeof *w->maxima, &w->maxima, err));
  LF_TRY(lf_alloc(w->frame->n_rows * LF_PATH_POINTS, sizeof *w->row_loss, &w->row_loss, err));
  LF_TRY(lf_lanes_new(w->frame, w->n_lanes, weigh, w, w->run, &w->lanes, err));
  LF_TRY(lf_alloc(all, sizeof *w->unit_ridge, &w->unit_ridge, err));
  LF_TRY(lf_alloc(all, sizeof *w->unit_lasso, &w->unit_lasso, err));
  LF_TRY(lf_alloc(all, sizeof *w->ridge, &w->ridge, err));
  if (w->path->alpha > 0.0) LF_TRY(lf_alloc(all, sizeof *w->lasso, &w->lasso, err));
  LF_TRY(make_units(w->frame, w->path, w->unit_ridge, w->unit_lasso, err));
  LF_TRY(start(w, err));
  count_shares(w);
  w->rate = 1.0;
cleanup:
  return status;
}

/* ---- one penalty --------------------------------------------------------------------------------------- */

/* H at b. */
static lf_status refresh(walk *w, const double *b, lf_error *err) {
  memcpy(w->newton->working, b, w->n_coef * sizeof *b);
  w->fit->matrices++;
  return lf_newton_evaluate(w->newton, LF_PASS_FULL, 1, err);
}

typedef struct factoring {
  walk *w;
  size_t k;
  lf_status status[BATCH];
} factoring;

static void factor_task(void *context, size_t i) {
  factoring *f = context;
  walk *w = f->w;
  double *ridge = NULL;
  f->status[i] = lf_alloc(w->n_coef, sizeof *ridge, &ridge, NULL);
  if (f->status[i] != LF_OK) return;
  const double *unit = w->unit_ridge + w->path->n_folds * w->n_coef;
  for (size_t j = 0; j < w->n_coef; j++) ridge[j] = w->path->lambda[f->k + i] * unit[j];
  f->status[i] = lf_system_factor(w->systems[i], w->newton->point.hessian, ridge, NULL);
  free(ridge);
}

/* The matrices of the batch of penalty k from the H at hand. */
static lf_status factor(walk *w, size_t k, lf_error *err) {
  if (w->lasso) {
    lf_curve_set(w->curve, w->newton->point.hessian);
    return LF_OK;
  }
  k -= k % BATCH;
  size_t n = w->path->n - k < BATCH ? w->path->n - k : BATCH;
  factoring f = {.w = w, .k = k};
  lf_parallel_for(w->run, n, factor_task, &f);
  for (size_t i = 0; i < n; i++)
    if (f.status[i] != LF_OK)
      return lf_fail(err, f.status[i], "the matrix of a ridge fit could not be factored");
  return LF_OK;
}

static lf_status climb(walk *w, const lf_system *system, double *b, lf_error *err) {
  lf_lane_outcome outcome = {.rate = w->rate};
  for (size_t l = 0; l < w->n_lanes; l++) w->system[l] = system;
  lf_lane_steps steps = {.system = w->system,
                         .ridge = w->ridge,
                         .ridge_step = w->n_coef,
                         .lasso = w->lasso,
                         .curve = w->curve,
                         .share = w->share,
                         .tolerance = w->path->tolerance};
  lf_status status = lf_lanes_climb(w->lanes, &steps, w->run, b, w->settled, &outcome, err);
  w->fit->passes += outcome.passes;
  w->rate = outcome.rate;
  return status;
}

/* A lane by itself, by Newton's method from where it stands. */
static lf_status fit_alone(walk *w, size_t lane, double *b, lf_error *err) {
  lf_status status = LF_OK;
  lf_design design = *w->frame->design;
  double *weight = NULL;
  lf_frame *frame = NULL;
  lf_newton *newton = NULL;
  LF_TRY(lf_alloc(design.n_rows, sizeof *weight, &weight, err));
  for (size_t i = 0; i < design.n_rows; i++)
    weight[i] = w->path->n_folds && w->path->fold[i] == lane ? 0.0 : row_weight(w->frame->design, i);
  design.weight = weight;
  lf_solve_options options = {
      .ridge = w->ridge + lane * w->n_coef, .start = b, .tolerance = w->path->tolerance};
  LF_TRY(lf_frame_share(w->frame, &design, &frame, err));
  LF_TRY(lf_newton_new(frame, &options, w->run, &newton, err));
  memcpy(newton->working, b, w->n_coef * sizeof *b);
  for (size_t j = 0; j < w->n_coef; j++) newton->ridge[j] = w->share[lane] * w->ridge[lane * w->n_coef + j];
  LF_TRY(lf_newton_run(newton, err));
  memcpy(b, newton->working, w->n_coef * sizeof *b);
cleanup:
  lf_newton_free(newton);
  lf_frame_free(frame);
  free(weight);
  return status;
}

static bool all_settled(const walk *w) {
  for (size_t l = 0; l < w->n_lanes; l++)
    if (!w->settled[l] && w->share[l] > 0.0) return false;
  return true;
}

/* All lanes to their maxima at penalty k; b holds their starts. */
static lf_status solve(walk *w, size_t k, double *b, lf_error *err) {
  lf_status status = LF_OK;
  set_penalty(w, w->path->lambda[k]);
  LF_TRY(climb(w, w->systems[k % BATCH], b, err));
  for (int i = 0; i < (w->lasso ? ROUNDS : 1) && !all_settled(w); i++) {
    w->rate = 1.0;
    LF_TRY(refresh(w, b + w->path->n_folds * w->n_coef, err));
    LF_TRY(factor(w, k, err));
    LF_TRY(climb(w, w->systems[k % BATCH], b, err));
  }
  if (w->lasso && !all_settled(w))
    return lf_fail(err, LF_E_DATA, "the fit at penalty %g did not converge: lay more penalties before it",
                   w->path->lambda[k]);
  for (size_t l = 0; l < w->n_lanes; l++)
    if (!w->settled[l] && w->share[l] > 0.0) LF_TRY(fit_alone(w, l, b + l * w->n_coef, err));
cleanup:
  return status;
}

/* Mean log loss of the rows of each fold at the penalties [from, to), at most four, whose maxima come last.
 */
static lf_status judge(walk *w, size_t from, size_t to, const double *maxima, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = w->path->n_folds, all = w->n_lanes * w->n_coef;
  if (!n) return LF_OK;
  LF_TRY(
      lf_lanes_judge(w->lanes, maxima + all - LF_PATH_POINTS * all, w->path->fold, w->run, w->row_loss, err));
  double *loss = w->fit->loss + from * n;
  for (size_t i = 0; i < w->frame->n_rows; i++) {
    size_t fold = w->path->fold[i];
    double weight = row_weight(w->frame->design, i);
    if (fold >= n || weight <= 0.0) continue;
    const double *own = w->row_loss + i * LF_PATH_POINTS + LF_PATH_POINTS - (to - from);
    for (size_t k = 0; k < to - from; k++) loss[k * n + fold] += weight * own[k];
  }
  for (size_t k = 0; k < to - from; k++)
    for (size_t f = 0; f < n; f++) loss[k * n + f] /= (1.0 - w->share[f]) * w->frame->rows;
cleanup:
  return status;
}

/* Makes room for the maximum at hand, the last; those before it stand in order in front of it. */
static double *place(walk *w) {
  size_t all = w->n_lanes * w->n_coef;
  memmove(w->maxima, w->maxima + all, LF_PATH_POINTS * all * sizeof *w->maxima);
  return w->maxima + LF_PATH_POINTS * all;
}

static lf_status take_step(walk *w, size_t k, lf_error *err) {
  lf_status status = LF_OK;
  size_t all = w->n_lanes * w->n_coef, own = w->path->n_folds * w->n_coef, left = w->path->n - k;
  double *b = place(w);
  if (k == 0) {
    for (size_t l = 0; l < w->n_lanes; l++)
      memcpy(b + l * w->n_coef, w->newton->working, w->n_coef * sizeof *b);
  } else {
    size_t before = k < LF_PATH_POINTS ? k : LF_PATH_POINTS;
    lf_path_start(w->path->lambda + (k - before), before, LF_PATH_POINTS, b - before * all, all, b);
  }
  if (k % BATCH == 0) {
    LF_TRY(refresh(w, b + own, err));
    LF_TRY(factor(w, k, err));
  }
  LF_TRY(solve(w, k, b, err));
  lf_frame_to_user(w->frame, b + own, w->fit->b + k * w->n_coef);
  for (size_t j = 0; j < w->n_coef; j++)
    if (w->newton->aliased[j]) w->fit->b[k * w->n_coef + j] = NAN;
  if (k % LF_PATH_POINTS == LF_PATH_POINTS - 1 || left == 1)
    LF_TRY(judge(w, k - k % LF_PATH_POINTS, k + 1, b, err));
cleanup:
  return status;
}

lf_status lf_fold_path_largest(const lf_frame *frame, const lf_fold_path *path, const lf_run *run,
                               double *lambda, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = frame->n_coef;
  lf_fold_path all = *path;
  double *zero = NULL, *ridge = NULL, *lasso = NULL, largest = 0.0;
  lf_point point = {0};
  all.n_folds = 0;
  LF_TRY(lf_alloc(n, sizeof *zero, &zero, err));
  LF_TRY(lf_alloc(n, sizeof *ridge, &ridge, err));
  LF_TRY(lf_alloc(n, sizeof *lasso, &lasso, err));
  LF_TRY(lf_alloc(n, sizeof *point.gradient, &point.gradient, err));
  LF_TRY(make_units(frame, &all, ridge, lasso, err));
  zero[0] = lf_logit(frame->won / frame->rows);
  LF_TRY(lf_pass(frame, LF_PASS_GRADIENT, zero, 1, NULL, run, &point, err));
  for (size_t j = 1; j < n; j++)
    if (lasso[j] > 0.0) largest = fmax(largest, fabs(point.gradient[j]) / lasso[j]);
  *lambda = largest;
cleanup:
  free(zero);
  free(ridge);
  free(lasso);
  free(point.gradient);
  return status;
}

void lf_fold_path_free(lf_fold_path_fit *fit) {
  if (!fit) return;
  free(fit->b);
  free(fit->loss);
  free(fit);
}

lf_status lf_fold_path_make(const lf_frame *frame, const lf_fold_path *path, const lf_run *run,
                            lf_fold_path_fit **fit, lf_error *err) {
  lf_status status = LF_OK;
  walk w = {.frame = frame, .path = path, .run = run};
  LF_TRY(lf_alloc(1, sizeof *w.fit, &w.fit, err));
  LF_TRY(lf_alloc(path->n * frame->n_coef, sizeof *w.fit->b, &w.fit->b, err));
  LF_TRY(lf_alloc(path->n * path->n_folds, sizeof *w.fit->loss, &w.fit->loss, err));
  LF_TRY(prepare(&w, err));
  for (size_t k = 0; k < path->n; k++) LF_TRY(take_step(&w, k, err));
  *fit = w.fit;
  w.fit = NULL;
cleanup:
  lf_fold_path_free(w.fit);
  walk_clear(&w);
  return status;
}
