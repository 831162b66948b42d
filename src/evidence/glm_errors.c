/* Standard errors of a dense model.
 *
 * Covariance: A^-1 B A^-1 with B the sum over clusters of (sum w score)(sum w score)', times G/(G-1); without
 * clusters the sum over single outcomes, w score score' (Huber 1967; White 1980; Liang & Zeger 1986): the
 * variance function may be wrong, which quasi-Poisson on revenue relies on. A cluster of one row needs no
 * sum: it joins the rows' cross products. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cblas.h>

#include "base/memory.h"
#include "evidence/glm_parts.h"

enum { BLOCK = 512 };
static const uint32_t single = UINT32_MAX; /* a cluster of one row */

static void add_score(const lf_dense *d, size_t i, double score, double *u) {
  u[lf_dense_group(d, i)] += score;
  for (size_t j = 0; j < d->k; j++) u[d->n_groups + j] += score * d->x[j][i];
}

/* w score of every row. */
static void score_rows(const lf_dense *d, const double *eta, double *score) {
  double information[BLOCK], loss[BLOCK];
  for (size_t at = 0; at < d->n; at += BLOCK)
    lf_dense_observe(d, at, at + BLOCK < d->n ? BLOCK : d->n - at, eta + at, score + at, information, loss);
}

lf_status lf_dense_unit_scores(const lf_dense *d, const double *eta, size_t n_units, double *sums,
                               lf_error *err) {
  size_t m = d->n_groups + d->k;
  double *score = NULL;
  lf_status status = lf_alloc(d->n, sizeof *score, &score, err);
  if (status != LF_OK) return status;
  score_rows(d, eta, score);
  memset(sums, 0, n_units * m * sizeof *sums);
  for (size_t i = 0; i < d->n; i++) {
    double w = d->weight ? d->weight[i] : 1;
    /* a row of frequency weight w and no account is w draws: its share varies the less */
    double share = d->cluster || w <= 1 ? 1 : 1 / sqrt(w);
    if (score[i] != 0) add_score(d, i, share * score[i], sums + (d->cluster ? d->cluster[i] : i) * m);
  }
  free(score);
  return LF_OK;
}

/* Numbers the clusters of several rows; of[n_clusters] is `single` for the others. Counts all in use. */
static size_t number_clusters(const lf_dense *d, uint32_t *of, size_t *used) {
  uint32_t several = 0;
  for (size_t i = 0; i < d->n; i++) of[d->cluster[i]] += !d->weight || d->weight[i] > 0;
  for (size_t c = 0; c < d->n_clusters; c++) {
    *used += of[c] > 0;
    of[c] = of[c] > 1 ? several++ : single;
  }
  return several;
}

/* Adds the products of the sums of clusters of several rows to meat, and leaves no score with their rows. */
static lf_status several_rows(const lf_dense *d, double *score, const uint32_t *of, size_t several,
                              double *meat, lf_error *err) {
  size_t m = d->n_groups + d->k;
  double *sums = NULL;
  lf_status status = lf_alloc(several * m, sizeof *sums, &sums, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < d->n; i++) {
    uint32_t c = of[d->cluster[i]];
    if (c == single) continue;
    add_score(d, i, score[i], sums + c * m);
    score[i] = 0;
  }
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)m, (int)several, 1.0, sums, (int)m, 1.0, meat,
              (int)m);
  free(sums);
  return LF_OK;
}

static lf_status make_meat(const lf_dense *d, const double *eta, const lf_run *run, double *meat,
                           lf_error *err) {
  size_t used = 0, several = 0, m = d->n_groups + d->k;
  double *score = NULL, *sums = NULL;
  uint32_t *of = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(d->n, sizeof *score, &score, err));
  score_rows(d, eta, score);
  LF_TRY(lf_alloc(m * m, sizeof *sums, &sums, err));
  if (d->cluster) {
    LF_TRY(lf_alloc(d->n_clusters, sizeof *of, &of, err));
    several = number_clusters(d, of, &used);
    if (several) LF_TRY(several_rows(d, score, of, several, sums, err));
  }
  for (size_t i = 0; i < d->n; i++)
    score[i] *= d->cluster || !d->weight || !(d->weight[i] > 0) ? score[i] : score[i] / d->weight[i];
  LF_TRY(lf_dense_cross(d, score, run, meat, err));
  double factor = !d->cluster ? 1 : used > 1 ? (double)used / (double)(used - 1) : (double)NAN;
  for (size_t i = 0; i < m; i++)
    for (size_t j = i; j < m; j++) meat[i * m + j] = factor * (meat[i * m + j] + sums[i * m + j]);
cleanup:
  free(score);
  free(sums);
  free(of);
  return status;
}

lf_status lf_dense_sandwich(const lf_dense *d, const double *inverse, const double *eta, const lf_run *run,
                            double *covariance, lf_error *err) {
  size_t m = d->n_groups + d->k;
  int k = (int)m;
  double *meat = NULL, *half = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(m * m, sizeof *meat, &meat, err));
  LF_TRY(lf_alloc(m * m, sizeof *half, &half, err));
  LF_TRY(make_meat(d, eta, run, meat, err));
  cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, k, k, 1.0, meat, k, inverse, k, 0.0, half, k);
  cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, k, k, 1.0, inverse, k, half, k, 0.0, covariance, k);
cleanup:
  free(meat);
  free(half);
  return status;
}
