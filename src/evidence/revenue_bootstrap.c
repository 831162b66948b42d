/* Clustered bootstrap of closed revenue a lead, and of what the revenue Gini loses without an attribute.
 *
 * Units are accounts (rows, where there are none). They get Poisson(1) weights, the limit of drawing them
 * with replacement. Both figures are smooth in the weights, so a replicate adds up what each unit moves to
 * first order instead of fitting again (the score bootstrap of Kline & Santos 2012): slopes   b* - b = sum
 * over units (m_u - 1) A^-1 s_u,   s_u the score of the unit, A the information of the full fit; Gini     2 A
 * / (R S) - 1 with A = sum over pairs w_i w_j y_j [j ranks before i] (half for ties), R = sum w, S = sum w y,
 * moves by 2 / (R S) (dA/dw_i - A / R - A y_i / S) a row. A refit a replicate gave the same limits to a few
 * percent of their width at a hundred times the cost. Each replicate has its own stream, a hash of (seed,
 * replicate, unit): the same bits whatever the number of threads. Limits are percentiles (Davison & Hinkley
 * 1997, section 5.3). The rows that chose the bands are other rows than these, so the choice of bands is not
 * a part of what varies; it varies between folds. Gini: twice the area between the curve of revenue captured
 * by falling score and the diagonal, ties as one step. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/study.h"

enum { LEAST = 200, MOST = 1000, TOGETHER = 8 }; /* replicates that share one walk over the units */
static const double row_budget = 1.2e7;

/* Rows of the model by falling score, without attribute t (t == k: with all). */
typedef struct ranking {
  uint32_t *order;
  uint8_t *ends; /* the row is the last of its tie */
} ranking;

typedef struct boot {
  const lf_study *study;
  const lf_model *model;
  size_t replicates;
  ranking *rankings; /* k + 1 */
  size_t n_units;
  double *moves;     /* [unit][2 k]: what a unit moves the slopes, then the Gini lost */
  double *centre;    /* [2 k]: both at the full weights */
  double *drawn;     /* [2 k][replicate] */
  lf_status *status; /* max(replicates, k + 1) */
  lf_error *errors;
} boot;

/* Poisson(1) by inversion of a uniform. */
static double poisson_one(double u) {
  double p = 0.36787944117144233, sum = p;
  int k = 0;
  while (u > sum && k < 20) {
    k++;
    p /= k;
    sum += p;
  }
  return k;
}

/* A row of weight w stands for w rows: its share of draws varies the less. */
static double row_share(const lf_dense *d, size_t i) {
  return d->cluster || d->weight[i] <= 1 ? d->weight[i] : sqrt(d->weight[i]);
}

/* Rows, amount and area up to a place in the ranking. */
typedef struct gini_sums {
  double rows, amount, area;
} gini_sums;

static gini_sums add_step(gini_sums s, double rows, double amount) {
  return (gini_sums){s.rows + rows, s.amount + amount, s.area + rows * (s.amount + amount / 2)};
}

static double gini_of(const gini_sums *all) {
  return all->rows > 0 && all->amount > 0 ? 2 * all->area / (all->rows * all->amount) - 1 : NAN;
}

/* Sums over all rows; with moves, adds sign * dG/dw of each row to its unit at moves[unit * width]. */
static gini_sums walk_ranking(const ranking *r, const lf_dense *d, const gini_sums *all, double sign,
                              size_t width, double *moves) {
  gini_sums s = {0};
  for (size_t from = 0, to; from < d->n; from = to) {
    double rows = 0, amount = 0;
    for (to = from; to == from || !r->ends[to - 1]; to++) {
      size_t i = r->order[to];
      rows += d->weight[i];
      amount += d->weight[i] * d->y[i];
    }
    for (size_t k = from; moves && k < to; k++) {
      size_t i = r->order[k];
      double area = s.amount + amount / 2 + d->y[i] * (all->rows - s.rows - rows / 2);
      double slope =
          2 / (all->rows * all->amount) * (area - all->area / all->rows - all->area * d->y[i] / all->amount);
      moves[(d->cluster ? d->cluster[i] : i) * width] += sign * row_share(d, i) * slope;
    }
    s = add_step(s, rows, amount);
  }
  return s;
}

/* ---- rankings
 * ------------------------------------------------------------------------------------------------------------
 */

typedef struct scored {
  double eta;
  uint32_t row;
} scored;

static int by_falling_eta(const void *a, const void *b) {
  const scored *x = a, *y = b;
  if (x->eta != y->eta) return x->eta < y->eta ? 1 : -1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static lf_status rank_rows(boot *b, size_t t, lf_error *err) {
  const lf_model *m = b->model;
  size_t n = m->design.n;
  ranking *r = &b->rankings[t];
  double *eta = NULL, *slopes = NULL;
  scored *items = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *eta, &eta, err));
  LF_TRY(lf_alloc(n, sizeof *items, &items, err));
  LF_TRY(lf_alloc(m->fit->m, sizeof *slopes, &slopes, err));
  LF_TRY(lf_alloc(n, sizeof *r->order, &r->order, err));
  LF_TRY(lf_alloc(n, 1, &r->ends, err));
  if (t < m->design.k)
    lf_model_without(m, t, slopes);
  else
    memcpy(slopes, m->fit->b, m->fit->m * sizeof *slopes);
  lf_model_eta(m, slopes, eta);
  for (size_t i = 0; i < n; i++) items[i] = (scored){eta[i], (uint32_t)i};
  qsort(items, n, sizeof *items, by_falling_eta);
  for (size_t i = 0; i < n; i++) {
    r->order[i] = items[i].row;
    r->ends[i] = i + 1 == n || items[i + 1].eta < items[i].eta;
  }
cleanup:
  free(eta);
  free(items);
  free(slopes);
  return status;
}

static bool told(const boot *b, size_t t) {
  return b->model->scale[t] > 0 && b->study->keep[t];
}

static void rank_task(void *context, size_t t) {
  boot *b = context;
  if (t == b->model->design.k || told(b, t)) b->status[t] = rank_rows(b, t, &b->errors[t]);
}

/* ---- what a unit moves
 * ----------------------------------------------------------------------------------------------------- */

/* Adds A^-1 s of every row to its unit. */
static void slope_moves(boot *b) {
  const lf_model *m = b->model;
  const lf_dense *d = &m->design;
  size_t k = d->k, n = m->fit->m;
  for (size_t i = 0; i < d->n; i++) {
    double u = row_share(d, i) * (d->y[i] - lf_family_mean(d->family, m->fit->eta[i]));
    double *move = b->moves + (d->cluster ? d->cluster[i] : i) * 2 * k;
    if (u == 0) continue;
    for (size_t t = 0; t < k; t++) {
      const double *row = m->fit->inverse + (d->n_groups + t) * n;
      double sum = row[d->group ? d->group[i] : 0];
      for (size_t c = 0; c < k; c++) sum += row[d->n_groups + c] * d->x[c][i];
      move[t] += u * sum;
    }
  }
}

static void gini_moves(boot *b) {
  const lf_dense *d = &b->model->design;
  size_t k = d->k;
  gini_sums whole = walk_ranking(&b->rankings[k], d, NULL, 0, 0, NULL);
  for (size_t t = 0; t < k; t++) {
    if (!told(b, t)) continue;
    gini_sums without = walk_ranking(&b->rankings[t], d, NULL, 0, 0, NULL);
    b->centre[k + t] = gini_of(&whole) - gini_of(&without);
    walk_ranking(&b->rankings[k], d, &whole, 1, 2 * k, b->moves + k + t);
    walk_ranking(&b->rankings[t], d, &without, -1, 2 * k, b->moves + k + t);
  }
}

/* ---- replicates
 * ------------------------------------------------------------------------------------------------------------
 */

/* Draws TOGETHER replicates in one walk over the units. */
static lf_status draw_together(boot *b, size_t first, lf_error *err) {
  size_t width = 2 * b->model->design.k,
         n = b->replicates - first < TOGETHER ? b->replicates - first : TOGETHER;
  double *sums = NULL;
  uint64_t stream[TOGETHER];
  lf_status status = lf_alloc(n * width, sizeof *sums, &sums, err);
  if (status != LF_OK) return status;
  for (size_t r = 0; r < n; r++)
    stream[r] = lf_hash_mix(lf_hash_mix(0x626f6f74, b->study->options.seed), first + r);
  for (uint64_t unit = 0; unit < b->n_units; unit++) {
    const double *move = b->moves + unit * width;
    for (size_t r = 0; r < n; r++) {
      double m = poisson_one(lf_hash_unit(lf_hash(&unit, sizeof unit, stream[r]))) - 1;
      for (size_t c = 0; m != 0 && c < width; c++) sums[r * width + c] += m * move[c];
    }
  }
  for (size_t r = 0; r < n; r++)
    for (size_t c = 0; c < width; c++)
      b->drawn[c * b->replicates + first + r] = b->centre[c] + sums[r * width + c];
  free(sums);
  return LF_OK;
}

static void replicate_task(void *context, size_t at) {
  boot *b = context;
  if (lf_check_interrupt(b->study->run, NULL) == LF_OK)
    b->status[at] = draw_together(b, at * TOGETHER, &b->errors[at]);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Percentile limits of one figure's draws, which are sorted. */
static void limits(double *draws, size_t replicates, double *low, double *high) {
  qsort(draws, replicates, sizeof *draws, by_value);
  *low = draws[(size_t)(0.025 * (double)(replicates + 1)) - 1];
  *high = draws[replicates - (size_t)(0.025 * (double)(replicates + 1))];
}

static void read_off(boot *b) {
  size_t k = b->model->design.k;
  for (size_t t = 0; t < k; t++) {
    lf_revenue_evidence *e = &b->study->out->items[t].revenue;
    if (!told(b, t)) continue;
    limits(b->drawn + t * b->replicates, b->replicates, &e->boot_low, &e->boot_high);
    e->boot_low *= b->model->scale[t];
    e->boot_high *= b->model->scale[t];
    limits(b->drawn + (k + t) * b->replicates, b->replicates, &e->gini_low, &e->gini_high);
    e->gini_loss = b->centre[k + t];
  }
}

static lf_status run_tasks(boot *b, size_t n, void (*task)(void *, size_t), lf_error *err) {
  lf_parallel_for(b->study->run, n, task, b);
  for (size_t i = 0; i < n; i++)
    if (b->status[i] != LF_OK) {
      if (err) *err = b->errors[i];
      return b->status[i];
    }
  return lf_check_interrupt(b->study->run, err);
}

static size_t replicates_for(const lf_study *s, size_t n) {
  if (s->options.replicates) return s->options.replicates < 40 ? 40 : s->options.replicates;
  double afford = row_budget / (double)(n + 1);
  return afford < LEAST ? LEAST : afford > MOST ? MOST : (size_t)afford;
}

static lf_status run_bootstrap(boot *b, lf_error *err) {
  const lf_dense *d = &b->model->design;
  size_t k = d->k, tasks = b->replicates > k + 1 ? b->replicates : k + 1;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(k + 1, sizeof *b->rankings, &b->rankings, err));
  LF_TRY(lf_alloc(2 * k * b->n_units, sizeof *b->moves, &b->moves, err));
  LF_TRY(lf_alloc(2 * k, sizeof *b->centre, &b->centre, err));
  LF_TRY(lf_alloc(2 * k * b->replicates, sizeof *b->drawn, &b->drawn, err));
  LF_TRY(lf_alloc(tasks, sizeof *b->status, &b->status, err));
  LF_TRY(lf_alloc(tasks, sizeof *b->errors, &b->errors, err));
  LF_TRY(run_tasks(b, k + 1, rank_task, err));
  memcpy(b->centre, b->model->fit->b + d->n_groups, k * sizeof *b->centre);
  slope_moves(b);
  gini_moves(b);
  LF_TRY(run_tasks(b, (b->replicates + TOGETHER - 1) / TOGETHER, replicate_task, err));
  read_off(b);
cleanup:
  return status;
}

lf_status lf_study_bootstrap(lf_study *s, lf_error *err) {
  if (!s->out->has_amounts) return LF_OK;
  const lf_dense *d = &s->earning.design;
  boot b = {.study = s,
            .model = &s->earning,
            .replicates = replicates_for(s, d->n),
            .n_units = d->cluster ? d->n_clusters : d->n};
  lf_progress(s->run, "evidence: bootstrap", 0, 1);
  lf_status status = run_bootstrap(&b, err);
  s->out->replicates = b.replicates;
  for (size_t t = 0; b.rankings && t <= d->k; t++) {
    free(b.rankings[t].order);
    free(b.rankings[t].ends);
  }
  free(b.rankings);
  free(b.moves);
  free(b.centre);
  free(b.drawn);
  free(b.status);
  free(b.errors);
  return status;
}
