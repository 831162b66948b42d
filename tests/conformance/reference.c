#include "reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"

const char *reference_folder(void) {
  const char *folder = getenv("LEADFIT_REFERENCE");
  return folder && *folder ? folder : NULL;
}

static void path_of(const char *file, char *out, size_t size) {
  const char *folder = reference_folder();
  if (!folder) {
    print_message("skipped: LEADFIT_REFERENCE names no folder of reference cases\n");
    skip();
  }
  assert_true((size_t)snprintf(out, size, "%s/conformance/%s", folder, file) < size);
}

void reference_open(const char *name, reference_case *c) {
  char file[128], path[4096];
  json_error_t why;
  snprintf(file, sizeof file, "%s.expected.json", name);
  path_of(file, path, sizeof path);
  *c = (reference_case){.name = name, .root = json_load_file(path, JSON_DECODE_ANY, &why)};
  if (!c->root) fail_msg("%s: %s", path, why.text);
  c->expected = json_object_get(c->root, "expected");
  c->tolerance = json_object_get(c->root, "tolerance");
  assert_non_null(c->expected);
  assert_non_null(c->tolerance);
}

void reference_close(reference_case *c) {
  print_message("%s: %d figures, worst error %.2g of the tolerance%s%s\n", c->name, c->compared, c->worst,
                c->worst > 0 ? " at " : "", c->worst > 0 ? c->worst_key : "");
  json_decref(c->root);
  c->root = NULL;
  assert_true(c->compared > 0);
  assert_int_equal(c->failed, 0);
}

const json_t *reference_at(const json_t *value, const char *path) {
  char rest[512];
  char *next = NULL;
  assert_true((size_t)snprintf(rest, sizeof rest, "%s", path) < sizeof rest);
  for (char *key = strtok_r(rest, "/", &next); key && value; key = strtok_r(NULL, "/", &next))
    value =
        json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10)) : json_object_get(value, key);
  if (!value) fail_msg("the reference has no '%s'", path);
  return value;
}

static double number_of(const json_t *value) {
  const char *text = json_string_value(value);
  if (!text) return json_number_value(value);
  return strcmp(text, "Inf") == 0 ? INFINITY : strcmp(text, "-Inf") == 0 ? -INFINITY : NAN;
}

/* atol + rtol |want| of the key, else of `default`. */
static double allowed(const reference_case *c, const char *key, double want) {
  const json_t *t = json_object_get(c->tolerance, key);
  if (!json_is_object(t)) t = json_object_get(c->tolerance, "default");
  return json_number_value(json_object_get(t, "atol")) +
         json_number_value(json_object_get(t, "rtol")) * fabs(want);
}

static void compare(reference_case *c, const char *key, double want, double got) {
  c->compared++;
  if ((isnan(want) && isnan(got)) || want == got) return;
  double share = fabs(got - want) / allowed(c, key, want);
  if (!(share <= 1)) {
    print_error("%s: %s: got %.15g, wanted %.15g\n", c->name, key, got, want);
    c->failed++;
  }
  if (isnan(share)) share = INFINITY;
  if (share <= c->worst) return;
  c->worst = share;
  snprintf(c->worst_key, sizeof c->worst_key, "%s", key);
}

static const char *last_key(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

void reference_number(reference_case *c, const json_t *from, const char *path, double got) {
  compare(c, last_key(path), number_of(reference_at(from, path)), got);
}

void reference_numbers(reference_case *c, const json_t *from, const char *path, const double *got, size_t n) {
  const json_t *list = reference_at(from, path);
  assert_int_equal(json_array_size(list), n);
  for (size_t i = 0; i < n; i++) compare(c, last_key(path), number_of(json_array_get(list, i)), got[i]);
}

/* ---- CSV ------------------------------------------------------------------------------------------- */

/* Cuts the next field off in place, quotes taken off; *end_of_row tells whether the row ended with it. */
static char *next_field(char **at, bool *end_of_row) {
  char *p = *at, *out = p, *field = p;
  bool quoted = *p == '"';
  if (quoted) p++;
  for (; *p; p++) {
    if (quoted && *p == '"' && p[1] == '"')
      p++;
    else if (quoted && *p == '"') {
      quoted = false;
      continue;
    } else if (!quoted && (*p == ',' || *p == '\n'))
      break;
    if (*p != '\r') *out++ = *p;
  }
  *end_of_row = *p != ',';
  *at = *p ? p + 1 : p;
  *out = '\0';
  return field;
}

void reference_csv_open(const char *file, reference_csv *csv) {
  char path[4096];
  size_t n = 0, cells = 0, room = 0, width = 0;
  bool end_of_row = false;
  path_of(file, path, sizeof path);
  memset(csv, 0, sizeof *csv);
  assert_int_equal(lf_read_file(path, 1 << 24, &csv->bytes, &n, NULL), LF_OK);
  for (char *at = csv->bytes; *at;) {
    if (cells == room) {
      room = room ? 2 * room : 1024;
      csv->cells = realloc(csv->cells, room * sizeof *csv->cells);
      assert_non_null(csv->cells);
    }
    csv->cells[cells++] = next_field(&at, &end_of_row);
    width++;
    if (!end_of_row) continue;
    if (!csv->n_columns) csv->n_columns = width;
    assert_int_equal(width, csv->n_columns);
    width = 0;
  }
  csv->n_rows = cells / csv->n_columns - 1;
}

void reference_csv_close(reference_csv *csv) {
  free(csv->bytes);
  free(csv->cells);
}

const char *reference_csv_cell(const reference_csv *csv, size_t row, const char *column) {
  for (size_t k = 0; k < csv->n_columns; k++)
    if (strcmp(csv->cells[k], column) == 0) return csv->cells[(row + 1) * csv->n_columns + k];
  fail_msg("there is no column '%s'", column);
  return NULL;
}

double *reference_csv_numbers(const reference_csv *csv, const char *column) {
  double *numbers = malloc((csv->n_rows + 1) * sizeof *numbers);
  assert_non_null(numbers);
  for (size_t i = 0; i < csv->n_rows; i++) {
    const char *text = reference_csv_cell(csv, i, column);
    if (!lf_parse_double(text, strlen(text), &numbers[i])) numbers[i] = NAN;
  }
  return numbers;
}
