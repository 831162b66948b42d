/* Rows counted by calendar day. Internal to history. */
#ifndef LF_HISTORY_DAYS_H
#define LF_HISTORY_DAYS_H

#include "history/draft.h"

enum { LF_NO_DAY = INT32_MIN };

/* 12 * year + month (0..11) of a day since 1970 (Hinnant, "chrono-compatible low-level date algorithms"). */
int lf_month_number(double day);

/* The days of a date column, read in batches: the floor of each date. */
typedef struct lf_day_reader {
  const lf_column *column;
  int32_t *of_code; /* coded columns: the day of each code, owned; else NULL */
} lf_day_reader;

lf_status lf_day_reader_make(const lf_column *column, lf_day_reader *reader, lf_error *err);
void lf_day_reader_clear(lf_day_reader *reader);
/* Days of rows [from, to), LF_NO_DAY where the date is missing. */
void lf_day_reader_read(const lf_day_reader *reader, size_t from, size_t to, int32_t *out);

/* The rows that are counted. */
typedef struct lf_day_rows {
  const lf_day_reader *days;
  size_t n;             /* rows [0, n) */
  const uint8_t *state; /* an lf_row_state a row; NULL: every row counts */
  unsigned states;      /* bit s: rows of state s count */
  const double *weight; /* of each row; NULL: 1 */
} lf_day_rows;

static inline bool lf_day_row_counts(const lf_day_rows *rows, size_t row) {
  return !rows->state || rows->states >> rows->state[row] & 1;
}

/* Weight of rows on each day from `first` on. */
typedef struct lf_days {
  int32_t first; /* LF_NO_DAY where no row has a day */
  size_t n;
  double *weight; /* owned */
  double total;   /* of rows with a day */
  double undated; /* of rows without */
} lf_days;

lf_status lf_days_count(const lf_day_rows *rows, const lf_run *run, lf_days *days, lf_error *err);
void lf_days_clear(lf_days *days);
/* Index of the day of a row that was counted. */
static inline size_t lf_days_index(const lf_days *days, int32_t day) {
  return (size_t)((int64_t)day - days->first);
}

#endif
