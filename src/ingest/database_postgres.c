/* PostgreSQL by libpq: COPY (SELECT …) TO STDOUT WITH (FORMAT csv, HEADER) in a read-only transaction of one
 * snapshot.
 *
 * The query is prepared by itself first, so that it is one statement that gives rows, and its columns are
 * known: they get names of our own (c1, c2, …) and are given back under theirs, booleans as true and false.
 * Whatever a column or a table is called stands in quotes. */
#include "ingest/database_parts.h"

#ifdef LF_HAVE_LIBPQ

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ingest/bytes.h"

enum { WAIT_MS = 200, BOOL_TYPE = 16 };

static PGconn *connection(const lf_database *d) {
  return d->state;
}

static lf_status fail(const lf_database *d, const char *doing, lf_error *err) {
  return lf_database_fail(d, err, doing, PQerrorMessage(connection(d)));
}

/* Waits until the socket can be read (or written), a short while at a time. */
static lf_status wait_for(const lf_database *d, short events, const lf_run *run, lf_error *err) {
  struct pollfd socket = {.fd = PQsocket(connection(d)), .events = events};
  for (;;) {
    lf_status status = lf_check_interrupt(run, err);
    if (status != LF_OK) return status;
    if (socket.fd < 0) return fail(d, "the connection is lost", err);
    if (poll(&socket, 1, WAIT_MS) > 0) return LF_OK;
  }
}

/* Asks the server to stop what it does, so that nothing runs on for nobody. */
static void stop_server(const lf_database *d) {
  char why[256];
  PGcancel *cancel = PQgetCancel(connection(d));
  if (cancel) PQcancel(cancel, why, sizeof why);
  PQfreeCancel(cancel);
}

/* The next result, without blocking a Ctrl-C; NULL at the end of the command. */
static lf_status next_result(const lf_database *d, const lf_run *run, PGresult **result, lf_error *err) {
  while (PQisBusy(connection(d))) {
    lf_status status = wait_for(d, POLLIN, run, err);
    if (status == LF_E_INTERRUPTED) stop_server(d);
    if (status != LF_OK) return status;
    if (!PQconsumeInput(connection(d))) return fail(d, "the connection is lost", err);
  }
  *result = PQgetResult(connection(d));
  return LF_OK;
}

/* Runs one statement that gives no rows. */
static lf_status run_statement(const lf_database *d, const char *sql, const char *doing, const lf_run *run,
                               lf_error *err) {
  PGresult *result = NULL;
  lf_status status = LF_OK;
  if (!PQsendQueryParams(connection(d), sql, 0, NULL, NULL, NULL, NULL, 0)) return fail(d, doing, err);
  for (bool more = true; more;) {
    LF_TRY(next_result(d, run, &result, err));
    more = result != NULL;
    ExecStatusType how = PQresultStatus(result);
    if (more && how != PGRES_COMMAND_OK && how != PGRES_TUPLES_OK && status == LF_OK)
      status = lf_database_fail(d, err, doing, PQresultErrorMessage(result));
    PQclear(result);
    result = NULL;
  }
cleanup:
  return status;
}

/* ---- connecting ----------------------------------------------------------------------------------- */

static lf_status check_address(const lf_database *d, lf_error *err) {
  char *why = NULL;
  PQconninfoOption *options = PQconninfoParse(d->address, &why);
  bool ok = options != NULL;
  PQconninfoFree(options);
  PQfreemem(why); /* it may hold a part of the password */
  if (ok) return LF_OK;
  return lf_fail_at(err, LF_E_USAGE, d->name, 0, 0,
                    "is no address that libpq understands: postgresql://USER@HOST:PORT/DATABASE, other signs "
                    "than letters and digits in it written as %%40");
}

static lf_status connect_now(lf_database *d, const lf_run *run, lf_error *err) {
  const char *const keys[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
  const char *const values[] = {d->address, "leadfit", "UTF8", NULL};
  d->state = PQconnectStartParams(keys, values, 1);
  if (!d->state) return lf_fail(err, LF_E_MEMORY, "not enough memory for a connection");
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;) {
    if (next == PGRES_POLLING_FAILED || PQstatus(connection(d)) == CONNECTION_BAD)
      return fail(d, "no connection", err);
    lf_status status = wait_for(d, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, run, err);
    if (status != LF_OK) return status;
    next = PQconnectPoll(connection(d));
  }
  return LF_OK;
}

static void quiet(void *context, const PGresult *result) {
  (void)context;
  (void)result;
}

static lf_status open_postgres(lf_database *d, const lf_run *run, lf_error *err) {
  static const char *const settings[] = {"SET datestyle = 'ISO, YMD'",
                                         "SET timezone = 'UTC'",
                                         "SET bytea_output = 'hex'",
                                         "SET intervalstyle = 'iso_8601'",
                                         "SET extra_float_digits = 1",
                                         "SET standard_conforming_strings = on",
                                         "SET synchronize_seqscans = off",
                                         "SET lc_monetary = 'C'",
                                         "SET max_parallel_workers_per_gather = 0",
                                         "SET statement_timeout = 0",
                                         "SET row_security = off"};
  lf_status status = LF_OK;
  LF_TRY(check_address(d, err));
  LF_TRY(connect_now(d, run, err));
  PQsetNoticeReceiver(connection(d), quiet, NULL);
  for (size_t i = 0; i < sizeof settings / sizeof *settings - 1; i++)
    LF_TRY(run_statement(d, settings[i], "cannot be set up", run, err));
  LF_TRY(run_statement(d, d->writes ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                       "no transaction", run, err));
cleanup:
  return status;
}

static void close_postgres(lf_database *d) {
  PQfinish(connection(d)); /* an open transaction ends with it */
}

/* ---- reading -------------------------------------------------------------------------------------- */

/* SELECT * FROM table, or the query; prepared by itself. */
static lf_status prepare(const lf_database *d, const lf_selection *s, const lf_run *run, lf_text *query,
                         PGresult **described, lf_error *err) {
  lf_status status = LF_OK;
  PGresult *result = NULL;
  if (s->table) {
    lf_text_add(query, "SELECT * FROM ");
    LF_TRY(lf_quote_table(s->table, '"', query, err));
  } else {
    lf_text_add_n(query, s->query, lf_query_length(s->query));
  }
  LF_TRY(lf_text_status(query, err));
  for (int step = 0; step < 2; step++) {
    int sent = step ? PQsendDescribePrepared(connection(d), "")
                    : PQsendPrepare(connection(d), "", query->data, 0, NULL);
    if (!sent) LF_TRY(fail(d, "the query cannot be sent", err));
    LF_TRY(next_result(d, run, &result, err));
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
      LF_TRY(lf_database_fail(d, err, s->table ? "the table cannot be read" : "the query is refused",
                              PQresultErrorMessage(result)));
    PGresult *end = NULL;
    LF_TRY(next_result(d, run, &end, err));
    PQclear(end);
    if (step) break;
    PQclear(result);
    result = NULL;
  }
  if (!PQnfields(result)) LF_TRY(lf_database_no_rows(d, err));
  *described = result;
  result = NULL;
cleanup:
  PQclear(result);
  return status;
}

/* COPY (SELECT q.c1 AS "Name", … FROM (query) AS q (c1, …)) TO STDOUT */
static void write_copy(const lf_text *query, const PGresult *columns, lf_text *out) {
  int n = PQnfields(columns);
  lf_text_add(out, "COPY (SELECT ");
  for (int c = 0; c < n; c++) {
    bool words = PQftype(columns, c) == BOOL_TYPE;
    lf_text_addf(out, "%s%sq.c%d%s", c ? ", " : "", n == 1 ? "coalesce((" : "", c + 1,
                 words || n == 1 ? "::text" : "");
    lf_text_add(out, n == 1 ? "), '') AS " : " AS ");
    lf_quote_name(PQfname(columns, c), '"', out);
  }
  lf_text_addf(out, " FROM (%s\n) AS q (", query->data);
  for (int c = 0; c < n; c++) lf_text_addf(out, "%sc%d", c ? ", " : "", c + 1);
  lf_text_add(out, ")) TO STDOUT WITH (FORMAT csv, HEADER)");
}

/* Copies what the server sends until it says that it is done. */
static lf_status receive(const lf_database *d, const lf_run *run, int fd, lf_error *err) {
  enum { WRITE_BYTES = 1 << 18, NOT_YET = 0, DONE = -1 };
  lf_text waiting = {0};
  lf_status status = LF_OK;
  uint64_t rows = 0;
  for (int got = NOT_YET; got != DONE;) {
    char *record = NULL;
    got = PQgetCopyData(connection(d), &record, 1);
    if (got > 0) {
      lf_text_add_n(&waiting, record, (size_t)got);
      PQfreemem(record);
      if (++rows % 4096 == 0) LF_TRY(lf_check_interrupt(run, err));
    } else if (got == NOT_YET) {
      LF_TRY(wait_for(d, POLLIN, run, err));
      if (!PQconsumeInput(connection(d))) LF_TRY(fail(d, "the connection broke while rows were read", err));
      lf_progress(run, "reading the database", 0, 0);
    } else if (got != DONE) {
      LF_TRY(fail(d, "the rows cannot be read to their end", err));
    }
    LF_TRY(lf_text_status(&waiting, err));
    if (waiting.length < (got == DONE ? 1 : WRITE_BYTES)) continue;
    LF_TRY(lf_write_all(fd, waiting.data, waiting.length, "the temporary copy of the table", err));
    waiting.length = 0;
  }
cleanup:
  if (status == LF_E_INTERRUPTED) stop_server(d);
  lf_text_free(&waiting);
  return status;
}

/* The last word on a COPY: without it the rows may not be all. */
static lf_status finish_copy(const lf_database *d, const char *doing, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  for (PGresult *result = NULL;;) {
    lf_status read = next_result(d, run, &result, err);
    if (read != LF_OK) return read;
    if (!result) return status;
    if (PQresultStatus(result) != PGRES_COMMAND_OK && status == LF_OK)
      status = lf_database_fail(d, err, doing, PQresultErrorMessage(result));
    PQclear(result);
  }
}

static lf_status start_copy(const lf_database *d, const char *sql, ExecStatusType wanted, const char *doing,
                            const lf_run *run, lf_error *err) {
  PGresult *result = NULL;
  if (!PQsendQueryParams(connection(d), sql, 0, NULL, NULL, NULL, NULL, 0)) return fail(d, doing, err);
  lf_status status = next_result(d, run, &result, err);
  if (status == LF_OK && PQresultStatus(result) != wanted)
    status = lf_database_fail(d, err, doing, PQresultErrorMessage(result));
  PQclear(result);
  return status;
}

static lf_status fetch_postgres(lf_database *d, const lf_selection *selection, const lf_run *run, int fd,
                                lf_error *err) {
  static const char doing[] = "the rows cannot be read";
  lf_text query = {0}, copy = {0};
  PGresult *columns = NULL;
  lf_status status = LF_OK;
  LF_TRY(prepare(d, selection, run, &query, &columns, err));
  write_copy(&query, columns, &copy);
  LF_TRY(lf_text_status(&copy, err));
  LF_TRY(start_copy(d, copy.data, PGRES_COPY_OUT, doing, run, err));
  LF_TRY(receive(d, run, fd, err));
  LF_TRY(finish_copy(d, doing, run, err));
cleanup:
  PQclear(columns);
  lf_text_free(&query);
  lf_text_free(&copy);
  return status;
}

/* ---- writing -------------------------------------------------------------------------------------- */

/* Drops the table where it is one of ours: an attempt to look at its score that fails breaks the transaction,
 * so the catalogue is asked. */
static lf_status drop_ours(const lf_database *d, const char *table, const lf_run *run, lf_error *err) {
  const char *const values[] = {table};
  PGresult *result =
      PQexecParams(connection(d),
                   "SELECT to_regclass($1) IS NOT NULL, EXISTS (SELECT FROM pg_attribute WHERE "
                   "attrelid = to_regclass($1) AND attname = 'leadfit_score')",
                   1, NULL, values, NULL, NULL, 0);
  lf_status status = LF_OK;
  if (PQresultStatus(result) != PGRES_TUPLES_OK)
    status = lf_database_fail(d, err, "the table cannot be looked up", PQresultErrorMessage(result));
  bool there = status == LF_OK && PQgetvalue(result, 0, 0)[0] == 't',
       ours = status == LF_OK && PQgetvalue(result, 0, 1)[0] == 't';
  PQclear(result);
  if (there && !ours)
    return lf_fail_at(
        err, LF_E_USAGE, d->name, 0, 0,
        "there is a table %.200s that leadfit did not make (it has no column leadfit_score): name "
        "another",
        table);
  lf_text sql = {0};
  lf_text_addf(&sql, "DROP TABLE %s", table);
  if (there && status == LF_OK) status = lf_text_status(&sql, err);
  if (there && status == LF_OK) status = run_statement(d, sql.data, "the table cannot be replaced", run, err);
  lf_text_free(&sql);
  return status;
}

static lf_status send_file(const lf_database *d, const char *path, const lf_run *run, lf_error *err) {
  lf_bytes bytes = {0};
  const size_t block = (size_t)1 << 18;
  lf_status status = lf_bytes_open(path, run, &bytes, err);
  for (size_t at = 0; at < bytes.n && status == LF_OK; at += block) {
    size_t n = bytes.n - at < block ? bytes.n - at : block;
    if (PQputCopyData(connection(d), bytes.data + at, (int)n) != 1)
      status = fail(d, "the rows cannot be sent", err);
    if (status == LF_OK) status = lf_check_interrupt(run, err);
    lf_progress(run, "writing to the database", at, bytes.n);
  }
  status = lf_bytes_unchanged(&bytes, path, status, err);
  if (status == LF_OK && PQputCopyEnd(connection(d), NULL) != 1)
    status = fail(d, "the rows cannot be sent", err);
  lf_bytes_close(&bytes);
  return status;
}

static lf_status store_postgres(lf_database *d, const lf_upload *upload, const lf_run *run, lf_error *err) {
  static const char doing[] = "the rows cannot be written";
  lf_upload_rows *rows = NULL;
  lf_text table = {0}, create = {0}, copy = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_quote_table(upload->table, '"', &table, err));
  LF_TRY(lf_upload_open(upload, run, &rows, err));
  LF_TRY(lf_upload_create(rows, table.data, &create, err));
  lf_text_addf(&copy, "COPY %s FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER E'\\x%02x')", table.data,
               (unsigned char)upload->delimiter);
  LF_TRY(lf_text_status(&copy, err));
  LF_TRY(drop_ours(d, table.data, run, err));
  LF_TRY(run_statement(d, create.data, "the table cannot be made", run, err));
  LF_TRY(start_copy(d, copy.data, PGRES_COPY_IN, doing, run, err));
  LF_TRY(send_file(d, upload->csv, run, err));
  LF_TRY(finish_copy(d, doing, run, err));
  LF_TRY(run_statement(d, "COMMIT", "the rows cannot be kept", run, err));
cleanup:
  lf_upload_close(rows);
  lf_text_free(&table);
  lf_text_free(&create);
  lf_text_free(&copy);
  return status;
}

#else

static lf_status open_postgres(lf_database *d, const lf_run *run, lf_error *err) {
  (void)run;
  return lf_database_not_built(d, "libpq, which reads PostgreSQL", "libpq-dev", err);
}

static void close_postgres(lf_database *d) {
  (void)d;
}

#define fetch_postgres NULL
#define store_postgres NULL

#endif

const lf_driver lf_driver_postgresql = {"postgresql://", open_postgres, close_postgres, fetch_postgres,
                                        store_postgres};
const lf_driver lf_driver_postgres = {"postgres://", open_postgres, close_postgres, fetch_postgres,
                                      store_postgres};
