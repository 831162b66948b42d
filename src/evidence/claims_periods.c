/* A claim by quarter: does what holds over all the years hold in each?
 *
 * The weights of the other attributes are kept as the whole history gave them (they enter as an offset), and
 * the effect is fitted anew in each quarter with an intercept of its own, so that few rows suffice. Where a
 * side has fewer than five wins or five losses (for amounts: ten won rows) nothing is said but the counts.
 * Rows in time order without dates are cut into four parts. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/claims_parts.h"
#include "ingest/value.h"

enum { MOST_PERIODS = 80, PARTS = 4 };
static const double LEAST_EACH = 5, LEAST_VALUED = 10;

/* Quarters since year 0; INT32_MIN where the day is not known. */
static int32_t quarter_of(double day) {
  char text[LF_DATE_TEXT];
  int year = 0, month = 0;
  if (isnan(day)) return INT32_MIN;
  lf_format_date(floor(day), text);
  if (sscanf(text, "%d-%d", &year, &month) != 2) return INT32_MIN;
  return year * 4 + (month - 1) / 3;
}

typedef struct periods {
  uint8_t *of;   /* period of each row; UINT8_MAX: none */
  int32_t first; /* quarter of period 0 */
  size_t n;
} periods;

static lf_status number_quarters(const lf_history *history, size_t from, periods *p, lf_error *err) {
  int32_t last = INT32_MIN, *quarter = NULL;
  lf_status status = lf_alloc(history->n_rows, sizeof *quarter, &quarter, err);
  if (status != LF_OK) return status;
  p->first = INT32_MAX;
  for (size_t i = from; i < history->n_rows; i++) {
    quarter[i] = quarter_of(lf_history_day(history, i));
    if (quarter[i] == INT32_MIN) continue;
    if (quarter[i] < p->first) p->first = quarter[i];
    if (quarter[i] > last) last = quarter[i];
  }
  if (last >= p->first && last - p->first < MOST_PERIODS) p->n = (size_t)(last - p->first) + 1;
  for (size_t i = 0; i < history->n_rows; i++)
    p->of[i] = (uint8_t)(p->n && i >= from && quarter[i] != INT32_MIN ? quarter[i] - p->first : UINT8_MAX);
  free(quarter);
  return LF_OK;
}

static lf_status number_rows(const lf_history *history, periods *p, lf_error *err) {
  size_t from = history->n_train < history->n_rows ? history->n_train : 0, n = history->n_rows - from;
  lf_status status = lf_alloc(history->n_rows, 1, &p->of, err);
  if (status != LF_OK) return status;
  if (!history->date_is_row)
    return history->date == SIZE_MAX ? LF_OK : number_quarters(history, from, p, err);
  p->n = PARTS;
  for (size_t i = 0; i < history->n_rows; i++)
    p->of[i] = (uint8_t)(i < from ? UINT8_MAX : (i - from) * PARTS / n);
  return LF_OK;
}

static bool enough_of(const lf_side_counts *c, lf_claim_effect effect) {
  if (effect == LF_EFFECT_WIN) return c->won >= LEAST_EACH && c->rows - c->won >= LEAST_EACH;
  return c->valued >= LEAST_VALUED;
}

static double degrees_of(const lf_effect_rows *r, uint8_t *seen) {
  double n = 0;
  memset(seen, 0, r->n_clusters + 1);
  for (size_t i = 0; i < r->n; i++) {
    if (!(r->weight[i] > 0)) continue;
    if (!r->cluster)
      n += r->weight[i];
    else if (!seen[r->cluster[i]])
      n += seen[r->cluster[i]] = 1;
  }
  return n - 1;
}

/* Working memory: the offset of all rows, and the rows of one quarter side by side. */
typedef struct period_work {
  double *offset;
  uint16_t *side;
  double *weight, *y, *own_offset;
  uint32_t *cluster;
  uint8_t *seen;
} period_work;

static lf_status period_work_new(const lf_history *history, period_work *work, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = history->n_rows;
  double **columns[] = {&work->offset, &work->weight, &work->y, &work->own_offset};
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    LF_TRY(lf_alloc(n, sizeof(double), columns[i], err));
  LF_TRY(lf_alloc(n, sizeof *work->side, &work->side, err));
  LF_TRY(lf_alloc(n, sizeof *work->cluster, &work->cluster, err));
  LF_TRY(lf_alloc(history->n_clusters + 1, 1, &work->seen, err));
cleanup:
  return status;
}

static void period_work_clear(period_work *work) {
  free(work->offset);
  free(work->side);
  free(work->weight);
  free(work->y);
  free(work->own_offset);
  free(work->cluster);
  free(work->seen);
}

static lf_effect_rows gather(const lf_case *c, const periods *p, size_t k, const period_work *work) {
  lf_effect_rows rows = c->rows;
  rows.side = work->side;
  rows.weight = work->weight;
  rows.y = work->y;
  rows.cluster = c->rows.cluster ? work->cluster : NULL;
  rows.n = 0;
  for (size_t i = 0; i < c->rows.n; i++) {
    if (p->of[i] != k || !(c->rows.weight[i] > 0)) continue;
    work->side[rows.n] = c->rows.side[i];
    work->weight[rows.n] = c->rows.weight[i];
    work->y[rows.n] = c->rows.y[i];
    work->own_offset[rows.n] = work->offset[i];
    if (rows.cluster) work->cluster[rows.n] = c->rows.cluster[i];
    rows.n++;
  }
  rows.won = NULL; /* an estimate goes by y alone */
  rows.degrees = degrees_of(&rows, work->seen);
  return rows;
}

static lf_status fit_period(const lf_case *c, const periods *p, size_t k, const period_work *work,
                            const lf_run *run, lf_ratio *ratio, lf_error *err) {
  lf_effect_rows rows = gather(c, p, k, work);
  lf_effect_fit *fit = NULL;
  lf_status status = lf_effect_fit_make(&rows, NULL, work->own_offset, NULL, run, &fit, err);
  if (status == LF_OK) *ratio = lf_effect_ratio(fit, &rows);
  lf_effect_fit_free(fit);
  return status;
}

/* What the other attributes say of each row. */
static void make_offset(const lf_case *c, const lf_run *run, double *offset) {
  lf_design_predict(&c->adjusted->design, c->adjusted->b, run, offset);
  for (size_t i = 0; i < c->rows.n; i++) {
    offset[i] -= c->adjusted->b[0];
    if (c->rows.side[i] == LF_CLAIM_SIDE_GROUP) offset[i] -= c->adjusted->b[1];
  }
}

static lf_status fill(const lf_history *history, const lf_case *c, const periods *p, const period_work *work,
                      const lf_run *run, lf_error *err) {
  static const lf_ratio none = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  lf_answer *answer = c->answer;
  lf_status status = LF_OK;
  for (size_t k = 0; status == LF_OK && k < p->n; k++) {
    lf_claim_period *period = &answer->periods[answer->n_periods++];
    int32_t quarter = p->first + (int32_t)k;
    if (history->date_is_row)
      snprintf(period->label, sizeof period->label, "part %zu of %zu", k + 1, p->n);
    else
      snprintf(period->label, sizeof period->label, "%d-Q%d", quarter / 4, quarter % 4 + 1);
    lf_count_sides(history, c, p->of, (uint8_t)k, &period->group, &period->versus);
    period->adjusted = none;
    if (enough_of(&period->group, c->claim->effect) && enough_of(&period->versus, c->claim->effect) &&
        c->adjusted->fine)
      status = fit_period(c, p, k, work, run, &period->adjusted, err);
  }
  return status;
}

lf_status lf_case_periods(const lf_history *history, const lf_case *c, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  periods p = {0};
  period_work work = {0};
  LF_TRY(number_rows(history, &p, err));
  if (p.n == 0) goto cleanup;
  LF_TRY(lf_alloc(p.n, sizeof *c->answer->periods, &c->answer->periods, err));
  LF_TRY(period_work_new(history, &work, err));
  make_offset(c, run, work.offset);
  LF_TRY(fill(history, c, &p, &work, run, err));
cleanup:
  free(p.of);
  period_work_clear(&work);
  return status;
}
