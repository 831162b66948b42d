/* Claims where the truth is known: several idle ones at once with rows of accounts that are alike; one about
 * a column that gives the outcome away. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/claims.h"
#include "history_case.h"

/* splitmix64, for draws that must be independent of one another. */
static double uniform(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

enum { CLAIMS = 5 };
static const char five[] = "claims:\n"
                           " - {say: a, attribute: A, group: [yes], effect: win, direction: higher}\n"
                           " - {say: b, attribute: B, group: [yes], effect: win, direction: lower}\n"
                           " - {say: c, attribute: C, group: [yes], effect: win, direction: higher}\n"
                           " - {say: d, attribute: D, group: [yes], effect: amount, direction: higher}\n"
                           " - {say: e, attribute: E, group: [yes], effect: revenue, direction: higher}\n";

/* Accounts of 1 to 7 rows, each with its own log-odds (deviation 1) and deal size; A to E are an account's
 * and say nothing, but for A, whose log-odds are `effect`. */
static char *account_csv(uint64_t seed, int accounts, double effect) {
  lf_text t = {0};
  lf_text_add(&t, "Who,Amount,A,B,C,D,E,won\n");
  for (int k = 0; k < accounts; k++) {
    bool yes[CLAIMS];
    for (int c = 0; c < CLAIMS; c++) yes[c] = uniform(&seed) < 0.4;
    double own = sqrt(-2 * log(1 - uniform(&seed))) * cos(6.283185307179586 * uniform(&seed)),
           size = exp(0.5 * sqrt(-2 * log(1 - uniform(&seed))) * cos(6.283185307179586 * uniform(&seed)));
    int rows = 1 + (int)(7 * uniform(&seed));
    for (int i = 0; i < rows; i++) {
      bool won = uniform(&seed) < lf_expit(-0.8 + own + (yes[0] ? effect : 0));
      int amount = won ? (int)(10000 * size * (0.7 + 0.6 * uniform(&seed))) : 0;
      lf_text_addf(&t, "K%d,%d", k, amount);
      for (int c = 0; c < CLAIMS; c++) lf_text_add(&t, yes[c] ? ",yes" : ",no");
      lf_text_addf(&t, ",%d\n", won);
    }
  }
  assert_false(t.failed);
  return t.data;
}

/* Of all runs: those in which any claim was called a difference; claims that were; claims whose interval held
 * the truth; with accounts known, and without. */
typedef struct tally {
  int any, called, held, claims;
} tally;

static void count_run(const char *csv, bool accounts, tally *t) {
  history_case c = case_new();
  lf_claims *claims = NULL;
  lf_answers *answers = NULL;
  lf_error err = {0};
  set_text(&c.project.outcome, "won");
  set_text(&c.project.amount, "Amount");
  if (accounts)
    set_text(&c.project.account, "Who");
  else
    assert_int_equal(lf_text_list_add(&c.project.drop, "Who", NULL), LF_OK);
  case_must_build(&c, csv);
  assert_int_equal(lf_claims_parse("claims.yaml", five, sizeof five - 1, &claims, &err), LF_OK);
  if (lf_claims_answer(claims, c.history, NULL, &answers, &err) != LF_OK) fail_msg("%s", err.message);
  bool any = false;
  for (int k = 0; k < CLAIMS; k++) {
    const lf_answer *a = &answers->items[k];
    bool called = a->verdict == LF_CLAIM_SUPPORTED || a->verdict == LF_CLAIM_CONTRADICTED;
    any |= called;
    t->called += called;
    t->held += a->adjusted.low <= 1 && 1 <= a->adjusted.high;
    t->claims++;
  }
  t->any += any;
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
}

static void idle_claims_of_accounts(void **state) {
  (void)state;
  const char *said = getenv("CLAIMS_RUNS");
  int runs = said ? atoi(said) : 60;
  tally known = {0}, unknown = {0};
  for (int k = 0; k < runs; k++) {
    char *csv = account_csv(77 + (uint64_t)k * 1000003, 300, 0);
    count_run(csv, true, &known);
    count_run(csv, false, &unknown);
    free(csv);
  }
  print_message(
      "five idle claims, 300 accounts, %d runs: any called in %d, %d of %d claims called, intervals hold 1 "
      "in %.1f %%; accounts not known: any called in %d, intervals hold 1 in %.1f %%\n",
      runs, known.any, known.called, known.claims, 100.0 * known.held / known.claims, unknown.any,
      100.0 * unknown.held / unknown.claims);
  /* 5 % of runs at most, and three standard errors for so few runs */
  assert_true(known.any <= runs * (0.05 + 3 * sqrt(0.05 * 0.95 / runs)));
  assert_in_range(known.held, known.claims * 0.91, known.claims * 0.985);
  assert_true(unknown.held < known.held); /* rows of an account are alike, so that this matters */
}

static bool notes_have(const lf_answer *answer, const char *text) {
  for (size_t i = 0; i < answer->notes.n; i++)
    if (strstr(answer->notes.items[i], text)) return true;
  return false;
}

static void a_leak_is_said(void **state) {
  (void)state;
  lf_text t = {0};
  uint64_t seed = 5;
  lf_text_add(&t, "id,Source,CloseReason,won\n");
  for (int i = 0; i < 1200; i++) {
    bool won = uniform(&seed) < 0.3;
    lf_text_addf(&t, "%d,%s,%s,%d\n", i + 1, uniform(&seed) < 0.5 ? "Web" : "Event",
                 won ? "signed" : (uniform(&seed) < 0.5 ? "price" : "no budget"), won);
  }
  history_case c = case_new();
  lf_claims *claims = NULL;
  lf_answers *answers = NULL;
  lf_error err = {0};
  const char yaml[] =
      "claims:\n - {say: signed ones win, attribute: CloseReason, group: [signed], effect: win, direction: "
      "higher}\n"
      " - {say: events win, attribute: Source, group: [Event], effect: win, direction: higher}";
  set_text(&c.project.outcome, "won");
  case_must_build(&c, t.data);
  assert_int_equal(lf_claims_parse("claims.yaml", yaml, sizeof yaml - 1, &claims, &err), LF_OK);
  if (lf_claims_answer(claims, c.history, NULL, &answers, &err) != LF_OK) fail_msg("%s", err.message);
  assert_true(notes_have(&answers->items[0], "'CloseReason' is left out of every fit"));
  assert_true(notes_have(&answers->items[0], "no reason to score by it"));
  assert_int_equal(answers->items[1].adjusted_for.n, 0); /* and nothing is adjusted for it */
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
  lf_text_free(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(idle_claims_of_accounts),
                                     cmocka_unit_test(a_leak_is_said)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
