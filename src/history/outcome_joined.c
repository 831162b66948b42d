/* The outcome of rows that a joined source has no row for.
 *
 * Where the outcome is a column of a joined source, its cell is missing for rows without one, and a row
 * without an outcome is open. Where the project says that they are lost, they get a level of their own, "no
 * row in deals", which then means lost. Where the outcome is whether there is a row at all, a column says so,
 * "in deals". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/outcome_words.h"

#define NO_JOIN SIZE_MAX

/* The join whose name the first `n` bytes of name are. */
static size_t find_join(const lf_table *table, const char *name, size_t n) {
  for (size_t i = 0; i < table->n_joins; i++)
    if (lf_same_span(table->joins[i].name, strlen(table->joins[i].name), name, n)) return i;
  return NO_JOIN;
}

/* The column that tells lost rows, and whether each code of it means lost; NULL where all unmatched rows are.
 */
static lf_status read_lost(const lf_draft *draft, size_t *by, bool **lost, lf_error *err) {
  const lf_project *p = draft->project;
  *lost = NULL;
  if (p->unmatched != LF_UNMATCHED_BY) return LF_OK;
  size_t c = lf_table_find(draft->history->table, p->unmatched_by);
  if (c == SIZE_MAX)
    return lf_fail(err, LF_E_USAGE, "there is no column '%s' to tell which unmatched rows are lost",
                   p->unmatched_by);
  const lf_column *column = &draft->history->table->columns[c];
  *by = c;
  if (column->store != LF_STORE_CODES)
    return lf_fail(err, LF_E_DATA, "'%s' has about %llu different values: unmatched rows are told by a few",
                   p->unmatched_by, (unsigned long long)column->distinct);
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof **lost, lost, err);
  for (size_t i = 0; i < p->unmatched_lost.n && status == LF_OK; i++) {
    bool found = false;
    for (uint32_t code = 1; code <= column->n_levels; code++)
      if (lf_same_text(lf_column_level(column, code), p->unmatched_lost.items[i]))
        found = (*lost)[code] = true;
    if (!found)
      status = lf_fail(err, LF_E_DATA, "no row of '%s' has the value '%s'", p->unmatched_by,
                       p->unmatched_lost.items[i]);
  }
  return status;
}

typedef struct lost_rows {
  const lf_table *table;
  const uint8_t *match;
  size_t by;        /* a column of the table, which moves where columns are added */
  const bool *lost; /* a code of `by`; NULL: all */
} lost_rows;

static bool is_lost(const lost_rows *rows, size_t i) {
  if (rows->match[i] != LF_MATCH_NO_KEY && rows->match[i] != LF_MATCH_NONE) return false;
  return !rows->lost || rows->lost[lf_column_code(&rows->table->columns[rows->by], i)];
}

/* ---- a level for lost rows ------------------------------------------------------------------------ */

static lf_status add_level(lf_column *column, const char *text, uint32_t *place, lf_error *err) {
  char **levels = NULL;
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *levels, &levels, err);
  if (status != LF_OK) return status;
  uint32_t at = 0;
  while (at < column->n_levels && strcmp(column->levels[at], text) < 0) at++;
  status = lf_copy_text(text, strlen(text), &levels[at], err);
  if (status != LF_OK) {
    free(levels);
    return status;
  }
  for (uint32_t i = 0; i < column->n_levels; i++) levels[i + (i >= at)] = column->levels[i];
  free(column->levels);
  free(column->values);
  column->levels = levels;
  column->values = NULL;
  column->n_levels++;
  column->distinct++;
  column->kind = LF_KIND_CATEGORY;
  *place = at + 1;
  return LF_OK;
}

static lf_status mark_lost(lf_draft *draft, lf_column *column, const lost_rows *rows, lf_error *err) {
  size_t n = draft->history->table->n_rows;
  uint32_t *cells = NULL, level = 0;
  lf_status status = lf_alloc(n, sizeof *cells, &cells, err);
  if (status == LF_OK) status = add_level(column, draft->unmatched_level, &level, err);
  if (status != LF_OK) {
    free(cells);
    return status;
  }
  for (size_t i = 0; i < n; i++) {
    uint32_t code = lf_column_code(column, i);
    bool lost = is_lost(rows, i);
    cells[i] = lost ? level : code + (code >= level);
    column->missing -= lost;
  }
  lf_column_release(column);
  column->store = LF_STORE_CODES;
  column->width = sizeof *cells;
  column->cells = cells;
  return LF_OK;
}

/* ---- a column that says whether there is a row ---------------------------------------------------- */

static lf_status add_column(lf_draft *draft, const lf_joined *join, const lost_rows *rows, lf_error *err) {
  lf_table *t = draft->history->table;
  size_t capacity = t->n_columns;
  lf_status status = lf_grow(&t->columns, &capacity, t->n_columns + 1, sizeof *t->columns, err);
  if (status != LF_OK) return status;
  lf_column *c = &t->columns[t->n_columns++];
  lf_text name = {0};
  uint8_t *cells = NULL;
  *c = (lf_column){.kind = LF_KIND_FLAG, .store = LF_STORE_CODES, .width = 1, .distinct = 2};
  lf_text_addf(&name, "in %s", join->name);
  LF_TRY(lf_text_status(&name, err));
  LF_TRY(lf_copy_text(name.data, name.length, &c->name, err));
  LF_TRY(lf_alloc(2, sizeof *c->levels, &c->levels, err));
  c->n_levels = 2;
  LF_TRY(lf_copy_text("no", 2, &c->levels[0], err));
  LF_TRY(lf_copy_text("yes", 3, &c->levels[1], err));
  LF_TRY(lf_alloc(t->n_rows, 1, &cells, err));
  c->cells = cells;
  for (size_t i = 0; i < t->n_rows; i++) {
    cells[i] = rows->match[i] == LF_MATCH_ROW ? 2 : is_lost(rows, i);
    c->missing += !cells[i];
  }
  draft->joined_outcome = c->name;
cleanup:
  lf_text_free(&name);
  return status;
}

/* ---- the step ------------------------------------------------------------------------------------- */

lf_status lf_outcome_join(lf_draft *draft, lf_error *err) {
  lf_table *t = draft->history->table;
  const lf_project *p = draft->project;
  const char *said = p->outcome_source ? p->outcome_source : p->outcome;
  const char *point = said && !p->outcome_source ? strchr(said, '.') : NULL;
  size_t n = said ? point ? (size_t)(point - said) : strlen(said) : 0;
  size_t join = p->outcome_source || point ? find_join(t, said, n) : NO_JOIN;
  lost_rows rows = {.table = t};
  bool *lost = NULL;
  lf_status status = LF_OK;
  if (join == NO_JOIN) return LF_OK;
  draft->outcome_join = join + 1;
  if (p->unmatched == LF_UNMATCHED_OPEN) return LF_OK;
  rows.match = t->joins[join].match;
  LF_TRY(read_lost(draft, &rows.by, &lost, err));
  rows.lost = lost;
  snprintf(draft->unmatched_level, sizeof draft->unmatched_level, "no row in %.60s", t->joins[join].name);
  size_t c = p->outcome_source ? SIZE_MAX : lf_table_find(t, p->outcome);
  if (p->outcome_source)
    status = add_column(draft, &t->joins[join], &rows, err);
  else if (c != SIZE_MAX && t->columns[c].store == LF_STORE_CODES)
    status = mark_lost(draft, &t->columns[c], &rows, err);
cleanup:
  free(lost);
  return status;
}

void lf_outcome_unmatched(const lf_draft *draft, const lf_column *column, lf_reading *reading) {
  for (uint32_t code = 1; draft->unmatched_level[0] && code <= reading->n_levels; code++)
    if (strcmp(lf_column_level(column, code), draft->unmatched_level) == 0)
      reading->side[code] = LF_SIDE_LOST;
  lf_reading_count(reading);
}

/* ---- rows and columns of the join ----------------------------------------------------------------- */

lf_status lf_outcome_leave_shared(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  uint64_t n = 0;
  if (!draft->outcome_join || !draft->need_outcome) return LF_OK;
  const lf_joined *join = &h->table->joins[draft->outcome_join - 1];
  for (size_t i = 0; i < h->table->n_rows; i++)
    if (join->match[i] == LF_MATCH_SHARED) {
      draft->state[i] = LF_ROW_SHARED;
      n++;
    }
  if (!n) return LF_OK;
  return lf_exclude_rows(h, n, err, "the row of %s they ask for is another row's", join->name);
}

bool lf_from_outcome_join(const lf_draft *draft, size_t column) {
  const lf_table *t = draft->history->table;
  size_t join = t->columns[column].join;
  while (join && join != draft->outcome_join) join = t->joins[join - 1].parent;
  return join && (draft->unmatched_level[0] || draft->project->within > 0);
}
