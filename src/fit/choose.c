/* Bands from the data, each attribute given the others.
 *
 * Symbols: row i with weight w_i, outcome y_i, linear predictor eta_i of a ridge fit on provisional bands,
 * p_i = expit(eta_i). First pass: the exact partition of least binomial deviance + g per band (partition.h),
 * each attribute by itself. Second pass: with the current band's coefficient f_a, atom a has working response
 * and weight z_a = f_a + sum (y - p) w / sum p (1 - p) w,      h_a = sum p (1 - p) w        (sums over the
 * rows of the atom) and the partition minimises sum h (z - mean)^2 + g per band: the quadratic view of the
 * joint deviance in that attribute with the others held (one step of backfitting; Hastie & Tibshirani 1990,
 * section 6.3). Marginal bands alone are drawn where a correlated attribute changes, not where this one
 * matters.
 *
 * Categories have no order: their levels stand by shrunken win rate, (won + k rate) / (rows + k), k = 10, in
 * the first pass, by z h / (h + 1) in the second (Fisher 1958: the best contiguous partition after sorting is
 * the best of all for squared error). */
#include <stdlib.h>

#include "band/partition.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/banded.h"
#include "fit/frame.h"
#include "fit/logistic.h"

static const double first_lambda = 3;       /* ridge of the fit that adjusts the bands */
static const double first_tolerance = 0.02; /* decrement: a start for bands, no estimate */
static const double largest_step = 3;       /* of a working response, in log-odds */
static const double rate_shrinkage = 10;

/* Sums by atom of one set. */
typedef struct atom_sums {
  double *rows, *won, *g, *h; /* n + 2 each */
} atom_sums;

typedef struct chooser {
  const lf_sample *sample;
  const lf_atoms *atoms;
  const uint8_t *keep;
  const double *weight;
  const lf_band_rules *rules;
  const double *residual, *curvature; /* (y - p) w and p (1 - p) w of every row; NULL in the first pass */
  const lf_banded *banded;            /* second pass: the fit they come from */
  const double *b;
  lf_grouping *groupings;
  lf_band_start *start; /* NULL: not asked */
  lf_status *status;
  lf_error *errors;
} chooser;

static void sum_atoms(const chooser *c, size_t t, atom_sums *sums) {
  const uint16_t *code = c->sample->code[t];
  for (size_t i = 0; i < c->sample->n; i++) {
    double w = c->weight[i];
    if (!(w > 0)) continue;
    sums->rows[code[i]] += w;
    sums->won[code[i]] += c->sample->won[i] ? w : 0;
    if (!c->residual) continue;
    sums->g[code[i]] += c->residual[i];
    sums->h[code[i]] += c->curvature[i];
  }
}

typedef struct ranked_atom {
  double key;
  uint16_t atom;
} ranked_atom;

static int by_key(const void *a, const void *b) {
  const ranked_atom *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->atom < y->atom ? -1 : x->atom > y->atom;
}

/* Atoms in the order they are partitioned in. */
static void order_atoms(const lf_atom_set *set, const atom_sums *sums, const double *z, ranked_atom *order) {
  double rows = 0, won = 0;
  for (size_t a = 0; a < set->n; a++) {
    rows += sums->rows[a];
    won += sums->won[a];
  }
  double rate = rows > 0 ? won / rows : 0.5;
  for (size_t a = 0; a < set->n; a++) {
    double key = (double)a;
    if (set->kind != LF_KIND_NUMBER)
      key = z ? z[a] * sums->h[a] / (sums->h[a] + 1)
              : (sums->won[a] + rate_shrinkage * rate) / (sums->rows[a] + rate_shrinkage);
    order[a] = (ranked_atom){key, (uint16_t)a};
  }
  if (set->kind != LF_KIND_NUMBER) qsort(order, set->n, sizeof *order, by_key);
}

/* Coefficient of each atom's current band. */
static void working_response(const chooser *c, size_t t, const atom_sums *sums, double *z) {
  const lf_term *term = NULL;
  for (size_t k = 0; k < c->banded->n_terms; k++)
    if (c->banded->set[k] == t) term = &c->banded->terms[k];
  for (size_t a = 0; a < c->atoms->items[t].n; a++) {
    double f = term && term->coef[a] >= 0 ? c->b[term->coef[a]] : 0;
    double step = sums->h[a] > 0 ? sums->g[a] / sums->h[a] : 0;
    z[a] = f + fmax(-largest_step, fmin(largest_step, step));
  }
}

/* Scratch of one set: everything the partition reads, in its order. */
typedef struct scratch {
  atom_sums sums;
  double *z;
  ranked_atom *order;
  double *rows, *won, *oz, *oh;
  uint16_t *band;
} scratch;

static lf_status scratch_make(size_t n, scratch *s, lf_error *err) {
  double **arrays[] = {&s->sums.rows, &s->sums.won, &s->sums.g, &s->sums.h, &s->z,
                       &s->rows,      &s->won,      &s->oz,     &s->oh};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    lf_status status = lf_alloc(n, sizeof(double), arrays[k], err);
    if (status != LF_OK) return status;
  }
  lf_status status = lf_alloc(n, sizeof *s->order, &s->order, err);
  return status == LF_OK ? lf_alloc(n, sizeof *s->band, &s->band, err) : status;
}

static void scratch_clear(scratch *s) {
  double *arrays[] = {s->sums.rows, s->sums.won, s->sums.g, s->sums.h, s->z, s->rows, s->won, s->oz, s->oh};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) free(arrays[k]);
  free(s->order);
  free(s->band);
}

/* Atoms without rows here keep out of the programme and join the band of the atom before them (numbers) or
 * other (categories). */
static lf_status partition_set(const chooser *c, const lf_atom_set *set, scratch *s, bool squared,
                               lf_grouping *grouping, lf_error *err) {
  size_t n = 0;
  for (size_t k = 0; k < set->n; k++) {
    size_t a = s->order[k].atom;
    if (!(s->sums.rows[a] > 0)) continue;
    s->rows[n] = s->sums.rows[a];
    s->won[n] = s->sums.won[a];
    s->oz[n] = s->z[a];
    s->oh[n++] = fmax(s->sums.h[a], 1e-9);
  }
  lf_partition_atoms atoms = {.n = n, .rows = s->rows, .won = s->won};
  if (squared) {
    atoms.z = s->oz;
    atoms.h = s->oh;
  }
  lf_trend trend = set->spec ? set->spec->trend : LF_TREND_AUTO;
  if (set->kind != LF_KIND_NUMBER) trend = LF_TREND_FREE;
  lf_partition_options options = {.min_rows = c->rules->min_rows,
                                  .min_each = c->rules->min_each,
                                  .penalty = c->rules->penalty,
                                  .max_bands = c->rules->max_bands,
                                  .trend = trend};
  size_t bands = 0;
  lf_status status = lf_partition(&atoms, &options, s->band, &bands, NULL, err);
  if (status != LF_OK) return status;
  uint16_t previous = 0;
  size_t at = 0;
  for (size_t k = 0; k < set->n; k++) {
    size_t a = s->order[k].atom;
    bool present = s->sums.rows[a] > 0;
    if (present) previous = s->band[at++];
    grouping->band[a] = present || set->kind == LF_KIND_NUMBER ? previous : (uint16_t)(bands + 1);
  }
  grouping->n_bands = bands;
  grouping->band[set->n] = (uint16_t)bands;
  grouping->band[set->n + 1] = (uint16_t)(bands + 1);
  return LF_OK;
}

/* Mean coefficient of the atoms of each band, and of those without a band of their own, under the fit at
 * hand. */
static lf_status set_start(const chooser *c, size_t t, const atom_sums *sums, lf_error *err) {
  const lf_grouping *grouping = &c->groupings[t];
  const lf_term *term = NULL;
  double *value = NULL, *rows = NULL;
  size_t bands = grouping->n_bands + 2;
  for (size_t k = 0; k < c->banded->n_terms; k++)
    if (c->banded->set[k] == t) term = &c->banded->terms[k];
  lf_status status = lf_alloc(bands, sizeof *value, &value, err);
  if (status == LF_OK) status = lf_alloc(bands, sizeof *rows, &rows, err);
  for (size_t a = 0; status == LF_OK && a < c->atoms->items[t].n + 2; a++) {
    rows[grouping->band[a]] += sums->rows[a];
    value[grouping->band[a]] += sums->rows[a] * (term->coef[a] >= 0 ? c->b[term->coef[a]] : 0);
  }
  for (size_t k = 0; status == LF_OK && k < bands; k++) value[k] = rows[k] > 0 ? value[k] / rows[k] : 0;
  free(rows);
  c->start->value[t] = value;
  return status;
}

static lf_status choose_set(const chooser *c, size_t t, lf_error *err) {
  const lf_atom_set *set = &c->atoms->items[t];
  if (set->given || !set->n) return LF_OK;
  scratch s = {0};
  lf_status status = LF_OK;
  LF_TRY(scratch_make(set->n + 2, &s, err));
  sum_atoms(c, t, &s.sums);
  if (c->residual) working_response(c, t, &s.sums, s.z);
  order_atoms(set, &s.sums, c->residual ? s.z : NULL, s.order);
  LF_TRY(partition_set(c, set, &s, c->residual != NULL, &c->groupings[t], err));
  if (c->residual && c->start) LF_TRY(set_start(c, t, &s.sums, err));
cleanup:
  scratch_clear(&s);
  return status;
}

static void choose_task(void *context, size_t t) {
  chooser *c = context;
  c->status[t] = c->keep[t] ? choose_set(c, t, &c->errors[t]) : LF_OK;
}

static lf_status choose_all(chooser *c, const lf_run *run, lf_error *err) {
  lf_parallel_for(run, c->atoms->n, choose_task, c);
  for (size_t t = 0; t < c->atoms->n; t++)
    if (c->status[t] != LF_OK) {
      if (err) *err = c->errors[t];
      return c->status[t];
    }
  return LF_OK;
}

/* (y - p) w and p (1 - p) w of every row under the fit. */
static lf_status row_scores(const chooser *c, double *residual, double *curvature, lf_error *err) {
  lf_status status = lf_frame_predict(c->banded->frame, c->b, 0, c->sample->n, curvature, err);
  if (status != LF_OK) return status;
  lf_score_rows(c->sample->n, curvature, c->sample->won, c->weight, residual, curvature);
  return LF_OK;
}

static lf_status adjust(chooser *c, const lf_run *run, lf_error *err) {
  lf_banded *banded = NULL;
  lf_weights *fit = NULL;
  double *residual = NULL, *curvature = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_banded_make(c->sample, c->atoms, c->groupings, c->keep, c->weight, &banded, err));
  LF_TRY(lf_banded_solve(banded, first_lambda, NULL, first_tolerance, false, run, &fit, err));
  LF_TRY(lf_alloc(c->sample->n, sizeof *residual, &residual, err));
  LF_TRY(lf_alloc(c->sample->n, sizeof *curvature, &curvature, err));
  c->banded = banded;
  c->b = fit->b;
  LF_TRY(row_scores(c, residual, curvature, err));
  c->residual = residual;
  c->curvature = curvature;
  if (c->start) c->start->intercept = fit->b[0];
  LF_TRY(choose_all(c, run, err));
cleanup:
  free(residual);
  free(curvature);
  lf_weights_free(fit);
  lf_banded_free(banded);
  return status;
}

lf_status lf_choose_bands(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                          const double *weight, const lf_band_rules *rules, const lf_run *run,
                          lf_grouping *groupings, lf_error *err) {
  return lf_choose_bands_start(sample, atoms, keep, weight, rules, run, groupings, NULL, err);
}

void lf_band_start_clear(lf_band_start *start, size_t n_sets) {
  for (size_t t = 0; start->value && t < n_sets; t++) free(start->value[t]);
  free(start->value);
  start->value = NULL;
}

lf_status lf_choose_bands_start(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                                const double *weight, const lf_band_rules *rules, const lf_run *run,
                                lf_grouping *groupings, lf_band_start *start, lf_error *err) {
  chooser c = {.sample = sample,
               .atoms = atoms,
               .keep = keep,
               .weight = weight,
               .rules = rules,
               .groupings = groupings,
               .start = start};
  lf_status status = LF_OK;
  if (start) LF_TRY(lf_alloc(atoms->n, sizeof *start->value, &start->value, err));
  for (size_t t = 0; t < atoms->n; t++) {
    lf_grouping_clear(&groupings[t]);
    LF_TRY(lf_grouping_new(&atoms->items[t], &groupings[t], err));
  }
  LF_TRY(lf_alloc(atoms->n, sizeof *c.status, &c.status, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *c.errors, &c.errors, err));
  LF_TRY(choose_all(&c, run, err));
  LF_TRY(adjust(&c, run, err));
cleanup:
  free(c.status);
  free(c.errors);
  return status;
}
