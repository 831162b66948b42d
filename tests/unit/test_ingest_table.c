/* Tables from small texts, whose kinds, levels and counts follow from what is written there, and from large
 * ones, which are read in pieces by several threads and must come out the same. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/key.h"
#include "base/text.h"
#include "ingest/ingest.h"
#include "ingest/record.h"

enum { FILES = 3 };

/* Texts as files, and what to ask of them. */
typedef struct given {
  int fd[FILES];
  char name[FILES][32];
  const char *paths[FILES];
  lf_read_options options;
  lf_error err;
} given;

static void give(given *g, const char *text, size_t n) {
  size_t i = g->options.n_paths++;
  g->fd[i] = memfd_create("table", 0);
  assert_true(g->fd[i] >= 0);
  assert_int_equal(lf_write_all(g->fd[i], text, n, "memory", NULL), LF_OK);
  snprintf(g->name[i], sizeof g->name[i], "/proc/self/fd/%d", g->fd[i]);
  g->paths[i] = g->name[i];
  g->options.paths = g->paths;
}

static void give_back(given *g) {
  for (size_t i = 0; i < g->options.n_paths; i++) close(g->fd[i]);
}

static lf_table *must_read(given *g, int threads) {
  lf_table *table = NULL;
  lf_run run = {.threads = threads};
  if (lf_table_read(&g->options, &run, &table, &g->err) != LF_OK) fail_msg("%s", g->err.message);
  return table;
}

static lf_table *read_text(const char *text) {
  given g = {0};
  give(&g, text, strlen(text));
  lf_table *table = must_read(&g, 1);
  give_back(&g);
  return table;
}

static const lf_column *column(const lf_table *table, const char *name) {
  size_t i = lf_table_find(table, name);
  if (i == SIZE_MAX) fail_msg("no column %s", name);
  return &table->columns[i];
}

static void same_number(double a, double b) {
  if (a < b || a > b || (a != a) != (b != b)) fail_msg("%.17g is not %.17g", a, b);
}

/* ---- one column at a time ---- */

/* A table of one column named name beside a counter, with the values split at '|'. */
static lf_table *one_column(const char *name, const char *values) {
  lf_text text = {0};
  lf_text_addf(&text, "k;%s\n", name);
  for (size_t row = 1; *values; row++) {
    size_t n = strcspn(values, "|");
    lf_text_addf(&text, "x%zu;%.*s\n", row % 3, (int)n, values);
    values += n + (values[n] == '|');
  }
  lf_table *table = read_text(text.data);
  lf_text_free(&text);
  return table;
}

typedef struct kind_case {
  const char *name, *values;
  lf_kind kind;
  uint64_t missing;
  const char *note; /* part of it; NULL: no note */
} kind_case;

static void kinds_follow_from_all_values(void **state) {
  (void)state;
  static const kind_case cases[] = {
      {"n", "1|2|3.5||-4", LF_KIND_NUMBER, 1, NULL},
      {"n", "1|2|NA|n/a|#N/A|NULL|nan|-|None|Select", LF_KIND_NUMBER, 8, NULL},
      {"n", "1|2|abc", LF_KIND_CATEGORY, 0, NULL},
      {"n", "1|inf|3", LF_KIND_CATEGORY, 0, NULL},
      {"n", "1|0x1F|3", LF_KIND_CATEGORY, 0, NULL},
      {"zip", "01234|90210|10001", LF_KIND_CATEGORY, 0, "leading zeros"},
      {"money", "$1,200.50|$3.00|$-5", LF_KIND_NUMBER, 0, "currency"},
      {"share", "10%|20%|5%", LF_KIND_NUMBER, 0, "percent"},
      {"amount", "1,5|2,25|3", LF_KIND_NUMBER, 0, "decimal comma"},
      {"amount", "1.234,5|2,25|3", LF_KIND_NUMBER, 0, "decimal comma"},
      {"amount", "1.234|5.678", LF_KIND_NUMBER, 0, "ambiguous: points are taken for decimal marks"},
      {"amount", "1,234|5,678", LF_KIND_NUMBER, 0, "ambiguous: commas are taken for decimal marks"},
      {"c", "None|Unknown|a", LF_KIND_CATEGORY, 0, NULL},
      {"c", "a|b|NULL|Select|N/A|-", LF_KIND_CATEGORY, 4, NULL},
      {"f", "Yes|no||YES", LF_KIND_FLAG, 1, NULL},
      {"f", "0|1|1", LF_KIND_FLAG, 0, NULL},
      {"f", "1.0||0.0", LF_KIND_FLAG, 1, NULL},
      {"f", "TRUE|TRUE", LF_KIND_FLAG, 0, NULL},
      {"f", "y|maybe", LF_KIND_CATEGORY, 0, NULL},
      {"f", "0|1|2", LF_KIND_NUMBER, 0, NULL},
      {"e", "|NA|N/A", LF_KIND_EMPTY, 3, NULL},
      {"d", "2021-04-15|2021-12-01", LF_KIND_DATE, 0, NULL},
      {"d", "4/15/2021|1/2/2021|None", LF_KIND_DATE, 1, NULL},
      {"d", "15/4/2021|1/2/2021", LF_KIND_DATE, 0, NULL},
      {"d", "03/04/2021|01/02/2021", LF_KIND_DATE, 0, "taken for month/day"},
      {"d", "03-04-2021|01-02-2021", LF_KIND_DATE, 0, "taken for day-month"},
      {"d", "03/03/2021|05/05/2021", LF_KIND_DATE, 0, NULL},
      {"CreatedDate", "20210415|20201231", LF_KIND_DATE, 0, "yyyymmdd"},
      {"Order Number", "20210415|20201231", LF_KIND_NUMBER, 0, NULL},
      {"x", "20210415|20201399", LF_KIND_NUMBER, 0, NULL},
      {"id", "401013266745e5661589292315434968|5420aad7fec3549a85876ba1c529bd84", LF_KIND_CATEGORY, 0, NULL},
      {"id", "12345678901234567|12345678901234568", LF_KIND_CATEGORY, 0, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_table *table = one_column(cases[i].name, cases[i].values);
    const lf_column *c = &table->columns[1];
    if (c->kind != cases[i].kind) fail_msg("%s is a %s", cases[i].values, lf_kind_name(c->kind));
    if (c->missing != cases[i].missing) fail_msg("%s: %d missing", cases[i].values, (int)c->missing);
    if (!cases[i].note != !c->note || (c->note && !strstr(c->note, cases[i].note)))
      fail_msg("%s: note %s", cases[i].values, c->note ? c->note : "none");
    lf_table_free(table);
  }
}

static void few_bad_values_in_a_clear_number(void **state) {
  (void)state;
  lf_text text = {0};
  lf_text_add(&text, "k,n\n");
  for (int i = 0; i < 300; i++) lf_text_addf(&text, "a,%d\n", i % 40);
  lf_text_add(&text, "a,about 12\na,about 12\n");
  lf_table *table = read_text(text.data);
  assert_int_equal(table->columns[1].kind, LF_KIND_NUMBER);
  assert_int_equal(table->columns[1].bad, 2);
  assert_int_equal(table->columns[1].missing, 2);
  assert_non_null(strstr(table->columns[1].note, "'about 12'"));
  assert_true(lf_column_is_missing(&table->columns[1], 301));
  lf_table_free(table);
  lf_text_add(&text, "a,b\na,c\n"); /* four of 304 are more than one in a hundred */
  table = read_text(text.data);
  assert_int_equal(table->columns[1].kind, LF_KIND_CATEGORY);
  lf_table_free(table);
  lf_text_free(&text);
}

static void levels_and_values(void **state) {
  (void)state;
  lf_table *table = read_text(
      "c,n,d,f\nb,2.50,2021-04-15,no\n a ,10,1/1/1970,Yes\nB,2.5,2021-04-15 12:00,YES\n,,,\n\"a\",-1,,yes\n");
  const lf_column *c = column(table, "c"), *n = column(table, "n"), *d = column(table, "d"),
                  *f = column(table, "f");
  assert_int_equal(table->n_rows, 5);
  assert_int_equal(c->n_levels, 3);
  assert_string_equal(lf_column_level(c, 1), "B"); /* bytewise */
  assert_string_equal(lf_column_level(c, 2), "a");
  assert_string_equal(lf_column_level(c, 3), "b");
  assert_int_equal(lf_column_code(c, 1), 2);
  assert_int_equal(lf_column_code(c, 3), 0);
  assert_int_equal(lf_column_code(c, 4), 2);
  assert_int_equal(n->distinct, 3); /* 2.50 is 2.5 */
  assert_string_equal(lf_column_level(n, 1), "-1");
  same_number(lf_column_number(n, 0), 2.5);
  same_number(lf_column_number(n, 3), (double)NAN);
  same_number(lf_column_number(d, 0), 18732);
  same_number(lf_column_number(d, 2), 18732.5);
  assert_int_equal(f->n_levels, 2);
  assert_string_equal(lf_column_level(f, 1), "YES"); /* one each: the first in byte order */
  assert_string_equal(lf_column_level(f, 2), "no");
  double all[5];
  lf_column_numbers(n, 1, 5, all);
  same_number(all[0], 10);
  same_number(all[3], -1);
  lf_table_free(table);
}

static void names(void **state) {
  (void)state;
  lf_table *table = read_text("\xef\xbb\xbf id ,Region,region,Region,,\"a, b\",\n1,2,3,4,5,6,\n");
  static const char *const expected[] = {"id",       "Region", "region",  "Region (2)",
                                         "column 5", "a, b",   "column 7"};
  assert_int_equal(table->n_columns, 7);
  for (size_t i = 0; i < 7; i++) assert_string_equal(table->columns[i].name, expected[i]);
  assert_int_equal(lf_table_find(table, "ID"), 0);
  assert_int_equal(lf_table_find(table, "region"), 2);
  assert_int_equal(lf_table_find(table, "REGION"), SIZE_MAX); /* two */
  assert_int_equal(lf_table_find(table, "none"), SIZE_MAX);
  lf_table_free(table);
}

static void wishes(void **state) {
  (void)state;
  given g = {0};
  const char text[] = "rank,zip,note,x\n1,10001,Unknown,5\n2,10002,b,gone\n3,10001,c,6\n";
  const lf_kind_request kinds[] = {{"RANK", LF_KIND_CATEGORY}, {"zip", LF_KIND_TEXT}, {"x", LF_KIND_NUMBER}};
  const char *const missing[] = {"unknown"}, *const skip[] = {"note"};
  give(&g, text, sizeof text - 1);
  g.options.kinds = kinds;
  g.options.n_kinds = 3;
  lf_table *table = must_read(&g, 1);
  assert_int_equal(table->columns[0].kind, LF_KIND_CATEGORY);
  assert_int_equal(table->columns[1].kind, LF_KIND_TEXT);
  assert_string_equal(lf_column_level(&table->columns[1], 1), "10001");
  assert_int_equal(table->columns[3].bad, 1);
  assert_int_equal(table->columns[2].missing, 0);
  lf_table_free(table);
  g.options.missing = missing;
  g.options.n_missing = 1;
  table = must_read(&g, 1);
  assert_int_equal(table->columns[2].missing, 1);
  assert_int_equal(table->n_missing_spellings, 1);
  assert_string_equal(table->missing_spellings[0], "unknown");
  assert_int_equal(table->missing_counts[0], 1);
  lf_table_free(table);
  g.options.skip = skip;
  g.options.n_skip = 1;
  table = must_read(&g, 1);
  assert_int_equal(table->columns[2].store, LF_STORE_NONE);
  lf_table_free(table);
  const lf_kind_request wrong = {"rnk", LF_KIND_CATEGORY};
  g.options.kinds = &wrong;
  g.options.n_kinds = 1;
  assert_int_equal(lf_table_read(&g.options, NULL, &table, &g.err), LF_E_USAGE);
  assert_non_null(strstr(g.err.message, "\"rnk\""));
  give_back(&g);
}

/* A flag of two other words keeps both; three words are no flag. */
static void flags_on_request(void **state) {
  (void)state;
  static const char text[] = "side,three\nleft,a\nright,b\nleft,c\n";
  lf_kind_request kind = {"side", LF_KIND_FLAG};
  given g = {0};
  give(&g, text, sizeof text - 1);
  g.options.kinds = &kind;
  g.options.n_kinds = 1;
  lf_table *table = must_read(&g, 1);
  assert_int_equal(table->columns[0].kind, LF_KIND_FLAG);
  assert_int_equal(table->columns[0].n_levels, 2);
  assert_string_equal(lf_column_level(&table->columns[0], 2), "right");
  lf_table_free(table);
  kind.name = "three";
  assert_int_equal(lf_table_read(&g.options, NULL, &table, &g.err), LF_E_USAGE);
  assert_non_null(strstr(g.err.message, "3 different values"));
  give_back(&g);
}

static void several_files(void **state) {
  (void)state;
  static const char first[] = "id,Region,n\n1,N,5\n2,S,6\n", second[] = "n;id;Region\n7;3;N\n",
                    other[] = "id,Area,n\n1,2,3\n";
  given g = {0};
  give(&g, first, sizeof first - 1);
  give(&g, second, sizeof second - 1);
  lf_table *table = must_read(&g, 2);
  assert_int_equal(table->n_rows, 3);
  assert_int_equal(table->sources[0].rows, 2);
  assert_int_equal(table->sources[1].rows, 1);
  assert_int_equal(table->sources[1].delimiter, ';');
  same_number(lf_column_number(column(table, "id"), 2), 3);
  same_number(lf_column_number(column(table, "n"), 2), 7);
  lf_table_free(table);
  give(&g, other, sizeof other - 1);
  assert_int_equal(lf_table_read(&g.options, NULL, &table, &g.err), LF_E_DATA);
  assert_non_null(strstr(g.err.message, "missing: \"Region\"; extra: \"Area\""));
  give_back(&g);
}

static void divided_rows(void **state) {
  (void)state;
  lf_table *table = read_text("c,n,f\na,1,yes\n,2,no\nb,,yes\nd,4,no\na,5,no\n");
  const uint8_t side[] = {LF_SIDE_SECOND, LF_SIDE_LEAVES, LF_SIDE_FIRST, LF_SIDE_SECOND, LF_SIDE_FIRST};
  double beside[] = {0, 1, 2, 3, 4};
  assert_int_equal(lf_values_divide(beside, sizeof *beside, side, 5, NULL), LF_OK);
  assert_int_equal(lf_table_divide(table, side, NULL, NULL), LF_OK);
  assert_int_equal(table->n_rows, 4);
  const lf_column *c = column(table, "c"), *n = column(table, "n");
  static const char *const texts[] = {"b", "a", "a", "d"};
  static const double values[] = {0, 5, 1, 4}, order[] = {2, 4, 0, 3};
  assert_int_equal(c->missing, 0); /* the row without one left */
  assert_int_equal(n->missing, 1);
  assert_true(lf_column_is_missing(n, 0));
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(lf_column_level(c, lf_column_code(c, i)), texts[i]);
    if (i) same_number(lf_column_number(n, i), values[i]);
    same_number(beside[i], order[i]);
  }
  lf_table_free(table);
}

/* Cells of every width, wholes of one side, and the first side alone. */
static void divided_widths(void **state) {
  (void)state;
  enum { N = 1000 };
  for (size_t width = 1; width <= 8; width *= 2) {
    for (unsigned every = 1; every <= 3;
         every++) { /* each row, each second, each third is of the first side */
      uint8_t values[N * 8] = {0}, side[N];
      size_t expected = 0;
      for (size_t i = 0; i < N; i++) {
        values[i * width] = (uint8_t)i; /* little-endian low byte, or the high one: alike for all */
        side[i] = i % every == 0 ? LF_SIDE_FIRST : i % every == 1 ? LF_SIDE_SECOND : LF_SIDE_LEAVES;
      }
      assert_int_equal(lf_values_divide(values, width, side, N, NULL), LF_OK);
      for (unsigned s = 0; s < every && s < 2; s++)
        for (size_t i = s; i < N; i += every) assert_int_equal(values[expected++ * width], (uint8_t)i);
    }
  }
}

/* An id keeps its key where one row turns the column from numbers into texts. */
static void keys(void **state) {
  (void)state;
  lf_table *numbers = read_text("id,n\n17,1\n42,2\n,3\n"), *texts = read_text("id,n\n17,1\n42,2\nA7,3\n");
  const lf_column *a = column(numbers, "id"), *b = column(texts, "id");
  assert_int_equal(a->kind, LF_KIND_NUMBER);
  assert_int_equal(b->kind, LF_KIND_CATEGORY);
  assert_true(lf_column_key(a, 0) == lf_column_key(b, 0));
  assert_true(lf_column_key(a, 1) == lf_column_key(b, 1));
  assert_true(lf_column_key(a, 0) == UINT64_C(0x70efdf2ec9b08607));
  assert_true(lf_column_key(a, 0) != lf_column_key(a, 1));
  assert_true(lf_column_key(a, 2) == 0);
  lf_table_free(numbers);
  lf_table_free(texts);
}

static void records_as_they_stand(void **state) {
  (void)state;
  static const char text[] = "a,b\r\n1,\"x, y\"\r\n\r\n2\r\n\"3,\"\"p\"\"\"\r\n4,\"q\nr\"";
  static const char *const expected[] = {"a,b", "1,\"x, y\"", "3,\"p\"", "4,\"q\nr\""};
  given g = {0};
  give(&g, text, sizeof text - 1);
  lf_records *records = NULL;
  const char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_records_open(g.paths[0], NULL, &records, NULL), LF_OK);
  assert_int_equal(lf_records_delimiter(records), ',');
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(lf_records_next(records, &bytes, &n, NULL), LF_OK);
    assert_int_equal(n, strlen(expected[i]));
    assert_memory_equal(bytes, expected[i], n);
  }
  assert_int_equal(lf_records_next(records, &bytes, &n, NULL), LF_OK);
  assert_null(bytes);
  lf_records_free(records);
  give_back(&g);
}

/* ---- large tables ---- */

enum { ROWS = 120000 };

/* A field that holds whole rows of the table: a piece that seems to begin at one of them begins inside a
 * quote. */
static void add_rows_in_quotes(lf_text *text, size_t row) {
  lf_text_add(text, "\"a, \"\"b\"\"\n");
  for (size_t i = 0; i < 60; i++) lf_text_addf(text, "%zu,5.00,Region 1,2021-01-01,note,acc\n", row + i);
  lf_text_add(text, "c\",");
}

/* ids, wide numbers, few levels, quoted texts with line breaks and whole rows of the table inside; from row
 * `change` on the wide numbers and ids are other than a sample of the rows before would say. */
static lf_text large_table(size_t change) {
  lf_text text = {0};
  lf_text_add(&text, "id,amount,region,day,note,account\n");
  for (size_t i = 0; i < ROWS; i++) {
    uint64_t h = lf_hash(&i, sizeof i, 1);
    lf_text_addf(&text, "%016llx-%zu,%llu.%02llu,", (unsigned long long)h, i,
                 (unsigned long long)(h % 1000000), (unsigned long long)(h >> 40) % 100);
    if (i >= change && i % 1000 == 0)
      lf_text_add(&text, "\"late, new\",");
    else
      lf_text_addf(&text, "Region %llu,", (unsigned long long)(h >> 20) % 9);
    lf_text_addf(&text, "2021-%02zu-%02zu,", 1 + i / 1000 % 12, 1 + i % 28);
    if (i % 97 == 0)
      add_rows_in_quotes(&text, i);
    else
      lf_text_addf(&text, "%s,", i % 2 ? "plain" : "");
    lf_text_addf(&text, "%s%zu\n", i >= change ? "A" : "", i * 7919 % 100003);
  }
  return text;
}

static uint64_t table_print(const lf_table *table) {
  uint64_t print = table->n_rows;
  for (size_t k = 0; k < table->n_columns; k++) {
    const lf_column *c = &table->columns[k];
    print = lf_hash_mix(print, (uint64_t)c->kind * 16 + c->store);
    print = lf_hash_mix(print, lf_hash(c->cells, table->n_rows * c->width, 0));
    for (uint32_t i = 0; i < c->n_levels; i++)
      print = lf_hash_mix(print, lf_hash(c->levels[i], strlen(c->levels[i]), 0));
    print = lf_hash_mix(print, c->missing ^ c->distinct << 32);
  }
  return print;
}

static void check_large(const lf_table *table) {
  assert_int_equal(table->n_rows, ROWS);
  assert_int_equal(table->ragged_rows, 0);
  const lf_column *id = column(table, "id"), *amount = column(table, "amount"),
                  *region = column(table, "region");
  assert_int_equal(id->store, LF_STORE_HASHES);
  assert_int_equal(id->distinct, ROWS);
  assert_int_equal(amount->store, LF_STORE_DECIMALS);
  assert_int_equal(region->n_levels, 9);
  assert_int_equal(column(table, "account")->kind, LF_KIND_NUMBER);
  assert_int_equal(column(table, "account")->distinct,
                   100003); /* a prime: i * 7919 runs through all remainders */
  uint64_t empty = 0;
  for (size_t i = 0; i < ROWS; i += 2) empty += i % 97 != 0;
  assert_int_equal(column(table, "note")->missing, empty);
  for (size_t i = 0; i < ROWS; i += 37) {
    uint64_t h = lf_hash(&i, sizeof i, 1);
    char text[64];
    int n = snprintf(text, sizeof text, "%016llx-%zu", (unsigned long long)h, i);
    assert_true(lf_column_key(id, i) == lf_text_key(text, (size_t)n));
    same_number(lf_column_number(amount, i), (double)(h % 1000000 * 100 + (h >> 40) % 100) / 100);
  }
}

static void pieces_and_threads_change_nothing(void **state) {
  (void)state;
  lf_text text = large_table(ROWS);
  given g = {0};
  give(&g, text.data, text.length);
  uint64_t print = 0;
  for (int threads = 1; threads <= 8; threads += threads == 3 ? 5 : 1) {
    lf_table *table = must_read(&g, threads);
    check_large(table);
    if (threads == 1) print = table_print(table);
    assert_true(table_print(table) == print);
    lf_table_free(table);
  }
  give_back(&g);
  lf_text_free(&text);
}

/* What no sample saw coming is read again, and the answer is that of the whole file. */
static void late_surprises(void **state) {
  (void)state;
  size_t change = ROWS - 30;
  lf_text text = large_table(change);
  given g = {0};
  give(&g, text.data, text.length);
  lf_table *table = must_read(&g, 2);
  const lf_column *account = column(table, "account");
  assert_int_equal(account->kind, LF_KIND_NUMBER); /* 30 bad of 120000 */
  assert_int_equal(account->bad, 30);
  assert_int_equal(account->missing, 30);
  assert_int_equal(column(table, "region")->n_levels, 9);
  lf_table_free(table);
  give_back(&g);
  lf_text_free(&text);
  text = large_table(ROWS - 6000);
  given h = {0};
  give(&h, text.data, text.length);
  table = must_read(&h, 2);
  assert_int_equal(column(table, "account")->kind, LF_KIND_TEXT); /* one in twenty is no number */
  assert_int_equal(column(table, "region")->n_levels, 10);
  lf_table_free(table);
  give_back(&h);
  lf_text_free(&text);
}

/* Lines of another number of fields: one in twenty, and in a short table five where there are five good ones
 * to each. */
static void a_few_odd_lines_are_borne(void **state) {
  (void)state;
  static const struct {
    size_t good, odd;
    double share;
    bool borne;
  } cases[] = {{15, 3, 0, true},  {14, 3, 0, false},  {25, 5, 0, true},    {30, 6, 0, false},
               {114, 6, 0, true}, {113, 6, 0, false}, {15, 3, 0.1, false}, {15, 3, 0.2, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_text text = {0};
    lf_table *table = NULL;
    lf_text_add(&text, "a,b\n");
    for (size_t k = 0; k < cases[i].good; k++) lf_text_addf(&text, "%zu,x\n", k);
    for (size_t k = 0; k < cases[i].odd; k++) lf_text_add(&text, "All rights reserved.\n\n");
    given g = {.options = {.max_ragged_share = cases[i].share}};
    give(&g, text.data, text.length);
    lf_status status = lf_table_read(&g.options, NULL, &table, &g.err);
    if (status != (cases[i].borne ? LF_OK : LF_E_DATA)) fail_msg("case %zu: %s", i, g.err.message);
    if (table) assert_true(table->n_rows == cases[i].good && table->ragged_rows == cases[i].odd);
    lf_table_free(table);
    give_back(&g);
    lf_text_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kinds_follow_from_all_values),
      cmocka_unit_test(few_bad_values_in_a_clear_number),
      cmocka_unit_test(levels_and_values),
      cmocka_unit_test(names),
      cmocka_unit_test(wishes),
      cmocka_unit_test(flags_on_request),
      cmocka_unit_test(several_files),
      cmocka_unit_test(divided_rows),
      cmocka_unit_test(divided_widths),
      cmocka_unit_test(keys),
      cmocka_unit_test(records_as_they_stand),
      cmocka_unit_test(pieces_and_threads_change_nothing),
      cmocka_unit_test(late_surprises),
      cmocka_unit_test(a_few_odd_lines_are_borne),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
