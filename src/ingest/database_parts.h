/* What the drivers of databases share. Internal to ingest. */
#ifndef LF_INGEST_DATABASE_PARTS_H
#define LF_INGEST_DATABASE_PARTS_H

#include "base/text.h"
#include "ingest/database.h"

/* One kind of database. state is the driver's own. */
typedef struct lf_driver {
  const char *scheme; /* what an address begins with */
  lf_status (*open)(lf_database *database, const lf_run *run, lf_error *err);
  void (*close)(lf_database *database);
  lf_status (*fetch)(lf_database *database, const lf_selection *selection, const lf_run *run, int fd,
                     lf_error *err);
  lf_status (*store)(lf_database *database, const lf_upload *upload, const lf_run *run, lf_error *err);
} lf_driver;

struct lf_database {
  const lf_driver *driver;
  const char *place; /* the address behind "sqlite:" and "odbc:"; whole for postgresql:// */
  char *address, *name;
  bool writes; /* opened for lf_database_store */
  void *state;
};

extern const lf_driver lf_driver_postgres, lf_driver_postgresql, lf_driver_sqlite, lf_driver_odbc;

/* An error that names the database, with what it says; any of its secrets is left out of it. */
lf_status lf_database_fail(const lf_database *database, lf_error *err, const char *doing, const char *said);
/* LF_E_USAGE for what has no columns. */
lf_status lf_database_no_rows(const lf_database *database, lf_error *err);
/* For a scheme whose library was not there at build. */
lf_status lf_database_not_built(const lf_database *database, const char *library, const char *package,
                                lf_error *err);

/* The parts of a table's name, each in quotes, by points: "crm"."leads". */
lf_status lf_quote_table(const char *table, char quote, lf_text *out, lf_error *err);
/* A name in quotes, those in it doubled. */
void lf_quote_name(const char *name, char quote, lf_text *out);
/* The query without white space and semicolons at its end. */
size_t lf_query_length(const char *query);

/* Rows on their way to the file. */
typedef struct lf_csv_out {
  int fd;
  lf_text text;
  size_t column, n_columns;
  uint64_t rows;
} lf_csv_out;

/* A field of n bytes; text NULL: no value. The last of a record ends it. */
lf_status lf_csv_out_field(lf_csv_out *out, const char *text, size_t n, lf_error *err);
/* Bytes in hexadecimal digits behind a backslash and an x, as PostgreSQL writes bytea. */
lf_status lf_csv_out_bytes(lf_csv_out *out, const unsigned char *bytes, size_t n, lf_error *err);
lf_status lf_csv_out_double(lf_csv_out *out, double value, lf_error *err);
/* Writes what is waiting. */
lf_status lf_csv_out_end(lf_csv_out *out, lf_error *err);

/* The records of an upload, one at a time. */
typedef struct lf_upload_rows lf_upload_rows;
lf_status lf_upload_open(const lf_upload *upload, const lf_run *run, lf_upload_rows **rows, lf_error *err);
void lf_upload_close(lf_upload_rows *rows);
size_t lf_upload_columns(const lf_upload_rows *rows);
const char *lf_upload_name(const lf_upload_rows *rows, size_t column);
/* false at the end. */
bool lf_upload_next(lf_upload_rows *rows);
/* Why the records ended: LF_OK at the end of the file. */
lf_status lf_upload_ended(const lf_upload_rows *rows, lf_error *err);
/* NULL and 0 bytes where the field is empty. */
const char *lf_upload_field(const lf_upload_rows *rows, size_t column, size_t *n);
/* What a column holds, by its name. */
typedef enum lf_upload_kind {
  LF_UPLOAD_TEXT = 0,
  LF_UPLOAD_WHOLE,
  LF_UPLOAD_NUMBER,
  LF_UPLOAD_KINDS
} lf_upload_kind;
lf_upload_kind lf_upload_kind_of(const char *column);
/* "text", "integer", "double precision": types by kind, as standard SQL has them. */
extern const char *const lf_upload_types[LF_UPLOAD_KINDS];
/* How a database writes columns. */
typedef struct lf_upload_style {
  char quote;
  const char *const *types; /* by kind */
} lf_upload_style;
/* "("Name" type, ...)" of the columns of the upload. */
lf_status lf_upload_columns_text(const lf_upload_rows *rows, const lf_upload_style *style, lf_text *out,
                                 lf_error *err);
/* CREATE TABLE with the columns of the upload, in standard SQL. */
lf_status lf_upload_create(const lf_upload_rows *rows, const char *table, lf_text *out, lf_error *err);

#endif
