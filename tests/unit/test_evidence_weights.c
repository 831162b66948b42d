/* A row of weight w is w rows: of the plan, the monitor, the change of a definition and the follow-up, whose
 * figures come once from rows that say how many they stand for, and once from the rows themselves. Counts are
 * exact; what a bootstrap draws is left out. */
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
#include "evidence/followup.h"
#include "evidence/monitor.h"
#include "evidence/plan.h"
#include "history_case.h"
#include "ingest/value.h"
#include "near.h"

/* Ten points for x of A, five for p of B; and what it promised of 400 leads. */
static lf_scorecard *card_of(int a_points, int b_points, int threshold) {
  lf_text text = {0};
  lf_text_addf(
      &text,
      "{\"format\": \"leadfit-scoring/1\", \"provenance\": {\"promise\": {\"rows\": 400, \"won\": 150, "
      "\"level_rows\": 800, "
      "\"train_rows\": 800, \"auc\": 0.6, \"auc_std_error\": 0.03, \"mql_rows\": 200, \"mql_won\": 100, "
      "\"score_bins\": [{\"from\": 0, \"rows\": 140}, {\"from\": 5, \"rows\": 60}, {\"from\": 10, \"rows\": "
      "200}]}}, "
      "\"score\": {\"probability\": {\"intercept\": -1.2, \"slope\": 0.1}}, \"attributes\": ["
      "{\"name\": \"A\", \"kind\": \"category\", \"bands\": [{\"label\": \"x\", \"values\": [\"x\"], "
      "\"points\": %d, "
      "\"rows\": 200}, {\"label\": \"missing\", \"missing\": true, \"points\": 0, \"rows\": 0}, {\"label\": "
      "\"other\", "
      "\"other\": true, \"points\": 0, \"rows\": 200}]}, "
      "{\"name\": \"B\", \"kind\": \"category\", \"bands\": [{\"label\": \"p\", \"values\": [\"p\"], "
      "\"points\": %d}, "
      "{\"label\": \"missing\", \"missing\": true, \"points\": 0}, {\"label\": \"other\", \"other\": true, "
      "\"points\": 0}]}], "
      "\"mql\": {\"threshold\": %d}, \"grades\": [{\"label\": \"G\", \"from\": %d}, {\"label\": \"H\", "
      "\"from\": 0}]}",
      a_points, b_points, threshold, threshold);
  lf_scorecard *card = card_of_json(text.data);
  lf_text_free(&text);
  return card;
}

/* `weight` leads of one kind: as one row that says so, or row by row. */
static void add_leads(lf_text *csv, bool weighted, int weight, const char *lead) {
  for (int i = 0; i < (weighted ? 1 : weight); i++) lf_text_addf(csv, "%s,%d\n", lead, weighted ? weight : 1);
}

/* Leads of seven months, created on the 5th and decided twenty days later; those of the last two are open.
 * Every kind of lead weighs 1 to 4, by its place in the list; kinds that win have an amount, one in three
 * does not. */
static void build(history_case *c, bool weighted, bool need_outcome, double holdout) {
  static const char *const a[] = {"x", "y"}, *const b[] = {"p", "q"}, *const touches[] = {"0", "1", "2",
                                                                                          "3", "9", ""};
  lf_text csv = {0};
  int place = 0;
  *c = case_new();
  set_text(&c->project.outcome, "Stage");
  set_text(&c->project.created, "Created");
  set_text(&c->project.date, "Closed");
  if (weighted) set_text(&c->project.weight, "n");
  set_text(&c->project.amount, "Amount");
  c->options.holdout = holdout;
  c->options.need_outcome = need_outcome;
  lf_text_add(&csv, "Stage,Created,Closed,A,B,Touches,Amount,n\n");
  for (int month = 1; month <= 7; month++)
    for (int k = 0; k < 24; k++, place++) {
      bool open = month >= 6 && k % 3 == 0, won = (k % 2 == 0 && k % 5 < 3) || k == 7 || k == 1;
      char lead[160], amount[16] = "";
      if (won && !open && place % 3) snprintf(amount, sizeof amount, "%d", 100 + 10 * k);
      snprintf(lead, sizeof lead, "%s,2023-%02d-05,", open ? "Open" : won ? "Won" : "Lost", month);
      if (!open) snprintf(lead + strlen(lead), sizeof lead - strlen(lead), "2023-%02d-25", month);
      snprintf(lead + strlen(lead), sizeof lead - strlen(lead), ",%s,%s,%s,%s", a[k % 2], b[k / 2 % 2],
               touches[k % 6], amount);
      add_leads(&csv, weighted, 1 + place * 7 % 4, lead);
    }
  assert_int_equal(lf_text_list_add(&c->project.won, "Won", &c->error), LF_OK);
  assert_int_equal(lf_text_list_add(&c->project.lost, "Lost", &c->error), LF_OK);
  lf_attribute_spec *spec = NULL;
  assert_int_equal(lf_project_attribute_add(&c->project, "Touches", &spec, &c->error), LF_OK);
  spec->owner = LF_OWNER_SALES;
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

typedef struct scored {
  lf_scorecard *card;
  lf_codes *codes;
  int32_t *score;
  lf_monitor_rows rows;
} scored;

static scored score(const history_case *c) {
  scored s = {.card = card_of(10, 5, 10)};
  assert_int_equal(lf_codes_make(s.card->attributes, c->history->table, NULL, &s.codes, NULL, NULL), LF_OK);
  s.score = calloc(c->history->n_rows, sizeof *s.score);
  assert_int_equal(lf_scorecard_score(s.card, s.codes, NULL, s.score, NULL), LF_OK);
  s.rows = (lf_monitor_rows){c->history, s.card, s.codes, s.score};
  return s;
}

static void scored_free(scored *s) {
  lf_scorecard_free(s->card);
  lf_codes_free(s->codes);
  free(s->score);
}

#define SAME(a, b, field) near_share((a)->field, (b)->field, 1e-9)

static void monitor_counts_weights(void **state) {
  (void)state;
  history_case c[2];
  scored s[2];
  lf_monitor *m[2] = {NULL, NULL};
  lf_promise promise;
  const lf_monitor_options options = {.planned_mqls = 60};
  for (int k = 0; k < 2; k++) {
    build(&c[k], k == 0, false, 0);
    s[k] = score(&c[k]);
    assert_int_equal(lf_promise_read(s[k].card, &promise, NULL), LF_OK);
    if (lf_monitor_make(&s[k].rows, &promise, &options, NULL, &m[k], &c[k].error) != LF_OK)
      fail_msg("%s", c[k].error.message);
    lf_promise_clear(&promise);
  }
  assert_true(c[0].history->n_rows < c[1].history->n_rows / 2);
  SAME(m[0], m[1], rows);
  SAME(m[0], m[1], decided);
  SAME(m[0], m[1], won);
  SAME(m[0], m[1], months);
  assert_int_equal(m[0]->n_periods, m[1]->n_periods);
  assert_int_equal(m[0]->n_periods, 7 + 3);
  for (size_t k = 0; k < m[0]->n_periods; k++) {
    const lf_monitor_period *a = &m[0]->periods[k], *b = &m[1]->periods[k];
    SAME(a, b, leads);
    SAME(a, b, qualified);
    SAME(a, b, decided);
    SAME(a, b, qualified_won);
    SAME(a, b, expected);
    SAME(a, b, amount);
    SAME(a, b, qualified_amount);
    SAME(a, b, auc);
    SAME(a, b, auc_low);
    SAME(a, b, ratio);
    SAME(a, b, psi);
  }
  assert_int_equal(m[0]->n_checks, m[1]->n_checks);
  for (size_t k = 0; k < m[0]->n_checks; k++) {
    const lf_check *a = &m[0]->checks[k], *b = &m[1]->checks[k];
    assert_string_equal(a->id, b->id);
    SAME(a, b, value);
    near_share(a->p, b->p, 1e-6);
    SAME(a, b, low);
    SAME(a, b, shift.critical);
  }
  SAME(&m[0]->funnel, &m[1]->funnel, qualified);
  SAME(&m[0]->funnel, &m[1]->funnel, open);
  SAME(&m[0]->funnel, &m[1]->funnel, lost);
  SAME(&m[0]->funnel, &m[1]->funnel, won);
  SAME(&m[0]->funnel, &m[1]->funnel, below_won);
  SAME(&m[0]->funnel, &m[1]->funnel, won_amount);
  SAME(&m[0]->funnel, &m[1]->funnel, below_amount);
  for (int k = 0; k < 2; k++) {
    lf_monitor_free(m[k]);
    scored_free(&s[k]);
    case_free(&c[k]);
  }
}

/* Of a month that is held back no row is there, though some were decided: the quarter that is told ends
 * before it, and counts what was decided from April to June. Of 24 kinds of lead a month twelve reach ten
 * points, six of weight 1 and six of weight 3; four of them, half of each, are open in June. */
static void backtest_ends_before_what_is_held_back(void **state) {
  (void)state;
  const lf_plan_options options = {.revenue = NAN, .capacity = NAN, .horizon = 2, .seed = 1};
  history_case c;
  lf_plan *plan = NULL;
  build(&c, false, true, 0);
  scored s = score(&c);
  assert_int_equal(c.history->maturity.n_cohorts, 7);
  c.history->maturity.cohorts[6].held = true;
  if (lf_plan_make(&s.rows, &options, NULL, &plan, &c.error) != LF_OK) fail_msg("%s", c.error.message);
  assert_true(plan->backtest.known);
  assert_int_equal(floor(plan->backtest.to), lf_days_from_civil(2023, 6, 30));
  assert_int_equal(floor(plan->backtest.from), lf_days_from_civil(2023, 3, 31));
  assert_true(plan->backtest.came_qualified == 2 * (6 * 1 + 6 * 3) + 4 * 1 + 4 * 3);
  lf_plan_free(plan);
  scored_free(&s);
  case_free(&c);
}

/* Where the day of creation orders the rows and some are open, the newest are not decided yet; where all were
 * given the same time, they are. */
static void a_window_makes_a_backtest_of_creations(void **state) {
  (void)state;
  const lf_plan_options options = {.revenue = NAN, .capacity = NAN, .horizon = 2, .seed = 1};
  for (int within = 0; within <= 30; within += 30) {
    history_case c;
    lf_plan *plan = NULL;
    build(&c, false, true, 0);
    scored s = score(&c);
    c.history->date = c.history->created;
    c.history->window.within = within;
    assert_true(c.history->open > 0);
    if (lf_plan_make(&s.rows, &options, NULL, &plan, &c.error) != LF_OK) fail_msg("%s", c.error.message);
    assert_int_equal(plan->backtest.known, within > 0);
    lf_plan_free(plan);
    scored_free(&s);
    case_free(&c);
  }
}

static void plan_counts_weights(void **state) {
  (void)state;
  history_case c[2];
  scored s[2];
  lf_plan *p[2] = {NULL, NULL};
  const lf_plan_options options = {
      .revenue = 20000, .capacity = NAN, .cost_per_lead = 3, .horizon = 2, .seed = 1};
  for (int k = 0; k < 2; k++) {
    build(&c[k], k == 0, true, 0);
    s[k] = score(&c[k]);
    if (lf_plan_make(&s[k].rows, &options, NULL, &p[k], &c[k].error) != LF_OK)
      fail_msg("%s", c[k].error.message);
  }
  SAME(p[0], p[1], rows);
  SAME(p[0], p[1], won);
  SAME(p[0], p[1], volume.months);
  /* what the open rows weigh is not kept: they count as the average of the others, which is near enough here
   */
  assert_true(fabs(p[0]->volume.mean / p[1]->volume.mean - 1) < 0.05);
  assert_int_equal(p[0]->n_rows, p[1]->n_rows);
  for (size_t k = 0; k < p[0]->n_rows; k++) {
    const lf_plan_row *a = &p[0]->thresholds[k], *b = &p[1]->thresholds[k];
    assert_int_equal(a->threshold, b->threshold);
    SAME(a, b, rows);
    SAME(a, b, won);
    SAME(a, b, amount);
    SAME(a, b, share);
    SAME(a, b, win_rate.value);
    SAME(a, b, deal_size.value);
    SAME(a, b, revenue_per_lead.value);
    SAME(a, b, needed.value);
  }
  assert_int_equal(p[0]->recommended, p[1]->recommended);
  for (size_t g = 0; g < p[0]->n_grades; g++) {
    SAME(p[0], p[1], grades[g].rows);
    SAME(p[0], p[1], grades[g].won);
  }
  assert_int_equal(p[0]->backtest.known, p[1]->backtest.known);
  assert_true(p[0]->backtest.known);
  SAME(p[0], p[1], backtest.came_qualified);
  SAME(p[0], p[1], backtest.came_wins);
  SAME(p[0], p[1], backtest.came_revenue);
  SAME(p[0], p[1], backtest.qualified.value);
  SAME(p[0], p[1], cycle_median);
  for (int k = 0; k < 2; k++) {
    lf_plan_free(p[k]);
    scored_free(&s[k]);
    case_free(&c[k]);
  }
}

static void change_counts_weights(void **state) {
  (void)state;
  history_case c[2];
  lf_changed *changed[2] = {NULL, NULL};
  lf_scorecard *new_card[2];
  for (int k = 0; k < 2; k++) {
    build(&c[k], k == 0, true, 0);
    lf_scorecard *old_card = card_of(10, 5, 10);
    new_card[k] = card_of(5, 12, 12);
    if (lf_changed_make(c[k].history, &old_card, new_card[k], 1, NULL, &changed[k], &c[k].error) != LF_OK)
      fail_msg("%s", c[k].error.message);
  }
  const lf_changed *a = changed[0], *b = changed[1];
  assert_false(a->on_holdout);
  SAME(a, b, rows);
  SAME(a, b, won);
  SAME(a, b, amount);
  SAME(a, b, scale);
  SAME(a, b, old_threshold_here);
  SAME(a, b, volume.from);
  SAME(a, b, volume.to);
  SAME(a, b, win_rate.from);
  SAME(a, b, win_rate.to);
  for (size_t part = 0; part < LF_CHANGED_PARTS; part++) {
    SAME(a, b, volume.part[part].value);
    SAME(a, b, judged_win_rate.part[part].value);
  }
  const lf_flips *flips[2][2] = {{&a->up, &b->up}, {&a->down, &b->down}};
  for (int way = 0; way < 2; way++) {
    const lf_flips *x = flips[way][0], *y = flips[way][1];
    assert_true(x->rows > 0);
    SAME(x, y, rows);
    SAME(x, y, won);
    SAME(x, y, amount);
    assert_int_equal(x->n, y->n);
    for (size_t k = 0; k < x->n; k++) {
      SAME(x, y, patterns[k].rows);
      SAME(x, y, patterns[k].amount);
      SAME(x, y, patterns[k].change);
    }
  }
  for (size_t t = 0; t < a->n; t++) {
    SAME(a, b, attributes[t].old_spread);
    SAME(a, b, attributes[t].mean_change);
    SAME(a, b, attributes[t].small_rows);
    assert_int_equal(a->attributes[t].n_cells, b->attributes[t].n_cells);
    for (size_t k = 0; k < a->attributes[t].n_cells; k++) {
      SAME(a, b, attributes[t].cells[k].rows);
      SAME(a, b, attributes[t].cells[k].won);
    }
  }
  for (int k = 0; k < 2; k++) {
    lf_changed_free(changed[k]);
    lf_scorecard_free(new_card[k]);
    case_free(&c[k]);
  }
}

static void followup_counts_weights(void **state) {
  (void)state;
  history_case c[2];
  lf_followup *f[2] = {NULL, NULL};
  lf_scorecard *card = card_of(10, 5, 10);
  for (int k = 0; k < 2; k++) {
    build(&c[k], k == 0, true, 0);
    if (lf_followup_make(c[k].history, card, 1, NULL, &f[k], &c[k].error) != LF_OK)
      fail_msg("%s", c[k].error.message);
  }
  assert_int_equal(f[0]->n_columns, 1);
  SAME(f[0], f[1], rows);
  SAME(f[0], f[1], won);
  SAME(f[0], f[1], unworked_rows);
  SAME(f[0], f[1], unworked_won);
  for (size_t g = 0; g < f[0]->n_grades; g++) {
    SAME(f[0], f[1], grades[g].rows);
    SAME(f[0], f[1], grades[g].win_rate);
  }
  for (int k = 0; k < 2; k++) {
    lf_followup_free(f[k]);
    case_free(&c[k]);
  }
  lf_scorecard_free(card);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(monitor_counts_weights), cmocka_unit_test(a_window_makes_a_backtest_of_creations),
      cmocka_unit_test(plan_counts_weights),    cmocka_unit_test(backtest_ends_before_what_is_held_back),
      cmocka_unit_test(change_counts_weights),  cmocka_unit_test(followup_counts_weights),
  };
  return cmocka_run_group_tests_name("rows of weights", tests, NULL, NULL);
}
