/* judge: scores and outcomes -> figures. Pure functions of arrays; nobody here knows what made the score.
 *
 * Symbols, for n rows i with score s_i, probability p_i, outcome y_i (1 won), frequency weight w_i (NULL: 1),
 * amount a_i (revenue of a won row; NULL: none; NaN counts as 0). Rows with weight 0 count for nothing. */
#ifndef LF_JUDGE_H
#define LF_JUDGE_H

#include "base/status.h"

/* The rows to judge. Not owned. */
typedef struct lf_judge_rows {
  size_t n;
  const double *score;       /* any real number, higher is better; NaN is an error */
  const double *probability; /* in [0, 1], or NULL where the score is no probability */
  const uint8_t *won;
  const double *weight;
  const double *amount;
  const uint32_t *cluster; /* account of each row (0..n_clusters-1), or NULL */
  size_t n_clusters;
} lf_judge_rows;

typedef struct lf_interval {
  double value, std_error, low, high; /* 95 %; NaN where not defined */
} lf_interval;

typedef struct lf_lift_row {
  double rows, won, amount; /* in this decile of rows by falling score; ties pro rata */
  double expected;          /* sum of probabilities; NaN without */
  double lift;              /* win rate here / win rate of all */
  double cumulative_gain;   /* share of all wins down to here */
  double cumulative_amount; /* share of all amount down to here; NaN without */
  double score_from;        /* lowest score in it */
} lf_lift_row;

typedef struct lf_calibration_bin {
  double rows, won, mean_probability, win_rate, low, high; /* Wilson 95 % */
} lf_calibration_bin;

typedef struct lf_hosmer_lemeshow {
  size_t groups;
  double chi2, df, p;
  double cut[11], n[10], observed[10], expected[10];
} lf_hosmer_lemeshow;

enum { LF_LIFT_ROWS = 10, LF_CALIBRATION_BINS = 10 };

typedef struct lf_judgement {
  double rows, won, amount;
  size_t distinct_scores;
  lf_interval auc; /* DeLong, DeLong & Clarke-Pearson 1988; clustered (Obuchowski 1997) where clusters are
                      given; limits in [0, 1] */
  double gini, ks, ks_at, average_precision;
  /* NaN without probabilities: */
  double log_loss, null_log_loss, brier, brier_null, brier_skill;
  lf_interval calibration_slope, calibration_intercept; /* logit(y) = intercept + slope * logit(p) */
  lf_interval in_the_large;                             /* intercept with slope 1 */
  double observed_over_expected, spiegelhalter_z, spiegelhalter_p, ece;
  lf_hosmer_lemeshow hosmer_lemeshow;
  size_t n_calibration;
  lf_calibration_bin calibration[LF_CALIBRATION_BINS];
  double infinite_log_loss;    /* rows judged impossible that happened (p exactly 0 or 1); log_loss is then
                                  infinite */
  double calibration_left_out; /* rows with p of exactly 0 or 1, which have no logit: not in slope and
                                  intercepts */
  lf_lift_row lift[LF_LIFT_ROWS];
  double top_won[3], top_amount[3]; /* share of wins and of amount in the top 5, 10, 20 % of rows */
  double revenue_gini; /* area by which revenue capture beats the diagonal, doubled; normalised against the
                          perfect order in revenue_gini_normalised */
  double revenue_gini_normalised;
} lf_judgement;

/* Figures for rows. holdout: Hosmer-Lemeshow df = groups, else groups - 2. One class only: rank figures are
 * NaN, no error. LF_E_DATA where there are no rows, a score is NaN, or a probability is outside [0, 1]. Ranks
 * once (integer scores by counting, else radix sort), linear time; about 16 n bytes while sorting, then 4 n
 * and 32 to 56 for each distinct score. */
lf_status lf_judge(const lf_judge_rows *rows, bool holdout, const lf_run *run, lf_judgement *out,
                   lf_error *err);

typedef struct lf_paired_auc {
  double auc_a, auc_b, difference, std_error, low, high, z, p;
} lf_paired_auc;

/* Paired DeLong test of two scores on the same rows (clustered where clusters are given). */
lf_status lf_compare_auc(const lf_judge_rows *rows, const double *score_b, const lf_run *run,
                         lf_paired_auc *out, lf_error *err);

/* Population stability index of two distributions over the same bins: sum (q-p) ln(q/p), shares p, q from
 * counts (where a bin is empty in one of the two, with 0.5 added to every bin of both; bins empty in both do
 * not count), and its critical value at level alpha under no drift: chi2_{bins-1,1-alpha} (1/N + 1/M)
 * (Yurdakul & Naranjo 2020). */
lf_status lf_psi(const double *expected, const double *actual, size_t bins, double alpha, double *psi,
                 double *critical, lf_error *err);

/* Weight of evidence ln(share of won / share of lost) of each level (where any count is 0, with adjust added
 * to every count of every level), and the information value of all. woe may be NULL. */
lf_status lf_woe(const double *won, const double *lost, size_t levels, double adjust, double *woe, double *iv,
                 lf_error *err);

#endif
