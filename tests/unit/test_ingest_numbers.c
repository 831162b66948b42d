/* Large columns of numbers, which are not kept as texts first: whatever the mix of whole numbers, decimals,
 * and sizes, every cell is the number that is written there. strtod is the reference. */
#include <math.h>
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
#include "base/hash.h"
#include "base/key.h"
#include "base/text.h"
#include "ingest/ingest.h"

enum { ROWS = 100000, LATE = ROWS - 40, TEXT = 40 }; /* rows from LATE on stand in no sample */

typedef void (*writer)(size_t i, char text[TEXT]);

static void whole(size_t i, char text[TEXT]) {
  text[0] = '\0';
  if (i % 11) snprintf(text, TEXT, "%s%zu", i % 2 ? "-" : "", i * 7919 % 100003);
}
static void cents(size_t i, char text[TEXT]) {
  snprintf(text, TEXT, "%zu.%02zu", i * 7919 % 100003, i % 100);
}
static void late_cents(size_t i, char text[TEXT]) {
  snprintf(text, TEXT, i < LATE ? "%zu" : "%zu.25", i * 7919 % 100003);
}
/* Thousandths of what is told late would not fit 32 bits: twice a sign, so that both ends are met. */
static void late_thousandths(size_t i, char text[TEXT]) {
  if (i < LATE)
    snprintf(text, TEXT, "%zu", 100000000 + i * 7919 % 100003);
  else
    snprintf(text, TEXT, "0.%03zu", 1 + i % 997);
}
static void late_thousandths_below(size_t i, char text[TEXT]) {
  if (i < LATE)
    snprintf(text, TEXT, "-%zu", 100000000 + i * 7919 % 100003);
  else
    snprintf(text, TEXT, "-0.%03zu", 1 + i % 997);
}
static void late_millions(size_t i, char text[TEXT]) {
  if (i < LATE)
    cents(i, text);
  else
    snprintf(text, TEXT, "%s%zu", i % 2 ? "-" : "", 300000000 + i);
}
/* Ways of writing a number that the short cuts leave to others. */
static void late_spellings(size_t i, char text[TEXT]) {
  static const char *const spellings[] = {".5",  "5.",   "-.5", "-0.5", "+5",
                                          "1e3", "1E-2", "0",   "-0",   "12345678.9"};
  if (i < LATE)
    cents(i, text);
  else
    snprintf(text, TEXT, "%s", spellings[i % 10]);
}
static void wide(size_t i, char text[TEXT]) {
  snprintf(text, TEXT, i % 13 ? "%zu" : "NA", 12345678901 + i);
}
static void few_wide(size_t i, char text[TEXT]) {
  text[0] = '\0';
  if (i % 13) snprintf(text, TEXT, "%zu", 10000000000 + i % 1500);
}
static void few_spelled(size_t i, char text[TEXT]) {
  snprintf(text, TEXT, "%zu.%0*d", i % 200, (int)(1 + i / 200 % 7), 0);
}
static void powers(size_t i, char text[TEXT]) {
  text[0] = '\0';
  if (i % 13) snprintf(text, TEXT, "%zue1", i * 7919 % 100003);
}
static void powers_and_late_eighths(size_t i, char text[TEXT]) {
  snprintf(text, TEXT, i < LATE ? "%zue3" : "125e-3", i * 7919 % 100003);
}
static void fractions(size_t i, char text[TEXT]) {
  snprintf(text, TEXT, "%.15g", sqrt((double)i + 2));
}

static const struct {
  const char *name;
  writer write;
  lf_store store;
  uint32_t levels; /* where they are codes */
} columns[] = {
    {"whole", whole, LF_STORE_DECIMALS, 0},
    {"cents", cents, LF_STORE_DECIMALS, 0},
    {"late cents", late_cents, LF_STORE_DECIMALS, 0},
    {"late thousandths", late_thousandths, LF_STORE_DOUBLES, 0},
    {"late thousandths below", late_thousandths_below, LF_STORE_DOUBLES, 0},
    {"late millions", late_millions, LF_STORE_DOUBLES, 0},
    {"late spellings", late_spellings, LF_STORE_DECIMALS, 0},
    {"wide", wide, LF_STORE_DOUBLES, 0},
    {"few wide", few_wide, LF_STORE_CODES, 1500},
    {"few spelled", few_spelled, LF_STORE_CODES, 200},
    {"powers", powers, LF_STORE_DECIMALS, 0},
    {"powers and late eighths", powers_and_late_eighths, LF_STORE_DOUBLES, 0},
    {"fractions", fractions, LF_STORE_DOUBLES, 0},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static lf_table *read_bytes(const char *bytes, size_t n, lf_read_options *options, int threads) {
  char path[40];
  const char *paths[] = {path};
  int fd = memfd_create("table", 0);
  lf_table *table = NULL;
  lf_error err = {0};
  lf_run run = {.threads = threads};
  assert_true(fd >= 0);
  assert_int_equal(lf_write_all(fd, bytes, n, "memory", NULL), LF_OK);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  options->paths = paths;
  options->n_paths = 1;
  if (lf_table_read(options, &run, &table, &err) != LF_OK) fail_msg("%s", err.message);
  close(fd);
  return table;
}

static void check_column(const lf_table *table, size_t c) {
  const lf_column *column = &table->columns[c];
  uint64_t missing = 0;
  if (column->kind != LF_KIND_NUMBER) fail_msg("%s is a %s", columns[c].name, lf_kind_name(column->kind));
  for (size_t i = 0; i < ROWS; i++) {
    char text[TEXT];
    columns[c].write(i, text);
    bool none = !text[0] || strcmp(text, "NA") == 0;
    double got = lf_column_number(column, i), want = none ? (double)NAN : strtod(text, NULL);
    missing += none;
    if (none ? !isnan(got) : got != want)
      fail_msg("%s, row %zu: %.17g for '%s'", columns[c].name, i, got, text);
  }
  assert_int_equal(column->missing, missing);
  if (column->store != columns[c].store) fail_msg("%s is stored as %d", columns[c].name, column->store);
  if (columns[c].levels) assert_int_equal(column->n_levels, columns[c].levels);
}

static void every_cell_is_the_number_written_there(void **state) {
  (void)state;
  lf_text csv = {0};
  for (size_t c = 0; c < COLUMNS; c++) lf_text_addf(&csv, "%s%s", c ? "," : "", columns[c].name);
  lf_text_add(&csv, "\n");
  for (size_t i = 0; i < ROWS; i++)
    for (size_t c = 0; c < COLUMNS; c++) {
      char text[TEXT];
      columns[c].write(i, text);
      lf_text_add(&csv, text);
      lf_text_add(&csv, c + 1 < COLUMNS ? "," : "\n");
    }
  for (int spooled = 0; spooled < 2; spooled++) { /* and once with the cells in temporary files */
    lf_read_options options = {.memory = spooled ? 1 << 16 : 0};
    lf_table *table = read_bytes(csv.data, csv.length, &options, 2);
    assert_int_equal(table->n_rows, ROWS);
    for (size_t c = 0; c < COLUMNS; c++) check_column(table, c);
    lf_table_free(table);
  }
  lf_text_free(&csv);
}

/* ---- by way of texts --------------------------------------------------------------------------------- */

enum { CELLS = 120000 };

/* Few values at first, then hundreds, then one a row; the early ones are long, so that the first of the
 * pieces that are read holds nothing else. */
static size_t value_of(size_t i) {
  return i < CELLS / 5 ? i % 9 : i < 2 * CELLS / 5 ? i % 900 : i;
}

typedef struct narrow_case {
  const char *early, *late; /* how a value is written */
  lf_kind asked;
  lf_store store;
  uint8_t width;
} narrow_case;

static void write_cell(const narrow_case *c, size_t i, char text[TEXT]) {
  const char *format = i < 2 * CELLS / 5 ? c->early : c->late, *at = strchr(format, '#');
  snprintf(text, TEXT, "%.*s%zu%s", (int)(at - format), format, value_of(i), at + 1);
}

static void check_cell(const lf_column *column, size_t i, const char *text) {
  bool same = column->store == LF_STORE_CODES
                  ? strcmp(lf_column_level(column, lf_column_code(column, i)), text) == 0
              : column->store == LF_STORE_HASHES ? lf_column_key(column, i) == lf_text_key(text, strlen(text))
                                                 : lf_column_number(column, i) == strtod(text, NULL);
  if (!same) fail_msg("row %zu is not '%s'", i, text);
}

static void cells_are_as_wide_as_they_must_be(void **state) {
  (void)state;
  static const narrow_case cases[] = {
      {"one of a few words: #", "w#", LF_KIND_INFER, LF_STORE_HASHES, 8},
      {"one of a few words: #", "w#", LF_KIND_CATEGORY, LF_STORE_CODES, 4},
      {"#.0000000000000000", "#", LF_KIND_INFER, LF_STORE_DECIMALS, 4},
      {"123456#.00000000000", "123456#", LF_KIND_INFER, LF_STORE_DOUBLES, 8},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    lf_text csv = {0};
    const lf_kind_request kind = {"value", cases[k].asked};
    lf_read_options options = {.kinds = &kind, .n_kinds = cases[k].asked != LF_KIND_INFER};
    char text[TEXT];
    lf_text_add(&csv, "value,other\n");
    for (size_t i = 0; i < CELLS; i++) {
      write_cell(&cases[k], i, text);
      lf_text_addf(&csv, "%s,\n", text);
    }
    assert_true(csv.length > 1 << 20 && csv.length < 1 << 21); /* two pieces and more, none of it sampled */
    lf_table *table = read_bytes(csv.data, csv.length, &options, 1);
    const lf_column *column = &table->columns[0];
    assert_int_equal(column->store, cases[k].store);
    assert_int_equal(column->width, cases[k].width);
    assert_int_equal(column->distinct, 900 + 3 * CELLS / 5);
    for (size_t i = 0; i < CELLS; i++) {
      write_cell(&cases[k], i, text);
      check_cell(column, i, text);
    }
    lf_table_free(table);
    lf_text_free(&csv);
  }
}

/* Few rows of many decimals: kept in 32 bits where all of them fit at one scale, and as they are where one
 * does not. */
static void decimals_of_a_small_table(void **state) {
  (void)state;
  for (int large = 0; large < 2; large++) {
    lf_text csv = {0};
    lf_read_options options = {0};
    lf_text_add(&csv, "n,m\n");
    for (size_t i = 0; i < 600; i++) lf_text_addf(&csv, "%zu.125,x\n", i);
    lf_text_add(&csv, large ? "30000000,x\n" : "2000000,x\n");
    lf_table *table = read_bytes(csv.data, csv.length, &options, 1);
    const lf_column *column = &table->columns[0];
    assert_int_equal(column->store, large ? LF_STORE_DOUBLES : LF_STORE_DECIMALS);
    for (size_t i = 0; i < 600; i++) assert_true(lf_column_number(column, i) == (double)i + 0.125);
    assert_true(lf_column_number(column, 600) == (large ? 3e7 : 2e6));
    lf_table_free(table);
    lf_text_free(&csv);
  }
}

/* A column of many texts some of which read as numbers and dates, and keys of it with and without regard to
 * case. */
static void texts_that_could_be_values(void **state) {
  (void)state;
  static const char *const like[] = {
      "12 EUR", "1.234,5 kr", "15 Apr 2021 3:05 PM", "15/4/2021 3:05 PM", "0017", "12.5", "NA"};
  static const lf_key_request keys[] = {{"Text", false}, {"Text", true}};
  lf_read_options options = {.keys = keys, .n_keys = 2};
  lf_text csv = {0};
  char longest[301], text[TEXT];
  memset(longest, 'X', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  lf_text_addf(&csv, "Text;n\n%s;1\n;2\n", longest);
  for (size_t i = 0; i < ROWS; i++) {
    snprintf(text, sizeof text, "A text of row %zu", i);
    lf_text_addf(&csv, "%s;%zu\n", i % 50 ? text : like[i / 50 % 7], i % 5);
  }
  lf_table *table = read_bytes(csv.data, csv.length, &options, 2);
  const lf_column *column = &table->columns[0];
  assert_int_equal(column->kind, LF_KIND_TEXT);
  assert_int_equal(column->store, LF_STORE_HASHES);
  assert_int_equal(column->missing, 1 + ROWS / 50 / 7);
  for (size_t i = 0; i < ROWS; i++) {
    snprintf(text, sizeof text, "A text of row %zu", i);
    const char *want = i % 50 ? text : like[i / 50 % 7];
    uint64_t key = strcmp(want, "NA") == 0 ? 0 : lf_text_key(want, strlen(want));
    if (lf_column_key(column, i + 2) != key) fail_msg("row %zu is not '%s'", i, want);
  }
  const uint64_t *exact = table->keys[0].cells, *folded = table->keys[1].cells;
  assert_true(exact[0] && folded[0] && exact[0] != folded[0]); /* longer than what is folded in place */
  assert_true(exact[1] == 0 && folded[1] == 0);
  for (size_t i = 0; i < 300; i++) longest[i] = 'x';
  assert_true(folded[0] == lf_hash(longest, 300, 0));
  lf_table_free(table);
  lf_text_free(&csv);
}

/* ---- reading cells ---------------------------------------------------------------------------------- */

static void cells_of_every_store(void **state) {
  (void)state;
  uint8_t one[] = {2, 0, 1};
  uint16_t two[] = {2, 0, 1};
  uint32_t four[] = {2, 0, 1};
  int32_t decimals[] = {250, INT32_MIN, -100};
  double doubles[] = {2.5, (double)NAN, -1}, values[] = {-1, 2.5};
  uint64_t hashes[] = {7, 0, 9};
  char low[] = "-1", high[] = "2.5", *levels[] = {low, high};
  const lf_column numbers[] = {
      {.kind = LF_KIND_NUMBER,
       .store = LF_STORE_CODES,
       .width = 1,
       .cells = one,
       .n_levels = 2,
       .levels = levels,
       .values = values},
      {.kind = LF_KIND_NUMBER,
       .store = LF_STORE_CODES,
       .width = 2,
       .cells = two,
       .n_levels = 2,
       .levels = levels,
       .values = values},
      {.kind = LF_KIND_NUMBER,
       .store = LF_STORE_CODES,
       .width = 4,
       .cells = four,
       .n_levels = 2,
       .levels = levels,
       .values = values},
      {.kind = LF_KIND_NUMBER, .store = LF_STORE_DECIMALS, .width = 4, .scale = 2, .cells = decimals},
      {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = doubles}};
  const lf_column texts[] = {{.kind = LF_KIND_CATEGORY,
                              .store = LF_STORE_CODES,
                              .width = 1,
                              .cells = one,
                              .n_levels = 2,
                              .levels = levels},
                             {.kind = LF_KIND_TEXT, .store = LF_STORE_HASHES, .width = 8, .cells = hashes},
                             {.kind = LF_KIND_EMPTY}};
  double out[3];
  uint64_t keys[3];
  for (size_t c = 0; c < 5; c++) {
    lf_column_numbers(&numbers[c], 0, 3, out);
    lf_column_keys(&numbers[c], 0, 3, keys);
    for (size_t i = 0; i < 3; i++) {
      double x = lf_column_number(&numbers[c], i);
      assert_true(i == 1 ? isnan(x) && isnan(out[i]) : x == doubles[i] && out[i] == doubles[i]);
      assert_int_equal(lf_column_is_missing(&numbers[c], i), i == 1);
      assert_true(keys[i] == (i == 0 ? lf_text_key("2.5", 3) : i == 1 ? 0 : lf_text_key("-1", 2)));
    }
  }
  for (size_t c = 0; c < 3; c++) { /* texts are no numbers */
    lf_column_numbers(&texts[c], 0, 3, out);
    for (size_t i = 0; i < 3; i++) {
      assert_true(isnan(out[i]) && isnan(lf_column_number(&texts[c], i)));
      assert_int_equal(lf_column_is_missing(&texts[c], i), i == 1 || c == 2);
    }
  }
  lf_column_keys(&texts[0], 0, 3, keys);
  assert_true(keys[0] == lf_text_key("2.5", 3) && keys[1] == 0);
  lf_column_keys(&texts[1], 0, 3, keys);
  assert_memory_equal(keys, hashes, sizeof keys);
  lf_column_keys(&texts[2], 0, 3, keys);
  assert_true(keys[0] == 0 && keys[2] == 0);
}

/* Whole numbers up to 10^15 have the key of their digits, larger ones and fractions that of their shortest
 * text. */
static void keys_of_numbers(void **state) {
  (void)state;
  double numbers[] = {0, -7, 999999999999999, 1e15, 1e300, 0.1, -0.0};
  static const char *const texts[] = {"0", "-7", "999999999999999", "1e+15", "1e+300", "0.1", "0"};
  const lf_column column = {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = numbers};
  for (size_t i = 0; i < 7; i++)
    if (lf_column_key(&column, i) != lf_text_key(texts[i], strlen(texts[i]))) fail_msg("%s", texts[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_cell_is_the_number_written_there),
      cmocka_unit_test(cells_are_as_wide_as_they_must_be),
      cmocka_unit_test(decimals_of_a_small_table),
      cmocka_unit_test(texts_that_could_be_values),
      cmocka_unit_test(cells_of_every_store),
      cmocka_unit_test(keys_of_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
