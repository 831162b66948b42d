/* What is an attribute over again, and that an effect is not adjusted for it: generated histories of known
 * truth. A size class is its size in bands; a confounder is not, however strongly it goes with it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/claims.h"
#include "evidence/evidence.h"
#include "evidence/repeats.h"
#include "history_case.h"

static double normal(uint64_t seed, uint64_t i) {
  double u = noise(seed, i);
  return lf_normal_quantile(u < 1e-12 ? 1e-12 : u);
}

/* ---- pairs ----------------------------------------------------------------------------------------------
 */

/* Four uneven bands of a standard normal; names whose order says nothing. */
static const char *class_of(double x) {
  return x < -1 ? "mid" : x < 0.2 ? "entry" : x < 1.6 ? "upper" : "giant";
}

/* With a normal of correlation r to x. */
static double beside(double x, double r, uint64_t seed, uint64_t i) {
  return r * x + sqrt(1 - r * r) * normal(seed, i);
}

static void build_pairs(history_case *c) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.outcome, "won");
  lf_text_add(&csv, "won,x,class,slips,near,close,log,reverse,median,holes\n");
  for (size_t i = 0; i < 6000; i++) {
    double x = normal(1, i);
    lf_text_addf(&csv, "%d,", noise(2, i) < 0.5);
    lf_text_add_double(&csv, x);
    lf_text_addf(&csv, ",%s,%s,", class_of(x), noise(3, i) < 0.02 ? "giant" : class_of(x));
    lf_text_addf(&csv, "%s,", class_of(beside(x, 0.9, 4, i)));
    lf_text_add_double(&csv, beside(x, 0.97, 5, i));
    lf_text_add(&csv, ",");
    lf_text_add_double(&csv, exp(x));
    lf_text_add(&csv, ",");
    lf_text_add_double(&csv, -3 * x);
    lf_text_addf(&csv, ",%s,%s\n", beside(x, 0.95, 6, i) < 0 ? "low" : "high",
                 noise(7, i) < 0.4 ? "" : class_of(x));
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static lf_repeat between(const history_case *c, const lf_repeats *r, const char *own, const char *other) {
  return lf_repeat_of(r, lf_table_find(c->history->table, own), lf_table_find(c->history->table, other));
}

static void repeats_are_told_from_confounders(void **state) {
  history_case c;
  lf_repeats *r = NULL;
  uint8_t wanted[16];
  (void)state;
  build_pairs(&c);
  memset(wanted, 1, sizeof wanted);
  assert_int_equal(lf_repeats_make(c.history, wanted, false, &r, NULL), LF_OK);
  assert_int_equal(between(&c, r, "x", "class"), LF_REPEAT_IN_BANDS);
  assert_int_equal(between(&c, r, "class", "x"), LF_REPEAT_FINER);
  assert_int_equal(between(&c, r, "x", "slips"), LF_REPEAT_IN_BANDS);
  assert_int_equal(between(&c, r, "x", "holes"), LF_REPEAT_IN_BANDS);
  assert_int_equal(between(&c, r, "x", "log"), LF_REPEAT_ORDER);
  assert_int_equal(between(&c, r, "x", "reverse"), LF_REPEAT_ORDER);
  assert_int_equal(between(&c, r, "x", "near"), LF_REPEAT_NONE);
  assert_int_equal(between(&c, r, "x", "close"), LF_REPEAT_NONE);
  assert_int_equal(between(&c, r, "x", "median"), LF_REPEAT_NONE);
  assert_int_equal(between(&c, r, "class", "near"), LF_REPEAT_NONE);
  assert_int_equal(between(&c, r, "x", "won"), LF_REPEAT_NONE);
  assert_int_equal(between(&c, r, "x", "x"), LF_REPEAT_NONE);
  lf_repeats_free(r);
  case_free(&c);
}

/* ---- claims ---------------------------------------------------------------------------------------------
 */

/* Size wins (log-odds of 1 where above its mean); Class is Size in bands. Idle goes with what Cause tells the
 * class of (correlation .9), and that class alone loses. Partner deals are smaller by a log ratio of 0.3;
 * Tier is the amount asked for, in bands. */
static void build_claims(history_case *c, size_t rows) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.outcome, "won");
  set_text(&c->project.amount, "Amount");
  set_text(&c->project.id, "Id");
  c->options.holdout = 0.25;
  lf_text_add(&csv, "Id,won,Amount,Size,Class,Idle,Cause,Partner,Tier\n");
  for (size_t i = 0; i < rows; i++) {
    double size = normal(11, i), cause = normal(12, i), idle = beside(cause, 0.9, 13, i);
    bool partner = noise(14, i) < 0.5;
    double amount = exp(8 + 0.8 * normal(15, i) - 0.3 * partner);
    double step = cause < -1 ? -1 : cause < 0.2 ? 0 : cause < 1.6 ? 1 : 2;
    bool won = noise(16, i) < lf_expit(-0.5 + (size > 0 ? 1 : 0) - 1.2 * step);
    lf_text_addf(&csv, "%zu,%d,", i, won);
    if (won) lf_text_add_fixed(&csv, amount, 2);
    lf_text_add(&csv, ",");
    lf_text_add_fixed(&csv, 100 + 20 * size, 1);
    lf_text_addf(&csv, ",%s,", class_of(size));
    lf_text_add_fixed(&csv, idle, 3);
    lf_text_addf(&csv, ",%s,%s,%s\n", class_of(cause), partner ? "yes" : "no",
                 amount < 1500   ? "bronze"
                 : amount < 4000 ? "silver"
                                 : "gold");
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static const char claims_text[] =
    "claims:\n"
    " - {say: size, attribute: Size, group: {from: 100, to: 1000}, effect: win, direction: higher}\n"
    " - {say: class, attribute: Class, group: [upper, giant], effect: win, direction: higher}\n"
    " - {say: idle, attribute: Idle, group: {from: 0, to: 99}, effect: win, direction: lower}\n"
    " - {say: deals, attribute: Partner, group: [yes], effect: amount, direction: lower}\n";

static bool listed(const lf_text_list *list, const char *start) {
  for (size_t i = 0; i < list->n; i++)
    if (strncmp(list->items[i], start, strlen(start)) == 0) return true;
  return false;
}

static void holds(const lf_ratio *r, double log_ratio) {
  assert_true(log(r->low) < log_ratio && log_ratio < log(r->high));
}

static void claims_are_not_adjusted_for_repeats(void **state) {
  history_case c;
  lf_claims *claims = NULL;
  lf_answers *answers = NULL;
  lf_error err = {0};
  (void)state;
  build_claims(&c, 16000);
  assert_int_equal(lf_claims_parse("c.yaml", claims_text, sizeof claims_text - 1, &claims, &err), LF_OK);
  if (lf_claims_answer(claims, c.history, NULL, &answers, &err) != LF_OK) fail_msg("%s", err.message);
  const lf_answer *size = &answers->items[0], *class = &answers->items[1], *idle = &answers->items[2],
                  *deals = &answers->items[3];
  assert_true(listed(&size->not_adjusted_for, "Class: it is this attribute in bands"));
  assert_true(listed(&size->adjusted_for, "Cause"));
  holds(&size->adjusted, 1);
  assert_int_equal(size->verdict, LF_CLAIM_SUPPORTED);
  assert_true(listed(&class->not_adjusted_for, "Size: this attribute is the same in bands"));
  assert_int_equal(class->verdict, LF_CLAIM_SUPPORTED);
  assert_true(listed(&idle->adjusted_for, "Cause")); /* a confounder is still adjusted for */
  assert_true(idle->raw.high < 0.6 && fabs(idle->adjusted.log_ratio) < fabs(idle->raw.log_ratio) / 4);
  assert_true(listed(&deals->not_adjusted_for, "Tier: it is the amount over again"));
  holds(&deals->adjusted, -0.3);
  assert_int_equal(deals->verdict, LF_CLAIM_SUPPORTED);
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
}

/* 400 referrals, all by the form; of the others 30 by the form and 1,970 by the web: only those 30 can be
 * compared within the form. The form wins. */
static void limited_overlap_is_said(void **state) {
  static const char text[] =
      "claims:\n - {say: a, attribute: Source, group: [referral], effect: win, direction: higher}\n";
  history_case c = case_new();
  lf_text csv = {0};
  lf_claims *claims = NULL;
  lf_answers *answers = NULL;
  lf_error err = {0};
  (void)state;
  set_text(&c.project.outcome, "won");
  lf_text_add(&csv, "won,Source,Origin\n");
  for (size_t i = 0; i < 2400; i++) {
    bool referral = i < 400, form = i < 430;
    lf_text_addf(&csv, "%d,%s,%s\n", noise(31, i) < (form ? 0.7 : 0.2),
                 referral ? "referral"
                 : i % 2  ? "ads"
                          : "search",
                 form ? "form" : "web");
  }
  case_must_build(&c, csv.data);
  assert_int_equal(lf_claims_parse("c.yaml", text, sizeof text - 1, &claims, &err), LF_OK);
  if (lf_claims_answer(claims, c.history, NULL, &answers, &err) != LF_OK) fail_msg("%s", err.message);
  assert_true(listed(&answers->items[0].adjusted_for, "Origin"));
  assert_true(listed(&answers->items[0].notes,
                     "Only 30 of the 2,000 leads it is held against have a value of 'Origin'"));
  lf_text_free(&csv);
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
}

/* ---- the study ------------------------------------------------------------------------------------------
 */

static const lf_attribute_evidence *named(const lf_evidence *e, const char *name) {
  for (size_t t = 0; t < e->n; t++)
    if (strcmp(e->items[t].name, name) == 0) return &e->items[t];
  fail_msg("no attribute %s", name);
  return NULL;
}

/* The evidence of the claims' history without some columns. */
static lf_evidence *study_without(history_case *c, const char *drop) {
  lf_atoms *atoms = NULL;
  lf_card_fit *fit = NULL;
  lf_evidence *evidence = NULL;
  lf_evidence_options options = {.replicates = 200, .seed = 1};
  lf_run two = {.threads = 2};
  lf_error err = {0};
  build_claims(c, 8000);
  size_t column = lf_table_find(c->history->table, drop);
  if (column != SIZE_MAX) c->history->roles[column].role = LF_ROLE_EXCLUDED;
  lf_status status = lf_atoms_make(c->history, NULL, &two, &atoms, &err);
  if (status == LF_OK) status = lf_card_fit_make(c->history, atoms, NULL, &two, &fit, &err);
  if (status == LF_OK)
    status = lf_evidence_make(c->history, atoms, fit, NULL, &options, &two, &evidence, &err);
  if (status != LF_OK) fail_msg("%s", err.message);
  lf_card_fit_free(fit);
  lf_atoms_free(atoms);
  return evidence;
}

/* What is said of size is what would be said if its class were not there, and the other way round. */
static void a_study_is_not_adjusted_for_repeats(void **state) {
  history_case all, no_class, no_size;
  (void)state;
  lf_evidence *e = study_without(&all, ""), *size_alone = study_without(&no_class, "Class"),
              *class_alone = study_without(&no_size, "Size");
  const lf_attribute_evidence *size = named(e, "Size"), *class = named(e, "Class"), *idle = named(e, "Idle");
  assert_true(listed(&size->not_adjusted_for, "Class: it is this attribute in bands"));
  assert_true(listed(&class->not_adjusted_for, "Size: this attribute is the same in bands"));
  assert_int_equal(idle->not_adjusted_for.n, 0);
  assert_true(listed(&e->notes, "Class is Size in bands: neither is adjusted for the other."));
  double alone = named(size_alone, "Size")->win.effect.log_ratio;
  assert_true(fabs(size->win.effect.log_ratio / alone - 1) < 0.15);
  alone = named(class_alone, "Class")->win.effect.log_ratio;
  assert_true(fabs(class->win.effect.log_ratio / alone - 1) < 0.15);
  assert_int_equal(size->verdict, LF_PREDICTS_REVENUE);
  assert_int_equal(class->verdict, LF_PREDICTS_REVENUE);
  assert_false(idle->through_win); /* its confounder is still adjusted for */
  lf_evidence_free(e);
  lf_evidence_free(size_alone);
  lf_evidence_free(class_alone);
  case_free(&all);
  case_free(&no_class);
  case_free(&no_size);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(repeats_are_told_from_confounders),
                                     cmocka_unit_test(claims_are_not_adjusted_for_repeats),
                                     cmocka_unit_test(limited_overlap_is_said),
                                     cmocka_unit_test(a_study_is_not_adjusted_for_repeats)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
