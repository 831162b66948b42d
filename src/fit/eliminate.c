/* Backward elimination of attributes on rows that took no part in the fit.
 *
 * Symbols: fold k with penalised estimates b and inverse penalised Hessian V; J the coefficients of an
 * attribute. Leaving the attribute out moves the others to b - V[:,J] V[J,J]^-1 b[J] (the constrained optimum
 * of the quadratic view of the objective: one Newton step, no refit), and V to V - V[:,J] V[J,J]^-1 V[J,:].
 * The judged rows are scored exactly with those weights, so G = 2 sum w (loss without - loss with),  s = 2
 * sd(w difference) sqrt(n) are out-of-fold figures with their paired standard error. Refitting every
 * candidate would cost a fit each; the step is exact at second order, and what is finally kept is refitted.
 *
 * Where one attribute has left, the others are worth about what they were, or more, since they stand in for
 * it: those that looked least useful before are judged again first, and only as many as could be the least
 * (lazy evaluation; Minoux 1978). Before nothing more leaves, all are judged again. */
#include <stdlib.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/crossfit.h"
#include "fit/frame.h"
#include "fit/logistic.h"

/* One fold's state while attributes leave. */
typedef struct state {
  lf_banded *banded;
  size_t n; /* coefficients */
  double *b;
  double *inverse; /* n x n */
} state;

/* Weighted sums over judged rows of a difference in loss and its square. */
typedef struct difference {
  double sum, squares, rows;
} difference;

typedef struct eliminator {
  const lf_crossfit *c;
  size_t band_index, ridge_index;
  double multiple, limit; /* an attribute leaves while gain - multiple * error <= limit */
  const lf_run *run;
  state *folds;
  lf_elimination *out;
  uint8_t *fresh; /* [n_sets]: gain and error are those of the weights at hand */
  size_t *list;   /* [n_sets]: sets to judge */
  size_t n_list;
  difference *parts; /* [n_sets][n_folds] */
  lf_status *status; /* [n_sets * n_folds] */
  lf_error *errors;
} eliminator;

enum { BATCH = 8 };

static const lf_term *term_of(const lf_banded *banded, size_t set) {
  for (size_t t = 0; t < banded->n_terms; t++)
    if (banded->set[t] == set) return &banded->terms[t];
  return NULL;
}

/* Solves V[J,J] X = V[J,columns] for what leaving J moves; move[n] = V[:,J] V[J,J]^-1 b[J]. factor: n_J x n_J
 * scratch that gets the Cholesky factor of V[J,J]. */
static lf_status removal_step(const state *s, const lf_term *term, double *factor, double *x, double *move,
                              lf_error *err) {
  size_t m = term->n_coef, first = (size_t)term->first;
  for (size_t i = 0; i < m; i++) {
    x[i] = s->b[first + i];
    for (size_t j = 0; j < m; j++) factor[i * m + j] = s->inverse[(first + i) * s->n + first + j];
  }
  gsl_matrix_view f = gsl_matrix_view_array(factor, m, m);
  gsl_vector_view v = gsl_vector_view_array(x, m);
  if (gsl_linalg_cholesky_decomp1(&f.matrix) != 0 || gsl_linalg_cholesky_svx(&f.matrix, &v.vector) != 0)
    return lf_fail(err, LF_E_DATA,
                   "the weights of '%s' have no curvature: leave the attribute out with --drop", term->name);
  for (size_t r = 0; r < s->n; r++) {
    double sum = 0;
    for (size_t j = 0; j < m; j++) sum += s->inverse[r * s->n + first + j] * x[j];
    move[r] = sum;
  }
  return LF_OK;
}

/* eta of a fold's judged rows for coefficients b. */
static lf_status judged_eta(const eliminator *e, size_t k, const double *b, double *eta, lf_error *err) {
  const lf_sample *s = e->c->sample;
  const lf_fold *fold = &s->folds[k];
  lf_status status =
      lf_frame_predict(e->folds[k].banded->frame, b, fold->judge_from, fold->judge_to, eta, err);
  if (status == LF_OK && s->in_time)
    lf_recentre(s->won + fold->judge_from, s->weight + fold->judge_from, fold->judge_to - fold->judge_from,
                eta);
  return status;
}

/* Loss of the judged rows at eta less their loss now. */
static difference compare_losses(const eliminator *e, const lf_fold *fold, const double *eta) {
  enum { BLOCK = 512 };
  const lf_sample *s = e->c->sample;
  double loss[BLOCK], weighted[BLOCK];
  difference d = {0};
  for (size_t at = fold->judge_from; at < fold->judge_to; at += BLOCK) {
    size_t n = at + BLOCK < fold->judge_to ? BLOCK : fold->judge_to - at;
    lf_log_loss_block(n, eta + (at - fold->judge_from), s->won + at, loss);
    for (size_t i = 0; i < n; i++) {
      loss[i] -= e->out->row_loss[at + i];
      weighted[i] = s->weight[at + i] * loss[i];
    }
    d.sum += lf_lane_sum(n, weighted);
    d.squares += lf_lane_dot(n, weighted, loss);
    d.rows += lf_lane_sum(n, s->weight + at);
  }
  return d;
}

/* What leaving a set out does to the judged rows of one fold. */
static lf_status judge_in_fold(eliminator *e, size_t set, size_t k, difference *out, lf_error *err) {
  const lf_fold *rows = &e->c->sample->folds[k];
  const state *fold = &e->folds[k];
  const lf_term *term = term_of(fold->banded, set);
  size_t m = term->n_coef;
  double *factor = NULL, *x = NULL, *b = NULL, *eta = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(m * m, sizeof *factor, &factor, err));
  LF_TRY(lf_alloc(m, sizeof *x, &x, err));
  LF_TRY(lf_alloc(fold->n, sizeof *b, &b, err));
  LF_TRY(lf_alloc(rows->judge_to - rows->judge_from, sizeof *eta, &eta, err));
  if (m) LF_TRY(removal_step(fold, term, factor, x, b, err));
  for (size_t j = 0; j < fold->n; j++) b[j] = fold->b[j] - b[j];
  for (size_t j = 0; j < m; j++) b[(size_t)term->first + j] = 0;
  LF_TRY(judged_eta(e, k, b, eta, err));
  *out = compare_losses(e, rows, eta);
cleanup:
  free(factor);
  free(x);
  free(b);
  free(eta);
  return status;
}

static void judge_task(void *context, size_t task) {
  eliminator *e = context;
  size_t n_folds = e->c->sample->n_folds, set = e->list[task / n_folds], fold = task % n_folds;
  e->status[task] = judge_in_fold(e, set, fold, &e->parts[set * n_folds + fold], &e->errors[task]);
}

/* Gain of keeping each listed set, over all folds, and its standard error. */
static lf_status judge_listed(eliminator *e, lf_error *err) {
  size_t n_folds = e->c->sample->n_folds;
  lf_parallel_for(e->run, e->n_list * n_folds, judge_task, e);
  for (size_t t = 0; t < e->n_list * n_folds; t++)
    if (e->status[t] != LF_OK) {
      if (err) *err = e->errors[t];
      return e->status[t];
    }
  for (size_t l = 0; l < e->n_list; l++) {
    size_t set = e->list[l];
    difference all = {0};
    for (size_t k = 0; k < n_folds; k++) {
      const difference *d = &e->parts[set * n_folds + k];
      all.sum += d->sum;
      all.squares += d->squares;
      all.rows += d->rows;
    }
    double mean = all.sum / all.rows;
    e->out->gain[set] = 2 * all.sum;
    e->out->error[set] = 2 * sqrt(fmax(0, all.squares / all.rows - mean * mean) * all.rows);
    e->fresh[set] = 1;
  }
  return LF_OK;
}

/* Row losses, linear predictors and the mean loss of the current weights. */
static lf_status judge_current(eliminator *e, lf_error *err) {
  const lf_sample *s = e->c->sample;
  double sum = 0;
  for (size_t k = 0; k < s->n_folds; k++) {
    const lf_fold *fold = &s->folds[k];
    size_t from = fold->judge_from, n = fold->judge_to - from;
    lf_status status = judged_eta(e, k, e->folds[k].b, e->out->eta + from, err);
    if (status != LF_OK) return status;
    lf_log_loss_block(n, e->out->eta + from, s->won + from, e->out->row_loss + from);
    sum += lf_lane_dot(n, s->weight + from, e->out->row_loss + from);
  }
  e->out->loss = sum / e->c->judged;
  return LF_OK;
}

/* Takes a set out of one fold: weights moved, inverse downdated. */
static lf_status remove_from_fold(state *s, size_t set, lf_error *err) {
  const lf_term *term = term_of(s->banded, set);
  size_t m = term->n_coef, first = (size_t)term->first;
  if (!m) return LF_OK;
  double *factor = NULL, *x = NULL, *move = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(m * m, sizeof *factor, &factor, err));
  LF_TRY(lf_alloc(m, sizeof *x, &x, err));
  LF_TRY(lf_alloc(s->n, sizeof *move, &move, err));
  LF_TRY(removal_step(s, term, factor, x, move, err));
  for (size_t r = 0; r < s->n; r++) s->b[r] -= move[r];
  /* V -= W W' with W = V[:,J] L^-T, one column of W after the other */
  gsl_matrix_view f = gsl_matrix_view_array(factor, m, m);
  double *w = NULL;
  LF_TRY(lf_alloc(s->n * m, sizeof *w, &w, err));
  gsl_matrix_view wide = gsl_matrix_view_array(w, s->n, m);
  for (size_t r = 0; r < s->n; r++)
    for (size_t j = 0; j < m; j++) w[r * m + j] = s->inverse[r * s->n + first + j];
  gsl_matrix_view v = gsl_matrix_view_array(s->inverse, s->n, s->n);
  bool ok =
      gsl_blas_dtrsm(CblasRight, CblasLower, CblasTrans, CblasNonUnit, 1, &f.matrix, &wide.matrix) == 0 &&
      gsl_blas_dgemm(CblasNoTrans, CblasTrans, -1, &wide.matrix, &wide.matrix, 1, &v.matrix) == 0;
  free(w);
  if (!ok)
    LF_TRY(lf_fail(err, LF_E_DATA,
                   "the weights of '%s' have no curvature: leave the attribute out with --drop", term->name));
  for (size_t j = 0; j < m; j++) { /* what left has no weight and moves nothing any more */
    s->b[first + j] = 0;
    for (size_t r = 0; r < s->n; r++)
      s->inverse[(first + j) * s->n + r] = s->inverse[r * s->n + first + j] = 0;
  }
cleanup:
  free(factor);
  free(x);
  free(move);
  return status;
}

/* From X'WX in `inverse` to the inverse of the penalised Hessian. */
static lf_status invert(double *inverse, size_t n, double ridge, lf_error *err) {
  for (size_t j = 1; j < n; j++) inverse[j * n + j] += ridge;
  gsl_matrix_view v = gsl_matrix_view_array(inverse, n, n);
  if (gsl_linalg_cholesky_decomp1(&v.matrix) != 0 || gsl_linalg_cholesky_invert(&v.matrix) != 0)
    return lf_fail(
        err, LF_E_DATA,
        "a fold's information matrix is not positive definite: too few wins or losses to cross-validate");
  return LF_OK;
}

/* The fold's weights, by one more Newton step from where the path left them, and the inverse at hand. */
static lf_status start_fold(eliminator *e, size_t k, const lf_run *run, lf_error *err) {
  const lf_crossfit *c = e->c;
  const lf_fold_fit *fit = &c->fits[e->band_index * c->sample->n_folds + k];
  const double *b = fit->b[e->ridge_index], ridge = c->path.ridge[e->ridge_index];
  state *s = &e->folds[k];
  double *score = NULL;
  lf_status status = LF_OK;
  s->banded = fit->banded;
  s->n = fit->banded->design.n_coef;
  LF_TRY(lf_alloc(s->n, sizeof *score, &score, err));
  LF_TRY(lf_alloc(s->n, sizeof *s->b, &s->b, err));
  LF_TRY(lf_alloc(s->n * s->n, sizeof *s->inverse, &s->inverse, err));
  LF_TRY(lf_banded_information(fit->banded, b, run, s->inverse, score, err));
  lf_banded_rest(fit->banded);
  LF_TRY(invert(s->inverse, s->n, ridge, err));
  for (size_t j = 1; j < s->n; j++) score[j] -= ridge * b[j];
  for (size_t i = 0; i < s->n; i++) {
    s->b[i] = b[i];
    for (size_t j = 0; j < s->n; j++) s->b[i] += s->inverse[i * s->n + j] * score[j];
  }
cleanup:
  free(score);
  return status;
}

static void start_task(void *context, size_t k) {
  eliminator *e = context;
  lf_run serial = lf_run_serial(e->run);
  e->status[k] = start_fold(e, k, &serial, &e->errors[k]);
}

static lf_status start_folds(eliminator *e, lf_error *err) {
  size_t n = e->c->sample->n_folds;
  lf_parallel_for(e->run, n, start_task, e);
  for (size_t k = 0; k < n; k++)
    if (e->status[k] != LF_OK) {
      if (err) *err = e->errors[k];
      return e->status[k];
    }
  return LF_OK;
}

/* ---- who leaves -------------------------------------------------------------------------------------- */

static double worth(const eliminator *e, size_t set) {
  return e->out->gain[set] - e->multiple * e->out->error[set];
}

/* The least useful of the kept sets whose worth is fresh, or SIZE_MAX. */
static size_t least_useful(const eliminator *e) {
  size_t least = SIZE_MAX;
  for (size_t t = 0; t < e->c->atoms->n; t++)
    if (e->out->keep[t] && e->fresh[t] && (least == SIZE_MAX || worth(e, t) <= worth(e, least))) least = t;
  return least;
}

/* Lists kept sets that are not fresh: all, or the BATCH of least worth among those below a bound. */
static void list_stale(eliminator *e, bool all, double bound) {
  e->n_list = 0;
  for (size_t t = 0; t < e->c->atoms->n; t++) {
    if (!e->out->keep[t] || e->fresh[t] || !(all || worth(e, t) < bound)) continue;
    size_t at = e->n_list++;
    for (; !all && at > 0 && worth(e, e->list[at - 1]) > worth(e, t); at--) e->list[at] = e->list[at - 1];
    e->list[at] = t;
    if (!all && e->n_list > BATCH) e->n_list = BATCH;
  }
}

/* The next set to leave, or SIZE_MAX; then the worth of every kept set is fresh. */
static lf_status find_next(eliminator *e, size_t *next, lf_error *err) {
  for (;;) {
    size_t least = least_useful(e);
    bool leaves = least != SIZE_MAX && worth(e, least) <= e->limit;
    list_stale(e, least != SIZE_MAX && !leaves, least == SIZE_MAX ? INFINITY : worth(e, least));
    if (!e->n_list) {
      *next = leaves ? least : SIZE_MAX;
      return LF_OK;
    }
    lf_status status = judge_listed(e, err);
    if (status != LF_OK) return status;
  }
}

static lf_status leave(eliminator *e, size_t set, lf_error *err) {
  for (size_t k = 0; k < e->c->sample->n_folds; k++) {
    lf_status status = remove_from_fold(&e->folds[k], set, err);
    if (status != LF_OK) return status;
  }
  e->out->keep[set] = 0;
  e->out->dropped[e->out->n_dropped++] = (lf_dropped_set){set, e->out->gain[set], e->out->error[set], false};
  e->out->gain[set] = e->out->error[set] = NAN;
  memset(e->fresh, 0, e->c->atoms->n);
  return judge_current(e, err);
}

static lf_status eliminate_all(eliminator *e, lf_error *err) {
  size_t kept = 0, next = 0;
  for (size_t t = 0; t < e->c->atoms->n; t++) kept += e->out->keep[t];
  list_stale(e, true, 0);
  lf_status status = judge_listed(e, err);
  for (; status == LF_OK; kept--) {
    status = lf_check_interrupt(e->run, err);
    if (status == LF_OK) status = find_next(e, &next, err);
    if (status != LF_OK || next == SIZE_MAX || kept < 2) break;
    status = leave(e, next, err);
  }
  return status;
}

static lf_status elimination_new(const lf_crossfit *c, lf_elimination **out, lf_error *err) {
  lf_elimination *o = NULL;
  lf_status status = lf_alloc(1, sizeof *o, &o, err);
  if (status != LF_OK) return status;
  LF_TRY(lf_alloc(c->atoms->n, 1, &o->keep, err));
  LF_TRY(lf_alloc(c->atoms->n, sizeof *o->dropped, &o->dropped, err));
  LF_TRY(lf_alloc(c->atoms->n, sizeof *o->gain, &o->gain, err));
  LF_TRY(lf_alloc(c->atoms->n, sizeof *o->error, &o->error, err));
  LF_TRY(lf_alloc(c->sample->n, sizeof *o->row_loss, &o->row_loss, err));
  LF_TRY(lf_alloc(c->sample->n, sizeof *o->eta, &o->eta, err));
  memcpy(o->keep, c->keep, c->atoms->n);
  for (size_t t = 0; t < c->atoms->n; t++) o->gain[t] = o->error[t] = NAN;
  *out = o;
  o = NULL;
cleanup:
  lf_elimination_free(o);
  return status;
}

lf_status lf_eliminate(const lf_crossfit *c, size_t band_index, size_t ridge_index, double multiple,
                       const lf_run *run, lf_elimination **out, lf_error *err) {
  eliminator e = {.c = c,
                  .band_index = band_index,
                  .ridge_index = ridge_index,
                  .multiple = multiple,
                  .limit = multiple > 0 ? 0 : -1e-3,
                  .run = run};
  size_t n_sets = c->atoms->n, n_folds = c->sample->n_folds;
  lf_status status = elimination_new(c, &e.out, err);
  if (status != LF_OK) return status;
  e.out->band_index = band_index;
  e.out->ridge_index = ridge_index;
  LF_TRY(lf_alloc(n_folds, sizeof *e.folds, &e.folds, err));
  LF_TRY(lf_alloc(n_sets, 1, &e.fresh, err));
  LF_TRY(lf_alloc(n_sets, sizeof *e.list, &e.list, err));
  LF_TRY(lf_alloc(n_sets * n_folds, sizeof *e.parts, &e.parts, err));
  LF_TRY(lf_alloc(n_sets * n_folds, sizeof *e.status, &e.status, err));
  LF_TRY(lf_alloc(n_sets * n_folds, sizeof *e.errors, &e.errors, err));
  LF_TRY(start_folds(&e, err));
  LF_TRY(judge_current(&e, err));
  LF_TRY(eliminate_all(&e, err));
  *out = e.out;
  e.out = NULL;
cleanup:
  for (size_t k = 0; e.folds && k < n_folds; k++) {
    free(e.folds[k].b);
    free(e.folds[k].inverse);
  }
  free(e.folds);
  free(e.fresh);
  free(e.list);
  free(e.parts);
  free(e.status);
  free(e.errors);
  lf_elimination_free(e.out);
  return status;
}

void lf_elimination_free(lf_elimination *o) {
  if (!o) return;
  free(o->keep);
  free(o->dropped);
  free(o->gain);
  free(o->error);
  free(o->row_loss);
  free(o->eta);
  free(o);
}
