/* Roles, rows, split and folds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history_case.h"

/* n leads with an id, an account of `per_account` leads each, a date `per_day` leads a day from 2024-01-01
 * on, and an outcome. */
static lf_text leads(size_t n, size_t per_account, size_t per_day, bool with_id) {
  lf_text csv = {0};
  lf_text_addf(&csv, "%sAccount Id,CreatedDate,Size,Result\n", with_id ? "Lead Id," : "");
  for (size_t i = 0; i < n; i++) {
    if (with_id) lf_text_addf(&csv, "L%06zu,", i);
    size_t day = i / per_day;
    lf_text_addf(&csv, "acc%zu,2024-%02zu-%02zu,", i / per_account, 1 + day / 28, 1 + day % 28);
    lf_text_addf(&csv, "%d,%s\n", (int)(1000 * noise(1, i)), noise(2, i) < 0.3 ? "Won" : "Lost");
  }
  return csv;
}

static void roles_by_name_and_values(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = leads(300, 3, 5, true);
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Lead Id")->role, LF_ROLE_ID);
  assert_int_equal(case_role(&c, "Account Id")->role, LF_ROLE_ACCOUNT);
  assert_int_equal(case_role(&c, "CreatedDate")->role, LF_ROLE_CREATED);
  assert_int_equal(c.history->date, c.history->created);
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_ATTRIBUTE);
  assert_true(case_notes(&c, "Lead Id") && case_notes(&c, "Account Id") && case_notes(&c, "CreatedDate"));
  assert_int_equal(c.history->n_clusters, 100);
  for (size_t i = 0; i < 300; i++) assert_int_equal(c.history->cluster[i], i / 3);
  lf_text_free(&csv);
  case_free(&c);
}

static void options_win(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = leads(300, 3, 5, true);
  set_text(&c.project.id, "size");
  set_text(&c.project.date, "CreatedDate");
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_ID);
  assert_true(case_role(&c, "Size")->said);
  assert_int_equal(case_role(&c, "CreatedDate")->role, LF_ROLE_DATE);
  set_text(&c.project.amount, "Size");
  case_must_fail(&c, csv.data, LF_E_USAGE, "both amount and id");
  set_text(&c.project.id, "Lead Id");
  set_text(&c.project.amount, "Account Id");
  case_must_fail(&c, csv.data, LF_E_DATA, "not numbers");
  set_text(&c.project.amount, "Sise");
  case_must_fail(&c, csv.data, LF_E_USAGE, "did you mean 'Size'?");
  lf_text_free(&csv);
  case_free(&c);
}

/* 400 leads, 5 a day: 80 days; the newest quarter is the 20 days from index 60 on, which is 2024-03-05. */
static void the_newest_quarter_judges(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = leads(400, 400, 5, true);
  c.options.holdout = (double)NAN;
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->split, LF_SPLIT_TIME);
  assert_int_equal(c.history->n_train, 300);
  assert_true(c.history->split_from == 19787); /* days from 1970-01-01 to 2024-03-05 */
  for (size_t i = 0; i < 400; i++) assert_true((lf_history_day(c.history, i) >= 19787) == (i >= 300));
  assert_true(c.history->folds_in_time);
  assert_int_equal(c.history->n_folds, 10);
  for (size_t i = 0; i < 300; i++) assert_int_equal(c.history->fold[i], i / 30);
  for (size_t i = 300; i < 400; i++) assert_int_equal(c.history->fold[i], 255);
  c.options.holdout_from = "2024-01-11";
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->n_train, 50);
  c.options.holdout_from = "2024-02-30";
  case_must_fail(&c, csv.data, LF_E_USAGE, "YYYY-MM-DD");
  lf_text_free(&csv);
  case_free(&c);
}

/* A day is never split: 7 rows a day, a quarter of 70 rows would be 17.5 rows. */
static void whole_days_stay_together(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = leads(70, 70, 7, true);
  c.options.holdout = 0.25;
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->n_rows - c.history->n_train,
                   14); /* nearer to 17.5 than 21 is, by the tie the fewer */
  lf_text_free(&csv);
  case_free(&c);
}

static void a_date_of_won_rows_alone_orders_nothing(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Lead Id,won_date,first_contact_date,Size,Won\n");
  for (size_t i = 0; i < 400; i++) {
    bool won = noise(3, i) < 0.4;
    lf_text_addf(&csv, "L%zu,%s,2024-%02zu-%02zu,%zu,%d\n", i, won ? "2024-11-02" : "", 1 + i / 100,
                 1 + i % 28, i % 17, won);
  }
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->date, lf_table_find(c.history->table, "first_contact_date"));
  assert_int_equal(case_role(&c, "won_date")->role, LF_ROLE_EXCLUDED);
  lf_text_free(&csv);
  case_free(&c);
}

static void rows_in_time_order(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = leads(400, 400, 5, true);
  set_text(&c.project.date, "@row");
  c.options.holdout = 0.3;
  case_must_build(&c, csv.data);
  assert_true(c.history->date_is_row);
  assert_int_equal(c.history->date, SIZE_MAX);
  assert_int_equal(c.history->n_train, 280);
  assert_true(lf_history_day(c.history, 7) == 7);
  assert_true(c.history->folds_in_time);
  c.options.holdout_from = "2024-01-01";
  case_must_fail(&c, csv.data, LF_E_USAGE, "--date @row");
  lf_text_free(&csv);
  case_free(&c);
}

/* A CSV of n rows without dates; returns which ids judge, in order of the file, as text "L1 L5 …". */
static lf_text judges(size_t n, bool with_id, bool with_account) {
  history_case c = case_new();
  lf_text csv = {0}, out = {0};
  lf_text_addf(&csv, "%s%sSize,Result\n", with_id ? "Lead Id," : "", with_account ? "Account Id," : "");
  for (size_t i = 0; i < n; i++) {
    if (with_id) lf_text_addf(&csv, "L%zu,", i);
    if (with_account) lf_text_addf(&csv, "A%zu,", i / 4);
    lf_text_addf(&csv, "%zu,%s\n", 5 * i, noise(4, i) < 0.4 ? "Won" : "Lost");
  }
  c.options.holdout = (double)NAN;
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->split, LF_SPLIT_HASH);
  const lf_column *size = &c.history->table->columns[lf_table_find(c.history->table, "Size")];
  for (size_t i = c.history->n_train; i < c.history->n_rows; i++)
    lf_text_addf(&out, "L%zu ", (size_t)lf_column_number(size, i) / 5);
  lf_text_free(&csv);
  case_free(&c);
  return out;
}

/* The judges of the longer history begin with those of the shorter: nobody moved. */
static void check_nobody_moves(bool with_id, bool with_account, size_t n, size_t more) {
  lf_text few = judges(n, with_id, with_account), many = judges(more, with_id, with_account);
  assert_true(few.length > 0 && many.length > few.length);
  assert_memory_equal(few.data, many.data, few.length);
  lf_text_free(&few);
  lf_text_free(&many);
}

static void adding_rows_moves_nobody(void **state) {
  (void)state;
  check_nobody_moves(true, false, 400, 900);
  check_nobody_moves(false, false, 400, 900);
  check_nobody_moves(true, true, 400, 900);
  check_nobody_moves(false, false, 200, 9000); /* numbers are stored otherwise when there are many */
}

static void a_quarter_judges_by_hash(void **state) {
  (void)state;
  lf_text out = judges(4000, true, false);
  size_t n = 0;
  for (const char *p = out.data; *p; p++) n += *p == ' ';
  assert_true(n > 1000 - 110 &&
              n < 1000 + 110); /* four standard deviations of a binomial: 4 sqrt(4000 * 3/16) = 110 */
  lf_text_free(&out);
}

static void accounts_do_not_straddle(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Lead Id,Account Id,Size,Result\n");
  for (size_t i = 0; i < 6000; i++)
    lf_text_addf(&csv, "L%zu,A%zu,%zu,%s\n", i, (i * 7919) % 1500, i % 50,
                 noise(5, i) < 0.4 ? "Won" : "Lost");
  for (int repeat = 0; repeat < 2;
       repeat++) { /* dealt, and by hash: fewer and more training rows than 5000 */
    c.options.holdout = repeat ? 0.05 : 0.25;
    case_must_build(&c, csv.data);
    const lf_history *h = c.history;
    uint8_t *fold = calloc(h->n_clusters, 1);
    assert_int_equal(h->n_clusters, 1500);
    for (size_t i = 0; i < h->n_rows; i++) {
      uint8_t f = (uint8_t)(h->fold[i] == 255 ? 255 : h->fold[i] + 1);
      assert_true(!fold[h->cluster[i]] || fold[h->cluster[i]] == f); /* one fold, one side */
      fold[h->cluster[i]] = f;
    }
    free(fold);
  }
  lf_text_free(&csv);
  case_free(&c);
}

static void small_folds_each_hold_both_sides(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Lead Id,Size,Result\n");
  for (size_t i = 0; i < 100; i++) lf_text_addf(&csv, "L%zu,%zu,%s\n", i, i % 7, i % 10 ? "Lost" : "Won");
  case_must_build(&c, csv.data); /* 10 won, 90 lost, 10 folds */
  size_t won[10] = {0}, rows[10] = {0};
  assert_int_equal(c.history->n_folds, 10);
  for (size_t i = 0; i < 100; i++) {
    rows[c.history->fold[i]]++;
    won[c.history->fold[i]] += c.history->won[i];
  }
  for (size_t f = 0; f < 10; f++) assert_true(rows[f] == 10 && won[f] == 1);
  lf_text_free(&csv);
  case_free(&c);
}

static void duplicates(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "Size,Result\n1,Won\n1,Won\n2,Lost\n1,Won\n2,Won\n");
  assert_int_equal(c.history->n_rows, 5);
  assert_true(case_notes(&c, "2 rows repeat an earlier row exactly"));
  case_must_build(
      &c,
      "Lead "
      "Id,Size,Result\n1,1,Won\n1,1,Won\n2,2,Lost\n3,1,Won\n1,1,Won\n4,1,Lost\n5,1,Won\n6,4,Won\n7,5,Won\n");
  assert_int_equal(c.history->id, 0);
  assert_int_equal(c.history->n_rows, 7);
  assert_int_equal(case_excluded(&c, "duplicate"), 2);
  case_free(&c);
}

static void weights(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "Result,Gender,freq\nWon,f,10\nLost,f,30\nWon,m,\nLost,m,5\nWon,m,0\n");
  assert_int_equal(case_role(&c, "freq")->role, LF_ROLE_WEIGHT);
  double rows = 0, won = 0;
  lf_history_count(c.history, 0, c.history->n_rows, &rows, &won);
  assert_true(rows == 45 && won == 10);
  assert_int_equal(case_excluded(&c, "no weight"), 1);
  assert_int_equal(case_excluded(&c, "weight 0"), 1);
  set_text(&c.project.weight, "freq");
  case_must_fail(&c, "Result,Gender,freq\nWon,f,10\nLost,f,-3\n", LF_E_DATA, "negative");
  case_free(&c);
}

static void odd_splits_are_refused(void **state) {
  (void)state;
  history_case c = case_new();
  c.options.holdout = 1;
  case_must_fail(&c, "Size,Result\n1,Won\n2,Lost\n", LF_E_USAGE, "--holdout");
  c.options.holdout = 0;
  c.options.holdout_from = "2024-01-01";
  case_must_fail(&c, "Size,Result\n1,Won\n2,Lost\n", LF_E_USAGE, "--date COL");
  c.options.holdout_from = NULL;
  set_text(&c.project.date, "@row");
  c.options.holdout = 0.5;
  case_must_fail(&c, "Size,Result\n1,Won\n2,Won\n3,Lost\n4,Lost\n", LF_E_DATA,
                 "training rows (2) are all won");
  case_must_fail(&c, "Size,Result\n", LF_E_DATA, "no rows");
  case_free(&c);
}

static void days_that_are_none_are_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
      "2024-1-11",  "2024/01/11", "2024-01/11", "20x4-01-11",  "2024-0x-11", "2024-01-1x",
      "2024-01-1 ", "2024- 1-11", "2024-13-01", "2024-00-01",  "2024-01-00", "2024-04-31",
      "2023-02-29", "1900-02-29", "0024-01-11", "2024-01-111", "today",      ""};
  history_case c = case_new();
  lf_text csv = leads(100, 100, 2, true); /* 50 days from 2024-01-01 on */
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    c.options.holdout_from = bad[i];
    case_must_fail(&c, csv.data, LF_E_USAGE, "is no date: write YYYY-MM-DD");
  }
  c.options.holdout_from = "2024-02-10"; /* months of 28 days: day 37 */
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->n_train, 74);
  c.options.holdout_from = "2000-02-29";
  case_must_fail(&c, csv.data, LF_E_DATA, "every row is in the holdout");
  c.options.holdout_from = "2024-12-31";
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->n_train, 100);
  assert_true(case_notes(&c, "the holdout (0 rows) does not hold both won and lost rows"));
  lf_text_free(&csv);
  case_free(&c);
}

/* Rows without a day train; where all have the same one, a hash chooses. */
static void dates_that_do_not_split(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Lead Id,CreatedDate,Size,Result\n");
  for (size_t i = 0; i < 400; i++)
    lf_text_addf(&csv, "L%zu,%s2024-03-%02zu,%zu,%s\n", i, i % 50 ? "" : ",", 1 + i % 20, i % 7,
                 noise(6, i) < 0.3 ? "Won" : "Lost");
  char *gap = NULL; /* every fiftieth row: no date, and the date it would have had as its size */
  while ((gap = strstr(csv.data, ",,2024")) != NULL) {
    char *end = strchr(gap + 2, ',');
    memmove(gap + 1, end, strlen(end) + 1);
  }
  c.options.holdout = 0.25;
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->split, LF_SPLIT_TIME);
  assert_true(case_notes(&c, "8 rows have no date in 'CreatedDate'; they are training rows"));
  for (size_t i = 0; i < c.history->n_rows; i++)
    if (isnan(lf_history_day(c.history, i))) assert_true(i < c.history->n_train);
  lf_text_free(&csv);
  csv = leads(400, 400, 400, true);
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->split, LF_SPLIT_HASH);
  assert_true(case_notes(&c, "all rows have the same day in 'CreatedDate'"));
  lf_text_free(&csv);
  case_free(&c);
}

/* With @row, weights count: 10 rows of weight 1 and one of 10, which alone is the newer half. */
static void rows_in_order_with_weights(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Result,Size,freq\n");
  for (size_t i = 0; i < 10; i++) lf_text_addf(&csv, "%s,%zu,1\n", i % 2 ? "Won" : "Lost", i % 3);
  lf_text_add(&csv, "Open,1,5\nWon,2,10\n");
  set_text(&c.project.date, "@row");
  set_text(&c.project.weight, "freq");
  set_text(&c.project.outcome, "Result");
  c.options.holdout = 0.5;
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->n_train, 10);
  assert_int_equal(c.history->n_rows, 11);
  assert_true(isnan(c.history->split_from));
  c.options.holdout = -0.1;
  case_must_fail(&c, csv.data, LF_E_USAGE, "from 0 to less than 1");
  lf_text_free(&csv);
  case_free(&c);
}

static void rows_that_cannot_be_used(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Stage");
  set_text(&c.project.weight, "w");
  case_must_fail(&c, "Stage,w\nProposal,1\nProposal,2\nWon,0\nLost,0\n", LF_E_DATA,
                 "no row of 4 can be used: all are open");
  case_must_fail(&c, "Stage,w\nWon,0\nLost,0\nLion,2\n", LF_E_DATA,
                 "no row of 3 can be used: check the outcome and weight columns");
  case_must_fail(&c, "Stage,w\nWon,2\nWon,1\nLost,0\n", LF_E_DATA,
                 "all 2 closed rows are won, so nothing tells winning from losing: add rows that were lost");
  case_free(&c);
}

/* Rows that repeat others but for a long text and a fraction are no repeats; those that do not, are. */
static void repeats_are_told_by_every_column(void **state) {
  (void)state;
  enum { ROWS = 140000 };
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Id,Size,Note,Result\n");
  for (size_t i = 0; i < ROWS;
       i++) { /* each twice, far apart: so many that they are kept as numbers and hashes */
    size_t k = i < ROWS / 2 ? i : ROWS - 1 - i;
    lf_text_addf(&csv, "%zu,%zu.%06zu,text %zu,%s\n", k, k / 2, k % 1000, k, k % 3 ? "Lost" : "Won");
  }
  lf_text_add(&csv, "7,,,Won\n7,,,Won\n7,,text,Won\n");
  set_text(&c.project.id, "Id");
  case_must_build(&c, csv.data);
  assert_int_equal(case_excluded(&c, "exact duplicate of an earlier row"), ROWS / 2 + 1);
  assert_int_equal(c.history->n_rows, ROWS / 2 + 2);
  lf_text_free(&csv);
  case_free(&c);
}

/* Rows in which nothing stands are alike, too: rows without a value can be said to be lost. */
static void empty_rows_repeat_one_another(void **state) {
  (void)state;
  history_case c = case_new();
  const char *csv = "Id,End,Size\n1,Won,1\n,,\n2,Won,3\n,,\n,,\n3,Won,2\n";
  set_text(&c.project.outcome, "End");
  lf_text_list_add(&c.project.won, "Won", NULL);
  lf_text_list_add(&c.project.lost, "", NULL);
  case_must_build(&c, csv);
  assert_true(case_notes(&c, "2 rows repeat an earlier row exactly"));
  set_text(&c.project.id, "Id");
  case_must_build(&c, csv);
  assert_int_equal(case_excluded(&c, "exact duplicate"), 2);
  assert_int_equal(c.history->n_rows, 4);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(roles_by_name_and_values),
      cmocka_unit_test(options_win),
      cmocka_unit_test(the_newest_quarter_judges),
      cmocka_unit_test(whole_days_stay_together),
      cmocka_unit_test(a_date_of_won_rows_alone_orders_nothing),
      cmocka_unit_test(rows_in_time_order),
      cmocka_unit_test(adding_rows_moves_nobody),
      cmocka_unit_test(a_quarter_judges_by_hash),
      cmocka_unit_test(accounts_do_not_straddle),
      cmocka_unit_test(small_folds_each_hold_both_sides),
      cmocka_unit_test(duplicates),
      cmocka_unit_test(weights),
      cmocka_unit_test(odd_splits_are_refused),
      cmocka_unit_test(days_that_are_none_are_refused),
      cmocka_unit_test(dates_that_do_not_split),
      cmocka_unit_test(rows_in_order_with_weights),
      cmocka_unit_test(rows_that_cannot_be_used),
      cmocka_unit_test(repeats_are_told_by_every_column),
      cmocka_unit_test(empty_rows_repeat_one_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
