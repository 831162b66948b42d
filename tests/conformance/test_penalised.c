/* Ridge, lasso and elastic net against glmnet (cases 05), polished there by Newton's method on the active
 * set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "base/numerics.h"
#include "fit/fold_path.h"
#include "fit_case.h"

enum { MOST = 16 };

static lf_fold_path_fit *fit_path(const fit_case *c, lf_fold_path *path, const double *lambda, size_t n) {
  lf_frame *frame = NULL;
  lf_fold_path_fit *fit = NULL;
  double scaled[MOST];
  lf_error err = {0};
  if (lf_frame_new(&c->design, false, NULL, &frame, &err) != LF_OK) fail_msg("%s", err.message);
  for (size_t k = 0; k < n; k++) scaled[k] = lambda[k] * frame->rows;
  path->n = n;
  path->lambda = scaled;
  path->tolerance = 1e-17;
  if (lf_fold_path_make(frame, path, NULL, &fit, &err) != LF_OK) fail_msg("%s", err.message);
  lf_frame_free(frame);
  return fit;
}

static double deviance(const fit_case *c, const double *b) {
  double *eta = calloc(c->design.n_rows, sizeof *eta), sum = 0.0;
  lf_design_predict(&c->design, b, NULL, eta);
  for (size_t i = 0; i < c->design.n_rows; i++)
    sum += c->design.weight[i] * lf_log_loss(eta[i], c->design.won[i]);
  free(eta);
  return 2.0 * sum;
}

/* The fit at `at`, a path to an object with lambda, coefficients and deviance. */
static void compare(fit_case *c, const char *at, const double *b) {
  char path[256];
  bool near = true;
  for (size_t j = 0; j < c->n_names; j++) {
    snprintf(path, sizeof path, "%s/coefficients/%s", at, c->names[j]);
    near = fit_near(c, path, b[j]) && near;
  }
  snprintf(path, sizeof path, "%s/deviance", at);
  near = fit_near(c, path, deviance(c, b)) && near;
  assert_true(near);
}

/* A list of fits at falling penalties. */
static void compare_list(fit_case *c, const char *key) {
  const json_t *list = fit_at(c, key);
  double lambda[MOST] = {0}, alpha = 0.0;
  size_t n = json_array_size(list);
  bool standardise = false;
  assert_in_range(n, 1, MOST);
  for (size_t k = 0; k < n; k++) {
    const json_t *one = json_array_get(list, k);
    lambda[k] = json_number_value(json_object_get(one, "lambda"));
    alpha = json_number_value(json_object_get(one, "alpha"));
    standardise = json_is_true(json_object_get(one, "standardize"));
  }
  lf_fold_path path = {.alpha = alpha, .standardise = standardise};
  lf_fold_path_fit *fit = fit_path(c, &path, lambda, n);
  for (size_t k = 0; k < n; k++) {
    char at[128];
    snprintf(at, sizeof at, "%s/%zu", key, k);
    compare(c, at, fit->b + k * c->design.n_coef);
  }
  lf_fold_path_free(fit);
}

static fit_case *open_case(const char *id) {
  if (!fit_folder()) skip(); /* LEADFIT_REFERENCE is not set */
  fit_case *c = fit_case_new(id);
  assert_non_null(c->json);
  c->n_names = c->design.n_coef;
  return c;
}

static void close_case(fit_case *c) {
  print_message("%zu values compared, the worst at %.2g of its tolerance (%s)\n", c->compared, c->worst,
                c->worst_path);
  assert_true(c->compared > 0);
  fit_case_free(c);
}

static void pima_lists(void **state) {
  (void)state;
  static const char *const keys[] = {"ridge_standardized", "ridge_raw_columns", "lasso_standardized",
                                     "lasso_raw_columns", "elastic_net_half_standardized"};
  fit_case *c = open_case("05a_glmnet_pima");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) compare_list(c, keys[i]);
  close_case(c);
}

static void birthwt_dummies(void **state) {
  (void)state;
  fit_case *c = open_case("05b_glmnet_birthwt_dummies");
  compare_list(c, "ridge_standardized");
  compare_list(c, "lasso_standardized");
  close_case(c);
}

static void pima_weights_and_factors(void **state) {
  (void)state;
  static const double counts[4] = {1, 2, 3, 1};
  double factor[MOST] = {0}, lambda = 0.02, largest = 0.0;
  fit_case *c = open_case("05a_glmnet_pima");
  lf_fold_path path = {.alpha = 1.0, .standardise = true};
  lf_frame *frame = NULL;
  assert_int_equal(lf_frame_new(&c->design, false, NULL, &frame, NULL), LF_OK);
  assert_int_equal(lf_fold_path_largest(frame, &path, NULL, &largest, NULL), LF_OK);
  assert_true(fit_near(c, "lambda_max_lasso_standardized", largest / frame->rows));
  lf_frame_free(frame);
  /* Factors as glmnet rescales them: to sum to the number of columns. */
  for (size_t j = 1; j < c->design.n_coef; j++)
    factor[j] =
        strcmp(c->names[j], "age") ? (double)(c->design.n_coef - 1) / (double)(c->design.n_coef - 2) : 0.0;
  lf_fold_path free_age = {.alpha = 1.0, .standardise = true, .factor = factor};
  double fifth = 0.05;
  lf_fold_path_fit *fit = fit_path(c, &free_age, &fifth, 1);
  compare(c, "lasso_penalty_factor_age_free/fit", fit->b);
  lf_fold_path_free(fit);
  for (size_t i = 0; i < c->design.n_rows; i++) c->weight[i] = counts[i % 4];
  fit = fit_path(c, &path, &lambda, 1);
  compare(c, "lasso_weighted_1231/fit", fit->b);
  lf_fold_path_free(fit);
  close_case(c);
}

static void pima_cross_validated(void **state) {
  (void)state;
  fit_case *c = open_case("05a_glmnet_pima");
  size_t n = json_array_size(fit_at(c, "cv_lasso/lambda")), rows = c->design.n_rows;
  double lambda[MOST] = {0}, size[5] = {0};
  uint8_t *fold = calloc(rows, 1);
  for (size_t i = 0; i < rows; i++) {
    fold[i] = (uint8_t)(strtoul(fit_cell(&c->csv, "fold", i), NULL, 10) - 1);
    size[fold[i]]++;
  }
  for (size_t k = 0; k < n; k++)
    lambda[k] = json_number_value(json_array_get(fit_at(c, "cv_lasso/lambda"), k));
  lf_fold_path path = {.alpha = 1.0, .standardise = true, .fold = fold, .n_folds = 5};
  lf_fold_path_fit *fit = fit_path(c, &path, lambda, n);
  double rtol = fit_rtol(c, "mean_deviance_per_observation");
  for (size_t k = 0; k < n; k++) {
    double mean = 0.0, square = 0.0;
    for (size_t f = 0; f < 5; f++) mean += 2.0 * fit->loss[k * 5 + f] * size[f] / (double)rows;
    for (size_t f = 0; f < 5; f++)
      square += pow(2.0 * fit->loss[k * 5 + f] - mean, 2.0) * size[f] / (double)rows;
    double want = json_number_value(json_array_get(fit_at(c, "cv_lasso/mean_deviance_per_observation"), k));
    double error = json_number_value(json_array_get(fit_at(c, "cv_lasso/se"), k));
    c->compared += 2;
    if (!(fabs(mean - want) <= rtol * want)) fail_msg("deviance %.12g, want %.12g", mean, want);
    if (!(fabs(sqrt(square / 4.0) - error) <= 1e-5 * error))
      fail_msg("standard error %.12g, want %.12g", sqrt(square / 4.0), error);
  }
  lf_fold_path_free(fit);
  free(fold);
  close_case(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pima_lists),
      cmocka_unit_test(birthwt_dummies),
      cmocka_unit_test(pima_weights_and_factors),
      cmocka_unit_test(pima_cross_validated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
