/* Pieces -> columns of the table. */
#ifndef LF_INGEST_BUILD_H
#define LF_INGEST_BUILD_H

#include "ingest/infer.h"
#include "ingest/piece.h"

/* All pieces of all inputs in order, and where their rows begin in the table. */
typedef struct lf_pieces {
  lf_piece *items;
  size_t n;
  size_t *first_row; /* n + 1 */
  lf_shelf *shelves; /* who read them */
  size_t n_shelves;
  bool spooled; /* cells go to temporary files */
} lf_pieces;

/* What is known of the column beforehand. */
typedef struct lf_column_wish {
  lf_kind asked;
  bool comma_likely;
  const lf_missing *missing;
} lf_column_wish;

/* Makes column `index` from the parts of all pieces, which are freed on the way. column->name is set by the
 * caller. spelled counts the missing cells by spelling. *contradicted: the plan did not hold, nothing was
 * made, the column is to be read by dictionary. */
lf_status lf_column_build(const lf_pieces *pieces, size_t index, const lf_column_wish *wish,
                          lf_column *column, uint64_t spelled[LF_MISSING_MAX], bool *contradicted,
                          lf_error *err);

/* Stores the cells as decimals where all values fit, else as doubles. values[i] belongs to code i of `codes`
 * (0: missing). */
typedef struct lf_cells_source {
  const lf_pieces *pieces;
  size_t index; /* column */
} lf_cells_source;

/* Keys as they were read. */
lf_status lf_keys_build(const lf_cells_source *source, lf_column *column, lf_error *err);
/* The two kinds of columns that were bet on. */
lf_status lf_numbers_build(const lf_cells_source *source, lf_column *column, lf_error *err);
lf_status lf_hashes_build(const lf_cells_source *source, lf_column *column, bool *contradicted,
                          lf_error *err);

/* Fewest decimals with which value * 10^scale is an int32 that gives value back; -1: none up to 9. */
int lf_decimal_scale(double value);
extern const int32_t lf_power_of_ten[10];

/* A number that is there as a key; equal numbers have equal ones. */
uint64_t lf_value_key(double value);

/* Number of different values among n keys, none of them 0 (0 is skipped); exact. */
lf_status lf_count_distinct(const uint64_t *keys, size_t n, uint64_t *distinct, lf_error *err);

#endif
