/* Drift: PSI against its critical value, the design effect of accounts, Holm. Expectations are arithmetic. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge/shift.h"
#include "near.h"

/* 500 and 500 before, 60 and 40 now: PSI = 0.1 ln 1.2 - 0.1 ln 0.8, critical = 3.841458820694124 (1/1000 +
 * 1/100); p = P(chi2_1 > 0.0405465108 / 0.011) = 2 (1 - Phi(1.9199)) = 0.0549. */
static void psi_and_its_critical_value(void **state) {
  (void)state;
  const double before[] = {500, 500}, now[] = {60, 40};
  lf_shift shift;
  assert_int_equal(lf_shift_test(before, now, 2, 1, 0.05, &shift, NULL), LF_OK);
  near(shift.psi, 0.1 * log(1.2) - 0.1 * log(0.8), 1e-12);
  near(shift.critical, 3.841458820694124 * 0.011, 1e-9);
  near(shift.p, 0.05487, 2e-4);
  assert_int_equal(lf_shift_test(before, now, 2, 4, 0.05, &shift, NULL), LF_OK);
  near(shift.critical, 4 * 3.841458820694124 * 0.011, 1e-9);
}

/* Bins 3 and 4 expect fewer than 5 of the 100 rows: they count as one, and nothing else changes. */
static void rare_bins_are_joined(void **state) {
  (void)state;
  const double before[] = {480, 480, 30, 10}, now[] = {48, 48, 1, 3}, joined[] = {480, 480, 40},
               after[] = {48, 48, 4};
  lf_shift four, three;
  assert_int_equal(lf_shift_test(before, now, 4, 1, 0.05, &four, NULL), LF_OK);
  assert_int_equal(lf_shift_test(joined, after, 3, 1, 0.05, &three, NULL), LF_OK);
  assert_int_equal(four.bins, 3);
  near(four.psi, three.psi, 1e-12);
  near(four.p, three.p, 1e-12);
}

/* One bin leaves nothing to compare. */
static void one_bin_has_no_test(void **state) {
  (void)state;
  const double before[] = {500, 0}, now[] = {60, 0};
  lf_shift shift;
  assert_int_equal(lf_shift_test(before, now, 2, 1, 0.05, &shift, NULL), LF_OK);
  assert_int_equal(shift.bins, 1);
  assert_true(isnan(shift.p));
}

/* Accounts of 4 rows that all stand in one bin: every account counts as one row, so the effect is 4. Rows
 * that are accounts of their own: 1. */
static void accounts_count_as_one(void **state) {
  (void)state;
  enum { N = 80 };
  uint16_t bin[N];
  uint32_t four[N], own[N];
  double counts[2], effect = 0;
  for (uint32_t i = 0; i < N; i++) {
    bin[i] = (i / 4) % 2;
    four[i] = i / 4;
    own[i] = i;
  }
  lf_shift_rows rows = {.n = N, .bin = bin, .cluster = four, .n_clusters = N / 4};
  assert_int_equal(lf_shift_count(&rows, 2, counts, &effect, NULL), LF_OK);
  near(counts[0], 40, 0);
  near(effect, 4, 1e-9);
  rows.cluster = own;
  rows.n_clusters = N;
  assert_int_equal(lf_shift_count(&rows, 2, counts, &effect, NULL), LF_OK);
  near(effect, 1, 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(psi_and_its_critical_value), cmocka_unit_test(rare_bins_are_joined),
      cmocka_unit_test(one_bin_has_no_test), cmocka_unit_test(accounts_count_as_one)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
