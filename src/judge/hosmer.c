/* Calibration by groups of probability.
 *
 * Symbols: rows in order of probability p, N in all; cuts c_0 <= ... <= c_10 are the quantiles 0, 0.1, ..., 1
 * of p by the linear rule (type 7 of Hyndman & Fan 1996), equal cuts once. Group j holds c_{j-1} < p <= c_j,
 * the first also c_0; n_j rows, o_j won, e_j = sum p. chi2 = sum_j (o_j - e_j)^2 / e_j + (o_j - e_j)^2 / (n_j
 * - e_j)        (Hosmer & Lemeshow 1980) df   = groups on rows that took no part in the fit, groups - 2 on
 * those that did expected calibration error = sum_j n_j / N |e_j / n_j - o_j / n_j| Shares won have Wilson's
 * (1927) interval. A side line: the test depends on the grouping and rejects any model at enough rows. */
#include <math.h>

#include "base/numerics.h"
#include "judge/parts.h"

static double p_of(const lf_rank *rank, size_t k, bool by_probability) {
  return by_probability ? rank->score[k] : rank->probability[k];
}

/* True where the blocks of the score are blocks of rising probability too. */
static bool in_order_of_probability(const lf_rank *rank) {
  for (size_t k = 0; k < rank->n_blocks; k++) {
    if (isnan(rank->probability[k])) return false;
    if (k > 0 && rank->probability[k] < rank->probability[k - 1]) return false;
  }
  return true;
}

static double rows_of(const lf_rank *rank, size_t k) {
  return rank->won[k] + rank->lost[k];
}

/* The ten-percent quantiles, each cut once. */
static size_t make_cuts(const lf_rank *rank, bool by_probability, double cut[11]) {
  double rows = rank->total_won + rank->total_lost, below = 0;
  size_t k = 0, n = 0;
  for (int j = 0; j <= 10; j++) {
    double at = fmax(rows - 1, 0) * j / 10, low = floor(at), share = at - low;
    while (k + 1 < rank->n_blocks && below + rows_of(rank, k) <= low) below += rows_of(rank, k++);
    double value = p_of(rank, k, by_probability);
    size_t next = k + 1 < rank->n_blocks && below + rows_of(rank, k) <= low + 1 ? k + 1 : k;
    if (share > 0 && next != k) value = (1 - share) * value + share * p_of(rank, next, by_probability);
    if (n == 0 || value > cut[n - 1]) cut[n++] = value;
  }
  return n;
}

static void fill_groups(const lf_rank *rank, bool by_probability, lf_hosmer_lemeshow *hl) {
  double cut[11];
  size_t cuts = make_cuts(rank, by_probability, cut), k = 0;
  hl->groups = 0;
  hl->cut[0] = cut[0];
  for (size_t c = cuts > 1 ? 1 : 0; c < cuts; c++) {
    size_t g = hl->groups;
    hl->n[g] = hl->observed[g] = hl->expected[g] = 0;
    for (; k < rank->n_blocks && (p_of(rank, k, by_probability) <= cut[c] || c + 1 == cuts); k++) {
      hl->n[g] += rows_of(rank, k);
      hl->observed[g] += rank->won[k];
      hl->expected[g] += rank->expected[k];
    }
    if (!(hl->n[g] > 0)) continue; /* between two values no row has: the next group takes over its range */
    hl->cut[g + 1] = cut[c];
    hl->groups++;
  }
}

static double part_of_chi2(double observed, double expected) {
  double d = observed - expected;
  return d == 0 ? 0 : d * d / expected;
}

static void test_groups(lf_hosmer_lemeshow *hl, bool holdout) {
  hl->chi2 = 0;
  for (size_t g = 0; g < hl->groups; g++)
    hl->chi2 += part_of_chi2(hl->observed[g], hl->expected[g]) +
                part_of_chi2(hl->n[g] - hl->observed[g], hl->n[g] - hl->expected[g]);
  hl->df = (double)hl->groups - (holdout ? 0 : 2);
  if (hl->groups < 2) hl->chi2 = hl->df = NAN; /* one group tests nothing that in-the-large does not */
  hl->p = lf_chi_squared_p(hl->chi2, hl->df);
}

static void fill_curve(const lf_hosmer_lemeshow *hl, lf_judgement *out) {
  lf_sum error = {0};
  out->n_calibration = hl->groups;
  for (size_t g = 0; g < hl->groups; g++) {
    lf_calibration_bin *bin = &out->calibration[g];
    bin->rows = hl->n[g];
    bin->won = hl->observed[g];
    bin->mean_probability = hl->expected[g] / hl->n[g];
    bin->win_rate = hl->observed[g] / hl->n[g];
    lf_wilson(bin->win_rate, bin->rows, &bin->low, &bin->high);
    lf_sum_add(&error, bin->rows * fabs(bin->mean_probability - bin->win_rate));
  }
  out->ece = lf_sum_value(&error) / out->rows;
}

lf_status lf_judge_hosmer(const lf_judge_rows *rows, const lf_rank *rank, bool holdout, const lf_run *run,
                          lf_judgement *out, lf_error *err) {
  lf_rank *sorted = NULL;
  out->ece = NAN;
  out->n_calibration = 0;
  out->hosmer_lemeshow = (lf_hosmer_lemeshow){.chi2 = NAN, .df = NAN, .p = NAN};
  if (!rows->probability) return LF_OK;
  bool by_probability = !in_order_of_probability(rank);
  if (by_probability) {
    lf_judge_rows plain = *rows;
    plain.amount = NULL;
    lf_status status = lf_rank_make(&plain, rows->probability, run, &sorted, err);
    if (status != LF_OK) return status;
  }
  fill_groups(by_probability ? sorted : rank, by_probability, &out->hosmer_lemeshow);
  test_groups(&out->hosmer_lemeshow, holdout);
  fill_curve(&out->hosmer_lemeshow, out);
  lf_rank_free(sorted);
  return LF_OK;
}
