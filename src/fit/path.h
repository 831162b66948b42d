/* Ridge fits along a path of penalties. */
#ifndef LF_FIT_PATH_H
#define LF_FIT_PATH_H

#include "fit/fit.h"
#include "fit/frame.h"

typedef struct lf_ridge_path {
  size_t n;
  const double *lambda; /* n penalties, falling */
  const double *unit;   /* n_coef: penalty of each coefficient at lambda 1; NULL: 1, and 0 for the intercept */
  const double *start;  /* n_coef, or NULL */
  double tolerance;     /* on the decrement (fit.h) */
} lf_ridge_path;

/* Coefficients at every penalty, b[n][n_coef], on the user's scale. */
lf_status lf_ridge_path_fit(const lf_frame *frame, const lf_ridge_path *path, const lf_run *run, double *b, lf_error *err);

#endif
