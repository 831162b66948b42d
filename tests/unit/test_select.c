/* How the card chooses: sums by atom, attributes of one band, the screen of very many attributes. Expected
 * values are counts made here and known truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fit/atom_sums.h"
#include "fit/select.h"
#include "history_case.h"

enum { ROWS = 900, COLUMNS = 160, TRUE_COLUMN = 7 };

static bool row_won(size_t i) {
  return noise(1, i) < (i % 3 ? 0.2 : 0.7);
}

/* COLUMNS numbers of noise, but for one that says which third of the rows wins most. */
static void write_csv(lf_text *csv) {
  lf_text_add(csv, "Stage");
  for (size_t c = 0; c < COLUMNS; c++) lf_text_addf(csv, ",Column %zu", c);
  lf_text_add(csv, "\n");
  for (size_t i = 0; i < ROWS; i++) {
    lf_text_add(csv, row_won(i) ? "Won" : "Lost");
    for (size_t c = 0; c < COLUMNS; c++)
      lf_text_addf(csv, ",%d", c == TRUE_COLUMN ? (int)(i % 3) : (int)(40 * noise(10 + c, i)));
    lf_text_add(csv, "\n");
  }
}

typedef struct wide_case {
  history_case c;
  lf_text csv;
  lf_atoms *atoms;
} wide_case;

static void wide_make(wide_case *w) {
  *w = (wide_case){.c = case_new()};
  write_csv(&w->csv);
  case_must_build(&w->c, w->csv.data);
  assert_int_equal(lf_atoms_make(w->c.history, NULL, NULL, &w->atoms, NULL), LF_OK);
  assert_int_equal(w->atoms->n, COLUMNS);
}

static void wide_free(wide_case *w) {
  lf_atoms_free(w->atoms);
  lf_text_free(&w->csv);
  case_free(&w->c);
}

static size_t find_set(const lf_atoms *atoms, const char *name) {
  size_t t = 0;
  while (t < atoms->n && strcmp(atoms->items[t].name, name) != 0) t++;
  return t;
}

static void sums_by_atom_are_counts(void **state) {
  (void)state;
  wide_case w;
  wide_make(&w);
  lf_sample *sample = NULL;
  lf_atom_sums *sums = NULL;
  uint8_t keep[COLUMNS] = {0};
  size_t t = find_set(w.atoms, "Column 7");
  keep[t] = 1;
  assert_int_equal(lf_sample_make(w.c.history, w.atoms, LF_FOLDS_RANDOM, 5, 0, &sample, NULL), LF_OK);
  double *weight = calloc(sample->n, sizeof *weight);
  lf_sample_train_weights(sample, 2, weight);
  assert_int_equal(lf_atom_sums_count(sample, w.atoms, keep, weight, NULL, &sums, NULL), LF_OK);
  assert_int_equal(sums->first[w.atoms->n], w.atoms->items[t].n + 2);
  for (size_t a = 0; a < w.atoms->items[t].n; a++) {
    double rows = 0, won = 0;
    for (size_t i = 0; i < sample->n; i++) {
      bool here = sample->code[t][i] == a && weight[i] > 0;
      rows += here;
      won += here && sample->won[i];
    }
    assert_true(rows > 0 && sums->cell[a].rows == rows && sums->cell[a].won == won);
  }
  lf_atom_sums_free(sums);
  lf_sample_free(sample);
  free(weight);
  wide_free(&w);
}

/* Under coefficients of 0 every p is a half: g = won - rows / 2, h = rows / 4. */
static void scores_by_atom_follow_the_fit(void **state) {
  (void)state;
  wide_case w;
  wide_make(&w);
  lf_sample *sample = NULL;
  lf_atom_sums *sums = NULL;
  lf_banded *banded = NULL;
  lf_weights *fit = NULL;
  uint8_t keep[COLUMNS] = {0};
  lf_grouping *groupings = calloc(COLUMNS, sizeof *groupings);
  size_t t = find_set(w.atoms, "Column 7");
  keep[t] = 1;
  assert_int_equal(lf_sample_make(w.c.history, w.atoms, LF_FOLDS_NONE, 0, 0, &sample, NULL), LF_OK);
  assert_int_equal(lf_grouping_new(&w.atoms->items[t], &groupings[t], NULL), LF_OK);
  assert_int_equal(lf_banded_make(sample, w.atoms, groupings, keep, sample->weight, &banded, NULL), LF_OK);
  assert_int_equal(banded->design.n_coef, 4); /* an intercept and three values */
  assert_int_equal(lf_banded_solve(banded, 1, NULL, 1e-9, false, NULL, &fit, NULL), LF_OK);
  double b[4] = {0};
  assert_int_equal(lf_atom_sums_score(sample, w.atoms, keep, banded, b, NULL, &sums, NULL), LF_OK);
  for (size_t a = 0; a < 3; a++) {
    const lf_atom_cell *cell = &sums->cell[a];
    assert_true(cell->rows == ROWS / 3);
    assert_true(fabs(cell->g - (cell->won - cell->rows / 2)) < 1e-9 && fabs(cell->h - cell->rows / 4) < 1e-9);
  }
  lf_weights_free(fit);
  lf_atom_sums_free(sums);
  lf_banded_free(banded);
  lf_groupings_free(groupings, COLUMNS);
  lf_sample_free(sample);
  wide_free(&w);
}

static void one_band_is_no_coefficient(void **state) {
  (void)state;
  wide_case w;
  wide_make(&w);
  lf_sample *sample = NULL;
  lf_banded *banded = NULL;
  uint8_t keep[COLUMNS] = {0};
  lf_grouping *groupings = calloc(COLUMNS, sizeof *groupings);
  keep[3] = 1;
  assert_int_equal(lf_sample_make(w.c.history, w.atoms, LF_FOLDS_NONE, 0, 0, &sample, NULL), LF_OK);
  assert_int_equal(lf_grouping_new(&w.atoms->items[3], &groupings[3], NULL), LF_OK);
  size_t n = w.atoms->items[3].n;
  for (size_t a = 0; a < n; a++) groupings[3].band[a] = 0;
  groupings[3].n_bands = 1;
  groupings[3].band[n] = 1;
  groupings[3].band[n + 1] = 2;
  assert_int_equal(lf_banded_make(sample, w.atoms, groupings, keep, sample->weight, &banded, NULL), LF_OK);
  assert_int_equal(banded->n_terms, 1);
  assert_int_equal(banded->design.n_coef, 1);
  lf_banded_free(banded);
  lf_groupings_free(groupings, COLUMNS);
  lf_sample_free(sample);
  wide_free(&w);
}

/* Of 160 attributes one says something: it goes on, most others do not help on their own and are named; the
 * same whatever the threads. */
static void very_many_attributes_are_screened(void **state) {
  (void)state;
  wide_case w;
  wide_make(&w);
  lf_run one = {.threads = 1}, three = {.threads = 3};
  lf_card_fit *a = NULL, *b = NULL;
  uint8_t judged[COLUMNS];
  assert_int_equal(lf_card_fit_make(w.c.history, w.atoms, NULL, &one, &a, NULL), LF_OK);
  assert_int_equal(lf_card_fit_make(w.c.history, w.atoms, NULL, &three, &b, NULL), LF_OK);
  size_t screened = 0, left = 0;
  for (size_t i = 0; i < a->n_dropped; i++) screened += a->dropped[i].alone;
  lf_card_fit_judged(a, judged);
  for (size_t t = 0; t < COLUMNS; t++) left += judged[t];
  assert_true(screened >= COLUMNS / 2 && left == COLUMNS - screened && left >= 20);
  assert_true(a->keep[find_set(w.atoms, "Column 7")]);
  assert_int_equal(a->weights->n_coef, b->weights->n_coef);
  assert_memory_equal(a->weights->b, b->weights->b, a->weights->n_coef * sizeof *a->weights->b);
  lf_card_fit_free(a);
  lf_card_fit_free(b);
  wide_free(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_by_atom_are_counts), cmocka_unit_test(scores_by_atom_follow_the_fit),
      cmocka_unit_test(one_band_is_no_coefficient), cmocka_unit_test(very_many_attributes_are_screened)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
