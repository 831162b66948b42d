/* Columns that further sources bring to leads that are scored. The leads go past in blocks; of the sources
 * only the codes of the columns that the card asks for are kept, and for each lead which row it gets.
 * Internal to cli. */
#ifndef LF_CLI_SCORE_JOINED_H
#define LF_CLI_SCORE_JOINED_H

#include "cli/sources.h"

/* An attribute of the card whose column a source brings. */
typedef struct lf_joined_codes {
  size_t attribute; /* of the card */
  size_t source;    /* one that is joined to the leads themselves */
  uint16_t missing; /* code of a lead without a row */
  uint16_t *codes;  /* of each row of the source */
} lf_joined_codes;

typedef struct lf_score_joined {
  size_t n;
  lf_joined_codes *items;
  size_t n_sources;
  lf_matched *sources; /* by index in the project; of those joined to the leads, the rows they get */
  uint64_t leads;
} lf_score_joined;

/* Reads the sources that bring attributes of the card which `leads` (names of columns) lacks, and finds their
 * rows by the rules of leadfit.yaml; what no source brings is left out. Errors as of lf_table_join. */
lf_status lf_score_joined_make(const lf_options *options, const lf_scorecard *card, const lf_table *leads,
                               const lf_run *run, lf_score_joined *out, lf_error *err);
void lf_score_joined_clear(lf_score_joined *joined);

/* Whether a source brings the attribute. */
bool lf_score_joined_has(const lf_score_joined *joined, size_t attribute);

/* Puts the codes of the leads [first, first + codes->n_rows) where they belong. */
void lf_score_joined_fill(const lf_score_joined *joined, uint64_t first, const lf_codes *codes);

#endif
