/* Clustered bootstrap of closed revenue a lead, and of what the revenue Gini loses without an attribute.
 *
 * Units are accounts (rows, where there are none), drawn by Poisson(1) weights, the limit of drawing them
 * with replacement. Both figures are smooth in the weights, so a replicate adds up what each unit moves to
 * first order instead of fitting again (the score bootstrap of Kline & Santos 2012): slopes   b* - b = A^-1
 * sum over units of (m_u - 1) s_u,   s_u the score of the unit, A the information of the full fit; Gini     2
 * A / (R S) - 1 with A = sum over pairs w_i w_j y_j [j ranks before i] (half for ties), R = sum w, S = sum w
 * y, moves by 2 / (R S) (dA/dw_i - A / R - A y_i / S) a row. A refit a replicate gave the same limits to a
 * few percent of their width at a hundred times the cost. Limits are percentiles (Davison & Hinkley 1997,
 * section 5.3). What the choice of bands adds is found apart,
 * by choosing anew (bands_anew.c), and added to the draws; the Gini's limits hold the bands as they are.
 * Gini: twice the area between the curve of revenue captured by falling score and the diagonal, ties as one
 * step. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "evidence/linear_boot.h"
#include "evidence/study.h"

enum { FEWEST_ASKED = 40 };

/* Rows of the model by falling score, without attribute t (t == k: with all). */
typedef struct ranking {
  size_t n; /* rows that count */
  uint32_t *order;
  uint8_t *ends; /* the row is the last of its tie */
} ranking;

typedef struct boot {
  const lf_study *study;
  const lf_model *model;
  size_t replicates;
  ranking *rankings; /* k + 1 */
  size_t n_units;
  size_t width;  /* figures of a unit: scores of the m coefficients, then what it moves each Gini lost */
  double *moves; /* [unit][width] */
  double *sums;  /* [replicate][width]: over units of (draws - 1) moves */
  double *gini;  /* [k]: lost without the attribute */
  double *anew;  /* [n_anew][k]: what choosing bands anew adds to the log ratio (bands_anew.c) */
  size_t n_anew;
  lf_status *status; /* k + 1 */
  lf_error *errors;
} boot;

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
  for (size_t from = 0, to; from < r->n; from = to) {
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

static lf_status rank_rows(boot *b, size_t t, lf_error *err) {
  const lf_model *m = b->model;
  size_t n = m->design.n;
  ranking *r = &b->rankings[t];
  double *eta = NULL, *slopes = NULL;
  uint64_t *words = NULL;
  lf_run serial = lf_run_serial(b->study->run);
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *eta, &eta, err));
  LF_TRY(lf_alloc(m->fit->m, sizeof *slopes, &slopes, err));
  if (t < m->design.k)
    lf_model_without(m, t, slopes);
  else
    memcpy(slopes, m->fit->b, m->fit->m * sizeof *slopes);
  lf_model_eta(m, slopes, eta);
  for (size_t i = 0; i < n; i++) eta[i] = -eta[i]; /* the sort is by rising score */
  LF_TRY(lf_sort_rows(eta, m->design.weight, n, &serial, &words, &r->n, err));
  LF_TRY(lf_alloc(r->n, sizeof *r->order, &r->order, err));
  LF_TRY(lf_alloc(r->n, 1, &r->ends, err));
  for (size_t i = 0; i < r->n; i++) r->order[i] = (uint32_t)words[i];
  for (size_t i = 0; i < r->n; i++) r->ends[i] = i + 1 == r->n || eta[r->order[i + 1]] > eta[r->order[i]];
cleanup:
  free(eta);
  free(words);
  free(slopes);
  return status;
}

static bool told(const boot *b, size_t t) {
  return b->model->scale[t] > 0 && lf_study_tells(b->study, t);
}

static void rank_task(void *context, size_t t) {
  boot *b = context;
  if (t == b->model->design.k || told(b, t)) b->status[t] = rank_rows(b, t, &b->errors[t]);
}

/* ---- what a unit moves ----------------------------------------------------------------------------------
 */

/* Scores first: a slope moves by A^-1 of their sum. */
static lf_status score_moves(boot *b, lf_error *err) {
  const lf_model *m = b->model;
  size_t width = m->fit->m;
  double *scores = NULL;
  lf_status status = lf_alloc(b->n_units * width, sizeof *scores, &scores, err);
  if (status != LF_OK) return status;
  status = lf_dense_unit_scores(&m->design, m->fit->eta, b->n_units, scores, err);
  for (size_t u = 0; status == LF_OK && u < b->n_units; u++)
    memcpy(b->moves + u * b->width, scores + u * width, width * sizeof *scores);
  free(scores);
  return status;
}

static void gini_moves(boot *b) {
  const lf_dense *d = &b->model->design;
  size_t k = d->k;
  double *first = b->moves + b->model->fit->m;
  gini_sums whole = walk_ranking(&b->rankings[k], d, NULL, 0, 0, NULL);
  for (size_t t = 0; t < k; t++) {
    if (!told(b, t)) continue;
    gini_sums without = walk_ranking(&b->rankings[t], d, NULL, 0, 0, NULL);
    b->gini[t] = gini_of(&whole) - gini_of(&without);
    walk_ranking(&b->rankings[k], d, &whole, 1, b->width, first + t);
    walk_ranking(&b->rankings[t], d, &without, -1, b->width, first + t);
  }
}

/* ---- replicates -----------------------------------------------------------------------------------------
 */

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

/* Draws of slope t, or of the Gini lost without it, and their limits. */
static void limits_of(const boot *b, size_t t, bool gini, double *draws, double *low, double *high) {
  const lf_model *m = b->model;
  const double *inverse = m->fit->inverse + lf_model_column(m, t) * m->fit->m;
  for (size_t r = 0; r < b->replicates; r++) {
    const double *sums = b->sums + r * b->width;
    draws[r] = gini ? b->gini[t] + sums[m->fit->m + t] : m->fit->b[lf_model_column(m, t)];
    if (gini) continue;
    for (size_t c = 0; c < m->fit->m; c++) draws[r] += inverse[c] * sums[c];
    draws[r] *= m->scale[t];
    if (b->n_anew) draws[r] += b->anew[r % b->n_anew * m->design.k + t];
  }
  limits(draws, b->replicates, low, high);
}

static lf_status read_off(boot *b, lf_error *err) {
  double *draws = NULL;
  lf_status status = lf_alloc(b->replicates, sizeof *draws, &draws, err);
  if (status != LF_OK) return status;
  for (size_t t = 0; t < b->model->design.k; t++) {
    lf_revenue_evidence *e = &b->study->out->items[t].revenue;
    if (!told(b, t)) continue;
    limits_of(b, t, false, draws, &e->boot_low, &e->boot_high);
    limits_of(b, t, true, draws, &e->gini_low, &e->gini_high);
    e->gini_loss = b->gini[t];
  }
  free(draws);
  return LF_OK;
}

static size_t replicates_for(const lf_study *s, size_t n_units) {
  size_t asked = s->options.replicates;
  return !asked ? lf_linear_boot_replicates(n_units) : asked < FEWEST_ASKED ? FEWEST_ASKED : asked;
}

static lf_status run_bootstrap(boot *b, lf_error *err) {
  size_t k = b->model->design.k;
  lf_status status = LF_OK;
  b->width = b->model->fit->m + k;
  LF_TRY(lf_alloc(k + 1, sizeof *b->rankings, &b->rankings, err));
  LF_TRY(lf_alloc(b->n_units * b->width, sizeof *b->moves, &b->moves, err));
  LF_TRY(lf_alloc(k, sizeof *b->gini, &b->gini, err));
  LF_TRY(lf_alloc(k + 1, sizeof *b->status, &b->status, err));
  LF_TRY(lf_alloc(k + 1, sizeof *b->errors, &b->errors, err));
  LF_TRY(score_moves(b, err));
  lf_parallel_for(b->study->run, k + 1, rank_task, b);
  LF_TRY(lf_study_first_error(b->status, b->errors, k + 1, err));
  gini_moves(b);
  lf_linear_boot draw = {.moves = b->moves,
                         .n_units = b->n_units,
                         .width = b->width,
                         .replicates = b->replicates,
                         .seed = b->study->options.seed};
  LF_TRY(lf_linear_boot_run(&draw, b->study->run, &b->sums, err));
  LF_TRY(lf_study_bands_anew(b->study, &b->n_anew, &b->anew, err));
  LF_TRY(read_off(b, err));
cleanup:
  return status;
}

lf_status lf_study_bootstrap(lf_study *s, lf_error *err) {
  if (!s->out->has_amounts) return LF_OK;
  const lf_dense *d = &s->earning.design;
  boot b = {.study = s, .model = &s->earning, .n_units = d->cluster ? d->n_clusters : d->n};
  b.replicates = replicates_for(s, b.n_units);
  lf_progress(s->run, "evidence: bootstrap", 0, 1);
  lf_status status = run_bootstrap(&b, err);
  s->out->replicates = b.replicates;
  for (size_t t = 0; b.rankings && t <= d->k; t++) {
    free(b.rankings[t].order);
    free(b.rankings[t].ends);
  }
  free(b.rankings);
  free(b.moves);
  free(b.sums);
  free(b.gini);
  free(b.anew);
  free(b.status);
  free(b.errors);
  return status;
}
