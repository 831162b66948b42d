/* Exact partition of ordered atoms into bands. */
#ifndef LF_BAND_PARTITION_H
#define LF_BAND_PARTITION_H

#include "band/band.h"

/* Ordered atoms. With z the cost of a band is the weighted squared error around its mean (a quadratic view of
 * the adjusted deviance), else the binomial deviance at its own win rate. Not owned. */
typedef struct lf_partition_atoms {
  size_t n;
  const double *rows, *won; /* weighted counts */
  const double *z, *h;      /* working response and its weight, or NULL */
} lf_partition_atoms;

typedef struct lf_partition_options {
  double min_rows;  /* in every band */
  double min_each;  /* wins and losses, in every band */
  double penalty;   /* deviance a further band must save */
  size_t max_bands; /* 0: no cap */
  lf_trend trend;   /* of the win rate (or z) over the atoms */
} lf_partition_options;

/* The partition of least cost + penalty * bands: band[n] (0 .. *n_bands-1, rising) and the cost without the
 * penalty. A single band where no partition satisfies the minima. O(n^2) time, O(n^2 max_bands) with a cap.
 * cost may be NULL. */
lf_status lf_partition(const lf_partition_atoms *atoms, const lf_partition_options *options, uint16_t *band,
                       size_t *n_bands, double *cost, lf_error *err);

#endif
