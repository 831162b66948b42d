/* Maturity: how long rows take to be decided, and which cohorts are too young to judge.
 *
 * Symbols: row i created on day c_i; decided at age a_i = close day - c_i, or open at age T - c_i, T the last
 * day on which anything was created or decided. S(a) = product over ages s <= a of (1 - d_s / n_s), d_s
 * decided at age s of n_s still open just before: Kaplan & Meier (1958), open rows censored. The curve told
 * is 1 - S. A cohort is a calendar month of creation. What closed early in a young cohort closed fast, and is
 * not like what will close; so a cohort leaves as a whole, by its month, never row by row for being open.
 * From the newest month back, cohorts leave while more than MOST_OPEN of their rows are open. Never more than
 * a third of the decided rows, and never all wins or losses of the rest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "history/draft.h"

enum { AGES = 3650, FEWEST_ROWS = 20 };
static const double MOST_OPEN = 0.8;
static const int AGE_TOLD[LF_MATURITY_AGES] = {30, 60, 90, 180, 365};

typedef struct ages {
  double decided[AGES + 1], open[AGES + 1];
} ages;

/* 12 * year + month (0..11) of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms"). */
static int month_of(double day) {
  long z = (long)floor(day) + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
  long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365,
       of_year = of_era - (365 * y + y / 4 - y / 100);
  long m = (5 * of_year + 2) / 153, month = m < 10 ? m + 3 : m - 9;
  return (int)(12 * (y + era * 400 + (month <= 2)) + month - 1);
}

static bool is_decided(uint8_t state) {
  return state == LF_ROW_WON || state == LF_ROW_LOST;
}

/* ---- the curve
 * ---------------------------------------------------------------------------------------------------------
 */

static void count_ages(const lf_draft *draft, const double *created, const double *closed, double as_of,
                       ages *a) {
  for (size_t i = 0; i < draft->history->table->n_rows; i++) {
    double end = is_decided(draft->state[i]) ? closed[i] : as_of;
    if ((!is_decided(draft->state[i]) && draft->state[i] != LF_ROW_OPEN) || !(end >= created[i])) continue;
    size_t age = end - created[i] < AGES ? (size_t)(end - created[i]) : AGES;
    if (is_decided(draft->state[i]))
      a->decided[age]++;
    else
      a->open[age]++;
  }
}

static void read_curve(const ages *a, lf_maturity *m) {
  static const double shares[LF_MATURITY_QUANTILES] = {0.25, 0.5, 0.75, 0.9};
  double at_risk = 0, still = 1;
  for (size_t k = 0; k < LF_MATURITY_QUANTILES; k++) m->days[k] = (double)NAN;
  for (size_t k = 0; k < LF_MATURITY_AGES; k++) {
    m->age[k] = AGE_TOLD[k];
    m->decided_by[k] = (double)NAN;
  }
  for (size_t s = 0; s <= AGES; s++) at_risk += a->decided[s] + a->open[s];
  for (size_t s = 0; s <= AGES && at_risk > 0; s++) {
    still *= 1 - a->decided[s] / at_risk;
    at_risk -= a->decided[s] + a->open[s];
    for (size_t k = 0; k < LF_MATURITY_QUANTILES; k++)
      if (isnan(m->days[k]) && 1 - still >= shares[k]) m->days[k] = (double)s;
    for (size_t k = 0; k < LF_MATURITY_AGES; k++)
      if ((int)s <= AGE_TOLD[k]) m->decided_by[k] = 1 - still;
  }
}

/* ---- cohorts
 * -----------------------------------------------------------------------------------------------------------
 */

static lf_status count_cohorts(const lf_draft *draft, const double *created, lf_maturity *m, lf_error *err) {
  int first = INT32_MAX, last = INT32_MIN;
  size_t n = draft->history->table->n_rows;
  for (size_t i = 0; i < n; i++) {
    if (isnan(created[i]) || fabs(created[i]) > 3e6) continue;
    int month = month_of(created[i]);
    if (month < first) first = month;
    if (month > last) last = month;
  }
  if (first > last || last - first > 12 * 200) return LF_OK;
  lf_status status = lf_alloc((size_t)(last - first) + 1, sizeof *m->cohorts, &m->cohorts, err);
  if (status != LF_OK) return status;
  m->n_cohorts = (size_t)(last - first) + 1;
  for (size_t k = 0; k < m->n_cohorts; k++) {
    m->cohorts[k].year = (first + (int)k) / 12;
    m->cohorts[k].month = (first + (int)k) % 12 + 1;
  }
  for (size_t i = 0; i < n; i++) {
    if (isnan(created[i]) || fabs(created[i]) > 3e6) continue;
    lf_cohort *c = &m->cohorts[month_of(created[i]) - first];
    c->open += draft->state[i] == LF_ROW_OPEN;
    c->decided += is_decided(draft->state[i]);
    c->won += draft->state[i] == LF_ROW_WON;
  }
  return LF_OK;
}

/* Marks the cohorts that leave, newest first; how many rows that takes stands in m. */
static void mark_young(lf_maturity *m) {
  double decided = 0, won = 0;
  for (size_t k = 0; k < m->n_cohorts; k++) {
    decided += m->cohorts[k].decided;
    won += m->cohorts[k].won;
  }
  m->decided = decided;
  m->won = won;
  for (size_t k = m->n_cohorts; k-- > 0;) {
    lf_cohort *c = &m->cohorts[k];
    double rows = c->open + c->decided, left = m->held_decided + c->decided, left_won = m->held_won + c->won;
    bool young = c->open > MOST_OPEN * rows, enough = rows >= FEWEST_ROWS;
    bool affordable = 3 * left <= decided && won - left_won > 0 && decided - left > won - left_won;
    if ((enough && !young) || !affordable) break;
    c->held = rows > 0;
    m->held_open += c->open;
    m->held_decided = left;
    m->held_won = left_won;
  }
  if (m->held_decided + m->held_open >= FEWEST_ROWS) return;
  for (size_t k = 0; k < m->n_cohorts; k++) m->cohorts[k].held = false;
  m->held_open = m->held_decided = m->held_won = 0;
}

static lf_status hold_back(lf_draft *draft, const double *created, const lf_maturity *m, lf_error *err) {
  uint64_t rows = 0;
  const lf_cohort *first = NULL;
  for (size_t k = m->n_cohorts;
       k-- > 0 && (m->cohorts[k].held || m->cohorts[k].open + m->cohorts[k].decided <= 0);)
    if (m->cohorts[k].held) first = &m->cohorts[k];
  if (!first) return LF_OK;
  int from = 12 * first->year + first->month - 1;
  for (size_t i = 0; i < draft->history->table->n_rows; i++) {
    if (!is_decided(draft->state[i]) || isnan(created[i]) || month_of(created[i]) < from) continue;
    draft->state[i] = LF_ROW_YOUNG;
    rows++;
  }
  if (!rows) return LF_OK;
  return lf_exclude_rows(
      draft->history, rows, err,
      "too young to judge: created in %04d-%02d or later, where %.0f of %.0f rows are still open",
      first->year, first->month, m->held_open, m->held_open + m->held_decided);
}

/* ---- the step
 * -----------------------------------------------------------------------------------------------------------
 */

static lf_status measure(lf_draft *draft, const double *created, const double *closed, lf_maturity *m,
                         lf_error *err) {
  ages *a = NULL;
  lf_status status = lf_alloc(1, sizeof *a, &a, err);
  if (status != LF_OK) return status;
  m->as_of = -INFINITY;
  for (size_t i = 0; i < draft->history->table->n_rows; i++) {
    if (!isnan(created[i])) m->as_of = fmax(m->as_of, created[i]);
    if (is_decided(draft->state[i]) && !isnan(closed[i])) m->as_of = fmax(m->as_of, closed[i]);
  }
  count_ages(draft, created, closed, m->as_of, a);
  read_curve(a, m);
  free(a);
  status = count_cohorts(draft, created, m, err);
  m->known = status == LF_OK && m->n_cohorts > 0;
  return status;
}

lf_status lf_maturity_hold(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  size_t n = h->table->n_rows;
  double *created = NULL, *closed = NULL;
  lf_status status = LF_OK;
  if (!draft->options->need_outcome || h->date_is_row || h->created == SIZE_MAX || h->date == SIZE_MAX ||
      h->created == h->date)
    return LF_OK;
  LF_TRY(lf_alloc(n, sizeof *created, &created, err));
  LF_TRY(lf_alloc(n, sizeof *closed, &closed, err));
  lf_column_numbers(&h->table->columns[h->created], 0, n, created);
  lf_column_numbers(&h->table->columns[h->date], 0, n, closed);
  LF_TRY(measure(draft, created, closed, &h->maturity, err));
  if (!h->maturity.known) goto cleanup;
  mark_young(&h->maturity);
  LF_TRY(hold_back(draft, created, &h->maturity, err));
cleanup:
  free(created);
  free(closed);
  return status;
}
