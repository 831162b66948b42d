/* Evidence on histories whose truth is known: whether what was planted is found. How often luck is taken for
 * it: test_evidence_rates.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/glm.h"
#include "evidence/linear_boot.h"
#include "evidence_world.h"

/* ---- what was planted
 * ---------------------------------------------------------------------------------------------------------
 */

static void what_is_planted_is_found(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 7,
                              .rows = 8000,
                              .intercept = -1.3,
                              .number = 0.7,
                              .category = 0.3,
                              .flag = 0.7,
                              .size = 0.7},
                     2);
  const lf_attribute_evidence *number = named(&s, "Number"), *flag = named(&s, "Flag");
  assert_int_equal(number->verdict, LF_PREDICTS_REVENUE);
  assert_true(number->through_win && !number->through_size);
  /* two standard deviations of the true log-odds lie between a high and a low lead */
  assert_true(fabs(number->win.effect.log_ratio - 2 * 0.7) < 0.2);
  assert_int_equal(flag->verdict, LF_PREDICTS_REVENUE);
  assert_true(flag->through_win && flag->through_size);
  assert_true(fabs(flag->size.effect.log_ratio - 2 * 0.7 * sqrt(0.24)) < 0.15);
  assert_int_equal(named(&s, "Category")->verdict, LF_PREDICTS_REVENUE);
  assert_true(s.evidence->noise.smallest_p > 1e-4 &&
              s.evidence->noise.loss_increase < number->win.loss_increase.value / 10);
  study_free(&s);
}

static void nil_and_plenty_is_no_meaningful_difference(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 3, .rows = 50000, .intercept = -0.4, .number = 0.5}, 2);
  assert_int_equal(named(&s, "IdleFlag")->verdict, LF_NO_DIFFERENCE);
  assert_int_equal(named(&s, "IdleNumber")->verdict, LF_NO_DIFFERENCE);
  assert_int_equal(named(&s, "Number")->verdict, LF_PREDICTS_REVENUE);
  study_free(&s);
}

static void little_is_not_enough(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 4, .rows = 600, .intercept = -1.1}, 1);
  const lf_attribute_evidence *a = named(&s, "IdleNumber");
  assert_int_equal(a->verdict, LF_NOT_ENOUGH);
  assert_true(isnan(a->more_wins) || a->more_wins > 0);
  study_free(&s);
}

static void a_whale_is_flagged(void **state) {
  (void)state;
  world w = {.seed = 7, .rows = 6000, .intercept = -1.1, .flag = 0.6, .number = 0.6};
  study calm = study_of(&w, 1);
  w.whales = 3;
  study s = study_of(&w, 1);
  assert_false(named(&calm, "Flag")->revenue.whale);
  assert_true(named(&s, "Flag")->revenue.whale);
  assert_true(s.evidence->top_amount_share > 0.3 && calm.evidence->top_amount_share < 0.2);
  study_free(&s);
  study_free(&calm);
}

static void a_confounder_raises_the_alarm(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 6, .rows = 8000, .intercept = 0.5, .confounded = true}, 1);
  const lf_attribute_evidence *a = named(&s, "Discount");
  assert_true(a->simpson);
  assert_string_equal(s.evidence->items[a->confounder].name, "Hard");
  assert_true(a->win.raw.log_ratio < 0 && a->win.effect.log_ratio > 0);
  assert_false(named(&s, "Hard")->simpson);
  assert_false(named(&s, "IdleNumber")->simpson);
  study_free(&s);
}

static void threads_do_not_change_a_bit(void **state) {
  (void)state;
  world w = {.seed = 8, .rows = 5000, .rows_an_account = 2, .intercept = -1, .number = 0.5, .size = 0.3};
  study one = study_of(&w, 1), many_threads = study_of(&w, 4);
  for (size_t t = 0; t < one.evidence->n; t++) {
    const lf_attribute_evidence *a = &one.evidence->items[t], *b = &many_threads.evidence->items[t];
    assert_memory_equal(&a->win.effect, &b->win.effect, sizeof a->win.effect);
    assert_memory_equal(&a->revenue.boot_low, &b->revenue.boot_low, sizeof a->revenue.boot_low);
    assert_memory_equal(&a->revenue.gini_loss, &b->revenue.gini_loss, sizeof a->revenue.gini_loss);
    assert_string_equal(a->because, b->because);
  }
  study_free(&one);
  study_free(&many_threads);
}

/* ---- arithmetic
 * ------------------------------------------------------------------------------------------------------------------
 */

/* One column of 0 and 1: the Poisson, Gamma and normal fits are the groups' means. Clustered by pairs of
 * equal rows, the variance doubles. */
static void two_groups_have_their_means(void **state) {
  (void)state;
  double x[] = {0, 0, 0, 0, 1, 1, 1, 1}, y[] = {1, 1, 3, 3, 4, 4, 12, 12};
  uint32_t pair[] = {0, 0, 1, 1, 2, 2, 3, 3};
  const double *columns[] = {x};
  for (int family = LF_FAMILY_GAMMA; family <= LF_FAMILY_NORMAL; family++) {
    lf_dense d = {.family = (lf_family)family, .n = 8, .k = 1, .x = columns, .n_groups = 1, .y = y};
    lf_dense_fit *rows = NULL, *pairs = NULL;
    assert_int_equal(lf_dense_solve(&d, NULL, NULL, &rows, NULL), LF_OK);
    d.cluster = pair;
    d.n_clusters = 4;
    assert_int_equal(lf_dense_solve(&d, NULL, NULL, &pairs, NULL), LF_OK);
    double want = family == LF_FAMILY_NORMAL ? 8 - 2 : log(8.0 / 2);
    assert_true(fabs(rows->b[1] - want) < 1e-9);
    assert_true(fabs(pairs->covariance[3] / rows->covariance[3] - 2 * 4.0 / 3) < 1e-9);
    lf_dense_fit_free(rows);
    lf_dense_fit_free(pairs);
  }
}

/* [4 2; 2 3] has the inverse [3 -2; -2 4] / 8; a third row that is the sum of two has none. */
static void sweeping_inverts(void **state) {
  (void)state;
  double a[] = {4, 2, 6, 2, 3, 5, 6, 5, 11};
  const double want[] = {0.375, -0.25, 0, -0.25, 0.5, 0, 0, 0, 0};
  bool aliased[3];
  double work[3];
  assert_int_equal(lf_sweep(a, 3, aliased, work), 2);
  assert_true(!aliased[0] && !aliased[1] && aliased[2]);
  for (size_t i = 0; i < 9; i++) assert_true(fabs(a[i] - want[i]) < 1e-12);
}

/* Draws are Poisson(1), independent between replicates; a total of 3,000 units has the variance of its sum of
 * squares. */
static void draws_are_poisson(void **state) {
  enum { UNITS = 3000, REPLICATES = 400 };
  (void)state;
  double *draws = malloc(sizeof *draws * UNITS * REPLICATES), *x = malloc(sizeof *x * UNITS), *sums = NULL;
  double sum = 0, squares = 0, none = 0, product = 0, variance = 0, want = 0;
  assert_true(draws && x);
  lf_linear_boot_draws(7, 0, UNITS, 0, REPLICATES, draws);
  for (size_t i = 0; i < (size_t)UNITS * REPLICATES; i++) {
    sum += draws[i];
    squares += (draws[i] - 1) * (draws[i] - 1);
    none += draws[i] == 0;
    if (i % REPLICATES) product += (draws[i] - 1) * (draws[i - 1] - 1);
  }
  double n = (double)UNITS * REPLICATES;
  assert_true(fabs(sum / n - 1) < 4 / sqrt(n));
  assert_true(fabs(squares / n - 1) < 8 / sqrt(n)); /* the fourth moment is 4, so the deviation sqrt 3 */
  assert_true(fabs(none / n - exp(-1)) < 4 * 0.49 / sqrt(n));
  assert_true(fabs(product / n) < 4 / sqrt(n));
  for (size_t u = 0; u < UNITS; u++) {
    x[u] = noise(3, u);
    want += x[u] * x[u];
  }
  lf_linear_boot boot = {.moves = x, .n_units = UNITS, .width = 1, .replicates = REPLICATES, .seed = 7};
  assert_int_equal(lf_linear_boot_run(&boot, NULL, &sums, NULL), LF_OK);
  for (size_t r = 0; r < REPLICATES; r++) variance += sums[r] * sums[r] / REPLICATES;
  assert_true(fabs(variance / want - 1) < 4 * sqrt(2.0 / REPLICATES));
  free(draws);
  free(x);
  free(sums);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sweeping_inverts),
      cmocka_unit_test(draws_are_poisson),
      cmocka_unit_test(two_groups_have_their_means),
      cmocka_unit_test(what_is_planted_is_found),
      cmocka_unit_test(little_is_not_enough),
      cmocka_unit_test(a_whale_is_flagged),
      cmocka_unit_test(a_confounder_raises_the_alarm),
      cmocka_unit_test(threads_do_not_change_a_bit),
      cmocka_unit_test(nil_and_plenty_is_no_meaningful_difference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
