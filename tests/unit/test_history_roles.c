/* Roles that names and values tell, and what is said of columns that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history_case.h"

enum { ROWS = 100 };

/* ROWS leads with a size, an outcome and one more column; its cells are made by `cell` of the row. */
static void build_with(history_case *c, const char *name, const char *(*cell)(size_t i)) {
  lf_text csv = {0};
  lf_text_addf(&csv, "Size,%s,Result\n", name);
  for (size_t i = 0; i < ROWS; i++) lf_text_addf(&csv, "%zu,%s,%s\n", i % 7, cell(i), i % 3 ? "Lost" : "Won");
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static const char *form(const char *format, size_t n) {
  static char text[40];
  snprintf(text, sizeof text, format, n); /* NOLINT: the formats stand below */
  return text;
}
static const char *unique(size_t i) {
  return form("L%03zu", i);
}
static const char *pairs(size_t i) {
  return form("L%03zu", i / 2);
}
static const char *fives(size_t i) {
  return form("L%03zu", i / 5);
}
static const char *three(size_t i) {
  return form("L%03zu", i / 3 % 3);
}
static const char *mostly_empty(size_t i) {
  return i % 4 ? "" : form("L%03zu", i / 12);
}
static const char *unique_in_half(size_t i) {
  return i % 2 ? "" : form("L%03zu", i);
}
static const char *day(size_t i) {
  return form("2024-03-%02zu", 1 + i % 28);
}
static const char *flag(size_t i) {
  return i % 2 ? "yes" : "no";
}
static const char *amount(size_t i) {
  return form("%zu", 1000 + 37 * (i % 40));
}
static const char *count(size_t i) {
  return i % 10 ? form("%zu", i % 5) : "";
}
static const char *distinct(size_t i) {
  return form("%zu", i * i);
}
static const char *ones(size_t i) {
  return i % 10 ? "1" : "";
}
static const char *fraction(size_t i) {
  return form("%zu.5", i % 5);
}
static const char *negative(size_t i) {
  return i ? form("%zu", i % 5) : "-1";
}

static void names_and_values_make_roles(void **state) {
  (void)state;
  static const struct {
    const char *name, *(*cell)(size_t i);
    lf_role role;
  } cases[] = {
      {"Lead Id", unique, LF_ROLE_ID},
      {"Lead Id", pairs, LF_ROLE_ID}, /* its own name: half of the values differ */
      {"Lead Id", fives, LF_ROLE_ATTRIBUTE},
      {"Lead Id", unique_in_half,
       LF_ROLE_EXCLUDED}, /* every second row has none: an identifier, but of what */
      {"Lead Id", flag, LF_ROLE_ATTRIBUTE},
      {"(Do Not Modify) Opportunity", unique, LF_ROLE_ID},
      {"Deal - ID", unique, LF_ROLE_ID},
      {"Hours of the deal", distinct, LF_ROLE_ATTRIBUTE},
      {"Form No", unique, LF_ROLE_ID}, /* unique, and named like one */
      {"Form No", pairs, LF_ROLE_ATTRIBUTE},
      {"Account Id", fives, LF_ROLE_ACCOUNT},
      {"Company", fives, LF_ROLE_ACCOUNT},
      {"Deal - Organization", fives, LF_ROLE_ACCOUNT},
      {"Person - Organization", fives, LF_ROLE_ATTRIBUTE}, /* of the person, whoever the deal is with */
      {"Associated Company", fives, LF_ROLE_ACCOUNT},
      {"Primary Associated Company ID", fives, LF_ROLE_ACCOUNT},
      {"Associated Company IDs (Primary)", fives, LF_ROLE_ACCOUNT},
      {"Associated Company (Primary)", fives, LF_ROLE_ACCOUNT},
      {"Associated Company Size", fives, LF_ROLE_ATTRIBUTE},
      {"Company", three, LF_ROLE_ATTRIBUTE},        /* a few groups, no accounts */
      {"Company", mostly_empty, LF_ROLE_ATTRIBUTE}, /* most rows have none */
      {"Company", unique, LF_ROLE_EXCLUDED},        /* nobody comes twice */
      {"Customer", flag, LF_ROLE_ATTRIBUTE},
      {"Customer", day, LF_ROLE_EXCLUDED},
      {"Amount", amount, LF_ROLE_AMOUNT},
      {"Revenue", amount, LF_ROLE_AMOUNT},
      {"Actual Revenue", amount, LF_ROLE_AMOUNT},
      {"Est. revenue", amount, LF_ROLE_ATTRIBUTE},
      {"Deal - Value", amount, LF_ROLE_AMOUNT},
      {"Deal - Contact person", three, LF_ROLE_EXCLUDED}, /* names of people, whatever they are of */
      {"Annual Revenue", amount, LF_ROLE_ATTRIBUTE},
      {"Revenues", amount, LF_ROLE_ATTRIBUTE},
      {"Amount", flag, LF_ROLE_ATTRIBUTE},
      {"Created On", day, LF_ROLE_CREATED},
      {"Created On", amount, LF_ROLE_ATTRIBUTE},
      {"Signed", day, LF_ROLE_DATE},
      {"Actual Close Date", day, LF_ROLE_DATE},
      {"Est. close date", day, LF_ROLE_EXCLUDED}, /* somebody's guess */
      {"Deal - Expected close date", day, LF_ROLE_EXCLUDED},
      {"Converted Date", day, LF_ROLE_DATE},
      {"Became a Customer Date", day, LF_ROLE_DATE},
      {"Became a Lead Date", day, LF_ROLE_CREATED},
      {"Date", day, LF_ROLE_DATE},
      {"Birthday", day, LF_ROLE_EXCLUDED},
      {"Date", amount, LF_ROLE_ATTRIBUTE},
      {"freq", count, LF_ROLE_WEIGHT},
      {"freq", ones, LF_ROLE_ATTRIBUTE},
      {"freq", fraction, LF_ROLE_ATTRIBUTE},
      {"freq", negative, LF_ROLE_ATTRIBUTE},
      {"freq", three, LF_ROLE_ATTRIBUTE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    history_case c = case_new();
    build_with(&c, cases[i].name, cases[i].cell);
    const lf_column_role *role = case_role(&c, cases[i].name);
    if (role->role != cases[i].role)
      fail_msg("%zu: %s is %s: %s", i, cases[i].name, lf_role_name(role->role),
               role->reason ? role->reason : "");
    case_free(&c);
  }
}

/* HubSpot has both, in the order in which a view shows them. */
static void the_surer_name_is_the_created_date(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Became a Lead Date,Create Date,Result\n");
  for (size_t i = 0; i < 40; i++) lf_text_addf(&csv, "%s,%s,%s\n", day(i), day(i), i % 3 ? "Lost" : "Won");
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Create Date")->role, LF_ROLE_CREATED);
  assert_int_equal(case_role(&c, "Became a Lead Date")->role, LF_ROLE_EXCLUDED);
  lf_text_free(&csv);
  case_free(&c);
}

/* Of two dates of closing the one that won and lost rows have, though the other comes first. */
static void a_date_that_both_sides_have_is_the_close_date(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Won time,Closed on,Result\n");
  for (size_t i = 0; i < 40; i++) {
    bool won = i % 3 == 0;
    lf_text_addf(&csv, "%s,", won ? day(i) : "");
    lf_text_addf(&csv, "%s,%s\n", day(i), won ? "Won" : "Lost");
  }
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "Closed on")->role, LF_ROLE_DATE);
  assert_int_equal(c.history->date, 1);
  assert_int_equal(case_role(&c, "Won time")->role, LF_ROLE_EXCLUDED);
  lf_text_free(&csv);
  case_free(&c);
}

/* A count weighs rows that are groups: beside a column of many values it does not. */
static void a_count_beside_many_values_is_no_weight(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Score,Blank,n,Result\n");
  for (size_t i = 0; i < 400; i++) lf_text_addf(&csv, "%zu,,%zu,%s\n", 3 * i, i % 5, i % 3 ? "Lost" : "Won");
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "n")->role, LF_ROLE_ATTRIBUTE);
  lf_text_free(&csv);
  lf_text_add(&csv, "Score,Blank,n,Result\n");
  for (size_t i = 0; i < 400; i++) lf_text_addf(&csv, "%zu,,%zu,%s\n", i % 4, i % 5, i % 3 ? "Lost" : "Won");
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "n")->role, LF_ROLE_WEIGHT);
  lf_text_free(&csv);
  case_free(&c);
}

static void what_was_dropped_or_named_has_no_role(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text_list_add(&c.project.drop, "Amount", NULL);
  build_with(&c, "Amount", amount);
  assert_int_equal(c.history->amount, SIZE_MAX);
  lf_text_list_clear(&c.project.drop);
  lf_text_list_add(&c.project.use, "Amount", NULL);
  build_with(&c, "Amount", amount);
  assert_int_equal(case_role(&c, "Amount")->role, LF_ROLE_ATTRIBUTE);
  lf_text_list_clear(&c.project.use);
  lf_text_list_add(&c.project.keep, "Amount", NULL);
  build_with(&c, "Amount", amount);
  assert_int_equal(case_role(&c, "Amount")->role, LF_ROLE_ATTRIBUTE);
  case_free(&c);
}

static void columns_that_do_not_fit_what_is_said(void **state) {
  (void)state;
  const char *csv =
      "Size,Met,Colour,Result\n1,2024-01-01,red,Won\n2,2024-01-02,blue,Lost\n3,2024-01-03,red,Won\n";
  struct {
    size_t at;
    const char *column, *message;
  } cases[] = {
      {offsetof(lf_project, amount), "Colour",
       "the amount column 'Colour' holds category values, not numbers"},
      {offsetof(lf_project, weight), "Met", "the weight column 'Met' holds date values, not numbers"},
      {offsetof(lf_project, date), "Size", "the date column 'Size' holds number values, not dates"},
      {offsetof(lf_project, created), "Colour",
       "the created column 'Colour' holds category values, not dates"},
      {offsetof(lf_project, id), "Zanzibar",
       "there is no column 'Zanzibar': the columns are 'Size', 'Met', 'Colour', 'Result'"},
      {offsetof(lf_project, account), "Sizes", "there is no column 'Sizes': did you mean 'Size'?"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    history_case c = case_new();
    set_text((char **)((char *)&c.project + cases[i].at), cases[i].column);
    assert_int_not_equal(case_build(&c, csv), LF_OK);
    if (!strstr(c.error.message, cases[i].message))
      fail_msg("'%s' lacks '%s'", c.error.message, cases[i].message);
    case_free(&c);
  }
}

/* The date that orders the rows: of how many won and lost rows it is known, of a hundred each. */
static void check_order(const char *header, int won, int lost, const char *note, bool orders) {
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_addf(&csv, "%s,Size,Result\n", header);
  for (int i = 0; i < 200; i++) {
    int share = i % 2 ? won : lost;
    lf_text_addf(&csv, "%s,%d,%s\n", i / 2 < share ? day((size_t)i) : "", i % 7, i % 2 ? "Won" : "Lost");
  }
  if (strcmp(header, "Kicked Off") == 0) set_text(&c.project.created, header);
  case_must_build(&c, csv.data);
  if (!case_notes(&c, note) != !orders && *note) fail_msg("%s %d %d: %s", header, won, lost, note);
  assert_int_equal(c.history->date != SIZE_MAX, orders);
  lf_text_free(&csv);
  case_free(&c);
}

static void dates_order_where_both_sides_have_them(void **state) {
  (void)state;
  check_order("Close Date", 90, 90, "the date is 'Close Date' (by its name and values)", true);
  check_order("Close Date", 89, 95, "the date is", false);
  check_order("Close Date", 95, 89, "the date is", false);
  check_order("Created", 90, 90, "'Created' orders the rows in time", true);
  check_order("Created", 89, 95, "orders the rows", false);
  check_order("Created", 95, 89, "orders the rows", false);
  check_order("Kicked Off", 50, 40, "'Kicked Off' orders the rows in time", true); /* said */
}

static void rows_without_an_outcome_are_ordered_by_creation(void **state) {
  (void)state;
  history_case c = case_new();
  c.options.need_outcome = false;
  case_must_build(&c, "Created,Close Date,Size\n2024-01-01,,1\n2024-01-02,,2\n,2024-02-01,3\n");
  assert_int_equal(c.history->outcome, SIZE_MAX);
  assert_int_equal(c.history->created, 0);
  assert_int_not_equal(c.history->date, SIZE_MAX);
  case_free(&c);
}

/* More columns than are compared with a misspelt name, and more candidates than are looked at. */
static void very_many_columns(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text header = {0}, row = {0}, csv = {0};
  for (size_t i = 0; i < 600; i++) {
    lf_text_addf(&header, "%sc%zu", i ? "," : "", i);
    lf_text_addf(&row, "%s%s", i ? "," : "", i < 30 ? "@" : "1");
  }
  lf_text_addf(&csv, "%s\n", header.data);
  for (size_t i = 0; i < 200; i++) { /* the first thirty columns all say won and lost */
    for (char *p = row.data; *p; p++)
      lf_text_addf(&csv, *p == '@' ? "%s" : "%.1s", *p == '@' ? (i % 2 ? "won" : "lost") : p);
    lf_text_add(&csv, "\n");
  }
  set_text(&c.project.account, "Zanzibar");
  case_must_fail(&c, csv.data, LF_E_USAGE, "there is no column 'Zanzibar': the columns are 'c0', 'c1',");
  assert_non_null(strstr(c.error.message, "'c7' and 592 more"));
  lf_project_clear(&c.project);
  c.project = (lf_project){0};
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, "c0")->role, LF_ROLE_OUTCOME);
  for (size_t i = 1; i < 30; i++) {
    char name[8];
    snprintf(name, sizeof name, "c%zu", i);
    assert_int_equal(case_role(&c, name)->role, LF_ROLE_EXCLUDED); /* the outcome again, or its leak */
  }
  lf_text_free(&header);
  lf_text_free(&row);
  lf_text_free(&csv);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_values_make_roles),
      cmocka_unit_test(the_surer_name_is_the_created_date),
      cmocka_unit_test(a_date_that_both_sides_have_is_the_close_date),
      cmocka_unit_test(a_count_beside_many_values_is_no_weight),
      cmocka_unit_test(what_was_dropped_or_named_has_no_role),
      cmocka_unit_test(columns_that_do_not_fit_what_is_said),
      cmocka_unit_test(dates_order_where_both_sides_have_them),
      cmocka_unit_test(rows_without_an_outcome_are_ordered_by_creation),
      cmocka_unit_test(very_many_columns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
