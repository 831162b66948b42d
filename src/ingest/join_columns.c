/* Bringing the columns of the joined source to the rows of the table. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/text.h"
#include "ingest/cells.h"
#include "ingest/join_parts.h"

/* One column on its way. */
typedef struct bringing {
  const uint32_t *row; /* of each row of the table */
  const lf_column *from;
  lf_column *to;
  lf_chunks chunks;
  uint64_t *missing; /* one a chunk */
} bringing;

#define BRING(type, none)                                                                                    \
  do {                                                                                                       \
    const type *source = b->from->cells;                                                                     \
    type *out = b->to->cells;                                                                                \
    for (size_t i = from; i < to; i++) out[i] = b->row[i] == LF_NO_ROW ? (type)(none) : source[b->row[i]];   \
  } while (0)

static void bring_chunk(void *context, size_t chunk) {
  const bringing *b = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&b->chunks, chunk, &from, &to);
  switch (b->from->store) {
  case LF_STORE_DECIMALS: BRING(int32_t, INT32_MIN); break;
  case LF_STORE_DOUBLES: BRING(double, NAN); break;
  case LF_STORE_HASHES: BRING(uint64_t, 0); break;
  default:
    if (b->from->width == 1)
      BRING(uint8_t, 0);
    else if (b->from->width == 2)
      BRING(uint16_t, 0);
    else
      BRING(uint32_t, 0);
  }
  for (size_t i = from; i < to; i++) b->missing[chunk] += lf_column_is_missing(b->to, i);
}

static lf_status copy_levels(const lf_column *from, lf_column *to, lf_error *err) {
  lf_status status = LF_OK;
  if (from->levels) LF_TRY(lf_alloc(from->n_levels, sizeof *to->levels, &to->levels, err));
  to->n_levels = from->n_levels;
  for (size_t i = 0; from->levels && i < from->n_levels; i++)
    LF_TRY(lf_copy_text(from->levels[i], strlen(from->levels[i]), &to->levels[i], err));
  if (from->values) {
    LF_TRY(lf_alloc(from->n_levels, sizeof *to->values, &to->values, err));
    memcpy(to->values, from->values, from->n_levels * sizeof *to->values);
  }
cleanup:
  return status;
}

/* Whether cells of so many bytes more, beside those of the table that are in memory, are more than the
 * budget.
 */
static bool over_budget(const lf_joining *j, size_t more) {
  const lf_table *t = j->table;
  uint64_t bytes = more;
  for (size_t c = 0; c < t->n_columns; c++)
    if (t->columns[c].cells && !t->columns[c].mapped) bytes += (uint64_t)t->n_rows * t->columns[c].width;
  for (size_t k = 0; k < t->n_keys; k++)
    if (t->keys[k].cells && !t->keys[k].mapped) bytes += (uint64_t)t->n_rows * t->keys[k].width;
  return j->request->memory && bytes > j->request->memory;
}

static lf_status bring(const lf_joining *j, const lf_column *from, lf_column *to, lf_error *err) {
  lf_status status = LF_OK;
  lf_text name = {0};
  bringing b = {.row = lf_row(j), .from = from, .to = to};
  *to = (lf_column){.kind = from->kind,
                    .store = from->store,
                    .width = from->width,
                    .scale = from->scale,
                    .bad = from->bad,
                    .own_name = strlen(j->request->name) + 1,
                    .join = j->table->n_joins + 1};
  lf_text_addf(&name, "%s.%s", j->request->name, from->name);
  LF_TRY(lf_text_status(&name, err));
  LF_TRY(lf_copy_text(name.data, name.length, &to->name, err));
  if (from->note) LF_TRY(lf_copy_text(from->note, strlen(from->note), &to->note, err));
  to->missing = j->table->n_rows;
  if (from->store == LF_STORE_NONE) goto cleanup;
  LF_TRY(copy_levels(from, to, err));
  LF_TRY(lf_join_distinct(j, from, &to->distinct, err));
  bool spooled = j->row.mapped || over_budget(j, j->table->n_rows * from->width);
  LF_TRY(lf_cells_new(to, j->table->n_rows, spooled, err));
  b.chunks = lf_cut(j->table->n_rows, 1 << 14, 64);
  LF_TRY(lf_alloc(b.chunks.count, sizeof *b.missing, &b.missing, err));
  lf_parallel_for(j->run, b.chunks.count, bring_chunk, &b);
  to->missing = 0;
  for (size_t i = 0; i < b.chunks.count; i++) to->missing += b.missing[i];
  lf_cells_rest(to);
cleanup:
  free(b.missing);
  lf_text_free(&name);
  return status;
}

static bool is_taken(const lf_joining *j, size_t column) {
  const lf_join_request *r = j->request;
  if (!r->take) return column != lf_table_find(j->other, r->key);
  for (size_t i = 0; i < r->n_take; i++)
    if (lf_table_find(j->other, r->take[i]) == column) return true;
  return false;
}

/* Room for so many more items behind n. */
static lf_status widen(void *items, size_t n, size_t more, size_t size, lf_error *err) {
  size_t capacity = n;
  return lf_grow(items, &capacity, n + more, size, err);
}

lf_status lf_join_columns(lf_joining *j, lf_error *err) {
  lf_table *t = j->table, *o = j->other;
  lf_status status = LF_OK;
  LF_TRY(widen(&t->columns, t->n_columns, o->n_columns, sizeof *t->columns, err));
  for (size_t c = 0; c < o->n_columns; c++) {
    if (!is_taken(j, c)) continue;
    status = bring(j, &o->columns[c], &t->columns[t->n_columns++], err);
    if (status != LF_OK) return status;
  }
  LF_TRY(widen(&t->keys, t->n_keys, o->n_keys, sizeof *t->keys, err));
  for (size_t k = 0; k < o->n_keys; k++) {
    if (k == j->request->other_key) continue;
    status = bring(j, &o->keys[k], &t->keys[t->n_keys++], err);
    if (status != LF_OK) return status;
  }
cleanup:
  return status;
}
