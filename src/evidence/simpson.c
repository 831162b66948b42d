/* Simpson's alarm.
 *
 * The slope alone and the slope beside all others have opposite signs, and both are told from 0 by two
 * standard errors and reach the margin. Signs only: odds ratios shrink when another cause is adjusted for
 * even where nothing confounds (Gail, Wieand & Piantadosi 1984; Greenland, Robins & Pearl 1999), but do not
 * turn. The confounder is the attribute whose adding alone turns the sign, the strongest where several do.
 * Alone, a contribution takes one value a code and fold, so that counts of those are fitted; rows are needed
 * for the standard error only. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/study.h"

/* Wins of the attribute's codes within each fold: all that a fit on its contribution alone needs. */
typedef struct cells {
  double *x, *y, *weight;
  uint8_t *fold;
} cells;

static void cells_clear(cells *c) {
  free(c->x);
  free(c->y);
  free(c->weight);
  free(c->fold);
}

static lf_status make_cells(const lf_model *m, const uint16_t *code, size_t t, size_t codes, cells *c,
                            lf_error *err) {
  const lf_dense *d = &m->design;
  size_t n = d->n_groups * codes;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *c->x, &c->x, err));
  LF_TRY(lf_alloc(n, sizeof *c->y, &c->y, err));
  LF_TRY(lf_alloc(n, sizeof *c->weight, &c->weight, err));
  LF_TRY(lf_alloc(n, 1, &c->fold, err));
  for (size_t k = 0; k < n; k++) c->fold[k] = (uint8_t)(k / codes);
  for (size_t i = 0; i < d->n; i++) {
    size_t cell = (d->group ? d->group[i] : 0) * codes + code[i];
    if (!(d->weight[i] > 0)) continue;
    c->x[cell] = m->x[t][i];
    c->weight[cell] += d->weight[i];
    c->y[cell] += d->weight[i] * d->y[i];
  }
  for (size_t k = 0; k < n; k++)
    if (c->weight[k] > 0) c->y[k] /= c->weight[k];
cleanup:
  return status;
}

/* Coefficients of t alone, b[n_groups + 1]. */
static lf_status solve_cells(const lf_study *s, size_t t, double *b, lf_error *err) {
  const lf_model *m = &s->winning;
  size_t codes = s->atoms->items[t].n + 2, groups = m->design.n_groups;
  cells c = {0};
  lf_dense_options options = {.no_covariance = true};
  lf_dense_fit *fit = NULL;
  lf_status status = LF_OK;
  LF_TRY(make_cells(m, s->rows->sample->code[t] + m->from, t, codes, &c, err));
  const double *columns[1] = {c.x};
  lf_dense d = {.family = LF_FAMILY_BINOMIAL,
                .n = groups * codes,
                .k = 1,
                .x = columns,
                .group = c.fold,
                .n_groups = groups,
                .y = c.y,
                .weight = c.weight};
  LF_TRY(lf_dense_solve(&d, &options, NULL, &fit, err));
  memcpy(b, fit->b, (groups + 1) * sizeof *b);
cleanup:
  cells_clear(&c);
  lf_dense_fit_free(fit);
  return status;
}

/* Effect of t alone (with == SIZE_MAX) or beside one other. */
static lf_status effect_beside(const lf_study *s, size_t t, size_t with, lf_effect *out, lf_error *err) {
  const lf_model *m = &s->winning;
  const double *x[2] = {m->x[t], with == SIZE_MAX ? NULL : m->x[with]};
  size_t j = m->design.n_groups;
  double start[UINT8_MAX + 3];
  lf_dense d = m->design;
  lf_dense_options options = {.start = with == SIZE_MAX ? start : NULL};
  lf_dense_fit *fit = NULL;
  lf_status status = LF_OK;
  d.x = x;
  d.k = with == SIZE_MAX ? 1 : 2;
  if (with == SIZE_MAX) LF_TRY(solve_cells(s, t, start, err));
  LF_TRY(lf_dense_solve(&d, &options, NULL, &fit, err));
  *out =
      lf_effect_make(fit->b[j] * m->scale[t], sqrt(fmax(0, fit->covariance[j * fit->m + j])) * m->scale[t]);
cleanup:
  lf_dense_fit_free(fit);
  return status;
}

static bool told_apart(const lf_effect *e, double margin) {
  return e->std_error > 0 && fabs(e->log_ratio) > 2 * e->std_error && fabs(e->log_ratio) >= log(margin);
}

static lf_status find_confounder(lf_study *s, size_t t, double raw, size_t *confounder, lf_error *err) {
  double furthest = 0;
  *confounder = SIZE_MAX;
  for (size_t c = 0; c < s->k; c++) {
    lf_effect e;
    if (c == t || !(s->winning.scale[c] > 0)) continue;
    lf_status status = effect_beside(s, t, c, &e, err);
    if (status != LF_OK) return status;
    if (e.log_ratio * raw < 0 && fabs(e.log_ratio) > furthest) {
      furthest = fabs(e.log_ratio);
      *confounder = c;
    }
  }
  return LF_OK;
}

typedef struct alarms {
  lf_study *study;
  lf_status *status;
  lf_error *errors;
} alarms;

static lf_status alarm_of(lf_study *s, size_t t, lf_error *err) {
  lf_attribute_evidence *a = &s->out->items[t];
  lf_status status = LF_OK;
  LF_TRY(effect_beside(s, t, SIZE_MAX, &a->win.raw, err));
  a->simpson = told_apart(&a->win.raw, s->options.margin) && told_apart(&a->win.effect, s->options.margin) &&
               a->win.raw.log_ratio * a->win.effect.log_ratio < 0;
  if (a->simpson) LF_TRY(find_confounder(s, t, a->win.raw.log_ratio, &a->confounder, err));
cleanup:
  return status;
}

static void alarm_task(void *context, size_t t) {
  alarms *job = context;
  lf_study *s = job->study;
  lf_attribute_evidence *a = &s->out->items[t];
  a->confounder = SIZE_MAX;
  a->win.raw = lf_effect_make(0, NAN);
  if (lf_study_tells(s, t) && s->winning.scale[t] > 0) job->status[t] = alarm_of(s, t, &job->errors[t]);
}

lf_status lf_study_simpson(lf_study *s, lf_error *err) {
  alarms job = {.study = s};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(s->k, sizeof *job.status, &job.status, err));
  LF_TRY(lf_alloc(s->k, sizeof *job.errors, &job.errors, err));
  lf_parallel_for(s->run, s->k, alarm_task, &job);
  status = lf_study_first_error(job.status, job.errors, s->k, err);
cleanup:
  free(job.status);
  free(job.errors);
  return status;
}
