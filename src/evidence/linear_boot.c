/* The bootstrap of figures that are sums over units.
 *
 * Symbols: unit u (account or row) adds a_u (a vector) to the figures and is drawn m_ur times in replicate r;
 * the figures of r are sum over u of (m_ur - 1) a_u: one product of matrices, taken by blocks of units and
 * replicates that stay in cache. m_ur is Poisson(1), the limit of drawing with replacement, by inversion of a
 * 32-bit hash of unit and replicate (its two rounds are those of Wellons' search for low bias, 2018), so that
 * no stream is shared: any thread can make any block. */
#include "evidence/linear_boot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cblas.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "fit/logistic.h"

enum { UNITS = 256, TOGETHER = 64, MOST_DRAWS = 10, LEAST = 200, MOST = 1000 };
static const double budget = 4e8; /* draws of units */

/* P(Poisson(1) <= j), in 2^32. */
static void thresholds(uint32_t at[MOST_DRAWS]) {
  double p = 0.36787944117144233, sum = 0;
  for (int j = 0; j < MOST_DRAWS; j++) {
    sum += p;
    at[j] = (uint32_t)(sum * 4294967296.0 < 4294967295.0 ? sum * 4294967296.0 : 4294967295.0);
    p /= j + 1;
  }
}

LF_CLONES
static void draw_row(uint32_t unit, const uint32_t *restrict replicate, size_t n,
                     const uint32_t at[MOST_DRAWS], double *restrict draws) {
#pragma omp simd
  for (size_t r = 0; r < n; r++) {
    uint32_t h = unit ^ replicate[r];
    h = (h ^ h >> 16) * UINT32_C(0x21f0aaad);
    h = (h ^ h >> 15) * UINT32_C(0x735a2d97);
    h ^= h >> 15;
    int32_t count = 0;
    for (int j = 0; j < MOST_DRAWS; j++) count += h >= at[j];
    draws[r] = count;
  }
}

static uint32_t key(uint64_t a, uint64_t b) {
  uint64_t h = lf_hash_mix(a, b);
  return (uint32_t)(h ^ h >> 32);
}

void lf_linear_boot_draws(uint64_t seed, size_t first, size_t n, size_t replicate, size_t n_replicates,
                          double *draws) {
  uint32_t at[MOST_DRAWS], keys[TOGETHER];
  uint64_t of_units = lf_hash_mix(0x756e6974, seed), of_replicates = lf_hash_mix(0x626f6f74, seed);
  thresholds(at);
  for (size_t from = 0; from < n_replicates; from += TOGETHER) {
    size_t together = from + TOGETHER < n_replicates ? TOGETHER : n_replicates - from;
    for (size_t r = 0; r < together; r++) keys[r] = key(of_replicates, replicate + from + r);
    for (size_t u = 0; u < n; u++)
      draw_row(key(of_units, first + u), keys, together, at, draws + u * n_replicates + from);
  }
}

typedef struct task {
  const lf_linear_boot *boot;
  const lf_run *run;
  double *sums;
} task;

static void replicate_task(void *context, size_t block) {
  const task *t = context;
  const lf_linear_boot *b = t->boot;
  double draws[UNITS * TOGETHER];
  size_t from = block * TOGETHER, n = b->replicates - from < TOGETHER ? b->replicates - from : TOGETHER;
  if (lf_check_interrupt(t->run, NULL) != LF_OK) return;
  for (size_t u = 0; u < b->n_units; u += UNITS) {
    size_t units = b->n_units - u < UNITS ? b->n_units - u : UNITS;
    lf_linear_boot_draws(b->seed, u, units, from, n, draws);
    for (size_t i = 0; i < units * n; i++) draws[i] -= 1;
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n, (int)b->width, (int)units, 1.0, draws,
                (int)n, b->moves + u * b->width, (int)b->width, 1.0, t->sums + from * b->width,
                (int)b->width);
  }
}

lf_status lf_linear_boot_run(const lf_linear_boot *boot, const lf_run *run, double **sums, lf_error *err) {
  task t = {.boot = boot, .run = run};
  lf_status status = lf_alloc(boot->replicates * boot->width, sizeof *t.sums, &t.sums, err);
  if (status != LF_OK) return status;
  lf_parallel_for(run, (boot->replicates + TOGETHER - 1) / TOGETHER, replicate_task, &t);
  status = lf_check_interrupt(run, err);
  if (status != LF_OK) {
    free(t.sums);
    return status;
  }
  *sums = t.sums;
  return LF_OK;
}

size_t lf_linear_boot_replicates(size_t n_units) {
  double afford = budget / (double)(n_units + 1);
  return afford < LEAST ? LEAST : afford > MOST ? MOST : (size_t)afford;
}

/* ---- sums over rows -------------------------------------------------------------------------------------
 */

/* Numbers the accounts that have weight, and counts them. */
static lf_status number_live(const lf_resample *rows, uint32_t **number, size_t *n, lf_error *err) {
  lf_status status = lf_alloc(rows->n_clusters, sizeof **number, number, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < rows->n; i++)
    if (!rows->weight || rows->weight[i] > 0) (*number)[rows->cluster[i]] = 1;
  for (size_t c = 0; c < rows->n_clusters; c++)
    if ((*number)[c]) (*number)[c] = (uint32_t)(*n)++;
  return LF_OK;
}

lf_status lf_boot_units_make(const lf_resample *rows, lf_boot_units *units, lf_error *err) {
  lf_boot_units u = {0};
  uint32_t *number = NULL; /* of an account: its unit; units stand in the order of the accounts' numbers */
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(rows->n, sizeof *u.of, &u.of, err));
  LF_TRY(lf_alloc(rows->n, sizeof *u.share, &u.share, err));
  if (rows->cluster) LF_TRY(number_live(rows, &number, &u.n, err));
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    u.of[i] = LF_NO_UNIT;
    if (!(w > 0)) continue;
    u.of[i] = rows->cluster ? number[rows->cluster[i]] : (uint32_t)u.n++;
    u.share[i] = rows->cluster || w <= 1 ? w : sqrt(w);
  }
  *units = u;
  u = (lf_boot_units){0};
cleanup:
  free(number);
  lf_boot_units_clear(&u);
  return status;
}

void lf_boot_units_clear(lf_boot_units *units) {
  free(units->of);
  free(units->share);
}

/* moves[units][width] and centre[width]. */
static void add_up(const lf_resample *rows, const lf_sum_boot *b, const lf_boot_units *units, double *moves,
                   double *centre) {
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    if (units->of[i] == LF_NO_UNIT) continue;
    double *move = moves + units->of[i] * b->width;
    for (size_t j = 0; j < b->width; j++) {
      centre[j] += w * b->x[j][i];
      move[j] += units->share[i] * b->x[j][i];
    }
  }
}

lf_status lf_sum_boot_run(const lf_resample *rows, const lf_sum_boot *boot, const lf_run *run, double *at,
                          double **values, size_t *replicates, lf_error *err) {
  lf_boot_units units = {0};
  double *moves = NULL, *centre = NULL, *sums = NULL, *out = NULL;
  size_t width = boot->width, n;
  lf_status status = LF_OK;
  LF_TRY(lf_boot_units_make(rows, &units, err));
  if (!units.n) LF_TRY(lf_fail(err, LF_E_DATA, "there are no rows to draw from"));
  LF_TRY(lf_alloc(units.n * width, sizeof *moves, &moves, err));
  LF_TRY(lf_alloc(width, sizeof *centre, &centre, err));
  add_up(rows, boot, &units, moves, centre);
  n = lf_linear_boot_replicates(units.n);
  lf_linear_boot draw = {
      .moves = moves, .n_units = units.n, .width = width, .replicates = n, .seed = boot->seed};
  LF_TRY(lf_linear_boot_run(&draw, run, &sums, err));
  LF_TRY(lf_alloc(n * boot->n_statistics, sizeof *out, &out, err));
  boot->statistics(boot->context, centre, at);
  for (size_t r = 0; r < n; r++) {
    for (size_t j = 0; j < width; j++) sums[r * width + j] += centre[j];
    boot->statistics(boot->context, sums + r * width, out + r * boot->n_statistics);
  }
  *values = out;
  *replicates = n;
cleanup:
  lf_boot_units_clear(&units);
  free(moves);
  free(centre);
  free(sums);
  return status;
}
