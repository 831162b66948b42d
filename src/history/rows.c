/* Rows: weights, identities, exact repeats.
 *
 * identity(row) = sum over columns c of mix(key(cell), salt(c)), modulo 2^64, missing cells adding nothing:
 * it does not depend on the order of columns, nor on how a column is stored. salt(c) is the hash of the
 * column's name, mix and key are XXH64 of base/hash.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "history/draft.h"

/* ---- identities ----------------------------------------------------------------------------------- */

typedef struct identity_task {
  const lf_table *table;
  size_t skip;      /* the weight column */
  uint64_t **mixed; /* per coded column: mix(key, salt) of each code */
  uint64_t *salt;
  uint64_t *identity;
  lf_chunks chunks;
} identity_task;

enum { IDENTITY_ROWS = 1024 };

static bool is_coded(const lf_column *column) {
  return column->store == LF_STORE_CODES;
}

/* A number's identity is its value: 1 and 1.0 are the same, however they are stored. -0 is 0. */
static uint64_t number_mixed(double x, uint64_t salt) {
  uint64_t bits = 0;
  double value = x + 0.0;
  memcpy(&bits, &value, sizeof bits);
  return lf_hash_mix(bits, salt);
}

static void mix_levels(void *context, size_t c) {
  identity_task *task = context;
  const lf_column *column = &task->table->columns[c];
  if (c == task->skip || !is_coded(column)) return;
  if (!column->values) lf_level_keys(column, task->mixed[c]);
  for (uint32_t code = 1; code <= column->n_levels; code++)
    task->mixed[c][code] = column->values ? number_mixed(column->values[code - 1], task->salt[c])
                                          : lf_hash_mix(task->mixed[c][code], task->salt[c]);
}

static void add_codes(const lf_column *column, const uint64_t *mixed, uint64_t *identity, size_t from,
                      size_t to) {
  const uint8_t *narrow = column->cells;
  const uint16_t *wide = column->cells;
  if (column->width == 1)
    for (size_t i = from; i < to; i++) identity[i] += mixed[narrow[i]];
  else if (column->width == 2)
    for (size_t i = from; i < to; i++) identity[i] += mixed[wide[i]];
  else
    for (size_t i = from; i < to; i++) identity[i] += mixed[lf_column_code(column, i)];
}

static void add_column(const identity_task *task, size_t c, size_t from, size_t to) {
  const lf_column *column = &task->table->columns[c];
  uint64_t *identity = task->identity, salt = task->salt[c];
  double value[IDENTITY_ROWS];
  if (is_coded(column)) {
    add_codes(column, task->mixed[c], identity, from, to);
  } else if (column->store == LF_STORE_HASHES) {
    for (size_t i = from; i < to; i++) {
      uint64_t key = lf_column_key(column, i);
      if (key) identity[i] += lf_hash_mix(key, salt);
    }
  } else {
    lf_column_numbers(column, from, to, value);
    for (size_t i = from; i < to; i++)
      if (!isnan(value[i - from])) identity[i] += number_mixed(value[i - from], salt);
  }
}

static void identify_rows(void *context, size_t chunk) {
  const identity_task *task = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&task->chunks, chunk, &from, &to);
  for (; from < to; from += IDENTITY_ROWS) { /* few enough rows that their identities stay in cache */
    size_t end = from + IDENTITY_ROWS < to ? from + IDENTITY_ROWS : to;
    for (size_t c = 0; c < task->table->n_columns; c++)
      if (c != task->skip && task->table->columns[c].store != LF_STORE_NONE) add_column(task, c, from, end);
  }
}

lf_status lf_rows_identify(lf_draft *draft, lf_error *err) {
  const lf_table *table = draft->history->table;
  lf_status status = LF_OK;
  if (draft->identity) return LF_OK;
  status = lf_alloc(table->n_rows, sizeof *draft->identity, &draft->identity, err);
  if (status != LF_OK) return status;
  identity_task task = {.table = table, .skip = draft->history->weight_column, .identity = draft->identity};
  task.chunks = lf_cut(table->n_rows, 1 << 12, 1024);
  LF_TRY(lf_alloc(table->n_columns, sizeof *task.mixed, &task.mixed, err));
  LF_TRY(lf_alloc(table->n_columns, sizeof *task.salt, &task.salt, err));
  for (size_t c = 0; c < table->n_columns; c++) {
    const lf_column *column = &table->columns[c];
    task.salt[c] = lf_hash(column->name, strlen(column->name), 0);
    if (is_coded(column))
      LF_TRY(lf_alloc((size_t)column->n_levels + 1, sizeof **task.mixed, &task.mixed[c], err));
  }
  lf_parallel_for(draft->run, table->n_columns, mix_levels, &task);
  lf_parallel_for(draft->run, task.chunks.count, identify_rows, &task);
cleanup:
  for (size_t c = 0; task.mixed && c < table->n_columns; c++) free(task.mixed[c]);
  free(task.mixed);
  free(task.salt);
  return status;
}

/* ---- repeats -------------------------------------------------------------------------------------- */

enum { PARTS = 256 };

/* Used rows sorted into parts by the top byte of their identity, in row order within a part, so that each
 * part's table fits in cache. */
typedef struct repeat_task {
  const uint64_t *identity;
  uint32_t *rows;
  size_t start[PARTS + 1];
  uint64_t *seen; /* open addressing, a power of two of slots a part */
  size_t *slots_from;
  uint8_t *repeated; /* a flag a row */
  uint64_t found[PARTS];
} repeat_task;

static size_t slots_for(size_t n) {
  size_t slots = 4;
  while (slots < 2 * n) slots *= 2;
  return slots;
}

/* A row whose identity was seen before in its part is a repeat. 0 marks an empty slot, so identity 0 is
 * counted apart. */
static void find_repeats(void *context, size_t part) {
  repeat_task *task = context;
  uint64_t *seen = task->seen + task->slots_from[part];
  size_t mask = task->slots_from[part + 1] - task->slots_from[part] - 1;
  bool zero_seen = false;
  for (size_t k = task->start[part]; k < task->start[part + 1]; k++) {
    uint64_t identity = task->identity[task->rows[k]];
    size_t slot = (size_t)identity & mask;
    bool repeated = identity == 0 && zero_seen;
    if (identity == 0) zero_seen = true;
    while (identity && seen[slot] && seen[slot] != identity) slot = (slot + 1) & mask;
    if (identity) {
      repeated = seen[slot] == identity;
      seen[slot] = identity;
    }
    task->repeated[task->rows[k]] = repeated;
    task->found[part] += repeated;
  }
}

static void sort_into_parts(const lf_draft *draft, repeat_task *task) {
  size_t n = draft->history->table->n_rows, next[PARTS];
  for (size_t i = 0; i < n; i++)
    if (lf_row_used(draft->state[i])) task->start[(draft->identity[i] >> 56) + 1]++;
  for (size_t p = 0; p < PARTS; p++) {
    task->start[p + 1] += task->start[p];
    next[p] = task->start[p];
  }
  for (size_t i = 0; i < n; i++)
    if (lf_row_used(draft->state[i])) task->rows[next[draft->identity[i] >> 56]++] = (uint32_t)i;
}

/* Flags repeats among the used rows and counts them. */
static lf_status flag_repeats(const lf_draft *draft, uint8_t *repeated, uint64_t *found, lf_error *err) {
  lf_status status = LF_OK;
  repeat_task *task = NULL;
  LF_TRY(lf_alloc(1, sizeof *task, &task, err));
  task->identity = draft->identity;
  task->repeated = repeated;
  LF_TRY(lf_alloc(draft->history->table->n_rows, sizeof *task->rows, &task->rows, err));
  LF_TRY(lf_alloc(PARTS + 1, sizeof *task->slots_from, &task->slots_from, err));
  sort_into_parts(draft, task);
  for (size_t p = 0; p < PARTS; p++)
    task->slots_from[p + 1] = task->slots_from[p] + slots_for(task->start[p + 1] - task->start[p]);
  LF_TRY(lf_alloc(task->slots_from[PARTS], sizeof *task->seen, &task->seen, err));
  lf_parallel_for(draft->run, PARTS, find_repeats, task);
  for (size_t p = 0; p < PARTS; p++) *found += task->found[p];
cleanup:
  if (task) {
    free(task->rows);
    free(task->slots_from);
    free(task->seen);
    free(task);
  }
  return status;
}

/* ---- are there any? ------------------------------------------------------------------------------- */

/* Most histories have none, and then identities alone, sorted into parts, tell it at less cost. */
typedef struct count_task {
  uint64_t *sorted; /* identities of used rows, by part */
  size_t start[PARTS + 1];
  uint64_t found[PARTS];
  lf_status status[PARTS];
} count_task;

static void count_repeats(void *context, size_t part) {
  count_task *task = context;
  const uint64_t *identity = task->sorted + task->start[part];
  size_t n = task->start[part + 1] - task->start[part], mask = slots_for(n) - 1, zeros = 0;
  uint64_t *seen = NULL;
  task->status[part] = lf_alloc(mask + 1, sizeof *seen, &seen, NULL);
  if (task->status[part] != LF_OK) return;
  for (size_t k = 0; k < n; k++) {
    size_t slot = (size_t)identity[k] & mask;
    if (!identity[k]) task->found[part] += zeros++ > 0;
    while (identity[k] && seen[slot] && seen[slot] != identity[k]) slot = (slot + 1) & mask;
    task->found[part] += identity[k] && seen[slot];
    if (identity[k]) seen[slot] = identity[k];
  }
  free(seen);
}

static lf_status any_repeats(const lf_draft *draft, uint64_t *found, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = draft->history->table->n_rows, next[PARTS];
  count_task *task = NULL;
  LF_TRY(lf_alloc(1, sizeof *task, &task, err));
  LF_TRY(lf_alloc(n, sizeof *task->sorted, &task->sorted, err));
  for (size_t i = 0; i < n; i++)
    if (lf_row_used(draft->state[i])) task->start[(draft->identity[i] >> 56) + 1]++;
  for (size_t p = 0; p < PARTS; p++) {
    task->start[p + 1] += task->start[p];
    next[p] = task->start[p];
  }
  for (size_t i = 0; i < n; i++)
    if (lf_row_used(draft->state[i])) task->sorted[next[draft->identity[i] >> 56]++] = draft->identity[i];
  lf_parallel_for(draft->run, PARTS, count_repeats, task);
  for (size_t p = 0; p < PARTS; p++) {
    if (task->status[p] != LF_OK)
      LF_TRY(lf_fail(err, task->status[p], "not enough memory to look for repeated rows"));
    *found += task->found[p];
  }
cleanup:
  if (task) free(task->sorted);
  free(task);
  return status;
}

/* Where some column has a value of its own in every row, no row repeats another. */
static bool none_can_repeat(const lf_history *h) {
  const lf_table *table = h->table;
  for (size_t c = 0; c < table->n_columns; c++)
    if (c != h->weight_column && table->columns[c].missing == 0 &&
        table->columns[c].distinct == table->n_rows)
      return true;
  return false;
}

static lf_status screen_repeats(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  uint8_t *repeated = NULL;
  uint64_t found = 0;
  if (none_can_repeat(h)) return LF_OK;
  LF_TRY(lf_rows_identify(draft, err));
  LF_TRY(any_repeats(draft, &found, err));
  if (!found) goto cleanup;
  if (h->id == SIZE_MAX) {
    draft->rows_repeat = true;
    status = lf_note(h, err,
                     "%llu rows repeat an earlier row exactly; they are kept, since no id column tells "
                     "whether they are the same",
                     (unsigned long long)found);
    goto cleanup;
  }
  found = 0;
  LF_TRY(lf_alloc(h->table->n_rows, 1, &repeated, err));
  LF_TRY(flag_repeats(draft, repeated, &found, err));
  for (size_t i = 0; i < h->table->n_rows; i++)
    if (repeated[i]) draft->state[i] = LF_ROW_DUPLICATE;
  status = lf_exclude_rows(h, found, err, "exact duplicate of an earlier row, id included");
cleanup:
  free(repeated);
  return status;
}

/* ---- weights -------------------------------------------------------------------------------------- */

static lf_status screen_weights(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  uint64_t absent = 0, zero = 0;
  if (h->weight_column == SIZE_MAX) return LF_OK;
  const lf_column *column = &h->table->columns[h->weight_column];
  for (size_t i = 0; i < h->table->n_rows; i++) {
    if (!lf_row_used(draft->state[i])) continue;
    double w = lf_column_number(column, i);
    if (w > 0 && isfinite(w)) continue;
    if (w < 0)
      return lf_fail(err, LF_E_DATA,
                     "the weight column '%s' has negative values: weights count rows; name another column "
                     "with --weight COL",
                     column->name);
    if (w == 0)
      zero++;
    else
      absent++;
    draft->state[i] = LF_ROW_NO_WEIGHT;
  }
  lf_status status = absent ? lf_exclude_rows(h, absent, err, "no weight in '%s'", column->name) : LF_OK;
  if (status == LF_OK && zero) status = lf_exclude_rows(h, zero, err, "weight 0 in '%s'", column->name);
  return status;
}

/* ---- the step ------------------------------------------------------------------------------------- */

static lf_status check_classes(const lf_draft *draft, lf_error *err) {
  const lf_history *h = draft->history;
  uint64_t count[2] = {0, 0}, used = 0;
  for (size_t i = 0; i < h->table->n_rows; i++) {
    if (draft->state[i] <= LF_ROW_WON) count[draft->state[i]]++;
    used += lf_row_used(draft->state[i]);
  }
  if (!used)
    return lf_fail(err, LF_E_DATA, "no row of %zu can be used: %s", h->table->n_rows,
                   h->open ? "all are open, and only won and lost rows teach anything"
                           : "check the outcome and weight columns");
  if (!draft->need_outcome || (count[0] && count[1])) return LF_OK;
  return lf_fail(err, LF_E_DATA,
                 "all %llu closed rows are %s, so nothing tells winning from losing: add rows that were %s",
                 (unsigned long long)used, count[1] ? "won" : "lost", count[1] ? "lost" : "won");
}

lf_status lf_rows_screen(lf_draft *draft, lf_error *err) {
  lf_status status = screen_weights(draft, err);
  if (status == LF_OK && draft->need_outcome) status = screen_repeats(draft, err);
  if (status == LF_OK) status = check_classes(draft, err);
  return status;
}
