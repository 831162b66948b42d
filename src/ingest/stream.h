/* Records in any number that go past in blocks, for commands that read leads and learn nothing from them:
 * memory is bounded, and what comes out hangs on nothing but the inputs.
 *
 * How a number or a date is written is seen from all values of its column, as lf_table_read does. So the
 * inputs are read twice: first to choose how each wanted column is read, and to find what is wrong with the
 * records before anything has come out; then block by block. */
#ifndef LF_INGEST_STREAM_H
#define LF_INGEST_STREAM_H

#include "base/text.h"
#include "ingest/ingest.h"
#include "ingest/piece.h"

/* A column whose cells are wanted; found by its name as lf_table_find does, and not missed where it is
 * absent. */
typedef struct lf_wanted {
  const char *name;
  bool number_only; /* only its values as numbers are asked for, never their texts */
} lf_wanted;

typedef struct lf_stream_options {
  lf_read_options read; /* paths, missing, kinds, max_ragged_share */
  const lf_wanted *wanted;
  size_t n_wanted;
  size_t block_bytes; /* of input in a block; 0: 1 MiB */
} lf_stream_options;

typedef struct lf_stream lf_stream;

/* One block, as long as the call that is given it lasts. */
typedef struct lf_block {
  lf_table table; /* all columns by name, cells of the wanted ones alone; levels stand in no order, and
                     nothing is counted */
  const lf_raw_record *records; /* one a row: of further inputs with the columns and delimiter of the first */
  uint64_t first_row;           /* rows before the block */
} lf_block;

/* work(context, block, out) turns a block into text, several blocks at a time; write(context, out) gets the
 * texts one by one in the order of the records. */
typedef struct lf_stream_job {
  lf_status (*work)(void *context, const lf_block *block, lf_text *out, lf_error *err);
  lf_status (*write)(void *context, const lf_text *out, lf_error *err);
  void *context;
  const char *stage; /* for the progress line */
} lf_stream_job;

/* The first reading. Errors as of lf_table_read. What options name must live as long as the stream. */
lf_status lf_stream_open(const lf_stream_options *options, const lf_run *run, lf_stream **stream,
                         lf_error *err);
void lf_stream_free(lf_stream *stream);
/* Names and kinds of the columns, rows, sources' names, odd records; no cells. */
const lf_table *lf_stream_table(const lf_stream *stream);
char lf_stream_delimiter(const lf_stream *stream);
/* The header as it stands in the first input; anew where it has not a name for each field. */
lf_status lf_stream_header(const lf_stream *stream, lf_text *out, lf_error *err);
/* The second reading. The first error ends it, also one that the job gives. */
lf_status lf_stream_run(const lf_stream *stream, const lf_run *run, const lf_stream_job *job, lf_error *err);

#endif
