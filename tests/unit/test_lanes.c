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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(score_of_each_lane),
      cmocka_unit_test(refits_of_many_weights),
      cmocka_unit_test(refits_far_from_the_full_fit),
      cmocka_unit_test(path_of_all_folds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
