/* Writing a table through ODBC: it appears whole, or what was there stays.
 *
 * Where tables can be made and dropped in a transaction (SQL_TC_ALL: PostgreSQL, SQLite, SQL Server, …), all
 * of it is one. Elsewhere making a table ends the transaction (MySQL, Oracle, Snowflake): then a table that
 * is there keeps its columns, and its rows are replaced in one transaction; one that is not there is made
 * first, and dropped again where its rows cannot be written. The types of columns are those the driver names.
 */
#include "ingest/database_parts.h"

#ifdef LF_HAVE_ODBC

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ingest/odbc_parts.h"

enum { MOST_PARAMETERS = 900, MOST_ROWS = 64, TYPE_TEXT = 128, SHORT_TEXT = 4000 };

/* One value on its way. */
typedef struct cell {
  lf_wide text;
  double number;
  SQLINTEGER whole;
  SQLLEN n; /* bytes, or SQL_NULL_DATA */
} cell;

typedef struct storing {
  lf_database *database;
  const lf_upload *upload;
  const lf_run *run;
  lf_upload_rows *rows;
  lf_text table; /* in quotes */
  char types[LF_UPLOAD_KINDS][TYPE_TEXT];
  size_t n_columns, at_once; /* rows of one INSERT */
  SQLHSTMT many, one;        /* prepared for at_once rows, and for one */
  cell *cells;               /* at_once times n_columns */
} storing;

static const lf_odbc_state *state_of(const storing *s) {
  return s->database->state;
}

static lf_status new_statement(const storing *s, SQLHSTMT *statement, lf_error *err) {
  if (lf_odbc_ok(SQLAllocHandle(SQL_HANDLE_STMT, state_of(s)->connection, statement))) return LF_OK;
  return lf_odbc_fail(s->database, SQL_HANDLE_DBC, state_of(s)->connection, "no statement", err);
}

static void free_statement(SQLHSTMT *statement) {
  if (*statement) SQLFreeHandle(SQL_HANDLE_STMT, *statement);
  *statement = NULL;
}

/* Runs "VERB table MORE" by itself. */
static lf_status run_sql(const storing *s, const char *verb, const char *more, const char *doing,
                         lf_error *err) {
  SQLHSTMT statement = NULL;
  lf_text sql = {0};
  lf_text_addf(&sql, "%s %s%s", verb, s->table.data, more);
  lf_status status = lf_text_status(&sql, err);
  if (status == LF_OK) status = new_statement(s, &statement, err);
  if (status == LF_OK) status = lf_odbc_execute(s->database, statement, sql.data, doing, err);
  free_statement(&statement);
  lf_text_free(&sql);
  return status;
}

/* ---- types ---------------------------------------------------------------------------------------- */

static bool get_text(SQLHSTMT statement, SQLUSMALLINT column, char *out, size_t size) {
  SQLLEN got = SQL_NULL_DATA;
  out[0] = '\0';
  return lf_odbc_ok(SQLGetData(statement, column, SQL_C_CHAR, out, (SQLLEN)size, &got)) &&
         got != SQL_NULL_DATA;
}

static bool is_plain(const char *name) {
  for (const char *c = name; *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr(" _()", *c)) return false;
  return *name != '\0';
}

/* What the driver calls an SQL type: the first that does not count up by itself. A short text gets its
 * length. */
static bool ask_type(const storing *s, SQLSMALLINT type, char out[TYPE_TEXT]) {
  enum { NAME = 1, SIZE = 3, PARAMETERS = 6, COUNTS = 12 };
  SQLHSTMT statement = NULL;
  bool found = false;
  if (!lf_odbc_ok(SQLAllocHandle(SQL_HANDLE_STMT, state_of(s)->connection, &statement))) return false;
  bool more = lf_odbc_ok(SQLGetTypeInfo(statement, type));
  while (more && !found && lf_odbc_ok(SQLFetch(statement))) {
    char name[64], parameters[64], counts[16], size[32];
    bool named = get_text(statement, NAME, name, sizeof name) && is_plain(name);
    long most = get_text(statement, SIZE, size, sizeof size) ? strtol(size, NULL, 10) : 0;
    bool length = get_text(statement, PARAMETERS, parameters, sizeof parameters) &&
                  (type == SQL_WVARCHAR || type == SQL_VARCHAR);
    found = named && !(get_text(statement, COUNTS, counts, sizeof counts) && counts[0] == '1');
    if (found && length && parameters[0] && !strchr(name, '('))
      snprintf(out, TYPE_TEXT, "%s(%ld)", name, most > 0 && most < SHORT_TEXT ? most : (long)SHORT_TEXT);
    else if (found)
      snprintf(out, TYPE_TEXT, "%s", name);
  }
  free_statement(&statement);
  return found;
}

static void find_types(storing *s) {
  static const SQLSMALLINT wanted[LF_UPLOAD_KINDS][4] = {
      [LF_UPLOAD_TEXT] = {SQL_WLONGVARCHAR, SQL_LONGVARCHAR, SQL_WVARCHAR, SQL_VARCHAR},
      [LF_UPLOAD_WHOLE] = {SQL_INTEGER, SQL_BIGINT, SQL_INTEGER, SQL_INTEGER},
      [LF_UPLOAD_NUMBER] = {SQL_DOUBLE, SQL_FLOAT, SQL_DOUBLE, SQL_DOUBLE}};
  for (size_t k = 0; k < LF_UPLOAD_KINDS; k++) {
    bool found = false;
    snprintf(s->types[k], TYPE_TEXT, "%s", lf_upload_types[k]);
    for (size_t i = 0; i < 4 && !found; i++) found = ask_type(s, wanted[k][i], s->types[k]);
  }
}

/* ---- the table that is there ---------------------------------------------------------------------- */

typedef struct found_table {
  bool there, ours, same; /* same: it has the columns of the upload, in their order */
} found_table;

static void look_at_columns(const storing *s, SQLHSTMT statement, found_table *found) {
  enum { MOST = 256 };
  SQLSMALLINT n = 0, length = 0, type = 0, digits = 0, nullable = 0;
  SQLULEN size = 0;
  SQLWCHAR wide[MOST];
  lf_text name = {0};
  found->there = lf_odbc_ok(SQLNumResultCols(statement, &n)) && n > 0;
  found->same = (size_t)n == s->n_columns;
  for (SQLSMALLINT c = 0; c < n; c++) {
    name.length = 0;
    if (lf_odbc_ok(SQLDescribeColW(statement, (SQLUSMALLINT)(c + 1), wide, MOST, &length, &type, &size,
                                   &digits, &nullable)))
      lf_add_utf16(&name, wide, length < MOST ? (size_t)length : MOST - 1);
    lf_text_add(&name, "");
    bool read = name.data && !name.failed;
    found->ours |= read && strcmp(name.data, "leadfit_score") == 0;
    found->same = found->same && read && strcmp(name.data, lf_upload_name(s->rows, (size_t)c)) == 0;
  }
  lf_text_free(&name);
}

/* A table that cannot be selected from counts as not there: where it is, after all, it cannot be made. */
static lf_status look(const storing *s, found_table *found, lf_error *err) {
  SQLHSTMT statement = NULL;
  lf_text sql = {0};
  *found = (found_table){0};
  lf_text_addf(&sql, "SELECT * FROM %s WHERE 1 = 0", s->table.data);
  lf_status status = lf_text_status(&sql, err);
  if (status == LF_OK) status = new_statement(s, &statement, err);
  if (status == LF_OK && lf_odbc_execute(s->database, statement, sql.data, "", NULL) == LF_OK)
    look_at_columns(s, statement, found);
  free_statement(&statement);
  lf_text_free(&sql);
  return status;
}

static lf_status check_ours(const storing *s, const found_table *found, lf_error *err) {
  if (!found->there || found->ours) return LF_OK;
  return lf_fail_at(
      err, LF_E_USAGE, s->database->name, 0, 0,
      "there is a table %.200s that leadfit did not make (it has no column leadfit_score): name "
      "another",
      s->table.data);
}

/* ---- rows ----------------------------------------------------------------------------------------- */

static lf_status prepare_insert(const storing *s, size_t n_rows, SQLHSTMT *statement, lf_error *err) {
  lf_text sql = {0};
  lf_wide wide = {0};
  lf_status status = LF_OK;
  lf_text_addf(&sql, "INSERT INTO %s VALUES ", s->table.data);
  for (size_t r = 0; r < n_rows; r++) {
    lf_text_add(&sql, r ? ", (" : "(");
    for (size_t c = 0; c < s->n_columns; c++) lf_text_add(&sql, c ? ", ?" : "?");
    lf_text_add(&sql, ")");
  }
  LF_TRY(lf_text_status(&sql, err));
  LF_TRY(lf_wide_add(&wide, sql.data, sql.length, err));
  LF_TRY(new_statement(s, statement, err));
  if (!lf_odbc_ok(SQLPrepareW(*statement, wide.data, (SQLINTEGER)wide.n)))
    status = lf_odbc_fail(s->database, SQL_HANDLE_STMT, *statement, "the rows cannot be written", err);
cleanup:
  lf_text_free(&sql);
  free(wide.data);
  return status;
}

static lf_status take_row(storing *s, cell *cells, lf_error *err) {
  for (size_t c = 0; c < s->n_columns; c++) {
    size_t n = 0;
    const char *text = lf_upload_field(s->rows, c, &n);
    cell *to = &cells[c];
    to->n = text ? 0 : SQL_NULL_DATA;
    to->text.n = 0;
    if (text && lf_upload_kind_of(lf_upload_name(s->rows, c)) != LF_UPLOAD_TEXT) {
      if (!lf_parse_double(text, n, &to->number)) to->n = SQL_NULL_DATA;
      to->whole = (SQLINTEGER)to->number;
      continue;
    }
    lf_status status = text ? lf_wide_add(&to->text, text, n, err) : LF_OK;
    if (status != LF_OK) return status;
    if (text) to->n = (SQLLEN)(to->text.n * sizeof(SQLWCHAR));
  }
  return LF_OK;
}

static SQLRETURN bind(SQLHSTMT statement, size_t parameter, lf_upload_kind kind, cell *from) {
  SQLUSMALLINT at = (SQLUSMALLINT)(parameter + 1);
  if (kind == LF_UPLOAD_WHOLE)
    return SQLBindParameter(statement, at, SQL_PARAM_INPUT, SQL_C_SLONG, SQL_INTEGER, 0, 0, &from->whole, 0,
                            &from->n);
  if (kind == LF_UPLOAD_NUMBER)
    return SQLBindParameter(statement, at, SQL_PARAM_INPUT, SQL_C_DOUBLE, SQL_DOUBLE, 0, 0, &from->number, 0,
                            &from->n);
  SQLSMALLINT type = from->text.n > SHORT_TEXT ? SQL_WLONGVARCHAR : SQL_WVARCHAR;
  return SQLBindParameter(statement, at, SQL_PARAM_INPUT, SQL_C_WCHAR, type, from->text.n ? from->text.n : 1,
                          0, from->text.data, (SQLLEN)(from->text.n * sizeof(SQLWCHAR)), &from->n);
}

static lf_status insert(storing *s, SQLHSTMT statement, size_t from, size_t n_rows, lf_error *err) {
  SQLRETURN code = SQL_SUCCESS;
  for (size_t i = 0; i < n_rows * s->n_columns && lf_odbc_ok(code); i++)
    code = bind(statement, i, lf_upload_kind_of(lf_upload_name(s->rows, i % s->n_columns)),
                &s->cells[from * s->n_columns + i]);
  if (lf_odbc_ok(code)) code = SQLExecute(statement);
  if (!lf_odbc_ok(code) && code != SQL_NO_DATA)
    return lf_odbc_fail(s->database, SQL_HANDLE_STMT, statement, "the rows cannot be written", err);
  SQLFreeStmt(statement, SQL_CLOSE);
  return lf_check_interrupt(s->run, err);
}

static lf_status insert_all(storing *s, lf_error *err) {
  lf_status status = LF_OK;
  size_t waiting = 0;
  s->at_once = s->n_columns ? MOST_PARAMETERS / s->n_columns : 1;
  s->at_once = s->at_once < 1 ? 1 : s->at_once > MOST_ROWS ? MOST_ROWS : s->at_once;
  LF_TRY(lf_alloc(s->at_once * s->n_columns, sizeof *s->cells, &s->cells, err));
  LF_TRY(prepare_insert(s, s->at_once, &s->many, err));
  LF_TRY(prepare_insert(s, 1, &s->one, err));
  while (lf_upload_next(s->rows)) {
    LF_TRY(take_row(s, s->cells + waiting * s->n_columns, err));
    if (++waiting < s->at_once) continue;
    LF_TRY(insert(s, s->many, 0, waiting, err));
    lf_progress(s->run, "writing to the database", 0, 0);
    waiting = 0;
  }
  LF_TRY(lf_upload_ended(s->rows, err));
  for (size_t i = 0; i < waiting; i++) LF_TRY(insert(s, s->one, i, 1, err));
cleanup:
  free_statement(&s->many);
  free_statement(&s->one);
  return status;
}

/* ---- whole or not at all -------------------------------------------------------------------------- */

static lf_status create(const storing *s, lf_error *err) {
  const char *const types[LF_UPLOAD_KINDS] = {s->types[0], s->types[1], s->types[2]};
  const lf_upload_style style = {.quote = state_of(s)->quote, .types = types};
  lf_text columns = {0};
  lf_status status = lf_upload_columns_text(s->rows, &style, &columns, err);
  if (status == LF_OK) status = run_sql(s, "CREATE TABLE", columns.data, "the table cannot be made", err);
  lf_text_free(&columns);
  return status;
}

static lf_status commit(const storing *s, lf_error *err) {
  const SQLHDBC connection = state_of(s)->connection;
  if (lf_odbc_ok(SQLEndTran(SQL_HANDLE_DBC, connection, SQL_COMMIT))) return LF_OK;
  return lf_odbc_fail(s->database, SQL_HANDLE_DBC, connection, "the rows cannot be kept", err);
}

/* All of it in one transaction: what is open when the connection closes is rolled back. */
static lf_status store_at_once(storing *s, found_table *found, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_odbc_autocommit(s->database, false, err));
  if (found->there) {
    LF_TRY(look(s, found, err)); /* as this transaction sees it */
    LF_TRY(check_ours(s, found, err));
    LF_TRY(run_sql(s, "DROP TABLE", "", "the table cannot be replaced", err));
  }
  LF_TRY(create(s, err));
  LF_TRY(insert_all(s, err));
  LF_TRY(commit(s, err));
cleanup:
  return status;
}

static lf_status replace_rows(storing *s, const found_table *found, lf_error *err) {
  lf_status status = LF_OK;
  if (!found->same)
    return lf_fail_at(
        err, LF_E_USAGE, s->database->name, 0, 0,
        "table %.200s has other columns than these leads, and this database cannot make it anew "
        "and keep the old one until the rows are in: drop it, or name another",
        s->table.data);
  LF_TRY(lf_odbc_autocommit(s->database, false, err));
  LF_TRY(run_sql(s, "DELETE FROM", "", "the rows of before cannot be replaced", err));
  LF_TRY(insert_all(s, err));
  LF_TRY(commit(s, err));
cleanup:
  return status;
}

static lf_status make_and_fill(storing *s, lf_error *err) {
  lf_status status = create(s, err);
  if (status != LF_OK) return status;
  LF_TRY(lf_odbc_autocommit(s->database, false, err));
  LF_TRY(insert_all(s, err));
  LF_TRY(commit(s, err));
cleanup:
  if (status != LF_OK) { /* what failed is said, not whether the empty table could be dropped */
    SQLEndTran(SQL_HANDLE_DBC, state_of(s)->connection, SQL_ROLLBACK);
    if (lf_odbc_autocommit(s->database, true, NULL) == LF_OK) run_sql(s, "DROP TABLE", "", "", NULL);
  }
  return status;
}

static lf_status choose_way(storing *s, lf_error *err) {
  SQLUSMALLINT capable = SQL_TC_NONE;
  SQLSMALLINT n = 0;
  found_table found = {0};
  lf_status status = LF_OK;
  SQLGetInfo(state_of(s)->connection, SQL_TXN_CAPABLE, &capable, sizeof capable, &n);
  if (capable == SQL_TC_NONE)
    return lf_fail_at(
        err, LF_E_USAGE, s->database->name, 0, 0,
        "the database knows no transactions, so that half of the rows could stand there: write a "
        "CSV with -o, and load that");
  LF_TRY(lf_odbc_autocommit(s->database, true, err)); /* a look that fails would spoil a transaction */
  LF_TRY(look(s, &found, err));
  LF_TRY(check_ours(s, &found, err));
  find_types(s);
  status = capable == SQL_TC_ALL ? store_at_once(s, &found, err)
           : found.there         ? replace_rows(s, &found, err)
                                 : make_and_fill(s, err);
cleanup:
  return status;
}

lf_status lf_odbc_store(lf_database *d, const lf_upload *upload, const lf_run *run, lf_error *err) {
  storing s = {.database = d, .upload = upload, .run = run};
  lf_status status = LF_OK;
  const lf_odbc_locale locale = lf_odbc_enter();
  LF_TRY(lf_quote_table(upload->table, state_of(&s)->quote, &s.table, err));
  LF_TRY(lf_upload_open(upload, run, &s.rows, err));
  s.n_columns = lf_upload_columns(s.rows);
  LF_TRY(choose_way(&s, err));
cleanup:
  for (size_t i = 0; s.cells && i < s.at_once * s.n_columns; i++) free(s.cells[i].text.data);
  free(s.cells);
  lf_upload_close(s.rows);
  lf_text_free(&s.table);
  lf_odbc_leave(locale);
  return status;
}

#endif
