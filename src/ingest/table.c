/* The finished table: finding and reading cells. */
#include <stdio.h>
#include <stdlib.h>

#include "base/key.h"
#include "base/memory.h"
#include "base/text.h"
#include "ingest/build.h"
#include "ingest/cells.h"
#include "ingest/join.h"

static void free_column(lf_column *column) {
  for (size_t i = 0; column->levels && i < column->n_levels; i++) free(column->levels[i]);
  free(column->levels);
  free(column->values);
  lf_cells_free(column);
  free(column->name);
  free(column->note);
}

void lf_table_drop_keys(lf_table *table) {
  for (size_t i = 0; table->keys && i < table->n_keys; i++) free_column(&table->keys[i]);
  free(table->keys);
  table->keys = NULL;
  table->n_keys = 0;
}

void lf_table_free(lf_table *table) {
  if (!table) return;
  for (size_t i = 0; table->columns && i < table->n_columns; i++) free_column(&table->columns[i]);
  lf_table_drop_keys(table);
  for (size_t i = 0; table->joins && i < table->n_joins; i++) lf_joined_clear(&table->joins[i]);
  free(table->joins);
  for (size_t i = 0; table->sources && i < table->n_sources; i++) {
    free(table->sources[i].name);
    free(table->sources[i].note);
  }
  for (size_t i = 0; table->missing_spellings && i < table->n_missing_spellings; i++)
    free(table->missing_spellings[i]);
  free(table->missing_spellings);
  free(table->missing_counts);
  free(table->columns);
  free(table->sources);
  free(table);
}

void lf_table_rest(const lf_table *table) {
  for (size_t i = 0; i < table->n_columns; i++) lf_cells_rest(&table->columns[i]);
}

size_t lf_table_find(const lf_table *table, const char *name) {
  size_t found = SIZE_MAX, times = 0;
  for (size_t i = 0; i < table->n_columns; i++)
    if (strcmp(table->columns[i].name, name) == 0) return i;
  for (size_t i = 0; i < table->n_columns; i++)
    if (lf_same_text(table->columns[i].name, name)) {
      found = i;
      times++;
    }
  return times == 1 ? found : SIZE_MAX;
}

double lf_column_number(const lf_column *column, size_t row) {
  switch (column->store) {
  case LF_STORE_CODES: {
    uint32_t code = lf_column_code(column, row);
    return code && column->values ? column->values[code - 1] : (double)NAN;
  }
  case LF_STORE_DECIMALS: {
    int32_t cell = ((const int32_t *)column->cells)[row];
    return cell == INT32_MIN ? (double)NAN : (double)cell / lf_power_of_ten[column->scale];
  }
  case LF_STORE_DOUBLES: return ((const double *)column->cells)[row];
  default: return (double)NAN;
  }
}

/* Cells of a coded column of numbers, a loop for each width. */
static void coded_numbers(const lf_column *column, size_t from, size_t n, double *out) {
  const double *values = column->values;
  if (column->width == 1) {
    const uint8_t *cells = (const uint8_t *)column->cells + from;
    for (size_t i = 0; i < n; i++) out[i] = cells[i] ? values[cells[i] - 1] : (double)NAN;
  } else if (column->width == 2) {
    const uint16_t *cells = (const uint16_t *)column->cells + from;
    for (size_t i = 0; i < n; i++) out[i] = cells[i] ? values[cells[i] - 1] : (double)NAN;
  } else {
    const uint32_t *cells = (const uint32_t *)column->cells + from;
    for (size_t i = 0; i < n; i++) out[i] = cells[i] ? values[cells[i] - 1] : (double)NAN;
  }
}

void lf_column_numbers(const lf_column *column, size_t from, size_t to, double *out) {
  size_t n = to - from;
  if (column->store ==
      LF_STORE_DOUBLES) { /* the stores a fit reads again and again, without a branch a cell */
    memcpy(out, (const double *)column->cells + from, n * sizeof *out);
  } else if (column->store == LF_STORE_DECIMALS) {
    const int32_t *cells = (const int32_t *)column->cells + from;
    double scale = lf_power_of_ten[column->scale];
#pragma omp simd
    for (size_t i = 0; i < n; i++) out[i] = cells[i] == INT32_MIN ? (double)NAN : (double)cells[i] / scale;
  } else if (column->store == LF_STORE_CODES && column->values) {
    coded_numbers(column, from, n, out);
  } else {
    for (size_t row = from; row < to; row++) out[row - from] = lf_column_number(column, row);
  }
}

bool lf_column_is_missing(const lf_column *column, size_t row) {
  switch (column->store) {
  case LF_STORE_CODES: return lf_column_code(column, row) == 0;
  case LF_STORE_DECIMALS: return ((const int32_t *)column->cells)[row] == INT32_MIN;
  case LF_STORE_DOUBLES: return isnan(((const double *)column->cells)[row]);
  case LF_STORE_HASHES: return ((const uint64_t *)column->cells)[row] == 0;
  default: return true;
  }
}

/* Numbers by their text, so that an id keeps its key where another row turns the column from numbers into
 * texts. */
static void format_key(double value, char text[LF_DOUBLE_TEXT]) {
  if (fabs(value) < 1e15 && value <= floor(value))
    snprintf(text, LF_DOUBLE_TEXT, "%lld", (long long)value);
  else
    lf_format_double(value, text);
}

static void number_keys(const lf_column *column, size_t from, size_t to, uint64_t *keys) {
  char text[LF_KEY_LANES][LF_DOUBLE_TEXT];
  lf_key_batch batch = {0};
  for (size_t i = from; i < to; i++) {
    double value = lf_column_number(column, i);
    keys[i - from] = 0;
    if (isnan(value)) continue;
    char *here = text[batch.n];
    format_key(value, here);
    lf_key_add(&batch, here, strlen(here), &keys[i - from]);
  }
  lf_key_done(&batch);
}

void lf_level_keys(const lf_column *column, uint64_t *keys) {
  lf_key_batch batch = {0};
  char text[LF_KEY_LANES][LF_DOUBLE_TEXT];
  keys[0] = 0;
  for (uint32_t code = 1; code <= column->n_levels; code++) {
    const char *level = text[batch.n];
    if (column->values)
      format_key(column->values[code - 1], text[batch.n]);
    else
      level = lf_column_level(column, code);
    lf_key_add(&batch, level, strlen(level), &keys[code]);
  }
  lf_key_done(&batch);
}

void lf_column_keys(const lf_column *column, size_t from, size_t to, uint64_t *keys) {
  if (column->store == LF_STORE_HASHES) {
    memcpy(keys, (const uint64_t *)column->cells + from, (to - from) * sizeof *keys);
  } else if (column->store == LF_STORE_CODES && !column->values) {
    lf_key_batch batch = {0};
    for (size_t i = from; i < to; i++) {
      uint32_t code = lf_column_code(column, i);
      const char *level = code ? lf_column_level(column, code) : "";
      keys[i - from] = 0;
      if (code) lf_key_add(&batch, level, strlen(level), &keys[i - from]);
    }
    lf_key_done(&batch);
  } else if (column->store == LF_STORE_NONE) {
    memset(keys, 0, (to - from) * sizeof *keys);
  } else {
    number_keys(column, from, to, keys);
  }
}

uint64_t lf_column_key(const lf_column *column, size_t row) {
  uint64_t key = 0;
  lf_column_keys(column, row, row + 1, &key);
  return key;
}

const char *lf_column_level(const lf_column *column, uint32_t code) {
  return column->levels[code - 1];
}
