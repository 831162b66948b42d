/* Which training rows set the level of the probabilities: all of them while the base rate stays, the newest
 * where it moved. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "card/build.h"
#include "history_case.h"

enum { ROWS = 4000, SCORES = 21, WORLDS = 20 };
static const double intercept = -3, slope = 0.2;

/* Rows in order of time; won with expit(intercept + slope * score), from row `from` on with `jump` more. */
static lf_card_build calibrated(uint64_t seed, size_t from, double jump) {
  static uint8_t won[ROWS];
  static int32_t score[ROWS];
  lf_scorecard card = {.maximum = SCORES - 1};
  lf_history history = {.date_is_row = true, .n_train = ROWS, .n_rows = ROWS, .won = won};
  lf_card_fit fit = {.in_time = true, .slope = 1};
  lf_card_build build = {.card = &card};
  lf_error err = {0};
  for (size_t i = 0; i < ROWS; i++) {
    score[i] = (int32_t)(noise(seed, 2 * i) * SCORES);
    won[i] = noise(seed, 2 * i + 1) < lf_expit(intercept + slope * score[i] + (i >= from ? jump : 0));
  }
  if (lf_card_calibrate(&history, &fit, score, NULL, &build, &err) != LF_OK) fail_msg("%s", err.message);
  build.rounding = card.intercept + card.slope * 10; /* the log-odds in the middle, for the tests */
  return build;
}

/* One standard error allows one in six worlds to prefer fewer rows; so many that do not is beyond chance for
 * a rule that prefers the newest. */
static void all_rows_set_a_level_that_stays(void **state) {
  (void)state;
  size_t all = 0;
  double squares = 0;
  for (uint64_t seed = 1; seed <= WORLDS; seed++) {
    lf_card_build build = calibrated(seed, ROWS, 0);
    double off = build.rounding - (intercept + 10 * slope);
    all += build.level_window >= 0.5;
    squares += off * off;
  }
  assert_true(all >= 16);
  /* 4,000 rows with p (1 - p) near 0.2 know the level to 0.035; an eighth of them to 0.1. */
  assert_true(sqrt(squares / WORLDS) < 0.06);
}

static void the_newest_rows_set_a_level_that_moved(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= WORLDS; seed++) {
    lf_card_build build = calibrated(seed, ROWS * 3 / 4, 1.2);
    assert_true(build.level_window <= 0.25);
    assert_true(fabs(build.rounding - (intercept + 10 * slope + 1.2)) < 0.45);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_rows_set_a_level_that_stays),
      cmocka_unit_test(the_newest_rows_set_a_level_that_moved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
