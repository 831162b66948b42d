/* AUC, its standard error, and the paired comparison of two scores.
 *
 * Symbols: m won rows X_i, n lost rows Y_j (weights counted as rows), psi(x, y) = 1 if x > y, 1/2 if x = y,
 * else 0. A      = sum_ij psi(X_i, Y_j) / (m n) V10_i  = sum_j psi(X_i, Y_j) / n,  V01_j = sum_i psi(X_i,
 * Y_j) / m          (placement values; both have mean A) var A  = S10 / m + S01 / n,  S10 = sum_i (V10_i -
 * A)^2 / (m - 1), S01 likewise   (DeLong et al. 1988) Rows of one account are not independent. With c = 1..C
 * accounts, m_c and n_c rows of each class in account c, E_c = sum over won rows of c of (V10 - A), F_c = sum
 * over lost rows of c of (V01 - A), var A = C10/(C10-1) sum E_c^2 / m^2 + C01/(C01-1) sum F_c^2 / n^2 + 2
 * C/(C-1) sum E_c F_c / (m n) where C10, C01 accounts have a won, a lost row (Obuchowski 1997). One row an
 * account gives DeLong's value. Paired: V is linear in psi, so the variance of A_a - A_b is the same formula
 * on the differences of placement values.
 *
 * Placement values come from blocks of tied scores, so all is O(n) after the one sort (Sun & Xu 2014). Each
 * sum of counts times counts is compensated: 10^8 rows make products beyond 2^53. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "judge/parts.h"

static bool two_classes(const lf_rank *rank) {
  return rank->total_won > 0 && rank->total_lost > 0;
}

enum {
  BATCH = 256
}; /* blocks summed plainly before they go to a compensated sum: as exact to the eye, and no call each */

double lf_rank_auc(const lf_rank *rank) {
  if (!two_classes(rank)) return NAN;
  lf_sum area = {0};
  double below = 0;
  for (size_t from = 0; from < rank->n_blocks; from += BATCH) {
    size_t to = from + BATCH < rank->n_blocks ? from + BATCH : rank->n_blocks;
    double here = 0;
    for (size_t k = from; k < to; k++) {
      here += rank->won[k] * (below + rank->lost[k] / 2);
      below += rank->lost[k];
    }
    lf_sum_add(&area, here);
  }
  return lf_sum_value(&area) / rank->total_won / rank->total_lost;
}

/* Placement values of a won and of a lost row of each block. */
static void placements(const lf_rank *rank, double *of_won, double *of_lost) {
  double lost_below = 0, won_below = 0;
  for (size_t k = 0; k < rank->n_blocks; k++) {
    of_won[k] = (lost_below + rank->lost[k] / 2) / rank->total_lost;
    of_lost[k] = (rank->total_won - won_below - rank->won[k] / 2) / rank->total_won;
    lost_below += rank->lost[k];
    won_below += rank->won[k];
  }
}

static double variance_of_sums(double s10, double s01, double m, double n) {
  return m > 1 && n > 1 ? s10 / (m - 1) / m + s01 / (n - 1) / n : NAN;
}

static double block_variance(const lf_rank *rank, double auc) {
  lf_sum s10 = {0}, s01 = {0};
  double lost_below = 0, won_above = rank->total_won, m = rank->total_won, n = rank->total_lost;
  for (size_t from = 0; from < rank->n_blocks; from += BATCH) {
    size_t to = from + BATCH < rank->n_blocks ? from + BATCH : rank->n_blocks;
    double of_won = 0, of_lost = 0;
    for (size_t k = from; k < to; k++) {
      double d10 = (lost_below + rank->lost[k] / 2) / n - auc, d01 = (won_above - rank->won[k] / 2) / m - auc;
      of_won += rank->won[k] * d10 * d10;
      of_lost += rank->lost[k] * d01 * d01;
      lost_below += rank->lost[k];
      won_above -= rank->won[k];
    }
    lf_sum_add(&s10, of_won);
    lf_sum_add(&s01, of_lost);
  }
  return variance_of_sums(lf_sum_value(&s10), lf_sum_value(&s01), m, n);
}

/* Variance of the mean placement value from one value a row, rows independent. */
static double row_variance(const lf_judge_rows *rows, const double *value, double mean, double m, double n) {
  lf_sum s[2] = {{0, 0}, {0, 0}};
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1, d = value[i] - mean;
    if (w > 0) lf_sum_add(&s[rows->won[i] != 0], w * d * d);
  }
  return variance_of_sums(lf_sum_value(&s[1]), lf_sum_value(&s[0]), m, n);
}

typedef struct account {
  double won, lost; /* E_c, F_c */
  bool has_won, has_lost;
} account;

static double ratio(double count) { /* C / (C - 1) */
  return count > 1 ? count / (count - 1) : NAN;
}

static double variance_over_accounts(const account *accounts, size_t n_accounts, double m, double n) {
  lf_sum won = {0}, lost = {0}, both = {0};
  double c10 = 0, c01 = 0, c = 0;
  for (size_t k = 0; k < n_accounts; k++) {
    const account *a = &accounts[k];
    lf_sum_add(&won, a->won * a->won);
    lf_sum_add(&lost, a->lost * a->lost);
    lf_sum_add(&both, a->won * a->lost);
    c10 += a->has_won;
    c01 += a->has_lost;
    c += a->has_won || a->has_lost;
  }
  return ratio(c10) * lf_sum_value(&won) / m / m + ratio(c01) * lf_sum_value(&lost) / n / n +
         2 * ratio(c) * lf_sum_value(&both) / m / n;
}

static lf_status clustered_variance(const lf_judge_rows *rows, const double *value, double mean, double m,
                                    double n, double *variance, lf_error *err) {
  lf_status status = LF_OK;
  account *accounts = NULL;
  LF_TRY(lf_alloc(rows->n_clusters, sizeof *accounts, &accounts, err));
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    if (!(w > 0)) continue;
    account *a = &accounts[rows->cluster[i]];
    if (rows->won[i]) {
      a->won += w * (value[i] - mean);
      a->has_won = true;
    } else {
      a->lost += w * (value[i] - mean);
      a->has_lost = true;
    }
  }
  *variance = variance_over_accounts(accounts, rows->n_clusters, m, n);
cleanup:
  free(accounts);
  return status;
}

static lf_interval interval_of(double value, double variance) {
  double se = sqrt(variance < 0 ? 0 : variance), reach = lf_normal_quantile(0.975) * se; /* NaN stays NaN */
  return (lf_interval){.value = value, .std_error = se, .low = value - reach, .high = value + reach};
}

/* Placement values of every row of one score. */
static lf_status row_placements(const lf_judge_rows *rows, const lf_rank *rank, const double *score,
                                double **value, lf_error *err) {
  lf_status status = LF_OK;
  double *of_won = NULL, *of_lost = NULL, *made = NULL;
  LF_TRY(lf_alloc(rank->n_blocks, sizeof *of_won, &of_won, err));
  LF_TRY(lf_alloc(rank->n_blocks, sizeof *of_lost, &of_lost, err));
  LF_TRY(lf_alloc(rows->n, sizeof *made, &made, err));
  placements(rank, of_won, of_lost);
  lf_rank_spread(rank, rows, score, of_won, of_lost, made);
  *value = made;
cleanup:
  free(of_won);
  free(of_lost);
  return status;
}

lf_status lf_auc_interval(const lf_judge_rows *rows, const lf_rank *rank, lf_interval *auc, lf_error *err) {
  lf_status status = LF_OK;
  double *value = NULL;
  double area = lf_rank_auc(rank), variance = NAN;
  if (two_classes(rank) && rows->cluster) {
    LF_TRY(row_placements(rows, rank, rows->score, &value, err));
    LF_TRY(clustered_variance(rows, value, area, rank->total_won, rank->total_lost, &variance, err));
  } else if (two_classes(rank)) {
    variance = block_variance(rank, area);
  }
  *auc = interval_of(area, variance);
  if (auc->low < 0) auc->low = 0;
  if (auc->high > 1) auc->high = 1;
cleanup:
  free(value);
  return status;
}

static void fill_paired(lf_paired_auc *out, double variance) {
  lf_interval d = interval_of(out->auc_a - out->auc_b, variance);
  out->difference = d.value;
  out->std_error = d.std_error;
  out->low = d.low;
  out->high = d.high;
  bool same = d.value == 0 && d.std_error == 0; /* two scores of one order differ in nothing */
  out->z = same ? 0 : d.value / d.std_error;
  out->p = same ? 1 : lf_normal_two_sided_p(out->z);
}

lf_status lf_compare_auc(const lf_judge_rows *rows, const double *score_b, const lf_run *run,
                         lf_paired_auc *out, lf_error *err) {
  lf_status status = LF_OK;
  lf_rank *a = NULL, *b = NULL;
  double *value_a = NULL, *value_b = NULL, variance = NAN;
  lf_judge_rows plain = *rows;
  plain.probability = NULL;
  plain.amount = NULL;
  LF_TRY(lf_check_rows(&plain, rows->score, err));
  LF_TRY(lf_check_rows(&plain, score_b, err));
  LF_TRY(lf_rank_make(&plain, rows->score, run, &a, err));
  LF_TRY(lf_rank_make(&plain, score_b, run, &b, err));
  lf_paired_auc made = {.auc_a = lf_rank_auc(a), .auc_b = lf_rank_auc(b)};
  if (two_classes(a)) {
    LF_TRY(row_placements(&plain, a, rows->score, &value_a, err));
    LF_TRY(row_placements(&plain, b, score_b, &value_b, err));
    for (size_t i = 0; i < rows->n; i++) value_a[i] -= value_b[i];
    double mean = made.auc_a - made.auc_b;
    if (rows->cluster)
      LF_TRY(clustered_variance(&plain, value_a, mean, a->total_won, a->total_lost, &variance, err));
    else
      variance = row_variance(&plain, value_a, mean, a->total_won, a->total_lost);
  }
  fill_paired(&made, variance);
  *out = made;
cleanup:
  lf_rank_free(a);
  lf_rank_free(b);
  free(value_a);
  free(value_b);
  return status;
}
