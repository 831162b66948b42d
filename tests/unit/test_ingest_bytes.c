/* Where bytes come from: files that change, pipes, standard input, folders. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#define ZLIB_CONST /* next_in is const */
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "base/text.h"
#include "ingest/bytes.h"
#include "ingest/ingest.h"
#include "ingest/record.h"

static void write_file(const char *path, const char *text, int flags) {
  int fd = open(path, O_WRONLY | flags, 0600);
  assert_true(fd >= 0);
  assert_int_equal(lf_write_all(fd, text, strlen(text), path, NULL), LF_OK);
  close(fd);
}

static void set_time(const char *path, time_t seconds, long nanoseconds) {
  const struct timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A file that was written to while it was read is told, by its size or its time; one that is gone, or another
 * in its place, is none of that: what was opened stays whole. */
static void files_that_change_are_told(void **state) {
  (void)state;
  enum { NOTHING, LONGER, LATER, A_LITTLE_LATER, GONE, REPLACED, CASES };
  for (int what = NOTHING; what < CASES; what++) {
    char path[] = "/tmp/test_bytesXXXXXX", other[] = "/tmp/test_bytesXXXXXX";
    int fd = mkstemp(path), second = mkstemp(other);
    lf_bytes bytes = {0};
    lf_error err = {0};
    assert_true(fd >= 0 && second >= 0);
    close(fd);
    close(second);
    write_file(path, "a,b\n1,2\n", O_TRUNC);
    set_time(path, 1000000000, 5);
    assert_int_equal(lf_bytes_open(path, NULL, &bytes, &err), LF_OK);
    if (what == LONGER) write_file(path, "3,4\n", O_APPEND), set_time(path, 1000000000, 5);
    if (what == LATER) set_time(path, 1000000001, 5);
    if (what == A_LITTLE_LATER) set_time(path, 1000000000, 6);
    if (what == GONE) unlink(path);
    if (what == REPLACED) assert_int_equal(rename(other, path), 0);
    bool changed = what == LONGER || what == LATER || what == A_LITTLE_LATER;
    assert_int_equal(lf_bytes_unchanged(&bytes, "leads.csv", LF_OK, &err), changed ? LF_E_IO : LF_OK);
    if (changed) assert_non_null(strstr(err.message, "changed while it was read"));
    if (what == GONE || what == REPLACED) assert_memory_equal(bytes.data, "a,b\n1,2\n", bytes.n);
    lf_bytes_close(&bytes);
    unlink(path);
    unlink(other);
  }
}

static void a_folder_is_no_file(void **state) {
  (void)state;
  lf_bytes bytes = {0};
  lf_error err = {0};
  assert_int_equal(lf_bytes_open("/tmp", NULL, &bytes, &err), LF_E_IO);
  assert_string_equal(err.message, "is a folder: name the files in it");
  assert_int_equal(lf_bytes_open("/nonexistent/leads.csv", NULL, &bytes, &err), LF_E_IO);
  assert_non_null(strstr(err.message, "cannot be opened: No such file or directory"));
}

/* A pipe that holds the text, its other end closed. */
static int pipe_of(const char *text) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(lf_write_all(ends[1], text, strlen(text), "pipe", NULL), LF_OK);
  close(ends[1]);
  return ends[0];
}

/* Does something with fd as standard input. */
static void with_standard_input(int fd, void (*act)(void)) {
  int before = dup(STDIN_FILENO);
  assert_true(before >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
  close(fd);
  act();
  assert_true(dup2(before, STDIN_FILENO) == STDIN_FILENO);
  close(before);
}

static void expect_standard_input(const char *text) {
  lf_bytes bytes = {0};
  assert_int_equal(lf_bytes_open("-", NULL, &bytes, NULL), LF_OK);
  assert_int_equal(bytes.n, strlen(text));
  assert_memory_equal(bytes.data, text, bytes.n);
  assert_int_equal(lf_bytes_unchanged(&bytes, "-", LF_OK, NULL), LF_OK);
  lf_bytes_close(&bytes);
}

static void all_of_it(void) {
  expect_standard_input("a,b\n1,2\n");
}
static void the_rest(void) {
  expect_standard_input("1,2\n");
}
static void kept(void) {
  assert_int_equal(lf_keep_standard_input(NULL, NULL), LF_OK);
  for (int i = 0; i < 2; i++) expect_standard_input("a,b\n1,2\n"); /* a pipe gives its bytes once */
}
static void kept_rest(void) {
  assert_int_equal(lf_keep_standard_input(NULL, NULL), LF_OK);
  for (int i = 0; i < 2; i++) expect_standard_input("1,2\n");
}
static void read_whole(void) {
  char *text = NULL;
  size_t n = 0;
  assert_int_equal(lf_read_file("-", 100, &text, &n, NULL), LF_OK);
  assert_string_equal(text, "a,b\n1,2\n");
  free(text);
}

/* A file, from its start or from where somebody read to; a pipe. */
static int file_from(off_t at) {
  char path[] = "/tmp/test_bytesXXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  unlink(path);
  assert_int_equal(lf_write_all(fd, "a,b\n1,2\n", 8, path, NULL), LF_OK);
  assert_int_equal(lseek(fd, at, SEEK_SET), at);
  return fd;
}

static void standard_input_is_a_file_or_a_pipe(void **state) {
  (void)state;
  with_standard_input(pipe_of("a,b\n1,2\n"), all_of_it);
  with_standard_input(file_from(0), all_of_it);
  with_standard_input(file_from(4), the_rest);
  with_standard_input(pipe_of("a,b\n1,2\n"), kept);
  with_standard_input(file_from(0), kept);
  with_standard_input(file_from(4), kept_rest);
  with_standard_input(pipe_of("a,b\n1,2\n"), read_whole);
}

static void a_named_pipe_is_read_to_its_end(void **state) {
  (void)state;
  char path[40];
  int fd = pipe_of("a,b\n1,2\n");
  lf_bytes bytes = {0};
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  assert_int_equal(setenv("TMPDIR", "", 1), 0); /* said to be nowhere: /tmp */
  assert_int_equal(lf_bytes_open(path, NULL, &bytes, NULL), LF_OK);
  unsetenv("TMPDIR");
  assert_memory_equal(bytes.data, "a,b\n1,2\n", 8);
  lf_bytes_close(&bytes);
  close(fd);
}

/* More bytes that could only follow others than a block holds. */
static void a_long_run_of_bad_bytes(void **state) {
  (void)state;
  enum { RUN = 70000 };
  lf_bytes bytes = {0};
  lf_text text = {0};
  bool latin = false;
  char path[] = "/tmp/test_bytesXXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  lf_text_add(&text, "a");
  for (size_t i = 0; i < RUN; i++) lf_text_add_n(&text, "\x80", 1);
  assert_int_equal(lf_write_all(fd, text.data, text.length, path, NULL), LF_OK);
  close(fd);
  assert_int_equal(lf_bytes_open(path, NULL, &bytes, NULL), LF_OK);
  assert_int_equal(lf_bytes_make_utf8(&bytes, path, NULL, &latin, NULL), LF_OK);
  assert_true(latin);
  assert_int_equal(bytes.n, 1 + 3 * RUN);
  for (size_t i = 0; i < RUN; i++) assert_memory_equal(bytes.data + 1 + 3 * i, "\xe2\x82\xac", 3);
  lf_bytes_close(&bytes);
  lf_text_free(&text);
  unlink(path);
}

static void options_that_cannot_be_are_refused(void **state) {
  (void)state;
  lf_table *table = NULL;
  lf_error err = {0};
  const char *spellings[100], *paths[2], *only[] = {"c"};
  char first[] = "/tmp/test_bytesXXXXXX", second[] = "/tmp/test_bytesXXXXXX";
  close(mkstemp(first));
  close(mkstemp(second));
  paths[0] = first;
  paths[1] = second;
  write_file(first, "a,b,A\n1,2,3\n", O_TRUNC);
  write_file(second, "x,y\n1,2\n", O_TRUNC);
  for (size_t i = 0; i < 100; i++) spellings[i] = "none";
  assert_int_equal(lf_table_read(&(lf_read_options){0}, NULL, &table, &err), LF_E_USAGE);
  assert_string_equal(err.message, "no file to read: name at least one");
  lf_read_options options = {.paths = paths, .n_paths = 1, .missing = spellings, .n_missing = 100};
  assert_int_equal(lf_table_read(&options, NULL, &table, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "100 spellings of missing: at most"));
  options = (lf_read_options){.paths = paths, .n_paths = 1, .only = only, .n_only = 1};
  assert_int_equal(lf_table_read(&options, NULL, &table, &err), LF_E_USAGE);
  assert_string_equal(err.message, "has no column \"c\": check the name against the header");
  options = (lf_read_options){.paths = paths, .n_paths = 2};
  assert_int_equal(lf_table_read(&options, NULL, &table, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "(missing: \"a\", \"b\", \"A\"; extra: \"x\", \"y\"): give files"));
  write_file(second, "A,b,a,c\n1,2,3,4\n", O_TRUNC);
  assert_int_equal(lf_table_read(&options, NULL, &table, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "(missing: none; extra: \"c\"): give files"));
  write_file(second, "b,a\n1,2\n", O_TRUNC);
  assert_int_equal(lf_table_read(&options, NULL, &table, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "(missing: \"A\"; extra: none): give files"));
  write_file(first, "a,A\n1,2\n", O_TRUNC);
  write_file(second, "AA,aA\n1,2\n", O_TRUNC);
  only[0] = "aa";
  options = (lf_read_options){.paths = &paths[1], .n_paths = 1, .only = only, .n_only = 1};
  assert_int_equal(lf_table_read(&options, NULL, &table, &err), LF_E_USAGE);
  assert_string_equal(err.message, "has more than one column \"aa\": check the name against the header");
  unlink(first);
  unlink(second);
}

/* ---- compressed ------------------------------------------------------------------------------------- */

static size_t make_gzip(const char *text, char *out, size_t room) {
  z_stream z = {0};
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = (const Bytef *)text;
  z.avail_in = (uInt)strlen(text);
  z.next_out = (Bytef *)out;
  z.avail_out = (uInt)room;
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  deflateEnd(&z);
  return room - z.avail_out;
}

static size_t make_zstd(const char *text, char *out, size_t room) {
  size_t n = ZSTD_compress(out, room, text, strlen(text), 3);
  assert_false(ZSTD_isError(n));
  return n;
}

static lf_status open_packed(const char *packed, size_t n, lf_bytes *bytes, lf_error *err) {
  char path[] = "/tmp/test_bytesXXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(lf_write_all(fd, packed, n, path, NULL), LF_OK);
  close(fd);
  lf_status status = lf_bytes_open(path, NULL, bytes, err);
  unlink(path);
  return status;
}

static void expect_packed(const char *packed, size_t n, const char *text) {
  lf_bytes bytes = {0};
  lf_error err = {0};
  if (open_packed(packed, n, &bytes, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(bytes.n, strlen(text));
  assert_memory_equal(bytes.data, text, bytes.n);
  lf_bytes_close(&bytes);
}

/* Whole, cut at every length, and with something behind it: a further member is read, other bytes are not. */
static void compressed_files_are_read_whole_or_refused(void **state) {
  (void)state;
  static const char text[] = "a,b\n1,2\n3,4\n";
  char packed[400];
  for (int zstd = 0; zstd < 2; zstd++) {
    size_t n = zstd ? make_zstd(text, packed, 200) : make_gzip(text, packed, 200);
    expect_packed(packed, n, text);
    for (size_t cut = 4; cut < n; cut++) {
      lf_bytes bytes = {0};
      lf_error err = {0};
      assert_int_equal(open_packed(packed, cut, &bytes, &err), LF_E_DATA);
      if (!strstr(err.message, "ends too early")) fail_msg("cut at %zu: %s", cut, err.message);
    }
    memcpy(packed + n, packed, n);
    expect_packed(packed, 2 * n, "a,b\n1,2\n3,4\na,b\n1,2\n3,4\n");
  }
  size_t n = make_gzip(text, packed, 200);
  memset(packed + n, 0, 10);
  for (size_t more = 1; more <= 10; more++) expect_packed(packed, n + more, text); /* as tapes pad them */
  packed[12] ^= 0x55;
  lf_bytes bytes = {0};
  lf_error err = {0};
  assert_int_equal(open_packed(packed, n, &bytes, &err), LF_E_DATA);
}

/* More than one block of what comes out, to the byte. */
static void large_compressed_files_are_read_whole(void **state) {
  (void)state;
  lf_text text = {0};
  for (size_t i = 0; i < 300000; i++) lf_text_addf(&text, "%zu,%zu\n", i, i * 7919 % 100003);
  size_t room = text.length + 1000;
  char *packed = malloc(room);
  assert_non_null(packed);
  for (int zstd = 0; zstd < 2; zstd++) {
    size_t n = zstd ? make_zstd(text.data, packed, room) : make_gzip(text.data, packed, room);
    expect_packed(packed, n, text.data);
  }
  free(packed);
  lf_text_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_that_change_are_told),
      cmocka_unit_test(a_folder_is_no_file),
      cmocka_unit_test(standard_input_is_a_file_or_a_pipe),
      cmocka_unit_test(a_named_pipe_is_read_to_its_end),
      cmocka_unit_test(a_long_run_of_bad_bytes),
      cmocka_unit_test(options_that_cannot_be_are_refused),
      cmocka_unit_test(compressed_files_are_read_whole_or_refused),
      cmocka_unit_test(large_compressed_files_are_read_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
