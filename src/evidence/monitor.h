/* monitor: new rows against a scorecard and what it promised. */
#ifndef LF_EVIDENCE_MONITOR_H
#define LF_EVIDENCE_MONITOR_H

#include "card/card.h"
#include "judge/judge.h"
#include "judge/shift.h"

/* What a scorecard promised: figures of rows that took no part in its fit. NaN where unknown. */
typedef struct lf_promise {
  double rows, won;  /* of the rows that made the promise */
  double level_rows; /* training rows that set the level of the probabilities */
  double train_rows; /* training rows */
  double auc, auc_std_error;
  double mql_rows, mql_won; /* qualified among rows */
  size_t n_bins;            /* score bins, by rising score */
  int *from;                /* lowest score of each */
  double *bin_rows;
} lf_promise;

/* Reads provenance.promise of a scorecard; absent keys are NaN, and a card without promise has no bins. */
lf_status lf_promise_read(const lf_scorecard *card, lf_promise *promise, lf_error *err);
void lf_promise_clear(lf_promise *promise);
/* Bins for a promise: scores cut so that each bin holds about a tenth of the rows; from[LF_PROMISE_BINS] are
 * their lowest scores, the first being the minimum. */
enum { LF_PROMISE_BINS = 10 };
lf_status lf_promise_bins(const int32_t *score, size_t n, int minimum, int maximum, int *from, size_t *bins,
                          lf_error *err);

/* One question put to the rows. */
typedef struct lf_check {
  const char *id; /* score drift, attribute drift, ranking, level, slope, qualified share, win rate, volume */
  size_t attribute;        /* attribute drift: which; else SIZE_MAX */
  double value, low, high; /* now, 95 % */
  double promised;
  double margin;      /* a change below it is no reason to act */
  double p, adjusted; /* adjusted over all checks (Holm) */
  lf_shift shift;     /* of the drift checks */
  double design_effect;
  double other_share; /* attribute drift: share of rows with a value nobody had seen; NaN else */
  bool alarm;
} lf_check;

/* A month or a quarter; NaN where a figure cannot be had. */
typedef struct lf_monitor_period {
  int year, part; /* month 1..12 or quarter 1..4 */
  bool quarter;
  double leads, qualified; /* all rows, open ones included */
  double decided, won, qualified_decided, qualified_won, expected, amount, qualified_amount;
  double auc, auc_low, auc_high;
  double ratio, ratio_low, ratio_high; /* won / expected */
  double psi, psi_critical;            /* of the score; critical at 5 % for this period alone */
} lf_monitor_period;

/* Where leads are lost between the two teams. */
typedef struct lf_funnel {
  double qualified, open, open_too_long, lost,
      won;                         /* of qualified leads; too long: older than most that closed */
  double too_long_days;            /* 90 % of decided leads took no longer; NaN unknown */
  double below_won, below_decided; /* won below the threshold */
  double below_amount, won_amount;
} lf_funnel;

typedef struct lf_monitor_options {
  double alpha;        /* chance of any alarm where nothing has changed; 0: 0.05 */
  double planned_mqls; /* a month; NaN: no plan */
} lf_monitor_options;

typedef struct lf_monitor {
  double rows, decided, won;
  double alpha;
  size_t n_checks;
  lf_check *checks;
  size_t n_periods;
  lf_monitor_period *periods; /* months, then quarters */
  lf_funnel funnel;
  double months; /* that the rows span; NaN without dates */
} lf_monitor;

/* Rows of the history (with or without outcome) coded and scored by the card. */
typedef struct lf_monitor_rows {
  const lf_history *history;
  const lf_scorecard *card;
  const lf_codes *codes;
  const int32_t *score; /* n_rows */
} lf_monitor_rows;

lf_status lf_monitor_make(const lf_monitor_rows *rows, const lf_promise *promise,
                          const lf_monitor_options *options, const lf_run *run, lf_monitor **monitor,
                          lf_error *err);
void lf_monitor_free(lf_monitor *monitor);

#endif
