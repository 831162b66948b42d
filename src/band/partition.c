/* Exact partition of ordered atoms into bands by dynamic programming.
 *
 * Symbols: atoms j = 0..n-1 with rows n_j, wins w_j, or working response z_j with weight h_j; a band is a run
 * of atoms i..j-1. D(i, j) = -2 [W ln(W/N) + (N-W) ln((N-W)/N)]          binomial deviance of the run at its
 * own rate, or D(i, j) = sum h z^2 - (sum h z)^2 / sum h              its weighted squared error Best(j) =
 * min over i < j of Best(i) + D(i, j) + g, with g the penalty of a band: the exact optimum over all
 * partitions (Bellman 1961; Fisher 1958, "On grouping for maximum homogeneity"; penalised form as in Jackson
 * et al. 2005, "optimal partitioning"). With a cap on the bands the count k becomes a second index. Runs with
 * too few rows, wins or losses are not allowed.
 *
 * Trend: the optimal monotone partition is found by pooling adjacent violators first and partitioning the
 * pooled blocks: its edges are block edges, and every partition of the blocks keeps the trend (Haiminen,
 * Gionis & Laasonen 2008, "Algorithms for unimodal segmentation with applications to unimodality detection").
 * Peak and valley take the best split into a rising and a falling side. */
#include "band/partition.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"

/* Sums over a run of atoms. */
typedef struct run_sums {
  double rows, won, h, hz, hzz;
} run_sums;

/* Blocks the dynamic programme runs on: runs of atoms that must stay together. */
typedef struct blocks {
  size_t n;
  uint16_t *first; /* n + 1: first atom of each block */
  run_sums *upto;  /* n + 1: sums of the blocks before this one */
} blocks;

static run_sums atom_sums(const lf_partition_atoms *a, size_t j) {
  run_sums s = {.rows = a->rows[j], .won = a->won[j]};
  if (a->z) {
    s.h = a->h[j];
    s.hz = a->h[j] * a->z[j];
    s.hzz = s.hz * a->z[j];
  }
  return s;
}

static run_sums add_sums(run_sums a, run_sums b) {
  return (run_sums){a.rows + b.rows, a.won + b.won, a.h + b.h, a.hz + b.hz, a.hzz + b.hzz};
}

static double run_cost(const run_sums *from, const run_sums *to, bool squared) {
  double rows = to->rows - from->rows, won = to->won - from->won;
  if (!squared) return lf_binomial_deviance(won, rows - won);
  double h = to->h - from->h, hz = to->hz - from->hz, hzz = to->hzz - from->hzz;
  return h > 0 ? hzz - hz * hz / h : 0;
}

/* ---- trend: pool adjacent violators ---------------------------------------------------------------- */

typedef struct pool {
  run_sums sums;
  uint16_t first;
} pool;

/* Whether level(b) > level(a), the level being the win rate or the mean of z. */
static bool is_higher(const pool *a, const pool *b, bool squared, int sign) {
  double difference = squared ? b->sums.hz * a->sums.h - a->sums.hz * b->sums.h
                              : b->sums.won * a->sums.rows - a->sums.won * b->sums.rows;
  return sign * difference > 0;
}

/* Pools atoms [from, to) so that levels rise (sign > 0) or fall; returns the number of pools. */
static size_t pool_violators(const lf_partition_atoms *atoms, size_t from, size_t to, int sign, pool *pools) {
  size_t n = 0;
  for (size_t j = from; j < to; j++) {
    pools[n++] = (pool){atom_sums(atoms, j), (uint16_t)j};
    while (n > 1 && !is_higher(&pools[n - 2], &pools[n - 1], atoms->z != NULL, sign)) {
      pools[n - 2].sums = add_sums(pools[n - 2].sums, pools[n - 1].sums);
      n--;
    }
  }
  return n;
}

/* Pools of the best peak (sign 1: up then down) or valley (sign -1). */
static size_t pool_unimodal(const lf_partition_atoms *atoms, int sign, pool *pools) {
  const run_sums zero = {0};
  double least = INFINITY;
  size_t best = 0;
  for (size_t split = 0; split <= atoms->n; split++) {
    size_t left = pool_violators(atoms, 0, split, sign, pools);
    size_t n = left + pool_violators(atoms, split, atoms->n, -sign, pools + left);
    double cost = 0;
    for (size_t i = 0; i < n; i++) cost += run_cost(&zero, &pools[i].sums, atoms->z != NULL);
    if (cost < least) {
      least = cost;
      best = split;
    }
  }
  size_t left = pool_violators(atoms, 0, best, sign, pools);
  return left + pool_violators(atoms, best, atoms->n, -sign, pools + left);
}

static size_t pool_by_trend(const lf_partition_atoms *atoms, lf_trend trend, pool *pools) {
  switch (trend) {
  case LF_TREND_INCREASING: return pool_violators(atoms, 0, atoms->n, 1, pools);
  case LF_TREND_DECREASING: return pool_violators(atoms, 0, atoms->n, -1, pools);
  case LF_TREND_PEAK: return pool_unimodal(atoms, 1, pools);
  case LF_TREND_VALLEY: return pool_unimodal(atoms, -1, pools);
  default:
    for (size_t j = 0; j < atoms->n; j++) pools[j] = (pool){atom_sums(atoms, j), (uint16_t)j};
    return atoms->n;
  }
}

static lf_status make_blocks(const lf_partition_atoms *atoms, lf_trend trend, blocks *b, lf_error *err) {
  pool *pools = NULL;
  lf_status status = lf_alloc(atoms->n + 1, sizeof *pools, &pools, err);
  if (status != LF_OK) return status;
  b->n = pool_by_trend(atoms, trend, pools);
  LF_TRY(lf_alloc(b->n + 1, sizeof *b->first, &b->first, err));
  LF_TRY(lf_alloc(b->n + 1, sizeof *b->upto, &b->upto, err));
  for (size_t i = 0; i < b->n; i++) {
    b->first[i] = pools[i].first;
    b->upto[i + 1] = add_sums(b->upto[i], pools[i].sums);
  }
  b->first[b->n] = (uint16_t)atoms->n;
cleanup:
  free(pools);
  return status;
}

static void blocks_clear(blocks *b) {
  free(b->first);
  free(b->upto);
}

/* ---- the dynamic programme ---------------------------------------------------------------------------- */

/* Rows k = 1..layers of best[(n + 1)] and from[(n + 1)]: with a cap a row a band count, else one row that is
 * its own past. */
typedef struct programme {
  const blocks *b;
  const lf_partition_options *options;
  bool squared;
  size_t layers;
  double *best;
  uint16_t *from;
} programme;

static bool allowed(const programme *p, size_t i, size_t j) {
  const run_sums *a = &p->b->upto[i], *z = &p->b->upto[j];
  double won = z->won - a->won, rows = z->rows - a->rows;
  return won >= p->options->min_each && rows - won >= p->options->min_each;
}

/* best[j] over the start i of the last band, given the best of what lies before. */
static void fill_layer(const programme *p, const double *past, double *best, uint16_t *from) {
  const run_sums *upto = p->b->upto;
  for (size_t j = 1; j <= p->b->n; j++) {
    best[j] = INFINITY;
    for (size_t i = j; i-- > 0;) {
      if (upto[j].rows - upto[i].rows < p->options->min_rows || past[i] == INFINITY || !allowed(p, i, j))
        continue;
      double cost = past[i] + run_cost(&upto[i], &upto[j], p->squared) + p->options->penalty;
      if (cost < best[j]) {
        best[j] = cost;
        from[j] = (uint16_t)i;
      }
    }
  }
}

/* Runs all layers; returns the layer to read the answer from, 0 where no partition is allowed. */
static size_t run_layers(programme *p) {
  size_t width = p->b->n + 1, chosen = 0;
  if (p->layers == 1) {
    p->best[0] = 0;
    fill_layer(p, p->best, p->best, p->from);
    return p->best[p->b->n] < INFINITY;
  }
  double *layer = p->best;
  layer[0] = 0;
  for (size_t j = 1; j < width; j++) layer[j] = INFINITY;
  double least = INFINITY;
  for (size_t k = 1; k < p->layers; k++, layer += width) {
    layer[width] = INFINITY;
    fill_layer(p, layer, layer + width, p->from + k * width);
    if (layer[width + p->b->n] < least) {
      least = layer[width + p->b->n];
      chosen = k;
    }
  }
  return chosen;
}

/* Follows the starts back from the end; bands are numbered upward. */
static size_t read_back(const programme *p, size_t layer, uint16_t *band) {
  size_t width = p->b->n + 1, count = 0;
  bool capped = p->layers > 1;
  for (int pass = 0; pass < 2; pass++) {
    size_t k = layer, end = p->b->n, index = count;
    while (end) {
      size_t start = capped ? p->from[k-- * width + end] : p->from[end];
      if (pass == 0)
        count++;
      else
        for (size_t a = p->b->first[start], last = p->b->first[end], id = --index; a < last; a++)
          band[a] = (uint16_t)id;
      end = start;
    }
  }
  return count;
}

static lf_status partition_by_trend(const lf_partition_atoms *atoms, const lf_partition_options *options,
                                    uint16_t *band, size_t *n_bands, double *cost, lf_error *err) {
  blocks b = {0};
  programme p = {.b = &b, .options = options, .squared = atoms->z != NULL};
  lf_status status = LF_OK;
  LF_TRY(make_blocks(atoms, options->trend, &b, err));
  size_t cap = options->max_bands && options->max_bands < b.n ? options->max_bands : 0;
  p.layers = cap ? cap + 1 : 1;
  LF_TRY(lf_alloc(p.layers * (b.n + 1), sizeof *p.best, &p.best, err));
  LF_TRY(lf_alloc(p.layers * (b.n + 1), sizeof *p.from, &p.from, err));
  size_t layer = atoms->n ? run_layers(&p) : 0;
  if (layer)
    *n_bands = read_back(&p, layer, band);
  else {
    *n_bands = atoms->n ? 1 : 0;
    memset(band, 0, atoms->n * sizeof *band);
  }
  size_t at = (cap ? layer * (b.n + 1) : 0) + b.n;
  *cost = layer ? p.best[at] - options->penalty * (double)*n_bands
                : run_cost(&b.upto[0], &b.upto[b.n], p.squared);
cleanup:
  blocks_clear(&b);
  free(p.best);
  free(p.from);
  return status;
}

/* Free bands, unless rising or falling ones cost no more than the price of one band: people read a table that
 * goes one way more easily, and a turn that saves less than that is noise. */
static lf_status partition_auto(const lf_partition_atoms *atoms, const lf_partition_options *options,
                                uint16_t *band, size_t *n_bands, double *cost, lf_error *err) {
  static const lf_trend monotone[] = {LF_TREND_INCREASING, LF_TREND_DECREASING};
  lf_partition_options o = *options;
  uint16_t *other = NULL;
  lf_status status = lf_alloc(atoms->n, sizeof *other, &other, err);
  if (status != LF_OK) return status;
  o.trend = LF_TREND_FREE;
  LF_TRY(partition_by_trend(atoms, &o, band, n_bands, cost, err));
  double least = *cost + o.penalty * (double)(*n_bands + 1);
  for (size_t t = 0; t < 2 && *n_bands > 2; t++) { /* two bands have a trend as they are */
    size_t n = 0;
    double c = 0;
    o.trend = monotone[t];
    LF_TRY(partition_by_trend(atoms, &o, other, &n, &c, err));
    if (c + o.penalty * (double)n > least) continue;
    least = c + o.penalty * (double)n;
    memcpy(band, other, atoms->n * sizeof *band);
    *n_bands = n;
    *cost = c;
  }
cleanup:
  free(other);
  return status;
}

lf_status lf_partition(const lf_partition_atoms *atoms, const lf_partition_options *options, uint16_t *band,
                       size_t *n_bands, double *cost, lf_error *err) {
  double ignored = 0;
  if (options->trend == LF_TREND_AUTO)
    return partition_auto(atoms, options, band, n_bands, cost ? cost : &ignored, err);
  return partition_by_trend(atoms, options, band, n_bands, cost ? cost : &ignored, err);
}
