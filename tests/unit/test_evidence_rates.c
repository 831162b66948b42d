/* How often luck is taken for something, on histories whose truth is known: bounded runs here, and the rates
 * that docs/method.md quotes with EVIDENCE_RUNS=400 (tests/campaign.sh); EVIDENCE_FIRST is the first seed.
 * EVIDENCE_TEST=accounts* runs one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_world.h"

typedef struct tally {
  int runs, attributes, called, runs_called, p_below, equal;
  int intervals, missed;   /* of winning, where one is given */
  int boots, boots_missed; /* of revenue a lead */
  int planted, found;      /* attributes that predict, and those said to */
  int noise, noise_below;  /* permuted copies, and those with p < 0.05 */
} tally;

static bool is_idle(const char *name) {
  return strncmp(name, "Idle", 4) == 0;
}

/* Idle attributes weigh nothing: none should predict, and each interval holds a ratio of 1. */
static void count_idle(const lf_attribute_evidence *a, tally *t) {
  t->attributes++;
  t->p_below += a->win.effect.p < 0.05;
  t->equal += a->verdict == LF_NO_DIFFERENCE;
  t->called += predicts(a->verdict);
  if (a->win.effect.std_error > 0) {
    t->intervals++;
    t->missed += a->win.effect.low > 0 || a->win.effect.high < 0;
  }
  if (a->revenue.effect.std_error > 0) {
    t->boots++;
    t->boots_missed += a->revenue.boot_low > 0 || a->revenue.boot_high < 0;
  }
}

static void count_run(const study *s, const world *w, tally *t) {
  int before = t->called;
  for (size_t i = 0; i < s->evidence->n; i++) {
    const lf_attribute_evidence *a = &s->evidence->items[i];
    bool planted = (strcmp(a->name, "Number") == 0 && w->number != 0) ||
                   (strcmp(a->name, "Flag") == 0 && w->flag != 0) ||
                   (strcmp(a->name, "Category") == 0 && w->category != 0);
    if (is_idle(a->name)) count_idle(a, t);
    t->planted += planted;
    t->found += planted && predicts(a->verdict);
  }
  t->runs_called += t->called > before;
  t->noise += (int)s->evidence->noise.copies;
  t->noise_below += (int)s->evidence->noise.below_5_percent;
  t->runs++;
}

static double share(int count, int of) {
  return of ? 100.0 * count / of : (double)NAN;
}

static size_t asked(const char *name, size_t usual) {
  const char *said = getenv(name);
  return said ? (size_t)atoi(said) : usual;
}

static void say(const char *what, int count, int of) {
  print_message("  %-46s %5.1f %%  (%d of %d)\n", what, share(count, of), count, of);
}

static tally many(const char *what, world w, size_t usual) {
  size_t runs = asked("EVIDENCE_RUNS", usual), first = asked("EVIDENCE_FIRST", 1);
  tally t = {0};
  for (size_t r = 0; r < runs; r++) {
    w.seed = first + r;
    study s = study_of(&w, 1);
    count_run(&s, &w, &t);
    study_free(&s);
  }
  print_message("%s: %d runs\n", what, t.runs);
  say("idle attributes said to predict", t.called, t.attributes);
  say("runs with any", t.runs_called, t.runs);
  say("idle: p < 0.05", t.p_below, t.attributes);
  say("idle: interval of winning misses, where given", t.missed, t.intervals);
  say("idle: interval of revenue misses, where given", t.boots_missed, t.boots);
  say("idle: no meaningful difference", t.equal, t.attributes);
  say("planted: said to predict", t.found, t.planted);
  say("permuted copies: p < 0.05", t.noise_below, t.noise);
  return t;
}

/* At most the nominal share, three standard errors of the count allowed. */
static void at_most(int count, int of, double nominal) {
  double allowed = nominal * of + 3 * sqrt(of * nominal * (1 - nominal));
  if (count > allowed) fail_msg("%d of %d, at most %.1f expected", count, of, allowed);
}

static void no_more_than_luck(const tally *t) {
  at_most(t->runs_called, t->runs, 0.05);
  at_most(t->p_below, t->attributes, 0.05);
  at_most(t->missed, t->intervals, 0.05);
}

static void nothing_predicts_where_nothing_does(void **state) {
  (void)state;
  tally t = many("2,000 rows, nothing predicts", (world){.rows = 2000, .intercept = -1.1}, 12);
  no_more_than_luck(&t);
  at_most(t.noise_below, t.noise, 0.05);
}

static void idle_beside_active_do_not_predict(void **state) {
  (void)state;
  tally t = many(
      "3,000 rows, three others do",
      (world){.rows = 3000, .intercept = -1.3, .number = 0.7, .category = 0.3, .flag = 0.7, .size = 0.5}, 10);
  no_more_than_luck(&t);
}

/* Four rows an account that share a large effect, and attributes that are the same in all of them: the
 * hardest null. */
static void accounts_do_not_judge_themselves(void **state) {
  (void)state;
  tally t = many(
      "600 accounts of four rows",
      (world){.rows = 2400, .rows_an_account = 4, .intercept = -1.3, .account_deviation = 1.5, .number = 0.5},
      20);
  no_more_than_luck(&t);
  at_most(t.noise_below, t.noise, 0.05);
}

static void confounders_do_not_make_idle_ones_predict(void **state) {
  (void)state;
  tally t = many("3,000 rows, a confounder", (world){.rows = 3000, .intercept = 0.5, .confounded = true}, 10);
  no_more_than_luck(&t);
}

/* A ratio of 1.4 between a high and a low lead (0.168 a standard deviation; for a flag of 40 %, 0.343; for
 * five levels, 0.119 a step) in 8,000 rows with about 2,100 wins. */
static void a_moderate_effect_is_found(void **state) {
  (void)state;
  tally t =
      many("8,000 rows, three ratios of 1.4",
           (world){.rows = 8000, .intercept = -1.2, .number = 0.168, .flag = 0.343, .category = 0.119}, 4);
  assert_true(share(t.found, t.planted) > 60);
}

static void nil_and_plenty_is_told(void **state) {
  (void)state;
  tally t = many("40,000 rows, half won", (world){.rows = 40000, .intercept = -0.2, .number = 0.5}, 3);
  assert_true(share(t.equal, t.attributes) > 60);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_predicts_where_nothing_does),
      cmocka_unit_test(idle_beside_active_do_not_predict),
      cmocka_unit_test(accounts_do_not_judge_themselves),
      cmocka_unit_test(confounders_do_not_make_idle_ones_predict),
      cmocka_unit_test(a_moderate_effect_is_found),
      cmocka_unit_test(nil_and_plenty_is_told),
  };
  cmocka_set_test_filter(getenv("EVIDENCE_TEST"));
  return cmocka_run_group_tests(tests, NULL, NULL);
}
