/* What the profile and the coded history have in common: which columns, and how they are cleaned. */
#include "card/warehouse_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

const char *lf_warehouse_dialect_names(void) {
  return "spark, postgres, duckdb, snowflake, bigquery";
}

bool lf_warehouse_dialect(lf_sql_dialect dialect) {
  return lf_sql_dialect_of(dialect)->key_of != NULL;
}

bool lf_warehouse_is_number(const lf_warehouse_column *column) {
  return column->kind == LF_KIND_NUMBER;
}

size_t lf_warehouse_part(const lf_warehouse_column *column) {
  return (size_t)strtoul(column->alias + strlen("leadfit_"), NULL, 10);
}

/* ---- columns ---------------------------------------------------------------------------------------- */

static bool is_asked_for(const lf_project *p, const char *name) {
  if (lf_text_list_has(&p->drop, name)) return false;
  return !p->use.n || lf_text_list_has(&p->use, name) || lf_text_list_has(&p->keep, name);
}

size_t lf_warehouse_columns(const lf_project *p, lf_warehouse_column *columns) {
  const lf_warehouse_column roles[LF_WAREHOUSE_ROLES] = {
      {"leadfit_outcome", p->outcome, LF_KIND_INFER},
      {"leadfit_amount", p->amount, LF_KIND_NUMBER},
      {"leadfit_date", p->date, LF_KIND_DATE},
      {"leadfit_created", p->created, LF_KIND_DATE},
      {LF_WAREHOUSE_ID, p->id ? p->id : LF_WAREHOUSE_ID, LF_KIND_INFER},
      {LF_WAREHOUSE_ACCOUNT, p->account, LF_KIND_INFER}};
  size_t n = 0;
  for (size_t r = 0; r < LF_WAREHOUSE_ROLES; r++)
    if (roles[r].name) columns[n++] = roles[r];
  for (size_t a = 0; a < p->n_attributes; a++) {
    if (!is_asked_for(p, p->attributes[a].name)) continue;
    columns[n] = (lf_warehouse_column){.name = p->attributes[a].name, .kind = p->attributes[a].kind};
    snprintf(columns[n++].alias, sizeof columns->alias, "leadfit_%zu", a + 1);
  }
  return n;
}

/* ---- what must be said ------------------------------------------------------------------------------- */

static lf_status say_what(const lf_project *p, const char *key, const char *why, lf_error *err) {
  return lf_fail(err, LF_E_USAGE, "%s%sa query must be told what a file shows: say %s, %s",
                 p->file ? p->file : "", p->file ? ": " : "", key, why);
}

lf_status lf_warehouse_no_window(const lf_project *p, lf_error *err) {
  if (!(p->within > 0)) return LF_OK;
  return lf_fail(
      err, LF_E_USAGE,
      "%s: open rows come without their attributes from a query, so that it cannot tell what was won "
      "within %.0f days: make that column in a view, leave the younger rows out of it, and leave within "
      "out here",
      p->file ? p->file : "the project", p->within);
}

static lf_status check_project(const lf_project *p, lf_error *err) {
  if (!p->outcome) return say_what(p, "outcome", "the column of won and lost", err);
  if (!p->won.n) return say_what(p, "outcome.won", "the values that mean won", err);
  if (!p->id && !p->account) return say_what(p, "id or account", "whose hash deals the rows to folds", err);
  if (p->date && strcmp(p->date, "@row") == 0)
    return lf_fail(err, LF_E_USAGE, "the rows of a database have no order: date takes a column, not @row");
  if (p->n_sources)
    return lf_fail(err, LF_E_USAGE,
                   "%s: sources are joined in the database here: make a view of them, name it with --table, "
                   "and leave sources out",
                   p->file ? p->file : "the project");
  lf_status status = lf_warehouse_no_window(p, err);
  if (status != LF_OK) return status;
  if (!p->n_attributes)
    return say_what(
        p, "attributes",
        "each with its name and kind (inspect --yaml on an export of some thousand rows writes them)", err);
  for (size_t a = 0; a < p->n_attributes; a++) {
    const lf_attribute_spec *spec = &p->attributes[a];
    if (!is_asked_for(p, spec->name)) continue;
    if (spec->kind == LF_KIND_INFER)
      return lf_spec_fail(p, spec, "kind", err,
                          "a query cannot infer the kind of '%s': say number, category or flag", spec->name);
    if (spec->kind == LF_KIND_DATE)
      return lf_spec_fail(p, spec, "kind", err, "dates order the rows, they are no attribute");
  }
  return LF_OK;
}

lf_status lf_query_open(const lf_project *project, const lf_warehouse_options *options, lf_query *query,
                        lf_error *err) {
  lf_query q = {.project = project,
                .dialect = lf_sql_dialect_of(options->dialect),
                .table = options->table ? options->table : "history",
                .counted = project->weight != NULL};
  lf_status status = check_project(project, err);
  if (status == LF_OK)
    status = lf_alloc(LF_WAREHOUSE_ROLES + project->n_attributes, sizeof *q.columns, &q.columns, err);
  if (status != LF_OK) return status;
  q.n = lf_warehouse_columns(project, q.columns);
  *query = q;
  return LF_OK;
}

void lf_query_clear(lf_query *query) {
  free(query->columns);
  lf_text_free(&query->text);
  *query = (lf_query){0};
}

lf_status lf_query_take(lf_query *query, char **text, lf_error *err) {
  lf_status status = lf_text_status(&query->text, err);
  if (status != LF_OK) return status;
  *text = query->text.data;
  query->text = (lf_text){0};
  return LF_OK;
}

/* ---- inputs ------------------------------------------------------------------------------------------ */

/* Whether another column has the same name but for case: unquoted they would be one. */
static bool clashes(const lf_query *q, const char *name) {
  for (size_t c = 0; c < q->n; c++)
    if (strcmp(q->columns[c].name, name) != 0 && lf_same_text(q->columns[c].name, name)) return true;
  return false;
}

static void add_column(lf_query *q, const char *template, const char *name, const char *alias) {
  lf_text_add(&q->text, ",\n    ");
  lf_sql_column(q->dialect, template, name, clashes(q, name), &q->text);
  lf_text_addf(&q->text, " AS %s", alias);
}

static void add_day(lf_query *q, const lf_warehouse_column *column, bool months) {
  lf_text moment = {0}, name = {0};
  lf_sql_name(q->dialect, column->name, clashes(q, column->name), &name);
  lf_sql_fill(q->dialect->day_of, lf_text_part(&q->text, &name), &moment);
  lf_text_add(&q->text, ",\n    ");
  lf_sql_fill(months ? q->dialect->month_of : "CAST(@ AS DATE)", lf_text_part(&q->text, &moment), &q->text);
  lf_text_addf(&q->text, " AS %s", column->alias);
  lf_text_free(&name);
  lf_text_free(&moment);
}

/* The account, else the id, empty texts counting as none. */
static void add_who(lf_query *q) {
  const char *names[] = {q->project->account, q->project->id};
  lf_text_add(&q->text, ",\n    COALESCE(");
  for (size_t k = 0; k < 2; k++) {
    if (!names[k]) continue;
    if (k && names[0]) lf_text_add(&q->text, ", ");
    lf_text_add(&q->text, "NULLIF(");
    lf_sql_column(q->dialect, q->dialect->text_of, names[k], clashes(q, names[k]), &q->text);
    lf_text_add(&q->text, ", '')");
  }
  lf_text_add(&q->text, ", '') AS leadfit_who");
}

void lf_query_inputs(lf_query *q, bool months) {
  lf_text_addf(&q->text, "leadfit_in AS %s(\n  SELECT 1 AS leadfit_one",
               q->dialect->first ? q->dialect->first : "");
  for (size_t c = 0; c < q->n; c++) {
    const lf_warehouse_column *column = &q->columns[c];
    if (strcmp(column->name, column->alias) == 0) /* an id that the project does not name */
      lf_text_addf(&q->text, ",\n    CAST(NULL AS %s) AS %s", q->dialect->text, column->alias);
    else if (column->kind == LF_KIND_DATE)
      add_day(q, column, months);
    else
      add_column(q, lf_warehouse_is_number(column) ? q->dialect->number_of : q->dialect->text_of,
                 column->name, column->alias);
  }
  add_who(q);
  if (q->counted) add_column(q, q->dialect->number_of, q->project->weight, "leadfit_weight");
  lf_text_add(&q->text, "\n  FROM ");
  lf_sql_table(q->dialect, q->table, &q->text);
  lf_text_add(&q->text, " t\n)");
}

void lf_query_unit(lf_query *q, const char *column, int from) {
  lf_text_addf(&q->text, "%sSUBSTR(", q->dialect->hex);
  lf_sql_fill(q->dialect->key_of, column, &q->text);
  lf_text_addf(&q->text, ", %d, 8)%s / 4294967296E0", from, q->dialect->hex_end);
}

void lf_query_count(lf_query *q) {
  lf_text_add(&q->text, q->counted ? "SUM(leadfit_weight)" : "COUNT(*)");
}
