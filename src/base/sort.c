/* Sorting rows by a number.
 *
 * Symbols: s_i the number; k_i its 64-bit key, the bits of the double with the sign flipped (positive) or all
 * bits flipped (negative), so that s_i < s_j if and only if k_i < k_j; h_i the top 32 of the bits in which
 * keys differ at all.
 *
 * One word a row, h_i above the row number, is sorted by three digits of 11 bits (least significant first;
 * Knuth, TAOCP 3, 5.2.5). Rows of equal h_i stand together then and still in row order; those that differ
 * below are few for any numbers people use and are put right by insertion, or, where they are many, by
 * sorting the run again by the bits below. Linear time and half the memory traffic of sorting whole keys.
 * Each chunk of rows counts its digits and a chunk's place in the output is fixed by the counts of the chunks
 * before it: any number of threads gives the same order. */
#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"

enum {
  DIGIT_BITS = 11,
  DIGITS = 1 << DIGIT_BITS,
  PASSES = 3,
  MAX_CHUNKS = 16,
  CHUNK_ROWS = 1 << 15,
  FEW = 24
};

uint64_t lf_number_key(double x) {
  double plain = x + 0.0; /* -0 and 0 are one number */
  uint64_t bits;
  memcpy(&bits, &plain, sizeof bits);
  return bits >> 63 ? ~bits : bits | (UINT64_C(1) << 63);
}

typedef struct radix {
  lf_chunks chunks;
  const double *number;
  uint64_t *words, *words_out;
  uint64_t lowest;          /* key */
  unsigned up;              /* bits to shift key - lowest so that its highest possible bit is the top one */
  unsigned shift;           /* of the digit in a word */
  size_t (*places)[DIGITS]; /* one row of places a chunk */
} radix;

static size_t row_of(uint64_t word) {
  return (size_t)(word & UINT32_MAX);
}

/* Rows given as words (their numbers in the low half) get the high half. */
static void mark_chunk(void *context, size_t chunk) {
  radix *r = context;
  size_t from, to;
  lf_chunk_rows(&r->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    uint64_t row = r->words[i] & UINT32_MAX, key = lf_number_key(r->number[row]) - r->lowest;
    r->words[i] = ((key << r->up) & ~(uint64_t)UINT32_MAX) | row;
  }
}

static void count_digits(void *context, size_t chunk) {
  radix *r = context;
  size_t from, to, *count = r->places[chunk];
  lf_chunk_rows(&r->chunks, chunk, &from, &to);
  memset(count, 0, sizeof r->places[chunk]);
  for (size_t i = from; i < to; i++) count[(r->words[i] >> r->shift) & (DIGITS - 1)]++;
}

static void move_rows(void *context, size_t chunk) {
  radix *r = context;
  size_t from, to, *place = r->places[chunk];
  lf_chunk_rows(&r->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++)
    r->words_out[place[(r->words[i] >> r->shift) & (DIGITS - 1)]++] = r->words[i];
}

/* Turns counts into places; false where all rows share the digit and nothing need move. */
static bool places_from_counts(radix *r) {
  size_t at = 0;
  for (size_t d = 0; d < DIGITS; d++) {
    size_t before = at;
    for (size_t c = 0; c < r->chunks.count; c++) {
      size_t count = r->places[c][d];
      r->places[c][d] = at;
      at += count;
    }
    if (at - before == r->chunks.n_rows) return false;
  }
  return true;
}

/* Sorts r->words[0..n) by their high halves; the result is in r->words, which may have changed places with
 * words_out. */
static void sort_by_high_half(radix *r, const lf_run *run) {
  lf_parallel_for(run, r->chunks.count, mark_chunk, r);
  for (int pass = 0; pass < PASSES; pass++) {
    r->shift = 32 + (unsigned)pass * DIGIT_BITS; /* the third digit has 10 bits left, and zeros above */
    lf_parallel_for(run, r->chunks.count, count_digits, r);
    if (!places_from_counts(r)) continue;
    lf_parallel_for(run, r->chunks.count, move_rows, r);
    uint64_t *out = r->words_out;
    r->words_out = r->words;
    r->words = out;
  }
}

static void insert_rows(const double *number, uint64_t *words, size_t n) {
  for (size_t i = 1; i < n; i++) {
    uint64_t word = words[i], key = lf_number_key(number[row_of(word)]);
    size_t at = i;
    for (; at > 0 && lf_number_key(number[row_of(words[at - 1])]) > key; at--) words[at] = words[at - 1];
    words[at] = word;
  }
}

static void range_of_keys(const double *number, const uint64_t *words, size_t n, uint64_t *lowest,
                          uint64_t *highest) {
  *lowest = UINT64_MAX;
  *highest = 0;
  for (size_t i = 0; i < n; i++) {
    uint64_t key = lf_number_key(number[row_of(words[i])]);
    if (key < *lowest) *lowest = key;
    if (key > *highest) *highest = key;
  }
}

static void prepare(radix *r, uint64_t lowest, uint64_t highest) {
  r->lowest = lowest;
  r->up = 0;
  while (!((highest - lowest) << r->up >> 63)) r->up++;
}

/* A run of words that share the high half: sorts it by the bits below. spare holds n words, places DIGITS
 * counts. At most 32 bits are left, so the second sort by a high half settles it. */
static void sort_run(const double *number, uint64_t *words, size_t n, uint64_t *spare,
                     size_t (*places)[DIGITS]) {
  uint64_t lowest, highest;
  range_of_keys(number, words, n, &lowest, &highest);
  if (lowest == highest) return;
  if (n <= FEW) {
    insert_rows(number, words, n);
    return;
  }
  radix r = {
      .chunks = lf_cut(n, n, 1), .number = number, .words = words, .words_out = spare, .places = places};
  prepare(&r, lowest, highest);
  sort_by_high_half(&r, NULL);
  if (r.words != words) memcpy(words, r.words, n * sizeof *words);
}

/* Puts right what the high halves left open. A run of one number alone is the usual case. */
static void sort_runs(radix *r, size_t n) {
  for (size_t i = 0; i < n;) {
    uint64_t high = r->words[i] >> 32;
    size_t end = i + 1;
    while (end < n && r->words[end] >> 32 == high) end++;
    if (end - i > 1) sort_run(r->number, r->words + i, end - i, r->words_out + i, r->places);
    i = end;
  }
}

static size_t gather_rows(const double *weight, size_t n, uint64_t *words) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (!weight || weight[i] > 0) words[kept++] = i;
  return kept;
}

lf_status lf_sort_rows(const double *number, const double *weight, size_t n, const lf_run *run,
                       uint64_t **words, size_t *n_kept, lf_error *err) {
  lf_status status = LF_OK;
  uint64_t lowest = 0, highest = 0;
  radix r = {.number = number};
  if (n > UINT32_MAX) return lf_fail(err, LF_E_DATA, "%zu rows are more than can be sorted at once", n);
  LF_TRY(lf_alloc(n, sizeof *r.words, &r.words, err));
  LF_TRY(lf_alloc(n, sizeof *r.words_out, &r.words_out, err));
  size_t kept = gather_rows(weight, n, r.words);
  r.chunks = lf_cut(kept, CHUNK_ROWS, MAX_CHUNKS);
  LF_TRY(lf_alloc(r.chunks.count, sizeof *r.places, &r.places, err));
  range_of_keys(number, r.words, kept, &lowest, &highest);
  if (kept && lowest != highest) {
    prepare(&r, lowest, highest);
    sort_by_high_half(&r, run);
    sort_runs(&r, kept);
  }
  LF_TRY(lf_check_interrupt(run, err));
  *words = r.words;
  *n_kept = kept;
  r.words = NULL;

cleanup:
  free(r.words);
  free(r.words_out);
  free(r.places);
  return status;
}
