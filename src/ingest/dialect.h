/* How an input is written: its delimiter, its header, where its rows begin. */
#ifndef LF_INGEST_DIALECT_H
#define LF_INGEST_DIALECT_H

#include <jansson.h>

#include "base/status.h"

typedef struct lf_dialect {
  char delimiter;
  size_t header;   /* first byte of the header: behind a byte order mark and a "sep=;" line */
  size_t body;     /* first byte behind the header */
  size_t n_fields; /* of a record */
  char **names;    /* n_fields, trimmed, unique, none empty */
  json_t *places;  /* the index of each name */
  bool row_names;  /* the header is one name short: the first field has none */
  bool no_names;   /* every name reads as a number: the header may be missing */
} lf_dialect;

/* Errors: LF_E_DATA for what is no text table (UTF-16, a workbook, a web page, nothing at all). */
lf_status lf_dialect_sniff(const char *name, const char *data, size_t n, lf_dialect *dialect, lf_error *err);
void lf_dialect_free(lf_dialect *dialect);
/* Index of the field of exactly that name, or SIZE_MAX. */
size_t lf_dialect_find(const lf_dialect *dialect, const char *name);

/* LF_E_DATA where the bytes are of a known kind that is no text table. */
lf_status lf_refuse_foreign(const char *name, const char *data, size_t n, lf_error *err);

#endif
