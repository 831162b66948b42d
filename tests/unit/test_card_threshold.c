/* The threshold and the grades on eight leads counted by hand, by each of the three rules. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card/build.h"

enum { LEADS = 8 };

/* Scores 0 1 1 2 3 3 3 4; of those at 3 all win, at 2 one of one, at 4 none of one, at 0 and 1 none. */
static const int32_t scores[LEADS] = {0, 1, 1, 2, 3, 3, 3, 4};
static const uint8_t outcomes[LEADS] = {0, 0, 0, 1, 1, 1, 1, 0};

typedef struct made {
  lf_scorecard *card;
  lf_status status;
  lf_error err;
} made;

/* Days 0 to 60 are 61 / 30.4375 = 2.004 months; the day of one lead is not known. */
static made threshold_of(lf_threshold_options options, bool dated, const double *weight) {
  static double days[LEADS] = {0, 10, NAN, 20, 30, 40, 50, 60};
  static lf_column column = {.kind = LF_KIND_DATE, .store = LF_STORE_DOUBLES, .width = 8};
  static uint8_t won[LEADS];
  static double weights[LEADS];
  column.cells = days;
  memcpy(won, outcomes, sizeof won);
  if (weight) memcpy(weights, weight, sizeof weights);
  lf_table table = {.n_rows = LEADS, .n_columns = 1, .columns = &column};
  lf_history history = {.table = &table,
                        .n_train = LEADS,
                        .n_rows = LEADS,
                        .won = won,
                        .date = dated ? 0 : SIZE_MAX,
                        .weight = weight ? weights : NULL,
                        .amount = SIZE_MAX};
  made m = {.err = {.message = ""}};
  assert_int_equal(lf_scorecard_new(&m.card, NULL), LF_OK);
  m.card->maximum = 4;
  m.card->intercept = -2;
  m.card->slope = 1;
  m.card->has_probability = true;
  m.status = lf_card_threshold(&history, scores, &options, m.card, &m.err);
  return m;
}

static double expected_of(const made *m, const char *key) {
  return json_number_value(json_object_get(m->card->expected, key));
}

static void capacity_counts_leads_a_month(void **state) {
  (void)state;
  static const struct {
    double capacity;
    int threshold;
  } cases[] = {{0.1, 4} /* even the best are too many: they qualify all the same */,
               {0.5, 4},
               {1.9, 4}, /* 4 leads from score 3 on are 1.996 a month */
               {2, 3},
               {2.5, 2},
               {3.4, 2}, /* 7 from score 1 on are 3.493 */
               {3.5, 1},
               {100, 1}}; /* a threshold that all reach parts nobody */
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    made m =
        threshold_of((lf_threshold_options){.capacity = cases[k].capacity, .precision = NAN}, true, NULL);
    assert_int_equal(m.status, LF_OK);
    if (m.card->threshold != cases[k].threshold)
      fail_msg("capacity %g: %d", cases[k].capacity, m.card->threshold);
    assert_non_null(strstr(m.card->threshold_rule, "leads a month qualify (capacity)"));
    lf_scorecard_free(m.card);
  }
  made m = threshold_of((lf_threshold_options){.capacity = 2, .precision = NAN}, false, NULL);
  assert_int_equal(m.status, LF_E_USAGE);
  assert_non_null(strstr(m.err.message, "--capacity counts leads a month, and no date column is known"));
  lf_scorecard_free(m.card);
}

/* From 4, 3, 2, 1, 0 on win 0 of 1, 3 of 4, 4 of 5, 4 of 7, 4 of 8. */
static void precision_takes_the_lowest_score_that_keeps_it(void **state) {
  (void)state;
  static const struct {
    double precision;
    int threshold;
  } cases[] = {{.8, 2}, {.76, 2}, {.75, 2}, {.57, 1}, {.5, 1}, {.1, 1}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    made m =
        threshold_of((lf_threshold_options){.capacity = NAN, .precision = cases[k].precision}, false, NULL);
    assert_int_equal(m.status, LF_OK);
    if (m.card->threshold != cases[k].threshold)
      fail_msg("precision %g: %d", cases[k].precision, m.card->threshold);
    assert_non_null(strstr(m.card->threshold_rule, "or better (precision)"));
    lf_scorecard_free(m.card);
  }
  made m = threshold_of((lf_threshold_options){.capacity = NAN, .precision = .81}, false, NULL);
  assert_int_equal(m.status, LF_E_DATA);
  assert_non_null(strstr(m.err.message, "no threshold reaches a win rate of 0.81"));
  lf_scorecard_free(m.card);
}

/* Without either the lowest score whose probability is the average one: (p0 + 2 p1 + p2 + 3 p3 + p4) / 8 =
 * .55, p2 = .5, p3 = .73. */
static void else_the_average_lead(void **state) {
  (void)state;
  made m = threshold_of((lf_threshold_options){.capacity = NAN, .precision = NAN}, false, NULL);
  assert_int_equal(m.status, LF_OK);
  assert_int_equal(m.card->threshold, 3);
  assert_true(expected_of(&m, "leads") == 4 && expected_of(&m, "won") == 3);
  assert_true(expected_of(&m, "share_leads") == .5 && expected_of(&m, "win_rate") == .75 &&
              expected_of(&m, "share_won") == .75);
  /* of the four that qualify the one at 4 is within a third; below, one of four is within a half, three are
   * not */
  static const int from[] = {4, 3, 2, 0};
  assert_int_equal(m.card->n_grades, 4);
  for (size_t g = 0; g < 4; g++) assert_int_equal(m.card->grades[g].from, from[g]);
  lf_scorecard_free(m.card);
  /* where the three at 3 count nothing the average is .44, and the score 2 has more */
  const double weight[LEADS] = {1, 1, 1, 1, 0, 0, 0, 1};
  m = threshold_of((lf_threshold_options){.capacity = NAN, .precision = NAN}, false, weight);
  assert_int_equal(m.card->threshold, 2);
  assert_true(expected_of(&m, "leads") == 2 && expected_of(&m, "won") == 1 &&
              expected_of(&m, "share_won") == 1);
  lf_scorecard_free(m.card);
}

/* Where nobody won, or every score is the same, there is no share to tell and no threshold. */
static void nothing_to_part(void **state) {
  (void)state;
  const double lost[LEADS] = {1, 1, 1, 0, 0, 0, 0, 0};
  made m = threshold_of((lf_threshold_options){.capacity = NAN, .precision = NAN}, false, lost);
  assert_int_equal(m.status, LF_OK);
  assert_true(json_is_null(json_object_get(m.card->expected, "share_won")));
  lf_scorecard_free(m.card);
  lf_history history = {.n_train = LEADS};
  const lf_threshold_options options = {.capacity = NAN, .precision = NAN};
  assert_int_equal(lf_scorecard_new(&m.card, NULL), LF_OK);
  assert_int_equal(lf_card_threshold(&history, scores, &options, m.card, NULL), LF_OK);
  assert_false(m.card->has_threshold);
  assert_int_equal(m.card->n_grades, 0);
  lf_scorecard_free(m.card);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(capacity_counts_leads_a_month),
      cmocka_unit_test(precision_takes_the_lowest_score_that_keeps_it),
      cmocka_unit_test(else_the_average_lead),
      cmocka_unit_test(nothing_to_part),
  };
  return cmocka_run_group_tests_name("card thresholds", tests, NULL, NULL);
}
