/* Rows to bands: every store of a column, and columns whose kind is not the one the bands were made for. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "band/band.h"
#include "base/key.h"

enum { MISSING = 100, OTHER = 101 }; /* stand for the last two bands in what a test wants */

/* ---- tables and attributes by hand ------------------------------------------------------------------ */

static char *words(const char *text) {
  size_t n = strlen(text) + 1;
  char *copy = malloc(n);
  assert_non_null(copy);
  return memcpy(copy, text, n);
}

/* Bands given as text: "<50", "50..200", ">=200", "=A|B", "~pattern". */
static void make_band(lf_band *band, const char *text) {
  band->label = words(text);
  band->from = -INFINITY;
  band->to = INFINITY;
  const char *dots = strstr(text, "..");
  if (*text == '<') {
    band->to = atof(text + 1);
  } else if (*text == '>') {
    band->from = atof(text + 2);
  } else if (*text == '~') {
    band->type = LF_BAND_MATCH;
    band->pattern = words(text + 1);
  } else if (dots && *text != '=') {
    band->from = atof(text);
    band->to = atof(dots + 2);
  } else {
    band->type = LF_BAND_VALUES;
    band->values = calloc(8, sizeof *band->values);
    char *list = words(text + 1), *next = NULL;
    for (char *v = strtok_r(list, "|", &next); v; v = strtok_r(NULL, "|", &next))
      band->values[band->n_values++] = words(v);
    free(list);
  }
}

static lf_attributes *attribute_of(const char *name, lf_kind kind, const char *const *bands) {
  lf_attributes *list = calloc(1, sizeof *list);
  assert_non_null(list);
  list->items = calloc(1, sizeof *list->items);
  list->n = 1;
  lf_attribute *a = list->items;
  size_t n = 0;
  while (bands[n]) n++;
  a->name = words(name);
  a->kind = kind;
  a->n_bands = n + 2;
  a->bands = calloc(n + 2, sizeof *a->bands);
  for (size_t b = 0; b < n; b++) make_band(&a->bands[b], bands[b]);
  a->bands[n] = (lf_band){.type = LF_BAND_MISSING, .label = words("missing")};
  a->bands[n + 1] = (lf_band){.type = LF_BAND_OTHER, .label = words("other")};
  return list;
}

static lf_table table_of(lf_column *column, size_t n_rows) {
  return (lf_table){.n_rows = n_rows, .n_columns = 1, .columns = column};
}

/* Codes of the one attribute; frees the attribute. */
static lf_column coded(char *name, lf_kind kind, uint8_t width, void *cells, uint32_t n_levels,
                       char **levels) {
  return (lf_column){.name = name,
                     .kind = kind,
                     .store = LF_STORE_CODES,
                     .width = width,
                     .cells = cells,
                     .n_levels = n_levels,
                     .levels = levels};
}

static lf_column numbers(char *name, double *cells) {
  return (lf_column){
      .name = name, .kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = cells};
}

static void wants(lf_attributes *attributes, lf_column *column, size_t n, const int *want) {
  lf_table table = table_of(column, n);
  lf_codes *codes = NULL;
  char *absent = NULL;
  lf_error err = {.message = ""};
  lf_run two = {.threads = 2};
  if (lf_codes_make(attributes, &table, &two, &codes, &absent, &err) != LF_OK) fail_msg("%s", err.message);
  assert_null(absent);
  int last = (int)attributes->items[0].n_bands;
  for (size_t i = 0; i < n; i++) {
    int code = want[i] == MISSING ? last - 2 : want[i] == OTHER ? last - 1 : want[i];
    if (codes->columns[0][i] != code) fail_msg("row %zu: band %d, wanted %d", i, codes->columns[0][i], code);
  }
  lf_codes_free(codes);
  lf_attributes_free(attributes);
}

/* ---- stores ----------------------------------------------------------------------------------------- */

static const char *const sizes[] = {"<50", "50..200", ">=200", NULL};

static void doubles(void **state) {
  (void)state;
  double cells[] = {NAN, -1e300, 0, 49.999999999999993, 50, 199.99999999999997, 200, 1e300, -0.0};
  const int want[] = {MISSING, 0, 0, 0, 1, 1, 2, 2, 0};
  lf_column c = numbers("Employees", cells);
  wants(attribute_of("Employees", LF_KIND_NUMBER, sizes), &c, 9, want);
}

static void decimals(void **state) {
  (void)state;
  int32_t cells[] = {INT32_MIN, 4999, 5000, 20000, 19999, -3};
  const int want[] = {MISSING, 0, 1, 2, 1, 0};
  lf_column c = {.name = "Employees",
                 .kind = LF_KIND_NUMBER,
                 .store = LF_STORE_DECIMALS,
                 .width = 4,
                 .scale = 2,
                 .cells = cells};
  wants(attribute_of("Employees", LF_KIND_NUMBER, sizes), &c, 6, want);
}

static void coded_numbers(void **state) {
  (void)state;
  char *levels[] = {"7", "50", "1e3"};
  double values[] = {7, 50, 1000};
  uint16_t cells[] = {0, 3, 2, 1};
  const int want[] = {MISSING, 2, 1, 0};
  lf_column c = coded("employees", LF_KIND_NUMBER, 2, cells, 3, levels);
  c.values = values;
  wants(attribute_of("Employees", LF_KIND_NUMBER, sizes), &c, 4,
        want); /* the only column of that name but for case */
}

static void many_edges(void **state) {
  (void)state;
  enum { BANDS = 60, ROWS = 5000 };
  char text[BANDS][32];
  const char *bands[BANDS + 1] = {NULL};
  double cells[ROWS];
  int want[ROWS];
  for (int b = 0; b < BANDS; b++) {
    snprintf(text[b], sizeof text[b], "%d..%d", 3 * b, 3 * b + 3);
    bands[b] = text[b];
  }
  for (int i = 0; i < ROWS; i++) {
    cells[i] = (i % 2000) * .1 - 5; /* below the first and above the last: other */
    want[i] = cells[i] < 0 || cells[i] >= 3 * BANDS ? OTHER : (int)floor(cells[i] / 3);
  }
  lf_column c = numbers("x", cells);
  wants(attribute_of("x", LF_KIND_NUMBER, bands), &c, ROWS, want);
}

static void a_gap_is_other(void **state) {
  (void)state;
  static const char *const bands[] = {"0..10", "20..30", NULL};
  double cells[] = {-1, 0, 9.5, 10, 19, 20, 30, NAN};
  const int want[] = {OTHER, 0, 0, OTHER, OTHER, 1, OTHER, MISSING};
  lf_column c = numbers("x", cells);
  wants(attribute_of("x", LF_KIND_NUMBER, bands), &c, 8, want);
}

static void categories(void **state) {
  (void)state;
  static const char *const bands[] = {"=Retail| Media ", "=IT", NULL};
  char *levels[] = {"IT", "Media", "Pharma", "Retail", "retail"};
  uint8_t cells[] = {0, 1, 2, 3, 4, 5};
  const int want[] = {MISSING, 1, 0, OTHER, 0, OTHER}; /* trimmed, but case counts */
  lf_column c = coded("Industry", LF_KIND_CATEGORY, 1, cells, 5, levels);
  wants(attribute_of("Industry", LF_KIND_CATEGORY, bands), &c, 6, want);
}

static void patterns(void **state) {
  (void)state;
  static const char *const bands[] = {"=Janitor CEO", "~(?i)\\b(ceo|cto)\\b", "~(?i)director", NULL};
  char *levels[] = {"CEO & Director",
                    "Director IT",
                    "Janitor CEO",
                    "Oceonaut",
                    "\377bad", /* no UTF-8 */
                    "cto"};
  uint32_t cells[] = {1, 2, 3, 4, 6, 0};
  const int want[] = {1,     2, 0,
                      OTHER, 1, MISSING}; /* a listed value first, then the first pattern that matches */
  lf_column c = coded("Title", LF_KIND_TEXT, 4, cells, 6, levels);
  wants(attribute_of("Title", LF_KIND_TEXT, bands), &c, 6, want);
}

static void hashes(void **state) {
  (void)state;
  static const char *const bands[] = {"=Acme|Bolt", "=Core", NULL};
  uint64_t cells[] = {lf_text_key("Core", 4), 0, lf_text_key("Acme", 4), lf_text_key("Dune", 4),
                      lf_text_key("Bolt", 4)};
  const int want[] = {1, MISSING, 0, OTHER, 0};
  lf_column c = {.name = "Name", .kind = LF_KIND_TEXT, .store = LF_STORE_HASHES, .width = 8, .cells = cells};
  wants(attribute_of("Name", LF_KIND_CATEGORY, bands), &c, 5, want);
}

/* ---- a column of another kind ---------------------------------------------------------------------- */

static const char *const ranks[] = {"=1|2", "=3", NULL};

static void a_category_that_is_a_number_now(void **state) {
  (void)state;
  char *levels[] = {"1.0", "2", "3", "4"};
  double values[] = {1, 2, 3, 4};
  uint8_t codes[] = {1, 2, 3, 4, 0};
  const int want[] = {0, 0, 1, OTHER, MISSING};
  lf_column a = coded("rank", LF_KIND_NUMBER, 1, codes, 4, levels);
  a.values = values;
  wants(attribute_of("rank", LF_KIND_CATEGORY, ranks), &a, 5, want);
  int32_t scaled[] = {10, 20, 30, 40, INT32_MIN};
  lf_column b = {.name = "rank",
                 .kind = LF_KIND_NUMBER,
                 .store = LF_STORE_DECIMALS,
                 .width = 4,
                 .scale = 1,
                 .cells = scaled};
  wants(attribute_of("rank", LF_KIND_CATEGORY, ranks), &b, 5, want);
  double plain[] = {1, 2, 3, 4, NAN};
  lf_column d = numbers("rank", plain);
  wants(attribute_of("rank", LF_KIND_CATEGORY, ranks), &d, 5, want);
}

static void zip_codes_stay_text(void **state) {
  (void)state;
  char *levels[] = {"01", "1", "x"};
  uint8_t cells[] = {1, 2, 3};
  const int want[] = {OTHER, 0, OTHER}; /* in a column of categories 01 is not 1 */
  lf_column c = coded("rank", LF_KIND_CATEGORY, 1, cells, 3, levels);
  wants(attribute_of("rank", LF_KIND_CATEGORY, ranks), &c, 3, want);
}

static void a_number_that_is_a_category_now(void **state) {
  (void)state;
  char *levels[] = {"120", "40", "about 90"};
  uint8_t cells[] = {1, 2, 3, 0};
  const int want[] = {1, 0, MISSING, MISSING};
  lf_column c = coded("Employees", LF_KIND_CATEGORY, 1, cells, 3, levels);
  wants(attribute_of("Employees", LF_KIND_NUMBER, sizes), &c, 4, want);
}

static void a_column_without_values(void **state) {
  (void)state;
  const int want[] = {MISSING, MISSING, MISSING};
  lf_column c = {.name = "Employees", .kind = LF_KIND_EMPTY, .store = LF_STORE_NONE};
  wants(attribute_of("Employees", LF_KIND_NUMBER, sizes), &c, 3, want);
}

/* ---- what cannot be --------------------------------------------------------------------------------- */

static void refused(lf_attributes *attributes, lf_column *column, const char *message) {
  lf_table table = table_of(column, 1);
  lf_codes *codes = NULL;
  lf_error err = {.message = ""};
  assert_int_equal(lf_codes_make(attributes, &table, NULL, &codes, NULL, &err), LF_E_USAGE);
  assert_null(codes);
  if (!strstr(err.message, message)) fail_msg("got '%s', wanted '%s'", err.message, message);
  lf_attributes_free(attributes);
}

static void hashed_text_cannot_be_matched(void **state) {
  (void)state;
  static const char *const bands[] = {"~ceo", NULL};
  uint64_t cells[] = {1};
  lf_column c = {.name = "Title", .kind = LF_KIND_TEXT, .store = LF_STORE_HASHES, .width = 8, .cells = cells};
  refused(attribute_of("Title", LF_KIND_TEXT, bands), &c, "--as 'Title=text'");
  refused(attribute_of("Title", LF_KIND_NUMBER, sizes), &c, "--as 'Title=number'");
}

/* Dates among texts are read where they can be read in one way only: the year first. What is none is missing,
 * as it was in the fit. */
static void dates_as_they_are_written(void **state) {
  (void)state;
  static const char *const days[] = {"<18262", ">=18262", NULL}; /* 2020-01-01 */
  char *levels[] = {words("2020-01-01"),   words("2019-12-31 23:59:59"),
                    words(" 2020-01-01 "), words("03/04/2020"),
                    words("soon"),         words("18262")};
  uint8_t cells[] = {1, 2, 3, 4, 5, 6, 0};
  const int want[] = {1, 0, 1, MISSING, MISSING, 1, MISSING};
  lf_column c = coded("Day", LF_KIND_CATEGORY, 1, cells, 6, levels);
  wants(attribute_of("Day", LF_KIND_DATE, days), &c, 7, want);
  for (size_t k = 0; k < 6; k++) free(levels[k]);
  uint64_t hashes[] = {1};
  lf_column ids = {
      .name = "Day", .kind = LF_KIND_TEXT, .store = LF_STORE_HASHES, .width = 8, .cells = hashes};
  refused(attribute_of("Day", LF_KIND_DATE, days), &ids, "--as 'Day=date'");
}

/* A card that was put together without its last bands, or with more than codes can tell apart. */
static void attributes_that_cannot_be_coded(void **state) {
  (void)state;
  double cells[] = {1};
  lf_column c = numbers("x", cells);
  for (int lacks = 0; lacks < 2; lacks++) {
    lf_attributes *list = attribute_of("x", LF_KIND_NUMBER, sizes);
    lf_attribute *a = list->items;
    a->bands[lacks ? a->n_bands - 1 : a->n_bands - 2].type = LF_BAND_INTERVAL;
    refused(list, &c, "attribute 'x' needs one missing and one other band");
  }
  lf_band band = {.type = LF_BAND_MISSING};
  lf_attribute many = {.name = (char *)(uintptr_t) "x", .n_bands = UINT16_MAX, .bands = &band};
  const lf_attributes attributes = {.n = 1, .items = &many};
  lf_table table = table_of(&c, 1);
  lf_codes *codes = NULL;
  lf_error err = {.message = ""};
  assert_int_equal(lf_codes_make(&attributes, &table, NULL, &codes, NULL, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "attribute 'x' has more bands than 65534"));
}

/* A pattern that tries every way of parting a text gives up instead of running for years. */
static void patterns_that_backtrack(void **state) {
  (void)state;
  static const char *const bands[] = {"~^(a|aa|a+)+$", NULL};
  char *levels[] = {words("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")};
  uint8_t cells[] = {1};
  lf_column c = coded("Title", LF_KIND_CATEGORY, 1, cells, 1, levels);
  refused(attribute_of("Title", LF_KIND_TEXT, bands), &c, "gives up on 'aaaaaaaa");
  free(levels[0]);
}

static void absent_columns_are_named(void **state) {
  (void)state;
  double cells[] = {1, 2};
  lf_column c = numbers("x", cells);
  lf_table table = table_of(&c, 2);
  lf_attributes *one = attribute_of("Employees", LF_KIND_NUMBER, sizes),
                *two = attribute_of("Touches", LF_KIND_NUMBER, sizes);
  lf_attribute both[] = {one->items[0], two->items[0]};
  const lf_attributes attributes = {.n = 2, .items = both};
  lf_codes *codes = NULL;
  char *absent = NULL;
  assert_int_equal(lf_codes_make(&attributes, &table, NULL, &codes, &absent, NULL), LF_OK);
  assert_string_equal(absent, "Employees, Touches");
  for (size_t a = 0; a < 2; a++)
    for (size_t i = 0; i < 2; i++) assert_int_equal(codes->columns[a][i], 3);
  free(absent);
  lf_codes_free(codes);
  lf_attributes_free(one);
  lf_attributes_free(two);
}

static void copies_are_whole(void **state) {
  (void)state;
  static const char *const bands[] = {"=Retail|Media", "~ceo", "50..200", NULL};
  lf_attributes *list = attribute_of("x", LF_KIND_TEXT, bands);
  lf_attribute copy = {.kind = LF_KIND_INFER};
  list->items[0].owner = LF_OWNER_SALES;
  assert_int_equal(lf_attribute_copy(&list->items[0], &copy, NULL), LF_OK);
  lf_attributes_free(list); /* nothing is shared: the sanitizer says so */
  assert_string_equal(copy.name, "x");
  assert_int_equal(copy.owner, LF_OWNER_SALES);
  assert_int_equal(copy.n_bands, 5);
  assert_string_equal(copy.bands[0].values[1], "Media");
  assert_string_equal(copy.bands[1].pattern, "ceo");
  assert_true(copy.bands[2].from == 50 && copy.bands[2].to == 200);
  assert_int_equal(copy.bands[4].type, LF_BAND_OTHER);
  lf_attribute_clear(&copy);
  assert_null(copy.bands);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doubles),
      cmocka_unit_test(decimals),
      cmocka_unit_test(coded_numbers),
      cmocka_unit_test(many_edges),
      cmocka_unit_test(a_gap_is_other),
      cmocka_unit_test(categories),
      cmocka_unit_test(patterns),
      cmocka_unit_test(hashes),
      cmocka_unit_test(a_category_that_is_a_number_now),
      cmocka_unit_test(zip_codes_stay_text),
      cmocka_unit_test(a_number_that_is_a_category_now),
      cmocka_unit_test(a_column_without_values),
      cmocka_unit_test(hashed_text_cannot_be_matched),
      cmocka_unit_test(dates_as_they_are_written),
      cmocka_unit_test(attributes_that_cannot_be_coded),
      cmocka_unit_test(patterns_that_backtrack),
      cmocka_unit_test(absent_columns_are_named),
      cmocka_unit_test(copies_are_whole),
  };
  return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
