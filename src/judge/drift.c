/* Two distributions over the same bins, and what a level says of winning.
 *
 * PSI: shares p_k (expected), q_k (actual): sum (q_k - p_k) ln(q_k / p_k). Where a bin is empty on one side,
 * half a row is added to every bin of both sides; bins empty on both do not count. Under no drift PSI / (1/N
 * + 1/M) is about chi-squared with bins - 1 degrees of freedom (Yurdakul & Naranjo 2020), so the critical
 * value shrinks as rows grow; 0.1 and 0.25 do not. Weight of evidence of a level: ln(its share of the won /
 * its share of the lost); information value: sum of (share of won - share of lost) * WoE (Kullback 1959). */
#include <math.h>

#include "base/numerics.h"
#include "judge/judge.h"

static lf_status check_counts(const double *a, const double *b, size_t n, const char *what, lf_error *err) {
  double total_a = 0, total_b = 0;
  for (size_t k = 0; k < n; k++) {
    if (!(a[k] >= 0 && isfinite(a[k]) && b[k] >= 0 && isfinite(b[k])))
      return lf_fail(err, LF_E_USAGE, "%s %zu has a count that is no number from 0 up", what, k + 1);
    total_a += a[k];
    total_b += b[k];
  }
  if (total_a > 0 && total_b > 0) return LF_OK;
  return lf_fail(err, LF_E_DATA, "no rows on one side: there is nothing to compare");
}

lf_status lf_psi(const double *expected, const double *actual, size_t bins, double alpha, double *psi,
                 double *critical, lf_error *err) {
  lf_status status = check_counts(expected, actual, bins, "bin", err);
  if (status != LF_OK) return status;
  double n = 0, m = 0, used = 0, half = 0;
  for (size_t k = 0; k < bins; k++) {
    if (expected[k] == 0 && actual[k] == 0) continue;
    if (expected[k] == 0 || actual[k] == 0) half = 0.5;
    n += expected[k];
    m += actual[k];
    used++;
  }
  lf_sum sum = {0};
  for (size_t k = 0; k < bins; k++) {
    if (expected[k] == 0 && actual[k] == 0) continue;
    double p = (expected[k] + half) / (n + half * used), q = (actual[k] + half) / (m + half * used);
    lf_sum_add(&sum, (q - p) * log(q / p));
  }
  *psi = lf_sum_value(&sum);
  if (critical) *critical = used > 1 ? lf_chi_squared_quantile(1 - alpha, used - 1) * (1 / n + 1 / m) : NAN;
  return LF_OK;
}

lf_status lf_woe(const double *won, const double *lost, size_t levels, double adjust, double *woe, double *iv,
                 lf_error *err) {
  lf_status status = check_counts(won, lost, levels, "level", err);
  if (status != LF_OK) return status;
  double total_won = 0, total_lost = 0, added = 0;
  for (size_t k = 0; k < levels; k++) {
    if (won[k] == 0 || lost[k] == 0) added = adjust;
    total_won += won[k];
    total_lost += lost[k];
  }
  total_won += added * (double)levels;
  total_lost += added * (double)levels;
  lf_sum sum = {0};
  for (size_t k = 0; k < levels; k++) {
    double of_won = (won[k] + added) / total_won, of_lost = (lost[k] + added) / total_lost;
    bool empty = of_won == 0 && of_lost == 0; /* a level without rows says nothing */
    double w = empty ? 0 : log(of_won / of_lost);
    if (woe) woe[k] = w;
    if (!empty) lf_sum_add(&sum, (of_won - of_lost) * w);
  }
  *iv = isinf(sum.sum) ? INFINITY : lf_sum_value(&sum);
  return LF_OK;
}
