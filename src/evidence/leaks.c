/* Suspected leaks with and without. A column that was left out gets bands by the card's rules from the
 * training rows and joins the card's attributes; one that was kept is taken away. Either way the weights of
 * all are fitted anew on the training rows at the card's penalty, and the holdout judges. */
#include "evidence/leaks_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "judge/judge.h"

typedef struct leak_job {
  const lf_history *history;
  const lf_card_fit *fit;
  const lf_run *run;
  lf_history open;       /* the history with leaks as attributes; only roles differ */
  lf_column_role *roles; /* its roles */
  lf_atoms *atoms;       /* of the open history */
  lf_sample *sample;
  lf_grouping *groupings; /* [atoms->n] */
  uint8_t *keep;          /* [atoms->n]: the card's attributes */
  lf_leak_fit card;       /* the card's attributes, refitted */
  lf_leaks *out;
} leak_job;

void lf_leaks_free(lf_leaks *leaks) {
  if (!leaks) return;
  for (size_t i = 0; leaks->items && i < leaks->n; i++) lf_leak_weights_clear(&leaks->items[i]);
  free(leaks->items);
  free(leaks);
}

static void clear(leak_job *job) {
  if (job->groupings) lf_groupings_free(job->groupings, job->atoms->n);
  lf_leak_fit_clear(&job->card);
  free(job->keep);
  free(job->roles);
  lf_sample_free(job->sample);
  lf_atoms_free(job->atoms);
  lf_leaks_free(job->out);
}

static bool can_be_banded(const lf_column *c) {
  return c->kind == LF_KIND_NUMBER ||
         ((c->kind == LF_KIND_CATEGORY || c->kind == LF_KIND_FLAG) && c->store == LF_STORE_CODES);
}

static lf_status list_leaks(leak_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_status status = lf_alloc(1, sizeof *job->out, &job->out, err);
  if (status == LF_OK) status = lf_alloc(h->table->n_columns, sizeof *job->out->items, &job->out->items, err);
  for (int asked = 0; status == LF_OK && asked < 2; asked++)
    for (size_t c = 0; c < h->table->n_columns; c++) {
      const lf_column_role *role = &h->roles[c];
      bool take = asked ? role->suspicion && lf_history_is_attribute(h, c) : role->leak;
      if (take)
        job->out->items[job->out->n++] = (lf_leak){.column = h->table->columns[c].name,
                                                   .left_out = !asked,
                                                   .reason = asked ? role->suspicion : role->reason,
                                                   .auc_with = (double)NAN,
                                                   .auc_without = (double)NAN};
    }
  return status;
}

/* The card's attributes among the atoms of the open history; atoms are made column by column, so they are the
 * same. */
static lf_status open_history(leak_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(h->table->n_columns, sizeof *job->roles, &job->roles, err));
  memcpy(job->roles, h->roles, h->table->n_columns * sizeof *job->roles);
  for (size_t c = 0; c < h->table->n_columns; c++)
    if (job->roles[c].leak && can_be_banded(&h->table->columns[c])) job->roles[c].role = LF_ROLE_ATTRIBUTE;
  job->open = *h;
  job->open.roles = job->roles;
  lf_atom_options same = {.without_rules = job->fit->atoms->without_rules};
  LF_TRY(lf_atoms_make(&job->open, &same, job->run, &job->atoms, err));
  LF_TRY(lf_sample_make(&job->open, job->atoms, LF_FOLDS_NONE, 0, 0, &job->sample, err));
  LF_TRY(lf_alloc(job->atoms->n, sizeof *job->groupings, &job->groupings, err));
  LF_TRY(lf_alloc(job->atoms->n, 1, &job->keep, err));
  for (size_t t = 0; t < job->atoms->n; t++)
    for (size_t k = 0; k < job->fit->atoms->n; k++) {
      const lf_grouping *from = &job->fit->groupings[k];
      if (job->fit->atoms->items[k].column != job->atoms->items[t].column || !job->fit->keep[k]) continue;
      LF_TRY(lf_grouping_new(&job->atoms->items[t], &job->groupings[t], err));
      memcpy(job->groupings[t].band, from->band, (job->atoms->items[t].n + 2) * sizeof *from->band);
      job->groupings[t].n_bands = from->n_bands;
      job->keep[t] = 1;
    }
cleanup:
  return status;
}

static lf_status band_leaks(leak_job *job, lf_error *err) {
  /* A leak's bands may be all wins or all losses: the ridge keeps their weights finite. */
  lf_band_rules rules = {.penalty = job->fit->band_penalty,
                         .min_rows = fmax(20, fmin(100, 0.01 * job->sample->total)),
                         .min_each = 0};
  for (size_t t = 0; t < job->atoms->n; t++) {
    if (!job->roles[job->atoms->items[t].column].leak) continue;
    lf_grouping *all = NULL;
    uint8_t *one = NULL;
    lf_status status = lf_alloc(job->atoms->n, sizeof *all, &all, err);
    if (status == LF_OK) status = lf_alloc(job->atoms->n, 1, &one, err);
    if (status == LF_OK) one[t] = 1;
    if (status == LF_OK)
      status = lf_choose_bands(job->sample, job->atoms, one, job->sample->weight, &rules, job->run, all, err);
    if (status == LF_OK) {
      job->groupings[t] = all[t];
      all[t] = (lf_grouping){0};
    }
    if (all) lf_groupings_free(all, job->atoms->n);
    free(one);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

static lf_leak_sets sets_of(const leak_job *job) {
  return (lf_leak_sets){
      .history = &job->open, .atoms = job->atoms, .sample = job->sample, .groupings = job->groupings};
}

/* A fit of the kept sets, judged on the holdout. */
static lf_status judge_fit(const leak_job *job, const uint8_t *keep, lf_leak_fit *fit, lf_error *err) {
  const lf_history *h = job->history;
  const lf_leak_sets sets = sets_of(job);
  size_t from = h->n_train, n = h->n_rows - from;
  lf_banded *banded = NULL;
  lf_weights *weights = NULL;
  lf_judgement judgement;
  double *eta = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *eta, &eta, err));
  LF_TRY(lf_banded_make(job->sample, job->atoms, job->groupings, keep, job->sample->weight, &banded, err));
  LF_TRY(lf_banded_solve(banded, job->fit->ridge, NULL, 1e-8, false, job->run, &weights, err));
  lf_banded_predict(banded, weights->b, from, h->n_rows, eta);
  lf_judge_rows rows = {
      .n = n, .score = eta, .won = h->won + from, .weight = h->weight ? h->weight + from : NULL};
  if (h->cluster) {
    rows.cluster = h->cluster + from;
    rows.n_clusters = h->n_clusters;
  }
  LF_TRY(lf_judge(&rows, true, job->run, &judgement, err));
  fit->auc = judgement.auc;
  LF_TRY(lf_leak_values(&sets, banded, weights->b, fit, err));
cleanup:
  free(eta);
  lf_banded_free(banded);
  lf_weights_free(weights);
  return status;
}

static lf_status judge_leak(leak_job *job, lf_leak *leak, lf_error *err) {
  const lf_leak_sets sets = sets_of(job);
  size_t set = SIZE_MAX, column = lf_table_find(job->history->table, leak->column);
  lf_leak_fit other = {0};
  lf_status status = LF_OK;
  for (size_t t = 0; t < job->atoms->n; t++)
    if (job->atoms->items[t].column == column) set = t;
  if (set == SIZE_MAX) return LF_OK;
  bool on_card = job->keep[set];
  leak->auc_with = leak->auc_without = job->card.auc.value;
  if (!leak->left_out && !on_card) return LF_OK; /* asked about, and not on the card anyway */
  job->keep[set] = leak->left_out;
  LF_TRY(judge_fit(job, job->keep, &other, err));
  *(leak->left_out ? &leak->auc_with : &leak->auc_without) = other.auc.value;
  LF_TRY(lf_leak_weights(&sets, set, leak->left_out ? &job->card : &other,
                         leak->left_out ? &other : &job->card, leak, err));
cleanup:
  job->keep[set] = on_card;
  lf_leak_fit_clear(&other);
  return status;
}

/* All that are asked about taken away together. */
static lf_status judge_without_asked(leak_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_leak_fit other = {0};
  uint8_t *keep = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(job->atoms->n, 1, &keep, err));
  for (size_t t = 0; t < job->atoms->n; t++) {
    bool asked = job->keep[t] && h->roles[job->atoms->items[t].column].suspicion;
    keep[t] = job->keep[t] && !asked;
    job->out->n_asked += asked;
  }
  if (!job->out->n_asked) goto cleanup;
  LF_TRY(judge_fit(job, keep, &other, err));
  job->out->auc_with_asked = job->card.auc;
  job->out->auc_without_asked = other.auc;
cleanup:
  lf_leak_fit_clear(&other);
  free(keep);
  return status;
}

lf_status lf_leaks_make(const lf_history *history, const lf_card_fit *fit, const lf_run *run,
                        lf_leaks **leaks, lf_error *err) {
  leak_job job = {.history = history, .fit = fit, .run = run};
  lf_status status = LF_OK;
  LF_TRY(list_leaks(&job, err));
  if (job.out->n && history->n_train < history->n_rows) {
    LF_TRY(open_history(&job, err));
    LF_TRY(band_leaks(&job, err));
    LF_TRY(judge_fit(&job, job.keep, &job.card, err));
    for (size_t i = 0; i < job.out->n; i++) {
      LF_TRY(lf_check_interrupt(run, err));
      LF_TRY(judge_leak(&job, &job.out->items[i], err));
    }
    LF_TRY(judge_without_asked(&job, err));
  }
  *leaks = job.out;
  job.out = NULL;
cleanup:
  clear(&job);
  return status;
}
