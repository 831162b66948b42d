/* The rows that judge candidates: those that every one of them has a score for. */
#ifndef LF_CLI_JUDGED_H
#define LF_CLI_JUDGED_H

#include "cli/candidates.h"

/* n rows, in the order of the history. Owned. */
typedef struct lf_judged {
  size_t n;
  uint32_t *row; /* of the history */
  uint8_t *won;
  double *weight;    /* 1 where the history has none */
  double *amount;    /* NULL where the history has none */
  uint32_t *cluster; /* NULL where rows have no accounts */
  double unscored;   /* weight of the rows from `from` on that are left out */
} lf_judged;

/* Of rows [from, history->n_rows); scores and probabilities of the contenders, of which row from is the
 * first, are moved together alike. LF_E_DATA where no row is left, LF_E_MEMORY. lf_judged_clear lets go of it
 * in any case. */
lf_status lf_judged_make(const lf_history *history, size_t from, lf_contender *contenders,
                         size_t n_contenders, lf_judged *judged, lf_error *err);
void lf_judged_clear(lf_judged *judged);

#endif
