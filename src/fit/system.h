/* system: the symmetric linear system of a Newton step, over the coefficients that are free to move. */
#ifndef LF_FIT_SYSTEM_H
#define LF_FIT_SYSTEM_H

#include <gsl/gsl_matrix.h>

#include "base/status.h"

typedef struct lf_system {
  size_t n;           /* coefficients */
  size_t m;           /* active ones */
  size_t *active;     /* their indices, ascending; owned */
  double *scale;      /* 1 / sqrt(diagonal) of the active; owned */
  double *work;       /* m values; owned */
  gsl_matrix *factor; /* lower Cholesky factor of the scaled matrix, m x m in a corner of n x n; owned */
  double smallest;    /* smallest squared pivot of the scaled matrix; 0 where it had to be lifted */
} lf_system;

lf_status lf_system_new(size_t n, lf_system **system, lf_error *err);
void lf_system_free(lf_system *system);
/* Coefficients with left_out nonzero do not move. */
void lf_system_activate(lf_system *system, const bool *left_out);
/* Factors matrix (n x n, symmetric) plus the diagonal ridge (may be NULL). A matrix that is not positive
 * definite is lifted by a small multiple of its diagonal until it is. */
lf_status lf_system_factor(lf_system *system, const double *matrix, const double *ridge, lf_error *err);
/* Solves for x; entries of x that are not active become 0. */
lf_status lf_system_solve(const lf_system *system, const double *rhs, double *x, lf_error *err);
/* The same for several right-hand sides at once, in place: x[n_rhs][n]. */
lf_status lf_system_solve_rows(const lf_system *system, size_t n_rhs, double *x, lf_error *err);
/* The inverse in an n x n matrix, 0 in the rows and columns of what is not active. */
lf_status lf_system_inverse(lf_system *system, double *inverse, lf_error *err);
/* log |matrix + ridge| over the active. */
double lf_system_log_determinant(const lf_system *system);

#endif
