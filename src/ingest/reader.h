/* The steps of reading, and what they share. */
#ifndef LF_INGEST_READER_H
#define LF_INGEST_READER_H

#include "ingest/build.h"
#include "ingest/source.h"

typedef struct lf_reader {
  const lf_read_options *options;
  const lf_run *run;
  lf_missing missing;
  lf_input_source *sources;
  size_t n_sources;
  size_t n_columns; /* those of the header, then the keys */
  size_t *keys;     /* fields of the keys, n_keys for each source */
  lf_kind *asked;   /* one a column */
  bool *skipped;
  lf_plan *plans;
  lf_pieces pieces;
  bool hashed; /* SHA-256 of the sources is done */
  uint64_t spelled[LF_MISSING_MAX];
} lf_reader;

/* Opens every input and matches their columns; reader->options and ->run are set by the caller. */
lf_status lf_reader_open(lf_reader *reader, lf_error *err);
void lf_reader_close(lf_reader *reader);
/* How a reading that ended with `status` ended: LF_E_IO where a file changed under it, LF_E_INTERRUPTED where
 * it was to stop. */
lf_status lf_reader_ended(const lf_reader *reader, lf_status status, lf_error *err);
/* Gives a source whose bytes turned out not to be UTF-8 in UTF-8, and matches the columns again: they may be
 * others, and as many as they are so are the arrays of the reader. */
lf_status lf_reader_convert(lf_reader *reader, size_t source, lf_error *err);
/* Places the bets on the columns. */
lf_status lf_reader_plan(lf_reader *reader, lf_error *err);
/* Cuts all sources into pieces and reads them, until every piece begins where the one before it ended. */
lf_status lf_reader_parse(lf_reader *reader, lf_error *err);
/* Reads all pieces again for the columns of `again` alone, by dictionary. */
lf_status lf_reader_parse_again(lf_reader *reader, const bool *again, lf_error *err);
void lf_pieces_free(lf_pieces *pieces);
/* Where line counting stands: lines up to byte `at` of input `file`. */
typedef struct lf_line_place {
  size_t file, at;
  uint64_t lines;
} lf_line_place;

/* Adds the odd records of a piece to the counts of the table; pieces come in order, *place zeroed at first.
 */
void lf_ragged_note(const lf_reader *reader, const lf_piece *piece, lf_line_place *place, lf_table *table);
/* LF_E_DATA where there are no rows, or too many odd records. */
lf_status lf_ragged_check(const lf_reader *reader, const lf_table *table, lf_error *err);
/* What is wrong with the bytes or their records, first in file order; else counts go into the table. */
lf_status lf_reader_check(lf_reader *reader, lf_table *table, lf_error *err);

#endif
