/* Time to close and cohorts too young to judge, on histories counted by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "history_case.h"
#include "ingest/value.h"

static void add_rows(lf_text *csv, int month, const char *stage, const char *closed_day, int n) {
  for (int i = 0; i < n; i++) {
    lf_text_addf(csv, "%s,2023-%02d-01,", stage, month);
    if (closed_day) lf_text_addf(csv, "2023-%02d-%s", month, closed_day);
    lf_text_addf(csv, ",%c\n", 'a' + i % 3);
  }
}

/* A case whose outcome and two days are named, and the header that names them. */
static history_case dated(lf_text *csv) {
  history_case c = case_new();
  set_text(&c.project.outcome, "Stage");
  set_text(&c.project.created, "Created");
  set_text(&c.project.date, "Closed");
  lf_text_add(csv, "Stage,Created,Closed,A\n");
  return c;
}

/* Nine months of 40 rows that were all decided on the 11th, and a tenth with `young` decided of 40. */
static void build(history_case *c, int young) {
  lf_text csv = {0};
  *c = dated(&csv);
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
  double until = lf_history_whole_until(c.history), october = (double)lf_days_from_civil(2023, 10, 1);
  assert_true(until < october && until > october - 1e-6);
  case_free(&c);
}

static void keeps_a_cohort_that_is_old_enough(void **state) {
  (void)state;
  history_case c;
  build(&c, 20); /* half are open, and no more */
  assert_true(c.history->maturity.known && !c.history->maturity.cohorts[9].held);
  assert_int_equal(case_excluded(&c, "too young to judge"), 0);
  assert_int_equal(c.history->n_rows, 380);
  assert_true(isinf(lf_history_whole_until(c.history)));
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

/* A day as its date, days after 2023-01-01 of a year that is no leap year. */
static void add_day(lf_text *csv, int day) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int month = 0;
  while (day >= lengths[month]) day -= lengths[month++];
  lf_text_addf(csv, "2023-%02d-%02d", month + 1, day + 1);
}

/* 150 days from 2023-01-01 to 2023-05-30, a row a day and more, of which some of the last are open. */
static void build_young(history_case *c, int in_may, int in_april) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.outcome, "Stage");
  set_text(&c->project.created, "Created");
  lf_text_add(&csv, "Stage,Created,A\n");
  for (int day = 0; day < 150; day++) {
    int open = day >= 120 ? in_may : day >= 90 ? in_april : 10;
    lf_text_add(&csv, day % 30 < open ? "Open" : day % 2 ? "Closed Won" : "Closed Lost");
    lf_text_add(&csv, ",");
    add_day(&csv, day);
    lf_text_addf(&csv, ",%c\n", 'a' + day % 3);
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

/* Without a close date young months are named and kept: 30 days back from the newest, while most are open. */
static void names_young_months(void **state) {
  (void)state;
  history_case c;
  build_young(&c, 20, 18);
  assert_int_equal(c.history->date, c.history->created);
  assert_true(case_notes(&c, "of 60 rows created from 2023-04-01 on, 38 are still open"));
  case_free(&c);
  build_young(&c, 16, 15); /* half is not most */
  assert_true(case_notes(&c, "of 30 rows created from 2023-05-01 on, 16 are still open"));
  case_free(&c);
  build_young(&c, 15, 30);
  assert_false(case_notes(&c, "are still open"));
  case_free(&c);
}

static void a_few_young_rows_are_not_named(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Stage");
  case_must_build(&c, "Stage,Created,A\nOpen,2023-05-02,a\nOpen,2023-05-01,a\nClosed Won,2023-01-01,b\n"
                      "Closed Lost,2023-01-02,c\nClosed Lost,2023-01-03,c\n");
  assert_int_equal(c.history->open, 2);
  assert_false(case_notes(&c, "are still open"));
  case_free(&c);
}

/* Rows without a day of creation, closed before they were created, or after ten years: none of them is young,
 * and only the last counts in the curve, beyond its end. */
static void odd_days_do_not_mature(void **state) {
  (void)state;
  lf_text csv = {0};
  history_case c = dated(&csv);
  for (int i = 0; i < 40; i++) {
    const char *stage = i % 2 ? "Closed Won" : "Closed Lost";
    lf_text_addf(&csv, "%s,2011-03-%02d,2011-04-%02d,%c\n", stage, 1 + i % 28, 1 + i % 28,
                 'a' + i % 3); /* 31 days */
    lf_text_addf(&csv, "%s,,2011-04-10,%c\n", stage, 'a' + i % 3);
    lf_text_addf(&csv, "%s,2011-03-20,2011-03-%02d,%c\n", stage, 1 + i % 10, 'a' + i % 3);
    lf_text_addf(&csv, "%s,2011-03-01,2023-03-01,%c\n", stage, 'a' + i % 3);
  }
  case_must_build(&c, csv.data);
  const lf_maturity *m = &c.history->maturity;
  assert_true(m->known);
  assert_int_equal(m->n_cohorts, 1);
  assert_int_equal(m->cohorts[0].year, 2011);
  assert_int_equal(m->cohorts[0].month, 3);
  assert_true(m->cohorts[0].decided == 120);         /* those created on a day */
  assert_true(m->days[0] == 31 && m->days[1] == 31); /* 40 of the 80 that took a time */
  assert_true(m->days[2] == 3650);                   /* ten years and more are one age */
  assert_true(m->decided_by[4] == 0.5);
  lf_text_free(&csv);
  case_free(&c);
}

/* Centuries between two dates are a slip of the pen: no cohort is made of them. */
static void months_too_far_apart_are_none(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Stage");
  set_text(&c.project.created, "Created");
  set_text(&c.project.date, "Closed");
  case_must_build(&c, "Stage,Created,Closed,A\nWon,1023-01-01,2023-01-05,a\nLost,2023-01-02,2023-01-08,b\n"
                      "Won,2023-01-03,2023-01-08,b\nLost,2023-01-04,2023-01-09,a\n");
  assert_false(c.history->maturity.known);
  assert_int_equal(c.history->n_rows, 4);
  case_free(&c);
}

/* Eleven rows a month, created on the first to the eleventh, of nine months decided after `days`, then of
 * `open` months none. */
static void build_small(history_case *c, int days, int open) {
  lf_text csv = {0};
  *c = dated(&csv);
  for (int month = 0; month < 9 + open; month++)
    for (int row = 0; row < 11; row++) {
      static const int first[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
      lf_text_add(&csv, month >= 9 ? "Open," : row % 2 ? "Closed Won," : "Closed Lost,");
      add_day(&csv, first[month] + row);
      lf_text_add(&csv, ",");
      if (month < 9) add_day(&csv, first[month] + row + days);
      lf_text_addf(&csv, ",%c\n", 'a' + row % 3);
    }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

/* No month has twenty rows. Where all are decided none leaves. Where three are open and half of all rows take
 * 40 days, on December 11 the middle of October is 56 days ago and that of November 25. */
static void small_months_go_by_the_curve(void **state) {
  (void)state;
  history_case c;
  build_small(&c, 10, 0);
  assert_int_equal(c.history->n_rows, 99);
  assert_int_equal(case_excluded(&c, "too young to judge"), 0);
  case_free(&c);
  build_small(&c, 40, 3);
  const lf_maturity *m = &c.history->maturity;
  assert_true(m->n_cohorts == 12 && m->days[1] == 40);
  for (size_t month = 0; month < 12; month++) assert_int_equal(m->cohorts[month].held, month >= 10);
  assert_int_equal(c.history->n_rows, 99);
  assert_true(m->held_open == 22 && m->held_decided == 0);
  case_free(&c);
}

/* No more than a third of the decided rows leave, nor all wins or all losses of the rest: 40 decided of which
 * 10 are won, each 10 rows old enough, then a young month that has the wins, the losses or many of both. */
static void what_would_cost_too_much_is_kept(void **state) {
  (void)state;
  static const struct {
    int old_won, old_lost, won, lost, open;
    bool held;
  } cases[] = {
      {10, 30, 4, 6, 60, true},   {10, 30, 10, 11, 60, false}, /* 21 of 61 are more than a third */
      {10, 30, 10, 10, 60, true},                              /* 20 of 60 are a third */
      {0, 40, 8, 2, 60, false},                                /* no win would be left */
      {40, 0, 2, 8, 60, false},                                /* no loss */
      {10, 30, 1, 1, 9, false},                                /* too few rows to speak of */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_text csv = {0};
    history_case c = dated(&csv);
    add_rows(&csv, 1, "Closed Won", "11", cases[i].old_won);
    add_rows(&csv, 1, "Closed Lost", "11", cases[i].old_lost);
    add_rows(&csv, 3, "Closed Won", "11", cases[i].won); /* nothing was created in February */
    add_rows(&csv, 3, "Closed Lost", "11", cases[i].lost);
    add_rows(&csv, 3, "Open", NULL, cases[i].open);
    case_must_build(&c, csv.data);
    const lf_maturity *m = &c.history->maturity;
    assert_int_equal(m->n_cohorts, 3);
    if (m->cohorts[2].held != cases[i].held) fail_msg("case %zu", i);
    assert_false(m->cohorts[0].held || m->cohorts[1].held);
    assert_int_equal(case_excluded(&c, "too young to judge"),
                     cases[i].held ? cases[i].won + cases[i].lost : 0);
    lf_text_free(&csv);
    case_free(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(holds_back_the_young_cohort),
      cmocka_unit_test(keeps_a_cohort_that_is_old_enough),
      cmocka_unit_test(curve_counts_open_rows_as_censored),
      cmocka_unit_test(needs_both_dates),
      cmocka_unit_test(names_young_months),
      cmocka_unit_test(a_few_young_rows_are_not_named),
      cmocka_unit_test(odd_days_do_not_mature),
      cmocka_unit_test(months_too_far_apart_are_none),
      cmocka_unit_test(small_months_go_by_the_curve),
      cmocka_unit_test(what_would_cost_too_much_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
