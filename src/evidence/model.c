/* A model on the contributions of all attributes, and what is read off it. Folds look forward (rows.c), so a
 * slope below 0 means what it says: what was learnt has turned, or was luck. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"

/* Two standard deviations within groups. */
static double spread(const lf_dense *d, const double *x) {
  double rows[UINT8_MAX + 1] = {0}, sum[UINT8_MAX + 1] = {0}, squares[UINT8_MAX + 1] = {0}, total = 0,
                          inside = 0;
  for (size_t i = 0; i < d->n; i++) {
    size_t g = d->group ? d->group[i] : 0;
    double wx = d->weight[i] * x[i];
    rows[g] += d->weight[i];
    sum[g] += wx;
    squares[g] += wx * x[i];
  }
  for (size_t g = 0; g < d->n_groups; g++) {
    if (!(rows[g] > 0)) continue;
    total += rows[g];
    inside += fmax(0, squares[g] - sum[g] * sum[g] / rows[g]);
  }
  double variance = total > 0 ? inside / total : 0;
  return variance > 1e-18 ? 2 * sqrt(variance) : 0;
}

lf_status lf_model_fit(const lf_study *s, lf_family family, const lf_contributions *x, const double *y,
                       const double *weight, size_t from, size_t to, bool grouped, lf_model *model,
                       lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_model m = {.from = from};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(s->k, sizeof *m.x, &m.x, err));
  LF_TRY(lf_alloc(s->k, sizeof *m.scale, &m.scale, err));
  for (size_t t = 0; t < s->k; t++) m.x[t] = x->x[t] + from;
  m.design = (lf_dense){.family = family,
                        .n = to - from,
                        .k = s->k,
                        .x = m.x,
                        .group = grouped ? r->fold + from : NULL,
                        .n_groups = grouped ? r->n_folds : 1,
                        .y = y + from,
                        .weight = weight + from,
                        .cluster = r->cluster ? r->cluster + from : NULL,
                        .n_clusters = r->n_clusters};
  for (size_t t = 0; t < s->k; t++) m.scale[t] = spread(&m.design, m.x[t]);
  LF_TRY(lf_dense_solve(&m.design, NULL, s->run, &m.fit, err));
  *model = m;
  m = (lf_model){0};
cleanup:
  lf_model_clear(&m);
  return status;
}

void lf_model_clear(lf_model *m) {
  free(m->x);
  free(m->scale);
  lf_dense_fit_free(m->fit);
  *m = (lf_model){0};
}

lf_effect lf_effect_make(double log_ratio, double std_error) {
  const double z = 1.959963984540054;
  return (lf_effect){.log_ratio = log_ratio,
                     .std_error = std_error,
                     .low = log_ratio - z * std_error,
                     .high = log_ratio + z * std_error,
                     .p = std_error > 0 ? lf_normal_cdf(-log_ratio / std_error) : 1};
}

lf_effect lf_model_effect(const lf_model *m, size_t t) {
  size_t j = lf_model_column(m, t);
  if (!m->fit || m->fit->aliased[j] || !(m->scale[t] > 0)) return lf_effect_make(0, NAN);
  return lf_effect_make(m->fit->b[j] * m->scale[t],
                        sqrt(fmax(0, m->fit->covariance[j * m->fit->m + j])) * m->scale[t]);
}

void lf_model_without(const lf_model *m, size_t t, double *b) {
  size_t j = lf_model_column(m, t), n = m->fit->m;
  const double *v = m->fit->inverse;
  double own = v[j * n + j], f = own > 0 ? m->fit->b[j] / own : 0;
  for (size_t r = 0; r < n; r++) b[r] = m->fit->b[r] - v[r * n + j] * f;
  b[j] = 0;
}

void lf_model_eta(const lf_model *m, const double *b, double *eta) {
  enum { BLOCK = 512 };
  const lf_dense *d = &m->design;
  for (size_t at = 0; at < d->n; at += BLOCK)
    lf_dense_eta(d, b, at, at + BLOCK < d->n ? BLOCK : d->n - at, eta + at);
}

lf_status lf_paired_mean(const double *d, const double *weight, size_t n, const uint32_t *cluster,
                         size_t n_clusters, lf_paired *out, lf_error *err) {
  double rows = 0, sum = 0, squares = 0, *sums = NULL;
  for (size_t i = 0; i < n; i++) {
    rows += weight[i];
    sum += weight[i] * d[i];
  }
  double mean = rows > 0 ? sum / rows : NAN;
  if (cluster) {
    lf_status status = lf_alloc(n_clusters, sizeof *sums, &sums, err);
    if (status != LF_OK) return status;
    for (size_t i = 0; i < n; i++) sums[cluster[i]] += weight[i] * (d[i] - mean);
    for (size_t c = 0; c < n_clusters; c++) squares += sums[c] * sums[c];
    free(sums);
  } else {
    for (size_t i = 0; i < n; i++) squares += weight[i] * (d[i] - mean) * (d[i] - mean);
  }
  lf_effect e = lf_effect_make(mean, rows > 0 ? sqrt(squares) / rows : NAN);
  *out = (lf_paired){e.log_ratio, e.std_error, e.low, e.high, e.p};
  return LF_OK;
}

lf_status lf_study_first_error(const lf_status *status, const lf_error *errors, size_t n, lf_error *err) {
  for (size_t i = 0; i < n; i++) {
    if (status[i] == LF_OK) continue;
    if (err) *err = errors[i];
    return status[i];
  }
  return LF_OK;
}

lf_status lf_say(lf_text_list *list, lf_error *err, const char *format, ...) {
  char *sentence = NULL;
  va_list arguments;
  va_start(arguments, format);
  int n = vasprintf(&sentence, format, arguments);
  va_end(arguments);
  if (n < 0) return lf_fail(err, LF_E_MEMORY, "not enough memory for the report");
  lf_status status = lf_text_list_add(list, sentence, err);
  free(sentence);
  return status;
}
