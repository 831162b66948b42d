/* Where leads are lost between two sources: leads without a row in the other half, rows there without a lead,
 * and dates in an order that cannot be. Counted over all rows as read, before any is left out; weights are
 * not counted. */
#ifndef LF_HISTORY_FUNNEL_H
#define LF_HISTORY_FUNNEL_H

#include "base/status.h"

/* Rows of one value. */
typedef struct lf_funnel_group {
  char *label;          /* "" where the row has no value; NULL: all groups beyond the largest */
  double rows, reached; /* with a row in the other half */
  double open, won;     /* of all rows, by the outcome */
  double amount;        /* of won rows of the other half without a lead; else 0 */
} lf_funnel_group;

typedef enum lf_funnel_by {
  LF_FUNNEL_SOURCE = 0,
  LF_FUNNEL_OWNER,
  LF_FUNNEL_MONTH,
  LF_FUNNEL_CUTS
} lf_funnel_by;

/* One way to divide the rows: by where they came from, whose they are, the month they were created. */
typedef struct lf_funnel_cut {
  lf_funnel_by by;
  char *column;
  size_t n;
  lf_funnel_group *groups; /* months in their order, values by falling rows that reached nothing */
} lf_funnel_cut;

/* A date that stands before one it can only follow. */
typedef struct lf_funnel_order {
  char *earlier, *later; /* columns: `later` cannot be before `earlier` */
  double rows, compared;
} lf_funnel_order;

enum { LF_FUNNEL_ORDERS = 16, LF_FUNNEL_GROUPS = 20 };

typedef struct lf_funnel_leaks {
  size_t join;                                                /* its index among the joins of the table */
  char *source;                                               /* the other half; NULL: there is none */
  double rows, reached, without_key, unmatched, shared, open; /* open: of the rows that reached nothing */
  size_t n_cuts;
  lf_funnel_cut cuts[LF_FUNNEL_CUTS];
  double days_median, days_90; /* from created to the first date of the other half; NaN unknown */
  /* rows of the other half without a lead */
  double alone, alone_without_key, alone_won,
      alone_amount; /* NaN where the outcome or amount is not theirs */
  size_t n_alone_cuts;
  lf_funnel_cut alone_cuts[LF_FUNNEL_CUTS];
  size_t n_orders;
  lf_funnel_order orders[LF_FUNNEL_ORDERS]; /* those that some row breaks */
  double orders_compared;                   /* pairs of dates looked at */
} lf_funnel_leaks;

void lf_funnel_clear(lf_funnel_leaks *f);

#endif
