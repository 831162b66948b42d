/* The finished table: finding and reading cells. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
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

static uint64_t text_key(const char *text, size_t n) {
  uint64_t hash = lf_hash(text, n, 0);
  return hash ? hash : 1;
}

/* Numbers by their text, so that an id keeps its key where another row turns the column from numbers into
 * texts. */
static uint64_t number_key(double value) {
  char text[LF_DOUBLE_TEXT];
  if (fabs(value) < 1e15 && value >= floor(value) && value <= floor(value)) {
    int n = snprintf(text, sizeof text, "%lld", (long long)value);
    return text_key(text, (size_t)n);
  }
  lf_format_double(value, text);
  return text_key(text, strlen(text));
}

uint64_t lf_column_key(const lf_column *column, size_t row) {
  if (lf_column_is_missing(column, row)) return 0;
  if (column->store == LF_STORE_HASHES) return ((const uint64_t *)column->cells)[row];
  if (column->store == LF_STORE_CODES && !column->values) {
    const char *level = lf_column_level(column, lf_column_code(column, row));
    return text_key(level, strlen(level));
  }
  return number_key(lf_column_number(column, row));
}

const char *lf_column_level(const lf_column *column, uint32_t code) {
  return column->levels[code - 1];
}
