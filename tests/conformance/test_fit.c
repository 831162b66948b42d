/* The fit against R: every value of the reference cases it can compute, within the tolerances those files
 * state. The folder is found by LEADFIT_REFERENCE; without it the cases are skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "fit_case.h"

static const lf_run two_threads = {.threads = 2};
static const lf_solve_options likelihood = {.check_separation = true};

static fit_case *open_case(const char *id) {
  if (!fit_folder()) {
    print_message("%s: skipped, LEADFIT_REFERENCE is not set\n", id);
    skip();
  }
  fit_case *c = fit_case_new(id);
  assert_non_null(c->json);
  assert_true(c->csv.n_rows > 0);
  return c;
}

static void close_case(fit_case *c, const char *id) {
  print_message("%-36s %4zu values, worst error %.2g of the tolerance (%s)\n", id, c->compared, c->worst,
                c->worst_path);
  assert_true(c->compared > 0);
  fit_case_free(c);
}

static lf_weights *solve(const fit_case *c, const lf_solve_options *options) {
  lf_weights *w = NULL;
  lf_error err = {0};
  lf_status status = lf_solve(&c->design, options, &two_threads, &w, &err);
  if (status != LF_OK) print_error("%s\n", err.message);
  assert_int_equal(status, LF_OK);
  return w;
}

#define NEAR(c, got, ...)                                                                                    \
  do {                                                                                                       \
    char path_[256];                                                                                         \
    snprintf(path_, sizeof path_, __VA_ARGS__);                                                              \
    assert_true(fit_near(c, path_, got));                                                                    \
  } while (0)

/* Everything under expected/<at>/<name of coefficient>. */
static void check_coefficients(fit_case *c, const lf_weights *w, const char *at) {
  double q = lf_normal_quantile(0.975);
  for (size_t j = 0; j < w->n_coef; j++) {
    const char *name = c->names[j];
    double b = w->b[j], se = w->aliased[j] ? NAN : sqrt(w->covariance[j * w->n_coef + j]);
    NEAR(c, b, "%s/%s/estimate", at, name);
    NEAR(c, se, "%s/%s/se", at, name);
    NEAR(c, b / se, "%s/%s/z", at, name);
    NEAR(c, lf_normal_two_sided_p(b / se), "%s/%s/p", at, name);
    /* Where a case grants standard errors less than the usual precision, so must it grant the limits made of
     * them. */
    double more = fit_rtol(c, "se") > 1e-6 ? q * se * fit_rtol(c, "se") : 0.0;
    char path[160];
    snprintf(path, sizeof path, "%s/%s/wald95_lo", at, name);
    assert_true(fit_near_by(c, path, b - q * se, more));
    snprintf(path, sizeof path, "%s/%s/wald95_hi", at, name);
    assert_true(fit_near_by(c, path, b + q * se, more));
    NEAR(c, b / se, "%s/%s/wald_z", at, name);
    NEAR(c, lf_normal_two_sided_p(b / se), "%s/%s/wald_p", at, name);
    NEAR(c, exp(b), "%s/%s/odds_ratio", at, name);
  }
}

static void check_profiles(fit_case *c, const lf_weights *w, const lf_solve_options *options,
                           const char *at) {
  for (size_t j = 0; j < w->n_coef; j++) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s/profile95_lo", at, c->names[j]);
    if (w->aliased[j] || !fit_at(c, path)) continue;
    double low = 0.0, high = 0.0;
    lf_error err = {0};
    assert_int_equal(lf_profile(&c->design, w, options, j, 0.95, &two_threads, &low, &high, &err), LF_OK);
    NEAR(c, low, "%s/%s/profile95_lo", at, c->names[j]);
    NEAR(c, high, "%s/%s/profile95_hi", at, c->names[j]);
  }
}

static void check_covariance(fit_case *c, const lf_weights *w, const double *v, const char *at) {
  for (size_t i = 0; i < w->n_coef; i++)
    for (size_t j = 0; j < w->n_coef; j++) NEAR(c, v[i * w->n_coef + j], "%s/matrix/%zu/%zu", at, i, j);
}

static void check_fit(fit_case *c, const lf_weights *w) {
  double ll = w->log_likelihood, null = w->null_log_likelihood, k = (double)w->rank;
  NEAR(c, w->rows, "fit/n");
  NEAR(c, w->won, "fit/events");
  NEAR(c, k, "fit/parameters");
  NEAR(c, ll, "fit/loglik");
  NEAR(c, null, "fit/loglik_null");
  NEAR(c, -2.0 * ll, "fit/deviance");
  NEAR(c, -2.0 * null, "fit/null_deviance");
  NEAR(c, -2.0 * ll + 2.0 * k, "fit/aic");
  NEAR(c, -2.0 * ll + k * log(w->rows), "fit/bic");
  NEAR(c, 2.0 * (ll - null), "fit/lr_chi2");
  NEAR(c, k - 1.0, "fit/lr_df");
  NEAR(c, lf_chi_squared_p(2.0 * (ll - null), k - 1.0), "fit/lr_p");
  NEAR(c, 1.0 - ll / null, "fit/mcfadden_r2");
}

static void check_predictions(fit_case *c, const lf_weights *w) {
  double *eta = calloc(c->design.n_rows, sizeof *eta);
  lf_design_predict(&c->design, w->b, &two_threads, eta);
  for (size_t i = 0; i < 5; i++) {
    NEAR(c, eta[i], "first_rows/linear_predictor/%zu", i);
    NEAR(c, lf_expit(eta[i]), "first_rows/probability/%zu", i);
  }
  free(eta);
}

static void likelihood_case(const char *id) {
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  assert_true(w->converged);
  assert_int_equal(w->diagnosis, LF_FIT_FINE);
  check_fit(c, w);
  check_coefficients(c, w, "coefficients");
  check_profiles(c, w, &likelihood, "coefficients");
  if (fit_at(c, "vcov")) check_covariance(c, w, w->covariance, "vcov");
  check_predictions(c, w);
  lf_weights_free(w);
  close_case(c, id);
}

static void birthwt(void **state) {
  (void)state;
  likelihood_case("01a_ml_birthwt");
}
static void birthwt_small(void **state) {
  (void)state;
  likelihood_case("01b_ml_birthwt_hl_table2.2");
}
static void spector(void **state) {
  (void)state;
  likelihood_case("01d_ml_spector");
}
static void german(void **state) {
  (void)state;
  likelihood_case("01e_ml_german_20_attributes");
}
static void frequencies(void **state) {
  (void)state;
  likelihood_case("02a_freq_ucbadmissions");
}
static void bad_scaling(void **state) {
  (void)state;
  likelihood_case("04b_bad_scaling");
}
static void near_collinear(void **state) {
  (void)state;
  likelihood_case("04c_near_collinear");
}

/* The same with a Wald test of several coefficients and intervals of predictions. */
static void admissions(void **state) {
  (void)state;
  const char *id = "01c_ml_ucla_admissions";
  likelihood_case(id);
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  const size_t rank[] = {3, 4, 5};
  lf_lr_test test;
  assert_int_equal(lf_wald_test(w, w->covariance, rank, 3, &test, NULL), LF_OK);
  NEAR(c, test.chi2, "wald_rank/chi2");
  NEAR(c, test.p, "wald_rank/p");
  assert_int_equal(test.df, 3);
  double v = w->covariance[3 * 6 + 3] + w->covariance[4 * 6 + 4] - 2.0 * w->covariance[3 * 6 + 4];
  NEAR(c, (w->b[3] - w->b[4]) * (w->b[3] - w->b[4]) / v, "wald_rank2_eq_rank3/chi2");
  lf_weights_free(w);
  close_case(c, "01c, tests");
}

/* The expanded rows give what the frequencies give. */
static void expanded(void **state) {
  (void)state;
  const char *id = "02a_freq_ucbadmissions";
  fit_case *c = open_case(id), *e = calloc(1, sizeof *e);
  fit_start(e, fit_folder(), "ucb_expanded.csv", "admitted", "1", NULL);
  e->json = json_incref(c->json);
  fit_add_terms(e, json_object_get(e->json, "model"));
  assert_int_equal(e->design.n_rows, 4526);
  lf_weights *w = solve(e, &likelihood);
  check_coefficients(e, w, "coefficients");
  NEAR(e, w->log_likelihood, "expanded/loglik");
  NEAR(e, -2.0 * w->log_likelihood + 7.0 * log(4526.0), "expanded/bic");
  lf_weights_free(w);
  fit_case_free(c);
  close_case(e, "02a, expanded");
}

/* Shares of wins with their number of rows as weight. */
static void grouped(void **state) {
  (void)state;
  const char *id = "02b_grouped_esoph";
  fit_case *c = open_case(id);
  double *share = calloc(c->design.n_rows, sizeof *share);
  for (size_t i = 0; i < c->design.n_rows; i++) {
    double won = strtod(fit_cell(&c->csv, "ncases", i), NULL),
           lost = strtod(fit_cell(&c->csv, "ncontrols", i), NULL);
    c->weight[i] = won + lost;
    share[i] = won + lost > 0.0 ? won / (won + lost) : NAN;
  }
  c->design.won = NULL;
  c->design.share = share;
  lf_weights *w = solve(c, &likelihood);
  check_coefficients(c, w, "coefficients");
  check_profiles(c, w, &likelihood, "coefficients");
  NEAR(c, w->log_likelihood, "as_individuals/loglik");
  NEAR(c, -2.0 * w->null_log_likelihood, "as_individuals/null_deviance");
  NEAR(c, w->rows, "as_individuals/n");
  NEAR(c, w->won, "as_individuals/events");
  lf_weights_free(w);
  free(share);
  close_case(c, id);
}

/* ---- separation and Firth ------------------------------------------------------------------------------ */

/* Directions as the linear programme of the reference finds them; `at` names the object with "finite",
 * "+Inf", "-Inf". */
static void check_directions(const fit_case *c, const lf_weights *w) {
  for (size_t j = 0; j < w->n_coef; j++) {
    char path[160];
    snprintf(path, sizeof path, "separation/mle/%s", c->names[j]);
    const char *want = json_string_value(fit_at(c, path));
    assert_non_null(want);
    assert_int_equal(w->direction[j], !strcmp(want, "+Inf") ? 1 : !strcmp(want, "-Inf") ? -1 : 0);
  }
}

static void check_firth(fit_case *c, const char *at) {
  lf_solve_options firth = {.firth = true};
  char path[160], prefix[96];
  lf_weights *w = solve(c, &firth);
  assert_true(w->converged);
  snprintf(prefix, sizeof prefix, "%s/coefficients", at);
  check_coefficients(c, w, prefix);
  NEAR(c, w->log_likelihood + 0.5 * w->log_determinant, "%s/penalised_loglik", at);
  NEAR(c, w->log_likelihood, "%s/loglik_unpenalised_at_firth", at);
  snprintf(path, sizeof path, "%s/vcov", at);
  check_covariance(c, w, w->covariance, path);
  check_profiles(c, w, &firth, prefix);
  lf_lr_test test;
  uint8_t drop[CASE_COLUMNS];
  memset(drop, 1, sizeof drop);
  assert_int_equal(lf_drop_test(&c->design, w, &firth, drop, &two_threads, &test, NULL), LF_OK);
  NEAR(c, test.chi2, "%s/overall_penalised_lr/chi2", at);
  NEAR(c, test.p, "%s/overall_penalised_lr/p", at);
  for (size_t t = 0; t < c->design.n_terms; t++) {
    if (c->terms[t].n_coef != 1) continue;
    memset(drop, 0, sizeof drop);
    drop[t] = 1;
    assert_int_equal(lf_drop_test(&c->design, w, &firth, drop, &two_threads, &test, NULL), LF_OK);
    snprintf(path, sizeof path, "%s/%s", prefix, c->names[c->terms[t].first]);
    NEAR(c, test.chi2, "%s/plr_chi2", path);
    NEAR(c, test.p, "%s/plr_p", path);
  }
  lf_weights_free(w);
}

static void separation_case(const char *id) {
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  assert_int_equal(w->diagnosis, LF_FIT_SEPARATION);
  check_directions(c, w);
  lf_weights_free(w);
  check_firth(c, "firth");
  close_case(c, id);
}

static void endometrial(void **state) {
  (void)state;
  separation_case("03a_firth_endometrial");
}
static void complete(void **state) {
  (void)state;
  separation_case("03b_separation_complete");
}
static void level(void **state) {
  (void)state;
  separation_case("03c_separation_quasi_category");
}

/* ---- rank ------------------------------------------------------------------------------------------------
 */

static void rank_deficient(void **state) {
  (void)state;
  const char *id = "04a_rank_deficient";
  likelihood_case(id);
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  const json_t *aliased = fit_at(c, "aliased");
  for (size_t j = 0; j < w->n_coef; j++) {
    bool want = false;
    for (size_t i = 0; i < json_array_size(aliased); i++)
      want = want || !strcmp(c->names[j], json_string_value(json_array_get(aliased, i)));
    assert_int_equal(w->aliased[j], want);
  }
  NEAR(c, (double)w->rank, "rank");
  lf_weights_free(w);
  close_case(c, "04a, aliased");
}

/* More coefficients than rows: the rank is found and the fit separates; ridge is well defined. */
static void fewer_rows(void **state) {
  (void)state;
  const char *id = "12b_n_less_than_p";
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  NEAR(c, (double)w->rank, "rank");
  assert_int_equal(w->diagnosis, LF_FIT_SEPARATION);
  lf_weights_free(w);
  double ridge[16] = {0};
  size_t n = c->design.n_rows;
  for (size_t j = 1; j <= 12; j++) {
    const double *x = c->columns[j - 1].cells;
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean) / (double)n;
    ridge[j] = 0.1 * (double)n * square; /* lambda n, on standardised columns */
  }
  lf_solve_options options = {.ridge = ridge};
  w = solve(c, &options);
  for (size_t j = 0; j < w->n_coef; j++)
    NEAR(c, w->b[j], "ridge_lambda_0.1_standardized/coefficients/%s", c->names[j]);
  NEAR(c, -2.0 * w->log_likelihood, "ridge_lambda_0.1_standardized/deviance");
  lf_weights_free(w);
  close_case(c, id);
}

/* ---- tests ------------------------------------------------------------------------------------------------
 */

static size_t term_named(const fit_case *c, const char *name) {
  for (size_t t = 0; t < c->design.n_terms; t++)
    if (!strcmp(c->terms[t].name, name)) return t;
  fail_msg("no term %s", name);
  return 0;
}

static void check_block(fit_case *c, const lf_weights *w, const char *path, const char *const *names,
                        size_t n) {
  uint8_t drop[CASE_COLUMNS] = {0};
  for (size_t i = 0; i < n; i++) drop[term_named(c, names[i])] = 1;
  lf_lr_test test;
  assert_int_equal(lf_drop_test(&c->design, w, &likelihood, drop, &two_threads, &test, NULL), LF_OK);
  NEAR(c, test.chi2, "%s/chi2", path);
  NEAR(c, test.p, "%s/p", path);
  NEAR(c, (double)test.df, "%s/df", path);
}

static void test_case(const char *id) {
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  double p[CASE_COLUMNS], q[CASE_COLUMNS];
  size_t n = c->design.n_terms;
  for (size_t t = 0; t < n; t++) {
    const lf_term *term = &c->terms[t];
    char path[160];
    snprintf(path, sizeof path, "drop1_lrt/%s", term->name);
    check_block(c, w, path, &term->name, 1);
    uint8_t drop[CASE_COLUMNS] = {0};
    drop[t] = 1;
    lf_lr_test test;
    assert_int_equal(lf_drop_test(&c->design, w, &likelihood, drop, NULL, &test, NULL), LF_OK);
    p[t] = test.p;
    size_t index[CASE_LEVELS];
    for (size_t k = 0; k < term->n_coef; k++) index[k] = (size_t)term->first + k;
    assert_int_equal(lf_wald_test(w, w->covariance, index, term->n_coef, &test, NULL), LF_OK);
    NEAR(c, test.chi2, "type3_wald/%s/chi2", term->name);
    NEAR(c, test.p, "type3_wald/%s/p", term->name);
  }
  assert_int_equal(lf_benjamini_hochberg(p, n, q, NULL), LF_OK);
  for (size_t t = 0; t < n; t++) {
    NEAR(c, q[t], "drop1_lrt/%s/p_BH", c->terms[t].name);
    NEAR(c, q[t], "adjusted_p_of_drop1_in_term_order/BH/%zu", t);
  }
  if (fit_at(c, "block_history_ptl_ht_ui")) {
    check_block(c, w, "block_history_ptl_ht_ui", (const char *const[]){"ptl", "ht", "ui"}, 3);
    check_block(c, w, "block_demographic_age_lwt_race", (const char *const[]){"age", "lwt", "race"}, 3);
  }
  lf_weights_free(w);
  close_case(c, id);
}

static void tests_birthwt(void **state) {
  (void)state;
  test_case("06a_tests_birthwt");
}
static void tests_german(void **state) {
  (void)state;
  test_case("06b_tests_german");
}

/* ---- sandwich
 * ---------------------------------------------------------------------------------------------- */

static uint32_t number_clusters(const fit_case *c, const char *column, uint32_t *cluster) {
  uint32_t n = 0;
  for (size_t i = 0; i < c->design.n_rows; i++) {
    cluster[i] = n;
    for (size_t k = 0; k < i; k++)
      if (!strcmp(fit_cell(&c->csv, column, i), fit_cell(&c->csv, column, k))) cluster[i] = cluster[k];
    if (cluster[i] == n) n++;
  }
  return n;
}

static void robust(void **state) {
  (void)state;
  const char *id = "10a_robust_cluster_bacteria";
  fit_case *c = open_case(id);
  lf_weights *w = solve(c, &likelihood);
  uint32_t cluster[CASE_ROWS];
  uint32_t n_clusters = number_clusters(c, "id", cluster);
  NEAR(c, (double)n_clusters, "clusters");
  static const struct {
    lf_sandwich_type type;
    const char *key, *matrix;
  } cases[] = {{LF_HC0, "hc0_se", "hc0_vcov"},
               {LF_HC1, "hc1_se_n_over_n_minus_k", NULL},
               {LF_HC3, "hc3_se", NULL},
               {LF_CR0, "cluster_cr0_se", "cluster_cr0_vcov"},
               {LF_CR_STATA, "cluster_stata_se_G_over_G_minus_1", NULL},
               {LF_CR1, "cluster_cr1_se_G_and_n_adjusted", NULL}};
  double v[16];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool clustered = cases[i].type >= LF_CR0;
    lf_error err = {0};
    assert_int_equal(lf_sandwich(&c->design, w, clustered ? cluster : NULL, clustered ? n_clusters : 0,
                                 cases[i].type, &two_threads, v, &err),
                     LF_OK);
    for (size_t j = 0; j < 4; j++) NEAR(c, sqrt(v[j * 4 + j]), "%s/%s", cases[i].key, c->names[j]);
    if (cases[i].matrix) check_covariance(c, w, v, cases[i].matrix);
  }
  for (size_t j = 0; j < 4; j++) {
    NEAR(c, w->b[j], "estimate/%s", c->names[j]);
    NEAR(c, sqrt(w->covariance[j * 4 + j]), "model_se/%s", c->names[j]);
  }
  lf_weights_free(w);
  close_case(c, id);
}

/* ---- edge cases
 * ---------------------------------------------------------------------------------------------- */

static fit_case *edge(const char *response, const char *weights) {
  fit_case *c = calloc(1, sizeof *c);
  c->json = fit_load(fit_folder(), "12a_edge_cases");
  fit_start(c, fit_folder(), "edge.csv", response, "1", weights);
  return c;
}

static void edge_one_class(fit_case *total) {
  static const char *const outcomes[] = {"all_lost", "all_won"};
  for (size_t i = 0; i < 2; i++) {
    fit_case *c = edge(outcomes[i], NULL);
    fit_add_number(c, "x");
    lf_weights *w = solve(c, &likelihood);
    assert_int_equal(w->diagnosis, LF_FIT_ONE_CLASS);
    assert_true(isnan(w->b[0]));
    lf_weights_free(w);
    fit_case_free(c);
  }
  total->compared += 2;
}

static void edge_coefficients(fit_case *c, const char *path) {
  lf_weights *w = solve(c, &likelihood);
  for (size_t j = 0; j < w->n_coef; j++) NEAR(c, w->b[j], "%s/coefficients/%s", path, c->names[j]);
  NEAR(c, w->rows, "%s/rows_used", path);
  NEAR(c, w->log_likelihood, "%s/loglik", path);
  lf_weights_free(w);
}

static void edge_case(void **state) {
  (void)state;
  fit_case *c = open_case("12a_edge_cases");
  lf_weights *w = solve(c, &likelihood);
  check_coefficients(c, w, "baseline_fit/coefficients");
  check_profiles(c, w, &likelihood, "baseline_fit/coefficients");
  NEAR(c, w->log_likelihood, "baseline_fit/fit/loglik");
  lf_weights_free(w);
  edge_one_class(c);
  close_case(c, "12a, baseline, one class");

  c = edge("won", NULL);
  fit_add_number(c, "x");
  fit_add_number(c, "konst");
  w = solve(c, &likelihood);
  check_coefficients(c, w, "baseline_fit/coefficients");
  assert_true(w->aliased[2]);
  lf_weights_free(w);
  close_case(c, "12a, constant");

  c = edge("won", NULL);
  fit_add_number(c, "x");
  fit_add_category(c, "rare", (const char *const[]){"usual", "once"}, 2, NULL);
  w = solve(c, &likelihood);
  assert_int_equal(w->diagnosis, LF_FIT_SEPARATION);
  assert_int_equal(w->direction[2], -1);
  assert_int_equal(w->direction[0], 0);
  assert_int_equal(w->direction[1], 0);
  lf_weights_free(w);
  check_firth(c, "level_with_one_row/firth");
  close_case(c, "12a, level with one row");

  c = edge("won", "w");
  fit_add_number(c, "x");
  w = solve(c, &likelihood);
  check_coefficients(c, w, "zero_weight_rows/coefficients");
  NEAR(c, w->rows, "zero_weight_rows/sum_of_weights");
  NEAR(c, w->log_likelihood, "zero_weight_rows/loglik");
  lf_weights_free(w);
  close_case(c, "12a, weight 0");

  c = edge("won", NULL);
  fit_add_number(c, "x");
  fit_add_number(c, "x_missing");
  edge_coefficients(c, "numeric_missing_listwise");
  close_case(c, "12a, number missing");

  c = edge("won", NULL);
  fit_add_number(c, "x");
  fit_add_category(c, "grp", (const char *const[]){"(missing)", "a", "b", "c"}, 4, "(missing)");
  edge_coefficients(c, "categorical_missing_as_level");
  close_case(c, "12a, missing as a level");

  c = edge("won", NULL);
  fit_add_number(c, "x");
  fit_add_category(c, "grp", (const char *const[]){"a", "b", "c"}, 3, NULL);
  edge_coefficients(c, "categorical_missing_listwise");
  close_case(c, "12a, category missing");

  c = edge("won", NULL);
  w = solve(c, &likelihood);
  NEAR(c, w->b[0], "intercept_only/estimate");
  NEAR(c, sqrt(w->covariance[0]), "intercept_only/se");
  NEAR(c, w->log_likelihood, "intercept_only/loglik");
  lf_weights_free(w);
  close_case(c, "12a, intercept alone");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(birthwt),       cmocka_unit_test(birthwt_small),  cmocka_unit_test(admissions),
      cmocka_unit_test(spector),       cmocka_unit_test(german),         cmocka_unit_test(frequencies),
      cmocka_unit_test(expanded),      cmocka_unit_test(grouped),        cmocka_unit_test(endometrial),
      cmocka_unit_test(complete),      cmocka_unit_test(level),          cmocka_unit_test(rank_deficient),
      cmocka_unit_test(bad_scaling),   cmocka_unit_test(near_collinear), cmocka_unit_test(fewer_rows),
      cmocka_unit_test(tests_birthwt), cmocka_unit_test(tests_german),   cmocka_unit_test(robust),
      cmocka_unit_test(edge_case),
  };
  return cmocka_run_group_tests_name("fit conformance", tests, NULL, NULL);
}
