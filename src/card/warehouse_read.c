/* A profile, read: the result of the first query as a CSV file, in any order of lines and columns. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "card/warehouse_parts.h"
#include "history/outcome_words.h"

/* The columns of the file. */
typedef struct profile_file {
  const char *path;
  const lf_project *project;
  const lf_table *table;
  const lf_column *part, *outcome, *value, *number, *rows;
  lf_reading reading;
  size_t *column_of_part; /* [n_attributes + 1]: place in the query's columns, SIZE_MAX: none */
} profile_file;

static lf_status read_table(const char *path, const lf_run *run, lf_table **table, lf_error *err) {
  static const lf_kind_request kinds[] = {{"leadfit_part", LF_KIND_NUMBER},
                                          {"leadfit_outcome", LF_KIND_CATEGORY},
                                          {"leadfit_value", LF_KIND_CATEGORY},
                                          {"leadfit_number", LF_KIND_NUMBER},
                                          {"leadfit_rows", LF_KIND_NUMBER}};
  static const char *const missing[] = {
      ""}; /* values stand as they are: what is missing among them is said later */
  const lf_read_options read = {.paths = &path,
                                .n_paths = 1,
                                .kinds = kinds,
                                .n_kinds = sizeof kinds / sizeof *kinds,
                                .missing = missing,
                                .n_missing = 1};
  return lf_table_read(&read, run, table, err);
}

static lf_status open_file(const char *path, const lf_project *project, const lf_table *table,
                           profile_file *file, lf_error *err) {
  const struct {
    const char *name;
    const lf_column **column;
  } wanted[] = {{"leadfit_part", &file->part},
                {"leadfit_outcome", &file->outcome},
                {"leadfit_value", &file->value},
                {"leadfit_number", &file->number},
                {"leadfit_rows", &file->rows}};
  file->path = path;
  file->project = project;
  file->table = table;
  /* The reader was told their kinds, and refuses a file that lacks one. */
  for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
    *wanted[k].column = &table->columns[lf_table_find(table, wanted[k].name)];
  if (file->outcome->store != LF_STORE_CODES)
    return lf_fail(err, LF_E_DATA, "%s: the outcome has no values: is '%s' the column of won and lost?", path,
                   project->outcome);
  lf_status status = lf_outcome_read(file->outcome, &file->reading, err);
  if (status == LF_OK) status = lf_outcome_said(project, file->outcome, &file->reading, err);
  return status;
}

static lf_status bad_line(const profile_file *file, size_t row, const char *what, lf_error *err) {
  return lf_fail(err, LF_E_DATA, "%s:%zu: %s: save the result of the profile query as it is", file->path,
                 row + 2, what);
}

/* The side of a line: 0 lost, 1 won, -1 neither. */
static int side_of(const profile_file *file, size_t row) {
  uint8_t side = file->reading.side[lf_column_code(file->outcome, row)];
  return side == LF_SIDE_WON ? 1 : side == LF_SIDE_LOST ? 0 : -1;
}

static const char *text_of(const lf_column *column, size_t row) {
  uint32_t code = column->store == LF_STORE_CODES ? lf_column_code(column, row) : 0;
  return code ? lf_column_level(column, code) : NULL;
}

/* ---- totals ------------------------------------------------------------------------------------------ */

static lf_status add_total(const profile_file *file, size_t row, lf_warehouse_profile *p, lf_error *err) {
  double rows = lf_column_number(file->rows, row);
  const char *outcome = text_of(file->outcome, row);
  int side = side_of(file, row);
  p->rows += rows;
  if (side < 0) return LF_OK;
  *(side ? &p->won : &p->lost) += rows;
  return lf_text_list_add(side ? &p->won_values : &p->lost_values, outcome ? outcome : "", err);
}

/* ---- values ------------------------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b) {
  const lf_counted_value *x = a, *y = b;
  if (!x->text != !y->text) return x->text ? -1 : 1;
  if (x->text) return strcmp(x->text, y->text);
  return (x->number > y->number) - (x->number < y->number);
}

static int by_falling_rows(const void *a, const void *b) {
  const lf_counted_value *x = a, *y = b;
  double n = x->rows[0] + x->rows[1], m = y->rows[0] + y->rows[1];
  return n != m ? (n < m ? 1 : -1) : by_value(a, b);
}

/* Lines of one value but of several outcomes are one. */
static void merge_values(lf_counted_column *column, bool number) {
  size_t kept = 0;
  qsort(column->values, column->n, sizeof *column->values, by_value);
  for (size_t i = 0; i < column->n; i++) {
    if (kept && by_value(&column->values[kept - 1], &column->values[i]) == 0) {
      for (size_t side = 0; side < 2; side++)
        column->values[kept - 1].rows[side] += column->values[i].rows[side];
      free(column->values[i].text);
      continue;
    }
    column->values[kept++] = column->values[i];
  }
  column->n = kept;
  if (!number) qsort(column->values, kept, sizeof *column->values, by_falling_rows);
}

/* Counts the line; where it tells a value, keeps that. drawn: rows that are told of a number. */
static lf_status add_value(const profile_file *file, size_t row, bool number, lf_counted_column *column,
                           double *told, lf_error *err) {
  int side = side_of(file, row);
  double rows = lf_column_number(file->rows, row);
  const char *text = text_of(file->value, row);
  double x = lf_column_number(file->number, row);
  if (side < 0) return LF_OK;
  const char *category = number ? NULL : text;
  bool value = category || (number && !isnan(x));
  if (!number || value || (text && strcmp(text, "missing") == 0)) *told += rows;
  if (!value) return LF_OK;
  lf_counted_value *at = &column->values[column->n];
  *at = (lf_counted_value){.number = number ? x : (double)NAN};
  at->rows[side] = rows;
  if (category) {
    lf_status status = lf_copy_text(category, strlen(category), &at->text, err);
    if (status != LF_OK) return status;
  }
  column->n++;
  return LF_OK;
}

/* Room for the lines of each part; LF_E_DATA for a line of none. */
static lf_status count_lines(const profile_file *file, lf_warehouse_profile *p, lf_error *err) {
  lf_status status = LF_OK;
  size_t *lines = NULL, parts = file->project->n_attributes;
  LF_TRY(lf_alloc(p->n, sizeof *lines, &lines, err));
  for (size_t i = 0; i < file->table->n_rows; i++) {
    double part = lf_column_number(file->part, i), rows = lf_column_number(file->rows, i);
    if (!(rows >= 0 && isfinite(rows))) LF_TRY(bad_line(file, i, "leadfit_rows is no number of rows", err));
    if (!(part >= 0 && part <= (double)parts && part == floor(part)))
      LF_TRY(bad_line(file, i, "leadfit_part is no attribute of the project", err));
    size_t column = file->column_of_part[(size_t)part];
    if (part > 0 && column == SIZE_MAX)
      LF_TRY(bad_line(file, i, "leadfit_part is an attribute that the project leaves out", err));
    if (part > 0) lines[column]++;
  }
  for (size_t c = 0; c < p->n; c++)
    LF_TRY(lf_alloc(lines[c], sizeof *p->columns[c].values, &p->columns[c].values, err));
cleanup:
  free(lines);
  return status;
}

static lf_status read_lines(const profile_file *file, const lf_warehouse_column *columns,
                            lf_warehouse_profile *p, lf_error *err) {
  double *told = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(p->n, sizeof *told, &told, err));
  LF_TRY(count_lines(file, p, err));
  for (size_t i = 0; i < file->table->n_rows; i++) {
    size_t part = (size_t)lf_column_number(file->part, i);
    if (!part) {
      LF_TRY(add_total(file, i, p, err));
      continue;
    }
    size_t c = file->column_of_part[part];
    LF_TRY(add_value(file, i, lf_warehouse_is_number(&columns[c]), &p->columns[c], &told[c], err));
  }
  for (size_t c = 0; c < p->n; c++) {
    p->columns[c].all = told[c] >= p->won + p->lost;
    merge_values(&p->columns[c], lf_warehouse_is_number(&columns[c]));
  }
  if (!(p->won > 0) || !(p->lost > 0))
    LF_TRY(lf_fail(err, LF_E_DATA, "%s: %.0f won and %.0f lost rows: a fit needs both", file->path, p->won,
                   p->lost));
cleanup:
  free(told);
  return status;
}

lf_status lf_warehouse_profile_read(const char *path, const lf_project *project, const lf_run *run,
                                    lf_warehouse_profile **profile, lf_error *err) {
  lf_table *table = NULL;
  lf_warehouse_profile *p = NULL;
  lf_warehouse_column *columns = NULL;
  profile_file file = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *p, &p, err));
  LF_TRY(lf_alloc(LF_WAREHOUSE_ROLES + project->n_attributes, sizeof *columns, &columns, err));
  p->n = lf_warehouse_columns(project, columns);
  LF_TRY(lf_alloc(p->n, sizeof *p->columns, &p->columns, err));
  LF_TRY(lf_alloc(project->n_attributes + 1, sizeof *file.column_of_part, &file.column_of_part, err));
  for (size_t a = 0; a <= project->n_attributes; a++) file.column_of_part[a] = SIZE_MAX;
  for (size_t c = 0; c < p->n; c++) {
    size_t part = lf_warehouse_part(&columns[c]);
    if (part) file.column_of_part[part] = c;
  }
  LF_TRY(read_table(path, run, &table, err));
  LF_TRY(open_file(path, project, table, &file, err));
  LF_TRY(read_lines(&file, columns, p, err));
  *profile = p;
  p = NULL;
cleanup:
  lf_reading_clear(&file.reading);
  free(file.column_of_part);
  free(columns);
  lf_table_free(table);
  lf_warehouse_profile_free(p);
  return status;
}

double lf_warehouse_won_rows(const lf_warehouse_profile *profile) {
  return profile->won;
}

bool lf_warehouse_is_won(const lf_warehouse_profile *profile, const char *outcome) {
  for (size_t i = 0; i < profile->won_values.n; i++)
    if (strcmp(profile->won_values.items[i], outcome ? outcome : "") == 0) return true;
  return false;
}

double lf_warehouse_price_of_share(const lf_warehouse_profile *profile, double share) {
  return sqrt((1 / profile->won + 1 / (share * profile->lost)) / (1 / profile->won + 1 / profile->lost));
}

void lf_warehouse_profile_free(lf_warehouse_profile *p) {
  if (!p) return;
  for (size_t c = 0; p->columns && c < p->n; c++) {
    for (size_t i = 0; i < p->columns[c].n; i++) free(p->columns[c].values[i].text);
    free(p->columns[c].values);
  }
  free(p->columns);
  lf_text_list_clear(&p->won_values);
  lf_text_list_clear(&p->lost_values);
  free(p);
}
