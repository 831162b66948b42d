/* Comparisons at their edges: one candidate, candidates that are the same, fields that nobody or only winners
 * stand in, rules that say yes or no, one account. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/compare.h"
#include "near.h"

enum { ROWS = 40 };

/* Row i wins where i % 4 is 0 or i is below 10; scores rise with the row's worth, or with its number. */
typedef struct leads {
  uint8_t won[ROWS];
  double good[ROWS], other[ROWS], p[ROWS], weight[ROWS], amount[ROWS];
  uint32_t cluster[ROWS];
} leads;

static void make(leads *r) {
  for (int i = 0; i < ROWS; i++) {
    r->won[i] = i % 4 == 0 || i < 10;
    r->good[i] = r->won[i] * 10 + i % 7;
    r->other[i] = i % 11;
    r->p[i] = .1 + .02 * i;
    r->weight[i] = 1;
    r->amount[i] = 100;
    r->cluster[i] = (uint32_t)(i / 2);
  }
}

static lf_comparison *compare(const lf_compare_rows *rows, const lf_candidate *candidates,
                              const lf_compare_options *options) {
  lf_comparison *c = NULL;
  lf_error err = {.message = ""};
  if (lf_compare(rows, candidates, 2, options, NULL, &c, &err) != LF_OK) fail_msg("%s", err.message);
  return c;
}

static void one_candidate_is_no_comparison(void **state) {
  (void)state;
  leads r;
  make(&r);
  lf_compare_rows all = {.n = ROWS, .won = r.won};
  lf_candidate one = {.name = "a", .score = r.good};
  lf_comparison *c = NULL;
  lf_error err = {.message = ""};
  assert_int_equal(lf_compare(&all, &one, 1, NULL, NULL, &c, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "a comparison needs two candidates; leadfit validate judges one"));
}

/* The same scores twice: no difference, and nothing that could be one. */
static void the_same_twice(void **state) {
  (void)state;
  leads r;
  make(&r);
  lf_compare_rows all = {.n = ROWS, .won = r.won, .amount = r.amount};
  lf_candidate both[] = {
      {.name = "a", .score = r.p, .probability = r.p, .has_threshold = true, .threshold = .5},
      {.name = "b", .score = r.p, .probability = r.p, .has_threshold = true, .threshold = .5}};
  const lf_compare_options options = {.replicates = 50, .seed = 1, .auc_margin = .02, .won_margin = .1};
  lf_comparison *c = compare(&all, both, &options);
  const lf_pair *pair = &c->pairs[0];
  near(c->auc_margin, .02, 0);
  near(c->won_margin, .1, 0);
  near(pair->auc.difference, 0, 0);
  near(pair->auc.p, 1, 0);
  near(pair->log_loss.value, 0, 0);
  near(pair->log_loss_p, 1, 0);
  assert_int_equal(pair->verdict, LF_COMPARE_SAME);
  assert_true(pair->has_quadrant);
  /* all are qualified by both or by neither: of those by one alone there is nothing to say */
  near(pair->quadrant[LF_QUADRANT_A_ONLY].rows, 0, 0);
  near(pair->quadrant[LF_QUADRANT_A_ONLY].win_rate, NAN, 0);
  near(pair->quadrant_p, NAN, 0);
  near(pair->quadrant[LF_QUADRANT_BOTH].rows, 20, 0); /* .1 + .02 i reaches .5 from the 20th on */
  near(pair->quadrant[LF_QUADRANT_BOTH].won, 5, 0);
  near(pair->quadrant[LF_QUADRANT_BOTH].amount, 500, 0);
  lf_comparison_free(c);
}

/* Of 8 rows that A alone takes, and 8 that B alone takes, all win (or none): the rates are the same and there
 * is no doubt. */
static void fields_where_all_or_none_win(void **state) {
  (void)state;
  for (int all_win = 0; all_win < 2; all_win++) {
    uint8_t won[ROWS];
    double a[ROWS], b[ROWS];
    for (int i = 0; i < ROWS; i++) {
      a[i] = i < 8 || (i >= 16 && i < 20);
      b[i] = i >= 8 && i < 20;
      won[i] = (uint8_t)(i < 16 ? all_win : i % 2);
    }
    lf_compare_rows rows = {.n = ROWS, .won = won};
    lf_candidate two[] = {{.name = "a", .score = a, .has_threshold = true, .threshold = 1},
                          {.name = "b", .score = b, .has_threshold = true, .threshold = 1}};
    const lf_compare_options options = {.replicates = 50, .seed = 1};
    lf_comparison *c = compare(&rows, two, &options);
    const lf_pair *pair = &c->pairs[0];
    near(pair->quadrant[LF_QUADRANT_A_ONLY].rows, 8, 0);
    near(pair->quadrant[LF_QUADRANT_B_ONLY].rows, 8, 0);
    near(pair->a_only_vs_b_only.value, 0, 0);
    near(pair->quadrant_p, 1, 0);
    near(pair->quadrant[LF_QUADRANT_BOTH].amount, NAN, 0); /* no amount is known */
    assert_true(pair->by_volume);                          /* rules that say yes or no */
    near(c->judgements[0].auc.value, c->judgements[1].auc.value, 1e-12);
    lf_comparison_free(c);
  }
}

/* Rates of 6 of 8 and of 2 of 8: chi-squared (N - 1) is (6/8 - 2/8)^2 / (1/2 * 1/2 * (1/8 + 1/8)) * 15 / 16.
 * Rows of pairs that are alike count half: each rate's design effect is 2 * n / (n - 1) of its pairs. */
static void fields_by_hand(void **state) {
  (void)state;
  for (int pairs = 0; pairs < 2; pairs++) {
    uint8_t won[ROWS];
    double a[ROWS], b[ROWS], weight[ROWS];
    uint32_t cluster[ROWS];
    for (int i = 0; i < ROWS; i++) {
      a[i] = i < 8;
      b[i] = i >= 8 && i < 16;
      won[i] = i < 16 ? (i < 6 || i == 8 || i == 9) : i % 4 < 2;
      weight[i] = 1;
      cluster[i] = (uint32_t)(i / 2);
    }
    lf_compare_rows rows = {.n = ROWS,
                            .won = won,
                            .weight = pairs ? NULL : weight,
                            .cluster = pairs ? cluster : NULL,
                            .n_clusters = ROWS / 2};
    lf_candidate two[] = {{.name = "a", .score = a, .has_threshold = true, .threshold = 1},
                          {.name = "b", .score = b, .has_threshold = true, .threshold = 1}};
    const lf_compare_options options = {.replicates = 50, .seed = 1};
    lf_comparison *c = compare(&rows, two, &options);
    const lf_pair *pair = &c->pairs[0];
    /* four pairs of each: sum of squares 3 * (2 * .25 / 8)^2 + (2 * .75 / 8)^2, times 4 / 3, over .75 * .25 /
     * 8 */
    double square = (3 * pow(.5 / 8, 2) + pow(1.5 / 8, 2)) * 4 / 3,
           design = pairs ? square / (.75 * .25 / 8) : 1, n = 8 / design;
    near(pair->a_only_vs_b_only.value, .5, 1e-12);
    double chi2 = .25 / (.25 * 2 / n) * (2 * n - 1) / (2 * n);
    near(pair->quadrant_p, lf_chi_squared_p(chi2, 1), 1e-9);
    lf_comparison_free(c);
  }
}

/* One account tells no variance: nothing is decided. */
static void one_account(void **state) {
  (void)state;
  leads r;
  make(&r);
  memset(r.cluster, 0, sizeof r.cluster);
  lf_compare_rows all = {.n = ROWS, .won = r.won, .cluster = r.cluster, .n_clusters = 1};
  lf_candidate two[] = {{.name = "a", .score = r.good, .has_threshold = true, .threshold = 10},
                        {.name = "b", .score = r.other, .has_threshold = true, .threshold = 5}};
  const lf_compare_options options = {.replicates = 50, .seed = 1};
  lf_comparison *c = compare(&all, two, &options);
  near(c->pairs[0].auc.std_error, NAN, 0);
  near(c->pairs[0].log_loss.value, NAN, 0); /* neither gives a probability */
  assert_int_equal(c->pairs[0].verdict, LF_COMPARE_UNDECIDED);
  lf_comparison_free(c);
}

/* Rows of weight 0 are no rows: the comparison is that of the others. */
static void rows_of_no_weight(void **state) {
  (void)state;
  leads r;
  make(&r);
  for (int i = 0; i < ROWS; i++) r.weight[i] = i < 30;
  const lf_compare_options options = {.replicates = 50, .seed = 1};
  lf_candidate two[] = {
      {.name = "a", .score = r.good, .probability = r.p, .has_threshold = true, .threshold = 10},
      {.name = "b", .score = r.other, .probability = r.p, .has_threshold = true, .threshold = 5}};
  lf_compare_rows weighted = {.n = ROWS, .won = r.won, .weight = r.weight, .amount = r.amount},
                  fewer = {.n = 30, .won = r.won, .amount = r.amount};
  lf_comparison *a = compare(&weighted, two, &options), *b = compare(&fewer, two, &options);
  near(a->pairs[0].auc.difference, b->pairs[0].auc.difference, 1e-12);
  near(a->pairs[0].auc.std_error, b->pairs[0].auc.std_error, 1e-12);
  near(a->pairs[0].log_loss.value, b->pairs[0].log_loss.value, 1e-12);
  near(a->pairs[0].log_loss_p, b->pairs[0].log_loss_p, 1e-12);
  for (size_t k = 0; k < LF_QUADRANT_CELLS; k++)
    near(a->pairs[0].quadrant[k].rows, b->pairs[0].quadrant[k].rows, 0);
  assert_int_equal(a->pairs[0].n_volumes, b->pairs[0].n_volumes);
  for (size_t k = 0; k < a->pairs[0].n_volumes; k++) {
    near(a->pairs[0].volumes[k].won_a, b->pairs[0].volumes[k].won_a, 1e-9);
    near(a->pairs[0].volumes[k].amount_b, b->pairs[0].volumes[k].amount_b, 1e-9);
  }
  lf_comparison_free(a);
  lf_comparison_free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_candidate_is_no_comparison),
      cmocka_unit_test(the_same_twice),
      cmocka_unit_test(fields_where_all_or_none_win),
      cmocka_unit_test(fields_by_hand),
      cmocka_unit_test(one_account),
      cmocka_unit_test(rows_of_no_weight),
  };
  return cmocka_run_group_tests_name("comparisons at their edges", tests, NULL, NULL);
}
