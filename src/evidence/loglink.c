/* Quasi-likelihood with log link.
 *
 * Symbols: mu_i = exp(o_i + x_i'b), weight w_i. Quasi-Poisson: var y = phi mu; score sum w (y - mu) x,
 * information sum w mu x x'. Gamma: var y = phi mu^2; score sum w (y - mu) / mu x, information sum w x x'
 * (expected). Newton steps on these (Fisher scoring), halved while the quasi-likelihood falls (McCullagh &
 * Nelder 1989, chapters 8 and 9). The means are right wherever E y = exp(eta) is, whatever the variance
 * (Gourieroux, Monfort & Trognon 1984; Santos Silva & Tenreyro 2006), so that the variance is a sandwich:
 * A^-1 (sum over accounts of u u') A^-1 C/(C-1), u the score of an account. Amounts are divided by their mean
 * first, so that every unit of money converges alike.
 *
 * Terms are coded, so a row has few coefficients and X'WX is summed from their pairs. */
#include "evidence/loglink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/glm.h"

enum { MOST_STEPS = 60, MOST_HALVINGS = 30 };

typedef struct solving {
  const lf_loglink *model;
  const lf_run *run;
  size_t n;     /* coefficients */
  double scale; /* mean of y */
  double *eta;
  lf_chunks chunks;
  double *sums; /* each chunk: information, score, quasi-likelihood */
  double *information, *score, *inverse, *step, *trial;
  bool *dropped;
  double likelihood;
} solving;

static size_t sums_of(const solving *s) {
  return s->n * s->n + s->n + 1;
}

static void solving_clear(solving *s) {
  free(s->eta);
  free(s->sums);
  free(s->information);
  free(s->score);
  free(s->inverse);
  free(s->step);
  free(s->trial);
  free(s->dropped);
}

/* Coefficients of a row, intercept first; returns how many. */
static size_t row_coefficients(const lf_design *design, size_t row, size_t *index) {
  size_t n = 0;
  index[n++] = 0;
  for (size_t t = 0; t < design->n_terms; t++) {
    const lf_term *term = &design->terms[t];
    int32_t c = term->coef[term->codes ? term->codes[row] : lf_column_code(term->column, row)];
    if (c >= 0) index[n++] = (size_t)c;
  }
  return n;
}

/* Score per unit of eta and its expected derivative. */
static void row_score(const lf_loglink *model, double y, double eta, double *score, double *information,
                      double *likelihood) {
  double mu = exp(eta);
  bool poisson = model->family == LF_LOGLINK_POISSON;
  *score = poisson ? y - mu : y / mu - 1;
  *information = poisson ? mu : 1;
  *likelihood = poisson ? y * eta - mu : -y / mu - eta;
}

static void sum_chunk(void *context, size_t chunk) {
  solving *s = context;
  const lf_design *design = s->model->design;
  size_t n = s->n, from, to, index[LF_MAX_TERMS + 1];
  double *h = s->sums + chunk * sums_of(s), *g = h + n * n, *likelihood = g + n;
  memset(h, 0, sums_of(s) * sizeof *h);
  lf_chunk_rows(&s->chunks, chunk, &from, &to);
  for (size_t row = from; row < to; row++) {
    double w = design->weight[row], u, i, l;
    if (!(w > 0)) continue;
    row_score(s->model, s->model->y[row] / s->scale, s->eta[row], &u, &i, &l);
    size_t k = row_coefficients(design, row, index);
    for (size_t a = 0; a < k; a++) {
      g[index[a]] += w * u;
      for (size_t b = 0; b <= a; b++) h[index[a] * n + index[b]] += w * i;
    }
    *likelihood += w * l;
  }
}

/* Information, score and quasi-likelihood at coefficients b. */
static void evaluate(solving *s, const double *b) {
  size_t n = s->n;
  lf_design_predict(s->model->design, b, s->run, s->eta);
  lf_parallel_for(s->run, s->chunks.count, sum_chunk, s);
  memset(s->information, 0, n * n * sizeof *s->information);
  memset(s->score, 0, n * sizeof *s->score);
  s->likelihood = 0;
  for (size_t c = 0; c < s->chunks.count; c++) {
    const double *h = s->sums + c * sums_of(s);
    for (size_t k = 0; k < n * n; k++) s->information[k] += h[k];
    for (size_t k = 0; k < n; k++) s->score[k] += h[n * n + k];
    s->likelihood += h[n * n + n];
  }
  for (size_t j = 0; j < n; j++)
    for (size_t k = 0; k < j; k++) {
      double pair = s->information[j * n + k] +
                    s->information[k * n + j]; /* a term's order decides the half it lies in */
      s->information[j * n + k] = s->information[k * n + j] = pair;
    }
}

/* The inverse information; a coefficient that earlier ones explain has row and column 0. */
static void invert(const solving *s) {
  memcpy(s->inverse, s->information, s->n * s->n * sizeof *s->inverse);
  lf_sweep(s->inverse, s->n, s->dropped, s->step);
}

/* One step; false where nothing is left to gain. */
static bool advance(solving *s, double *b) {
  size_t n = s->n;
  double decrement = 0, before = s->likelihood, factor = 1;
  invert(s);
  for (size_t j = 0; j < n; j++) {
    s->step[j] = 0;
    for (size_t k = 0; k < n; k++) s->step[j] += s->inverse[j * n + k] * s->score[k];
    decrement += s->step[j] * s->score[j];
  }
  if (!(decrement > 1e-16 * (1 + fabs(before)))) return false;
  for (int i = 0; i < MOST_HALVINGS; i++, factor /= 2) {
    for (size_t j = 0; j < n; j++) s->trial[j] = b[j] + factor * s->step[j];
    evaluate(s, s->trial);
    if (isfinite(s->likelihood) && s->likelihood >= before - 1e-13 * (1 + fabs(before))) {
      memcpy(b, s->trial, n * sizeof *b);
      return decrement > 1e-12 * (1 + fabs(before)) || factor < 1;
    }
  }
  evaluate(s, b);
  return false;
}

/* Sum over accounts (rows where none are known) of u u', times C/(C-1). */
static lf_status meat(const solving *s, double *out, lf_error *err) {
  const lf_loglink *model = s->model;
  const lf_design *design = model->design;
  size_t n = s->n, clusters = model->cluster ? model->n_clusters : 1, index[LF_MAX_TERMS + 1];
  double *sums = NULL, count = 0;
  lf_status status = lf_alloc(clusters * n, sizeof *sums, &sums, err);
  if (status != LF_OK) return status;
  memset(out, 0, n * n * sizeof *out);
  for (size_t row = 0; row < design->n_rows; row++) {
    double w = design->weight[row], u, i, l;
    if (!(w > 0)) continue;
    row_score(model, model->y[row] / s->scale, s->eta[row], &u, &i, &l);
    size_t k = row_coefficients(design, row, index);
    if (!model->cluster) count += w;
    for (size_t a = 0; a < k; a++) {
      if (model->cluster)
        sums[model->cluster[row] * n + index[a]] += w * u;
      else
        for (size_t b = 0; b < k; b++) out[index[a] * n + index[b]] += w * u * u;
    }
  }
  for (size_t c = 0; model->cluster && c < clusters; c++) {
    const double *v = sums + c * n;
    if (v[0] == 0) continue; /* the intercept's score: an account without rows */
    count++;
    for (size_t a = 0; a < n; a++)
      for (size_t b = 0; v[a] != 0 && b < n; b++) out[a * n + b] += v[a] * v[b];
  }
  free(sums);
  double factor = count > 1 ? count / (count - 1) : (double)NAN;
  for (size_t k = 0; k < n * n; k++) out[k] *= factor;
  return LF_OK;
}

static void sandwich(const double *bread, const double *middle, size_t n, double *work, double *out) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t k = 0; k < n; k++) sum += bread[i * n + k] * middle[k * n + j];
      work[i * n + j] = sum;
    }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t k = 0; k < n; k++) sum += work[i * n + k] * bread[k * n + j];
      out[i * n + j] = sum;
    }
}

static lf_status solving_new(const lf_loglink *model, const lf_run *run, solving *s, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = model->design->n_coef;
  lf_sum y = {0}, w = {0};
  *s = (solving){.model = model, .run = run, .n = n, .chunks = lf_cut(model->design->n_rows, 8192, 16)};
  if (model->design->n_terms > LF_MAX_TERMS)
    return lf_fail(err, LF_E_USAGE, "more than %d terms", LF_MAX_TERMS);
  for (size_t i = 0; i < model->design->n_rows; i++) {
    double weight = model->design->weight[i];
    if (!(weight > 0)) continue;
    lf_sum_add(&y, weight * model->y[i]);
    lf_sum_add(&w, weight);
  }
  s->scale = lf_sum_value(&y) / lf_sum_value(&w);
  if (!(s->scale > 0))
    return lf_fail(err, LF_E_DATA, "the amounts add up to nothing: there is no mean to compare");
  LF_TRY(lf_alloc(model->design->n_rows, sizeof *s->eta, &s->eta, err));
  LF_TRY(lf_alloc(s->chunks.count * sums_of(s), sizeof *s->sums, &s->sums, err));
  LF_TRY(lf_alloc(n * n, sizeof *s->information, &s->information, err));
  LF_TRY(lf_alloc(n, sizeof *s->score, &s->score, err));
  LF_TRY(lf_alloc(n * n, sizeof *s->inverse, &s->inverse, err));
  LF_TRY(lf_alloc(n, sizeof *s->step, &s->step, err));
  LF_TRY(lf_alloc(n, sizeof *s->trial, &s->trial, err));
  LF_TRY(lf_alloc(n, sizeof *s->dropped, &s->dropped, err));
cleanup:
  return status;
}

lf_status lf_loglink_fit(const lf_loglink *model, const lf_run *run, double *b, double *bread,
                         double *covariance, bool *converged, lf_error *err) {
  solving s = {0};
  double *middle = NULL;
  lf_status status = LF_OK;
  LF_TRY(solving_new(model, run, &s, err));
  LF_TRY(lf_alloc(s.n * s.n, sizeof *middle, &middle, err));
  for (size_t j = 0; j < s.n; j++) b[j] = model->start ? model->start[j] : 0;
  if (model->start) b[0] -= log(s.scale);
  evaluate(&s, b);
  *converged = false;
  for (int i = 0; i < MOST_STEPS && !*converged; i++) {
    LF_TRY(lf_check_interrupt(run, err));
    *converged = !advance(&s, b);
  }
  invert(&s);
  memcpy(bread, s.inverse, s.n * s.n * sizeof *bread);
  LF_TRY(meat(&s, middle, err));
  sandwich(bread, middle, s.n, s.information, covariance);
  b[0] += log(s.scale);
cleanup:
  free(middle);
  solving_clear(&s);
  return status;
}
