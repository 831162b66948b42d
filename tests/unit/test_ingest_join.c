/* Two tables to one: what is brought whatever its store, which of several rows counts, what is said of both.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/key.h"
#include "base/text.h"
#include "ingest/join.h"

/* A CSV file with the key k, and how it is read. */
typedef struct source {
  char path[32];
  const char *paths[1];
  lf_key_request key[1];
  lf_read_options options;
} source;

static lf_table *read_source(source *s, const char *csv, size_t n, lf_read_options options) {
  lf_table *table = NULL;
  lf_error err = {0};
  lf_run run = {.threads = 2};
  strcpy(s->path, "/tmp/test_joinXXXXXX");
  int fd = mkstemp(s->path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, csv, n), (ssize_t)n);
  close(fd);
  s->paths[0] = s->path;
  s->key[0] = (lf_key_request){.name = "k"};
  s->options = options;
  s->options.paths = s->paths;
  s->options.n_paths = 1;
  s->options.keys = s->key;
  s->options.n_keys = 1;
  if (lf_table_read(&s->options, &run, &table, &err) != LF_OK) fail_msg("%s", err.message);
  return table;
}

/* Joins the two; the table, or NULL where that was refused. */
static lf_table *join(const char *leads, const char *deals, lf_join_request request,
                      lf_read_options read_leads, lf_read_options read_deals, lf_error *err) {
  source a, b;
  lf_table *table = read_source(&a, leads, strlen(leads), read_leads),
           *other = read_source(&b, deals, strlen(deals), read_deals);
  lf_run run = {.threads = 2};
  request.name = "deals";
  request.table_name = "leads";
  request.key = request.with = "k";
  request.table_read = &a.options;
  request.other_read = &b.options;
  lf_status status = lf_table_join(table, &other, &request, &run, err);
  assert_null(other);
  unlink(a.path);
  unlink(b.path);
  if (status == LF_OK) return table;
  lf_table_free(table);
  return NULL;
}

static lf_table *must_join(const char *leads, const char *deals, lf_join_request request) {
  lf_error err = {0};
  lf_table *table = join(leads, deals, request, (lf_read_options){0}, (lf_read_options){0}, &err);
  if (!table) fail_msg("%s", err.message);
  return table;
}

static const lf_column *column(const lf_table *table, const char *name) {
  size_t c = lf_table_find(table, name);
  if (c == SIZE_MAX) fail_msg("no column %s", name);
  return &table->columns[c];
}

/* Deal k of MANY has the word "word k", the number k / 8 and the text "text k"; lead k asks for deal 7k mod
 * MANY, the last for none. */
enum { MANY = 70001, LEADS = 66000, BUDGET = 1 << 16 }; /* one byte a lead is more than the budget */

static void every_store_is_brought(void **state) {
  (void)state;
  static const lf_kind_request words = {"word", LF_KIND_CATEGORY};
  lf_text leads = {0}, deals = {0};
  lf_error err = {0};
  lf_text_add(&leads, "k\n");
  for (size_t i = 0; i < LEADS; i++) lf_text_addf(&leads, "%zu\n", 7 * i % MANY);
  lf_text_add(&leads, "none\n\"\"\n");
  lf_text_add(&deals, "k,word,number,text,few,hundreds,blank,wide\n");
  for (size_t i = 0; i < MANY; i++)
    lf_text_addf(&deals, "%zu,word %zu,%zu.%03zu,text %zu,w%zu,h%zu,,%zu\n", i, i, i / 8, i % 8 * 125, i,
                 i % 9, i % 900, 12345678901 + i);
  for (unsigned spooled = 0; spooled < 2; spooled++) { /* within a budget: in temporary files */
    lf_table *table = join(leads.data, deals.data, (lf_join_request){.memory = spooled * BUDGET},
                           (lf_read_options){0}, (lf_read_options){.kinds = &words, .n_kinds = 1}, &err);
    if (!table) fail_msg("%s", err.message);
    const lf_column *word = column(table, "deals.word"), *number = column(table, "deals.number"),
                    *text = column(table, "deals.text"), *few = column(table, "deals.few"),
                    *hundreds = column(table, "deals.hundreds"), *wide = column(table, "deals.wide");
    assert_int_equal(word->width, 4);
    assert_int_equal(hundreds->width, 2);
    assert_int_equal(few->width, 1);
    assert_int_equal(number->store, LF_STORE_DECIMALS);
    assert_int_equal(text->store, LF_STORE_HASHES);
    assert_int_equal(wide->store, LF_STORE_DOUBLES);
    assert_int_equal(column(table, "deals.blank")->kind, LF_KIND_EMPTY);
    assert_int_equal(column(table, "deals.blank")->missing, LEADS + 2);
    const lf_column *all[] = {word, number, text, few, hundreds, wide};
    for (size_t c = 0; c < 6; c++) {
      assert_int_equal(all[c]->missing, 2);
      assert_int_equal(all[c]->mapped > 0, spooled);
      assert_true(lf_column_is_missing(all[c], LEADS) && lf_column_is_missing(all[c], LEADS + 1));
    }
    for (size_t i = 0; i < LEADS; i++) {
      size_t k = 7 * i % MANY;
      char want[32];
      snprintf(want, sizeof want, "word %zu", k);
      assert_string_equal(lf_column_level(word, lf_column_code(word, i)), want);
      snprintf(want, sizeof want, "text %zu", k);
      assert_true(lf_column_key(text, i) == lf_text_key(want, strlen(want)));
      snprintf(want, sizeof want, "h%zu", k % 900);
      assert_string_equal(lf_column_level(hundreds, lf_column_code(hundreds, i)), want);
      assert_true(lf_column_number(number, i) == (double)(k / 8) + (double)(k % 8) / 8);
      assert_true(lf_column_number(wide, i) == 12345678901.0 + (double)k);
    }
    lf_table_free(table);
  }
  lf_text_free(&leads);
  lf_text_free(&deals);
}

/* Of several rows of a key one counts: by a date or a number, with a value before without. */
static void which_row_counts(void **state) {
  (void)state;
  static const char leads[] = "k,n\na,1\nb,2\nc,3\n";
  static const char deals[] = "k,day,Amount,Name\na,2024-01-02,1,second\na,2024-01-01,2,first\na,,4,never\n"
                              "b,,8,never\nb,,16,nor\nb,2024-01-03,32,once\nc,,64,this\nc,,,that\n";
  static const struct {
    lf_many_rule rule;
    const char *names[3];
  } cases[] = {
      {{LF_MANY_FIRST, NULL}, {"second", "never", "this"}},
      {{LF_MANY_LAST, NULL}, {"never", "once", "that"}},
      {{LF_MANY_FIRST, "day"}, {"first", "once", "this"}},
      {{LF_MANY_LAST, "day"}, {"second", "once", "that"}},
      {{LF_MANY_FIRST, "Amount"}, {"second", "never", "this"}},
      {{LF_MANY_LAST, "Amount"}, {"never", "once", "this"}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_table *table = must_join(leads, deals, (lf_join_request){.many = cases[i].rule});
    const lf_column *name = column(table, "deals.Name");
    for (size_t row = 0; row < 3; row++)
      if (strcmp(lf_column_level(name, lf_column_code(name, row)), cases[i].names[row]) != 0)
        fail_msg("case %zu, row %zu: %s", i, row, lf_column_level(name, lf_column_code(name, row)));
    assert_int_equal(table->joins[0].repeated_keys, 3);
    assert_int_equal(table->joins[0].repeated_rows, 5);
    lf_table_free(table);
  }
  const char *const sum[] = {"amount"}, *const take[] = {"Amount", "NAME"};
  lf_table *table = must_join(
      leads, deals,
      (lf_join_request){.many = {LF_MANY_FIRST, NULL}, .sum = sum, .n_sum = 1, .take = take, .n_take = 2});
  const lf_column *amount = column(table, "deals.Amount");
  assert_true(lf_column_number(amount, 0) == 7 && lf_column_number(amount, 1) == 56 &&
              lf_column_number(amount, 2) == 64);
  assert_int_equal(lf_table_find(table, "deals.day"), SIZE_MAX); /* not taken */
  lf_table_free(table);
}

static void joins_that_cannot_be_are_refused(void **state) {
  (void)state;
  static const char leads[] = "k,n\na,1\na,2\nb,3\n", once[] = "k,day,Name\na,2024-01-02,x\nb,2024-01-01,y\n",
                    twice[] = "k,day,Name\na,2024-01-02,x\na,2024-01-01,y\n";
  static const char *const days[] = {"day"}, *const none[] = {"Sum"};
  const struct {
    const char *deals;
    lf_join_request request;
    lf_status status;
    const char *message;
  } cases[] = {
      {twice,
       {.many = {LF_MANY_REFUSE, NULL}},
       LF_E_DATA,
       "source 'deals': 1 value of 'k' in several rows ('a'): say which row counts"},
      {twice,
       {.many = {LF_MANY_FIRST, "When"}},
       LF_E_USAGE,
       "source 'deals' has no column 'When' to tell which row is first"},
      {twice,
       {.many = {LF_MANY_FIRST, "Name"}},
       LF_E_DATA,
       "column 'Name' of source 'deals' holds category values: only a date or a number tells which row is "
       "first"},
      {twice,
       {.many = {LF_MANY_FIRST, NULL}, .sum = none, .n_sum = 1},
       LF_E_USAGE,
       "source 'deals' has no column 'Sum' to add up"},
      {twice,
       {.many = {LF_MANY_FIRST, NULL}, .sum = days, .n_sum = 1},
       LF_E_DATA,
       "column 'day' of source 'deals' holds date values, which cannot be added up"},
      {once, {.table_many = {LF_MANY_REFUSE, NULL}}, LF_E_DATA, "'a'"},
      {once,
       {.table_many = {LF_MANY_FIRST, "When"}},
       LF_E_USAGE,
       "source 'leads' has no column 'When' to tell which row is first"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    source a, b;
    lf_error err = {0};
    lf_run run = {.threads = 1};
    lf_table *table = read_source(&a, leads, strlen(leads), (lf_read_options){0}),
             *other = read_source(&b, cases[i].deals, strlen(cases[i].deals), (lf_read_options){0});
    lf_join_request r = cases[i].request;
    r.name = "deals", r.table_name = "leads", r.key = r.with = "k", r.table_read = &a.options,
    r.other_read = &b.options;
    assert_int_equal(lf_table_join(table, &other, &r, &run, &err), cases[i].status);
    if (!strstr(err.message, cases[i].message)) fail_msg("'%s' lacks '%s'", err.message, cases[i].message);
    lf_table_free(table);
    unlink(a.path);
    unlink(b.path);
  }
}

/* What was odd in either is said of both: at most so many ragged rows, each spelling of missing once. */
static void what_was_odd_is_added_up(void **state) {
  (void)state;
  lf_text leads = {0}, deals = {0};
  lf_error err = {0};
  const lf_read_options ragged = {.max_ragged_share = 0.9};
  lf_text_add(&leads, "k,n\na,NA\nb,-\nc,1\nd,2\n");
  lf_text_add(&deals, "k,m\na,NA\nb,NULL\nc,1\nd,2\n");
  for (int i = 0; i < 15; i++) lf_text_add(&leads, "x\n"), lf_text_add(&deals, "x,y,z,w\n");
  lf_table *table = join(leads.data, deals.data, (lf_join_request){0}, ragged, ragged, &err);
  if (!table) fail_msg("%s", err.message);
  assert_int_equal(table->ragged_rows, 30);
  assert_int_equal(table->n_ragged, LF_RAGGED_KEPT);
  assert_int_equal(table->ragged[14].file, 0);
  assert_int_equal(table->ragged[15].file, 1);
  assert_int_equal(table->ragged[15].line, 6);
  assert_int_equal(table->n_sources, 2);
  assert_int_equal(table->sources[1].join, 1);
  uint64_t counted = 0;
  for (size_t i = 0; i < table->n_missing_spellings; i++) {
    const char *spelling = table->missing_spellings[i];
    uint64_t want =
        strcmp(spelling, "NA") == 0 ? 2 : strcmp(spelling, "-") == 0 || strcmp(spelling, "NULL") == 0;
    assert_int_equal(table->missing_counts[i], want);
    counted += want;
  }
  assert_int_equal(counted, 4);
  lf_table_free(table);
  lf_text_free(&leads);
  lf_text_free(&deals);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_store_is_brought),
      cmocka_unit_test(which_row_counts),
      cmocka_unit_test(joins_that_cannot_be_are_refused),
      cmocka_unit_test(what_was_odd_is_added_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
