/* Samples of a history: what they take does not hang on where rows stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history_case.h"

enum { ROWS = 20000 };

/* Row k of n with its id; every third is won. Told in the order of (k * step) mod n. */
static char *history_text(size_t n, size_t step, bool with_id) {
  lf_text text = {0};
  lf_text_add(&text, with_id ? "Id,Number,Stage\n" : "Number,Stage\n");
  for (size_t i = 0; i < n; i++) {
    size_t k = i * step % n;
    if (with_id) lf_text_addf(&text, "deal-%zu,", k);
    lf_text_addf(&text, "%zu,%s\n", k, k % 3 ? "lost" : "won");
  }
  assert_false(text.failed);
  return text.data;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* The values of Number in a sample of the rows, ascending. */
static size_t sample(const lf_history *h, lf_population population, size_t wanted, double *out) {
  uint32_t *row = malloc(h->n_rows * sizeof *row);
  size_t n = 0, column = lf_table_find(h->table, "Number");
  assert_non_null(row);
  assert_int_equal(lf_history_sample(h, population, wanted, row, &n, NULL), LF_OK);
  for (size_t i = 0; i < n; i++) {
    assert_true(i == 0 || row[i] > row[i - 1]);
    assert_in_range(row[i], population.from, population.to - 1);
    out[i] = lf_column_number(&h->table->columns[column], row[i]);
  }
  qsort(out, n, sizeof *out, ascending);
  free(row);
  return n;
}

static void tell(history_case *c, size_t step, bool with_id) {
  char *text = history_text(ROWS, step, with_id);
  *c = case_new();
  if (with_id) set_text(&c->project.id, "Id");
  case_must_build(c, text);
  free(text);
}

static void samples_hold_the_same_rows_in_any_order(bool with_id) {
  static double a[ROWS], b[ROWS];
  history_case one, other;
  lf_population all = {.to = ROWS}, won = {.to = ROWS, .outcomes = LF_ONLY_WON},
                lost = {.to = ROWS, .outcomes = LF_ONLY_LOST};
  tell(&one, 1, with_id);
  tell(&other, 7919, with_id);
  size_t n = sample(one.history, all, 3000, a);
  assert_int_equal(n, sample(other.history, all, 3000, b));
  assert_memory_equal(a, b, n * sizeof *a);
  n = sample(one.history, won, 500, a);
  assert_int_equal(n, sample(other.history, won, 500, b));
  assert_memory_equal(a, b, n * sizeof *a);
  for (size_t i = 0; i < n; i++) assert_int_equal((size_t)a[i] % 3, 0);
  n = sample(one.history, lost, 500, a);
  assert_int_equal(n, sample(other.history, lost, 500, b));
  for (size_t i = 0; i < n; i++) assert_int_not_equal((size_t)a[i] % 3, 0);
  case_free(&one);
  case_free(&other);
}

static void order_does_not_matter_with_ids(void **state) {
  (void)state;
  samples_hold_the_same_rows_in_any_order(true);
}

static void order_does_not_matter_by_content(void **state) {
  (void)state;
  samples_hold_the_same_rows_in_any_order(false);
}

/* 65,536 tickets among 20,000 rows: a limit falls short of what is wanted by the rows of one ticket, of which
 * more than four on one are unheard of (20,000 / 65,536 expected). */
static void samples_are_as_large_as_asked_and_nested(void **state) {
  (void)state;
  static double small[ROWS], large[ROWS];
  history_case c;
  lf_population all = {.to = ROWS};
  tell(&c, 1, true);
  size_t n = sample(c.history, all, 1000, small), m = sample(c.history, all, 10000, large), at = 0;
  assert_in_range(n, 996, 1000);
  assert_in_range(m, 9996, 10000);
  for (size_t i = 0; i < n; i++) {
    while (at < m && large[at] < small[i]) at++;
    assert_true(at < m && large[at] <= small[i]);
  }
  assert_int_equal(sample(c.history, all, ROWS, large), ROWS);
  assert_int_equal(sample(c.history, all, 10 * ROWS, large), ROWS);
  case_free(&c);
}

/* Rows of a sample fall into folds as all rows do: of 10,000 rows a tenth, give or take five standard
 * deviations of 30. And so do their outcomes. */
static void tickets_know_nothing_of_folds_and_outcomes(void **state) {
  (void)state;
  history_case c;
  tell(&c, 1, true);
  const lf_history *h = c.history;
  uint32_t *row = malloc(ROWS * sizeof *row);
  size_t n = 0, in_fold[256] = {0}, won = 0;
  assert_non_null(row);
  assert_int_equal(h->n_folds, 10);
  assert_int_equal(lf_history_sample(h, (lf_population){.to = ROWS}, 10000, row, &n, NULL), LF_OK);
  for (size_t i = 0; i < n; i++) {
    in_fold[h->fold[row[i]]]++;
    won += h->won[row[i]];
  }
  for (size_t f = 0; f < 10; f++) assert_in_range(in_fold[f], 850, 1150);
  assert_in_range(won, 3333 - 240, 3333 + 240);
  free(row);
  case_free(&c);
}

/* Without an id nothing tells repeated rows apart: strides take every tenth. */
static void repeated_rows_without_ids_are_taken_at_strides(void **state) {
  (void)state;
  lf_text text = {0};
  history_case c = case_new();
  uint32_t row[20];
  size_t n = 0;
  lf_text_add(&text, "Number,Stage\n");
  for (size_t i = 0; i < 200; i++) lf_text_addf(&text, "%zu,%s\n", i % 4, i % 3 ? "lost" : "won");
  case_must_build(&c, text.data);
  assert_null(c.history->ticket);
  assert_int_equal(lf_history_sample(c.history, (lf_population){.to = 200}, 20, row, &n, NULL), LF_OK);
  assert_int_equal(n, 20);
  for (size_t i = 0; i < n; i++) assert_int_equal(row[i], 10 * i);
  lf_text_free(&text);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(order_does_not_matter_with_ids),
      cmocka_unit_test(order_does_not_matter_by_content),
      cmocka_unit_test(samples_are_as_large_as_asked_and_nested),
      cmocka_unit_test(tickets_know_nothing_of_folds_and_outcomes),
      cmocka_unit_test(repeated_rows_without_ids_are_taken_at_strides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
