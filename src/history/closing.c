/* Columns that tell when a deal closed, so that nobody knows them of a lead: its age, the quarter it fell
 * into.
 *
 * Where a created and a close date are known: a number that is the days between them, and a category whose
 * values go by the month of closing. How well a month tells a category is Goodman & Kruskal's lambda (1954),
 * the share of the rows that the most frequent value alone would get wrong and the most frequent value of
 * their month gets right. What the month of creation tells nearly as well is known when a lead comes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "history/days.h"
#include "history/suspect.h"

enum { MOST_ROWS = 5000, FEWEST_ROWS = 30, MOST_LEVELS = 200, MOST_MONTHS = 600, ROWS_A_MONTH = 5 };
static const double nearly_all = 0.95;                     /* of the rows, of an age */
static const double by_months = 0.98, clearly_less = 0.95; /* lambda by the month of closing, of creation */

lf_status lf_closing_make(const lf_history *h, lf_closing *closing, lf_error *err) {
  lf_status status = LF_OK;
  size_t step = h->n_train / MOST_ROWS + 1;
  *closing = (lf_closing){.n = 0};
  if (h->date_is_row || h->created == SIZE_MAX || h->date == SIZE_MAX || h->created == h->date) return LF_OK;
  LF_TRY(lf_alloc(MOST_ROWS, sizeof *closing->row, &closing->row, err));
  LF_TRY(lf_alloc(MOST_ROWS, sizeof *closing->created, &closing->created, err));
  LF_TRY(lf_alloc(MOST_ROWS, sizeof *closing->closed, &closing->closed, err));
  for (size_t i = 0; i < h->n_train && closing->n < MOST_ROWS; i += step) {
    double created = lf_column_number(&h->table->columns[h->created], i), closed = lf_history_day(h, i);
    if (isnan(created) || isnan(closed)) continue;
    closing->row[closing->n] = i;
    closing->created[closing->n] = created;
    closing->closed[closing->n++] = closed;
  }
cleanup:
  if (status != LF_OK) lf_closing_clear(closing);
  return status;
}

void lf_closing_clear(lf_closing *closing) {
  free(closing->row);
  free(closing->created);
  free(closing->closed);
  *closing = (lf_closing){.n = 0};
}

static bool is_age(const lf_closing *closing, const lf_column *column) {
  double rows = 0, same = 0, low = INFINITY, high = -INFINITY;
  for (size_t k = 0; k < closing->n; k++) {
    double x = lf_column_number(column, closing->row[k]);
    if (isnan(x)) continue;
    rows++;
    same += fabs(x - (closing->closed[k] - closing->created[k])) <= 1;
    low = fmin(low, x);
    high = fmax(high, x);
  }
  return rows >= FEWEST_ROWS && same >= nearly_all * rows && high - low > 2;
}

/* lambda of the category by the months of day[n], from counts[months][levels + 1]; NaN where there are too
 * few rows to say. */
static double read_lambda(const double *counts, size_t months, size_t levels) {
  double rows = 0, told = 0, modal = 0, used = 0;
  for (size_t level = 1; level <= levels; level++) {
    double all = 0;
    for (size_t m = 0; m < months; m++) all += counts[m * (levels + 1) + level];
    modal = fmax(modal, all);
    rows += all;
  }
  for (size_t m = 0; m < months; m++) {
    double most = 0;
    for (size_t level = 1; level <= levels; level++) most = fmax(most, counts[m * (levels + 1) + level]);
    told += most;
    used += most > 0;
  }
  if (rows < ROWS_A_MONTH * used || rows - modal < FEWEST_ROWS) return NAN;
  return (told - modal) / (rows - modal);
}

static lf_status lambda_of(const lf_closing *closing, const lf_column *column, const double *day,
                           double *lambda, lf_error *err) {
  double first = INFINITY, last = -INFINITY, *counts = NULL;
  size_t levels = column->n_levels;
  for (size_t k = 0; k < closing->n; k++) {
    first = fmin(first, day[k]);
    last = fmax(last, day[k]);
  }
  *lambda = NAN;
  if (!(last >= first) || lf_month_number(last) - lf_month_number(first) >= MOST_MONTHS) return LF_OK;
  size_t months = (size_t)(lf_month_number(last) - lf_month_number(first)) + 1;
  lf_status status = lf_alloc(months * (levels + 1), sizeof *counts, &counts, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < closing->n; k++) {
    size_t month = (size_t)(lf_month_number(day[k]) - lf_month_number(first));
    counts[month * (levels + 1) + lf_column_code(column, closing->row[k])]++;
  }
  *lambda = read_lambda(counts, months, levels);
  free(counts);
  return LF_OK;
}

lf_status lf_follows_closing(const lf_history *h, size_t c, const lf_closing *closing, char out[LF_REASON],
                             bool *follows, lf_error *err) {
  const lf_column *column = &h->table->columns[c], *columns = h->table->columns;
  char created[LF_QUOTED], closed[LF_QUOTED];
  double by_closing = NAN, by_creation = NAN;
  lf_status status = LF_OK;
  *follows = false;
  lf_quoted(columns[h->created].name, created);
  lf_quoted(columns[h->date].name, closed);
  if (column->kind == LF_KIND_NUMBER) {
    *follows = is_age(closing, column);
    snprintf(out, LF_REASON, "it is the days from %s to %s: known only once the outcome is", created, closed);
    return LF_OK;
  }
  if (column->store != LF_STORE_CODES || column->n_levels < 2 || column->n_levels > MOST_LEVELS) return LF_OK;
  status = lambda_of(closing, column, closing->closed, &by_closing, err);
  if (status == LF_OK) status = lambda_of(closing, column, closing->created, &by_creation, err);
  *follows = status == LF_OK && by_closing >= by_months && by_creation <= clearly_less;
  snprintf(out, LF_REASON, "it goes by the month of %s, not of %s: known only once the outcome is", closed,
           created);
  return status;
}
