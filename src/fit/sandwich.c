/* Sandwich covariance of the estimates.
 *
 * Symbols: V = (X'WX)^-1 (bread); u_i = x_i (y_i - mu_i); meat M = sum u_i u_i' over single outcomes, or sum
 * over clusters of (sum u_i)(sum u_i)'. Covariance V M V (Huber 1967; White 1980; Liang & Zeger 1986).
 * Weights are frequencies: a row of weight w stands for w rows, so that grouped and expanded data agree. A
 * share y of w rows is y w wins and (1 - y) w losses. HC1: n/(n-k). HC3: each u_i over 1 - h_i (MacKinnon &
 * White 1985). CR_STATA: G/(G-1). CR1: G/(G-1) (n-1)/(n-k). Factors are those of R's sandwich (Zeileis 2004).
 */
#include <gsl/gsl_cblas.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fit/newton.h"
#include "fit/sandwich.h"

static void keep_residual(void *context, const lf_block_view *b) {
  memcpy((double *)context + b->from, b->residual, b->n * sizeof *b->residual);
}

static lf_status meat_of_clusters(const lf_frame *frame, const double *working, const uint32_t *cluster,
                                  size_t *n_clusters, const lf_run *run, double *out, lf_error *err) {
  double *residual = NULL;
  lf_status status = lf_alloc(frame->n_rows, sizeof *residual, &residual, err);
  if (status == LF_OK) status = lf_visit_blocks(frame, working, NULL, run, keep_residual, residual, err);
  if (status == LF_OK) status = lf_cluster_meat(frame, residual, cluster, n_clusters, run, out, err);
  free(residual);
  return status;
}

/* A product of symmetric matrices, slice by slice of the columns, so that slices run in parallel. */
enum { SLICES = 8 };

typedef struct product {
  size_t n;
  double factor;
  const double *left, *right;
  double *out;
} product;

static void multiply_slice(void *context, size_t s) {
  const product *p = context;
  size_t from = p->n * s / SLICES, to = p->n * (s + 1) / SLICES;
  int n = (int)p->n;
  if (to > from)
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, n, (int)(to - from), p->factor, p->left, n,
                p->right + from, n, 0.0, p->out + from, n);
}

/* V M V in place of V. */
static lf_status assemble(size_t n, const double *middle, double factor, const lf_run *run, double *v,
                          lf_error *err) {
  lf_status status = LF_OK;
  double *half = NULL, *result = NULL;
  LF_TRY(lf_alloc(n * n, sizeof *half, &half, err));
  LF_TRY(lf_alloc(n * n, sizeof *result, &result, err));
  product first = {n, 1.0, middle, v, half}, second = {n, factor, v, half, result};
  lf_parallel_for(run, SLICES, multiply_slice, &first);
  lf_parallel_for(run, SLICES, multiply_slice, &second);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) v[i * n + j] = 0.5 * (result[i * n + j] + result[j * n + i]);
cleanup:
  free(result);
  free(half);
  return status;
}

/* The bread on the working scale at the estimates. */
static lf_status make_bread(const lf_frame *frame, const lf_weights *weights, const double *working,
                            const lf_run *run, double *bread, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = frame->n_coef;
  lf_system *system = NULL;
  bool *left_out = NULL;
  lf_point point = {0};
  LF_TRY(lf_alloc(n, sizeof *left_out, &left_out, err));
  LF_TRY(lf_alloc(n, sizeof *point.gradient, &point.gradient, err));
  LF_TRY(lf_alloc(n * n, sizeof *point.hessian, &point.hessian, err));
  LF_TRY(lf_system_new(n, &system, err));
  LF_TRY(lf_pass(frame, LF_PASS_FULL, working, 1, NULL, run, &point, err));
  for (size_t j = 0; j < n; j++) left_out[j] = !(weights->covariance[j * n + j] > 0.0);
  lf_system_activate(system, left_out);
  LF_TRY(lf_system_factor(system, point.hessian, NULL, err));
  LF_TRY(lf_system_inverse(system, bread, err));
cleanup:
  lf_system_free(system);
  free(left_out);
  free(point.gradient);
  free(point.hessian);
  return status;
}

static double factor_of(lf_sandwich_type type, double rows, double rank, double clusters) {
  switch (type) {
  case LF_HC1: return rows / (rows - rank);
  case LF_CR_STATA: return clusters / (clusters - 1.0);
  case LF_CR1: return clusters / (clusters - 1.0) * (rows - 1.0) / (rows - rank);
  case LF_HC0:
  case LF_HC3:
  case LF_CR0: break;
  }
  return 1.0;
}

lf_status lf_sandwich(const lf_design *design, const lf_weights *weights, const uint32_t *cluster,
                      size_t n_clusters, lf_sandwich_type type, const lf_run *run, double *covariance,
                      lf_error *err) {
  lf_status status = LF_OK;
  lf_frame *own = NULL;
  const lf_frame *frame = weights->frame;
  double *working = NULL, *middle = NULL, *bread = NULL;
  size_t n = design->n_coef;
  if (!weights->covariance)
    return lf_fail(err, LF_E_USAGE, "robust standard errors need a fit with its information matrix");
  if ((cluster != NULL) != (type >= LF_CR0))
    return lf_fail(err, LF_E_USAGE, "cluster-robust errors go with clusters, the others without");
  if (!frame) LF_TRY(lf_frame_new(design, false, run, &own, err));
  if (!frame) frame = own;
  LF_TRY(lf_alloc(n, sizeof *working, &working, err));
  LF_TRY(lf_alloc(n * n, sizeof *middle, &middle, err));
  LF_TRY(lf_alloc(n * n, sizeof *bread, &bread, err));
  lf_frame_to_working(frame, weights->b, working);
  if (weights->frame)
    memcpy(bread, weights->working_covariance, n * n * sizeof *bread);
  else
    LF_TRY(make_bread(frame, weights, working, run, bread, err));
  if (cluster)
    LF_TRY(meat_of_clusters(frame, working, cluster, &n_clusters, run, middle, err));
  else
    LF_TRY(lf_pass_meat(frame, working, type == LF_HC3 ? bread : NULL, run, middle, err));
  LF_TRY(assemble(n, middle, factor_of(type, weights->rows, (double)weights->rank, (double)n_clusters), run,
                  bread, err));
  lf_frame_covariance_to_user(frame, bread);
  memcpy(covariance, bread, n * n * sizeof *covariance);
cleanup:
  lf_frame_free(own);
  free(working);
  free(middle);
  free(bread);
  return status;
}
