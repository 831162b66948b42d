/* What the steps of a join share. Internal to ingest. */
#ifndef LF_INGEST_JOIN_PARTS_H
#define LF_INGEST_JOIN_PARTS_H

#include "ingest/join.h"

typedef struct lf_joining {
  lf_table *table, *other;
  const lf_join_request *request;
  const lf_run *run;
  lf_joined *join;
  lf_column
      kept;      /* of each row of the other table: the row of its key that counts, LF_NO_ROW without a key */
  lf_column row; /* of each row of the table: the row of the other table it gets */
  uint8_t *asked; /* of each row of the other table: whether some row of the table gets it */
} lf_joining;

static inline uint32_t *lf_kept(const lf_joining *j) {
  return j->kept.cells;
}
static inline uint32_t *lf_row(const lf_joining *j) {
  return j->row.cells;
}

/* join_match.c: fills kept and row. */
lf_status lf_join_match(lf_joining *joining, lf_error *err);
/* join_many.c: refuses keys of several rows where no rule is said, adds up the columns of the rule, settles
 * rows of the table that ask for the same row. */
lf_status lf_join_many(lf_joining *joining, lf_error *err);
/* join_distinct.c: different values of a column of the other table among the rows that are asked for. */
lf_status lf_join_distinct(const lf_joining *joining, const lf_column *from, uint64_t *distinct,
                           lf_error *err);
/* join_columns.c: brings the columns to the table. */
lf_status lf_join_columns(lf_joining *joining, lf_error *err);

/* The column that a rule goes by; NULL where it says none. */
lf_status lf_join_by(const lf_table *table, const lf_many_rule *rule, const char *source,
                     const lf_column **by, lf_error *err);
/* Whether `row` counts before `kept`, of which it stands behind. */
bool lf_join_before(const lf_many_rule *rule, const lf_column *by, size_t row, size_t kept);

#endif
