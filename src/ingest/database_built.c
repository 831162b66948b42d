/* Which libraries of databases were there when leadfit was built. */
#include "ingest/database.h"

#ifdef LF_HAVE_LIBPQ
#include <libpq-fe.h>
#endif
#ifdef LF_HAVE_SQLITE3
#include <sqlite3.h>
#endif

void lf_databases_built_in(lf_text *text) {
  const char *comma = "";
#ifdef LF_HAVE_LIBPQ
  lf_text_addf(text, "PostgreSQL (libpq %d.%d)", PQlibVersion() / 10000, PQlibVersion() % 10000);
  comma = ", ";
#endif
#ifdef LF_HAVE_SQLITE3
  lf_text_addf(text, "%sSQLite %s", comma, sqlite3_libversion());
  comma = ", ";
#endif
#ifdef LF_HAVE_ODBC
  lf_text_addf(text, "%sODBC (unixODBC)", comma);
  comma = ", ";
#endif
  if (!*comma) lf_text_add(text, "none");
}
