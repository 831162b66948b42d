/* The effect in each quarter.
 *
 * Quarters: logistic regression of the outcome on the attribute's contribution in the quarter's rows alone,
 * the other attributes entering as an offset at their slopes over all quarters. A quarter needs 30 wins and
 * 30 losses, and the contribution must vary in it; else it says nothing. Differences between quarters:
 * Cochran's Q (1954). */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/study.h"

enum { FEWEST_EACH = 30, MOST_QUARTERS = 40 };

/* ---- quarters -------------------------------------------------------------------------------------------
 */

/* Judged rows of one quarter, gathered. */
typedef struct quarter_rows {
  int32_t quarter;
  size_t n;
  uint32_t *row; /* of the winning model */
  double *y, *weight;
  uint32_t *cluster; /* the quarter's own numbers; NULL where rows are independent */
  size_t n_clusters;
  double rows, won;
} quarter_rows;

typedef struct quarters {
  lf_study *study;
  size_t n, most_rows;
  quarter_rows *items;
  lf_status *status; /* of attributes */
  lf_error *errors;
} quarters;

static void quarters_clear(quarters *q) {
  for (size_t i = 0; q->items && i < q->n; i++) {
    free(q->items[i].row);
    free(q->items[i].y);
    free(q->items[i].weight);
    free(q->items[i].cluster);
  }
  free(q->items);
  free(q->status);
  free(q->errors);
}

/* Rows of the model that count in a quarter of the range; NULL for the others. */
static quarter_rows *quarter_of(const quarters *q, size_t i) {
  const lf_model *m = &q->study->winning;
  int32_t quarter = q->study->rows->quarter[m->from + i];
  if (!(m->design.weight[i] > 0) || quarter == LF_NO_QUARTER || quarter < q->items[0].quarter) return NULL;
  return &q->items[quarter - q->items[0].quarter];
}

/* number: by account, 1 + its number in the quarter, zeros before and after. */
static void number_quarter(const lf_dense *d, quarter_rows *q, uint32_t *number) {
  for (size_t k = 0; k < q->n; k++) {
    uint32_t *of = &number[d->cluster[q->row[k]]];
    if (!*of) *of = (uint32_t)++q->n_clusters;
    q->cluster[k] = *of - 1;
  }
  for (size_t k = 0; k < q->n; k++) number[d->cluster[q->row[k]]] = 0;
}

static lf_status gather_quarters(quarters *q, lf_error *err) {
  const lf_dense *d = &q->study->winning.design;
  uint32_t *number = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(d->n_clusters, sizeof *number, &number, err));
  for (size_t i = 0; i < d->n; i++) {
    quarter_rows *at = quarter_of(q, i);
    if (at && ++at->n > q->most_rows) q->most_rows = at->n;
  }
  for (size_t k = 0; k < q->n; k++) {
    quarter_rows *at = &q->items[k];
    LF_TRY(lf_alloc(at->n, sizeof *at->row, &at->row, err));
    LF_TRY(lf_alloc(at->n, sizeof *at->y, &at->y, err));
    LF_TRY(lf_alloc(at->n, sizeof *at->weight, &at->weight, err));
    if (d->cluster) LF_TRY(lf_alloc(at->n, sizeof *at->cluster, &at->cluster, err));
    at->n = 0;
  }
  for (size_t i = 0; i < d->n; i++) {
    quarter_rows *at = quarter_of(q, i);
    if (!at) continue;
    at->row[at->n] = (uint32_t)i;
    at->y[at->n] = d->y[i];
    at->weight[at->n++] = d->weight[i];
    at->rows += d->weight[i];
    at->won += d->weight[i] * d->y[i];
  }
  for (size_t k = 0; d->cluster && k < q->n; k++) number_quarter(d, &q->items[k], number);
cleanup:
  free(number);
  return status;
}

/* Quarters from the oldest of the judged rows to the newest, MOST_QUARTERS at most. n is 0 where none is
 * known.
 */
static lf_status list_quarters(lf_study *s, quarters *q, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  int32_t from = INT32_MAX, to = INT32_MIN;
  lf_status status = LF_OK;
  *q = (quarters){.study = s};
  for (size_t i = r->first; r->quarter && i < r->n; i++) {
    if (r->quarter[i] == LF_NO_QUARTER) continue;
    if (r->quarter[i] < from) from = r->quarter[i];
    if (r->quarter[i] > to) to = r->quarter[i];
  }
  if (from > to) return LF_OK;
  if (to - from >= MOST_QUARTERS) from = to - MOST_QUARTERS + 1;
  LF_TRY(lf_alloc((size_t)(to - from) + 1, sizeof *q->items, &q->items, err));
  LF_TRY(lf_alloc(s->k, sizeof *q->status, &q->status, err));
  LF_TRY(lf_alloc(s->k, sizeof *q->errors, &q->errors, err));
  for (; q->n <= (size_t)(to - from); q->n++) q->items[q->n].quarter = from + (int32_t)q->n;
  LF_TRY(gather_quarters(q, err));
cleanup:
  return status;
}

/* Gathers contribution and offset; whether there is enough to tell. */
static bool quarter_columns(const lf_study *s, const quarter_rows *q, size_t t, double *x, double *offset) {
  const lf_model *m = &s->winning;
  double slope = m->fit->b[lf_model_column(m, t)], sum = 0, squares = 0;
  if (q->won < FEWEST_EACH || q->rows - q->won < FEWEST_EACH) return false;
  for (size_t k = 0; k < q->n; k++) {
    x[k] = m->x[t][q->row[k]];
    offset[k] = m->fit->eta[q->row[k]] - slope * x[k];
    sum += q->weight[k] * x[k];
    squares += q->weight[k] * x[k] * x[k];
  }
  double mean = sum / q->rows;
  return 2 * sqrt(fmax(0, squares / q->rows - mean * mean)) >= 0.2 * m->scale[t];
}

/* x, offset: scratch of the largest quarter. */
static lf_status quarter_effect(const lf_study *s, const quarter_rows *q, size_t t, double *x, double *offset,
                                lf_attribute_evidence *a, lf_error *err) {
  const lf_model *m = &s->winning;
  const double *columns[1] = {x}, start[2] = {0, m->fit->b[lf_model_column(m, t)]};
  if (!quarter_columns(s, q, t, x, offset)) return LF_OK;
  lf_dense d = {.family = LF_FAMILY_BINOMIAL,
                .n = q->n,
                .k = 1,
                .x = columns,
                .n_groups = 1,
                .y = q->y,
                .weight = q->weight,
                .offset = offset,
                .cluster = q->cluster,
                .n_clusters = q->n_clusters};
  lf_dense_options options = {.start = start};
  lf_dense_fit *fit = NULL;
  lf_status status = lf_dense_solve(&d, &options, NULL, &fit, err);
  if (status != LF_OK) return status;
  lf_effect effect = lf_effect_make(fit->b[1] * m->scale[t], sqrt(fmax(0, fit->covariance[3])) * m->scale[t]);
  if (effect.std_error > 0)
    a->quarters[a->n_quarters++] = (lf_quarter_effect){.year = q->quarter / 4,
                                                       .quarter = q->quarter % 4 + 1,
                                                       .rows = q->rows,
                                                       .won = q->won,
                                                       .effect = effect};
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

static lf_status attribute_quarters(const quarters *q, size_t t, lf_error *err) {
  lf_attribute_evidence *a = &q->study->out->items[t];
  double *x = NULL, *offset = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(q->n, sizeof *a->quarters, &a->quarters, err));
  LF_TRY(lf_alloc(q->most_rows, sizeof *x, &x, err));
  LF_TRY(lf_alloc(q->most_rows, sizeof *offset, &offset, err));
  for (size_t k = 0; k < q->n; k++) LF_TRY(quarter_effect(q->study, &q->items[k], t, x, offset, a, err));
  compare_quarters(a);
cleanup:
  free(x);
  free(offset);
  return status;
}

static void quarters_task(void *context, size_t t) {
  quarters *q = context;
  const lf_study *s = q->study;
  if (lf_study_tells(s, t) && s->winning.scale[t] > 0) q->status[t] = attribute_quarters(q, t, &q->errors[t]);
}

lf_status lf_study_quarters(lf_study *s, lf_error *err) {
  quarters q;
  lf_status status = LF_OK;
  for (size_t t = 0; t < s->k; t++)
    s->out->items[t].heterogeneity_chi2 = s->out->items[t].heterogeneity_p = NAN;
  LF_TRY(list_quarters(s, &q, err));
  if (!q.n) goto cleanup;
  lf_parallel_for(s->run, s->k, quarters_task, &q);
  status = lf_study_first_error(q.status, q.errors, s->k, err);
cleanup:
  quarters_clear(&q);
  return status;
}
