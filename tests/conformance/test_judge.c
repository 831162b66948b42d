/* Judge and card against the reference cases: R 4.2.2 (pROC, glm), re-checked in Python. Cases 07a-07d,
 * 08a-08c, the revenue capture of 09a and what 12a says of judging. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "base/text.h"
#include "card/card.h"
#include "judge/judge.h"
#include "reference.h"

/* ---- shared ---------------------------------------------------------------------------------------- */

static uint8_t *won_of(const reference_csv *csv, const char *column) {
  uint8_t *won = malloc(csv->n_rows + 1);
  assert_non_null(won);
  for (size_t i = 0; i < csv->n_rows; i++) won[i] = strcmp(reference_csv_cell(csv, i, column), "1") == 0;
  return won;
}

static lf_judgement judge(const double *score, const double *probability, const double *amount,
                          const uint8_t *won, size_t n, bool holdout) {
  lf_judge_rows rows = {.n = n, .score = score, .probability = probability, .won = won, .amount = amount};
  lf_judgement j;
  lf_error err = {.message = ""};
  if (lf_judge(&rows, holdout, NULL, &j, &err) != LF_OK) fail_msg("%s", err.message);
  return j;
}

static void check_gains(reference_case *c, const json_t *e, const lf_judgement *j, bool lifts) {
  double gain[LF_LIFT_ROWS], cumulative[LF_LIFT_ROWS], lift[LF_LIFT_ROWS];
  for (int d = 0; d < LF_LIFT_ROWS; d++) {
    gain[d] = j->lift[d].cumulative_gain;
    cumulative[d] = gain[d] * LF_LIFT_ROWS / (d + 1);
    lift[d] = j->lift[d].lift;
  }
  reference_numbers(c, e, "cumulative_gains_prorata_ties", gain, LF_LIFT_ROWS);
  if (!lifts) return;
  reference_numbers(c, e, "cumulative_lift_prorata_ties", cumulative, LF_LIFT_ROWS);
  reference_numbers(c, e, "decile_lift_prorata_ties", lift, LF_LIFT_ROWS);
}

static void check_calibration(reference_case *c, const json_t *e, const lf_judgement *j) {
  reference_number(c, e, "calibration/slope", j->calibration_slope.value);
  reference_number(c, e, "calibration/slope_se", j->calibration_slope.std_error);
  reference_number(c, e, "calibration/intercept_with_slope", j->calibration_intercept.value);
  reference_number(c, e, "calibration/intercept_with_slope_se", j->calibration_intercept.std_error);
  reference_number(c, e, "calibration/intercept_in_the_large", j->in_the_large.value);
  reference_number(c, e, "calibration/intercept_in_the_large_se", j->in_the_large.std_error);
  reference_number(c, e, "calibration/observed_over_expected", j->observed_over_expected);
}

static void check_hosmer(reference_case *c, const json_t *e, const lf_judgement *j) {
  const lf_hosmer_lemeshow *h = &j->hosmer_lemeshow;
  reference_number(c, e, "hosmer_lemeshow/groups", (double)h->groups);
  reference_number(c, e, "hosmer_lemeshow/chi2", h->chi2);
  reference_number(c, e, "hosmer_lemeshow/df", h->df);
  reference_number(c, e, "hosmer_lemeshow/p", h->p);
  reference_numbers(c, e, "hosmer_lemeshow/cutpoints", h->cut, h->groups + 1);
  reference_numbers(c, e, "hosmer_lemeshow/n", h->n, h->groups);
  reference_numbers(c, e, "hosmer_lemeshow/observed_events", h->observed, h->groups);
  reference_numbers(c, e, "hosmer_lemeshow/expected_events", h->expected, h->groups);
  reference_number(c, e, "ece_by_hl_group", j->ece);
}

/* Murphy's decomposition (1973) over the Hosmer-Lemeshow groups: reliability sum n (mean promised - share
 * won)^2 / N, resolution sum n (share won - base rate)^2 / N, uncertainty the base rate's variance. */
static void check_murphy(reference_case *c, const json_t *e, const lf_judgement *j) {
  const lf_hosmer_lemeshow *h = &j->hosmer_lemeshow;
  double base = j->won / j->rows, reliability = 0, resolution = 0;
  for (size_t g = 0; g < h->groups; g++) {
    double won = h->observed[g] / h->n[g], promised = h->expected[g] / h->n[g];
    reliability += h->n[g] * (promised - won) * (promised - won) / j->rows;
    resolution += h->n[g] * (won - base) * (won - base) / j->rows;
  }
  reference_number(c, e, "brier_murphy_by_hl_group/reliability", reliability);
  reference_number(c, e, "brier_murphy_by_hl_group/resolution", resolution);
  reference_number(c, e, "brier_murphy_by_hl_group/uncertainty", base * (1 - base));
  /* by distinct score the three add up to the Brier score */
  const json_t *distinct = reference_at(e, "brier_murphy_by_distinct_score");
  double brier = json_number_value(json_object_get(distinct, "reliability")) -
                 json_number_value(json_object_get(distinct, "resolution")) +
                 json_number_value(json_object_get(distinct, "uncertainty"));
  if (!(fabs(j->brier - brier) <= 1e-9)) fail_msg("Brier %.12f, by its parts %.12f", j->brier, brier);
}

/* Log likelihood of a probability moved by the calibration line. */
static double calibrated_likelihood(const double *p, const uint8_t *won, size_t n, const lf_judgement *j) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    double eta = j->calibration_intercept.value + j->calibration_slope.value * log(p[i] / (1 - p[i]));
    sum += won[i] ? -log1p(exp(-eta)) : -log1p(exp(eta));
  }
  return sum;
}

/* rms::val.prob restates the figures: Somers' Dxy is the Gini, D, U and Q are likelihoods for each row
 * (Harrell 2015, 10.9), R2 is Nagelkerke's. */
static void check_val_prob(reference_case *c, const double *p, const uint8_t *won, size_t n,
                           const lf_judgement *j) {
  const json_t *e = c->expected;
  double rows = j->rows, base = j->won / rows, null = rows * (base * log(base) + (1 - base) * log(1 - base));
  double given = -rows * j->log_loss, moved = calibrated_likelihood(p, won, n, j);
  double d = (2 * (given - null) - 1) / rows, u = (2 * (moved - given) - 2) / rows;
  const struct {
    const char *key;
    double got;
  } figures[] = {{"Dxy", j->gini},
                 {"C (ROC)", j->auc.value},
                 {"R2", (1 - exp(-2 * (given - null) / rows)) / (1 - exp(2 * null / rows))},
                 {"D", d},
                 {"U", u},
                 {"Q", d - u},
                 {"Brier", j->brier},
                 {"Intercept", j->calibration_intercept.value},
                 {"Slope", j->calibration_slope.value},
                 {"S:z", j->spiegelhalter_z},
                 {"S:p", j->spiegelhalter_p}};
  for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
    double want = json_number_value(reference_at(reference_at(e, "rms_val_prob_p_full"), figures[k].key));
    double rtol = k < 2 ? 2e-4 : 1e-4; /* rms counts pairs of probabilities rounded to 0.002 */
    if (!(fabs(figures[k].got - want) <= rtol * fabs(want)))
      fail_msg("rms::val.prob %s: %.9f, expected %.9f within %g of it", figures[k].key, figures[k].got, want,
               rtol);
    c->compared++;
  }
}

/* The list of figures that 07b, 07c and 07d share. */
static void check_all(reference_case *c, const json_t *e, const lf_judgement *j) {
  reference_number(c, e, "n", j->rows);
  reference_number(c, e, "events", j->won);
  reference_number(c, e, "distinct_scores", (double)j->distinct_scores);
  reference_number(c, e, "auc", j->auc.value);
  reference_number(c, e, "auc_delong_se", j->auc.std_error);
  reference_number(c, e, "auc_delong_ci95_lo", j->auc.low);
  reference_number(c, e, "auc_delong_ci95_hi", j->auc.high);
  reference_number(c, e, "gini", j->gini);
  reference_number(c, e, "ks", j->ks);
  reference_number(c, e, "ks_at_score", j->ks_at);
  reference_number(c, e, "average_precision", j->average_precision);
  reference_number(c, e, "brier", j->brier);
  reference_number(c, e, "brier_null", j->brier_null);
  reference_number(c, e, "brier_skill_score", j->brier_skill);
  reference_number(c, e, "log_loss", j->log_loss);
  reference_number(c, e, "spiegelhalter_z", j->spiegelhalter_z);
  reference_number(c, e, "spiegelhalter_p", j->spiegelhalter_p);
  check_calibration(c, e, j);
  check_gains(c, e, j, true);
  if (json_object_get(e, "hosmer_lemeshow")) check_hosmer(c, e, j);
}

static void check_pair(reference_case *c, const char *key, const double *a, const double *b,
                       const uint8_t *won, size_t n) {
  const json_t *e = reference_at(c->expected, key);
  lf_judge_rows rows = {.n = n, .score = a, .won = won};
  lf_paired_auc p;
  assert_int_equal(lf_compare_auc(&rows, b, NULL, &p, NULL), LF_OK);
  reference_number(c, e, "auc1", p.auc_a);
  reference_number(c, e, "auc2", p.auc_b);
  reference_number(c, e, "difference", p.difference);
  reference_number(c, e, "se_difference", p.std_error);
  reference_number(c, e, "z", p.z);
  reference_number(c, e, "p", p.p);
  reference_number(c, e, "ci95_lo", p.low);
  reference_number(c, e, "ci95_hi", p.high);
}

/* ---- 07: discrimination and calibration ------------------------------------------------------------- */

static void case_07a(void **state) {
  (void)state;
  static const char *const names[] = {"wfns", "s100b", "ndka"};
  reference_case c;
  reference_csv csv;
  double *score[3];
  reference_open("07a_auc_delong_asah", &c);
  reference_csv_open("asah.csv", &csv);
  uint8_t *won = won_of(&csv, "poor");
  for (int k = 0; k < 3; k++) {
    const json_t *e = reference_at(c.expected, names[k]);
    score[k] = reference_csv_numbers(&csv, names[k]);
    lf_judgement j = judge(score[k], NULL, NULL, won, csv.n_rows, true);
    reference_number(&c, e, "auc", j.auc.value);
    reference_number(&c, e, "delong_se", j.auc.std_error);
    reference_number(&c, e, "ci95_lo", j.auc.low);
    reference_number(&c, e, "ci95_hi", j.auc.high);
    reference_number(&c, e, "gini", j.gini);
    reference_number(&c, e, "ks", j.ks);
    reference_number(&c, e, "average_precision", j.average_precision);
    check_gains(&c, e, &j, false);
  }
  check_pair(&c, "delong_wfns_vs_s100b", score[0], score[1], won, csv.n_rows);
  check_pair(&c, "delong_wfns_vs_ndka", score[0], score[2], won, csv.n_rows);
  check_pair(&c, "delong_s100b_vs_ndka", score[1], score[2], won, csv.n_rows);
  for (int k = 0; k < 3; k++) free(score[k]);
  free(won);
  reference_csv_close(&csv);
  reference_close(&c);
}

static void case_07b(void **state) {
  (void)state;
  static const char *const keys[] = {"p_full", "p_small", "p_rounded_tied"};
  static const char *const columns[] = {"p_full", "p_small", "p_rounded"};
  reference_case c;
  reference_csv csv;
  double *p[3];
  reference_open("07b_validation_pima_holdout", &c);
  reference_csv_open("pima_te_scored.csv", &csv);
  uint8_t *won = won_of(&csv, "diabetes");
  for (int k = 0; k < 3; k++) {
    p[k] = reference_csv_numbers(&csv, columns[k]);
    lf_judgement j = judge(p[k], p[k], NULL, won, csv.n_rows, true);
    check_all(&c, reference_at(c.expected, keys[k]), &j);
    if (k < 2) check_murphy(&c, reference_at(c.expected, keys[k]), &j); /* tied scores have no ten groups */
    if (k == 0) check_val_prob(&c, p[k], won, csv.n_rows, &j);
  }
  check_pair(&c, "delong_full_vs_small", p[0], p[1], won, csv.n_rows);
  check_pair(&c, "delong_full_vs_rounded", p[0], p[2], won, csv.n_rows);
  for (int k = 0; k < 3; k++) free(p[k]);
  free(won);
  reference_csv_close(&csv);
  reference_close(&c);
}

/* Linear predictor of coefficients NAME (numbers) and NAME=LEVEL (categories). */
static double *linear_predictor(const json_t *coefficients, const reference_csv *csv) {
  double *eta = calloc(csv->n_rows + 1, sizeof *eta);
  const char *name;
  json_t *item;
  assert_non_null(eta);
  json_object_foreach((json_t *)(uintptr_t)coefficients, name, item) {
    double beta = json_number_value(json_is_object(item) ? json_object_get(item, "estimate") : item), x;
    char column[64];
    snprintf(column, sizeof column, "%s", name);
    char *level = strchr(column, '=');
    if (level) *level++ = '\0';
    for (size_t i = 0; i < csv->n_rows; i++) {
      const char *cell = strcmp(name, "(Intercept)") == 0 ? "1" : reference_csv_cell(csv, i, column);
      if (level)
        x = strcmp(cell, level) == 0;
      else
        assert_true(lf_parse_double(cell, strlen(cell), &x));
      eta[i] += beta * x;
    }
  }
  return eta;
}

static void to_probabilities(double *eta, size_t n) {
  for (size_t i = 0; i < n; i++) eta[i] = lf_expit(eta[i]);
}

/* The judging half of 07c, at the coefficients the case gives; the fit itself is another test. */
static void case_07c(void **state) {
  (void)state;
  static const char *const files[] = {"pima_te_scored.csv", "pima_tr.csv"}, *const keys[] = {"holdout",
                                                                                             "training"};
  reference_case c;
  reference_open("07c_train_test_pima", &c);
  for (int k = 0; k < 2; k++) {
    reference_csv csv;
    reference_csv_open(files[k], &csv);
    uint8_t *won = won_of(&csv, "diabetes");
    double *p = linear_predictor(reference_at(c.expected, "coefficients"), &csv);
    to_probabilities(p, csv.n_rows);
    lf_judgement j = judge(p, p, NULL, won, csv.n_rows, k == 0);
    check_all(&c, reference_at(c.expected, keys[k]), &j);
    free(p);
    free(won);
    reference_csv_close(&csv);
  }
  reference_close(&c);
}

static void case_07d(void **state) {
  (void)state;
  reference_case c;
  reference_csv csv;
  reference_open("07d_ties_tiny", &c);
  reference_csv_open("ties_tiny.csv", &csv);
  uint8_t *won = won_of(&csv, "y");
  double *p = reference_csv_numbers(&csv, "p");
  lf_judgement j = judge(p, p, NULL, won, csv.n_rows, true);
  check_all(&c, c.expected, &j);
  free(p);
  free(won);
  reference_csv_close(&csv);
  reference_close(&c);
}

/* ---- 08: weight of evidence, drift, points ---------------------------------------------------------- */

/* Won and lost rows of each bin of a table of the reference; bins are levels, or intervals "[a,b)". */
static bool in_bin(const char *bin, const char *cell) {
  if (*bin != '[') return strcmp(bin, cell) == 0;
  double x = atof(cell), from = strncmp(bin + 1, "-Inf", 4) == 0 ? -INFINITY : atof(bin + 1);
  const char *comma = strchr(bin, ',');
  double to = strncmp(comma + 1, "Inf", 3) == 0 ? INFINITY : atof(comma + 1);
  return from <= x && x < to;
}

enum { MOST_BINS = 16 };

static void count_bins(const json_t *bins, const reference_csv *csv, const char *column, double *won,
                       double *lost) {
  assert_true(json_array_size(bins) <= MOST_BINS);
  for (size_t b = 0; b < json_array_size(bins); b++) {
    const char *bin = json_string_value(json_object_get(json_array_get(bins, b), "bin"));
    won[b] = lost[b] = 0;
    for (size_t i = 0; i < csv->n_rows; i++) {
      if (!in_bin(bin, reference_csv_cell(csv, i, column))) continue;
      *(strcmp(reference_csv_cell(csv, i, "good"), "1") == 0 ? &won[b] : &lost[b]) += 1;
    }
  }
}

static void check_woe(reference_case *c, const json_t *table, const double *won, const double *lost,
                      double adjust) {
  double woe[MOST_BINS], iv;
  const json_t *bins = json_object_get(table, "bins");
  size_t n = json_array_size(bins);
  assert_int_equal(lf_woe(won, lost, n, adjust, woe, &iv, NULL), LF_OK);
  reference_number(c, table, "iv", iv);
  for (size_t b = 0; b < n; b++) {
    reference_number(c, json_array_get(bins, b), "events", won[b]);
    reference_number(c, json_array_get(bins, b), "nonevents", lost[b]);
    reference_number(c, json_array_get(bins, b), "woe", woe[b]);
  }
}

static double iv_of_levels(const reference_csv *csv, const char *column) {
  const char *levels[64];
  double won[64] = {0}, lost[64] = {0}, iv;
  size_t n = 0;
  for (size_t i = 0; i < csv->n_rows; i++) {
    const char *cell = reference_csv_cell(csv, i, column);
    size_t k = 0;
    while (k < n && strcmp(levels[k], cell) != 0) k++;
    assert_true(k < 64);
    if (k == n) levels[n++] = cell;
    *(strcmp(reference_csv_cell(csv, i, "good"), "1") == 0 ? &won[k] : &lost[k]) += 1;
  }
  assert_int_equal(lf_woe(won, lost, n, 0, NULL, &iv, NULL), LF_OK);
  return iv;
}

static void case_08a(void **state) {
  (void)state;
  static const char *const tables[] = {"status_account", "credit_history", "duration_months_binned",
                                       "age_binned"};
  static const char *const columns[] = {"status_account", "credit_history", "duration_months", "age"};
  reference_case c;
  reference_csv csv;
  double won[MOST_BINS], lost[MOST_BINS];
  const char *name;
  json_t *item;
  reference_open("08a_woe_iv_german", &c);
  reference_csv_open("german.csv", &csv);
  for (int k = 0; k < 4; k++) {
    const json_t *table = reference_at(c.expected, tables[k]);
    count_bins(json_object_get(table, "bins"), &csv, columns[k], won, lost);
    check_woe(&c, table, won, lost, 0);
  }
  json_t *each = (json_t *)(uintptr_t)reference_at(c.expected, "iv_of_each_categorical");
  json_object_foreach(each, name, item) reference_number(&c, each, name, iv_of_levels(&csv, name));
  const double empty_won[] = {6, 3, 5}, empty_lost[] = {4, 7, 0};
  check_woe(&c, reference_at(c.expected, "zero_cell_example/table"), empty_won, empty_lost, .5);
  reference_csv_close(&csv);
  reference_close(&c);
}

/* Rows of each group of rising cuts, right-closed, open at both ends. */
static void count_groups(const double *p, size_t n, const double *cut, size_t cuts, double *count) {
  memset(count, 0, (cuts + 1) * sizeof *count);
  for (size_t i = 0; i < n; i++) {
    size_t g = 0;
    while (g < cuts && p[i] > cut[g]) g++;
    count[g]++;
  }
}

static void case_08b(void **state) {
  (void)state;
  reference_case c, fit;
  reference_csv train, test;
  double expected[10], actual[10], psi, critical;
  reference_open("08b_psi_pima", &c);
  reference_open("07c_train_test_pima", &fit);
  reference_csv_open("pima_tr.csv", &train);
  reference_csv_open("pima_te_scored.csv", &test);
  uint8_t *won = won_of(&train, "diabetes");
  double *p = linear_predictor(reference_at(fit.expected, "coefficients"), &train);
  double *q = linear_predictor(reference_at(fit.expected, "coefficients"), &test);
  to_probabilities(p, train.n_rows);
  to_probabilities(q, test.n_rows);
  lf_judgement j = judge(p, p, NULL, won, train.n_rows, false);
  const double *cut = j.hosmer_lemeshow.cut + 1; /* the inner cuts */
  reference_numbers(&c, c.expected, "score_psi/cutpoints", cut, 9);
  count_groups(p, train.n_rows, cut, 9, expected);
  count_groups(q, test.n_rows, cut, 9, actual);
  reference_numbers(&c, c.expected, "score_psi/expected_counts_train", expected, 10);
  reference_numbers(&c, c.expected, "score_psi/actual_counts_test", actual, 10);
  assert_int_equal(lf_psi(expected, actual, 10, .05, &psi, &critical, NULL), LF_OK);
  reference_number(&c, c.expected, "score_psi/psi", psi);
  for (size_t k = 0; k < 5; k++) {
    const json_t *worked = reference_at(c.expected, "worked_counts_psi");
    expected[k] = json_number_value(json_array_get(json_object_get(worked, "expected_counts"), k));
    actual[k] = json_number_value(json_array_get(json_object_get(worked, "actual_counts"), k));
  }
  assert_int_equal(lf_psi(expected, actual, 5, .05, &psi, &critical, NULL), LF_OK);
  reference_number(&c, c.expected, "worked_counts_psi/psi", psi);
  free(p);
  free(q);
  free(won);
  reference_csv_close(&train);
  reference_csv_close(&test);
  json_decref(fit.root);
  reference_close(&c);
}

static const char *const woe_attributes[] = {"status_account", "credit_history", "duration_months"};

/* Unrounded points of every bin of one attribute, from counts, the case's WoE coefficients and the scaling.
 */
static void check_points(reference_case *c, const reference_csv *csv, size_t a, double factor, double offset,
                         double *score) {
  char path[96];
  double won[MOST_BINS], lost[MOST_BINS], woe[MOST_BINS], iv;
  const char *bin;
  json_t *item, *bins = json_array();
  snprintf(path, sizeof path, "points/%s", woe_attributes[a]);
  json_t *points = (json_t *)(uintptr_t)reference_at(c->expected, path);
  json_object_foreach(points, bin, item) json_array_append_new(bins, json_pack("{ss}", "bin", bin));
  count_bins(bins, csv, woe_attributes[a], won, lost);
  assert_int_equal(lf_woe(won, lost, json_array_size(bins), 0, woe, &iv, NULL), LF_OK);
  double intercept = json_number_value(reference_at(c->expected, "woe_model/(Intercept)"));
  double beta = json_number_value(json_object_get(reference_at(c->expected, "woe_model"), woe_attributes[a]));
  for (size_t b = 0; b < json_array_size(bins); b++) {
    bin = json_string_value(json_object_get(json_array_get(bins, b), "bin"));
    double x = factor * (beta * woe[b] + intercept / 3) + offset / 3;
    reference_number(c, json_object_get(points, bin), "woe", woe[b]);
    reference_number(c, json_object_get(points, bin), "points", x);
    reference_number(c, json_object_get(points, bin), "points_rounded", round(x));
    for (size_t i = 0; i < csv->n_rows; i++)
      if (in_bin(bin, reference_csv_cell(csv, i, woe_attributes[a]))) score[i] += x;
  }
  json_decref(bins);
}

/* A scoring.json of the case's rounded points. */
static json_t *card_of_points(const json_t *points) {
  json_t *list = json_array();
  for (size_t a = 0; a < 3; a++) {
    json_t *bands = json_array(), *item;
    const char *bin;
    json_object_foreach(json_object_get(points, woe_attributes[a]), bin, item) {
      json_t *band = json_pack("{ss sO}", "label", bin, "points", json_object_get(item, "points_rounded"));
      const char *comma = strchr(bin, ',');
      if (!comma) json_object_set_new(band, "values", json_pack("[s]", bin));
      if (comma && strncmp(bin, "[-Inf", 5) != 0) json_object_set_new(band, "from", json_real(atof(bin + 1)));
      if (comma && strncmp(comma, ",Inf", 4) != 0)
        json_object_set_new(band, "to", json_real(atof(comma + 1)));
      json_array_append_new(bands, band);
    }
    json_array_append_new(bands, json_pack("{ss sb si}", "label", "missing", "missing", 1, "points", 150));
    json_array_append_new(bands, json_pack("{ss sb si}", "label", "other", "other", 1, "points", 150));
    json_array_append_new(list, json_pack("{ss ss so}", "name", woe_attributes[a], "kind",
                                          a == 2 ? "number" : "category", "bands", bands));
  }
  return json_pack("{ss so}", "format", "leadfit-scoring/1", "attributes", list);
}

/* The CSV as the program would read it, scored by the card of rounded points. */
static int32_t *scores_of_card(const json_t *points) {
  char path[4096];
  snprintf(path, sizeof path, "%s/conformance/german.csv", reference_folder());
  const char *const paths[] = {path};
  const lf_read_options options = {.paths = paths, .n_paths = 1};
  json_t *root = card_of_points(points);
  lf_scorecard *card = NULL;
  lf_table *table = NULL;
  lf_codes *codes = NULL;
  lf_error err = {.message = ""};
  if (lf_scorecard_parse(root, "card", &card, &err) != LF_OK ||
      lf_table_read(&options, NULL, &table, &err) != LF_OK ||
      lf_codes_make(card->attributes, table, NULL, &codes, NULL, &err) != LF_OK)
    fail_msg("%s", err.message);
  int32_t *score = malloc((codes->n_rows + 1) * sizeof *score);
  assert_non_null(score);
  assert_int_equal(lf_scorecard_score(card, codes, NULL, score, NULL), LF_OK);
  lf_codes_free(codes);
  lf_table_free(table);
  lf_scorecard_free(card);
  json_decref(root);
  return score;
}

static void case_08c(void **state) {
  (void)state;
  reference_case c;
  reference_csv csv;
  double factor, offset, mean = 0;
  reference_open("08c_scorecard_german", &c);
  reference_csv_open("german.csv", &csv);
  assert_int_equal(lf_points_scale(20, 600, 50, &factor, &offset, NULL), LF_OK);
  reference_number(&c, c.expected, "factor", factor);
  reference_number(&c, c.expected, "offset", offset);
  reference_number(&c, c.expected, "score_at_odds/1:1", offset);
  reference_number(&c, c.expected, "score_at_odds/100:1", offset + factor * log(100));
  double *score = calloc(csv.n_rows, sizeof *score), *rounded = calloc(csv.n_rows, sizeof *rounded);
  for (size_t a = 0; a < 3; a++) check_points(&c, &csv, a, factor, offset, score);
  reference_numbers(&c, c.expected, "first_10_scores_unrounded", score, 10);
  int32_t *points = scores_of_card(reference_at(c.expected, "points"));
  for (size_t i = 0; i < csv.n_rows; i++) {
    rounded[i] = points[i];
    mean += score[i] / (double)csv.n_rows;
  }
  reference_numbers(&c, c.expected, "first_10_scores_from_rounded_points", rounded, 10);
  reference_number(&c, c.expected, "mean_score", mean);
  uint8_t *won = won_of(&csv, "good");
  for (size_t i = 0; i < csv.n_rows; i++)
    score[i] = round(score[i] * 1e9) / 1e9; /* equal sums of the same three points tie */
  reference_number(&c, c.expected, "auc_unrounded",
                   judge(score, NULL, NULL, won, csv.n_rows, true).auc.value);
  reference_number(&c, c.expected, "auc_rounded",
                   judge(rounded, NULL, NULL, won, csv.n_rows, true).auc.value);
  free(score);
  free(rounded);
  free(points);
  free(won);
  reference_csv_close(&csv);
  reference_close(&c);
}

/* ---- 09a: revenue capture --------------------------------------------------------------------------- */

static void check_capture(reference_case *c, const char *key, const double *score, const double *amount,
                          const uint8_t *won, size_t n) {
  const json_t *e = reference_at(c->expected, key);
  lf_judgement j = judge(score, NULL, amount, won, n, true);
  double share[LF_LIFT_ROWS];
  for (int d = 0; d < LF_LIFT_ROWS; d++) share[d] = j.lift[d].cumulative_amount;
  reference_numbers(c, e, "cumulative_revenue_share_at_deciles", share, LF_LIFT_ROWS);
  reference_number(c, e, "gini", j.revenue_gini);
  reference_number(c, e, "gini_perfect", j.revenue_gini / j.revenue_gini_normalised);
  reference_number(c, e, "gini_normalized", j.revenue_gini_normalised);
}

static void case_09a(void **state) {
  (void)state;
  reference_case c;
  reference_csv csv;
  reference_open("09a_revenue_creditcard", &c);
  reference_csv_open("creditcard.csv", &csv);
  uint8_t *won = won_of(&csv, "won");
  double *amount = reference_csv_numbers(&csv, "revenue");
  double *p = linear_predictor(reference_at(c.expected, "win_model/coefficients"), &csv);
  double *mean = linear_predictor(reference_at(c.expected, "gamma_log_on_won/coefficients"), &csv);
  double *binned = calloc(csv.n_rows, sizeof *binned);
  to_probabilities(p, csv.n_rows);
  for (size_t i = 0; i < csv.n_rows; i++) {
    mean[i] = p[i] * exp(mean[i]);
    binned[i] = round(10 * p[i]) / 10;
  }
  check_capture(&c, "revenue_capture_by_win_probability", p, amount, won, csv.n_rows);
  check_capture(&c, "revenue_capture_by_expected_revenue", mean, amount, won, csv.n_rows);
  check_capture(&c, "revenue_capture_by_binned_probability_ties", binned, amount, won, csv.n_rows);
  free(won);
  free(amount);
  free(p);
  free(mean);
  free(binned);
  reference_csv_close(&csv);
  reference_close(&c);
}

/* ---- 12a: edges of judging --------------------------------------------------------------------------- */

static void case_12a(void **state) {
  (void)state;
  reference_case c;
  reference_csv csv;
  reference_open("12a_edge_cases", &c);
  reference_csv_open("edge.csv", &csv);
  uint8_t *won = won_of(&csv, "won");
  double *constant = reference_csv_numbers(&csv, "konst"), *p = calloc(csv.n_rows, sizeof *p);
  double rate = 0;
  for (size_t i = 0; i < csv.n_rows; i++) rate += won[i] / (double)csv.n_rows;
  for (size_t i = 0; i < csv.n_rows; i++)
    p[i] = lf_expit(json_number_value(reference_at(c.expected, "intercept_only/estimate")));
  lf_judgement j = judge(constant, p, NULL, won, csv.n_rows, true);
  reference_number(&c, c.expected, "constant_score/auc", j.auc.value);
  reference_number(&c, c.expected, "constant_score/ks", j.ks);
  reference_number(&c, c.expected, "constant_score/gini", j.gini);
  assert_true(fabs(j.average_precision - rate) < 1e-15); /* "prevalence" */
  reference_number(&c, c.expected, "intercept_only/auc", j.auc.value);
  reference_number(&c, c.expected, "intercept_only/loglik", -j.log_loss * j.rows);
  reference_number(&c, c.expected, "intercept_only/se", j.in_the_large.std_error);
  /* Exactly 0 or 1: right is worth 0, wrong is infinite and counted, calibration leaves both out and counts
   * them. */
  for (size_t i = 0; i < csv.n_rows; i++) p[i] = i % 3 == 0 ? won[i] : .2 + .6 * (double)(i % 7) / 7;
  j = judge(p, p, NULL, won, csv.n_rows, true);
  assert_true(isfinite(j.log_loss) && isfinite(j.calibration_slope.value));
  assert_true(j.calibration_left_out == 14);
  p[0] = 1 - won[0];
  j = judge(p, p, NULL, won, csv.n_rows, true);
  assert_true(isinf(j.log_loss));
  assert_true(j.infinite_log_loss == 1);
  free(won);
  free(constant);
  free(p);
  reference_csv_close(&csv);
  reference_close(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(case_07a), cmocka_unit_test(case_07b), cmocka_unit_test(case_07c),
      cmocka_unit_test(case_07d), cmocka_unit_test(case_08a), cmocka_unit_test(case_08b),
      cmocka_unit_test(case_08c), cmocka_unit_test(case_09a), cmocka_unit_test(case_12a),
  };
  return cmocka_run_group_tests_name("judge conformance", tests, NULL, NULL);
}
