/* The judge at its edges: amounts below 0, counts that are none, one class, one account, many rows of few
 * scores, probabilities that no logit of the usual range has. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "judge/exceptions.h"
#include "judge/judge.h"
#include "judge/shift.h"
#include "near.h"

/* ---- revenue ---------------------------------------------------------------------------------------- */

/* Credit notes: what the curve has gained it loses again. Shares of 6 in order of the score: 10/6, 1, 1, 1;
 * in order of the amount: 10/6, 10/6, 10/6, 1. */
static void amounts_below_zero(void **state) {
  (void)state;
  const double score[] = {4, 3, 2, 1}, amount[] = {10, -4, 99, NAN};
  const uint8_t won[] = {1, 1, 0, 1};
  lf_judge_rows rows = {.n = 4, .score = score, .won = won, .amount = amount};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.amount, 6, 0);
  double area = (5.0 / 6 + 8.0 / 6 + 1 + 1) / 4, perfect = (5.0 / 6 + 10.0 / 6 + 10.0 / 6 + 8.0 / 6) / 4;
  near(j.revenue_gini, 2 * area - 1, 1e-15);
  near(j.revenue_gini_normalised, (2 * area - 1) / (2 * perfect - 1), 1e-15);
}

static void amounts_that_leave_nothing_to_order(void **state) {
  (void)state;
  const double score[] = {4, 3}, alike[] = {7, 7}, none[] = {5, -5}, weight[] = {1, 0};
  const uint8_t won[] = {1, 1};
  lf_judge_rows rows = {.n = 2, .score = score, .won = won, .amount = alike};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.revenue_gini, 0, 1e-15);
  near(j.revenue_gini_normalised, NAN, 0); /* no order beats another */
  rows.amount = none;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.revenue_gini, NAN, 0);
  near(j.top_amount[0], NAN, 0);
  rows.weight = weight; /* of the two amounts only one counts */
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.amount, 5, 0);
}

/* ---- what is refused, and what has no figure --------------------------------------------------------- */

static void rows_refused(void **state) {
  (void)state;
  const struct {
    double weight, probability, amount;
    const char *message;
  } cases[] = {{INFINITY, .5, 1, "row 2 has a weight that is no number from 0 up"},
               {NAN, .5, 1, "row 2 has a weight that is no number from 0 up"},
               {1, -.1, 1, "row 2 has a probability outside 0 to 1"},
               {1, NAN, 1, "row 2 has a probability outside 0 to 1"},
               {1, .5, INFINITY, "row 2 has an infinite amount"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const double score[] = {1, 2}, weight[] = {1, cases[k].weight}, p[] = {.5, cases[k].probability},
                 amount[] = {1, cases[k].amount};
    const uint8_t won[] = {0, 1};
    lf_judge_rows rows = {
        .n = 2, .score = score, .probability = p, .won = won, .weight = weight, .amount = amount};
    lf_judgement j;
    lf_error err = {.message = ""};
    assert_int_equal(lf_judge(&rows, true, NULL, &j, &err), LF_E_DATA);
    if (!strstr(err.message, cases[k].message)) fail_msg("%s", err.message);
  }
}

static void a_score_that_is_none_is_not_compared(void **state) {
  (void)state;
  const double score[] = {1, 2}, other[] = {1, NAN};
  const uint8_t won[] = {0, 1};
  lf_judge_rows rows = {.n = 2, .score = score, .won = won};
  lf_paired_auc pair;
  assert_int_equal(lf_compare_auc(&rows, other, NULL, &pair, NULL), LF_E_DATA);
  rows.score = other;
  assert_int_equal(lf_compare_auc(&rows, score, NULL, &pair, NULL), LF_E_DATA);
}

static void all_won(void **state) {
  (void)state;
  const double score[] = {1, 2, 3}, p[] = {.5, .6, .7};
  const uint8_t won[] = {1, 1, 1};
  lf_judge_rows rows = {.n = 3, .score = score, .probability = p, .won = won};
  lf_judgement j;
  lf_paired_auc pair;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.auc.value, NAN, 0);
  near(j.ks, NAN, 0);
  near(j.brier_skill, NAN, 0);
  near(j.in_the_large.value, NAN, 0);
  assert_int_equal(lf_compare_auc(&rows, p, NULL, &pair, NULL), LF_OK);
  near(pair.difference, NAN, 0);
  near(pair.p, NAN, 0);
}

static void nobody_expected_to_win(void **state) {
  (void)state;
  const double p[] = {0, 0, 0};
  const uint8_t won[] = {0, 0, 0};
  lf_judge_rows rows = {.n = 3, .score = p, .probability = p, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.observed_over_expected, NAN, 0);
  near(j.spiegelhalter_z, NAN, 0);
  near(j.log_loss, 0, 0);
  near(j.calibration_left_out, 3, 0);
}

/* Variance between accounts cannot be told from one. */
static void one_account(void **state) {
  (void)state;
  const double p[] = {.2, .3, .6, .7, .4, .5};
  const uint8_t won[] = {0, 1, 1, 1, 0, 0};
  const uint32_t cluster[] = {0, 0, 0, 0, 0, 0};
  lf_judge_rows rows = {
      .n = 6, .score = p, .probability = p, .won = won, .cluster = cluster, .n_clusters = 2};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  assert_true(isfinite(j.in_the_large.value) && isfinite(j.calibration_slope.value));
  near(j.in_the_large.std_error, NAN, 0);
  near(j.calibration_slope.std_error, NAN, 0);
}

/* ---- many rows of few scores ------------------------------------------------------------------------- */

enum { MANY = 100000, SCORES = 3 };

typedef struct many {
  double score[MANY], half[MANY], p[MANY];
  uint8_t won[MANY];
} many;

/* Rows come score by score, so that a stretch of them lacks a score, or holds its won rows alone; the
 * probability of a score is not one in all of them. Counted as whole numbers and sorted as halves they are
 * the same rows. */
static void stretches_that_lack_a_score(void **state) {
  (void)state;
  many *m = calloc(1, sizeof *m);
  assert_non_null(m);
  double pairs = 0, won[SCORES] = {0}, lost[SCORES] = {0};
  for (size_t i = 0; i < MANY; i++) {
    size_t at = i < 40000 ? 0 : i < 80000 ? 1 : 2;
    m->score[i] = (double)at;
    m->half[i] = (double)at + .5;
    m->won[i] = i < 20000 || (i >= 40000 && i % 3 == 0) || (i >= 80000 && i % 2 == 0);
    m->p[i] = i < 30000 ? .1 : i < 60000 ? .3 : .2;
    won[at] += m->won[i];
    lost[at] += !m->won[i];
  }
  for (size_t a = 0; a < SCORES; a++)
    for (size_t b = 0; b <= a; b++) pairs += won[a] * lost[b] * (a == b ? .5 : 1);
  lf_judge_rows rows = {.n = MANY, .score = m->score, .probability = m->p, .won = m->won};
  lf_judgement counted, sorted;
  assert_int_equal(lf_judge(&rows, true, NULL, &counted, NULL), LF_OK);
  rows.score = m->half;
  assert_int_equal(lf_judge(&rows, true, NULL, &sorted, NULL), LF_OK);
  double area = pairs / (won[0] + won[1] + won[2]) / (lost[0] + lost[1] + lost[2]);
  near(counted.auc.value, area, 1e-13);
  near(sorted.auc.value, area, 1e-13);
  near(counted.auc.std_error, sorted.auc.std_error, 1e-13);
  assert_int_equal(counted.hosmer_lemeshow.groups, 3); /* the probabilities .1, .2 and .3, not the scores */
  near(counted.hosmer_lemeshow.n[1], 40000, 0);
  near(counted.hosmer_lemeshow.chi2, sorted.hosmer_lemeshow.chi2, 1e-8);
  near(counted.ks, sorted.ks, 1e-13);
  free(m);
}

static void whole_scores_far_apart(void **state) {
  (void)state;
  const double far[] = {0, 5000, -7, 3e9}, close[] = {1, 2, 0, 3};
  const uint8_t won[] = {0, 1, 1, 0};
  lf_judge_rows rows = {.n = 4, .score = far, .won = won};
  lf_judgement a, b;
  assert_int_equal(lf_judge(&rows, true, NULL, &a, NULL), LF_OK);
  rows.score = close;
  assert_int_equal(lf_judge(&rows, true, NULL, &b, NULL), LF_OK);
  near(a.auc.value, b.auc.value, 0);
  near(a.auc.value, 1.0 / 4, 0); /* of four pairs one is in order: 5000 over 0 */
  near(a.lift[9].score_from, -7, 0);
}

/* Of so many rows the calibration is found from cells first. Rows of weight and rows that are copied out give
 * the same, with logits of -20 and 20 beyond the outermost cells, and certain ones that have none. */
static void calibration_of_many_rows(void **state) {
  (void)state;
  static const double logit[] = {-20, -1, 0, 1, 2, 20};
  static const size_t copies[2][6] = {{9000, 8000, 9000, 5000, 2000, 1}, {1, 4000, 8000, 9000, 8000, 9000}};
  many *m = calloc(1, sizeof *m);
  double p[14], weight[14], *noise = calloc(MANY, sizeof *noise);
  uint8_t won[14];
  assert_true(m && noise);
  size_t n = 0, few = 0;
  for (size_t w = 0; w < 2; w++)
    for (size_t k = 0; k < 7; k++) {
      size_t count = k < 6 ? copies[w][k] : 500;
      p[few] = k < 6 ? lf_expit(logit[k]) : (double)w;
      weight[few] = (double)count;
      won[few++] = (uint8_t)w;
      for (size_t i = 0; i < count; i++) {
        m->p[n] = k < 6 ? lf_expit(logit[k]) : (double)w;
        m->won[n] = (uint8_t)w;
        m->score[n] = (double)n + .5; /* a score of its own: rows of one score are not put together */
        noise[n++] = 1;
      }
    }
  assert_true(n < MANY);
  m->p[n] = .5; /* a row of no weight */
  m->won[n++] = 1;
  lf_judge_rows rows = {.n = few, .score = p, .probability = p, .won = won, .weight = weight};
  lf_judgement by_weight, by_copies;
  assert_int_equal(lf_judge(&rows, true, NULL, &by_weight, NULL), LF_OK);
  lf_judge_rows all = {.n = n, .score = m->score, .probability = m->p, .won = m->won, .weight = noise};
  assert_int_equal(lf_judge(&all, true, NULL, &by_copies, NULL), LF_OK);
  near(by_copies.calibration_left_out, 1000, 0);
  near(by_weight.calibration_left_out, 1000, 0);
  assert_true(isfinite(by_weight.calibration_slope.value));
  near(by_copies.calibration_slope.value, by_weight.calibration_slope.value, 1e-9);
  near(by_copies.calibration_intercept.value, by_weight.calibration_intercept.value, 1e-9);
  near(by_copies.calibration_slope.std_error, by_weight.calibration_slope.std_error, 1e-9);
  near(by_copies.in_the_large.value, by_weight.in_the_large.value, 1e-9);
  free(m);
  free(noise);
}

/* ---- drift ------------------------------------------------------------------------------------------- */

static void counts_refused(void **state) {
  (void)state;
  const double good[] = {5, 7}, bad[][2] = {{5, -1}, {5, NAN}, {5, INFINITY}}, none[] = {0, 0};
  double value = 0, iv = 0;
  for (size_t k = 0; k < 3; k++) {
    lf_error err = {.message = ""};
    assert_int_equal(lf_psi(good, bad[k], 2, .05, &value, NULL, &err), LF_E_USAGE);
    assert_non_null(strstr(err.message, "bin 2 has a count that is no number from 0 up"));
    assert_int_equal(lf_psi(bad[k], good, 2, .05, &value, NULL, &err), LF_E_USAGE);
    assert_int_equal(lf_woe(bad[k], good, 2, .5, NULL, &iv, &err), LF_E_USAGE);
    assert_non_null(strstr(err.message, "level 2 has a count"));
  }
  assert_int_equal(lf_psi(none, good, 2, .05, &value, NULL, NULL), LF_E_DATA);
  assert_int_equal(lf_woe(good, none, 2, .5, NULL, &iv, NULL), LF_E_DATA);
}

static void one_bin_has_no_critical_value(void **state) {
  (void)state;
  const double before[] = {5, 0}, now[] = {9, 0};
  double value = 1, critical = 0;
  assert_int_equal(lf_psi(before, now, 2, .05, &value, &critical, NULL), LF_OK);
  near(value, 0, 0);
  near(critical, NAN, 0);
}

/* A level without rows says nothing where nothing is added, and the information value leaves it out. */
static void a_level_without_rows(void **state) {
  (void)state;
  const double won[] = {6, 0, 2}, lost[] = {3, 0, 5};
  double woe[3], iv = 0;
  assert_int_equal(lf_woe(won, lost, 3, 0, woe, &iv, NULL), LF_OK);
  near(woe[1], 0, 0);
  near(woe[0], log((6.0 / 8) / (3.0 / 8)), 1e-15);
  near(iv, (6.0 / 8 - 3.0 / 8) * woe[0] + (2.0 / 8 - 5.0 / 8) * woe[2], 1e-15);
}

static void accounts_in_one_bin_widen_nothing(void **state) {
  (void)state;
  const uint16_t bin[] = {1, 1, 1, 1};
  const uint32_t cluster[] = {0, 0, 1, 1};
  const double weight[] = {1, 2, 1, 0}, nothing[] = {0, 0, 0, 0};
  double counts[2], effect = 0;
  lf_shift_rows rows = {.n = 4, .bin = bin, .cluster = cluster, .n_clusters = 2, .weight = weight};
  assert_int_equal(lf_shift_count(&rows, 2, counts, &effect, NULL), LF_OK);
  near(counts[0], 0, 0);
  near(counts[1], 4, 0);
  near(effect, 1, 0);
  rows.weight = nothing;
  assert_int_equal(lf_shift_count(&rows, 2, counts, &effect, NULL), LF_OK);
  near(effect, 1, 0);
}

/* ---- exceptions --------------------------------------------------------------------------------------- */

/* Two attributes of the same bands: patterns that are as far from chance stand by attribute, then by band. */
static void ties_of_exceptions(void **state) {
  (void)state;
  enum { ROWS = 400 };
  static int32_t score[ROWS];
  static double expected[ROWS];
  static uint8_t won[ROWS];
  static uint16_t code[ROWS];
  const uint16_t *codes[] = {code, code};
  const size_t bands[] = {2, 2};
  for (size_t i = 0; i < ROWS; i++) {
    code[i] = (uint16_t)(i % 2);
    score[i] = 0;
    expected[i] = .5;
    won[i] = i % 4 < 2 || i % 20 == 2 || i % 20 == 3; /* both bands win 60 of 100 */
  }
  lf_exception_rows rows = {.n = ROWS,
                            .score = score,
                            .threshold = 1,
                            .won = won,
                            .expected = expected,
                            .n_attributes = 2,
                            .code = codes,
                            .n_bands = bands};
  lf_exceptions *e = NULL;
  assert_int_equal(lf_exceptions_make(&rows, &e, NULL), LF_OK);
  near(e->below.rows, ROWS, 0);
  near(e->below.won, .6 * ROWS, 0);
  assert_int_equal(e->tested, 6); /* four bands, and of four pairs the two that are there */
  assert_int_equal(e->below.n_patterns, 6);
  static const size_t want[][4] = {{0, SIZE_MAX, 0, 0}, {0, SIZE_MAX, 1, 0}, {0, 1, 0, 0},
                                   {0, 1, 1, 1},        {1, SIZE_MAX, 0, 0}, {1, SIZE_MAX, 1, 0}};
  bool seen[6] = {false};
  for (size_t k = 0; k < 6; k++) {
    const lf_exception_pattern *p = &e->below.patterns[k];
    near(p->z, (120 - 100) / sqrt(200 * .25), 1e-12);
    for (size_t t = 0; t < 6; t++)
      if (p->attribute[0] == want[t][0] && p->attribute[1] == want[t][1] && p->band[0] == want[t][2] &&
          p->band[1] == want[t][3])
        seen[t] = true;
    if (!k) continue;
    const lf_exception_pattern *before = p - 1;
    assert_true(before->attribute[0] < p->attribute[0] ||
                (before->attribute[0] == p->attribute[0] &&
                 (before->band[0] < p->band[0] ||
                  (before->band[0] == p->band[0] && before->attribute[1] < p->attribute[1]))));
  }
  for (size_t t = 0; t < 6; t++) assert_true(seen[t]);
  lf_exceptions_free(e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(amounts_below_zero),
      cmocka_unit_test(amounts_that_leave_nothing_to_order),
      cmocka_unit_test(rows_refused),
      cmocka_unit_test(a_score_that_is_none_is_not_compared),
      cmocka_unit_test(all_won),
      cmocka_unit_test(nobody_expected_to_win),
      cmocka_unit_test(one_account),
      cmocka_unit_test(stretches_that_lack_a_score),
      cmocka_unit_test(whole_scores_far_apart),
      cmocka_unit_test(calibration_of_many_rows),
      cmocka_unit_test(counts_refused),
      cmocka_unit_test(one_bin_has_no_critical_value),
      cmocka_unit_test(a_level_without_rows),
      cmocka_unit_test(accounts_in_one_bin_widen_nothing),
      cmocka_unit_test(ties_of_exceptions),
  };
  return cmocka_run_group_tests_name("judge at its edges", tests, NULL, NULL);
}
