/* Sums over rows by atom, of every kept attribute in one pass: what bands are chosen from. */
#ifndef LF_FIT_ATOM_SUMS_H
#define LF_FIT_ATOM_SUMS_H

#include "fit/banded.h"

/* Sums over the rows of an atom. */
typedef struct lf_atom_cell {
  double rows, won; /* weighted */
  double g, h;      /* (y - p) w and p (1 - p) w under a fit; 0 without one */
} lf_atom_cell;

typedef struct lf_atom_sums {
  size_t *first; /* [n_sets + 1]: cells of set t are [first[t], first[t + 1]), by atom code; none where it is
                    not kept */
  lf_atom_cell *cell;
} lf_atom_sums;

/* Rows and wins by atom. weight: of each row of the sample. */
lf_status lf_atom_sums_count(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                             const double *weight, const lf_run *run, lf_atom_sums **sums, lf_error *err);
/* The same with g and h under a ridge fit of the sample with those weights. */
lf_status lf_atom_sums_score(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                             const lf_banded *banded, const double *b, const lf_run *run, lf_atom_sums **sums,
                             lf_error *err);
void lf_atom_sums_free(lf_atom_sums *sums);

#endif
