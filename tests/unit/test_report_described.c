/* From figures to the tree that reports are made of: owners, follow-up, the plan, funnel leaks, exceptions,
 * attributes. A figure that does not exist is null, and a sentence counts one as one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/describe.h"
#include "report/describe_owners.h"
#include "report/describe_plan.h"
#include "report/describe_sources.h"
#include "report/describe_thresholds.h"
#include "report/view.h"
#include "report_case.h"

/* What a tree says, on one line; the tree is released. */
static char *shown(json_t *tree) {
  assert_non_null(tree);
  char *text = json_dumps(tree, JSON_COMPACT | JSON_ENCODE_ANY);
  json_decref(tree);
  return text;
}

static void is_null(json_t *tree) {
  assert_true(json_is_null(tree));
  json_decref(tree);
}

/* ---- days ------------------------------------------------------------------------------------------ */

static void days_are_dates(void **state) {
  static const struct {
    double day;
    const char *want;
  } days[] = {{0, "\"1970-01-01\""},       {19782, "\"2024-02-29\""},
              {19782.9, "\"2024-02-29\""}, {-1, "\"1969-12-31\""},
              {-719468, "\"0000-03-01\""}, {-719469, "\"0000-02-29\""},
              {2932896, "\"9999-12-31\""}, {NAN, "null"},
              {INFINITY, "null"},          {3000001, "null"},
              {-3000001, "null"}};
  (void)state;
  for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
    char *text = shown(lf_describe_day(days[i].day));
    assert_string_equal(text, days[i].want);
    free(text);
  }
}

/* ---- owners ---------------------------------------------------------------------------------------- */

static lf_interval at(double value, double low, double high) {
  return (lf_interval){.value = value, .low = low, .high = high, .std_error = NAN};
}

static void owners_are_told_with_their_shares(void **state) {
  lf_owners o = {.rows = 100,
                 .won = 30,
                 .clear = true,
                 .n_blocks = 3,
                 .n_common = 1,
                 .common = {{.set = 5, .part = at(0.1, 0, 0.2)}},
                 .blocks = {{.owner = LF_OWNER_MARKETING, .name = "marketing", .share = at(0.5, 0.4, 0.6)},
                            {.owner = LF_OWNER_SALES, .name = "sales", .share = at(0.3, NAN, NAN)},
                            {.owner = LF_OWNER_NONE, .name = "", .share = at(0.2, 0.1, NAN)}}};
  (void)state;
  char *text = shown(lf_describe_owners(&o));
  has(text, "\"Of what the attributes explain on leads not fitted, 50.0% (40.0% to 60.0%) comes from "
            "marketing's, 30.0% comes from sales' "
            "and 20.0% comes from attributes without an owner.\"");
  has(text, "\"owners\":[\"marketing\",\"no owner\"]"); /* bits 0 and 2 */
  has(text, "What sales does comes after the lead");
  has(text, "explain in common could be told by either");
  has(text, "\"attribute_rows\":null,\"attribute_explained\":null,\"reps\":null");
  free(text);
  o.clear = false;
  o.n_blocks = 2;
  o.blocks[1] = (lf_owner_share){.owner = LF_OWNER_SHARED, .name = "shared"};
  text = shown(lf_describe_owners(&o));
  has(text, "the attributes together explain nothing for sure, so nothing can be shared out between owners.");
  lacks(text, "What sales does");
  free(text);
  o.n_blocks = 1;
  text = shown(lf_describe_owners(&o));
  has(text, "\"summary\":null"); /* one owner shares with nobody */
  lacks(text, "explain in common");
  free(text);
  o.n_blocks = 2;
  o.blocks[0].owner = o.blocks[1].owner = LF_OWNER_NONE;
  text = shown(lf_describe_owners(&o));
  has(text, "\"summary\":null");
  free(text);
}

static void owners_of_nothing_are_null(void **state) {
  lf_owners o = {.rows = 100};
  (void)state;
  is_null(lf_describe_owners(NULL));
  is_null(lf_describe_owners(&o));
  o = (lf_owners){.n_blocks = 1};
  is_null(lf_describe_owners(&o));
}

static void reps_may_be_what_an_attribute_says(void **state) {
  lf_rep_effect effects[1] = {
      {.name = "Region", .free = 0, .fixed = NAN, .difference = at(NAN, NAN, NAN), .p = NAN, .q = NAN}};
  lf_owner_share shares[1] = {{.name = "Region", .owner = LF_OWNER_SALES}};
  lf_owners o = {.rows = 100,
                 .n_blocks = 1,
                 .n_attributes = 1,
                 .attributes = shares,
                 .attribute_rows = 90,
                 .reps = {.column = "Owner", .n_reps = 3, .n = 1, .effects = effects, .shifted = 1}};
  (void)state;
  char *text = shown(lf_describe_owners(&o));
  has(text, "\"1 attribute weighs otherwise among leads of one rep than over all");
  has(text, "\"odds_ratio\":1.0,\"odds_ratio_same_rep\":null");
  has(text, "\"attribute_rows\":90.0");
  free(text);
  o.reps.shifted = 2;
  text = shown(lf_describe_owners(&o));
  has(text, "\"2 attributes weigh otherwise");
  free(text);
  o.reps.shifted = 0;
  text = shown(lf_describe_owners(&o));
  has(text, "No attribute weighs clearly otherwise");
  free(text);
}

/* ---- follow-up ------------------------------------------------------------------------------------- */

static void follow_up_is_told_by_column(void **state) {
  lf_followup_column columns[1] = {
      {.name = "Touches",
       .touches = true,
       .n_bands = 2,
       .labels = {"0", "5 or more"},
       .cells = {{{.rows = 9, .won = 8, .win_rate = 0.777}, {.rows = 10, .won = 5, .win_rate = 0.5}}},
       .rate = {at(0.2, 0.1, 0.3), at(0.4, NAN, 0.5)},
       .difference = at(0.2, 0.1, 0.3)}};
  lf_followup f = {
      .rows = 200,
      .won = 50,
      .n_grades = 1,
      .grade = {"A"},
      .grades = {{.rows = 19}},
      .n_columns = 1,
      .columns = columns,
      .lead_only = true,
      .worked_by = "Touches",
      .unworked_rows = 1,
      .cases = {{.factor = 0.5, .all = 0.3}, {.factor = 1, .all = 0.4}, {.factor = 2, .all = 0.5}}};
  (void)state;
  char *text = shown(lf_describe_followup(&f));
  has(text, "Among leads of the same grade, 40.0% won where Touches is 5 or more, and 20.0% (10.0% to 30.0%) "
            "where it is 0.\"");
  has(text, "\"rows\":9.0,\"won\":8.0,\"win_rate\":null"); /* nine leads */
  has(text, "\"rows\":10.0,\"won\":5.0,\"win_rate\":0.5");
  has(text, "\"1 lead has 0 in Touches: what they would have become is not known. As good as the touched "
            "ones of their grade, all leads "
            "would have won 40.0%; half as good 30.0%; twice as good 50.0%; it was 25.0%.\"");
  has(text, "Grades go by the lead alone");
  lacks(text, "No column says which leads nobody worked");
  has(text, "\"judged\":\"every row\"");
  free(text);
  columns[0].difference = at(0.1, -0.1, 0.3);
  f.worked_by = NULL;
  f.lead_only = false;
  f.on_holdout = true;
  columns[0].touches = false;
  text = shown(lf_describe_followup(&f));
  has(text, "where it is 0: no sure difference.\"");
  has(text, "\"unworked\":null");
  has(text, "No column says which leads nobody worked");
  has(text, "\"tells\":\"response time\"");
  lacks(text, "Grades go by the lead alone");
  free(text);
  columns[0].difference = at(-0.2, -0.3, -0.1);
  text = shown(lf_describe_followup(&f));
  has(text, "where it is 0.\"");
  free(text);
  columns[0].difference = at(NAN, NAN, NAN);
  text = shown(lf_describe_followup(&f));
  has(text, "\"sentence\":null");
  free(text);
  f.n_columns = 0;
  is_null(lf_describe_followup(&f));
  is_null(lf_describe_followup(NULL));
}

/* ---- plan ------------------------------------------------------------------------------------------ */

/* Of 300 needed or 600 expected in 3 months are 100 or 200 a month. */
static void a_plan_owes_by_what_was_asked(void **state) {
  const lf_scorecard card = {.name = "card"};
  lf_plan_row rows[1] = {{.threshold = 40,
                          .rows = 50,
                          .won = 25,
                          .share = 0.25,
                          .win_rate = at(0.5, 0.4, 0.6),
                          .qualified = at(600, 450, 750),
                          .needed = at(300, 240, 390)}};
  lf_plan_grade grades[1] = {{.label = "A", .rows = 10, .won = 8}};
  lf_plan plan = {.asked = {.revenue = 5000, .capacity = 80, .cost_per_lead = 2, .horizon = 3},
                  .volume = {.mean = 800, .variance = 0, .months = 4},
                  .n_rows = 1,
                  .thresholds = rows,
                  .n_grades = 1,
                  .grades = grades,
                  .by_capacity = true,
                  .backtest = {.known = true,
                               .from = 0,
                               .to = 90,
                               .qualified = at(100, 80, 120),
                               .came_qualified = 90,
                               .wins = at(20, 10, 30),
                               .came_wins = 40,
                               .revenue = at(NAN, NAN, NAN),
                               .came_revenue = 3}};
  (void)state;
  char *text = shown(lf_describe_plan(&plan, &card));
  has(text, "\"leads_a_month\":100.0,\"leads_a_month_to_be_sure\":130.0,\"grades\":[{\"grade\":\"A\","
            "\"rows\":10.0,\"won\":8.0,\"leads_a_month\":20.0}]");
  has(text, "\"follow_up_a_month\":100.0,\"over_capacity_a_month\":20.0");
  has(text, "\"wins_a_month\":50.0");
  has(text, "\"threshold_by\":\"capacity\"");
  has(text, "\"needed_leads_of_any_score\":1200.0,\"volume_covers\":2.0,\"cost\":2400.0,");
  has(text, "\"amount\":null");
  has(text, "\"came\":90.0,\"inside\":true");
  has(text, "\"came\":40.0,\"inside\":false");
  has(text, "\"said\":null,\"ci_low\":null,\"ci_high\":null,\"came\":3.0,\"inside\":null");
  has(text, "\"from\":\"1970-01-01\"");
  free(text);
  plan.asked = (lf_plan_options){.revenue = NAN, .capacity = NAN, .cost_per_lead = 2, .horizon = 3};
  rows[0].needed = at(NAN, NAN, NAN);
  rows[0].amount = 1000; /* 20 a lead, and of four leads one qualifies: 5 for 2 */
  plan.by_capacity = false;
  plan.backtest.wins.low = 40;
  plan.backtest.came_wins = 39;
  plan.backtest.came_qualified = NAN;
  text = shown(lf_describe_plan(&plan, &card));
  has(text, "\"leads_a_month\":200.0,\"leads_a_month_at_least\":150.0");
  has(text, "\"over_capacity_a_month\":null");
  has(text, "\"threshold_by\":\"scorecard\"");
  has(text, "\"cost\":4800.0,\"revenue_per_cost\":2.5"); /* of all leads at recent volume */
  has(text, "\"came\":null,\"inside\":null");
  has(text, "\"came\":39.0,\"inside\":false");
  free(text);
  plan.backtest.known = false;
  text = shown(lf_describe_plan(&plan, &card));
  has(text, "\"backtest\":null");
  free(text);
}

/* ---- funnel ---------------------------------------------------------------------------------------- */

static void funnel_leaks_in_sentences(void **state) {
  lf_history *history = calloc(1, sizeof *history);
  assert_non_null(history);
  lf_funnel_leaks *f = &history->funnel;
  (void)state;
  is_null(lf_describe_funnel(history));
  *f = (lf_funnel_leaks){.source = "crm",
                         .rows = 10,
                         .reached = 9,
                         .alone = 1,
                         .alone_won = NAN,
                         .alone_amount = NAN,
                         .n_orders = 2,
                         .orders = {{.earlier = "Born", .later = "Closed", .rows = 1, .compared = 8},
                                    {.earlier = "Born", .later = "Met", .rows = 3, .compared = 8}}};
  char *text = shown(lf_describe_funnel(history));
  has(text, "\"1 lead of 10 (10.0%) has no row in crm.\"");
  has(text, "\"1 row of crm belongs to no lead.\"");
  has(text, "\"1 lead of 8 has 'Closed' before 'Born', which cannot be.\"");
  has(text, "\"3 leads of 8 have 'Met' before 'Born', which cannot be.\"");
  free(text);
  *f = (lf_funnel_leaks){.source = "crm",
                         .rows = 10,
                         .reached = 6,
                         .open = 2,
                         .unmatched = 1,
                         .without_key = 3,
                         .alone = 7,
                         .alone_won = 2,
                         .alone_amount = 5000};
  text = shown(lf_describe_funnel(history));
  has(text, "\"4 leads of 10 (40.0%) have no row in crm; 2 of them are still open; 1 names one that is not "
            "there.\"");
  has(text, "\"7 rows of crm belong to no lead, 2 of them won with 5,000 of amount.\"");
  free(text);
  f->open = 1;
  f->unmatched = 3;
  text = shown(lf_describe_funnel(history));
  has(text, "have no row in crm; 1 of them is still open; 3 name one that is not there.");
  free(text);
  f->alone = 0;
  f->unmatched = 0; /* nobody names a row that is not there */
  text = shown(lf_describe_funnel(history));
  has(text, "is still open.\"");
  lacks(text, "to no lead");
  free(text);
  free(history);
}

/* ---- exceptions ------------------------------------------------------------------------------------ */

static void exceptions_say_whether_chance_would_do(void **state) {
  static lf_band bands[1] = {{.label = "big"}};
  static lf_attribute items[1] = {{.name = "Size", .bands = bands, .n_bands = 1}};
  static lf_attributes attributes = {.n = 1, .items = items};
  const lf_scorecard card = {.threshold = 40, .attributes = &attributes};
  lf_exception_pattern patterns[25];
  lf_exceptions e = {.below = {.rows = 0}};
  (void)state;
  for (size_t i = 0; i < 25; i++)
    patterns[i] = (lf_exception_pattern){
        .attribute = {0, i ? SIZE_MAX : 0}, .rows = 40, .won = 20, .expected = 10, .q = 0.5};
  char *text = shown(lf_describe_exceptions(&e, &card));
  has(text, "No pattern has leads enough to be looked at.");
  has(text, "\"win_rate\":null");
  free(text);
  e.tested = 60;
  e.below = (lf_exception_side){.rows = 100, .won = 25, .n_patterns = 25, .patterns = patterns};
  json_t *tree = lf_describe_exceptions(&e, &card);
  assert_int_equal(json_array_size(lf_view_at(tree, "below.patterns")), 20); /* the rest is no news */
  text = shown(tree);
  has(text, "None of the 60 patterns looked at stands out");
  has(text, "{\"bands\":[{\"attribute\":\"Size\",\"band\":\"big\"},{\"attribute\":\"Size\",\"band\":\"big\"}]"
            ",\"rows\":40.0,\"won\":20.0,\"lost\":20.0,"
            "\"win_rate\":0.5,\"expected_won\":10.0,\"expected_win_rate\":0.25");
  has(text, "\"rows\":100.0,\"won\":25.0,\"lost\":75.0,\"win_rate\":0.25");
  free(text);
  patterns[0].q = 0.01;
  e.tested = 60;
  e.above = (lf_exception_side){.rows = 10, .n_patterns = 1, .patterns = patterns};
  text = shown(lf_describe_exceptions(&e, &card));
  has(text, "Of 60 patterns looked at, 1 below the threshold won more often than their points say, and 1 "
            "above it less often");
  has(text, "\"beyond_chance\":1");
  free(text);
}

/* ---- attributes ------------------------------------------------------------------------------------ */

/* What was not tested has no figures; amounts are not told of the amount itself. */
static void attributes_have_the_figures_that_were_judged(void **state) {
  static const struct {
    lf_attribute_evidence a;
    bool win, amount;
  } cases[] = {{{.name = "x"}, true, true},
               {{.name = "x", .drifting = true}, false, false},
               {{.name = "x", .screened = true}, false, false},
               {{.name = "x", .is_amount = true}, true, false},
               {{.name = "x", .repeats_amount = true}, true, false}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_attribute_evidence item = cases[i].a;
    lf_band_effect bands[2] = {{.label = "a", .rows = 40, .won = 10}, {.label = "none"}};
    item.win.bands = bands;
    item.win.n_bands = 2;
    const lf_evidence evidence = {.n = 1, .items = &item, .has_amounts = true};
    json_t *list = lf_describe_attributes(NULL, &evidence, NULL), *one = json_array_get(list, 0);
    assert_int_equal(lf_view_at(one, "win") != NULL, cases[i].win);
    assert_int_equal(lf_view_at(one, "amount") != NULL, cases[i].amount);
    assert_int_equal(lf_view_at(one, "revenue") != NULL, cases[i].amount);
    if (cases[i].win) {
      char *text = shown(json_deep_copy(lf_view_at(one, "win.bands")));
      has(text, "\"label\":\"a\",\"rows\":40.0,\"won\":10.0,\"win_rate\":0.25");
      has(text, "\"label\":\"none\",\"rows\":0.0,\"won\":0.0,\"win_rate\":null");
      free(text);
    }
    json_decref(list);
  }
}

static void attributes_say_through_what_and_who_confounds(void **state) {
  lf_attribute_evidence items[4] = {
      {.name = "a",
       .through_win = true,
       .through_size = true,
       .strength = LF_STRONG,
       .simpson = true,
       .confounder = 1},
      {.name = "b", .through_win = true, .strength = LF_MODERATE, .simpson = true, .confounder = SIZE_MAX},
      {.name = "c", .through_size = true, .strength = LF_WEAK, .confounder = 0},
      {.name = "d", .confounder = SIZE_MAX}};
  static const char *const through[] = {"both", "winning", "deal size", NULL};
  static const char *const strength[] = {"strong", "moderate", "weak", NULL};
  static const char *const confounder[] = {"b", NULL, NULL, NULL};
  const lf_evidence evidence = {.n = 4, .items = items};
  json_t *list = lf_describe_attributes(NULL, &evidence, NULL);
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    const json_t *one = json_array_get(list, i);
    const char *got[] = {lf_view_text(one, "through"), lf_view_text(one, "strength"),
                         lf_view_text(one, "simpson.confounder")};
    const char *want[] = {through[i], strength[i], confounder[i]};
    for (size_t k = 0; k < 3; k++) {
      assert_int_equal(got[k] == NULL, want[k] == NULL);
      if (want[k] != NULL) assert_string_equal(got[k], want[k]);
    }
  }
  json_decref(list);
}

static void evidence_without_noise_or_amounts_has_none(void **state) {
  lf_evidence evidence = {.rows = 10, .deals = 7, .top_amount_share = 0.5};
  (void)state;
  char *text = shown(lf_describe_evidence(&evidence));
  has(text, "\"deals\":null,\"top_amount_share\":null");
  has(text, "\"noise_floor\":null");
  free(text);
  evidence.has_noise = evidence.has_amounts = true;
  evidence.noise.copies = 20;
  text = shown(lf_describe_evidence(&evidence));
  has(text, "\"deals\":7.0,\"top_amount_share\":0.5");
  has(text, "\"noise_floor\":{\"copies\":20");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(days_are_dates),
      cmocka_unit_test(owners_are_told_with_their_shares),
      cmocka_unit_test(owners_of_nothing_are_null),
      cmocka_unit_test(reps_may_be_what_an_attribute_says),
      cmocka_unit_test(follow_up_is_told_by_column),
      cmocka_unit_test(a_plan_owes_by_what_was_asked),
      cmocka_unit_test(funnel_leaks_in_sentences),
      cmocka_unit_test(exceptions_say_whether_chance_would_do),
      cmocka_unit_test(attributes_have_the_figures_that_were_judged),
      cmocka_unit_test(attributes_say_through_what_and_who_confounds),
      cmocka_unit_test(evidence_without_noise_or_amounts_has_none),
  };
  return cmocka_run_group_tests_name("report described", tests, NULL, NULL);
}
