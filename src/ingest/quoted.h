/* One record through libcsv: for records with a quote in them, and wherever a single record is wanted. */
#ifndef LF_INGEST_QUOTED_H
#define LF_INGEST_QUOTED_H

#include <csv.h>

#include "base/text.h"

enum { LF_MAX_FIELD = 1 << 20, LF_MAX_RECORD = 1 << 26 };

/* Where the text of a field stands in lf_quoted.text. */
typedef struct lf_span {
  uint32_t start;
  uint32_t length;
} lf_span;

/* What one record turned out to be. */
typedef enum lf_record_end {
  LF_RECORD_OK = 0,
  LF_RECORD_NONE,     /* only blank lines up to the end */
  LF_RECORD_UNCLOSED, /* the quote at `place` is never closed, or only by swallowing what is not its own */
  LF_RECORD_TOO_LONG, /* a field above LF_MAX_FIELD or a record above LF_MAX_RECORD; `place` is its start */
  LF_RECORD_NUL,      /* a NUL byte at `place` */
  LF_RECORD_NO_MEMORY
} lf_record_end;

typedef struct lf_quoted {
  struct csv_parser parser;
  bool ready;   /* parser holds memory */
  lf_text text; /* fields one after the other; the caller empties it (length = 0) */
  lf_span *fields;
  size_t n_fields;
  size_t capacity;
  size_t end;   /* bytes from the start of the record to the start of the next line */
  size_t place; /* of what is wrong, from the start of the record */
  bool done;
  bool failed;
} lf_quoted;

lf_status lf_quoted_init(lf_quoted *q, char delimiter, lf_error *err);
void lf_quoted_free(lf_quoted *q);

/* Reads the record that begins at bytes (blank lines before it are skipped) and ends before bytes + n. */
lf_record_end lf_quoted_read(lf_quoted *q, const char *bytes, size_t n);

/* A line that was quoted whole is one field, whose text is the record: reads it from q into inner. OK,
 * NO_MEMORY, or NONE where q is no such line. */
lf_record_end lf_quoted_unwrap(lf_quoted *inner, const lf_quoted *q);

/* The error for an end that is none of OK and NONE: what, where, what to do. bytes is the whole input. */
lf_status lf_record_fail(lf_record_end end, const char *name, const char *bytes, size_t at, lf_error *err);

/* Line (from 1) in which byte `at` stands; CRLF, LF and a bare CR each end a line. */
uint64_t lf_line_of(const char *bytes, size_t at);

#endif
