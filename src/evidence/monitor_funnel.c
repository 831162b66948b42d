/* Where leads are lost between the two teams: qualified leads that are still open, those open longer than
 * nine in ten took, those that were lost, and the leads that won below the threshold. */
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/monitor_parts.h"

/* Days from creation to the decision, of decided rows; the 90 % quantile. */
static lf_status usual_days(const lf_history *h, double *days, double *as_of, lf_error *err) {
  double *took = NULL;
  size_t n = 0;
  *days = NAN;
  *as_of = -INFINITY;
  if (h->created == SIZE_MAX || h->date == SIZE_MAX || h->created == h->date || h->date_is_row) return LF_OK;
  const lf_column *created = &h->table->columns[h->created], *closed = &h->table->columns[h->date];
  lf_status status = lf_alloc(h->n_rows, sizeof *took, &took, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < h->n_rows; i++) {
    double from = lf_column_number(created, i), to = lf_column_number(closed, i);
    if (!isnan(from)) *as_of = fmax(*as_of, from);
    if (h->won[i] == LF_OUTCOME_UNKNOWN || isnan(from) || !(to >= from)) continue;
    *as_of = fmax(*as_of, to);
    took[n++] = to - from;
  }
  if (n >= 10) {
    gsl_sort(took, 1, n);
    *days = gsl_stats_quantile_from_sorted_data(took, 1, n, 0.9);
  }
  free(took);
  return LF_OK;
}

lf_status lf_monitor_funnel(const lf_monitor_rows *rows, lf_monitor *monitor, lf_error *err) {
  const lf_history *h = rows->history;
  lf_funnel f = {0};
  double as_of = -INFINITY;
  lf_status status = usual_days(h, &f.too_long_days, &as_of, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < h->n_rows; i++) {
    double w = lf_history_weight(h, i), amount = lf_history_amount(h, i);
    bool qualified = rows->card->has_threshold && rows->score[i] >= rows->card->threshold;
    bool known = h->won[i] != LF_OUTCOME_UNKNOWN, won = known && h->won[i];
    double revenue = won && amount > 0 ? w * amount : 0;
    f.won_amount += revenue;
    f.below_amount += qualified ? 0 : revenue;
    f.below_won += !qualified && won ? w : 0;
    f.below_decided += !qualified && known ? w : 0;
    if (!qualified) continue;
    f.qualified += w;
    f.won += won ? w : 0;
    f.lost += known && !won ? w : 0;
    f.open += known ? 0 : w;
    if (!known && !isnan(f.too_long_days) && as_of - lf_monitor_day(h, i) > f.too_long_days)
      f.open_too_long += w;
  }
  if (isnan(f.too_long_days)) f.open_too_long = NAN;
  if (h->amount == SIZE_MAX) f.won_amount = f.below_amount = NAN;
  monitor->funnel = f;
  return LF_OK;
}
