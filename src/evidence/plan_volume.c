/* Leads a month, from full months: the first and the last of the data may be cut short and do not count; of
 * the rest the newest twelve do. The variance of a month is that of those months, a Poisson's at least. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/plan_parts.h"

enum { MOST_MONTHS = 1200, RECENT = 12 };

static lf_lead_volume of_months(const double *count, size_t n) {
  lf_lead_volume out = {NAN, NAN, 0};
  size_t from = n > RECENT + 2 ? n - 1 - RECENT : 1;
  double sum = 0, squares = 0, months = 0;
  for (size_t k = from; k + 1 < n; k++) {
    sum += count[k];
    squares += count[k] * count[k];
    months++;
  }
  if (months < 1) return out;
  double mean = sum / months, spread = months > 2 ? (squares - months * mean * mean) / (months - 1) : mean;
  return (lf_lead_volume){.mean = mean, .variance = fmax(spread, mean), .months = months};
}

/* By month of creation, as the maturity curve counted all rows, open ones too. It counts rows: what open ones
 * weigh is not kept, so that every row weighs what those of the history do on average. */
static lf_status of_cohorts(const lf_history *history, lf_lead_volume *volume, lf_error *err) {
  const lf_maturity *m = &history->maturity;
  double *count = NULL, weight = 0, won = 0;
  lf_status status = lf_alloc(m->n_cohorts, sizeof *count, &count, err);
  if (status != LF_OK) return status;
  lf_history_count(history, 0, history->n_rows, &weight, &won);
  for (size_t k = 0; k < m->n_cohorts; k++)
    count[k] = (m->cohorts[k].open + m->cohorts[k].decided) * weight / (double)history->n_rows;
  *volume = of_months(count, m->n_cohorts);
  free(count);
  return LF_OK;
}

static bool day_of(const lf_history *history, size_t row, double until, double *day) {
  *day = lf_history_day(history, row);
  return !isnan(*day) && *day < until;
}

lf_status lf_plan_volume(const lf_history *history, double until, bool by_closing, lf_lead_volume *volume,
                         lf_error *err) {
  double first = INFINITY, last = -INFINITY, day, *count = NULL;
  *volume = (lf_lead_volume){NAN, NAN, 0};
  if (!by_closing && history->maturity.known) return of_cohorts(history, volume, err);
  if (history->date_is_row) return LF_OK;
  for (size_t i = 0; i < history->n_rows; i++) {
    if (!day_of(history, i, until, &day)) continue;
    first = fmin(first, day);
    last = fmax(last, day);
  }
  if (!(last >= first) || lf_month_of(last) - lf_month_of(first) >= MOST_MONTHS) return LF_OK;
  size_t n = (size_t)(lf_month_of(last) - lf_month_of(first)) + 1;
  lf_status status = lf_alloc(n, sizeof *count, &count, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < history->n_rows; i++)
    if (day_of(history, i, until, &day))
      count[lf_month_of(day) - lf_month_of(first)] += lf_history_weight(history, i);
  *volume = of_months(count, n);
  free(count);
  return LF_OK;
}
