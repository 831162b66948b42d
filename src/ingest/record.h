/* Records of one input as they stand, for commands that copy their input through (score). */
#ifndef LF_INGEST_RECORD_H
#define LF_INGEST_RECORD_H

#include "ingest/ingest.h"

/* One opened, decompressed, sniffed input. */
typedef struct lf_records lf_records;

lf_status lf_records_open(const char *path, lf_records **records, lf_error *err);
void lf_records_free(lf_records *records);
char lf_records_delimiter(const lf_records *records);
/* The next record that lf_table_read would make a row of, the header first: its bytes without the line end,
 * living until the next call (or as long as records). *bytes NULL at the end. A record whose whole line was
 * quoted as one field is given unwrapped. */
lf_status lf_records_next(lf_records *records, const char **bytes, size_t *n, lf_error *err);

#endif
