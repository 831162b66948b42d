/* Cross-fitted contributions to the log of the deal size.
 *
 * Symbols: won training row i with amount a_i > 0, z_i = log a_i; D its indicators of outcome-blind bands
 * (deciles and frequent levels, counted on won rows, never looking at amounts); ridge b = (D'D + l I)^-1 D'(z
 * - mean). Bands chosen by counts need no selection, and few rows are won: a finer search would find noise.
 * An attribute's weights are then shrunk by max(0, 1 - 2 / F), F = b_J' V_JJ^-1 b_J / (s^2 |J|): nothing is
 * left where it explains less than Akaike's price (compare James & Stein 1961), so that a dozen idle
 * attributes do not blur the revenue that the others explain. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "evidence/glm.h"
#include "evidence/rows.h"

enum { MOST_BANDS = 10, FEWEST_DEALS = 20 };
static const double ridge = 10;

typedef struct size_plan {
  size_t n_sets, m; /* m: coefficients, the mean first */
  int32_t **map;    /* [set][code]: coefficient, -1: none */
  size_t *first, *count;
  double *deal; /* [n]: weight of rows that are deals with an amount */
  double *log_amount;
} size_plan;

static void plan_free(size_plan *p) {
  for (size_t t = 0; p->map && t < p->n_sets; t++) free(p->map[t]);
  free(p->map);
  free(p->first);
  free(p->count);
  free(p->deal);
  free(p->log_amount);
}

static lf_status plan_make(const lf_evidence_rows *r, const lf_atoms *atoms, const uint8_t *keep,
                           size_plan *p, lf_error *err) {
  lf_status status = LF_OK;
  p->n_sets = atoms->n;
  p->m = 1;
  LF_TRY(lf_alloc(atoms->n, sizeof *p->map, &p->map, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *p->first, &p->first, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *p->count, &p->count, err));
  LF_TRY(lf_alloc(r->n, sizeof *p->deal, &p->deal, err));
  LF_TRY(lf_alloc(r->n, sizeof *p->log_amount, &p->log_amount, err));
  for (size_t i = 0; i < r->n; i++) {
    if (!r->sample->won[i] || !(r->amount[i] > 0)) continue;
    p->deal[i] = r->sample->weight[i];
    p->log_amount[i] = log(r->amount[i]);
  }
  for (size_t t = 0; t < atoms->n; t++) {
    size_t codes = atoms->items[t].n + 2;
    LF_TRY(lf_alloc(codes, sizeof *p->map[t], &p->map[t], err));
    p->first[t] = p->m;
    if (keep[t])
      LF_TRY(lf_blind_bands(r, atoms, t, p->deal, MOST_BANDS, FEWEST_DEALS, p->map[t], &p->count[t], err));
    for (size_t c = 0; c < codes; c++)
      p->map[t][c] = keep[t] && p->map[t][c] >= 0 ? (int32_t)p->m + p->map[t][c] : -1;
    p->m += p->count[t];
  }
cleanup:
  return status;
}

/* Normal equations of a fold's deals: h[m x m], g[m]; returns the deals' weight and sum of squares. */
static void normal_equations(const lf_evidence_rows *r, const size_plan *p, const double *train, double *h,
                             double *g, double *rows, double *squares, int32_t *at) {
  *rows = *squares = 0;
  for (size_t i = 0; i < r->n; i++) {
    double w = train[i] > 0 ? p->deal[i] : 0, z = p->log_amount[i];
    if (!(w > 0)) continue;
    size_t n = 1;
    at[0] = 0;
    for (size_t t = 0; t < p->n_sets; t++) {
      int32_t c = p->map[t][r->sample->code[t][i]];
      if (c >= 0) at[n++] = c;
    }
    for (size_t a = 0; a < n; a++) {
      g[at[a]] += w * z;
      for (size_t b = 0; b < n; b++) h[(size_t)at[a] * p->m + (size_t)at[b]] += w;
    }
    *rows += w;
    *squares += w * z * z;
  }
}

/* What is left of an attribute's weights. block: its part of V. */
static double shrink(const size_plan *p, size_t set, const double *v, const double *b, double variance,
                     double *block, bool *aliased) {
  size_t k = p->count[set], first = p->first[set];
  double wald = 0, work[MOST_BANDS + 3];
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) block[i * k + j] = v[(first + i) * p->m + first + j];
  size_t rank = lf_sweep(block, k, aliased, work);
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) wald += b[first + i] * block[i * k + j] * b[first + j];
  double f = rank > 1 && variance > 0 ? wald / (variance * (double)(rank - 1)) : 0;
  return f > 2 ? 1 - 2 / f : 0;
}

typedef struct size_job {
  const lf_evidence_rows *rows;
  const size_plan *plan;
  lf_contributions *out;
  lf_status *status;
  lf_error *errors;
} size_job;

static void write_fold(const lf_evidence_rows *r, const size_plan *p, size_t fold, size_t set,
                       const double *b, double factor, double *x) {
  for (size_t i = r->first; i < r->n; i++) {
    if (r->fold[i] != fold) continue;
    int32_t c = p->map[set][r->sample->code[set][i]];
    x[i] = c < 0 ? 0 : factor * b[c];
  }
}

static lf_status fit_fold(const size_job *job, size_t fold, lf_error *err) {
  const size_plan *p = job->plan;
  size_t m = p->m;
  double *h = NULL, *g = NULL, *b = NULL, *block = NULL, *work = NULL, rows, squares, explained = 0;
  int32_t *at = NULL;
  bool *aliased = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(m * m, sizeof *h, &h, err));
  LF_TRY(lf_alloc(m, sizeof *g, &g, err));
  LF_TRY(lf_alloc(m, sizeof *b, &b, err));
  LF_TRY(lf_alloc(m, sizeof *work, &work, err));
  LF_TRY(lf_alloc(m, sizeof *aliased, &aliased, err));
  LF_TRY(lf_alloc((size_t)(MOST_BANDS + 3) * (MOST_BANDS + 3), sizeof *block, &block, err));
  LF_TRY(lf_alloc(p->n_sets + 1, sizeof *at, &at, err));
  normal_equations(job->rows, p, job->rows->train[fold], h, g, &rows, &squares, at);
  if (rows < FEWEST_DEALS) goto cleanup;
  for (size_t j = 1; j < m; j++) h[j * m + j] += ridge;
  size_t rank = lf_sweep(h, m, aliased, work);
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < m; j++) b[i] += h[i * m + j] * g[j];
    explained += b[i] * g[i];
  }
  double df = rows - (double)(rank < m ? rank : m), variance = df > 1 ? fmax(0, squares - explained) / df : 0;
  for (size_t t = 0; t < p->n_sets; t++) {
    if (p->count[t] < 2) continue;
    double factor = shrink(p, t, h, b, variance, block, aliased);
    if (factor > 0) write_fold(job->rows, p, fold, t, b, factor, job->out->x[t]);
  }
cleanup:
  free(h);
  free(g);
  free(b);
  free(work);
  free(block);
  free(at);
  free(aliased);
  return status;
}

static void fit_task(void *context, size_t fold) {
  size_job *job = context;
  job->status[fold] = fit_fold(job, fold, &job->errors[fold]);
}

lf_status lf_size_contributions(const lf_evidence_rows *rows, const lf_atoms *atoms, const uint8_t *keep,
                                const lf_run *run, lf_contributions **out, lf_error *err) {
  size_plan plan = {0};
  size_job job = {.rows = rows, .plan = &plan};
  lf_status status = LF_OK;
  LF_TRY(plan_make(rows, atoms, keep, &plan, err));
  LF_TRY(lf_contributions_new(atoms->n, rows->n, &job.out, err));
  LF_TRY(lf_alloc(rows->n_folds, sizeof *job.status, &job.status, err));
  LF_TRY(lf_alloc(rows->n_folds, sizeof *job.errors, &job.errors, err));
  lf_parallel_for(run, rows->n_folds, fit_task, &job);
  for (size_t k = 0; k < rows->n_folds; k++)
    if (job.status[k] != LF_OK) {
      if (err) *err = job.errors[k];
      status = job.status[k];
      goto cleanup;
    }
  *out = job.out;
  job.out = NULL;
cleanup:
  free(job.status);
  free(job.errors);
  lf_contributions_free(job.out);
  plan_free(&plan);
  return status;
}
