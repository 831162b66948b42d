/* Clustered bootstrap by reweighting.
 *
 * Symbols: C clusters c (accounts; rows where none are known), m_c how often cluster c is drawn in C draws
 * with replacement, so (m_1 .. m_C) is multinomial; row i of cluster c gets the weight w_i m_c. Rows of
 * frequency weight and no account are drawn unit by unit: m_i ~ Binomial(units left, w_i / weight left), row
 * after row, which is the same multinomial. Percentile intervals: the 2.5 % and 97.5 % quantiles of the
 * replicates (Efron 1979; Davison & Hinkley 1997, section 2.4 and, for clusters, 3.8), interpolated as R's
 * type 7.
 *
 * Reweighting, because rows need not be copied or sorted anew, and because two candidates judged under the
 * same weights are paired. */
#include "evidence/bootstrap.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"

enum { REPLICATES = 1000, FEWEST = 200, TASKS = 64 };
static const double MOST_DRAWS = 2e9;

/* ---- one replicate ----------------------------------------------------------------------------------- */

/* Working memory of one thread's replicates. */
typedef struct draw {
  const lf_resample *rows;
  gsl_rng *random;
  double *cluster; /* draws of each cluster, or NULL */
  uint32_t *live;  /* clusters with weight */
  size_t n_live;
} draw;

static void draw_clear(draw *d) {
  if (d->random) gsl_rng_free(d->random);
  free(d->cluster);
  free(d->live);
}

/* Clusters (or rows) that hold weight: the others are never drawn. */
static void find_live(draw *d) {
  const lf_resample *r = d->rows;
  if (r->cluster) {
    for (size_t i = 0; i < r->n; i++)
      if (!r->weight || r->weight[i] > 0) d->cluster[r->cluster[i]] = 1;
    for (size_t c = 0; c < r->n_clusters; c++)
      if (d->cluster[c] > 0) d->live[d->n_live++] = (uint32_t)c;
    return;
  }
  for (size_t i = 0; i < r->n; i++)
    if (!r->weight || r->weight[i] > 0) d->live[d->n_live++] = (uint32_t)i;
}

static lf_status draw_new(const lf_resample *rows, draw *d, lf_error *err) {
  lf_status status = LF_OK;
  *d = (draw){.rows = rows};
  d->random = gsl_rng_alloc(gsl_rng_mt19937);
  if (!d->random) return lf_fail(err, LF_E_MEMORY, "not enough memory for the bootstrap");
  if (rows->cluster) LF_TRY(lf_alloc(rows->n_clusters, sizeof *d->cluster, &d->cluster, err));
  LF_TRY(lf_alloc(rows->cluster ? rows->n_clusters : rows->n, sizeof *d->live, &d->live, err));
  find_live(d);
  if (!d->n_live) LF_TRY(lf_fail(err, LF_E_DATA, "there are no rows to draw from"));
cleanup:
  if (status != LF_OK) draw_clear(d);
  return status;
}

static void draw_counts(const draw *d, double *count, size_t n) {
  memset(count, 0, n * sizeof *count);
  for (size_t k = 0; k < d->n_live; k++) count[d->live[gsl_rng_uniform_int(d->random, d->n_live)]] += 1;
}

/* Units of rows of frequency weight, row after row. */
static void draw_units(const draw *d, double *weight) {
  const lf_resample *r = d->rows;
  lf_sum total = {0};
  for (size_t i = 0; i < r->n; i++) lf_sum_add(&total, r->weight[i]);
  double left = lf_sum_value(&total), units = floor(left + 0.5);
  for (size_t i = 0; i < r->n; i++) {
    double share = left > 0 ? r->weight[i] / left : 0;
    if (share > 1 || left - r->weight[i] < 0.5) share = 1;
    weight[i] =
        r->weight[i] > 0 && units > 0 ? (double)gsl_ran_binomial(d->random, share, (unsigned)units) : 0;
    units -= weight[i];
    left -= r->weight[i];
  }
}

static void draw_weights(draw *d, uint64_t seed, size_t replicate, double *weight) {
  const lf_resample *r = d->rows;
  uint64_t key = lf_hash_mix(lf_hash(&seed, sizeof seed, 0), replicate + 1);
  gsl_rng_set(d->random, (unsigned long)((key ^ key >> 32) & UINT32_MAX));
  if (!r->cluster && r->weight) {
    draw_units(d, weight);
    return;
  }
  double *count = r->cluster ? d->cluster : weight;
  draw_counts(d, count, r->cluster ? r->n_clusters : r->n);
  for (size_t i = 0; r->cluster && i < r->n; i++)
    weight[i] = (r->weight ? r->weight[i] : 1) * count[r->cluster[i]];
}

lf_status lf_bootstrap_weights(const lf_resample *rows, uint64_t seed, size_t replicate, double *weight,
                               lf_error *err) {
  draw d;
  lf_status status = draw_new(rows, &d, err);
  if (status != LF_OK) return status;
  draw_weights(&d, seed, replicate, weight);
  draw_clear(&d);
  return LF_OK;
}

/* ---- all replicates ---------------------------------------------------------------------------------- */

typedef struct boot_job {
  const lf_resample *rows;
  const lf_bootstrap *bootstrap;
  const lf_run *run;
  lf_chunks chunks; /* of replicates */
  size_t from;      /* first chunk of this round */
  double *values;
  lf_status *status; /* of each chunk */
  lf_error *error;
} boot_job;

static void run_chunk(void *context, size_t task) {
  boot_job *job = context;
  size_t chunk = job->from + task, from, to;
  const lf_bootstrap *b = job->bootstrap;
  lf_error *err = &job->error[chunk];
  lf_status status = LF_OK;
  double *weight = NULL;
  draw d = {0};
  lf_chunk_rows(&job->chunks, chunk, &from, &to);
  LF_TRY(lf_alloc(job->rows->n, sizeof *weight, &weight, err));
  LF_TRY(draw_new(job->rows, &d, err));
  for (size_t r = from; r < to; r++) {
    LF_TRY(lf_check_interrupt(job->run, err));
    draw_weights(&d, b->seed, r, weight);
    LF_TRY(b->statistics(b->context, weight, job->values + r * b->n_statistics, err));
  }
cleanup:
  job->status[chunk] = status;
  draw_clear(&d);
  free(weight);
}

/* Rounds of a few chunks, so that progress shows and an interruption is heard. */
static lf_status run_rounds(boot_job *job, lf_error *err) {
  size_t round = (size_t)lf_threads(job->run) * 2;
  for (; job->from < job->chunks.count; job->from += round) {
    size_t left = job->chunks.count - job->from, n = left < round ? left : round;
    if (job->bootstrap->stage) lf_progress(job->run, job->bootstrap->stage, job->from, job->chunks.count);
    lf_parallel_for(job->run, n, run_chunk, job);
    for (size_t k = job->from; k < job->from + n; k++) {
      if (job->status[k] == LF_OK) continue;
      if (err) *err = job->error[k];
      return job->status[k];
    }
  }
  return LF_OK;
}

static size_t replicates_of(const lf_bootstrap *bootstrap, size_t n) {
  if (bootstrap->replicates) return bootstrap->replicates;
  double most = MOST_DRAWS / (double)(n ? n : 1);
  return most >= REPLICATES ? REPLICATES : most <= FEWEST ? FEWEST : (size_t)most;
}

lf_status lf_bootstrap_run(const lf_resample *rows, const lf_bootstrap *bootstrap, const lf_run *run,
                           double **values, size_t *replicates, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = replicates_of(bootstrap, rows->n);
  boot_job job = {.rows = rows, .bootstrap = bootstrap, .run = run, .chunks = lf_cut(n, 1, TASKS)};
  LF_TRY(lf_alloc(n * bootstrap->n_statistics, sizeof *job.values, &job.values, err));
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.status, &job.status, err));
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.error, &job.error, err));
  LF_TRY(run_rounds(&job, err));
  *values = job.values;
  *replicates = n;
  job.values = NULL;
cleanup:
  free(job.values);
  free(job.status);
  free(job.error);
  return status;
}

lf_status lf_bootstrap_interval(const double *values, size_t replicates, size_t stride, double estimate,
                                lf_interval *interval, lf_error *err) {
  double *sorted = NULL;
  size_t n = 0;
  lf_status status = lf_alloc(replicates, sizeof *sorted, &sorted, err);
  if (status != LF_OK) return status;
  for (size_t r = 0; r < replicates; r++)
    if (!isnan(values[r * stride])) sorted[n++] = values[r * stride];
  *interval = (lf_interval){estimate, NAN, NAN, NAN};
  if (n > 1 && n * 20 >= replicates * 19) {
    gsl_sort(sorted, 1, n);
    interval->low = gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.025);
    interval->high = gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.975);
    interval->std_error = gsl_stats_sd(sorted, 1, n);
  }
  free(sorted);
  return LF_OK;
}
