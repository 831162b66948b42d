/* Ridge fits along a path of penalties. */
#ifndef LF_FIT_PATH_H
#define LF_FIT_PATH_H

#include "fit/fit.h"
#include "fit/lanes.h"

typedef struct lf_ridge_path {
  size_t n;
  const double *lambda; /* n penalties, falling */
  const double *unit;  /* n_coef: penalty of each coefficient at lambda 1; NULL: 1, and 0 for the intercept */
  const double *start; /* n_coef, or NULL */
  double tolerance;    /* on the decrement (fit.h) */
} lf_ridge_path;

/* A start for fit k > 0: the polynomial in log lambda through the last `points` maxima (maxima[][n], fewer
 * where there are fewer), or the last of them where that would be unsteady. */
enum { LF_PATH_POINTS = 4 };
void lf_path_start(const double *lambda, size_t k, size_t points, const double *maxima, size_t n,
                   double *working);

/* Refits of a design under other weights, each by chord steps from the full fit with the full fit's matrix.
 */
typedef struct lf_refitter {
  const lf_design *design;
  struct lf_newton *newton; /* at the full fit */
  lf_frame *frame;
} lf_refitter;

lf_status lf_refitter_new(const lf_design *design, const double *ridge, const lf_run *run,
                          lf_refitter **refitter, lf_error *err);
void lf_refitter_free(lf_refitter *refitter);
/* b[n_coef] under weight[n_rows], to the decrement of tolerance. Several threads may refit at once. */
lf_status lf_refit(const lf_refitter *refitter, const double *weight, double tolerance, double *b,
                   lf_error *err);

/* The same for n sets of weights at once, one pass over the rows for all of them: b[n][n_coef]. 8 to 32 are
 * best; several threads may call at once, each with its own sets and a serial run. */
lf_status lf_refit_lanes(const lf_refitter *refitter, size_t n, lf_lane_weights *weigh, void *context,
                         double tolerance, const lf_run *run, double *b, lf_error *err);

/* Coefficients at every penalty, b[n][n_coef], on the user's scale. */
lf_status lf_ridge_path_fit(const lf_frame *frame, const lf_ridge_path *path, const lf_run *run, double *b,
                            lf_error *err);

#endif
