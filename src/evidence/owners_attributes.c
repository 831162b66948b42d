/* Shares of single attributes, up to twelve: exact Shapley values over all subsets of them.
 *
 * Symbols: x_a(i) the contribution of attribute a to judged row i, by a fit that never saw it
 * (owners_blocks.c). For each subset S the slopes of x_a, a in S, are fitted by logistic regression on one
 * half of the judged rows and judge the other (accounts are not cut in two), the fold's level given: so no
 * row judges a slope that it helped to fit. Bands and the shape of x_a stay; what is refitted is how much
 * each counts when others are not there. A Shapley value is linear in v, so it is summed up row by row:
 * phi_j(i) = sum over S of +- weight(S) l_S(i), and a replicate of the bootstrap costs one pass over phi. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/glm.h"
#include "evidence/linear_boot.h"
#include "evidence/owners_parts.h"
#include "evidence/shapley.h"

enum { BATCH = 64, ROW_FITS = 2 << 20, FEWEST_ROWS = 1000 };

typedef struct attribute_job {
  lf_owners_job *job;
  size_t k;
  size_t set[LF_MOST_PLAYERS];           /* of the atoms */
  size_t n;                              /* rows: a part of the judged ones */
  size_t *row;                           /* of the evidence rows */
  double *x[LF_MOST_PLAYERS];            /* centred in its fold */
  double *y, *offset, *weight, *half[2]; /* half[h]: weights of the rows of half h */
  uint8_t *won, *side, *fold;
  uint32_t *cluster;
  double *phi[LF_MOST_PLAYERS], *alone[LF_MOST_PLAYERS], *last[LF_MOST_PLAYERS], *full, *none;
  double *batch[BATCH];
  size_t first; /* subset of batch[0] */
  lf_status status[BATCH];
  lf_error errors[BATCH];
} attribute_job;

static void clear(attribute_job *a) {
  for (size_t t = 0; t < LF_MOST_PLAYERS; t++) {
    free(a->x[t]);
    free(a->phi[t]);
    free(a->alone[t]);
    free(a->last[t]);
  }
  for (size_t b = 0; b < BATCH; b++) free(a->batch[b]);
  free(a->row);
  free(a->y);
  free(a->offset);
  free(a->weight);
  free(a->half[0]);
  free(a->half[1]);
  free(a->won);
  free(a->side);
  free(a->fold);
  free(a->cluster);
  free(a->full);
  free(a->none);
}

/* ---- rows
 * -------------------------------------------------------------------------------------------------------------
 */

/* Judged rows at equal strides, so many that rows times subsets stay affordable. */
static lf_status choose_rows(attribute_job *a, lf_error *err) {
  const lf_owners_job *job = a->job;
  const lf_evidence_rows *r = job->rows;
  size_t judged = 0, seen = 0, most = ROW_FITS >> a->k;
  if (most < FEWEST_ROWS) most = FEWEST_ROWS;
  for (size_t i = r->first; i < r->n; i++) judged += job->weight[i] > 0;
  if (most > judged) most = judged;
  lf_status status = lf_alloc(most, sizeof *a->row, &a->row, err);
  for (size_t i = r->first; status == LF_OK && i < r->n && a->n < most; i++) {
    if (!(job->weight[i] > 0)) continue;
    if ((double)seen * (double)most >= (double)a->n * (double)judged) a->row[a->n++] = i;
    seen++;
  }
  return status;
}

static lf_status alloc_rows(attribute_job *a, lf_error *err) {
  double **arrays[] = {&a->y, &a->offset, &a->weight, &a->half[0], &a->half[1], &a->full, &a->none};
  lf_status status = LF_OK;
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
    LF_TRY(lf_alloc(a->n, sizeof(double), arrays[k], err));
  for (size_t t = 0; t < a->k; t++) {
    LF_TRY(lf_alloc(a->n, sizeof(double), &a->x[t], err));
    LF_TRY(lf_alloc(a->n, sizeof(double), &a->phi[t], err));
    LF_TRY(lf_alloc(a->n, sizeof(double), &a->alone[t], err));
    LF_TRY(lf_alloc(a->n, sizeof(double), &a->last[t], err));
  }
  for (size_t b = 0; b < BATCH; b++) LF_TRY(lf_alloc(a->n, sizeof(double), &a->batch[b], err));
  LF_TRY(lf_alloc(a->n, 1, &a->won, err));
  LF_TRY(lf_alloc(a->n, 1, &a->side, err));
  LF_TRY(lf_alloc(a->n, 1, &a->fold, err));
  if (a->job->rows->cluster) LF_TRY(lf_alloc(a->n, sizeof *a->cluster, &a->cluster, err));
cleanup:
  return status;
}

/* Within each fold: contributions less their mean, and the level as offset. */
static void centre_fold(attribute_job *a, size_t from, size_t to) {
  double rows = 0, won = 0;
  for (size_t i = from; i < to; i++) {
    rows += a->weight[i];
    won += a->won[i] ? a->weight[i] : 0;
  }
  double level = lf_logit((won + 0.5) / (rows + 1));
  for (size_t i = from; i < to; i++) a->offset[i] = level;
  for (size_t t = 0; t < a->k; t++) {
    double sum = 0;
    for (size_t i = from; i < to; i++) sum += a->weight[i] * a->x[t][i];
    for (size_t i = from; i < to; i++) a->x[t][i] -= sum / rows;
  }
}

static void gather_rows(attribute_job *a) {
  const lf_evidence_rows *r = a->job->rows;
  for (size_t i = 0; i < a->n; i++) {
    size_t row = a->row[i];
    uint64_t who = r->cluster ? r->cluster[row] : r->row[row];
    a->won[i] = r->sample->won[row];
    a->y[i] = a->won[i];
    a->weight[i] = a->job->weight[row];
    a->fold[i] = r->fold[row];
    a->side[i] = lf_hash_unit(lf_hash_mix(lf_hash_mix(who, 0x68616c66), a->job->options.seed)) < 0.5;
    a->half[a->side[i]][i] = a->weight[i];
    if (a->cluster) a->cluster[i] = r->cluster[row];
    for (size_t t = 0; t < a->k; t++) a->x[t][i] = a->job->x->x[a->set[t]][row];
  }
  for (size_t from = 0, to = 0; from < a->n; from = to) {
    while (to < a->n && a->fold[to] == a->fold[from]) to++;
    centre_fold(a, from, to);
  }
}

/* ---- subsets
 * -----------------------------------------------------------------------------------------------------------
 */

/* eta of the rows of the other half, by slopes of this one. */
static lf_status fit_half(const attribute_job *a, size_t set, size_t half, double *eta, lf_error *err) {
  const double *x[LF_MOST_PLAYERS];
  size_t k = 0;
  lf_dense_fit *fit = NULL;
  for (size_t t = 0; t < a->k; t++)
    if (set >> t & 1) x[k++] = a->x[t];
  lf_dense design = {.family = LF_FAMILY_BINOMIAL,
                     .n = a->n,
                     .k = k,
                     .x = x,
                     .n_groups = 1,
                     .y = a->y,
                     .weight = a->half[half],
                     .offset = a->offset};
  lf_dense_options options = {.no_covariance = true};
  lf_status status = lf_dense_solve(&design, &options, NULL, &fit, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < a->n; i++) {
    if (a->side[i] == half) continue;
    eta[i] = a->offset[i];
    for (size_t j = 0; j < k; j++) eta[i] += fit->b[1 + j] * x[j][i];
  }
  lf_dense_fit_free(fit);
  return LF_OK;
}

static lf_status judge_subset(const attribute_job *a, size_t set, double *eta, lf_error *err) {
  lf_status status = LF_OK;
  if (!set)
    for (size_t i = 0; i < a->n; i++) eta[i] = a->offset[i];
  else
    for (size_t half = 0; status == LF_OK && half < 2; half++) status = fit_half(a, set, half, eta, err);
  if (status != LF_OK) return status;
  for (size_t from = 0, to = 0; from < a->n; from = to) {
    while (to < a->n && a->fold[to] == a->fold[from]) to++;
    lf_recentre(a->won + from, a->weight + from, to - from, eta + from);
  }
  for (size_t i = 0; i < a->n; i++) eta[i] = lf_log_loss(eta[i], a->won[i]);
  return LF_OK;
}

static void subset_task(void *context, size_t b) {
  attribute_job *a = context;
  a->status[b] = judge_subset(a, a->first + b, a->batch[b], &a->errors[b]);
}

static void add(double *to, double factor, const double *loss, size_t n) {
  for (size_t i = 0; i < n; i++) to[i] += factor * loss[i];
}

/* What a subset's losses say of every attribute: its own Shapley weight where it is in, against it where it
 * is not. */
static void take_subset(attribute_job *a, size_t set, const double *loss) {
  size_t all = ((size_t)1 << a->k) - 1, size = (size_t)__builtin_popcountll((unsigned long long)set);
  for (size_t t = 0; t < a->k; t++) {
    bool in = set >> t & 1;
    add(a->phi[t], in ? -lf_shapley_weight(a->k, size - 1) : lf_shapley_weight(a->k, size), loss, a->n);
    if (set == (size_t)1 << t) add(a->alone[t], 1, loss, a->n);
    if (set == (all & ~((size_t)1 << t))) add(a->last[t], 1, loss, a->n);
  }
  if (!set) add(a->none, 1, loss, a->n);
  if (set == all) add(a->full, 1, loss, a->n);
}

static lf_status judge_subsets(attribute_job *a, lf_error *err) {
  size_t sets = (size_t)1 << a->k;
  lf_status status = LF_OK;
  for (a->first = 0; a->first < sets; a->first += BATCH) {
    size_t n = sets - a->first < BATCH ? sets - a->first : BATCH;
    LF_TRY(lf_check_interrupt(a->job->run, err));
    lf_progress(a->job->run, "shares of attributes", a->first, sets);
    lf_parallel_for(a->job->run, n, subset_task, a);
    for (size_t b = 0; b < n; b++) {
      if (a->status[b] != LF_OK && err) *err = a->errors[b];
      LF_TRY(a->status[b]);
      take_subset(a, a->first + b, a->batch[b]);
    }
  }
cleanup:
  return status;
}

/* ---- intervals
 * ----------------------------------------------------------------------------------------------------------
 */

enum { OF_AN_ATTRIBUTE = 4 };

/* Columns summed: without any, with all, then of each attribute phi, alone, all others. */
enum { OF_ALL = 2, SUMS_OF_ONE = 3, MOST_SUMS = OF_ALL + SUMS_OF_ONE * LF_MOST_PLAYERS };

static void statistics(const void *context, const double *sums, double *out) {
  const attribute_job *a = context;
  double none = sums[0], full = sums[1];
  out[0] = 1 - full / none;
  for (size_t t = 0; t < a->k; t++) {
    const double *of = sums + OF_ALL + SUMS_OF_ONE * t;
    double *o = out + 1 + OF_AN_ATTRIBUTE * t;
    o[0] = of[0] / none;
    o[1] = out[0] > 0 ? o[0] / out[0] : (double)NAN;
    o[2] = 1 - of[1] / none;
    o[3] = (of[2] - full) / none;
  }
}

static lf_status read_share(const attribute_job *a, size_t t, const double *at, const double *values,
                            size_t replicates, bool clear_above, lf_error *err) {
  const lf_atom_set *set = &a->job->atoms->items[a->set[t]];
  lf_owner_share *s = &a->job->out->attributes[t];
  size_t o = 1 + OF_AN_ATTRIBUTE * t, stride = 1 + OF_AN_ATTRIBUTE * a->k;
  lf_interval *figures[] = {&s->shapley, &s->share, &s->alone, &s->unique};
  lf_status status = LF_OK;
  s->name = set->name;
  s->owner = set->owner;
  s->attributes = 1;
  for (size_t k = 0; k < OF_AN_ATTRIBUTE; k++)
    LF_TRY(lf_bootstrap_interval(values + o + k, replicates, stride, at[o + k], figures[k], err));
  if (!clear_above) s->share = (lf_interval){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
cleanup:
  return status;
}

static lf_status find_intervals(attribute_job *a, lf_error *err) {
  lf_owners *out = a->job->out;
  size_t n_statistics = 1 + OF_AN_ATTRIBUTE * a->k, replicates = 0;
  lf_resample rows = {
      .n = a->n, .weight = a->weight, .cluster = a->cluster, .n_clusters = a->job->rows->n_clusters};
  const double *x[MOST_SUMS] = {a->none, a->full};
  lf_sum_boot boot = {.x = x,
                      .width = OF_ALL + SUMS_OF_ONE * a->k,
                      .seed = a->job->options.seed,
                      .n_statistics = n_statistics,
                      .statistics = statistics,
                      .context = a};
  double *values = NULL, at[1 + OF_AN_ATTRIBUTE * LF_MOST_PLAYERS];
  lf_interval explained;
  lf_status status = LF_OK;
  for (size_t t = 0; t < a->k; t++) {
    const double *of[SUMS_OF_ONE] = {a->phi[t], a->alone[t], a->last[t]};
    memcpy(x + OF_ALL + SUMS_OF_ONE * t, of, sizeof of);
  }
  LF_TRY(lf_sum_boot_run(&rows, &boot, a->job->run, at, &values, &replicates, err));
  LF_TRY(lf_bootstrap_interval(values, replicates, n_statistics, at[0], &explained, err));
  LF_TRY(lf_alloc(a->k, sizeof *out->attributes, &out->attributes, err));
  for (size_t t = 0; t < a->k; t++) LF_TRY(read_share(a, t, at, values, replicates, explained.low > 0, err));
  out->n_attributes = a->k;
  out->attribute_explained = at[0];
  for (size_t i = 0; i < a->n; i++) out->attribute_rows += a->weight[i];
cleanup:
  free(values);
  return status;
}

lf_status lf_owners_attributes(lf_owners_job *job, lf_error *err) {
  attribute_job *a = NULL;
  size_t k = 0;
  for (size_t t = 0; t < job->atoms->n; t++) k += job->keep[t];
  if (k < 2 || k > LF_MOST_PLAYERS) return LF_OK;
  lf_status status = lf_alloc(1, sizeof *a, &a, err);
  if (status != LF_OK) return status;
  a->job = job;
  for (size_t t = 0; t < job->atoms->n; t++)
    if (job->keep[t]) a->set[a->k++] = t;
  LF_TRY(choose_rows(a, err));
  LF_TRY(alloc_rows(a, err));
  gather_rows(a);
  LF_TRY(judge_subsets(a, err));
  LF_TRY(find_intervals(a, err));
cleanup:
  clear(a);
  free(a);
  return status;
}
