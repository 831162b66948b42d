/* SQLite: the file is opened for reading alone, and a read transaction keeps one state of it. */
#include "ingest/database_parts.h"

#ifdef LF_HAVE_SQLITE3

#include <sqlite3.h>
#include <string.h>

static sqlite3 *connection(const lf_database *d) {
  return d->state;
}

static lf_status fail(const lf_database *d, const char *doing, lf_error *err) {
  return lf_database_fail(d, err, doing, sqlite3_errmsg(connection(d)));
}

static lf_status run_statement(const lf_database *d, const char *sql, const char *doing, lf_error *err) {
  return sqlite3_exec(connection(d), sql, NULL, NULL, NULL) == SQLITE_OK ? LF_OK : fail(d, doing, err);
}

static int stop_where_asked(void *context) {
  return lf_check_interrupt(context, NULL) != LF_OK;
}

/* ATTACH would open other files, which a query that reads has no need of. */
static int only_reads(void *context, int action, const char *a, const char *b, const char *c, const char *e) {
  (void)context, (void)a, (void)b, (void)c, (void)e;
  return action == SQLITE_ATTACH || action == SQLITE_DETACH || action == SQLITE_PRAGMA ? SQLITE_DENY
                                                                                       : SQLITE_OK;
}

static lf_status open_sqlite(lf_database *d, const lf_run *run, lf_error *err) {
  enum { PATIENCE_MS = 5000, STEPS = 100000 };
  sqlite3 *made = NULL;
  int how = d->writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  int code = sqlite3_open_v2(d->place, &made, how | SQLITE_OPEN_NOMUTEX, NULL);
  d->state = made;
  if (!made) return lf_fail(err, LF_E_MEMORY, "not enough memory for a database");
  if (code != SQLITE_OK) return fail(d, "cannot be opened", err);
  sqlite3_busy_timeout(made, PATIENCE_MS);
  sqlite3_progress_handler(made, STEPS, stop_where_asked, (void *)(uintptr_t)run);
  lf_status status = run_statement(d, d->writes ? "BEGIN IMMEDIATE" : "BEGIN", "no transaction", err);
  if (status == LF_OK && !d->writes) sqlite3_set_authorizer(made, only_reads, NULL);
  return status;
}

static void close_sqlite(lf_database *d) {
  sqlite3_close_v2(connection(d)); /* an open transaction ends with it */
}

/* ---- reading -------------------------------------------------------------------------------------- */

static lf_status prepare(const lf_database *d, const lf_selection *s, sqlite3_stmt **out, lf_error *err) {
  lf_status status = LF_OK;
  lf_text query = {0};
  sqlite3_stmt *made = NULL;
  const char *rest = NULL;
  if (s->table) {
    lf_text_add(&query, "SELECT * FROM ");
    LF_TRY(lf_quote_table(s->table, '"', &query, err));
  } else {
    lf_text_add_n(&query, s->query, lf_query_length(s->query));
  }
  LF_TRY(lf_text_status(&query, err));
  if (!query.data ||
      sqlite3_prepare_v2(connection(d), query.data, (int)query.length + 1, &made, &rest) != SQLITE_OK)
    LF_TRY(fail(d, s->table ? "the table cannot be read" : "the query is refused", err));
  if (!made || lf_query_length(rest) || !sqlite3_stmt_readonly(made) || !sqlite3_column_count(made))
    LF_TRY(lf_database_no_rows(d, err));
  *out = made;
  made = NULL;
cleanup:
  sqlite3_finalize(made);
  lf_text_free(&query);
  return status;
}

static lf_status write_value(sqlite3_stmt *rows, int c, lf_csv_out *out, lf_error *err) {
  switch (sqlite3_column_type(rows, c)) {
  case SQLITE_NULL: return lf_csv_out_field(out, NULL, 0, err);
  case SQLITE_FLOAT: return lf_csv_out_double(out, sqlite3_column_double(rows, c), err);
  case SQLITE_BLOB: {
    const void *bytes = sqlite3_column_blob(rows, c);
    return lf_csv_out_bytes(out, bytes, (size_t)sqlite3_column_bytes(rows, c), err);
  }
  default: {
    const char *text = (const char *)sqlite3_column_text(rows, c);
    if (!text) return lf_fail(err, LF_E_MEMORY, "not enough memory for a value of the database");
    return lf_csv_out_field(out, text, (size_t)sqlite3_column_bytes(rows, c), err);
  }
  }
}

static lf_status write_header(sqlite3_stmt *rows, lf_csv_out *out, lf_error *err) {
  for (int c = 0; c < sqlite3_column_count(rows); c++) {
    const char *name = sqlite3_column_name(rows, c);
    lf_status status = lf_csv_out_field(out, name, name ? strlen(name) : 0, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

static lf_status fetch_sqlite(lf_database *d, const lf_selection *selection, const lf_run *run, int fd,
                              lf_error *err) {
  sqlite3_stmt *rows = NULL;
  lf_status status = prepare(d, selection, &rows, err);
  if (status != LF_OK) return status;
  int n = sqlite3_column_count(rows), code = SQLITE_ROW;
  lf_csv_out out = {.fd = fd, .n_columns = (size_t)n};
  LF_TRY(write_header(rows, &out, err));
  while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
    for (int c = 0; c < n; c++) LF_TRY(write_value(rows, c, &out, err));
    if (out.rows % 4096 == 0) lf_progress(run, "reading the database", 0, 0);
  }
  LF_TRY(lf_check_interrupt(run, err));
  if (code != SQLITE_DONE) LF_TRY(fail(d, "the rows cannot be read to their end", err));
cleanup:
  sqlite3_finalize(rows);
  lf_status written = lf_csv_out_end(&out, status == LF_OK ? err : NULL);
  return status == LF_OK ? written : status;
}

/* ---- writing -------------------------------------------------------------------------------------- */

/* Drops the table where it is one of ours. */
static lf_status drop_ours(const lf_database *d, const char *table, lf_error *err) {
  lf_text sql = {0};
  sqlite3_stmt *look = NULL;
  lf_status status = LF_OK;
  lf_text_addf(&sql, "SELECT * FROM %s", table);
  LF_TRY(lf_text_status(&sql, err));
  bool there = sqlite3_prepare_v2(connection(d), sql.data, -1, &look, NULL) == SQLITE_OK, ours = false;
  for (int c = 0; there && c < sqlite3_column_count(look); c++)
    ours |= strcmp(sqlite3_column_name(look, c), "leadfit_score") == 0;
  sqlite3_finalize(look);
  if (there && !ours)
    LF_TRY(
        lf_fail_at(err, LF_E_USAGE, d->name, 0, 0,
                   "there is a table %.200s that leadfit did not make (it has no column leadfit_score): name "
                   "another",
                   table));
  sql.length = 0;
  lf_text_addf(&sql, "DROP TABLE %s", table);
  LF_TRY(lf_text_status(&sql, err));
  if (there) LF_TRY(run_statement(d, sql.data, "the table cannot be replaced", err));
cleanup:
  lf_text_free(&sql);
  return status;
}

static lf_status insert_row(const lf_database *d, const lf_upload_rows *rows, sqlite3_stmt *insert,
                            lf_error *err) {
  for (size_t c = 0; c < lf_upload_columns(rows); c++) {
    size_t n = 0;
    const char *text = lf_upload_field(rows, c, &n);
    int code = text ? sqlite3_bind_text(insert, (int)c + 1, text, (int)n, SQLITE_TRANSIENT)
                    : sqlite3_bind_null(insert, (int)c + 1);
    if (code != SQLITE_OK) return fail(d, "the rows cannot be written", err);
  }
  if (sqlite3_step(insert) != SQLITE_DONE) return fail(d, "the rows cannot be written", err);
  sqlite3_reset(insert);
  return LF_OK;
}

static lf_status store_sqlite(lf_database *d, const lf_upload *upload, const lf_run *run, lf_error *err) {
  lf_upload_rows *rows = NULL;
  sqlite3_stmt *insert = NULL;
  lf_text table = {0}, sql = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_quote_table(upload->table, '"', &table, err));
  LF_TRY(lf_upload_open(upload, run, &rows, err));
  LF_TRY(drop_ours(d, table.data, err));
  LF_TRY(lf_upload_create(rows, table.data, &sql, err));
  LF_TRY(run_statement(d, sql.data, "the table cannot be made", err));
  sql.length = 0;
  lf_text_addf(&sql, "INSERT INTO %s VALUES (?", table.data);
  for (size_t c = 1; c < lf_upload_columns(rows); c++) lf_text_add(&sql, ", ?");
  lf_text_add(&sql, ")");
  LF_TRY(lf_text_status(&sql, err));
  if (sqlite3_prepare_v2(connection(d), sql.data, -1, &insert, NULL) != SQLITE_OK)
    LF_TRY(fail(d, "the rows cannot be written", err));
  while (lf_upload_next(rows)) {
    LF_TRY(insert_row(d, rows, insert, err));
    LF_TRY(lf_check_interrupt(run, err));
  }
  LF_TRY(lf_upload_ended(rows, err));
  sqlite3_finalize(insert);
  insert = NULL;
  LF_TRY(run_statement(d, "COMMIT", "the rows cannot be kept", err));
cleanup:
  sqlite3_finalize(insert);
  lf_upload_close(rows);
  lf_text_free(&table);
  lf_text_free(&sql);
  return status;
}

#else

static lf_status open_sqlite(lf_database *d, const lf_run *run, lf_error *err) {
  (void)run;
  return lf_database_not_built(d, "SQLite", "libsqlite3-dev", err);
}

static void close_sqlite(lf_database *d) {
  (void)d;
}

#define fetch_sqlite NULL
#define store_sqlite NULL

#endif

const lf_driver lf_driver_sqlite = {"sqlite:", open_sqlite, close_sqlite, fetch_sqlite, store_sqlite};
