/* Figures of thresholds and exceptions -> thresholds[…], volume{…} and exceptions{…} of report.json. */
#ifndef LF_REPORT_DESCRIBE_THRESHOLDS_H
#define LF_REPORT_DESCRIBE_THRESHOLDS_H

#include "judge/exceptions.h"
#include "judge/thresholds.h"
#include "report/describe.h"

/* The time the holdout spans. */
typedef struct lf_holdout_time {
  double months;   /* NaN: not known */
  double from, to; /* its first and last day, days since 1970 */
  double rows;     /* weighted rows of the whole history between the two, both included */
} lf_holdout_time;

/* Adds to each item of thresholds (as lf_describe_thresholds made them) its figures' limits, leads_a_month
 * and amount_per_lead. One item of figures for each. */
lf_status lf_describe_threshold_figures(json_t *thresholds, const lf_threshold_figures *figures,
                                        const lf_holdout_time *volume, lf_error *err);
json_t *lf_describe_volume(const lf_history *history,
                           const lf_holdout_time *volume); /* null where not known */
json_t *lf_describe_exceptions(const lf_exceptions *exceptions, const lf_scorecard *card);

#endif
