/* A grouping: which atoms of an attribute make which band. */
#ifndef LF_BAND_GROUPING_H
#define LF_BAND_GROUPING_H

#include "band/atoms.h"

/* Bands 0..n_bands-1 carry values; missing is band n_bands, other is n_bands + 1. Zero-initialise. */
typedef struct lf_grouping {
  size_t n_bands;
  uint16_t *band; /* of each atom code 0..n+1 */
} lf_grouping;

lf_status lf_grouping_new(const lf_atom_set *set, lf_grouping *grouping,
                          lf_error *err); /* every atom its own band */
void lf_grouping_clear(lf_grouping *grouping);

/* The attribute with its bands and their labels, as a scorecard holds it. */
lf_status lf_grouping_attribute(const lf_history *history, const lf_atom_set *set,
                                const lf_grouping *grouping, lf_attribute *attribute, lf_error *err);

#endif
