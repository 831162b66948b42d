/* Ranges as people write them: where they begin, which columns are such, and bands that are runs of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "band/atoms.h"
#include "band/grouping.h"
#include "history/ranges.h"
#include "history_case.h"

enum { ROWS = 600, LEVELS = 6 };

static void where_ranges_begin(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double from;
    bool spans;
  } cases[] = {
      {"1-10", 1, true},
      {" 51 - 200 ", 51, true},
      {"501\u20131,000", 501, true},
      {"1.000 - 5.000", 1000, true},
      {"5,001+", 5001, true},
      {"10001 or more employees", 10001, true},
      {"51-200 employees", 51, true},
      {"$1M to $5M", 1e6, true},
      {"1-5M", 1e6, true},
      {"\u20ac10k-\u20ac50k", 10e3, true},
      {"2.5M - 5M", 2.5e6, true},
      {"500K-1M", 5e5, true},
      {"1-5 bn", 1e9, true},
      {"<10", -INFINITY, true},
      {"Under $1M", -INFINITY, true},
      {">100k", 100e3, true},
      {"more than 500", 500, true},
      {"04321-98765", NAN, true}, /* a code */
      {"7", 7, false},
      {"10 people", 10, false},
      {"10-1", NAN, true},
      {"5-5", NAN, true},
      {"1-", NAN, true},
      {"Q1-2025", NAN, false},
      {"2023-01-05", NAN, true},
      {"10:00-11:00", NAN, false},
      {"to 5", NAN, false},
      {"underneath 5", NAN, false},
      {"", NAN, false},
      {"SMB", NAN, false},
      {"1-10 (small)", NAN, true},
      {"1-10 people who work for us in the evening", NAN, true}, /* a sentence, not a range */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool spans = false;
    double from = lf_range_from(cases[i].text, &spans);
    bool same = isnan(cases[i].from) ? isnan(from) : from == cases[i].from && spans == cases[i].spans;
    if (!same) fail_msg("'%s': %g, %d", cases[i].text, from, spans);
  }
}

/* The atoms of one column whose value of row i is levels[i % LEVELS]. */
static lf_atoms *atoms_of(history_case *c, const char *const levels[LEVELS]) {
  lf_text csv = {0};
  lf_atoms *atoms = NULL;
  *c = case_new();
  lf_text_add(&csv, "Stage,Size\n");
  for (size_t i = 0; i < ROWS; i++)
    lf_text_addf(&csv, "%s,\"%s\"\n", noise(3, i) < 0.4 ? "Won" : "Lost", levels[i % LEVELS]);
  case_must_build(c, csv.data);
  assert_int_equal(lf_atoms_make(c->history, NULL, NULL, &atoms, NULL), LF_OK);
  lf_text_free(&csv);
  return atoms;
}

static void levels_that_are_ranges_stand_in_order(void **state) {
  (void)state;
  static const struct {
    const char *levels[LEVELS];
    bool ordered;
  } cases[] = {
      {{"201-500", "1-10", "5,001+", "11-50", "501-5,000", "51-200"}, true},
      {{"201-500", "1", "5,001+", "2", "501-5,000", "51-200"}, true},       /* four of six span */
      {{"201-500", "1", "5,001+", "2", "3", "51-200"}, false},              /* half */
      {{"201-500", "1-10", "5,001+", "11-50", "501-5,000", "none"}, false}, /* one is none */
      {{"1-10", "1-50", "51+", "101+", "201+", "301+"}, false},             /* two begin alike */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    history_case c;
    lf_atoms *atoms = atoms_of(&c, cases[i].levels);
    const lf_atom_set *set = &atoms->items[0];
    bool spans = false;
    if (set->ordered != cases[i].ordered) fail_msg("case %zu", i);
    assert_int_equal(set->n, LEVELS);
    for (size_t a = 1; a < set->n && set->ordered; a++) {
      const lf_column *column = &c.history->table->columns[set->column];
      assert_true(lf_range_from(lf_column_level(column, set->level[a - 1]), &spans) <
                  lf_range_from(lf_column_level(column, set->level[a]), &spans));
    }
    lf_atoms_free(atoms);
    case_free(&c);
  }
}

/* A run says from where to where; with a hole in it, or of two, the levels are named. */
static void labels_of_runs(void **state) {
  (void)state;
  static const char *const levels[LEVELS] = {"201-500", "1-10", "5,001+", "11-50", "501-5,000", "51-200"};
  static const uint16_t bands[][LEVELS] = {{0, 0, 0, 0, 1, 1}, {0, 0, 1, 0, 0, 1}};
  static const char *const wanted[][2] = {{"1-10 to 201-500", "501-5,000, 5,001+"},
                                          {"1-10, 11-50, 201-500 and 1 more", "51-200, 5,001+"}};
  for (size_t i = 0; i < 2; i++) {
    history_case c;
    lf_attribute attribute = {0};
    lf_grouping grouping = {0};
    lf_atoms *atoms = atoms_of(&c, levels);
    assert_int_equal(lf_grouping_new(&atoms->items[0], &grouping, NULL), LF_OK);
    grouping.n_bands = 2;
    for (size_t a = 0; a < LEVELS + 2; a++)
      grouping.band[a] = a < LEVELS ? bands[i][a] : (uint16_t)(a - LEVELS + 2);
    assert_int_equal(lf_grouping_attribute(c.history, &atoms->items[0], &grouping, &attribute, NULL), LF_OK);
    for (size_t b = 0; b < 2; b++) assert_string_equal(attribute.bands[b].label, wanted[i][b]);
    lf_attribute_clear(&attribute);
    lf_grouping_clear(&grouping);
    lf_atoms_free(atoms);
    case_free(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(where_ranges_begin),
      cmocka_unit_test(levels_that_are_ranges_stand_in_order),
      cmocka_unit_test(labels_of_runs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
