/* Rows counted by calendar day. Internal to history. */
#ifndef LF_HISTORY_DAYS_H
#define LF_HISTORY_DAYS_H

#include "history/draft.h"

/* Weight of rows on each day from `first` on; a day is the floor of the date. */
typedef struct lf_days {
  double first; /* NaN where no row has a day */
  size_t n;
  double *weight; /* owned */
  double total;   /* of rows with a day */
  double undated; /* of rows without */
} lf_days;

/* Counts n values (NaN: no day), of weight each[i] (NULL: 1). */
lf_status lf_days_count(const double *day, const double *each, size_t n, lf_days *days, lf_error *err);
void lf_days_clear(lf_days *days);
/* Index of the day of a value that was counted. */
size_t lf_days_index(const lf_days *days, double value);

#endif
