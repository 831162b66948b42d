/* Sums over the rows of a dense model: likelihood, gradient, information.
 *
 * Symbols: row i has columns x_i, group g(i), weight w_i, eta_i = o_i + a_g(i) + x_i'b, mean mu_i.
 *   binomial  mu = expit(eta), score (y - mu) x,     information mu (1 - mu) x x'
 *   Gamma     mu = exp(eta),   score (y / mu - 1) x, information x x'
 *   Poisson   mu = exp(eta),   score (y - mu) x,     information mu x x'
 *   normal    mu = eta,        score (y - mu) x,     information x x'
 * Rows are taken in blocks that stay in the first cache, column by column, so that every inner loop runs over
 * neighbouring numbers; rows of one group within a block are one run, whose intercept needs no column. */
#include "evidence/glm_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cblas.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/logistic.h"

enum { BLOCK = 512, MOST_CHUNKS = 16, SHORT_RUN = 32 };
static const double largest_eta = 700;

double lf_family_mean(lf_family family, double eta) {
  switch (family) {
  case LF_FAMILY_BINOMIAL: return lf_expit(eta);
  case LF_FAMILY_GAMMA:
  case LF_FAMILY_POISSON: return exp(fmin(eta, largest_eta));
  case LF_FAMILY_NORMAL: break;
  }
  return eta;
}

/* ---- one block ------------------------------------------------------------------------------------------
 */

/* One row of a family other than the binomial. */
static void observe_row(lf_family family, double y, double eta, double w, double *score, double *information,
                        double *loss) {
  double mu = lf_family_mean(family, eta);
  switch (family) {
  case LF_FAMILY_BINOMIAL: break;
  case LF_FAMILY_GAMMA:
    *score = w * (y / mu - 1);
    *information = w;
    *loss = w * (y / mu + eta);
    return;
  case LF_FAMILY_POISSON:
    *score = w * (y - mu);
    *information = w * mu;
    *loss = w * (mu - y * eta);
    return;
  case LF_FAMILY_NORMAL: break;
  }
  *score = w * (y - mu);
  *information = w;
  *loss = w * 0.5 * (y - mu) * (y - mu);
}

static void observe_binomial(const lf_dense *d, size_t from, size_t n, const double *eta, double *score,
                             double *information, double *loss) {
  double y[BLOCK], w[BLOCK];
  for (size_t at = 0; at < n; at += BLOCK) {
    size_t rows = at + BLOCK < n ? BLOCK : n - at;
    for (size_t i = 0; i < rows; i++) {
      w[i] = d->weight ? d->weight[from + at + i] : 1;
      y[i] = w[i] > 0 ? d->y[from + at + i] : 0;
    }
    lf_logistic_block(rows, eta + at, y, w, score + at, information + at, loss + at);
  }
}

void lf_dense_observe(const lf_dense *d, size_t from, size_t n, const double *eta, double *score,
                      double *information, double *loss) {
  if (d->family == LF_FAMILY_BINOMIAL) {
    observe_binomial(d, from, n, eta, score, information, loss);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    double w = d->weight ? d->weight[from + i] : 1;
    score[i] = information[i] = loss[i] = 0;
    if (w > 0) observe_row(d->family, d->y[from + i], eta[i], w, &score[i], &information[i], &loss[i]);
  }
}

LF_CLONES
static void add_column(size_t n, double b, const double *restrict x, double *restrict eta) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) eta[i] += b * x[i];
}

LF_CLONES
static void scale_column(size_t n, const double *restrict root, const double *restrict x,
                         double *restrict out) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) out[i] = root[i] * x[i];
}

void lf_dense_eta(const lf_dense *d, const double *b, size_t from, size_t n, double *eta) {
  for (size_t i = 0; i < n; i++)
    eta[i] = (d->offset ? d->offset[from + i] : 0) + b[lf_dense_group(d, from + i)];
  for (size_t j = 0; j < d->k; j++)
    if (b[d->n_groups + j] != 0) add_column(n, b[d->n_groups + j], d->x[j] + from, eta);
}

static double sum_of(size_t n, const double *x) {
  double sum = 0;
  if (n >= SHORT_RUN) return lf_lane_sum(n, x);
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum;
}

static double dot_of(size_t n, const double *x, const double *y) {
  double sum = 0;
  if (n >= SHORT_RUN) return lf_lane_dot(n, x, y);
  for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
  return sum;
}

/* Where a chunk adds up: loglik 1, gradient m, columns k x k, groups n_groups, groups x columns. */
typedef struct part {
  double *loglik, *gradient, *columns, *groups, *both;
} part;

static part part_at(const lf_dense *d, double *slab) {
  part p = {.loglik = slab, .gradient = slab + 1};
  p.columns = p.gradient + d->n_groups + d->k;
  p.groups = p.columns + d->k * d->k;
  p.both = p.groups + d->n_groups;
  return p;
}

static size_t part_size(const lf_dense *d) {
  return 1 + d->n_groups + d->k + d->k * d->k + d->n_groups + d->n_groups * d->k;
}

static void add_gradient(const lf_dense *d, size_t from, size_t n, const double *score, const part *p) {
  for (size_t j = 0; j < d->k; j++) p->gradient[d->n_groups + j] += dot_of(n, score, d->x[j] + from);
  for (size_t at = 0, to; at < n; at = to) {
    size_t g = lf_dense_group(d, from + at);
    for (to = at + 1; to < n && lf_dense_group(d, from + to) == g;) to++;
    p->gradient[g] += sum_of(to - at, score + at);
  }
}

/* work[k x BLOCK]: scratch. */
static void add_information(const lf_dense *d, size_t from, size_t n, const double *information,
                            const part *p, double *work) {
  double root[BLOCK];
  int k = (int)d->k;
  for (size_t i = 0; i < n; i++) root[i] = sqrt(information[i]);
  for (size_t j = 0; j < d->k; j++) scale_column(n, root, d->x[j] + from, work + j * BLOCK);
  if (k > 0)
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, k, (int)n, 1.0, work, BLOCK, 1.0, p->columns, k);
  for (size_t at = 0, to; at < n; at = to) {
    size_t g = lf_dense_group(d, from + at);
    for (to = at + 1; to < n && lf_dense_group(d, from + to) == g;) to++;
    p->groups[g] += sum_of(to - at, information + at);
    for (size_t j = 0; j < d->k; j++)
      p->both[g * d->k + j] += dot_of(to - at, information + at, d->x[j] + from + at);
  }
}

/* ---- all rows -------------------------------------------------------------------------------------------
 */

typedef struct pass {
  const lf_dense *d;
  const double *b;
  double *eta;
  const double *factor; /* of rows: only the cross products are wanted */
  lf_chunks chunks;
  double *slab; /* a chunk: its part, then work */
  size_t stride;
} pass;

static void pass_chunk(void *context, size_t c) {
  const pass *p = context;
  const lf_dense *d = p->d;
  double score[BLOCK], information[BLOCK], loss[BLOCK], *slab = p->slab + c * p->stride;
  part sums = part_at(d, slab);
  size_t from, to;
  lf_chunk_rows(&p->chunks, c, &from, &to);
  for (size_t at = from; at < to; at += BLOCK) {
    size_t n = at + BLOCK < to ? BLOCK : to - at;
    if (p->factor) {
      add_information(d, at, n, p->factor + at, &sums, slab + part_size(d));
      continue;
    }
    lf_dense_eta(d, p->b, at, n, p->eta + at);
    lf_dense_observe(d, at, n, p->eta + at, score, information, loss);
    *sums.loglik -= sum_of(n, loss);
    add_gradient(d, at, n, score, &sums);
    add_information(d, at, n, information, &sums, slab + part_size(d));
  }
}

/* Adds the chunks' parts, in their order, to the first. */
static lf_status run_pass(pass *p, const lf_run *run, lf_error *err) {
  size_t size = part_size(p->d);
  p->chunks = lf_cut(p->d->n, 4096, MOST_CHUNKS);
  p->stride = size + BLOCK * p->d->k;
  lf_status status = lf_alloc(p->chunks.count * p->stride, sizeof *p->slab, &p->slab, err);
  if (status != LF_OK) return status;
  lf_parallel_for(run, p->chunks.count, pass_chunk, p);
  for (size_t c = 1; c < p->chunks.count; c++)
    for (size_t j = 0; j < size; j++) p->slab[j] += p->slab[c * p->stride + j];
  return LF_OK;
}

/* The whole symmetric matrix of the parts' pieces. */
static void write_matrix(const lf_dense *d, const part *p, double *out) {
  size_t g = d->n_groups, k = d->k, m = g + k;
  memset(out, 0, m * m * sizeof *out);
  for (size_t a = 0; a < g; a++) {
    out[a * m + a] = p->groups[a];
    for (size_t j = 0; j < k; j++) out[a * m + g + j] = out[(g + j) * m + a] = p->both[a * k + j];
  }
  for (size_t i = 0; i < k; i++)
    for (size_t j = i; j < k; j++)
      out[(g + i) * m + g + j] = out[(g + j) * m + g + i] = p->columns[i * k + j];
}

lf_status lf_dense_pass(const lf_dense *d, const lf_run *run, lf_dense_point *point, double *eta,
                        lf_error *err) {
  pass p = {.d = d, .b = point->b, .eta = eta};
  lf_status status = run_pass(&p, run, err);
  if (status != LF_OK) return status;
  part sums = part_at(d, p.slab);
  point->loglik = *sums.loglik;
  memcpy(point->gradient, sums.gradient, (d->n_groups + d->k) * sizeof *sums.gradient);
  write_matrix(d, &sums, point->information);
  free(p.slab);
  return LF_OK;
}

lf_status lf_dense_cross(const lf_dense *d, const double *factor, const lf_run *run, double *out,
                         lf_error *err) {
  pass p = {.d = d, .factor = factor};
  lf_status status = run_pass(&p, run, err);
  if (status != LF_OK) return status;
  part sums = part_at(d, p.slab);
  write_matrix(d, &sums, out);
  free(p.slab);
  return LF_OK;
}
