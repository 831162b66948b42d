/* Tests of drift.
 *
 * Symbols: bins k, shares p_k of N rows before and q_k of M rows now; accounts c with n_ck rows in bin k and
 * n_c in all. Under no drift PSI = sum (q_k - p_k) ln(q_k / p_k) is about (1/N + 1/M) chi2_{K-1}: both are
 * the same quadratic form to second order (Yurdakul & Naranjo 2020). Rows of one account are alike, which
 * widens it by the design effect d = sum_k (1 - p_k) d_k / (K - 1), d_k = sum_c (n_ck - n_c p_k)^2 / (n p_k
 * (1 - p_k)) (Rao & Scott 1981): PSI / d is referred to the same distribution. Below 5 expected rows the form
 * is no longer quadratic, so rare bins are joined. */
#include "judge/shift.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "judge/judge.h"

static const double fewest_rows = 5;

/* sum_c (n_ck - n_c p_k)^2 of every bin, by way of sum n_ck^2 - 2 p_k sum n_ck n_c + p_k^2 sum n_c^2. */
static lf_status cluster_effect(const lf_shift_rows *rows, size_t bins, const double *counts, double total,
                                double *effect, lf_error *err) {
  double *of_cluster = NULL, *cells = NULL;
  double sum = 0, squares = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(rows->n_clusters, sizeof *of_cluster, &of_cluster, err));
  LF_TRY(lf_alloc(rows->n_clusters, sizeof *cells, &cells, err));
  for (size_t i = 0; i < rows->n; i++) of_cluster[rows->cluster[i]] += rows->weight ? rows->weight[i] : 1;
  for (size_t c = 0; c < rows->n_clusters; c++) squares += of_cluster[c] * of_cluster[c];
  size_t used = 0;
  for (size_t k = 0; k < bins; k++) {
    double p = counts[k] / total, own = 0, cross = 0;
    if (!(p > 0 && p < 1)) continue;
    for (size_t c = 0; c < rows->n_clusters; c++) cells[c] = 0;
    for (size_t i = 0; i < rows->n; i++)
      if (rows->bin[i] == k) cells[rows->cluster[i]] += rows->weight ? rows->weight[i] : 1;
    for (size_t c = 0; c < rows->n_clusters; c++) {
      own += cells[c] * cells[c];
      cross += cells[c] * of_cluster[c];
    }
    double spread = own - 2 * p * cross + p * p * squares;
    sum += (1 - p) * spread / (total * p * (1 - p));
    used++;
  }
  if (used > 1) *effect = fmax(1, sum / (double)(used - 1));
cleanup:
  free(of_cluster);
  free(cells);
  return status;
}

lf_status lf_shift_count(const lf_shift_rows *rows, size_t bins, double *counts, double *design_effect,
                         lf_error *err) {
  double total = 0;
  for (size_t k = 0; k < bins; k++) counts[k] = 0;
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    counts[rows->bin[i]] += w;
    total += w;
  }
  *design_effect = 1;
  return rows->cluster && total > 0 ? cluster_effect(rows, bins, counts, total, design_effect, err) : LF_OK;
}

lf_status lf_shift_test(const double *expected, const double *actual, size_t bins, double design_effect,
                        double alpha, lf_shift *out, lf_error *err) {
  double *e = NULL, *a = NULL, n = 0, m = 0;
  size_t kept = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(bins + 1, sizeof *e, &e, err));
  LF_TRY(lf_alloc(bins + 1, sizeof *a, &a, err));
  for (size_t k = 0; k < bins; k++) {
    n += expected[k];
    m += actual[k];
  }
  for (size_t k = 0; k < bins; k++) {
    double share = (expected[k] + actual[k]) / (n + m);
    bool rare = share * fmin(n, m) < fewest_rows;
    size_t at = rare ? bins : kept++; /* the rare ones share the last place */
    e[at] += expected[k];
    a[at] += actual[k];
  }
  if (e[bins] + a[bins] > 0) {
    e[kept] = e[bins];
    a[kept++] = a[bins];
  }
  *out = (lf_shift){.bins = kept, .p = NAN, .critical = NAN};
  if (kept < 2) goto cleanup;
  LF_TRY(lf_psi(e, a, kept, alpha, &out->psi, &out->critical, err));
  out->critical *= design_effect;
  out->p = lf_chi_squared_p(out->psi / ((1 / n + 1 / m) * design_effect), (double)kept - 1);
cleanup:
  free(e);
  free(a);
  return status;
}
