/* Histories that leave a fit little: hardly any wins, one account, days that many rows share, more columns
 * than rows, texts, rows of another history. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit/plain.h"
#include "fit/sample.h"
#include "fit/select.h"
#include "history_case.h"

/* ---- cards --------------------------------------------------------------------------------------------- */

/* `won` and `lost` rows whose attribute says nothing; of one account where so asked. */
static void few_rows(history_case *c, int won, int lost, bool one_account, const char *column) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.outcome, "Stage");
  if (one_account) set_text(&c->project.account, "Firm");
  lf_text_addf(&csv, "Id,Stage,Firm,%s\n", column);
  for (int i = 0; i < won + lost; i++)
    lf_text_addf(&csv, "r%d,%s,%s%d,%s\n", i, i < won ? "Won" : "Lost", "F", one_account ? 1 : i,
                 i % 2 ? "a" : "b");
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static void cards_of_too_few(void **state) {
  (void)state;
  static const struct {
    int won, lost;
    bool one_account, excluded;
    lf_status status;
    const char *message;
  } cases[] = {{9, 80, false, false, LF_E_DATA,
                "9 won and 80 lost training rows are too few for a scorecard: 10 of each is the least"},
               {80, 9, false, false, LF_E_DATA, "80 won and 9 lost training rows are too few"},
               {40, 40, true, false, LF_E_DATA,
                "too few wins or losses to cross-validate: no fold has 5 of each to learn from"},
               {40, 40, false, true, LF_E_USAGE, "every attribute is excluded: a score needs one at least"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    history_case c;
    lf_atoms *atoms = NULL;
    lf_card_fit *fit = NULL;
    few_rows(&c, cases[k].won, cases[k].lost, cases[k].one_account, "Plan");
    assert_int_equal(lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error), LF_OK);
    for (size_t t = 0; t < atoms->n; t++) atoms->items[t].rules.exclude = cases[k].excluded;
    assert_int_equal(lf_card_fit_make(c.history, atoms, NULL, NULL, &fit, &c.error), cases[k].status);
    assert_null(fit);
    if (!strstr(c.error.message, cases[k].message))
      fail_msg("got '%s', wanted '%s'", c.error.message, cases[k].message);
    lf_atoms_free(atoms);
    case_free(&c);
  }
  lf_history history = {.n_train = 0};
  lf_atoms none = {.n = 0};
  lf_card_fit *fit = NULL;
  lf_error err = {.message = ""};
  assert_int_equal(lf_card_fit_make(&history, &none, NULL, NULL, &fit, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "no column is left that may predict"));
}

/* ---- samples --------------------------------------------------------------------------------------------
 */

enum { ROWS = 200 };

/* Every other row wins; row i is of day[i]. */
static lf_sample *forward(const double *day) {
  static double days[ROWS];
  static uint8_t won[ROWS];
  static lf_column column = {.kind = LF_KIND_DATE, .store = LF_STORE_DOUBLES, .width = 8};
  memcpy(days, day, sizeof days);
  column.cells = days;
  for (size_t i = 0; i < ROWS; i++) won[i] = i % 2;
  lf_table table = {.n_rows = ROWS, .n_columns = 1, .columns = &column};
  lf_history history = {.table = &table, .n_rows = ROWS, .n_train = ROWS, .won = won, .date = 0};
  lf_atoms none = {.n = 0};
  lf_sample *sample = NULL;
  assert_int_equal(lf_sample_make(&history, &none, LF_FOLDS_FORWARD, 5, 0, &sample, NULL), LF_OK);
  for (size_t f = 0; f < sample->n_folds; f++) {
    const lf_fold *fold = &sample->folds[f];
    assert_true(fold->train_to <= fold->judge_from && fold->judge_from < fold->judge_to &&
                fold->judge_to <= ROWS);
    assert_true(!f || fold->judge_from >= sample->folds[f - 1].judge_to);
    /* what is judged is later than all that was learnt from: a day is on one side alone */
    for (size_t i = 0; i < fold->train_to; i++)
      for (size_t k = fold->judge_from; k < fold->judge_to; k++)
        assert_false(days[sample->row[i]] >= days[sample->row[k]]);
  }
  return sample;
}

static void days_are_not_cut(void **state) {
  (void)state;
  double day[ROWS];
  /* a day for each row, in no order: five folds judge the last 160 */
  for (size_t i = 0; i < ROWS; i++) day[i] = (double)(i * 77 % ROWS);
  lf_sample *sample = forward(day);
  assert_int_equal(sample->n_folds, 5);
  assert_int_equal(sample->folds[0].judge_from, ROWS / 5);
  assert_int_equal(sample->folds[4].judge_to, ROWS);
  lf_sample_free(sample);
  /* three days: all that can be judged are the second and the third; the first is longer than a fifth */
  for (size_t i = 0; i < ROWS; i++) day[i] = (double)(i % 3);
  sample = forward(day);
  assert_in_range(sample->n_folds, 1, 2);
  assert_int_equal(sample->folds[0].judge_from, 67);
  assert_int_equal(sample->folds[sample->n_folds - 1].judge_to, ROWS);
  lf_sample_free(sample);
  /* one day: nothing is later */
  for (size_t i = 0; i < ROWS; i++) day[i] = 7;
  sample = forward(day);
  assert_int_equal(sample->n_folds, 0);
  lf_sample_free(sample);
  /* rows without a day come first, and are learnt from together */
  for (size_t i = 0; i < ROWS; i++) day[i] = i < 60 ? NAN : (double)i;
  sample = forward(day);
  assert_true(sample->n_folds > 0 && sample->folds[0].judge_from >= 60);
  lf_sample_free(sample);
}

static void judges_that_are_the_same(void **state) {
  (void)state;
  lf_fold folds[2][2] = {{{10, 10, 20}, {20, 20, 30}}, {{10, 10, 20}, {20, 20, 30}}};
  lf_sample a = {.n = 30, .n_folds = 2, .in_time = true, .folds = folds[0]}, b = a;
  b.folds = folds[1];
  assert_true(lf_sample_same_judges(&a, &b));
  folds[1][1].judge_to = 29;
  assert_false(lf_sample_same_judges(&a, &b));
  folds[1][1] = (lf_fold){20, 21, 30};
  assert_false(lf_sample_same_judges(&a, &b));
  folds[1][1] = folds[0][1];
  b.n = 31;
  assert_false(lf_sample_same_judges(&a, &b));
  b.n = 30;
  b.n_folds = 1;
  assert_false(lf_sample_same_judges(&a, &b));
  b.n_folds = 2;
  b.in_time = false;
  assert_false(lf_sample_same_judges(&a, &b));
}

/* ---- the plain method -----------------------------------------------------------------------------------
 */

enum { FEW = 20, MANY_COLUMNS = 260 };

typedef struct plain_case {
  double x[MANY_COLUMNS][FEW];
  uint8_t won[FEW], code[FEW];
  uint64_t hash[FEW];
  lf_column columns[MANY_COLUMNS];
  lf_column_role roles[MANY_COLUMNS];
  lf_table table;
  lf_history history;
} plain_case;

/* n numbers that say nothing; every third row wins. */
static plain_case *make_plain(size_t n) {
  plain_case *p = calloc(1, sizeof *p);
  assert_non_null(p);
  for (size_t c = 0; c < n; c++) {
    for (size_t i = 0; i < FEW; i++) p->x[c][i] = noise(c, i);
    p->columns[c] = (lf_column){.name = (char *)(uintptr_t) "x",
                                .kind = LF_KIND_NUMBER,
                                .store = LF_STORE_DOUBLES,
                                .width = 8,
                                .cells = p->x[c]};
  }
  for (size_t i = 0; i < FEW; i++) p->won[i] = i % 3 == 0;
  p->table = (lf_table){.n_rows = FEW, .n_columns = n, .columns = p->columns};
  p->history =
      (lf_history){.table = &p->table, .roles = p->roles, .n_rows = FEW, .n_train = FEW, .won = p->won};
  return p;
}

static void plain_fits_refused(void **state) {
  (void)state;
  lf_plain *plain = NULL;
  lf_error err = {.message = ""};
  plain_case *p = make_plain(MANY_COLUMNS);
  assert_int_equal(lf_plain_fit(&p->history, NULL, NULL, &plain, &err), LF_E_DATA);
  assert_non_null(strstr(
      err.message, "20 complete rows cannot determine 261 weights: use fewer attributes, or --method card"));
  free(p);
  /* every row misses a value of one column or of the other */
  p = make_plain(2);
  for (size_t i = 0; i < FEW; i++) p->x[i % 2][i] = NAN;
  p->columns[0].missing = p->columns[1].missing = FEW / 2;
  assert_int_equal(lf_plain_fit(&p->history, NULL, NULL, &plain, &err), LF_E_DATA);
  assert_null(plain);
  free(p);
  p = make_plain(1);
  memset(p->won, 0, sizeof p->won);
  assert_int_equal(lf_plain_fit(&p->history, NULL, NULL, &plain, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "lost"));
  free(p);
}

static bool warned(const lf_plain *plain, const char *text) {
  for (size_t i = 0; i < plain->warnings.n; i++)
    if (strstr(plain->warnings.items[i], text)) return true;
  return false;
}

/* A text has no weights, and ids none either; a column of one value, and one that repeats another, are said.
 */
static void columns_without_weights(void **state) {
  (void)state;
  static char *levels[] = {(char *)(uintptr_t) "only"};
  lf_plain *plain = NULL;
  lf_error err = {.message = ""};
  plain_case *p = make_plain(5);
  p->columns[0].name = (char *)(uintptr_t) "first";
  p->columns[1] = (lf_column){.name = (char *)(uintptr_t) "ids",
                              .kind = LF_KIND_TEXT,
                              .store = LF_STORE_HASHES,
                              .width = 8,
                              .cells = p->hash};
  for (size_t i = 0; i < FEW; i++) {
    p->x[2][i] = 3 * p->x[0][i] - 1;
    p->code[i] = 1;
  }
  p->columns[2].name = (char *)(uintptr_t) "again";
  p->columns[3] = (lf_column){.name = (char *)(uintptr_t) "flat",
                              .kind = LF_KIND_CATEGORY,
                              .store = LF_STORE_CODES,
                              .width = 1,
                              .cells = p->code,
                              .n_levels = 1,
                              .levels = levels};
  p->columns[4].name = (char *)(uintptr_t) "near";
  for (size_t i = 0; i < FEW; i++) p->x[4][i] = p->x[0][i] + 1e-3 * noise(77, i);
  if (lf_plain_fit(&p->history, NULL, NULL, &plain, &err) != LF_OK) fail_msg("%s", err.message);
  assert_true(warned(plain, "'ids' is text, which the plain method has no weights for: it was left out"));
  assert_true(
      warned(plain, "rank: 'again' is constant or follows from earlier attributes exactly: no weight"));
  assert_true(warned(plain, "'flat' has one level in the rows used: it was left out"));
  assert_true(warned(plain, "collinear: 'first' follows from other attributes almost exactly"));
  assert_true(warned(plain, "few events: 7 wins for 3 weights"));
  /* rows that are not of the history, and another history */
  double eta[FEW];
  assert_int_equal(lf_plain_predict(plain, &p->history, 0, FEW, NULL, eta, NULL), LF_OK);
  for (size_t i = 0; i < FEW; i++) assert_true(isfinite(eta[i]));
  assert_int_equal(lf_plain_predict(plain, &p->history, 5, FEW + 1, NULL, eta, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "rows 5 to 21 are not within the 20 of the history"));
  assert_int_equal(lf_plain_predict(plain, &p->history, 6, 5, NULL, eta, NULL), LF_E_USAGE);
  plain_case *other = make_plain(5);
  assert_int_equal(lf_plain_predict(plain, &other->history, 0, FEW, NULL, eta, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "a plain fit predicts rows of its own history"));
  free(other);
  lf_plain_free(plain);
  free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cards_of_too_few),         cmocka_unit_test(days_are_not_cut),
      cmocka_unit_test(judges_that_are_the_same), cmocka_unit_test(plain_fits_refused),
      cmocka_unit_test(columns_without_weights),
  };
  return cmocka_run_group_tests_name("fits of little", tests, NULL, NULL);
}
