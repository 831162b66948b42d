/* Bands from the data, each attribute given the others.
 *
 * Symbols: row i with weight w_i, outcome y_i, linear predictor eta_i of a ridge fit on provisional bands,
 * p_i = expit(eta_i). First pass: the exact partition of least binomial deviance + 8 per band (partition.h),
 * each attribute by itself; these provisional bands serve the adjustment alone and do not hang on g, so that
 * every g shares one such fit. Second pass: with the current band's coefficient f_a, atom a has working
 * response and weight z_a = f_a + sum (y - p) w / sum p (1 - p) w,      h_a = sum p (1 - p) w        (sums
 * over the rows of the atom) and the partition minimises sum h (z - mean)^2 + g per band: the quadratic view
 * of the joint deviance in that attribute with the others held (one step of backfitting; Hastie & Tibshirani
 * 1990, section 6.3). Marginal bands alone are drawn where a correlated attribute changes, not where this one
 * matters.
 *
 * Numbers, and categories whose levels are ranges, stand in their order. Other categories have none: their
 * levels stand by shrunken win rate, (won + k rate) / (rows + k), k = 10, in the first pass, by z h / (h + 1)
 * in the second (Fisher 1958: the best contiguous partition after sorting is the best of all for squared
 * error). */
#include <stdlib.h>

#include "band/partition.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/atom_sums.h"
#include "fit/frame.h"

static const double first_penalty = 8;      /* of a provisional band */
static const double first_lambda = 3;       /* ridge of the fit that adjusts the bands */
static const double first_tolerance = 0.02; /* decrement: a start for bands, no estimate */
static const double largest_step = 3;       /* of a working response, in log-odds */
static const double rate_shrinkage = 10;

struct lf_band_basis {
  const lf_atoms *atoms;
  const uint8_t *keep;
  lf_atom_sums *sums;
  double intercept;
  double *f; /* of each cell of sums: the coefficient of its provisional band */
};

typedef struct chooser {
  const lf_atoms *atoms;
  const uint8_t *keep;
  const lf_atom_sums *sums;
  const double *f; /* NULL in the first pass */
  lf_band_rules rules;
  lf_grouping *groupings;
  double **start; /* coefficient of each band, about; NULL: not asked */
  lf_status *status;
  lf_error *errors;
} chooser;

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
static void order_atoms(const lf_atom_set *set, const lf_atom_cell *sums, const double *z,
                        ranked_atom *order) {
  double rows = 0, won = 0;
  for (size_t a = 0; a < set->n; a++) {
    rows += sums[a].rows;
    won += sums[a].won;
  }
  double rate = rows > 0 ? won / rows : 0.5;
  for (size_t a = 0; a < set->n; a++) {
    double key = (double)a;
    if (!set->ordered)
      key = z ? z[a] * sums[a].h / (sums[a].h + 1)
              : (sums[a].won + rate_shrinkage * rate) / (sums[a].rows + rate_shrinkage);
    order[a] = (ranked_atom){key, (uint16_t)a};
  }
  if (!set->ordered) qsort(order, set->n, sizeof *order, by_key);
}

/* Working response of each atom of a set. */
static void working_response(const chooser *c, size_t t, double *z) {
  const lf_atom_cell *sums = c->sums->cell + c->sums->first[t];
  const double *f = c->f + c->sums->first[t];
  for (size_t a = 0; a < c->atoms->items[t].n; a++) {
    double step = sums[a].h > 0 ? sums[a].g / sums[a].h : 0;
    z[a] = f[a] + fmax(-largest_step, fmin(largest_step, step));
  }
}

/* Scratch of one set: everything the partition reads, in its order. */
typedef struct scratch {
  double *z;
  ranked_atom *order;
  double *rows, *won, *oz, *oh;
  uint16_t *band;
} scratch;

static lf_status scratch_make(size_t n, scratch *s, lf_error *err) {
  double **arrays[] = {&s->z, &s->rows, &s->won, &s->oz, &s->oh};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    lf_status status = lf_alloc(n, sizeof(double), arrays[k], err);
    if (status != LF_OK) return status;
  }
  lf_status status = lf_alloc(n, sizeof *s->order, &s->order, err);
  return status == LF_OK ? lf_alloc(n, sizeof *s->band, &s->band, err) : status;
}

static void scratch_clear(scratch *s) {
  double *arrays[] = {s->z, s->rows, s->won, s->oz, s->oh};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) free(arrays[k]);
  free(s->order);
  free(s->band);
}

/* The atoms that have rows, in the order they are partitioned in. */
static lf_partition_atoms present_atoms(const lf_atom_set *set, const lf_atom_cell *sums, scratch *s,
                                        bool squared) {
  size_t n = 0;
  for (size_t k = 0; k < set->n; k++) {
    size_t a = s->order[k].atom;
    if (!(sums[a].rows > 0) || lf_atom_apart(set, a)) continue;
    s->rows[n] = sums[a].rows;
    s->won[n] = sums[a].won;
    s->oz[n] = s->z[a];
    s->oh[n++] = fmax(sums[a].h, 1e-9);
  }
  lf_partition_atoms atoms = {.n = n, .rows = s->rows, .won = s->won};
  if (squared) {
    atoms.z = s->oz;
    atoms.h = s->oh;
  }
  return atoms;
}

/* Atoms that a rule sets apart get bands of their own, behind those of the programme. */
static size_t set_apart(const lf_atom_set *set, size_t bands, uint16_t *band) {
  for (size_t a = 0; a < set->n; a++) {
    int key = lf_atom_apart(set, a);
    size_t same = 0;
    if (key <= 0) continue;
    while (same < a && lf_atom_apart(set, same) != key) same++;
    band[a] = same < a ? band[same] : (uint16_t)bands++;
  }
  return bands;
}

/* Atoms without rows here keep out of the programme and join the band of the atom before them (numbers,
 * ranges) or other (categories). */
static void write_grouping(const lf_atom_set *set, const lf_atom_cell *sums, const scratch *s, size_t drawn,
                           lf_grouping *grouping) {
  size_t bands = set_apart(set, drawn, grouping->band);
  uint16_t previous = 0;
  size_t at = 0;
  for (size_t k = 0; k < set->n; k++) {
    size_t a = s->order[k].atom;
    int apart = lf_atom_apart(set, a);
    bool present = sums[a].rows > 0 && !apart;
    if (apart > 0) continue;
    if (present) previous = s->band[at++];
    grouping->band[a] = present || set->ordered ? previous : (uint16_t)(bands + 1);
  }
  grouping->n_bands = bands;
  grouping->band[set->n] = (uint16_t)bands;
  grouping->band[set->n + 1] = (uint16_t)(bands + 1);
}

static lf_status partition_set(const chooser *c, size_t t, scratch *s, lf_error *err) {
  const lf_atom_set *set = &c->atoms->items[t];
  const lf_atom_cell *sums = c->sums->cell + c->sums->first[t];
  lf_partition_atoms atoms = present_atoms(set, sums, s, c->f != NULL);
  lf_trend trend = set->ordered ? set->rules.trend : LF_TREND_FREE;
  lf_partition_options options = {.min_rows = c->rules.min_rows,
                                  .min_each = c->rules.min_each,
                                  .penalty = c->rules.penalty,
                                  .max_bands = c->rules.max_bands,
                                  .trend = trend};
  size_t bands = 0;
  lf_status status = atoms.n ? lf_partition(&atoms, &options, s->band, &bands, NULL, err) : LF_OK;
  if (status == LF_OK) write_grouping(set, sums, s, bands, &c->groupings[t]);
  return status;
}

/* Mean coefficient of the atoms of each band, and of those without a band of their own, under the fit at
 * hand. */
static lf_status set_start(const chooser *c, size_t t, lf_error *err) {
  const lf_grouping *grouping = &c->groupings[t];
  const lf_atom_cell *sums = c->sums->cell + c->sums->first[t];
  const double *f = c->f + c->sums->first[t];
  double *value = NULL, *rows = NULL;
  size_t bands = grouping->n_bands + 2;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(bands, sizeof *value, &value, err));
  LF_TRY(lf_alloc(bands, sizeof *rows, &rows, err));
  for (size_t a = 0; a < c->atoms->items[t].n + 2; a++) {
    rows[grouping->band[a]] += sums[a].rows;
    value[grouping->band[a]] += sums[a].rows * f[a];
  }
  for (size_t k = 0; k < bands; k++) value[k] = rows[k] > 0 ? value[k] / rows[k] : 0;
  c->start[t] = value;
  value = NULL;
cleanup:
  free(value);
  free(rows);
  return status;
}

static lf_status choose_set(const chooser *c, size_t t, lf_error *err) {
  const lf_atom_set *set = &c->atoms->items[t];
  scratch s = {0};
  lf_status status = LF_OK;
  if (!set->given && set->n) {
    LF_TRY(scratch_make(set->n + 2, &s, err));
    if (c->f) working_response(c, t, s.z);
    order_atoms(set, c->sums->cell + c->sums->first[t], c->f ? s.z : NULL, s.order);
    LF_TRY(partition_set(c, t, &s, err));
  }
  if (c->start) LF_TRY(set_start(c, t, err));
cleanup:
  scratch_clear(&s);
  return status;
}

static void choose_task(void *context, size_t t) {
  chooser *c = context;
  c->status[t] = c->keep[t] ? choose_set(c, t, &c->errors[t]) : LF_OK;
}

/* Bands of every kept set; groupings start as one band an atom. */
static lf_status choose_all(chooser *c, const lf_run *run, lf_error *err) {
  size_t n = c->atoms->n;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *c->status, &c->status, err));
  LF_TRY(lf_alloc(n, sizeof *c->errors, &c->errors, err));
  for (size_t t = 0; t < n; t++) {
    lf_grouping_clear(&c->groupings[t]);
    if (c->keep[t]) LF_TRY(lf_grouping_new(&c->atoms->items[t], &c->groupings[t], err));
  }
  lf_parallel_for(run, n, choose_task, c);
  for (size_t t = 0; t < n; t++) {
    if (c->status[t] == LF_OK) continue;
    if (err) *err = c->errors[t];
    status = c->status[t];
    break;
  }
cleanup:
  free(c->status);
  free(c->errors);
  return status;
}

/* ---- what bands are chosen from ---------------------------------------------------------------------- */

void lf_band_basis_free(lf_band_basis *basis) {
  if (!basis) return;
  lf_atom_sums_free(basis->sums);
  free(basis->f);
  free(basis);
}

/* Coefficient of each atom under the provisional fit. */
static void write_coefficients(lf_band_basis *basis, const lf_banded *banded, const double *b) {
  basis->intercept = b[0];
  for (size_t k = 0; k < banded->n_terms; k++) {
    const lf_term *term = &banded->terms[k];
    double *f = basis->f + basis->sums->first[banded->set[k]];
    for (uint32_t a = 0; a < term->n_codes; a++) f[a] = term->coef[a] >= 0 ? b[term->coef[a]] : 0;
  }
}

lf_status lf_band_basis_make(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                             const double *weight, const lf_band_rules *rules, const lf_run *run,
                             lf_band_basis **out, lf_error *err) {
  chooser c = {.atoms = atoms, .keep = keep, .rules = *rules};
  lf_band_basis *basis = NULL;
  lf_atom_sums *counts = NULL;
  lf_banded *banded = NULL;
  lf_weights *fit = NULL;
  lf_status status = LF_OK;
  c.rules.penalty = first_penalty;
  LF_TRY(lf_alloc(1, sizeof *basis, &basis, err));
  basis->atoms = atoms;
  basis->keep = keep;
  LF_TRY(lf_alloc(atoms->n, sizeof *c.groupings, &c.groupings, err));
  LF_TRY(lf_atom_sums_count(sample, atoms, keep, weight, run, &counts, err));
  c.sums = counts;
  LF_TRY(choose_all(&c, run, err));
  LF_TRY(lf_banded_make(sample, atoms, c.groupings, keep, weight, &banded, err));
  LF_TRY(lf_banded_solve(banded, first_lambda, NULL, first_tolerance, false, run, &fit, err));
  LF_TRY(lf_atom_sums_score(sample, atoms, keep, banded, fit->b, run, &basis->sums, err));
  LF_TRY(lf_alloc(basis->sums->first[atoms->n], sizeof *basis->f, &basis->f, err));
  write_coefficients(basis, banded, fit->b);
  *out = basis;
  basis = NULL;
cleanup:
  lf_groupings_free(c.groupings, atoms->n);
  lf_atom_sums_free(counts);
  lf_weights_free(fit);
  lf_banded_free(banded);
  lf_band_basis_free(basis);
  return status;
}

void lf_band_start_clear(lf_band_start *start, size_t n_sets) {
  for (size_t t = 0; start->value && t < n_sets; t++) free(start->value[t]);
  free(start->value);
  start->value = NULL;
}

lf_status lf_choose_from(const lf_band_basis *basis, const lf_band_rules *rules, const lf_run *run,
                         lf_grouping *groupings, lf_band_start *start, lf_error *err) {
  chooser c = {.atoms = basis->atoms,
               .keep = basis->keep,
               .sums = basis->sums,
               .f = basis->f,
               .rules = *rules,
               .groupings = groupings};
  if (start) {
    lf_status status = lf_alloc(basis->atoms->n, sizeof *start->value, &start->value, err);
    if (status != LF_OK) return status;
    start->intercept = basis->intercept;
    c.start = start->value;
  }
  return choose_all(&c, run, err);
}

lf_status lf_choose_bands(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                          const double *weight, const lf_band_rules *rules, const lf_run *run,
                          lf_grouping *groupings, lf_error *err) {
  lf_band_basis *basis = NULL;
  lf_status status = lf_band_basis_make(sample, atoms, keep, weight, rules, run, &basis, err);
  if (status == LF_OK) status = lf_choose_from(basis, rules, run, groupings, NULL, err);
  lf_band_basis_free(basis);
  return status;
}
