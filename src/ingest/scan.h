/* Bytes -> fields, in batches of records.
 *
 * Records whose quotes are regular (see cut.h) are cut by bit masks; any other goes through libcsv. Both
 * follow the same rules: LF, CR and CRLF end a record, blank lines are none, a field is what stands between
 * delimiters (white space around it is trimmed later). */
#ifndef LF_INGEST_SCAN_H
#define LF_INGEST_SCAN_H

#include "ingest/cut.h"
#include "ingest/quoted.h"

enum { LF_BATCH_ROWS = 64, LF_SIDE_PAD = 32 };

/* Start of a field whose text stands in the side buffer, not in the input. */
#define LF_SIDE_BIT UINT32_C(0x80000000)

typedef struct lf_odd_record {
  size_t at; /* byte of the input */
  uint64_t fields;
} lf_odd_record;

typedef struct lf_scan {
  /* what to read */
  const char *base; /* start of the piece */
  size_t limit;     /* bytes from base to the end of the input; at least LF_SIDE_PAD more are readable */
  size_t end;       /* records that start before this belong to the piece */
  size_t n_fields;
  char delimiter;
  lf_cut_function cut;

  /* where it stands */
  size_t at;                    /* start of the next record */
  size_t window, window_end;    /* the bytes that were cut */
  size_t blocks, fewest_blocks; /* of the next window; of any window, since records may be long */
  size_t capacity;              /* bytes for which cuts has room */
  lf_cuts cuts;                 /* positions from base */
  size_t next_end, next_line;   /* into cuts: the first at or behind `at` */
  lf_quoted quoted;
  lf_quoted inner; /* for a line quoted whole */

  /* the batch */
  uint32_t *start, *length; /* rows * n_fields; fields of the input still have their quotes */
  uint32_t raw_start[LF_BATCH_ROWS], raw_length[LF_BATCH_ROWS]; /* whole records, without their line ends */
  size_t rows;
  lf_text side;

  /* what was found on the way */
  uint64_t recovered, ragged;
  size_t n_odd;
  lf_odd_record odd[20];
  lf_record_end bad; /* LF_RECORD_OK, or what stopped the scan */
  size_t bad_at;
} lf_scan;

lf_status lf_scan_init(lf_scan *scan, char delimiter, size_t n_fields, lf_error *err);
void lf_scan_free(lf_scan *scan);
/* Points the scan at records that start in [from, end) of base[0..limit) and forgets what was found. */
void lf_scan_aim(lf_scan *scan, const char *base, size_t from, size_t end, size_t limit);
/* Fills the batch; false (and no rows) at the end of the piece. Rows found before something bad are given
 * first. */
bool lf_scan_batch(lf_scan *scan);

/* The fields of a batch, for loops over its rows. */
typedef struct lf_fields {
  const char *base, *side;
  const uint32_t *start, *length;
  size_t n_fields;
} lf_fields;

static inline lf_fields lf_scan_fields(const lf_scan *scan) {
  return (lf_fields){scan->base, scan->side.data, scan->start, scan->length, scan->n_fields};
}

/* Record `row` of the batch as it stands; of a line quoted whole, the record that was in it. */
static inline const char *lf_scan_record(const lf_scan *scan, size_t row, size_t *n) {
  uint32_t start = scan->raw_start[row];
  *n = scan->raw_length[row];
  return (start & LF_SIDE_BIT ? scan->side.data : scan->base) + (start & ~LF_SIDE_BIT);
}

/* The text of field `field` of row `row`, without its quotes and the white space around it. */
static inline const char *lf_scan_field(const lf_fields *fields, size_t row, size_t field, size_t *n) {
  size_t i = row * fields->n_fields + field;
  uint32_t start = fields->start[i];
  bool side = start & LF_SIDE_BIT;
  const char *text = (side ? fields->side : fields->base) + (start & ~LF_SIDE_BIT);
  *n = fields->length[i];
  if (!*n) return text;
  unsigned char first = (unsigned char)text[0], last = (unsigned char)text[*n - 1];
  if (first <= '"' || last <= ' ' || first == 0xc2 || last == 0xa0) {
    if (first == '"' && !side) {
      text++;
      *n -= 2;
    }
    lf_trim(&text, n);
  }
  return text;
}

#endif
