/* Columns that were bet to be wide: plain numbers of many sizes, and texts that hardly repeat. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "ingest/build.h"
#include "ingest/cells.h"

/* A set of nonzero keys, open addressing. */
typedef struct key_set {
  uint64_t *slots;
  size_t n_slots, n;
} key_set;

static uint64_t scatter(uint64_t key) {
  key *= UINT64_C(0x9e3779b97f4a7c15);
  return key ^ key >> 32;
}

static lf_status key_set_init(key_set *set, size_t most, lf_error *err) {
  size_t n_slots = 64;
  while (n_slots < 2 * most) n_slots *= 2;
  *set = (key_set){.n_slots = n_slots};
  return lf_alloc(n_slots, sizeof *set->slots, &set->slots, err);
}

static void key_set_add(key_set *set, uint64_t key) {
  size_t mask = set->n_slots - 1, slot = scatter(key) & mask;
  while (set->slots[slot] && set->slots[slot] != key) slot = (slot + 1) & mask;
  if (set->slots[slot]) return;
  set->slots[slot] = key;
  set->n++;
}

/* Keys are sorted into parts whose sets fit in the cache. Of many keys, some parts are handled at a time, so
 * that the sorted keys take little beside the keys themselves. */
enum { PARTS = 256, WAVES = 8, MANY_KEYS = 1 << 21 };

static size_t part_of(uint64_t key) {
  return (scatter(key) >> 20) % PARTS;
}

/* Counts the parts from `from` to `to`; first: where each part begins in the order of all. */
static void count_parts(const uint64_t *keys, size_t n, const size_t *first, size_t from, size_t to,
                        uint64_t *sorted, key_set *set, uint64_t *distinct) {
  size_t next[PARTS];
  for (size_t p = from; p < to; p++) next[p] = first[p] - first[from];
  for (size_t i = 0; i < n; i++) {
    size_t p = part_of(keys[i]);
    if (keys[i] && p >= from && p < to) sorted[next[p]++] = keys[i];
  }
  for (size_t p = from; p < to; p++) {
    set->n = 0;
    memset(set->slots, 0, set->n_slots * sizeof *set->slots);
    for (size_t i = first[p] - first[from]; i < next[p]; i++) key_set_add(set, sorted[i]);
    *distinct += set->n;
  }
}

lf_status lf_count_distinct(const uint64_t *keys, size_t n, uint64_t *distinct, lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *sorted = NULL;
  key_set set = {0};
  size_t first[PARTS + 1] = {0}, most = 0, most_at_once = 0, at_once = n > MANY_KEYS ? PARTS / WAVES : PARTS;
  *distinct = 0;
  for (size_t i = 0; i < n; i++)
    if (keys[i]) first[part_of(keys[i]) + 1]++;
  for (size_t p = 0; p < PARTS; p++) {
    if (first[p + 1] > most) most = first[p + 1];
    first[p + 1] += first[p];
  }
  for (size_t p = 0; p < PARTS; p += at_once)
    if (first[p + at_once] - first[p] > most_at_once) most_at_once = first[p + at_once] - first[p];
  LF_TRY(lf_alloc(most_at_once, sizeof *sorted, &sorted, err));
  LF_TRY(key_set_init(&set, most, err));
  for (size_t p = 0; p < PARTS; p += at_once)
    count_parts(keys, n, first, p, p + at_once, sorted, &set, distinct);
cleanup:
  free(sorted);
  free(set.slots);
  return status;
}

/* ---- hashes ---- */

/* Puts the cells of all pieces one behind the other. */
static lf_status gather_hashes(const lf_cells_source *source, lf_column *column, lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  column->width = 8;
  lf_status status = lf_cells_new(column, pieces->first_row[pieces->n], pieces->spooled, err);
  if (status != LF_OK) return status;
  for (size_t p = 0; p < pieces->n; p++) {
    lf_part *part = &pieces->items[p].parts[source->index];
    if (pieces->items[p].rows)
      memcpy((uint64_t *)column->cells + pieces->first_row[p], part->cells,
             pieces->items[p].rows * sizeof(uint64_t));
    lf_part_drop_cells(part, pieces->items[p].rows);
  }
  return LF_OK;
}

lf_status lf_keys_build(const lf_cells_source *source, lf_column *column, lf_error *err) {
  column->kind = LF_KIND_TEXT;
  column->store = LF_STORE_HASHES;
  return gather_hashes(source, column, err);
}

lf_status lf_hashes_build(const lf_cells_source *source, lf_column *column, bool *contradicted,
                          lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  lf_status status = LF_OK;
  uint64_t values = 0, like = 0, distinct = 0;
  size_t n = pieces->first_row[pieces->n];
  for (size_t p = 0; p < pieces->n; p++) {
    values += pieces->items[p].parts[source->index].values;
    like += pieces->items[p].parts[source->index].like_values;
  }
  *contradicted =
      (double)like >= 0.98 * (double)values; /* it may be a number or a date, with some that are not */
  if (*contradicted) return LF_OK;
  lf_column made = {0};
  LF_TRY(gather_hashes(source, &made, err));
  status = lf_count_distinct(made.cells, n, &distinct, err);
  *contradicted = distinct <= LF_CODES_MAX;
  if (status != LF_OK || *contradicted) {
    lf_cells_free(&made);
    return status;
  }
  column->kind = LF_KIND_TEXT;
  column->store = LF_STORE_HASHES;
  column->width = 8;
  column->distinct = distinct;
  column->cells = made.cells;
  column->mapped = made.mapped;
cleanup:
  return status;
}

/* ---- numbers ---- */

static double part_number(const lf_part *part, size_t row) {
  if (part->width == 8) return ((const double *)part->cells)[row];
  int32_t cell = ((const int32_t *)part->cells)[row];
  return cell == INT32_MIN ? (double)NAN : (double)cell / lf_power_of_ten[part->scale];
}

/* A nonzero key of a value that is not NaN: its bits, mixed up one to one so that 0.0 is not 0. */
uint64_t lf_value_key(double value) {
  uint64_t bits;
  value += 0.0; /* no negative zero */
  memcpy(&bits, &value, sizeof bits);
  return bits + UINT64_C(0x9e3779b97f4a7c15);
}

static double key_number(uint64_t key) {
  double value;
  key -= UINT64_C(0x9e3779b97f4a7c15);
  memcpy(&value, &key, sizeof value);
  return value;
}

static uint64_t most_codes(const lf_pieces *pieces) {
  uint64_t rows = pieces->first_row[pieces->n], most = rows / 8 < 255 ? 255 : rows / 8;
  return most > LF_CODES_MAX ? LF_CODES_MAX : most;
}

/* Different values while they are few enough for codes; *few false as soon as they are not. */
static lf_status collect(const lf_cells_source *source, key_set *set, bool *few, lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  uint64_t most = most_codes(pieces);
  *few = true;
  lf_status status = key_set_init(set, most + 1, err);
  if (status != LF_OK) return status;
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    for (size_t r = 0; r < pieces->items[p].rows; r++) {
      double value = part_number(part, r);
      if (isnan(value)) continue;
      key_set_add(set, lf_value_key(value));
      if (set->n > most) {
        *few = false;
        return LF_OK;
      }
    }
  }
  return LF_OK;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static uint32_t find_level(const lf_column *column, double value) {
  size_t low = 0, high = column->n_levels;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (column->values[middle] <= value)
      low = middle;
    else
      high = middle;
  }
  return (uint32_t)low + 1;
}

/* Levels from the sorted column->values. */
static lf_status name_levels(lf_column *column, size_t n, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *column->levels, &column->levels, err));
  column->n_levels = (uint32_t)n;
  column->distinct = n;
  column->store = LF_STORE_CODES;
  column->width = n <= UINT8_MAX ? 1 : 2;
  for (size_t i = 0; i < n; i++) {
    char text[LF_DOUBLE_TEXT];
    lf_format_double(column->values[i], text);
    LF_TRY(lf_copy_text(text, strlen(text), &column->levels[i], err));
  }
cleanup:
  return status;
}

/* Codes of all slots of the set, in its order. */
static lf_status number_codes(const key_set *set, lf_column *column, uint16_t **codes, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = 0;
  LF_TRY(lf_alloc(set->n_slots, sizeof **codes, codes, err));
  LF_TRY(lf_alloc(set->n, sizeof *column->values, &column->values, err));
  for (size_t i = 0; i < set->n_slots; i++)
    if (set->slots[i]) column->values[n++] = key_number(set->slots[i]);
  qsort(column->values, n, sizeof *column->values, by_size);
  LF_TRY(name_levels(column, n, err));
  for (size_t i = 0; i < set->n_slots; i++)
    if (set->slots[i]) (*codes)[i] = (uint16_t)find_level(column, key_number(set->slots[i]));
cleanup:
  return status;
}

static void put_code(lf_column *column, size_t at, uint16_t code) {
  if (column->width == 1)
    ((uint8_t *)column->cells)[at] = (uint8_t)code;
  else
    ((uint16_t *)column->cells)[at] = code;
}

static lf_status write_coded(const lf_cells_source *source, const key_set *set, lf_column *column,
                             lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  lf_status status = LF_OK;
  uint16_t *codes = NULL;
  LF_TRY(number_codes(set, column, &codes, err));
  LF_TRY(lf_cells_new(column, pieces->first_row[pieces->n], pieces->spooled, err));
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    for (size_t r = 0; r < pieces->items[p].rows; r++) {
      double value = part_number(part, r);
      uint16_t code = 0;
      if (!isnan(value)) {
        uint64_t key = lf_value_key(value);
        size_t mask = set->n_slots - 1, slot = scatter(key) & mask;
        while (set->slots[slot] != key) slot = (slot + 1) & mask;
        code = codes[slot];
      }
      put_code(column, pieces->first_row[p] + r, code);
    }
  }
cleanup:
  free(codes);
  return status;
}

/* ---- numbers in a narrow range: a table over the range does what a set does, faster ---- */

enum { RANGE_MAX = 1 << 22 };

/* All cells are decimals; *scale is the largest of the pieces, [*low, *high] holds all of them at that scale.
 */
static bool narrow_range(const lf_cells_source *source, int *scale, int64_t *low, int64_t *high) {
  const lf_pieces *pieces = source->pieces;
  *scale = 0;
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    if (pieces->items[p].rows && part->width != 4) return false;
    if (part->scale > *scale) *scale = part->scale;
  }
  *low = INT64_MAX;
  *high = INT64_MIN;
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    const int32_t *cells = part->cells;
    int32_t least = INT32_MAX, most = -INT32_MAX;
    for (size_t r = 0; r < pieces->items[p].rows; r++) {
      int32_t cell = cells[r], low_cell = cell == INT32_MIN ? INT32_MAX : cell;
      least = low_cell < least ? low_cell : least;
      most = cell > most ? cell : most;
    }
    if (least > most) continue;
    int64_t factor = lf_power_of_ten[*scale - part->scale];
    if (least * factor < *low) *low = least * factor;
    if (most * factor > *high) *high = most * factor;
    if (*high - *low >= RANGE_MAX) return false;
  }
  return *low <= *high;
}

/* Turns the marks of the values that occur into their codes, 1 and up in order; returns how many. */
static size_t number_marks(uint32_t *table, size_t n) {
  size_t codes = 0;
  for (size_t i = 0; i < n; i++)
    if (table[i]) table[i] = (uint32_t)++codes;
  return codes;
}

static lf_status write_range(const lf_cells_source *source, int scale, int64_t low, const uint32_t *table,
                             size_t n, lf_column *column, lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  lf_status status = LF_OK;
  size_t levels = 0;
  for (size_t i = 0; i < n; i++)
    if (table[i]) levels = table[i];
  LF_TRY(lf_alloc(levels, sizeof *column->values, &column->values, err));
  for (size_t i = 0; i < n; i++)
    if (table[i]) column->values[table[i] - 1] = (double)(low + (int64_t)i) / lf_power_of_ten[scale];
  LF_TRY(name_levels(column, levels, err));
  LF_TRY(lf_cells_new(column, pieces->first_row[pieces->n], pieces->spooled, err));
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    const int32_t *cells = part->cells;
    int64_t factor = lf_power_of_ten[scale - part->scale];
    for (size_t r = 0; r < pieces->items[p].rows; r++)
      put_code(column, pieces->first_row[p] + r,
               cells[r] == INT32_MIN ? 0 : (uint16_t)table[cells[r] * factor - low]);
  }
cleanup:
  return status;
}

/* *done false where the range is wide, or its values too many for codes. */
static lf_status build_range(const lf_cells_source *source, lf_column *column, bool *done, lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  int scale = 0;
  int64_t low = 0, high = 0;
  uint32_t *table = NULL;
  *done = false;
  if (!narrow_range(source, &scale, &low, &high)) return LF_OK;
  size_t n = (size_t)(high - low) + 1;
  lf_status status = lf_alloc(n, sizeof *table, &table, err);
  if (status != LF_OK) return status;
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    const int32_t *cells = part->cells;
    int64_t factor = lf_power_of_ten[scale - part->scale];
    for (size_t r = 0; r < pieces->items[p].rows; r++)
      if (cells[r] != INT32_MIN) table[cells[r] * factor - low] = 1;
  }
  *done = number_marks(table, n) <= most_codes(pieces);
  if (*done) status = write_range(source, scale, low, table, n, column, err);
  free(table);
  return status;
}

/* Decimals that all values of all pieces need; -1 where int32 cells do not do. */
static int common_scale(const lf_cells_source *source) {
  int scale = 0;
  for (size_t p = 0; p < source->pieces->n; p++) {
    const lf_part *part = &source->pieces->items[p].parts[source->index];
    size_t rows = source->pieces->items[p].rows;
    if (part->width == 4 && part->scale <= scale) continue; /* written with no more decimals than that */
    for (size_t r = 0; r < rows; r++) {
      double value = part_number(part, r);
      if (isnan(value)) continue;
      int needed = lf_decimal_scale(value);
      if (needed < 0) return -1;
      if (needed > scale) scale = needed;
      if (part->width == 4 && scale == part->scale) break;
    }
  }
  return scale;
}

/* Writes the cells with that scale; false where one does not fit. */
static bool write_decimals(const lf_cells_source *source, int scale, int32_t *cells) {
  const lf_pieces *pieces = source->pieces;
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    int32_t *out = cells + pieces->first_row[p];
    size_t rows = pieces->items[p].rows;
    if (part->width == 4 && part->scale == scale) {
      if (rows) memcpy(out, part->cells, rows * sizeof *out);
      continue;
    }
    for (size_t r = 0; r < rows; r++) {
      double value = part_number(part, r), cell = nearbyint(value * lf_power_of_ten[scale]);
      if (isnan(value))
        out[r] = INT32_MIN;
      else if (fabs(cell) <= INT32_MAX)
        out[r] = (int32_t)cell;
      else
        return false;
    }
  }
  return true;
}

static lf_status count_numbers(const lf_cells_source *source, lf_column *column, lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  lf_status status = LF_OK;
  uint64_t *keys = NULL;
  LF_TRY(lf_alloc(pieces->first_row[pieces->n], sizeof *keys, &keys, err));
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    for (size_t r = 0; r < pieces->items[p].rows; r++) {
      double value = part_number(part, r);
      keys[pieces->first_row[p] + r] = isnan(value) ? 0 : lf_value_key(value);
    }
  }
  LF_TRY(lf_count_distinct(keys, pieces->first_row[pieces->n], &column->distinct, err));
cleanup:
  free(keys);
  return status;
}

static lf_status write_wide(const lf_cells_source *source, lf_column *column, lf_error *err) {
  const lf_pieces *pieces = source->pieces;
  lf_status status = LF_OK;
  LF_TRY(count_numbers(source, column, err));
  int scale = common_scale(source);
  if (scale >= 0) {
    column->width = 4;
    LF_TRY(lf_cells_new(column, pieces->first_row[pieces->n], pieces->spooled, err));
    if (write_decimals(source, scale, column->cells)) {
      column->store = LF_STORE_DECIMALS;
      column->scale = (uint8_t)scale;
      goto cleanup;
    }
    lf_cells_free(column);
  }
  column->width = 8;
  LF_TRY(lf_cells_new(column, pieces->first_row[pieces->n], pieces->spooled, err));
  column->store = LF_STORE_DOUBLES;
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_part *part = &pieces->items[p].parts[source->index];
    for (size_t r = 0; r < pieces->items[p].rows; r++)
      ((double *)column->cells)[pieces->first_row[p] + r] = part_number(part, r) + 0.0;
  }
cleanup:
  return status;
}

lf_status lf_numbers_build(const lf_cells_source *source, lf_column *column, lf_error *err) {
  key_set set = {0};
  bool few = false;
  column->kind = LF_KIND_NUMBER;
  bool done = false;
  lf_status status = build_range(source, column, &done, err);
  if (status != LF_OK || done) return status;
  status = collect(source, &set, &few, err);
  if (status == LF_OK)
    status = few ? write_coded(source, &set, column, err) : write_wide(source, column, err);
  free(set.slots);
  return status;
}
