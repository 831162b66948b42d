/* Ridge fits of every subset of blocks, fold by fold. Bands are chosen once a fold, with all attributes, by
 * the fold's training rows; only weights are fitted anew by subset. The penalties are the card's. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "evidence/owners_parts.h"

typedef struct block_fitter {
  lf_owners_job *job;
  double **eta; /* [subsets][rows] */
  lf_status *status;
  lf_error *errors;
} block_fitter;

static void write_eta(const lf_evidence_rows *r, size_t fold, const lf_banded *banded, const double *b,
                      double *eta) {
  for (size_t t = 0; t < banded->n_terms; t++) {
    const lf_term *term = &banded->terms[t];
    for (size_t i = r->first; i < r->n; i++) {
      if (r->fold[i] != fold) continue;
      int32_t c = term->coef[term->codes[i]];
      eta[i] += c < 0 ? 0 : b[c];
    }
  }
}

static void write_contributions(const lf_evidence_rows *r, size_t fold, const lf_banded *banded,
                                const double *b, lf_contributions *x) {
  for (size_t t = 0; t < banded->n_terms; t++) {
    const lf_term *term = &banded->terms[t];
    for (size_t i = r->first; i < r->n; i++) {
      if (r->fold[i] != fold) continue;
      int32_t c = term->coef[term->codes[i]];
      x->x[banded->set[t]][i] = c < 0 ? 0 : b[c];
    }
  }
}

static lf_status fit_subset(const block_fitter *f, size_t fold, size_t set, const lf_grouping *groupings,
                            const lf_run *run, lf_error *err) {
  lf_owners_job *job = f->job;
  const lf_evidence_rows *r = job->rows;
  lf_banded *banded = NULL;
  lf_weights *weights = NULL;
  uint8_t *keep = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(job->atoms->n, 1, &keep, err));
  for (size_t t = 0; t < job->atoms->n; t++) keep[t] = job->keep[t] && (set >> job->block[t] & 1);
  LF_TRY(lf_banded_make(r->sample, job->atoms, groupings, keep, r->train[fold], &banded, err));
  LF_TRY(lf_banded_solve(banded, job->card_fit->ridge, NULL, 1e-6, false, run, &weights, err));
  write_eta(r, fold, banded, weights->b, f->eta[set]);
  if (set + 1 == (size_t)1 << job->out->n_blocks) write_contributions(r, fold, banded, weights->b, job->x);
cleanup:
  lf_banded_free(banded);
  lf_weights_free(weights);
  free(keep);
  return status;
}

static lf_status fit_fold(const block_fitter *f, size_t fold, const lf_run *run, lf_error *err) {
  const lf_owners_job *job = f->job;
  const lf_evidence_rows *r = job->rows;
  lf_grouping *groupings = NULL;
  double rows = 0, won = 0;
  lf_status status = LF_OK;
  for (size_t i = 0; i < r->n; i++) {
    rows += r->train[fold][i];
    won += r->sample->won[i] ? r->train[fold][i] : 0;
  }
  if (won < 2 || rows - won < 2) return LF_OK; /* nothing to learn from: every subset says the same */
  lf_band_rules rules = {
      .penalty = job->card_fit->band_penalty, .min_rows = fmax(20, 0.0002 * rows), .min_each = 1};
  LF_TRY(lf_alloc(job->atoms->n, sizeof *groupings, &groupings, err));
  LF_TRY(lf_choose_bands(r->sample, job->atoms, job->keep, r->train[fold], &rules, run, groupings, err));
  for (size_t set = 1; set < (size_t)1 << job->out->n_blocks; set++) {
    LF_TRY(lf_check_interrupt(run, err));
    LF_TRY(fit_subset(f, fold, set, groupings, run, err));
  }
cleanup:
  if (groupings) lf_groupings_free(groupings, job->atoms->n);
  return status;
}

static void fit_task(void *context, size_t fold) {
  block_fitter *f = context;
  lf_run serial = lf_run_serial(f->job->run);
  f->status[fold] = fit_fold(f, fold, &serial, &f->errors[fold]);
}

static lf_status run_folds(block_fitter *f, lf_error *err) {
  size_t n = f->job->rows->n_folds;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *f->status, &f->status, err));
  LF_TRY(lf_alloc(n, sizeof *f->errors, &f->errors, err));
  lf_parallel_for(f->job->run, n, fit_task, f);
  for (size_t k = 0; k < n; k++) {
    if (f->status[k] == LF_OK) continue;
    if (err) *err = f->errors[k];
    status = f->status[k];
    break;
  }
cleanup:
  free(f->status);
  free(f->errors);
  return status;
}

lf_status lf_owners_fit_blocks(lf_owners_job *job, lf_error *err) {
  const lf_evidence_rows *r = job->rows;
  size_t sets = (size_t)1 << job->out->n_blocks;
  block_fitter f = {.job = job};
  lf_status status = LF_OK;
  LF_TRY(lf_contributions_new(job->atoms->n, r->n, &job->x, err));
  LF_TRY(lf_alloc(sets, sizeof *job->loss, &job->loss, err));
  LF_TRY(lf_alloc(sets, sizeof *f.eta, &f.eta, err));
  job->n_losses = sets;
  for (size_t s = 0; s < sets; s++) {
    LF_TRY(lf_alloc(r->n, sizeof *job->loss[s], &job->loss[s], err));
    LF_TRY(lf_alloc(r->n, sizeof *f.eta[s], &f.eta[s], err));
  }
  LF_TRY(run_folds(&f, err));
  for (size_t s = 0; s < sets; s++) lf_owners_loss(r, job->weight, f.eta[s], job->loss[s]);
cleanup:
  for (size_t s = 0; f.eta && s < sets; s++) free(f.eta[s]);
  free(f.eta);
  return status;
}
