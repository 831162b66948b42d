/* What the value of an outcome column says. Internal to history. */
#ifndef LF_HISTORY_OUTCOME_WORDS_H
#define LF_HISTORY_OUTCOME_WORDS_H

#include "history/draft.h"

typedef enum lf_side { LF_SIDE_NONE = 0, LF_SIDE_WON, LF_SIDE_LOST, LF_SIDE_OPEN } lf_side;

/* How plainly a value says its side. Where a column says "won", its "qualified" is a stage on the way. */
typedef enum lf_plainness {
  LF_PLAIN_YES_NO = 0, /* yes, true, 1: a side only in a column that has nothing else */
  LF_PLAIN_QUALIFIED,
  LF_PLAIN_CONVERTED,
  LF_PLAIN_WON
} lf_plainness;

typedef struct lf_meaning {
  lf_side side;
  lf_plainness plainness;
} lf_meaning;

lf_meaning lf_outcome_meaning(const char *value);

/* How the levels of one column are read together: side[code], code from 1; side[0] (missing) is open. */
typedef struct lf_reading {
  uint32_t n_levels;
  uint8_t *side; /* lf_side a code, owned */
  bool words;    /* by words (won, lost, …), not yes/no */
  uint32_t n_won, n_lost, n_open, n_none;
  lf_plainness plainness; /* of won */
} lf_reading;

lf_status lf_outcome_read(const lf_column *column, lf_reading *reading, lf_error *err);
void lf_reading_clear(lf_reading *reading);
/* Counts the sides anew. */
void lf_reading_count(lf_reading *reading);

/* Applies the values that the project calls won and lost; a value that no row has is an error. */
lf_status lf_outcome_said(const lf_project *project, const lf_column *column, lf_reading *reading,
                          lf_error *err);

/* Rows that the source of the outcome has no row for are lost, where the project says so. */
void lf_outcome_unmatched(const lf_draft *draft, const lf_column *column, lf_reading *reading);

/* Whether a column may be an outcome: few values, no dates. */
bool lf_can_be_outcome(const lf_column *column);
/* The state of every row, by the side of its value. */
lf_status lf_outcome_states(lf_draft *draft, const lf_reading *reading, lf_error *err);

/* How much the name of a column says that it is the outcome: 4 Outcome, IsWon; 3 Stage; 2 Status; 1 y,
 * target; 0 nothing. */
int lf_outcome_name(const char *name);

#endif
