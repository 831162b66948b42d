/* Which columns may be attributes, which are left out, which are asked about. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history_case.h"
#include "ingest/value.h"

enum { ROWS = 2000 };

static bool won_row(size_t i) {
  return noise(11, i) < 0.3;
}

/* A history of ROWS leads with an honest Size and one more column, whose cell is written by `cell`. */
static void build_with(history_case *c, const char *name, void (*cell)(lf_text *csv, size_t i)) {
  lf_text csv = {0};
  lf_text_addf(&csv, "Size,%s,Result\n", name);
  for (size_t i = 0; i < ROWS; i++) {
    lf_text_addf(&csv, "%d,", (int)(50 * noise(12, i)) + (won_row(i) ? 5 : 0));
    cell(&csv, i);
    lf_text_addf(&csv, ",%s\n", won_row(i) ? "Won" : "Lost");
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static void check_left_out(const char *name, void (*cell)(lf_text *csv, size_t i), const char *why) {
  history_case c = case_new();
  build_with(&c, name, cell);
  const lf_column_role *role = case_role(&c, name);
  assert_int_equal(role->role, LF_ROLE_EXCLUDED);
  if (!strstr(role->reason, why)) fail_msg("'%s' lacks '%s'", role->reason, why);
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_ATTRIBUTE);
  assert_null(case_role(&c, "Size")->suspicion);
  case_free(&c);
}

/* Kept; asked about where `question` is not NULL. */
static void check_kept(const char *name, void (*cell)(lf_text *csv, size_t i), const char *question) {
  history_case c = case_new();
  build_with(&c, name, cell);
  const lf_column_role *role = case_role(&c, name);
  if (role->role != LF_ROLE_ATTRIBUTE)
    fail_msg("%s is %s: %s", name, lf_role_name(role->role), role->reason ? role->reason : "");
  if (question && (!role->suspicion || !strstr(role->suspicion, question)))
    fail_msg("'%s' lacks '%s'", role->suspicion ? role->suspicion : "", question);
  if (!question && role->suspicion) fail_msg("%s is asked about: %s", name, role->suspicion);
  case_free(&c);
}

/* ---- cells ---------------------------------------------------------------------------------------- */

static void constant(lf_text *csv, size_t i) {
  (void)i;
  lf_text_add(csv, "same");
}
static void nothing(lf_text *csv, size_t i) {
  (void)csv;
  (void)i;
}
static void unique_text(lf_text *csv, size_t i) {
  lf_text_addf(csv, "x%zu-%d", i, (int)(1e6 * noise(13, i)));
}
static void unique_number(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%zu", 600000 + 37 * i);
}
static void email(lf_text *csv, size_t i) {
  lf_text_addf(csv, "p%zu@example.com", i % 900);
}
static void phone(lf_text *csv, size_t i) {
  lf_text_addf(csv, "+49 30 %07zu", (i % 900) * 7919);
}
static void url(lf_text *csv, size_t i) {
  lf_text_addf(csv, "https://example.com/%zu", i % 900);
}
static void few_pages(lf_text *csv, size_t i) {
  lf_text_addf(csv, "https://example.com/%zu", i % 7);
}
static void rarely(lf_text *csv, size_t i) {
  if (i % 200 == 0) lf_text_add(csv, i % 400 ? "a" : "b");
}
static void date(lf_text *csv, size_t i) {
  lf_text_addf(csv, "2024-%02zu-%02zu", 1 + i % 12, 1 + i % 28);
}
static void same_result(lf_text *csv, size_t i) {
  lf_text_add(csv, won_row(i) == (noise(14, i) < 0.995) ? "alpha" : "beta");
}
static void only_won(lf_text *csv, size_t i) {
  if (won_row(i) && noise(15, i) < 0.3) lf_text_addf(csv, "s%zu", i % 5);
}
static void zero_for_lost(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%d", won_row(i) ? (int)(1000 * noise(16, i)) + 1 : 0);
}
/* Two thirds of the wins have tags that nobody else has; the rest looks like the losses. */
static void telling_tags(lf_text *csv, size_t i) {
  if (won_row(i) && noise(17, i) < 0.66)
    lf_text_addf(csv, "will buy %zu", i % 3);
  else
    lf_text_addf(csv, "tag %zu", i % 6);
}
static void mirror_missing(lf_text *csv, size_t i) {
  if (won_row(i) ? noise(18, i) < 0.97 : noise(18, i) < 0.04) lf_text_addf(csv, "%zu", i % 4);
}
static void honest(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%s", noise(19, i) < (won_row(i) ? 0.45 : 0.3) ? "Referral" : "Web");
}
static void strong(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%d", (int)(100 * noise(20, i)) + (won_row(i) ? 60 : 0));
}
static void numbers(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%d", (int)(100 * noise(21, i)));
}
static void mostly_missing(lf_text *csv, size_t i) {
  if (noise(22, i) < 0.3) lf_text_addf(csv, "%zu", i % 4);
}

static void columns_that_tell_nothing(void **state) {
  (void)state;
  check_left_out("Colour", constant, "constant");
  check_left_out("Colour", nothing, "no row has a value");
  check_left_out("Reference", unique_text, "identifier");
  check_left_out("Contact", email, "e-mail");
  check_left_out("Contact", phone, "phone");
  check_left_out("Landing", url, "web addresses");
  check_left_out("Colour", rarely, "almost empty");
  check_left_out("Seen", date, "a date");
  check_kept("Landing", few_pages, NULL);
  check_kept("Colour", mostly_missing, NULL);
}

static void a_number_is_an_identifier_by_its_name(void **state) {
  (void)state;
  history_case c = case_new();
  build_with(&c, "Case No", unique_number);
  assert_int_equal(case_role(&c, "Case No")->role, LF_ROLE_ID);
  build_with(&c, "Turnover", unique_number);
  assert_int_equal(case_role(&c, "Turnover")->role, LF_ROLE_ATTRIBUTE);
  case_free(&c);
}

static void columns_that_know_the_outcome(void **state) {
  (void)state;
  check_left_out("Group", same_result, "the outcome under another name");
  check_left_out("Seller", only_won, "filled for won rows only");
  check_left_out("Invoice", zero_for_lost, "other than 0 for won rows only");
  check_left_out("Remark", telling_tags, "of the wins lie in values where nearly every row is won");
  check_left_out("Remark", mirror_missing, "whether it is filled");
}

/* A history with two more columns, whose cells are written by `cells`; whether both, or neither, are left
 * out. */
static bool pair_is_left_out(void (*cells)(lf_text *csv, size_t i)) {
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Size,First,Second,Result\n");
  for (size_t i = 0; i < ROWS; i++) {
    lf_text_addf(&csv, "%d,", (int)(50 * noise(12, i)) + (won_row(i) ? 5 : 0));
    cells(&csv, i);
    lf_text_addf(&csv, ",%s\n", won_row(i) ? "Won" : "Lost");
  }
  case_must_build(&c, csv.data);
  bool first = case_role(&c, "First")->role == LF_ROLE_EXCLUDED,
       second = case_role(&c, "Second")->role == LF_ROLE_EXCLUDED;
  assert_true(first == second);
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_ATTRIBUTE);
  if (first) {
    assert_non_null(strstr(case_role(&c, "First")->reason, "'Second' together"));
    assert_true(case_role(&c, "Second")->leak);
  }
  lf_text_free(&csv);
  case_free(&c);
  return first;
}

/* Won where both agree, but for one row in a hundred: neither tells anything alone. */
static void agree_when_won(lf_text *csv, size_t i) {
  int a = (int)(3 * noise(23, i)), other = (a + 1 + (int)(2 * noise(24, i))) % 3;
  bool agree = won_row(i) == (noise(25, i) < 0.99);
  lf_text_addf(csv, "a%d,b%d", a, agree ? a : other);
}
/* Lost where both agree, as nearly all lost rows do; among the others wins and losses are mixed. */
static void agree_when_lost(lf_text *csv, size_t i) {
  int a = (int)(3 * noise(23, i)), other = (a + 1 + (int)(2 * noise(24, i))) % 3;
  bool agree = !won_row(i) && noise(25, i) < 0.93;
  lf_text_addf(csv, "a%d,b%d", a, agree ? a : other);
}
/* Won where both are above 50. */
static void both_high(lf_text *csv, size_t i) {
  double first = 50 * noise(23, i), second = 50 * noise(24, i), corner = noise(25, i);
  bool up = won_row(i) || corner < 1.0 / 3, right = won_row(i) || (corner >= 1.0 / 3 && corner < 2.0 / 3);
  lf_text_addf(csv, "%d,%d", (int)(first + (up ? 50 : 0)), (int)(second + (right ? 50 : 0)));
}
/* Two strong honest ones: where both say yes the odds are 20 times the base. */
static void two_strong(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%s,%s", noise(23, i) < (won_row(i) ? 0.82 : 0.18) ? "yes" : "no",
               noise(24, i) < (won_row(i) ? 0.82 : 0.18) ? "yes" : "no");
}

static void pairs_that_know_the_outcome(void **state) {
  (void)state;
  assert_true(pair_is_left_out(agree_when_won));
  assert_true(pair_is_left_out(both_high));
  assert_true(pair_is_left_out(agree_when_lost));
  assert_false(pair_is_left_out(two_strong));
}

static void honest_columns_are_not_accused(void **state) {
  (void)state;
  check_kept("Region", honest, NULL);
  check_kept("Employees", numbers, NULL);
}

static void odd_columns_are_asked_about(void **state) {
  (void)state;
  check_kept("Visits", strong, "AUC");
  check_kept("Call Duration", numbers, "how the sale went");
  check_kept("Elapsed Days", numbers, "how the sale went");
  check_kept("StageChanges", numbers, "how the sale went");
  check_kept("Last Activity", honest, "overwritten");
  check_kept("Lead Quality", honest, "judgement");
  check_kept("Closing Room", honest, "how the deal ended");
}

static void the_user_decides(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text_list_split(&c.project.keep, "Remark", NULL);
  build_with(&c, "Remark", telling_tags);
  assert_int_equal(case_role(&c, "Remark")->role, LF_ROLE_ATTRIBUTE);
  assert_true(case_role(&c, "Remark")->said);
  assert_non_null(strstr(case_role(&c, "Remark")->suspicion, "gives the outcome away"));
  lf_text_list_clear(&c.project.keep);
  lf_text_list_split(&c.project.drop, "size", NULL);
  build_with(&c, "Region", honest);
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_EXCLUDED);
  lf_text_list_clear(&c.project.drop);
  lf_text_list_split(&c.project.use, "Region", NULL);
  build_with(&c, "Region", honest);
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_EXCLUDED);
  assert_int_equal(case_role(&c, "Region")->role, LF_ROLE_ATTRIBUTE);
  build_with(&c, "Region", constant); /* what the user names stays */
  assert_int_equal(case_role(&c, "Region")->role, LF_ROLE_ATTRIBUTE);
  lf_text_list_clear(&c.project.use);
  c.options.keep_suspects = true;
  build_with(&c, "Remark", telling_tags);
  assert_int_equal(case_role(&c, "Remark")->role, LF_ROLE_ATTRIBUTE);
  assert_non_null(case_role(&c, "Remark")->suspicion);
  case_free(&c);
}

static void a_misspelt_column_is_an_error(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text_list_split(&c.project.drop, "Sise", NULL);
  case_must_fail(&c, "Size,Result\n1,Won\n2,Lost\n", LF_E_USAGE, "did you mean 'Size'?");
  case_free(&c);
}

/* Three columns that say the same: text, its code, and the code turned round; a fourth that maps the code out
 * of order does not. */
static void twins_are_left_out(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Segment,Abbr,Rank,Turned,Mixed,Result\n");
  static const char *const names[] = {"Small", "Middle", "Large"}, *const abbr[] = {"S", "M", "L"};
  static const int mixed[] = {7, 3, 9};
  for (size_t i = 0; i < 400; i++) {
    size_t k = (size_t)(3 * noise(31, i));
    lf_text_addf(&csv, "%s,%s,%zu,%zu,%d,%s\n", names[k], abbr[k], k, 10 - k, mixed[k],
                 won_row(i) ? "Won" : "Lost");
  }
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Segment")->role, LF_ROLE_ATTRIBUTE);
  assert_string_equal(case_role(&c, "Abbr")->reason, "says the same as 'Segment'");
  assert_int_equal(case_role(&c, "Turned")->role, LF_ROLE_EXCLUDED);
  lf_text_list_split(&c.project.drop, "Segment,Abbr", NULL);
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Rank")->role, LF_ROLE_ATTRIBUTE);
  assert_string_equal(case_role(&c, "Turned")->reason, "says the same as 'Rank'");
  assert_int_equal(case_role(&c, "Mixed")->role, LF_ROLE_ATTRIBUTE);
  lf_text_free(&csv);
  case_free(&c);
}

/* What says the same as the account is no attribute, though it comes first. */
static void a_twin_of_the_account_is_left_out(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Firm code,Account Name,Result\n");
  for (size_t i = 0; i < 400; i++)
    lf_text_addf(&csv, "F%zu,Firm %zu,%s\n", i % 90, i % 90, won_row(i) ? "Won" : "Lost");
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Account Name")->role, LF_ROLE_ACCOUNT);
  assert_string_equal(case_role(&c, "Firm code")->reason, "says the same as 'Account Name'");
  lf_text_free(&csv);
  case_free(&c);
}

static void amount_cell(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%d.50", (int)(9000 * noise(41, i)) + 100);
}
static void amount_of_won(lf_text *csv, size_t i) {
  if (won_row(i)) amount_cell(csv, i);
}

/* Known for 90 % of won and 60 % of lost rows. */
static void amount_more_often_won(lf_text *csv, size_t i) {
  if (noise(42, i) < (won_row(i) ? 0.9 : 0.6)) amount_cell(csv, i);
}

static void an_amount_of_all_rows_is_an_attribute_too(void **state) {
  (void)state;
  history_case c = case_new();
  build_with(&c, "Amount", amount_cell);
  assert_int_equal(case_role(&c, "Amount")->role, LF_ROLE_AMOUNT);
  assert_true(case_role(&c, "Amount")->also_attribute);
  size_t amount = c.history->amount;
  assert_true(lf_history_is_attribute(c.history, amount));
  assert_true(lf_history_amount(c.history, 0) == (int)(9000 * noise(41, 0)) + 100.5);
  build_with(&c, "Amount", amount_of_won);
  assert_int_equal(case_role(&c, "Amount")->role, LF_ROLE_AMOUNT);
  assert_false(lf_history_is_attribute(c.history, c.history->amount));
  for (size_t i = 0; i < c.history->n_rows; i++)
    assert_true(isnan(lf_history_amount(c.history, i)) == !c.history->won[i]);
  build_with(&c, "Amount", amount_more_often_won); /* that it is known tells something of the outcome */
  assert_int_equal(case_role(&c, "Amount")->role, LF_ROLE_AMOUNT);
  assert_false(lf_history_is_attribute(c.history, c.history->amount));
  build_with(&c, "Revenue From Client", amount_cell); /* not the revenue of this deal */
  assert_int_equal(c.history->amount, SIZE_MAX);
  case_free(&c);
}

/* Index follows the month, and so does the win rate; Region does not. */
static void the_calendar_is_recognised(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Index,Region,Result\n");
  for (size_t i = 0; i < 4000; i++) {
    size_t month = i / 100;
    bool won = noise(51, i) < 0.05 + 0.01 * (double)month;
    lf_text_addf(&csv, "%zu,%c,%s\n", 500 + 3 * month + (size_t)(2 * noise(52, i)),
                 'a' + (int)(4 * noise(53, i)), won ? "Won" : "Lost");
  }
  for (int dated = 0; dated < 2; dated++) {
    if (dated) set_text(&c.project.date, "@row");
    case_must_build(&c, csv.data);
    assert_non_null(case_role(&c, "Index")->suspicion);
    assert_non_null(strstr(case_role(&c, "Index")->suspicion, "calendar"));
    assert_null(case_role(&c, "Region")->suspicion);
    assert_true(case_notes(&c, "--date @row") == !dated);
  }
  lf_text_free(&csv);
  case_free(&c);
}

static void free_text_needs_patterns(void **state) {
  (void)state;
  history_case c = case_new();
  lf_attribute_spec *spec = NULL;
  assert_int_equal(lf_project_attribute_add(&c.project, "Note", &spec, NULL), LF_OK);
  spec->kind = LF_KIND_TEXT;
  build_with(&c, "Note", few_pages);
  assert_int_equal(case_role(&c, "Note")->role, LF_ROLE_EXCLUDED);
  assert_non_null(strstr(case_role(&c, "Note")->reason, "free text"));
  case_free(&c);
}

static void ordinary_weather(void **state) {
  (void)state;
  history_case c = case_new(); /* few rows: no statistic accuses anybody */
  case_must_build(&c, "Size,Result\n1,Won\n1,Won\n2,Lost\n2,Lost\n2,Lost\n1,Won\n");
  assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_ATTRIBUTE);
  assert_null(case_role(&c, "Size")->suspicion);
  case_free(&c);
}

/* A column that tells the outcome exactly is accused where it tells sixty rows, ten of either side; with
 * fewer no statistic accuses anybody. */
static void how_many_rows_accuse(void **state) {
  (void)state;
  static const struct {
    size_t won, lost;
    bool accused;
  } cases[] = {{9, 200, false}, {200, 9, false}, {30, 29, false},
               {10, 200, true}, {200, 10, true}, {30, 30, true}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    history_case c = case_new();
    lf_text csv = {0};
    lf_text_add(&csv, "Size,Mirror,Filled,Result\n");
    for (size_t i = 0; i < cases[k].won + cases[k].lost; i++) {
      bool won = i < cases[k].won;
      lf_text_addf(&csv, "%zu,%s,%s,%s\n", i % 5, won ? "a" : "b",
                   won     ? ""
                   : i % 2 ? "x"
                           : "y",
                   won ? "Won" : "Lost");
    }
    case_must_build(&c, csv.data);
    lf_role want = cases[k].accused ? LF_ROLE_EXCLUDED : LF_ROLE_ATTRIBUTE;
    if (case_role(&c, "Mirror")->role != want || case_role(&c, "Filled")->role != want)
      fail_msg("case %zu", k);
    if (!cases[k].accused) assert_null(case_role(&c, "Mirror")->suspicion);
    assert_int_equal(case_role(&c, "Size")->role, LF_ROLE_ATTRIBUTE);
    lf_text_free(&csv);
    case_free(&c);
  }
}

static void what_cannot_be_used_is_refused(void **state) {
  (void)state;
  history_case c = case_new();
  lf_attribute_spec *spec = NULL;
  const char *csv =
      "Size,Met,Note,Blank,Result\n1,2024-01-01,one,,Won\n2,2024-01-02,two,,Lost\n3,2024-01-02,six,,Won\n";
  lf_text_list_add(&c.project.use, "Met", NULL);
  case_must_fail(&c, csv, LF_E_USAGE,
                 "'Met' holds dates, which order rows but are no attribute: take it out of --use");
  lf_text_list_clear(&c.project.use);
  lf_text_list_add(&c.project.use, "Note", NULL);
  assert_int_equal(lf_project_attribute_add(&c.project, "Note", &spec, NULL), LF_OK);
  spec->kind = LF_KIND_TEXT;
  case_must_fail(&c, csv, LF_E_USAGE, "'Note' is free text: give it match patterns");
  lf_text_list_clear(&c.project.use);
  lf_text_list_add(&c.project.use, "Blank", NULL);
  case_must_build(&c, csv);
  assert_string_equal(case_role(&c, "Blank")->reason, "no row has a value");
  assert_string_equal(case_role(&c, "Size")->reason, "not among the attributes you named");
  assert_true(case_notes(&c, "no column is left that may be an attribute"));
  case_free(&c);
}

/* A text column of addresses is one, and free text; a column that only the judging rows have teaches nothing.
 */
static void late_and_addressed(void **state) {
  (void)state;
  history_case c = case_new();
  lf_attribute_spec *spec = NULL;
  lf_text csv = {0};
  assert_int_equal(lf_project_attribute_add(&c.project, "Mail", &spec, NULL), LF_OK);
  spec->kind = LF_KIND_TEXT;
  assert_int_equal(lf_project_attribute_add(&c.project, "Name", &spec, NULL), LF_OK);
  spec->kind = LF_KIND_TEXT;
  lf_text_add(&csv, "Size,Mail,Name,Late,Seldom,Result\n");
  for (size_t i = 0; i < ROWS; i++)
    lf_text_addf(&csv, "%zu,p%zu@x.com,Person %zu,%s,%s,%s\n", i % 6, i % 90, i, i >= 1600 ? "a" : "",
                 i % 100 == 7 ? "x" : "", won_row(i) ? "Won" : "Lost");
  set_text(&c.project.date, "@row");
  c.options.holdout = 0.2;
  case_must_build(&c, csv.data);
  assert_string_equal(case_role(&c, "Mail")->reason, "e-mail addresses");
  assert_non_null(strstr(case_role(&c, "Name")->reason, "an identifier"));
  assert_string_equal(case_role(&c, "Late")->reason, "no training row has a value");
  assert_non_null(strstr(case_role(&c, "Seldom")->reason, "almost empty: 16 of 1600"));
  lf_text_free(&csv);
  case_free(&c);
}

static void an_amount_that_was_dropped_or_not_named(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.amount, "Worth");
  build_with(&c, "Worth", amount_cell);
  assert_true(case_role(&c, "Worth")->also_attribute);
  lf_text_list_add(&c.project.drop, "Worth", NULL);
  build_with(&c, "Worth", amount_cell);
  assert_false(case_role(&c, "Worth")->also_attribute);
  lf_text_list_clear(&c.project.drop);
  lf_text_list_add(&c.project.use, "Size", NULL);
  build_with(&c, "Worth", amount_cell);
  assert_false(case_role(&c, "Worth")->also_attribute);
  lf_text_list_add(&c.project.use, "Worth", NULL);
  build_with(&c, "Worth", amount_of_won);
  assert_true(case_role(&c, "Worth")->also_attribute); /* insisted on */
  case_free(&c);
}

/* The words of a column of texts, told with the rows and the wins that have them. */
static void frequent_words_of_texts(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_word *words = NULL;
  size_t n = 0;
  lf_text_add(&csv, "Size,Note,Code,Blank,Result\n");
  for (size_t i = 0; i < ROWS; i++) {
    lf_text_addf(&csv, "%zu,\"%s no %zu of the 2024 x %s", i % 6,
                 i % 4 ? "CALL back" : "M\xc3\xbcller, Call; call", i % 150,
                 i % 50 ? "" : "averyveryveryveryveryveryverylongwordwithoutend");
    if (i % 40 == 0) /* more words than are looked at in a text */
      for (size_t k = 0; k < 80; k++)
        lf_text_addf(&csv, " w%c%c", (char)('a' + k / 26), (char)('a' + k % 26));
    lf_text_addf(&csv, "\",c%zu,!%zu !,%s\n", i % 150, i % 150, i % 4 ? "Lost" : "Won");
  }
  case_must_build(&c, csv.data);
  const lf_table *table = c.history->table;
  assert_int_equal(lf_frequent_words(c.history, lf_table_find(table, "Note"), &words, &n, NULL), LF_OK);
  assert_true(n >= 2 && n <= 12);
  /* "call" stands in every row and tells nothing; "no" in every one, too; 2024 is a number, x too short */
  assert_string_equal(words[0].word, "back");
  assert_true(words[0].rows == ROWS - ROWS / 4 && words[0].won == 0);
  assert_string_equal(words[1].word, "m\xc3\xbcller");
  assert_true(words[1].rows == ROWS / 4 && words[1].won == ROWS / 4);
  for (size_t i = 2; i < n; i++) assert_true(words[i].rows == ROWS / 40 && strlen(words[i].word) == 3);
  lf_words_free(words, n);
  assert_int_equal(lf_frequent_words(c.history, lf_table_find(table, "Code"), &words, &n, NULL), LF_OK);
  assert_true(!words && n == 0); /* codes, no texts */
  assert_int_equal(lf_frequent_words(c.history, lf_table_find(table, "Size"), &words, &n, NULL), LF_OK);
  assert_true(!words && n == 0);
  lf_text_free(&csv);
  case_free(&c);
}

/* Where few rows are won, losses in values without a win are no news; the order of the values still is. */
static void pure_losses_where_few_are_won(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Size,Mark,Result\n");
  for (size_t i = 0; i < ROWS; i++) {
    bool won = i % 20 == 0, marked = won || i % 20 == 1;
    lf_text_addf(&csv, "%zu,%s,%s\n", i % 6, marked ? "y" : i % 2 ? "n" : "m", won ? "Won" : "Lost");
  }
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Mark")->role, LF_ROLE_EXCLUDED);
  assert_non_null(strstr(case_role(&c, "Mark")->reason, "almost without fault (AUC 0.97"));
  lf_text_free(&csv);
  case_free(&c);
}

/* Questions by strength need fifty rows of either side. */
static void strength_of_few_wins_is_not_asked_about(void **state) {
  (void)state;
  for (int many = 0; many < 2; many++) {
    history_case c = case_new();
    lf_text csv = {0};
    size_t wins = many ? 60 : 40;
    lf_text_add(&csv, "Size,Mark,Result\n");
    for (size_t i = 0; i < 600; i++) {
      bool won = i < wins, marked = won ? i % 10 < 7 : i % 10 < 2;
      lf_text_addf(&csv, "%zu,%c,%s\n", i % 6, marked ? 'y' : 'n', won ? "Won" : "Lost");
    }
    case_must_build(&c, csv.data);
    const lf_column_role *mark = case_role(&c, "Mark");
    assert_int_equal(mark->role, LF_ROLE_ATTRIBUTE);
    assert_true(!mark->suspicion == !many); /* AUC 0.75 either way */
    lf_text_free(&csv);
    case_free(&c);
  }
}

static void amount_that_tells(lf_text *csv, size_t i) {
  lf_text_addf(csv, "%d", (int)(900 * noise(43, i)) + (won_row(i) ? 5000 : 100));
}

/* Known for all rows, but other for won ones than for lost ones: written once the deal was decided. */
static void an_amount_that_gives_the_outcome_away_is_no_attribute(void **state) {
  (void)state;
  history_case c = case_new();
  build_with(&c, "Amount", amount_that_tells);
  assert_int_equal(case_role(&c, "Amount")->role, LF_ROLE_AMOUNT);
  assert_false(case_role(&c, "Amount")->also_attribute);
  assert_false(
      case_notes(&c, "it counts revenue and is no attribute")); /* which is said of those that are missing */
  build_with(&c, "Amount", amount_of_won);
  assert_true(case_notes(&c, "'Amount' is known for 100 % of won and 0 % of lost rows: it counts revenue"));
  case_free(&c);
}

/* A column that one row in sixty has is kept where either side has twenty of them. */
static void few_values_on_both_sides_are_enough(void **state) {
  (void)state;
  static const struct {
    size_t won, lost;
    bool kept;
  } cases[] = {{25, 25, true}, {20, 20, true}, {19, 30, false}, {30, 19, false}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    history_case c = case_new();
    lf_text csv = {0};
    lf_text_add(&csv, "Size,Seldom,Result\n");
    for (size_t i = 0; i < 3000; i++) {
      size_t of_side = i / 2;
      bool has = of_side < (i % 2 ? cases[k].won : cases[k].lost);
      lf_text_addf(&csv, "%zu,%s,%s\n", i % 6, has ? (i / 2 % 2 ? "a" : "b") : "", i % 2 ? "Won" : "Lost");
    }
    case_must_build(&c, csv.data);
    const lf_column_role *role = case_role(&c, "Seldom");
    if ((role->role == LF_ROLE_ATTRIBUTE) != cases[k].kept)
      fail_msg("case %zu: %s", k, role->reason ? role->reason : "kept");
    lf_text_free(&csv);
    case_free(&c);
  }
}

/* The day of a calendar whose months have 28 days, as it stands in ours. */
static int add_date(lf_text *csv, int day) {
  int month = day / 28;
  lf_text_addf(csv, "%d-%02d-%02d,", 2023 + month / 12, month % 12 + 1, day % 28 + 1);
  return (int)lf_days_from_civil(2023 + month / 12, month % 12 + 1, day % 28 + 1);
}

/* Leads of twelve months, decided up to 140 days later: their age and the month and quarter of their end are
 * known by then alone; the month they came, days that are off by a week, and a size tell no end. */
static void build_closing(history_case *c, size_t rows) {
  lf_text csv = {0};
  lf_text_add(&csv, "Created,Closed,Age,Quarter,Ended,Came,Near,Size,Result\n");
  for (size_t i = 0; i < rows; i++) {
    int day = (int)(336 * noise(21, i)), end = day + (int)(140 * noise(22, i)), month = end / 28;
    int came = add_date(&csv, day), age = add_date(&csv, end) - came;
    lf_text_addf(&csv, "%d,Q%d,M%d,C%d,%d,%d,%s\n", age, month / 3, month, day / 28, age + (i % 2 ? 7 : -7),
                 (int)(9 * noise(23, i)), noise(24, i) < 0.3 ? "Won" : "Lost");
  }
  set_text(&c->project.created, "Created");
  set_text(&c->project.date, "Closed");
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static void columns_that_tell_the_end(void **state) {
  (void)state;
  static const char *const late[] = {"Age", "Quarter", "Ended"}, *const fair[] = {"Came", "Near", "Size"};
  history_case c = case_new();
  build_closing(&c, 1500);
  for (size_t k = 0; k < 3; k++) {
    const lf_column_role *role = case_role(&c, late[k]);
    const char *why = k ? "it goes by the month of 'Closed', not of 'Created': known only"
                        : "it is the days from 'Created' to 'Closed': known only";
    assert_true(role->role == LF_ROLE_EXCLUDED && role->leak);
    if (!strstr(role->reason, why)) fail_msg("%s: %s", late[k], role->reason);
    if (case_role(&c, fair[k])->role != LF_ROLE_ATTRIBUTE)
      fail_msg("%s: %s", fair[k], case_role(&c, fair[k])->reason);
  }
  lf_text_list_add(&c.project.keep, "Age", NULL);
  build_closing(&c, 1500);
  assert_int_equal(case_role(&c, "Age")->role, LF_ROLE_ATTRIBUTE);
  assert_non_null(strstr(case_role(&c, "Age")->suspicion, "it is kept because you said so"));
  lf_text_list_clear(&c.project.keep);
  build_closing(&c, 28); /* too few to say */
  if (case_role(&c, "Age")->role != LF_ROLE_ATTRIBUTE) fail_msg("%s", case_role(&c, "Age")->reason);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_that_tell_the_end),
      cmocka_unit_test(columns_that_tell_nothing),
      cmocka_unit_test(a_number_is_an_identifier_by_its_name),
      cmocka_unit_test(columns_that_know_the_outcome),
      cmocka_unit_test(pairs_that_know_the_outcome),
      cmocka_unit_test(honest_columns_are_not_accused),
      cmocka_unit_test(odd_columns_are_asked_about),
      cmocka_unit_test(the_user_decides),
      cmocka_unit_test(a_misspelt_column_is_an_error),
      cmocka_unit_test(twins_are_left_out),
      cmocka_unit_test(a_twin_of_the_account_is_left_out),
      cmocka_unit_test(an_amount_of_all_rows_is_an_attribute_too),
      cmocka_unit_test(the_calendar_is_recognised),
      cmocka_unit_test(free_text_needs_patterns),
      cmocka_unit_test(ordinary_weather),
      cmocka_unit_test(how_many_rows_accuse),
      cmocka_unit_test(what_cannot_be_used_is_refused),
      cmocka_unit_test(late_and_addressed),
      cmocka_unit_test(an_amount_that_was_dropped_or_not_named),
      cmocka_unit_test(frequent_words_of_texts),
      cmocka_unit_test(pure_losses_where_few_are_won),
      cmocka_unit_test(strength_of_few_wins_is_not_asked_about),
      cmocka_unit_test(an_amount_that_gives_the_outcome_away_is_no_attribute),
      cmocka_unit_test(few_values_on_both_sides_are_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
