/* Fits of the leaks' study and what is read off them. Internal to leaks. */
#ifndef LF_EVIDENCE_LEAKS_PARTS_H
#define LF_EVIDENCE_LEAKS_PARTS_H

#include "evidence/leaks.h"
#include "fit/banded.h"

/* A fit of some sets: its holdout AUC, and the log-odds of every band of every set that took part. Owned. */
typedef struct lf_leak_fit {
  lf_interval auc;
  size_t n_sets;
  double **value; /* [set][band]; NULL where the set took no part */
} lf_leak_fit;

/* What weights are told of. */
typedef struct lf_leak_sets {
  const lf_history *history;
  const lf_atoms *atoms;
  const lf_sample *sample; /* training rows */
  const lf_grouping *groupings;
} lf_leak_sets;

/* Takes the weights b of a banded design. */
lf_status lf_leak_values(const lf_leak_sets *sets, const lf_banded *banded, const double *b, lf_leak_fit *fit,
                         lf_error *err);
void lf_leak_fit_clear(lf_leak_fit *fit);

/* Fills the leak's weights from two fits: of every set that took part in both but `itself`. */
lf_status lf_leak_weights(const lf_leak_sets *sets, size_t itself, const lf_leak_fit *without,
                          const lf_leak_fit *with, lf_leak *leak, lf_error *err);
void lf_leak_weights_clear(lf_leak *leak);

#endif
