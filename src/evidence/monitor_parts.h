/* What the parts of the monitor share. Internal to evidence. */
#ifndef LF_EVIDENCE_MONITOR_PARTS_H
#define LF_EVIDENCE_MONITOR_PARTS_H

#include "evidence/monitor.h"

/* Rows [0, n) picked out of a history, in order. Owned. */
typedef struct lf_picked {
  size_t n;
  uint32_t *row;
  double *score, *probability, *weight, *amount;
  uint8_t *won;
  uint32_t *cluster;
} lf_picked;

/* The rows that `keep` says yes to and whose outcome is known. */
lf_status lf_monitor_pick(const lf_monitor_rows *rows, bool (*keep)(const void *context, size_t row),
                          const void *context, lf_picked *out, lf_error *err);
void lf_picked_clear(lf_picked *picked);
/* Figures of picked rows; all NaN where there are none or one class only. */
lf_status lf_monitor_judge(const lf_monitor_rows *rows, const lf_picked *picked, const lf_run *run,
                           lf_judgement *out, lf_error *err);

/* The day that places a row in time: created where known, else the date of the history; NaN unknown. */
double lf_monitor_day(const lf_history *history, size_t row);
/* Months since January of year 0 of a day since 1970; LF_NO_MONTH where unknown. */
enum { LF_NO_MONTH = -1000000 };
int lf_month_of(double day);
/* Bin of a score among the promised ones. */
uint16_t lf_promise_bin(const lf_promise *promise, int32_t score);

/* monitor_periods.c */
lf_status lf_monitor_periods(const lf_monitor_rows *rows, const lf_promise *promise, const lf_run *run,
                             lf_monitor *monitor, lf_error *err);
/* monitor_checks.c */
lf_status lf_monitor_checks(const lf_monitor_rows *rows, const lf_promise *promise,
                            const lf_monitor_options *options, const lf_run *run, lf_monitor *monitor,
                            lf_error *err);
/* monitor_funnel.c */
lf_status lf_monitor_funnel(const lf_monitor_rows *rows, lf_monitor *monitor, lf_error *err);

#endif
