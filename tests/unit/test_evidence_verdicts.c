/* Verdicts by the rules that the report prints, each from effects that are given: what is said, how strongly,
 * and in which words. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence/study.h"

/* One attribute with nothing found; every effect is none. */
typedef struct asked {
  lf_evidence e;
  lf_attribute_evidence a;
  lf_quarter_effect quarters[3];
} asked;

static void make(asked *q, bool amounts) {
  *q = (asked){.e = {.n = 1, .won = 100, .has_amounts = amounts, .margin = 1.1}};
  const lf_effect none = lf_effect_make(0, 0);
  q->e.items = &q->a;
  q->a.win.effect = q->a.win.holdout = q->a.size.effect = q->a.revenue.effect = q->a.revenue.without_top =
      none;
  q->a.win.bound = q->a.size.bound = 1;
}

static void is(asked *q, lf_verdict verdict, lf_strength strength, const char *because) {
  lf_error err = {.message = ""};
  if (lf_evidence_verdicts(&q->e, false, &err) != LF_OK) fail_msg("%s", err.message);
  if (!strstr(q->a.because, because)) fail_msg("got '%s', wanted '%s'", q->a.because, because);
  assert_int_equal(q->a.verdict, verdict);
  assert_int_equal(q->a.strength, strength);
  free(q->a.because);
  lf_text_list_clear(&q->e.rules);
}

/* Of a log ratio of 0.7 with an error of 0.1: 2.01, from exp(0.7 - 0.196) to exp(0.7 + 0.196). */
#define WIN "odds ratio of winning 2.01 (1.66 to 2.45)"

static void without_amounts_winning_is_revenue(void **state) {
  (void)state;
  asked q;
  make(&q, false);
  q.a.win.effect = lf_effect_make(.7, .1);
  is(&q, LF_PREDICTS_REVENUE, LF_STRONG, WIN);
  assert_true(isnan(q.a.more_wins) && q.a.through_win && !q.a.through_size);
  assert_true(q.a.p == q.a.win.effect.p);
  make(&q, false);
  q.a.win.effect = lf_effect_make(.4, .1);
  is(&q, LF_PREDICTS_REVENUE, LF_MODERATE, "odds ratio of winning 1.49");
  make(&q, false);
  q.a.win.effect = lf_effect_make(.3, .1);
  is(&q, LF_PREDICTS_REVENUE, LF_WEAK, "odds ratio of winning 1.35");
}

/* Revenue takes a ratio of at least the margin, a bootstrap interval above 1, and as much without the largest
 * deals. */
static void revenue_takes_more(void **state) {
  (void)state;
  for (int missing = 0; missing < 4; missing++) {
    asked q;
    make(&q, true);
    q.a.win.effect = lf_effect_make(.7, .1);
    q.a.revenue.effect = lf_effect_make(missing == 1 ? .05 : .5, .01);
    q.a.revenue.boot_low = missing == 2 ? -.01 : .3;
    q.a.revenue.without_top = lf_effect_make(.3, missing == 3 ? .5 : .1);
    q.a.revenue.whale = missing == 3;
    if (!missing)
      is(&q, LF_PREDICTS_REVENUE, LF_MODERATE, "revenue a lead ratio 1.65 (1.62 to 1.68); " WIN);
    else
      is(&q, LF_PREDICTS_WINNING, LF_STRONG,
         WIN "; closed revenue is not shown to differ by the margin: revenue a lead ratio ");
  }
  asked q;
  make(&q, true);
  q.a.win.effect = lf_effect_make(.7, .1);
  q.a.revenue.effect = lf_effect_make(.5, .1);
  q.a.revenue.whale = true;
  is(&q, LF_PREDICTS_WINNING, LF_STRONG, ", and the few largest deals decide it");
}

static void size_alone_and_both(void **state) {
  (void)state;
  asked q;
  make(&q, true);
  q.a.size.effect = lf_effect_make(.4, .1);
  is(&q, LF_PREDICTS_SIZE, LF_MODERATE, "deal size ratio 1.49 (1.23 to 1.81); closed revenue is not shown");
  assert_true(q.a.p == q.a.size.effect.p && q.a.q == q.a.size.q);
  make(&q, true);
  q.a.size.effect = lf_effect_make(.4, .1);
  q.a.win.effect = lf_effect_make(.7, .1);
  is(&q, LF_PREDICTS_WINNING, LF_STRONG,
     WIN "; deal size ratio 1.49 (1.23 to 1.81); closed revenue is not shown");
  make(&q, true);
  q.a.size.effect = lf_effect_make(.4, .1);
  q.a.win.effect = lf_effect_make(.7, .1);
  q.a.revenue.effect = lf_effect_make(.5, .1);
  q.a.revenue.without_top = lf_effect_make(.5, .1);
  q.a.revenue.boot_low = .1;
  is(&q, LF_PREDICTS_REVENUE, LF_MODERATE,
     "revenue a lead ratio 1.65 (1.36 to 2.01); " WIN "; deal size ratio 1.49 (1.23 to 1.81)");
}

/* Of the amount only winning is judged: what it says of deal size is itself. */
static void the_amount_itself(void **state) {
  (void)state;
  for (int again = 0; again < 2; again++) {
    asked q;
    make(&q, true);
    q.a.is_amount = !again;
    q.a.repeats_amount = again;
    q.a.win.effect = lf_effect_make(.7, .1);
    q.a.size.effect = lf_effect_make(2, .1);
    is(&q, LF_PREDICTS_WINNING, LF_STRONG,
       again ? WIN "; this is the amount over again, so that closed revenue is not judged"
             : WIN "; this is the amount itself, so that closed revenue is not judged");
    assert_true(isnan(q.a.size.q) && !q.a.through_size);
    make(&q, true);
    q.a.is_amount = !again;
    q.a.repeats_amount = again;
    q.a.win.bound = .05;
    is(&q, LF_NO_DIFFERENCE, LF_STRENGTH_NONE,
       "odds of winning are less than 1.05 times a low lead's; the margin is 1.10");
  }
}

static void nothing_that_matters(void **state) {
  (void)state;
  asked q;
  make(&q, true);
  q.a.win.bound = .05;
  q.a.size.bound = .04;
  is(&q, LF_NO_DIFFERENCE, LF_STRENGTH_NONE,
     "95 % sure that a high lead's odds of winning are less than 1.05 times a low lead's, and its deals less "
     "than 1.04 times as large; the "
     "margin is 1.10");
  /* the contribution itself widens the bound: 0.05 + 1.645 * 0.03 is beyond log 1.1 */
  make(&q, false);
  q.a.win.bound = .05;
  q.a.win.effect = lf_effect_make(.05, .03);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "odds ratio of winning 1.05");
}

static void not_enough_to_say(void **state) {
  (void)state;
  asked q;
  /* 80 % power takes 2.4865 errors: 100 wins * ((0.15 * 2.4865 / 0.2)^2 - 1) = 247.8 */
  make(&q, false);
  q.a.win.effect = lf_effect_make(.2, .15);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     "odds ratio of winning 1.22 (0.91 to 1.64); about 248 more wins would settle it");
  assert_true(q.a.more_wins == 248);
  /* told from chance: 0.05 with an error of 0.01; what is left to settle is 0.0453 from the margin, which it
   * is by far: a tenth */
  make(&q, false);
  q.a.win.effect = lf_effect_make(.05, .01);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     ": told from chance, not from the margin; about 10 more wins would settle it");
  /* more than a hundred times the wins there are is no number worth saying */
  make(&q, false);
  q.a.win.effect = lf_effect_make(.01, 5);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "odds ratio of winning 1.01");
  assert_true(isnan(q.a.more_wins));
  make(&q, false);
  q.a.win.effect = lf_effect_make(-.5, .1);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, ": what was learnt of it turned out the other way round");
  assert_true(isnan(q.a.more_wins));
  make(&q, false);
  q.a.win.bound = NAN;
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "no band was found");
  assert_true(isnan(q.a.more_wins));
  /* of winning there is nothing to find; deal size is what is open */
  make(&q, true);
  q.a.win.bound = .05;
  q.a.size.effect = lf_effect_make(.2, .15);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "about 248 more wins would settle it");
  assert_true(q.a.p == q.a.size.effect.p); /* the smaller of the two */
}

/* Nothing was found; what blind bands say of it, with an error of 0.15 and a margin of log 1.1 = 0.0953. */
static void no_band_was_found(void **state) {
  (void)state;
  asked q;
  /* chi2 below its 5 degrees of freedom: nothing is likely, and the margin is 3 errors away from excluded */
  make(&q, false);
  q.a.win.blind = (lf_blind_test){.chi2 = 4, .p = .55, .df = 5, .std_error = .15, .reach = 3};
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     "no band was found that held outside the rows that chose it; about 2,130 more wins would settle it");
  assert_true(q.a.more_wins == ceil(100 * (pow(3 * .15 / log(1.1), 2) - 1)));
  /* 9 - 5 is 2 errors of effect, far beyond the margin: what shows it is 2.4865 of them */
  q.a.win.blind = (lf_blind_test){.chi2 = 9, .p = .11, .df = 5, .std_error = .15, .reach = 3};
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "; about 55 more wins would settle it");
  /* a tenth of an error: what is likely is close to nothing, and what is left to the margin is less by it */
  q.a.win.blind = (lf_blind_test){.chi2 = 5.01, .p = .41, .df = 5, .std_error = .15, .reach = 3};
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "; about ");
  assert_true(q.a.more_wins == ceil(100 * (pow(3 * .15 / (log(1.1) - .1 * .15), 2) - 1)));
  /* more than chance, and no band that holds: no number is known */
  q.a.win.blind = (lf_blind_test){.chi2 = 20, .p = .00125, .df = 5, .std_error = .15, .reach = 3};
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     "no band was found that held outside the rows that chose it, and yet bands that no outcome chose differ "
     "by more "
     "than chance (p 0.001, before allowing for how many were tried): more rows may show what it is");
  assert_true(isnan(q.a.more_wins));
  q.a.win.blind.p = .0002;
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE, "(p below 0.001, before");
  /* as little as that does not matter in winning; deal size is what is open */
  make(&q, true);
  q.a.win.blind.p = .01;
  q.a.win.bound = .05;
  q.a.size.effect = lf_effect_make(.2, .15);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     "no band was found that held outside the rows that chose it; about 248 more wins would settle it");
}

/* One degree of freedom is a normal deviate z of a mean d: |z| has its upper fifth at 1.28155, and of a mean
 * of 2.92628 one in twenty is as small. With more degrees it is farther. */
static void the_reach_of_blind_bands(void **state) {
  (void)state;
  assert_true(fabs(lf_blind_reach(1) - 2.92628) < 1e-5);
  for (int df = 1; df < 8; df++) assert_true(lf_blind_reach(df + 1) > lf_blind_reach(df));
}

static void what_was_there_and_is_gone(void **state) {
  (void)state;
  asked q;
  make(&q, false);
  q.a.win.effect = lf_effect_make(.7, .1);
  q.a.win.holdout = lf_effect_make(0, .02);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     WIN " over all judged rows, but not in the holdout: 1.00 (0.96 to 1.04)");
  assert_true(isnan(q.a.more_wins));
  /* a holdout that excludes nothing takes nothing away */
  make(&q, false);
  q.a.win.effect = lf_effect_make(.7, .1);
  q.a.win.holdout = lf_effect_make(0, .2);
  is(&q, LF_PREDICTS_REVENUE, LF_STRONG, WIN);
  for (int thin = 0; thin < 2; thin++) {
    make(&q, false);
    q.a.win.effect = lf_effect_make(.7, .1);
    q.a.n_quarters = 3;
    q.a.quarters = q.quarters;
    for (int k = 0; k < 3; k++)
      q.quarters[k] = (lf_quarter_effect){.rows = 100, .effect = lf_effect_make(k < 2 ? .7 : -.5, .1)};
    if (thin) q.quarters[2].rows = 49; /* the others hold more than twice as many: not over yet */
    if (thin)
      is(&q, LF_PREDICTS_REVENUE, LF_STRONG, WIN);
    else
      is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
         WIN " over all judged rows, but the other way round in the newest quarter of usual size: 0.61 (0.50 "
             "to 0.74)");
  }
}

static void what_was_not_judged(void **state) {
  (void)state;
  asked q;
  make(&q, true);
  q.a.drifting = true;
  q.a.win.effect = lf_effect_make(.7, .1);
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     "its newest values lie outside what older rows held: nothing older rows taught speaks for them");
  assert_true(isnan(q.a.p) && isnan(q.a.q) && isnan(q.a.more_wins));
  make(&q, true);
  q.a.screened = true;
  is(&q, LF_NOT_ENOUGH, LF_STRENGTH_NONE,
     "it does not help on its own: of so many attributes only those that do were judged together");
  assert_true(isnan(q.a.p));
}

/* Tried beside ninety-nine others an effect that alone would predict does not: Holm's rule takes p below 0.05
 * / 100. */
static void many_were_tried(void **state) {
  (void)state;
  enum { MANY = 100 };
  for (int many = 0; many < 2; many++) {
    lf_attribute_evidence *items = calloc(MANY, sizeof *items);
    lf_evidence e = {.n = many ? MANY : 1, .items = items, .won = 100, .margin = 1.1};
    for (size_t t = 0; t < MANY; t++) {
      items[t].win.effect = lf_effect_make(t ? 0 : .25, t ? 0 : .1); /* p = 0.0062 */
      items[t].win.bound = 1;
    }
    assert_int_equal(lf_evidence_verdicts(&e, true, NULL), LF_OK);
    assert_int_equal(items[0].verdict, many ? LF_NOT_ENOUGH : LF_PREDICTS_REVENUE);
    assert_non_null(strstr(e.rules.items[0], "was chosen without it, and without its account."));
    for (size_t t = 0; t < e.n; t++) free(items[t].because);
    lf_text_list_clear(&e.rules);
    free(items);
  }
}

static void verdicts_have_names(void **state) {
  (void)state;
  assert_string_equal(lf_verdict_name(LF_NOT_ENOUGH), "not enough evidence");
  assert_string_equal(lf_verdict_name(LF_PREDICTS_REVENUE), "predicts closed revenue");
  assert_string_equal(lf_verdict_name(LF_PREDICTS_WINNING), "predicts winning, not revenue");
  assert_string_equal(lf_verdict_name(LF_PREDICTS_SIZE), "predicts deal size, not revenue");
  assert_string_equal(lf_verdict_name(LF_NO_DIFFERENCE), "no meaningful difference");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_amounts_winning_is_revenue),
      cmocka_unit_test(revenue_takes_more),
      cmocka_unit_test(size_alone_and_both),
      cmocka_unit_test(the_amount_itself),
      cmocka_unit_test(nothing_that_matters),
      cmocka_unit_test(not_enough_to_say),
      cmocka_unit_test(no_band_was_found),
      cmocka_unit_test(the_reach_of_blind_bands),
      cmocka_unit_test(what_was_there_and_is_gone),
      cmocka_unit_test(what_was_not_judged),
      cmocka_unit_test(many_were_tried),
      cmocka_unit_test(verdicts_have_names),
  };
  return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
