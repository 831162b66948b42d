/* Fits whose answer is arithmetic where the design is wide or says what it should not: categories of hundreds
 * of levels, hundreds of columns, weights and shares that are none, questions that a fit cannot answer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/shapley.h"
#include "fit/fit.h"
#include "fit/frame.h"
#include "fit/path.h"
#include "near.h"

/* ---- a category of 300 levels ------------------------------------------------------------------------ */

enum { LEVELS = 300, EACH = 10, ROWS = LEVELS * EACH };

/* Level l has 10 rows, of which 1 + l % 9 win. */
typedef struct wide {
  uint16_t code[ROWS];
  uint8_t won[ROWS];
  uint32_t own[ROWS];
  int32_t coef[LEVELS];
  lf_term term;
  lf_design design;
} wide;

static double wins(size_t level) {
  return (double)(1 + level % 9);
}

static void make_wide(wide *w) {
  for (size_t i = 0; i < ROWS; i++) {
    size_t level = i % LEVELS;
    w->code[i] = (uint16_t)level;
    w->won[i] = i / LEVELS < (size_t)wins(level);
    w->own[i] = (uint32_t)i;
  }
  for (size_t l = 1; l < LEVELS; l++) w->coef[l] = (int32_t)l;
  w->coef[0] = -1;
  w->term = (lf_term){.name = "level",
                      .type = LF_TERM_CODES,
                      .codes = w->code,
                      .n_codes = LEVELS,
                      .coef = w->coef,
                      .first = 1,
                      .n_coef = LEVELS - 1};
  w->design = (lf_design){.n_rows = ROWS, .n_terms = 1, .terms = &w->term, .n_coef = LEVELS, .won = w->won};
}

/* Every level has the log-odds of its own wins; the robust variance of each is that of the model, as in any
 * saturated table, and that of accounts of one row is the same. */
static void levels_by_the_hundred(void **state) {
  (void)state;
  static wide w;
  static double eta[ROWS], robust[LEVELS * LEVELS], clustered[LEVELS * LEVELS];
  lf_weights *fit = NULL;
  lf_solve_options options = {.keep_frame = true};
  make_wide(&w);
  assert_int_equal(lf_solve(&w.design, &options, NULL, &fit, NULL), LF_OK);
  double base = lf_logit(wins(0) / EACH), variance = 1 / wins(0) + 1 / (EACH - wins(0));
  near_share(fit->b[0], base, 1e-9);
  for (size_t l = 1; l < LEVELS; l++) near_share(fit->b[l], lf_logit(wins(l) / EACH) - base, 1e-9);
  lf_design_predict(&w.design, fit->b, NULL, eta);
  for (size_t i = 0; i < ROWS; i++) near_share(eta[i], lf_logit(wins(i % LEVELS) / EACH), 1e-9);
  assert_int_equal(lf_sandwich(&w.design, fit, NULL, 0, LF_HC0, NULL, robust, NULL), LF_OK);
  assert_int_equal(lf_sandwich(&w.design, fit, w.own, ROWS, LF_CR0, NULL, clustered, NULL), LF_OK);
  for (size_t l = 1; l < LEVELS; l++) {
    double want = variance + 1 / wins(l) + 1 / (EACH - wins(l));
    near_share(fit->covariance[l * LEVELS + l], want, 1e-7);
    near_share(robust[l * LEVELS + l], want, 1e-7);
    near_share(clustered[l * LEVELS + l], want, 1e-7);
  }
  lf_weights_free(fit);
}

/* More columns than are searched for the cheapest grouping stand each alone. */
static void hundreds_of_columns(void **state) {
  (void)state;
  enum { MANY = 600 };
  size_t sizes[MANY], group[MANY];
  for (size_t i = 0; i < MANY; i++) sizes[i] = 2;
  assert_int_equal(lf_group_terms(sizes, MANY, 0, 1000, group), MANY);
  for (size_t i = 0; i < MANY; i++) assert_int_equal(group[i], i);
  /* of ten flags all share a code: 2^8 = 256 is the most that a group may have */
  size_t groups = lf_group_terms(sizes, 10, 0, 1000000, group);
  assert_true(groups >= 2 && groups < 10);
}

/* ---- what is no row ----------------------------------------------------------------------------------- */

static void rows_refused(void **state) {
  (void)state;
  uint16_t code[] = {0, 0, 1, 1};
  uint8_t won[] = {0, 1, 0, 1};
  int32_t coef[] = {-1, 1};
  lf_term term = {
      .name = "x", .type = LF_TERM_CODES, .codes = code, .n_codes = 2, .coef = coef, .first = 1, .n_coef = 1};
  const double bad_weights[] = {-1, INFINITY, NAN}, bad_shares[] = {-.1, 1.1, NAN};
  for (size_t k = 0; k < 3; k++) {
    double weight[] = {1, 1, bad_weights[k], 1}, share[] = {.5, .5, bad_shares[k], .5};
    lf_design design = {.n_rows = 4, .n_terms = 1, .terms = &term, .n_coef = 2, .won = won, .weight = weight};
    lf_weights *fit = NULL;
    lf_error err = {.message = ""};
    assert_int_equal(lf_solve(&design, NULL, NULL, &fit, &err), LF_E_DATA);
    assert_non_null(strstr(err.message, "row 3 has weight "));
    design.weight = NULL;
    design.share = share;
    assert_int_equal(lf_solve(&design, NULL, NULL, &fit, &err), LF_E_DATA);
    assert_non_null(strstr(err.message, "row 3 has a share of wins outside 0 to 1"));
  }
  double x[] = {1, NAN, 3, 4};
  lf_column column = {
      .name = NULL, .kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = x};
  lf_term number = {.name = "x", .type = LF_TERM_NUMBER, .column = &column, .first = 1, .n_coef = 1};
  lf_design design = {.n_rows = 4, .n_terms = 1, .terms = &number, .n_coef = 2, .won = won};
  lf_weights *fit = NULL;
  lf_error err = {.message = ""};
  assert_int_equal(lf_solve(&design, NULL, NULL, &fit, &err), LF_E_DATA);
  assert_non_null(
      strstr(err.message, "has rows of positive weight without a finite number: give them weight 0"));
}

/* Shares of weights are the rows they stand for. */
static void shares_are_rows(void **state) {
  (void)state;
  uint16_t code[] = {0, 1, 2};
  int32_t coef[] = {-1, 1, 2};
  const double share[] = {.25, .5, .8}, weight[] = {8, 6, 5};
  lf_term term = {
      .name = "x", .type = LF_TERM_CODES, .codes = code, .n_codes = 3, .coef = coef, .first = 1, .n_coef = 2};
  lf_design design = {
      .n_rows = 3, .n_terms = 1, .terms = &term, .n_coef = 3, .share = share, .weight = weight};
  lf_weights *fit = NULL;
  assert_int_equal(lf_solve(&design, NULL, NULL, &fit, NULL), LF_OK);
  near_share(fit->b[0], lf_logit(.25), 1e-10);
  near_share(fit->b[2], lf_logit(.8) - lf_logit(.25), 1e-10);
  near_share(fit->covariance[4], 1 / 2.0 + 1 / 6.0 + 1 / 3.0 + 1 / 3.0, 1e-9);
  near_share(fit->won, 2 + 3 + 4, 1e-12);
  lf_weights_free(fit);
}

/* ---- what a fit cannot answer ---------------------------------------------------------------------------
 */

/* A flag, and the same flag again: the second has no coefficient of its own. */
typedef struct twice {
  uint16_t code[8];
  uint8_t won[8];
  int32_t coef[2][2];
  lf_term terms[2];
  lf_design design;
} twice;

static void make_twice(twice *t) {
  *t = (twice){.code = {0, 0, 0, 0, 1, 1, 1, 1}, .won = {1, 0, 0, 0, 1, 1, 0, 1}, .coef = {{-1, 1}, {-1, 2}}};
  for (size_t k = 0; k < 2; k++)
    t->terms[k] = (lf_term){.name = "flag",
                            .type = LF_TERM_CODES,
                            .codes = t->code,
                            .n_codes = 2,
                            .coef = t->coef[k],
                            .first = (int32_t)k + 1,
                            .n_coef = 1};
  t->design = (lf_design){.n_rows = 8, .n_terms = 2, .terms = t->terms, .n_coef = 3, .won = t->won};
}

static void questions_refused(void **state) {
  (void)state;
  static twice t;
  double low, high, v[9];
  uint32_t cluster[8] = {0, 0, 1, 1, 2, 2, 3, 9};
  lf_weights *fit = NULL, *bare = NULL;
  const lf_solve_options without = {.no_information = true};
  lf_error err = {.message = ""};
  make_twice(&t);
  assert_int_equal(lf_solve(&t.design, NULL, NULL, &fit, NULL), LF_OK);
  assert_int_equal(lf_solve(&t.design, &without, NULL, &bare, NULL), LF_OK);
  assert_true(fit->aliased[2] && fit->rank == 2);
  assert_int_equal(lf_profile(&t.design, fit, NULL, 2, .95, NULL, &low, &high, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "coefficient 2 was not estimated"));
  assert_int_equal(lf_profile(&t.design, fit, NULL, 3, .95, NULL, &low, &high, &err), LF_E_USAGE);
  assert_int_equal(lf_profile(&t.design, bare, NULL, 1, .95, NULL, &low, &high, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "profile limits need a fit with its information matrix"));
  assert_int_equal(lf_sandwich(&t.design, bare, NULL, 0, LF_HC0, NULL, v, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "robust standard errors need a fit with its information matrix"));
  assert_int_equal(lf_sandwich(&t.design, fit, NULL, 0, LF_CR0, NULL, v, &err), LF_E_USAGE);
  assert_int_equal(lf_sandwich(&t.design, fit, cluster, 10, LF_HC0, NULL, v, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "cluster-robust errors go with clusters"));
  assert_int_equal(lf_sandwich(&t.design, fit, cluster, 4, LF_CR0, NULL, v, &err), LF_E_USAGE);
  lf_weights_free(fit);
  lf_weights_free(bare);
}

/* A coefficient that is none takes no degree of freedom: tested with the other it adds nothing, alone there
 * is no test. The profile of the one that stands is that of the flag alone. */
static void tests_of_what_is_not_there(void **state) {
  (void)state;
  static twice t;
  lf_weights *fit = NULL, *one = NULL;
  lf_lr_test both, alone, none;
  const size_t index[] = {1, 2};
  make_twice(&t);
  assert_int_equal(lf_solve(&t.design, NULL, NULL, &fit, NULL), LF_OK);
  near_share(fit->b[1], log(3) - log(1.0 / 3), 1e-9); /* 3 of 4 against 1 of 4 */
  assert_int_equal(lf_wald_test(fit, fit->covariance, index, 2, &both, NULL), LF_OK);
  assert_int_equal(lf_wald_test(fit, fit->covariance, index, 1, &alone, NULL), LF_OK);
  assert_int_equal(both.df, 1);
  near_share(both.chi2, alone.chi2, 1e-12);
  near_share(alone.chi2, pow(2 * log(3), 2) / (8.0 / 3), 1e-9);
  assert_int_equal(lf_wald_test(fit, fit->covariance, index + 1, 1, &none, NULL), LF_OK);
  assert_int_equal(none.df, 0);
  assert_true(isnan(none.p));
  const uint8_t second[] = {0, 1};
  assert_int_equal(lf_drop_test(&t.design, fit, NULL, second, NULL, &none, NULL), LF_OK);
  assert_int_equal(none.df, 0);
  near_share(none.chi2, 0, 1e-9);
  assert_true(isnan(none.p));
  lf_design plain = t.design;
  plain.n_terms = 1;
  plain.n_coef = 2;
  double low[2], high[2];
  assert_int_equal(lf_solve(&plain, NULL, NULL, &one, NULL), LF_OK);
  assert_int_equal(lf_profile(&t.design, fit, NULL, 1, .95, NULL, &low[0], &high[0], NULL), LF_OK);
  assert_int_equal(lf_profile(&plain, one, NULL, 1, .95, NULL, &low[1], &high[1], NULL), LF_OK);
  near_share(low[0], low[1], 1e-7);
  near_share(high[0], high[1], 1e-7);
  lf_weights_free(fit);
  lf_weights_free(one);
}

static void ones(void *context, size_t from, size_t n, size_t width, double *weight) {
  (void)context;
  (void)from;
  for (size_t i = 0; i < n * width; i++) weight[i] = 1;
}

/* Refits keep what the full fit left out. */
static void refits_leave_out_what_the_fit_did(void **state) {
  (void)state;
  static twice t;
  double b[6];
  lf_refitter *refitter = NULL;
  make_twice(&t);
  assert_int_equal(lf_refitter_new(&t.design, NULL, NULL, &refitter, NULL), LF_OK);
  assert_int_equal(lf_refit_lanes(refitter, 2, ones, NULL, 1e-16, NULL, b, NULL), LF_OK);
  for (size_t lane = 0; lane < 2; lane++) {
    near_share(b[lane * 3], -log(3), 1e-8);
    near_share(b[lane * 3 + 1], 2 * log(3), 1e-8);
    assert_true(isnan(b[lane * 3 + 2]));
  }
  lf_refitter_free(refitter);
}

/* ---- maximum likelihood by subset ------------------------------------------------------------------------
 */

/* Two flags of two players in a table: nobody, or either alone, has a closed form; both together are the fit
 * of the design. */
static void likelihood_of_every_subset(void **state) {
  (void)state;
  enum { CELLS = 8 };
  static const double rows[CELLS] = {30, 10, 20, 20, 15, 25, 8, 32};
  uint16_t a[CELLS], b[CELLS];
  uint8_t won[CELLS];
  int32_t coef[2][2] = {{-1, 1}, {-1, 2}};
  double margin[2][2][2] = {{{0}}}, value[4], total[2] = {0, 0};
  for (size_t i = 0; i < CELLS; i++) {
    a[i] = (uint16_t)(i / 4);
    b[i] = (uint16_t)(i / 2 % 2);
    won[i] = (uint8_t)(i % 2);
    margin[0][a[i]][won[i]] += rows[i];
    margin[1][b[i]][won[i]] += rows[i];
    total[won[i]] += rows[i];
  }
  lf_term terms[] = {{.name = "a",
                      .type = LF_TERM_CODES,
                      .codes = a,
                      .n_codes = 2,
                      .coef = coef[0],
                      .first = 1,
                      .n_coef = 1},
                     {.name = "b",
                      .type = LF_TERM_CODES,
                      .codes = b,
                      .n_codes = 2,
                      .coef = coef[1],
                      .first = 2,
                      .n_coef = 1}};
  lf_design design = {.n_rows = CELLS, .n_terms = 2, .terms = terms, .n_coef = 3, .won = won, .weight = rows};
  const size_t player[] = {0, 1};
  assert_int_equal(lf_subset_likelihoods(&design, player, 2, NULL, value, NULL), LF_OK);
  near_share(value[0], -.5 * lf_binomial_deviance(total[1], total[0]), 1e-10);
  for (size_t k = 0; k < 2; k++)
    near_share(value[1 + k],
               -.5 * (lf_binomial_deviance(margin[k][0][1], margin[k][0][0]) +
                      lf_binomial_deviance(margin[k][1][1], margin[k][1][0])),
               1e-10);
  lf_weights *fit = NULL;
  assert_int_equal(lf_solve(&design, NULL, NULL, &fit, NULL), LF_OK);
  near_share(value[3], fit->log_likelihood, 1e-10);
  lf_weights_free(fit);
  lf_error err = {.message = ""};
  assert_int_equal(lf_subset_likelihoods(&design, player, LF_MOST_PLAYERS + 1, NULL, value, &err),
                   LF_E_USAGE);
  assert_non_null(strstr(err.message, "13 players have too many subsets: 12 at most"));
  /* one player owns all there is */
  const size_t together[] = {0, 0};
  double share[1];
  assert_int_equal(lf_subset_likelihoods(&design, together, 1, NULL, value, NULL), LF_OK);
  lf_shapley_values(1, value, share);
  near_share(share[0], value[1] - value[0], 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(levels_by_the_hundred),
      cmocka_unit_test(hundreds_of_columns),
      cmocka_unit_test(rows_refused),
      cmocka_unit_test(shares_are_rows),
      cmocka_unit_test(questions_refused),
      cmocka_unit_test(tests_of_what_is_not_there),
      cmocka_unit_test(refits_leave_out_what_the_fit_did),
      cmocka_unit_test(likelihood_of_every_subset),
  };
  return cmocka_run_group_tests_name("wide and odd fits", tests, NULL, NULL);
}
