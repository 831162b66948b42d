/* The fit against arithmetic: closed forms where a table has one, an expanded Newton's method written apart
 * from the program where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/fit.h"
#include "fit/logistic.h"
#include "fit/newton.h"

static void assert_near(double got, double want, double tolerance) {
  if (!(fabs(got - want) <= tolerance * (1.0 + fabs(want)))) fail_msg("got %.15g, want %.15g", got, want);
}

static lf_weights *solve(const lf_design *design, const lf_solve_options *options) {
  lf_weights *w = NULL;
  lf_error err = {0};
  if (lf_solve(design, options, NULL, &w, &err) != LF_OK) fail_msg("%s", err.message);
  return w;
}

/* ---- a table of two groups: every answer has a closed form ------------------------------------------------
 */

typedef struct two_groups {
  uint16_t codes[4];
  uint8_t won[4];
  double weight[4];
  int32_t coef[2];
  lf_term term;
  lf_design design;
} two_groups;

/* Wins and losses of the baseline group, then of the other. */
static void make_two_groups(two_groups *g, double a, double b, double c, double d) {
  *g = (two_groups){.codes = {0, 0, 1, 1}, .won = {1, 0, 1, 0}, .weight = {a, b, c, d}, .coef = {-1, 1}};
  g->term = (lf_term){.name = "group",
                      .type = LF_TERM_CODES,
                      .codes = g->codes,
                      .n_codes = 2,
                      .coef = g->coef,
                      .first = 1,
                      .n_coef = 1};
  g->design = (lf_design){
      .n_rows = 4, .n_terms = 1, .terms = &g->term, .n_coef = 2, .won = g->won, .weight = g->weight};
}

static void two_by_two(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 12, 34, 25, 9);
  lf_solve_options options = {.check_separation = true};
  lf_weights *w = solve(&g.design, &options);
  assert_int_equal(w->diagnosis, LF_FIT_FINE);
  assert_near(w->b[0], log(12.0 / 34.0), 1e-12);
  assert_near(w->b[1], log(25.0 * 34.0 / (9.0 * 12.0)), 1e-12);
  assert_near(w->covariance[3], 1.0 / 12 + 1.0 / 34 + 1.0 / 25 + 1.0 / 9, 1e-9);
  assert_near(w->log_likelihood, -0.5 * (lf_binomial_deviance(12, 34) + lf_binomial_deviance(25, 9)), 1e-12);
  assert_near(w->null_log_likelihood, -0.5 * lf_binomial_deviance(37, 43), 1e-12);
  assert_near(w->rows, 80, 0);
  assert_near(w->won, 37, 0);

  lf_lr_test test;
  uint8_t drop = 1;
  assert_int_equal(lf_drop_test(&g.design, w, &options, &drop, NULL, &test, NULL), LF_OK);
  assert_near(test.chi2,
              lf_binomial_deviance(37, 43) - lf_binomial_deviance(12, 34) - lf_binomial_deviance(25, 9),
              1e-10);
  assert_int_equal(test.df, 1);
  size_t index = 1;
  assert_int_equal(lf_wald_test(w, w->covariance, &index, 1, &test, NULL), LF_OK);
  assert_near(test.chi2, w->b[1] * w->b[1] / w->covariance[3], 1e-10);

  double
      v[4]; /* a saturated table: the meat is the information, so the sandwich is the inverse information */
  assert_int_equal(lf_sandwich(&g.design, w, NULL, 0, LF_HC0, NULL, v, NULL), LF_OK);
  for (size_t i = 0; i < 4; i++) assert_near(v[i], w->covariance[i], 1e-9);
  lf_weights_free(w);
}

/* Jeffreys' prior on a saturated table adds half a win and half a loss to each group. */
static void firth_two_by_two(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 7, 0, 3, 5);
  lf_solve_options firth = {.firth = true};
  lf_weights *w = solve(&g.design, &firth);
  assert_true(w->converged);
  assert_near(w->b[0], log(7.5 / 0.5), 1e-9);
  assert_near(w->b[1], log(3.5 / 5.5) - log(7.5 / 0.5), 1e-9);
  lf_weights_free(w);
}

/* The baseline has only wins: the intercept runs to +infinity and the other group against it. */
static void separated_by_baseline(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 7, 0, 3, 5);
  lf_solve_options options = {.check_separation = true};
  lf_weights *w = solve(&g.design, &options);
  assert_int_equal(w->diagnosis, LF_FIT_SEPARATION);
  assert_int_equal(w->direction[0], 1);
  assert_int_equal(w->direction[1], -1);
  lf_weights_free(w);
}

/* Large but finite estimates are no separation: one loss among a million wins. */
static void large_is_not_infinite(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 1e6, 1, 40, 60);
  lf_solve_options options = {.check_separation = true};
  lf_weights *w = solve(&g.design, &options);
  assert_int_equal(w->diagnosis, LF_FIT_FINE);
  assert_near(w->b[0], log(1e6), 1e-10);
  lf_weights_free(w);
}

static void one_class(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 7, 0, 3, 0);
  lf_weights *w = solve(&g.design, NULL);
  assert_int_equal(w->diagnosis, LF_FIT_ONE_CLASS);
  assert_true(isnan(w->b[0]) && isnan(w->b[1]));
  lf_weights_free(w);
}

static void empty_level(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 7, 4, 0, 0);
  lf_weights *w = solve(&g.design, NULL);
  assert_true(w->aliased[1] && isnan(w->b[1]));
  assert_int_equal(w->rank, 1);
  assert_near(w->b[0], log(7.0 / 4.0), 1e-12);
  lf_weights_free(w);
}

/* Limits of an intercept alone are where the binomial deviance has risen by 3.84. */
static void profile_limits(void **state) {
  (void)state;
  two_groups g;
  make_two_groups(&g, 9, 31, 0, 0);
  g.design.n_terms = 0;
  g.design.n_coef = 1;
  lf_solve_options options = {0};
  lf_weights *w = solve(&g.design, &options);
  double limit[2];
  assert_int_equal(lf_profile(&g.design, w, &options, 0, 0.95, NULL, &limit[0], &limit[1], NULL), LF_OK);
  assert_true(limit[0] < w->b[0] && w->b[0] < limit[1]);
  for (size_t i = 0; i < 2; i++) {
    double deviance = 2.0 * (9.0 * lf_log_loss(limit[i], 1.0) + 31.0 * lf_log_loss(limit[i], 0.0));
    assert_near(deviance - lf_binomial_deviance(9, 31), lf_chi_squared_quantile(0.95, 1.0), 1e-8);
  }
  lf_weights_free(w);
}

/* Every row twice in one cluster: the cluster-robust variance is twice the other. */
static void clusters_of_twins(void **state) {
  (void)state;
  enum { ROWS = 80 };
  static uint16_t codes[ROWS];
  static uint8_t won[ROWS];
  static uint32_t cluster[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    codes[i] = (uint16_t)(i / 2 % 3 == 0);
    won[i] = (uint8_t)(i / 2 * 7 % 5 < 2);
    cluster[i] = (uint32_t)(i / 2);
  }
  two_groups g;
  make_two_groups(&g, 1, 1, 1, 1);
  g.term.codes = codes;
  g.design.won = won;
  g.design.weight = NULL;
  g.design.n_rows = ROWS;
  lf_weights *w = solve(&g.design, NULL);
  double single[4], clustered[4];
  assert_int_equal(lf_sandwich(&g.design, w, NULL, 0, LF_HC0, NULL, single, NULL), LF_OK);
  assert_int_equal(lf_sandwich(&g.design, w, cluster, ROWS / 2, LF_CR0, NULL, clustered, NULL), LF_OK);
  for (size_t i = 0; i < 4; i++) assert_near(clustered[i], 2.0 * single[i], 1e-10);
  assert_int_equal(lf_sandwich(&g.design, w, cluster, ROWS / 2, LF_CR_STATA, NULL, clustered, NULL), LF_OK);
  for (size_t i = 0; i < 4; i++) assert_near(clustered[i], 2.0 * single[i] * 40.0 / 39.0, 1e-10);
  lf_weights_free(w);
}

/* ---- UCBAdmissions (R datasets; Bickel, Hammel & O'Connell 1975), reference R 4.2.2 glm(admitted ~ gender +
 * dept) ---- */

static void berkeley(void **state) {
  (void)state;
  static const double counts[6][4] = {
      /* men admitted, rejected; women admitted, rejected; departments A to F */
      {512, 313, 89, 19},   {353, 207, 17, 8},  {120, 205, 202, 391},
      {138, 279, 131, 244}, {53, 138, 94, 299}, {22, 351, 24, 317}};
  static const double estimate[7] = {0.58205139527603,  0.0998700881593494, -0.0433979312092466,
                                     -1.26259802237917, -1.29460646874817,  -1.73930573781552,
                                     -3.30648005588693};
  static const double error[7] = {0.0689925968488319, 0.0808464647066291, 0.109838898315179,
                                  0.106632885504382,  0.105823423464648,  0.126113495619545,
                                  0.169981764622932};
  uint16_t gender[24], dept[24];
  uint8_t won[24];
  double weight[24];
  for (uint16_t i = 0; i < 24; i++) {
    dept[i] = i / 4;
    gender[i] = i % 4 / 2;
    won[i] = i % 2 == 0;
    weight[i] = counts[i / 4][i % 4];
  }
  const int32_t gender_coef[] = {-1, 1}, dept_coef[] = {-1, 2, 3, 4, 5, 6};
  const lf_term terms[] = {{.name = "gender",
                            .type = LF_TERM_CODES,
                            .codes = gender,
                            .n_codes = 2,
                            .coef = gender_coef,
                            .first = 1,
                            .n_coef = 1},
                           {.name = "dept",
                            .type = LF_TERM_CODES,
                            .codes = dept,
                            .n_codes = 6,
                            .coef = dept_coef,
                            .first = 2,
                            .n_coef = 5}};
  lf_design design = {.n_rows = 24, .n_terms = 2, .terms = terms, .n_coef = 7, .won = won, .weight = weight};
  lf_solve_options options = {.check_separation = true};
  lf_weights *w = solve(&design, &options);
  assert_near(w->log_likelihood, -2593.74424708568, 1e-12);
  assert_near(w->null_log_likelihood, -3022.17031603195, 1e-12);
  for (size_t j = 0; j < 7; j++) {
    assert_near(w->b[j], estimate[j], 1e-9);
    assert_near(sqrt(w->covariance[j * 7 + j]), error[j], 1e-8);
  }
  lf_weights_free(w);
}

/* ---- a mixed design against an expanded Newton's method
 * ------------------------------------------------------ */

enum { N_ROWS = 3000, N_COEF = 17, N_TERMS = 5 };

typedef struct mixed {
  uint16_t a[N_ROWS], b[N_ROWS];
  uint8_t c[N_ROWS];
  double x[N_ROWS], z[N_ROWS];
  uint8_t won[N_ROWS];
  double weight[N_ROWS], offset[N_ROWS];
  lf_column columns[3];
  int32_t map_a[6], map_b[9], map_c[4];
  lf_term terms[N_TERMS];
  lf_design design;
  double rows[N_ROWS][N_COEF]; /* expanded */
} mixed;

static double uniform(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (double)(*state >> 11) / 9007199254740992.0;
}

static void fill_rows(mixed *m) {
  uint64_t seed = 88172645463325252u;
  for (size_t i = 0; i < N_ROWS; i++) {
    m->a[i] = (uint16_t)(uniform(&seed) * 6);
    m->b[i] = (uint16_t)(uniform(&seed) * uniform(&seed) * 9);
    m->c[i] = (uint8_t)(uniform(&seed) * 3 + 1);
    m->x[i] = 5000.0 + 12.0 * uniform(&seed); /* far from 0 for its spread */
    m->z[i] = uniform(&seed) - uniform(&seed);
    m->weight[i] = (double)(i % 7 % 4);
    m->offset[i] = 0.3 * uniform(&seed);
    double eta = -1.0 + 0.3 * m->a[i] - 0.2 * m->b[i] + 0.1 * (m->x[i] - 5006.0) + m->z[i] + m->offset[i];
    m->won[i] = uniform(&seed) < 1.0 / (1.0 + exp(-eta));
    double *row = m->rows[i];
    row[0] = 1.0;
    if (m->a[i]) row[m->a[i]] = 1.0;
    if (m->b[i]) row[5 + m->b[i]] = 1.0;
    row[14] = m->x[i];
    row[15] = m->z[i];
    if (m->c[i] == 3) row[16] = 1.0; /* levels 1 and 2 share the baseline */
  }
}

static mixed *make_mixed(void) {
  mixed *m = calloc(1, sizeof *m);
  assert_non_null(m);
  fill_rows(m);
  for (int32_t i = 0; i < 6; i++) m->map_a[i] = i ? i : -1;
  for (int32_t i = 0; i < 9; i++) m->map_b[i] = i ? 5 + i : -1;
  for (int32_t i = 0; i < 4; i++) m->map_c[i] = i == 3 ? 16 : -1;
  m->columns[0] = (lf_column){.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = m->x};
  m->columns[1] = (lf_column){.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = m->z};
  m->columns[2] = (lf_column){
      .kind = LF_KIND_CATEGORY, .store = LF_STORE_CODES, .width = 1, .cells = m->c, .n_levels = 3};
  m->terms[0] = (lf_term){.name = "a",
                          .type = LF_TERM_CODES,
                          .codes = m->a,
                          .n_codes = 6,
                          .coef = m->map_a,
                          .first = 1,
                          .n_coef = 5};
  m->terms[1] = (lf_term){.name = "b",
                          .type = LF_TERM_CODES,
                          .codes = m->b,
                          .n_codes = 9,
                          .coef = m->map_b,
                          .first = 6,
                          .n_coef = 8};
  m->terms[2] =
      (lf_term){.name = "x", .type = LF_TERM_NUMBER, .column = &m->columns[0], .first = 14, .n_coef = 1};
  m->terms[3] =
      (lf_term){.name = "z", .type = LF_TERM_NUMBER, .column = &m->columns[1], .first = 15, .n_coef = 1};
  m->terms[4] = (lf_term){.name = "c",
                          .type = LF_TERM_CODES,
                          .column = &m->columns[2],
                          .n_codes = 4,
                          .coef = m->map_c,
                          .first = 16,
                          .n_coef = 1};
  m->design = (lf_design){.n_rows = N_ROWS,
                          .n_terms = N_TERMS,
                          .terms = m->terms,
                          .n_coef = N_COEF,
                          .won = m->won,
                          .weight = m->weight,
                          .offset = m->offset};
  return m;
}

/* Gaussian elimination with pivots in long double; b becomes the solution. */
static void eliminate(size_t n, long double a[N_COEF][N_COEF], long double *b) {
  for (size_t c = 0; c < n; c++) {
    size_t best = c;
    for (size_t r = c + 1; r < n; r++)
      if (fabsl(a[r][c]) > fabsl(a[best][c])) best = r;
    for (size_t k = 0; k < n; k++) {
      long double t = a[c][k];
      a[c][k] = a[best][k];
      a[best][k] = t;
    }
    long double t = b[c];
    b[c] = b[best];
    b[best] = t;
    for (size_t r = 0; r < n; r++) {
      if (r == c) continue;
      long double f = a[r][c] / a[c][c];
      for (size_t k = c; k < n; k++) a[r][k] -= f * a[c][k];
      b[r] -= f * b[c];
    }
  }
  for (size_t c = 0; c < n; c++) b[c] /= a[c][c];
}

/* Score and information of the expanded rows in long double, ridge included. */
static void expanded_sums(const mixed *m, const long double *b, const double *ridge, long double *score,
                          long double a[N_COEF][N_COEF]) {
  for (size_t j = 0; j < N_COEF; j++) {
    score[j] = ridge ? -(long double)ridge[j] * b[j] : 0.0L;
    for (size_t k = 0; k < N_COEF; k++) a[j][k] = j == k && ridge ? (long double)ridge[j] : 0.0L;
  }
  for (size_t i = 0; i < N_ROWS; i++) {
    long double eta = m->design.offset ? m->offset[i] : 0.0L, w = m->design.weight ? m->weight[i] : 1.0L;
    for (size_t j = 0; j < N_COEF; j++) eta += b[j] * m->rows[i][j];
    long double mu = 1.0L / (1.0L + expl(-eta));
    for (size_t j = 0; j < N_COEF; j++) {
      score[j] += w * (m->won[i] - mu) * m->rows[i][j];
      for (size_t k = 0; k < N_COEF; k++) a[j][k] += w * mu * (1.0L - mu) * m->rows[i][j] * m->rows[i][k];
    }
  }
}

static void expanded_newton(const mixed *m, const double *ridge, long double *b,
                            long double a[N_COEF][N_COEF]) {
  long double score[N_COEF];
  for (size_t j = 0; j < N_COEF; j++) b[j] = 0.0L;
  for (int step = 0; step < 25; step++) {
    long double copy[N_COEF][N_COEF];
    expanded_sums(m, b, ridge, score, copy);
    eliminate(N_COEF, copy, score);
    for (size_t j = 0; j < N_COEF; j++) b[j] += score[j];
  }
  expanded_sums(m, b, NULL, score, a);
}

static void compare_with_expanded(const mixed *m, const double *ridge) {
  static long double b[N_COEF], a[N_COEF][N_COEF];
  expanded_newton(m, ridge, b, a);
  lf_solve_options options = {.ridge = ridge};
  lf_weights *w = solve(&m->design, &options);
  assert_true(w->converged);
  for (size_t j = 0; j < N_COEF; j++) {
    assert_near(w->b[j], (double)b[j], 1e-9);
    for (size_t k = 0; k < N_COEF; k++) {
      double scale = sqrt((double)a[j][j] * (double)a[k][k]);
      assert_near(w->information[j * N_COEF + k] / scale, (double)a[j][k] / scale, 1e-8);
    }
  }
  double *eta = calloc(N_ROWS, sizeof *eta);
  lf_design_predict(&m->design, w->b, NULL, eta);
  for (size_t i = 0; i < N_ROWS; i += 97) {
    long double want = m->design.offset ? m->offset[i] : 0.0L;
    for (size_t j = 0; j < N_COEF; j++) want += b[j] * m->rows[i][j];
    assert_near(eta[i], (double)want, 1e-9);
  }
  free(eta);
  lf_weights_free(w);
}

static void mixed_likelihood(void **state) {
  (void)state;
  mixed *m = make_mixed();
  compare_with_expanded(m, NULL);
  m->design.offset = NULL;
  compare_with_expanded(m, NULL);
  m->design.weight = NULL;
  compare_with_expanded(m, NULL);
  free(m);
}

static void mixed_ridge(void **state) {
  (void)state;
  mixed *m = make_mixed();
  double ridge[N_COEF] = {0};
  for (size_t j = 1; j < N_COEF; j++) ridge[j] = 0.5 + (double)j;
  compare_with_expanded(m, ridge);
  ridge[0] = 2.0; /* a penalised intercept: numbers must not be centred */
  ridge[14] = 0.01;
  compare_with_expanded(m, ridge);
  free(m);
}

/* A penalty on every level with no baseline, as cross-validation fits it: the score balances the penalty. */
static void ridge_without_baseline(void **state) {
  (void)state;
  mixed *m = make_mixed();
  int32_t map[9];
  for (int32_t i = 0; i < 9; i++) map[i] = 1 + i;
  lf_term term = {
      .name = "b", .type = LF_TERM_CODES, .codes = m->b, .n_codes = 9, .coef = map, .first = 1, .n_coef = 9};
  lf_design design = {.n_rows = N_ROWS, .n_terms = 1, .terms = &term, .n_coef = 10, .won = m->won};
  double ridge[10] = {0, 3, 3, 3, 3, 3, 3, 3, 3, 3}, score[10] = {0};
  lf_solve_options options = {.ridge = ridge, .no_information = true};
  lf_weights *w = solve(&design, &options);
  assert_null(w->information);
  for (size_t i = 0; i < N_ROWS; i++) {
    double r = m->won[i] - lf_expit(w->b[0] + w->b[1 + m->b[i]]);
    score[0] += r;
    score[1 + m->b[i]] += r;
  }
  for (size_t j = 0; j < 10; j++) assert_near(score[j], ridge[j] * w->b[j], 1e-7);
  lf_weights_free(w);
  free(m);
}

/* Terms too wide to share a joint code: their cross-products come from a table of their own. A number goes
 * along. */
static void wide_terms(void **state) {
  (void)state;
  enum { WIDE_A = 60, WIDE_B = 40, COEF = 1 + WIDE_A + WIDE_B + 1 };
  mixed *m = make_mixed();
  static uint16_t a[N_ROWS], b[N_ROWS];
  static double want[COEF][COEF], ridge[COEF], score[COEF];
  int32_t map_a[WIDE_A], map_b[WIDE_B];
  for (int32_t i = 0; i < WIDE_A; i++) map_a[i] = 1 + i;
  for (int32_t i = 0; i < WIDE_B; i++) map_b[i] = 1 + WIDE_A + i;
  for (size_t i = 0; i < N_ROWS; i++) {
    a[i] = (uint16_t)(i * 31 % 97 % WIDE_A);
    b[i] = (uint16_t)(i * 17 % 89 % WIDE_B);
  }
  const lf_term terms[] = {
      {.name = "a",
       .type = LF_TERM_CODES,
       .codes = a,
       .n_codes = WIDE_A,
       .coef = map_a,
       .first = 1,
       .n_coef = WIDE_A},
      {.name = "b",
       .type = LF_TERM_CODES,
       .codes = b,
       .n_codes = WIDE_B,
       .coef = map_b,
       .first = 1 + WIDE_A,
       .n_coef = WIDE_B},
      {.name = "z", .type = LF_TERM_NUMBER, .column = &m->columns[1], .first = COEF - 1, .n_coef = 1}};
  lf_design design = {.n_rows = N_ROWS, .n_terms = 3, .terms = terms, .n_coef = COEF, .won = m->won};
  for (size_t j = 1; j < COEF; j++) ridge[j] = 2.0;
  lf_solve_options options = {.ridge = ridge};
  lf_weights *w = solve(&design, &options);
  for (size_t i = 0; i < N_ROWS; i++) {
    const size_t on[] = {0, 1u + a[i], 1u + WIDE_A + b[i], COEF - 1};
    const double x[] = {1.0, 1.0, 1.0, m->z[i]};
    double eta = 0.0;
    for (size_t k = 0; k < 4; k++) eta += x[k] * w->b[on[k]];
    double mu = lf_expit(eta);
    for (size_t k = 0; k < 4; k++) {
      score[on[k]] += x[k] * (m->won[i] - mu);
      for (size_t l = 0; l < 4; l++) want[on[k]][on[l]] += mu * (1.0 - mu) * x[k] * x[l];
    }
  }
  for (size_t j = 0; j < COEF; j++) {
    assert_near(score[j], ridge[j] * w->b[j], 1e-8);
    for (size_t k = 0; k < COEF; k++) assert_near(w->information[j * COEF + k], want[j][k], 1e-8);
  }
  lf_weights_free(w);
  free(m);
}

/* A proposed direction that the rows contradict is not called separation, one that they confirm is. */
static void proof_of_separation(void **state) {
  (void)state;
  two_groups g;
  double step[2] = {1.0, 1.0}, direction[2];
  bool left_out[2] = {false, false}, separated = true;
  for (int losses = 1; losses >= 0; losses--) { /* of the baseline, while the other group has only wins */
    make_two_groups(&g, 12, losses, 25, 0);
    lf_frame *frame = NULL;
    assert_int_equal(lf_frame_new(&g.design, false, NULL, &frame, NULL), LF_OK);
    step[0] = losses ? 0.0 : 1.0;
    assert_int_equal(lf_find_separation(frame, left_out, step, NULL, direction, &separated, NULL), LF_OK);
    assert_true(separated);
    lf_frame_free(frame);
  }
  make_two_groups(&g, 12, 34, 25, 9);
  lf_frame *frame = NULL;
  assert_int_equal(lf_frame_new(&g.design, false, NULL, &frame, NULL), LF_OK);
  assert_int_equal(lf_find_separation(frame, left_out, step, NULL, direction, &separated, NULL), LF_OK);
  assert_false(separated);
  lf_frame_free(frame);
}

/* Rows of weight 0 do not matter, whatever stands in them. */
static void weight_zero(void **state) {
  (void)state;
  mixed *m = make_mixed();
  lf_weights *before = solve(&m->design, NULL);
  for (size_t i = 0; i < N_ROWS; i++) {
    if (m->weight[i] > 0.0) continue;
    m->x[i] = NAN;
    m->won[i] = (uint8_t)!m->won[i];
    m->a[i] = 3;
    m->offset[i] = INFINITY;
  }
  lf_weights *after = solve(&m->design, NULL);
  for (size_t j = 0; j < N_COEF; j++) assert_near(after->b[j], before->b[j], 1e-10);
  assert_near(after->log_likelihood, before->log_likelihood, 1e-12);
  m->x[1] = NAN;
  m->weight[1] = 1.0;
  lf_weights *none = NULL;
  lf_error err = {0};
  assert_int_equal(lf_solve(&m->design, NULL, NULL, &none, &err), LF_E_DATA);
  assert_null(none);
  lf_weights_free(before);
  lf_weights_free(after);
  free(m);
}

/* The rows of m so many times over: enough for many chunks. */
enum { REPEATS = 25 };

static void *repeat(const void *rows, size_t size) {
  char *out = malloc(REPEATS * N_ROWS * size);
  assert_non_null(out);
  for (size_t i = 0; i < REPEATS; i++) memcpy(out + i * N_ROWS * size, rows, N_ROWS * size);
  return out;
}

static void same_bits(void **state) {
  (void)state;
  mixed *m = make_mixed();
  m->columns[0].cells = repeat(m->x, sizeof *m->x);
  m->columns[1].cells = repeat(m->z, sizeof *m->z);
  m->columns[2].cells = repeat(m->c, sizeof *m->c);
  void *a = repeat(m->a, sizeof *m->a), *b = repeat(m->b, sizeof *m->b), *won = repeat(m->won, 1);
  m->terms[0].codes = a;
  m->terms[1].codes = b;
  m->design.won = won;
  m->design.weight = m->design.offset = NULL;
  m->design.n_rows = REPEATS * N_ROWS;
  assert_true(lf_cut(m->design.n_rows, 4096, 16).count > 8);
  lf_weights *one = solve(&m->design, NULL), *other = NULL;
  for (int threads = 2; threads <= 5; threads++) {
    lf_run run = {.threads = threads};
    assert_int_equal(lf_solve(&m->design, NULL, &run, &other, NULL), LF_OK);
    assert_memory_equal(one->b, other->b, N_COEF * sizeof *one->b);
    assert_memory_equal(one->covariance, other->covariance, N_COEF * N_COEF * sizeof *one->b);
    lf_weights_free(other);
  }
  lf_weights_free(one);
  for (size_t i = 0; i < 3; i++) free(m->columns[i].cells);
  free(a);
  free(b);
  free(won);
  free(m);
}

/* z repeated on another scale, and a flag that says what the levels of a say together. */
static void aliased(void **state) {
  (void)state;
  mixed *m = make_mixed();
  static double twice[N_ROWS];
  static uint16_t any[N_ROWS];
  for (size_t i = 0; i < N_ROWS; i++) {
    twice[i] = 3.0 - 1e6 * m->z[i];
    any[i] = m->a[i] > 0;
  }
  lf_column column = {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = twice};
  const int32_t flag[] = {-1, 18};
  lf_term terms[7];
  memcpy(terms, m->terms, sizeof m->terms);
  terms[5] = (lf_term){.name = "twice", .type = LF_TERM_NUMBER, .column = &column, .first = 17, .n_coef = 1};
  terms[6] = (lf_term){.name = "any",
                       .type = LF_TERM_CODES,
                       .codes = any,
                       .n_codes = 2,
                       .coef = flag,
                       .first = 18,
                       .n_coef = 1};
  lf_design design = m->design;
  design.terms = terms;
  design.n_terms = 7;
  design.n_coef = 19;
  lf_weights *w = solve(&design, NULL), *plain = solve(&m->design, NULL);
  assert_int_equal(w->rank, N_COEF);
  for (size_t j = 0; j < N_COEF; j++) {
    assert_false(w->aliased[j]);
    assert_near(w->b[j], plain->b[j], 1e-9);
  }
  assert_true(w->aliased[17] && w->aliased[18] && isnan(w->b[17]));
  assert_near(w->covariance[18 * 19 + 18], 0.0, 0.0);
  lf_weights_free(w);
  lf_weights_free(plain);
  free(m);
}

/* ---- the logistic block
 * ------------------------------------------------------------------------------------------ */

static void logistic_block(void **state) {
  (void)state;
  enum { N = 1003 };
  static double eta[N], y[N], w[N], residual[N], omega[N], loss[N];
  for (size_t i = 0; i < N; i++) {
    eta[i] = ((double)i - 501.0) * (i % 2 ? 0.07 : 1.3);
    y[i] = i % 3 == 0;
    w[i] = 1.0 + (double)(i % 2);
  }
  lf_logistic_block(N, eta, y, w, residual, omega, loss);
  for (size_t i = 0; i < N; i++) {
    long double x = eta[i], small = expl(-fabsl(x)) / (1.0L + expl(-fabsl(x))),
                mu = x < 0 ? small : 1.0L - small;
    long double r = y[i] == 1.0 ? (x < 0 ? 1.0L - small : small) : -(x < 0 ? small : 1.0L - small);
    long double l = y[i] == 1.0 ? (x < 0 ? -x : 0.0L) + log1pl(expl(-fabsl(x)))
                                : (x < 0 ? 0.0L : x) + log1pl(expl(-fabsl(x)));
    assert_true(fabsl(residual[i] - w[i] * r) <= 1e-15L * fabsl(w[i] * r));
    assert_true(fabsl(omega[i] - w[i] * small * (1.0L - small)) <= 2e-15L * w[i] * small);
    assert_true(fabsl(loss[i] - w[i] * l) <= 5e-16L * (1.0L + w[i] * l));
    assert_true(mu >= 0.0L);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_by_two),
      cmocka_unit_test(firth_two_by_two),
      cmocka_unit_test(separated_by_baseline),
      cmocka_unit_test(large_is_not_infinite),
      cmocka_unit_test(one_class),
      cmocka_unit_test(empty_level),
      cmocka_unit_test(profile_limits),
      cmocka_unit_test(clusters_of_twins),
      cmocka_unit_test(berkeley),
      cmocka_unit_test(mixed_likelihood),
      cmocka_unit_test(mixed_ridge),
      cmocka_unit_test(ridge_without_baseline),
      cmocka_unit_test(weight_zero),
      cmocka_unit_test(same_bits),
      cmocka_unit_test(aliased),
      cmocka_unit_test(logistic_block),
      cmocka_unit_test(wide_terms),
      cmocka_unit_test(proof_of_separation),
  };
  return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
