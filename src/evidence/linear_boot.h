/* The bootstrap of figures that are sums over units, to first order. Internal to evidence. */
#ifndef LF_EVIDENCE_LINEAR_BOOT_H
#define LF_EVIDENCE_LINEAR_BOOT_H

#include "base/status.h"

typedef struct lf_linear_boot {
  const double *moves; /* [n_units][width]: what a unit adds to each figure */
  size_t n_units, width, replicates;
  uint64_t seed;
} lf_linear_boot;

/* sums[replicates][width]: over units of (draws of the unit - 1) times its moves. The caller frees. Draws are
 * a function of seed, replicate and unit alone. */
lf_status lf_linear_boot_run(const lf_linear_boot *boot, const lf_run *run, double **sums, lf_error *err);

/* How often each of n units (from `first`) is drawn in each of n_replicates replicates (from `replicate`):
 * draws[n][n_replicates]. */
void lf_linear_boot_draws(uint64_t seed, size_t first, size_t n, size_t replicate, size_t n_replicates,
                          double *draws);

#endif
