/* Backward elimination of attributes on rows that took no part in the fit.
 *
 * Symbols: fold k with penalised estimates b and inverse penalised Hessian V; J the coefficients of an
 * attribute. Leaving the attribute out moves the others to b - V[:,J] V[J,J]^-1 b[J] (the constrained optimum
 * of the quadratic view of the objective: one Newton step, no refit), and V to V - V[:,J] V[J,J]^-1 V[J,:].
 * The judged rows are scored exactly with those weights, so G = 2 sum w (loss without - loss with),  s = 2
 * sd(w difference) sqrt(n) are out-of-fold figures with their paired standard error. Refitting every
 * candidate would cost a fit each; the step is exact at second order, and what is finally kept is refitted.
 */
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

typedef struct eliminator {
  const lf_crossfit *c;
  size_t band_index, ridge_index;
  double multiple;
  state *folds;
  lf_elimination *out;
  lf_status *status;
  lf_error *errors;
} eliminator;

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

/* Adds the weighted sums of the judged rows' loss at eta less their loss now, and of its square. */
static void add_differences(const eliminator *e, const lf_fold *fold, const double *eta, double *sum,
                            double *squares, double *rows) {
  enum { BLOCK = 512 };
  const lf_sample *s = e->c->sample;
  double loss[BLOCK], weighted[BLOCK];
  for (size_t at = fold->judge_from; at < fold->judge_to; at += BLOCK) {
    size_t n = at + BLOCK < fold->judge_to ? BLOCK : fold->judge_to - at;
    lf_log_loss_block(n, eta + (at - fold->judge_from), s->won + at, loss);
    for (size_t i = 0; i < n; i++) {
      loss[i] -= e->out->row_loss[at + i];
      weighted[i] = s->weight[at + i] * loss[i];
    }
    *sum += lf_lane_sum(n, weighted);
    *squares += lf_lane_dot(n, weighted, loss);
    *rows += lf_lane_sum(n, s->weight + at);
  }
}

/* Gain of keeping a set, over all folds, and its standard error. */
static lf_status judge_candidate(eliminator *e, size_t set, lf_error *err) {
  const lf_sample *s = e->c->sample;
  double sum = 0, squares = 0, rows = 0;
  double *factor = NULL, *x = NULL, *b = NULL, *eta = NULL;
  lf_status status = lf_alloc(s->n, sizeof *eta, &eta, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < s->n_folds; k++) {
    const state *fold = &e->folds[k];
    const lf_term *term = term_of(fold->banded, set);
    LF_TRY(lf_alloc((size_t)term->n_coef * term->n_coef, sizeof *factor, &factor, err));
    LF_TRY(lf_alloc(term->n_coef, sizeof *x, &x, err));
    LF_TRY(lf_alloc(fold->n, sizeof *b, &b, err));
    if (term->n_coef) LF_TRY(removal_step(fold, term, factor, x, b, err));
    for (size_t j = 0; j < fold->n; j++) b[j] = fold->b[j] - b[j];
    for (size_t j = 0; j < term->n_coef; j++) b[(size_t)term->first + j] = 0;
    LF_TRY(judged_eta(e, k, b, eta, err));
    add_differences(e, &s->folds[k], eta, &sum, &squares, &rows);
    free(factor);
    free(x);
    free(b);
    factor = x = b = NULL;
  }
  double mean = sum / rows;
  e->out->gain[set] = 2 * sum;
  e->out->error[set] = 2 * sqrt(fmax(0, squares / rows - mean * mean) * rows);
cleanup:
  free(factor);
  free(x);
  free(b);
  free(eta);
  return status;
}

static void candidate_task(void *context, size_t set) {
  eliminator *e = context;
  e->status[set] = e->out->keep[set] ? judge_candidate(e, set, &e->errors[set]) : LF_OK;
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

static lf_status invert(const lf_weights *weights, double ridge, double *inverse, lf_error *err) {
  size_t n = weights->n_coef;
  memcpy(inverse, weights->information, n * n * sizeof *inverse);
  for (size_t j = 1; j < n; j++) inverse[j * n + j] += ridge;
  gsl_matrix_view v = gsl_matrix_view_array(inverse, n, n);
  if (gsl_linalg_cholesky_decomp1(&v.matrix) != 0 || gsl_linalg_cholesky_invert(&v.matrix) != 0)
    return lf_fail(
        err, LF_E_DATA,
        "a fold's information matrix is not positive definite: too few wins or losses to cross-validate");
  return LF_OK;
}

static lf_status start_fold(eliminator *e, size_t k, const lf_run *run, lf_error *err) {
  const lf_crossfit *c = e->c;
  const lf_fold_fit *fit = &c->fits[e->band_index * c->sample->n_folds + k];
  state *s = &e->folds[k];
  lf_weights *weights = NULL;
  lf_status status = LF_OK;
  s->banded = fit->banded;
  s->n = fit->banded->design.n_coef;
  LF_TRY(lf_banded_solve(fit->banded, c->path.ridge[e->ridge_index], fit->b[e->ridge_index], 1e-6, true, run,
                         &weights, err));
  LF_TRY(lf_alloc(s->n, sizeof *s->b, &s->b, err));
  LF_TRY(lf_alloc(s->n * s->n, sizeof *s->inverse, &s->inverse, err));
  memcpy(s->b, weights->b, s->n * sizeof *s->b);
  LF_TRY(invert(weights, c->path.ridge[e->ridge_index], s->inverse, err));
  lf_banded_rest(fit->banded);
cleanup:
  lf_weights_free(weights);
  return status;
}

/* The next set to leave, or SIZE_MAX. */
static size_t least_useful(const eliminator *e) {
  size_t kept = 0, least = SIZE_MAX;
  double lowest = 0;
  for (size_t t = 0; t < e->c->atoms->n; t++) {
    if (!e->out->keep[t]) continue;
    kept++;
    double worth = e->out->gain[t] - e->multiple * e->out->error[t];
    if (worth <= lowest && (e->multiple > 0 || worth < -1e-3)) {
      lowest = worth;
      least = t;
    }
  }
  return kept > 1 ? least : SIZE_MAX;
}

static lf_status eliminate_all(eliminator *e, const lf_run *run, lf_error *err) {
  size_t n_sets = e->c->atoms->n;
  for (;;) {
    lf_status status = lf_check_interrupt(run, err);
    if (status != LF_OK) return status;
    lf_parallel_for(run, n_sets, candidate_task, e);
    for (size_t t = 0; t < n_sets; t++)
      if (e->status[t] != LF_OK) {
        if (err) *err = e->errors[t];
        return e->status[t];
      }
    size_t set = least_useful(e);
    if (set == SIZE_MAX) return LF_OK;
    for (size_t k = 0; k < e->c->sample->n_folds; k++) {
      status = remove_from_fold(&e->folds[k], set, err);
      if (status != LF_OK) return status;
    }
    e->out->keep[set] = 0;
    e->out->dropped[e->out->n_dropped++] = (lf_dropped_set){set, e->out->gain[set], e->out->error[set]};
    e->out->gain[set] = e->out->error[set] = NAN;
    status = judge_current(e, err);
    if (status != LF_OK) return status;
  }
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
  eliminator e = {.c = c, .band_index = band_index, .ridge_index = ridge_index, .multiple = multiple};
  size_t n_sets = c->atoms->n, n_folds = c->sample->n_folds;
  lf_status status = elimination_new(c, &e.out, err);
  if (status != LF_OK) return status;
  e.out->band_index = band_index;
  e.out->ridge_index = ridge_index;
  LF_TRY(lf_alloc(n_folds, sizeof *e.folds, &e.folds, err));
  LF_TRY(lf_alloc(n_sets, sizeof *e.status, &e.status, err));
  LF_TRY(lf_alloc(n_sets, sizeof *e.errors, &e.errors, err));
  for (size_t k = 0; k < n_folds; k++) LF_TRY(start_fold(&e, k, run, err));
  LF_TRY(judge_current(&e, err));
  LF_TRY(eliminate_all(&e, run, err));
  *out = e.out;
  e.out = NULL;
cleanup:
  for (size_t k = 0; e.folds && k < n_folds; k++) {
    free(e.folds[k].b);
    free(e.folds[k].inverse);
  }
  free(e.folds);
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
