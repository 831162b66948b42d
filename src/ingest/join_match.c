/* A hash join of 64-bit keys.
 *
 * The keys of the source go into an index: open addressing, cut into parts by the highest bits of the key so
 * that each part is filled by one task, with its rows in order; the rows of the table then look theirs up in
 * blocks. Where the index would be larger than the memory it may take, keys go in rounds, each of which
 * indexes the keys of one residue and passes over both lists: time grows with the rounds, memory does not.
 *
 * Keys are XXH64 hashes of texts, compared by themselves: with n keys against m, two that differ are taken
 * for the same with probability nm / 2^64: 5e-7 for ten million against a million. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "ingest/cells.h"
#include "ingest/join_parts.h"

enum { PARTS = 16, MOST_ROUNDS = 4096 };

typedef struct key_slot {
  uint64_t key; /* 0: free */
  uint32_t row;
} key_slot;

typedef struct key_index {
  size_t first[PARTS + 1]; /* slots of each part: a power of two */
  key_slot *slots;
} key_index;

typedef struct matching {
  lf_joining *joining;
  const uint64_t *table_keys, *other_keys;
  const lf_column *by;
  size_t round, n_rounds;
  key_index index;
  lf_chunks chunks;
} matching;

static size_t part_of(uint64_t key) {
  return (size_t)(key >> 60);
}

/* Bits that neither choose the part nor the slot. */
static bool in_round(const matching *m, uint64_t key) {
  return key && (m->n_rounds == 1 || (key >> 32) % 65521 % m->n_rounds == m->round);
}

static key_slot *find(const key_index *index, uint64_t key) {
  size_t part = part_of(key), mask = index->first[part + 1] - index->first[part] - 1, at = key & mask;
  key_slot *slots = index->slots + index->first[part];
  while (slots[at].key && slots[at].key != key) at = (at + 1) & mask;
  return &slots[at];
}

static lf_status make_index(matching *m, lf_error *err) {
  size_t n[PARTS] = {0};
  for (size_t i = 0; i < m->joining->other->n_rows; i++)
    if (in_round(m, m->other_keys[i])) n[part_of(m->other_keys[i])]++;
  for (size_t p = 0; p < PARTS; p++) {
    size_t slots = 16;
    while (slots < 2 * n[p]) slots *= 2;
    m->index.first[p + 1] = m->index.first[p] + slots;
  }
  free(m->index.slots);
  m->index.slots = NULL;
  return lf_alloc(m->index.first[PARTS], sizeof *m->index.slots, &m->index.slots, err);
}

static void fill_part(void *context, size_t part) {
  matching *m = context;
  for (size_t i = 0; i < m->joining->other->n_rows; i++) {
    uint64_t key = m->other_keys[i];
    if (!in_round(m, key) || part_of(key) != part) continue;
    key_slot *slot = find(&m->index, key);
    if (slot->key && !lf_join_before(&m->joining->request->many, m->by, i, slot->row)) continue;
    *slot = (key_slot){key, (uint32_t)i};
  }
}

/* Rows of the keys of a block: the slots of the next ones are fetched while one is looked at. */
static void look_up(const matching *m, const uint64_t *keys, size_t from, size_t to, uint32_t *rows) {
  enum { AHEAD = 16 };
  const key_index *index = &m->index;
  for (size_t i = from; i < to; i++) {
    if (i + AHEAD < to) {
      uint64_t next = keys[i + AHEAD];
      size_t part = part_of(next), mask = index->first[part + 1] - index->first[part] - 1;
      __builtin_prefetch(index->slots + index->first[part] + (next & mask));
    }
    if (!in_round(m, keys[i])) continue;
    const key_slot *slot = find(index, keys[i]);
    rows[i] = slot->key ? slot->row : (uint32_t)LF_NO_ROW;
  }
}

static void look_up_table(void *context, size_t chunk) {
  const matching *m = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&m->chunks, chunk, &from, &to);
  look_up(m, m->table_keys, from, to, lf_row(m->joining));
}

static void look_up_other(void *context, size_t chunk) {
  const matching *m = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&m->chunks, chunk, &from, &to);
  look_up(m, m->other_keys, from, to, lf_kept(m->joining));
}

static size_t count_rounds(const lf_joining *j) {
  uint64_t bytes = (uint64_t)j->other->n_rows * 3 * sizeof(key_slot), room = j->request->memory / 4;
  if (!j->request->memory || bytes <= room) return 1;
  uint64_t rounds = room ? bytes / room + 1 : MOST_ROUNDS;
  return rounds > MOST_ROUNDS ? MOST_ROUNDS : (size_t)rounds;
}

/* n row numbers, none of which is one yet. */
static lf_status new_rows(lf_column *rows, size_t n, const lf_column *keys, lf_error *err) {
  *rows = (lf_column){.width = sizeof(uint32_t)};
  lf_status status = lf_cells_new(rows, n, keys->mapped > 0, err);
  if (status == LF_OK && n) memset(rows->cells, 0xff, n * sizeof(uint32_t));
  return status;
}

static lf_status run_round(matching *m, lf_error *err) {
  lf_joining *j = m->joining;
  lf_status status = lf_check_interrupt(j->run, err);
  lf_progress(j->run, "joining", m->round, m->n_rounds);
  if (status == LF_OK) status = make_index(m, err);
  if (status != LF_OK) return status;
  lf_parallel_for(j->run, PARTS, fill_part, m);
  m->chunks = lf_cut(j->other->n_rows, 1 << 14, 256);
  lf_parallel_for(j->run, m->chunks.count, look_up_other, m);
  m->chunks = lf_cut(j->table->n_rows, 1 << 14, 256);
  lf_parallel_for(j->run, m->chunks.count, look_up_table, m);
  return LF_OK;
}

lf_status lf_join_match(lf_joining *j, lf_error *err) {
  const lf_column *table_keys = &j->table->keys[j->request->table_key],
                  *other_keys = &j->other->keys[j->request->other_key];
  matching m = {.joining = j, .table_keys = table_keys->cells, .other_keys = other_keys->cells};
  lf_status status = LF_OK;
  if (j->table->n_rows >= LF_NO_ROW || j->other->n_rows >= LF_NO_ROW)
    return lf_fail(err, LF_E_DATA,
                   "source '%s' cannot be joined: more than %u rows: join in a database, and "
                   "read its result",
                   j->request->name, (unsigned)LF_NO_ROW - 1);
  m.n_rounds = count_rounds(j);
  LF_TRY(lf_join_by(j->other, &j->request->many, j->request->name, &m.by, err));
  LF_TRY(new_rows(&j->kept, j->other->n_rows, other_keys, err));
  LF_TRY(new_rows(&j->row, j->table->n_rows, table_keys, err));
  for (m.round = 0; m.round < m.n_rounds; m.round++) LF_TRY(run_round(&m, err));
cleanup:
  free(m.index.slots);
  return status;
}
