/* What a suspected leak is worth: a column that knows the outcome is left out, and its worth is told. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/leaks.h"
#include "history_case.h"

/* a predicts; `tag` is filled by whoever closed the lead. */
static void build(history_case *c, double holdout) {
  lf_text csv = {0};
  *c = case_new();
  c->options.holdout = holdout;
  set_text(&c->project.outcome, "Won");
  set_text(&c->project.id, "id");
  lf_text_add(&csv, "Won,id,a,b,tag\n");
  for (size_t i = 0; i < 3000; i++) {
    int a = (int)(4 * noise(1, i)), b = (int)(3 * noise(2, i));
    bool won = noise(3, i) < lf_expit(-2 + 0.7 * a);
    const char *tag = noise(4, i) < 0.1 ? "ringing" : won ? "will revert" : "not interested";
    lf_text_addf(&csv, "%s,%zu,a%d,b%d,%s\n", won ? "yes" : "no", i, a, b,
                 tag); /* the id draws the holdout */
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

/* Without the tag, a weighs what it was given: four equal levels, 0.7 apart, have two standard deviations
 * of 1.4 sqrt(1.25). Beside the tag, which knows nine outcomes in ten, it still tells the tenth, but the
 * ridge leaves the certain rows to the tag. */
static void check_weights(const lf_leak *leak) {
  const lf_leak_weight *a = NULL;
  for (size_t k = 0; k < leak->n_weights; k++) {
    assert_string_not_equal(leak->weights[k].attribute, "tag");
    if (strcmp(leak->weights[k].attribute, "a") == 0) a = &leak->weights[k];
  }
  assert_non_null(a);
  assert_int_equal(a->n_bands, 4);
  assert_true(fabs(a->without - 1.4 * sqrt(1.25)) < 0.25);
  assert_true(a->with < a->without - 0.2);
  assert_true(a->bands[3].without > a->bands[0].without + 1.5);
}

static void check(double holdout) {
  history_case c;
  lf_atoms *atoms = NULL;
  lf_card_fit *fit = NULL;
  lf_leaks *leaks = NULL;
  lf_card_options options = {0};
  lf_run two = {.threads = 2};
  build(&c, holdout);
  assert_int_equal(lf_atoms_make(c.history, NULL, &two, &atoms, NULL), LF_OK);
  assert_int_equal(lf_card_fit_make(c.history, atoms, &options, &two, &fit, NULL), LF_OK);
  assert_int_equal(lf_leaks_make(c.history, fit, &two, &leaks, NULL), LF_OK);
  assert_int_equal(leaks->n, 2); /* and a is asked about: far stronger than the rest */
  assert_string_equal(leaks->items[1].column, "a");
  assert_false(leaks->items[1].left_out);
  assert_string_equal(leaks->items[0].column, "tag");
  assert_true(leaks->items[0].left_out && leaks->items[0].reason);
  if (holdout > 0) {
    assert_true(leaks->items[0].auc_without > 0.6 && leaks->items[0].auc_without < 0.8);
    if (!(leaks->items[0].auc_with > 0.95))
      fail_msg("AUC with the leak %.3f, without %.3f", leaks->items[0].auc_with, leaks->items[0].auc_without);
    assert_true(leaks->items[1].auc_with == leaks->items[0].auc_without); /* both are the card as it is */
    assert_true(leaks->items[1].auc_without < 0.57);                      /* b says nothing */
    check_weights(&leaks->items[0]);
    assert_int_equal(leaks->n_asked, 1); /* a: alone or together is the same */
    assert_true(leaks->auc_with_asked.value == leaks->items[1].auc_with);
    assert_true(leaks->auc_without_asked.value == leaks->items[1].auc_without);
    assert_true(leaks->auc_with_asked.low < leaks->auc_with_asked.value);
    assert_true(leaks->auc_with_asked.high > leaks->auc_with_asked.value);
  } else {
    assert_int_equal(leaks->n_asked, 0);
    assert_true(isnan(leaks->items[0].auc_with) && isnan(leaks->items[0].auc_without));
  }
  lf_leaks_free(leaks);
  lf_card_fit_free(fit);
  lf_atoms_free(atoms);
  case_free(&c);
}

static void tells_what_a_leak_is_worth(void **state) {
  (void)state;
  check(0.25);
}

static void tells_nothing_without_a_holdout(void **state) {
  (void)state;
  check(0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tells_what_a_leak_is_worth),
                                     cmocka_unit_test(tells_nothing_without_a_holdout)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
