/* The steps of sharing out what is explained. Internal to evidence. */
#ifndef LF_EVIDENCE_OWNERS_PARTS_H
#define LF_EVIDENCE_OWNERS_PARTS_H

#include "evidence/owners.h"
#include "evidence/rows.h"

typedef struct lf_owners_job {
  const lf_history *history;
  const lf_atoms *atoms;
  const lf_card_fit *card_fit;
  lf_owners_options options;
  const lf_run *run;
  lf_evidence_rows *rows;
  double *weight; /* [rows->n]: of judged rows; 0 where nobody judges, or a fold has one class only */
  uint8_t *keep;  /* [atoms->n]: attributes that take part */
  size_t *block;  /* [atoms->n]: block of each */
  size_t n_losses;
  double **loss;       /* [2^blocks][rows->n]: of each row under each subset of blocks */
  lf_contributions *x; /* of each attribute, all together in the fit */
  lf_owners *out;
} lf_owners_job;

/* owners_blocks.c: fits every subset of blocks in every fold; fills loss and x. */
lf_status lf_owners_fit_blocks(lf_owners_job *job, lf_error *err);
/* owners_attributes.c: shares of single attributes. */
lf_status lf_owners_attributes(lf_owners_job *job, lf_error *err);
/* owners_reps.c: whether weights hold when the rep is held fixed; the column that names the rep, or SIZE_MAX.
 */
size_t lf_rep_column(const lf_history *history);
lf_status lf_owners_reps(lf_owners_job *job, lf_error *err);

/* Log loss of the rows at eta, levelled fold by fold so that mean probability meets the fold's win rate;
 * loss[rows->n]. eta is changed. */
void lf_owners_loss(const lf_evidence_rows *rows, const double *weight, double *eta, double *loss);

#endif
