/* What sales did, among leads of one grade: bands and their labels, grades by the lead alone, and leads
 * nobody touched, from 240 leads counted by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card_case.h"
#include "evidence/followup.h"
#include "history_case.h"
#include "near.h"

enum { LEADS = 240 };

/* Ten points for x of A; what sales did may have points, too. ' stands for ". */
static lf_scorecard *card_of(const char *more, const char *grades) {
  lf_text attributes = {0};
  lf_text_addf(&attributes, TEN_POINTS_FOR_X "%s", more);
  lf_scorecard *card = card_of_attributes(attributes.data, grades);
  lf_text_free(&attributes);
  return card;
}

#define GRADES ", 'grades': [{'label': 'G', 'from': 10}, {'label': 'H', 'from': 0}]"
#define BANDS                                                                                                \
  "'bands': [{'label': 't', 'from': 2, 'points': 20}, {'label': 'm', 'missing': true, 'points': 0}, "        \
  "{'label': 'o', 'other': true, 'points': 0}]}"

/* Lead i has x where i is even, wins where i % 3 is 0, and in the column what is said of it; NaN: nothing. */
static lf_followup *follow(const char *column, const double *value, const lf_scorecard *card,
                           history_case *c) {
  lf_text csv = {0};
  lf_followup *f = NULL;
  lf_attribute_spec *spec = NULL;
  *c = case_new();
  set_text(&c->project.outcome, "Stage");
  assert_int_equal(lf_project_attribute_add(&c->project, column, &spec, &c->error), LF_OK);
  spec->kind = LF_KIND_NUMBER;
  spec->owner = LF_OWNER_SALES;
  lf_text_addf(&csv, "Id,Stage,A,%s\n", column);
  for (int i = 0; i < LEADS; i++) {
    lf_text_addf(&csv, "r%d,%s,%s,", i, i % 3 ? "Lost" : "Won", i % 2 ? "y" : "x");
    if (!isnan(value[i])) lf_text_add_double(&csv, value[i]);
    lf_text_add(&csv, "\n");
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
  if (lf_followup_make(c->history, card, 1, NULL, &f, &c->error) != LF_OK) fail_msg("%s", c->error.message);
  return f;
}

static void bands_of_what_was_done(void **state) {
  (void)state;
  static const struct {
    double value[4]; /* of four quarters of the leads */
    int missing;     /* every 24th lead, so many */
    const char *labels[6];
    size_t bands;
    double rows[6];
  } cases[] = {
      {{0, 1, 4, 8}, 0, {"0", "above 0 to below 4", "4 to below 8", "8 and more"}, 4, {60, 60, 60, 60}},
      {{1, 2, 3, 4}, 0, {"below 2", "2 to below 3", "3 to below 4", "4 and more"}, 4, {60, 60, 60, 60}},
      {{0, 0, 0, 5}, 0, {"0", "above 0"}, 2, {180, 60}},
      {{1, 2, 3, 4},
       10,
       {"below 2", "2 to below 3", "3 to below 4", "4 and more", "missing"},
       4,
       {57, 58, 57, 58, 10}},
      {{1, 2, 3, 4},
       9,
       {"below 2", "2 to below 3", "3 to below 4", "4 and more"},
       4,
       {57, 58, 57, 59}},                             /* too few to be told */
      {{2, 2, 2, 2}, -1, {"any value"}, 1, {LEADS}}}; /* all but a few did the same */
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    double value[LEADS];
    history_case c;
    lf_scorecard *card = card_of("", GRADES);
    for (int i = 0; i < LEADS; i++) {
      value[i] = cases[k].value[i / 60];
      if (cases[k].missing < 0 && i % 60 == 59) value[i] = 5 + i;
      if (i % 24 == 0 && i / 24 < cases[k].missing) value[i] = NAN;
    }
    lf_followup *f = follow("Touches", value, card, &c);
    assert_int_equal(f->n_columns, 1);
    const lf_followup_column *column = &f->columns[0];
    assert_true(column->touches);
    assert_int_equal(column->n_bands, cases[k].bands);
    for (size_t b = 0; b < 6 && cases[k].labels[b]; b++) {
      assert_string_equal(column->labels[b], cases[k].labels[b]);
      near(column->cells[0][b].rows + column->cells[1][b].rows, cases[k].rows[b], 0);
    }
    assert_int_equal(column->has_missing, cases[k].missing >= 10);
    if (cases[k].bands < 2) near(column->difference.value, NAN, 0);
    lf_followup_free(f);
    lf_scorecard_free(card);
    case_free(&c);
  }
}

/* 60 leads nobody touched won as often as others: a third. Had they won at half, the same, or twice the rate
 * of touched ones of their grade, all leads would have won at (180 + 60 f) / 240 of a third. */
static void leads_nobody_touched(void **state) {
  (void)state;
  double value[LEADS];
  history_case c;
  lf_scorecard *card = card_of("", GRADES);
  for (int i = 0; i < LEADS; i++) value[i] = i < 60 ? 0 : 1 + i % 4;
  lf_followup *f = follow("Call attempts", value, card, &c);
  assert_string_equal(f->worked_by, "Call attempts");
  near(f->unworked_rows, 60, 0);
  near(f->unworked_won, 20, 0);
  for (size_t k = 0; k < LF_UNWORKED_CASES; k++) {
    near(f->cases[k].all, (180 + 60 * f->cases[k].factor) / 240 / 3, 1e-12);
    near(f->cases[k].rate[0], (90 + 30 * f->cases[k].factor) / 120 / 3, 1e-12);
  }
  /* the grades are the lead's own: half of the leads each, of which a third won */
  assert_false(f->lead_only);
  near(f->grades[0].rows, 120, 0);
  near(f->grades[0].win_rate, 1.0 / 3, 1e-12);
  lf_followup_free(f);
  lf_scorecard_free(card);
  case_free(&c);
}

/* Time to answer is no work that was left undone. Where few of a grade stand in some band it is not compared,
 * and no rate is told. */
static void time_to_answer(void **state) {
  (void)state;
  double value[LEADS];
  history_case c;
  lf_scorecard *card = card_of("", GRADES);
  for (int i = 0; i < LEADS; i++) value[i] = i < 60 ? 0 : i % 2 ? 9 : 3; /* none of G waited 9 hours */
  lf_followup *f = follow("Response hours", value, card, &c);
  assert_false(f->columns[0].touches);
  assert_null(f->worked_by);
  assert_int_equal(f->columns[0].grades_compared, 0);
  near(f->columns[0].share_compared, 0, 0);
  near(f->columns[0].rate[0].value, NAN, 0);
  lf_followup_free(f);
  case_free(&c);
  /* here both grades did both: a third won either way */
  for (int i = 0; i < LEADS; i++) value[i] = i / 2 % 2 ? 9 : 3;
  f = follow("Response hours", value, card, &c);
  assert_int_equal(f->columns[0].grades_compared, 2);
  near(f->columns[0].rate[0].value, 1.0 / 3, 1e-12);
  near(f->columns[0].difference.value, 0, 1e-12);
  lf_followup_free(f);
  lf_scorecard_free(card);
  case_free(&c);
}

/* Points for what sales did are taken off before a lead is graded, and each grade keeps the share of leads
 * that the card gives it. */
static void grades_of_the_lead_alone(void **state) {
  (void)state;
  double value[LEADS];
  history_case c;
  lf_scorecard *card = card_of(", {'name': 'Touches', 'kind': 'number', " BANDS,
                               ", 'grades': [{'label': 'G', 'from': 30}, {'label': 'H', 'from': 0}]");
  for (int i = 0; i < LEADS; i++)
    value[i] = i % 4 == 0 ? 3 : i % 4; /* of 60 leads with x all have 30 points */
  lf_followup *f = follow("Touches", value, card, &c);
  assert_true(f->lead_only);
  assert_int_equal(f->n_grades, 2);
  /* leads with x are 120 of equal points: the middle of them falls to G, which has half */
  near(f->grades[0].rows + f->grades[1].rows, LEADS, 0);
  near(f->grades[0].rows, 120, 0);
  lf_followup_free(f);
  lf_scorecard_free(card);
  case_free(&c);
}

/* A card without grades, and a column that says nothing of follow-up, have nothing to tell. */
static void nothing_to_follow(void **state) {
  (void)state;
  double value[LEADS];
  history_case c;
  for (int i = 0; i < LEADS; i++) value[i] = i % 7;
  lf_scorecard *plain = card_of("", ""), *graded = card_of("", GRADES);
  lf_followup *f = follow("Touches", value, plain, &c);
  assert_int_equal(f->n_columns, 0);
  lf_followup_free(f);
  case_free(&c);
  f = follow("Headcount", value, graded, &c);
  assert_int_equal(f->n_columns, 0);
  lf_followup_free(f);
  case_free(&c);
  lf_scorecard_free(plain);
  lf_scorecard_free(graded);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bands_of_what_was_done), cmocka_unit_test(leads_nobody_touched),
      cmocka_unit_test(time_to_answer),         cmocka_unit_test(grades_of_the_lead_alone),
      cmocka_unit_test(nothing_to_follow),
  };
  return cmocka_run_group_tests_name("follow-up", tests, NULL, NULL);
}
