/* ingest: bytes -> table.
 *
 * In:   paths ("-" is standard input; .gz and .zst are read as they are) and what the user says of them.
 * Out:  an lf_table the caller owns: typed columns, coded where values repeat, and a record of all that was
 * odd. Several files with the same columns, in any order, are one table. */
#ifndef LF_INGEST_H
#define LF_INGEST_H

#include <math.h>
#include <string.h>

#include "base/status.h"

/* ---- what the user asks --------------------------------------------------------------------------- */

typedef struct lf_kind_request {
  const char *name; /* column */
  lf_kind kind;
} lf_kind_request;

/* A column whose texts are also to be had as keys: lf_hash of each, whatever the column itself is read as. */
typedef struct lf_key_request {
  const char *name;
  bool fold; /* without regard to ASCII case */
} lf_key_request;

typedef struct lf_read_options {
  const char *const *paths;
  size_t n_paths;
  const char *const *names;   /* what to call each; NULL: as they are */
  const char *const *missing; /* spellings of missing, trimmed, compared without regard to ASCII case; NULL:
                                 the known ones */
  size_t n_missing;
  const lf_kind_request *kinds; /* kinds that are not to be inferred */
  size_t n_kinds;
  const char *const *skip; /* columns to count but not to store */
  size_t n_skip;
  const char *const *only; /* columns to store, all others being skipped; NULL: all */
  size_t n_only;
  const lf_key_request *keys;
  size_t n_keys;
  uint64_t memory; /* bytes that the coded table may take before it goes to temporary files; 0: no limit */
  double max_ragged_share; /* share of records with a wrong number of fields that is still no error; 0: 0.05,
                              and five where there are five good ones to each */
} lf_read_options;

/* ---- what comes out ------------------------------------------------------------------------------- */

/* How the cells of a column are kept. */
typedef enum lf_store {
  LF_STORE_NONE = 0, /* skipped or empty */
  LF_STORE_CODES,    /* width 1, 2 or 4: 0 is missing, 1..n_levels index levels[] (and values[]) from 1 */
  LF_STORE_DECIMALS, /* width 4: int32 cell / 10^scale; INT32_MIN is missing */
  LF_STORE_DOUBLES,  /* width 8: NaN is missing */
  LF_STORE_HASHES    /* width 8: lf_text_key of each value, never 0; 0 is missing. For ids and free text
                      */
} lf_store;

typedef struct lf_column {
  char *name; /* as in the header: trimmed; "column 8" where empty; a repeated name gets " (2)". A column that
                 was joined has the name of its source before it: "deals.Amount" */
  size_t own_name; /* where its name in its own source begins in name */
  size_t join;     /* 1 + index of the join that brought it; 0: of the rows themselves */
  lf_kind kind;
  lf_store store;
  uint8_t width; /* bytes a cell */
  uint8_t scale; /* LF_STORE_DECIMALS only */
  void *cells;   /* n_rows cells, owned */
  size_t mapped; /* bytes of the temporary file behind the cells; 0: they are in memory */
  uint32_t n_levels;
  char **levels;     /* coded: text of each level, sorted bytewise; numbers and dates: in order of value */
  double *values;    /* coded numbers and dates: value of each level, ascending; else NULL */
  uint64_t missing;  /* rows without a value, bad ones included */
  uint64_t distinct; /* distinct values; exact where coded, else an estimate within a few percent */
  uint64_t bad;      /* rows whose value could not be read as the kind; they count as missing */
  bool bins;     /* coded numbers that are lower ends of bins: a cut lies on one of them, nowhere between */
  uint32_t rest; /* code of a level that stands for all rare values, and is none itself; 0: none */
  char *note;    /* one sentence on what is odd about the values, or NULL ("dates are ambiguous: …") */
} lf_column;

/* Dates are doubles: days since 1970-01-01 UTC, time of day as fraction. */

typedef struct lf_ragged {
  uint64_t line;   /* physical line where the record starts, from 1 */
  uint64_t fields; /* fields found */
  size_t file;     /* index into sources */
} lf_ragged;

enum { LF_RAGGED_KEPT = 20 };

typedef struct lf_source {
  char *name;     /* path as given */
  uint64_t bytes; /* after decompression */
  uint64_t rows;  /* records that became rows */
  char delimiter;
  char sha256[65]; /* of the bytes after decompression */
  char *note;      /* "read as Latin-1", … or NULL */
  size_t join;     /* 1 + index of the join that brought it; 0: of the rows themselves */
} lf_source;

typedef struct lf_joined lf_joined; /* join.h */

typedef struct lf_table {
  size_t n_rows;
  size_t n_columns;
  lf_column *columns;
  size_t n_keys;   /* the keys asked for, as LF_STORE_HASHES, in the order of the request */
  lf_column *keys; /* let go of once the table is joined */
  size_t n_joins;
  lf_joined *joins;
  size_t n_sources;
  lf_source *sources;
  uint64_t ragged_rows;    /* records left out because of their number of fields */
  uint64_t recovered_rows; /* whole lines quoted as one field, read by parsing the field again */
  size_t n_ragged;         /* the first of them */
  lf_ragged ragged[LF_RAGGED_KEPT];
  size_t n_missing_spellings; /* the spellings of missing that occurred, and how often */
  char **missing_spellings;
  uint64_t *missing_counts;
} lf_table;

/* Reads all paths into one table. Errors: LF_E_IO unreadable; LF_E_DATA with file, line and column for what
 * is no table (empty file, unclosed quote, too many ragged rows, …); LF_E_USAGE for a kind that names no
 * column. */
lf_status lf_table_read(const lf_read_options *options, const lf_run *run, lf_table **table, lf_error *err);
void lf_table_free(lf_table *table);
/* Lets go of the keys, once all that is to be joined is. */
void lf_table_drop_keys(lf_table *table);

/* Index of the column of that name (exact, else the only match without regard to ASCII case), or SIZE_MAX. */
size_t lf_table_find(const lf_table *table, const char *name);

/* What becomes of a row when a table is divided. */
typedef enum lf_row_side { LF_SIDE_FIRST = 0, LF_SIDE_SECOND, LF_SIDE_LEAVES } lf_row_side;

/* Puts the rows of the first side before those of the second, each in the order they had, and lets go of
 * those that leave; missing counts are made anew. side: an lf_row_side a row. Works in the place of the
 * cells. */
lf_status lf_table_divide(lf_table *table, const uint8_t *side, const lf_run *run, lf_error *err);
/* The same for n values of 1, 2, 4 or 8 bytes that stand beside a table. */
lf_status lf_values_divide(void *values, size_t width, const uint8_t *side, size_t n, lf_error *err);

/* Lets go of the cells of a column, which counts as not stored from then on; what was counted of it stays. */
void lf_column_release(lf_column *column);

/* Lets go of the memory behind cells that are in temporary files; they are read from there when needed again.
 */
void lf_table_rest(const lf_table *table);

/* ---- reading cells -------------------------------------------------------------------------------- */

/* Code of a cell of a coded column: 0 missing, else 1 + index of the level. */
static inline uint32_t lf_column_code(const lf_column *column, size_t row) {
  switch (column->width) {
  case 1: return ((const uint8_t *)column->cells)[row];
  case 2: return ((const uint16_t *)column->cells)[row];
  default: return ((const uint32_t *)column->cells)[row];
  }
}

/* The name of a column in its own source. */
static inline const char *lf_own_name(const lf_column *column) {
  return column->name + column->own_name;
}

/* Value of a cell of a number or date column; NaN where missing. */
double lf_column_number(const lf_column *column, size_t row);
/* The same for rows [from, to) into out[0 .. to-from). */
void lf_column_numbers(const lf_column *column, size_t from, size_t to, double *out);
bool lf_column_is_missing(const lf_column *column, size_t row);
/* The key (base/key.h) of the text of a cell, 0 where missing; numbers by their shortest text. Equal values
 * have equal keys whatever the store, so accounts and ids can be compared. */
uint64_t lf_column_key(const lf_column *column, size_t row);
/* The same of rows [from, to): keys[to - from]. */
void lf_column_keys(const lf_column *column, size_t from, size_t to, uint64_t *keys);
/* Keys of a coded column by code: keys[n_levels + 1], keys[0] = 0. */
void lf_level_keys(const lf_column *column, uint64_t *keys);
/* Text of a level of a coded column, by code (1..n_levels). */
const char *lf_column_level(const lf_column *column, uint32_t code);

#endif
