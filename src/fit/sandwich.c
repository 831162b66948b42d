/* Sandwich covariance of the estimates.
 *
 * Symbols: V = (X'WX)^-1 (bread); u_i = x_i (y_i - mu_i); meat M = sum u_i u_i' over single outcomes, or sum over clusters of
 * (sum u_i)(sum u_i)'. Covariance V M V (Huber 1967; White 1980; Liang & Zeger 1986).
 * Weights are frequencies: a row of weight w stands for w rows, so that grouped and expanded data agree. A share y of w rows is
 * y w wins and (1 - y) w losses.
 * HC1: n/(n-k). HC3: each u_i over 1 - h_i (MacKinnon & White 1985). CR_STATA: G/(G-1). CR1: G/(G-1) (n-1)/(n-k).
 * Factors are those of R's sandwich (Zeileis 2004). */
#include <gsl/gsl_cblas.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fit/newton.h"

typedef struct meat {
  const lf_frame *frame;
  double *residual;        /* w (y - mu) of each row */
  const uint32_t *order;   /* rows by cluster */
  const size_t *start;     /* first row of each cluster in order; n_clusters + 1 */
  lf_chunks chunks;        /* of clusters */
  double *sums, *products; /* of each chunk: BATCH x n_coef, n_coef x n_coef */
} meat;

enum { BATCH = 64 };

static void keep_residual(void *context, const lf_block_view *b) {
  memcpy((double *)context + b->from, b->residual, b->n * sizeof *b->residual);
}

/* Adds row's score to u. */
static void add_score(const lf_frame *frame, size_t row, double r, double *u) {
  const lf_design *design = frame->design;
  u[0] += r;
  for (size_t k = 0; k < frame->n_numbers; k++) {
    const lf_frame_number *x = &frame->numbers[k];
    if (x->scale > 0.0) u[x->coef] += r * (lf_column_number(x->column, row) - x->shift) / x->scale;
  }
  for (size_t t = 0; t < design->n_terms; t++) {
    const lf_term *term = &design->terms[t];
    if (term->type != LF_TERM_CODES) continue;
    int32_t c = term->coef[term->codes ? term->codes[row] : lf_column_code(term->column, row)];
    if (c >= 0) u[c] += r;
  }
}

static void sum_clusters(void *context, size_t i) {
  meat *m = context;
  size_t n = m->frame->n_coef, from, to;
  double *sums = m->sums + i * BATCH * n, *products = m->products + i * n * n;
  lf_chunk_rows(&m->chunks, i, &from, &to);
  for (size_t at = from; at < to; at += BATCH) {
    size_t batch = at + BATCH < to ? BATCH : to - at;
    memset(sums, 0, batch * n * sizeof *sums);
    for (size_t c = 0; c < batch; c++) {
      for (size_t k = m->start[at + c]; k < m->start[at + c + 1]; k++) {
        double r = m->residual[m->order[k]];
        if (r != 0.0) add_score(m->frame, m->order[k], r, sums + c * n);
      }
    }
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)n, (int)batch, 1.0, sums, (int)n, 1.0, products, (int)n);
  }
}

/* Rows in the order of their clusters. */
static lf_status order_rows(const uint32_t *cluster, size_t n_rows, size_t n_clusters, uint32_t **order, size_t **start,
                            lf_error *err) {
  lf_status status = LF_OK;
  uint32_t *o = NULL;
  size_t *s = NULL;
  LF_TRY(lf_alloc(n_rows, sizeof *o, &o, err));
  LF_TRY(lf_alloc(n_clusters + 2, sizeof *s, &s, err));
  for (size_t i = 0; i < n_rows; i++) {
    if (cluster[i] >= n_clusters) {
      status = lf_fail(err, LF_E_USAGE, "row %zu is in cluster %u of %zu", i + 1, cluster[i], n_clusters);
      goto cleanup;
    }
    s[cluster[i] + 2]++;
  }
  for (size_t c = 2; c < n_clusters + 2; c++) s[c] += s[c - 1];
  for (size_t i = 0; i < n_rows; i++) o[s[cluster[i] + 1]++] = (uint32_t)i;
  *order = o;
  *start = s;
  o = NULL;
  s = NULL;
cleanup:
  free(o);
  free(s);
  return status;
}

/* Clusters that hold a row of positive weight. */
static size_t used_clusters(const lf_design *design, const meat *m, size_t n_clusters) {
  size_t used = 0;
  for (size_t c = 0; c < n_clusters; c++) {
    bool any = false;
    for (size_t k = m->start[c]; k < m->start[c + 1] && !any; k++)
      any = !design->weight || design->weight[m->order[k]] > 0.0;
    used += any;
  }
  return used;
}

static lf_status cluster_meat(const lf_frame *frame, const double *working, const uint32_t *cluster, size_t *n_clusters,
                              const lf_run *run, double *out, lf_error *err) {
  lf_status status = LF_OK;
  meat m = {.frame = frame};
  uint32_t *order = NULL;
  size_t *start = NULL, n = frame->n_coef, most = ((size_t)8 << 20) / (n * n);
  LF_TRY(lf_alloc(frame->n_rows, sizeof *m.residual, &m.residual, err));
  LF_TRY(lf_visit_blocks(frame, working, NULL, run, keep_residual, m.residual, err));
  LF_TRY(order_rows(cluster, frame->n_rows, *n_clusters, &order, &start, err));
  m.order = order;
  m.start = start;
  m.chunks = lf_cut(*n_clusters, 1024, most < 1 ? 1 : most > 16 ? 16 : most);
  LF_TRY(lf_alloc(m.chunks.count * BATCH * n, sizeof *m.sums, &m.sums, err));
  LF_TRY(lf_alloc(m.chunks.count * n * n, sizeof *m.products, &m.products, err));
  lf_parallel_for(run, m.chunks.count, sum_clusters, &m);
  memset(out, 0, n * n * sizeof *out);
  for (size_t i = 0; i < m.chunks.count; i++)
    for (size_t c = 0; c < n * n; c++) out[c] += m.products[i * n * n + c];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) out[i * n + j] = out[j * n + i];
  *n_clusters = used_clusters(frame->design, &m, *n_clusters);
cleanup:
  free(m.residual);
  free(order);
  free(start);
  free(m.sums);
  free(m.products);
  return status;
}

/* V M V in place of V. */
static lf_status assemble(size_t n, const double *middle, double factor, double *v, lf_error *err) {
  double *half = NULL;
  lf_status status = lf_alloc(n * n, sizeof *half, &half, err);
  if (status != LF_OK) return status;
  int k = (int)n;
  cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, k, k, 1.0, middle, k, v, k, 0.0, half, k);
  double *result = NULL;
  status = lf_alloc(n * n, sizeof *result, &result, err);
  if (status == LF_OK) {
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, k, k, factor, v, k, half, k, 0.0, result, k);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) v[i * n + j] = 0.5 * (result[i * n + j] + result[j * n + i]);
  }
  free(result);
  free(half);
  return status;
}

/* The bread on the working scale at the estimates. */
static lf_status make_bread(const lf_frame *frame, const lf_weights *weights, const double *working, const lf_run *run,
                            double *bread, lf_error *err) {
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

lf_status lf_sandwich(const lf_design *design, const lf_weights *weights, const uint32_t *cluster, size_t n_clusters,
                      lf_sandwich_type type, const lf_run *run, double *covariance, lf_error *err) {
  lf_status status = LF_OK;
  lf_frame *frame = NULL;
  double *working = NULL, *middle = NULL, *bread = NULL;
  size_t n = design->n_coef;
  if (!weights->covariance) return lf_fail(err, LF_E_USAGE, "robust standard errors need a fit with its information matrix");
  if ((cluster != NULL) != (type >= LF_CR0)) return lf_fail(err, LF_E_USAGE, "cluster-robust errors go with clusters, the others without");
  LF_TRY(lf_frame_new(design, false, run, &frame, err));
  LF_TRY(lf_alloc(n, sizeof *working, &working, err));
  LF_TRY(lf_alloc(n * n, sizeof *middle, &middle, err));
  LF_TRY(lf_alloc(n * n, sizeof *bread, &bread, err));
  lf_frame_to_working(frame, weights->b, working);
  LF_TRY(make_bread(frame, weights, working, run, bread, err));
  if (cluster) LF_TRY(cluster_meat(frame, working, cluster, &n_clusters, run, middle, err));
  else LF_TRY(lf_pass_meat(frame, working, type == LF_HC3 ? bread : NULL, run, middle, err));
  LF_TRY(assemble(n, middle, factor_of(type, weights->rows, (double)weights->rank, (double)n_clusters), bread, err));
  lf_frame_covariance_to_user(frame, bread);
  memcpy(covariance, bread, n * n * sizeof *covariance);
cleanup:
  lf_frame_free(frame);
  free(working);
  free(middle);
  free(bread);
  return status;
}
