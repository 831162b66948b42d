/* What the parts of the plan share. Internal to evidence. */
#ifndef LF_EVIDENCE_PLAN_PARTS_H
#define LF_EVIDENCE_PLAN_PARTS_H

#include "evidence/monitor_parts.h"
#include "evidence/plan.h"

/* Leads a month up to a day (INFINITY: all): by creation, open ones included, where that is known and closing
 * is not asked for; else decided rows by their date. */
lf_status lf_plan_volume(const lf_history *history, double until, bool by_closing, lf_lead_volume *volume,
                         lf_error *err);

/* What is forecast from judged rows. */
typedef struct lf_forecast {
  const lf_picked *rows;
  size_t n_clusters;
  lf_lead_volume volume;
  double horizon; /* months */
  double target;  /* revenue to bring; NaN: none */
  uint64_t seed;
} lf_forecast;

/* Fills rows[n], whose thresholds are set and rise. */
lf_status lf_plan_forecast(const lf_forecast *forecast, lf_plan_row *rows, size_t n, const lf_run *run,
                           lf_error *err);

lf_status lf_plan_backtest(const lf_monitor_rows *rows, const lf_picked *judged, int threshold,
                           const lf_plan_options *options, const lf_run *run, lf_backtest *out,
                           lf_error *err);

#endif
