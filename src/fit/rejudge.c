/* The judged rows of a card fit, by fits of their folds that keep the rules: each fold's training rows draw
 * the bands and fit the weights, at the penalties and with the attributes that were chosen; the fold's judged
 * rows take no part (Stone 1974). Where folds look forward each is moved to its own level, as in crossfit.c.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "fit/select.h"

static const double fold_tolerance = 1e-6;

typedef struct rejudge {
  const lf_card_fit *fit;
  size_t max_bands;
  const lf_run *outer;
  double *eta;
  lf_status *status;
  lf_error *errors;
} rejudge;

lf_status lf_keep_rules(const lf_sample *sample, const lf_atoms *atoms, lf_banded *banded, double ridge,
                        double tolerance, const lf_run *run, lf_weights *weights, lf_rules **rules,
                        double *target, lf_error *err) {
  bool any = false;
  for (size_t t = 0; t < banded->n_terms; t++) any = any || lf_set_has_rules(&atoms->items[banded->set[t]]);
  if (!any) return LF_OK;
  lf_rules *made = NULL;
  lf_status status = lf_rules_make(sample, atoms, banded, banded->design.weight, &made, err);
  if (status == LF_OK) status = lf_rules_fit(banded, made, ridge, tolerance, run, weights, target, err);
  if (status != LF_OK)
    lf_rules_free(made);
  else
    *rules = made;
  return status;
}

static lf_status judge_fold(const rejudge *j, size_t k, const lf_run *run, lf_error *err) {
  const lf_card_fit *fit = j->fit;
  const lf_sample *s = fit->judged;
  const lf_fold *fold = &s->folds[k];
  size_t from = fold->judge_from, n = fold->judge_to - from;
  double *weight = NULL;
  lf_grouping *groupings = NULL;
  lf_banded *banded = NULL;
  lf_weights *weights = NULL;
  lf_rules *rules = NULL;
  lf_status status = LF_OK;
  lf_band_rules bands = lf_card_band_rules(j->max_bands, s->total, fit->band_penalty);
  LF_TRY(lf_alloc(s->n, sizeof *weight, &weight, err));
  lf_sample_train_weights(s, k, weight);
  LF_TRY(lf_alloc(fit->atoms->n, sizeof *groupings, &groupings, err));
  LF_TRY(lf_choose_bands(s, fit->atoms, fit->keep, weight, &bands, run, groupings, err));
  LF_TRY(lf_banded_make(s, fit->atoms, groupings, fit->keep, weight, &banded, err));
  LF_TRY(lf_banded_solve(banded, fit->ridge, NULL, fold_tolerance, false, run, &weights, err));
  LF_TRY(lf_keep_rules(s, fit->atoms, banded, fit->ridge, fold_tolerance, run, weights, &rules, NULL, err));
  lf_banded_predict(banded, weights->b, from, fold->judge_to, j->eta + from);
  if (s->in_time) lf_recentre(s->won + from, s->weight + from, n, j->eta + from);
cleanup:
  free(weight);
  if (groupings) lf_groupings_free(groupings, fit->atoms->n);
  lf_rules_free(rules);
  lf_banded_free(banded);
  lf_weights_free(weights);
  return status;
}

static void judge_task(void *context, size_t k) {
  rejudge *j = context;
  lf_run serial = lf_run_serial(j->outer);
  j->status[k] = judge_fold(j, k, &serial, &j->errors[k]);
}

lf_status lf_card_fit_judge(const lf_card_fit *fit, size_t max_bands, const lf_run *run, double *eta,
                            lf_error *err) {
  rejudge j = {.fit = fit, .max_bands = max_bands, .outer = run, .eta = eta};
  size_t n = fit->judged->n_folds;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *j.status, &j.status, err));
  LF_TRY(lf_alloc(n, sizeof *j.errors, &j.errors, err));
  lf_parallel_for(run, n, judge_task, &j);
  for (size_t k = 0; k < n; k++)
    if (j.status[k] != LF_OK) {
      if (err) *err = j.errors[k];
      LF_TRY(j.status[k]);
    }
cleanup:
  free(j.status);
  free(j.errors);
  return status;
}
