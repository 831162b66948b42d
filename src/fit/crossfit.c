#include "fit/crossfit.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/frame.h"
#include "fit/logistic.h"

static const double path_tolerance = 2e-3; /* decrement: squared distance to the maximum in standard errors */

/* One task fits one fold at one band penalty along the whole ridge path. */
typedef struct fitter {
  lf_crossfit *crossfit;
  lf_band_rules rules;
  const lf_run *outer;
  lf_band_basis **basis; /* [n_folds] */
  double *loss;          /* [tasks][n_ridge]: sums over the judged rows */
  lf_status *status;
  lf_error *errors;
} fitter;

void lf_recentre(const uint8_t *won, const double *weight, size_t n, double *eta) {
  double shift = 0;
  for (int step = 0; step < 30; step++) {
    double g, h;
    lf_shift_sums(n, eta, shift, won, weight, &g, &h);
    double move = fmax(-2, fmin(2, g / (h + 1e-3)));
    shift += move;
    if (fabs(move) < 1e-8) break;
  }
  for (size_t i = 0; i < n; i++) eta[i] += shift;
}

static lf_status judge_fold(const fitter *f, const lf_fold_fit *fit, const lf_fold *fold, size_t ridge,
                            double *sum, lf_error *err) {
  const lf_sample *s = f->crossfit->sample;
  size_t n = fold->judge_to - fold->judge_from;
  double *eta = NULL, *loss = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *eta, &eta, err));
  LF_TRY(lf_alloc(n, sizeof *loss, &loss, err));
  LF_TRY(lf_frame_predict(fit->banded->frame, fit->b[ridge], fold->judge_from, fold->judge_to, eta, err));
  if (s->in_time) lf_recentre(s->won + fold->judge_from, s->weight + fold->judge_from, n, eta);
  lf_log_loss_block(n, eta, s->won + fold->judge_from, loss);
  *sum = lf_lane_dot(n, loss, s->weight + fold->judge_from);
cleanup:
  free(eta);
  free(loss);
  return status;
}

/* What a fold's bands are chosen from, whatever their penalty. */
static void basis_task(void *context, size_t fold) {
  fitter *f = context;
  const lf_crossfit *c = f->crossfit;
  lf_run serial = lf_run_serial(f->outer);
  f->status[fold] = lf_band_basis_make(c->sample, c->atoms, c->keep, c->weight[fold], &f->rules, &serial,
                                       &f->basis[fold], &f->errors[fold]);
}

static lf_status fit_path(fitter *f, size_t task, const lf_run *run, lf_error *err) {
  lf_crossfit *c = f->crossfit;
  size_t n_folds = c->sample->n_folds, fold = task % n_folds;
  lf_fold_fit *fit = &c->fits[task];
  lf_band_rules rules = f->rules;
  rules.penalty = c->path.band_penalty[task / n_folds];
  lf_band_start start = {0};
  double *b = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(c->atoms->n, sizeof *fit->groupings, &fit->groupings, err));
  LF_TRY(lf_choose_from(f->basis[fold], &rules, run, fit->groupings, &start, err));
  LF_TRY(lf_banded_make(c->sample, c->atoms, fit->groupings, c->keep, c->weight[fold], &fit->banded, err));
  size_t n_coef = fit->banded->design.n_coef;
  LF_TRY(lf_alloc((c->path.n_ridge + 1) * n_coef, sizeof *b, &b, err));
  double *first = b + c->path.n_ridge * n_coef;
  lf_banded_start(fit->banded, fit->groupings, c->atoms, &start, first);
  LF_TRY(lf_banded_path(fit->banded, c->path.ridge, c->path.n_ridge, first, path_tolerance, run, b, err));
  for (size_t r = 0; r < c->path.n_ridge; r++) {
    LF_TRY(lf_alloc(n_coef, sizeof *fit->b[r], &fit->b[r], err));
    memcpy(fit->b[r], b + r * n_coef, n_coef * sizeof *b);
    LF_TRY(judge_fold(f, fit, &c->sample->folds[fold], r, &f->loss[task * c->path.n_ridge + r], err));
  }
  lf_banded_rest(fit->banded);
cleanup:
  lf_band_start_clear(&start, c->atoms->n);
  free(b);
  return status;
}

static void fit_task(void *context, size_t task) {
  fitter *f = context;
  lf_run serial = lf_run_serial(f->outer);
  f->status[task] = fit_path(f, task, &serial, &f->errors[task]);
}

/* Log loss of the judged rows at the win rate of their training rows (their own, where folds look forward).
 */
static void judge_null(lf_crossfit *c) {
  const lf_sample *s = c->sample;
  double sum = 0;
  for (size_t k = 0; k < s->n_folds; k++) {
    const lf_fold *fold = &s->folds[k];
    double rows = 0, won = 0, judged = 0, judged_won = 0;
    for (size_t i = 0; i < s->n; i++) {
      rows += c->weight[k][i];
      won += s->won[i] ? c->weight[k][i] : 0;
    }
    for (size_t i = fold->judge_from; i < fold->judge_to; i++) {
      judged += s->weight[i];
      judged_won += s->won[i] ? s->weight[i] : 0;
    }
    double p = s->in_time ? judged_won / judged : won / rows;
    sum -= judged > 0 ? lf_xlogy(judged_won, p) + lf_xlogy(judged - judged_won, 1 - p) : 0;
    c->judged += judged;
  }
  c->null_loss = sum / c->judged;
}

/* Runs tasks in parallel; the first failure in their order. */
static lf_status run_tasks(fitter *f, size_t n, void (*task)(void *context, size_t i), lf_error *err) {
  lf_parallel_for(f->outer, n, task, f);
  for (size_t t = 0; t < n; t++) {
    if (f->status[t] == LF_OK) continue;
    if (err) *err = f->errors[t];
    return f->status[t];
  }
  return LF_OK;
}

lf_status lf_crossfit_make(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                           const lf_path *path, const lf_band_rules *rules, const lf_run *run,
                           lf_crossfit **crossfit, lf_error *err) {
  lf_crossfit *c = NULL;
  size_t tasks = path->n_bands * sample->n_folds;
  fitter f = {.rules = *rules, .outer = run};
  lf_status status = lf_alloc(1, sizeof *c, &c, err);
  if (status != LF_OK) return status;
  *c = (lf_crossfit){.sample = sample, .atoms = atoms, .keep = keep, .path = *path};
  f.crossfit = c;
  LF_TRY(lf_alloc(sample->n_folds, sizeof *c->weight, &c->weight, err));
  for (size_t k = 0; k < sample->n_folds; k++) {
    LF_TRY(lf_alloc(sample->n, sizeof *c->weight[k], &c->weight[k], err));
    lf_sample_train_weights(sample, k, c->weight[k]);
  }
  LF_TRY(lf_alloc(tasks, sizeof *c->fits, &c->fits, err));
  LF_TRY(lf_alloc(tasks * path->n_ridge, sizeof *f.loss, &f.loss, err));
  LF_TRY(lf_alloc(tasks, sizeof *f.status, &f.status, err));
  LF_TRY(lf_alloc(tasks, sizeof *f.errors, &f.errors, err));
  LF_TRY(lf_alloc(sample->n_folds, sizeof(lf_band_basis *), &f.basis, err));
  judge_null(c);
  LF_TRY(run_tasks(&f, sample->n_folds, basis_task, err));
  LF_TRY(run_tasks(&f, tasks, fit_task, err));
  for (size_t t = 0; t < tasks; t++)
    for (size_t r = 0; r < path->n_ridge; r++)
      c->loss[t / sample->n_folds][r] += f.loss[t * path->n_ridge + r] / c->judged;
  *crossfit = c;
  c = NULL;
cleanup:
  for (size_t k = 0; f.basis && k < sample->n_folds; k++) lf_band_basis_free(f.basis[k]);
  free(f.basis);
  free(f.loss);
  free(f.status);
  free(f.errors);
  lf_crossfit_free(c);
  return status;
}

static void fold_fit_clear(lf_fold_fit *fit, size_t n_sets) {
  lf_groupings_free(fit->groupings, n_sets);
  lf_banded_free(fit->banded);
  for (size_t r = 0; r < LF_MAX_PATH; r++) free(fit->b[r]);
}

void lf_crossfit_free(lf_crossfit *c) {
  if (!c) return;
  for (size_t k = 0; c->weight && k < c->sample->n_folds; k++) free(c->weight[k]);
  free(c->weight);
  for (size_t t = 0; c->fits && t < c->path.n_bands * c->sample->n_folds; t++)
    fold_fit_clear(&c->fits[t], c->atoms->n);
  free(c->fits);
  free(c);
}
