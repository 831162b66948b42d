/* The headline: what is said of which figures, and each caution from its cause and from no other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "report_case.h"

static json_t *report_with_auc(double value, double low, double high) {
  json_t *report =
      tree_of("{\"holdout\": {\"rows\": 1000, \"won\": 300, \"auc\": {}}, \"split\": {\"kind\": \"time\"}}");
  json_t *auc = json_object_get(json_object_get(report, "holdout"), "auc");
  if (!isnan(value)) json_object_set_new(auc, "value", json_real(value));
  if (!isnan(low)) json_object_set_new(auc, "ci_low", json_real(low));
  if (!isnan(high)) json_object_set_new(auc, "ci_high", json_real(high));
  return report;
}

static const char *said(json_t *report, const char *key) {
  lf_error err = {0};
  if (lf_report_headline(report, &err) != LF_OK) fail_msg("%s", err.message);
  const char *text = json_string_value(json_object_get(json_object_get(report, "headline"), key));
  assert_non_null(text);
  return text;
}

static void one_score_for_all(void **state) {
  (void)state;
  json_t *report = report_with_auc(0.5, 0.5, 0.5);
  json_object_set_new(json_object_get(report, "holdout"), "distinct_scores", json_integer(1));
  has(said(report, "works"), "every lead gets the same score");
  assert_null(strstr(said(report, "works"), "of 100 pairs"));
  json_decref(report);
}

static void state_follows_the_interval(void **state) {
  static const struct {
    double value, low, high;
    const char *want, *opens;
  } cases[] = {
      {0.85, 0.83, 0.87, "works", "The score works well: "},
      {0.75, 0.72, 0.78, "works", "The score works: "},
      {0.65, 0.62, 0.68, "works", "The score works, modestly: "},
      {0.56, 0.53, 0.59, "weak", "The score helps only a little: "},
      {0.62, 0.48, 0.76, "not shown", "The score is not shown to work: "},
      {0.52, 0.49, 0.55, "does not work", "The score does not work: "},
      {0.517, 0.505, 0.529, "does not work", "The score does not work: "}, /* sure, and of no use */
      {0.45, 0.40, 0.49, "does not work", "The score does not work: "},
      {0.70, 0.50, 0.90, "not shown", "The score is not shown to work: "},
      {0.40, NAN, NAN, "does not work", "The score does not work: "},
      {NAN, NAN, NAN, "cannot be judged", "Whether the score works is not known: "},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *report = report_with_auc(cases[i].value, cases[i].low, cases[i].high);
    assert_string_equal(said(report, "state"), cases[i].want);
    assert_memory_equal(said(report, "works"), cases[i].opens, strlen(cases[i].opens));
    json_decref(report);
  }
}

/* The holdout judges: where it sees nothing the score does not work; where it does, and the folds in time did
 * not, it may not last. */
static void a_signal_that_does_not_last_is_not_to_be_used(void **state) {
  (void)state;
  json_t *report = report_with_auc(0.66, 0.64, 0.68);
  json_object_set_new(report, "selection",
                      tree_of("{\"signal\": {\"lasting\": false, \"sentence\": \"It fades.\"}}"));
  json_object_set_new(report, "mql", tree_of("{\"threshold\": 40}"));
  assert_string_equal(said(report, "state"), "not shown");
  has(said(report, "works"), "The score is not shown to last: ");
  has(said(report, "works"), "It fades.");
  has(said(report, "change"), "Do not use this threshold");
  json_object_set_new(json_object_get(report, "holdout"), "auc",
                      tree_of("{\"value\": 0.52, \"ci_low\": 0.49, \"ci_high\": 0.55}"));
  assert_string_equal(said(report, "state"), "does not work");
  has(said(report, "works"), "It fades.");
  json_decref(report);
}

static void the_threshold_is_told_in_counts(void **state) {
  (void)state;
  json_t *report = report_with_auc(0.75, 0.72, 0.78);
  json_object_set_new(
      report, "mql", tree_of("{\"threshold\": 40, \"expected\": {\"share_leads\": 0.2, \"win_rate\": 0.6}}"));
  has(said(report, "change"),
      "from 40 points. Going by the training leads, 20.0% of leads reach it and 60.0% of those win");
  json_object_set_new(
      report, "thresholds",
      tree_of(
          "[{\"threshold\": 30, \"rows\": 500, \"won\": 200},"
          " {\"threshold\": 40, \"rows\": 200, \"won\": 120, \"share_won\": 0.4, \"share_amount\": 0.55}]"));
  has(said(report, "change"),
      "Call a lead an MQL from 40 points. 200 of 1,000 holdout leads reach it, 120 of those won (60.0%, "
      "against 30.0% of all). That is 40.0% of the wins and 55.0% of the revenue.");
  json_decref(report);
}

static void same_predicts(const char *report_text, const char *want) {
  json_t *report = tree_of(report_text);
  (void)said(report, "state");
  char *got = json_dumps(json_object_get(json_object_get(report, "headline"), "predicts"), JSON_COMPACT);
  assert_string_equal(got, want);
  free(got);
  json_decref(report);
}

/* Much of a score that rests on columns nobody has vouched for is said where it is praised; little is not. */
static void what_rests_on_columns_asked_about(void **state) {
  json_t *report = report_with_auc(0.94, 0.93, 0.95);
  (void)state;
  assert_null(strstr(said(report, "works"), "Without"));
  json_object_set_new(
      report, "asked_about",
      tree_of("{\"columns\": 5, \"auc_with\": {\"value\": 0.94}, \"auc_without\": {\"value\": 0.81, "
              "\"ci_low\": 0.79, \"ci_high\": 0.83}}"));
  has(said(report, "works"),
      "A coin gets 50. Without the 5 columns that are asked about below, in 81 of 100 pairs (95% "
      "interval 79 to 83).");
  json_object_set_new(
      report, "asked_about",
      tree_of("{\"columns\": 1, \"auc_with\": {\"value\": 0.94}, \"auc_without\": {\"value\": 0.9}}"));
  has(said(report, "works"), "Without the column that is asked about below, in 90 of 100 pairs.");
  json_object_set_new(
      report, "asked_about",
      tree_of("{\"columns\": 5, \"auc_with\": {\"value\": 0.94}, \"auc_without\": {\"value\": 0.93}}"));
  assert_null(strstr(said(report, "works"), "Without"));
  json_decref(report);
}

/* What the judging leads do not bear out is not said of all leads, and no threshold is recommended by it. */
static void what_is_not_confirmed_is_not_a_fact(void **state) {
  static const struct {
    double value, low, high;
    bool confirmed;
    const char *change;
  } cases[] = {
      {0.75, 0.72, 0.78, true, "Call a lead an MQL from 40 points"},
      {0.59, 0.56, 0.62, true, "Call a lead an MQL from 40 points"},
      {0.56, 0.53, 0.59, true, "Better not use this threshold"},
      {0.52, 0.49, 0.55, false, "Do not use this threshold"},
      {0.62, 0.48, 0.76, false, "Do not use this threshold"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *bytes = NULL;
    size_t n = 0;
    lf_error err = {0};
    json_t *report = report_with_auc(cases[i].value, cases[i].low, cases[i].high);
    json_object_set_new(report, "mql", tree_of("{\"threshold\": 40}"));
    json_object_set_new(report, "attributes",
                        tree_of("[{\"name\": \"Size\", \"verdict\": \"predicts closed revenue\"}]"));
    assert_memory_equal(said(report, "change"), cases[i].change, strlen(cases[i].change));
    assert_int_equal(lf_report_terminal(report, false, 100, &bytes, &n, &err), LF_OK);
    has(bytes, cases[i].confirmed ? "Predicts   Size"
                                  : "Predicts   though the leads that judge do not bear the score out: Size");
    free(bytes);
    assert_int_equal(lf_report_html(report, &bytes, &n, &err), LF_OK);
    assert_int_equal(strstr(bytes, ", though the leads that judge do not bear the score out</h2>") == NULL,
                     cases[i].confirmed);
    free(bytes);
    json_decref(report);
  }
}

static void what_predicts_goes_by_verdict_else_by_range(void **state) {
  (void)state;
  same_predicts("{\"card\": [{\"name\": \"z\", \"weight_range\": 9}],"
                "\"holdout\": {\"rows\": 900, \"auc\": {\"value\": 0.5, \"ci_low\": 0.4, \"ci_high\": 0.6}}}",
                "[]");
  same_predicts("{\"attributes\": [{\"name\": \"b\", \"verdict\": \"predicts closed revenue\"},"
                "{\"name\": \"a\", \"verdict\": \"not enough evidence\"},"
                "{\"name\": \"c\", \"verdict\": \"predicts winning, not revenue\"}], \"card\": [{\"name\": "
                "\"z\", \"weight_range\": 9}]}",
                "[\"b\",\"c\"]");
  same_predicts("{\"attributes\": [{\"name\": \"a\", \"verdict\": \"not enough evidence\"}],"
                "\"card\": [{\"name\": \"z\", \"weight_range\": 9}]}",
                "[]");
  same_predicts("{\"card\": [{\"name\": \"a\", \"weight_range\": 1}, {\"name\": \"b\", \"weight_range\": 3},"
                "{\"name\": \"c\", \"weight_range\": 3}, {\"name\": \"d\", \"weight_range\": 0},"
                "{\"name\": \"e\", \"bands\": [{\"points\": 2}, {\"points\": 4}]}]}",
                "[\"b\",\"c\",\"e\",\"a\"]");
}

static size_t cautions(json_t *report, const char *part) {
  (void)said(report, "state");
  json_t *list = json_object_get(json_object_get(report, "headline"), "cautions");
  size_t i, found = 0;
  json_t *caution;
  json_array_foreach(list, i, caution) found += strstr(json_string_value(caution), part) != NULL;
  return part[0] != '\0' ? found : json_array_size(list);
}

/* A sound report raises none; each trouble raises its own and no other. */
static void each_caution_has_its_cause(void **state) {
  static const char *const cases[][2] = {
      {"{\"data\": {\"columns\": [{\"name\": \"Tags\", \"suspicion\": \"when?\"}]}}",
       "Ask when \xE2\x80\x9CTags\xE2\x80\x9D is known"},
      {"{\"model\": {\"converged\": false}}", "did not converge"},
      {"{\"model\": {\"warnings\": [\"a\", \"b\"]}}", "raised 2 warnings"},
      {"{\"split\": {\"kind\": \"hash\"}}", "--date"},
      {"{\"selection\": {\"drifting\": [{\"attribute\": \"rate\"}]}}",
       "\xE2\x80\x9Crate\xE2\x80\x9D has values among recent leads"},
      {"{\"training_cv\": {\"auc\": {\"value\": 0.83}}}", "(75 against 83 of 100 pairs)"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 40, \"auc\": {\"value\": 0.75, \"ci_low\": 0.7, \"ci_high\": "
       "0.8}}}",
       "Only 40 wins judge"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 970, \"auc\": {\"value\": 0.75, \"ci_low\": 0.7, "
       "\"ci_high\": 0.8}}}",
       "Only 30 losses judge"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 300, \"auc\": {\"value\": 0.97, \"ci_low\": 0.96, "
       "\"ci_high\": 0.98}}}",
       "known only after the outcome"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 300, \"auc\": {\"value\": 0.75, \"ci_low\": 0.7, "
       "\"ci_high\": 0.8},"
       "\"calibration\": {\"in_the_large\": -0.4, \"in_the_large_low\": -0.6, \"in_the_large_high\": -0.2,"
       "\"bins\": [{\"rows\": 1000, \"mean_probability\": 0.4}]}}}",
       "promise too much: it expected 400 wins and 300 came"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 300, \"auc\": {\"value\": 0.75, \"ci_low\": 0.7, "
       "\"ci_high\": 0.8},"
       "\"calibration\": {\"slope\": 0.7, \"slope_low\": 0.6, \"slope_high\": 0.8}}}",
       "too sure of themselves"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 300, \"auc\": {\"value\": 0.75, \"ci_low\": 0.7, "
       "\"ci_high\": 0.8},"
       "\"log_loss\": 0.62, \"null_log_loss\": 0.61}}",
       "no better than one win rate for all would (log loss 0.6200 against 0.6100)"},
  };
  (void)state;
  json_t *sound = report_with_auc(0.75, 0.72, 0.78);
  assert_int_equal(cautions(sound, ""), 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *report = json_deep_copy(sound), *trouble = tree_of(cases[i][0]);
    assert_int_equal(json_object_update(report, trouble), 0);
    if (cautions(report, cases[i][1]) != 1) fail_msg("case %zu: no caution \"%s\"", i, cases[i][1]);
    assert_int_equal(cautions(report, ""), 1);
    json_decref(trouble);
    json_decref(report);
  }
  json_decref(sound);
}

/* An interval that holds what it should, or a difference that matters to nobody, raises nothing. */
static void sound_calibration_is_left_alone(void **state) {
  (void)state;
  json_t *report =
      tree_of("{\"holdout\": {\"rows\": 90000, \"won\": 30000, \"auc\": {\"value\": 0.75, "
              "\"ci_low\": 0.74, \"ci_high\": 0.76},"
              "\"calibration\": {\"slope\": 0.97, \"slope_low\": 0.96, \"slope_high\": 0.98,"
              "\"in_the_large\": -0.3, \"in_the_large_low\": -0.7, \"in_the_large_high\": 0.1}}}");
  assert_int_equal(cautions(report, ""), 0);
  json_decref(report);
}

/* Each caution from its cause; without it, none. */
static void cautions_come_from_their_causes(void **state) {
  static const struct {
    const char *report, *want;
  } cases[] = {
      {"{\"selection\": {\"drifting\": [{\"attribute\": \"A\"}]}}",
       " has values among recent leads that older"},
      {"{\"selection\": {\"drifting\": [{\"attribute\": \"A\"}, {\"attribute\": \"B\"}]}}",
       " have values among recent leads that older"},
      {"{\"data\": {\"columns\": [{\"name\": \"A\", \"suspicion\": \"x\"}]}}",
       " is known. If it is filled in after the outcome, drop it"},
      {"{\"data\": {\"columns\": [{\"name\": \"A\", \"suspicion\": \"x\"}, {\"name\": \"B\", \"suspicion\": "
       "\"x\"}, {\"name\": \"C\"},"
       " {\"name\": \"D\", \"suspicion\": \"x\"}, {\"name\": \"E\", \"suspicion\": \"x\"}, {\"name\": \"F\", "
       "\"suspicion\": \"x\"}, {\"suspicion\":"
       " \"x\"}, {\"name\": \"G\", \"suspicion\": \"x\"}]}}",
       "Ask when each of these is known: \342\200\234A\342\200\235, \342\200\234B\342\200\235, "
       "\342\200\234D\342\200\235, \342\200\234E\342\200\235 and 2 more."},
      {"{\"holdout\": {\"rows\": 9, \"auc\": {\"value\": 0.95}}}", "better than lead data usually allow"},
      {"{\"training_cv\": {\"auc\": {\"value\": 0.96}}}", "better than lead data usually allow"},
      {"{\"training_cv\": {\"auc\": {\"value\": 0.8}}, \"holdout\": {\"rows\": 9, \"auc\": {\"value\": 0.7, "
       "\"ci_high\": 0.75}}}",
       "(70 against 80 of 100 pairs)"},
      {"{\"holdout\": {\"rows\": 9, \"log_loss\": 0.5, \"null_log_loss\": 0.5}}",
       "(log loss 0.5000 against 0.5000)"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 1}}", "Only 1 win judges the score"},
      {"{\"holdout\": {\"rows\": 1000, \"won\": 960}}", "Only 40 losses judge the score"},
      {"{\"split\": {\"kind\": \"hash\"}}", "Name a date column (--date)"},
      {"{\"data\": {\"window\": {\"advised_days\": 116, \"lost_and_younger\": 1003}}}",
       "Leads that may yet be won count as lost: nine in ten wins came within 116 days, and 1,003 lost leads "
       "are "
       "younger than that. With --within 116 every lead is judged by the same time."},
      {"{\"data\": {\"used\": 3106, \"won\": 558, \"window\": {\"advised_days\": 116, \"lost_and_younger\": "
       "0, "
       "\"open_and_older\": 2240}}}",
       "2,240 open leads are older than nine in ten wins took (116 days) and left out as if they might yet "
       "be won. With "
       "them as lost the win rate would be 10.4% instead of 18.0%: --within 116 takes them so."},
      {"{\"data\": {\"used\": 9, \"won\": 1, \"window\": {\"advised_days\": 1, \"open_and_older\": 1}}}",
       "1 open lead is older than nine in ten wins took (1 day) and left out"},
      {"{\"data\": {\"window\": {\"advised_days\": 1, \"lost_and_younger\": 1}}}",
       "within 1 day, and 1 lost lead is younger than that."},
      {"{\"model\": {\"converged\": false}}", "The fit did not converge"},
      {"{\"model\": {\"warnings\": [\"a\"]}}", "The fit raised 1 warning; it is listed"},
      {"{\"model\": {\"warnings\": [\"a\", \"b\"]}}", "The fit raised 2 warnings; they are listed"},
      {"{\"changed\": {\"pairs\": [{\"better\": \"old\"}]}}",
       "The definition in force is better on these leads"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *report = tree_of(cases[i].report);
    (void)said(report, "state");
    const json_t *list = json_object_get(json_object_get(report, "headline"), "cautions");
    assert_int_equal(json_array_size(list), 1); /* from no other cause */
    has(json_string_value(json_array_get(list, 0)), cases[i].want);
    json_decref(report);
  }
}

static void calibration_is_cautioned_where_the_order_counts(void **state) {
  static const struct {
    const char *figures, *want;
  } cases[] = {
      {"\"calibration\": {\"in_the_large\": -0.3, \"in_the_large_low\": -0.4, \"in_the_large_high\": -0.2, "
       "\"bins\": [{\"rows\": 500,"
       " \"mean_probability\": 0.4}, {\"rows\": 500, \"mean_probability\": 0.5}]}",
       "promise too much: it expected 450 wins and 300 came."},
      {"\"calibration\": {\"in_the_large\": 0.3}", "promise too little. Go by the order"},
      {"\"calibration\": {\"in_the_large\": 0.3, \"in_the_large_low\": -0.1, \"in_the_large_high\": 0.7}",
       NULL},
      {"\"calibration\": {\"in_the_large\": 0.09, \"in_the_large_low\": 0.05, \"in_the_large_high\": 0.1}",
       NULL},
      {"\"calibration\": {\"slope\": 0.5, \"slope_low\": 0.4, \"slope_high\": 0.6}",
       "too sure of themselves at both ends (calibration slope 0.50"},
      {"\"calibration\": {\"slope\": 1.5, \"slope_low\": 1.4, \"slope_high\": 1.6}",
       "too timid at both ends (calibration slope 1.50"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[600];
    snprintf(text, sizeof text,
             "{\"holdout\": {\"rows\": 1000, \"won\": 300, \"auc\": {\"value\": 0.7, \"ci_low\": 0.65, "
             "\"ci_high\": 0.75}, %s}}",
             cases[i].figures);
    json_t *report = tree_of(text);
    (void)said(report, "state");
    const json_t *list = json_object_get(json_object_get(report, "headline"), "cautions");
    assert_int_equal(json_array_size(list), cases[i].want != NULL);
    if (cases[i].want != NULL) has(json_string_value(json_array_get(list, 0)), cases[i].want);
    json_decref(report);
  }
}

/* Folds in time say that it fades, and nobody knows the interval. */
static void without_an_interval_what_fades_is_not_shown_to_last(void **state) {
  (void)state;
  json_t *report = report_with_auc(0.7, NAN, NAN);
  json_object_set_new(report, "selection", tree_of("{\"signal\": {\"lasting\": false}}"));
  assert_string_equal(said(report, "state"), "not shown");
  has(said(report, "works"), "The score is not shown to last: ");
  json_decref(report);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(state_follows_the_interval),
      cmocka_unit_test(cautions_come_from_their_causes),
      cmocka_unit_test(calibration_is_cautioned_where_the_order_counts),
      cmocka_unit_test(without_an_interval_what_fades_is_not_shown_to_last),
      cmocka_unit_test(one_score_for_all),
      cmocka_unit_test(a_signal_that_does_not_last_is_not_to_be_used),
      cmocka_unit_test(the_threshold_is_told_in_counts),
      cmocka_unit_test(what_predicts_goes_by_verdict_else_by_range),
      cmocka_unit_test(what_rests_on_columns_asked_about),
      cmocka_unit_test(what_is_not_confirmed_is_not_a_fact),
      cmocka_unit_test(each_caution_has_its_cause),
      cmocka_unit_test(sound_calibration_is_left_alone),
  };
  return cmocka_run_group_tests_name("report headline", tests, NULL, NULL);
}
