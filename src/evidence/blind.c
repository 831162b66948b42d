/* What outcome-blind bands exclude.
 *
 * A contribution that found nothing says little of what could still be there: its bands may have been the
 * wrong ones. So equivalence is read off bands chosen by counts alone (at most six of about equal rows, or
 * the most frequent levels), which no outcome chose, by a score test (Rao 1948) beside all other attributes:
 *     U = (Z - P X)'(y - mu),  P = Z'WX (X'WX)^-1,  I = Z'WZ - Z'WX (X'WX)^-1 X'WZ,  M = sum over clusters of
 * the adjusted scores' squares,  chi2 = U' M^-1 U with X the others' contributions and the folds' intercepts,
 * mu the fit without the attribute; the largest band is the reference. If the bands' log ratios have standard
 * deviation t over the rows, chi2 is non-central with l = t^2 N c / e: N = sum w mu(1-mu) (for deals, of
 * their weights), c the share of the bands' information that the others leave, e = tr M / tr I what clusters
 * and dispersion cost. The upper 95 % limit of l (Venables 1975) gives that of t; two t lie between a typical
 * high and a typical low lead (equivalence by confidence limit: Schuirmann 1987; Wellek 2010, chapter 8). The
 * limit of l is not let below 1.645^2, so that luck excludes no more than a plain estimate of 0 would. Where
 * nothing is there chi2 is central, and its upper fifth gives the limit that is not passed in four of five
 * samples: what excludes a margin with a power of 80 %. */
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"

enum { MOST_BANDS = 6, FEWEST_ROWS = 50 };
static const double level = 0.05;

/* P(X <= x) of a non-central chi-squared: a Poisson mixture of central ones. */
static double noncentral_cdf(double x, double df, double lambda) {
  double sum = 0, half = lambda / 2;
  int middle = (int)half, reach = 20 + (int)(8 * sqrt(half + 1));
  for (int j = middle > reach ? middle - reach : 0; j <= middle + reach; j++) {
    double log_weight = -half + (j ? j * log(half) : 0) - lgamma(j + 1.0);
    if (half > 0 || j == 0) sum += exp(log_weight) * gsl_cdf_chisq_P(x, df + 2 * j);
  }
  return sum;
}

/* Upper limit of the non-centrality at chi2. */
static double noncentral_limit(double chi2, double df) {
  double low = 0, high = chi2 + 10 * sqrt(2 * df + 4 * chi2) + 20;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (noncentral_cdf(chi2, df, middle) > level)
      low = middle;
    else
      high = middle;
  }
  return fmax(high, 1.6448536269514722 * 1.6448536269514722);
}

double lf_blind_reach(double df) {
  return sqrt(noncentral_limit(gsl_cdf_chisq_Pinv(0.8, df), df));
}

typedef struct blind {
  const lf_study *study;
  const lf_model *model;
  const uint16_t *code; /* of the model's rows */
  int32_t *map;
  size_t bands, m;
  size_t codes;
  double *b;
  lf_dense_fit *others;
  double *zx;                 /* bands x m: Z'WX; then its product with v */
  double *zz, *u;             /* sums of W, and scores, of each band */
  double *information, *meat; /* bands x bands */
  double total;               /* sum of W */
} blind;

static void observe(lf_family family, double y, double eta, double *score, double *weight) {
  double mu = lf_family_mean(family, eta);
  *score = family == LF_FAMILY_GAMMA ? y / mu - 1 : y - mu;
  *weight = family == LF_FAMILY_BINOMIAL ? mu * (1 - mu) : family == LF_FAMILY_POISSON ? mu : 1;
}

/* The model without attribute t: eta and inverse information. */
static lf_status fit_others(blind *a, size_t t, lf_error *err) {
  lf_dense d = a->model->design;
  lf_dense_options options = {.start = a->b, .max_iterations = 3, .no_covariance = true};
  const double **x = NULL;
  double *nothing = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(d.k, sizeof *x, &x, err));
  LF_TRY(lf_alloc(d.n, sizeof *nothing, &nothing, err));
  for (size_t j = 0; j < d.k; j++) x[j] = j == t ? nothing : d.x[j];
  d.x = x;
  d.cluster = NULL;
  lf_model_without(a->model, t, a->b);
  LF_TRY(lf_dense_solve(&d, &options, NULL, &a->others, err));
cleanup:
  free(x);
  free(nothing);
  return status;
}

/* The band of most rows becomes the reference: it has no indicator. */
static void drop_reference(blind *a, const double *weight) {
  double rows[MOST_BANDS + 3] = {0};
  size_t most = 0;
  for (size_t i = 0; i < a->model->design.n; i++)
    if (a->map[a->code[i]] >= 0) rows[a->map[a->code[i]]] += weight[i];
  for (size_t k = 1; k < a->bands; k++)
    if (rows[k] > rows[most]) most = k;
  for (size_t c = 0; c < a->codes; c++) {
    if (a->map[c] == (int32_t)most)
      a->map[c] = -1;
    else if (a->map[c] > (int32_t)most)
      a->map[c]--;
  }
  a->bands--;
}

static void first_pass(blind *a) {
  const lf_dense *d = &a->model->design;
  double s, h;
  for (size_t i = 0; i < d->n; i++) {
    int32_t z = a->map[a->code[i]];
    if (!(d->weight[i] > 0)) continue;
    observe(d->family, d->y[i], a->others->eta[i], &s, &h);
    a->total += d->weight[i] * h;
    if (z < 0) continue;
    a->zz[z] += d->weight[i] * h;
    double *line = a->zx + (size_t)z * a->m, w = d->weight[i] * h;
    line[d->group ? d->group[i] : 0] += w;
    for (size_t t = 0; t < d->k; t++) line[d->n_groups + t] += w * d->x[t][i];
  }
}

/* information = Z'WZ - Z'WX v X'WZ, and zx becomes Z'WX v. */
static lf_status adjust(blind *a, lf_error *err) {
  size_t n = a->bands, m = a->m;
  double *p = NULL;
  lf_status status = lf_alloc(n * m, sizeof *p, &p, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n; i++)
    for (size_t r = 0; r < m; r++)
      for (size_t c = 0; c < m; c++) p[i * m + c] += a->zx[i * m + r] * a->others->inverse[r * m + c];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double sum = i == j ? a->zz[i] : 0;
      for (size_t c = 0; c < m; c++) sum -= p[i * m + c] * a->zx[j * m + c];
      a->information[i * n + j] = sum;
    }
  free(a->zx);
  a->zx = p;
  return LF_OK;
}

/* Adds the adjusted score of a row to out[bands]. */
static void add_adjusted(const blind *a, size_t i, double *out) {
  const lf_dense *d = &a->model->design;
  double s, h;
  int32_t z = a->map[a->code[i]];
  observe(d->family, d->y[i], a->others->eta[i], &s, &h);
  for (size_t k = 0; k < a->bands; k++) {
    const double *p = a->zx + k * a->m;
    double fitted = p[d->group ? d->group[i] : 0];
    for (size_t t = 0; t < d->k; t++) fitted += p[d->n_groups + t] * d->x[t][i];
    out[k] += s * ((z == (int32_t)k ? 1 : 0) - fitted);
  }
}

static void add_square(const blind *a, const double *u, double w) {
  for (size_t i = 0; i < a->bands; i++)
    for (size_t j = 0; j < a->bands; j++) a->meat[i * a->bands + j] += w * u[i] * u[j];
}

static lf_status second_pass(blind *a, lf_error *err) {
  const lf_dense *d = &a->model->design;
  size_t n = a->bands, clusters = d->cluster ? d->n_clusters : 1;
  double *sums = NULL, one[MOST_BANDS + 3];
  lf_status status = lf_alloc(clusters * n, sizeof *sums, &sums, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < d->n; i++) {
    if (!(d->weight[i] > 0)) continue;
    memset(one, 0, sizeof one);
    add_adjusted(a, i, one);
    for (size_t k = 0; k < n; k++) a->u[k] += d->weight[i] * one[k];
    if (!d->cluster) add_square(a, one, d->weight[i]);
    for (size_t k = 0; d->cluster && k < n; k++) sums[d->cluster[i] * n + k] += d->weight[i] * one[k];
  }
  for (size_t c = 0; d->cluster && c < clusters; c++) add_square(a, sums + c * n, 1);
  free(sums);
  return LF_OK;
}

static void conclude(blind *a, lf_blind_test *out) {
  size_t n = a->bands;
  double chi2 = 0, raw = 0, left = 0, cost = 0;
  bool aliased[MOST_BANDS + 3];
  double work[MOST_BANDS + 3];
  for (size_t k = 0; k < n; k++) {
    raw += a->zz[k] * (1 - a->zz[k] / a->total);
    left += a->information[k * n + k];
    cost += a->meat[k * n + k];
  }
  size_t rank = lf_sweep(a->meat, n, aliased, work);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) chi2 += a->u[i] * a->meat[i * n + j] * a->u[j];
  if (!rank || !(raw > 0) || !(left > 0)) return;
  double error = 2 * sqrt((cost / left) / (a->total * fmin(1, left / raw)));
  *out = (lf_blind_test){.chi2 = chi2,
                         .p = lf_chi_squared_p(chi2, (double)rank),
                         .df = rank,
                         .bound = sqrt(noncentral_limit(chi2, (double)rank)) * error,
                         .std_error = error,
                         .reach = lf_blind_reach((double)rank)};
}

static void blind_clear(blind *a) {
  free(a->map);
  free(a->b);
  lf_dense_fit_free(a->others);
  free(a->zx);
  free(a->zz);
  free(a->u);
  free(a->information);
  free(a->meat);
}

lf_status lf_blind_bound(const lf_study *s, const lf_model *model, size_t set, lf_blind_test *out,
                         lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  blind a = {.study = s, .model = model, .m = model->fit->m, .code = r->sample->code[set] + model->from};
  double *weight = NULL;
  lf_status status = LF_OK;
  *out = (lf_blind_test){.chi2 = NAN, .p = NAN, .bound = INFINITY, .std_error = NAN};
  LF_TRY(lf_alloc(s->atoms->items[set].n + 2, sizeof *a.map, &a.map, err));
  LF_TRY(lf_alloc(r->n, sizeof *weight, &weight, err));
  memcpy(weight + model->from, model->design.weight, model->design.n * sizeof *weight);
  LF_TRY(lf_blind_bands(r, s->atoms, set, weight, MOST_BANDS, FEWEST_ROWS, a.map, &a.bands, err));
  if (a.bands < 2) goto cleanup;
  a.codes = s->atoms->items[set].n + 2;
  drop_reference(&a, model->design.weight);
  LF_TRY(lf_alloc(a.m, sizeof *a.b, &a.b, err));
  LF_TRY(lf_alloc(a.bands * a.m, sizeof *a.zx, &a.zx, err));
  LF_TRY(lf_alloc(a.bands, sizeof *a.zz, &a.zz, err));
  LF_TRY(lf_alloc(a.bands, sizeof *a.u, &a.u, err));
  LF_TRY(lf_alloc(a.bands * a.bands, sizeof *a.information, &a.information, err));
  LF_TRY(lf_alloc(a.bands * a.bands, sizeof *a.meat, &a.meat, err));
  LF_TRY(fit_others(&a, set, err));
  first_pass(&a);
  LF_TRY(adjust(&a, err));
  LF_TRY(second_pass(&a, err));
  conclude(&a, out);
cleanup:
  free(weight);
  blind_clear(&a);
  return status;
}
