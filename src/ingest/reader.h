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
  size_t n_columns;
  lf_kind *asked; /* one a column */
  bool *skipped;
  lf_plan *plans;
  lf_pieces pieces;
  bool hashed; /* SHA-256 of the sources is done */
  uint64_t spelled[LF_MISSING_MAX];
} lf_reader;

/* Places the bets on the columns. */
lf_status lf_reader_plan(lf_reader *reader, lf_error *err);
/* Cuts all sources into pieces and reads them, until every piece begins where the one before it ended. */
lf_status lf_reader_parse(lf_reader *reader, lf_error *err);
/* Reads all pieces again for the columns of `again` alone, by dictionary. */
lf_status lf_reader_parse_again(lf_reader *reader, const bool *again, lf_error *err);
void lf_pieces_free(lf_pieces *pieces);
/* What is wrong with the bytes or their records, first in file order; else counts go into the table. */
lf_status lf_reader_check(lf_reader *reader, lf_table *table, lf_error *err);

#endif
