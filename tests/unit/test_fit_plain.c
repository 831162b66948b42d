/* The plain method on small histories put together by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "fit/plain.h"

enum { ROWS = 60, COLUMNS = 4 };

/* Columns: segment (category of 4 levels), size (number), flag, spare (number without values). */
typedef struct little {
  uint8_t segment[ROWS], flag[ROWS], won[ROWS];
  double size[ROWS], spare[ROWS];
  uint32_t account[ROWS];
  char *segments[4], *flags[2];
  lf_column columns[COLUMNS];
  lf_column_role roles[COLUMNS];
  lf_table table;
  lf_history history;
} little;

static little *make_little(void) {
  little *l = calloc(1, sizeof *l);
  assert_non_null(l);
  static char *segments[] = {"A", "B", "C", "D"}, *flags[] = {"no", "yes"};
  memcpy(l->segments, segments, sizeof segments);
  memcpy(l->flags, flags, sizeof flags);
  for (size_t i = 0; i < ROWS; i++) {
    l->segment[i] = (uint8_t)(i % 3 + 1);
    l->flag[i] = (uint8_t)(i % 5 < 2 ? 2 : 1);
    l->size[i] = (double)(i * 7 % 11);
    l->spare[i] = NAN;
    l->won[i] = (uint8_t)((i * 13 + i / 7) % 4 == 0 || (i % 3 == 1 && i % 2 == 0));
    l->account[i] = (uint32_t)(i / 2);
  }
  l->columns[0] = (lf_column){.name = (char *)"segment",
                              .kind = LF_KIND_CATEGORY,
                              .store = LF_STORE_CODES,
                              .width = 1,
                              .cells = l->segment,
                              .n_levels = 4,
                              .levels = l->segments};
  l->columns[1] = (lf_column){.name = (char *)"size",
                              .kind = LF_KIND_NUMBER,
                              .store = LF_STORE_DOUBLES,
                              .width = 8,
                              .cells = l->size};
  l->columns[2] = (lf_column){.name = (char *)"flag",
                              .kind = LF_KIND_FLAG,
                              .store = LF_STORE_CODES,
                              .width = 1,
                              .cells = l->flag,
                              .n_levels = 2,
                              .levels = l->flags};
  l->columns[3] = (lf_column){.name = (char *)"spare",
                              .kind = LF_KIND_NUMBER,
                              .store = LF_STORE_DOUBLES,
                              .width = 8,
                              .cells = l->spare,
                              .missing = ROWS};
  l->table = (lf_table){.n_rows = ROWS, .n_columns = COLUMNS, .columns = l->columns};
  l->history =
      (lf_history){.table = &l->table, .roles = l->roles, .n_rows = ROWS, .n_train = 50, .won = l->won};
  l->roles[3].role = LF_ROLE_EXCLUDED;
  return l;
}

static lf_plain *fit(const little *l, const lf_plain_options *options) {
  lf_plain *plain = NULL;
  lf_error err = {0};
  lf_run run = {.threads = 2};
  if (lf_plain_fit(&l->history, options, &run, &plain, &err) != LF_OK) fail_msg("%s", err.message);
  return plain;
}

static bool warned(const lf_plain *plain, const char *a, const char *b) {
  for (size_t i = 0; i < plain->warnings.n; i++)
    if (strstr(plain->warnings.items[i], a) && strstr(plain->warnings.items[i], b)) return true;
  return false;
}

static const lf_coefficient *named(const lf_plain *plain, const char *attribute, const char *band) {
  for (size_t j = 0; j < plain->n_coefficients; j++)
    if (!strcmp(plain->coefficients[j].attribute, attribute) && !strcmp(plain->coefficients[j].band, band))
      return &plain->coefficients[j];
  return NULL;
}

/* Weighted residual sums: at the maximum they are 0 for the intercept, each level and each number. */
static void assert_score_zero(const little *l, const lf_plain *plain) {
  double eta[ROWS], all = 0.0, level = 0.0, size = 0.0;
  assert_int_equal(lf_plain_predict(plain, &l->history, 0, l->history.n_train, NULL, eta, NULL), LF_OK);
  for (size_t i = 0; i < l->history.n_train; i++) {
    if (isnan(eta[i])) continue;
    double r = (l->history.weight ? l->history.weight[i] : 1.0) * (l->won[i] - lf_expit(eta[i]));
    all += r;
    size += r * l->size[i];
    if (l->segment[i] == 2) level += r;
  }
  assert_true(fabs(all) < 1e-8 && fabs(size) < 1e-7 && fabs(level) < 1e-8);
}

static void layout(void **state) {
  (void)state;
  little *l = make_little();
  lf_plain *plain = fit(l, NULL);
  assert_int_equal(plain->n_coefficients, 5); /* intercept, B, C, size, yes; D has no row */
  assert_string_equal(plain->coefficients[0].attribute, "(intercept)");
  assert_non_null(named(plain, "segment", "B"));
  assert_non_null(named(plain, "segment", "C"));
  assert_null(named(plain, "segment", "A"));
  assert_null(named(plain, "segment", "D"));
  assert_non_null(named(plain, "flag", "yes"));
  assert_score_zero(l, plain);
  const lf_coefficient *c = named(plain, "size", "");
  assert_true(fabs(c->ci_high - c->estimate - 1.959963984540054 * c->std_error) < 1e-12);
  assert_true(c->robust_std_error > 0.0 && isnan(c->profile_low));
  assert_int_equal(plain->n_tests, 3);
  assert_int_equal(plain->tests[0].lr.df, 2);
  assert_false(plain->tests[0].wald);
  for (size_t t = 0; t < 3; t++) assert_true(plain->tests[t].q >= plain->tests[t].lr.p);
  assert_true(warned(plain, "few events", "5 weights"));
  assert_true(fabs(plain->aic - plain->deviance - 10.0) < 1e-12);
  lf_plain_free(plain);
  free(l);
}

static void listwise(void **state) {
  (void)state;
  little *l = make_little();
  l->size[4] = NAN;
  l->columns[1].missing = 1;
  l->segment[9] = 0;
  l->columns[0].missing = 1;
  l->segment[55] = 4; /* a level that no training row has */
  lf_plain *plain = fit(l, &(lf_plain_options){.no_tests = true, .no_robust = true});
  assert_true(plain->rows_used == 48.0 && plain->rows_incomplete == 2.0);
  assert_true(warned(plain, "missing", "2 of 50"));
  assert_score_zero(l, plain);
  double eta[ROWS];
  assert_int_equal(lf_plain_predict(plain, &l->history, 0, ROWS, NULL, eta, NULL), LF_OK);
  assert_true(isnan(eta[4]) && isnan(eta[9]) && isnan(eta[55]));
  assert_true(isfinite(eta[54]));
  double want = plain->coefficients[0].estimate +
                named(plain, "size", "")->estimate * l->size[54]; /* segment A, flag no */
  assert_true(l->segment[54] == 1 && l->flag[54] == 1 && fabs(eta[54] - want) < 1e-12);
  lf_plain_free(plain);
  free(l);
}

static void baseline_said(void **state) {
  (void)state;
  little *l = make_little();
  lf_attribute_spec spec = {.name = (char *)"segment", .baseline = (char *)"B"};
  lf_plain *first = fit(l, NULL);
  l->roles[0].spec = &spec;
  lf_plain *plain = fit(l, NULL);
  assert_null(named(plain, "segment", "B"));
  assert_true(fabs(named(plain, "segment", "A")->estimate + named(first, "segment", "B")->estimate) < 1e-9);
  lf_plain_free(plain);
  lf_plain_free(first);
  free(l);
}

static void separation(void **state) {
  (void)state;
  little *l = make_little();
  for (size_t i = 0; i < ROWS; i++)
    if (l->segment[i] == 3) l->won[i] = 1;
  lf_plain *plain = fit(l, NULL);
  assert_true(plain->firth);
  assert_int_equal(named(plain, "segment", "C")->direction, 1);
  assert_int_equal(named(plain, "segment", "B")->direction, 0);
  assert_true(isfinite(named(plain, "segment", "C")->estimate) &&
              named(plain, "segment", "C")->estimate > 0.0);
  assert_true(warned(plain, "separation", "'segment' at 'C' goes with only wins"));
  lf_plain_free(plain);

  for (size_t i = 0; i < ROWS; i++) l->won[i] = l->segment[i] == 1 ? 0 : (uint8_t)(i % 4 < 2);
  plain = fit(l, NULL); /* the baseline loses always: it is the one to name */
  assert_true(plain->firth);
  assert_true(warned(plain, "separation", "'segment' at 'A' goes with only losses"));
  lf_plain_free(plain);
  free(l);
}

static void dependent(void **state) {
  (void)state;
  little *l = make_little();
  for (size_t i = 0; i < ROWS; i++) l->spare[i] = 100.0 - 12.0 * l->size[i];
  l->columns[3].missing = 0;
  l->roles[3].role = LF_ROLE_ATTRIBUTE;
  lf_plain *plain = fit(l, NULL);
  assert_true(named(plain, "spare", "")->aliased && isnan(named(plain, "spare", "")->estimate));
  assert_true(warned(plain, "rank", "'spare'"));
  assert_int_equal(plain->n_tests, 4);
  assert_int_equal(plain->tests[3].lr.df, 0);
  assert_true(isnan(plain->tests[3].lr.p) && isnan(plain->tests[3].q));
  assert_score_zero(l, plain);
  lf_plain_free(plain);
  free(l);
}

static void without_values(void **state) {
  (void)state;
  little *l = make_little();
  l->roles[3].role = LF_ROLE_ATTRIBUTE;
  lf_plain *plain = fit(l, NULL);
  assert_true(plain->rows_used == 50.0);
  assert_true(warned(plain, "'spare'", "no value"));
  lf_plain_free(plain);
  free(l);
}

static void refused(void **state) {
  (void)state;
  little *l = make_little();
  lf_plain *plain = NULL;
  lf_error err = {0};
  memset(l->won, 1, sizeof l->won);
  assert_int_equal(lf_plain_fit(&l->history, NULL, NULL, &plain, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "50 complete training rows are won"));
  assert_null(plain);
  l->won[0] = 0;
  l->history.n_train = 4;
  assert_int_equal(lf_plain_fit(&l->history, NULL, NULL, &plain, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "cannot determine"));
  free(l);
}

/* Pairs of equal rows in one account: G/(G-1) times twice the variance of rows taken singly. */
static void accounts(void **state) {
  (void)state;
  little *l = make_little();
  for (size_t i = 1; i < ROWS; i += 2) {
    l->segment[i] = l->segment[i - 1];
    l->flag[i] = l->flag[i - 1];
    l->size[i] = l->size[i - 1];
    l->won[i] = l->won[i - 1];
  }
  lf_plain *single = fit(l, NULL);
  l->history.cluster = l->account;
  l->history.n_clusters = ROWS / 2;
  lf_plain *plain = fit(l, NULL);
  for (size_t j = 0; j < plain->n_coefficients; j++) {
    double ratio = plain->coefficients[j].robust_std_error / single->coefficients[j].robust_std_error;
    assert_true(fabs(ratio * ratio - 2.0 * 25.0 / 24.0) < 1e-8);
  }
  lf_plain_free(plain);
  lf_plain_free(single);
  free(l);
}

static void profiles(void **state) {
  (void)state;
  little *l = make_little();
  lf_plain *plain = fit(l, &(lf_plain_options){.profile = true, .no_tests = true});
  for (size_t j = 0; j < plain->n_coefficients; j++) {
    const lf_coefficient *c = &plain->coefficients[j];
    assert_true(c->profile_low < c->estimate && c->estimate < c->profile_high);
    assert_true(fabs(c->profile_high - c->ci_high) < c->std_error);
  }
  lf_plain_free(plain);
  free(l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(layout),     cmocka_unit_test(listwise),  cmocka_unit_test(baseline_said),
      cmocka_unit_test(separation), cmocka_unit_test(dependent), cmocka_unit_test(without_values),
      cmocka_unit_test(refused),    cmocka_unit_test(accounts),  cmocka_unit_test(profiles),
  };
  return cmocka_run_group_tests_name("plain fit", tests, NULL, NULL);
}
