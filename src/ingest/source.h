/* One opened input with its dialect. */
#ifndef LF_INGEST_SOURCE_H
#define LF_INGEST_SOURCE_H

#include "ingest/bytes.h"
#include "ingest/dialect.h"
#include "ingest/piece.h"

typedef struct lf_input_source {
  const char *path;
  lf_bytes bytes;
  lf_bytes original; /* before the conversion to UTF-8; nothing where there was none */
  lf_dialect dialect;
  lf_input input;
  size_t *column; /* table column of each field */
  bool converted, latin;
  char sha256[65];
} lf_input_source;

/* name: what to call it; NULL: its path. */
lf_status lf_source_open(const char *path, const char *name, const lf_run *run, lf_input_source *source,
                         lf_error *err);
/* Converts the bytes to UTF-8 and sniffs again; columns are to be matched anew. */
lf_status lf_source_convert(lf_input_source *source, const lf_run *run, lf_error *err);
/* How a reading that ended with `status` ended: LF_E_IO where the file changed since it was opened. */
lf_status lf_source_unchanged(const lf_input_source *source, lf_status status, lf_error *err);
void lf_source_close(lf_input_source *source);

/* The header as it stands; where it has not one name for each field of a record, the names. */
lf_status lf_source_header(const lf_input_source *source, lf_text *out, lf_error *err);

/* How records are written anew: `order` has the field that stands in each place, NULL: as they stand. */
typedef struct lf_record_shape {
  const size_t *order;
  size_t n_fields;
  char delimiter;
} lf_record_shape;
void lf_record_anew(const lf_quoted *record, const lf_record_shape *shape, lf_text *out);

/* The first place from `nominal` on where a record seems to begin: behind a line end, where the next record
 * has the right number of fields. A guess: the reader checks that pieces meet. */
size_t lf_source_boundary(const lf_input *input, size_t nominal);

#endif
