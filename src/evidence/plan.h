/* plan: how many leads at which threshold bring the revenue, from a scorecard and a history. */
#ifndef LF_EVIDENCE_PLAN_H
#define LF_EVIDENCE_PLAN_H

#include "evidence/monitor.h"

typedef struct lf_plan_options {
  double revenue;       /* that the leads of the horizon are to bring; NaN: not said */
  double capacity;      /* qualified leads a month that sales can work; NaN: not said */
  double cost_per_lead; /* of any lead; NaN: not said */
  double horizon;       /* months; NaN: 3 */
  uint64_t seed;
} lf_plan_options;

/* Leads created a month, over full months; NaN without dates. */
typedef struct lf_lead_volume {
  double mean, variance; /* of a month: the months' own spread, Poisson's at least */
  double months;         /* that were counted */
} lf_lead_volume;

/* One threshold. Intervals are 95 %: of what was measured (win_rate, deal_size, revenue_per_lead), and of
 * what will come, sampling included (the others). */
typedef struct lf_plan_row {
  int threshold;
  double rows, won, amount; /* at it or above, of the rows that judge */
  double share;             /* of leads that qualify */
  lf_interval win_rate, deal_size, revenue_per_lead;
  lf_interval qualified, wins, revenue; /* over the horizon, at recent volume */
  lf_interval needed;                   /* qualified leads that bring the revenue */
} lf_plan_row;

/* The plan as it would have been made before the newest quarter, and what came. */
typedef struct lf_backtest {
  bool known;
  double from, to; /* days of the quarter */
  lf_interval qualified, wins, revenue;
  double came_qualified, came_wins, came_revenue;
} lf_backtest;

typedef struct lf_plan_grade {
  const char *label; /* of the card */
  double rows, won;
} lf_plan_grade;

typedef struct lf_plan {
  lf_plan_options asked;
  double rows, won; /* that judge */
  lf_lead_volume volume;
  size_t n_rows;
  lf_plan_row *thresholds; /* rising */
  size_t recommended;
  bool by_capacity;
  size_t n_grades;
  lf_plan_grade *grades;           /* qualified ones at the recommended threshold */
  double cycle_median, cycle_most; /* days to win of qualified leads: half, nine in ten; NaN unknown */
  lf_backtest backtest;
} lf_plan;

/* rows: all of the history, scored; those from n_train on judge (all, where there is no holdout). LF_E_DATA
 * where nothing qualifies or no revenue is known and revenue is asked for. */
lf_status lf_plan_make(const lf_monitor_rows *rows, const lf_plan_options *options, const lf_run *run,
                       lf_plan **plan, lf_error *err);
void lf_plan_free(lf_plan *plan);

#endif
