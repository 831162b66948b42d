/* pass: sums over rows at given working coefficients. */
#ifndef LF_FIT_PASS_H
#define LF_FIT_PASS_H

#include "fit/frame.h"

/* What a pass finds, on the working scale. */
typedef struct lf_point {
  double loglik;
  double extreme;   /* largest |eta| over rows of positive weight */
  double *gradient; /* n_coef */
  double *hessian;  /* n_coef x n_coef, X'WX, both halves; untouched by a gradient pass */
} lf_point;

typedef enum lf_pass_kind { LF_PASS_GRADIENT = 0, LF_PASS_FULL } lf_pass_kind;

/* Log-likelihood, score and (full) X'WX at the working coefficients. Every `stride`-th block of rows counts;
 * 1: all. hat: an n_coef x n_coef working covariance V; where not NULL the score is Firth's, with residuals
 * r + h (1/2 - mu), h = omega x'Vx, and X'WX is that of the data augmented by h, omega (1 + h / w). */
lf_status lf_pass(const lf_frame *frame, lf_pass_kind kind, const double *working, size_t stride,
                  const double *hat, const lf_run *run, lf_point *point, lf_error *err);

/* The first step of iterated weighted least squares as R's glm starts it, before there are coefficients: mu =
 * (w y + 1/2) / (w + 1), hessian = X'WX and gradient = X'W (logit(mu) - offset + (y - mu) / (mu (1 - mu)))
 * there; loglik is not set. */
lf_status lf_pass_first(const lf_frame *frame, const lf_run *run, lf_point *point, lf_error *err);

/* Calls visit for each block of rows with eta, residual and omega of its rows (and h = omega x'Vx where V is
 * given), in parallel over chunks; blocks of a chunk in order. */
typedef struct lf_block_view {
  size_t chunk, from, n;
  const double *eta, *y, *weight, *residual, *omega, *hat;
  const double *z;       /* number k of row i at z[k * LF_BLOCK_ROWS + i] */
  const uint32_t *joint; /* joint code of group g of row i at joint[g * LF_BLOCK_ROWS + i] */
} lf_block_view;
lf_status lf_visit_blocks(const lf_frame *frame, const double *working, const double *hat, const lf_run *run,
                          void (*visit)(void *context, const lf_block_view *block), void *context,
                          lf_error *err);

/* The same with eta = x'direction, no offset; residual and omega are not computed. */
lf_status lf_visit_linear(const lf_frame *frame, const double *direction, const lf_run *run,
                          void (*visit)(void *context, const lf_block_view *block), void *context,
                          lf_error *err);
/* X'X over the rows of positive weight that the direction does not put on their own side by more than margin:
 * rows of mixed outcome, and those with (2y - 1) x'direction <= margin. */
lf_status lf_pass_overlap(const lf_frame *frame, const double *direction, double margin, const lf_run *run,
                          double *hessian, lf_error *err);

/* Meat of a sandwich: sum of (y - mu)^2 x x' over single outcomes, weights being frequencies; each over (1 -
 * h)^2 where the working covariance V is given. */
lf_status lf_pass_meat(const lf_frame *frame, const double *working, const double *hat, const lf_run *run,
                       double *meat, lf_error *err);

/* Norm of x'c over the norm of column j, both over the rows of positive weight and weighted; separation.c. */
lf_status lf_residual_share(const lf_frame *frame, const double *c, size_t j, const lf_run *run,
                            double *share, lf_error *err);

/* Between tables and matrices; tables.c. */
void lf_tables_gradient(const lf_frame *frame, lf_pass_kind kind, const double *tables, double *gradient);
void lf_tables_hessian(const lf_frame *frame, const double *tables, double *hessian);
/* Quadratic form of V in the layout of a full accumulator, so that x'Vx of a row is a sum of look-ups. */
void lf_tables_from_matrix(const lf_frame *frame, const double *matrix, double *tables);

#endif
