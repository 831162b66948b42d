/* A stream gives, whatever its blocks and threads, the records and the cells that the table has when it is
 * read at once: the same readings of numbers, dates, flags and missing values, which are seen from all rows.
 */
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
#include "base/text.h"
#include "ingest/record.h"
#include "ingest/stream.h"

enum { FILES = 2 };

/* Texts as files. */
typedef struct inputs {
  int fd[FILES];
  char name[FILES][32];
  const char *paths[FILES];
  size_t n;
} inputs;

static void add_input(inputs *in, const char *text, size_t n) {
  size_t i = in->n++;
  in->fd[i] = memfd_create("leads", 0);
  assert_true(in->fd[i] >= 0);
  assert_int_equal(lf_write_all(in->fd[i], text, n, "memory", NULL), LF_OK);
  snprintf(in->name[i], sizeof in->name[i], "/proc/self/fd/%d", in->fd[i]);
  in->paths[i] = in->name[i];
}

static void close_inputs(const inputs *in) {
  for (size_t i = 0; i < in->n; i++) close(in->fd[i]);
}

/* ---- what is compared ---- */

static void add_cell(lf_text *out, const lf_column *column, size_t row) {
  char number[LF_DOUBLE_TEXT];
  lf_text_add(out, "\t");
  if (lf_column_is_missing(column, row)) {
    lf_text_add(out, "(missing)");
  } else if (column->kind == LF_KIND_NUMBER || column->kind == LF_KIND_DATE) {
    lf_format_double(lf_column_number(column, row), number);
    lf_text_addf(out, "%s:%s", lf_kind_name(column->kind), number);
  } else {
    lf_text_add(out, lf_column_level(column, lf_column_code(column, row)));
  }
}

static void add_row(lf_text *out, uint64_t number, const char *record, size_t n, const lf_table *table,
                    size_t row) {
  lf_text_addf(out, "%llu\t", (unsigned long long)number);
  lf_text_add_n(out, record, n);
  for (size_t i = 0; i < table->n_columns; i++) add_cell(out, &table->columns[i], row);
  lf_text_add(out, "\n");
}

/* All rows of a table that was read at once, and its records one by one. */
static lf_text read_at_once(const inputs *in) {
  lf_read_options options = {.paths = in->paths, .n_paths = in->n};
  lf_table *table = NULL;
  lf_records *first = NULL;
  lf_error err = {0};
  lf_text out = {0};
  size_t row = 0;
  if (lf_table_read(&options, NULL, &table, &err) != LF_OK) fail_msg("%s", err.message);
  for (size_t i = 0; i < in->n; i++) {
    lf_records *records = NULL;
    const char *bytes = NULL;
    size_t n = 0;
    if (lf_records_open(in->paths[i], NULL, &records, &err) != LF_OK) fail_msg("%s", err.message);
    if (i > 0) assert_int_equal(lf_records_follow(records, first, &err), LF_OK);
    assert_int_equal(lf_records_next(records, &bytes, &n, &err), LF_OK); /* the header */
    if (i == 0) {
      lf_text_add_n(&out, bytes, n);
      lf_text_add(&out, "\n");
    }
    for (;;) {
      assert_int_equal(lf_records_next(records, &bytes, &n, &err), LF_OK);
      if (!bytes) break;
      add_row(&out, row + 1, bytes, n, table, row);
      row++;
    }
    if (i == 0)
      first = records;
    else
      lf_records_free(records);
  }
  assert_int_equal(row, table->n_rows);
  lf_records_free(first);
  lf_table_free(table);
  return out;
}

static lf_status work(void *context, const lf_block *block, lf_text *out, lf_error *err) {
  (void)context;
  for (size_t row = 0; row < block->table.n_rows; row++)
    add_row(out, block->first_row + row + 1, block->records[row].text, block->records[row].n, &block->table,
            row);
  return lf_text_status(out, err);
}

static lf_status collect(void *context, const lf_text *out, lf_error *err) {
  lf_text *all = context;
  lf_text_add_n(all, out->data ? out->data : "", out->length);
  return lf_text_status(all, err);
}

static lf_status stream_all(const inputs *in, const lf_stream_options *asked, int threads, lf_text *out,
                            lf_error *err) {
  lf_stream_options options = *asked;
  lf_run run = {.threads = threads};
  lf_stream *stream = NULL;
  const lf_stream_job job = {.work = work, .write = collect, .context = out, .stage = "reading"};
  lf_status status = LF_OK;
  options.read = (lf_read_options){.paths = in->paths, .n_paths = in->n};
  LF_TRY(lf_stream_open(&options, &run, &stream, err));
  LF_TRY(lf_stream_header(stream, out, err));
  lf_text_add(out, "\n");
  LF_TRY(lf_stream_run(stream, &run, &job, err));
  assert_int_equal(lf_stream_table(stream)->n_sources, in->n);
cleanup:
  lf_stream_free(stream);
  return status;
}

/* Blocks from a few records each to all in one. */
static void must_be_the_same(const inputs *in, const lf_wanted *wanted, size_t n_wanted) {
  static const size_t bytes[] = {1, 40, 200, 3000, 0};
  lf_text want = read_at_once(in);
  for (size_t b = 0; b < sizeof bytes / sizeof *bytes; b++)
    for (int threads = 1; threads <= 3; threads += 2) {
      const lf_stream_options options = {.wanted = wanted, .n_wanted = n_wanted, .block_bytes = bytes[b]};
      lf_text got = {0};
      lf_error err = {0};
      if (stream_all(in, &options, threads, &got, &err) != LF_OK) fail_msg("%s", err.message);
      if (strcmp(got.data, want.data) != 0)
        fail_msg("blocks of %zu bytes, %d threads:\n%s\nand not\n%s", bytes[b], threads, got.data, want.data);
      lf_text_free(&got);
    }
  lf_text_free(&want);
}

static void check(const char *text, const char *more, const lf_wanted *wanted, size_t n_wanted) {
  inputs in = {0};
  add_input(&in, text, strlen(text));
  if (more) add_input(&in, more, strlen(more));
  must_be_the_same(&in, wanted, n_wanted);
  close_inputs(&in);
}

static const lf_wanted all[] = {{"a", false}, {"b", false}, {"c", false}};

/* ---- readings that hang on all values ---- */

static void quoted_fields_cross_blocks(void **state) {
  (void)state;
  check(
      "a,b,c\n1,\"one, two\",x\n2,\"line\nbreak\",y\n\n3,\"say \"\"hi\"\"\",z\n4, plain ,\"\"\n5,last,\"q\"",
      NULL, all, 3);
  check("\xef\xbb\xbf"
        "a;b;c\r\n1,5;x;\r\n\"2,5\";\"y;\r\ny\";z\r\n3;w;v\r\n",
        NULL, all, 3);
  /* lines within a field that look like records: where a block seems to begin there, it does not */
  check("a,b,c\n1,\"i,j,k\nl,m,n\no,p,q\nr,s,t\nu,v,w\n\",z\n2,x,y\n3,\"i,j,k\nl,m,n\n\",z\n4,x,y\n", NULL,
        all, 3);
  check("a,b,c\n\"1,\"\"x, y\"\",z\"\n2,w,v\n\"3,u,\"\"t\"\"\"\n", NULL, all, 3); /* lines quoted whole */
}

static void late_values_decide(void **state) {
  (void)state;
  /* dates: only the last says which part is the day; numbers: only the last that commas are decimal marks */
  check("a,b,c\n01/02/2024,x,1\n03/04/2024,y,2\n05/06/2024,z,3\n25/06/2024,z,4\n", NULL, all, 3);
  check("a;b;c\n1.234;x;no\n2.345;y;NO\n5.678;z;Yes\n1,5;z;no\n", NULL, all, 3);
  /* the most frequent spelling of a flag stands for its side */
  check("a,b,c\nyes,x,None\nYES,y,1\nYES,z,2\nno,z,n/a\nNo,z,None\nNo,z,5\n", NULL, all, 3);
  /* None is missing among numbers, a level among categories; so is an unreadable cell among many numbers */
  check("a,b,c\nNone,None,NA\n1,x,x\n2,y,y\n3,z,z\n", NULL, all, 3);
}

static void other_order_and_encoding(void **state) {
  (void)state;
  check("a,b,c\n1,x,\"p,q\"\n2,y,r\n", "c;a;b\ns;3;\"t;u\"\nv;4;w,w\n", all, 3);
  check("a,b,c\n1,M\xfcller,x\n2,Stra\xdf"
        "e,y\n3,Caf\xe9,z\n",
        NULL, all, 3);
}

/* The first records within so many bytes choose the delimiter. In Latin-1 the 90 long ones leave room for 110
 * short ones, which a semicolon cuts; in UTF-8 they are twice as long, and a comma cuts them: two columns,
 * and then three. */
static void a_header_that_is_cut_otherwise_in_utf8(void **state) {
  (void)state;
  enum { LONG = 90, SHORT = 110, REST = 15000, LETTERS = 2000 };
  static const lf_wanted wanted[] = {{"a", false}, {"b", false}, {"c;d", false}};
  lf_text text = {0};
  inputs in = {0};
  lf_text_add(&text, "a,b,c;d\n");
  for (int i = 0; i < LONG; i++) {
    for (int k = 0; k < LETTERS; k++) lf_text_add(&text, "\xe9");
    lf_text_add(&text, ",1,2\n");
  }
  for (int i = 0; i < SHORT; i++) lf_text_add(&text, "1;2\n");
  for (int i = 0; i < REST; i++) lf_text_addf(&text, "x,%d,y\n", i % 7);
  add_input(&in, text.data, text.length);
  const lf_read_options options = {.paths = in.paths, .n_paths = 1};
  lf_table *table = NULL;
  assert_int_equal(lf_table_read(&options, NULL, &table, NULL), LF_OK);
  assert_int_equal(table->n_columns, 3);
  assert_int_equal(table->n_rows, LONG + REST);
  lf_table_free(table);
  const lf_stream_options asked = {.wanted = wanted, .n_wanted = 3};
  lf_text want = read_at_once(&in), got = {0};
  assert_int_equal(stream_all(&in, &asked, 3, &got, NULL), LF_OK);
  assert_string_equal(got.data, want.data);
  lf_text_free(&got);
  lf_text_free(&want);
  lf_text_free(&text);
  close_inputs(&in);
}

/* A byte order mark that somebody has put before Latin-1 is no part of the first name. */
static void a_byte_order_mark_before_latin_1(void **state) {
  (void)state;
  static const char text[] = "\xef\xbb\xbf"
                             "a,b,c\n1,Caf\xe9,x\n2,Stra\xdf"
                             "e,y\n3,Caf\xe9,z\n";
  check(text, NULL, all, 3);
  inputs in = {0};
  lf_table *table = NULL;
  add_input(&in, text, sizeof text - 1);
  const lf_read_options options = {.paths = in.paths, .n_paths = 1};
  assert_int_equal(lf_table_read(&options, NULL, &table, NULL), LF_OK);
  assert_string_equal(table->columns[0].name, "a");
  assert_string_equal(lf_column_level(&table->columns[1], lf_column_code(&table->columns[1], 0)),
                      "Caf\xc3\xa9");
  lf_table_free(table);
  close_inputs(&in);
}

/* Numbers in a file large enough that columns are bet on; one bad cell in its middle, one odd record. */
static void large_with_a_bad_cell(void **state) {
  const char *bad = *state;
  enum { ROWS = 150000 };
  lf_text text = {0};
  inputs in = {0};
  static const lf_wanted wanted[] = {{"a", true}, {"b", false}, {"c", true}};
  lf_text_add(&text, "a,b,c\n");
  for (unsigned i = 0; i < ROWS; i++) {
    if (i == ROWS / 2 && *bad)
      lf_text_addf(&text, "%s,odd,\"%u,5\"\n", bad, i);
    else if (i == ROWS / 3)
      lf_text_add(&text, "1,2\n");
    else
      lf_text_addf(&text, "%u.%u,level %u,%u\n", i * 7 % 50000, i % 10, i % 5, i * 13 % 9000);
  }
  add_input(&in, text.data, text.length);
  lf_text want = read_at_once(&in);
  for (size_t bytes = 100000; bytes <= 4000000; bytes *= 39) {
    const lf_stream_options options = {.wanted = wanted, .n_wanted = 3, .block_bytes = bytes};
    lf_text got = {0};
    lf_error err = {0};
    if (stream_all(&in, &options, 3, &got, &err) != LF_OK) fail_msg("%s", err.message);
    assert_int_equal(got.length, want.length);
    assert_memory_equal(got.data, want.data, want.length);
    lf_text_free(&got);
  }
  lf_text_free(&want);
  lf_text_free(&text);
  close_inputs(&in);
}

/* ---- what comes out before an error: nothing ---- */

static void refuses(const char *text, lf_status status, const char *holds) {
  inputs in = {0};
  lf_text got = {0};
  lf_error err = {0};
  const lf_stream_options options = {.wanted = all, .n_wanted = 3, .block_bytes = 16};
  add_input(&in, text, strlen(text));
  assert_int_equal(stream_all(&in, &options, 2, &got, &err), status);
  if (!strstr(err.message, holds)) fail_msg("'%s' does not hold '%s'", err.message, holds);
  assert_int_equal(got.length, 0);
  lf_text_free(&got);
  close_inputs(&in);
}

static void errors_come_first(void **state) {
  (void)state;
  refuses("a,b,c\n1,2,3\n4,5,6\n7,\"8,9\n1,2,3\n", LF_E_DATA, "is not closed");
  refuses("a,b,c\n1,2,3\n4,5\n6,7,8\n", LF_E_DATA, "have not the 3 fields");
  refuses("a,b,c\n", LF_E_DATA, "no rows");
}

static lf_status stop_at_the_third(void *context, const lf_text *out, lf_error *err) {
  size_t *calls = context;
  (void)out;
  return ++*calls == 3 ? lf_fail(err, LF_E_IO, "full") : LF_OK;
}

static void an_error_of_the_job_ends_it(void **state) {
  (void)state;
  inputs in = {0};
  size_t calls = 0;
  lf_error err = {0};
  lf_stream *stream = NULL;
  lf_run run = {.threads = 3};
  lf_text text = {0};
  lf_text_add(&text, "a,b,c\n");
  for (int i = 0; i < 1000; i++) lf_text_add(&text, "1,2,3\n");
  add_input(&in, text.data, text.length);
  lf_stream_options options = {.wanted = all, .n_wanted = 3, .block_bytes = 100};
  options.read = (lf_read_options){.paths = in.paths, .n_paths = 1};
  const lf_stream_job job = {.work = work, .write = stop_at_the_third, .context = &calls, .stage = "reading"};
  assert_int_equal(lf_stream_open(&options, &run, &stream, &err), LF_OK);
  assert_int_equal(lf_stream_run(stream, &run, &job, &err), LF_E_IO);
  assert_string_equal(err.message, "full");
  assert_int_equal(calls, 3);
  lf_stream_free(stream);
  lf_text_free(&text);
  close_inputs(&in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quoted_fields_cross_blocks),
      cmocka_unit_test(late_values_decide),
      cmocka_unit_test(other_order_and_encoding),
      cmocka_unit_test(a_header_that_is_cut_otherwise_in_utf8),
      cmocka_unit_test(a_byte_order_mark_before_latin_1),
      {"a large file of plain numbers", large_with_a_bad_cell, NULL, NULL, (void *)(uintptr_t) ""},
      {"a bad cell in its middle", large_with_a_bad_cell, NULL, NULL, (void *)(uintptr_t) "n.a."},
      {"a currency in its middle", large_with_a_bad_cell, NULL, NULL, (void *)(uintptr_t) "$12.50"},
      cmocka_unit_test(errors_come_first),
      cmocka_unit_test(an_error_of_the_job_ends_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
