/* Deal size and revenue against reference case 09a: glm(Gamma(log)), lm(log), the two-part product (R 4.2.2).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "evidence/glm.h"
#include "reference.h"

enum { COLUMNS = 8 };
static const char *const names[COLUMNS] = {"age",         "income",     "reports",    "owner=yes",
                                           "selfemp=yes", "dependents", "majorcards", "active"};

typedef struct cards {
  reference_csv csv;
  size_t n;
  double *x[COLUMNS], *revenue, *won, *log_revenue;
} cards;

static double *column_of(const reference_csv *csv, const char *name) {
  const char *level = strchr(name, '=');
  if (!level) return reference_csv_numbers(csv, name);
  char column[32];
  snprintf(column, sizeof column, "%.*s", (int)(level - name), name);
  double *x = calloc(csv->n_rows, sizeof *x);
  assert_non_null(x);
  for (size_t i = 0; i < csv->n_rows; i++) x[i] = strcmp(reference_csv_cell(csv, i, column), level + 1) == 0;
  return x;
}

static void cards_open(cards *c) {
  reference_csv_open("creditcard.csv", &c->csv);
  c->n = c->csv.n_rows;
  for (size_t j = 0; j < COLUMNS; j++) c->x[j] = column_of(&c->csv, names[j]);
  c->revenue = reference_csv_numbers(&c->csv, "revenue");
  c->won = reference_csv_numbers(&c->csv, "won");
  c->log_revenue = calloc(c->n, sizeof *c->log_revenue);
  assert_non_null(c->log_revenue);
  for (size_t i = 0; i < c->n; i++) c->log_revenue[i] = c->won[i] > 0 ? log(c->revenue[i]) : 0;
}

static void cards_close(cards *c) {
  for (size_t j = 0; j < COLUMNS; j++) free(c->x[j]);
  free(c->revenue);
  free(c->won);
  free(c->log_revenue);
  reference_csv_close(&c->csv);
}

static lf_dense_fit *fit(const cards *c, lf_family family, const double *y, const double *weight) {
  lf_dense d = {.family = family,
                .n = c->n,
                .k = COLUMNS,
                .x = (const double *const *)c->x,
                .n_groups = 1,
                .y = y,
                .weight = weight};
  lf_dense_fit *made = NULL;
  lf_error err = {.message = ""};
  if (lf_dense_solve(&d, NULL, NULL, &made, &err) != LF_OK) fail_msg("%s", err.message);
  assert_true(made->converged);
  return made;
}

static void check_coefficients(reference_case *c, const char *model, const lf_dense_fit *made,
                               double dispersion) {
  for (size_t j = 0; j < made->m; j++) {
    char path[96];
    snprintf(path, sizeof path, "%s/coefficients/%s/estimate", model, j ? names[j - 1] : "(Intercept)");
    reference_number(c, c->expected, path, made->b[j]);
    snprintf(path, sizeof path, "%s/coefficients/%s/se", model, j ? names[j - 1] : "(Intercept)");
    if (dispersion > 0)
      reference_number(c, c->expected, path, sqrt(made->inverse[j * made->m + j] * dispersion));
  }
}

static void check_two_part(reference_case *c, const cards *k, const lf_dense_fit *win,
                           const lf_dense_fit *gamma) {
  double p[5], mean[5], expected[5], sum = 0;
  for (size_t i = 0; i < k->n; i++) {
    double probability = lf_expit(win->eta[i]), size = exp(gamma->eta[i]);
    if (i < 5) {
      p[i] = probability;
      mean[i] = size;
      expected[i] = probability * size;
    }
    sum += probability * size;
  }
  reference_numbers(c, c->expected, "two_part/first_5_p", p, 5);
  reference_numbers(c, c->expected, "two_part/first_5_gamma_mean", mean, 5);
  reference_numbers(c, c->expected, "two_part/first_5_expected_revenue", expected, 5);
  reference_number(c, c->expected, "two_part/sum_expected_revenue_gamma", sum);
}

static double smearing(const cards *k, const lf_dense_fit *normal) {
  double sum = 0, rows = 0;
  for (size_t i = 0; i < k->n; i++) {
    sum += k->won[i] * exp(k->log_revenue[i] - normal->eta[i]);
    rows += k->won[i];
  }
  return sum / rows;
}

static void case_09a(void **state) {
  (void)state;
  reference_case c;
  cards k = {0};
  reference_open("09a_revenue_creditcard", &c);
  cards_open(&k);
  lf_dense_fit *win = fit(&k, LF_FAMILY_BINOMIAL, k.won, NULL);
  lf_dense_fit *gamma = fit(&k, LF_FAMILY_GAMMA, k.revenue, k.won);
  lf_dense_fit *normal = fit(&k, LF_FAMILY_NORMAL, k.log_revenue, k.won);
  check_coefficients(&c, "win_model", win, 1);
  check_coefficients(&c, "gamma_log_on_won", gamma, gamma->dispersion);
  check_coefficients(&c, "lognormal_on_won", normal, normal->dispersion);
  reference_number(&c, c.expected, "gamma_log_on_won/dispersion_pearson", gamma->dispersion);
  reference_number(&c, c.expected, "lognormal_on_won/sigma", sqrt(normal->dispersion));
  reference_number(&c, c.expected, "lognormal_on_won/duan_smearing_factor", smearing(&k, normal));
  reference_number(&c, c.expected, "win_model/fit/loglik", win->log_likelihood);
  check_two_part(&c, &k, win, gamma);
  lf_dense_fit_free(win);
  lf_dense_fit_free(gamma);
  lf_dense_fit_free(normal);
  cards_close(&k);
  reference_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(case_09a)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
