/* fit --from-aggregates: the result of the second query as the table of a history. Its columns take back the names that
 * the project knows them by; all else is an ordinary history with frequency weights. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "card/warehouse.h"
#include "cli/command.h"

static lf_status read_coded(const lf_options *options, const lf_warehouse_column *columns, size_t n, const lf_run *run,
                            lf_table **table, lf_error *err) {
  const lf_project *project = &options->project;
  lf_kind_request *kinds = NULL;
  lf_text path = {0};
  size_t n_kinds = 0;
  lf_status status = LF_OK;
  lf_text_addf(&path, "%s/coded.csv", options->aggregates);
  LF_TRY(lf_text_status(&path, err));
  LF_TRY(lf_alloc(n + 1, sizeof *kinds, &kinds, err));
  kinds[n_kinds++] = (lf_kind_request){LF_WAREHOUSE_WEIGHT, LF_KIND_NUMBER};
  for (size_t c = 0; c < n; c++)
    if (columns[c].kind != LF_KIND_INFER) kinds[n_kinds++] = (lf_kind_request){columns[c].alias, columns[c].kind};
  const char *paths[] = {path.data};
  lf_read_options read = {
      .paths = paths, .n_paths = 1, .kinds = kinds, .n_kinds = n_kinds, .memory = options->memory};
  if (project->missing_said) {
    read.missing = (const char *const *)project->missing.items;
    read.n_missing = project->missing.n;
  }
  status = lf_table_read(&read, run, table, err);
cleanup:
  free(kinds);
  lf_text_free(&path);
  return status;
}

static lf_status rename_column(lf_column *column, const char *name, lf_error *err) {
  char *copy = NULL;
  lf_status status = lf_copy_text(name, strlen(name), &copy, err);
  if (status != LF_OK) return status;
  free(column->name);
  column->name = copy;
  return LF_OK;
}

/* Whether the values are bins and levels, as they are where lost rows may have been drawn. */
static bool is_coded(const lf_table *table) {
  return lf_table_find(table, LF_WAREHOUSE_SHARE) != SIZE_MAX;
}

static void mark_coded(lf_column *column, lf_kind kind) {
  column->bins = kind == LF_KIND_NUMBER;
  if (column->store != LF_STORE_CODES || column->values) return;
  for (uint32_t code = 1; code <= column->n_levels; code++)
    if (strcmp(lf_column_level(column, code), LF_WAREHOUSE_REST) == 0) column->rest = code;
}

static lf_status name_columns(lf_table *table, const char *file, const lf_warehouse_column *columns, size_t n,
                              lf_error *err) {
  bool coded = is_coded(table);
  for (size_t c = 0; c < n; c++) {
    size_t at = lf_table_find(table, columns[c].alias);
    if (at == SIZE_MAX)
      return lf_fail(err, LF_E_DATA,
                     "%s: there is no column %s: write the query anew from this project file, and save its result whole",
                     file, columns[c].alias);
    lf_column *column = &table->columns[at];
    if (coded) mark_coded(column, columns[c].kind);
    lf_status status = rename_column(column, columns[c].name, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* A column that the project names and the queries left out stands there without values. */
static lf_status add_absent(lf_table *table, const char *name, lf_error *err) {
  if (lf_table_find(table, name) != SIZE_MAX) return LF_OK;
  lf_column *grown = realloc(table->columns, (table->n_columns + 1) * sizeof *grown);
  if (!grown) return lf_fail(err, LF_E_MEMORY, "not enough memory for the column '%s'", name);
  table->columns = grown;
  grown[table->n_columns] = (lf_column){.kind = LF_KIND_EMPTY, .missing = table->n_rows};
  lf_status status = lf_copy_text(name, strlen(name), &grown[table->n_columns].name, err);
  table->n_columns += status == LF_OK;
  return status;
}

static lf_status add_left_out(lf_table *table, const lf_project *project, lf_error *err) {
  lf_status status = LF_OK;
  for (size_t i = 0; status == LF_OK && i < project->drop.n; i++)
    status = add_absent(table, project->drop.items[i], err);
  for (size_t a = 0; status == LF_OK && a < project->n_attributes; a++)
    status = add_absent(table, project->attributes[a].name, err);
  return status;
}

lf_status lf_input_aggregates(const lf_options *options, const lf_run *run, lf_table **table, lf_error *err) {
  const lf_project *project = &options->project;
  lf_warehouse_column *columns = NULL;
  lf_table *read = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(LF_WAREHOUSE_ROLES + project->n_attributes, sizeof *columns, &columns, err));
  size_t n = lf_warehouse_columns(project, columns);
  LF_TRY(read_coded(options, columns, n, run, &read, err));
  LF_TRY(name_columns(read, read->sources[0].name, columns, n, err));
  LF_TRY(add_left_out(read, project, err));
  *table = read;
  read = NULL;
cleanup:
  lf_table_free(read);
  free(columns);
  return status;
}
