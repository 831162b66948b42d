/* Which attributes predict winning.
 *
 * Symbols: x_a(i) the contribution of attribute a to row i, by a fit that never saw the row; logistic
 * regression of the outcome on all x_a together, unpenalised, an intercept a fold (folds, and above all
 * times, differ in level). The slope of x_a is 0 where what was learnt of a elsewhere says nothing here,
 * whatever bands were searched: so its one-sided test is honest, one degree of freedom however many bands
 * there are (the calibration slope of Cox 1958, one an attribute; cross-fitting as in Chernozhukov et al.
 * 2018). Covariance is the sandwich, clustered by account. Leaving an attribute out: the constrained optimum
 * of the same model. On the holdout the slopes come from the training rows, so that loss and AUC lost there
 * are out of sample and can be negative; only the level is set anew. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/study.h"
#include "fit/logistic.h"
#include "judge/judge.h"

void lf_study_weigh_folds(lf_study *s) {
  const lf_evidence_rows *r = s->rows;
  for (size_t f = 0; f < r->n_folds; f++) {
    double rows = 0, won = 0;
    for (size_t i = r->first; i < r->n; i++) {
      if (r->fold[i] != f || r->hidden[i]) continue;
      rows += r->sample->weight[i];
      won += r->y[i] > 0 ? r->sample->weight[i] : 0;
    }
    bool use = won >= 2 && rows - won >= 2;
    for (size_t i = r->first; i < r->n; i++)
      if (r->fold[i] == f) s->win_weight[i] = use && !r->hidden[i] ? r->sample->weight[i] : 0;
  }
}

typedef struct leave_out {
  lf_study *study;
  const lf_model *model; /* gives the slopes */
  const lf_model *judge; /* rows to judge on; its own slopes are not used unless it is the model */
  double *eta;           /* of the judge's rows, all attributes */
  double *loss;
  bool holdout;
  lf_status *status;
  lf_error *errors;
} leave_out;

static const uint8_t *won_of(const leave_out *l) {
  return l->study->rows->sample->won + l->judge->from;
}

/* eta of the judged rows under the model's slopes; on other rows than its own, at their level. */
static void judged_eta(const leave_out *l, const double *b, double *eta) {
  const lf_dense *d = &l->judge->design;
  if (!l->holdout) {
    lf_model_eta(l->model, b, eta);
    return;
  }
  lf_dense level = *d; /* at the slopes of the training rows, whatever the level */
  level.group = NULL;
  level.n_groups = 1;
  lf_model rows = *l->judge;
  rows.design = level;
  lf_model_eta(&rows, b + l->model->design.n_groups - 1, eta);
  lf_recentre(won_of(l), d->weight, d->n, eta);
}

static lf_status auc_lost(const leave_out *l, const double *without, lf_paired *out, lf_error *err) {
  const lf_dense *d = &l->judge->design;
  lf_judge_rows rows = {.n = d->n, .score = l->eta, .won = won_of(l), .weight = d->weight};
  if (d->cluster) {
    rows.cluster = d->cluster;
    rows.n_clusters = d->n_clusters;
  }
  lf_paired_auc a;
  lf_status status = lf_compare_auc(&rows, without, NULL, &a, err);
  if (status == LF_OK) *out = (lf_paired){a.difference, a.std_error, a.low, a.high, a.p};
  return status;
}

static lf_status leave_one(const leave_out *l, size_t t, lf_error *err) {
  const lf_dense *d = &l->judge->design;
  lf_win_evidence *win = &l->study->out->items[t].win;
  double *b = NULL, *eta = NULL, *loss = NULL;
  lf_paired paired, auc = {NAN, NAN, NAN, NAN, NAN};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(l->model->fit->m, sizeof *b, &b, err));
  LF_TRY(lf_alloc(d->n, sizeof *eta, &eta, err));
  LF_TRY(lf_alloc(d->n, sizeof *loss, &loss, err));
  lf_model_without(l->model, t, b);
  judged_eta(l, b, eta);
  lf_log_loss_block(d->n, eta, won_of(l), loss);
  double total = 0;
  for (size_t i = 0; i < d->n; i++) {
    loss[i] -= l->loss[i];
    total += d->weight[i] * loss[i];
  }
  LF_TRY(lf_paired_mean(loss, d->weight, d->n, d->cluster, d->n_clusters, &paired, err));
  if (l->holdout || !l->study->rows->has_holdout) LF_TRY(auc_lost(l, eta, &auc, err));
  if (l->holdout) {
    win->holdout_loss_increase = paired;
    win->holdout_auc_loss = auc;
  } else {
    win->loss_increase = paired;
    win->auc_loss = auc;
    win->chi2 = fmax(0, 2 * total);
  }
cleanup:
  free(b);
  free(eta);
  free(loss);
  return status;
}

static void leave_task(void *context, size_t t) {
  leave_out *l = context;
  if (lf_study_tells(l->study, t) && l->model->scale[t] > 0) l->status[t] = leave_one(l, t, &l->errors[t]);
}

static lf_status leave_each(lf_study *s, const lf_model *model, const lf_model *judge, bool holdout,
                            lf_error *err) {
  leave_out l = {.study = s, .model = model, .judge = judge, .holdout = holdout};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(judge->design.n, sizeof *l.eta, &l.eta, err));
  LF_TRY(lf_alloc(judge->design.n, sizeof *l.loss, &l.loss, err));
  LF_TRY(lf_alloc(s->k, sizeof *l.status, &l.status, err));
  LF_TRY(lf_alloc(s->k, sizeof *l.errors, &l.errors, err));
  judged_eta(&l, model->fit->b, l.eta);
  lf_log_loss_block(judge->design.n, l.eta, won_of(&l), l.loss);
  lf_parallel_for(s->run, s->k, leave_task, &l);
  for (size_t t = 0; t < s->k; t++)
    if (l.status[t] != LF_OK) {
      if (err) *err = l.errors[t];
      status = l.status[t];
      break;
    }
cleanup:
  free(l.eta);
  free(l.loss);
  free(l.status);
  free(l.errors);
  return status;
}

/* ---- holdout
 * ------------------------------------------------------------------------------------------------------- */

/* Whether both classes stand among rows [from, to). */
static bool both_classes(const lf_study *s, size_t from, size_t to) {
  double won = 0, lost = 0;
  for (size_t i = from; i < to; i++) *(s->rows->y[i] > 0 ? &won : &lost) += s->win_weight[i];
  return won >= 2 && lost >= 2;
}

static lf_status judge_holdout(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_model training = {0}, holdout = {0};
  lf_status status = LF_OK;
  if (!r->has_holdout || !both_classes(s, r->n_train, r->n)) return LF_OK;
  LF_TRY(lf_model_fit(s, LF_FAMILY_BINOMIAL, s->win, r->y, s->win_weight, r->n_train, r->n, false, &holdout,
                      err));
  for (size_t t = 0; t < s->k; t++) s->out->items[t].win.holdout = lf_model_effect(&holdout, t);
  if (!both_classes(s, r->first, r->n_train)) goto cleanup;
  LF_TRY(lf_model_fit(s, LF_FAMILY_BINOMIAL, s->win, r->y, s->win_weight, r->first, r->n_train, true,
                      &training, err));
  LF_TRY(leave_each(s, &training, &holdout, true, err));
cleanup:
  lf_model_clear(&training);
  lf_model_clear(&holdout);
  return status;
}

/* ---- all
 * -------------------------------------------------------------------------------------------------------------
 */

typedef struct bound_job {
  lf_study *study;
  const lf_model *model;
  lf_blind_test *tests;
  lf_status *status;
  lf_error *errors;
} bound_job;

static void bound_task(void *context, size_t t) {
  bound_job *job = context;
  const lf_effect *e = &job->study->out->items[t].win.effect;
  job->tests[t] =
      (lf_blind_test){.chi2 = NAN,
                      .p = NAN,
                      .std_error = NAN}; /* what plainly matters needs no bound: its own limit will do */
  if (e->log_ratio - 1.645 * e->std_error > log(job->study->options.margin)) return;
  if (lf_study_tells(job->study, t))
    job->status[t] = lf_blind_bound(job->study, job->model, t, &job->tests[t], &job->errors[t]);
}

static lf_status bound_all(lf_study *s, lf_error *err) {
  bound_job job = {.study = s, .model = &s->winning};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(s->k, sizeof *job.tests, &job.tests, err));
  LF_TRY(lf_alloc(s->k, sizeof *job.status, &job.status, err));
  LF_TRY(lf_alloc(s->k, sizeof *job.errors, &job.errors, err));
  lf_parallel_for(s->run, s->k, bound_task, &job);
  for (size_t t = 0; t < s->k; t++) {
    if (job.status[t] != LF_OK && err) *err = job.errors[t];
    LF_TRY(job.status[t]);
    lf_win_evidence *win = &s->out->items[t].win;
    if (!lf_study_tells(s, t)) continue;
    win->blind = job.tests[t];
    win->bound = win->blind.bound;
  }
cleanup:
  free(job.tests);
  free(job.status);
  free(job.errors);
  return status;
}

static void count_rows(lf_study *s) {
  const lf_evidence_rows *r = s->rows;
  for (size_t i = r->first; i < r->n; i++) {
    double w = s->win_weight[i], won = r->y[i] > 0 ? w : 0;
    s->out->rows += w;
    s->out->won += won;
    s->out->holdout_rows += i >= r->n_train ? w : 0;
    s->out->holdout_won += i >= r->n_train ? won : 0;
  }
}

lf_status lf_study_winning(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_status status = LF_OK;
  lf_progress(s->run, "evidence: winning", 0, 1);
  LF_TRY(lf_win_contributions(r, s->atoms, &s->how, s->run, &s->win, err));
  lf_study_weigh_folds(s);
  count_rows(s);
  LF_TRY(lf_model_fit(s, LF_FAMILY_BINOMIAL, s->win, r->y, s->win_weight, r->first, r->n, true, &s->winning,
                      err));
  for (size_t t = 0; t < s->k; t++) s->out->items[t].win.effect = lf_model_effect(&s->winning, t);
  LF_TRY(leave_each(s, &s->winning, &s->winning, false, err));
  LF_TRY(bound_all(s, err));
  LF_TRY(judge_holdout(s, err));
cleanup:
  return status;
}
