/* Evidence on histories whose truth is known: how often nothing is called something, and whether what was
 * planted is found.
 *
 * EVIDENCE_RUNS=60 measures the rates that docs/method.md quotes; the test runs fewer.
 * EVIDENCE_TEST=accounts* runs one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/evidence.h"
#include "evidence/glm.h"
#include "history_case.h"

/* What is planted: log-odds of each attribute's values, and amounts. */
typedef struct world {
  uint64_t seed;
  size_t rows, rows_an_account; /* 0: no accounts */
  double intercept, account_deviation;
  double number, category, flag; /* per unit of a standard normal; per level step; for yes */
  double size;                   /* log deal size for yes */
  bool confounded;               /* Discount helps, but is given where Hard holds, which hurts */
  size_t whales;                 /* deals of 500 times the size, all where Flag is yes */
} world;

/* The attributes of a world: Number, Category and Flag as planted; Idle* weigh nothing. */
static const char header[] =
    "Id,Account,Won,Amount,Number,Category,Flag,IdleNumber,IdleCategory,IdleFlag,IdleSector,Hard,Discount\n";

static double normal(uint64_t seed, uint64_t i) {
  double u = noise(seed, i);
  return lf_normal_quantile(u < 1e-12 ? 1e-12 : u);
}

static void add_row(const world *w, size_t i, size_t *whales, lf_text *csv) {
  uint64_t s = w->seed * 1000;
  uint64_t account = w->rows_an_account ? i / w->rows_an_account : i;
  double x = round(100 * normal(s + 1, i)) / 100, idle = round(100 * normal(s + 2, i)) / 100;
  int category = (int)(5 * noise(s + 3, i)), idle_category = (int)(12 * noise(s + 4, i)),
      sector = (int)(15 * noise(s + 5, account));
  bool flag = noise(s + 6, i) < 0.4, idle_flag = noise(s + 7, account) < 0.5, hard = noise(s + 8, i) < 0.5;
  bool discount = noise(s + 9, i) < (hard ? 0.8 : 0.2);
  double eta = w->intercept + w->account_deviation * normal(s + 10, account) + w->number * x +
               w->category * (category - 2) + w->flag * flag;
  if (w->confounded) eta += (discount ? 0.8 : 0) - (hard ? 2.5 : 0);
  bool won = noise(s + 11, i) < lf_expit(eta);
  double amount = exp(9 + w->size * flag + normal(s + 12, i));
  if (won && flag && *whales < w->whales) {
    amount *= 500;
    ++*whales;
  }
  lf_text_addf(csv, "%zu,A%zu,%s,", i, (size_t)account, won ? "yes" : "no");
  if (won) lf_text_add_fixed(csv, amount, 2);
  lf_text_add(csv, ",");
  lf_text_add_fixed(csv, x, 2);
  lf_text_addf(csv, ",c%d,%s,", category, flag ? "yes" : "no");
  lf_text_add_fixed(csv, idle, 2);
  lf_text_addf(csv, ",i%d,%s,s%d,%s,%s\n", idle_category, idle_flag ? "yes" : "no", sector,
               hard ? "yes" : "no", discount ? "yes" : "no");
}

typedef struct study {
  history_case history;
  lf_atoms *atoms;
  lf_card_fit *fit;
  lf_evidence *evidence;
} study;

static void study_free(study *s) {
  lf_evidence_free(s->evidence);
  lf_card_fit_free(s->fit);
  lf_atoms_free(s->atoms);
  case_free(&s->history);
}

static study study_of(const world *w, int threads) {
  study s = {.history = case_new()};
  lf_run run = {.threads = threads};
  lf_error err = {.message = ""};
  lf_evidence_options options = {.replicates = 200, .seed = 1};
  lf_text csv = {0};
  size_t whales = 0;
  s.history.options.holdout = 0.25;
  s.history.options.seed = 1;
  set_text(&s.history.project.outcome, "Won");
  set_text(&s.history.project.amount, "Amount");
  set_text(&s.history.project.id, "Id");
  if (w->rows_an_account)
    set_text(&s.history.project.account, "Account");
  else
    assert_int_equal(lf_text_list_add(&s.history.project.drop, "Account", &err), LF_OK);
  lf_text_add(&csv, header);
  for (size_t i = 0; i < w->rows; i++) add_row(w, i, &whales, &csv);
  case_must_build(&s.history, csv.data);
  lf_text_free(&csv);
  lf_status status = lf_atoms_make(s.history.history, NULL, &run, &s.atoms, &err);
  if (status == LF_OK) status = lf_card_fit_make(s.history.history, s.atoms, NULL, &run, &s.fit, &err);
  if (status == LF_OK)
    status = lf_evidence_make(s.history.history, s.atoms, s.fit, NULL, &options, &run, &s.evidence, &err);
  if (status != LF_OK) fail_msg("%s", err.message);
  return s;
}

static const lf_attribute_evidence *named(const study *s, const char *name) {
  for (size_t t = 0; t < s->evidence->n; t++)
    if (strcmp(s->evidence->items[t].name, name) == 0) return &s->evidence->items[t];
  fail_msg("no attribute %s", name);
  return NULL;
}

static bool predicts(lf_verdict v) {
  return v == LF_PREDICTS_REVENUE || v == LF_PREDICTS_WINNING || v == LF_PREDICTS_SIZE;
}

/* ---- rates
 * -----------------------------------------------------------------------------------------------------------------
 */

typedef struct tally {
  int runs, attributes, called, runs_called, p_below, q_below, intervals, missed;
} tally;

/* Judges the idle attributes: they weigh nothing, so none should predict, and the interval of each holds a
 * ratio of 1. */
static void count_idle(const study *s, tally *t) {
  static const char *const idle[] = {"IdleNumber", "IdleCategory", "IdleFlag", "IdleSector"};
  int called = 0;
  for (size_t i = 0; i < 4; i++) {
    const lf_attribute_evidence *a = named(s, idle[i]);
    called += predicts(a->verdict);
    t->p_below += a->win.effect.p < 0.05;
    t->q_below += a->win.q < 0.05 || a->size.q < 0.05;
    t->attributes++;
    if (!(a->win.effect.std_error > 0)) continue;
    t->intervals++;
    t->missed += a->win.effect.low > 0 || a->win.effect.high < 0;
  }
  t->called += called;
  t->runs_called += called > 0;
  t->runs++;
}

static int runs_wanted(int usual) {
  const char *said = getenv("EVIDENCE_RUNS");
  return said ? atoi(said) : usual;
}

static tally many(world w, int runs) {
  tally t = {0};
  for (int r = 0; r < runs; r++) {
    w.seed = (uint64_t)r + 1;
    study s = study_of(&w, 2);
    count_idle(&s, &t);
    study_free(&s);
  }
  print_message("idle attributes: %d runs; predicts %.4f of attributes, %.4f of runs; q < 0.05 %.4f; p < "
                "0.05 %.4f; intervals that miss %.4f\n",
                t.runs, (double)t.called / t.attributes, (double)t.runs_called / t.runs,
                (double)t.q_below / t.attributes, (double)t.p_below / t.attributes,
                t.intervals ? (double)t.missed / t.intervals : 0);
  return t;
}

/* At most the nominal share, three standard errors of the count allowed. */
static void at_most(int count, int of, double share) {
  double allowed = share * of + 3 * sqrt(of * share * (1 - share));
  if (count > allowed) fail_msg("%d of %d, at most %.1f expected", count, of, allowed);
}

static void nothing_predicts_where_nothing_does(void **state) {
  (void)state;
  tally t = many((world){.rows = 2000, .intercept = -1.1}, runs_wanted(40));
  at_most(t.called, t.attributes, 0.05);
  at_most(t.runs_called, t.runs, 0.05);
  at_most(t.p_below, t.attributes, 0.05);
}

static void idle_beside_active_do_not_predict(void **state) {
  (void)state;
  tally t =
      many((world){.rows = 3000, .intercept = -1.3, .number = 0.7, .category = 0.3, .flag = 0.7, .size = 0.5},
           runs_wanted(25));
  at_most(t.called, t.attributes, 0.05);
  at_most(t.p_below, t.attributes, 0.05);
}

/* Four rows an account that share a large effect, and attributes that are the same in all of them: the
 * hardest null. */
static void accounts_do_not_judge_themselves(void **state) {
  (void)state;
  tally t = many(
      (world){.rows = 2400, .rows_an_account = 4, .intercept = -1.3, .account_deviation = 1.5, .number = 0.5},
      runs_wanted(30));
  at_most(t.called, t.attributes, 0.05);
  at_most(t.p_below, t.attributes, 0.05);
}

/* ---- what was planted
 * ---------------------------------------------------------------------------------------------------------
 */

static void what_is_planted_is_found(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 7,
                              .rows = 8000,
                              .intercept = -1.3,
                              .number = 0.7,
                              .category = 0.3,
                              .flag = 0.7,
                              .size = 0.7},
                     2);
  const lf_attribute_evidence *number = named(&s, "Number"), *flag = named(&s, "Flag");
  assert_int_equal(number->verdict, LF_PREDICTS_REVENUE);
  assert_true(number->through_win && !number->through_size);
  /* two standard deviations of the true log-odds lie between a high and a low lead */
  assert_true(fabs(number->win.effect.log_ratio - 2 * 0.7) < 0.2);
  assert_int_equal(flag->verdict, LF_PREDICTS_REVENUE);
  assert_true(flag->through_win && flag->through_size);
  assert_true(fabs(flag->size.effect.log_ratio - 2 * 0.7 * sqrt(0.24)) < 0.15);
  assert_int_equal(named(&s, "Category")->verdict, LF_PREDICTS_REVENUE);
  assert_true(s.evidence->noise.smallest_p > 1e-4 &&
              s.evidence->noise.loss_increase < number->win.loss_increase.value / 10);
  study_free(&s);
}

static void nil_and_plenty_is_no_meaningful_difference(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 3, .rows = 50000, .intercept = -0.4, .number = 0.5}, 2);
  assert_int_equal(named(&s, "IdleFlag")->verdict, LF_NO_DIFFERENCE);
  assert_int_equal(named(&s, "IdleNumber")->verdict, LF_NO_DIFFERENCE);
  assert_int_equal(named(&s, "Number")->verdict, LF_PREDICTS_REVENUE);
  study_free(&s);
}

static void little_is_not_enough(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 4, .rows = 600, .intercept = -1.1}, 1);
  const lf_attribute_evidence *a = named(&s, "IdleNumber");
  assert_int_equal(a->verdict, LF_NOT_ENOUGH);
  assert_true(isnan(a->more_wins) || a->more_wins > 0);
  study_free(&s);
}

static void a_whale_is_flagged(void **state) {
  (void)state;
  world w = {.seed = 5, .rows = 6000, .intercept = -1.1, .flag = 0.6, .number = 0.6};
  study calm = study_of(&w, 1);
  w.whales = 3;
  study s = study_of(&w, 1);
  assert_false(named(&calm, "Flag")->revenue.whale);
  assert_true(named(&s, "Flag")->revenue.whale);
  assert_true(s.evidence->top_amount_share > 0.3 && calm.evidence->top_amount_share < 0.2);
  study_free(&s);
  study_free(&calm);
}

static void a_confounder_raises_the_alarm(void **state) {
  (void)state;
  study s = study_of(&(world){.seed = 6, .rows = 8000, .intercept = 0.5, .confounded = true}, 1);
  const lf_attribute_evidence *a = named(&s, "Discount");
  assert_true(a->simpson);
  assert_string_equal(s.evidence->items[a->confounder].name, "Hard");
  assert_true(a->win.raw.log_ratio < 0 && a->win.effect.log_ratio > 0);
  assert_false(named(&s, "Hard")->simpson);
  assert_false(named(&s, "IdleNumber")->simpson);
  study_free(&s);
}

static void threads_do_not_change_a_bit(void **state) {
  (void)state;
  world w = {.seed = 8, .rows = 5000, .rows_an_account = 2, .intercept = -1, .number = 0.5, .size = 0.3};
  study one = study_of(&w, 1), many_threads = study_of(&w, 4);
  for (size_t t = 0; t < one.evidence->n; t++) {
    const lf_attribute_evidence *a = &one.evidence->items[t], *b = &many_threads.evidence->items[t];
    assert_memory_equal(&a->win.effect, &b->win.effect, sizeof a->win.effect);
    assert_memory_equal(&a->revenue.boot_low, &b->revenue.boot_low, sizeof a->revenue.boot_low);
    assert_memory_equal(&a->revenue.gini_loss, &b->revenue.gini_loss, sizeof a->revenue.gini_loss);
    assert_string_equal(a->because, b->because);
  }
  study_free(&one);
  study_free(&many_threads);
}

/* ---- arithmetic
 * ------------------------------------------------------------------------------------------------------------------
 */

/* One column of 0 and 1: the Poisson, Gamma and normal fits are the groups' means. Clustered by pairs of
 * equal rows, the variance doubles. */
static void two_groups_have_their_means(void **state) {
  (void)state;
  double x[] = {0, 0, 0, 0, 1, 1, 1, 1}, y[] = {1, 1, 3, 3, 4, 4, 12, 12};
  uint32_t pair[] = {0, 0, 1, 1, 2, 2, 3, 3};
  const double *columns[] = {x};
  for (int family = LF_FAMILY_GAMMA; family <= LF_FAMILY_NORMAL; family++) {
    lf_dense d = {.family = (lf_family)family, .n = 8, .k = 1, .x = columns, .n_groups = 1, .y = y};
    lf_dense_fit *rows = NULL, *pairs = NULL;
    assert_int_equal(lf_dense_solve(&d, NULL, NULL, &rows, NULL), LF_OK);
    d.cluster = pair;
    d.n_clusters = 4;
    assert_int_equal(lf_dense_solve(&d, NULL, NULL, &pairs, NULL), LF_OK);
    double want = family == LF_FAMILY_NORMAL ? 8 - 2 : log(8.0 / 2);
    assert_true(fabs(rows->b[1] - want) < 1e-9);
    assert_true(fabs(pairs->covariance[3] / rows->covariance[3] - 2 * 4.0 / 3) < 1e-9);
    lf_dense_fit_free(rows);
    lf_dense_fit_free(pairs);
  }
}

/* [4 2; 2 3] has the inverse [3 -2; -2 4] / 8; a third row that is the sum of two has none. */
static void sweeping_inverts(void **state) {
  (void)state;
  double a[] = {4, 2, 6, 2, 3, 5, 6, 5, 11};
  const double want[] = {0.375, -0.25, 0, -0.25, 0.5, 0, 0, 0, 0};
  bool aliased[3];
  assert_int_equal(lf_sweep(a, 3, aliased), 2);
  assert_true(!aliased[0] && !aliased[1] && aliased[2]);
  for (size_t i = 0; i < 9; i++) assert_true(fabs(a[i] - want[i]) < 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sweeping_inverts),
      cmocka_unit_test(two_groups_have_their_means),
      cmocka_unit_test(what_is_planted_is_found),
      cmocka_unit_test(little_is_not_enough),
      cmocka_unit_test(a_whale_is_flagged),
      cmocka_unit_test(a_confounder_raises_the_alarm),
      cmocka_unit_test(threads_do_not_change_a_bit),
      cmocka_unit_test(nil_and_plenty_is_no_meaningful_difference),
      cmocka_unit_test(nothing_predicts_where_nothing_does),
      cmocka_unit_test(idle_beside_active_do_not_predict),
      cmocka_unit_test(accounts_do_not_judge_themselves),
  };
  cmocka_set_test_filter(getenv("EVIDENCE_TEST"));
  return cmocka_run_group_tests(tests, NULL, NULL);
}
