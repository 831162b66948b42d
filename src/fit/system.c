/* The symmetric linear system of a Newton step.
 *
 * Symbols: A = X'WX + R over the active coefficients, D = diag(A)^(-1/2); D A D = L L' has a unit diagonal.
 * Why: after this scaling a Cholesky factor is within a small factor of the best conditioning that any
 * diagonal scaling reaches (van der Sluis 1969), and squared pivots are shares of a column's own norm that
 * earlier columns do not explain, whatever the units. */
#include "fit/system.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

lf_status lf_system_new(size_t n, lf_system **system, lf_error *err) {
  lf_status status = LF_OK;
  lf_system *s = NULL;
  gsl_set_error_handler_off(); /* a matrix that is not positive definite is an answer here, not an accident */
  LF_TRY(lf_alloc(1, sizeof *s, &s, err));
  s->n = n;
  LF_TRY(lf_alloc(n, sizeof *s->active, &s->active, err));
  LF_TRY(lf_alloc(n, sizeof *s->scale, &s->scale, err));
  LF_TRY(lf_alloc(n, sizeof *s->work, &s->work, err));
  s->factor = gsl_matrix_alloc(n, n);
  if (!s->factor) {
    status = lf_fail(err, LF_E_MEMORY, "no memory for a %zu x %zu matrix", n, n);
    goto cleanup;
  }
  *system = s;
  s = NULL;
cleanup:
  lf_system_free(s);
  return status;
}

void lf_system_free(lf_system *system) {
  if (!system) return;
  free(system->active);
  free(system->scale);
  free(system->work);
  gsl_matrix_free(system->factor);
  free(system);
}

void lf_system_activate(lf_system *system, const bool *left_out) {
  system->m = 0;
  for (size_t j = 0; j < system->n; j++)
    if (!left_out[j]) system->active[system->m++] = j;
}

/* Copies the scaled active part, its diagonal raised to 1 + lift. */
static void fill(lf_system *s, const double *matrix, double lift) {
  for (size_t a = 0; a < s->m; a++) {
    const double *row = matrix + s->active[a] * s->n;
    double *out = s->factor->data + a * s->factor->tda;
    for (size_t b = 0; b < a; b++) out[b] = row[s->active[b]] * s->scale[a] * s->scale[b];
    out[a] = 1.0 + lift;
  }
}

static gsl_matrix_view corner(const lf_system *s) {
  return gsl_matrix_submatrix(s->factor, 0, 0, s->m, s->m);
}

lf_status lf_system_factor(lf_system *s, const double *matrix, const double *ridge, lf_error *err) {
  s->smallest = 1.0;
  if (s->m == 0) return LF_OK;
  for (size_t a = 0; a < s->m; a++) {
    size_t j = s->active[a];
    double d = matrix[j * s->n + j] + (ridge ? ridge[j] : 0.0);
    s->scale[a] = d > 0.0 && isfinite(d) ? 1.0 / sqrt(d) : 1.0;
  }
  for (double lift = 0.0; lift<1.0; lift = lift> 0.0 ? lift * 100.0 : 1e-13) {
    fill(s, matrix, lift);
    gsl_matrix_view view = corner(s);
    int code = gsl_linalg_cholesky_decomp1(&view.matrix);
    if (code != GSL_SUCCESS) continue;
    for (size_t a = 0; a < s->m; a++) {
      double pivot = gsl_matrix_get(&view.matrix, a, a);
      if (pivot * pivot < s->smallest) s->smallest = pivot * pivot;
    }
    if (!isfinite(s->smallest)) break;
    if (lift > 0.0) s->smallest = 0.0;
    return LF_OK;
  }
  return lf_fail(
      err, LF_E_DATA,
      "the information matrix has values that are not finite: look for columns with extreme values");
}

lf_status lf_system_solve(const lf_system *s, const double *rhs, double *x, lf_error *err) {
  for (size_t a = 0; a < s->m; a++) s->work[a] = rhs[s->active[a]] * s->scale[a];
  memset(x, 0, s->n * sizeof *x);
  if (s->m == 0) return LF_OK;
  gsl_matrix_view view = corner(s);
  gsl_vector_view work = gsl_vector_view_array(s->work, s->m);
  int code = gsl_linalg_cholesky_svx(&view.matrix, &work.vector);
  if (code != GSL_SUCCESS)
    return lf_fail(err, LF_E_DATA, "a linear system could not be solved: %s", gsl_strerror(code));
  for (size_t a = 0; a < s->m; a++) x[s->active[a]] = s->work[a] * s->scale[a];
  return LF_OK;
}

/* With the right-hand sides as rows of B: X L' = B, then X L = B. */
lf_status lf_system_solve_rows(const lf_system *s, size_t n_rhs, double *x, lf_error *err) {
  double *b = NULL;
  lf_status status = lf_alloc(n_rhs * s->m, sizeof *b, &b, err);
  if (status != LF_OK) return status;
  for (size_t r = 0; r < n_rhs; r++)
    for (size_t a = 0; a < s->m; a++) b[r * s->m + a] = x[r * s->n + s->active[a]] * s->scale[a];
  int rows = (int)n_rhs, m = (int)s->m, step = (int)s->factor->tda;
  if (n_rhs && m) {
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, rows, m, 1.0,
                s->factor->data, step, b, m);
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, rows, m, 1.0,
                s->factor->data, step, b, m);
  }
  memset(x, 0, n_rhs * s->n * sizeof *x);
  for (size_t r = 0; r < n_rhs; r++)
    for (size_t a = 0; a < s->m; a++) x[r * s->n + s->active[a]] = b[r * s->m + a] * s->scale[a];
  free(b);
  return LF_OK;
}

lf_status lf_system_inverse(lf_system *s, double *inverse, lf_error *err) {
  lf_status status = LF_OK;
  gsl_matrix *copy = NULL;
  memset(inverse, 0, s->n * s->n * sizeof *inverse);
  if (s->m == 0) return LF_OK;
  copy = gsl_matrix_alloc(s->m, s->m);
  if (!copy) return lf_fail(err, LF_E_MEMORY, "no memory for a %zu x %zu matrix", s->m, s->m);
  gsl_matrix_view view = corner(s);
  int code = gsl_matrix_memcpy(copy, &view.matrix);
  if (code == GSL_SUCCESS) code = gsl_linalg_cholesky_invert(copy);
  if (code != GSL_SUCCESS) {
    status = lf_fail(err, LF_E_DATA, "the information matrix could not be inverted: %s", gsl_strerror(code));
    goto cleanup;
  }
  for (size_t a = 0; a < s->m; a++) {
    for (size_t b = 0; b <= a; b++) {
      double v = gsl_matrix_get(copy, a, b) * s->scale[a] * s->scale[b];
      inverse[s->active[a] * s->n + s->active[b]] = v;
      inverse[s->active[b] * s->n + s->active[a]] = v;
    }
  }
cleanup:
  gsl_matrix_free(copy);
  return status;
}

double lf_system_log_determinant(const lf_system *s) {
  double sum = 0.0;
  for (size_t a = 0; a < s->m; a++) sum += log(gsl_matrix_get(s->factor, a, a)) - log(s->scale[a]);
  return 2.0 * sum;
}
