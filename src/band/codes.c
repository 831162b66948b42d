/* Rows of a table -> codes of bands.
 *
 * A coded column is looked up once a level, then rows are translated through a table. Numbers kept as such
 * are compared with the edges of the bands, a block of rows at a time. A column may be of another kind here
 * than where the bands were made (rank 1..4 is a number today and was a category then): levels are compared
 * as text first, then as numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "band/lookup.h"
#include "band/match.h"
#include "base/key.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/text.h"
#include "ingest/value.h"

enum { BLOCK_ROWS = 4096, CHUNK_ROWS = 1 << 15, MAX_CHUNKS = 64 };

void lf_codes_free(lf_codes *codes) {
  if (!codes) return;
  for (size_t a = 0; a < codes->n && codes->columns; a++) free(codes->columns[a]);
  free(codes->columns);
  free(codes);
}

static bool has_band(const lf_attribute *attribute, lf_band_type type) {
  for (size_t b = 0; b < attribute->n_bands; b++)
    if (attribute->bands[b].type == type) return true;
  return false;
}

typedef struct hashed_value {
  uint64_t hash;
  uint16_t band;
} hashed_value;

/* One attribute against one column. */
typedef struct coding {
  const lf_attribute *attribute;
  const lf_column *column;
  lf_lookup lookup;
  uint16_t *map;      /* coded columns: band of each code */
  hashed_value *keys; /* hashed columns: the listed values by rising hash */
  lf_chunks chunks;
  uint16_t *out;
} coding;

/* ---- coded columns -------------------------------------------------------------------------------- */

/* A listed value is matched as text; where the column is one of numbers, 1 and 1.0 are the same value. */
static uint16_t band_of_level(const coding *c, const char *level, double value) {
  uint16_t band;
  if (lf_lookup_text(&c->lookup, level, &band)) return band;
  /* A value that is no number where the bands are intervals is missing, as it was in the fit. */
  if (has_band(c->attribute, LF_BAND_INTERVAL) || c->column->kind == LF_KIND_NUMBER)
    return lf_lookup_number(&c->lookup, value);
  return c->lookup.other;
}

/* A lead of its own and a column that was read as text give dates as they are written: those that can be read
 * in one way only. */
static double value_of_level(const coding *c, uint32_t code) {
  double value;
  lf_date_parts parts;
  if (c->column->values) return c->column->values[code - 1];
  const char *text = lf_column_level(c->column, code);
  size_t n = strlen(text);
  lf_trim(&text, &n);
  if (c->attribute->kind == LF_KIND_DATE && lf_read_date(text, n, LF_DATE_YMD, &value, &parts)) return value;
  return lf_parse_double(text, n, &value) ? value : NAN;
}

/* Patterns take the levels that no listed value took. */
static lf_status match_levels(coding *c, lf_error *err) {
  lf_status status = LF_OK;
  const lf_attribute *a = c->attribute;
  lf_pattern *patterns = NULL;
  uint16_t *band_of = NULL, *found = NULL;
  size_t n = 0;
  LF_TRY(lf_alloc(a->n_bands, sizeof *patterns, &patterns, err));
  LF_TRY(lf_alloc(a->n_bands, sizeof *band_of, &band_of, err));
  LF_TRY(lf_alloc((size_t)c->column->n_levels + 1, sizeof *found, &found, err));
  for (size_t b = 0; b < a->n_bands; b++) {
    if (a->bands[b].type != LF_BAND_MATCH) continue;
    patterns[n] = (lf_pattern){.label = a->bands[b].label, .pattern = a->bands[b].pattern};
    band_of[n++] = (uint16_t)b;
  }
  for (size_t k = 0; k <= c->column->n_levels; k++) found[k] = UINT16_MAX;
  LF_TRY(lf_match_levels(patterns, n, c->column, found, err));
  for (uint32_t code = 1; code <= c->column->n_levels; code++)
    if (c->map[code] == c->lookup.other && found[code] < n) c->map[code] = band_of[found[code]];
cleanup:
  free(patterns);
  free(band_of);
  free(found);
  return status;
}

static lf_status map_levels(coding *c, lf_error *err) {
  const lf_column *column = c->column;
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *c->map, &c->map, err);
  if (status != LF_OK) return status;
  c->map[0] = c->lookup.missing;
  for (uint32_t code = 1; code <= column->n_levels; code++)
    c->map[code] = band_of_level(c, lf_column_level(column, code), value_of_level(c, code));
  return has_band(c->attribute, LF_BAND_MATCH) ? match_levels(c, err) : LF_OK;
}

static void translate_chunk(void *context, size_t chunk) {
  const coding *c = context;
  size_t from, to;
  lf_chunk_rows(&c->chunks, chunk, &from, &to);
  const uint16_t *map = c->map;
  if (c->column->width == 1) {
    const uint8_t *cells = c->column->cells;
    for (size_t i = from; i < to; i++) c->out[i] = map[cells[i]];
  } else if (c->column->width == 2) {
    const uint16_t *cells = c->column->cells;
    for (size_t i = from; i < to; i++) c->out[i] = map[cells[i]];
  } else {
    const uint32_t *cells = c->column->cells;
    for (size_t i = from; i < to; i++) c->out[i] = map[cells[i]];
  }
}

/* ---- numbers -------------------------------------------------------------------------------------- */

static void number_chunk(void *context, size_t chunk) {
  const coding *c = context;
  double block[BLOCK_ROWS];
  size_t from, to;
  lf_chunk_rows(&c->chunks, chunk, &from, &to);
  for (size_t at = from; at < to; at += BLOCK_ROWS) {
    size_t end = at + BLOCK_ROWS < to ? at + BLOCK_ROWS : to;
    lf_column_numbers(c->column, at, end, block);
    lf_lookup_numbers(&c->lookup, block, end - at, c->out + at);
  }
}

/* ---- hashed text ---------------------------------------------------------------------------------- */

static void hash_chunk(void *context, size_t chunk) {
  const coding *c = context;
  const uint64_t *cells = c->column->cells;
  size_t from, to;
  lf_chunk_rows(&c->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    size_t low = 0, n = cells[i] ? c->lookup.n_values : 0;
    while (n > 0) {
      bool below = c->keys[low + n / 2].hash < cells[i];
      low = below ? low + n / 2 + 1 : low;
      n = below ? n - n / 2 - 1 : n / 2;
    }
    bool listed = cells[i] && low < c->lookup.n_values && c->keys[low].hash == cells[i];
    c->out[i] = listed ? c->keys[low].band : cells[i] ? c->lookup.other : c->lookup.missing;
  }
}

static int by_hash(const void *a, const void *b) {
  const hashed_value *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return (x->band > y->band) - (x->band < y->band);
}

static lf_status hash_values(coding *c, lf_error *err) {
  size_t n = c->lookup.n_values;
  lf_status status = lf_alloc(n, sizeof *c->keys, &c->keys, err);
  if (status != LF_OK) return status;
  for (size_t v = 0; v < n; v++) {
    const lf_value_band *value = &c->lookup.values[v];
    c->keys[v] = (hashed_value){lf_text_key(value->text, value->length), value->band};
  }
  qsort(c->keys, n, sizeof *c->keys, by_hash);
  return LF_OK;
}

static lf_status check_hashed(const coding *c, lf_error *err) {
  const char *name = c->column->name;
  if (has_band(c->attribute, LF_BAND_MATCH))
    return lf_fail(err, LF_E_USAGE,
                   "column '%s' was read as ids, whose text is not kept for patterns: say --as '%s=text'",
                   name, name);
  if (has_band(c->attribute, LF_BAND_INTERVAL))
    return lf_fail(err, LF_E_USAGE,
                   "column '%s' was read as text, but its bands are intervals: say --as '%s=%s'", name, name,
                   c->attribute->kind == LF_KIND_DATE ? "date" : "number");
  return LF_OK;
}

/* ---- one attribute -------------------------------------------------------------------------------- */

static lf_status code_column(coding *c, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  switch (c->column->store) {
  case LF_STORE_CODES:
    LF_TRY(map_levels(c, err));
    lf_parallel_for(run, c->chunks.count, translate_chunk, c);
    break;
  case LF_STORE_DECIMALS:
  case LF_STORE_DOUBLES: lf_parallel_for(run, c->chunks.count, number_chunk, c); break;
  case LF_STORE_HASHES:
    LF_TRY(check_hashed(c, err));
    LF_TRY(hash_values(c, err));
    lf_parallel_for(run, c->chunks.count, hash_chunk, c);
    break;
  case LF_STORE_NONE:
    for (size_t i = 0; i < c->chunks.n_rows; i++) c->out[i] = c->lookup.missing;
    break;
  }
cleanup:
  return status;
}

static lf_status code_attribute(const lf_attribute *attribute, const lf_table *table, const lf_run *run,
                                uint16_t *out, lf_text *absent, lf_error *err) {
  const lf_column nothing = {.store = LF_STORE_NONE};
  size_t at = lf_table_find(table, attribute->name);
  coding c = {.attribute = attribute,
              .column = at == SIZE_MAX ? &nothing : &table->columns[at],
              .chunks = lf_cut(table->n_rows, CHUNK_ROWS, MAX_CHUNKS),
              .out = out};
  lf_status status = lf_lookup_make(attribute, &c.lookup, err);
  if (at == SIZE_MAX) {
    if (absent->length) lf_text_add(absent, ", ");
    lf_text_add(absent, attribute->name);
  }
  if (status == LF_OK) status = code_column(&c, run, err);
  lf_lookup_clear(&c.lookup);
  free(c.map);
  free(c.keys);
  return status;
}

lf_status lf_codes_make(const lf_attributes *attributes, const lf_table *table, const lf_run *run,
                        lf_codes **codes, char **absent, lf_error *err) {
  lf_status status = LF_OK;
  lf_codes *made = NULL;
  lf_text names = {0};
  LF_TRY(lf_alloc(1, sizeof *made, &made, err));
  LF_TRY(lf_alloc(attributes->n, sizeof *made->columns, &made->columns, err));
  made->n = attributes->n;
  made->n_rows = table->n_rows;
  for (size_t a = 0; a < attributes->n; a++) {
    LF_TRY(lf_check_interrupt(run, err));
    LF_TRY(lf_alloc(table->n_rows, sizeof **made->columns, &made->columns[a], err));
    LF_TRY(code_attribute(&attributes->items[a], table, run, made->columns[a], &names, err));
  }
  LF_TRY(lf_text_status(&names, err));
  if (absent) {
    *absent = names.length ? names.data : NULL;
    if (*absent) names.data = NULL;
  }
  *codes = made;
  made = NULL;
cleanup:
  lf_codes_free(made);
  free(names.data);
  return status;
}
