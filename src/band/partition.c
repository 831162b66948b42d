/* Exact partition of ordered atoms into bands by dynamic programming.
 *
 * Symbols: atoms j = 0..n-1 with rows n_j and wins w_j; a band is a run of atoms i..j with sums N, W and cost
 *   D(i, j) = -2 [W ln(W/N) + (N-W) ln((N-W)/N)]        (its binomial deviance at its own rate)
 * Best(k, j) = min over i of Best(k-1, i-1) + D(i, j): the least deviance of atoms 0..j in k bands. Runs with too few rows,
 * wins or losses are not allowed. This is exact (Bellman 1961; Fisher 1958, "On grouping for maximum homogeneity").
 *
 * Trend: the optimal monotone partition is found by pooling adjacent violators first and partitioning the pooled blocks:
 * its edges are block edges, and every partition of blocks with rising rates has rising rates (Haiminen, Gionis &
 * Laasonen 2008, "Algorithms for unimodal segmentation with applications to unimodality detection"). Peak and valley take the best split into a rising and a
 * falling side. */
#include "band/partition.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"

/* Blocks the dynamic programme runs on: runs of atoms that must stay together. */
typedef struct blocks {
  size_t n;
  uint16_t *first; /* first atom of each block */
  double *rows, *won; /* cumulative: index b holds the sum of blocks before b; n + 1 items */
} blocks;

static double deviance_of(double rows, double won) { return lf_binomial_deviance(won, rows - won); }

/* ---- trend: pool adjacent violators ---------------------------------------------------------------- */

typedef struct pool {
  double rows, won;
  uint16_t first;
} pool;

/* Pools atoms [from, to) so that rates rise (sign > 0) or fall; returns the number of pools. */
static size_t pool_violators(const double *rows, const double *won, size_t from, size_t to, int sign, pool *pools) {
  size_t n = 0;
  for (size_t j = from; j < to; j++) {
    pools[n++] = (pool){rows[j], won[j], (uint16_t)j};
    while (n > 1) {
      const pool *a = &pools[n - 2], *b = &pools[n - 1];
      if (sign * (b->won * a->rows - a->won * b->rows) > 0) break;
      pools[n - 2] = (pool){a->rows + b->rows, a->won + b->won, a->first};
      n--;
    }
  }
  return n;
}

static double pools_deviance(const pool *pools, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += deviance_of(pools[i].rows, pools[i].won);
  return sum;
}

/* Pools of the best peak (sign 1: up then down) or valley (sign -1). */
static size_t pool_unimodal(const double *rows, const double *won, size_t n, int sign, pool *pools) {
  double least = INFINITY;
  size_t best = 0;
  for (size_t split = 0; split <= n; split++) {
    size_t left = pool_violators(rows, won, 0, split, sign, pools);
    size_t right = pool_violators(rows, won, split, n, -sign, pools + left);
    double deviance = pools_deviance(pools, left + right);
    if (deviance < least) {
      least = deviance;
      best = split;
    }
  }
  size_t left = pool_violators(rows, won, 0, best, sign, pools);
  return left + pool_violators(rows, won, best, n, -sign, pools + left);
}

static lf_status make_blocks(const double *rows, const double *won, size_t n, lf_trend trend, blocks *b, lf_error *err) {
  pool *pools = NULL;
  lf_status status = lf_alloc(n + 1, sizeof *pools, &pools, err);
  if (status != LF_OK) return status;
  switch (trend) {
  case LF_TREND_INCREASING: b->n = pool_violators(rows, won, 0, n, 1, pools); break;
  case LF_TREND_DECREASING: b->n = pool_violators(rows, won, 0, n, -1, pools); break;
  case LF_TREND_PEAK: b->n = pool_unimodal(rows, won, n, 1, pools); break;
  case LF_TREND_VALLEY: b->n = pool_unimodal(rows, won, n, -1, pools); break;
  default:
    for (size_t j = 0; j < n; j++) pools[j] = (pool){rows[j], won[j], (uint16_t)j};
    b->n = n;
  }
  LF_TRY(lf_alloc(b->n + 1, sizeof *b->first, &b->first, err));
  LF_TRY(lf_alloc(b->n + 1, sizeof *b->rows, &b->rows, err));
  LF_TRY(lf_alloc(b->n + 1, sizeof *b->won, &b->won, err));
  for (size_t i = 0; i < b->n; i++) {
    b->first[i] = pools[i].first;
    b->rows[i + 1] = b->rows[i] + pools[i].rows;
    b->won[i + 1] = b->won[i] + pools[i].won;
  }
  b->first[b->n] = (uint16_t)n;
cleanup:
  free(pools);
  return status;
}

static void blocks_clear(blocks *b) {
  free(b->first);
  free(b->rows);
  free(b->won);
}

/* ---- the dynamic programme ---------------------------------------------------------------------------- */

/* cost[i * n + j]: deviance of blocks i..j as one band, INFINITY where it is not allowed. */
static void fill_costs(const blocks *b, const lf_partition_options *options, double *cost) {
  for (size_t i = 0; i < b->n; i++)
    for (size_t j = i; j < b->n; j++) {
      double rows = b->rows[j + 1] - b->rows[i], won = b->won[j + 1] - b->won[i];
      bool allowed = rows >= options->min_rows && won >= options->min_each && rows - won >= options->min_each;
      cost[i * b->n + j] = allowed || (i == 0 && j == b->n - 1) ? deviance_of(rows, won) : INFINITY;
    }
}

/* One more band: next[j] = min over i of best[i-1] + cost(i, j), remembering i. Returns whether any partition is feasible. */
static bool add_band(const double *cost, size_t n, size_t k, const double *best, double *next, uint16_t *first) {
  for (size_t j = 0; j < n; j++) {
    double least = INFINITY;
    size_t at = 0;
    for (size_t i = k - 1; i <= j; i++) {
      double d = (k == 1 ? (i ? INFINITY : 0) : best[i - 1]) + cost[i * n + j];
      if (d < least) {
        least = d;
        at = i;
      }
      if (k == 1) break;
    }
    next[j] = least;
    first[j] = (uint16_t)at;
  }
  return next[n - 1] < INFINITY;
}

/* Writes the block-level answer for k bands as atom-level starts. */
static void store_starts(const blocks *b, const uint16_t *first, uint16_t *start) {
  for (size_t i = 0; i < b->n; i++)
    for (size_t a = b->first[i]; a < b->first[i + 1]; a++) start[a] = b->first[first[i]];
}

static lf_status run_programme(const blocks *b, const lf_partition_options *options, lf_partitions *out, lf_error *err) {
  size_t n = b->n;
  double *cost = NULL, *best = NULL, *next = NULL;
  uint16_t *first = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n * n, sizeof *cost, &cost, err));
  LF_TRY(lf_alloc(n, sizeof *best, &best, err));
  LF_TRY(lf_alloc(n, sizeof *next, &next, err));
  LF_TRY(lf_alloc(n, sizeof *first, &first, err));
  fill_costs(b, options, cost);
  size_t limit = options->max_bands < n ? options->max_bands : n;
  for (size_t k = 1; k <= limit; k++) {
    bool feasible = add_band(cost, n, k, best, next, first);
    store_starts(b, first, out->start + k * out->n_atoms);
    out->deviance[k] = next[n - 1];
    double *swap = best;
    best = next;
    next = swap;
    if (!feasible) break;
    out->max_k = k;
  }
cleanup:
  free(cost);
  free(best);
  free(next);
  free(first);
  return status;
}

lf_status lf_partition(const double *rows, const double *won, size_t n, const lf_partition_options *options,
                       lf_partitions *out, lf_error *err) {
  blocks b = {0};
  lf_partitions made = {.n_atoms = n};
  size_t limit = options->max_bands < n ? options->max_bands : n;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(limit + 1, sizeof *made.deviance, &made.deviance, err));
  LF_TRY(lf_alloc((limit + 1) * n, sizeof *made.start, &made.start, err));
  LF_TRY(make_blocks(rows, won, n, options->trend, &b, err));
  LF_TRY(run_programme(&b, options, &made, err));
  *out = made;
  made = (lf_partitions){0};
cleanup:
  blocks_clear(&b);
  lf_partitions_clear(&made);
  return status;
}

void lf_partitions_clear(lf_partitions *p) {
  free(p->deviance);
  free(p->start);
  *p = (lf_partitions){0};
}

void lf_partition_read(const lf_partitions *p, size_t k, uint16_t *band_of_atom) {
  size_t end = p->n_atoms;
  while (k && end) {
    size_t from = p->start[k * p->n_atoms + end - 1];
    k--;
    for (size_t a = from; a < end; a++) band_of_atom[a] = (uint16_t)k;
    end = from;
  }
}
