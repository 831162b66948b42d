/* Databases, read like files: a query or a table -> the bytes of a CSV file with a header.
 *
 * Addresses: postgresql://… (what libpq takes), sqlite:PATH, odbc:DSN (or an ODBC connection string). What is
 * read is read in one read-only transaction, so that it is of one moment, whatever others write meanwhile.
 * How values are written is in docs/sources.md. A library that was not there when leadfit was built is named
 * by the error. */
#ifndef LF_INGEST_DATABASE_H
#define LF_INGEST_DATABASE_H

#include "base/status.h"
#include "base/text.h"

/* Whether a path is the address of a database. */
bool lf_is_database(const char *path);

/* Appends the databases whose libraries are built in, with versions: "PostgreSQL (libpq 15.6),
 * SQLite 3.40.1", or "none". */
void lf_databases_built_in(lf_text *text);

/* The address without what is secret: passwords, and whatever options it carries. The caller frees. */
lf_status lf_database_name(const char *address, char **name, lf_error *err);

typedef struct lf_database lf_database;

/* Connects, and begins a read-only transaction. LF_E_IO where that fails. */
lf_status lf_database_open(const char *address, const lf_run *run, lf_database **database, lf_error *err);
void lf_database_close(lf_database *database);

/* What to read: one of the two. A table is "leads" or "crm.leads", each part taken as it is written; a part
 * with a point in it stands in double quotes. */
typedef struct lf_selection {
  const char *query, *table;
} lf_selection;

/* Writes the rows to an unlinked file. *fd is open and at its end; the caller closes it. LF_E_USAGE for what
 * is no query; LF_E_IO for a table that is not there or a connection that breaks. */
lf_status lf_database_fetch(lf_database *database, const lf_selection *selection, const lf_run *run, int *fd,
                            lf_error *err);

/* What to write: a CSV file with a header; the columns from `first_number` on hold what leadfit found, all
 * others are texts. */
typedef struct lf_upload {
  const char *csv; /* path */
  const char *table;
  char delimiter;
} lf_upload;

/* Makes the table anew with the records of the file, in one transaction: it appears whole, or what was there
 * stays. A table of that name is replaced only where it has a column leadfit_score. */
lf_status lf_database_store(const char *address, const lf_upload *upload, const lf_run *run, lf_error *err);

#endif
