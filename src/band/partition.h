/* Exact partition of ordered atoms into bands. */
#ifndef LF_BAND_PARTITION_H
#define LF_BAND_PARTITION_H

#include "band/band.h"

typedef struct lf_partition_options {
  double min_rows;   /* in every band (weighted) */
  double min_each;   /* wins and losses, in every band */
  size_t max_bands;
  lf_trend trend;    /* of the win rate over the atoms */
} lf_partition_options;

/* The best partition into k bands for every k that is feasible. */
typedef struct lf_partitions {
  size_t n_atoms;
  size_t max_k;       /* largest feasible number of bands, at least 1 */
  double *deviance;   /* [max_k + 1]: of the best partition into k bands; INFINITY where none; index 0 unused */
  uint16_t *start;    /* [(max_k + 1) * n_atoms]: first atom of the last band of the best partition of atoms 0..j into k bands */
} lf_partitions;

/* n ordered atoms with weighted rows and wins. O(n^2 max_bands) time. */
lf_status lf_partition(const double *rows, const double *won, size_t n, const lf_partition_options *options,
                       lf_partitions *out, lf_error *err);
void lf_partitions_clear(lf_partitions *p);
/* Band of each atom (0..k-1) in the best partition into k bands. */
void lf_partition_read(const lf_partitions *p, size_t k, uint16_t *band_of_atom);

#endif
