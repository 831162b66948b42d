/* Nearest point of a polyhedral cone.
 *
 * Symbols: A = L L' positive definite, rows C of the cone, target t, multipliers u (free where the row is an
 * equality, else >= 0), z_i = A^-1 c_i, G = C A^-1 C', h = C t.
 * The primal is  min (x - t)'A(x - t) / 2  s.t.  Cx >= 0; its dual  min u'Gu / 2 + h'u, u >= 0, is
 * non-negative least squares, and x = t + Z u (least distance programming; Lawson & Hanson 1974, chapter 23).
 * Solved by their active set (algorithm 23.10) on the Gram matrix (Bro & De Jong 1997): it starts with no row
 * in force, so that a target inside the cone comes back as it is, bit for bit. Equalities are in force from
 * the start. */
#include "fit/cone.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const double slack =
    1e-11; /* of a violation, relative to the row's own length in A^-1 and the target's */

lf_status lf_cone_add(lf_cone *cone, const double *row, bool equal, lf_error *err) {
  double largest = 0;
  for (size_t j = 0; j < cone->n; j++) largest = fmax(largest, fabs(row[j]));
  if (!(largest > 1e-14)) return LF_OK;
  if (cone->m == cone->capacity) {
    size_t capacity = cone->capacity ? 2 * cone->capacity : 16;
    double *rows = realloc(cone->rows, capacity * cone->n * sizeof *rows);
    if (rows) cone->rows = rows;
    uint8_t *flags = rows ? realloc(cone->equal, capacity) : NULL;
    if (!flags) return lf_fail(err, LF_E_MEMORY, "not enough memory for %zu rules", capacity);
    cone->equal = flags;
    cone->capacity = capacity;
  }
  memcpy(cone->rows + cone->m * cone->n, row, cone->n * sizeof *row);
  cone->equal[cone->m++] = equal;
  return LF_OK;
}

void lf_cone_clear(lf_cone *cone) {
  free(cone->rows);
  free(cone->equal);
  *cone = (lf_cone){.n = cone->n};
}

/* The dual in progress. */
typedef struct dual {
  const lf_cone *cone;
  double *z;     /* m x n */
  double *gram;  /* m x m */
  double *h, *u; /* m */
  double *s;     /* m: the unconstrained answer of the rows in force */
  bool *in;      /* rows in force */
  double *part, *rhs;
  size_t *index;
} dual;

static void dual_clear(dual *d) {
  double *arrays[] = {d->z, d->gram, d->h, d->u, d->s, d->part, d->rhs};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) free(arrays[k]);
  free(d->in);
  free(d->index);
}

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
  return sum;
}

static lf_status dual_make(const lf_cone *cone, const double *factor, const double *target, dual *d,
                           lf_error *err) {
  size_t n = cone->n, m = cone->m;
  lf_status status = LF_OK;
  d->cone = cone;
  LF_TRY(lf_alloc(m * n, sizeof *d->z, &d->z, err));
  double **squares[] = {&d->gram, &d->part}, **vectors[] = {&d->h, &d->u, &d->s, &d->rhs};
  for (size_t k = 0; k < 2; k++) LF_TRY(lf_alloc(m * m, sizeof(double), squares[k], err));
  for (size_t k = 0; k < 4; k++) LF_TRY(lf_alloc(m, sizeof(double), vectors[k], err));
  LF_TRY(lf_alloc(m, sizeof *d->in, &d->in, err));
  LF_TRY(lf_alloc(m, sizeof *d->index, &d->index, err));
  gsl_matrix_const_view l = gsl_matrix_const_view_array(factor, n, n);
  memcpy(d->z, cone->rows, m * n * sizeof *d->z);
  for (size_t i = 0; i < m; i++) {
    gsl_vector_view v = gsl_vector_view_array(d->z + i * n, n);
    if (gsl_linalg_cholesky_svx(&l.matrix, &v.vector) != 0)
      LF_TRY(
          lf_fail(err, LF_E_DATA, "the rules of points could not be solved: the weights have no curvature"));
    d->h[i] = dot(cone->rows + i * n, target, n);
    d->in[i] = cone->equal[i];
    for (size_t k = 0; k <= i; k++)
      d->gram[i * m + k] = d->gram[k * m + i] = dot(cone->rows + k * n, d->z + i * n, n);
  }
cleanup:
  return status;
}

/* s of the rows in force: G_PP s = -h_P; 0 elsewhere. */
static lf_status solve_in_force(dual *d, lf_error *err) {
  size_t m = d->cone->m, p = 0;
  for (size_t i = 0; i < m; i++) {
    d->s[i] = 0;
    if (d->in[i]) d->index[p++] = i;
  }
  if (!p) return LF_OK;
  for (size_t a = 0; a < p; a++) {
    for (size_t b = 0; b < p; b++) d->part[a * p + b] = d->gram[d->index[a] * m + d->index[b]];
    d->part[a * p + a] *= 1 + 1e-13; /* rows that say the same twice share the load */
    d->rhs[a] = -d->h[d->index[a]];
  }
  gsl_matrix_view g = gsl_matrix_view_array(d->part, p, p);
  gsl_vector_view v = gsl_vector_view_array(d->rhs, p);
  if (gsl_linalg_cholesky_decomp1(&g.matrix) != 0 || gsl_linalg_cholesky_svx(&g.matrix, &v.vector) != 0)
    return lf_fail(err, LF_E_DATA, "the rules of points could not be solved: they contradict each other");
  for (size_t a = 0; a < p; a++) d->s[d->index[a]] = d->rhs[a];
  return LF_OK;
}

/* Moves u to s; rows whose multiplier reaches 0 on the way leave. Whether u arrived. */
static bool move_multipliers(dual *d) {
  size_t m = d->cone->m;
  double step = 1;
  for (size_t i = 0; i < m; i++)
    if (d->in[i] && !d->cone->equal[i] && d->s[i] <= 0)
      step = fmin(step, d->u[i] > 0 ? d->u[i] / (d->u[i] - d->s[i]) : 0);
  bool arrived = true;
  for (size_t i = 0; i < m; i++) {
    if (!d->in[i]) continue;
    bool blocks = !d->cone->equal[i] && d->s[i] <= 0;
    d->u[i] += step * (d->s[i] - d->u[i]);
    if (!blocks || d->u[i] > 1e-15 * fabs(d->s[i])) continue;
    d->in[i] = false;
    d->u[i] = 0;
    arrived = false;
  }
  return arrived && step >= 1;
}

/* The row most violated at u, in its own length; SIZE_MAX where none is. */
static size_t most_violated(const dual *d, double scale) {
  size_t m = d->cone->m, worst = SIZE_MAX;
  double most = slack * scale;
  for (size_t i = 0; i < m; i++) {
    double length = sqrt(d->gram[i * m + i]);
    if (d->in[i] || !(length > 0)) continue;
    double violation = -(dot(d->gram + i * m, d->u, m) + d->h[i]) / length;
    if (violation <= most) continue;
    most = violation;
    worst = i;
  }
  return worst;
}

lf_status lf_cone_nearest(const lf_cone *cone, const double *factor, const double *target, double *x,
                          lf_error *err) {
  dual d = {0};
  double scale = 0;
  lf_status status = LF_OK;
  LF_TRY(dual_make(cone, factor, target, &d, err));
  for (size_t i = 0; i < cone->m; i++)
    if (d.gram[i * cone->m + i] > 0) scale = fmax(scale, fabs(d.h[i]) / sqrt(d.gram[i * cone->m + i]));
  for (size_t round = 0, most = 10 * cone->m + 10; round < most; round++) {
    for (size_t inner = 0; inner <= cone->m; inner++) {
      LF_TRY(solve_in_force(&d, err));
      if (move_multipliers(&d)) break;
    }
    size_t worst = most_violated(&d, scale);
    if (worst == SIZE_MAX) break;
    d.in[worst] = true;
  }
  memcpy(x, target, cone->n * sizeof *x);
  for (size_t i = 0; i < cone->m; i++)
    for (size_t j = 0; d.u[i] != 0 && j < cone->n; j++) x[j] += d.u[i] * d.z[i * cone->n + j];
cleanup:
  dual_clear(&d);
  return status;
}
