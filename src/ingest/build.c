/* Columns that were read by dictionary: the dictionaries of the pieces become one, the kind is decided from
 * it, and the cells are written once, as codes of the final levels or as values. */
#include "ingest/build.h"

#include <stdlib.h>

#include "base/key.h"
#include "base/memory.h"
#include "base/text.h"
#include "ingest/cells.h"

const int32_t lf_power_of_ten[10] = {1,      10,      100,      1000,      10000,
                                     100000, 1000000, 10000000, 100000000, 1000000000};

int lf_decimal_scale(double value) {
  for (int scale = 0; scale < 10; scale++) {
    double shifted = value * lf_power_of_ten[scale];
    if (!(fabs(shifted) <= INT32_MAX)) return -1;
    double cell = nearbyint(shifted);
    double back = cell / lf_power_of_ten[scale];
    if (!(back < value) && !(back > value)) return scale;
  }
  return -1;
}

/* ---- one dictionary of all pieces ---- */

/* Adds the texts of one shelf that cells have. counts: zeroed, one a code. */
static lf_status merge_shelf(const lf_pieces *pieces, size_t index, size_t shelf, uint64_t *counts,
                             lf_dictionary *all, lf_error *err) {
  lf_dictionary *d = &pieces->shelves[shelf].dictionaries[index];
  for (size_t p = 0; p < pieces->n; p++)
    if (pieces->items[p].shelf == shelf)
      lf_part_count(&pieces->items[p].parts[index], pieces->items[p].rows, counts);
  for (size_t i = 0; i < d->n; i++) {
    lf_entry *e = &d->entries[i];
    e->place = UINT32_MAX;
    if (!counts[i + 1]) continue; /* of a piece that was read again */
    lf_key key = {.a = e->a, .b = e->b, .length = e->length};
    uint32_t place = lf_dictionary_add(all, &key, e->text, false);
    if (place == UINT32_MAX) return lf_fail(err, LF_E_MEMORY, "not enough memory for the values of a column");
    all->entries[place].count += counts[i + 1];
    e->place = place;
  }
  return LF_OK;
}

static lf_status merge(const lf_pieces *pieces, size_t index, lf_dictionary *all, uint64_t *empty,
                       lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *counts = NULL;
  *empty = 0;
  for (size_t s = 0; s < pieces->n_shelves && status == LF_OK; s++) {
    status = lf_alloc(pieces->shelves[s].dictionaries[index].n + 1, sizeof *counts, &counts, err);
    if (status == LF_OK) status = merge_shelf(pieces, index, s, counts, all, err);
    if (status == LF_OK) *empty += counts[0];
    free(counts);
    counts = NULL;
  }
  return status;
}

/* ---- levels ---- */

/* An entry on its way to a level. */
typedef struct ranked {
  double value;
  const lf_entry *entry;
  uint32_t index;
} ranked;

static int by_value(const void *a, const void *b) {
  double x = ((const ranked *)a)->value, y = ((const ranked *)b)->value;
  return x < y ? -1 : x > y;
}

static int by_text(const void *a, const void *b) {
  const lf_entry *x = ((const ranked *)a)->entry, *y = ((const ranked *)b)->entry;
  return lf_compare_spans(x->text, x->length, y->text, y->length);
}

/* Entries with a value, in the order of the levels. */
static lf_status rank(const lf_dictionary *all, const lf_decision *d, ranked **out, size_t *n,
                      lf_error *err) {
  ranked *r = NULL;
  lf_status status = lf_alloc(all->n, sizeof *r, &r, err);
  if (status != LF_OK) return status;
  *n = 0;
  for (size_t i = 0; i < all->n; i++) {
    if (d->spelling[i] != LF_MISSING_NONE || (d->values && isnan(d->values[i]))) continue;
    r[(*n)++] =
        (ranked){.value = d->values ? d->values[i] : 0, .entry = &all->entries[i], .index = (uint32_t)i};
  }
  qsort(r, *n, sizeof *r, d->values ? by_value : by_text);
  *out = r;
  return LF_OK;
}

/* Code of entry i at i + 1 (0: missing), and the number of levels. Equal values share a code. */
static size_t number_levels(const ranked *r, size_t n, bool values, uint32_t *codes) {
  size_t levels = 0;
  for (size_t i = 0; i < n; i++) {
    if (!values || i == 0 || r[i].value > r[i - 1].value) levels++;
    codes[r[i].index + 1] = (uint32_t)levels;
  }
  return levels;
}

/* The side of each entry of a flag: 0 no, 1 yes. */
static size_t side_of(const ranked *r) {
  bool yes = false;
  lf_flag_pair(r->entry->text, r->entry->length, &yes);
  return yes;
}

/* Yes and no, whatever their case: the side decides, and the most frequent spelling is the level. */
static size_t flag_levels(const ranked *r, size_t n, uint32_t *codes, lf_entry level[2]) {
  bool seen[2] = {false, false};
  for (size_t i = 0; i < n; i++) {
    lf_entry *best = &level[side_of(&r[i])];
    if (r[i].entry->count > best->count) *best = *r[i].entry;
    seen[side_of(&r[i])] = true;
  }
  bool both = seen[0] && seen[1];
  bool swap = both && lf_compare_spans(level[0].text, level[0].length, level[1].text, level[1].length) > 0;
  for (size_t i = 0; i < n; i++) codes[r[i].index + 1] = !both || (side_of(&r[i]) == 1) == swap ? 1 : 2;
  if (swap || !seen[0]) {
    lf_entry first = level[0];
    level[0] = level[1];
    level[1] = first;
  }
  return (size_t)seen[0] + seen[1];
}

static lf_status level_text(lf_kind kind, const ranked *r, char **text, lf_error *err) {
  char number[LF_DOUBLE_TEXT > (int)LF_DATE_TEXT ? (int)LF_DOUBLE_TEXT : (int)LF_DATE_TEXT];
  if (kind == LF_KIND_NUMBER) lf_format_double(r->value, number);
  if (kind == LF_KIND_DATE) lf_format_date(r->value, number);
  if (kind == LF_KIND_NUMBER || kind == LF_KIND_DATE) return lf_copy_text(number, strlen(number), text, err);
  return lf_copy_text(r->entry->text, r->entry->length, text, err);
}

static lf_status fill_levels(lf_column *column, const ranked *r, size_t n, const uint32_t *codes,
                             size_t n_levels, lf_error *err) {
  lf_status status = LF_OK;
  bool values = column->kind == LF_KIND_NUMBER || column->kind == LF_KIND_DATE;
  LF_TRY(lf_alloc(n_levels, sizeof *column->levels, &column->levels, err));
  column->n_levels = (uint32_t)n_levels;
  if (values) LF_TRY(lf_alloc(n_levels, sizeof *column->values, &column->values, err));
  for (size_t i = 0; i < n; i++) {
    size_t level = codes[r[i].index + 1] - 1;
    if (column->levels[level]) continue;
    LF_TRY(level_text(column->kind, &r[i], &column->levels[level], err));
    if (values) column->values[level] = r[i].value;
  }
cleanup:
  return status;
}

/* ---- cells ---- */

/* value_of has a value of the column's width for each code of the part. */
#define TRANSLATE_TO(from, to)                                                                               \
  do {                                                                                                       \
    const from *codes = part->cells;                                                                         \
    const to *values = value_of;                                                                             \
    to *out = (to *)column->cells + first;                                                                   \
    for (size_t i = 0; i < rows; i++) out[i] = values[codes[i]];                                             \
  } while (0)

#define TRANSLATE(from)                                                                                      \
  do {                                                                                                       \
    switch (column->width) {                                                                                 \
    case 1: TRANSLATE_TO(from, uint8_t); break;                                                              \
    case 2: TRANSLATE_TO(from, uint16_t); break;                                                             \
    case 4: TRANSLATE_TO(from, uint32_t); break;                                                             \
    default: TRANSLATE_TO(from, uint64_t);                                                                   \
    }                                                                                                        \
  } while (0)

static void translate(const lf_part *part, size_t rows, const void *value_of, lf_column *column,
                      size_t first) {
  switch (part->width) {
  case 1: TRANSLATE(uint8_t); break;
  case 2: TRANSLATE(uint16_t); break;
  default: TRANSLATE(uint32_t);
  }
}

/* by_entry, put in the order of the codes of one shelf. */
static lf_status values_of_codes(const lf_dictionary *d, const void *by_entry, size_t width, void **values,
                                 lf_error *err) {
  lf_status status = lf_alloc(d->n + 1, width, values, err);
  if (status != LF_OK) return status;
  char *out = *values;
  memcpy(out, by_entry, width);
  for (size_t i = 0; i < d->n; i++)
    memcpy(out + (i + 1) * width, (const char *)by_entry + (d->entries[i].place + 1) * width, width);
  return LF_OK;
}

/* Writes the cells of all pieces, whose parts are freed. by_entry has a cell of the column for the empty text
 * first, then one for each entry of the dictionary of all. */
static lf_status write_cells(const lf_pieces *pieces, size_t index, const void *by_entry, lf_column *column,
                             lf_error *err) {
  lf_status status = LF_OK;
  void **values = NULL;
  LF_TRY(lf_alloc(pieces->n_shelves, sizeof *values, &values, err));
  LF_TRY(lf_cells_new(column, pieces->first_row[pieces->n], pieces->spooled, err));
  for (size_t s = 0; s < pieces->n_shelves; s++)
    LF_TRY(
        values_of_codes(&pieces->shelves[s].dictionaries[index], by_entry, column->width, &values[s], err));
  for (size_t p = 0; p < pieces->n; p++) {
    const lf_piece *piece = &pieces->items[p];
    translate(&piece->parts[index], piece->rows, values[piece->shelf], column, pieces->first_row[p]);
    lf_part_free(&piece->parts[index]);
  }
  lf_cells_rest(column);
cleanup:
  for (size_t s = 0; values && s < pieces->n_shelves; s++) free(values[s]);
  free(values);
  return status;
}

/* codes[i + 1] belongs to entry i, of n. */
static lf_status write_codes(const lf_pieces *pieces, size_t index, const uint32_t *codes, size_t n,
                             lf_column *column, lf_error *err) {
  lf_status status = LF_OK;
  void *narrow = NULL;
  column->store = LF_STORE_CODES;
  column->width = column->n_levels <= UINT8_MAX ? 1 : column->n_levels <= UINT16_MAX ? 2 : 4;
  LF_TRY(lf_alloc(n + 1, column->width, &narrow, err));
  for (size_t i = 0; i <= n; i++) {
    if (column->width == 1) ((uint8_t *)narrow)[i] = (uint8_t)codes[i];
    if (column->width == 2) ((uint16_t *)narrow)[i] = (uint16_t)codes[i];
    if (column->width == 4) ((uint32_t *)narrow)[i] = codes[i];
  }
  status = write_cells(pieces, index, narrow, column, err);
cleanup:
  free(narrow);
  return status;
}

/* Fewest decimals with which int32 cells hold all values; -1: none. */
static int scale_of(const ranked *r, size_t n) {
  int scale = 0;
  for (size_t i = 0; i < n && scale >= 0; i++) {
    int needed = lf_decimal_scale(r[i].value);
    scale = needed < 0 ? -1 : needed > scale ? needed : scale;
  }
  for (size_t i = 0; i < n && scale > 0; i++)
    if (fabs(r[i].value) * lf_power_of_ten[scale] > INT32_MAX) scale = -1;
  return scale;
}

/* int32 cells where all values have few decimals, else doubles. */
static lf_status write_values(const lf_pieces *pieces, size_t index, size_t n_entries, const lf_decision *d,
                              int scale, lf_column *column, lf_error *err) {
  lf_status status = LF_OK;
  int32_t *decimals = NULL;
  double *doubles = NULL;
  column->store = scale >= 0 ? LF_STORE_DECIMALS : LF_STORE_DOUBLES;
  column->width = scale >= 0 ? 4 : 8;
  column->scale = scale > 0 ? (uint8_t)scale : 0;
  if (scale >= 0)
    LF_TRY(lf_alloc(n_entries + 1, sizeof *decimals, &decimals, err));
  else
    LF_TRY(lf_alloc(n_entries + 1, sizeof *doubles, &doubles, err));
  for (size_t i = 0; i <= n_entries; i++) {
    double value = i ? d->values[i - 1] : (double)NAN;
    if (doubles)
      doubles[i] = value;
    else
      decimals[i] = isnan(value) ? INT32_MIN : (int32_t)nearbyint(value * lf_power_of_ten[scale]);
  }
  status = write_cells(pieces, index, doubles ? (const void *)doubles : decimals, column, err);
cleanup:
  free(decimals);
  free(doubles);
  return status;
}

static lf_status write_hashes(const lf_pieces *pieces, size_t index, const lf_dictionary *all,
                              const lf_decision *d, lf_column *column, lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *hashes = NULL;
  LF_TRY(lf_alloc(all->n + 1, sizeof *hashes, &hashes, err));
  for (size_t i = 0; i < all->n; i++) {
    if (d->spelling[i] != LF_MISSING_NONE) continue;
    hashes[i + 1] = lf_text_key(all->entries[i].text, all->entries[i].length);
  }
  column->store = LF_STORE_HASHES;
  column->width = 8;
  status = write_cells(pieces, index, hashes, column, err);
cleanup:
  free(hashes);
  return status;
}

static lf_status write_column(const lf_pieces *pieces, size_t index, const lf_dictionary *all,
                              const lf_decision *d, lf_column *column, lf_error *err) {
  lf_status status = LF_OK;
  ranked *r = NULL;
  uint32_t *codes = NULL;
  size_t n = 0;
  bool values = d->values != NULL;
  LF_TRY(lf_alloc(all->n + 1, sizeof *codes, &codes, err));
  LF_TRY(rank(all, d, &r, &n, err));
  if (d->yes_no) {
    lf_entry level[2] = {{.text = ""}, {.text = ""}};
    column->distinct = flag_levels(r, n, codes, level);
    LF_TRY(lf_alloc(2, sizeof *column->levels, &column->levels, err));
    column->n_levels = (uint32_t)column->distinct;
    for (size_t i = 0; i < column->n_levels && i < 2; i++)
      LF_TRY(lf_copy_text(level[i].text, level[i].length, &column->levels[i], err));
    LF_TRY(write_codes(pieces, index, codes, all->n, column, err));
  } else {
    column->distinct = number_levels(r, n, values, codes);
    if (values && !lf_codes_pay(column->distinct, pieces->first_row[pieces->n])) {
      LF_TRY(write_values(pieces, index, all->n, d, scale_of(r, n), column, err));
    } else if (!values && !d->forced && column->distinct > LF_CODES_MAX) {
      LF_TRY(write_hashes(pieces, index, all, d, column, err));
    } else {
      LF_TRY(fill_levels(column, r, n, codes, (size_t)column->distinct, err));
      LF_TRY(write_codes(pieces, index, codes, all->n, column, err));
    }
  }
cleanup:
  free(r);
  free(codes);
  return status;
}

static lf_status build_by_dictionary(const lf_pieces *pieces, size_t index, const lf_column_wish *wish,
                                     lf_column *column, uint64_t spelled[LF_MISSING_MAX], lf_error *err) {
  lf_status status = LF_OK;
  lf_dictionary all = {0};
  lf_decision d = {0};
  uint64_t empty = 0;
  LF_TRY(merge(pieces, index, &all, &empty, err));
  const lf_choice_wish choice = {
      .name = column->name, .asked = wish->asked, .comma_likely = wish->comma_likely};
  LF_TRY(lf_decide(&all, empty, &choice, wish->missing, &d, err));
  column->kind = d.kind;
  column->missing = d.missing;
  column->bad = d.bad;
  spelled[0] += empty;
  for (size_t i = 0; i < all.n; i++)
    if (d.spelling[i] != LF_MISSING_NONE) spelled[d.spelling[i]] += all.entries[i].count;
  if (d.kind != LF_KIND_EMPTY) LF_TRY(write_column(pieces, index, &all, &d, column, err));
  column->note = d.note;
  d.note = NULL;
cleanup:
  for (size_t s = 0; s < pieces->n_shelves; s++) lf_dictionary_free(&pieces->shelves[s].dictionaries[index]);
  lf_decision_free(&d);
  lf_dictionary_free(&all);
  return status;
}

lf_status lf_column_build(const lf_pieces *pieces, size_t index, const lf_column_wish *wish,
                          lf_column *column, uint64_t spelled[LF_MISSING_MAX], bool *contradicted,
                          lf_error *err) {
  *contradicted = false;
  lf_plan plan = pieces->n ? pieces->items[0].parts[index].plan : LF_PLAN_SKIP;
  if (plan == LF_PLAN_DICTIONARY) return build_by_dictionary(pieces, index, wish, column, spelled, err);
  for (size_t p = 0; p < pieces->n; p++) *contradicted |= pieces->items[p].parts[index].contradicted;
  if (*contradicted) return LF_OK;
  lf_status status = LF_OK;
  lf_cells_source source = {.pieces = pieces, .index = index};
  if (plan == LF_PLAN_NUMBER) status = lf_numbers_build(&source, column, err);
  if (plan == LF_PLAN_HASH) status = lf_hashes_build(&source, column, contradicted, err);
  if (plan == LF_PLAN_KEY || plan == LF_PLAN_KEY_FOLDED) status = lf_keys_build(&source, column, err);
  if (plan == LF_PLAN_SKIP) column->kind = LF_KIND_EMPTY;
  if (status != LF_OK || *contradicted) return status;
  for (size_t p = 0; p < pieces->n; p++) {
    lf_part *part = &pieces->items[p].parts[index];
    uint64_t missing = part->empty;
    spelled[0] += part->empty;
    for (size_t i = 0; i < wish->missing->n; i++) {
      spelled[i] += part->spelled[i];
      missing += part->spelled[i];
    }
    column->missing += missing;
    lf_part_free(part);
  }
  lf_cells_rest(column);
  return LF_OK;
}
