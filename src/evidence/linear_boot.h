/* The bootstrap of figures that are sums over units, to first order. Internal to evidence. */
#ifndef LF_EVIDENCE_LINEAR_BOOT_H
#define LF_EVIDENCE_LINEAR_BOOT_H

#include "evidence/bootstrap.h"

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

/* Units of rows: of each row (or SIZE_MAX: it is never drawn), and what it counts with each draw of it. A row
 * of frequency weight w and no account is w rows: it counts sqrt(w), so that it varies as much as those. */
typedef struct lf_boot_units {
  size_t n;
  uint32_t *of; /* LF_NO_UNIT where the row has no weight */
  double *share;
} lf_boot_units;
static const uint32_t LF_NO_UNIT = UINT32_MAX;

lf_status lf_boot_units_make(const lf_resample *rows, lf_boot_units *units, lf_error *err);
void lf_boot_units_clear(lf_boot_units *units);

/* The statistics of one replicate, from its weighted sums[width], into out[n_statistics]. */
typedef void (*lf_sum_statistics)(const void *context, const double *sums, double *out);

/* Statistics of weighted sums over rows. */
typedef struct lf_sum_boot {
  const double *const *x; /* width columns of rows->n */
  size_t width;
  uint64_t seed;
  size_t n_statistics;
  lf_sum_statistics statistics;
  const void *context;
} lf_sum_boot;

/* at[n_statistics] of the rows as they are; values[replicates][n_statistics], which the caller frees. */
lf_status lf_sum_boot_run(const lf_resample *rows, const lf_sum_boot *boot, const lf_run *run, double *at,
                          double **values, size_t *replicates, lf_error *err);

/* Replicates where nobody asked: 1,000; fewer, 200 at least, above 400,000 units. */
size_t lf_linear_boot_replicates(size_t n_units);

#endif
