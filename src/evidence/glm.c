/* Generalised linear models of few columns, by Newton's method (Fisher scoring).
 *
 * Symbols: row i has columns x_i, group g(i), weight w_i, eta_i = o_i + a_g(i) + x_i'b, mean mu_i, variance
 * function V. binomial  mu = expit(eta), score (y - mu) x, information mu (1 - mu) x x' Gamma     mu =
 * exp(eta),   score (y / mu - 1) x, information x x' Poisson   mu = exp(eta),   score (y - mu) x, information
 * mu x x' normal    mu = eta,        score (y - mu) x, information x x' All but Gamma use the canonical link,
 * so that Newton and scoring agree. Steps are halved until the (quasi-)likelihood does not fall (McCullagh &
 * Nelder 1989, chapters 2, 8 and 9). Covariance: A^-1 B A^-1 with B the sum over clusters of (sum w
 * score)(sum w score)', times G/(G-1); without clusters the sum over single outcomes, w score score' (Huber
 * 1967; White 1980; Liang & Zeger 1986): the variance function may be wrong, which quasi-Poisson on revenue
 * relies on. Collinear columns are found by the sweep operator (Goodnight 1979) and have no coefficient. */
#include "evidence/glm.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cblas.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"

enum { BLOCK = 256, MOST_CHUNKS = 16 };
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

/* Score and information factor of one observation, and its log (quasi-)likelihood. */
static double observe(lf_family family, double y, double eta, double *score, double *information) {
  double mu = lf_family_mean(family, eta);
  switch (family) {
  case LF_FAMILY_BINOMIAL:
    *score = y - mu;
    *information = mu * (1 - mu);
    return -lf_log_loss(eta, y);
  case LF_FAMILY_GAMMA:
    *score = y / mu - 1;
    *information = 1;
    return -y / mu - eta;
  case LF_FAMILY_POISSON:
    *score = y - mu;
    *information = mu;
    return y * eta - mu;
  case LF_FAMILY_NORMAL: break;
  }
  *score = y - mu;
  *information = 1;
  return -0.5 * (y - mu) * (y - mu);
}

static double variance(lf_family family, double mu) {
  switch (family) {
  case LF_FAMILY_BINOMIAL: return mu * (1 - mu);
  case LF_FAMILY_GAMMA: return mu * mu;
  case LF_FAMILY_POISSON: return mu;
  case LF_FAMILY_NORMAL: break;
  }
  return 1;
}

size_t lf_sweep(double *a, size_t m, bool *aliased) {
  size_t rank = 0;
  double *diagonal = malloc((m ? m : 1) * sizeof *diagonal);
  if (!diagonal) return 0;
  for (size_t j = 0; j < m; j++) diagonal[j] = a[j * m + j];
  for (size_t j = 0; j < m; j++) {
    double d = a[j * m + j];
    aliased[j] = !(d > 1e-9 * diagonal[j]) || !(d > 0);
    if (aliased[j]) continue;
    rank++;
    for (size_t i = 0; i < m; i++) {
      if (i == j) continue;
      double f = a[i * m + j] / d;
      for (size_t c = 0; c < m; c++)
        if (c != j) a[i * m + c] -= f * a[j * m + c];
      a[i * m + j] = -f;
    }
    for (size_t c = 0; c < m; c++) a[j * m + c] /= d;
    a[j * m + j] = 1 / d;
  }
  free(diagonal);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++)
      if (aliased[i] || aliased[j]) a[i * m + j] = 0;
  return rank;
}

/* ---- one pass
 * ------------------------------------------------------------------------------------------------- */

typedef struct pass {
  const lf_dense *d;
  size_t m;
  const double *b;
  double *eta;
  bool hessian;
  lf_chunks chunks;
  double *slab; /* a chunk: loglik, gradient m, Hessian m x m, block BLOCK x m */
  size_t stride;
} pass;

static size_t group_of(const lf_dense *d, size_t i) {
  return d->group ? d->group[i] : 0;
}

static void chunk_eta(const pass *p, size_t from, size_t to) {
  const lf_dense *d = p->d;
  for (size_t i = from; i < to; i++) p->eta[i] = (d->offset ? d->offset[i] : 0) + p->b[group_of(d, i)];
  for (size_t j = 0; j < d->k; j++) {
    double b = p->b[d->n_groups + j];
    const double *x = d->x[j];
    if (b == 0) continue;
    for (size_t i = from; i < to; i++) p->eta[i] += b * x[i];
  }
}

static void pass_chunk(void *context, size_t c) {
  const pass *p = context;
  const lf_dense *d = p->d;
  size_t from, to, m = p->m, g = d->n_groups;
  double *loglik = p->slab + c * p->stride, *gradient = loglik + 1, *hessian = gradient + m,
         *block = hessian + m * m;
  lf_chunk_rows(&p->chunks, c, &from, &to);
  chunk_eta(p, from, to);
  for (size_t at = from; at < to; at += BLOCK) {
    size_t rows = at + BLOCK < to ? BLOCK : to - at;
    memset(block, 0, rows * m * sizeof *block);
    for (size_t r = 0; r < rows; r++) {
      size_t i = at + r;
      double w = d->weight ? d->weight[i] : 1, s, h, *line = block + r * m;
      if (!(w > 0)) continue;
      *loglik += w * observe(d->family, d->y[i], p->eta[i], &s, &h);
      double root = sqrt(w * h);
      line[group_of(d, i)] = root;
      gradient[group_of(d, i)] += w * s;
      for (size_t j = 0; j < d->k; j++) {
        double x = d->x[j][i];
        line[g + j] = root * x;
        gradient[g + j] += w * s * x;
      }
    }
    if (p->hessian)
      cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)m, (int)rows, 1.0, block, (int)m, 1.0, hessian,
                  (int)m);
  }
}

/* Log likelihood, gradient[m] and Hessian[m x m] (or NULL) at b, and eta. */
static lf_status run_pass(const lf_dense *d, const double *b, const lf_run *run, double *eta, double *loglik,
                          double *gradient, double *hessian, lf_error *err) {
  size_t m = d->n_groups + d->k;
  pass p = {.d = d,
            .m = m,
            .b = b,
            .eta = eta,
            .hessian = hessian != NULL,
            .chunks = lf_cut(d->n, 4096, MOST_CHUNKS)};
  p.stride = 1 + m + m * m + BLOCK * m;
  lf_status status = lf_alloc(p.chunks.count * p.stride, sizeof *p.slab, &p.slab, err);
  if (status != LF_OK) return status;
  lf_parallel_for(run, p.chunks.count, pass_chunk, &p);
  *loglik = 0;
  memset(gradient, 0, m * sizeof *gradient);
  if (hessian) memset(hessian, 0, m * m * sizeof *hessian);
  for (size_t c = 0; c < p.chunks.count; c++) {
    const double *at = p.slab + c * p.stride;
    *loglik += at[0];
    for (size_t j = 0; j < m; j++) gradient[j] += at[1 + j];
    for (size_t j = 0; hessian && j < m * m; j++) hessian[j] += at[1 + m + j];
  }
  for (size_t i = 0; hessian && i < m; i++)
    for (size_t j = 0; j < i; j++) hessian[i * m + j] = hessian[j * m + i];
  free(p.slab);
  return LF_OK;
}

/* ---- Newton
 * ----------------------------------------------------------------------------------------------------- */

typedef struct newton {
  const lf_dense *d;
  const lf_run *run;
  lf_dense_fit *fit;
  double *gradient, *step, *trial, *trial_gradient;
  double loglik;
} newton;

static lf_status evaluate(newton *s, lf_error *err) {
  lf_status status =
      run_pass(s->d, s->fit->b, s->run, s->fit->eta, &s->loglik, s->gradient, s->fit->inverse, err);
  if (status == LF_OK) s->fit->rank = lf_sweep(s->fit->inverse, s->fit->m, s->fit->aliased);
  return status;
}

/* Halves the step until the likelihood does not fall. *moved false where no step helps. */
static lf_status take_step(newton *s, bool *moved, lf_error *err) {
  size_t m = s->fit->m;
  double loglik = 0, scale = 1;
  for (int halving = 0; halving < 25; halving++, scale /= 2) {
    for (size_t j = 0; j < m; j++) s->trial[j] = s->fit->b[j] + scale * s->step[j];
    lf_status status = run_pass(s->d, s->trial, s->run, s->fit->eta, &loglik, s->trial_gradient, NULL, err);
    if (status != LF_OK) return status;
    if (isfinite(loglik) && loglik >= s->loglik - 1e-12 * (1 + fabs(s->loglik))) {
      memcpy(s->fit->b, s->trial, m * sizeof *s->trial);
      *moved = true;
      return LF_OK;
    }
  }
  *moved = false;
  return LF_OK;
}

static lf_status iterate(newton *s, int most, lf_error *err) {
  size_t m = s->fit->m;
  /* scoring is not Newton's method for Gamma and converges linearly: it must be let go further */
  double enough = s->d->family == LF_FAMILY_GAMMA ? 1e-22 : 1e-16;
  lf_status status = evaluate(s, err);
  for (int i = 0; status == LF_OK && i < most; i++) {
    double decrement = 0;
    for (size_t r = 0; r < m; r++) {
      s->step[r] = 0;
      for (size_t c = 0; c < m; c++) s->step[r] += s->fit->inverse[r * m + c] * s->gradient[c];
      decrement += s->step[r] * s->gradient[r];
    }
    s->fit->iterations = i;
    s->fit->converged = decrement <= enough * (1 + fabs(s->loglik));
    if (s->fit->converged) break;
    bool moved = false;
    status = take_step(s, &moved, err);
    if (status != LF_OK || !moved) break;
    status = evaluate(s, err);
  }
  for (size_t j = 0; j < m; j++)
    if (s->fit->aliased[j]) s->fit->b[j] = 0;
  return status;
}

/* Intercepts that meet the mean of each group; columns at 0. */
static void start_at_means(const lf_dense *d, double *b) {
  for (size_t g = 0; g < d->n_groups; g++) {
    double rows = 0, sum = 0, offset = 0;
    for (size_t i = 0; i < d->n; i++) {
      double w = d->weight ? d->weight[i] : 1;
      if (group_of(d, i) != g || !(w > 0)) continue;
      rows += w;
      sum += w * d->y[i];
      offset += d->offset ? w * d->offset[i] : 0;
    }
    double mean = rows > 0 ? sum / rows : 0;
    switch (d->family) {
    case LF_FAMILY_BINOMIAL: b[g] = rows > 0 ? log((sum + 0.5) / (rows - sum + 0.5)) : 0; break;
    case LF_FAMILY_GAMMA:
    case LF_FAMILY_POISSON: b[g] = mean > 0 ? log(mean) : 0; break;
    case LF_FAMILY_NORMAL: b[g] = mean; break;
    }
    b[g] -= rows > 0 ? offset / rows : 0;
  }
}

/* ---- covariance
 * ------------------------------------------------------------------------------------------------- */

static void add_meat(const double *u, size_t m, double w, double *meat) {
  for (size_t i = 0; i < m; i++) {
    double f = w * u[i];
    if (f == 0) continue;
    for (size_t j = 0; j < m; j++) meat[i * m + j] += f * u[j];
  }
}

static void row_score(const lf_dense *d, size_t i, double score, double *u) {
  u[group_of(d, i)] += score;
  for (size_t j = 0; j < d->k; j++) u[d->n_groups + j] += score * d->x[j][i];
}

typedef struct meat_job {
  const lf_dense *d;
  const double *eta;
  size_t m;
  lf_chunks chunks;
  double *meat; /* chunks x m x m */
  double *u;    /* chunks x m */
} meat_job;

static void meat_chunk(void *context, size_t c) {
  const meat_job *job = context;
  size_t from, to, m = job->m;
  double *meat = job->meat + c * m * m, *u = job->u + c * m, s, h;
  lf_chunk_rows(&job->chunks, c, &from, &to);
  for (size_t i = from; i < to; i++) {
    double w = job->d->weight ? job->d->weight[i] : 1;
    if (!(w > 0)) continue;
    memset(u, 0, m * sizeof *u);
    observe(job->d->family, job->d->y[i], job->eta[i], &s, &h);
    row_score(job->d, i, s, u);
    add_meat(u, m, w, meat);
  }
}

static lf_status row_meat(const lf_dense *d, const double *eta, const lf_run *run, double *meat,
                          lf_error *err) {
  meat_job job = {.d = d, .eta = eta, .m = d->n_groups + d->k, .chunks = lf_cut(d->n, 4096, MOST_CHUNKS)};
  size_t mm = job.m * job.m;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(job.chunks.count * mm, sizeof *job.meat, &job.meat, err));
  LF_TRY(lf_alloc(job.chunks.count * job.m, sizeof *job.u, &job.u, err));
  lf_parallel_for(run, job.chunks.count, meat_chunk, &job);
  for (size_t c = 0; c < job.chunks.count; c++)
    for (size_t j = 0; j < mm; j++) meat[j] += job.meat[c * mm + j];
cleanup:
  free(job.meat);
  free(job.u);
  return status;
}

/* Sums of scores by cluster, then their products. */
static lf_status cluster_meat(const lf_dense *d, const double *eta, double *meat, lf_error *err) {
  size_t m = d->n_groups + d->k, used = 0;
  double *sums = NULL, s, h;
  uint8_t *seen = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(d->n_clusters * m, sizeof *sums, &sums, err));
  LF_TRY(lf_alloc(d->n_clusters, 1, &seen, err));
  for (size_t i = 0; i < d->n; i++) {
    double w = d->weight ? d->weight[i] : 1;
    if (!(w > 0)) continue;
    observe(d->family, d->y[i], eta[i], &s, &h);
    row_score(d, i, w * s, sums + d->cluster[i] * m);
    seen[d->cluster[i]] = 1;
  }
  for (size_t c = 0; c < d->n_clusters; c++) {
    if (!seen[c]) continue;
    used++;
    add_meat(sums + c * m, m, 1, meat);
  }
  double factor = used > 1 ? (double)used / (double)(used - 1) : NAN;
  for (size_t j = 0; j < m * m; j++) meat[j] *= factor;
cleanup:
  free(sums);
  free(seen);
  return status;
}

static lf_status sandwich(const lf_dense *d, lf_dense_fit *fit, const lf_run *run, lf_error *err) {
  size_t m = fit->m;
  int k = (int)m;
  double *meat = NULL, *half = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(m * m, sizeof *meat, &meat, err));
  LF_TRY(lf_alloc(m * m, sizeof *half, &half, err));
  LF_TRY(lf_alloc(m * m, sizeof *fit->covariance, &fit->covariance, err));
  if (d->cluster)
    LF_TRY(cluster_meat(d, fit->eta, meat, err));
  else
    LF_TRY(row_meat(d, fit->eta, run, meat, err));
  cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, k, k, 1.0, meat, k, fit->inverse, k, 0.0, half, k);
  cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, k, k, 1.0, fit->inverse, k, half, k, 0.0, fit->covariance,
              k);
cleanup:
  free(meat);
  free(half);
  return status;
}

static void measure_dispersion(const lf_dense *d, lf_dense_fit *fit) {
  double rows = 0, pearson = 0;
  for (size_t i = 0; i < d->n; i++) {
    double w = d->weight ? d->weight[i] : 1;
    if (!(w > 0)) continue;
    double mu = lf_family_mean(d->family, fit->eta[i]), r = d->y[i] - mu;
    rows += w;
    pearson += w * r * r / fmax(variance(d->family, mu), DBL_MIN);
  }
  fit->rows = rows;
  fit->dispersion = rows > (double)fit->rank ? pearson / (rows - (double)fit->rank) : NAN;
}

static lf_status fit_new(const lf_dense *d, lf_dense_fit **out, lf_error *err) {
  lf_dense_fit *fit = NULL;
  lf_status status = lf_alloc(1, sizeof *fit, &fit, err);
  if (status != LF_OK) return status;
  fit->m = d->n_groups + d->k;
  LF_TRY(lf_alloc(fit->m, sizeof *fit->b, &fit->b, err));
  LF_TRY(lf_alloc(fit->m, sizeof *fit->aliased, &fit->aliased, err));
  LF_TRY(lf_alloc(fit->m * fit->m, sizeof *fit->inverse, &fit->inverse, err));
  LF_TRY(lf_alloc(d->n, sizeof *fit->eta, &fit->eta, err));
  *out = fit;
  fit = NULL;
cleanup:
  lf_dense_fit_free(fit);
  return status;
}

lf_status lf_dense_solve(const lf_dense *d, const lf_dense_options *options, const lf_run *run,
                         lf_dense_fit **out, lf_error *err) {
  lf_dense_options asked = options ? *options : (lf_dense_options){0};
  newton s = {.d = d, .run = run};
  lf_status status = fit_new(d, &s.fit, err);
  if (status != LF_OK) return status;
  size_t m = s.fit->m;
  LF_TRY(lf_alloc(m, sizeof *s.gradient, &s.gradient, err));
  LF_TRY(lf_alloc(m, sizeof *s.step, &s.step, err));
  LF_TRY(lf_alloc(m, sizeof *s.trial, &s.trial, err));
  LF_TRY(lf_alloc(m, sizeof *s.trial_gradient, &s.trial_gradient, err));
  if (asked.start)
    memcpy(s.fit->b, asked.start, m * sizeof *s.fit->b);
  else
    start_at_means(d, s.fit->b);
  LF_TRY(iterate(&s, asked.max_iterations ? asked.max_iterations : 50, err));
  s.fit->log_likelihood = s.loglik;
  measure_dispersion(d, s.fit);
  if (!asked.no_covariance) LF_TRY(sandwich(d, s.fit, run, err));
  *out = s.fit;
  s.fit = NULL;
cleanup:
  free(s.gradient);
  free(s.step);
  free(s.trial);
  free(s.trial_gradient);
  lf_dense_fit_free(s.fit);
  return status;
}

void lf_dense_fit_free(lf_dense_fit *fit) {
  if (!fit) return;
  free(fit->b);
  free(fit->aliased);
  free(fit->inverse);
  free(fit->covariance);
  free(fit->eta);
  free(fit);
}
