/* Refits of one effect without its matrices.
 *
 * Symbols: b coefficients (0 intercept, 1 the effect theta), x_i a row's terms, eta_i = x_i'b, w_i its
 * weight; u_i the score and v_i the information of the row per unit of eta: win       u = y - p,     v = p (1
 * - p),  p = expit(eta) amount    u = y/mu - 1,  v = 1,          mu = exp(eta) revenue   u = y - mu,    v =
 * mu A = sum w v x x', M = A^-1 of the fit that was made first, e the unit vector of theta.
 *
 * Newton's steps solve A s = sum w u x, and the variance of theta, sum over accounts of (sum w u x'A^-1 e)^2,
 * needs A^-1 e. Both are found by conjugate gradients preconditioned by M (Hestenes & Stiefel 1952; Dembo,
 * Eisenstat & Steihaug 1982 for inexact Newton steps): a product A z costs two walks over the rows, M is
 * nearly right as long as few outcomes change, so that a handful does, and no matrix is summed, inverted or
 * sandwiched. Where the iteration ends, the estimate and its error are those of lf_effect_fit_make. */
#include "evidence/refit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"

enum { MOST_STEPS = 30, MOST_PRODUCTS = 60 };
static const double STEP_END = 1e-7, INEXACT = 1e-2, EXACT = 1e-6;

struct lf_refit {
  const lf_effect_rows *rows;
  const lf_effect_fit *fit;
  const lf_run *run;
  size_t n;       /* coefficients; vectors have one more, always 0: the coefficient of a term without one */
  size_t n_rows;  /* those that take part */
  size_t width;   /* terms */
  uint32_t *row;  /* n_rows */
  uint32_t *coef; /* n_rows x width */
  double scale;   /* mean of y: the unit of M for amounts and revenue */
  double rank;
  lf_chunks chunks;
  double *sums;                /* chunks x (n + 1) */
  double *y, *weight;          /* n_rows: those asked about */
  double *score, *information; /* w u and w v at b */
  double *b, *solved;          /* solved: A^-1 e */
  double *gradient, *step, *residual, *direction, *product, *better;
  double *cluster; /* n_clusters */
  const double *z; /* being multiplied */
};

void lf_refit_free(lf_refit *f) {
  if (!f) return;
  void *owned[] = {f->row,         f->coef,    f->sums,   f->y,        f->weight, f->score,
                   f->information, f->b,       f->solved, f->gradient, f->step,   f->residual,
                   f->direction,   f->product, f->better, f->cluster};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(f);
}

const double *lf_refit_coefficients(const lf_refit *refit) {
  return refit->b;
}

/* ---- the rows -------------------------------------------------------------------------------------------
 */

static lf_status allocate(lf_refit *f, lf_error *err) {
  lf_status status = LF_OK;
  double **vectors[] = {&f->b,        &f->solved,    &f->gradient, &f->step,
                        &f->residual, &f->direction, &f->product,  &f->better};
  double **columns[] = {&f->y, &f->weight, &f->score, &f->information};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    LF_TRY(lf_alloc(f->n + 1, sizeof(double), vectors[i], err));
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    LF_TRY(lf_alloc(f->n_rows, sizeof(double), columns[i], err));
  LF_TRY(lf_alloc(f->n_rows, sizeof *f->row, &f->row, err));
  LF_TRY(lf_alloc(f->n_rows * f->width, sizeof *f->coef, &f->coef, err));
  LF_TRY(lf_alloc(f->chunks.count * (f->n + 1), sizeof *f->sums, &f->sums, err));
  if (f->rows->cluster) LF_TRY(lf_alloc(f->rows->n_clusters, sizeof *f->cluster, &f->cluster, err));
cleanup:
  return status;
}

static void fill_rows(lf_refit *f) {
  const lf_effect_rows *r = f->rows;
  const lf_design *design = &f->fit->design;
  size_t at = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (!(r->weight[i] > 0)) continue;
    uint32_t *coef = f->coef + at * f->width;
    for (size_t t = 0; t < f->width; t++) {
      int32_t c = design->terms[t].coef[design->terms[t].codes[i]];
      coef[t] = c >= 0 ? (uint32_t)c : (uint32_t)f->n;
    }
    f->row[at++] = (uint32_t)i;
  }
}

lf_status lf_refit_new(const lf_effect_rows *rows, const lf_effect_fit *fit, const lf_run *run,
                       lf_refit **refit, lf_error *err) {
  lf_status status = LF_OK;
  lf_refit *f = NULL;
  double sum = 0, weight = 0;
  LF_TRY(lf_alloc(1, sizeof *f, &f, err));
  *f =
      (lf_refit){.rows = rows, .fit = fit, .run = run, .n = fit->n, .width = fit->design.n_terms, .scale = 1};
  for (size_t i = 0; i < rows->n; i++) {
    if (!(rows->weight[i] > 0)) continue;
    f->n_rows++;
    sum += rows->weight[i] * rows->y[i];
    weight += rows->weight[i];
  }
  if (rows->effect != LF_EFFECT_WIN && sum > 0) f->scale = sum / weight;
  f->chunks = lf_cut(f->n_rows, 8192, 16);
  LF_TRY(allocate(f, err));
  fill_rows(f);
  for (size_t j = 0; j < f->n; j++) f->rank += fit->bread[j * f->n + j] > 0;
  memcpy(f->b, fit->b, f->n * sizeof *f->b);
  memcpy(f->solved, fit->bread + f->n, f->n * sizeof *f->solved); /* the row of theta */
  *refit = f;
  f = NULL;
cleanup:
  lf_refit_free(f);
  return status;
}

/* ---- walks over the rows --------------------------------------------------------------------------------
 */

/* x_i'z of row i. */
static double linear(const lf_refit *f, const double *z, size_t i) {
  const uint32_t *coef = f->coef + i * f->width;
  double sum = z[0];
  for (size_t t = 0; t < f->width; t++) sum += z[coef[t]];
  return sum;
}

static void add_row(const lf_refit *f, size_t i, double value, double *sums) {
  const uint32_t *coef = f->coef + i * f->width;
  sums[0] += value;
  for (size_t t = 0; t < f->width; t++) sums[coef[t]] += value;
}

/* sum w v (x'z) x over a chunk. */
static void multiply_chunk(void *context, size_t chunk) {
  lf_refit *f = context;
  size_t from, to;
  double *sums = f->sums + chunk * (f->n + 1);
  memset(sums, 0, (f->n + 1) * sizeof *sums);
  lf_chunk_rows(&f->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) add_row(f, i, f->information[i] * linear(f, f->z, i), sums);
}

/* The scores and information of a chunk at b, and sum w u x. */
static void score_chunk(void *context, size_t chunk) {
  lf_refit *f = context;
  size_t from, to;
  double *sums = f->sums + chunk * (f->n + 1);
  memset(sums, 0, (f->n + 1) * sizeof *sums);
  lf_chunk_rows(&f->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    double w = f->weight[i], y = f->y[i], eta = linear(f, f->b, i), mean;
    switch (f->rows->effect) {
    case LF_EFFECT_AMOUNT:
      f->score[i] = w * (y / exp(eta) - 1);
      f->information[i] = w;
      break;
    case LF_EFFECT_REVENUE:
      mean = exp(eta) / f->scale;
      f->score[i] = w * (y / f->scale - mean);
      f->information[i] = w * mean;
      break;
    case LF_EFFECT_WIN:
      mean = lf_expit(eta);
      f->score[i] = w * (y - mean);
      f->information[i] = w * mean * (1 - mean);
    }
    add_row(f, i, f->score[i], sums);
  }
}

/* Chunks in their order, without the place of no coefficient. */
static void add_chunks(lf_refit *f, double *out) {
  memset(out, 0, (f->n + 1) * sizeof *out);
  for (size_t c = 0; c < f->chunks.count; c++)
    for (size_t j = 0; j < f->n; j++) out[j] += f->sums[c * (f->n + 1) + j];
}

static void multiply(lf_refit *f, const double *z, double *out) {
  f->z = z;
  lf_parallel_for(f->run, f->chunks.count, multiply_chunk, f);
  add_chunks(f, out);
}

/* ---- solving --------------------------------------------------------------------------------------------
 */

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t j = 0; j < n; j++) sum += a[j] * b[j];
  return sum;
}

static void precondition(const lf_refit *f, const double *r, double *out) {
  for (size_t j = 0; j < f->n; j++) out[j] = dot(f->fit->bread + j * f->n, r, f->n);
}

/* A x = right, from the x given, until the residual is `share` of the right side (both in the norm of M). */
static bool solve(lf_refit *f, const double *right, double share, double *x) {
  size_t n = f->n;
  multiply(f, x, f->product);
  for (size_t j = 0; j < n; j++) f->residual[j] = right[j] - f->product[j];
  precondition(f, right, f->better);
  double wanted = share * share * dot(right, f->better, n);
  precondition(f, f->residual, f->better);
  memcpy(f->direction, f->better, n * sizeof *f->better);
  double size = dot(f->residual, f->better, n);
  for (int i = 0; i < MOST_PRODUCTS; i++) {
    if (!(size > wanted)) return size <= wanted;
    multiply(f, f->direction, f->product);
    double curvature = dot(f->direction, f->product, n), move = size / curvature, before = size;
    if (!(curvature > 0)) return false;
    for (size_t j = 0; j < n; j++) {
      x[j] += move * f->direction[j];
      f->residual[j] -= move * f->product[j];
    }
    precondition(f, f->residual, f->better);
    size = dot(f->residual, f->better, n);
    for (size_t j = 0; j < n; j++) f->direction[j] = f->better[j] + size / before * f->direction[j];
  }
  return false;
}

static void take(lf_refit *f, const double *y, const double *weight) {
  for (size_t i = 0; i < f->n_rows; i++) {
    f->y[i] = y[f->row[i]];
    f->weight[i] = weight[f->row[i]];
  }
}

static bool estimate(lf_refit *f) {
  for (int i = 0; i < MOST_STEPS; i++) {
    double most = 0;
    lf_parallel_for(f->run, f->chunks.count, score_chunk, f);
    add_chunks(f, f->gradient);
    memset(f->step, 0, (f->n + 1) * sizeof *f->step);
    if (!solve(f, f->gradient, INEXACT, f->step)) return false;
    for (size_t j = 0; j < f->n; j++) {
      f->b[j] += f->step[j];
      most = fmax(most, fabs(f->step[j]));
    }
    if (!(most < 50)) return false;
    if (most < STEP_END) return true;
  }
  return false;
}

/* Robust variance of theta. */
static double variance(lf_refit *f) {
  double sum = 0, rows = 0, clusters = 0;
  bool win = f->rows->effect == LF_EFFECT_WIN;
  if (f->cluster) memset(f->cluster, 0, f->rows->n_clusters * sizeof *f->cluster);
  for (size_t i = 0; i < f->n_rows; i++) {
    double w = f->weight[i], lever = linear(f, f->solved, i), y = f->y[i];
    if (!(w > 0)) continue;
    double u = f->score[i] / w, square = u * u;
    /* share y of w rows is y w wins and (1 - y) w losses: their scores are 1 - p and -p, with y - p between
     */
    if (win) square += y * (1 - y);
    rows += w;
    if (f->cluster)
      f->cluster[f->rows->cluster[f->row[i]]] += lever * f->score[i];
    else
      sum += w * square * lever * lever;
  }
  if (!f->cluster) return sum * rows / (win ? rows - f->rank : rows - 1);
  for (size_t c = 0; c < f->rows->n_clusters; c++) {
    sum += f->cluster[c] * f->cluster[c];
    clusters += f->cluster[c] != 0;
  }
  return sum * clusters / (clusters - 1);
}

lf_ratio lf_refit_ratio(lf_refit *f, const double *y, const double *weight) {
  take(f, y, weight);
  bool fine = estimate(f);
  memset(f->gradient, 0, (f->n + 1) * sizeof *f->gradient);
  f->gradient[1] = 1;
  fine = fine && solve(f, f->gradient, EXACT, f->solved);
  if (!fine) { /* the next one starts afresh */
    memcpy(f->b, f->fit->b, f->n * sizeof *f->b);
    memcpy(f->solved, f->fit->bread + f->n, f->n * sizeof *f->solved);
  }
  return lf_ratio_of(fine ? f->b[1] : (double)NAN, fine ? sqrt(variance(f)) : (double)NAN, f->rows->degrees);
}

void lf_refit_leverage(lf_refit *f, double *out) {
  double unit = f->rows->effect == LF_EFFECT_REVENUE ? f->scale : 1;
  memset(out, 0, f->rows->n * sizeof *out);
  memcpy(f->step, f->fit->bread + f->n, f->n * sizeof *f->step);
  f->step[f->n] = 0;
  for (size_t i = 0; i < f->n_rows; i++) out[f->row[i]] = linear(f, f->step, i) / unit;
}
