/* Queries for a database and what comes back: what a project must say for one, what a profile that is not as
 * it was written is refused for, and how values, bins and shares are coded. Expected is SQL that a person
 * reads off the profile. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "card/warehouse.h"
#include "history/project.h"

static void must_have(const char *text, const char *want) {
  if (!strstr(text, want)) fail_msg("no '%s' in:\n%s", want, text);
}

static void write_file(char *path, int suffix, const char *text) {
  int fd = mkstemps(path, suffix);
  size_t n = strlen(text);
  assert_true(fd >= 0 && write(fd, text, n) == (ssize_t)n);
  close(fd);
}

static void project_of(const char *yaml, lf_project *project) {
  char path[] = "/tmp/test_warehouseXXXXXX.yaml";
  lf_error err = {.message = ""};
  *project = (lf_project){0};
  write_file(path, 5, yaml);
  if (lf_project_load(path, project, &err) != LF_OK) fail_msg("%s", err.message);
  unlink(path);
}

#define OUTCOME "outcome: {column: Stage, won: [Won], lost: [Lost]}\n"
#define ATTRIBUTES "attributes:\n - {name: Source, kind: category}\n - {name: Size, kind: number}\n"
#define WHOLE OUTCOME "id: Id\n" ATTRIBUTES

/* ---- what a project must say --------------------------------------------------------------------------- */

static void projects_refused(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"id: Id\n" ATTRIBUTES,
       "a query must be told what a file shows: say outcome, the column of won and lost"},
      {"outcome: Stage\nid: Id\n" ATTRIBUTES, "say outcome.won, the values that mean won"},
      {OUTCOME ATTRIBUTES, "say id or account, whose hash deals the rows to folds"},
      {OUTCOME "id: Id\ndate: '@row'\n" ATTRIBUTES,
       "the rows of a database have no order: date takes a column, not @row"},
      {OUTCOME "id: Id\n", "say attributes, each with its name and kind"},
      {OUTCOME "id: Id\nattributes:\n - {name: Source, owner: sales}\n",
       "attributes[0].kind: a query cannot infer the kind of 'Source': say number, category or flag"},
      {OUTCOME "id: Id\nattributes:\n - {name: Day, kind: date}\n",
       "attributes[0].kind: dates order the rows, they are no attribute"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    lf_project project;
    lf_error err = {.message = ""};
    char *query = NULL;
    const lf_warehouse_options options = {.dialect = LF_SQL_DUCKDB};
    project_of(cases[k][0], &project);
    assert_int_equal(lf_warehouse_profile_query(&project, &options, &query, &err), LF_E_USAGE);
    assert_null(query);
    must_have(err.message, cases[k][1]);
    lf_project_clear(&project);
  }
  /* a project that was not read from a file says the same without its name */
  lf_project bare = {0};
  lf_error err = {.message = ""};
  char *query = NULL;
  const lf_warehouse_options options = {.dialect = LF_SQL_DUCKDB};
  assert_int_equal(lf_warehouse_profile_query(&bare, &options, &query, &err), LF_E_USAGE);
  assert_int_equal(strncmp(err.message, "a query must be told", 20), 0);
}

static char *profile_query(const char *yaml, lf_warehouse_options options) {
  lf_project project;
  lf_error err = {.message = ""};
  char *query = NULL;
  project_of(yaml, &project);
  if (lf_warehouse_profile_query(&project, &options, &query, &err) != LF_OK) fail_msg("%s", err.message);
  lf_project_clear(&project);
  return query;
}

/* Columns that are dropped, or not among those to be used, are no part of the query, whatever is said of
 * them. */
static void columns_that_are_asked_for(void **state) {
  (void)state;
  const lf_warehouse_options options = {.dialect = LF_SQL_DUCKDB, .table = "crm.deals"};
  char *query = profile_query(
      OUTCOME "account: Firm\namount: Amount\ncreated: Created\nweight: n\ndrop: [Size]\n" ATTRIBUTES
              " - {name: Day, kind: date}\n - {name: Text, kind: text}\nuse: [Source]\nkeep: [Text]\n",
      options);
  must_have(query, "FROM \"crm\".\"deals\" t\n");
  must_have(query, "AS leadfit_1,");
  must_have(query, "AS leadfit_4");
  assert_null(strstr(query, "leadfit_2"));
  assert_null(strstr(query, "leadfit_3"));
  /* no id: accounts stand for the rows, the id is nothing; a weight is summed up */
  must_have(query, "CAST(NULL AS VARCHAR) AS leadfit_id");
  must_have(query, "AS leadfit_weight\n");
  must_have(query, "SUM(leadfit_weight) AS leadfit_rows,\n  SUM(leadfit_amount) AS leadfit_amount");
  must_have(query, "CAST(NULL AS VARCHAR) AS leadfit_number"); /* no attribute is a number */
  free(query);
  query = profile_query(WHOLE, (lf_warehouse_options){.dialect = LF_SQL_POSTGRES});
  must_have(query, "FROM history t\n");
  must_have(query, "COUNT(*) AS leadfit_rows\n");
  must_have(query, "CASE WHEN GROUPING(leadfit_2_is) = 0 THEN leadfit_2_x END AS leadfit_number");
  must_have(query, "GROUP BY GROUPING SETS ((leadfit_outcome), (leadfit_outcome, leadfit_1), "
                   "(leadfit_outcome, leadfit_2_is, leadfit_2_x))");
  free(query);
  /* two names that differ by case alone are two columns */
  query = profile_query(OUTCOME "id: Id\nattributes:\n - {name: ID, kind: category}\n",
                        (lf_warehouse_options){.dialect = LF_SQL_POSTGRES});
  must_have(query, "\"Id\"");
  must_have(query, "\"ID\"");
  free(query);
  assert_true(lf_warehouse_dialect(LF_SQL_SPARK));
  assert_false(lf_warehouse_dialect(LF_SQL_SQLITE));
}

/* ---- what comes back ------------------------------------------------------------------------------------
 */

#define HEADER "leadfit_part,leadfit_outcome,leadfit_value,leadfit_number,leadfit_rows\n"
#define TOTALS "0,Won,,,40\n0,Lost,,,60\n"

static lf_status read_profile(const char *csv, const lf_project *project, lf_warehouse_profile **profile,
                              lf_error *err) {
  char path[] = "/tmp/test_profileXXXXXX.csv";
  write_file(path, 4, csv);
  lf_status status = lf_warehouse_profile_read(path, project, NULL, profile, err);
  unlink(path);
  return status;
}

static void profiles_refused(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {HEADER TOTALS "1,Won,Web,,-1\n",
       ":4: leadfit_rows is no number of rows: save the result of the profile query as it is"},
      {HEADER TOTALS "1,Won,Web,,\n", ":4: leadfit_rows is no number of rows"},
      {HEADER TOTALS "5,Won,Web,,10\n", ":4: leadfit_part is no attribute of the project"},
      {HEADER TOTALS "-1,Won,Web,,10\n", ":4: leadfit_part is no attribute of the project"},
      {HEADER TOTALS "1.5,Won,Web,,10\n", ":4: leadfit_part is no attribute of the project"},
      {HEADER TOTALS ",Won,Web,,10\n", ":4: leadfit_part is no attribute of the project"},
      {HEADER TOTALS "3,Won,Web,,10\n", ":4: leadfit_part is an attribute that the project leaves out"},
      {HEADER "0,Won,,,40\n0,Lost,,,0\n", "40 won and 0 lost rows: a fit needs both"},
      {HEADER "0,Won,,,0\n0,Lost,,,60\n", "0 won and 60 lost rows: a fit needs both"},
      {HEADER "0,,,,40\n0,,,,60\n", "is 'Stage' the column of won and lost?"}};
  lf_project project;
  project_of(OUTCOME "id: Id\ndrop: [Gone]\n" ATTRIBUTES " - {name: Gone, kind: category}\n", &project);
  lf_warehouse_profile *none = NULL;
  lf_error why = {.message = ""};
  const char *short_of_one =
      "leadfit_part,leadfit_outcome,leadfit_value,leadfit_rows\n0,Won,,40\n0,Lost,,60\n";
  assert_int_equal(read_profile(short_of_one, &project, &none, &why), LF_E_USAGE);
  must_have(why.message, "has no column \"leadfit_number\": check the name against the header");
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    lf_warehouse_profile *profile = NULL;
    lf_error err = {.message = ""};
    lf_status status = read_profile(cases[k][0], &project, &profile, &err);
    must_have(err.message, cases[k][1]);
    assert_int_equal(status, LF_E_DATA);
    assert_null(profile);
  }
  lf_project_clear(&project);
}

/* The query, or what is wrong with it. */
static char *coded_query(const char *yaml, const char *csv, double rows) {
  lf_project project;
  lf_warehouse_profile *profile = NULL;
  lf_error err = {.message = ""};
  char *query = NULL;
  const lf_warehouse_options options = {.dialect = LF_SQL_DUCKDB, .most_rows = rows};
  project_of(yaml, &project);
  if (read_profile(csv, &project, &profile, &err) != LF_OK) fail_msg("%s", err.message);
  lf_status status = lf_warehouse_coded_query(&project, &options, profile, &query, &err);
  if (status != LF_OK) {
    assert_int_equal(status, LF_E_USAGE);
    query = strdup(err.message);
  }
  lf_warehouse_profile_free(profile);
  lf_project_clear(&project);
  return query;
}

/* No more rows than may come back: they stand as they are, each for one, or for what it weighs. */
static void rows_as_they_are(void **state) {
  (void)state;
  char *query = coded_query(WHOLE, HEADER TOTALS, 100);
  must_have(query, "-- leadfit: the coded history (duckdb): 100 rows, 40 won, 60 lost, as they are.\n");
  must_have(query, ",\n  1 AS leadfit_rows\nFROM leadfit_in\nGROUP BY 1, 2, 3, 4;\n");
  assert_null(strstr(query, "leadfit_codes"));
  free(query);
  query = coded_query(WHOLE "weight: n\n", HEADER TOTALS, 0);
  must_have(query, "SUM(leadfit_weight) AS leadfit_rows\nFROM leadfit_in");
  free(query);
  query = coded_query(OUTCOME "account: Firm\n" ATTRIBUTES, HEADER TOTALS, 0);
  must_have(query, "COUNT(*) AS leadfit_rows\nFROM leadfit_in");
  free(query);
}

/* More rows than may come back: values that are all told stand as they are, others beside the rest; a number
 * is the lower end of its bin, and one of which nothing is told itself. Lines of one value are one, whatever
 * their order. */
static void values_are_coded(void **state) {
  (void)state;
  const char *profile =
      HEADER TOTALS "0,Open,,,30\n0,,,,5\n"
                    "1,Won,Web,,25\n1,Lost,O'Neill,,30\n1,Lost,Web,,20\n1,Won,O'Neill,,10\n1,Open,Fair,,30\n"
                    "2,Lost,drawn,10,30\n2,Won,drawn,20,20\n2,Won,drawn,10,10\n2,Lost,drawn,20,25\n2,Lost,"
                    "missing,,5\n2,Won,not "
                    "drawn,,10\n2,Open,drawn,7,30\n";
  char *query = coded_query(WHOLE, profile, 120);
  must_have(query, "135 rows, 40 won, 60 lost, patterns of bins, levels and months.\n");
  /* 85 of 100 rows are told, Web with 45 of them first */
  must_have(query, "CASE WHEN leadfit_outcome IN ('Won', 'Lost') THEN CASE WHEN leadfit_1 IS NULL OR "
                   "leadfit_1 IN ('Web', 'O''Neill') THEN "
                   "leadfit_1 ELSE 'leadfit: other values' END END AS leadfit_1");
  must_have(query, "CASE WHEN leadfit_2 IS NOT NULL THEN CASE WHEN leadfit_2 < 20E0 THEN 10E0 ELSE 20E0 END "
                   "END END AS leadfit_2");
  must_have(query, "1E0 AS leadfit_share,\n  COUNT(*) AS leadfit_rows\nFROM leadfit_codes");
  free(query);
  query = coded_query(WHOLE "weight: n\n", HEADER TOTALS "0,Open,,,30\n1,Won,Web,,40\n1,Lost,Web,,60\n", 120);
  must_have(query, "THEN leadfit_1 END AS leadfit_1"); /* every row is told */
  must_have(query, "THEN leadfit_2 END AS leadfit_2"); /* no number is */
  must_have(query, ",\n    leadfit_weight\n  FROM leadfit_in\n)");
  free(query);
}

#define FEW_WON "0,Won,,,20\n0,Lost,,,80\n"

/* 100 rows won or lost where 60 may come back: the 20 won stay, and of 80 lost ones half, which count twice.
 */
static void lost_rows_are_drawn(void **state) {
  (void)state;
  char *query = coded_query(WHOLE, HEADER FEW_WON, 60);
  must_have(query,
            "-- Every won row is kept, and of the lost rows a share of 0.5, drawn by the MD5 of the id.\n");
  must_have(query, "WHERE leadfit_outcome IS NULL OR NOT leadfit_outcome IN ('Lost') OR ");
  must_have(query, "MD5(COALESCE(leadfit_id, leadfit_who))");
  must_have(query,
            "COUNT(*) * CASE WHEN leadfit_outcome IN ('Lost') THEN 1E0 / 0.5E0 ELSE 1E0 END AS leadfit_rows");
  free(query);
  query = coded_query(OUTCOME "account: Firm\n" ATTRIBUTES, HEADER FEW_WON, 60);
  must_have(query, "MD5(leadfit_who)");
  must_have(query, "CAST(NULL AS VARCHAR) AS leadfit_account"); /* stand-ins are no accounts */
  free(query);
  query = coded_query(WHOLE, HEADER TOTALS, 50); /* ten lost ones beside forty that won tell too little */
  must_have(
      query,
      "40 rows won, all of which come back, and --rows 50 leaves too little for those lost: say --rows 80");
  free(query);
  query = coded_query(OUTCOME "id: Id\nattributes:\n - {name: Title, kind: text}\n", HEADER TOTALS, 70);
  must_have(query, "'Title' is text, and texts cannot be coded by the thousand: drop it");
  free(query);
}

static void what_a_profile_knows(void **state) {
  (void)state;
  lf_project project;
  lf_warehouse_profile *profile = NULL;
  project_of(WHOLE, &project);
  assert_int_equal(read_profile(HEADER TOTALS, &project, &profile, NULL), LF_OK);
  assert_true(lf_warehouse_won_rows(profile) == 40);
  assert_true(lf_warehouse_is_won(profile, "Won"));
  assert_false(lf_warehouse_is_won(profile, "Lost") || lf_warehouse_is_won(profile, NULL));
  /* half of the lost rows: sqrt((1/40 + 1/30) / (1/40 + 1/60)) */
  assert_true(fabs(lf_warehouse_price_of_share(profile, .5) -
                   sqrt((1.0 / 40 + 1.0 / 30) / (1.0 / 40 + 1.0 / 60))) < 1e-12);
  lf_warehouse_profile_free(profile);
  lf_project_clear(&project);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(projects_refused),     cmocka_unit_test(columns_that_are_asked_for),
      cmocka_unit_test(profiles_refused),     cmocka_unit_test(rows_as_they_are),
      cmocka_unit_test(values_are_coded),     cmocka_unit_test(lost_rows_are_drawn),
      cmocka_unit_test(what_a_profile_knows),
  };
  return cmocka_run_group_tests_name("queries for a database", tests, NULL, NULL);
}
