/* What reading and writing through ODBC share. Internal to ingest; only where unixODBC is built in. */
#ifndef LF_INGEST_ODBC_PARTS_H
#define LF_INGEST_ODBC_PARTS_H

#include "ingest/database_parts.h"

#ifdef LF_HAVE_ODBC

#include <locale.h>
#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

typedef struct lf_odbc_state {
  SQLHENV environment;
  SQLHDBC connection;
  bool connected;
  char quote; /* around names */
} lf_odbc_state;

static inline bool lf_odbc_ok(SQLRETURN code) {
  return code == SQL_SUCCESS || code == SQL_SUCCESS_WITH_INFO;
}

/* lf_database_fail with what the handle says. */
lf_status lf_odbc_fail(const lf_database *database, SQLSMALLINT type, SQLHANDLE handle, const char *doing,
                       lf_error *err);

/* The driver of PostgreSQL takes wide texts through the locale of the thread, which is C here: while it
 * works, that is one of UTF-8. */
typedef struct lf_odbc_locale {
  locale_t utf8, before;
} lf_odbc_locale;
lf_odbc_locale lf_odbc_enter(void);
void lf_odbc_leave(lf_odbc_locale locale);

/* A text in UTF-16, which grows as it is needed. Zero-initialise; data is freed by free. */
typedef struct lf_wide {
  SQLWCHAR *data;
  size_t n, capacity; /* in units */
} lf_wide;

/* Appends n bytes of UTF-8. */
lf_status lf_wide_add(lf_wide *wide, const char *text, size_t n, lf_error *err);
/* The other way. */
void lf_add_utf16(lf_text *out, const SQLWCHAR *text, size_t n);

lf_status lf_odbc_execute(const lf_database *database, SQLHSTMT statement, const char *sql, const char *doing,
                          lf_error *err);
/* Whether each statement is a transaction by itself. */
lf_status lf_odbc_autocommit(const lf_database *database, bool on, lf_error *err);

/* database_odbc_store.c */
lf_status lf_odbc_store(lf_database *database, const lf_upload *upload, const lf_run *run, lf_error *err);

#endif

#endif
