/* What a claim is adjusted for, and what it is not, with the reasons that are given: on 800 leads put
 * together so that each reason has one column. */
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

enum { LEADS = 800 };

typedef struct asked {
  history_case c;
  lf_claims *claims;
  lf_answers *answers;
} asked;

/* Asked is yes for every second lead. Alike says the same but for one lead in two hundred; Calls is sales';
 * Region has two values that both sides have; Channel is "own" for 95 in 100 of those who asked, and for
 * nobody else. Class follows the amount, but for one in ten. One lead in `wins` wins. */
static void ask(asked *a, const char *claim, int wins) {
  static const char *const regions[] = {"north", "south"}, *const others[] = {"web", "fair", "mail"};
  lf_text csv = {0};
  lf_attribute_spec *spec = NULL;
  *a = (asked){.c = case_new()};
  set_text(&a->c.project.outcome, "Stage");
  set_text(&a->c.project.amount, "Amount");
  assert_int_equal(lf_project_attribute_add(&a->c.project, "Calls", &spec, &a->c.error), LF_OK);
  spec->owner = LF_OWNER_SALES;
  assert_int_equal(lf_project_attribute_add(&a->c.project, "Asked", &spec, &a->c.error), LF_OK);
  spec->owner = LF_OWNER_MARKETING;
  lf_text_add(&csv, "Id,Stage,Asked,Alike,Calls,Region,Channel,Class,Amount\n");
  for (int i = 0; i < LEADS; i++) {
    bool asks = i % 2, won = noise(1, (uint64_t)i) * wins < 1, alike = i % 200 == 7 ? !asks : asks;
    int size = (int)(4 * noise(2, (uint64_t)i)), told = i % 10 == 3 ? (size + 1) % 4 : size;
    lf_text_addf(&csv, "r%d,%s,%s,%s,%d,%s,%s,c%d,", i, won ? "Won" : "Lost", asks ? "yes" : "no",
                 alike ? "same" : "other", i / 2 % 5, regions[(int)(2 * noise(3, (uint64_t)i))],
                 asks && i % 40 != 1 ? "own" : others[(int)(3 * noise(4, (uint64_t)i))], told);
    if (won) lf_text_addf(&csv, "%d", (int)(100 * pow(10, size) * (1 + noise(5, (uint64_t)i))));
    lf_text_add(&csv, "\n");
  }
  case_must_build(&a->c, csv.data);
  lf_text_free(&csv);
  lf_error err = {.message = ""};
  if (lf_claims_parse("claims.yaml", claim, strlen(claim), &a->claims, &err) != LF_OK ||
      lf_claims_answer(a->claims, a->c.history, NULL, &a->answers, &err) != LF_OK)
    fail_msg("%s", err.message);
}

static void asked_free(asked *a) {
  lf_answers_free(a->answers);
  lf_claims_free(a->claims);
  case_free(&a->c);
}

static bool has(const lf_text_list *list, const char *text) {
  for (size_t i = 0; i < list->n; i++)
    if (strstr(list->items[i], text)) return true;
  return false;
}

static void must_have(const lf_text_list *list, const char *text) {
  if (has(list, text)) return;
  for (size_t i = 0; i < list->n; i++) print_message("%s\n", list->items[i]);
  fail_msg("no '%s'", text);
}

static void reasons_not_to_adjust(void **state) {
  (void)state;
  asked a;
  ask(&a, "claims: [{say: a, attribute: Asked, group: 'yes', effect: win, direction: higher}]", 2);
  const lf_answer *x = &a.answers->items[0];
  must_have(&x->adjusted_for, "Region");
  must_have(&x->adjusted_for, "Class");
  must_have(&x->not_adjusted_for, "Calls: sales owns it, so it comes later and may be how the effect works");
  must_have(&x->not_adjusted_for, "Alike: it says nearly the same");
  assert_false(has(&x->adjusted_for, "Calls") || has(&x->adjusted_for, "Alike"));
  asked_free(&a);
}

/* 380 of the 400 who asked came by a channel of their own: the other 20 are compared. */
static void hardly_any_can_be_compared(void **state) {
  (void)state;
  asked a;
  ask(&a, "claims: [{say: a, attribute: Asked, group: 'yes', effect: win, direction: higher}]", 2);
  must_have(&a.answers->items[0].notes,
            "Only 20 of the 400 leads of the group have a value of 'Channel' that the other side has");
  asked_free(&a);
}

/* For an effect on the amount, what follows the amount is what is compared. */
static void what_repeats_the_amount(void **state) {
  (void)state;
  asked a;
  ask(&a,
      "claims: [{say: a, attribute: Asked, group: 'yes', effect: amount, direction: higher}, "
      "{say: b, attribute: Asked, group: 'yes', effect: revenue, direction: higher}]",
      2);
  for (size_t k = 0; k < 2; k++) must_have(&a.answers->items[k].not_adjusted_for, "Class: it ");
  asked_free(&a);
}

/* Twenty wins or so bear no weight beside the effect. */
static void too_few_for_weights(void **state) {
  (void)state;
  asked a;
  ask(&a, "claims: [{say: a, attribute: Asked, group: 'yes', effect: win, direction: higher}]", 40);
  const lf_answer *x = &a.answers->items[0];
  must_have(&x->not_adjusted_for, "there are too few wins or losses for so many weights");
  assert_int_equal(x->adjusted_for.n, 0);
  asked_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reasons_not_to_adjust),
      cmocka_unit_test(hardly_any_can_be_compared),
      cmocka_unit_test(what_repeats_the_amount),
      cmocka_unit_test(too_few_for_weights),
  };
  return cmocka_run_group_tests_name("what claims are adjusted for", tests, NULL, NULL);
}
