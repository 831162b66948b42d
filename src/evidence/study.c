/* One study: the attributes that it is given, judged beside one another.
 *   1. rows and folds                2. out-of-fold contributions, winning     3. deal size, revenue a lead,
 * whales
 *   4. bands on judging rows         5. quarters, Simpson's alarm              6. bootstrap, noise floor */
#include "evidence/study.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void lf_attribute_evidence_blank(lf_attribute_evidence *a, const lf_atom_set *set) {
  const lf_effect none = {NAN, NAN, NAN, NAN, NAN};
  const lf_paired unpaired = {NAN, NAN, NAN, NAN, NAN};
  *a = (lf_attribute_evidence){.name = set->name,
                               .owner = set->owner,
                               .confounder = SIZE_MAX,
                               .more_wins = NAN,
                               .p = NAN,
                               .q = NAN,
                               .heterogeneity_chi2 = NAN,
                               .heterogeneity_p = NAN};
  a->win = (lf_win_evidence){.effect = none,
                             .holdout = none,
                             .raw = none,
                             .q = NAN,
                             .holm = NAN,
                             .chi2 = NAN,
                             .loss_increase = unpaired,
                             .auc_loss = unpaired,
                             .holdout_loss_increase = unpaired,
                             .holdout_auc_loss = unpaired,
                             .bound = INFINITY,
                             .blind = {.chi2 = NAN, .p = NAN, .std_error = NAN},
                             .bands_test = {NAN, NAN, 0}};
  a->size = (lf_size_evidence){
      .effect = none, .log_normal = none, .q = NAN, .holm = NAN, .smearing = NAN, .bound = INFINITY};
  a->revenue = (lf_revenue_evidence){.effect = none,
                                     .without_top = none,
                                     .boot_low = NAN,
                                     .boot_high = NAN,
                                     .q = NAN,
                                     .gini_loss = NAN,
                                     .gini_low = NAN,
                                     .gini_high = NAN};
}

void lf_attribute_evidence_clear(lf_attribute_evidence *a) {
  for (size_t k = 0; k < a->win.n_bands; k++) free(a->win.bands[k].label);
  free(a->win.bands);
  free(a->quarters);
  free(a->because);
}

void lf_study_clear(lf_study *s) {
  lf_model_clear(&s->winning);
  lf_model_clear(&s->earning);
  lf_contributions_free(s->win);
  lf_contributions_free(s->size);
  lf_contributions_free(s->revenue);
  lf_evidence_rows_free(s->rows);
  free(s->view.items);
  free(s->set);
  free(s->keep);
  free(s->sized);
  free(s->win_weight);
  free(s->deal_weight);
  free(s->income);
  lf_evidence_free(s->out);
}

/* The attributes that keep marks, by themselves: what is left out costs nothing then. */
static lf_status take_attributes(lf_study *s, const uint8_t *keep, const uint8_t *sized, lf_error *err) {
  const lf_atoms *all = s->atoms;
  lf_status status = LF_OK;
  s->view = *all;
  s->view.n = 0;
  s->view.items = NULL;
  LF_TRY(lf_alloc(all->n, sizeof *s->view.items, &s->view.items, err));
  LF_TRY(lf_alloc(all->n, sizeof *s->set, &s->set, err));
  LF_TRY(lf_alloc(all->n, 1, &s->keep, err));
  LF_TRY(lf_alloc(all->n, 1, &s->sized, err));
  for (size_t t = 0; t < all->n; t++) {
    if (!keep[t]) continue;
    s->view.items[s->view.n] = all->items[t];
    s->set[s->view.n] = t;
    s->sized[s->view.n++] = sized[t];
  }
  s->k = s->view.n;
  memset(s->keep, 1, s->k);
cleanup:
  return status;
}

lf_status lf_study_make(const uint8_t *keep, const uint8_t *sized, size_t only, lf_study *s, lf_error *err) {
  lf_status status = LF_OK;
  s->only = only;
  LF_TRY(take_attributes(s, keep, sized, err));
  s->atoms = &s->view;
  LF_TRY(lf_alloc(1, sizeof *s->out, &s->out, err));
  LF_TRY(lf_alloc(s->k, sizeof *s->out->items, &s->out->items, err));
  s->out->n = s->k;
  s->out->margin = s->options.margin;
  for (size_t t = 0; t < s->k; t++) lf_attribute_evidence_blank(&s->out->items[t], &s->atoms->items[t]);
  s->how = (lf_contribution_options){
      .keep = s->keep, .band_penalty = s->card_fit->band_penalty, .ridge = s->card_fit->ridge};
  LF_TRY(lf_evidence_rows_make(s->history, s->atoms, s->options.max_rows, &s->rows, err));
  LF_TRY(lf_alloc(s->rows->n, sizeof *s->win_weight, &s->win_weight, err));
  s->out->n_folds = s->rows->n_folds - s->rows->has_holdout;
  s->out->in_time = s->rows->sample->in_time;
cleanup:
  return status;
}

lf_status lf_study_run(lf_study *s, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_study_winning(s, err));
  LF_TRY(lf_study_deals(s, err));
  LF_TRY(lf_study_bands(s, err));
  LF_TRY(lf_study_quarters(s, err));
  LF_TRY(lf_study_simpson(s, err));
  LF_TRY(lf_study_bootstrap(s, err));
  if (!s->options.no_noise) LF_TRY(lf_study_noise(s, err));
cleanup:
  return status;
}
