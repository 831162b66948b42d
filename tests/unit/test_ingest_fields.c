/* The fast scan and libcsv give the same fields on the same bytes, whatever the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "listing.h"

enum { PAD = 8192 + 64, MOST = 20000 };

static void same_listing(const char *bytes, size_t n, char delimiter, size_t n_fields) {
  lf_cut_function cuts[] = {lf_cut_portable, lf_cut_avx2(), lf_cut_avx512()};
  listing expected = {.n_fields = n_fields};
  assert_true(list_by_libcsv(bytes, n, delimiter, &expected));
  for (size_t i = 0; i < 3; i++) {
    listing found = {.n_fields = n_fields};
    if (!cuts[i]) continue; /* not on this machine */
    assert_int_equal(list_by_scan(bytes, n, delimiter, cuts[i], &found), LF_RECORD_OK);
    assert_int_equal(found.ragged, expected.ragged);
    assert_int_equal(found.text.length, expected.text.length);
    if (found.text.length) assert_memory_equal(found.text.data, expected.text.data, found.text.length);
    lf_text_free(&found.text);
  }
  lf_text_free(&expected.text);
  lf_text_free(&expected.record);
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state * UINT64_C(0x2545f4914f6cdd1d) >> 32;
}

/* Bytes of the alphabet, which is what structures a table and a few that do not. */
static size_t random_bytes(uint64_t *state, const char *alphabet, size_t n_alphabet, char *out) {
  size_t n = next_random(state) % (next_random(state) % 8 ? 300 : MOST);
  for (size_t i = 0; i < n; i++) out[i] = alphabet[next_random(state) % n_alphabet];
  memset(out + n, 0, PAD);
  return n;
}

static void any_bytes_without_quotes(void **state) {
  (void)state;
  static const char delimiters[] = ",;\t|";
  char *bytes = NULL;
  uint64_t seed = 42;
  assert_int_equal(lf_alloc(MOST + PAD, 1, &bytes, NULL), LF_OK);
  for (int round = 0; round < 3000; round++) {
    char delimiter = delimiters[round % 4];
    const char alphabet[] = {'a',  'b', '\xc3',    ' ',       '\t',      '\n',
                             '\r', ',', delimiter, delimiter, delimiter, 'z'};
    size_t n = random_bytes(&seed, alphabet, sizeof alphabet, bytes);
    same_listing(bytes, n, delimiter, 1 + (size_t)round % 4);
  }
  free(bytes);
}

/* All 256 values but NUL, which is an error here, and the quote. */
static void all_byte_values(void **state) {
  (void)state;
  char *bytes = NULL, alphabet[254 + 60];
  uint64_t seed = 7;
  size_t k = 0;
  for (int c = 1; c < 256; c++)
    if (c != '"') alphabet[k++] = (char)c;
  for (; k < sizeof alphabet; k++) alphabet[k] = k % 3 ? ',' : '\n';
  assert_int_equal(lf_alloc(MOST + PAD, 1, &bytes, NULL), LF_OK);
  for (int round = 0; round < 500; round++) {
    size_t n = random_bytes(&seed, alphabet, sizeof alphabet, bytes);
    same_listing(bytes, n, ',', 2 + (size_t)round % 3);
  }
  free(bytes);
}

/* Records with well-formed quotes among records without: the scan changes over and back. */
static void quoted_records_among_plain(void **state) {
  (void)state;
  static const char *const fields[] = {"a",   "",     "\"b, c\"", "\"line\nbreak\"", "\"say \"\"x\"\"\"",
                                       " d ", "\"\"", "12.5"};
  uint64_t seed = 99;
  for (int round = 0; round < 400; round++) {
    lf_text text = {0};
    size_t records = 1 + next_random(&seed) % 400;
    for (size_t r = 0; r < records; r++)
      for (size_t f = 0; f < 3; f++) {
        bool quote = round % 2 || r % 50 == 0;
        size_t pick = quote ? next_random(&seed) % 8 : (next_random(&seed) % 2 ? 0 : 7);
        lf_text_add(&text, fields[pick]);
        lf_text_add(&text, f < 2 ? "," : round % 3 ? "\n" : "\r\n");
      }
    size_t n = text.length;
    static const char pad[PAD] = {0};
    lf_text_add_n(&text, pad, PAD);
    same_listing(text.data, n, ',', 3);
    lf_text_free(&text);
  }
}

/* Any bytes with quotes among them: the quoted fields that the scan cuts by itself are those that libcsv
 * gives. */
static void any_bytes_with_quotes(void **state) {
  (void)state;
  char *bytes = NULL;
  uint64_t seed = 4711;
  size_t rows = 0;
  assert_int_equal(lf_alloc(MOST + PAD, 1, &bytes, NULL), LF_OK);
  for (int round = 0; round < 20000; round++) {
    const char alphabet[] = {
        'a', 'b', ' ', '"', '"', ',', ',', ',', round % 3 ? '\n' : '"', '\n', round % 5 ? 'c' : '\r', 'd'};
    size_t n = random_bytes(&seed, alphabet, sizeof alphabet, bytes);
    listing expected = {.n_fields = 2 + (size_t)round % 3}, found = {.n_fields = expected.n_fields};
    for (size_t i = 0; round % 2 && i + 2 < n; i++) /* more of them well formed */
      if (bytes[i] == ',' && bytes[i + 1] == 'a')
        bytes[i + 1] = '"';
      else if (bytes[i] == 'b' && bytes[i + 1] == ',')
        bytes[i] = '"';
    lf_record_end end = list_by_record(bytes, n, ',', &expected);
    assert_int_equal(list_by_scan(bytes, n, ',', lf_cut_best(), &found), end);
    if (end == LF_RECORD_OK) assert_int_equal(found.ragged, expected.ragged);
    assert_int_equal(found.text.length, expected.text.length);
    if (found.text.length) assert_memory_equal(found.text.data, expected.text.data, found.text.length);
    rows += found.text.length;
    lf_text_free(&expected.text);
    lf_text_free(&found.text);
  }
  assert_true(rows > 0);
  free(bytes);
}

static void same_cuts(const lf_cuts *a, const lf_cuts *b) {
  assert_true(a->odd == b->odd && a->not_ascii == b->not_ascii);
  assert_int_equal(a->n_ends, b->n_ends);
  assert_int_equal(a->n_lines, b->n_lines);
  assert_memory_equal(a->ends, b->ends, b->n_ends * sizeof *b->ends);
  assert_memory_equal(a->lines, b->lines, b->n_lines * sizeof *b->lines);
}

/* All ways of cutting find the same, and what a loop over the bytes finds up to the first quote, CR or NUL.
 */
static void cuts_agree(void **state) {
  (void)state;
  enum { BLOCKS = 4, BYTES = 64 * BLOCKS };
  const lf_cut_function others[] = {lf_cut_avx2(), lf_cut_avx512()};
  char bytes[BYTES];
  uint32_t positions[4][BYTES + LF_CUT_SLACK];
  uint64_t seed = 3;
  for (int round = 0; round < 20000; round++) {
    lf_cuts found = {.ends = positions[0], .lines = positions[1]};
    const char alphabet[] = "ab;;\n\"c\r";
    size_t n_alphabet = round % 4 ? 8 : 7;
    for (size_t i = 0; i < BYTES; i++) {
      uint64_t any = next_random(&seed);
      bytes[i] = round % 2 ? (char)(any % 256) : alphabet[any % n_alphabet];
    }
    lf_cuts_reset(&found);
    lf_cut_portable(bytes, BLOCKS, 1000, ';', &found);
    for (size_t k = 0; k < 2; k++) {
      lf_cuts other = {.ends = positions[2], .lines = positions[3]};
      if (!others[k]) continue;
      lf_cuts_reset(&other);
      others[k](bytes, BLOCKS, 1000, ';', &other);
      same_cuts(&found, &other);
    }
    size_t ends = 0, lines = 0;
    for (size_t i = 0; i < BYTES && !memchr("\"\r", bytes[i], 3); i++) {
      if (bytes[i] == ';' || bytes[i] == '\n') assert_int_equal(found.ends[ends++], 1000 + i);
      if (bytes[i] == '\n') assert_int_equal(found.lines[lines++], 1000 + i);
    }
  }
}

/* Rows longer than any window that is cut at first, and quotes that only libcsv can read among them. */
static void long_records(void **state) {
  (void)state;
  enum { FIELDS = 4000 };
  lf_text text = {0};
  for (size_t r = 0; r < 30; r++)
    for (size_t f = 0; f < FIELDS; f++) {
      lf_text_addf(&text, f % 7 ? "%zu" : r % 5 ? "\"q, %zu\"" : "\"say \"\"%zu\"\"\"", r * f);
      lf_text_add(&text, f + 1 < FIELDS ? "," : "\r\n");
    }
  size_t n = text.length;
  static const char pad[PAD] = {0};
  lf_text_add_n(&text, pad, PAD);
  same_listing(text.data, n, ',', FIELDS);
  lf_text_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_bytes_without_quotes),
      cmocka_unit_test(all_byte_values),
      cmocka_unit_test(quoted_records_among_plain),
      cmocka_unit_test(any_bytes_with_quotes),
      cmocka_unit_test(cuts_agree),
      cmocka_unit_test(long_records),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
