/* What the values of a column are: contacts, identifiers, the same as another column's, accounts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history/draft.h"
#include "history/suspect.h"

enum { MOST_LEVELS = 64 };

static void expect(const char *what, const char *got, const char *want) {
  if (!got != !want || (got && strcmp(got, want) != 0))
    fail_msg("%s: %s, not %s", what, got ? got : "nothing", want ? want : "nothing");
}

/* ---- contacts --------------------------------------------------------------------------------------- */

/* Values split at '|'; the last of them stands as often as is needed to make n levels. */
static const char *contact(const char *values, uint32_t n, uint64_t distinct, size_t n_rows) {
  char text[MOST_LEVELS][40], *levels[MOST_LEVELS], name[] = "Field 7";
  for (uint32_t i = 0; i < n; i++) {
    size_t length = strcspn(values, "|");
    snprintf(text[i], sizeof text[i], "%.*s", (int)length, values);
    levels[i] = text[i];
    if (values[length]) values += length + 1;
  }
  lf_column column = {.name = name,
                      .kind = LF_KIND_CATEGORY,
                      .store = LF_STORE_CODES,
                      .width = 1,
                      .n_levels = n,
                      .levels = levels,
                      .distinct = distinct};
  return lf_contact_kind(&column, n_rows);
}

static void contacts_are_told_by_their_values(void **state) {
  (void)state;
  static const struct {
    const char *values, *kind;
    uint32_t n;
  } cases[] = {
      {"a@b.de|c.d@x.com", "e-mail addresses", 2},
      {"a@b.de|a@b.de|a@b.de|a@b.de|none", "e-mail addresses", 5}, /* four fifths */
      {"a@b.de|a@b.de|a@b.de|none", NULL, 4},
      {"@b.de", NULL, 1},
      {"a@b@c.de", NULL, 1},
      {"a@localhost", NULL, 1},
      {"me at a@b.de", NULL, 1},
      {"+49 (170) 123-4567|0301234567|030/123.45.67", "phone numbers", 3},
      {"1234567", NULL, 1},           /* any number */
      {"+123456", NULL, 1},           /* too short */
      {"+1234567890123456", NULL, 1}, /* too long */
      {"+1234567x", NULL, 1},
      {"10000-50000|100.000 - 500.000|2019-2020", NULL, 3},      /* a few ranges are, too */
      {"5550-1234|04321-98765|555.0-123.0", "phone numbers", 3}, /* downwards, with a 0, downwards */
      {"http://a|https://b|www.c", NULL, 3},                     /* a few pages are a fair category */
      {"", NULL, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    expect(cases[i].values, contact(cases[i].values, cases[i].n, cases[i].n, 100), cases[i].kind);
  expect("many of what may be ranges", contact("555-1234|555-9999", 60, 60, 100), "phone numbers");
  expect("many pages", contact("http://a|https://b|www.c", 60, 60, 100), "web addresses");
  expect("pages of a thousand rows each", contact("http://a|https://b|www.c", 60, 60, 60000), NULL);
  expect("many words", contact("alpha|beta|gamma", 60, 60, 100), NULL);
}

static void contacts_are_told_by_their_names(void **state) {
  (void)state;
  static const struct {
    const char *name, *kind;
    lf_kind of;
    uint64_t distinct;
  } cases[] = {
      {"Work Email", "e-mail addresses", LF_KIND_TEXT, 900},
      {"Work Email", NULL, LF_KIND_TEXT, 40},
      {"Work Email", NULL, LF_KIND_NUMBER, 900},
      {"Mobile Phone", "phone numbers", LF_KIND_NUMBER, 900},
      {"Mobile Phone", "phone numbers", LF_KIND_TEXT, 900},
      {"Mobile Phone", NULL, LF_KIND_DATE, 900},
      {"Photo URL", "web addresses", LF_KIND_CATEGORY, 900},
      {"Photo URL", NULL, LF_KIND_NUMBER, 900},
      {"Notes", NULL, LF_KIND_TEXT, 900},
      {"First Name", "names of people", LF_KIND_TEXT, 900},
      {"LastName", "names of people", LF_KIND_CATEGORY, 12}, /* few, too */
      {"Product Name", NULL, LF_KIND_CATEGORY, 12},
      {"Last Name Change", NULL, LF_KIND_CATEGORY, 12},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char name[40];
    snprintf(name, sizeof name, "%s", cases[i].name);
    lf_column column = {.name = name,
                        .kind = cases[i].of,
                        .store = LF_STORE_HASHES,
                        .width = 8,
                        .distinct = cases[i].distinct};
    expect(name, lf_contact_kind(&column, 1000), cases[i].kind);
  }
}

/* ---- identifiers ------------------------------------------------------------------------------------ */

static void identifiers(void **state) {
  (void)state;
  enum { ROWS = 100 };
  static const struct {
    const char *name;
    lf_kind kind;
    uint64_t missing, distinct;
    double step;
    bool is;
  } cases[] = {
      {"Title", LF_KIND_TEXT, 0, 100, 1, true},
      {"Title", LF_KIND_CATEGORY, 0, 95, 1, true},
      {"Title", LF_KIND_CATEGORY, 0, 94, 1, false}, /* some stand twice */
      {"Title", LF_KIND_TEXT, 81, 19, 1, false},    /* too few to tell */
      {"Started", LF_KIND_DATE, 0, 100, 1, false},
      {"Lead Id", LF_KIND_NUMBER, 40, 60, 7, true},
      {"Lead Id", LF_KIND_NUMBER, 50, 50, 7, false}, /* most have none */
      {"column 8", LF_KIND_NUMBER, 40, 60, 7, true},
      {"Score", LF_KIND_NUMBER, 0, 100, 1, true}, /* 0, 1, 2, …: a counter */
      {"Score", LF_KIND_NUMBER, 1, 99, 1, false},
      {"Score", LF_KIND_NUMBER, 0, 100, 2, false},   /* gaps */
      {"Score", LF_KIND_NUMBER, 0, 100, 0.5, false}, /* fractions */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double cells[ROWS];
    char name[40];
    snprintf(name, sizeof name, "%s", cases[i].name);
    for (size_t r = 0; r < ROWS; r++) cells[r] = cases[i].step * (double)r;
    lf_column column = {.name = name,
                        .kind = cases[i].kind,
                        .store = LF_STORE_DOUBLES,
                        .width = 8,
                        .cells = cells,
                        .missing = cases[i].missing,
                        .distinct = cases[i].distinct};
    if (lf_is_identifier(&column, ROWS) != cases[i].is)
      fail_msg("%s, step %g, %d missing", name, cases[i].step, (int)cases[i].missing);
  }
}

/* ---- twins ------------------------------------------------------------------------------------------ */

static uint64_t print_of(const lf_column *column, size_t n) {
  uint64_t print = 0;
  assert_int_equal(lf_print_of_values(column, n, &print, NULL), LF_OK);
  return print;
}

/* What one says of the other, either way; columns that say the same have one print. */
static bool twins(const lf_column *a, const lf_column *b, size_t n) {
  bool one = false, other = false;
  assert_int_equal(lf_say_the_same(a, b, n, &one, NULL), LF_OK);
  assert_int_equal(lf_say_the_same(b, a, n, &other, NULL), LF_OK);
  assert_int_equal(one, other);
  if (one) assert_true(print_of(a, n) == print_of(b, n));
  return one;
}

/* Codes as digits: "120" is level 1, level 2, missing. */
static lf_column coded(const char *digits, lf_kind kind, uint8_t cells[16]) {
  lf_column column = {.kind = kind, .store = LF_STORE_CODES, .width = 1, .n_levels = 3, .cells = cells};
  for (size_t i = 0; digits[i]; i++) {
    cells[i] = (uint8_t)(digits[i] - '0');
    column.missing += !cells[i];
  }
  return column;
}

static void codes_that_say_the_same(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    bool as_words, as_numbers;
  } cases[] = {
      {"123123", "123123", true, true},   {"123123", "321321", true, true}, /* the order is turned */
      {"123123", "213213", true, false}, /* another order is another number */
      {"131313", "121212", true, true},  /* a level without rows */
      {"120120", "210210", true, true},   {"102102", "120120", false, false}, /* other rows are missing */
      {"112233", "123123", false, false}, {"123123", "121212", false, false}, /* two values are one there */
      {"123122", "123123", false, false}, {"123120", "123123", false, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint8_t x[16], y[16];
    lf_column a = coded(cases[i].a, LF_KIND_CATEGORY, x), b = coded(cases[i].b, LF_KIND_CATEGORY, y);
    if (twins(&a, &b, 6) != cases[i].as_words) fail_msg("%s and %s", cases[i].a, cases[i].b);
    a.kind = b.kind = LF_KIND_NUMBER;
    if (twins(&a, &b, 6) != cases[i].as_numbers) fail_msg("numbers %s and %s", cases[i].a, cases[i].b);
    b.kind = LF_KIND_CATEGORY; /* an order that only one of them has is none */
    if (twins(&a, &b, 6) != cases[i].as_words) fail_msg("number %s and word %s", cases[i].a, cases[i].b);
  }
}

static void other_stores_that_say_the_same(void **state) {
  (void)state;
  double x[] = {1.5, -0.0, (double)NAN, 4}, y[] = {1.5, 0.0, (double)NAN, 4}, z[] = {1.5, 0, (double)NAN, 5};
  uint64_t h[] = {7, 8, 0, 9}, g[] = {7, 8, 0, 10};
  uint8_t cells[16];
  lf_column a = {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = x, .missing = 1},
            b = a, c = a,
            d = {.kind = LF_KIND_TEXT, .store = LF_STORE_HASHES, .width = 8, .cells = h, .missing = 1}, e = d,
            none = {.kind = LF_KIND_EMPTY, .missing = 1}, words = coded("1203", LF_KIND_CATEGORY, cells);
  b.cells = y;
  c.cells = z;
  e.cells = g;
  assert_true(twins(&a, &b, 4));
  assert_false(twins(&a, &c, 4));
  assert_true(twins(&d, &d, 4));
  assert_false(twins(&d, &e, 4));
  assert_false(twins(&a, &d, 4));
  assert_false(twins(&a, &words, 4));
  assert_false(twins(&none, &none, 4)); /* nothing is said at all */
  assert_true(print_of(&a, 4) != print_of(&c, 4));
  assert_true(print_of(&d, 4) != print_of(&e, 4));
  c.missing = 0;
  assert_false(twins(&b, &c, 4));
}

/* ---- accounts --------------------------------------------------------------------------------------- */

enum { ROWS = 40000, VALUES = 9973 };

/* Row i has the value i * i mod VALUES, which for every seventh row is missing. Numbers by first appearance.
 */
static size_t number_by_hand(uint32_t *number) {
  static uint32_t of[VALUES];
  uint32_t next = 0;
  memset(of, 0, sizeof of);
  for (size_t i = 0; i < ROWS; i++) {
    size_t value = i * i % VALUES;
    if (i % 7 == 0) {
      number[i] = next++; /* no value: an account of its own */
      continue;
    }
    if (!of[value]) of[value] = ++next;
    number[i] = of[value] - 1;
  }
  return next;
}

static void accounts_are_numbered_by_first_appearance(void **state) {
  (void)state;
  static uint32_t want[ROWS], got[ROWS];
  static double numbers[ROWS];
  static uint64_t keys[ROWS];
  size_t wanted = number_by_hand(want);
  for (size_t i = 0; i < ROWS; i++) {
    size_t value = i * i % VALUES;
    bool missing = i % 7 == 0;
    numbers[i] = missing ? (double)NAN : value ? 0.5 * (double)value : i % 2 ? -0.0 : 0.0;
    keys[i] = missing ? 0 : value + 1;
  }
  const lf_column columns[] = {
      {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = numbers},
      {.kind = LF_KIND_TEXT, .store = LF_STORE_HASHES, .width = 8, .cells = keys}};
  for (size_t c = 0; c < 2; c++)
    for (int threads = 1; threads <= 3; threads += 2) {
      lf_run run = {.threads = threads};
      size_t n = 0;
      assert_int_equal(lf_number_accounts(&columns[c], ROWS, &run, got, &n, NULL), LF_OK);
      assert_int_equal(n, wanted);
      assert_memory_equal(got, want, sizeof want);
    }
}

static void accounts_of_a_few_rows(void **state) {
  (void)state;
  double numbers[] = {8, 8, (double)NAN, 3, (double)NAN, 8};
  uint8_t codes[] = {2, 2, 0, 1, 0, 2};
  const uint32_t want[] = {0, 0, 1, 2, 3, 0};
  const lf_column columns[] = {
      {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = numbers},
      {.kind = LF_KIND_CATEGORY, .store = LF_STORE_CODES, .width = 1, .cells = codes, .n_levels = 2}};
  for (size_t c = 0; c < 2; c++) {
    uint32_t got[6];
    lf_run run = {.threads = 1};
    size_t n = 0;
    assert_int_equal(lf_number_accounts(&columns[c], 6, &run, got, &n, NULL), LF_OK);
    assert_int_equal(n, 4);
    assert_memory_equal(got, want, sizeof want);
  }
}

/* ---- words ------------------------------------------------------------------------------------------ */

/* Names in messages are cut where they are long, after a whole character, and lists where there is no room.
 */
static void lists_of_names_are_cut(void **state) {
  (void)state;
  char quoted[LF_QUOTED], list[400], longest[200] = "";
  for (size_t i = 0; i < 40; i++) strcat(longest, "\xe2\x82\xac");
  lf_quoted(longest, quoted);
  size_t n = strlen(quoted);
  assert_true(n < LF_QUOTED && (n - 5) % 3 == 0); /* two quotes, the ellipsis, and whole characters */
  assert_memory_equal(quoted + n - 4, "\xe2\x80\xa6'", 4);
  assert_string_equal(lf_quoted("short", quoted), "'short'");
  const char *const names[] = {"a", "b", "c", longest, longest, longest, longest};
  lf_join(names, 3, 6, list, sizeof list);
  assert_string_equal(list, "'a', 'b', 'c'");
  lf_join(names, 3, 2, list, sizeof list);
  assert_string_equal(list, "'a', 'b' and 1 more");
  lf_join(names, 0, 2, list, sizeof list);
  assert_string_equal(list, "");
  lf_join(names, 7, 7, list, 300); /* names of 71 bytes: three of them have room */
  assert_non_null(strstr(list, "' and 1 more"));
  strcpy(list, "kept");
  lf_join(names, 3, 3, list, 0);
  assert_string_equal(list, "kept");
}

static void owners_are_guessed_by_name(void **state) {
  (void)state;
  assert_int_equal(lf_likely_owner("Lead Source"), LF_OWNER_MARKETING);
  assert_int_equal(lf_likely_owner("Sales Rep"), LF_OWNER_SALES);
  assert_int_equal(lf_likely_owner("Campaign Owner"), LF_OWNER_NONE); /* both */
  assert_int_equal(lf_likely_owner("Industry"), LF_OWNER_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(contacts_are_told_by_their_values),
      cmocka_unit_test(contacts_are_told_by_their_names),
      cmocka_unit_test(identifiers),
      cmocka_unit_test(codes_that_say_the_same),
      cmocka_unit_test(other_stores_that_say_the_same),
      cmocka_unit_test(accounts_are_numbered_by_first_appearance),
      cmocka_unit_test(accounts_of_a_few_rows),
      cmocka_unit_test(lists_of_names_are_cut),
      cmocka_unit_test(owners_are_guessed_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
