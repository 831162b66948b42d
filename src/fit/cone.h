/* cone: the point of a polyhedral cone that is nearest in a quadratic form. */
#ifndef LF_FIT_CONE_H
#define LF_FIT_CONE_H

#include "base/status.h"

/* {x : c_i'x = 0 (equal) or c_i'x >= 0}. Rows are copied; owned throughout. Zero-initialise, then set n. */
typedef struct lf_cone {
  size_t n, m, capacity; /* unknowns; rows */
  double *rows;          /* m x n */
  uint8_t *equal;        /* m */
} lf_cone;

/* Adds a row; one that is 0 throughout says nothing and is left out. */
lf_status lf_cone_add(lf_cone *cone, const double *row, bool equal, lf_error *err);
void lf_cone_clear(lf_cone *cone);

/* x = argmin (x - target)'A(x - target) over the cone; factor: Cholesky factor of A as GSL leaves it, n x n.
 * x[n] may not be target. */
lf_status lf_cone_nearest(const lf_cone *cone, const double *factor, const double *target, double *x,
                          lf_error *err);

#endif
