/* Plans, monitors and changes where something is not known: no threshold, no probability, no amount, no date,
 * no outcome; and what is refused for it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card_case.h"
#include "evidence/changed.h"
#include "evidence/monitor.h"
#include "evidence/plan.h"
#include "history_case.h"
#include "near.h"

/* Ten points for x of A, and what else is said of the card; ' stands for ". */
static lf_scorecard *card_of(const char *rest) {
  return card_of_attributes(TEN_POINTS_FOR_X, rest);
}

typedef struct world {
  history_case c;
  lf_scorecard *card;
  lf_codes *codes;
  int32_t *score;
  lf_monitor_rows rows;
} world;

/* What a world knows. */
enum { AMOUNT = 1, DAYS = 2, IN_ORDER = 4, UNDECIDED = 8, NOBODY = 16, LONG = 32, CREATED = 64 };

/* 60 leads: half have x, of which 20 win; of the others 5 do. One a day from 2023-01-20 on, or one in 50
 * years with LONG. */
static void make(world *w, int knows, const char *card) {
  lf_text csv = {0};
  *w = (world){.c = case_new()};
  if (!(knows & UNDECIDED)) set_text(&w->c.project.outcome, "Stage");
  if (knows & AMOUNT) set_text(&w->c.project.amount, "Amount");
  if (knows & DAYS) set_text(&w->c.project.date, "Day");
  if (knows & IN_ORDER) set_text(&w->c.project.date, "@row");
  if (knows & CREATED) set_text(&w->c.project.created, "Created");
  w->c.options.need_outcome = !(knows & UNDECIDED);
  lf_text_addf(&csv, "Id,%s,Day,A%s%s\n", knows & UNDECIDED ? "Note" : "Stage",
               knows & AMOUNT ? ",Amount" : "", knows & CREATED ? ",Created" : "");
  for (int i = 0; i < 60; i++) {
    bool x = i % 2 == 0, won = x ? i / 2 % 3 < 2 : i / 2 % 6 == 0;
    lf_text_addf(&csv, "r%d,%s,", i, knows & UNDECIDED ? "" : won ? "Won" : "Lost");
    if (knows & LONG)
      lf_text_addf(&csv, "%d-01-01", 1600 + 10 * i);
    else if (knows & DAYS)
      lf_text_addf(&csv, "2023-%02d-%02d", 1 + (i + 19) / 28, 1 + (i + 19) % 28);
    lf_text_addf(&csv, ",%s", x && !(knows & NOBODY) ? "x" : "y");
    if (knows & AMOUNT) lf_text_add(&csv, won ? ",500" : ",");
    /* created ten days of such months before; one lead is not known, and one was closed first */
    int day = i + 9 + (i == 7 ? 13 : 0);
    if ((knows & CREATED) && i != 5) lf_text_addf(&csv, ",2023-%02d-%02d", 1 + day / 28, 1 + day % 28);
    if ((knows & CREATED) && i == 5) lf_text_add(&csv, ",");
    lf_text_add(&csv, "\n");
  }
  case_must_build(&w->c, csv.data);
  lf_text_free(&csv);
  w->card = card_of(card);
  assert_int_equal(lf_codes_make(w->card->attributes, w->c.history->table, NULL, &w->codes, NULL, NULL),
                   LF_OK);
  w->score = calloc(w->c.history->n_rows, sizeof *w->score);
  assert_int_equal(lf_scorecard_score(w->card, w->codes, NULL, w->score, NULL), LF_OK);
  w->rows = (lf_monitor_rows){w->c.history, w->card, w->codes, w->score};
}

static void release(world *w) {
  lf_scorecard_free(w->card);
  lf_codes_free(w->codes);
  free(w->score);
  case_free(&w->c);
}

#define MQL ", 'mql': {'threshold': 10}"
#define MAP ", 'score': {'probability': {'intercept': -1, 'slope': 0.1}}"

/* ---- plan ------------------------------------------------------------------------------------------------
 */

static const lf_plan_options bare = {
    .revenue = NAN, .capacity = NAN, .cost_per_lead = NAN, .horizon = NAN, .seed = 1};

static void plans_refused(void **state) {
  (void)state;
  lf_plan_options revenue = bare, capacity = bare;
  revenue.revenue = 1000;
  capacity.capacity = 5;
  const struct {
    int knows;
    const char *card;
    const lf_plan_options *options;
    lf_status status;
    const char *message;
  } cases[] = {
      {AMOUNT | DAYS, "", &bare, LF_E_USAGE,
       "the scorecard has no MQL threshold: say --capacity N, or give it one"},
      {AMOUNT, MQL, &capacity, LF_E_USAGE, "--capacity counts leads a month, and no date column is known"},
      {AMOUNT | IN_ORDER, MQL, &capacity, LF_E_USAGE,
       "--capacity counts leads a month, and no date column is known"},
      {DAYS, MQL, &revenue, LF_E_DATA,
       "no won row of the rows that judge has an amount, so no revenue can be planned"},
      {AMOUNT | DAYS | NOBODY, MQL, &bare, LF_E_DATA,
       "no lead of the rows that judge reaches 10 points: there is nothing to plan with"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    world w;
    lf_plan *plan = NULL;
    lf_error err = {.message = ""};
    make(&w, cases[k].knows, cases[k].card);
    assert_int_equal(lf_plan_make(&w.rows, cases[k].options, NULL, &plan, &err), cases[k].status);
    assert_null(plan);
    if (!strstr(err.message, cases[k].message))
      fail_msg("got '%s', wanted '%s'", err.message, cases[k].message);
    release(&w);
  }
}

/* Days from January 20 on: 9 in January, 28 in February, 23 in March. One full month is a month, whose
 * variance is a Poisson's. */
static void plans_of_what_is_known(void **state) {
  (void)state;
  world w;
  lf_plan *plan = NULL;
  make(&w, DAYS, MQL);
  assert_int_equal(lf_plan_make(&w.rows, &bare, NULL, &plan, NULL), LF_OK);
  const lf_plan_row *row = &plan->thresholds[plan->recommended];
  near(plan->volume.mean, 28, 0);
  near(plan->volume.variance, 28, 0);
  near(plan->volume.months, 1, 0);
  near(row->rows, 30, 0);
  near(row->won, 20, 0);
  near(row->share, .5, 0);
  near(row->qualified.value, 28 * 3 * .5, 1e-9); /* three months where nothing else is said */
  near(row->wins.value, 28, 1e-9);
  near(row->revenue.value, NAN, 0);
  near(row->needed.value, NAN, 0);
  near(plan->cycle_median, NAN, 0);
  assert_int_equal(plan->n_grades, 0);
  assert_false(plan->backtest.known); /* nothing was decided before the quarter */
  lf_plan_free(plan);
  release(&w);
  /* all leads are 28 a month, those with x 14 */
  lf_plan_options capacity = bare;
  make(&w, DAYS | AMOUNT, "");
  capacity.capacity = 14;
  assert_int_equal(lf_plan_make(&w.rows, &capacity, NULL, &plan, NULL), LF_OK);
  assert_true(plan->by_capacity && plan->thresholds[plan->recommended].threshold == 10);
  near(plan->thresholds[plan->recommended].deal_size.value, 500, 1e-9);
  lf_plan_free(plan);
  capacity.capacity = 100;
  assert_int_equal(lf_plan_make(&w.rows, &capacity, NULL, &plan, NULL), LF_OK);
  assert_int_equal(plan->thresholds[plan->recommended].threshold, 0);
  lf_plan_free(plan);
  release(&w);
}

static void plans_without_months(void **state) {
  (void)state;
  static const int knows[] = {AMOUNT, AMOUNT | IN_ORDER, AMOUNT | DAYS | LONG};
  for (size_t k = 0; k < 3; k++) {
    world w;
    lf_plan *plan = NULL;
    make(&w, knows[k], MQL ", 'grades': [{'label': 'G', 'from': 5}, {'label': 'H', 'from': 0}]");
    assert_int_equal(lf_plan_make(&w.rows, &bare, NULL, &plan, NULL), LF_OK);
    if (k < 2) near(plan->volume.mean, NAN, 0);
    near(plan->thresholds[plan->recommended].win_rate.value, 20.0 / 30, 1e-12);
    near(plan->grades[0].rows, 30, 0);
    near(plan->grades[1].rows, 0, 0); /* below the threshold nobody is counted */
    assert_false(plan->backtest.known);
    lf_plan_free(plan);
    release(&w);
  }
}

/* ---- monitor ---------------------------------------------------------------------------------------------
 */

static lf_monitor *monitor_of(const world *w, const lf_monitor_options *options) {
  lf_monitor *m = NULL;
  lf_promise promise;
  lf_error err = {.message = ""};
  assert_int_equal(lf_promise_read(w->card, &promise, &err), LF_OK);
  if (lf_monitor_make(&w->rows, &promise, options, NULL, &m, &err) != LF_OK) fail_msg("%s", err.message);
  lf_promise_clear(&promise);
  return m;
}

static const lf_check *check_of(const lf_monitor *m, const char *id) {
  for (size_t k = 0; k < m->n_checks; k++)
    if (strcmp(m->checks[k].id, id) == 0) return &m->checks[k];
  return NULL;
}

static const lf_monitor_options no_plan = {.planned_mqls = NAN};

/* A card that promised nothing, and has no counts, has nothing to be held against but its probabilities. */
static void nothing_was_promised(void **state) {
  (void)state;
  world w;
  make(&w, AMOUNT, MQL MAP);
  lf_monitor *m = monitor_of(&w, &no_plan);
  assert_int_equal(m->n_checks, 2);
  assert_non_null(check_of(m, "level"));
  assert_non_null(check_of(m, "slope"));
  near(m->alpha, .05, 0);
  near(m->months, NAN, 0);
  assert_int_equal(m->n_periods, 0);
  near(m->funnel.won, 20, 0);
  near(m->funnel.below_won, 5, 0);
  near(m->funnel.won_amount, 25 * 500, 0);
  near(m->funnel.too_long_days, NAN, 0);
  near(m->funnel.open_too_long, NAN, 0);
  /* won over expected: 30 expit(0) + 30 expit(-1) */
  near(check_of(m, "level")->value, 25 / (15 + 30 / (1 + exp(1))), 1e-9);
  lf_monitor_free(m);
  release(&w);
  make(&w, 0, ""); /* neither probability nor threshold nor amount */
  m = monitor_of(&w, &no_plan);
  assert_int_equal(m->n_checks, 0);
  near(m->funnel.qualified, 0, 0);
  near(m->funnel.below_won, 25, 0);
  near(m->funnel.won_amount, NAN, 0);
  lf_monitor_free(m);
  release(&w);
}

/* Of leads nothing is known of the mix alone is watched: half of them qualify where a quarter was promised.
 */
static void leads_without_outcome(void **state) {
  (void)state;
  world w;
  make(&w, DAYS | UNDECIDED,
       MQL MAP ", 'provenance': {'promise': {'rows': 400, 'won': 100, 'auc': 0.7, 'auc_std_error': 0.02, "
               "'mql_rows': 100, 'mql_won': "
               "60, 'score_bins': [{'from': 0, 'rows': 300}, {'from': 10, 'rows': 100}]}}");
  lf_monitor *m = monitor_of(&w, &no_plan);
  near(m->decided, 0, 0);
  assert_int_equal(m->n_checks, 2);
  const lf_check *drift = check_of(m, "score drift"), *share = check_of(m, "qualified share");
  near(drift->value, .25 * log(.5 / .25) + -.25 * log(.5 / .75), 1e-12);
  near(share->value, .5, 0);
  near(share->promised, .25, 0);
  double pooled = 130.0 / 460, z = .25 / sqrt(pooled * (1 - pooled) * (1.0 / 60 + 1.0 / 400));
  near(share->p, 2 * .5 * erfc(z / sqrt(2)), 1e-9);
  assert_true(share->alarm && drift->alarm);
  near(m->funnel.open, 30, 0);
  lf_monitor_free(m);
  release(&w);
}

/* Qualified leads of the one full month against the plan: February has 14. */
static void volume_against_the_plan(void **state) {
  (void)state;
  static const struct {
    double plan;
    bool alarm;
  } cases[] = {{14, false}, {15, false}, {40, true}};
  for (size_t k = 0; k < 3; k++) {
    world w;
    const lf_monitor_options options = {.planned_mqls = cases[k].plan};
    make(&w, DAYS, MQL);
    lf_monitor *m = monitor_of(&w, &options);
    const lf_check *volume = check_of(m, "volume");
    near(volume->value, 14, 0);
    near(volume->p, .5 * erfc(-(14 - cases[k].plan) / sqrt(14) / sqrt(2)), 1e-9);
    assert_int_equal(volume->alarm, cases[k].alarm);
    lf_monitor_free(m);
    release(&w);
  }
  /* nobody qualifies: the months do not vary, and what was planned did not come */
  world w;
  const lf_monitor_options options = {.planned_mqls = 3};
  make(&w, DAYS | NOBODY, MQL);
  lf_monitor *m = monitor_of(&w, &options);
  near(check_of(m, "volume")->value, 0, 0);
  near(check_of(m, "volume")->p, 0, 0);
  assert_true(check_of(m, "volume")->alarm);
  lf_monitor_free(m);
  release(&w);
  /* without days there are no months to hold against a plan */
  make(&w, 0, MQL);
  m = monitor_of(&w, &options);
  near(check_of(m, "volume")->value, NAN, 0);
  assert_false(check_of(m, "volume")->alarm);
  lf_monitor_free(m);
  release(&w);
}

/* Ten days from creation to the decision, but thirteen over the end of January: of 48 and 10 leads nine in
 * ten took no longer than 13. Of the 20 that won with x three did. */
static void days_that_leads_take(void **state) {
  (void)state;
  world w;
  lf_plan *plan = NULL;
  make(&w, DAYS | CREATED, MQL);
  lf_monitor *m = monitor_of(&w, &no_plan);
  near(m->funnel.too_long_days, 13, 1e-9);
  near(m->funnel.open_too_long, 0, 0);
  lf_monitor_free(m);
  assert_int_equal(lf_plan_make(&w.rows, &bare, NULL, &plan, NULL), LF_OK);
  near(plan->cycle_median, 10, 1e-9);
  near(plan->cycle_most, 13, 1e-9);
  lf_plan_free(plan);
  release(&w);
}

/* Rows in order and rows of centuries have no months; the chance of an alarm is what is asked for. */
static void monitors_without_months(void **state) {
  (void)state;
  static const int knows[] = {IN_ORDER, DAYS | LONG};
  for (size_t k = 0; k < 2; k++) {
    world w;
    const lf_monitor_options options = {.alpha = .01, .planned_mqls = NAN};
    make(&w, knows[k], MQL MAP);
    lf_monitor *m = monitor_of(&w, &options);
    near(m->alpha, .01, 0);
    assert_int_equal(m->n_periods, 0);
    if (k == 0) near(m->months, NAN, 0);
    near(m->decided, 60, 0);
    lf_monitor_free(m);
    release(&w);
  }
}

/* Where all that was promised to qualify won and all that qualify win, two shares without spread are no test.
 */
static void shares_without_spread(void **state) {
  (void)state;
  world w;
  make(&w, NOBODY, MQL ", 'provenance': {'promise': {'rows': 400, 'won': 100, 'mql_rows': 0, 'mql_won': 0}}");
  lf_monitor *m = monitor_of(&w, &no_plan);
  assert_int_equal(m->n_checks, 1);
  const lf_check *share = check_of(m, "qualified share");
  near(share->value, 0, 0);
  near(share->promised, 0, 0);
  near(share->p, NAN, 0);
  assert_false(share->alarm);
  lf_monitor_free(m);
  release(&w);
}

static void promises_refused(void **state) {
  (void)state;
  static const char *const bins[] = {
      "[{'from': 0, 'rows': 10}, {'from': 0, 'rows': 10}]", "[{'from': 0, 'rows': 10}, {'rows': 10}]",
      "[{'from': 0, 'rows': 10}, {'from': 5, 'rows': -1}]", "[{'from': 0, 'rows': 10}, {'from': 5}]",
      "[{'from': 0, 'rows': 10}, {'from': 2e9, 'rows': 1}]"};
  for (size_t k = 0; k < sizeof bins / sizeof *bins; k++) {
    char rest[256];
    lf_promise promise;
    lf_error err = {.message = ""};
    snprintf(rest, sizeof rest, ", 'provenance': {'promise': {'score_bins': %s}}", bins[k]);
    lf_scorecard *card = card_of(rest);
    assert_int_equal(lf_promise_read(card, &promise, &err), LF_E_USAGE);
    assert_non_null(strstr(err.message, "provenance.promise.score_bins[1] is no rising score with its rows"));
    lf_scorecard_free(card);
  }
}

/* ---- what changed
 * ------------------------------------------------------------------------------------------ */

/* Without thresholds nobody flips; without a probability the scale is that of the rows. */
static void changes_without_thresholds(void **state) {
  (void)state;
  world w;
  lf_changed *changed = NULL;
  lf_error err = {.message = ""};
  make(&w, 0, "");
  lf_scorecard *old_card = card_of(MQL);
  if (lf_changed_make(w.c.history, &old_card, w.card, 1, NULL, &changed, &err) != LF_OK)
    fail_msg("%s", err.message);
  assert_false(changed->has_thresholds || changed->in_time || changed->on_holdout);
  assert_null(changed->comparison);
  near(changed->rows, 60, 0);
  near(changed->won, 25, 0);
  near(changed->amount, NAN, 0);
  near(changed->scale, 1, 1e-9);
  near(changed->up.rows + changed->down.rows, 0, 0);
  lf_changed_free(changed);
  release(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plans_refused),
      cmocka_unit_test(plans_of_what_is_known),
      cmocka_unit_test(plans_without_months),
      cmocka_unit_test(nothing_was_promised),
      cmocka_unit_test(leads_without_outcome),
      cmocka_unit_test(volume_against_the_plan),
      cmocka_unit_test(promises_refused),
      cmocka_unit_test(days_that_leads_take),
      cmocka_unit_test(monitors_without_months),
      cmocka_unit_test(shares_without_spread),
      cmocka_unit_test(changes_without_thresholds),
  };
  return cmocka_run_group_tests_name("what is not known", tests, NULL, NULL);
}
