/* One lead through the public API: the sums are done by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "card/card.h"
#include "leadfit.h"

static const char card_text[] =
    "{\"format\": \"leadfit-scoring/1\", \"score\": {\"minimum\": 0, \"maximum\": 30,"
    " \"probability\": {\"intercept\": -2, \"slope\": 0.1}},"
    " \"attributes\": ["
    "  {\"name\": \"Employees\", \"kind\": \"number\", \"bands\": ["
    "    {\"label\": \"small\", \"to\": 50, \"points\": 0}, {\"label\": \"large\", \"from\": 50, \"points\": "
    "20},"
    "    {\"label\": \"missing\", \"missing\": true, \"points\": 5}, {\"label\": \"other\", \"other\": true, "
    "\"points\": 5}]},"
    "  {\"name\": \"Source\", \"kind\": \"category\", \"bands\": ["
    "    {\"label\": \"Web\", \"values\": [\"Web\"], \"points\": 0}, {\"label\": \"Referral\", \"values\": "
    "[\"Referral\"], \"points\": 10},"
    "    {\"label\": \"missing\", \"missing\": true, \"points\": 3}, {\"label\": \"other\", \"other\": true, "
    "\"points\": 4}]}],"
    " \"mql\": {\"threshold\": 20}, \"grades\": [{\"label\": \"A\", \"from\": 20}, {\"label\": \"D\", "
    "\"from\": 0}]}";

static int load(void **state) {
  json_t *root = NULL;
  lf_scorecard *card = NULL;
  lf_error err = {0};
  if (lf_tree_parse("card.json", card_text, sizeof card_text - 1, false, &root, &err) != LF_OK)
    fail_msg("%s", err.message);
  lf_status status = lf_scorecard_parse(root, "card.json", &card, &err);
  json_decref(root);
  if (status != LF_OK) fail_msg("%s", err.message);
  *state = card;
  return 0;
}

static int release(void **state) {
  lf_scorecard_free(*state);
  return 0;
}

static lf_lead_score lead(void **state, const char *employees, const char *source) {
  const char *const names[] = {"Source", "Employees"};
  const char *const values[] = {source, employees};
  lf_lead_score out;
  assert_int_equal(lf_scorecard_lead(*state, names, values, 2, &out, NULL), LF_OK);
  return out;
}

static void points_add_up(void **state) {
  assert_int_equal(lead(state, "49.99", "Web").score, 0);
  assert_int_equal(lead(state, "50", "Referral").score, 30);
  assert_int_equal(lead(state, NULL, "Web").score, 5);
  assert_int_equal(lead(state, "120", NULL).score, 23);
  assert_int_equal(lead(state, "120", "Carrier pigeon").score, 24);
  assert_int_equal(lead(state, NULL, NULL).score, 8);
}

static void what_follows_from_the_score(void **state) {
  lf_lead_score good = lead(state, "50", "Web"), bad = lead(state, "10", "Referral");
  assert_true(good.qualified);
  assert_string_equal(good.grade, "A");
  assert_true(fabs(good.probability - 0.5) < 1e-15); /* expit(-2 + 0.1 * 20) */
  assert_true(isnan(good.expected_revenue));         /* the card knows no amount */
  assert_false(bad.qualified);
  assert_string_equal(bad.grade, "D");
}

static void a_column_that_is_not_there_is_missing(void **state) {
  lf_lead_score out;
  assert_int_equal(lf_scorecard_lead(*state, NULL, NULL, 0, &out, NULL), LF_OK);
  assert_int_equal(out.score, 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(points_add_up, load, release),
      cmocka_unit_test_setup_teardown(what_follows_from_the_score, load, release),
      cmocka_unit_test_setup_teardown(a_column_that_is_not_there_is_missing, load, release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
