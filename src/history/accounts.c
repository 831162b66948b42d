/* Accounts as numbers, in the order in which they first stand in the rows.
 *
 * Coded columns: a number for each code. Others: keys are sorted by their top bits into parts whose tables
 * fit in the cache; each part finds, for each of its rows, the first row with the same key; first rows are
 * then numbered in row order, and the others take the number of theirs. So the numbers hang on the rows
 * alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "history/draft.h"

enum { PARTS_MAX = 1024, KEYS_A_PART = 4096, CHUNKS = 16, BATCH = 1024, WAVES = 4, MANY_ROWS = 1 << 21 };

/* A key and the row it stands in. */
typedef struct sighting {
  uint64_t key;
  uint32_t row;
} __attribute__((packed, aligned(4))) sighting;

typedef struct numbering {
  const lf_column *column;
  uint32_t *first;  /* of each row: the first row with its key; in the end, the number of the account */
  uint32_t *number; /* of rows that are first */
  sighting *sorted; /* of parts [from, to), by part, in row order within one */
  size_t from, to;
  size_t n_parts;
  int shift;     /* part of a scattered key: its bits from here up */
  size_t *place; /* chunk x part: where the next row goes */
  size_t *start; /* of each part, n_parts + 1 */
  lf_chunks chunks;
  size_t firsts[CHUNKS]; /* rows of the chunk that are first */
  lf_status *status;     /* a part each */
} numbering;

static uint64_t scatter(uint64_t key) {
  return key * UINT64_C(0x9e3779b97f4a7c15);
}

/* Keys of rows [from, to): equal where values are equal, 0 where there is none. */
static void read_keys(const lf_column *column, size_t from, size_t to, uint64_t *keys) {
  double value[BATCH];
  if (column->store == LF_STORE_HASHES) {
    memcpy(keys, (const uint64_t *)column->cells + from, (to - from) * sizeof *keys);
    return;
  }
  lf_column_numbers(column, from, to, value);
  for (size_t i = 0; i < to - from; i++) {
    double x = value[i] + 0.0; /* no negative zero */
    memcpy(&keys[i], &x, sizeof x);
    keys[i] = isnan(x) ? 0 : keys[i] + 1;
  }
}

static size_t part_of(const numbering *n, uint64_t key) {
  return n->shift < 64 ? (size_t)(scatter(key) >> n->shift) : 0;
}

static void count_parts(void *context, size_t chunk) {
  const numbering *n = context;
  uint64_t keys[BATCH];
  size_t *count = n->place + chunk * n->n_parts, from = 0, to = 0;
  lf_chunk_rows(&n->chunks, chunk, &from, &to);
  for (; from < to; from += BATCH) {
    size_t end = from + BATCH < to ? from + BATCH : to;
    read_keys(n->column, from, end, keys);
    for (size_t i = 0; i < end - from; i++)
      if (keys[i]) count[part_of(n, keys[i])]++;
  }
}

/* Turns the counts into places. */
static void place_parts(numbering *n) {
  size_t at = 0;
  for (size_t p = 0; p < n->n_parts; p++) {
    n->start[p] = at;
    for (size_t c = 0; c < n->chunks.count; c++) {
      size_t here = n->place[c * n->n_parts + p];
      n->place[c * n->n_parts + p] = at;
      at += here;
    }
  }
  n->start[n->n_parts] = at;
}

static void sort_chunk(void *context, size_t chunk) {
  const numbering *n = context;
  uint64_t keys[BATCH];
  size_t *place = n->place + chunk * n->n_parts, from = 0, to = 0, before = n->start[n->from];
  lf_chunk_rows(&n->chunks, chunk, &from, &to);
  for (; from < to; from += BATCH) {
    size_t end = from + BATCH < to ? from + BATCH : to;
    read_keys(n->column, from, end, keys);
    for (size_t i = from; i < end; i++) {
      uint64_t key = keys[i - from];
      size_t part = key ? part_of(n, key) : 0;
      if (!key) n->first[i] = (uint32_t)i;
      if (key && part >= n->from && part < n->to)
        n->sorted[place[part]++ - before] = (sighting){key, (uint32_t)i};
    }
  }
}

static void find_firsts(void *context, size_t i) {
  numbering *n = context;
  size_t part = n->from + i, before = n->start[n->from];
  sighting *seen = NULL; /* open addressing; key 0 is free */
  size_t keys = n->start[part + 1] - n->start[part], slots = 16;
  while (slots < 2 * keys) slots *= 2;
  n->status[part] = lf_alloc(slots, sizeof *seen, &seen, NULL);
  if (n->status[part] != LF_OK) return;
  for (size_t k = n->start[part]; k < n->start[part + 1]; k++) {
    const sighting *s = &n->sorted[k - before];
    size_t slot = (size_t)(scatter(s->key) >> 20) & (slots - 1);
    while (seen[slot].key && seen[slot].key != s->key) slot = (slot + 1) & (slots - 1);
    if (!seen[slot].key) seen[slot] = *s;
    n->first[s->row] = seen[slot].row;
  }
  free(seen);
}

static void count_firsts(void *context, size_t chunk) {
  numbering *n = context;
  size_t from = 0, to = 0, firsts = 0;
  lf_chunk_rows(&n->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) firsts += n->first[i] == i;
  n->firsts[chunk] = firsts;
}

static void number_firsts(void *context, size_t chunk) {
  const numbering *n = context;
  size_t from = 0, to = 0, next = 0;
  for (size_t c = 0; c < chunk; c++) next += n->firsts[c];
  lf_chunk_rows(&n->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    n->number[i] = (uint32_t)next;
    next += n->first[i] == i;
  }
}

static void take_numbers(void *context, size_t chunk) {
  const numbering *n = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&n->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) n->first[i] = n->number[n->first[i]];
}

/* Finds the first rows of keys in parts [from, to). */
static lf_status find_wave(numbering *n, size_t from, size_t to, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  n->from = from;
  n->to = to;
  LF_TRY(lf_alloc(n->start[to] - n->start[from], sizeof *n->sorted, &n->sorted, err));
  lf_parallel_for(run, n->chunks.count, sort_chunk, n);
  lf_parallel_for(run, to - from, find_firsts, n);
  for (size_t p = from; p < to; p++)
    if (n->status[p] != LF_OK) LF_TRY(lf_fail(err, n->status[p], "not enough memory to number the accounts"));
cleanup:
  free(n->sorted);
  n->sorted = NULL;
  return status;
}

static lf_status number_sorted(numbering *n, size_t rows, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n->chunks.count * n->n_parts, sizeof *n->place, &n->place, err));
  LF_TRY(lf_alloc(n->n_parts + 1, sizeof *n->start, &n->start, err));
  LF_TRY(lf_alloc(n->n_parts, sizeof *n->status, &n->status, err));
  lf_parallel_for(run, n->chunks.count, count_parts, n);
  place_parts(n);
  size_t at_once = rows > MANY_ROWS ? n->n_parts / WAVES : n->n_parts;
  for (size_t p = 0; p < n->n_parts; p += at_once) LF_TRY(find_wave(n, p, p + at_once, run, err));
  LF_TRY(lf_alloc(rows, sizeof *n->number, &n->number, err));
  lf_parallel_for(run, n->chunks.count, count_firsts, n);
  lf_parallel_for(run, n->chunks.count, number_firsts, n);
  lf_parallel_for(run, n->chunks.count, take_numbers, n);
cleanup:
  free(n->place);
  free(n->start);
  free(n->status);
  free(n->number);
  return status;
}

static lf_status number_codes(const lf_column *column, size_t n, uint32_t *cluster, size_t *n_clusters,
                              lf_error *err) {
  uint32_t *of_code = NULL, next = 0; /* 1 + the number */
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *of_code, &of_code, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    uint32_t code = lf_column_code(column, i);
    if (!of_code[code] || !code) of_code[code] = ++next;
    cluster[i] = of_code[code] - 1;
  }
  *n_clusters = next;
  free(of_code);
  return status;
}

lf_status lf_number_accounts(const lf_column *column, size_t n, const lf_run *run, uint32_t *cluster,
                             size_t *n_clusters, lf_error *err) {
  if (column->store == LF_STORE_CODES) return number_codes(column, n, cluster, n_clusters, err);
  numbering all = {.column = column, .first = cluster, .n_parts = 1, .shift = 64};
  all.chunks = lf_cut(n, 1 << 14, CHUNKS);
  for (; all.n_parts < PARTS_MAX && all.n_parts * KEYS_A_PART < n; all.n_parts *= 2) all.shift--;
  lf_status status = number_sorted(&all, n, run, err);
  if (status != LF_OK) return status;
  *n_clusters = 0;
  for (size_t c = 0; c < all.chunks.count; c++) *n_clusters += all.firsts[c];
  return LF_OK;
}
