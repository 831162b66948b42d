/* Records of one input as they stand, for commands that copy their input through (score). */
#ifndef LF_INGEST_RECORD_H
#define LF_INGEST_RECORD_H

#include "ingest/ingest.h"

/* Puts an unlinked copy in the place of a standard input that can be read only once, so that "-" can be
 * opened several times. */
lf_status lf_keep_standard_input(const lf_run *run, lf_error *err);

/* One opened, decompressed, sniffed input. */
typedef struct lf_records lf_records;

lf_status lf_records_open(const char *path, const lf_run *run, lf_records **records, lf_error *err);
/* LF_E_IO where the file changed since it was opened. */
lf_status lf_records_unchanged(const lf_records *records, lf_error *err);
void lf_records_free(lf_records *records);
char lf_records_delimiter(const lf_records *records);
/* Gives the records of this input as records of the first one: the same columns in its order, with its
 * delimiter. Call it before the first record is read; `first` must not have been freed. LF_E_DATA where a
 * column is not there. */
lf_status lf_records_follow(lf_records *records, const lf_records *first, lf_error *err);
/* The next record that lf_table_read would make a row of, the header first: its bytes without the line end,
 * living until the next call (or as long as records). *bytes NULL at the end. A record whose whole line was
 * quoted as one field is given unwrapped; a header that has not one name for each field is given as the
 * table's column names. */
lf_status lf_records_next(lf_records *records, const char **bytes, size_t *n, lf_error *err);

#endif
