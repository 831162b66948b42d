/* Sorting scores.
 *
 * Symbols: s_i score; k_i its 64-bit key, the bits of the double with the sign flipped (positive) or all bits flipped
 * (negative), so that s_i < s_j if and only if k_i < k_j.
 *
 * Least-significant-digit radix sort in digits of 11 bits of k - min k, digits that all keys share left out. It is
 * stable, so tied rows stay in row order; each chunk of rows counts its digits, and a chunk's place in the output is
 * fixed by the counts of the chunks before it: any number of threads gives the same order. Linear time, where a
 * comparison sort of 10^8 rows would take 27 comparisons a row. (Knuth, TAOCP 3, 5.2.5.) */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "judge/rank.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, MAX_CHUNKS = 32, CHUNK_ROWS = 1 << 15 };

static uint64_t key_of(double score) {
  double plain = score + 0.0; /* -0 and 0 are one score */
  uint64_t bits;
  memcpy(&bits, &plain, sizeof bits);
  return bits >> 63 ? ~bits : bits | (UINT64_C(1) << 63);
}

double lf_score_of_key(uint64_t key) {
  uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
  double score;
  memcpy(&score, &bits, sizeof score);
  return score;
}

typedef struct radix {
  lf_chunks chunks;
  const uint64_t *keys;
  const uint32_t *order;
  uint64_t *keys_out;
  uint32_t *order_out;
  uint64_t lowest;
  unsigned shift;
  size_t (*places)[DIGITS]; /* one row of places a chunk */
} radix;

static size_t digit_of(const radix *r, size_t i) {
  return (size_t)(((r->keys[i] - r->lowest) >> r->shift) & (DIGITS - 1));
}

static void count_digits(void *context, size_t chunk) {
  radix *r = context;
  size_t from, to;
  lf_chunk_rows(&r->chunks, chunk, &from, &to);
  size_t *count = r->places[chunk];
  memset(count, 0, sizeof r->places[chunk]);
  for (size_t i = from; i < to; i++) count[digit_of(r, i)]++;
}

static void move_rows(void *context, size_t chunk) {
  radix *r = context;
  size_t from, to;
  lf_chunk_rows(&r->chunks, chunk, &from, &to);
  size_t *place = r->places[chunk];
  for (size_t i = from; i < to; i++) {
    size_t at = place[digit_of(r, i)]++;
    r->keys_out[at] = r->keys[i];
    r->order_out[at] = r->order[i];
  }
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

static void swap_buffers(radix *r, uint64_t **keys, uint32_t **order, uint64_t **keys_b, uint32_t **order_b) {
  uint64_t *k = *keys;
  uint32_t *o = *order;
  *keys = *keys_b;
  *order = *order_b;
  *keys_b = k;
  *order_b = o;
  r->keys = *keys;
  r->order = *order;
  r->keys_out = *keys_b;
  r->order_out = *order_b;
}

/* Rows that count, with the range of their keys. */
static size_t gather_keys(const double *score, const double *weight, size_t n, uint64_t *keys, uint32_t *order,
                          uint64_t *lowest, uint64_t *highest) {
  size_t kept = 0;
  *lowest = UINT64_MAX;
  *highest = 0;
  for (size_t i = 0; i < n; i++) {
    if (weight && !(weight[i] > 0)) continue;
    uint64_t key = key_of(score[i]);
    if (key < *lowest) *lowest = key;
    if (key > *highest) *highest = key;
    keys[kept] = key;
    order[kept++] = (uint32_t)i;
  }
  return kept;
}

lf_status lf_sort_scores(const double *score, const double *weight, size_t n, const lf_run *run, uint64_t **keys,
                         uint32_t **order, size_t *n_kept, lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *a = NULL, *b = NULL, lowest = 0, highest = 0;
  uint32_t *oa = NULL, *ob = NULL;
  radix r = {.places = NULL};
  if (n > UINT32_MAX) return lf_fail(err, LF_E_DATA, "%zu rows are more than can be judged at once", n);
  LF_TRY(lf_alloc(n, sizeof *a, &a, err));
  LF_TRY(lf_alloc(n, sizeof *b, &b, err));
  LF_TRY(lf_alloc(n, sizeof *oa, &oa, err));
  LF_TRY(lf_alloc(n, sizeof *ob, &ob, err));
  size_t kept = gather_keys(score, weight, n, a, oa, &lowest, &highest);
  r.chunks = lf_cut(kept, CHUNK_ROWS, MAX_CHUNKS);
  r.lowest = lowest;
  LF_TRY(lf_alloc(r.chunks.count, sizeof *r.places, &r.places, err));
  r.keys = a;
  r.order = oa;
  r.keys_out = b;
  r.order_out = ob;
  for (r.shift = 0; kept && r.shift < 64 && (highest - lowest) >> r.shift; r.shift += DIGIT_BITS) {
    LF_TRY(lf_check_interrupt(run, err));
    lf_parallel_for(run, r.chunks.count, count_digits, &r);
    if (!places_from_counts(&r)) continue;
    lf_parallel_for(run, r.chunks.count, move_rows, &r);
    swap_buffers(&r, &a, &oa, &b, &ob);
  }
  *keys = a;
  *order = oa;
  *n_kept = kept;
  a = NULL;
  oa = NULL;

cleanup:
  free(a);
  free(b);
  free(oa);
  free(ob);
  free(r.places);
  return status;
}
