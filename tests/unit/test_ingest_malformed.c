/* Every file of tests/malformed is read into the table it deserves, or refused with the error it deserves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "ingest/ingest.h"
#include "ingest/record.h"

static const char folder[] = "tests/malformed/";
enum { COLUMNS = 5, LINE = 1024, LISTED = 60 };

/* One line of expected.tsv, cut at its tabs. */
typedef struct expected_file {
  char line[LINE];
  const char *file, *status, *holds, *arguments, *facts;
} expected_file;

static void cut_line(const char *from, size_t n, expected_file *e) {
  const char **part[COLUMNS] = {&e->file, &e->status, &e->holds, &e->arguments, &e->facts};
  assert_true(n < sizeof e->line);
  memcpy(e->line, from, n);
  e->line[n] = '\0';
  char *p = e->line;
  for (size_t i = 0; i < COLUMNS; i++) {
    *part[i] = p;
    p += strcspn(p, "\t");
    if (*p) *p++ = '\0';
  }
}

/* The error as the program prints it. */
static void say_error(const lf_error *err, char *out, size_t size) {
  int n = snprintf(out, size, "%s:", err->file);
  if (err->line) n += snprintf(out + n, size - (size_t)n, "%llu:", (unsigned long long)err->line);
  if (err->line && err->column)
    n += snprintf(out + n, size - (size_t)n, "%llu:", (unsigned long long)err->column);
  snprintf(out + n, size - (size_t)n, " %s", err->message);
}

static void check_refused(const expected_file *e, lf_status status, const lf_error *err) {
  static const int exits[] = {0, 2, 3, 4, 4, 130};
  char said[2048];
  say_error(err, said, sizeof said);
  if (exits[status] != atoi(e->status)) fail_msg("%s: status %d: %s", e->file, exits[status], said);
  if (!strstr(said, e->holds)) fail_msg("%s: '%s' does not say '%s'", e->file, said, e->holds);
  for (const char *p = said; *p; p++)
    if ((unsigned char)*p < ' ') fail_msg("%s: a control character in the error", e->file);
}

static bool fact_holds(const lf_table *table, const char *key, const char *value) {
  unsigned long long number = strtoull(value, NULL, 10);
  if (strcmp(key, "rows") == 0) return table->n_rows == number;
  if (strcmp(key, "columns") == 0) return table->n_columns == number;
  if (strcmp(key, "ragged") == 0) return table->ragged_rows == number;
  if (strcmp(key, "recovered") == 0) return table->recovered_rows == number;
  if (strcmp(key, "line") == 0) return table->n_ragged && table->ragged[0].line == number;
  if (strcmp(key, "delimiter") == 0) return table->sources[0].delimiter == value[0];
  if (strcmp(key, "note") == 0) return table->sources[0].note && strstr(table->sources[0].note, value);
  if (strcmp(key, "name0") == 0) return strcmp(table->columns[0].name, "row name") == 0;
  return false;
}

static void check_facts(const expected_file *e, const lf_table *table) {
  char facts[LINE];
  snprintf(facts, sizeof facts, "%s", e->facts);
  for (char *p = strtok(facts, " "); p; p = strtok(NULL, " ")) {
    char *value = strchr(p, '=');
    assert_non_null(value);
    *value++ = '\0';
    if (!fact_holds(table, p, value)) fail_msg("%s: %s is not %s", e->file, p, value);
  }
}

/* The records of a good file are its header and its rows. */
static void check_records(const expected_file *e, const char *path, const lf_table *table) {
  lf_records *records = NULL;
  lf_error err;
  const char *bytes = NULL;
  size_t n = 0, count = 0;
  if (lf_records_open(path, NULL, &records, &err) != LF_OK) fail_msg("%s: %s", e->file, err.message);
  do {
    if (lf_records_next(records, &bytes, &n, &err) != LF_OK) fail_msg("%s: %s", e->file, err.message);
    count += bytes != NULL;
  } while (bytes);
  if (count != table->n_rows + 1) fail_msg("%s: %zu records", e->file, count);
  lf_records_free(records);
}

static void check_file(const expected_file *e) {
  char path[512];
  const char *paths[] = {path};
  lf_read_options options = {.paths = paths, .n_paths = 1};
  lf_run run = {.threads = 2};
  lf_table *table = NULL;
  lf_error err = {0};
  snprintf(path, sizeof path, "%s%s", folder, e->file);
  lf_status status = lf_table_read(&options, &run, &table, &err);
  if (strcmp(e->status, "0") != 0) {
    assert_null(table);
    check_refused(e, status, &err);
    return;
  }
  if (status != LF_OK) fail_msg("%s: %s", e->file, err.message);
  check_facts(e, table);
  check_records(e, path, table);
  lf_table_free(table);
}

static void the_corpus(void **state) {
  (void)state;
  char *list = NULL;
  size_t n = 0, files = 0;
  assert_int_equal(lf_read_file("tests/malformed/expected.tsv", 1 << 20, &list, &n, NULL), LF_OK);
  for (const char *p = strchr(list, '\n') + 1; *p; p += strcspn(p, "\n") + 1) {
    expected_file e;
    if (*p == '#') continue;
    cut_line(p, strcspn(p, "\n"), &e);
    check_file(&e);
    files++;
  }
  assert_true(files >= LISTED);
  free(list);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_corpus)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
