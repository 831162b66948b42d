/* Wins and revenue at equal volume.
 *
 * Symbols: N rows (weights counted as rows); share s of them, by falling score of each candidate; W_a(s),
 * R_a(s) the wins and the amount among its best s N rows, a block of tied scores entering pro rata, so that a
 * yes/no rule and a fine score are compared at the same number of leads. Reported: W_a(s) - W_b(s) and R_a(s)
 * - R_b(s), with percentile intervals of the clustered paired bootstrap (bootstrap.c): both candidates are
 * judged under the same weights, and a replicate's count is scaled to N rows. Volumes: 5, 10, 20, 30 and 50 %
 * of the rows, and as many as the threshold of either candidate qualifies. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/sort.h"
#include "evidence/bootstrap.h"
#include "evidence/compare_parts.h"
#include "judge/rank.h"

enum { ROUND_SHARES = 5 };
static const double round_shares[ROUND_SHARES] = {0.05, 0.10, 0.20, 0.30, 0.50};

/* A candidate's rows by falling score; starts[k] is the place of the first row of tied block k,
 * starts[n_blocks] the number of rows. */
typedef struct ranking {
  uint32_t *row;
  uint32_t *start;
  size_t n_blocks;
} ranking;

typedef struct volumes {
  const lf_compare_rows *rows;
  size_t n; /* candidates */
  ranking *rankings;
  size_t n_shares; /* rising */
  double *share;
  size_t *of; /* candidate whose threshold it is, or SIZE_MAX */
  double total;
} volumes;

static void volumes_clear(volumes *v) {
  for (size_t k = 0; v->rankings && k < v->n; k++) {
    free(v->rankings[k].row);
    free(v->rankings[k].start);
  }
  free(v->rankings);
  free(v->share);
  free(v->of);
}

static lf_status rank_rows(const lf_compare_rows *rows, const double *score, const lf_run *run, ranking *r,
                           lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *words = NULL;
  size_t kept = 0;
  LF_TRY(lf_sort_rows(score, rows->weight, rows->n, run, &words, &kept, err));
  LF_TRY(lf_alloc(kept, sizeof *r->row, &r->row, err));
  LF_TRY(lf_alloc(kept + 1, sizeof *r->start, &r->start, err));
  for (size_t k = 0; k < kept; k++) {
    r->row[k] = (uint32_t)(words[kept - 1 - k] & UINT32_MAX);
    if (k == 0 || score[r->row[k]] < score[r->row[k - 1]]) r->start[r->n_blocks++] = (uint32_t)k;
  }
  r->start[r->n_blocks] = (uint32_t)kept;
cleanup:
  free(words);
  return status;
}

/* ---- what is captured --------------------------------------------------------------------------------- */

typedef struct captured {
  double rows, won, amount;
} captured;

static captured block_sums(const lf_compare_rows *rows, const ranking *r, size_t block,
                           const double *weight) {
  captured c = {0};
  for (size_t k = r->start[block]; k < r->start[block + 1]; k++) {
    size_t i = r->row[k];
    double w = weight ? weight[i] : 1;
    if (!(w > 0)) continue;
    c.rows += w;
    if (!rows->won[i]) continue;
    c.won += w;
    c.amount += w * lf_compare_amount(rows, i);
  }
  return c;
}

/* Wins and amount at each share, scaled to `total` rows: out[2 * share], out[2 * share + 1]. */
static void capture(const volumes *v, const ranking *r, const double *weight, double *out) {
  const lf_compare_rows *rows = v->rows;
  captured sum = {0};
  lf_sum all = {0};
  for (size_t i = 0; i < rows->n; i++) lf_sum_add(&all, weight ? weight[i] : 1);
  double n = lf_sum_value(&all), scale = v->total / n;
  size_t next = 0;
  for (size_t block = 0; block < r->n_blocks && next < v->n_shares; block++) {
    captured c = block_sums(rows, r, block, weight);
    for (; next < v->n_shares && v->share[next] * n <= sum.rows + c.rows; next++) {
      double part = c.rows > 0 ? (v->share[next] * n - sum.rows) / c.rows : 0;
      out[2 * next] = scale * (sum.won + part * c.won);
      out[2 * next + 1] = scale * (sum.amount + part * c.amount);
    }
    sum = (captured){sum.rows + c.rows, sum.won + c.won, sum.amount + c.amount};
  }
  for (; next < v->n_shares; next++) { /* rounding puts the last place a hair beyond the rows */
    out[2 * next] = scale * sum.won;
    out[2 * next + 1] = scale * sum.amount;
  }
}

static lf_status capture_all(const void *context, const double *weight, double *out, lf_error *err) {
  (void)err;
  const volumes *v = context;
  for (size_t k = 0; k < v->n; k++) capture(v, &v->rankings[k], weight, out + k * 2 * v->n_shares);
  return LF_OK;
}

/* ---- which volumes ------------------------------------------------------------------------------------ */

static double qualified_share(const volumes *v, const lf_candidate *c) {
  lf_sum qualified = {0};
  for (size_t i = 0; i < v->rows->n; i++)
    if (c->score[i] >= c->threshold) lf_sum_add(&qualified, lf_compare_weight(v->rows, i));
  return lf_sum_value(&qualified) / v->total;
}

static void add_share(volumes *v, double share, size_t of) {
  size_t at = v->n_shares++;
  for (; at > 0 && v->share[at - 1] > share; at--) {
    v->share[at] = v->share[at - 1];
    v->of[at] = v->of[at - 1];
  }
  v->share[at] = share;
  v->of[at] = of;
}

static lf_status volumes_make(const lf_compare_rows *rows, const lf_comparison *c, const lf_run *run,
                              volumes *v, lf_error *err) {
  lf_status status = LF_OK;
  lf_sum total = {0};
  for (size_t i = 0; i < rows->n; i++) lf_sum_add(&total, lf_compare_weight(rows, i));
  *v = (volumes){.rows = rows, .n = c->n, .total = lf_sum_value(&total)};
  LF_TRY(lf_alloc(c->n, sizeof *v->rankings, &v->rankings, err));
  LF_TRY(lf_alloc(c->n + ROUND_SHARES, sizeof *v->share, &v->share, err));
  LF_TRY(lf_alloc(c->n + ROUND_SHARES, sizeof *v->of, &v->of, err));
  for (size_t k = 0; k < ROUND_SHARES; k++) add_share(v, round_shares[k], SIZE_MAX);
  for (size_t k = 0; k < c->n; k++) {
    LF_TRY(rank_rows(rows, c->candidates[k].score, run, &v->rankings[k], err));
    double share = c->candidates[k].has_threshold ? qualified_share(v, &c->candidates[k]) : 0;
    if (share > 0 && share < 1) add_share(v, share, k);
  }
cleanup:
  return status;
}

/* ---- pairs -------------------------------------------------------------------------------------------- */

/* Differences a - b of one statistic by replicate, and their interval. */
static lf_status difference(const volumes *v, const double *values, size_t replicates, const lf_pair *pair,
                            size_t statistic, double estimate, double *work, lf_interval *interval,
                            lf_error *err) {
  size_t each = 2 * v->n_shares, stride = v->n * each;
  for (size_t r = 0; r < replicates; r++)
    work[r] =
        values[r * stride + pair->a * each + statistic] - values[r * stride + pair->b * each + statistic];
  return lf_bootstrap_interval(work, replicates, 1, estimate, interval, err);
}

static lf_status fill_pair(const volumes *v, const double *point, const double *values, size_t replicates,
                           double *work, lf_pair *pair, lf_error *err) {
  lf_status status = LF_OK;
  size_t each = 2 * v->n_shares;
  for (size_t s = 0; s < v->n_shares; s++) {
    if (v->of[s] != SIZE_MAX && v->of[s] != pair->a && v->of[s] != pair->b) continue;
    lf_volume *out = &pair->volumes[pair->n_volumes++];
    const double *a = point + pair->a * each + 2 * s, *b = point + pair->b * each + 2 * s;
    *out = (lf_volume){.share = v->share[s], .rows = v->share[s] * v->total, .of = v->of[s]};
    out->won_a = a[0];
    out->won_b = b[0];
    out->amount_a = out->amount_b = (double)NAN;
    LF_TRY(difference(v, values, replicates, pair, 2 * s, a[0] - b[0], work, &out->won, err));
    out->amount = (lf_interval){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    if (!v->rows->amount) continue;
    out->amount_a = a[1];
    out->amount_b = b[1];
    LF_TRY(difference(v, values, replicates, pair, 2 * s + 1, a[1] - b[1], work, &out->amount, err));
  }
cleanup:
  return status;
}

lf_status lf_compare_volumes(const lf_compare_rows *rows, const lf_compare_options *options,
                             const lf_run *run, lf_comparison *comparison, lf_error *err) {
  lf_status status = LF_OK;
  volumes v = {0};
  double *point = NULL, *values = NULL, *work = NULL;
  LF_TRY(volumes_make(rows, comparison, run, &v, err));
  size_t n_statistics = v.n * 2 * v.n_shares;
  LF_TRY(lf_alloc(n_statistics, sizeof *point, &point, err));
  LF_TRY(capture_all(&v, rows->weight, point, err));
  lf_resample resample = {rows->n, rows->weight, rows->cluster, rows->n_clusters};
  lf_bootstrap bootstrap = {.replicates = options->replicates,
                            .seed = options->seed,
                            .n_statistics = n_statistics,
                            .statistics = capture_all,
                            .context = &v,
                            .stage = "bootstrap"};
  LF_TRY(lf_bootstrap_run(&resample, &bootstrap, run, &values, &comparison->replicates, err));
  LF_TRY(lf_alloc(comparison->replicates, sizeof *work, &work, err));
  for (size_t k = 0; k < comparison->n_pairs; k++)
    LF_TRY(fill_pair(&v, point, values, comparison->replicates, work, &comparison->pairs[k], err));
cleanup:
  volumes_clear(&v);
  free(point);
  free(values);
  free(work);
  return status;
}
