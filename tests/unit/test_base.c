/* The base room: numbers to and from text, stable formulas, fixed-order blocks, outputs that are all or
 * nothing. */
#include <fcntl.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/build.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/key.h"
#include "base/markdown.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "base/text.h"

static uint64_t bits(double x) {
  uint64_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}

/* Every double reads back as the same bits, on the fast path and off it. strtod is the reference. */
static void doubles_read_back(void **state) {
  (void)state;
  uint64_t seed = 88172645463325252u;
  for (int i = 0; i < 200000; i++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    double x;
    memcpy(&x, &seed, sizeof x);
    if (!isfinite(x)) continue;
    char text[LF_DOUBLE_TEXT];
    double back = 0;
    lf_format_double(x, text);
    assert_true(lf_parse_double(text, strlen(text), &back));
    assert_true(bits(back) == bits(x));
    snprintf(text, sizeof text, "%lld.%03u", (long long)(seed % 1000000000000u) - 500000000000,
             (unsigned)(seed % 1000));
    assert_true(lf_parse_double(text, strlen(text), &back));
    assert_true(bits(back) == bits(strtod(text, NULL)));
  }
}

static void only_plain_decimals_are_numbers(void **state) {
  (void)state;
  static const char *const good[] = {
      "0", "-1", "+2.5", ".5", "5.", "1e3", "1E-3", "007", "123456789012345678901234567890"};
  static const char *const bad[] = {"",  " 1", "1 ",  "nan", "inf",   "0x10", "1e",  "1e+",
                                    ".", "-",  "1,5", "--1", "1e400", "1_0",  "1ex", "1e5x"};
  double x;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(lf_parse_double(good[i], strlen(good[i]), &x));
    assert_true(x == strtod(good[i], NULL));
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(lf_parse_double(bad[i], strlen(bad[i]), &x));
}

static void numbers_do_not_follow_the_locale(void **state) {
  (void)state;
  if (!setlocale(LC_ALL, "de_DE.UTF-8")) skip();
  char text[LF_DOUBLE_TEXT];
  lf_format_double(1234.5, text);
  assert_string_equal(text, "1234.5");
  assert_int_equal(lf_format_fixed(-0.125, 2, text, sizeof text), 5);
  assert_string_equal(text, "-0.12");
  double x;
  assert_true(lf_parse_double("12345678901234567890.5", 22, &x)); /* the slow path */
  assert_true(x == 12345678901234567890.5);
  setlocale(LC_ALL, "C");
}

static void stable_formulas(void **state) {
  (void)state;
  assert_true(fabs(lf_log1pexp(0) - log(2)) < 1e-16);
  for (double x = -40; x <= 40; x += 0.7) /* every piece, against its definition where that holds */
    assert_true(fabs(lf_log1pexp(x) - log1p(exp(x))) <= 1e-15 * fmax(1, x));
  assert_true(lf_log1pexp(800) == 800);
  assert_true(lf_log1pexp(-800) == 0 || lf_log1pexp(-800) < DBL_MIN);
  assert_true(fabs(lf_log1pexp(-40) / exp(-40) - 1) < 1e-15);
  assert_true(lf_expit(-800) >= 0 && lf_expit(800) == 1);
  for (double x = -30; x <= 30; x += 0.37)
    assert_true(fabs(lf_logit(lf_expit(x)) - x) < 1e-3 || fabs(x) > 25);
  assert_true(lf_binomial_deviance(0, 7) == 0 && lf_binomial_deviance(0, 0) == 0);
  assert_true(fabs(lf_binomial_deviance(5, 5) - 20 * log(2)) < 1e-12);
}

static void adjusted(lf_status (*adjust)(const double *, size_t, double *, lf_error *), const double *want) {
  double p[] = {0.01, 0.04, NAN, 0.03, 0.005, 0.5}, out[6];
  assert_int_equal(adjust(p, 6, out, NULL), LF_OK);
  for (int i = 0; i < 6; i++) assert_true(isnan(want[i]) ? isnan(out[i]) : fabs(out[i] - want[i]) < 1e-15);
  assert_int_equal(adjust(p, 6, p, NULL), LF_OK); /* in its own place */
  for (int i = 0; i < 6; i++) assert_true(isnan(want[i]) ? isnan(p[i]) : p[i] == out[i]);
}

/* R 4.2: p.adjust(c(0.01, 0.04, NA, 0.03, 0.005, 0.5), "BH") and "holm". */
static void p_adjusted_for_many_tests(void **state) {
  (void)state;
  adjusted(lf_benjamini_hochberg, (const double[]){0.025, 0.05, NAN, 0.05, 0.025, 0.5});
  adjusted(lf_holm, (const double[]){0.04, 0.09, NAN, 0.09, 0.025, 0.5});
}

typedef struct sums {
  const lf_chunks *chunks;
  double part[16];
} sums;

static void sum_chunk(void *context, size_t i) {
  sums *s = context;
  size_t from, to;
  lf_chunk_rows(s->chunks, i, &from, &to);
  for (size_t r = from; r < to; r++) s->part[i] += 1.0 / (double)(r + 1);
}

static double chunked_sum(int threads) {
  lf_chunks chunks = lf_cut(100003, 1000, 16);
  assert_int_equal(chunks.count, 16);
  sums s = {.chunks = &chunks};
  lf_run run = {.threads = threads};
  lf_parallel_for(&run, chunks.count, sum_chunk, &s);
  double total = 0;
  for (size_t i = 0; i < chunks.count; i++) total += s.part[i];
  return total;
}

static void the_same_bits_for_any_thread_count(void **state) {
  (void)state;
  double one = chunked_sum(1);
  for (int threads = 2; threads < 9; threads++) assert_true(bits(chunked_sum(threads)) == bits(one));
  lf_chunks none = lf_cut(0, 1000, 16);
  assert_int_equal(none.count, 0);
}

/* XXH64 of the empty text and of "abc", seed 0, from the xxHash reference. */
static void hashes_are_the_published_ones(void **state) {
  (void)state;
  assert_true(lf_hash("", 0, 0) == 0xEF46DB3751D8E999u);
  assert_true(lf_hash("abc", 3, 0) == 0x44BC2CF5AD770999u);
  char sha[LF_SHA256_TEXT];
  assert_int_equal(lf_sha256("abc", 3, sha, NULL), LF_OK);
  assert_string_equal(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Against libcrypto's MD5: every length around the ends of blocks, texts of different lengths in one batch.
 */
static void keys_are_the_head_of_md5(void **state) {
  (void)state;
  enum { TEXTS = 300 };
  char text[TEXTS];
  uint64_t key[TEXTS + 1], seed = 88172645463325252u;
  lf_key_batch batch = {0};
  for (size_t i = 0; i < TEXTS; i++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    text[i] = (char)seed;
  }
  for (size_t n = 0; n <= TEXTS; n++)
    lf_key_add(&batch, text, n * 5 % (TEXTS + 1), &key[n * 5 % (TEXTS + 1)]);
  lf_key_done(&batch);
  for (size_t n = 0; n <= TEXTS; n++) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    uint64_t wanted = 0;
    assert_int_equal(EVP_Digest(text, n, digest, &length, EVP_md5(), NULL), 1);
    for (size_t b = 0; b < 8; b++) wanted = wanted << 8 | digest[b];
    assert_true(key[n] == wanted && lf_text_key(text, n) == wanted);
  }
  assert_true(lf_key_upper(UINT64_C(0x8000000040000000)) == 0.5);
  assert_true(lf_key_lower(UINT64_C(0x8000000040000000)) == 0.25);
}

static void outputs_appear_together_or_not_at_all(void **state) {
  (void)state;
  char folder[] = "/tmp/leadfit-test-XXXXXX", a[64], b[64];
  assert_non_null(mkdtemp(folder));
  snprintf(a, sizeof a, "%s/a", folder);
  snprintf(b, sizeof b, "%s/b", folder);
  lf_output *out = NULL;
  for (int commit = 0; commit < 2; commit++) {
    assert_int_equal(lf_output_new(&out, NULL), LF_OK);
    assert_int_equal(lf_output_add(out, a, "one", 3, NULL), LF_OK);
    assert_int_equal(lf_output_add(out, b, "two", 3, NULL), LF_OK);
    if (commit) assert_int_equal(lf_output_commit(out, NULL), LF_OK);
    lf_output_free(out);
    assert_int_equal(access(a, F_OK) == 0, commit);
    assert_int_equal(access(b, F_OK) == 0, commit);
  }
  char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_read_file(b, 100, &bytes, &n, NULL), LF_OK);
  assert_int_equal(n, 3);
  assert_string_equal(bytes, "two");
  free(bytes);
  lf_error err;
  assert_int_equal(lf_read_file(b, 2, &bytes, &n, &err), LF_E_DATA);
  unlink(a);
  unlink(b);
  assert_int_equal(rmdir(folder), 0); /* no temporary file was left */
}

/* The second name is a folder's: the first file is as it was, or gone where it was not. */
static void outputs_are_taken_back(void **state) {
  (void)state;
  char folder[] = "/tmp/leadfit-back-XXXXXX", a[64], b[64], *bytes = NULL;
  size_t n = 0;
  assert_non_null(mkdtemp(folder));
  snprintf(a, sizeof a, "%s/a", folder);
  snprintf(b, sizeof b, "%s/b", folder);
  assert_int_equal(mkdir(b, 0700), 0);
  for (int before = 0; before < 2; before++) {
    lf_output *out = NULL;
    if (before) {
      assert_int_equal(lf_output_new(&out, NULL), LF_OK);
      assert_int_equal(lf_output_add(out, a, "old", 3, NULL), LF_OK);
      assert_int_equal(lf_output_commit(out, NULL), LF_OK);
      lf_output_free(out);
    }
    assert_int_equal(lf_output_new(&out, NULL), LF_OK);
    assert_int_equal(lf_output_add(out, a, "new", 3, NULL), LF_OK);
    assert_int_equal(lf_output_add(out, b, "two", 3, NULL), LF_OK);
    assert_int_equal(lf_output_commit(out, NULL), LF_E_IO);
    lf_output_free(out);
    assert_int_equal(access(a, F_OK) == 0, before);
  }
  assert_int_equal(lf_read_file(a, 100, &bytes, &n, NULL), LF_OK);
  assert_string_equal(bytes, "old");
  free(bytes);
  unlink(a);
  assert_int_equal(rmdir(b), 0);
  assert_int_equal(rmdir(folder), 0); /* no temporary file was left */
}

/* What is no file is written to and never replaced: `-o /dev/stdout`, a named pipe. */
static void a_pipe_stays_a_pipe(void **state) {
  (void)state;
  char folder[] = "/tmp/leadfit-pipe-XXXXXX", path[64], got[8] = "";
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/pipe", folder);
  assert_int_equal(mkfifo(path, 0600), 0);
  int end = open(path, O_RDONLY | O_NONBLOCK);
  assert_true(end >= 0);
  lf_output *out = NULL;
  assert_int_equal(lf_output_new(&out, NULL), LF_OK);
  assert_int_equal(lf_output_add(out, path, "one", 3, NULL), LF_OK);
  assert_int_equal(lf_output_commit(out, NULL), LF_OK);
  lf_output_free(out);
  assert_int_equal(read(end, got, sizeof got), 3);
  assert_string_equal(got, "one");
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  assert_true(S_ISFIFO(about.st_mode));
  close(end);
  unlink(path);
  assert_int_equal(rmdir(folder), 0);
}

static void errors_are_one_clean_line(void **state) {
  (void)state;
  lf_error err;
  assert_int_equal(lf_fail_at(&err, LF_E_DATA, "a\nb", 3, 4, "bad\x1b[31m\nvalue %d", 7), LF_E_DATA);
  assert_string_equal(err.message, "bad [31m value 7");
  assert_string_equal(err.file, "a b");
  assert_int_equal(lf_fail(NULL, LF_E_IO, "nobody listens"), LF_E_IO);
}

static void utf8_is_told_from_bytes(void **state) {
  (void)state;
  assert_int_equal(lf_utf8_valid_prefix("na\xc3\xafve caf\xc3\xa9 plain ascii", 25), 25);
  assert_int_equal(lf_utf8_valid_prefix("ab\xe9", 3), 2);
  assert_int_equal(lf_utf8_valid_prefix("\xed\xa0\x80", 3), 0); /* a surrogate */
  assert_int_equal(lf_utf8_valid_prefix("\xc0\xaf", 2), 0);     /* overlong */
  assert_int_equal(lf_utf8_valid_prefix("\xf0\x9f\x92\xb6", 4), 4);
  assert_int_equal(lf_utf8_valid_prefix("\xf0\x8f\xbf\xbf", 4), 0); /* overlong */
  assert_int_equal(lf_utf8_valid_prefix("\xe0\x9f\xbf", 3), 0);     /* overlong */
  assert_int_equal(lf_utf8_valid_prefix("\xf4\x8f\xbf\xbf", 4), 4); /* the last one, U+10FFFF */
  assert_int_equal(lf_utf8_valid_prefix("\xf4\x90\x80\x80", 4), 0); /* beyond it */
  assert_int_equal(lf_utf8_valid_prefix("\xed\x9f\xbf", 3), 3);     /* before the surrogates */
  assert_int_equal(lf_utf8_valid_prefix("\xe2\x82\x41", 3), 0);     /* cut by a letter */
  assert_int_equal(lf_utf8_valid_prefix("a\xf0\x9f\x92", 4), 1);    /* cut by the end */
  assert_int_equal(lf_utf8_valid_prefix("\xf5\x80\x80\x80", 4), 0);
  const char *text = " \xc2\xa0 x y\t";
  size_t n = strlen(text);
  lf_trim(&text, &n);
  assert_int_equal(n, 3);
  assert_memory_equal(text, "x y", 3);
  text = "\xc2\xa9 \xc3\xa0"; /* bytes of a no-break space in other letters */
  n = strlen(text);
  lf_trim(&text, &n);
  assert_int_equal(n, 5);
  text = "\t\xc2\xa0\xc2\xa0 \r\n";
  n = strlen(text);
  lf_trim(&text, &n);
  assert_int_equal(n, 0);
}

/* Rising numbers; equal ones (-0 and 0 are one number) in row order; rows of weight 0 left out. */
static void rows_sort_by_a_number(void **state) {
  (void)state;
  const double x[] = {3, -INFINITY, 0.0, 1e300, -0.0, -2.5, 3, 5e-324};
  const double weight[] = {1, 1, 1, 1, 1, 1, 1, 0};
  const uint32_t expected[] = {1, 5, 2, 4, 0, 6, 3};
  uint64_t *words = NULL;
  size_t n = 0;
  assert_int_equal(lf_sort_rows(x, weight, 8, NULL, &words, &n, NULL), LF_OK);
  assert_int_equal(n, 7);
  for (size_t k = 0; k < n; k++) assert_int_equal(words[k] & UINT32_MAX, expected[k]);
  free(words);
  const double same[] = {4, 4, 4}, none[] = {0, 0, 0};
  assert_int_equal(lf_sort_rows(same, NULL, 3, NULL, &words, &n, NULL), LF_OK);
  assert_int_equal(n, 3);
  for (size_t k = 0; k < n; k++) assert_int_equal(words[k] & UINT32_MAX, k);
  free(words);
  assert_int_equal(lf_sort_rows(same, none, 3, NULL, &words, &n, NULL), LF_OK);
  assert_int_equal(n, 0);
  free(words);
}

/* R 4.2: 2 * pnorm(-1.959963984540054), pchisq(3.841458820694124, 1, lower = FALSE). */
static void tail_probabilities(void **state) {
  (void)state;
  assert_true(fabs(lf_normal_two_sided_p(1.959963984540054) - 0.05) < 1e-15);
  assert_true(fabs(lf_normal_two_sided_p(-1.959963984540054) - 0.05) < 1e-15);
  assert_true(isnan(lf_normal_two_sided_p(NAN)));
  assert_true(fabs(lf_chi_squared_p(3.841458820694124, 1) - 0.05) < 1e-15);
  assert_true(lf_chi_squared_p(0, 1) == 1 && lf_chi_squared_p(-1e-12, 3) == 1);
  assert_true(isnan(lf_chi_squared_p(NAN, 1)) && isnan(lf_chi_squared_p(2, 0)));
}

static void numbers_that_are_no_numbers_are_written(void **state) {
  (void)state;
  char text[LF_DOUBLE_TEXT], small[5];
  lf_format_double((double)NAN, text);
  assert_string_equal(text, "nan");
  lf_format_double((double)INFINITY, text);
  assert_string_equal(text, "inf");
  lf_format_double(-(double)INFINITY, text);
  assert_string_equal(text, "-inf");
  assert_int_equal(lf_format_fixed((double)INFINITY, 2, text, sizeof text), 3);
  assert_int_equal(lf_format_fixed(12.34, 2, small, sizeof small), -1); /* five characters and the NUL */
  assert_int_equal(lf_format_fixed(1.234, 2, small, sizeof small), 4);
  assert_string_equal(small, "1.23");
}

/* 1 after 200 zeros and before them: longer than any number a person writes, and still one. */
static void long_numbers_are_numbers(void **state) {
  (void)state;
  char text[256];
  double x = 0;
  memset(text, '0', sizeof text);
  text[1] = '.';
  text[200] = '1';
  assert_true(lf_parse_double(text, 201, &x));
  assert_true(x == 1e-199);
  text[0] = '1', text[1] = '0';
  memcpy(text + 201, "e-200", 6);
  text[200] = '0';
  assert_true(lf_parse_double(text, 206, &x));
  assert_true(x == 1);
}

static void fields_for_a_spreadsheet(void **state) {
  (void)state;
  static const struct {
    const char *value, *written, *exact;
  } cases[] = {
      {"", "", ""},
      {"plain", "plain", "plain"},
      {"a,b", "\"a,b\"", "\"a,b\""},
      {"a;b", "a;b", "a;b"},
      {"say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\""},
      {"two\nlines", "\"two\nlines\"", "\"two\nlines\""},
      {" front", "\" front\"", "\" front\""},
      {"back\t", "\"back\t\"", "\"back\t\""},
      {"=1+1", "\"'=1+1\"", "=1+1"},
      {"@sum", "\"'@sum\"", "@sum"},
      {"-5", "-5", "-5"}, /* a number, no formula */
      {"+1e3", "+1e3", "+1e3"},
      {"-x", "\"'-x\"", "-x"},
      {"\tx", "\"'\tx\"", "\"\tx\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_text written = {0}, exact = {0};
    lf_csv_field(&written, cases[i].value, ',');
    lf_csv_exact(&exact, cases[i].value, ',');
    assert_string_equal(written.data, cases[i].written);
    assert_string_equal(exact.data, cases[i].exact);
    lf_text_free(&written);
    lf_text_free(&exact);
  }
}

static void text_in_markdown(void **state) {
  (void)state;
  lf_text out = {0};
  lf_markdown_text(&out, "R&D <b>*x*|_y_\nz\x7f!");
  assert_string_equal(out.data, "R&amp;D &lt;b\\>\\*x\\*\\|\\_y\\_ z \\!");
  lf_text_free(&out);
  lf_markdown_text(&out, NULL);
  assert_int_equal(out.length, 0);
  lf_text_free(&out);
}

/* Bytes that are no UTF-8 are replaced, one by one. */
static void json_texts_are_utf8(void **state) {
  (void)state;
  static const char *const cases[][2] = {{"caf\xc3\xa9", "caf\xc3\xa9"},
                                         {"caf\xe9 cr\xe8me", "caf\xef\xbf\xbd cr\xef\xbf\xbdme"},
                                         {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
                                         {"", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *text = lf_json_text(cases[i][0]);
    assert_string_equal(json_string_value(text), cases[i][1]);
    json_decref(text);
  }
}

/* A list that lost an item is no list: the one who takes it learns of it. */
static void a_list_without_an_item_is_let_go_of(void **state) {
  (void)state;
  json_t *list = json_array();
  lf_list_add(&list, json_integer(1));
  assert_int_equal(json_array_size(list), 1);
  lf_list_add(&list, NULL);
  assert_null(list);
  lf_list_add(&list, json_integer(2));
  assert_null(list);
}

static void sizes(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint64_t bytes;
  } good[] = {{"1", 1},
              {"65536", 65536},
              {"1K", 1024},
              {"256M", UINT64_C(268435456)},
              {"4g", UINT64_C(4294967296)},
              {"1.5k", 1536},
              {"2T", UINT64_C(2199023255552)},
              {"1048576T", UINT64_C(1) << 60}};
  static const char *const bad[] = {"",         "M",   "0",   "-1K",  "4GB",     "256 M", "1e30",
                                    "1048577T", "nan", "inf", "M256", "0.0001K", "1KK",   "k"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    uint64_t bytes = 0;
    assert_true(lf_parse_size(good[i].text, strlen(good[i].text), &bytes));
    assert_true(bytes == good[i].bytes);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint64_t bytes = 7;
    assert_false(lf_parse_size(bad[i], strlen(bad[i]), &bytes));
    assert_true(bytes == 7);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes),
      cmocka_unit_test(tail_probabilities),
      cmocka_unit_test(numbers_that_are_no_numbers_are_written),
      cmocka_unit_test(long_numbers_are_numbers),
      cmocka_unit_test(fields_for_a_spreadsheet),
      cmocka_unit_test(text_in_markdown),
      cmocka_unit_test(json_texts_are_utf8),
      cmocka_unit_test(a_list_without_an_item_is_let_go_of),
      cmocka_unit_test(doubles_read_back),
      cmocka_unit_test(only_plain_decimals_are_numbers),
      cmocka_unit_test(numbers_do_not_follow_the_locale),
      cmocka_unit_test(stable_formulas),
      cmocka_unit_test(p_adjusted_for_many_tests),
      cmocka_unit_test(the_same_bits_for_any_thread_count),
      cmocka_unit_test(hashes_are_the_published_ones),
      cmocka_unit_test(keys_are_the_head_of_md5),
      cmocka_unit_test(outputs_appear_together_or_not_at_all),
      cmocka_unit_test(outputs_are_taken_back),
      cmocka_unit_test(a_pipe_stays_a_pipe),
      cmocka_unit_test(errors_are_one_clean_line),
      cmocka_unit_test(utf8_is_told_from_bytes),
      cmocka_unit_test(rows_sort_by_a_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
