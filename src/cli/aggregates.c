/* fit --from-aggregates: the result of the second query as the table of a history. Its columns take back the
 * names that the project knows them by; all else is an ordinary history with frequency weights. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "card/warehouse.h"
#include "cli/command.h"

static lf_status read_coded(const lf_options *options, const lf_warehouse_column *columns, size_t n,
                            const lf_run *run, lf_table **table, lf_error *err) {
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
    if (columns[c].kind != LF_KIND_INFER)
      kinds[n_kinds++] = (lf_kind_request){columns[c].alias, columns[c].kind};
  const char *paths[] = {path.data};
  lf_read_options read = {
      .paths = paths, .n_paths = 1, .kinds = kinds, .n_kinds = n_kinds, .memory = options->memory};
  if (project->missing_said) {
    read.missing = (const char *const *)project->missing.items;
    read.n_missing = project->missing.n;
  }
  status = lf_table_read(&read, run, table, err);
  if (status == LF_OK) lf_warn_ragged(options, *table);
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

/* The share is no column of the history. */
static lf_status drop_share(lf_table *table, lf_error *err) {
  lf_column *column = &table->columns[lf_table_find(table, LF_WAREHOUSE_SHARE)];
  lf_column_release(column);
  column->kind = LF_KIND_EMPTY;
  return rename_column(column, "share of lost rows", err);
}

static lf_status name_columns(lf_table *table, bool coded, const lf_warehouse_column *columns, size_t n,
                              lf_error *err) {
  for (size_t c = 0; c < n; c++) {
    size_t at = lf_table_find(table, columns[c].alias);
    if (at == SIZE_MAX)
      return lf_fail(
          err, LF_E_DATA,
          "%s: there is no column %s: write the query anew from this project file, and save its result whole",
          table->sources[0].name, columns[c].alias);
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

/* Every won row comes back, whatever the grain; as it is, repeated ids are one. */
static lf_status check_won(const lf_table *table, const lf_warehouse_profile *profile, lf_error *err) {
  size_t outcome = lf_table_find(table, "leadfit_outcome"), rows = lf_table_find(table, LF_WAREHOUSE_WEIGHT);
  double won = 0, counted = lf_warehouse_won_rows(profile);
  if (outcome == SIZE_MAX || rows == SIZE_MAX || table->columns[outcome].store != LF_STORE_CODES)
    return LF_OK;
  const lf_column *column = &table->columns[outcome];
  for (size_t i = 0; i < table->n_rows; i++) {
    uint32_t code = lf_column_code(column, i);
    const char *value = code && !column->values ? lf_column_level(column, code) : NULL;
    if ((value || !code) && lf_warehouse_is_won(profile, value))
      won += lf_column_number(&table->columns[rows], i);
  }
  if (column->values || (is_coded(table) ? fabs(won - counted) < 0.5 : won <= counted && won > 0.5 * counted))
    return LF_OK;
  return lf_fail(
      err, LF_E_DATA,
      "%s has %.0f won rows, and profile.csv beside it counts %.0f: run both queries again on one table",
      table->sources[0].name, won, counted);
}

static lf_status read_profile(const lf_options *options, const lf_run *run, lf_warehouse_profile **profile,
                              lf_error *err) {
  lf_text path = {0};
  lf_text_addf(&path, "%s/profile.csv", options->aggregates);
  lf_status status = lf_text_status(&path, err);
  if (status == LF_OK) status = lf_warehouse_profile_read(path.data, &options->project, run, profile, err);
  lf_text_free(&path);
  return status;
}

lf_status lf_input_aggregates(const lf_options *options, const lf_run *run, lf_table **table,
                              lf_aggregates *found, lf_error *err) {
  const lf_project *project = &options->project;
  lf_warehouse_column *columns = NULL;
  lf_warehouse_profile *profile = NULL;
  lf_table *read = NULL;
  lf_status status = LF_OK;
  *found = (lf_aggregates){.share = 1};
  LF_TRY(lf_warehouse_no_window(project, err));
  LF_TRY(lf_alloc(LF_WAREHOUSE_ROLES + project->n_attributes, sizeof *columns, &columns, err));
  size_t n = lf_warehouse_columns(project, columns);
  LF_TRY(read_profile(options, run, &profile, err));
  LF_TRY(read_coded(options, columns, n, run, &read, err));
  LF_TRY(check_won(read, profile, err));
  found->coded = is_coded(read);
  if (found->coded) {
    found->share = lf_column_number(&read->columns[lf_table_find(read, LF_WAREHOUSE_SHARE)], 0);
    found->price = lf_warehouse_price_of_share(profile, found->share);
    LF_TRY(drop_share(read, err));
  }
  LF_TRY(name_columns(read, found->coded, columns, n, err));
  LF_TRY(add_left_out(read, project, err));
  *table = read;
  read = NULL;
cleanup:
  lf_table_free(read);
  lf_warehouse_profile_free(profile);
  free(columns);
  return status;
}

/* ---- what the report must say ------------------------------------------------------------------------ */

/* Rows that stand for others are not so many rows: each kept row counts as one account in every standard
 * error. */
static lf_status count_kept_rows(lf_history *history, lf_error *err) {
  free(history->cluster);
  history->cluster = NULL;
  lf_status status = lf_alloc(history->n_rows, sizeof *history->cluster, &history->cluster, err);
  for (size_t i = 0; status == LF_OK && i < history->n_rows; i++) history->cluster[i] = (uint32_t)i;
  history->n_clusters = history->n_rows;
  return status;
}

static lf_status add_note(lf_history *history, lf_text *text, lf_error *err) {
  lf_status status = lf_text_status(text, err);
  if (status == LF_OK) status = lf_text_list_add(&history->notes, text->data, err);
  lf_text_free(text);
  return status;
}

lf_status lf_aggregates_note(const lf_options *options, const lf_aggregates *found, lf_history *history,
                             lf_error *err) {
  lf_text text = {0};
  if (!found->coded) return LF_OK;
  if (options->method == LF_METHOD_PLAIN)
    return lf_fail(
        err, LF_E_USAGE,
        "--method plain takes numbers as they are, and these aggregates have bins: leave it out, or have the "
        "coded history written with more --rows than the table has");
  lf_text_add(
      &text,
      "the history came coded from a database: numbers in bins, dates in months, lost rows without an "
      "amount; "
      "accounts did not come with it, so that rows of one account count as independent and maturity is "
      "reckoned in months");
  lf_status status = add_note(history, &text, err);
  if (status != LF_OK || found->share >= 1) return status;
  lf_text_add(&text, "every won row came, and of the lost rows a share of ");
  lf_text_add_double(&text, found->share);
  lf_text_add(&text, ", each for ");
  lf_text_add_fixed(&text, 1 / found->share, 2);
  lf_text_add(&text, " rows: standard errors of log-odds are ");
  lf_text_add_fixed(&text, found->price, 2);
  lf_text_add(&text, " times what all rows would give");
  status = add_note(history, &text, err);
  return status == LF_OK ? count_kept_rows(history, err) : status;
}
