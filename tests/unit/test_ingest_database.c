/* What all databases share: addresses told without their secrets, names of tables, values as CSV. No database
 * is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/database_parts.h"

static void addresses_are_told_from_files(void **state) {
  (void)state;
  static const char *const databases[] = {"postgresql://h/d", "postgres://h/d", "sqlite:leads.db",
                                          "odbc:crm"};
  static const char *const files[] = {"leads.csv", "-", "sqlite", "mysql://h/d", "odbc", "/data/odbc:x", ""};
  for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) assert_true(lf_is_database(databases[i]));
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) assert_false(lf_is_database(files[i]));
  lf_database *database = NULL;
  lf_error err = {0};
  assert_int_equal(lf_database_open("leads.csv", NULL, &database, &err), LF_E_USAGE);
  assert_string_equal(err.message, "this is no address of a database that is known");
}

static void names_hold_no_secrets(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"postgresql://host/db", "postgresql://host/db"},
      {"postgresql://me@host/db", "postgresql://me@host/db"},
      {"postgresql://me:secret@host:5432/db?sslmode=require&password=x", "postgresql://me@host:5432/db"},
      {"postgresql://me:se@cret@host/db", "postgresql://me@host/db"}, /* an @ that was not escaped */
      {"sqlite:/data/leads.db", "sqlite:/data/leads.db"},
      {"odbc:crm", "odbc:crm"},
      {"odbc:DSN=crm;UID=me;PWD=secret", "odbc:DSN=crm"},
      {"odbc:Driver={My; driver};Server=db;Pwd={a;Server=x}}y};Port=1",
       "odbc:Driver={My; driver};Server=db;Port=1"},
      {"odbc:PWD={never closed;Server=x", "odbc:"},
      {"odbc:Server=db;note;Database=crm;", "odbc:Server=db;Database=crm"},
      {"odbc:Server={db}", "odbc:Server={db}"},
      {"odbc:AccessToken=Host=x", "odbc:"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *name = NULL;
    assert_int_equal(lf_database_name(cases[i][0], &name, NULL), LF_OK);
    assert_string_equal(name, cases[i][1]);
    free(name);
  }
}

/* What a library says may repeat the address: words of it that its name does not show are blotted out. */
static void errors_hold_no_secrets(void **state) {
  (void)state;
  char address[] = "odbc:Server=db;UID=me;PWD=hunter2", name[] = "odbc:Server=db", longest[400];
  const lf_database d = {.address = address, .name = name};
  lf_error err = {0};
  static const char *const cases[][2] = {
      {"login failed for 'hunter2'", "cannot be opened: login failed for '***'"},
      {"PWD=hunter2;Server=db\nis wrong\n\n", "cannot be opened: ***=***;Server=db is wrong"},
      {"no me here",
       "cannot be opened: no me here"}, /* two letters are no secret that could be told from a word */
      {"hunter23", "cannot be opened: hunter23"},
      {NULL, "cannot be opened: no reason given"},
      {"", "cannot be opened: "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(lf_database_fail(&d, &err, "cannot be opened", cases[i][0]), LF_E_IO);
    assert_string_equal(err.message, cases[i][1]);
    assert_string_equal(err.file, name);
  }
  memset(longest, 'x', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  assert_int_equal(lf_database_fail(&d, &err, "says", longest), LF_E_IO);
  assert_non_null(strstr(err.message, "says: xxxx"));
  assert_int_equal(lf_database_no_rows(&d, &err), LF_E_USAGE);
  assert_int_equal(lf_database_not_built(&d, "libpq", "libpq-dev", &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "built without libpq: install libpq-dev"));
}

static void names_of_tables_are_quoted_by_parts(void **state) {
  (void)state;
  static const char *const good[][2] = {
      {"leads", "[leads["},
      {"crm.leads", "[crm[.[leads["},
      {"a.b.c", "[a[.[b[.[c["},
      {"\"my.table\"", "[my.table["},
      {"crm.\"say \"\"x\"\"\"", "[crm[.[say \"x\"["},
      {"a[b", "[a[[b["}, /* the mark of quotes, doubled */
  };
  static const char *const bad[][2] = {
      {"", "a part of the name of the table is empty"},
      {"crm.", "a part of the name of the table is empty"},
      {".leads", "a part of the name of the table is empty"},
      {"\"\"", "a part of the name of the table is empty"},
      {"\"leads", "the name of the table opens a quote and does not close it"},
      {"\"leads\"\"", "the name of the table opens a quote and does not close it"},
      {"\"leads\"x", "in the name of the table something follows a closing quote"},
  };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    lf_text out = {0};
    assert_int_equal(lf_quote_table(good[i][0], '[', &out, NULL), LF_OK);
    assert_string_equal(out.data, good[i][1]);
    lf_text_free(&out);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    lf_text out = {0};
    lf_error err = {0};
    assert_int_equal(lf_quote_table(bad[i][0], '"', &out, &err), LF_E_USAGE);
    assert_string_equal(err.message, bad[i][1]);
    lf_text_free(&out);
  }
}

static void queries_end_before_their_semicolons(void **state) {
  (void)state;
  assert_int_equal(lf_query_length("SELECT 1"), 8);
  assert_int_equal(lf_query_length("SELECT 1 ;\n; "), 8);
  assert_int_equal(lf_query_length(" ;;\n"), 0);
  assert_int_equal(lf_query_length(""), 0);
}

static void check_csv(size_t n_columns, const char *const *fields, size_t n, const char *want) {
  int fd = memfd_create("rows", 0);
  char got[400] = "";
  assert_true(fd >= 0);
  lf_csv_out out = {.fd = fd, .n_columns = n_columns};
  for (size_t i = 0; i < n; i++)
    assert_int_equal(lf_csv_out_field(&out, fields[i], fields[i] ? strlen(fields[i]) : 0, NULL), LF_OK);
  assert_int_equal(lf_csv_out_end(&out, NULL), LF_OK);
  assert_int_equal(out.rows, n / n_columns);
  assert_true(pread(fd, got, sizeof got - 1, 0) >= 0);
  assert_string_equal(got, want);
  close(fd);
}

/* No value is an empty field, an empty text "". A record of one column is never a blank line. */
static void values_become_fields(void **state) {
  (void)state;
  check_csv(3, (const char *const[]){"a", "b,c", "say \"x\"", NULL, "", "two\nlines", "cr\rhere", " x ", "1"},
            9, "a,\"b,c\",\"say \"\"x\"\"\"\n,\"\",\"two\nlines\"\n\"cr\rhere\", x ,1\n");
  check_csv(1, (const char *const[]){"a", NULL, ""}, 3, "\"a\"\n\"\"\n\"\"\n");
  check_csv(2, NULL, 0, "");
}

static void numbers_and_bytes_become_fields(void **state) {
  (void)state;
  int fd = memfd_create("rows", 0);
  char got[100] = "";
  assert_true(fd >= 0);
  lf_csv_out out = {.fd = fd, .n_columns = 2};
  assert_int_equal(lf_csv_out_double(&out, 0.1, NULL), LF_OK);
  assert_int_equal(lf_csv_out_bytes(&out, (const unsigned char *)"\x00\xff", 2, NULL), LF_OK);
  assert_int_equal(lf_csv_out_end(&out, NULL), LF_OK);
  assert_true(pread(fd, got, sizeof got - 1, 0) > 0);
  assert_string_equal(got, "0.1,\\x00ff\n");
  close(fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_are_told_from_files),
      cmocka_unit_test(names_hold_no_secrets),
      cmocka_unit_test(errors_hold_no_secrets),
      cmocka_unit_test(names_of_tables_are_quoted_by_parts),
      cmocka_unit_test(queries_end_before_their_semicolons),
      cmocka_unit_test(values_become_fields),
      cmocka_unit_test(numbers_and_bytes_become_fields),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
