/* The bootstrap of figures that are sums over units.
 *
 * Symbols: unit u (account or row) adds a_u (a vector) to the figures and is drawn m_ur times in replicate r;
 * the figures of r are sum over u of (m_ur - 1) a_u: one product of matrices, taken by blocks of units and
 * replicates that stay in cache. m_ur is Poisson(1), the limit of drawing with replacement, by inversion of a
 * 32-bit hash of unit and replicate (its two rounds are those of Wellons' search for low bias, 2018), so that
 * no stream is shared: any thread can make any block. */
#include "evidence/linear_boot.h"

#include <stdlib.h>

#include <gsl/gsl_cblas.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "fit/logistic.h"

enum { UNITS = 256, TOGETHER = 64, MOST_DRAWS = 10 };

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
