/* Tables of several sources -> one table: the rows of the first, each with what the row of the same key in
 * another source says.
 *
 * In:   a table with its keys, and the other table, which is taken over.
 * Out:  the table with the columns of the other, "SOURCE.COLUMN", missing where no row has the key; and an
 * lf_joined that says what met what. */
#ifndef LF_INGEST_JOIN_H
#define LF_INGEST_JOIN_H

#include "ingest/ingest.h"

#define LF_NO_ROW UINT32_MAX

/* Which of several rows with one key counts. */
typedef enum lf_many { LF_MANY_REFUSE = 0, LF_MANY_FIRST, LF_MANY_LAST, LF_MANY_ALL } lf_many;

typedef struct lf_many_rule {
  lf_many many;   /* of the other source: not LF_MANY_ALL */
  const char *by; /* date or number that says which is first; NULL: as the rows stand */
} lf_many_rule;

typedef struct lf_join_request {
  const char *name;       /* of the source */
  const char *table_name; /* of the source that brought the rows of the table */
  const char *key;        /* its column */
  size_t other_key;       /* index into the keys of the other table, and of the table */
  size_t table_key;
  const char *with;        /* the column of the table */
  size_t parent;           /* 1 + index of the join that brought it; 0: none */
  lf_many_rule many;       /* several rows of the source with one key */
  lf_many_rule table_many; /* several rows of the table that ask for the same row */
  const char *const *sum;  /* columns that are added up over the rows of a key, in place of the kept row's */
  size_t n_sum;
  const char *const *take; /* columns to bring; NULL: all but the key */
  size_t n_take;
  const lf_read_options *other_read, *table_read; /* how the two were read: to name keys in errors */
  uint64_t memory; /* bytes for the index of keys, beyond which the keys go in rounds; 0: no limit */
} lf_join_request;

/* What became of a row of the table. */
typedef enum lf_match {
  LF_MATCH_NO_KEY = 0,
  LF_MATCH_NONE,  /* a key that no row of the source has */
  LF_MATCH_ROW,   /* has its row */
  LF_MATCH_SHARED /* its row went to another row of the table, by the rule */
} lf_match;

struct lf_joined {
  char *name, *key, *with;
  size_t parent; /* 1 + index of the join whose column `with` is; 0: of the rows themselves */
  uint64_t rows, rows_without_key, rows_matched, rows_unmatched; /* of the source */
  uint64_t repeated_keys, repeated_rows; /* keys of several rows, and the rows beyond the one that counts */
  uint64_t table[LF_MATCH_SHARED + 1];   /* rows of the table by lf_match */
  uint64_t shared_keys;                  /* rows of the source that several rows of the table asked for */
  uint8_t *match;                        /* lf_match of each row of the table */
  lf_table *unmatched; /* the rows of the source that no row of the table has, those without a key included */
};

/* `*other` is taken over in every case and set to NULL. Errors: LF_E_USAGE for columns that are not there;
 * LF_E_DATA for keys that stand in several rows where no rule says which counts. */
lf_status lf_table_join(lf_table *table, lf_table **other, const lf_join_request *request, const lf_run *run,
                        lf_error *err);
void lf_joined_clear(lf_joined *join);

/* What a join finds, with nothing brought. */
typedef struct lf_matched {
  lf_column row;  /* uint32_t cells, of each row of the table: the row of the other it gets, LF_NO_ROW none */
  lf_joined join; /* without `match` and `unmatched` */
} lf_matched;

/* For tables of which only the keys (and the column of table_many.by) are there: the same rules and the same
 * errors, but the columns of the other stay where they are; those of `sum` are added up there. */
lf_status lf_table_match(lf_table *table, lf_table *other, const lf_join_request *request, const lf_run *run,
                         lf_matched *matched, lf_error *err);
void lf_matched_clear(lf_matched *matched);

/* The text of a column in row `row` of what lf_table_read reads, cut to fit: for messages, since it reads all
 * rows before it. */
enum { LF_TEXT_AT = 64 };
lf_status lf_text_at(const lf_read_options *options, const char *column, size_t row, const lf_run *run,
                     char out[LF_TEXT_AT], lf_error *err);

#endif
