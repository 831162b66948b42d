/* Which coefficients are linearly dependent on earlier ones.
 *
 * Symbols: A = X'WX scaled to a unit diagonal; the squared pivot of column j in an unpivoted Cholesky factor
 * is the share of its norm that the columns before it leave unexplained. Small pivots of normal equations are
 * rounding noise from about 1e-13 down, and true ones are trusted from 1e-9 up. In between the dependence
 * itself is put to the rows: the residual x_j - sum c_k x_k is computed row by row, where it is exact to
 * rounding. The later column of a dependent set is the one aliased, as in R's glm (LINPACK dqrdc2). */
#include <gsl/gsl_cblas.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fit/newton.h"

static const double suspect = 1e-9;   /* squared pivot below which the rows are asked */
static const double dependent = 3e-7; /* residual norm over column norm */

/* Row-wise factor of the columns kept so far. */
typedef struct kept {
  size_t n, m;
  size_t *index; /* coefficient of each */
  double *row;   /* m rows of n */
  double *scale; /* of every coefficient */
  double *line;  /* the row in the making */
} kept;

/* The share of column j that the kept ones leave; its factor row goes to line. */
static double pivot(const kept *k, const double *matrix, size_t j) {
  double left = 1.0;
  for (size_t a = 0; a < k->m; a++) {
    const double *row = k->row + a * k->n;
    double v = matrix[j * k->n + k->index[a]] * k->scale[j] * k->scale[k->index[a]];
    v = (v - cblas_ddot((int)a, row, 1, k->line, 1)) / row[a];
    k->line[a] = v;
    left -= v * v;
  }
  return left;
}

/* Coefficients c with x_j about sum c_k x_k, minus 1 at j: solves the transposed factor against line. */
static void dependence(const kept *k, size_t j, double *c) {
  memset(c, 0, k->n * sizeof *c);
  double *x = c; /* filled by position first, then moved to its coefficient from the back */
  double *solved = k->row + k->n * k->n;
  memcpy(solved, k->line, k->m * sizeof *solved);
  for (size_t a = k->m; a-- > 0;) {
    solved[a] /= k->row[a * k->n + a];
    for (size_t b = 0; b < a; b++) solved[b] -= k->row[a * k->n + b] * solved[a];
  }
  for (size_t a = 0; a < k->m; a++) x[k->index[a]] = solved[a] * k->scale[k->index[a]] / k->scale[j];
  x[j] = -1.0;
}

static lf_status kept_new(const lf_newton *w, kept *k, lf_error *err) {
  lf_status status = LF_OK;
  k->n = w->frame->n_coef;
  LF_TRY(lf_alloc(k->n, sizeof *k->index, &k->index, err));
  LF_TRY(lf_alloc(k->n * (k->n + 1), sizeof *k->row, &k->row, err));
  LF_TRY(lf_alloc(k->n, sizeof *k->scale, &k->scale, err));
  LF_TRY(lf_alloc(k->n, sizeof *k->line, &k->line, err));
cleanup:
  return status;
}

static void kept_clear(kept *k) {
  free(k->index);
  free(k->row);
  free(k->scale);
  free(k->line);
}

/* Decides on column j and takes it in where it is independent. */
static lf_status decide(lf_newton *w, kept *k, size_t j, lf_error *err) {
  size_t n = k->n;
  double left = pivot(k, w->point.hessian, j);
  if (left < suspect) {
    double share = 0.0;
    dependence(k, j, w->trial);
    lf_status status = lf_residual_share(w->frame, w->trial, j, w->run, &share, err);
    if (status != LF_OK) return status;
    if (share < dependent) {
      w->aliased[j] = w->left_out[j] = true;
      w->working[j] = 0.0;
      return LF_OK;
    }
    if (left < share * share) left = share * share;
  }
  k->line[k->m] = sqrt(left);
  memcpy(k->row + k->m * n, k->line, (k->m + 1) * sizeof *k->line);
  k->index[k->m++] = j;
  return LF_OK;
}

/* Columns that no row of positive weight has. */
static void find_empty(lf_newton *w) {
  size_t n = w->frame->n_coef;
  for (size_t j = 0; j < n; j++) {
    if (w->left_out[j] || w->point.hessian[j * n + j] > 0.0 || (w->ridge && w->ridge[j] > 0.0)) continue;
    w->aliased[j] = w->left_out[j] = true;
    w->working[j] = 0.0;
  }
}

/* Goes through the columns in order where a pivot is small. */
static lf_status find_dependent(lf_newton *w, lf_error *err) {
  lf_status status = LF_OK;
  kept k = {0};
  size_t n = w->frame->n_coef;
  LF_TRY(kept_new(w, &k, err));
  for (size_t j = 0; j < n; j++) {
    double d = w->point.hessian[j * n + j];
    k.scale[j] = d > 0.0 ? 1.0 / sqrt(d) : 0.0;
  }
  for (size_t j = 0; j < n; j++)
    if (!w->left_out[j]) LF_TRY(decide(w, &k, j, err));
cleanup:
  kept_clear(&k);
  return status;
}

lf_status lf_find_aliased(lf_newton *w, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = w->frame->n_coef;
  for (size_t j = 0; j < n; j++) w->left_out[j] = w->fixed[j] && !w->alias_with_fixed;
  find_empty(w);
  lf_system_activate(w->system, w->left_out);
  LF_TRY(lf_system_factor(w->system, w->point.hessian, w->ridge, err));
  if (w->system->smallest < suspect && !w->ridge) LF_TRY(find_dependent(w, err));
  for (size_t j = 0; j < n; j++) w->left_out[j] = w->fixed[j] || w->aliased[j];
  lf_system_activate(w->system, w->left_out);
  lf_newton_penalise(w); /* the score of what is left out no longer counts */
cleanup:
  return status;
}
