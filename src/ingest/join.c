/* lf_table_join, step by step: match the keys, settle what stands several times, bring the columns, keep the
 * rows of the source that met none. */
#include "ingest/join.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ingest/cells.h"
#include "ingest/join_parts.h"

void lf_joined_clear(lf_joined *join) {
  free(join->name);
  free(join->key);
  free(join->with);
  free(join->match);
  lf_table_free(join->unmatched);
  *join = (lf_joined){0};
}

static lf_status start(lf_joining *j, lf_joined *join, lf_error *err) {
  const lf_join_request *r = j->request;
  lf_status status = LF_OK;
  j->join = join;
  join->rows = j->other->n_rows;
  join->parent = r->parent;
  LF_TRY(lf_copy_text(r->name, strlen(r->name), &join->name, err));
  LF_TRY(lf_copy_text(r->key, strlen(r->key), &join->key, err));
  LF_TRY(lf_copy_text(r->with, strlen(r->with), &join->with, err));
cleanup:
  return status;
}

static lf_status mark_asked(lf_joining *j, lf_error *err) {
  lf_status status = lf_alloc(j->other->n_rows, 1, &j->asked, err);
  for (size_t i = 0; status == LF_OK && i < j->table->n_rows; i++)
    if (lf_row(j)[i] != LF_NO_ROW) j->asked[lf_row(j)[i]] = 1;
  return status;
}

/* Rows of the source whose key some row of the table has are counted and let go of; the others stay. */
static lf_status keep_unmatched(lf_joining *j, lf_error *err) {
  lf_joined *join = j->join;
  lf_status status = LF_OK;
  uint8_t *side = NULL;
  LF_TRY(lf_alloc(j->other->n_rows, 1, &side, err));
  for (size_t i = 0; i < j->other->n_rows; i++) {
    uint32_t kept = lf_kept(j)[i];
    bool matched = kept != LF_NO_ROW && j->asked[kept];
    side[i] = matched ? LF_SIDE_LEAVES : LF_SIDE_FIRST;
    join->rows_without_key += kept == LF_NO_ROW;
    join->rows_matched += matched;
  }
  join->rows_unmatched = join->rows - join->rows_without_key - join->rows_matched;
  LF_TRY(lf_table_divide(j->other, side, j->run, err));
  join->unmatched = j->other;
  j->other = NULL;
cleanup:
  free(side);
  return status;
}

/* What was read of the other inputs is part of what was read. */
static lf_status merge_sources(lf_table *t, lf_table *o, lf_error *err) {
  size_t capacity = t->n_sources;
  lf_status status = lf_grow(&t->sources, &capacity, t->n_sources + o->n_sources, sizeof *t->sources, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < o->n_ragged && t->n_ragged < LF_RAGGED_KEPT; i++) {
    t->ragged[t->n_ragged] = o->ragged[i];
    t->ragged[t->n_ragged++].file += t->n_sources;
  }
  if (o->n_sources) memcpy(t->sources + t->n_sources, o->sources, o->n_sources * sizeof *t->sources);
  for (size_t i = 0; i < o->n_sources; i++) t->sources[t->n_sources + i].join = t->n_joins + 1;
  t->n_sources += o->n_sources;
  o->n_sources = 0;
  t->ragged_rows += o->ragged_rows;
  t->recovered_rows += o->recovered_rows;
  return LF_OK;
}

static lf_status merge_missing(lf_table *t, const lf_table *o, lf_error *err) {
  size_t n = t->n_missing_spellings, a = n, b = n;
  lf_status status = LF_OK;
  LF_TRY(lf_grow(&t->missing_spellings, &a, n + o->n_missing_spellings, sizeof(char *), err));
  LF_TRY(lf_grow(&t->missing_counts, &b, n + o->n_missing_spellings, sizeof(uint64_t), err));
  for (size_t i = 0; i < o->n_missing_spellings; i++) {
    const char *spelling = o->missing_spellings[i];
    size_t k = 0;
    while (k < t->n_missing_spellings && strcmp(t->missing_spellings[k], spelling) != 0) k++;
    if (k == t->n_missing_spellings) {
      LF_TRY(lf_copy_text(spelling, strlen(spelling), &t->missing_spellings[k], err));
      t->missing_counts[k] = 0;
      t->n_missing_spellings++;
    }
    t->missing_counts[k] += o->missing_counts[i];
  }
cleanup:
  return status;
}

static lf_status add_join(lf_table *table, const lf_joined *join, lf_error *err) {
  size_t capacity = table->n_joins;
  lf_status status = lf_grow(&table->joins, &capacity, table->n_joins + 1, sizeof *table->joins, err);
  if (status == LF_OK) table->joins[table->n_joins++] = *join;
  return status;
}

lf_status lf_table_join(lf_table *table, lf_table **other, const lf_join_request *request, const lf_run *run,
                        lf_error *err) {
  lf_joining j = {.table = table, .other = *other, .request = request, .run = run};
  lf_joined join = {0};
  lf_status status = LF_OK;
  *other = NULL;
  LF_TRY(start(&j, &join, err));
  LF_TRY(lf_alloc(table->n_rows, 1, &join.match, err));
  LF_TRY(lf_join_match(&j, err));
  LF_TRY(lf_join_many(&j, err));
  LF_TRY(mark_asked(&j, err));
  LF_TRY(lf_join_columns(&j, err));
  LF_TRY(merge_sources(table, j.other, err));
  LF_TRY(merge_missing(table, j.other, err));
  LF_TRY(keep_unmatched(&j, err));
  LF_TRY(add_join(table, &join, err));
  join = (lf_joined){0};
cleanup:
  lf_joined_clear(&join);
  lf_cells_free(&j.kept);
  lf_cells_free(&j.row);
  free(j.asked);
  lf_table_free(j.other);
  return status;
}

void lf_matched_clear(lf_matched *matched) {
  lf_cells_free(&matched->row);
  lf_joined_clear(&matched->join);
}

lf_status lf_table_match(lf_table *table, lf_table *other, const lf_join_request *request, const lf_run *run,
                         lf_matched *matched, lf_error *err) {
  lf_joining j = {.table = table, .other = other, .request = request, .run = run};
  lf_joined join = {0};
  lf_status status = LF_OK;
  LF_TRY(start(&j, &join, err));
  LF_TRY(lf_join_match(&j, err));
  LF_TRY(lf_join_many(&j, err));
  *matched = (lf_matched){j.row, join};
  j.row = (lf_column){0};
  join = (lf_joined){0};
cleanup:
  lf_joined_clear(&join);
  lf_cells_free(&j.kept);
  lf_cells_free(&j.row);
  return status;
}
