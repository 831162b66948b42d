/* Were the leads weak, or did nobody follow up? Win rates by what sales did, among leads of the same grade.
 *
 * In:   a history and the scorecard.
 * Out:  an lf_followup the caller owns. Grades go by the lead alone: the card's points without the attributes
 * that sales owns, cut so that each grade holds as large a share of leads as the card's own. */
#ifndef LF_EVIDENCE_FOLLOWUP_H
#define LF_EVIDENCE_FOLLOWUP_H

#include "card/card.h"
#include "history/history.h"
#include "judge/judge.h"

enum { LF_FOLLOWUP_GRADES = 8, LF_FOLLOWUP_BANDS = 6, LF_FOLLOWUP_FEWEST = 10 };

typedef struct lf_followup_cell {
  double rows, won, win_rate, low, high; /* Wilson 95 % */
} lf_followup_cell;

typedef struct lf_followup_column {
  const char *name; /* of the table */
  bool touches;     /* counts what sales did; else: how long it took to answer */
  size_t n_bands;   /* with values, rising */
  bool has_missing; /* one more band, last */
  char *labels[LF_FOLLOWUP_BANDS];
  lf_followup_cell cells[LF_FOLLOWUP_GRADES][LF_FOLLOWUP_BANDS];
  size_t grades_compared;              /* where every band with values has rows enough */
  double share_compared;               /* of the rows */
  lf_interval rate[LF_FOLLOWUP_BANDS]; /* win rate with the grades in equal mix in every band */
  lf_interval difference;              /* highest band less lowest */
} lf_followup_column;

/* Win rates by grade if leads nobody touched had won at `factor` times the rate of touched ones of their
 * grade. */
typedef struct lf_unworked {
  double factor;
  double rate[LF_FOLLOWUP_GRADES], all;
} lf_unworked;

enum { LF_UNWORKED_CASES = 3 };

typedef struct lf_followup {
  bool on_holdout;
  double rows, won;
  size_t n_grades;
  const char *grade[LF_FOLLOWUP_GRADES]; /* of the card; or fixed texts */
  lf_followup_cell grades[LF_FOLLOWUP_GRADES];
  bool lead_only; /* sales' attributes were left out of the grade */
  size_t n_columns;
  lf_followup_column *columns;
  const char *worked_by; /* the column whose 0 says that nobody touched the lead; NULL: none */
  double unworked_rows, unworked_won, unworked[LF_FOLLOWUP_GRADES];
  lf_unworked cases[LF_UNWORKED_CASES];
} lf_followup;

/* n_columns is 0 where no column owned by sales says touches or response. */
lf_status lf_followup_make(const lf_history *history, const lf_scorecard *card, uint64_t seed,
                           const lf_run *run, lf_followup **followup, lf_error *err);
void lf_followup_free(lf_followup *followup);

#endif
