/* What changed: the old and the new definition, attribute by attribute and on the same rows.
 *
 * Two scales of points are made comparable by what a point is worth: for each card, won is regressed on its
 * score over the same training rows (logit P = a + s * score), and one old point is s_old / s_new new points.
 * Only differences from the attribute's average row are compared, since where an attribute's points begin is
 * a convention of the card. */
#include "evidence/changed.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/changed_parts.h"
#include "fit/line.h"

void lf_changed_free(lf_changed *c) {
  if (!c) return;
  for (size_t i = 0; c->attributes && i < c->n; i++) free(c->attributes[i].cells);
  free(c->attributes);
  free(c->up.patterns);
  free(c->down.patterns);
  free(c->backing);
  free(c->absent);
  lf_comparison_free(c->comparison);
  lf_scorecard_free(c->old_card);
  free(c);
}

static void side_clear(lf_changed_side *side) {
  lf_codes_free(side->codes);
  free(side->score);
  free(side->average);
}

/* ---- one definition on the rows --------------------------------------------------------------------------
 */

static lf_status find_slope(const lf_change_job *job, lf_changed_side *side, lf_error *err) {
  const lf_history *h = job->history;
  double *x = NULL;
  lf_line line;
  lf_status status = lf_alloc(h->n_train, sizeof *x, &x, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < h->n_train; i++) x[i] = side->score[i];
  lf_line_rows rows = {.n = h->n_train, .x = x, .won = h->won, .weight = h->weight};
  status = lf_line_fit(&rows, job->run, &line, err);
  if (status == LF_OK) side->slope = line.slope;
  free(x);
  return status;
}

static lf_status find_averages(const lf_change_job *job, lf_changed_side *side, lf_error *err) {
  const lf_history *h = job->history;
  const lf_attributes *attributes = side->card->attributes;
  double total = 0;
  lf_status status = lf_alloc(attributes->n, sizeof *side->average, &side->average, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < h->n_rows; i++) total += lf_history_weight(h, i);
  for (size_t a = 0; a < attributes->n; a++) {
    double sum = 0;
    for (size_t i = 0; i < h->n_rows; i++)
      sum += lf_history_weight(h, i) * side->card->bands[a][side->codes->columns[a][i]].points;
    side->average[a] = sum / total;
  }
  return LF_OK;
}

static lf_status side_make(const lf_change_job *job, const lf_scorecard *card, lf_changed_side *side,
                           char **absent, lf_error *err) {
  lf_status status = LF_OK;
  side->card = card;
  LF_TRY(lf_codes_make(card->attributes, job->history->table, job->run, &side->codes, absent, err));
  LF_TRY(lf_alloc(job->history->n_rows, sizeof *side->score, &side->score, err));
  LF_TRY(lf_scorecard_score(card, side->codes, job->run, side->score, err));
  LF_TRY(find_slope(job, side, err));
  LF_TRY(find_averages(job, side, err));
cleanup:
  return status;
}

static double points_above(const lf_changed_side *side, size_t attribute, size_t row) {
  if (attribute == SIZE_MAX) return 0;
  return side->card->bands[attribute][side->codes->columns[attribute][row]].points - side->average[attribute];
}

double lf_changed_move(const lf_change_job *job, const lf_changed_attribute *a, size_t row) {
  return points_above(&job->side[LF_NEW], a->new_index, row) -
         job->out->scale * points_above(&job->side[LF_OLD], a->old_index, row);
}

/* ---- both on the rows that judge -------------------------------------------------------------------------
 */

static void fill_candidate(const lf_change_job *job, int k, double *score, double *probability) {
  const lf_changed_side *side = &job->side[k];
  const lf_scorecard *card = side->card;
  for (size_t i = job->judged_from; i < job->history->n_rows; i++) {
    score[i - job->judged_from] = side->score[i];
    if (card->has_probability)
      probability[i - job->judged_from] = lf_scorecard_probability(card, side->score[i]);
  }
  job->out->candidates[k] = (lf_candidate){.name = k == LF_OLD ? "old" : "new",
                                           .title = card->name,
                                           .score = score,
                                           .probability = card->has_probability ? probability : NULL,
                                           .has_threshold = card->has_threshold,
                                           .threshold = card->threshold};
}

static lf_status compare_both(lf_change_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_changed *out = job->out;
  size_t from = job->judged_from, n = h->n_rows - from;
  double *amount = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, 2 * LF_SIDES * sizeof *out->backing, &out->backing, err));
  for (int k = 0; k < LF_SIDES; k++)
    fill_candidate(job, k, out->backing + (size_t)(2 * k) * n, out->backing + (size_t)(2 * k + 1) * n);
  if (!out->on_holdout) goto cleanup;
  if (h->amount != SIZE_MAX) LF_TRY(lf_alloc(n, sizeof *amount, &amount, err));
  for (size_t i = 0; amount && i < n; i++) amount[i] = lf_history_amount(h, from + i);
  lf_compare_rows rows = {.n = n,
                          .won = h->won + from,
                          .weight = h->weight ? h->weight + from : NULL,
                          .amount = amount,
                          .cluster = h->cluster ? h->cluster + from : NULL,
                          .n_clusters = h->n_clusters};
  lf_compare_options options = {.seed = job->seed};
  LF_TRY(lf_compare(&rows, out->candidates, LF_SIDES, &options, job->run, &out->comparison, err));
cleanup:
  free(amount);
  return status;
}

/* ---- the whole
 * --------------------------------------------------------------------------------------------- */

static void describe_rows(lf_change_job *job) {
  const lf_history *h = job->history;
  lf_changed *out = job->out;
  out->on_holdout = h->n_train < h->n_rows;
  out->in_time = out->on_holdout && h->split == LF_SPLIT_TIME;
  job->judged_from = out->on_holdout ? h->n_train : 0;
  lf_history_count(h, job->judged_from, h->n_rows, &out->rows, &out->won);
  for (size_t i = job->judged_from; i < h->n_rows; i++) {
    double amount = lf_history_amount(h, i);
    out->amount += h->won[i] && amount > 0 ? lf_history_weight(h, i) * amount : 0;
  }
  if (h->amount == SIZE_MAX) out->amount = (double)NAN;
}

static lf_status make(lf_change_job *job, const lf_scorecard *new_card, lf_error *err) {
  lf_changed *out = job->out;
  lf_status status = LF_OK;
  describe_rows(job);
  LF_TRY(side_make(job, out->old_card, &job->side[LF_OLD], &out->absent, err));
  LF_TRY(side_make(job, new_card, &job->side[LF_NEW], NULL, err));
  out->scale = job->side[LF_NEW].slope > 0 ? job->side[LF_OLD].slope / job->side[LF_NEW].slope : (double)NAN;
  out->has_thresholds = out->old_card->has_threshold && new_card->has_threshold;
  LF_TRY(lf_changed_cells(job, err));
  LF_TRY(lf_check_interrupt(job->run, err));
  if (out->has_thresholds) LF_TRY(lf_changed_flips(job, err));
  if (out->has_thresholds) LF_TRY(lf_changed_splits(job, err));
  LF_TRY(compare_both(job, err));
cleanup:
  return status;
}

lf_status lf_changed_make(const lf_history *history, lf_scorecard **old_card, const lf_scorecard *new_card,
                          uint64_t seed, const lf_run *run, lf_changed **changed, lf_error *err) {
  lf_change_job job = {.history = history, .run = run, .seed = seed};
  lf_status status = lf_alloc(1, sizeof *job.out, &job.out, err);
  if (status != LF_OK) {
    lf_scorecard_free(*old_card);
    *old_card = NULL;
    return status;
  }
  job.out->old_card = *old_card;
  *old_card = NULL;
  LF_TRY(make(&job, new_card, err));
  *changed = job.out;
  job.out = NULL;
cleanup:
  for (int k = 0; k < LF_SIDES; k++) side_clear(&job.side[k]);
  lf_changed_free(job.out);
  return status;
}
