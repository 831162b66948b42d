#include "fit/banded.h"

#include <stdlib.h>

#include "base/memory.h"
#include "fit/newton.h"
#include "fit/path.h"
#include "fit/rules.h"

void lf_banded_free(lf_banded *b) {
  if (!b) return;
  free(b->set);
  free(b->terms);
  free(b->map);
  lf_frame_free(b->frame);
  free(b);
}

void lf_groupings_free(lf_grouping *groupings, size_t n) {
  for (size_t i = 0; groupings && i < n; i++) lf_grouping_clear(&groupings[i]);
  free(groupings);
}

/* Which bands hold rows of positive weight: a band nobody is in has no weight to estimate and counts 0. Ends
 * where all do. */
static void mark_present(const uint16_t *code, const double *weight, size_t n, const lf_grouping *grouping,
                         uint8_t *present) {
  enum { BLOCK = 4096 };
  size_t bands = grouping->n_bands + 2;
  for (size_t from = 0; from < n; from += BLOCK) {
    size_t to = from + BLOCK < n ? from + BLOCK : n, seen = 0;
    for (size_t i = from; i < to; i++) /* hardly ever true, so that no row waits for the store before it */
      if (!present[grouping->band[code[i]]] && weight[i] > 0) present[grouping->band[code[i]]] = 1;
    for (size_t k = 0; k < bands; k++) seen += present[k];
    if (seen == bands) return;
  }
}

static lf_status add_term(lf_banded *b, const lf_sample *sample, const lf_atom_set *set, size_t index,
                          const lf_grouping *grouping, const double *weight, int32_t *map, lf_error *err) {
  uint8_t *present = NULL;
  int32_t *coef = NULL;
  size_t bands = grouping->n_bands + 2;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(bands, 1, &present, err));
  LF_TRY(lf_alloc(bands, sizeof *coef, &coef, err));
  mark_present(sample->code[index], weight, sample->n, grouping, present);
  int32_t first = (int32_t)b->design.n_coef;
  size_t seen = 0;
  for (size_t k = 0; k < bands; k++) seen += present[k];
  for (size_t k = 0; k < bands; k++) /* one band for all rows is the intercept, and the ridge leaves it 0 */
    coef[k] = present[k] && (seen > 1 || lf_set_has_rules(set)) ? (int32_t)b->design.n_coef++ : -1;
  for (size_t a = 0; a < set->n + 2; a++) map[a] = coef[grouping->band[a]];
  b->set[b->n_terms] = index;
  b->terms[b->n_terms++] = (lf_term){.name = set->name,
                                     .type = LF_TERM_CODES,
                                     .codes = sample->code[index],
                                     .n_codes = (uint32_t)set->n + 2,
                                     .coef = map,
                                     .first = first,
                                     .n_coef = (uint32_t)((int32_t)b->design.n_coef - first)};
cleanup:
  free(present);
  free(coef);
  return status;
}

lf_status lf_banded_make(const lf_sample *sample, const lf_atoms *atoms, const lf_grouping *groupings,
                         const uint8_t *keep, const double *weight, lf_banded **banded, lf_error *err) {
  lf_banded *b = NULL;
  size_t codes = 0, at = 0;
  for (size_t t = 0; t < atoms->n; t++)
    if (keep[t]) codes += atoms->items[t].n + 2;
  lf_status status = lf_alloc(1, sizeof *b, &b, err);
  if (status != LF_OK) return status;
  LF_TRY(lf_alloc(atoms->n, sizeof *b->set, &b->set, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *b->terms, &b->terms, err));
  LF_TRY(lf_alloc(codes, sizeof *b->map, &b->map, err));
  b->design = (lf_design){.n_rows = sample->n, .n_coef = 1, .won = sample->won, .weight = weight};
  for (size_t t = 0; t < atoms->n; t++) {
    if (!keep[t]) continue;
    LF_TRY(add_term(b, sample, &atoms->items[t], t, &groupings[t], weight, b->map + at, err));
    at += atoms->items[t].n + 2;
  }
  b->design.terms = b->terms;
  b->design.n_terms = b->n_terms;
  *banded = b;
  b = NULL;
cleanup:
  lf_banded_free(b);
  return status;
}

/* The working form, ready for a pass. */
static lf_status wake(lf_banded *banded, const lf_run *run, lf_error *err) {
  if (banded->frame) return lf_frame_wake(banded->frame, err);
  return lf_frame_new(&banded->design, false, run, &banded->frame, err);
}

void lf_banded_rest(lf_banded *banded) {
  if (banded->frame) lf_frame_rest(banded->frame);
}

lf_status lf_banded_path(lf_banded *banded, const double *lambda, size_t n, const double *start,
                         double tolerance, const lf_run *run, double *b, lf_error *err) {
  lf_ridge_path path = {.n = n, .lambda = lambda, .start = start, .tolerance = tolerance};
  lf_status status = wake(banded, run, err);
  return status == LF_OK ? lf_ridge_path_fit(banded->frame, &path, run, b, err) : status;
}

lf_status lf_banded_solve(lf_banded *banded, double lambda, const double *start, double tolerance,
                          bool information, const lf_run *run, lf_weights **weights, lf_error *err) {
  double *ridge = NULL;
  lf_status status = wake(banded, run, err);
  if (status == LF_OK) status = lf_alloc(banded->design.n_coef, sizeof *ridge, &ridge, err);
  if (status != LF_OK) return status;
  for (size_t j = 1; j < banded->design.n_coef; j++) ridge[j] = lambda;
  lf_solve_options options = {
      .ridge = ridge, .start = start, .tolerance = tolerance, .no_information = !information};
  status = lf_solve_frame(banded->frame, &options, false, run, weights, err);
  free(ridge);
  return status;
}

lf_status lf_banded_information(lf_banded *banded, const double *b, const lf_run *run, double *hessian,
                                double *score, lf_error *err) {
  lf_point point = {.gradient = score, .hessian = hessian};
  lf_status status = wake(banded, run, err);
  return status == LF_OK ? lf_pass(banded->frame, LF_PASS_FULL, b, 1, NULL, run, &point, err) : status;
}

void lf_banded_start(const lf_banded *banded, const lf_grouping *groupings, const lf_atoms *atoms,
                     const lf_band_start *start, double *b) {
  b[0] = start->intercept;
  for (size_t t = 0; t < banded->n_terms; t++) {
    const lf_term *term = &banded->terms[t];
    size_t set = banded->set[t];
    const double *value = start->value[set];
    for (size_t a = 0; value && a < atoms->items[set].n + 2; a++)
      if (term->coef[a] >= 0) b[term->coef[a]] = value[groupings[set].band[a]];
  }
}

enum { LARGEST_TABLE = 4096 };

/* Coefficient value of every code of a term. */
static void code_values(const lf_term *term, const double *b, double *value) {
  for (uint32_t c = 0; c < term->n_codes; c++) value[c] = term->coef[c] < 0 ? 0 : b[term->coef[c]];
}

void lf_banded_predict(const lf_banded *banded, const double *b, size_t from, size_t to, double *out) {
  double value[LARGEST_TABLE];
  for (size_t i = from; i < to; i++) out[i - from] = b[0];
  for (size_t t = 0; t < banded->n_terms; t++) {
    const lf_term *term = &banded->terms[t];
    bool table = term->n_codes <= LARGEST_TABLE;
    if (table) code_values(term, b, value);
    for (size_t i = from; i < to; i++) {
      uint16_t code = term->codes[i];
      out[i - from] += table ? value[code] : term->coef[code] < 0 ? 0 : b[term->coef[code]];
    }
  }
}
