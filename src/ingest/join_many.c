/* Keys that stand in several rows: of the source, and of the table. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "ingest/cells.h"
#include "ingest/join_parts.h"

enum { SHOWN = 3 };

lf_status lf_join_by(const lf_table *table, const lf_many_rule *rule, const char *source,
                     const lf_column **by, lf_error *err) {
  *by = NULL;
  if (!rule->by) return LF_OK;
  size_t c = lf_table_find(table, rule->by);
  if (c == SIZE_MAX)
    return lf_fail(err, LF_E_USAGE, "source '%s' has no column '%s' to tell which row is first", source,
                   rule->by);
  const lf_column *column = &table->columns[c];
  if (column->kind != LF_KIND_DATE && column->kind != LF_KIND_NUMBER)
    return lf_fail(err, LF_E_DATA,
                   "column '%s' of source '%s' holds %s values: only a date or a number tells which row is "
                   "first",
                   rule->by, source, lf_kind_name(column->kind));
  *by = column;
  return LF_OK;
}

/* A row with a value counts before one without; among equals the first stands for `first`, the last for
 * `last`. */
bool lf_join_before(const lf_many_rule *rule, const lf_column *by, size_t row, size_t kept) {
  bool last = rule->many == LF_MANY_LAST;
  if (!by) return last;
  double here = lf_column_number(by, row), there = lf_column_number(by, kept);
  if (isnan(here) != isnan(there)) return isnan(there);
  if (isnan(here)) return last;
  return last ? here >= there : here < there;
}

/* "'A', 'B' and 3 more" */
static lf_status name_keys(const lf_joining *j, const size_t rows[SHOWN], uint64_t n, bool of_table,
                           lf_text *out, lf_error *err) {
  const lf_join_request *r = j->request;
  for (size_t i = 0; i < n && i < SHOWN; i++) {
    char text[LF_TEXT_AT];
    lf_status status = lf_text_at(of_table ? r->table_read : r->other_read, of_table ? r->with : r->key,
                                  rows[i], j->run, text, err);
    if (status != LF_OK) return status;
    lf_text_addf(out, "%s'%s'", i ? ", " : "", text);
  }
  if (n > SHOWN) lf_text_addf(out, " and %llu more", (unsigned long long)(n - SHOWN));
  return lf_text_status(out, err);
}

/* ---- of the source -------------------------------------------------------------------------------- */

static lf_status refuse_repeated(const lf_joining *j, const size_t rows[SHOWN], lf_error *err) {
  const lf_join_request *r = j->request;
  lf_text names = {0};
  lf_status status = name_keys(j, rows, j->join->repeated_keys, false, &names, err);
  if (status == LF_OK)
    status = lf_fail(err, LF_E_DATA,
                     "source '%s': %llu %s of '%s' in several rows (%s): say which row counts, with many: "
                     "first, many: last and by: DATE, or sum: [AMOUNT]",
                     r->name, (unsigned long long)j->join->repeated_keys,
                     j->join->repeated_keys == 1 ? "value" : "values", r->key, names.data);
  lf_text_free(&names);
  return status;
}

static lf_status count_repeated(lf_joining *j, lf_error *err) {
  size_t n = j->other->n_rows, rows[SHOWN] = {0};
  uint8_t *seen = NULL;
  lf_status status = lf_alloc(n, 1, &seen, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n; i++) {
    uint32_t kept = lf_kept(j)[i];
    if (kept == LF_NO_ROW || kept == i) continue;
    j->join->repeated_rows++;
    if (seen[kept]) continue;
    seen[kept] = 1;
    if (j->join->repeated_keys < SHOWN) rows[j->join->repeated_keys] = i;
    j->join->repeated_keys++;
  }
  free(seen);
  bool ruled = j->request->many.many != LF_MANY_REFUSE;
  return j->join->repeated_keys && !ruled ? refuse_repeated(j, rows, err) : LF_OK;
}

/* The column as doubles, each key's values added up in its kept row, in the order of the rows. A key without
 * any value has none. */
static lf_status add_up(const lf_joining *j, const char *name, lf_error *err) {
  size_t n = j->other->n_rows, c = lf_table_find(j->other, name);
  if (c == SIZE_MAX)
    return lf_fail(err, LF_E_USAGE, "source '%s' has no column '%s' to add up", j->request->name, name);
  lf_column *column = &j->other->columns[c], made = {.width = sizeof(double)};
  if (column->kind != LF_KIND_NUMBER)
    return lf_fail(err, LF_E_DATA, "column '%s' of source '%s' holds %s values, which cannot be added up",
                   name, j->request->name, lf_kind_name(column->kind));
  lf_status status = lf_cells_new(&made, n, column->mapped > 0, err);
  if (status != LF_OK) return status;
  double *sum = made.cells;
  for (size_t i = 0; i < n; i++) sum[i] = (double)NAN;
  for (size_t i = 0; i < n; i++) {
    uint32_t kept = lf_kept(j)[i];
    double value = lf_column_number(column, i);
    size_t to = kept == LF_NO_ROW ? i : kept;
    if (!isnan(value)) sum[to] = isnan(sum[to]) ? value : sum[to] + value;
  }
  for (size_t k = 0; column->levels && k < column->n_levels; k++) free(column->levels[k]);
  free(column->levels);
  free(column->values);
  lf_cells_free(column);
  column->levels = NULL;
  column->values = NULL;
  column->n_levels = 0;
  column->store = LF_STORE_DOUBLES;
  column->width = made.width;
  column->cells = made.cells;
  column->mapped = made.mapped;
  return LF_OK;
}

/* ---- of the table --------------------------------------------------------------------------------- */

static lf_status refuse_shared(const lf_joining *j, const size_t rows[SHOWN], lf_error *err) {
  const lf_join_request *r = j->request;
  lf_text names = {0};
  lf_status status = name_keys(j, rows, j->join->shared_keys, true, &names, err);
  if (status == LF_OK)
    status =
        lf_fail(err, LF_E_DATA,
                "several rows ask for the same row of source '%s' by '%s' (%s), so that its amount would "
                "count several times: say many: first, last or all of the source they come from",
                r->name, r->with, names.data);
  lf_text_free(&names);
  return status;
}

/* holder[row of the source]: 1 + row of the table that has it. */
static lf_status settle_shared(lf_joining *j, const lf_column *by, uint32_t *holder, lf_error *err) {
  const lf_many_rule *rule = &j->request->table_many;
  uint8_t *several = NULL;
  size_t rows[SHOWN] = {0};
  lf_status status = lf_alloc(j->other->n_rows, 1, &several, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < j->table->n_rows; i++) {
    uint32_t wanted = lf_row(j)[i];
    if (wanted == LF_NO_ROW) continue;
    if (!holder[wanted]) {
      holder[wanted] = (uint32_t)i + 1;
      continue;
    }
    if (!several[wanted]) {
      several[wanted] = 1;
      if (j->join->shared_keys < SHOWN) rows[j->join->shared_keys] = i;
      j->join->shared_keys++;
    }
    if (rule->many != LF_MANY_ALL && lf_join_before(rule, by, i, holder[wanted] - 1))
      holder[wanted] = (uint32_t)i + 1;
  }
  free(several);
  return j->join->shared_keys && rule->many == LF_MANY_REFUSE ? refuse_shared(j, rows, err) : LF_OK;
}

static void set_matches(lf_joining *j, const uint32_t *holder) {
  const uint64_t *keys = j->table->keys[j->request->table_key].cells;
  bool all = j->request->table_many.many == LF_MANY_ALL;
  for (size_t i = 0; i < j->table->n_rows; i++) {
    uint32_t row = lf_row(j)[i];
    lf_match match = LF_MATCH_ROW;
    if (!keys[i])
      match = LF_MATCH_NO_KEY;
    else if (row == LF_NO_ROW)
      match = LF_MATCH_NONE;
    else if (!all && holder[row] != i + 1)
      match = LF_MATCH_SHARED;
    if (match == LF_MATCH_SHARED) lf_row(j)[i] = LF_NO_ROW;
    if (j->join->match) j->join->match[i] = (uint8_t)match;
    j->join->table[match]++;
  }
}

lf_status lf_join_many(lf_joining *j, lf_error *err) {
  const lf_column *by = NULL;
  uint32_t *holder = NULL;
  lf_status status = LF_OK;
  LF_TRY(count_repeated(j, err));
  for (size_t i = 0; i < j->request->n_sum; i++) LF_TRY(add_up(j, j->request->sum[i], err));
  LF_TRY(lf_join_by(j->table, &j->request->table_many, j->request->table_name, &by, err));
  LF_TRY(lf_alloc(j->other->n_rows, sizeof *holder, &holder, err));
  LF_TRY(settle_shared(j, by, holder, err));
  set_matches(j, holder);
cleanup:
  free(holder);
  return status;
}
