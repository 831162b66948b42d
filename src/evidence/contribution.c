/* Cross-fitted contributions to the log-odds of winning.
 *
 * Each fold's bands and ridge weights come from its training rows alone (Chernozhukov et al. 2018,
 * "Double/debiased machine learning": cross-fitting; Stone 1974). All attributes take part, those that
 * selection left out too, so that nobody is judged by having been chosen. The two penalties (of a band, of a
 * weight) are the card's: two numbers for all attributes together, the only thing that training rows said
 * about their own judges; the holdout said nothing. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "evidence/rows.h"

typedef struct fitter {
  const lf_evidence_rows *rows;
  const lf_atoms *atoms;
  const lf_contribution_options *options;
  const lf_run *outer;
  lf_contributions *out;
  lf_status *status;
  lf_error *errors;
} fitter;

lf_status lf_contributions_new(size_t n_sets, size_t n_rows, lf_contributions **out, lf_error *err) {
  lf_contributions *c = NULL;
  lf_status status = lf_alloc(1, sizeof *c, &c, err);
  if (status != LF_OK) return status;
  c->n_sets = n_sets;
  c->n_rows = n_rows;
  LF_TRY(lf_alloc(n_sets, sizeof *c->x, &c->x, err));
  for (size_t t = 0; t < n_sets; t++) LF_TRY(lf_alloc(n_rows, sizeof *c->x[t], &c->x[t], err));
  *out = c;
  c = NULL;
cleanup:
  lf_contributions_free(c);
  return status;
}

void lf_contributions_free(lf_contributions *c) {
  if (!c) return;
  for (size_t t = 0; c->x && t < c->n_sets; t++) free(c->x[t]);
  free(c->x);
  free(c);
}

static void write_term(const lf_evidence_rows *r, size_t fold, const lf_term *term, const double *b,
                       double *x) {
  for (size_t i = r->first; i < r->n; i++) {
    if (r->fold[i] != fold) continue;
    int32_t c = term->coef[term->codes[i]];
    x[i] = c < 0 ? 0 : b[c];
  }
}

static lf_band_rules band_rules(const lf_contribution_options *options, double rows) {
  return (lf_band_rules){.penalty = options->band_penalty,
                         .min_rows = fmax(20, 0.0002 * rows),
                         .min_each = 1,
                         .max_bands = options->max_bands};
}

static lf_status fit_fold(const fitter *f, size_t fold, const lf_run *run, lf_error *err) {
  const lf_evidence_rows *r = f->rows;
  const double *weight = r->train[fold];
  lf_grouping *groupings = NULL;
  lf_banded *banded = NULL;
  lf_weights *weights = NULL;
  double rows = 0, won = 0;
  lf_status status = LF_OK;
  for (size_t i = 0; i < r->n; i++) {
    rows += weight[i];
    won += r->sample->won[i] ? weight[i] : 0;
  }
  if (won < 2 || rows - won < 2) return LF_OK; /* nothing to learn from: contributions stay 0 */
  lf_band_rules rules = band_rules(f->options, rows);
  LF_TRY(lf_check_interrupt(run, err));
  LF_TRY(lf_alloc(f->atoms->n, sizeof *groupings, &groupings, err));
  LF_TRY(lf_choose_bands(r->sample, f->atoms, f->options->keep, weight, &rules, run, groupings, err));
  LF_TRY(lf_banded_make(r->sample, f->atoms, groupings, f->options->keep, weight, &banded, err));
  LF_TRY(lf_banded_solve(banded, f->options->ridge, NULL, 1e-6, false, run, &weights, err));
  for (size_t t = 0; t < banded->n_terms; t++)
    write_term(r, fold, &banded->terms[t], weights->b, f->out->x[banded->set[t]]);
cleanup:
  if (groupings) lf_groupings_free(groupings, f->atoms->n);
  lf_banded_free(banded);
  lf_weights_free(weights);
  return status;
}

static void fit_task(void *context, size_t fold) {
  fitter *f = context;
  lf_run serial = lf_run_serial(f->outer);
  f->status[fold] = fit_fold(f, fold, &serial, &f->errors[fold]);
}

lf_status lf_win_contributions(const lf_evidence_rows *rows, const lf_atoms *atoms,
                               const lf_contribution_options *options, const lf_run *run,
                               lf_contributions **out, lf_error *err) {
  fitter f = {.rows = rows, .atoms = atoms, .options = options, .outer = run};
  lf_status status = lf_contributions_new(atoms->n, rows->n, &f.out, err);
  if (status != LF_OK) return status;
  LF_TRY(lf_alloc(rows->n_folds, sizeof *f.status, &f.status, err));
  LF_TRY(lf_alloc(rows->n_folds, sizeof *f.errors, &f.errors, err));
  lf_parallel_for(run, rows->n_folds, fit_task, &f);
  for (size_t k = 0; k < rows->n_folds; k++)
    if (f.status[k] != LF_OK) {
      if (err) *err = f.errors[k];
      status = f.status[k];
      goto cleanup;
    }
  *out = f.out;
  f.out = NULL;
cleanup:
  free(f.status);
  free(f.errors);
  lf_contributions_free(f.out);
  return status;
}
