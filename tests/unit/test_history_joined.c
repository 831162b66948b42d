/* The outcome of leads whose deals stand in another source, and what is counted between the two. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "history_case.h"

/* Reads a CSV with a key. */
static lf_table *read_text(const char *csv, const char *key) {
  char path[] = "/tmp/test_joinedXXXXXX";
  const char *paths[] = {path};
  const lf_key_request keys[] = {{.name = key}};
  lf_table *table = NULL;
  lf_error err = {0};
  lf_run run = {.threads = 1};
  int fd = mkstemp(path);
  size_t n = strlen(csv);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, csv, n), (ssize_t)n);
  close(fd);
  lf_read_options options = {.paths = paths, .n_paths = 1, .keys = keys, .n_keys = 1};
  if (lf_table_read(&options, &run, &table, &err) != LF_OK) fail_msg("%s", err.message);
  unlink(path);
  return table;
}

/* The history of leads with what the deals say of them; the key of both is k. */
static lf_status build_joined(history_case *c, const char *leads, const char *deals, lf_many of_lead) {
  lf_table *table = read_text(leads, "k"), *other = read_text(deals, "k");
  const lf_join_request request = {.name = "deals",
                                   .table_name = "leads",
                                   .key = "k",
                                   .with = "k",
                                   .many = {.many = LF_MANY_FIRST},
                                   .table_many = {.many = of_lead}};
  lf_run run = {.threads = 1};
  if (lf_table_join(table, &other, &request, &run, &c->error) != LF_OK) fail_msg("%s", c->error.message);
  lf_table_drop_keys(table);
  lf_history_free(c->history);
  c->history = NULL;
  return lf_history_build(&table, &c->project, &c->options, &run, &c->history, &c->error);
}

static const char leads[] =
    "k,Status,Size\n1,Working,3\n2,Working,4\n3,Dead,5\n4,Working,6\n5,Dead,7\n,Dead,8\n";
static const char deals[] = "k,Stage,Amount\n1,Won,100\n2,Lost,200\n3,Open,300\n9,Won,400\n";

static void must_build(history_case *c) {
  if (build_joined(c, leads, deals, LF_MANY_REFUSE) != LF_OK) fail_msg("%s", c->error.message);
}

static void check_counts(const history_case *c, size_t used, double won, uint64_t open) {
  double rows = 0, wins = 0;
  lf_history_count(c->history, 0, c->history->n_rows, &rows, &wins);
  assert_int_equal(c->history->n_rows, used);
  assert_true(wins == won);
  assert_int_equal(c->history->open, open);
}

static void rows_without_a_deal(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "deals.Stage");
  lf_text_list_add(&c.project.won, "Won", NULL);
  must_build(&c); /* open, as long as nothing else is said */
  check_counts(&c, 2, 1, 4);
  assert_int_equal(case_role(&c, "deals.Amount")->role, LF_ROLE_AMOUNT);
  c.project.unmatched_said = true;
  c.project.unmatched = LF_UNMATCHED_LOST;
  must_build(&c); /* leads 4, 5 and the one without a key are lost; 3 is open */
  check_counts(&c, 5, 1, 1);
  assert_string_equal(c.history->lost_label, "Lost, no row in deals");
  if (build_joined(&c, leads, "k,Stage\n1,won\n2,lost\n", LF_MANY_REFUSE) != LF_OK)
    fail_msg("%s", c.error.message);
  check_counts(&c, 6, 1, 0); /* the level stands between the two, and they keep their rows */
  assert_string_equal(c.history->lost_label, "lost, no row in deals");
  c.project.unmatched = LF_UNMATCHED_BY;
  set_text(&c.project.unmatched_by, "Status");
  lf_text_list_add(&c.project.unmatched_lost, "dead", NULL);
  must_build(&c); /* lead 4 is still being worked */
  check_counts(&c, 4, 1, 2);
  case_free(&c);
}

/* Won within thirty days: a lead without a deal is lost then, so that what only deals say gives the outcome
 * away; the funnel still counts such leads as open, and the two of March are too young. */
static void rows_without_a_deal_in_a_window(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "deals.Stage");
  c.project.within = 30;
  const char *made = "k,Created Date,Size\n1,2024-01-01,3\n2,2024-01-01,4\n3,2024-01-01,5\n4,2024-01-01,6\n"
                     "5,2024-03-01,7\n6,2024-03-01,8\n";
  const char *ended = "k,Stage,Close Date,Source\n1,Won,2024-01-11,in\n2,Lost,2024-01-12,out\n3,Open,,in\n";
  if (build_joined(&c, made, ended, LF_MANY_REFUSE) != LF_OK) fail_msg("%s", c.error.message);
  check_counts(&c, 4, 1, 2);
  assert_true(c.history->window.open == 2 && c.history->window.young == 2);
  assert_true(c.history->funnel.open == 3);
  const lf_column_role *source = case_role(&c, "deals.Source");
  assert_int_equal(source->role, LF_ROLE_EXCLUDED);
  assert_non_null(strstr(source->reason, "known only of rows that have one in 'deals'"));
  case_free(&c);
}

static void whether_there_is_a_deal_at_all(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome_source, "DEALS");
  c.project.unmatched_said = true;
  c.project.unmatched = LF_UNMATCHED_LOST;
  must_build(&c);
  check_counts(&c, 6, 3, 0);
  assert_int_equal(case_role(&c, "in deals")->role, LF_ROLE_OUTCOME);
  const lf_column_role *stage = case_role(&c, "deals.Stage");
  assert_int_equal(stage->role, LF_ROLE_EXCLUDED);
  assert_non_null(strstr(stage->reason, "known only of rows that have one in 'deals'"));
  assert_true(c.history->funnel.alone == 1 && c.history->funnel.alone_won == 1);
  c.project.unmatched = LF_UNMATCHED_BY;
  set_text(&c.project.unmatched_by, "Status");
  lf_text_list_add(&c.project.unmatched_lost, "Dead", NULL);
  must_build(&c);
  check_counts(&c, 5, 3, 1);
  lf_text_list_add(&c.project.keep, "deals.Stage", NULL); /* insisted on */
  must_build(&c);
  assert_int_equal(case_role(&c, "deals.Stage")->role, LF_ROLE_ATTRIBUTE);
  case_free(&c);
}

static void what_tells_lost_rows_must_be_there(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text many = {0};
  set_text(&c.project.outcome_source, "deals");
  c.project.unmatched = LF_UNMATCHED_BY;
  set_text(&c.project.unmatched_by, "State");
  lf_text_list_add(&c.project.unmatched_lost, "Dead", NULL);
  assert_int_equal(build_joined(&c, leads, deals, LF_MANY_REFUSE), LF_E_USAGE);
  assert_string_equal(c.error.message, "there is no column 'State' to tell which unmatched rows are lost");
  set_text(&c.project.unmatched_by, "Status");
  lf_text_list_add(&c.project.unmatched_lost, "Deceased", NULL);
  assert_int_equal(build_joined(&c, leads, deals, LF_MANY_REFUSE), LF_E_DATA);
  assert_string_equal(c.error.message, "no row of 'Status' has the value 'Deceased'");
  lf_text_add(&many, "k,Status,Size\n");
  for (int i = 0; i < 70000; i++) /* kept as hashes */
    lf_text_addf(&many, "%d,a text that is long enough to make a large file of them: %d,%d\n", i, i, i % 7);
  assert_int_equal(build_joined(&c, many.data, deals, LF_MANY_REFUSE), LF_E_DATA);
  if (!strstr(c.error.message, "different values: unmatched rows are told by a few"))
    fail_msg("%s", c.error.message);
  lf_text_free(&many);
  case_free(&c);
}

/* Two leads of one deal: the first has it, the second is left out. */
static void a_deal_counts_once(void **state) {
  (void)state;
  const char *pairs = "k,Status,Size\n1,Working,3\n1,Working,4\n2,Dead,5\n4,Dead,6\n";
  history_case c = case_new();
  set_text(&c.project.outcome, "deals.Stage");
  if (build_joined(&c, pairs, deals, LF_MANY_FIRST) != LF_OK) fail_msg("%s", c.error.message);
  check_counts(&c, 2, 1, 1);
  assert_int_equal(case_excluded(&c, "the row of deals they ask for is another row's"), 1);
  assert_true(c.history->funnel.shared == 1 && c.history->funnel.unmatched == 1);
  c.options.need_outcome = false; /* rows to be scored all stay */
  if (build_joined(&c, pairs, deals, LF_MANY_FIRST) != LF_OK) fail_msg("%s", c.error.message);
  assert_int_equal(c.history->n_rows, 4);
  case_free(&c);
}

static void an_outcome_of_no_source_that_is_joined(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "quotes.Stage");
  assert_int_equal(build_joined(&c, leads, deals, LF_MANY_REFUSE), LF_E_USAGE);
  assert_non_null(strstr(c.error.message, "there is no column 'quotes.Stage'"));
  set_text(&c.project.outcome, "deals.Stagger"); /* lost rows or not, there must be such a column */
  c.project.unmatched = LF_UNMATCHED_LOST;
  assert_int_equal(build_joined(&c, leads, deals, LF_MANY_REFUSE), LF_E_USAGE);
  assert_non_null(strstr(c.error.message, "there is no column 'deals.Stagger'"));
  case_free(&c);
}

/* A deal won in June whose lead was made in July: named. Months of leads and of deals that have none. */
static void dates_that_run_backwards(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "deals.Stage");
  assert_int_equal(
      build_joined(&c,
                   "k,Created,Lead Source,Owner\n1,2024-07-02,Web,Ann\n2,2024-05-01,Fair,Bob\n3,,Web,Ann\n"
                   "4,2024-05-09,Web,\n",
                   "k,Stage,Opened,Close Date,Source\n1,Won,2024-06-01,2024-06-30,Web\n"
                   "2,Lost,2024-05-11,2024-05-05,Fair\n3,Won,2024-06-01,,Fair\n8,Won,,2024-06-02,Web\n",
                   LF_MANY_REFUSE),
      LF_OK);
  const lf_funnel_leaks *f = &c.history->funnel;
  assert_string_equal(f->source, "deals");
  assert_int_equal(f->n_orders, 3);
  for (size_t i = 0; i < f->n_orders; i++) assert_true(f->orders[i].rows == 1 && f->orders[i].compared == 2);
  assert_true(f->days_median == 10); /* of the one that did not run backwards: opened ten days after */
  assert_int_equal(f->n_cuts, 3);
  const lf_funnel_cut *month = &f->cuts[f->n_cuts - 1];
  assert_int_equal(month->n, 2); /* June has no lead */
  assert_string_equal(month->groups[0].label, "2024-05");
  assert_true(month->groups[0].rows == 2 && month->groups[0].reached == 1);
  assert_string_equal(month->groups[1].label, "2024-07");
  assert_true(f->alone == 1 && f->alone_won == 1);
  case_free(&c);
}

/* More owners than are shown: the rest is one group without a name. */
static void small_groups_are_pooled(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "k,Owner,Size\n");
  for (size_t i = 0; i < 3 * (LF_FUNNEL_GROUPS + 4); i++)
    lf_text_addf(&csv, "%zu,rep %02zu,%zu\n", i, i / 3, i % 5);
  set_text(&c.project.outcome, "deals.Stage");
  assert_int_equal(build_joined(&c, csv.data, "k,Stage\n0,Won\n1,Lost\n", LF_MANY_REFUSE), LF_OK);
  const lf_funnel_cut *cut = &c.history->funnel.cuts[0];
  assert_int_equal(cut->n, LF_FUNNEL_GROUPS + 1);
  assert_null(cut->groups[LF_FUNNEL_GROUPS].label);
  double rows = 0;
  for (size_t g = 0; g < cut->n; g++) rows += cut->groups[g].rows;
  assert_true(rows == 3 * (LF_FUNNEL_GROUPS + 4));
  assert_true(cut->groups[LF_FUNNEL_GROUPS].rows == 12);
  assert_true(isnan(c.history->funnel.days_median)); /* no dates at all */
  lf_text_free(&csv);
  case_free(&c);
}

/* The outcome stands with the leads, the amount with the deals: these are the other half then. Deals that are
 * all older than their leads, dates of two centuries, and a deal of nobody without a stage. */
static void the_amount_brings_the_other_half(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text later = {0};
  set_text(&c.project.outcome, "Result");
  set_text(&c.project.amount, "deals.Amount");
  lf_text_add(&later, "k,Amount");
  for (int day = 1; day <= 20; day++) lf_text_addf(&later, ",Date %d", day);
  lf_text_add(&later, "\n1,100");
  for (int day = 1; day <= 20; day++) lf_text_addf(&later, ",1900-01-%02d", day);
  lf_text_add(&later, "\n2,200");
  for (int day = 1; day <= 20; day++) lf_text_addf(&later, ",2024-04-%02d", day);
  lf_text_add(&later, "\n9,400");
  for (int day = 1; day <= 20; day++) lf_text_add(&later, ",");
  lf_text_add(&later, "\n");
  assert_int_equal(
      build_joined(&c, "k,Created,Result,Size\n1,1901-07-02,Won,1\n2,2024-05-01,Lost,2\n3,2024-05-01,Won,3\n",
                   later.data, LF_MANY_REFUSE),
      LF_OK);
  lf_text_free(&later);
  const lf_funnel_leaks *f = &c.history->funnel;
  assert_string_equal(f->source, "deals");
  assert_true(f->reached == 2 && f->unmatched == 1);
  assert_true(isnan(f->days_median) && isnan(f->days_90)); /* none took a time */
  assert_true(f->alone == 1 && isnan(f->alone_won));       /* what it came to is not known */
  assert_int_equal(f->n_orders, LF_FUNNEL_ORDERS);         /* as many as are told */
  for (size_t i = 0; i < f->n_cuts; i++)
    if (f->cuts[i].by == LF_FUNNEL_MONTH) assert_int_equal(f->cuts[i].n, 0); /* too many months */
  case_free(&c);
}

/* Deals of nobody: won by either of two values, or without a stage. */
static void deals_of_nobody_are_counted(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "deals.Stage");
  lf_text_list_add(&c.project.won, "Won", NULL);
  lf_text_list_add(&c.project.won, "Paid", NULL);
  lf_text_list_add(&c.project.lost, "Lost", NULL);
  assert_int_equal(
      build_joined(&c, leads,
                   "k,Stage,Amount\n1,Won,100\n2,Lost,200\n7,Paid,300\n8,,350\n9,Won,400\n10,Lost,500\n"
                   ",Paid,\n",
                   LF_MANY_REFUSE),
      LF_OK);
  const lf_funnel_leaks *f = &c.history->funnel;
  assert_true(f->alone == 5 && f->alone_without_key == 1);
  assert_true(f->alone_won == 3 && f->alone_amount == 700);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_without_a_deal),
      cmocka_unit_test(rows_without_a_deal_in_a_window),
      cmocka_unit_test(whether_there_is_a_deal_at_all),
      cmocka_unit_test(what_tells_lost_rows_must_be_there),
      cmocka_unit_test(a_deal_counts_once),
      cmocka_unit_test(an_outcome_of_no_source_that_is_joined),
      cmocka_unit_test(dates_that_run_backwards),
      cmocka_unit_test(small_groups_are_pooled),
      cmocka_unit_test(the_amount_brings_the_other_half),
      cmocka_unit_test(deals_of_nobody_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
