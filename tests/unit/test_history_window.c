/* Won within so many days: what becomes of rows, on histories counted by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "history_case.h"
#include "ingest/value.h"

static void add(lf_text *csv, int n, const char *stage, const char *created, const char *closed) {
  for (int i = 0; i < n; i++) lf_text_addf(csv, "%s,%s,%s,%c\n", stage, created, closed, 'a' + i % 3);
}

/* A window of 30 days. The last day is 2023-05-03: one creation and one day of winning in a thousand, or the
 * last of fewer, are taken for mistakes, as 2062 is. */
static void build(history_case *c, bool need_outcome) {
  lf_text csv = {0};
  *c = case_new();
  c->project.within = 30;
  c->options.need_outcome = need_outcome;
  lf_text_add(&csv, "Stage,Created Date,Converted Date,A\n");
  add(&csv, 10, "Closed Won", "2023-01-01", "2023-01-31"); /* on the 30th day: won */
  add(&csv, 10, "Closed Won", "2023-01-01", "2023-02-01"); /* a day later: not in time */
  add(&csv, 1, "Closed Won", "2023-01-01", "2062-01-01");  /* the same */
  add(&csv, 1, "Closed Won", "2023-01-01", "");            /* when? */
  add(&csv, 10, "Closed Lost", "2023-01-01", "");          /* lost */
  add(&csv, 10, "Negotiation", "2023-01-01", "");          /* not won in time */
  add(&csv, 5, "Negotiation", "2023-04-03", "");           /* 30 days old: the same */
  add(&csv, 5, "Negotiation", "2023-04-04", "");           /* too young */
  add(&csv, 10, "Negotiation", "2023-05-01", "");          /* the same */
  add(&csv, 2, "Closed Won", "2023-05-01", "2023-05-03");  /* the same, though they are won */
  add(&csv, 1, "Closed Lost", "2023-05-01", "");           /* the same */
  add(&csv, 1, "Negotiation", "", "");                     /* from when? */
  if (need_outcome)
    case_must_build(c, csv.data);
  else
    assert_int_equal(case_build(c, csv.data), LF_OK);
  lf_text_free(&csv);
}

static double count(const lf_history *h, uint8_t outcome) {
  double n = 0;
  for (size_t i = 0; i < h->n_rows; i++) n += h->won[i] == outcome;
  return n;
}

static void judges_every_row_by_the_same_time(void **state) {
  (void)state;
  history_case c;
  build(&c, true);
  const lf_window *w = &c.history->window;
  assert_true(count(c.history, 1) == 10);
  assert_true(count(c.history, 0) == 10 + 1 + 10 + 10 + 5);
  assert_true(w->within == 30 && w->ends == (double)lf_days_from_civil(2023, 5, 3));
  assert_true(w->late == 11 && w->open == 15 && w->young == 18);
  assert_int_equal(c.history->open, 18);
  assert_int_equal(case_excluded(&c,
                                 "too young to judge: created less than 30 days before the history ends, on "
                                 "2023-05-03"),
                   18);
  assert_int_equal(case_excluded(&c, "won on a day that is not known"), 1);
  assert_int_equal(case_excluded(&c, "no day of creation"), 1);
  assert_int_equal(case_excluded(&c, "open"), 0);
  assert_true(case_notes(&c, "11 were won later and 15 are open"));
  assert_string_equal(c.history->won_label, "Closed Won within 30 days");
  assert_string_equal(c.history->lost_label, "Closed Lost, not Closed Won within 30 days");
  case_free(&c);
}

static void rows_are_as_old_as_their_creation(void **state) {
  (void)state;
  history_case c;
  build(&c, true);
  assert_true(c.history->date == c.history->created && c.history->created == 1);
  assert_int_equal(case_role(&c, "Converted Date")->role, LF_ROLE_DATE);
  assert_false(c.history->maturity.known); /* the young left by the window alone */
  case_free(&c);
}

static void rows_to_watch_stay_without_an_outcome(void **state) {
  (void)state;
  history_case c;
  build(&c, false);
  assert_int_equal(c.history->n_rows, 66);
  assert_true(count(c.history, 1) == 10 && count(c.history, 0) == 36);
  assert_true(count(c.history, LF_OUTCOME_UNKNOWN) == 20);
  case_free(&c);
}

static const char contacts[] = "Lifecycle Stage,Create Date,Became a Customer Date,A\n"
                               "Customer,2023-01-01,2023-01-05,a\nLead,2023-01-01,,b\n"
                               "Customer,2023-01-02,2023-01-04,b\nSubscriber,2023-01-02,,a\n"
                               "Marketing Qualified Lead,2023-03-01,,a\nLead,2023-03-01,,b\n";

static void a_stage_that_loses_nobody_can_be_the_outcome(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_fail(&c, contacts, LF_E_DATA, "or --within DAYS, after which what is not won is lost");
  case_free(&c);
  c = case_new();
  set_text(&c.project.outcome, "Lifecycle Stage");
  case_must_fail(&c, contacts, LF_E_DATA, "say --lost V, or --within DAYS");
  case_free(&c);
  c = case_new();
  c.project.within = 20;
  case_must_build(&c, contacts);
  assert_true(count(c.history, 1) == 2 && count(c.history, 0) == 2 && c.history->window.young == 2);
  assert_string_equal(c.history->lost_label, "not Customer within 20 days");
  assert_true(case_notes(&c, "won 'Customer', open 'Lead', 'Marketing Qualified Lead', 'Subscriber'"));
  case_free(&c);
}

static void a_window_of_a_day_on_a_row_or_two(void **state) {
  (void)state;
  history_case c = case_new();
  c.project.within = 1;
  c.options.need_outcome = false;
  assert_int_equal(case_build(&c, "Won,Created,Close Date,A\nyes,2023-01-05,2023-01-05,a\nno,,,b\n"), LF_OK);
  assert_true(c.history->window.ends == (double)lf_days_from_civil(2023, 1, 5) &&
              c.history->window.young == 1);
  case_free(&c);
  c = case_new();
  c.project.within = 1;
  case_must_build(&c, "Won,Created,Close Date,A\nyes,2023-01-04,2023-01-05,a\nno,2023-01-04,2023-01-05,b\n"
                      "yes,2023-01-03,2023-01-05,b\n");
  assert_true(count(c.history, 1) == 1 && c.history->window.late == 1);
  assert_string_equal(c.history->won_label, "yes within 1 day");
  assert_true(case_notes(&c, "won is won within 1 day of 'Created'"));
  case_free(&c);
}

static void says_what_it_lacks(void **state) {
  (void)state;
  static const char no_creation[] = "Won,Close Date,A\nyes,2023-01-05,a\nno,2023-01-06,b\n";
  static const char no_winning[] = "Won,Created,A\nyes,2023-01-05,a\nno,2023-01-06,b\n";
  history_case c = case_new();
  c.project.within = 20;
  case_must_fail(&c, no_creation, LF_E_USAGE, "say --created COL");
  case_free(&c);
  c = case_new();
  c.project.within = 20;
  case_must_fail(&c, no_winning, LF_E_USAGE, "say --date COL");
  case_free(&c);
  c = case_new();
  c.project.within = 20;
  set_text(&c.project.date, "@row");
  case_must_fail(&c, no_winning, LF_E_USAGE, "--date @row gives none");
  case_free(&c);
  c = case_new(); /* rows that are only watched are taken as they are */
  c.project.within = 20;
  c.options.need_outcome = false;
  assert_int_equal(case_build(&c, no_winning), LF_OK);
  assert_true(!(c.history->window.within > 0) && count(c.history, 1) == 1);
  case_free(&c);
}

/* Ten wins each that took 0, 1, … 9 days, and 100 rows that were never won, `young` of them on the last day;
 * `new` and `old` more are open since the last day and the first. */
static void build_converted(history_case *c, int young, int new, int old) {
  lf_text csv = {0};
  char day[LF_DATE_TEXT];
  *c = case_new();
  lf_text_add(&csv, "Converted,Created Date,Converted Date,A\n");
  for (int took = 0; took < 10; took++) {
    lf_format_date((double)lf_days_from_civil(2023, 1, 1) + took, day);
    add(&csv, 10, "yes", "2023-01-01", day);
  }
  add(&csv, 100 - young, "no", "2023-01-01", "");
  add(&csv, young, "no", "2023-06-01", "");
  add(&csv, new, "", "2023-06-01", "");
  add(&csv, old, "", "2023-01-01", "");
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static void advises_a_window_where_the_young_count_as_lost(void **state) {
  (void)state;
  history_case c;
  build_converted(&c, 20, 0, 0);
  assert_true(c.history->window.advised == 8); /* 90 of the 100 wins took 0 to 8 days */
  assert_true(c.history->window.advised_lost == 20 && c.history->window.advised_open == 0);
  assert_true(
      case_notes(&c, "nine in ten wins came within 8 days of 'Created Date', and 20 of 100 lost rows"));
  assert_true(count(c.history, 1) == 100 && count(c.history, 0) == 100); /* said, not done */
  case_free(&c);
}

static void advises_a_window_where_old_rows_are_open(void **state) {
  (void)state;
  history_case c;
  build_converted(&c, 20, 7, 10); /* a twentieth of the 200 decided ones */
  assert_true(c.history->window.advised == 8);
  assert_true(c.history->window.advised_open == 10 && c.history->window.advised_lost == 0);
  assert_true(
      case_notes(&c, "and 10 of 17 open rows are older than that: --within 8 calls lost what is not won"));
  case_free(&c);
}

/* Rows that are too few to matter; lost ones are lost where others are open. */
static void advises_nothing_that_does_not_matter(void **state) {
  (void)state;
  static const int rows[][3] = {{4, 0, 0}, {20, 7, 0}, {0, 7, 9}};
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    history_case c;
    build_converted(&c, rows[k][0], rows[k][1], rows[k][2]);
    assert_true(isnan(c.history->window.advised));
    assert_false(case_notes(&c, "nine in ten"));
    case_free(&c);
  }
}

/* Won and lost rows have a day of closing, which orders them. Of 40 wins 20 took 15 to 19 days, and four each
 * 74, 75, 76, 77 and 78; of 40 open rows eight each are 74 to 78 days old. Rows with weights are not advised
 * on. */
static void advises_by_a_close_date_that_orders_the_rows(void **state) {
  (void)state;
  lf_text csv = {0};
  for (int weighted = 0; weighted < 2; weighted++) {
    history_case c = case_new();
    lf_text_addf(&csv, "Stage,Created Date,Close Date,A%s\n", weighted ? ",n" : "");
    for (int i = 0; i < 120; i++) {
      const char *stage = i % 3 == 2 ? "Negotiation" : i % 3 ? "Closed Lost" : "Closed Won";
      lf_text_addf(&csv, "%s,2023-01-%02d,%s,%c%s\n", stage, 1 + i % 5,
                   i % 3 == 2 ? ""
                   : i % 2    ? "2023-01-20"
                              : "2023-03-20",
                   'a' + i % 4, weighted ? ",2" : "");
    }
    case_must_build(&c, csv.data);
    assert_int_equal(case_role(&c, "Close Date")->role, LF_ROLE_DATE);
    assert_true(weighted ? isnan(c.history->window.advised) : c.history->window.advised == 77);
    assert_true(c.history->window.advised_open == (weighted ? 0 : 16));
    lf_text_free(&csv);
    case_free(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(judges_every_row_by_the_same_time),
      cmocka_unit_test(rows_are_as_old_as_their_creation),
      cmocka_unit_test(rows_to_watch_stay_without_an_outcome),
      cmocka_unit_test(a_stage_that_loses_nobody_can_be_the_outcome),
      cmocka_unit_test(a_window_of_a_day_on_a_row_or_two),
      cmocka_unit_test(says_what_it_lacks),
      cmocka_unit_test(advises_a_window_where_the_young_count_as_lost),
      cmocka_unit_test(advises_a_window_where_old_rows_are_open),
      cmocka_unit_test(advises_nothing_that_does_not_matter),
      cmocka_unit_test(advises_by_a_close_date_that_orders_the_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
