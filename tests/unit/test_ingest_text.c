/* Bytes to text, text to columns: encodings, delimiters, headers, kinds and the notes on them, records that
 * are given again. */
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

#include "base/file.h"
#include "base/text.h"
#include "ingest/ingest.h"
#include "ingest/join.h"
#include "ingest/record.h"

/* Bytes as a file, in memory. */
typedef struct given {
  int fd;
  char path[40];
} given;

static given give(const char *bytes, size_t n) {
  given g = {.fd = memfd_create("table", 0)};
  assert_true(g.fd >= 0);
  assert_int_equal(lf_write_all(g.fd, bytes, n, "memory", NULL), LF_OK);
  snprintf(g.path, sizeof g.path, "/proc/self/fd/%d", g.fd);
  return g;
}

static lf_status read_bytes(const char *bytes, size_t n, lf_read_options options, lf_table **table,
                            lf_error *err) {
  given g = give(bytes, n);
  const char *path = g.path;
  lf_run run = {.threads = 1};
  options.paths = &path;
  options.n_paths = 1;
  lf_status status = lf_table_read(&options, &run, table, err);
  close(g.fd);
  return status;
}

static lf_table *must_read(const char *text) {
  lf_table *table = NULL;
  lf_error err = {0};
  if (read_bytes(text, strlen(text), (lf_read_options){0}, &table, &err) != LF_OK)
    fail_msg("%s: %s", text, err.message);
  return table;
}

/* ---- encodings -------------------------------------------------------------------------------------- */

/* A long table with characters of one to four bytes and one bad byte: only that one is replaced, wherever the
 * blocks end in which the bytes are gone through. */
static void a_bad_byte_among_many_characters(void **state) {
  (void)state;
  static const char name[] = "na\xc3\xafve caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80";
  lf_text csv = {0};
  lf_table *table = NULL;
  lf_error err = {0};
  lf_text_add(&csv, "name,n\n");
  for (size_t i = 0; i < 20000; i++) lf_text_addf(&csv, "%s,%zu\n", name, i % 3);
  lf_text_add(&csv, "a\xff"
                    "b,1\nc\xe2\x82,2\n\xf0\x9f,1\nd\xc3");
  assert_int_equal(read_bytes(csv.data, csv.length, (lf_read_options){.max_ragged_share = 0.1}, &table, &err),
                   LF_OK);
  const lf_column *column = &table->columns[0];
  assert_int_equal(table->n_rows, 20003);
  assert_int_equal(column->n_levels, 4);
  assert_string_equal(lf_column_level(column, lf_column_code(column, 0)), name);
  assert_string_equal(lf_column_level(column, lf_column_code(column, 19999)), name);
  assert_string_equal(lf_column_level(column, lf_column_code(column, 20000)), "a\xef\xbf\xbd"
                                                                              "b");
  assert_string_equal(lf_column_level(column, lf_column_code(column, 20001)), "c\xef\xbf\xbd\xef\xbf\xbd");
  assert_non_null(table->sources[0].note);
  lf_table_free(table);
  lf_text_free(&csv);
}

static void windows_1252_is_read_as_such(void **state) {
  (void)state;
  lf_table *table = must_read("name,n\nM\xfcller,1\n\x80 5,2\n\x93x\x94,1\nna\xefve,2\nO\x92"
                              "Brien,1\n");
  const lf_column *column = &table->columns[0];
  static const char *const want[] = {"M\xc3\xbcller", "\xe2\x82\xac 5", "\xe2\x80\x9cx\xe2\x80\x9d",
                                     "na\xc3\xafve",
                                     ("O\xe2\x80\x99"
                                      "Brien")};
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(lf_column_level(column, lf_column_code(column, i)), want[i]);
  lf_table_free(table);
}

/* ---- headers ---------------------------------------------------------------------------------------- */

static void headers_make_names(void **state) {
  (void)state;
  static const struct {
    const char *text, *names; /* joined by | */
    size_t rows;
  } cases[] = {
      {"sep=;\r\na;b\r\n1;2\r\n", "a|b", 1},
      {"sep=;\na;b\n1;2\n", "a|b", 1},
      {"\"sep=;\"\r\na;b\r\n1;2\r\n", "a|b", 1},
      {"\"sep=;\"\na;b\n1;2\n", "a|b", 1},
      {"SEP=|\ra|b\r1|2\r", "a|b", 1},
      {"sep=,,b\n1,2,3\n4,5,6\n", "sep=|column 2|b", 2}, /* a name like any other */
      {"a,a,a\n1,2,3\n", "a|a (2)|a (3)", 1},
      {"a (2),a,a\n1,2,3\n", "a (2)|a|a (3)", 1}, /* the second name is taken */
      {"a,,\"b\tc\"\n1,2,3\n", "a|column 2|b c", 1},
      {"a,b\n1,2,\n3,4,\n", "a|b|column 3", 2},   /* every record ends with a delimiter */
      {"a,b\nx,1,2\ny,3,4\n", "row name|a|b", 2}, /* as R writes row names */
      {"a,b\nx,1,2\n5,6\ny,3,4\nz,3,4\n", "row name|a|b", 3},
      {"a,b,\n1,2\n3,4\n", "a|b", 2}, /* only the header does */
      {"a;b\n1,5;2\n3,5;4\n", "a|b", 2},
      {"\"a,b\"\n\"1,2\"\n\"3,4\"\n", "a|b", 2}, /* whole lines quoted */
      {"a\n1\n2\n", "a", 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_table *table = NULL;
    lf_error err = {0};
    if (read_bytes(cases[i].text, strlen(cases[i].text), (lf_read_options){.max_ragged_share = 0.5}, &table,
                   &err) != LF_OK)
      fail_msg("'%s': %s", cases[i].text, err.message);
    lf_text names = {0};
    for (size_t c = 0; c < table->n_columns; c++)
      lf_text_addf(&names, "%s%s", c ? "|" : "", table->columns[c].name);
    if (strcmp(names.data, cases[i].names) != 0) fail_msg("'%s': %s", cases[i].text, names.data);
    if (table->n_rows != cases[i].rows) fail_msg("'%s': %zu rows", cases[i].text, table->n_rows);
    lf_text_free(&names);
    lf_table_free(table);
  }
}

static void bytes_that_are_no_table_are_named(void **state) {
  (void)state;
  static const struct {
    const char *bytes, *message;
    size_t n;
  } cases[] = {
      {"[\n{\"a\": 1}]", "is JSON", 11},
      {"[{\"a\": 1}]", "is JSON", 10},
      {" {\"a\": 1}", "is JSON", 9},
      {"<?xml version='1.0'?>", "is XML", 21},
      {"  <HTML><body>", "is a web page", 14},
      {"<!DOCTYPE html><p>", "is a web page", 18},
      {"a\0,\0b\0\n\0", "is UTF-16 text", 8},
      {"\0a\0,\0b\0\n", "is UTF-16 text", 8},
      {"\xff\xfe"
       "a",
       "is UTF-16 text", 3},
      {"\xfe\xff"
       "a",
       "is UTF-16 text", 3},
      {"a,b\n\"1,2\n3,4\n", "quote", 13},
      {"a,b\n\0\0,1\n", "NUL", 9},
      {"\"sep=;\"", "has a header and no rows", 7},
      {"sep=;\r", "is empty", 6},
      {"a,b,c\n1,2\n3,4\n", "fields", 14},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_table *table = NULL;
    lf_error err = {0};
    assert_int_equal(read_bytes(cases[i].bytes, cases[i].n, (lf_read_options){0}, &table, &err), LF_E_DATA);
    if (!strstr(err.message, cases[i].message)) fail_msg("'%s' lacks '%s'", err.message, cases[i].message);
  }
  lf_table_free(must_read("[x],b\n1,2\n")); /* a bracket alone is a name */
  lf_table_free(must_read("<b>,c\n1,2\n"));
}

/* ---- kinds ------------------------------------------------------------------------------------------ */

/* A column of these values, split at '|', beside another, told by a delimiter. */
static lf_status read_column(const char *name, const char *values, char delimiter, lf_kind asked,
                             lf_table **table, lf_error *err) {
  const lf_kind_request kind = {name, asked};
  lf_text csv = {0};
  lf_text_addf(&csv, "k%c%s\n", delimiter, name);
  for (size_t row = 1; *values; row++) {
    size_t n = strcspn(values, "|");
    lf_text_addf(&csv, "x%zu%c\"%.*s\"\n", row % 3, delimiter, (int)n, values);
    values += n + (values[n] == '|');
  }
  lf_status status = read_bytes(
      csv.data, csv.length, (lf_read_options){.kinds = &kind, .n_kinds = asked != LF_KIND_INFER}, table, err);
  lf_text_free(&csv);
  return status;
}

static void kinds_and_what_is_noted_of_them(void **state) {
  (void)state;
  static const struct {
    const char *name, *values;
    char delimiter;
    lf_kind kind;
    const char *note;
  } cases[] = {
      {"day", "20210415|20201231", ',', LF_KIND_DATE, "digits are dates of the form yyyymmdd"},
      {"Paid", "20210415|20201231", ',', LF_KIND_DATE, "digits are dates of the form yyyymmdd"},
      {"d", "20210415|20201231", ',', LF_KIND_DATE, "digits are dates of the form yyyymmdd"},
      {"on", "20210415|20201231", ',', LF_KIND_DATE, "digits are dates of the form yyyymmdd"},
      {"ID", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"id", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"RowId", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"ROWID", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"row_id", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"row id", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"ZIP", "20210415|20201231", ',', LF_KIND_NUMBER, NULL},
      {"day", "20210415|2020-12-31", ',', LF_KIND_CATEGORY, NULL}, /* two forms: neither is believed */
      {"n", "1,234|5,678", ',', LF_KIND_NUMBER,
       "ambiguous: commas are taken for thousands, not for decimal marks"},
      {"n", "1,234|5,678", ';', LF_KIND_NUMBER,
       "read with a decimal comma; ambiguous: commas are taken for decimal marks, not for thousands"},
      {"n", "$5|10%", ',', LF_KIND_NUMBER,
       "percent signs are dropped: 45% is 45; currency signs are dropped"},
      {"n", "1,5 \xe2\x82\xac|2,25%", ';', LF_KIND_NUMBER,
       "read with a decimal comma; percent signs are dropped: 45% is 45; currency signs are dropped"},
      {"zip", "00123|01234", ',', LF_KIND_CATEGORY, "digits with leading zeros are codes, not numbers"},
      {"zip", "00123|01234|abc", ',', LF_KIND_CATEGORY, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_table *table = NULL;
    lf_error err = {0};
    if (read_column(cases[i].name, cases[i].values, cases[i].delimiter, LF_KIND_INFER, &table, &err) != LF_OK)
      fail_msg("%s", err.message);
    const lf_column *c = &table->columns[1];
    if (c->kind != cases[i].kind)
      fail_msg("%s %s is a %s", cases[i].name, cases[i].values, lf_kind_name(c->kind));
    if (!c->note != !cases[i].note || (c->note && strcmp(c->note, cases[i].note) != 0))
      fail_msg("%s %s: %s", cases[i].name, cases[i].values, c->note ? c->note : "no note");
    lf_table_free(table);
  }
}

/* Of a hundred and more values one is no number: told with the most frequent, else the first of them. */
static void bad_values_are_told(void **state) {
  (void)state;
  static const struct {
    const char *bad, *note;
  } cases[] = {
      {"x", "1 value is no number (for example 'x') and count as missing"},
      {"x|about 5", "2 values are no number (for example 'about 5') and count as missing"},
      {"about 5|x", "2 values are no number (for example 'about 5') and count as missing"},
      {"x|about 5|x", "3 values are no number (for example 'x') and count as missing"},
      {"5%|x",
       "percent signs are dropped: 45% is 45; 1 value is no number (for example 'x') and count as missing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_text values = {0};
    lf_table *table = NULL;
    lf_error err = {0};
    for (int k = 0; k < 400; k++) lf_text_addf(&values, "%d|", 3 * k % 100);
    lf_text_add(&values, cases[i].bad);
    if (read_column("n", values.data, ',', LF_KIND_INFER, &table, &err) != LF_OK) fail_msg("%s", err.message);
    assert_string_equal(table->columns[1].note, cases[i].note);
    lf_table_free(table);
    lf_text_free(&values);
  }
}

/* One bad value in a hundred rows, or of few different values, makes no number; a date has its own word. */
static void clear_columns_only_have_bad_values(void **state) {
  (void)state;
  static const struct {
    int rows, values;
    bool dates;
    lf_kind kind;
    const char *note;
  } cases[] = {
      {99, 40, false, LF_KIND_NUMBER, "1 value is no number (for example 'x') and count as missing"},
      {98, 40, false, LF_KIND_CATEGORY, NULL},
      {400, 10, false, LF_KIND_NUMBER, "1 value is no number (for example 'x') and count as missing"},
      {400, 9, false, LF_KIND_CATEGORY, NULL},
      {400, 20, true, LF_KIND_DATE, "1 value is no date (for example 'x') and count as missing"},
      {98, 20, true, LF_KIND_CATEGORY, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_text values = {0};
    lf_table *table = NULL;
    lf_error err = {0};
    for (int k = 0; k < cases[i].rows; k++)
      lf_text_addf(&values, cases[i].dates ? "2024-01-%02d|" : "%d|", 5 + k % cases[i].values);
    lf_text_add(&values, "x");
    if (read_column("v", values.data, ',', LF_KIND_INFER, &table, &err) != LF_OK) fail_msg("%s", err.message);
    const lf_column *c = &table->columns[1];
    if (c->kind != cases[i].kind) fail_msg("case %zu is a %s", i, lf_kind_name(c->kind));
    if (!c->note != !cases[i].note || (c->note && strcmp(c->note, cases[i].note) != 0))
      fail_msg("case %zu: %s", i, c->note ? c->note : "no note");
    lf_table_free(table);
    lf_text_free(&values);
  }
}

static void kinds_that_no_value_has_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *values, *message;
    lf_kind asked;
  } cases[] = {
      {"abc|def",
       "column \"v\" has no value that reads as a number (for example 'abc'): leave its kind to be inferred",
       LF_KIND_NUMBER},
      {"12|13",
       "column \"v\" has no value that reads as a date (for example '12'): leave its kind to be inferred",
       LF_KIND_DATE},
      {"a|b|c", "column \"v\" has 3 different values: a flag has two; call it a category", LF_KIND_FLAG},
      {"a|b|c|d|e|f|g|h|i|j|k|l",
       "column \"v\" has 10 or more different values: a flag has two; call it a category", LF_KIND_FLAG},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_table *table = NULL;
    lf_error err = {0};
    assert_int_equal(read_column("v", cases[i].values, ',', cases[i].asked, &table, &err), LF_E_USAGE);
    assert_string_equal(err.message, cases[i].message);
  }
}

/* ---- records that are given again ------------------------------------------------------------------- */

static void check_records(const char *first, const char *second, const char *const *want) {
  given a = give(first, strlen(first)), b = give(second, strlen(second));
  lf_records *leads = NULL, *more = NULL;
  const char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_records_open(a.path, NULL, &leads, NULL), LF_OK);
  assert_int_equal(lf_records_open(b.path, NULL, &more, NULL), LF_OK);
  assert_int_equal(lf_records_follow(more, leads, NULL), LF_OK);
  for (; *want; want++) {
    assert_int_equal(lf_records_next(more, &bytes, &n, NULL), LF_OK);
    if (!bytes || n != strlen(*want) || memcmp(bytes, *want, n) != 0)
      fail_msg("'%.*s' is not '%s'", (int)n, bytes ? bytes : "", *want);
  }
  assert_int_equal(lf_records_next(more, &bytes, &n, NULL), LF_OK);
  assert_null(bytes);
  assert_int_equal(lf_records_unchanged(more, NULL), LF_OK);
  lf_records_free(leads);
  lf_records_free(more);
  close(a.fd);
  close(b.fd);
}

/* A second file follows the first: its order, its delimiter, quoted where it must be. */
static void records_follow_the_first_file(void **state) {
  (void)state;
  check_records("a,b\n1,2\n", "a,b\n3,4\n", (const char *const[]){"a,b", "3,4", NULL});
  check_records("a,b\n1,2\n", "b,a\n3,4\n5\n", (const char *const[]){"a,b", "4,3", NULL});
  check_records("a,b\n1,2\n", "a;b\nx,y;4\n", (const char *const[]){"a,b", "\"x,y\",4", NULL});
  check_records("a,b\n1,2\n", "c,b,a\n1,2,3\n", (const char *const[]){"a,b", "3,2", NULL});
  check_records(
      "a,b\n1,2\n", "b,a\n\"say \"\"x\"\"\",\" y \"\n\"z\rw\",\"u\nv\"\n,\" \"\n",
      (const char *const[]){"a,b", "\" y \",\"say \"\"x\"\"\"", "\"u\nv\",\"z\rw\"", "\" \",", NULL});
  check_records("\"a, b\",c\n1,2\n", "c,\"a, b\"\n3,4\n", (const char *const[]){"\"a, b\",c", "4,3", NULL});
}

static void a_second_file_must_have_the_columns(void **state) {
  (void)state;
  given a = give("a,b\n1,2\n", 8), b = give("a,c\n1,2\n", 8);
  lf_records *leads = NULL, *more = NULL;
  lf_error err = {0};
  assert_int_equal(lf_records_open(a.path, NULL, &leads, NULL), LF_OK);
  assert_int_equal(lf_records_open(b.path, NULL, &more, NULL), LF_OK);
  assert_int_equal(lf_records_follow(more, leads, &err), LF_E_DATA);
  assert_string_equal(err.message, "has no column \"b\": give files with the same columns");
  lf_records_free(leads);
  lf_records_free(more);
  close(a.fd);
  close(b.fd);
}

/* ---- the text of a cell ----------------------------------------------------------------------------- */

static void a_cell_is_found_in_the_file_it_is_in(void **state) {
  (void)state;
  given a = give("k,n\nalpha,1\nbeta,2\n", 20),
        b = give("n,K\n3,gamma\n4,a very long key of more than fifty characters in all\n", 67);
  const char *paths[] = {a.path, b.path};
  const lf_read_options options = {.paths = paths, .n_paths = 2};
  static const char *const want[] = {"alpha", "beta", "gamma",
                                     "a very long key of more than fifty characters in a", "row 5"};
  for (size_t i = 0; i < 5; i++) {
    char text[LF_TEXT_AT];
    assert_int_equal(lf_text_at(&options, "k", i, NULL, text, NULL), LF_OK);
    assert_string_equal(text, want[i]);
  }
  char text[LF_TEXT_AT];
  assert_int_equal(lf_text_at(&options, "none", 0, NULL, text, NULL), LF_OK);
  assert_string_equal(text, "row 1");
  close(a.fd);
  close(b.fd);
  assert_int_equal(
      lf_text_at(&(lf_read_options){.paths = (const char *const[]){"/nonexistent"}, .n_paths = 1}, "k", 0,
                 NULL, text, NULL),
      LF_E_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_bad_byte_among_many_characters),
      cmocka_unit_test(windows_1252_is_read_as_such),
      cmocka_unit_test(headers_make_names),
      cmocka_unit_test(bytes_that_are_no_table_are_named),
      cmocka_unit_test(kinds_and_what_is_noted_of_them),
      cmocka_unit_test(bad_values_are_told),
      cmocka_unit_test(clear_columns_only_have_bad_values),
      cmocka_unit_test(kinds_that_no_value_has_are_refused),
      cmocka_unit_test(records_follow_the_first_file),
      cmocka_unit_test(a_second_file_must_have_the_columns),
      cmocka_unit_test(a_cell_is_found_in_the_file_it_is_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
