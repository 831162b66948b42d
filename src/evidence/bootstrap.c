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

/* ---- what is drawn ----------------------------------------------------------------------------------- */

/* Clusters (or rows) that hold weight, numbered from 0 in their order: the others are never drawn. */
typedef struct pool {
  const lf_resample *rows;
  bool in_units;  /* rows of frequency weight and no account */
  bool weighted;  /* some row that can be drawn has a weight other than 1 */
  size_t n_live;  /* what is drawn from; 0 where rows are drawn in units */
  uint32_t *live; /* [rows->n]: number of each row's cluster (or its own); n_live: never drawn */
} pool;

#define NOT_LIVE UINT32_MAX

static void pool_clear(pool *p) {
  free(p->live);
}

static bool has_weight(const lf_resample *r, size_t i) {
  return !r->weight || r->weight[i] > 0;
}

static lf_status number_clusters(pool *p, lf_error *err) {
  const lf_resample *r = p->rows;
  uint32_t *number = NULL;
  lf_status status = lf_alloc(r->n_clusters, sizeof *number, &number, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < r->n; i++)
    if (has_weight(r, i)) number[r->cluster[i]] = 1;
  for (size_t c = 0; c < r->n_clusters; c++) number[c] = number[c] ? (uint32_t)p->n_live++ : NOT_LIVE;
  for (size_t i = 0; i < r->n; i++) p->live[i] = number[r->cluster[i]];
  free(number);
  return LF_OK;
}

static lf_status pool_make(const lf_resample *rows, pool *p, lf_error *err) {
  lf_status status = LF_OK;
  *p = (pool){.rows = rows};
  for (size_t i = 0; rows->weight && !rows->cluster && i < rows->n; i++)
    p->in_units |= rows->weight[i] != 0 && rows->weight[i] != 1;
  if (p->in_units) return LF_OK;
  for (size_t i = 0; rows->weight && i < rows->n; i++)
    p->weighted |= rows->weight[i] > 0 && rows->weight[i] != 1;
  LF_TRY(lf_alloc(rows->n, sizeof *p->live, &p->live, err));
  if (rows->cluster)
    LF_TRY(number_clusters(p, err));
  else
    for (size_t i = 0; i < rows->n; i++) p->live[i] = has_weight(rows, i) ? (uint32_t)p->n_live++ : NOT_LIVE;
  for (size_t i = 0; i < rows->n; i++)
    if (p->live[i] == NOT_LIVE) p->live[i] = (uint32_t)p->n_live;
  if (!p->n_live) LF_TRY(lf_fail(err, LF_E_DATA, "there are no rows to draw from"));
cleanup:
  if (status != LF_OK) {
    pool_clear(p);
    p->live = NULL;
  }
  return status;
}

/* ---- one replicate ----------------------------------------------------------------------------------- */

/* Working memory of one thread's replicates. */
typedef struct draw {
  const pool *pool;
  gsl_rng *random; /* rows drawn in units */
  uint32_t *count; /* [n_live + 1]: draws of each; none of what is never drawn */
} draw;

static void draw_clear(draw *d) {
  if (d->random) gsl_rng_free(d->random);
  free(d->count);
}

static lf_status draw_new(const pool *from, draw *d, lf_error *err) {
  *d = (draw){.pool = from};
  if (!from->in_units) return lf_alloc(from->n_live + 1, sizeof *d->count, &d->count, err);
  d->random = gsl_rng_alloc(gsl_rng_mt19937);
  return d->random ? LF_OK : lf_fail(err, LF_E_MEMORY, "not enough memory for the bootstrap");
}

/* Draw k of a replicate is the k-th value of SplitMix64 from its key, brought to [0, n) by the high half of a
 * product (Lemire 2019): values stand by themselves, so that a draw waits for no state of a generator. */
static void draw_counts(const draw *d, uint64_t key) {
  size_t n = d->pool->n_live;
  memset(d->count, 0, n * sizeof *d->count);
  for (size_t k = 0; k < n; k++) {
    uint64_t x = key + (uint64_t)(k + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    uint64_t high = (x >> 32) * n, low = (x & UINT32_MAX) * n;
    d->count[(high + (low >> 32)) >> 32] += 1;
  }
}

/* Units of rows of frequency weight, row after row. */
static void draw_units(const draw *d, double *weight) {
  const lf_resample *r = d->pool->rows;
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
  const lf_resample *r = d->pool->rows;
  const uint32_t *live = d->pool->live;
  uint64_t key = lf_hash_mix(lf_hash(&seed, sizeof seed, 0), replicate + 1);
  if (d->pool->in_units) {
    gsl_rng_set(d->random, (unsigned long)((key ^ key >> 32) & UINT32_MAX));
    draw_units(d, weight);
    return;
  }
  draw_counts(d, key);
  for (size_t i = 0; i < r->n; i++) weight[i] = d->count[live[i]];
  for (size_t i = 0; d->pool->weighted && i < r->n; i++) weight[i] *= r->weight[i];
}

lf_status lf_bootstrap_weights(const lf_resample *rows, uint64_t seed, size_t replicate, double *weight,
                               lf_error *err) {
  pool p;
  draw d = {0};
  lf_status status = pool_make(rows, &p, err);
  if (status != LF_OK) return status;
  status = draw_new(&p, &d, err);
  if (status == LF_OK) draw_weights(&d, seed, replicate, weight);
  draw_clear(&d);
  pool_clear(&p);
  return status;
}

/* ---- all replicates ---------------------------------------------------------------------------------- */

typedef struct boot_job {
  const pool *pool;
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
  LF_TRY(lf_alloc(job->pool->rows->n, sizeof *weight, &weight, err));
  LF_TRY(draw_new(job->pool, &d, err));
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
  pool p;
  boot_job job = {.pool = &p, .bootstrap = bootstrap, .run = run, .chunks = lf_cut(n, 1, TASKS)};
  LF_TRY(pool_make(rows, &p, err));
  LF_TRY(lf_alloc(n * bootstrap->n_statistics, sizeof *job.values, &job.values, err));
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.status, &job.status, err));
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.error, &job.error, err));
  LF_TRY(run_rounds(&job, err));
  *values = job.values;
  *replicates = n;
  job.values = NULL;
cleanup:
  pool_clear(&p);
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
