/* Time to close and cohorts too young to judge, on histories counted by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "history_case.h"

static void add_rows(lf_text *csv, int month, const char *stage, const char *closed_day, int n) {
  for (int i = 0; i < n; i++) {
    lf_text_addf(csv, "%s,2023-%02d-01,", stage, month);
    if (closed_day) lf_text_addf(csv, "2023-%02d-%s", month, closed_day);
    lf_text_addf(csv, ",%c\n", 'a' + i % 3);
  }
}

/* Nine months of 40 rows that were all decided on the 11th, and a tenth with `young` decided of 40. */
static void build(history_case *c, int young) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.outcome, "Stage");
  set_text(&c->project.created, "Created");
  set_text(&c->project.date, "Closed");
  lf_text_add(&csv, "Stage,Created,Closed,A\n");
  for (int month = 1; month <= 9; month++) {
    add_rows(&csv, month, "Closed Won", "11", 10);
    add_rows(&csv, month, "Closed Lost", "11", 30);
  }
  add_rows(&csv, 10, "Closed Won", "11", young - 1);
  add_rows(&csv, 10, "Closed Lost", "11", 1);
  add_rows(&csv, 10, "Open", NULL, 40 - young);
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static void holds_back_the_young_cohort(void **state) {
  (void)state;
  history_case c;
  build(&c, 5); /* 35 of 40 open */
  const lf_maturity *m = &c.history->maturity;
  assert_true(m->known);
  assert_int_equal(m->n_cohorts, 10);
  assert_true(m->cohorts[9].held && !m->cohorts[8].held);
  assert_true(m->held_open == 35 && m->held_decided == 5 && m->held_won == 4);
  assert_int_equal(case_excluded(&c, "too young to judge"), 5);
  assert_int_equal(c.history->n_rows,
                   360); /* the five that were decided are out, too: by cohort, not by being open */
  assert_int_equal(c.history->open, 35);
  case_free(&c);
}

static void keeps_a_cohort_that_is_old_enough(void **state) {
  (void)state;
  history_case c;
  build(&c, 20); /* half are open, and no more */
  assert_true(c.history->maturity.known && !c.history->maturity.cohorts[9].held);
  assert_int_equal(case_excluded(&c, "too young to judge"), 0);
  assert_int_equal(c.history->n_rows, 380);
  case_free(&c);
  build(&c, 19);
  assert_true(c.history->maturity.cohorts[9].held);
  assert_int_equal(case_excluded(&c, "too young to judge"), 19);
  case_free(&c);
}

static void curve_counts_open_rows_as_censored(void **state) {
  (void)state;
  history_case c;
  build(&c, 5);
  const lf_maturity *m = &c.history->maturity;
  assert_true(m->days[1] == 10); /* created on the 1st, decided on the 11th */
  assert_true(fabs(m->decided_by[0] - 365.0 / 400) < 1e-12);
  assert_true(m->days[3] == 10);
  case_free(&c);
}

static void needs_both_dates(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "Stage,A\nClosed Won,a\nClosed Lost,b\nClosed Won,c\nClosed Lost,a\n");
  assert_false(c.history->maturity.known);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(holds_back_the_young_cohort),
      cmocka_unit_test(keeps_a_cohort_that_is_old_enough),
      cmocka_unit_test(curve_counts_open_rows_as_censored),
      cmocka_unit_test(needs_both_dates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
