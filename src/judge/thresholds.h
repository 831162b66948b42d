/* What each threshold of an integer score delivers, with intervals. */
#ifndef LF_JUDGE_THRESHOLDS_H
#define LF_JUDGE_THRESHOLDS_H

#include "judge/judge.h"

/* Rows that took no part in the fit. Not owned. */
typedef struct lf_threshold_rows {
  size_t n;
  const int32_t *score;
  int minimum, maximum; /* every score lies in [minimum, maximum] */
  const uint8_t *won;
  const double *weight;    /* frequency weights, or NULL: 1 */
  const double *amount;    /* revenue of a won row, NaN where unknown; or NULL */
  const uint32_t *cluster; /* account of each row (0..n_clusters-1), or NULL */
  size_t n_clusters;
} lf_threshold_rows;

/* Of the rows with score >= threshold; 95 %, clustered by account where given; NaN where not defined. */
typedef struct lf_threshold_figures {
  lf_interval leads;           /* weighted rows; limits of their number in another period as long */
  lf_interval win_rate;        /* wins a row */
  lf_interval share_won;       /* of all wins */
  lf_interval share_amount;    /* of all amount */
  lf_interval amount_per_lead; /* amount a row, won or lost */
} lf_threshold_figures;

/* figures[maximum - minimum + 1], for the thresholds minimum, minimum + 1, …; the caller frees. Linear in
 * rows. */
lf_status lf_threshold_figures_make(const lf_threshold_rows *rows, lf_threshold_figures **figures,
                                    lf_error *err);

#endif
