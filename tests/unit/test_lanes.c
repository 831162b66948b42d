/* Many fits over one frame against the same fits one at a time, each by the solver on weights of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "fit/fold_path.h"
#include "fit/pass.h"

enum { ROWS = 1001, NUMBERS = 3, TERMS = NUMBERS + 2, COEF = 1 + NUMBERS + 4 + 2, LANES = 6, STEPS = 7 };

typedef struct sample {
  double x[NUMBERS][ROWS];
  lf_column columns[NUMBERS];
  uint16_t codes[2][ROWS];
  int32_t five[5], three[3];
  uint8_t won[ROWS], fold[ROWS];
  lf_term terms[TERMS];
  lf_design design;
} sample;

/* A fixed sequence in [0, 1). */
static double next(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 9007199254740992.0;
}

static void make_sample(sample *s) {
  uint64_t state = 7;
  static const int32_t five[5] = {-1, 4, 5, 6, 7}, three[3] = {-1, 8, 9};
  memset(s, 0, sizeof *s);
  memcpy(s->five, five, sizeof five);
  memcpy(s->three, three, sizeof three);
  for (size_t i = 0; i < ROWS; i++) {
    double eta = -0.7;
    for (size_t k = 0; k < NUMBERS; k++) {
      s->x[k][i] = 10.0 * (double)k + (double)(k + 1) * next(&state);
      eta += (k == 1 ? -0.8 : 0.5) * (s->x[k][i] - 10.0 * (double)k);
    }
    s->codes[0][i] = (uint16_t)(5.0 * next(&state));
    s->codes[1][i] = (uint16_t)(3.0 * next(&state));
    eta += 0.4 * s->codes[0][i] - 0.6 * s->codes[1][i];
    s->won[i] = next(&state) < lf_expit(eta);
    s->fold[i] = (uint8_t)(i % 5);
  }
  for (size_t k = 0; k < NUMBERS; k++) {
    s->columns[k] =
        (lf_column){.store = LF_STORE_DOUBLES, .kind = LF_KIND_NUMBER, .width = 8, .cells = s->x[k]};
    s->terms[k] = (lf_term){
        .name = "x", .type = LF_TERM_NUMBER, .column = &s->columns[k], .first = (int32_t)k + 1, .n_coef = 1};
  }
  s->terms[NUMBERS] = (lf_term){.name = "a",
                                .type = LF_TERM_CODES,
                                .codes = s->codes[0],
                                .n_codes = 5,
                                .coef = s->five,
                                .first = 4,
                                .n_coef = 4};
  s->terms[NUMBERS + 1] = (lf_term){.name = "b",
                                    .type = LF_TERM_CODES,
                                    .codes = s->codes[1],
                                    .n_codes = 3,
                                    .coef = s->three,
                                    .first = 8,
                                    .n_coef = 2};
  s->design = (lf_design){.n_rows = ROWS, .n_terms = TERMS, .terms = s->terms, .n_coef = COEF, .won = s->won};
}

/* Whole weights 0 to 3, as a resampling gives them. */
static double weight_of(size_t row, size_t lane) {
  return (double)((row * 7 + lane * 13 + row * lane % 5) % 4);
}

static void weigh(void *context, size_t from, size_t n, size_t width, double *weight) {
  (void)context;
  for (size_t i = 0; i < n; i++)
    for (size_t l = 0; l < LANES; l++) weight[i * width + l] = weight_of(from + i, l);
}

static void assert_near(double got, double want, double tolerance) {
  if (!(fabs(got - want) <= tolerance * (1.0 + fabs(want)))) fail_msg("got %.15g, want %.15g", got, want);
}

static void score_of_each_lane(void **state) {
  (void)state;
  static sample s;
  static double weight[ROWS];
  double working[LANES * COEF], score[LANES * COEF], loglik[LANES], plain[LANES * COEF], gradient[COEF];
  uint64_t seed = 3;
  make_sample(&s);
  lf_frame *frame = NULL;
  lf_lanes *lanes = NULL;
  lf_run run = {.threads = 2};
  assert_int_equal(lf_frame_new(&s.design, false, NULL, &frame, NULL), LF_OK);
  assert_int_equal(lf_lanes_new(frame, LANES, weigh, NULL, &run, &lanes, NULL), LF_OK);
  for (size_t i = 0; i < LANES * COEF; i++) working[i] = 8.0 * next(&seed) - 4.0;
  assert_int_equal(lf_lanes_score(lanes, working, &run, score, loglik, NULL), LF_OK);
  assert_int_equal(lf_lanes_score(lanes, working, &run, plain, NULL, NULL), LF_OK);
  for (size_t l = 0; l < LANES; l++) {
    lf_design design = s.design;
    lf_frame *own = NULL;
    lf_point point = {.gradient = gradient};
    for (size_t i = 0; i < ROWS; i++) weight[i] = weight_of(i, l);
    design.weight = weight;
    assert_int_equal(lf_frame_share(frame, &design, &own, NULL), LF_OK);
    assert_int_equal(lf_pass(own, LF_PASS_GRADIENT, working + l * COEF, 1, NULL, NULL, &point, NULL), LF_OK);
    assert_near(loglik[l], point.loglik, 1e-12);
    for (size_t j = 0; j < COEF; j++) assert_near(score[l * COEF + j], gradient[j], 1e-11);
    for (size_t j = 0; j < COEF; j++) assert_near(plain[l * COEF + j], gradient[j], 1e-11);
    lf_frame_free(own);
  }
  lf_lanes_free(lanes);
  lf_frame_free(frame);
}

static void refits_of_many_weights(void **state) {
  (void)state;
  static sample s;
  static double weight[ROWS];
  double b[LANES * COEF], ridge[COEF] = {0};
  make_sample(&s);
  for (size_t penalised = 0; penalised < 2; penalised++) {
    for (size_t j = 1; j < COEF; j++) ridge[j] = penalised ? 2.0 : 0.0;
    lf_refitter *refitter = NULL;
    assert_int_equal(lf_refitter_new(&s.design, ridge, NULL, &refitter, NULL), LF_OK);
    assert_int_equal(lf_refit_lanes(refitter, LANES, weigh, NULL, 1e-18, NULL, b, NULL), LF_OK);
    for (size_t l = 0; l < LANES; l++) {
      lf_design design = s.design;
      lf_solve_options options = {.ridge = ridge, .tolerance = 1e-18};
      lf_weights *want = NULL;
      for (size_t i = 0; i < ROWS; i++) weight[i] = weight_of(i, l);
      design.weight = weight;
      assert_int_equal(lf_solve(&design, &options, NULL, &want, NULL), LF_OK);
      for (size_t j = 0; j < COEF; j++) assert_near(b[l * COEF + j], want->b[j], 1e-8);
      lf_weights_free(want);
    }
    lf_refitter_free(refitter);
  }
}

/* Wins count 40 times, so that the full fit's matrix is far from each lane's: such a lane is fitted alone. */
static void weigh_wins(void *context, size_t from, size_t n, size_t width, double *weight) {
  const sample *s = context;
  for (size_t i = 0; i < n; i++)
    for (size_t l = 0; l < 2; l++)
      weight[i * width + l] = (s->won[from + i] ? 40.0 : 1.0) * (double)((from + i + l) % 2);
}

static void refits_far_from_the_full_fit(void **state) {
  (void)state;
  static sample s;
  static double weight[ROWS];
  double b[2 * COEF];
  make_sample(&s);
  lf_refitter *refitter = NULL;
  assert_int_equal(lf_refitter_new(&s.design, NULL, NULL, &refitter, NULL), LF_OK);
  assert_int_equal(lf_refit_lanes(refitter, 2, weigh_wins, &s, 1e-18, NULL, b, NULL), LF_OK);
  for (size_t l = 0; l < 2; l++) {
    lf_design design = s.design;
    lf_solve_options options = {.tolerance = 1e-18};
    lf_weights *want = NULL;
    for (size_t i = 0; i < ROWS; i++) weight[i] = (s.won[i] ? 40.0 : 1.0) * (double)((i + l) % 2);
    design.weight = weight;
    assert_int_equal(lf_solve(&design, &options, NULL, &want, NULL), LF_OK);
    for (size_t j = 0; j < COEF; j++) assert_near(b[l * COEF + j], want->b[j], 1e-8);
    lf_weights_free(want);
  }
  lf_refitter_free(refitter);
}

/* A fold's fit at one penalty and the mean log loss of its rows, from the solver alone. */
static void check_fold(const sample *s, size_t fold, double lambda, double loss) {
  static double weight[ROWS], eta[ROWS];
  double ridge[COEF] = {0}, rows = 0.0, sum = 0.0;
  lf_design design = s->design;
  lf_weights *fit = NULL;
  for (size_t i = 0; i < ROWS; i++) rows += weight[i] = s->fold[i] == fold ? 0.0 : 1.0;
  for (size_t j = 1; j < COEF; j++) ridge[j] = lambda * rows / ROWS;
  design.weight = weight;
  lf_solve_options options = {.ridge = ridge, .tolerance = 1e-20};
  assert_int_equal(lf_solve(&design, &options, NULL, &fit, NULL), LF_OK);
  lf_design_predict(&design, fit->b, NULL, eta);
  for (size_t i = 0; i < ROWS; i++)
    if (weight[i] == 0.0) sum += lf_log_loss(eta[i], s->won[i]);
  assert_near(loss, sum / (ROWS - rows), 1e-9);
  lf_weights_free(fit);
}

static void path_of_all_folds(void **state) {
  (void)state;
  static sample s;
  double lambda[STEPS];
  lf_frame *frame = NULL;
  lf_fold_path_fit *fit = NULL, *again = NULL;
  make_sample(&s);
  for (size_t k = 0; k < STEPS; k++) lambda[k] = 500.0 * pow(0.3, (double)k);
  lf_fold_path path = {.n = STEPS, .lambda = lambda, .fold = s.fold, .n_folds = 5, .tolerance = 1e-14};
  assert_int_equal(lf_frame_new(&s.design, false, NULL, &frame, NULL), LF_OK);
  lf_run run = {.threads = 1}, three = {.threads = 3};
  assert_int_equal(lf_fold_path_make(frame, &path, &run, &fit, NULL), LF_OK);
  assert_int_equal(lf_fold_path_make(frame, &path, &three, &again, NULL), LF_OK);
  assert_memory_equal(fit->b, again->b, sizeof(double) * STEPS * COEF);
  assert_memory_equal(fit->loss, again->loss, sizeof(double) * STEPS * 5);
  for (size_t k = 0; k < STEPS; k++) {
    double ridge[COEF] = {0};
    lf_weights *want = NULL;
    for (size_t j = 1; j < COEF; j++) ridge[j] = lambda[k];
    lf_solve_options options = {.ridge = ridge, .tolerance = 1e-20};
    assert_int_equal(lf_solve(&s.design, &options, NULL, &want, NULL), LF_OK);
    for (size_t j = 0; j < COEF; j++) assert_near(fit->b[k * COEF + j], want->b[j], 1e-7);
    lf_weights_free(want);
    for (size_t f = 0; f < 5; f++) check_fold(&s, f, lambda[k], fit->loss[k * 5 + f]);
  }
  lf_fold_path_free(fit);
  lf_fold_path_free(again);
  lf_frame_free(frame);
}

/* ---- lasso and elastic net --------------------------------------------------------------------------- */

enum { PENALTIES = 6 };

/* Value of the column behind coefficient j > 0 in a row, on the user's scale. */
static double cell_of(const sample *s, size_t j, size_t row) {
  if (j <= NUMBERS) return s->x[j - 1][row];
  return (j < 8 ? s->five[s->codes[0][row]] : s->three[s->codes[1][row]]) == (int32_t)j;
}

/* Standard deviation of a column (divisor: the rows), weighted. */
static double spread_of(const sample *s, size_t j, const double *weight) {
  double rows = 0, sum = 0, squares = 0;
  for (size_t i = 0; i < ROWS; i++) {
    rows += weight[i];
    sum += weight[i] * cell_of(s, j, i);
  }
  for (size_t i = 0; i < ROWS; i++) squares += weight[i] * pow(cell_of(s, j, i) - sum / rows, 2);
  return sqrt(squares / rows);
}

/* The conditions of the maximum (Karush, Kuhn and Tucker): with penalty u = lambda f sd of a coefficient, the
 * score is u ((1 - alpha) sd b + alpha sign b) where b is not 0, and no larger than u alpha where it is; that
 * of the intercept is 0. Returns how many are not 0. */
static size_t at_the_maximum(const sample *s, const lf_fold_path *path, double lambda, const double *weight,
                             const double *b) {
  static double eta[ROWS];
  size_t found = 0;
  lf_design_predict(&s->design, b, NULL, eta);
  for (size_t j = 0; j < COEF; j++) {
    double score = 0, sd = j && path->standardise ? spread_of(s, j, weight) : 1;
    double unit = lambda * sd * (path->factor ? path->factor[j] : j > 0);
    for (size_t i = 0; i < ROWS; i++)
      score += weight[i] * (s->won[i] - lf_expit(eta[i])) * (j ? cell_of(s, j, i) : 1);
    if (b[j] != 0)
      assert_near(score, unit * ((1 - path->alpha) * sd * b[j] + path->alpha * (b[j] > 0 ? 1 : -1)), 1e-5);
    else if (!(fabs(score) <= unit * path->alpha * (1 + 1e-9)))
      fail_msg("coefficient %zu is 0, but its score %g passes %g", j, score, unit * path->alpha);
    found += j && b[j] != 0;
  }
  return found;
}

static void lasso_and_elastic_net(void **state) {
  (void)state;
  static sample s;
  static double weight[ROWS];
  double factor[COEF] = {0};
  make_sample(&s);
  for (size_t j = 1; j < COEF; j++) factor[j] = j == 2 ? 0 : j % 2 ? 1 : 1.5;
  for (int way = 0; way < 6; way++) {
    lf_fold_path path = {
        .n = PENALTIES, .alpha = way % 2 ? 1 : 0.4, .standardise = way % 3 > 0, .tolerance = 1e-15};
    if (way > 3) path.factor = factor;
    for (size_t i = 0; i < ROWS; i++) weight[i] = way % 2 ? (double)(i % 3) : 1;
    s.design.weight = way % 2 ? weight : NULL;
    double lambda[PENALTIES], largest = 0;
    size_t found = 0;
    lf_frame *frame = NULL;
    lf_fold_path_fit *fit = NULL;
    assert_int_equal(lf_frame_new(&s.design, false, NULL, &frame, NULL), LF_OK);
    path.lambda = lambda;
    assert_int_equal(lf_fold_path_largest(frame, &path, NULL, &largest, NULL), LF_OK);
    for (size_t k = 0; k < PENALTIES; k++) lambda[k] = largest * 1.0001 * pow(0.4, (double)k);
    assert_int_equal(lf_fold_path_make(frame, &path, NULL, &fit, NULL), LF_OK);
    for (size_t k = 0; k < PENALTIES; k++)
      found = at_the_maximum(&s, &path, lambda[k], weight, fit->b + k * COEF);
    /* above the largest penalty nothing but what is free of it moves; at a hundredth nearly all have */
    for (size_t j = 1; j < COEF && !path.factor; j++) assert_true(fit->b[j] == 0);
    assert_true(found >= COEF - 3);
    lf_fold_path_free(fit);
    lf_frame_free(frame);
  }
}

/* The loss of each fold is that of a lasso on the other rows alone; rows of no fold are in all of them. */
static void lasso_of_all_folds(void **state) {
  (void)state;
  static sample s;
  static double weight[ROWS], eta[ROWS];
  make_sample(&s);
  for (size_t i = 0; i < ROWS; i += 7) s.fold[i] = UINT8_MAX;
  double lambda[PENALTIES];
  for (size_t k = 0; k < PENALTIES; k++) lambda[k] = 60 * pow(0.5, (double)k);
  lf_fold_path path = {.n = PENALTIES,
                       .lambda = lambda,
                       .alpha = 1,
                       .standardise = true,
                       .fold = s.fold,
                       .n_folds = 5,
                       .tolerance = 1e-15};
  lf_frame *frame = NULL;
  lf_fold_path_fit *fit = NULL;
  assert_int_equal(lf_frame_new(&s.design, false, NULL, &frame, NULL), LF_OK);
  assert_int_equal(lf_fold_path_make(frame, &path, NULL, &fit, NULL), LF_OK);
  for (size_t f = 0; f < 5; f++) {
    double rows = 0, own[PENALTIES];
    lf_frame *rest = NULL;
    lf_fold_path_fit *alone = NULL;
    for (size_t i = 0; i < ROWS; i++) rows += weight[i] = s.fold[i] != f;
    for (size_t k = 0; k < PENALTIES; k++) own[k] = lambda[k] * rows / ROWS;
    s.design.weight = weight;
    lf_fold_path without = {
        .n = PENALTIES, .lambda = own, .alpha = 1, .standardise = true, .tolerance = 1e-15};
    assert_int_equal(lf_frame_new(&s.design, false, NULL, &rest, NULL), LF_OK);
    assert_int_equal(lf_fold_path_make(rest, &without, NULL, &alone, NULL), LF_OK);
    for (size_t k = 0; k < PENALTIES; k++) {
      double sum = 0;
      lf_design_predict(&s.design, alone->b + k * COEF, NULL, eta);
      for (size_t i = 0; i < ROWS; i++) sum += weight[i] == 0 ? lf_log_loss(eta[i], s.won[i]) : 0;
      assert_near(fit->loss[k * 5 + f], sum / (ROWS - rows), 1e-8);
    }
    lf_fold_path_free(alone);
    lf_frame_free(rest);
  }
  s.design.weight = NULL;
  lf_fold_path_free(fit);
  lf_frame_free(frame);
}

/* A column that never changes cannot be told from the intercept: the lasso leaves it at 0, the ridge fit says
 * that it has no coefficient, and the others are as without it. */
static void a_constant_column_is_left_out(void **state) {
  (void)state;
  static sample s, plain;
  double lambda[] = {20, 10}, with[2 * COEF], without[2 * COEF];
  for (int alpha = 0; alpha < 2; alpha++) {
    make_sample(&s);
    make_sample(&plain);
    for (size_t i = 0; i < ROWS; i++) s.x[1][i] = 3;
    plain.terms[1] = plain.terms[2];
    plain.terms[1].first = 2;
    plain.terms[2] = plain.terms[3];
    plain.terms[3] = plain.terms[4];
    for (size_t k = 1; k < 5; k++) plain.five[k]--;
    for (size_t k = 1; k < 3; k++) plain.three[k]--;
    plain.terms[2].first--;
    plain.terms[3].first--;
    plain.design.n_terms--;
    plain.design.n_coef--;
    for (int side = 0; side < 2; side++) {
      const lf_design *design = side ? &plain.design : &s.design;
      lf_fold_path path = {.n = 2, .lambda = lambda, .alpha = alpha, .standardise = true, .tolerance = 1e-16};
      lf_frame *frame = NULL;
      lf_fold_path_fit *fit = NULL;
      assert_int_equal(lf_frame_new(design, false, NULL, &frame, NULL), LF_OK);
      assert_int_equal(lf_fold_path_make(frame, &path, NULL, &fit, NULL), LF_OK);
      memcpy(side ? without : with, fit->b, 2 * design->n_coef * sizeof *fit->b);
      lf_fold_path_free(fit);
      lf_frame_free(frame);
    }
    for (size_t k = 0; k < 2; k++) {
      assert_true(alpha ? with[k * COEF + 2] == 0 : isnan(with[k * COEF + 2]));
      for (size_t j = 0; j < COEF - 1; j++)
        assert_near(with[k * COEF + j + (j > 1)], without[k * (COEF - 1) + j], 1e-7);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(score_of_each_lane),
      cmocka_unit_test(refits_of_many_weights),
      cmocka_unit_test(refits_far_from_the_full_fit),
      cmocka_unit_test(path_of_all_folds),
      cmocka_unit_test(lasso_and_elastic_net),
      cmocka_unit_test(lasso_of_all_folds),
      cmocka_unit_test(a_constant_column_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
