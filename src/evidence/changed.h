/* What changed between the definition in force and the one that was fitted.
 *
 * In:   a history, the old and the new scorecard.
 * Out:  an lf_changed the caller owns: weight by weight, who flips, what the change in volume and win rate is
 * made of, both on the same rows that judge.
 *
 * Words. Earlier rows: the training rows. Recent rows: the holdout, in time; where rows are not split in time
 * there is no change of mix, and both are the rows that judge (the holdout, else every row). Rows that
 * qualify: score >= threshold. */
#ifndef LF_EVIDENCE_CHANGED_H
#define LF_EVIDENCE_CHANGED_H

#include "card/card.h"
#include "evidence/compare.h"
#include "history/history.h"

enum { LF_CHANGED_FEWEST = 10 }; /* rows of a cell or a pattern that is shown */

/* Rows in one band of the old definition and one of the new. Labels belong to the cards. */
typedef struct lf_changed_cell {
  const char *old_band, *new_band; /* NULL: the definition lacks the attribute */
  double rows, won;
  double old_points, new_points; /* NaN where the definition lacks the attribute */
  double old_weight, new_weight; /* as the card holds them */
  double change; /* in new points: against the attribute's average row, the old card's points brought to the
                    new scale */
} lf_changed_cell;

typedef enum lf_changed_kind { LF_CHANGED_KEPT = 0, LF_CHANGED_ADDED, LF_CHANGED_DROPPED } lf_changed_kind;

typedef struct lf_changed_attribute {
  const char *name;
  lf_changed_kind kind;
  size_t old_index, new_index;   /* SIZE_MAX: not there */
  double old_spread, new_spread; /* standard deviation of its points over all rows, in new points */
  double mean_change;            /* mean absolute change of a row, in new points */
  size_t n_cells;                /* those with LF_CHANGED_FEWEST rows, most rows first */
  lf_changed_cell *cells;
  double small_rows; /* rows in smaller cells */
} lf_changed_attribute;

/* Rows that flip for the same main reason: the attribute that moved them most in the direction of the flip.
 */
typedef struct lf_flip_pattern {
  size_t attribute; /* of lf_changed.attributes; SIZE_MAX: patterns too small to show, and rows that no
                       attribute moved that way */
  const char *old_band, *new_band;
  double rows, won, amount;
  double change; /* mean, in new points, of that attribute */
} lf_flip_pattern;

typedef struct lf_flips {
  double rows, won, amount;
  size_t n;
  lf_flip_pattern *patterns; /* most rows first; the rest last */
} lf_flips;

enum { LF_PART_MIX = 0, LF_PART_POINTS, LF_PART_THRESHOLD, LF_CHANGED_PARTS };

/* A figure under the old definition on earlier rows, under the new on recent rows, and what each part adds
 * (they sum to the change). */
typedef struct lf_changed_split {
  double from, to;
  lf_interval total;
  lf_interval part[LF_CHANGED_PARTS];
} lf_changed_split;

typedef struct lf_changed {
  lf_scorecard *old_card; /* owned */
  char *absent;           /* columns that the old definition asks for and the data lack, or NULL */
  double scale;           /* new points that one old point is worth */
  size_t n;
  lf_changed_attribute *attributes; /* of the new card in its order, then those left out */
  bool in_time;                     /* mix is told */
  bool on_holdout;           /* the rows that judge are the holdout; else every row, fitted ones included */
  double rows, won, amount;  /* of the rows that judge */
  bool has_thresholds;       /* both have one: flips and splits are there */
  double old_threshold_here; /* the old threshold in new points: as many earlier rows reach it */
  lf_flips up, down;         /* newly qualified, no longer qualified; on the rows that judge */
  lf_changed_split volume, win_rate; /* share of rows that qualify; win rate of those */
  lf_changed_split judged_volume,
      judged_win_rate; /* the same on the rows that judge alone: points and threshold, no mix */
  size_t replicates;
  lf_candidate candidates[2]; /* old, new: backing of comparison */
  double *backing;            /* scores and probabilities on the rows that judge */
  lf_comparison *comparison;  /* NULL without a holdout */
} lf_changed;

/* old_card is taken over in every case and set to NULL. new_card is only read, and outlives the result. */
lf_status lf_changed_make(const lf_history *history, lf_scorecard **old_card, const lf_scorecard *new_card,
                          uint64_t seed, const lf_run *run, lf_changed **changed, lf_error *err);
void lf_changed_free(lf_changed *changed);

#endif
