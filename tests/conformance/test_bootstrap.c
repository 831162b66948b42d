/* The bootstrap against R's: percentile limits of coefficients (10b) and Harrell's optimism (10c). Each
 * figure is allowed five Monte Carlo standard deviations, as the cases say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/bootstrap.h"
#include "fit_case.h"

/* A figure against an entry {value, atol}; remembers the worst share of what is allowed. */
static void allowed(fit_case *c, const char *path, double got) {
  const json_t *entry = fit_at(c, path);
  double want = json_number_value(json_object_get(entry, "value")),
         atol = json_number_value(json_object_get(entry, "atol"));
  double share = fabs(got - want) / atol;
  c->compared++;
  if (!(share <= 1)) fail_msg("%s: got %.6g, wanted %.6g within %.3g", path, got, want, atol);
  if (share > c->worst) {
    c->worst = share;
    snprintf(c->worst_path, sizeof c->worst_path, "%s", path);
  }
}

static fit_case *open_case(const char *id) {
  if (!fit_folder()) skip();
  fit_case *c = fit_case_new(id);
  assert_non_null(c->json);
  return c;
}

static void close_case(fit_case *c, const char *id) {
  print_message("%s: %zu figures, worst error %.2g of the tolerance at %s\n", id, c->compared, c->worst,
                c->worst_path);
  fit_case_free(c);
}

static lf_status fit_weighted(const fit_case *c, const double *weight, double *b, lf_error *err) {
  lf_design design = c->design;
  lf_solve_options options = {.firth = false};
  lf_weights *w = NULL;
  design.weight = weight;
  lf_status status = lf_solve(&design, &options, NULL, &w, err);
  for (size_t j = 0; status == LF_OK && j < design.n_coef; j++)
    b[j] = w->direction[j] ? w->direction[j] * INFINITY : w->b[j]; /* as R's, far out */
  lf_weights_free(w);
  return status;
}

static lf_status coefficients(const void *context, const double *weight, double *out, lf_error *err) {
  return fit_weighted(context, weight, out, err);
}

static void case_10b(void **state) {
  (void)state;
  fit_case *c = open_case("10b_bootstrap_percentile_birthwt");
  lf_resample rows = {.n = c->design.n_rows};
  lf_bootstrap bootstrap = {.replicates = 2000,
                            .seed = 1,
                            .n_statistics = c->design.n_coef,
                            .statistics = coefficients,
                            .context = c};
  double *values = NULL;
  size_t replicates = 0;
  assert_int_equal(lf_bootstrap_run(&rows, &bootstrap, NULL, &values, &replicates, NULL), LF_OK);
  assert_int_equal(replicates, 2000);
  for (size_t j = 0; j < c->design.n_coef; j++) {
    char path[128];
    lf_interval interval;
    assert_int_equal(lf_bootstrap_interval(values + j, replicates, c->design.n_coef, 0, &interval, NULL),
                     LF_OK);
    snprintf(path, sizeof path, "%s/percentile95_lo", c->names[j]);
    allowed(c, path, interval.low);
    snprintf(path, sizeof path, "%s/percentile95_hi", c->names[j]);
    allowed(c, path, interval.high);
    double most = 0;
    for (size_t r = 0; r < replicates; r++) most = fmax(most, fabs(values[r * c->design.n_coef + j]));
    if (!(most < 10)) continue; /* a separated replicate: R stops somewhere far out, and so does its sd */
    snprintf(path, sizeof path, "%s/bootstrap_sd", c->names[j]);
    allowed(c, path, interval.std_error);
  }
  free(values);
  close_case(c, "10b bootstrap percentiles");
}

/* Dxy, Brier score, calibration intercept and slope of coefficients on rows of these weights. */
enum { FIGURES = 4 };
static lf_status figures_of(const fit_case *c, const double *b, const double *weight, double *out,
                            lf_error *err) {
  size_t n = c->design.n_rows;
  double *eta = calloc(n, sizeof *eta), *p = calloc(n, sizeof *p);
  lf_judgement j;
  lf_design_predict(&c->design, b, NULL, eta);
  for (size_t i = 0; i < n; i++) p[i] = lf_expit(eta[i]);
  lf_judge_rows rows = {.n = n, .score = eta, .probability = p, .won = c->won, .weight = weight};
  lf_status status = lf_judge(&rows, true, NULL, &j, err);
  free(eta);
  free(p);
  if (status != LF_OK) return status;
  out[0] = j.gini;
  out[1] = j.brier;
  out[2] = j.calibration_intercept.value;
  out[3] = j.calibration_slope.value;
  return LF_OK;
}

/* What the replicate's fit promises its own rows, less what it is worth on all rows. */
static lf_status optimism(const void *context, const double *weight, double *out, lf_error *err) {
  const fit_case *c = context;
  double b[64], own[FIGURES], all[FIGURES];
  lf_status status = fit_weighted(c, weight, b, err);
  for (size_t j = 0; j < c->design.n_coef; j++)
    if (!isfinite(b[j])) b[j] = b[j] > 0 ? 20 : -20;
  if (status == LF_OK) status = figures_of(c, b, weight, own, err);
  if (status == LF_OK) status = figures_of(c, b, c->weight, all, err);
  for (int k = 0; status == LF_OK && k < FIGURES; k++) out[k] = own[k] - all[k];
  return status;
}

static void case_10c(void **state) {
  (void)state;
  static const char *const names[FIGURES] = {"Dxy", "B", "Intercept", "Slope"};
  fit_case *c = open_case("10c_bootstrap_optimism_birthwt");
  lf_resample rows = {.n = c->design.n_rows};
  lf_bootstrap bootstrap = {
      .replicates = 1000, .seed = 1, .n_statistics = FIGURES, .statistics = optimism, .context = c};
  double *values = NULL, b[64], apparent[FIGURES];
  size_t replicates = 0;
  assert_int_equal(fit_weighted(c, c->weight, b, NULL), LF_OK);
  assert_int_equal(figures_of(c, b, c->weight, apparent, NULL), LF_OK);
  assert_int_equal(lf_bootstrap_run(&rows, &bootstrap, NULL, &values, &replicates, NULL), LF_OK);
  for (int k = 0; k < FIGURES; k++) {
    char path[128];
    double mean = 0;
    for (size_t r = 0; r < replicates; r++) mean += values[r * FIGURES + (size_t)k] / (double)replicates;
    snprintf(path, sizeof path, "%s/optimism", names[k]);
    allowed(c, path, mean);
    snprintf(path, sizeof path, "%s/corrected", names[k]);
    allowed(c, path, apparent[k] - mean);
    if (k == 0) allowed(c, "auc_corrected", (1 + apparent[0] - mean) / 2);
  }
  free(values);
  close_case(c, "10c bootstrap optimism");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(case_10b), cmocka_unit_test(case_10c)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
