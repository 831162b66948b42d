/* Leads -> lines of score's output: what a score and a band come to is written once, rows only copy it.
 * Internal to cli. */
#ifndef LF_CLI_SCORE_ROWS_H
#define LF_CLI_SCORE_ROWS_H

#include "cli/score_joined.h"
#include "ingest/stream.h"

/* A growable text cut into parts. */
typedef struct lf_parts {
  lf_text text;
  size_t *start; /* n + 1 */
} lf_parts;

/* What has been scored, in whole numbers, so that it adds up the same in any order: probabilities in
 * millionths and revenue in hundredths, as they are printed. */
typedef struct lf_score_sums {
  uint64_t rows, won, revenue;
} lf_score_sums;

typedef struct lf_score_rows {
  const lf_scorecard *card;
  const lf_table *columns;       /* names, for JSON */
  const lf_score_joined *joined; /* what further sources bring */
  char delimiter;
  bool json;
  int lowest;           /* the first score of `results`; scores without one are written as they come */
  size_t n_results;     /* scores */
  lf_score_sums *worth; /* what a lead of each of these scores adds to the sums */
  lf_parts results;     /* text of score, grade, MQL, probability and expected revenue, by score */
  double *average;      /* points of the average lead, by attribute */
  lf_parts *reasons;    /* one an attribute, by band: the text of a reason */
  size_t n_reasons;
  lf_score_sums all, qualified, *grades; /* grades: one a grade of the card */
} lf_score_rows;

/* What the leads are: must live as long as what is made of it. */
typedef struct lf_score_leads {
  const lf_scorecard *card;
  const lf_table *columns;
  const lf_score_joined *joined;
  char delimiter;
} lf_score_leads;

lf_status lf_score_rows_make(const lf_score_leads *leads, bool json, lf_score_rows *out, lf_error *err);
void lf_score_rows_clear(lf_score_rows *rows);
/* The rest of the header line. */
void lf_score_rows_header(const lf_score_rows *rows, lf_text *out);
/* Scores a block and writes its rows; sums are added to. Safe from several threads. */
lf_status lf_score_rows_write(lf_score_rows *rows, const lf_block *block, lf_text *out, lf_error *err);

#endif
