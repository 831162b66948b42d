/* Clustered bootstrap of closed revenue a lead, and what the revenue Gini loses without an attribute.
 *
 * Accounts (rows, where there are none) get Poisson(1) weights, the limit of drawing them with replacement; rows are reweighted, never copied. Each
 * replicate has its own stream, a hash of (seed, replicate, account): the same bits whatever the number of threads. From the full fit two Newton steps
 * follow the new weights. Limits are percentiles (Davison & Hinkley 1997, section 5.3). The rows that chose the bands are other rows than
 * these, so the choice of bands is not a part of what varies; it varies between folds.
 * Gini: twice the area between the curve of revenue captured by falling score and the diagonal, ties as one step. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/study.h"

enum { LEAST = 200, MOST = 1000 };
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
  ranking *rankings;  /* k + 1 */
  double *slopes;     /* [replicate][k] */
  double *lost;       /* [replicate][k]: Gini lost */
  lf_status *status;  /* max(replicates, k + 1) */
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

static void draw(const boot *b, size_t replicate, double *weight) {
  const lf_dense *d = &b->model->design;
  uint64_t stream = lf_hash_mix(lf_hash_mix(0x626f6f74, b->study->options.seed), replicate);
  for (size_t i = 0; i < d->n; i++) {
    uint64_t unit = d->cluster ? d->cluster[i] : i;
    double w = d->weight[i];
    double m = poisson_one(lf_hash_unit(lf_hash(&unit, sizeof unit, stream)));
    /* a row of weight w stands for w rows: its share of draws varies the less */
    weight[i] = d->cluster || w <= 1 ? w * m : fmax(0, w + sqrt(w) * (m - 1));
  }
}

static double gini(const ranking *r, const lf_dense *d, const double *weight) {
  double rows = 0, amount = 0, area = 0, step_rows = 0, step_amount = 0;
  for (size_t k = 0; k < d->n; k++) {
    size_t i = r->order[k];
    step_rows += weight[i];
    step_amount += weight[i] * d->y[i];
    if (!r->ends[k]) continue;
    area += step_rows * (amount + step_amount / 2);
    rows += step_rows;
    amount += step_amount;
    step_rows = step_amount = 0;
  }
  return rows > 0 && amount > 0 ? 2 * area / (rows * amount) - 1 : NAN;
}

/* ---- rankings ------------------------------------------------------------------------------------------------------------ */

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
  if (t < m->design.k) lf_model_without(m, t, slopes);
  else memcpy(slopes, m->fit->b, m->fit->m * sizeof *slopes);
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

static bool told(const boot *b, size_t t) { return b->model->scale[t] > 0 && b->study->keep[t]; }

static void rank_task(void *context, size_t t) {
  boot *b = context;
  if (t == b->model->design.k || told(b, t)) b->status[t] = rank_rows(b, t, &b->errors[t]);
}

/* ---- replicates ------------------------------------------------------------------------------------------------------------ */

static lf_status replicate(boot *b, size_t at, lf_error *err) {
  const lf_model *m = b->model;
  lf_dense d = m->design;
  size_t k = d.k;
  double *weight = NULL;
  lf_dense_fit *fit = NULL;
  lf_dense_options options = {.start = m->fit->b, .max_iterations = 2, .no_covariance = true};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(d.n, sizeof *weight, &weight, err));
  draw(b, at, weight);
  d.weight = weight;
  LF_TRY(lf_dense_solve(&d, &options, NULL, &fit, err));
  double whole = gini(&b->rankings[k], &d, weight);
  for (size_t t = 0; t < k; t++) {
    b->slopes[at * k + t] = fit->b[d.n_groups + t];
    b->lost[at * k + t] = told(b, t) ? whole - gini(&b->rankings[t], &d, weight) : NAN;
  }
cleanup:
  free(weight);
  lf_dense_fit_free(fit);
  return status;
}

static void replicate_task(void *context, size_t at) {
  boot *b = context;
  if (lf_check_interrupt(b->study->run, NULL) == LF_OK) b->status[at] = replicate(b, at, &b->errors[at]);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Percentile limits of one column of [replicates][k]. */
static void limits(const double *values, size_t replicates, size_t k, size_t t, double *scratch, double *low, double *high) {
  for (size_t r = 0; r < replicates; r++) scratch[r] = values[r * k + t];
  qsort(scratch, replicates, sizeof *scratch, by_value);
  *low = scratch[(size_t)(0.025 * (double)(replicates + 1)) - 1];
  *high = scratch[replicates - (size_t)(0.025 * (double)(replicates + 1))];
}

static void read_off(boot *b, double *scratch) {
  const lf_dense *d = &b->model->design;
  double whole = gini(&b->rankings[d->k], d, d->weight);
  for (size_t t = 0; t < d->k; t++) {
    lf_revenue_evidence *e = &b->study->out->items[t].revenue;
    if (!told(b, t)) continue;
    limits(b->slopes, b->replicates, d->k, t, scratch, &e->boot_low, &e->boot_high);
    e->boot_low *= b->model->scale[t];
    e->boot_high *= b->model->scale[t];
    limits(b->lost, b->replicates, d->k, t, scratch, &e->gini_low, &e->gini_high);
    e->gini_loss = whole - gini(&b->rankings[t], d, d->weight);
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

lf_status lf_study_bootstrap(lf_study *s, lf_error *err) {
  if (!s->out->has_amounts) return LF_OK;
  boot b = {.study = s, .model = &s->earning, .replicates = replicates_for(s, s->earning.design.n)};
  size_t k = s->k, tasks = b.replicates > k + 1 ? b.replicates : k + 1;
  double *scratch = NULL;
  lf_status status = LF_OK;
  lf_progress(s->run, "evidence: bootstrap", 0, 1);
  LF_TRY(lf_alloc(k + 1, sizeof *b.rankings, &b.rankings, err));
  LF_TRY(lf_alloc(b.replicates * k, sizeof *b.slopes, &b.slopes, err));
  LF_TRY(lf_alloc(b.replicates * k, sizeof *b.lost, &b.lost, err));
  LF_TRY(lf_alloc(tasks, sizeof *b.status, &b.status, err));
  LF_TRY(lf_alloc(tasks, sizeof *b.errors, &b.errors, err));
  LF_TRY(lf_alloc(b.replicates, sizeof *scratch, &scratch, err));
  LF_TRY(run_tasks(&b, k + 1, rank_task, err));
  LF_TRY(run_tasks(&b, b.replicates, replicate_task, err));
  read_off(&b, scratch);
  s->out->replicates = b.replicates;
cleanup:
  for (size_t t = 0; b.rankings && t <= k; t++) {
    free(b.rankings[t].order);
    free(b.rankings[t].ends);
  }
  free(b.rankings);
  free(b.slopes);
  free(b.lost);
  free(b.status);
  free(b.errors);
  free(scratch);
  return status;
}
