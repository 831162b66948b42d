/* What a text holds as a table, listed by several readers, so that they can be compared. */
#ifndef LISTING_H
#define LISTING_H

#include "ingest/scan.h"

/* Fields one after the other, each trimmed and ended by 0x1f, each kept record by 0x1e. */
typedef struct listing {
  lf_text text;
  lf_text record; /* of the record under way */
  size_t fields, n_fields, ragged;
} listing;

/* By libcsv as its documentation shows it, one parser from the first byte to the last: what a quote out of
 * place does is not said. False where it fails. */
bool list_by_libcsv(const char *bytes, size_t n, char delimiter, listing *l);
/* By the fast scan, with this way of cutting. */
lf_record_end list_by_scan(const char *bytes, size_t n, char delimiter, lf_cut_function cut, listing *l);
/* By the reader of single records through libcsv, from record to record: where a quote is out of place it
 * says so. */
lf_record_end list_by_record(const char *bytes, size_t n, char delimiter, listing *l);

#endif
