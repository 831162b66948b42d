#include "history/days.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

enum { DAYS_MAX = 4000000 }; /* ten thousand years */

/* floor() as two conversions: a call a row costs more. Days are far below 2^63. */
static double whole(double day) {
  double cut = (double)(int64_t)day;
  return cut > day ? cut - 1 : cut;
}

lf_status lf_days_count(const double *day, const double *each, size_t n, lf_days *days, lf_error *err) {
  double low = INFINITY, high = -INFINITY;
  lf_days made = {.first = (double)NAN};
  for (size_t i = 0; i < n; i++) {
    if (isnan(day[i])) continue;
    low = day[i] < low ? day[i] : low;
    high = day[i] > high ? day[i] : high;
  }
  low = floor(low);
  high = floor(high);
  if (high >= low) {
    if (!(high - low < DAYS_MAX))
      return lf_fail(err, LF_E_DATA,
                     "the dates lie more than ten thousand years apart: check the date column");
    made.first = low;
    made.n = (size_t)(high - low) + 1;
  }
  lf_status status = lf_alloc(made.n, sizeof *made.weight, &made.weight, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n; i++) {
    double w = each ? each[i] : 1;
    if (isnan(day[i])) {
      made.undated += w;
    } else {
      made.weight[lf_days_index(&made, day[i])] += w;
      made.total += w;
    }
  }
  *days = made;
  return LF_OK;
}

void lf_days_clear(lf_days *days) {
  free(days->weight);
  *days = (lf_days){0};
}

size_t lf_days_index(const lf_days *days, double value) {
  return (size_t)(whole(value) - days->first);
}
