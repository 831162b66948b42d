/* Claims: what is refused, effects by closed form and from published tables, verdicts where the truth is
 * known, flips by brute force. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/claims.h"
#include "evidence/refit.h"
#include "history_case.h"
#include "near.h"

static lf_claims *claims_of(const char *yaml) {
  lf_claims *claims = NULL;
  lf_error err = {0};
  if (lf_claims_parse("claims.yaml", yaml, strlen(yaml), &claims, &err) != LF_OK) fail_msg("%s", err.message);
  return claims;
}

static lf_answers *answers_of(const lf_claims *claims, const history_case *c) {
  lf_answers *answers = NULL;
  lf_error err = {0};
  if (lf_claims_answer(claims, c->history, NULL, &answers, &err) != LF_OK) fail_msg("%s", err.message);
  return answers;
}

/* One claim on a CSV history. */
typedef struct asked {
  history_case c;
  lf_claims *claims;
  lf_answers *answers;
} asked;

static asked ask(const char *csv, const char *yaml) {
  asked a = {.c = case_new()};
  set_text(&a.c.project.outcome, "won");
  case_must_build(&a.c, csv);
  a.claims = claims_of(yaml);
  a.answers = answers_of(a.claims, &a.c);
  return a;
}

static void asked_free(asked *a) {
  lf_answers_free(a->answers);
  lf_claims_free(a->claims);
  case_free(&a->c);
}

/* ---- what is refused ----------------------------------------------------------------------------------- */

static void refused(const char *yaml, const char *text) {
  lf_claims *claims = NULL;
  lf_error err = {0};
  assert_int_equal(lf_claims_parse("claims.yaml", yaml, strlen(yaml), &claims, &err), LF_E_USAGE);
  if (!strstr(err.message, text)) fail_msg("'%s' lacks '%s'", err.message, text);
}

static void paths_are_named(void **state) {
  (void)state;
  refused("claims: []", "no claims");
  refused("claims:\n - {say: a, attribute: x, group: [1], effect: win, direction: up}",
          "claims[0].direction");
  refused("claims:\n - {say: a, attribute: x, group: [1], effect: win}", "claims[0].direction");
  refused("claims:\n - {say: a, attribute: x, effect: win, direction: higher}", "claims[0].group");
  refused("claims:\n - {say: a, attribute: x, group: [], effect: win, direction: higher}", "claims[0].group");
  refused("claims:\n - {say: a, attribute: x, group: {from: 5, to: 5}, effect: win, direction: higher}",
          "claims[0].group");
  refused("claims:\n - {say: a, attribute: x, group: {}, effect: win, direction: higher}", "claims[0].group");
  refused("claims:\n - {say: a, attribute: x, group: [1], effect: win, direction: higher, margin: 1}",
          "claims[0].margin");
  refused("claims:\n - {say: a, atribute: x}", "attribute");
}

static const char small[] = "id,Source,Size,won\n1,Web,10,1\n2,Web,20,0\n3,Event,30,1\n4,Event,40,0\n5,web "
                            "list,50,1\n6,web list,60,0\n";

static void not_answered(const char *yaml, const char *text) {
  history_case c = case_new();
  lf_claims *claims = claims_of(yaml);
  lf_answers *answers = NULL;
  lf_error err = {0};
  set_text(&c.project.outcome, "won");
  case_must_build(&c, small);
  assert_int_equal(lf_claims_answer(claims, c.history, NULL, &answers, &err), LF_E_USAGE);
  if (!strstr(err.message, text)) fail_msg("'%s' lacks '%s'", err.message, text);
  lf_claims_free(claims);
  case_free(&c);
}

static void data_must_have_it(void **state) {
  (void)state;
  not_answered("claims:\n - {say: a, attribute: Sorce, group: [Web], effect: win, direction: higher}",
               "did you mean 'Source'");
  not_answered("claims:\n - {say: a, attribute: Source, group: [Web], effect: win, direction: higher}\n"
               " - {say: b, attribute: Source, group: [Evnt], effect: win, direction: higher}",
               "claims[1].group");
  not_answered("claims:\n - {say: a, attribute: Source, group: [Evnt], effect: win, direction: higher}",
               "did you mean 'Event'");
  not_answered(
      "claims:\n - {say: a, attribute: Source, group: [Web], versus: [Web], effect: win, direction: higher}",
      "claims[0].versus");
  not_answered("claims:\n - {say: a, attribute: Source, group: {from: 5}, effect: win, direction: higher}",
               "holds no numbers");
  not_answered("claims:\n - {say: a, attribute: Size, group: {from: 500}, effect: win, direction: higher}",
               "no row");
  not_answered("claims:\n - {say: a, attribute: Size, group: {from: 30}, effect: revenue, direction: higher}",
               "amount");
  not_answered("claims:\n - {say: a, attribute: won, group: [1], effect: win, direction: higher}",
               "outcome itself");
}

/* ---- closed forms -------------------------------------------------------------------------------------- */

/* A 2x2 table: rows of cells, in words. */
static char *table_csv(const int cells[2][2]) {
  lf_text t = {0};
  lf_text_add(&t, "id,Side,won\n");
  int id = 0;
  for (int side = 0; side < 2; side++)
    for (int won = 0; won < 2; won++)
      for (int k = 0; k < cells[side][won]; k++)
        lf_text_addf(&t, "%d,%s,%d\n", ++id, side ? "yes" : "no", won);
  assert_false(t.failed);
  return t.data;
}

static const char higher[] =
    "claims:\n - {say: a, attribute: Side, group: [yes], effect: win, direction: higher}";

static void odds_ratio_by_hand(void **state) {
  (void)state;
  const int cells[2][2] = {{70, 30}, {40, 60}};
  char *csv = table_csv(cells);
  asked a = ask(csv, higher);
  const lf_answer *x = &a.answers->items[0];
  double se = sqrt((1 / 70.0 + 1 / 30.0 + 1 / 40.0 + 1 / 60.0) * 200 /
                   198); /* saturated: Woolf's, with HC1's n / (n - k) */
  near(x->raw.ratio, 60.0 * 70 / (30 * 40), 1e-8);
  near(x->raw.std_error, se, 1e-8);
  near(x->raw.high, x->raw.ratio * exp(gsl_cdf_tdist_Pinv(0.975, 199) * se), 1e-6);
  near(x->adjusted.ratio, x->raw.ratio, 1e-8);
  near(x->raw_difference.value, 0.3, 1e-9);
  near(x->risk_ratio.value, 2, 1e-8);
  near(x->e_value, 2 + sqrt(2), 1e-7);
  near(x->group.won, 60, 0);
  near(x->versus.rows, 100, 0);
  assert_int_equal(x->verdict, LF_CLAIM_SUPPORTED);
  asked_free(&a);
  free(csv);
}

/* Verdict of a 2x2 table by the rules, from arithmetic alone. */
static bool table_supports(double a, double b, double c, double d) { /* group won, lost, versus won, lost */
  double n = a + b + c + d, theta = log(a * d / (b * c)),
         se = sqrt((1 / a + 1 / b + 1 / c + 1 / d) * n / (n - 2));
  return 2 * gsl_cdf_tdist_Q(fabs(theta / se), n - 1) <= 0.05 && theta >= log(1.1);
}

static void flips_by_brute_force(void **state) {
  (void)state;
  const int cells[3][2][2] = {{{35, 15}, {20, 30}}, {{90, 10}, {60, 40}}, {{30, 30}, {14, 46}}};
  for (int t = 0; t < 3; t++) {
    char *csv = table_csv(cells[t]);
    asked a = ask(csv, higher);
    int fewest = -1;
    for (int k = 1; fewest < 0 && k < 40; k++)
      for (int i = 0; i <= k; i++) /* i wins of the group lost, k - i losses of the others won */
        if (fewest < 0 && !table_supports(cells[t][1][1] - i, cells[t][1][0] + i, cells[t][0][1] + k - i,
                                          cells[t][0][0] - k + i))
          fewest = k;
    assert_true(a.answers->items[0].flip.found);
    assert_true(a.answers->items[0].flip.confirmed);
    near(a.answers->items[0].flip.rows, fewest, 0);
    asked_free(&a);
    free(csv);
  }
}

static void empty_cell_is_finite(void **state) {
  (void)state;
  const int cells[2][2] = {{30, 20}, {25, 0}};
  char *csv = table_csv(cells);
  asked a = ask(csv, higher);
  const lf_answer *x = &a.answers->items[0];
  /* Firth on a saturated 2x2 table adds 1/2 to each cell: odds ratio (0.5 x 30.5) / (25.5 x 20.5) */
  near(x->raw.ratio, 0.5 * 30.5 / (25.5 * 20.5), 1e-5);
  assert_true(x->firth);
  assert_true(x->raw.high < 1 && x->raw.low >= 0);
  assert_int_equal(x->verdict, LF_CLAIM_CONTRADICTED);
  asked_free(&a);
  free(csv);
}

/* Ratios of means are those of the means, and their variance that of independent means. */
static void means_by_hand(void **state) {
  (void)state;
  lf_text t = {0};
  double sum[2] = {0, 0}, n[2] = {0, 0}, square[2] = {0, 0}, rows[2] = {0, 0}, lost_square[2] = {0, 0},
         amounts[200];
  lf_text_add(&t, "id,Side,Amount,won\n");
  for (int i = 0; i < 200; i++) {
    int side = i % 2, won = i % 5 < 2;
    amounts[i] = won ? floor(1000 * (1 + side + noise(9, (uint64_t)i))) : 0;
    lf_text_addf(&t, "%d,%s,%d,%d\n", i + 1, side ? "yes" : "no", (int)amounts[i], won);
    rows[side]++;
    sum[side] += amounts[i];
    n[side] += won;
  }
  for (int i = 0; i < 200; i++) {
    int side = i % 2, won = i % 5 < 2;
    double d = amounts[i] - sum[side] / n[side], e = amounts[i] - sum[side] / rows[side];
    if (won) square[side] += d * d;
    lost_square[side] += e * e;
  }
  history_case c = case_new();
  set_text(&c.project.outcome, "won");
  set_text(&c.project.amount, "Amount");
  case_must_build(&c, t.data);
  lf_claims *claims =
      claims_of("claims:\n - {say: a, attribute: Side, group: [yes], effect: amount, direction: higher}\n"
                " - {say: b, attribute: Side, group: [yes], effect: revenue, direction: higher}");
  lf_answers *answers = answers_of(claims, &c);
  double won = n[0] + n[1], variance = square[0] / (sum[0] * sum[0]) + square[1] / (sum[1] * sum[1]);
  near(answers->items[0].raw.ratio, sum[1] / n[1] / (sum[0] / n[0]), 1e-9);
  near(answers->items[0].raw.std_error, sqrt(variance * won / (won - 1)), 1e-8);
  variance = lost_square[0] / (sum[0] * sum[0]) + lost_square[1] / (sum[1] * sum[1]);
  near(answers->items[1].raw.ratio, sum[1] / rows[1] / (sum[0] / rows[0]), 1e-9);
  near(answers->items[1].raw.std_error, sqrt(variance * 200 / 199), 1e-8);
  assert_true(isnan(answers->items[1].risk_ratio.value));
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
  lf_text_free(&t);
}

/* ---- published: admissions to Berkeley, 1973 (Bickel, Hammel & O'Connell 1975; R's UCBAdmissions) ---------
 */

static const char berkeley[] = "Gender,Dept,n,won\n"
                               "Male,A,512,1\nMale,A,313,0\nFemale,A,89,1\nFemale,A,19,0\nMale,B,353,1\nMale,"
                               "B,207,0\nFemale,B,17,1\nFemale,B,8,0\n"
                               "Male,C,120,1\nMale,C,205,0\nFemale,C,202,1\nFemale,C,391,0\nMale,D,138,"
                               "1\nMale,D,279,0\nFemale,D,131,1\nFemale,D,244,0\n"
                               "Male,E,53,1\nMale,E,138,0\nFemale,E,94,1\nFemale,E,299,0\nMale,F,22,1\nMale,"
                               "F,351,0\nFemale,F,24,1\nFemale,F,317,0\n";

static bool notes_have(const lf_answer *answer, const char *text) {
  for (size_t i = 0; i < answer->notes.n; i++)
    if (strstr(answer->notes.items[i], text)) return true;
  return false;
}

static void berkeley_admissions(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "won");
  set_text(&c.project.weight, "n");
  case_must_build(&c, berkeley);
  lf_claims *claims = claims_of(
      "claims:\n - {say: men, attribute: Gender, group: [Male], effect: win, direction: higher}\n"
      " - {say: women, attribute: Gender, group: [female], effect: win, direction: higher}\n"
      " - {say: neither, attribute: Gender, group: [Male], effect: win, direction: none, margin: 1.3}");
  lf_answers *answers = answers_of(claims, &c);
  const lf_answer *x = &answers->items[0];
  near(x->raw.ratio, 1.8410801, 1e-6);         /* 1198 x 1278 / (1493 x 557) */
  near(x->adjusted.log_ratio, -0.09987, 1e-5); /* R: glm(admit ~ gender + dept), Agresti 2013 */
  near(x->adjusted.std_error, 0.08085, 1e-3);  /* model-based there, robust here */
  near(answers->items[1].adjusted.log_ratio, 0.09987, 1e-5);
  assert_int_equal(x->verdict, LF_CLAIM_UNDECIDED);
  assert_int_equal(answers->items[2].verdict,
                   LF_CLAIM_SUPPORTED); /* 90 % interval 0.79 to 1.03, within 1/1.3 to 1.3 */
  assert_int_equal(x->adjusted_for.n, 1);
  assert_true(notes_have(x, "'Dept'"));
  assert_true(notes_have(x, "Claim 2 says the contrary"));
  assert_true(notes_have(x, "Claim 3 says the contrary"));
  assert_true(x->more_won > 0);
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
}

/* ---- equivalence, quarters, accounts, copies ----------------------------------------------------------- */

static void no_difference_is_found(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "won");
  set_text(&c.project.weight, "n");
  case_must_build(&c, "Side,won,n\nyes,1,3000\nyes,0,9000\nno,1,5010\nno,0,15000\n");
  lf_claims *claims = claims_of(higher);
  lf_answers *answers = answers_of(claims, &c);
  assert_int_equal(answers->items[0].verdict, LF_CLAIM_SAME);
  assert_true(answers->items[0].flip.found && answers->items[0].flip.rows > 50);
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
}

static void by_quarter(void **state) {
  (void)state;
  lf_text t = {0};
  lf_text_add(&t, "id,CloseDate,Side,won\n");
  /* 2023-Q1: 2x2 of 20 each cell; 2023-Q3: group wins 30 of 40 against 10 of 40; Q2 has nobody, Q4 too few */
  int id = 0;
  for (int i = 0; i < 80; i++)
    lf_text_addf(&t, "%d,2023-02-%02d,%s,%d\n", ++id, i % 28 + 1, i % 2 ? "yes" : "no", i / 2 % 2);
  for (int i = 0; i < 80; i++)
    lf_text_addf(&t, "%d,2023-08-%02d,%s,%d\n", ++id, i % 28 + 1, i % 2 ? "yes" : "no",
                 i % 2 ? i < 60 : i < 20);
  for (int i = 0; i < 4; i++)
    lf_text_addf(&t, "%d,2023-10-0%d,%s,%d\n", ++id, i + 1, i % 2 ? "yes" : "no", i / 2);
  history_case c = case_new();
  set_text(&c.project.outcome, "won");
  set_text(&c.project.date, "CloseDate");
  case_must_build(&c, t.data);
  lf_claims *claims = claims_of(higher);
  lf_answers *answers = answers_of(claims, &c);
  const lf_answer *x = &answers->items[0];
  assert_int_equal(x->n_periods, 4);
  assert_string_equal(x->periods[0].label, "2023-Q1");
  assert_string_equal(x->periods[3].label, "2023-Q4");
  near(x->periods[0].group.rows, 40, 0);
  near(x->periods[0].adjusted.ratio, 1, 1e-6);
  near(x->periods[1].group.rows, 0, 0);
  near(x->periods[2].group.won, 30, 0);
  near(x->periods[2].adjusted.ratio, 9, 1e-5); /* 30 x 30 / (10 x 10) */
  assert_true(isnan(x->periods[1].adjusted.ratio) && isnan(x->periods[3].adjusted.ratio));
  lf_answers_free(answers);
  lf_claims_free(claims);
  case_free(&c);
  lf_text_free(&t);
}

/* Every row twice, as accounts of two: the same interval as every row once. A copy of the attribute is no
 * adjustment: nothing would be left to compare. */
static void accounts_and_copies(void **state) {
  (void)state;
  lf_text once = {0}, twice = {0};
  lf_text_add(&once, "AccountId,Side,Copy,won\n");
  lf_text_add(&twice, "AccountId,Side,Copy,won\n");
  for (int i = 0; i < 400; i++) {
    int side = noise(1, (uint64_t)i) < 0.5, won = noise(2, (uint64_t)i) < 0.3 + 0.15 * side;
    for (int k = 0; k < 2; k++)
      lf_text_addf(k ? &twice : &once, "A%d,%s,%s,%d\n", i, side ? "yes" : "no", side || i == 7 ? "c" : "d",
                   won);
    lf_text_addf(&twice, "A%d,%s,%s,%d\n", i, side ? "yes" : "no", side || i == 7 ? "c" : "d", won);
  }
  double se[2];
  for (int k = 0; k < 2; k++) {
    history_case c = case_new();
    set_text(&c.project.outcome, "won");
    set_text(&c.project.account, "AccountId");
    case_must_build(&c, k ? twice.data : once.data);
    lf_claims *claims = claims_of(higher);
    lf_answers *answers = answers_of(claims, &c);
    se[k] = answers->items[0].adjusted.std_error;
    assert_int_equal(answers->items[0].adjusted_for.n, 0);
    lf_answers_free(answers);
    lf_claims_free(claims);
    case_free(&c);
  }
  near(se[1] / se[0], sqrt(398.0 / 399), 1e-6); /* G/(G-1) over accounts, n/(n-k) over rows */
  lf_text_free(&once);
  lf_text_free(&twice);
}

/* ---- refits ---------------------------------------------------------------------------------------------
 */

enum { REFIT_ROWS = 3000, REFIT_ACCOUNTS = 900 };

/* Rows of an effect with one other term of three bands, by hand. Every array static: one case at a time. */
static void refit_rows(lf_claim_effect effect, bool accounts, lf_effect_rows *rows, lf_adjustment *other) {
  static uint16_t side[REFIT_ROWS], band[REFIT_ROWS];
  static double weight[REFIT_ROWS], y[REFIT_ROWS];
  static uint8_t won[REFIT_ROWS];
  static uint32_t account[REFIT_ROWS];
  static int32_t map[] = {-1, 2, 3};
  static lf_term term;
  for (int i = 0; i < REFIT_ROWS; i++) {
    side[i] = noise(1, (uint64_t)i) < 0.4 ? LF_CLAIM_SIDE_GROUP : LF_CLAIM_SIDE_VERSUS;
    band[i] = (uint16_t)(3 * noise(2, (uint64_t)i));
    won[i] = noise(3, (uint64_t)i) < 0.2 + 0.1 * side[i] + 0.1 * band[i];
    account[i] = (uint32_t)(REFIT_ACCOUNTS * noise(4, (uint64_t)i));
    double amount = 1000 * (1 + side[i]) * (0.5 + noise(5, (uint64_t)i));
    y[i] = effect == LF_EFFECT_WIN ? won[i] : won[i] ? amount : 0;
    weight[i] = effect == LF_EFFECT_AMOUNT ? won[i] : 1 + i % 2;
  }
  term = (lf_term){.name = "band",
                   .type = LF_TERM_CODES,
                   .codes = band,
                   .n_codes = 3,
                   .coef = map,
                   .first = 2,
                   .n_coef = 2};
  *other = (lf_adjustment){.n_terms = 1, .terms = &term, .n_coef = 4};
  *rows = (lf_effect_rows){.n = REFIT_ROWS,
                           .effect = effect,
                           .side = side,
                           .weight = weight,
                           .y = y,
                           .won = won,
                           .cluster = accounts ? account : NULL,
                           .n_clusters = accounts ? REFIT_ACCOUNTS : 0,
                           .degrees = 500};
}

/* A refit without matrices is the full fit to the changed rows. */
static void refits_are_fits(void **state) {
  (void)state;
  for (int effect = 0; effect < 3; effect++)
    for (int accounts = 0; accounts < 2; accounts++) {
      lf_effect_rows rows;
      lf_adjustment other;
      lf_effect_fit *fit = NULL, *again = NULL;
      lf_refit *refit = NULL;
      refit_rows((lf_claim_effect)effect, accounts, &rows, &other);
      assert_int_equal(lf_effect_fit_make(&rows, &other, NULL, NULL, NULL, &fit, NULL), LF_OK);
      assert_int_equal(lf_refit_new(&rows, fit, NULL, &refit, NULL), LF_OK);
      for (int every = 1000; every > 5; every /= 5) { /* of all rows, so many are changed */
        for (int i = 0; i < REFIT_ROWS; i += every) {
          if (effect == LF_EFFECT_AMOUNT) rows.weight[i] = 0;
          if (effect == LF_EFFECT_REVENUE) rows.y[i] = rows.won[i] ? 0 : 1500;
          if (effect == LF_EFFECT_WIN) rows.y[i] = i % 3 ? 1 - rows.won[i] : 0.5;
        }
        lf_ratio got = lf_refit_ratio(refit, rows.y, rows.weight), want;
        assert_int_equal(lf_effect_fit_make(&rows, &other, NULL, NULL, NULL, &again, NULL), LF_OK);
        want = lf_effect_ratio(again, &rows);
        near(got.log_ratio, want.log_ratio, 1e-6);
        near(got.std_error / want.std_error, 1, 1e-6);
        near(got.high90, want.high90, 1e-5);
        lf_effect_fit_free(again);
      }
      lf_refit_free(refit);
      lf_effect_fit_free(fit);
    }
}

/* Adjusted, where not every row counts the same: no set of fewer rows than found but one overturns the
 * verdict. */
static void flips_are_near_the_fewest(void **state) {
  (void)state;
  enum { N = 90 };
  int most = 0;
  for (uint64_t seed = 1; most == 0 && seed < 60; seed++) {
    lf_text t = {0};
    char tier[N], side[N];
    int won[N];
    for (int i = 0; i < N; i++) {
      tier[i] = noise(seed, (uint64_t)i) < 0.5;
      side[i] = noise(seed + 1000, (uint64_t)i) < 0.3 + 0.4 * tier[i];
      won[i] = noise(seed + 2000, (uint64_t)i) < 0.2 + 0.3 * side[i] + 0.2 * tier[i];
    }
    int found = 0, fewest = 0;
    /* reversed: none (what is found), then each row alone, then each pair */
    for (int a = -1; a < N && (a < 0 || (found == 3 && !fewest)); a++)
      for (int b = a; b < N && (a >= 0 || b < 0) && !fewest; b++) {
        lf_text_free(&t);
        lf_text_add(&t, "Side,Tier,won\n");
        for (int i = 0; i < N; i++)
          lf_text_addf(&t, "%s,%s,%d\n", side[i] ? "yes" : "no", tier[i] ? "gold" : "tin",
                       i == a || i == b ? !won[i] : won[i]);
        asked q = ask(t.data, higher);
        if (a < 0 && q.answers->items[0].verdict == LF_CLAIM_SUPPORTED && q.answers->items[0].flip.found)
          found = (int)q.answers->items[0].flip.rows;
        if (a >= 0 && q.answers->items[0].verdict != LF_CLAIM_SUPPORTED) fewest = a == b ? 1 : 2;
        asked_free(&q);
      }
    lf_text_free(&t);
    if (found != 3) continue;
    most = found;
    assert_int_not_equal(fewest, 1);
    print_message("adjusted, 90 rows: %d flips found, %s by all single rows and pairs\n", found,
                  fewest ? "2 do" : "no fewer");
  }
  assert_int_equal(most, 3);
}

/* ---- known truth --------------------------------------------------------------------------------------- */

/* splitmix64, for draws that must be independent of one another. */
static double uniform(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Rows whose winning depends on a confounder with the side (log-odds 1.5 apart) and on the side by theta. */
static char *confounded_csv(uint64_t seed, int n, double theta) {
  lf_text t = {0};
  lf_text_add(&t, "Side,Tier,Size,won\n");
  for (int i = 0; i < n; i++) {
    double size = uniform(&seed);
    int tier = uniform(&seed) < 0.5, side = uniform(&seed) < (tier ? 0.7 : 0.3) * (0.6 + 0.8 * size);
    int won = uniform(&seed) < lf_expit(-1.4 + 1.5 * tier + theta * side);
    lf_text_addf(&t, "%s,%s,%d,%d\n", side ? "yes" : "no", tier ? "gold" : "tin", (int)(1000 * size), won);
  }
  assert_false(t.failed);
  return t.data;
}

typedef struct tally {
  int covered, raw_covered, verdict[4];
} tally;

static tally run_claims(int runs, int n, double theta, uint64_t seed) {
  tally t = {0};
  for (int k = 0; k < runs; k++) {
    char *csv = confounded_csv(seed + (uint64_t)k * 1000003, n, theta);
    asked a = ask(csv, higher);
    const lf_answer *x = &a.answers->items[0];
    t.covered += x->adjusted.low <= exp(theta) && exp(theta) <= x->adjusted.high;
    t.raw_covered += x->raw.low <= exp(theta) && exp(theta) <= x->raw.high;
    t.verdict[x->verdict]++;
    asked_free(&a);
    free(csv);
  }
  return t;
}

static void confounded_null(void **state) {
  (void)state;
  enum { RUNS = 300 };
  tally t = run_claims(RUNS, 600, 0, 1);
  print_message("confounded null, %d runs of 600 rows: adjusted intervals hold 1 in %d, raw in %d; supported "
                "%d, contradicted %d\n",
                RUNS, t.covered, t.raw_covered, t.verdict[LF_CLAIM_SUPPORTED],
                t.verdict[LF_CLAIM_CONTRADICTED]);
  assert_in_range(t.covered, RUNS * 0.915, RUNS * 0.985); /* standard error 1.3 % */
  assert_true(t.raw_covered < RUNS * 0.3);                /* the confounder is there */
  assert_true(t.verdict[LF_CLAIM_SUPPORTED] + t.verdict[LF_CLAIM_CONTRADICTED] <= RUNS * 0.085);
}

static void true_effect(void **state) {
  (void)state;
  enum { RUNS = 100 };
  tally t = run_claims(RUNS, 1500, 0.7, 5000);
  print_message("true odds ratio 2, %d runs of 1,500 rows: covered in %d, supported in %d\n", RUNS, t.covered,
                t.verdict[LF_CLAIM_SUPPORTED]);
  assert_in_range(t.covered, RUNS * 0.89, RUNS);
  assert_true(t.verdict[LF_CLAIM_SUPPORTED] >= RUNS * 0.9);
  assert_int_equal(t.verdict[LF_CLAIM_CONTRADICTED], 0);
}

static void plenty_of_nothing(void **state) {
  (void)state;
  tally t = run_claims(5, 40000, 0, 9000);
  assert_int_equal(t.verdict[LF_CLAIM_SAME], 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_are_named),      cmocka_unit_test(data_must_have_it),
      cmocka_unit_test(odds_ratio_by_hand),   cmocka_unit_test(flips_by_brute_force),
      cmocka_unit_test(empty_cell_is_finite), cmocka_unit_test(means_by_hand),
      cmocka_unit_test(berkeley_admissions),  cmocka_unit_test(no_difference_is_found),
      cmocka_unit_test(by_quarter),           cmocka_unit_test(accounts_and_copies),
      cmocka_unit_test(refits_are_fits),      cmocka_unit_test(flips_are_near_the_fewest),
      cmocka_unit_test(confounded_null),      cmocka_unit_test(true_effect),
      cmocka_unit_test(plenty_of_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
