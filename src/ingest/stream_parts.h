/* What the two readings of a stream share. Internal to ingest. */
#ifndef LF_INGEST_STREAM_PARTS_H
#define LF_INGEST_STREAM_PARTS_H

#include "ingest/chosen.h"
#include "ingest/reader.h"
#include "ingest/stream.h"

/* Where a block begins. */
typedef struct lf_block_place {
  size_t source, from, to; /* records that start in [from, to) of the source */
  uint64_t first_row;
} lf_block_place;

struct lf_stream {
  lf_read_options read; /* the user's, for reader.options */
  lf_reader reader;
  bool *number_only;  /* one a column, as the next two */
  lf_choice *choices; /* what the first reading chose */
  lf_facts *facts;    /* from which it did */
  lf_block_place *places;
  size_t n_places, capacity;
  size_t block_bytes;
  lf_table table;
};

/* Reads all inputs once: choices, places, counts and odd records of the table. *again: a source turned out
 * not to be UTF-8 and was converted, so that its columns are to be looked at anew, and then all inputs. */
lf_status lf_stream_survey(lf_stream *stream, bool *again, lf_error *err);

#endif
