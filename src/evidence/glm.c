/* Generalised linear models of few columns, by Newton's method (Fisher scoring).
 *
 * Families and symbols stand at the head of glm_pass.c. All but Gamma use the canonical link, so that Newton
 * and scoring agree. A step is taken whole, its information computed with its likelihood, since it is nearly
 * always kept; it is halved until the (quasi-)likelihood does not fall (McCullagh & Nelder 1989, chapters 2,
 * 8 and 9). Collinear columns are found by the sweep operator (Goodnight 1979) and have no coefficient. */
#include "evidence/glm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/glm_parts.h"

enum { MOST_ITERATIONS = 50, MOST_HALVINGS = 25 };

size_t lf_sweep(double *a, size_t m, bool *aliased, double *work) {
  size_t rank = 0;
  double *diagonal = work;
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
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++)
      if (aliased[i] || aliased[j]) a[i * m + j] = 0;
  return rank;
}

/* ---- Newton ---------------------------------------------------------------------------------------------
 */

typedef struct newton {
  const lf_dense *d;
  const lf_run *run;
  lf_dense_fit *fit;
  lf_dense_point at, trial;
  double *step;
} newton;

static lf_status point_new(size_t m, lf_dense_point *point, lf_error *err) {
  lf_status status = lf_alloc(m, sizeof *point->b, &point->b, err);
  if (status == LF_OK) status = lf_alloc(m, sizeof *point->gradient, &point->gradient, err);
  if (status == LF_OK) status = lf_alloc(m * m, sizeof *point->information, &point->information, err);
  return status;
}

static void point_clear(lf_dense_point *point) {
  free(point->b);
  free(point->gradient);
  free(point->information);
}

static void invert(newton *s) {
  size_t m = s->fit->m;
  memcpy(s->fit->inverse, s->at.information, m * m * sizeof *s->fit->inverse);
  s->fit->rank = lf_sweep(s->fit->inverse, m, s->fit->aliased, s->step);
}

/* Halves the step until the likelihood does not fall. *moved false where no step helps. */
static lf_status take_step(newton *s, bool *moved, lf_error *err) {
  double scale = 1;
  lf_status status = LF_OK;
  for (int halving = 0; halving < MOST_HALVINGS; halving++, scale /= 2) {
    for (size_t j = 0; j < s->fit->m; j++) s->trial.b[j] = s->at.b[j] + scale * s->step[j];
    status = lf_dense_pass(s->d, s->run, &s->trial, s->fit->eta, err);
    if (status != LF_OK) return status;
    if (!isfinite(s->trial.loglik) || s->trial.loglik < s->at.loglik - 1e-12 * (1 + fabs(s->at.loglik)))
      continue;
    lf_dense_point left = s->at;
    s->at = s->trial;
    s->trial = left;
    *moved = true;
    return LF_OK;
  }
  *moved = false;
  return lf_dense_pass(s->d, s->run, &s->at, s->fit->eta, err); /* eta of where it stays */
}

static lf_status iterate(newton *s, int most, lf_error *err) {
  size_t m = s->fit->m;
  /* scoring is not Newton's method for Gamma and converges linearly: it must be let go further */
  double enough = s->d->family == LF_FAMILY_GAMMA ? 1e-22 : 1e-16;
  lf_status status = lf_dense_pass(s->d, s->run, &s->at, s->fit->eta, err);
  if (status != LF_OK) return status;
  invert(s);
  for (int i = 0; status == LF_OK && i < most; i++) {
    double decrement = 0;
    for (size_t r = 0; r < m; r++) {
      s->step[r] = 0;
      for (size_t c = 0; c < m; c++) s->step[r] += s->fit->inverse[r * m + c] * s->at.gradient[c];
      decrement += s->step[r] * s->at.gradient[r];
    }
    s->fit->iterations = i;
    s->fit->converged = decrement <= enough * (1 + fabs(s->at.loglik));
    if (s->fit->converged) break;
    bool moved = false;
    status = take_step(s, &moved, err);
    if (status != LF_OK || !moved) break;
    invert(s);
  }
  for (size_t j = 0; j < m; j++) s->fit->b[j] = s->fit->aliased[j] ? 0 : s->at.b[j];
  return status;
}

/* Intercept that meets the mean of a group, of weight rows. */
static double start_of(lf_family family, double rows, double sum) {
  double mean = rows > 0 ? sum / rows : 0;
  switch (family) {
  case LF_FAMILY_BINOMIAL: return rows > 0 ? log((sum + 0.5) / (rows - sum + 0.5)) : 0;
  case LF_FAMILY_GAMMA:
  case LF_FAMILY_POISSON: return mean > 0 ? log(mean) : 0;
  case LF_FAMILY_NORMAL: break;
  }
  return mean;
}

/* Intercepts at the groups' means, columns at 0. Sets the fit's rows. */
static void start_at_means(const lf_dense *d, lf_dense_fit *fit, double *b) {
  double rows[UINT8_MAX + 1] = {0}, sum[UINT8_MAX + 1] = {0}, offset[UINT8_MAX + 1] = {0};
  for (size_t i = 0; i < d->n; i++) {
    double w = d->weight ? d->weight[i] : 1;
    size_t g = lf_dense_group(d, i);
    if (!(w > 0)) continue;
    rows[g] += w;
    sum[g] += w * d->y[i];
    offset[g] += d->offset ? w * d->offset[i] : 0;
  }
  for (size_t g = 0; g < d->n_groups; g++) {
    fit->rows += rows[g];
    b[g] = start_of(d->family, rows[g], sum[g]) - (rows[g] > 0 ? offset[g] / rows[g] : 0);
  }
}

/* Pearson's chi2 is the sum of score^2 / information in every family. */
static void measure_dispersion(const lf_dense *d, lf_dense_fit *fit) {
  enum { BLOCK = 512 };
  double score[BLOCK], information[BLOCK], loss[BLOCK], pearson = 0;
  for (size_t at = 0; at < d->n; at += BLOCK) {
    size_t n = at + BLOCK < d->n ? BLOCK : d->n - at;
    lf_dense_observe(d, at, n, fit->eta + at, score, information, loss);
    for (size_t i = 0; i < n; i++)
      if (information[i] > 0) pearson += score[i] * score[i] / information[i];
  }
  fit->dispersion = fit->rows > (double)fit->rank ? pearson / (fit->rows - (double)fit->rank) : NAN;
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
  LF_TRY(point_new(m, &s.at, err));
  LF_TRY(point_new(m, &s.trial, err));
  LF_TRY(lf_alloc(m, sizeof *s.step, &s.step, err));
  start_at_means(d, s.fit, s.at.b);
  if (asked.start) memcpy(s.at.b, asked.start, m * sizeof *s.at.b);
  LF_TRY(iterate(&s, asked.max_iterations ? asked.max_iterations : MOST_ITERATIONS, err));
  s.fit->log_likelihood = s.at.loglik;
  s.fit->dispersion = NAN;
  if (!asked.no_covariance) {
    measure_dispersion(d, s.fit);
    LF_TRY(lf_alloc(m * m, sizeof *s.fit->covariance, &s.fit->covariance, err));
    LF_TRY(lf_dense_sandwich(d, s.fit->inverse, s.fit->eta, run, s.fit->covariance, err));
  }
  *out = s.fit;
  s.fit = NULL;
cleanup:
  point_clear(&s.at);
  point_clear(&s.trial);
  free(s.step);
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
