/* Candidates of a comparison: what they are, and their scores on the judged rows. */
#ifndef LF_CLI_CANDIDATES_H
#define LF_CLI_CANDIDATES_H

#include "card/card.h"
#include "cli/command.h"
#include "evidence/compare.h"

/* One candidate as typed. Owned, but for name. */
typedef struct lf_contender {
  const char *name;    /* as typed */
  lf_scorecard *card;  /* a scoring.json, or NULL */
  const char *column;  /* column:NAME, or NULL */
  double *score;       /* of every judged row; NaN where the row has none */
  double *probability; /* or NULL */
  char *absent;        /* columns the data lack, or NULL */
} lf_contender;

/* Whether an argument names a candidate and not a history: column:NAME, or a file that ends in .json. */
bool lf_is_candidate(const char *argument);
/* Loads the scorecard of a candidate, or remembers its column. */
lf_status lf_contender_open(const char *argument, lf_contender *contender, lf_error *err);
void lf_contender_clear(lf_contender *contender);
/* Scores rows [from, history->n_rows). */
lf_status lf_contender_score(lf_contender *contender, const lf_history *history, size_t from,
                             const lf_run *run, lf_error *err);
/* Whether the scorecard's provenance shows that it was fitted on some of the judged rows. */
bool lf_contender_saw(const lf_contender *contender, const lf_history *history);
/* Whether its provenance shows that won meant won within other days than in this history; the sentence that
 * says so is appended. */
bool lf_contender_means_other(const lf_contender *contender, const lf_history *history, lf_text *sentence);
/* Appends a sentence to *list for all that makes the figures of a scored candidate on this history mislead.
 */
lf_status lf_contender_warnings(const lf_contender *contender, const lf_history *history, json_t **list,
                                lf_error *err);

#endif
