#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "cli/fit_parts.h"
#include "fit/line.h"
#include "report/report.h"

/* Rows to judge, gathered: all arrays of n. */
typedef struct judged {
  size_t n;
  double *score, *probability, *weight, *amount;
  uint8_t *won;
  uint32_t *cluster;
} judged;

static lf_status judged_new(size_t n, judged *j, lf_error *err) {
  double **arrays[] = {&j->score, &j->probability, &j->weight, &j->amount};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    lf_status status = lf_alloc(n, sizeof(double), arrays[k], err);
    if (status != LF_OK) return status;
  }
  lf_status status = lf_alloc(n, 1, &j->won, err);
  return status == LF_OK ? lf_alloc(n, sizeof *j->cluster, &j->cluster, err) : status;
}

static void judged_clear(judged *j) {
  free(j->score);
  free(j->probability);
  free(j->weight);
  free(j->amount);
  free(j->won);
  free(j->cluster);
}

/* Adds a row of the history with its score and probability. */
static void judged_add(judged *j, const lf_history *history, size_t row, double score, double probability) {
  j->score[j->n] = score;
  j->probability[j->n] = probability;
  j->weight[j->n] = lf_history_weight(history, row);
  j->amount[j->n] = lf_history_amount(history, row);
  j->won[j->n] = history->won[row];
  j->cluster[j->n++] = history->cluster ? history->cluster[row] : 0;
}

static lf_status judge(const lf_fit_job *job, const judged *j, bool holdout, json_t **tree, lf_error *err) {
  const lf_history *history = job->history;
  if (!j->n) return lf_tree_take(json_null(), tree, err);
  lf_judgement judgement;
  lf_judge_rows rows = {
      .n = j->n, .score = j->score, .probability = j->probability, .won = j->won, .weight = j->weight};
  if (history->amount != SIZE_MAX) rows.amount = j->amount;
  if (history->cluster) {
    rows.cluster = j->cluster;
    rows.n_clusters = history->n_clusters;
  }
  lf_status status = lf_judge(&rows, holdout, job->run, &judgement, err);
  return status == LF_OK ? lf_tree_take(lf_describe_judgement(&judgement), tree, err) : status;
}

/* Holdout rows under the card, or under the plain fit (rows it cannot predict are left out and counted). */
static lf_status judge_holdout(const lf_fit_job *job, json_t **tree, double *unscored, lf_error *err) {
  const lf_history *history = job->history;
  size_t from = history->n_train, n = history->n_rows - from;
  judged j = {0};
  double *eta = NULL;
  lf_status status = LF_OK;
  LF_TRY(judged_new(n, &j, err));
  LF_TRY(lf_alloc(n, sizeof *eta, &eta, err));
  if (job->plain) LF_TRY(lf_plain_predict(job->plain, history, from, history->n_rows, job->run, eta, err));
  for (size_t i = 0; i < n; i++) {
    if (!job->plain) {
      int score = job->score[from + i];
      judged_add(&j, history, from + i, score, lf_scorecard_probability(job->build.card, score));
    } else if (!isnan(eta[i]))
      judged_add(&j, history, from + i, eta[i], lf_expit(eta[i]));
  }
  *unscored = (double)(n - j.n);
  LF_TRY(judge(job, &j, true, tree, err));
cleanup:
  free(eta);
  judged_clear(&j);
  return status;
}

/* Training rows by the cross-fitted linear predictor: every row judged by a fit that never saw it. */
static lf_status judge_cross_fitted(const lf_fit_job *job, json_t **tree, lf_error *err) {
  const lf_sample *s = job->card_fit->judged;
  judged j = {0};
  lf_judgement judgement;
  lf_status status = LF_OK;
  LF_TRY(judged_new(s->n, &j, err));
  for (size_t k = 0; k < s->n_folds; k++)
    for (size_t i = s->folds[k].judge_from; i < s->folds[k].judge_to; i++) {
      j.score[j.n] = job->card_fit->judged_eta[i];
      j.probability[j.n] = lf_expit(job->card_fit->judged_eta[i]);
      j.weight[j.n] = s->weight[i];
      j.won[j.n++] = s->won[i];
    }
  lf_judge_rows rows = {
      .n = j.n, .score = j.score, .probability = j.probability, .won = j.won, .weight = j.weight};
  LF_TRY(lf_judge(&rows, true, job->run, &judgement, err));
  LF_TRY(lf_tree_take(lf_describe_judgement(&judgement), tree, err));
cleanup:
  judged_clear(&j);
  return status;
}

/* AUC and refitted log loss of one score of the holdout rows. */
static lf_status rounding_side(const lf_fit_job *job, const double *score, double *auc, double *loss,
                               lf_error *err) {
  const lf_history *history = job->history;
  size_t from = history->n_train, n = history->n_rows - from;
  const uint8_t *won = history->won + from;
  const double *weight = history->weight ? history->weight + from : NULL;
  lf_judge_rows judged_rows = {.n = n, .score = score, .won = won, .weight = weight};
  lf_line_rows rows = {.n = n, .x = score, .won = won, .weight = weight};
  lf_judgement judgement;
  lf_line line;
  lf_status status = lf_judge(&judged_rows, true, job->run, &judgement, err);
  if (status == LF_OK) status = lf_line_fit(&rows, job->run, &line, err);
  if (status != LF_OK) return status;
  *auc = judgement.auc.value;
  *loss = lf_line_loss(&rows, &line);
  return LF_OK;
}

static lf_status measure_rounding(const lf_fit_job *job, lf_rounding_cost *cost, lf_error *err) {
  const lf_history *history = job->history;
  size_t from = history->n_train, n = history->n_rows - from;
  *cost = (lf_rounding_cost){NAN, NAN, NAN, NAN};
  if (!n) return LF_OK;
  double *score = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *score, &score, err));
  lf_banded_predict(job->card_fit->banded, job->card_fit->weights->b, from, history->n_rows, score);
  LF_TRY(rounding_side(job, score, &cost->auc_before, &cost->log_loss_before, err));
  for (size_t i = 0; i < n; i++) score[i] = job->score[from + i];
  LF_TRY(rounding_side(job, score, &cost->auc_after, &cost->log_loss_after, err));
cleanup:
  free(score);
  return status;
}

/* Counts by score over the holdout, or over the training rows where there is none. */
static lf_status count_scores(const lf_fit_job *job, lf_score_counts *counts, lf_error *err) {
  const lf_history *history = job->history;
  const lf_scorecard *card = job->build.card;
  bool holdout = history->n_train < history->n_rows;
  size_t from = holdout ? history->n_train : 0;
  counts->minimum = card->minimum;
  counts->maximum = card->maximum;
  lf_status status =
      lf_alloc((size_t)(card->maximum - card->minimum + 1), sizeof *counts->at, &counts->at, err);
  for (size_t i = from; status == LF_OK && i < history->n_rows; i++) {
    lf_score_slice *slice = &counts->at[job->score[i] - card->minimum];
    double w = lf_history_weight(history, i), amount = lf_history_amount(history, i);
    slice->rows += w;
    slice->won += history->won[i] ? w : 0;
    slice->amount += history->won[i] && amount > 0 ? w * amount : 0;
  }
  return status;
}

static json_t *provenance(const lf_fit_job *job) {
  return lf_describe_provenance(job->history, job->options->command_line, job->options->seed);
}

static lf_status add_card_parts(lf_fit_job *job, lf_object *o, lf_error *err) {
  const lf_scorecard *card = job->build.card;
  const char *rows_of = job->history->n_train < job->history->n_rows ? "holdout" : "training";
  lf_score_counts counts = {0};
  json_t *cross_fitted = NULL, *cap = NULL, *selection = NULL, *thresholds = NULL, *volume = NULL,
         *exceptions = NULL;
  lf_rounding_cost rounding;
  lf_status status = LF_OK;
  LF_TRY(measure_rounding(job, &rounding, err));
  LF_TRY(judge_cross_fitted(job, &cross_fitted, err));
  LF_TRY(count_scores(job, &counts, err));
  LF_TRY(lf_fit_describe_cap(job, &cap, err));
  selection = lf_describe_selection(job->card_fit);
  if (json_object_set_new(selection, "cap", cap) != 0) o->failed = true;
  lf_object_tree(o, "model", lf_describe_card_model(job->card_fit, card));
  lf_object_tree(o, "selection", selection);
  lf_object_tree(o, "score", lf_describe_score(&job->build, &rounding));
  lf_object_tree(o, "card", lf_describe_card(card));
  lf_object_tree(o, "mql", lf_describe_mql(card, &counts, rows_of));
  lf_object_tree(o, "grades", lf_describe_grades(card, &counts));
  LF_TRY(lf_fit_describe_thresholds(job, &counts, &thresholds, &volume, err));
  lf_object_tree(o, "thresholds", thresholds);
  lf_object_tree(o, "volume", volume);
  lf_object_number(o, "capacity", job->options->capacity);
  LF_TRY(lf_fit_describe_exceptions(job, &exceptions, err));
  lf_object_tree(o, "exceptions", exceptions);
  lf_object_tree(o, "training_cv", cross_fitted);
cleanup:
  free(counts.at);
  return status;
}

/* A scorecard that was fitted here carries where it came from. */
static lf_status sign_card(lf_fit_job *job, const json_t *holdout, lf_error *err) {
  lf_scorecard *card = job->build.card;
  const json_t *figures = json_object_get(holdout, "auc");
  const lf_interval auc = {.value = json_number_value(json_object_get(figures, "value")),
                           .std_error = json_number_value(json_object_get(figures, "std_error"))};
  json_t *promise = NULL;
  lf_status status = lf_tree_take(provenance(job), &card->provenance, err);
  if (status == LF_OK)
    status = lf_describe_promise(job->history, &job->build, job->score, &auc, &promise, err);
  if (status == LF_OK && json_object_set_new(card->provenance, "promise", promise) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the scorecard");
  return status == LF_OK ? lf_copy_text("leadfit card", 12, &card->name, err) : status;
}

lf_status lf_fit_report(lf_fit_job *job, json_t **report, lf_error *err) {
  json_t *holdout = NULL, *tree = NULL, *changed = NULL, *owners = NULL, *followup = NULL;
  json_t *rules = NULL, *plan = NULL;
  json_t *data = NULL;
  double unscored = 0;
  lf_status status = LF_OK;
  lf_object o = lf_object_new();
  lf_object_text(&o, "format", "leadfit-report/1");
  lf_object_tree(&o, "provenance", provenance(job));
  LF_TRY(lf_fit_describe_data(job, &data, err));
  lf_object_tree(&o, "data", data);
  lf_object_tree(&o, "outcome", lf_describe_outcome(job->history));
  lf_object_tree(&o, "split", lf_describe_split(job->history));
  if (job->plain) lf_object_tree(&o, "model", lf_describe_plain(job->plain));
  LF_TRY(judge_holdout(job, &holdout, &unscored, err));
  lf_object_tree(&o, "holdout", holdout);
  lf_object_number(&o, "holdout_rows_not_scored", unscored);
  if (!job->plain) {
    LF_TRY(sign_card(job, holdout, err));
    LF_TRY(add_card_parts(job, &o, err));
  }
  lf_object_tree(&o, "attributes", lf_describe_attributes(job->history, job->evidence, job->plain));
  if (job->evidence) lf_object_tree(&o, "evidence", lf_describe_evidence(job->evidence));
  LF_TRY(lf_fit_describe_owners(job, &owners, err));
  lf_object_tree(&o, "owners", owners);
  LF_TRY(lf_fit_describe_followup(job, &followup, err));
  lf_object_tree(&o, "followup", followup);
  LF_TRY(lf_fit_describe_plan(job, &plan, err));
  lf_object_tree(&o, "plan", plan);
  LF_TRY(lf_fit_describe_leaks(job, &o, err));
  LF_TRY(lf_fit_describe_rules(job, &rules, err));
  lf_object_tree(&o, "rules", rules);
  LF_TRY(lf_fit_describe_changed(job, &changed, err));
  lf_object_tree(&o, "changed", changed);
  LF_TRY(lf_tree_take(lf_object_take(&o), &tree, err));
  LF_TRY(lf_report_headline(tree, err));
  *report = tree;
  tree = NULL;
cleanup:
  json_decref(tree);
  if (o.value) json_decref(lf_object_take(&o));
  return status;
}
