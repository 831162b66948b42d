/* Claims as they are said: every form of a side finds the rows it means, what cannot be held against anything
 * is refused by its path, and a fair reader is told what speaks against an answer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence/claims.h"
#include "history_case.h"

enum { ROWS = 4800 };

/* Rows 0 to 4799 in order: Size is half the row, Grade 10 to 40 by quarters of the rows, Source one of eight.
 * Even rows of sources L0 to L3 win, of the others one in six. */
static char *make_csv(const char *how) {
  bool days = how && strcmp(how, "days") == 0, ages = how && strcmp(how, "ages") == 0;
  lf_text csv = {0};
  lf_text_addf(&csv, "id,Source,Size,Grade,Empty,Account,Touches,Amount,won%s\n", days || ages ? ",Day" : "");
  for (int i = 0; i < ROWS; i++) {
    int source = i % 8;
    bool won = source < 4 ? i / 8 % 2 == 0 : i / 8 % 6 == 0;
    lf_text_addf(&csv, "r%d,L%d,", i, source);
    lf_text_add_fixed(&csv, i / 2.0, 1);
    lf_text_addf(&csv, ",%d,,A%d,%d,", 10 + 10 * (i / (ROWS / 4)), i % 30, i % 3);
    if (won && source != 7) lf_text_addf(&csv, "%d", i == 0 ? 900000 : 100);
    lf_text_addf(&csv, ",%d", won);
    /* a day a quarter from 2021 on, none in the third of them and in every sixteenth row; or one in each of
     * many years */
    int quarter = i / 1200 + (i >= 2400);
    if (days && i % 16 != 15) lf_text_addf(&csv, ",%d-%02d-15", 2021 + quarter / 4, 2 + 3 * (quarter % 4));
    if (days && i % 16 == 15) lf_text_add(&csv, ",");
    if (ages) lf_text_addf(&csv, ",%d-01-01", 1900 + i / 40);
    lf_text_add(&csv, "\n");
  }
  return csv.data;
}

typedef struct asked {
  history_case c;
  lf_claims *claims;
  lf_answers *answers;
  lf_status status;
  lf_error err;
} asked;

/* `how` may be "row" (dates by the order of the rows), "account", "days", "ages", or NULL. */
static void ask(asked *a, const char *claims, const char *how) {
  *a = (asked){.c = case_new(), .err = {.message = ""}};
  char *csv = make_csv(how);
  lf_attribute_spec *spec = NULL;
  set_text(&a->c.project.outcome, "won");
  set_text(&a->c.project.amount, "Amount");
  if (how && strcmp(how, "row") == 0) set_text(&a->c.project.date, "@row");
  if (how && (strcmp(how, "days") == 0 || strcmp(how, "ages") == 0)) set_text(&a->c.project.date, "Day");
  if (how && strcmp(how, "account") == 0) set_text(&a->c.project.account, "Account");
  assert_int_equal(lf_project_attribute_add(&a->c.project, "Touches", &spec, &a->err), LF_OK);
  spec->owner = LF_OWNER_SALES;
  case_must_build(&a->c, csv);
  free(csv);
  lf_text yaml = {0};
  lf_text_addf(&yaml, "claims:\n%s", claims);
  if (lf_claims_parse("claims.yaml", yaml.data, yaml.length, &a->claims, &a->err) != LF_OK)
    fail_msg("%s", a->err.message);
  a->status = lf_claims_answer(a->claims, a->c.history, NULL, &a->answers, &a->err);
  lf_text_free(&yaml);
}

static void asked_free(asked *a) {
  lf_answers_free(a->answers);
  lf_claims_free(a->claims);
  case_free(&a->c);
}

#define CLAIM(what) " - {say: a, effect: win, direction: higher, " what "}\n"

static void every_form_of_a_side(void **state) {
  (void)state;
  static const struct {
    const char *claim;
    double group, versus;
  } cases[] = {
      {CLAIM("attribute: Source, group: L0"), 600, 4200}, /* one level without its list; else all others */
      {CLAIM("attribute: Source, group: [l0, L1], versus: L2"), 1200, 600}, /* alike but for letter case */
      {CLAIM("attribute: Grade, group: 10, versus: [20.0, 30]"), 1200,
       2400}, /* a number however it is written */
      {CLAIM("attribute: Grade, group: {from: 20, to: 40}"), 2400, 2400},
      {CLAIM("attribute: Grade, group: {from: 40}, versus: {to: 20}"), 1200, 1200},
      {CLAIM("attribute: Size, group: {from: 100, to: 200}"), 200, 4600},
      {CLAIM("attribute: Size, group: {to: 100}, versus: {from: 2000}"), 200, 800},
      {CLAIM("attribute: Size, group: [0, 0.5, 12]"), 3, 4797},
      {CLAIM("attribute: Size, group: {to: 1, from: null}, versus: [2, 2.5]"), 2, 2},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    asked a;
    ask(&a, cases[k].claim, NULL);
    if (a.status != LF_OK) fail_msg("%s: %s", cases[k].claim, a.err.message);
    const lf_answer *x = &a.answers->items[0];
    if (x->group.rows != cases[k].group || x->versus.rows != cases[k].versus)
      fail_msg("%s: %g against %g", cases[k].claim, x->group.rows, x->versus.rows);
    asked_free(&a);
  }
}

static void what_cannot_be_held_against_anything(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {CLAIM("attribute: Qqqqzz, group: 1"),
       "claims[0].attribute: no column 'Qqqqzz': leadfit inspect lists the columns"},
      {CLAIM("attribute: Sorce, group: 1"), "claims[0].attribute: no column 'Sorce': did you mean 'Source'?"},
      {CLAIM("attribute: won, group: 1"), "claims[0].attribute: 'won' is the outcome itself"},
      {CLAIM("attribute: Empty, group: 1"),
       "claims[0].attribute: 'Empty' is empty: a claim needs a column of levels or numbers"},
      {CLAIM("attribute: Source, group: [L0, Radio]"), "claims[0].group: 'Source' has no level 'Radio': it "
                                                       "has 'L0', 'L1', 'L2', 'L3', 'L4', 'L5' and 2 more"},
      {CLAIM("attribute: Source, group: L0, versus: L99"),
       "claims[0].versus: 'Source' has no level 'L99': it has 'L0'"},
      {CLAIM("attribute: Source, group: {from: 5}"),
       "claims[0].group: 'Source' holds no numbers: name its levels in a list"},
      {CLAIM("attribute: Source, group: L0, versus: {from: 5}"),
       "claims[0].versus: 'Source' holds no numbers"},
      {CLAIM("attribute: Source, group: [L0, L1], versus: [L1]"),
       "claims[0].versus: a value is in both group and versus"},
      {CLAIM("attribute: Size, group: {to: 50}, versus: {from: 40}"),
       "claims[0].versus: a value is in both group and versus"},
      {CLAIM("attribute: Size, group: {from: 1000000}"),
       "claims[0].group: no row has such a value of 'Size'"},
      {CLAIM("attribute: Size, group: [many]"), "claims[0].group: no row has such a value of 'Size'"},
      {CLAIM("attribute: Size, group: {from: 0}"), "claims[0].versus: no row has such a value of 'Size'"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    asked a;
    ask(&a, cases[k][0], NULL);
    assert_int_equal(a.status, LF_E_USAGE);
    if (!strstr(a.err.message, cases[k][1])) fail_msg("got '%s', wanted '%s'", a.err.message, cases[k][1]);
    asked_free(&a);
  }
}

static void keys_of_a_claim_are_checked(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"claims: 5", "claims: expected a list"},
      {"claims: [5]", "claims[0]: expected a group of keys"},
      {"claim: []", "there is no key 'claim' here: did you mean 'claims'?"},
      {"claims: [{attribute: a}]", "claims[0].say: every claim needs it"},
      {"claims: [{say: a}]", "claims[0].attribute: every claim needs it"},
      {"claims: [{say: [a], attribute: a}]", "claims[0].say: expected"},
      {"claims: [{say: a, by: [b]}]", "claims[0].by: expected"},
      {"claims: [{say: a, attribute: b, group: [[c]]}]", "claims[0].group[0]: expected"},
      {"claims: [{say: a, attribute: b, group: {from: c}}]", "claims[0].group.from: expected a number"},
      {"claims: [{say: a, attribute: b, group: {from: 1, to: c}}]", "claims[0].group.to: expected a number"},
      {"claims: [{say: a, attribute: b, group: {above: 1}}]",
       "claims[0].group: there is no key 'above' here"},
      {"claims: [{say: a, attribute: b, group: c, versus: []}]", "claims[0].versus: it is empty"},
      {"claims: [{say: a, attribute: b, group: c, effect: [win]}]", "claims[0].effect: expected a text"},
      {"claims: [{say: a, attribute: b, group: c, effect: deals}]",
       "claims[0].effect: it is win, amount or revenue, not 'deals'"},
      {"claims: [{say: a, attribute: b, group: c, effect: win, direction: none, margin: many}]",
       "claims[0].margin: expected a number"},
      {"claims: [{say: a, attribute: b, group: c, effect: win, direction: none, margin: 101}]",
       "claims[0].margin: it is the smallest ratio"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    lf_claims *claims = NULL;
    lf_error err = {.message = ""};
    assert_int_equal(lf_claims_parse("claims.yaml", cases[k][0], strlen(cases[k][0]), &claims, &err),
                     LF_E_USAGE);
    if (!strstr(err.message, cases[k][1])) fail_msg("got '%s', wanted '%s'", err.message, cases[k][1]);
  }
}

static bool told(const lf_answer *answer, const char *text) {
  for (size_t i = 0; i < answer->notes.n; i++)
    if (strstr(answer->notes.items[i], text)) return true;
  return false;
}

static void must_tell(const lf_answer *answer, const char *text) {
  if (told(answer, text)) return;
  for (size_t i = 0; i < answer->notes.n; i++) print_message("%s\n", answer->notes.items[i]);
  fail_msg("nobody says '%s'", text);
}

static void what_a_fair_reader_is_told(void **state) {
  (void)state;
  asked a;
  ask(&a,
      " - {say: the contrary, by: Ann, attribute: Source, group: [L0, L1, L2, L3], effect: win, direction: "
      "lower}\n"
      " - {say: it is so, attribute: Source, group: [L0, L1, L2, L3], effect: win, direction: higher}\n"
      " - {say: the other side, attribute: Source, group: [L4, L5, L6, L7], versus: [L0, L1, L2, L3], "
      "effect: win, direction: higher}\n"
      " - {say: touched, attribute: Touches, group: 2, effect: win, direction: higher}\n"
      " - {say: account, attribute: Account, group: A1, effect: win, direction: higher}\n"
      " - {say: a whale, attribute: Source, group: L0, effect: revenue, direction: higher}\n"
      " - {say: held against a whale, attribute: Source, group: L1, effect: amount, direction: higher}\n"
      " - {say: no amount, attribute: Source, group: L7, effect: amount, direction: higher}\n",
      "account");
  if (a.status != LF_OK) fail_msg("%s", a.err.message);
  const lf_answer *x = a.answers->items;
  assert_int_equal(x[0].verdict, LF_CLAIM_CONTRADICTED);
  assert_int_equal(x[1].verdict, LF_CLAIM_SUPPORTED);
  must_tell(&x[0], "Claim 2 says the contrary: \"it is so\". Both cannot be right");
  must_tell(&x[1], "Claim 1 says the contrary: \"the contrary\", by Ann. Both cannot be right");
  must_tell(&x[1], "Claim 3 says the contrary: \"the other side\". Both cannot be right");
  assert_false(told(&x[0], "Claim 3")); /* the other side higher is this side lower */
  must_tell(&x[0], "The rows come from 30 accounts only: the intervals rest on few");
  must_tell(&x[3], "Sales owns 'Touches'");
  must_tell(&x[4], "'Account' has the role account and is no attribute of the lead");
  must_tell(&x[5], " of the amount of the group: the figures hang on it");
  must_tell(&x[6], "One deal holds ");
  must_tell(&x[6], " of the amount it is held against: the figures hang on it");
  must_tell(&x[7], "A side has no amount, so there is no ratio");
  assert_true(isnan(x[7].raw.ratio) && x[7].verdict == LF_CLAIM_UNDECIDED);
  asked_free(&a);
}

/* Rows in order without dates are four parts, each with its own counts. */
static void parts_of_rows_in_order(void **state) {
  (void)state;
  asked a;
  ask(&a, CLAIM("attribute: Source, group: L0"), "row");
  if (a.status != LF_OK) fail_msg("%s", a.err.message);
  const lf_answer *x = &a.answers->items[0];
  assert_int_equal(x->n_periods, 4);
  for (size_t k = 0; k < 4; k++) {
    char label[64];
    snprintf(label, sizeof label, "part %zu of 4", k + 1);
    assert_string_equal(x->periods[k].label, label);
    assert_true(x->periods[k].group.rows == 150 && x->periods[k].versus.rows == 1050);
    assert_true(x->periods[k].group.won == 75);
    assert_true(isfinite(x->periods[k].adjusted.ratio));
  }
  asked_free(&a);
}

/* Quarters that have rows and the one between them that has none; rows without a day are in no quarter. */
static void quarters_of_days(void **state) {
  (void)state;
  asked a;
  ask(&a, CLAIM("attribute: Source, group: L0") CLAIM("attribute: Source, group: L7"), "days");
  if (a.status != LF_OK) fail_msg("%s", a.err.message);
  const lf_answer *x = a.answers->items;
  static const char *const labels[] = {"2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4", "2022-Q1"};
  assert_int_equal(x[0].n_periods, 5);
  for (size_t k = 0; k < 5; k++) {
    assert_string_equal(x[0].periods[k].label, labels[k]);
    assert_true(x[0].periods[k].group.rows == (k == 2 ? 0 : 150));
    assert_true(isfinite(x[0].periods[k].adjusted.ratio) == (k != 2));
    assert_true(x[1].periods[k].group.rows == (k == 2 ? 0 : 75)); /* every second row of L7 has no day */
  }
  asked_free(&a);
}

/* 120 years are more quarters than anybody reads: none is told. */
static void too_many_quarters(void **state) {
  (void)state;
  asked a;
  ask(&a, CLAIM("attribute: Source, group: L0"), "ages");
  if (a.status != LF_OK) fail_msg("%s", a.err.message);
  assert_int_equal(a.answers->items[0].n_periods, 0);
  assert_true(a.answers->items[0].group.rows == 600);
  asked_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_of_a_side),        cmocka_unit_test(what_cannot_be_held_against_anything),
      cmocka_unit_test(keys_of_a_claim_are_checked), cmocka_unit_test(what_a_fair_reader_is_told),
      cmocka_unit_test(parts_of_rows_in_order),      cmocka_unit_test(quarters_of_days),
      cmocka_unit_test(too_many_quarters),
  };
  return cmocka_run_group_tests_name("claims as they are said", tests, NULL, NULL);
}
