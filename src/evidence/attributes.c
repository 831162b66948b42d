/* Which attributes predict closed revenue.
 *   1. rows and folds                2. out-of-fold contributions, winning     3. deal size, revenue a lead,
 * whales
 *   4. bands on judging rows         5. quarters, Simpson's alarm              6. bootstrap, noise floor
 *   7. q, verdicts and their rules */
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/study.h"

enum { USUAL_ROWS = 40000, MOST_ROWS = 400000, FEWEST_ROWS = 60 };
static const double enough_events =
    6000; /* of the rarer outcome: a standard error of about 0.02 in log odds */
static const double usual_margin = 1.1;

/* So many rows that the rarer outcome is there often enough: beyond, more rows say little more. */
static size_t usual_rows(const lf_history *h) {
  double won = 0, lost = 0;
  for (size_t i = 0; i < h->n_rows; i++) *(h->won[i] ? &won : &lost) += 1;
  double rows = enough_events * (won + lost) / fmax(1, fmin(won, lost));
  return rows < USUAL_ROWS ? USUAL_ROWS : rows > MOST_ROWS ? MOST_ROWS : (size_t)rows;
}

static void study_clear(lf_study *s) {
  lf_model_clear(&s->winning);
  lf_model_clear(&s->dealing);
  lf_model_clear(&s->earning);
  lf_contributions_free(s->win);
  lf_contributions_free(s->size);
  lf_contributions_free(s->revenue);
  lf_evidence_rows_free(s->rows);
  free(s->keep);
  free(s->win_weight);
  free(s->deal_weight);
  free(s->income);
  lf_evidence_free(s->out);
}

static void nothing_known(lf_attribute_evidence *a, const lf_atom_set *set) {
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
                             .blind_chi2 = NAN,
                             .blind_p = NAN,
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

static lf_status study_make(lf_study *s, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *s->out, &s->out, err));
  LF_TRY(lf_alloc(s->k, sizeof *s->out->items, &s->out->items, err));
  LF_TRY(lf_alloc(s->k, 1, &s->keep, err));
  s->out->n = s->k;
  s->out->margin = s->options.margin;
  for (size_t t = 0; t < s->k; t++) {
    nothing_known(&s->out->items[t], &s->atoms->items[t]);
  }
  lf_card_fit_judged(s->card_fit, s->keep);
  for (size_t i = 0; i < s->card_fit->n_drifting; i++)
    s->out->items[s->card_fit->drifting[i].set].drifting = true;
  for (size_t i = 0; i < s->card_fit->n_dropped; i++)
    if (s->card_fit->dropped[i].alone) s->out->items[s->card_fit->dropped[i].set].screened = true;
  s->how = (lf_contribution_options){
      .keep = s->keep, .band_penalty = s->card_fit->band_penalty, .ridge = s->card_fit->ridge};
  LF_TRY(lf_evidence_rows_make(s->history, s->atoms, s->options.max_rows, &s->rows, err));
  LF_TRY(lf_alloc(s->rows->n, sizeof *s->win_weight, &s->win_weight, err));
  s->out->n_folds = s->rows->n_folds - s->rows->has_holdout;
  s->out->in_time = s->rows->sample->in_time;
cleanup:
  return status;
}

static lf_status add_notes(lf_study *s, lf_error *err) {
  lf_text_list *notes = &s->out->notes;
  lf_status status = LF_OK;
  if (s->rows->n < s->history->n_rows)
    LF_TRY(lf_say(notes, err, "Attributes are studied on %zu of the %zu rows, taken at equal strides.",
                  s->rows->n, s->history->n_rows));
  if (s->rows->hidden_rows > 0)
    LF_TRY(lf_say(
        notes, err,
        "%.0f rows are judged by nobody: their accounts are among the rows that would have judged them.",
        s->rows->hidden_rows));
  if (s->history->amount != SIZE_MAX && !s->out->has_amounts)
    LF_TRY(lf_say(notes, err,
                  "Too few won rows have an amount to judge deal size and revenue (%.0f with, %.0f without).",
                  s->out->deals, s->out->unknown_amounts));
  if (s->out->has_amounts && s->out->unknown_amounts > 0)
    LF_TRY(lf_say(notes, err,
                  "%.0f won rows have no amount: they count as deals of mean size in revenue, and not at all "
                  "in deal size.",
                  s->out->unknown_amounts));
  if (s->rows->n - s->rows->first < FEWEST_ROWS)
    LF_TRY(lf_say(notes, err, "Only %zu rows are there to judge by: a verdict takes more.",
                  s->rows->n - s->rows->first));
cleanup:
  return status;
}

static lf_status run_study(lf_study *s, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_study_winning(s, err));
  LF_TRY(lf_study_deals(s, err));
  LF_TRY(lf_study_bands(s, err));
  LF_TRY(lf_study_quarters(s, err));
  LF_TRY(lf_study_simpson(s, err));
  LF_TRY(lf_study_bootstrap(s, err));
  if (!s->options.no_noise) LF_TRY(lf_study_noise(s, err));
  LF_TRY(lf_study_verdicts(s, err));
  LF_TRY(add_notes(s, err));
cleanup:
  return status;
}

lf_status lf_evidence_make(const lf_history *history, const lf_atoms *atoms, const lf_card_fit *fit,
                           const lf_card_build *build, const lf_evidence_options *options, const lf_run *run,
                           lf_evidence **evidence, lf_error *err) {
  lf_study s = {
      .history = history, .atoms = atoms, .card_fit = fit, .build = build, .run = run, .k = atoms->n};
  if (options) s.options = *options;
  if (!(s.options.margin > 0)) s.options.margin = usual_margin;
  if (!s.options.max_rows) s.options.max_rows = usual_rows(history);
  if (s.options.margin <= 1) return lf_fail(err, LF_E_USAGE, "the margin is a ratio above 1");
  lf_status status = LF_OK;
  LF_TRY(study_make(&s, err));
  LF_TRY(run_study(&s, err));
  *evidence = s.out;
  s.out = NULL;
cleanup:
  study_clear(&s);
  return status;
}

void lf_evidence_free(lf_evidence *e) {
  if (!e) return;
  for (size_t t = 0; e->items && t < e->n; t++) {
    lf_attribute_evidence *a = &e->items[t];
    for (size_t k = 0; k < a->win.n_bands; k++) free(a->win.bands[k].label);
    free(a->win.bands);
    free(a->quarters);
    free(a->because);
  }
  free(e->items);
  lf_text_list_clear(&e->rules);
  lf_text_list_clear(&e->notes);
  free(e);
}
