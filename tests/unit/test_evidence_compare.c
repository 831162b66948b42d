/* Comparison of candidates and the bootstrap under it: figures worked by hand, published intervals, and known
 * truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/bootstrap.h"
#include "evidence/compare.h"
#include "evidence/evalue.h"
#include "history_case.h"
#include "near.h"

static double normal(uint64_t seed, uint64_t i) {
  return lf_normal_quantile((noise(seed, i) + 1e-12) / (1 + 2e-12));
}

/* ---- the bootstrap ------------------------------------------------------------------------------------- */

static lf_status total(const void *context, const double *weight, double *out, lf_error *err) {
  (void)err;
  const lf_resample *rows = context;
  out[0] = out[1] = 0;
  for (size_t i = 0; i < rows->n; i++) {
    out[0] += weight[i];
    out[1] += weight[i] * (double)(i % 7);
  }
  return LF_OK;
}

static void draws_whole_accounts(void **state) {
  (void)state;
  enum { N = 60 };
  uint32_t cluster[N];
  double weight[N];
  for (size_t i = 0; i < N; i++) cluster[i] = (uint32_t)(i / 3);
  lf_resample rows = {.n = N, .cluster = cluster, .n_clusters = N / 3};
  assert_int_equal(lf_bootstrap_weights(&rows, 1, 0, weight, NULL), LF_OK);
  double sum = 0, zero = 0;
  for (size_t i = 0; i < N; i++) {
    near(weight[i], weight[i - i % 3], 0); /* all rows of an account are drawn together */
    sum += weight[i];
    zero += weight[i] == 0;
  }
  near(sum, N, 0); /* as many accounts as there are, of three rows each */
  assert_true(zero > 0 && zero < N);
}

/* Rows of weight 1 without accounts are drawn one by one, those of weight 0 never; each is drawn once on
 * average, with variance 1 - 1 / n. */
static void draws_rows_that_hold_weight(void **state) {
  (void)state;
  enum { N = 40, R = 4000 };
  double weight[N], drawn[N], mean = 0, square = 0;
  for (size_t i = 0; i < N; i++) weight[i] = i % 4 != 0;
  lf_resample rows = {.n = N, .weight = weight};
  for (size_t r = 0; r < R; r++) {
    double sum = 0;
    assert_int_equal(lf_bootstrap_weights(&rows, 9, r, drawn, NULL), LF_OK);
    for (size_t i = 0; i < N; i++) {
      if (i % 4 == 0) near(drawn[i], 0, 0);
      sum += drawn[i];
    }
    near(sum, 30, 0);
    mean += drawn[5] / R;
    square += (drawn[5] - 1) * (drawn[5] - 1) / R;
  }
  near(mean, 1, 0.06);
  near(square, 1 - 1.0 / 30, 0.12);
}

static void draws_units_of_weighted_rows(void **state) {
  (void)state;
  double weight[4] = {0, 40, 10, 50}, drawn[4], mean[4] = {0}, square = 0;
  lf_resample rows = {.n = 4, .weight = weight};
  enum { R = 4000 };
  for (size_t r = 0; r < R; r++) {
    assert_int_equal(lf_bootstrap_weights(&rows, 5, r, drawn, NULL), LF_OK);
    near(drawn[0] + drawn[1] + drawn[2] + drawn[3], 100, 0);
    near(drawn[0], 0, 0);
    for (int i = 0; i < 4; i++) mean[i] += drawn[i] / R;
    square += (drawn[1] - 40) * (drawn[1] - 40) / R;
  }
  near(mean[1], 40, 0.4);
  near(mean[2], 10, 0.25);
  near(square, 100 * 0.4 * 0.6, 2.5); /* multinomial: N p (1 - p) */
}

static void same_for_any_threads(void **state) {
  (void)state;
  enum { N = 500 };
  lf_resample rows = {.n = N};
  lf_bootstrap bootstrap = {
      .replicates = 101, .seed = 3, .n_statistics = 2, .statistics = total, .context = &rows};
  lf_run one = {.threads = 1}, four = {.threads = 4};
  double *a = NULL, *b = NULL;
  size_t n = 0;
  assert_int_equal(lf_bootstrap_run(&rows, &bootstrap, &one, &a, &n, NULL), LF_OK);
  assert_int_equal(lf_bootstrap_run(&rows, &bootstrap, &four, &b, &n, NULL), LF_OK);
  assert_int_equal(n, 101);
  assert_memory_equal(a, b, n * 2 * sizeof *a);
  assert_true(fabs(a[1] - a[3]) > 0); /* replicates differ */
  free(a);
  free(b);
}

/* The sum of 7-cycles over accounts of three rows: its bootstrap variance is C times the variance of account
 * sums. */
static void standard_error_is_the_accounts(void **state) {
  (void)state;
  enum { N = 600, C = N / 3 };
  uint32_t cluster[N];
  double account[C] = {0}, mean = 0, variance = 0;
  for (size_t i = 0; i < N; i++) {
    cluster[i] = (uint32_t)(i / 3);
    account[i / 3] += (double)(i % 7);
  }
  for (size_t c = 0; c < C; c++) mean += account[c] / C;
  for (size_t c = 0; c < C; c++) variance += (account[c] - mean) * (account[c] - mean) / C;
  lf_resample rows = {.n = N, .cluster = cluster, .n_clusters = C};
  lf_bootstrap bootstrap = {
      .replicates = 4000, .seed = 3, .n_statistics = 2, .statistics = total, .context = &rows};
  double *values = NULL;
  size_t n = 0;
  lf_interval interval;
  assert_int_equal(lf_bootstrap_run(&rows, &bootstrap, NULL, &values, &n, NULL), LF_OK);
  assert_int_equal(lf_bootstrap_interval(values + 1, n, 2, 0, &interval, NULL), LF_OK);
  near(interval.std_error / sqrt(C * variance), 1, 0.04);
  near((interval.high - interval.low) / (2 * 1.96 * interval.std_error), 1, 0.06);
  free(values);
}

/* ---- figures by hand ----------------------------------------------------------------------------------- */

static lf_comparison *compare(const lf_compare_rows *rows, const lf_candidate *candidates, size_t n,
                              size_t replicates) {
  lf_compare_options options = {.replicates = replicates, .seed = 1};
  lf_comparison *c = NULL;
  lf_error err = {0};
  if (lf_compare(rows, candidates, n, &options, NULL, &c, &err) != LF_OK) fail_msg("%s", err.message);
  return c;
}

static const lf_volume *volume_of(const lf_pair *pair, double share) {
  for (size_t k = 0; k < pair->n_volumes; k++)
    if (fabs(pair->volumes[k].share - share) < 1e-12) return &pair->volumes[k];
  fail_msg("no volume at %g", share);
  return NULL;
}

static void equal_volume_by_hand(void **state) {
  (void)state;
  const uint8_t won[10] = {1, 1, 0, 1, 0, 0, 0, 0, 1, 0};
  const double fine[10] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, rule[10] = {1, 1, 0, 1, 1, 0, 0, 0, 0, 0};
  const double amount[10] = {100, 200, 0, 60, 0, 0, 0, 0, NAN, 0};
  lf_compare_rows rows = {.n = 10, .won = won, .amount = amount};
  lf_candidate candidates[2] = {{.name = "fine", .score = fine},
                                {.name = "rule", .score = rule, .has_threshold = true, .threshold = 1}};
  lf_comparison *c = compare(&rows, candidates, 2, 200);
  const lf_pair *pair = &c->pairs[0];
  const lf_volume *v =
      volume_of(pair, 0.2); /* two rows: the first two; half of the rule's four, of whom three were won */
  near(v->won_a, 2, 1e-12);
  near(v->won_b, 1.5, 1e-12);
  near(v->won.value, 0.5, 1e-12);
  near(v->amount_a, 300, 1e-12);
  near(v->amount_b, 180, 1e-12);
  v = volume_of(pair, 0.5); /* five rows: the rule's four and a sixth of the other six, of whom one was won */
  near(v->won_b, 3 + 1.0 / 6, 1e-12);
  v = volume_of(pair, 0.4); /* as many as the rule qualifies */
  assert_int_equal(v->of, 1);
  near(v->won_a, 3, 1e-12);
  near(v->won_b, 3, 1e-12);
  assert_true(pair->by_volume);
  near(pair->volumes[pair->volume].share, 0.4, 1e-12);
  assert_false(pair->has_quadrant);
  lf_comparison_free(c);
}

static void log_loss_by_hand(void **state) {
  (void)state;
  const uint8_t won[4] = {1, 0, 1, 0};
  const double a[4] = {0.8, 0.3, 0.6, 0.5}, b[4] = {0.5, 0.5, 0.5, 0.5};
  lf_compare_rows rows = {.n = 4, .won = won};
  lf_candidate candidates[2] = {{.name = "a", .score = a, .probability = a},
                                {.name = "b", .score = b, .probability = b}};
  lf_comparison *c = compare(&rows, candidates, 2, 200);
  const double d[4] = {log(0.5 / 0.8), log(0.5 / 0.7), log(0.5 / 0.6), 0};
  double mean = (d[0] + d[1] + d[2] + d[3]) / 4, square = 0;
  for (int i = 0; i < 4; i++) square += (d[i] - mean) * (d[i] - mean);
  near(c->pairs[0].log_loss.value, mean, 1e-14);
  near(c->pairs[0].log_loss.std_error, sqrt(square * 4 / 3) / 4, 1e-14);
  near(c->pairs[0].log_loss_p, lf_normal_two_sided_p(mean / (sqrt(square * 4 / 3) / 4)), 1e-12);
  lf_comparison_free(c);
}

/* Newcombe 1998 (Statistics in Medicine 17:873-890), example (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339.
 */
static void quadrant_published(void **state) {
  (void)state;
  enum { N = 70 + 80 + 263 };
  uint8_t won[N];
  double a[N], b[N];
  for (size_t i = 0; i < N; i++) {
    a[i] = i < 70 ? 5 : 0;
    b[i] = i >= 70 && i < 150 ? 5 : 0;
    won[i] = i < 70 ? i < 56 : i < 150 ? i - 70 < 48 : i - 150 < 81;
  }
  lf_compare_rows rows = {.n = N, .won = won};
  lf_candidate candidates[2] = {{.name = "a", .score = a, .has_threshold = true, .threshold = 5},
                                {.name = "b", .score = b, .has_threshold = true, .threshold = 5}};
  lf_comparison *c = compare(&rows, candidates, 2, 200);
  const lf_pair *pair = &c->pairs[0];
  assert_true(pair->has_quadrant);
  near(pair->quadrant[LF_QUADRANT_BOTH].rows, 0, 0);
  near(pair->quadrant[LF_QUADRANT_A_ONLY].won, 56, 0);
  near(pair->quadrant[LF_QUADRANT_B_ONLY].won, 48, 0);
  near(pair->quadrant[LF_QUADRANT_NEITHER].win_rate, 81.0 / 263, 1e-15);
  near(pair->quadrant[LF_QUADRANT_NEITHER].low, 0.2553,
       5e-5); /* Newcombe 1998, one sample: 81/263, score method */
  near(pair->quadrant[LF_QUADRANT_NEITHER].high, 0.3662, 5e-5);
  near(pair->a_only_vs_b_only.value, 0.2, 1e-15);
  near(pair->a_only_vs_b_only.low, 0.0524, 5e-5);
  near(pair->a_only_vs_b_only.high, 0.3339, 5e-5);
  double cross = 56.0 * 32 - 14.0 * 48;
  near(pair->quadrant_p, lf_chi_squared_p(149 * cross * cross / (70.0 * 80 * 104 * 46), 1), 1e-12);
  lf_comparison_free(c);
}

/* Rows that stand three times, as accounts of three: the intervals are those of the rows once. */
static void accounts_count_once(void **state) {
  (void)state;
  enum { N = 240 };
  uint8_t won[3 * N];
  double a[3 * N], b[3 * N];
  uint32_t cluster[3 * N];
  for (size_t i = 0; i < 3 * N; i++) {
    size_t k = i % N;
    a[i] = noise(1, k) < 0.5;
    b[i] = noise(2, k) < 0.5;
    won[i] = noise(3, k) < 0.3 + 0.2 * a[i];
    cluster[i] = (uint32_t)k;
  }
  lf_candidate candidates[2] = {{.name = "a", .score = a, .has_threshold = true, .threshold = 1},
                                {.name = "b", .score = b, .has_threshold = true, .threshold = 1}};
  lf_compare_rows once = {.n = N, .won = won},
                  thrice = {.n = 3 * N, .won = won, .cluster = cluster, .n_clusters = N};
  lf_comparison *c1 = compare(&once, candidates, 2, 400), *c3 = compare(&thrice, candidates, 2, 400);
  const lf_pair *p1 = &c1->pairs[0], *p3 = &c3->pairs[0];
  near(p3->quadrant[LF_QUADRANT_A_ONLY].rows, 3 * p1->quadrant[LF_QUADRANT_A_ONLY].rows, 1e-9);
  near(p3->a_only_vs_b_only.low, p1->a_only_vs_b_only.low, 0.005); /* C/(C-1) tells them apart */
  near(p3->a_only_vs_b_only.high, p1->a_only_vs_b_only.high, 0.005);
  near(p3->auc.std_error / p1->auc.std_error, 1, 0.02);
  const lf_volume *v1 = volume_of(p1, 0.2), *v3 = volume_of(p3, 0.2);
  near((v3->won.high - v3->won.low) / (v1->won.high - v1->won.low), 3,
       0.45); /* wins are three times as many */
  lf_comparison_free(c1);
  lf_comparison_free(c3);
}

/* ---- known truth --------------------------------------------------------------------------------------- */

enum { SIM_ROWS = 500, SIM_ACCOUNTS = 200 };

typedef struct simulated {
  uint8_t won[SIM_ROWS];
  double a[SIM_ROWS], b[SIM_ROWS], pa[SIM_ROWS], pb[SIM_ROWS];
  uint32_t cluster[SIM_ROWS];
} simulated;

/* Accounts share part of what makes them win; two scores see the truth through noise of their own, of
 * deviation sa and sb. */
static void simulate(uint64_t seed, double sa, double sb, simulated *s) {
  for (size_t i = 0; i < SIM_ROWS; i++) {
    s->cluster[i] = (uint32_t)(noise(seed, 7000000 + i) * SIM_ACCOUNTS);
    double truth = normal(seed, i) + 0.7 * normal(seed, 8000000 + s->cluster[i]);
    s->won[i] = noise(seed, 1000000 + i) < lf_expit(truth - 1);
    s->a[i] = truth + sa * normal(seed, 2000000 + i);
    s->b[i] = truth + sb * normal(seed, 3000000 + i);
    s->pa[i] = lf_expit(0.6 * s->a[i] - 1);
    s->pb[i] = lf_expit(0.6 * s->b[i] - 1);
  }
}

typedef struct tally {
  int auc, loss, won, a_better, b_better, same;
} tally;

static tally run_simulations(size_t n, double sa, double sb) {
  tally t = {0};
  simulated *s = malloc(sizeof *s);
  assert_non_null(s);
  for (size_t k = 0; k < n; k++) {
    simulate(100 + k, sa, sb, s);
    lf_compare_rows rows = {.n = SIM_ROWS, .won = s->won, .cluster = s->cluster, .n_clusters = SIM_ACCOUNTS};
    lf_candidate candidates[2] = {{.name = "a", .score = s->a, .probability = s->pa},
                                  {.name = "b", .score = s->b, .probability = s->pb}};
    lf_comparison *c = compare(&rows, candidates, 2, 300);
    const lf_pair *pair = &c->pairs[0];
    const lf_volume *v = volume_of(pair, 0.2);
    t.auc += pair->auc.low <= 0 && pair->auc.high >= 0;
    t.loss += pair->log_loss.low <= 0 && pair->log_loss.high >= 0;
    t.won += v->won.low <= 0 && v->won.high >= 0;
    t.a_better += pair->verdict == LF_COMPARE_A_BETTER;
    t.b_better += pair->verdict == LF_COMPARE_B_BETTER;
    t.same += pair->verdict == LF_COMPARE_SAME;
    lf_comparison_free(c);
  }
  free(s);
  return t;
}

static void equal_scores(void **state) {
  (void)state;
  enum { RUNS = 400 };
  tally t = run_simulations(RUNS, 1, 1);
  /* 400 runs: a share of 95 % has a standard error of 1.1 % */
  print_message("equal scores, %d runs: 95 %% intervals hold 0 in %d (AUC), %d (log loss), %d (wins at 20 "
                "%%); better: %d\n",
                RUNS, t.auc, t.loss, t.won, t.a_better + t.b_better);
  assert_in_range(t.auc, RUNS * 0.915, RUNS * 0.985);
  assert_in_range(t.loss, RUNS * 0.915, RUNS * 0.985);
  assert_in_range(t.won, RUNS * 0.915, RUNS * 0.99);
  assert_true(t.a_better + t.b_better <= RUNS * 0.085);
}

static void one_is_better(void **state) {
  (void)state;
  enum { RUNS = 100 };
  tally t = run_simulations(RUNS, 0.5, 3);
  print_message("one better, %d runs: said in %d\n", RUNS, t.a_better);
  assert_true(t.a_better >= RUNS * 0.9);
  assert_int_equal(t.b_better, 0);
  assert_int_equal(t.same, 0);
}

/* The same order is no difference, whatever the scale. */
static void same_order(void **state) {
  (void)state;
  simulated *s = malloc(sizeof *s);
  assert_non_null(s);
  simulate(5, 1, 1, s);
  for (size_t i = 0; i < SIM_ROWS; i++) s->b[i] = exp(s->a[i]);
  lf_compare_rows rows = {.n = SIM_ROWS, .won = s->won};
  lf_candidate candidates[2] = {{.name = "a", .score = s->a}, {.name = "b", .score = s->b}};
  lf_comparison *c = compare(&rows, candidates, 2, 200);
  assert_int_equal(c->pairs[0].verdict, LF_COMPARE_SAME);
  near(c->pairs[0].auc.difference, 0, 0);
  lf_comparison_free(c);
  free(s);
}

/* ---- E-value ------------------------------------------------------------------------------------------- */

static void e_values_published(void **state) {
  (void)state;
  /* VanderWeele & Ding 2017: risk ratio 3.9 (1.8 to 8.7): E-value 7.26, 3.0 for the interval; protective 0.80
   * (0.71, 0.91): 1.81, 1.43 */
  near(lf_e_value(3.9), 7.26, 0.005);
  near(lf_e_value_limit(1.8, 8.7), 3.0, 0.005);
  near(lf_e_value(0.80), 1.81, 0.005);
  near(lf_e_value_limit(0.71, 0.91), 1.43, 0.005);
  near(lf_e_value(1), 1, 0);
  near(lf_e_value_limit(0.9, 1.4), 1, 0);
  near(lf_risk_ratio_of_odds(4, 0.1), 4, 0);
  near(lf_risk_ratio_of_odds(4, 0.3), 2, 0);
  assert_true(isnan(lf_e_value(-1)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(draws_whole_accounts),
      cmocka_unit_test(draws_rows_that_hold_weight),
      cmocka_unit_test(draws_units_of_weighted_rows),
      cmocka_unit_test(same_for_any_threads),
      cmocka_unit_test(standard_error_is_the_accounts),
      cmocka_unit_test(equal_volume_by_hand),
      cmocka_unit_test(log_loss_by_hand),
      cmocka_unit_test(quadrant_published),
      cmocka_unit_test(accounts_count_once),
      cmocka_unit_test(equal_scores),
      cmocka_unit_test(one_is_better),
      cmocka_unit_test(same_order),
      cmocka_unit_test(e_values_published),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
