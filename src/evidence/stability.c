/* The effect in each quarter, and Simpson's alarm.
 *
 * Quarters: logistic regression of the outcome on the attribute's contribution in the quarter's rows alone,
 * the other attributes entering as an offset at their slopes over all quarters. A quarter needs 30 wins and
 * 30 losses, and the contribution must vary in it; else it says nothing. Differences between quarters:
 * Cochran's Q (1954).
 *
 * Simpson's alarm: the slope alone and the slope beside all others have opposite signs, and both are told
 * from 0 by two standard errors and reach the margin. Signs only: odds ratios shrink when another cause is
 * adjusted for even where nothing confounds (Gail, Wieand & Piantadosi 1984; Greenland, Robins & Pearl 1999),
 * but do not turn. The confounder is the attribute whose adding alone turns the sign, the strongest where
 * several do. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"

enum { FEWEST_EACH = 30, MOST_QUARTERS = 40 };

/* A model of few of the columns on the winning model's rows. */
static lf_status fit_few(const lf_study *s, const lf_dense *base, const double *const *x, size_t k,
                         lf_dense_fit **fit, lf_error *err) {
  lf_dense d = *base;
  d.x = x;
  d.k = k;
  return lf_dense_solve(&d, NULL, s->run, fit, err);
}

/* ---- quarters
 * ---------------------------------------------------------------------------------------------------------
 */

/* Judged rows in time order stand together: the range that holds all rows of a quarter, in rows of the model.
 */
static void quarter_range(const lf_study *s, int32_t quarter, size_t *from, size_t *to) {
  const int32_t *of = s->rows->quarter + s->winning.from;
  size_t n = s->winning.design.n;
  *from = 0;
  *to = n;
  while (*from < n && of[*from] != quarter) ++*from;
  while (*to > *from && of[*to - 1] != quarter) --*to;
}

/* The quarter's rows of attribute t: counts, and whether there is enough to tell. */
static bool quarter_counts(const lf_study *s, const lf_dense *d, const int32_t *of, int32_t quarter, size_t t,
                           double *weight, double *rows, double *won) {
  double sum = 0, squares = 0;
  *rows = *won = 0;
  for (size_t i = 0; i < d->n; i++) {
    double w = weight[i] = of[i] == quarter ? d->weight[i] : 0, x = d->x[0][i];
    *rows += w;
    *won += w * d->y[i];
    sum += w * x;
    squares += w * x * x;
  }
  double spread = *rows > 0 ? 2 * sqrt(fmax(0, squares / *rows - sum / *rows * (sum / *rows))) : 0;
  return *won >= FEWEST_EACH && *rows - *won >= FEWEST_EACH && spread >= 0.2 * s->winning.scale[t];
}

/* weight: scratch of the model's rows. */
static lf_status quarter_effect(const lf_study *s, size_t t, int32_t quarter, double *weight,
                                const double *offset, lf_quarter_effect *out, bool *told, lf_error *err) {
  const lf_model *m = &s->winning;
  size_t from, to;
  double rows, won;
  *told = false;
  quarter_range(s, quarter, &from, &to);
  const double *x[1] = {m->x[t] + from};
  lf_dense d = m->design;
  d.n = to - from;
  d.k = 1;
  d.x = x;
  d.group = NULL;
  d.n_groups = 1;
  d.y += from;
  d.weight += from;
  d.offset = offset + from;
  if (d.cluster) d.cluster += from;
  if (!quarter_counts(s, &d, s->rows->quarter + m->from + from, quarter, t, weight, &rows, &won))
    return LF_OK;
  d.weight = weight;
  lf_dense_fit *fit = NULL;
  lf_status status = lf_dense_solve(&d, NULL, s->run, &fit, err);
  if (status != LF_OK) return status;
  *out = (lf_quarter_effect){.year = quarter / 4, .quarter = quarter % 4 + 1, .rows = rows, .won = won};
  out->effect = lf_effect_make(fit->b[1] * m->scale[t], sqrt(fmax(0, fit->covariance[3])) * m->scale[t]);
  *told = out->effect.std_error > 0;
  lf_dense_fit_free(fit);
  return LF_OK;
}

static void compare_quarters(lf_attribute_evidence *a) {
  double weight = 0, mean = 0, q = 0;
  a->heterogeneity_chi2 = a->heterogeneity_p = NAN;
  if (a->n_quarters < 2) return;
  for (size_t i = 0; i < a->n_quarters; i++) {
    double w = 1 / (a->quarters[i].effect.std_error * a->quarters[i].effect.std_error);
    weight += w;
    mean += w * a->quarters[i].effect.log_ratio;
  }
  mean /= weight;
  for (size_t i = 0; i < a->n_quarters; i++) {
    double z = (a->quarters[i].effect.log_ratio - mean) / a->quarters[i].effect.std_error;
    q += z * z;
  }
  a->heterogeneity_chi2 = q;
  a->heterogeneity_p = lf_chi_squared_p(q, (double)(a->n_quarters - 1));
}

static lf_status attribute_quarters(lf_study *s, size_t t, int32_t from, int32_t to, double *weight,
                                    double *offset, lf_error *err) {
  const lf_model *m = &s->winning;
  lf_attribute_evidence *a = &s->out->items[t];
  lf_status status = lf_alloc((size_t)(to - from) + 1, sizeof *a->quarters, &a->quarters, err);
  double slope = m->fit->b[lf_model_column(m, t)];
  for (size_t i = 0; i < m->design.n; i++) offset[i] = m->fit->eta[i] - slope * m->x[t][i];
  for (int32_t q = from; status == LF_OK && q <= to; q++) {
    bool told;
    status = quarter_effect(s, t, q, weight, offset, &a->quarters[a->n_quarters], &told, err);
    a->n_quarters += status == LF_OK && told;
  }
  compare_quarters(a);
  return status;
}

lf_status lf_study_quarters(lf_study *s, lf_error *err) {
  const lf_model *m = &s->winning;
  const lf_evidence_rows *r = s->rows;
  int32_t from = INT32_MAX, to = INT32_MIN;
  double *weight = NULL, *offset = NULL;
  lf_status status = LF_OK;
  for (size_t t = 0; t < s->k; t++)
    s->out->items[t].heterogeneity_chi2 = s->out->items[t].heterogeneity_p = NAN;
  if (!r->quarter) return LF_OK;
  for (size_t i = r->first; i < r->n; i++) {
    if (r->quarter[i] == LF_NO_QUARTER) continue;
    if (r->quarter[i] < from) from = r->quarter[i];
    if (r->quarter[i] > to) to = r->quarter[i];
  }
  if (from > to) return LF_OK;
  if (to - from >= MOST_QUARTERS) from = to - MOST_QUARTERS + 1;
  LF_TRY(lf_alloc(m->design.n, sizeof *weight, &weight, err));
  LF_TRY(lf_alloc(m->design.n, sizeof *offset, &offset, err));
  for (size_t t = 0; t < s->k; t++)
    if (s->keep[t] && m->scale[t] > 0) LF_TRY(attribute_quarters(s, t, from, to, weight, offset, err));
cleanup:
  free(weight);
  free(offset);
  return status;
}

/* ---- Simpson
 * ------------------------------------------------------------------------------------------------------------
 */

/* Effect of t alone (with == SIZE_MAX) or beside one other. */
static lf_status effect_beside(const lf_study *s, size_t t, size_t with, lf_effect *out, lf_error *err) {
  const lf_model *m = &s->winning;
  const double *x[2] = {m->x[t], with == SIZE_MAX ? NULL : m->x[with]};
  lf_dense_fit *fit = NULL;
  lf_status status = fit_few(s, &m->design, x, with == SIZE_MAX ? 1 : 2, &fit, err);
  if (status != LF_OK) return status;
  size_t j = m->design.n_groups;
  *out =
      lf_effect_make(fit->b[j] * m->scale[t], sqrt(fmax(0, fit->covariance[j * fit->m + j])) * m->scale[t]);
  lf_dense_fit_free(fit);
  return LF_OK;
}

static bool told_apart(const lf_effect *e, double margin) {
  return e->std_error > 0 && fabs(e->log_ratio) > 2 * e->std_error && fabs(e->log_ratio) >= log(margin);
}

static lf_status find_confounder(lf_study *s, size_t t, double raw, size_t *confounder, lf_error *err) {
  double furthest = 0;
  *confounder = SIZE_MAX;
  for (size_t c = 0; c < s->k; c++) {
    lf_effect e;
    if (c == t || !s->keep[c] || !(s->winning.scale[c] > 0)) continue;
    lf_status status = effect_beside(s, t, c, &e, err);
    if (status != LF_OK) return status;
    if (e.log_ratio * raw < 0 && fabs(e.log_ratio) > furthest) {
      furthest = fabs(e.log_ratio);
      *confounder = c;
    }
  }
  return LF_OK;
}

lf_status lf_study_simpson(lf_study *s, lf_error *err) {
  for (size_t t = 0; t < s->k; t++) {
    lf_attribute_evidence *a = &s->out->items[t];
    a->confounder = SIZE_MAX;
    a->win.raw = lf_effect_make(0, NAN);
    if (!s->keep[t] || !(s->winning.scale[t] > 0)) continue;
    lf_status status = effect_beside(s, t, SIZE_MAX, &a->win.raw, err);
    if (status != LF_OK) return status;
    a->simpson = told_apart(&a->win.raw, s->options.margin) &&
                 told_apart(&a->win.effect, s->options.margin) &&
                 a->win.raw.log_ratio * a->win.effect.log_ratio < 0;
    if (a->simpson) status = find_confounder(s, t, a->win.raw.log_ratio, &a->confounder, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}
