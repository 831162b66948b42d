/* The steps of telling what changed. Internal to evidence. */
#ifndef LF_EVIDENCE_CHANGED_PARTS_H
#define LF_EVIDENCE_CHANGED_PARTS_H

#include "evidence/changed.h"

enum { LF_OLD = 0, LF_NEW, LF_SIDES };

/* One definition on the rows of the history. */
typedef struct lf_changed_side {
  const lf_scorecard *card;
  lf_codes *codes;
  int32_t *score;  /* [n_rows] */
  double slope;    /* log-odds of a point, by a line fitted to the training rows */
  double *average; /* points of the average row, of each attribute */
} lf_changed_side;

typedef struct lf_change_job {
  const lf_history *history;
  const lf_run *run;
  uint64_t seed;
  lf_changed_side side[LF_SIDES];
  size_t judged_from; /* rows that judge: [judged_from, n_rows) */
  lf_changed *out;
} lf_change_job;

/* How far a row moves by an attribute, in new points: its new points above the average, less its old ones
 * above the average on the new scale. */
double lf_changed_move(const lf_change_job *job, const lf_changed_attribute *attribute, size_t row);

/* changed_cells.c: attribute by attribute, band by band. */
lf_status lf_changed_cells(lf_change_job *job, lf_error *err);
/* changed_flips.c: who flips, and why. */
lf_status lf_changed_flips(lf_change_job *job, lf_error *err);
/* changed_split.c: mix, points, threshold. */
lf_status lf_changed_splits(lf_change_job *job, lf_error *err);

#endif
