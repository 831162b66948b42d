/* Any database with an ODBC driver, by unixODBC: odbc:DSN, or odbc: and a connection string.
 *
 * Texts are asked for as UTF-16, which every driver gives whatever the locale, floating-point numbers as
 * doubles and bytes as bytes; all else as the driver writes it. The transaction is asked to be read-only and
 * of one snapshot; what a driver makes of that is its own. */
#include "ingest/database_parts.h"

#ifdef LF_HAVE_ODBC

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ingest/odbc_parts.h"

lf_status lf_odbc_fail(const lf_database *d, SQLSMALLINT type, SQLHANDLE handle, const char *doing,
                       lf_error *err) {
  SQLCHAR state[6] = "", said[512] = "";
  SQLINTEGER code = 0;
  SQLSMALLINT n = 0;
  SQLGetDiagRec(type, handle, 1, state, &code, said, sizeof said, &n);
  return lf_database_fail(d, err, doing, said[0] ? (const char *)said : NULL);
}

lf_odbc_locale lf_odbc_enter(void) {
  lf_odbc_locale locale = {.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL)};
  if (locale.utf8) locale.before = uselocale(locale.utf8);
  return locale;
}

void lf_odbc_leave(lf_odbc_locale locale) {
  if (!locale.utf8) return;
  uselocale(locale.before);
  freelocale(locale.utf8);
}

static lf_status fail_here(const lf_database *d, const char *doing, lf_error *err) {
  const lf_odbc_state *s = d->state;
  return lf_odbc_fail(d, SQL_HANDLE_DBC, s->connection, doing, err);
}

/* ---- UTF-16 --------------------------------------------------------------------------------------- */

/* Code points of valid UTF-8; anything else stands for itself, byte by byte. */
static unsigned next_code(const unsigned char **at, const unsigned char *end) {
  const unsigned char *p = *at;
  unsigned n = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
  unsigned code = n == 1 ? *p : *p & (0xffU >> (n + 1));
  for (unsigned i = 1; i < n; i++) {
    if (p + i >= end || (p[i] & 0xc0) != 0x80) {
      *at = p + 1;
      return *p;
    }
    code = code << 6 | (p[i] & 0x3f);
  }
  *at = p + n;
  return code;
}

lf_status lf_wide_add(lf_wide *wide, const char *text, size_t n, lf_error *err) {
  lf_status status = lf_grow(&wide->data, &wide->capacity, wide->n + n + 1, sizeof *wide->data, err);
  if (status != LF_OK) return status;
  const unsigned char *at = (const unsigned char *)text, *end = at + n;
  while (at < end) { /* a byte gives a unit at most */
    unsigned code = next_code(&at, end);
    if (code >= 0x10000) {
      wide->data[wide->n++] = (SQLWCHAR)(0xd800 + ((code - 0x10000) >> 10));
      code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    wide->data[wide->n++] = (SQLWCHAR)code;
  }
  wide->data[wide->n] = 0;
  return LF_OK;
}

void lf_add_utf16(lf_text *out, const SQLWCHAR *text, size_t n) {
  for (size_t i = 0; i < n; i++) {
    unsigned code = text[i];
    char bytes[4];
    size_t k = 0;
    bool pair = code >= 0xd800 && code < 0xdc00 && i + 1 < n && text[i + 1] >= 0xdc00 && text[i + 1] < 0xe000;
    if (pair) code = 0x10000 + ((code - 0xd800) << 10) + (text[++i] - 0xdc00U);
    if (!pair && code >= 0xd800 && code < 0xe000) code = 0xfffd;
    if (code < 0x80) {
      bytes[k++] = (char)code;
    } else {
      unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      bytes[k++] = (char)((0xff00U >> (more + 1) & 0xff) | code >> 6 * more);
      while (more--) bytes[k++] = (char)(0x80 | (code >> 6 * more & 0x3f));
    }
    lf_text_add_n(out, bytes, k);
  }
}

/* ---- connecting ----------------------------------------------------------------------------------- */

static lf_status connect_to(lf_database *d, lf_odbc_state *s, lf_error *err) {
  lf_text string = {0};
  SQLCHAR out[1024];
  SQLSMALLINT n = 0;
  lf_text_addf(&string, strchr(d->place, '=') ? "%s" : "DSN=%s", d->place);
  lf_status status = lf_text_status(&string, err);
  if (status != LF_OK) return status;
  if (!d->writes)
    SQLSetConnectAttr(s->connection, SQL_ATTR_ACCESS_MODE, (SQLPOINTER)SQL_MODE_READ_ONLY, SQL_IS_UINTEGER);
  s->connected = lf_odbc_ok(SQLDriverConnect(s->connection, NULL, (SQLCHAR *)string.data, SQL_NTS, out,
                                             sizeof out, &n, SQL_DRIVER_NOPROMPT));
  memset(out, 0, sizeof out); /* it may hold the password */
  lf_text_free(&string);
  return s->connected ? LF_OK : fail_here(d, "no connection", err);
}

static lf_status open_odbc(lf_database *d, const lf_run *run, lf_error *err) {
  (void)run;
  lf_odbc_state *s = NULL;
  SQLCHAR quote[8] = "\"";
  SQLSMALLINT n = 0;
  lf_status status = lf_alloc(1, sizeof *s, &s, err);
  if (status != LF_OK) return status;
  d->state = s;
  if (!lf_odbc_ok(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &s->environment)) ||
      !lf_odbc_ok(SQLSetEnvAttr(s->environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0)) ||
      !lf_odbc_ok(SQLAllocHandle(SQL_HANDLE_DBC, s->environment, &s->connection)))
    return lf_fail(err, LF_E_IO, "unixODBC cannot be set up");
  status = connect_to(d, s, err);
  if (status != LF_OK) return status;
  status = lf_odbc_autocommit(d, false, err);
  if (status != LF_OK) return status;
  SQLSetConnectAttr(s->connection, SQL_ATTR_TXN_ISOLATION, (SQLPOINTER)SQL_TXN_REPEATABLE_READ,
                    SQL_IS_UINTEGER);
  SQLGetInfo(s->connection, SQL_IDENTIFIER_QUOTE_CHAR, quote, sizeof quote, &n);
  s->quote = quote[0] && quote[0] != ' ' ? (char)quote[0] : '"';
  return LF_OK;
}

lf_status lf_odbc_autocommit(const lf_database *d, bool on, lf_error *err) {
  const lf_odbc_state *s = d->state;
  SQLPOINTER how = (SQLPOINTER)(on ? SQL_AUTOCOMMIT_ON : SQL_AUTOCOMMIT_OFF);
  if (lf_odbc_ok(SQLSetConnectAttr(s->connection, SQL_ATTR_AUTOCOMMIT, how, SQL_IS_UINTEGER))) return LF_OK;
  return fail_here(d, "no transaction", err);
}

lf_status lf_odbc_execute(const lf_database *d, SQLHSTMT statement, const char *sql, const char *doing,
                          lf_error *err) {
  lf_wide wide = {0};
  lf_status status = lf_wide_add(&wide, sql, strlen(sql), err);
  if (status != LF_OK) return status;
  SQLRETURN code = SQLExecDirectW(statement, wide.data, (SQLINTEGER)wide.n);
  free(wide.data);
  if (lf_odbc_ok(code) || code == SQL_NO_DATA) return LF_OK;
  return lf_odbc_fail(d, SQL_HANDLE_STMT, statement, doing, err);
}

static void close_odbc(lf_database *d) {
  lf_odbc_state *s = d->state;
  if (!s) return;
  if (s->connected) {
    SQLEndTran(SQL_HANDLE_DBC, s->connection, SQL_ROLLBACK);
    SQLDisconnect(s->connection);
  }
  if (s->connection) SQLFreeHandle(SQL_HANDLE_DBC, s->connection);
  if (s->environment) SQLFreeHandle(SQL_HANDLE_ENV, s->environment);
  free(s);
}

/* ---- reading -------------------------------------------------------------------------------------- */

typedef enum value_kind { VALUE_TEXT = 0, VALUE_DOUBLE, VALUE_BYTES, VALUE_BIT } value_kind;

/* A statement under way. */
typedef struct odbc_rows {
  const lf_database *database;
  SQLHSTMT statement;
  SQLSMALLINT n;
  value_kind *kinds;
  lf_text text; /* of one value */
} odbc_rows;

static value_kind kind_of(SQLSMALLINT type) {
  switch (type) {
  case SQL_DOUBLE:
  case SQL_FLOAT: return VALUE_DOUBLE;
  case SQL_BINARY:
  case SQL_VARBINARY:
  case SQL_LONGVARBINARY: return VALUE_BYTES;
  case SQL_BIT: return VALUE_BIT;
  default: return VALUE_TEXT;
  }
}

static lf_status fail_rows(const odbc_rows *r, const char *doing, lf_error *err) {
  return lf_odbc_fail(r->database, SQL_HANDLE_STMT, r->statement, doing, err);
}

static lf_status write_header(odbc_rows *r, lf_csv_out *out, lf_error *err) {
  for (SQLSMALLINT c = 0; c < r->n; c++) {
    SQLWCHAR name[256];
    SQLSMALLINT n = 0, type = 0, digits = 0, nullable = 0;
    SQLULEN size = 0;
    if (!lf_odbc_ok(SQLDescribeColW(r->statement, (SQLUSMALLINT)(c + 1), name, 256, &n, &type, &size, &digits,
                                    &nullable)))
      return fail_rows(r, "the columns cannot be named", err);
    r->kinds[c] = kind_of(type);
    r->text.length = 0;
    lf_add_utf16(&r->text, name, n < 256 ? (size_t)n : 255);
    lf_status status = lf_text_status(&r->text, err);
    if (status == LF_OK) status = lf_csv_out_field(out, r->text.data, r->text.length, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* A long value comes in pieces. *null: there is none. */
static lf_status read_long(odbc_rows *r, SQLSMALLINT c, bool bytes, bool *null, lf_error *err) {
  enum { PIECE = 8192 };
  union {
    SQLWCHAR wide[PIECE / sizeof(SQLWCHAR)];
    char bytes[PIECE];
  } piece;
  SQLSMALLINT type = bytes ? SQL_C_BINARY : SQL_C_WCHAR;
  const size_t room = bytes ? PIECE : PIECE - sizeof(SQLWCHAR);
  r->text.length = 0;
  *null = false;
  for (;;) {
    SQLLEN got = 0;
    SQLRETURN code = SQLGetData(r->statement, (SQLUSMALLINT)(c + 1), type, &piece, PIECE, &got);
    if (code == SQL_NO_DATA) break;
    if (!lf_odbc_ok(code)) return fail_rows(r, "a value cannot be read", err);
    *null = got == SQL_NULL_DATA;
    if (*null) break;
    size_t n = got == SQL_NO_TOTAL || (size_t)got > room ? room : (size_t)got;
    if (bytes)
      lf_text_add_n(&r->text, piece.bytes, n);
    else
      lf_add_utf16(&r->text, piece.wide, n / sizeof(SQLWCHAR));
    if (code == SQL_SUCCESS) break;
  }
  lf_text_add_n(&r->text, "", 0);
  return lf_text_status(&r->text, err);
}

static lf_status write_double(odbc_rows *r, SQLSMALLINT c, lf_csv_out *out, lf_error *err) {
  double value = 0;
  SQLLEN got = 0;
  if (!lf_odbc_ok(SQLGetData(r->statement, (SQLUSMALLINT)(c + 1), SQL_C_DOUBLE, &value, sizeof value, &got)))
    return fail_rows(r, "a value cannot be read", err);
  return got == SQL_NULL_DATA ? lf_csv_out_field(out, NULL, 0, err) : lf_csv_out_double(out, value, err);
}

static lf_status write_value(odbc_rows *r, SQLSMALLINT c, lf_csv_out *out, lf_error *err) {
  bool null = false;
  if (r->kinds[c] == VALUE_DOUBLE) return write_double(r, c, out, err);
  lf_status status = read_long(r, c, r->kinds[c] == VALUE_BYTES, &null, err);
  if (status != LF_OK) return status;
  const char *text = null ? NULL : r->text.data ? r->text.data : "";
  if (!text || r->kinds[c] == VALUE_TEXT) return lf_csv_out_field(out, text, null ? 0 : r->text.length, err);
  if (r->kinds[c] == VALUE_BYTES)
    return lf_csv_out_bytes(out, (const unsigned char *)text, r->text.length, err);
  const char *word = text[0] == '1' ? "true" : "false";
  return lf_csv_out_field(out, word, strlen(word), err);
}

static lf_status start(odbc_rows *r, const lf_selection *s, lf_error *err) {
  const lf_odbc_state *state = r->database->state;
  lf_text sql = {0};
  lf_status status = LF_OK;
  if (!lf_odbc_ok(SQLAllocHandle(SQL_HANDLE_STMT, state->connection, &r->statement)))
    return fail_here(r->database, "no statement", err);
  if (s->table) {
    lf_text_add(&sql, "SELECT * FROM ");
    LF_TRY(lf_quote_table(s->table, state->quote, &sql, err));
  } else {
    lf_text_add_n(&sql, s->query, lf_query_length(s->query));
  }
  LF_TRY(lf_text_status(&sql, err));
  if (!sql.data) LF_TRY(lf_database_no_rows(r->database, err));
  LF_TRY(lf_odbc_execute(r->database, r->statement, sql.data,
                         s->table ? "the table cannot be read" : "the query is refused", err));
  if (!lf_odbc_ok(SQLNumResultCols(r->statement, &r->n)) || r->n < 1)
    LF_TRY(lf_database_no_rows(r->database, err));
  LF_TRY(lf_alloc((size_t)r->n, sizeof *r->kinds, &r->kinds, err));
cleanup:
  lf_text_free(&sql);
  return status;
}

static lf_status fetch_odbc(lf_database *d, const lf_selection *selection, const lf_run *run, int fd,
                            lf_error *err) {
  odbc_rows r = {.database = d};
  lf_csv_out out = {.fd = fd};
  SQLRETURN code = SQL_SUCCESS;
  lf_status status = LF_OK;
  const lf_odbc_locale locale = lf_odbc_enter();
  LF_TRY(start(&r, selection, err));
  out.n_columns = (size_t)r.n;
  LF_TRY(write_header(&r, &out, err));
  while (lf_odbc_ok(code = SQLFetch(r.statement))) {
    for (SQLSMALLINT c = 0; c < r.n; c++) LF_TRY(write_value(&r, c, &out, err));
    if (out.rows % 1024 == 0) {
      lf_progress(run, "reading the database", 0, 0);
      LF_TRY(lf_check_interrupt(run, err));
    }
  }
  if (code != SQL_NO_DATA) LF_TRY(fail_rows(&r, "the rows cannot be read to their end", err));
cleanup:
  if (r.statement) SQLFreeHandle(SQL_HANDLE_STMT, r.statement);
  free(r.kinds);
  lf_text_free(&r.text);
  lf_odbc_leave(locale);
  lf_status written = lf_csv_out_end(&out, status == LF_OK ? err : NULL);
  return status == LF_OK ? written : status;
}

#else

static lf_status open_odbc(lf_database *d, const lf_run *run, lf_error *err) {
  (void)run;
  return lf_database_not_built(d, "unixODBC", "unixodbc-dev", err);
}

static void close_odbc(lf_database *d) {
  (void)d;
}

#define fetch_odbc NULL
#define lf_odbc_store NULL

#endif

const lf_driver lf_driver_odbc = {"odbc:", open_odbc, close_odbc, fetch_odbc, lf_odbc_store};
