/* How many different values a joined column has among the rows that got one: its source may hold many more,
 * and whether a column is an id is seen from the share of values that differ. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "ingest/build.h"
#include "ingest/join_parts.h"

static lf_status count_levels(const lf_joining *j, const lf_column *from, uint64_t *distinct, lf_error *err) {
  uint8_t *seen = NULL;
  lf_status status = lf_alloc((size_t)from->n_levels + 1, 1, &seen, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < j->other->n_rows; i++)
    if (j->asked[i]) seen[lf_column_code(from, i)] = 1;
  *distinct = 0;
  for (size_t k = 1; k <= from->n_levels; k++) *distinct += seen[k];
  free(seen);
  return LF_OK;
}

static uint64_t key_of(const lf_column *column, size_t row) {
  if (column->store == LF_STORE_HASHES) return ((const uint64_t *)column->cells)[row];
  double value = lf_column_number(column, row);
  return isnan(value) ? 0 : lf_value_key(value);
}

lf_status lf_join_distinct(const lf_joining *j, const lf_column *from, uint64_t *distinct, lf_error *err) {
  uint64_t *keys = NULL;
  size_t n = 0;
  if (from->store == LF_STORE_CODES) return count_levels(j, from, distinct, err);
  lf_status status = lf_alloc(j->other->n_rows, sizeof *keys, &keys, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < j->other->n_rows; i++)
    if (j->asked[i]) keys[n++] = key_of(from, i);
  status = lf_count_distinct(keys, n, distinct, err);
  free(keys);
  return status;
}
