/* A whole fit in one call, for programs that use the library: files -> scorecard, and its figures on rows
 * that chose nothing. The steps are those of `leadfit fit`, without evidence and pages. It stands in the last
 * room of the library because a scorecard carries where it came from, and this room knows how that is told.
 */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "evidence/price.h"
#include "judge/judge.h"
#include "report/describe.h"

/* Everything but options and run is owned. */
typedef struct fit_work {
  const lf_fit_options *options;
  const lf_run *run;
  lf_project project;
  lf_history *history;
  lf_ruled_card made;
  int32_t *score; /* of every row */
  lf_interval auc;
} fit_work;

static uint64_t seed_of(const lf_fit_options *options) {
  return options->seed ? options->seed : 1;
}

static lf_status read_history(fit_work *w, lf_error *err) {
  const lf_project *project = &w->project;
  lf_kind_request *kinds = NULL;
  lf_table *table = NULL;
  lf_status status = LF_OK;
  if (project->n_sources > 1)
    return lf_fail(
        err, LF_E_USAGE,
        "the project joins several sources, and lf_scorecard_fit reads one: join them first, or run "
        "leadfit fit");
  LF_TRY(lf_alloc(project->n_attributes, sizeof *kinds, &kinds, err));
  lf_read_options read = {.paths = w->options->paths, .n_paths = w->options->n_paths, .kinds = kinds};
  for (size_t i = 0; i < project->n_attributes; i++)
    if (project->attributes[i].kind != LF_KIND_INFER)
      kinds[read.n_kinds++] = (lf_kind_request){project->attributes[i].name, project->attributes[i].kind};
  if (project->missing_said) {
    read.missing = (const char *const *)project->missing.items;
    read.n_missing = project->missing.n;
  }
  LF_TRY(lf_table_read(&read, w->run, &table, err));
  lf_history_options history = {.holdout = w->options->holdout > 0 ? w->options->holdout : NAN,
                                .need_outcome = true,
                                .seed = seed_of(w->options)};
  LF_TRY(lf_history_build(&table, project, &history, w->run, &w->history, err));
cleanup:
  lf_table_free(table);
  free(kinds);
  return status;
}

static lf_status score_rows(fit_work *w, lf_error *err) {
  const lf_scorecard *card = w->made.build.card;
  lf_codes *codes = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(card->attributes, w->history->table, w->run, &codes, NULL, err));
  LF_TRY(lf_alloc(w->history->n_rows, sizeof *w->score, &w->score, err));
  LF_TRY(lf_scorecard_score(card, codes, w->run, w->score, err));
cleanup:
  lf_codes_free(codes);
  return status;
}

/* Figures of the holdout; all NaN where nothing judges. */
static lf_status judge_holdout(fit_work *w, lf_fit_result *result, lf_error *err) {
  const lf_history *history = w->history;
  size_t from = history->n_train, n = history->n_rows - from;
  double *score = NULL, *probability = NULL;
  lf_judgement judgement;
  lf_status status = LF_OK;
  lf_history_count(history, 0, from, &result->train_rows, &result->train_won);
  lf_history_count(history, from, history->n_rows, &result->holdout_rows, &result->holdout_won);
  result->auc = result->auc_low = result->auc_high = result->log_loss = result->calibration_slope = NAN;
  if (!n) return LF_OK;
  LF_TRY(lf_alloc(n, sizeof *score, &score, err));
  LF_TRY(lf_alloc(n, sizeof *probability, &probability, err));
  for (size_t i = 0; i < n; i++) {
    score[i] = w->score[from + i];
    probability[i] = lf_scorecard_probability(w->made.build.card, w->score[from + i]);
  }
  lf_judge_rows rows = {.n = n,
                        .score = score,
                        .probability = probability,
                        .won = history->won + from,
                        .weight = history->weight ? history->weight + from : NULL,
                        .cluster = history->cluster ? history->cluster + from : NULL,
                        .n_clusters = history->n_clusters};
  LF_TRY(lf_judge(&rows, true, w->run, &judgement, err));
  w->auc = judgement.auc;
  result->auc = judgement.auc.value;
  result->auc_low = judgement.auc.low;
  result->auc_high = judgement.auc.high;
  result->log_loss = judgement.log_loss;
  result->calibration_slope = judgement.calibration_slope.value;
cleanup:
  free(probability);
  free(score);
  return status;
}

static lf_status sign_card(fit_work *w, lf_error *err) {
  lf_scorecard *card = w->made.build.card;
  json_t *promise = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_tree_take(lf_describe_provenance(w->history, "lf_scorecard_fit", seed_of(w->options)),
                      &card->provenance, err));
  LF_TRY(lf_describe_promise(w->history, &w->made.build, w->score, &w->auc, &promise, err));
  if (json_object_set_new(card->provenance, "promise", promise) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the scorecard");
  if (status == LF_OK) status = lf_copy_text("leadfit card", 12, &card->name, err);
cleanup:
  return status;
}

static lf_status fit(fit_work *w, lf_fit_result *result, lf_error *err) {
  lf_ruled_options card = {.threshold = {.capacity = NAN, .precision = NAN}, .seed = seed_of(w->options)};
  lf_status status = LF_OK;
  if (w->options->project) LF_TRY(lf_project_load(w->options->project, &w->project, err));
  LF_TRY(read_history(w, err));
  LF_TRY(lf_history_card(w->history, &card, w->run, &w->made, err));
  LF_TRY(score_rows(w, err));
  LF_TRY(judge_holdout(w, result, err));
  LF_TRY(sign_card(w, err));
cleanup:
  return status;
}

lf_status lf_scorecard_fit(const lf_fit_options *options, const lf_run *run, lf_scorecard **card,
                           lf_fit_result *result, lf_error *err) {
  fit_work work = {.options = options, .run = run};
  lf_fit_result found = {0};
  if (!options->n_paths) return lf_fail(err, LF_E_USAGE, "no history: give the paths of one file or more");
  gsl_error_handler_t *before = gsl_set_error_handler_off();
  lf_status status = fit(&work, &found, err);
  gsl_set_error_handler(before);
  if (status == LF_OK) {
    *card = work.made.build.card;
    work.made.build.card = NULL;
    if (result) *result = found;
  }
  free(work.score);
  lf_ruled_card_clear(&work.made);
  lf_history_free(work.history);
  lf_project_clear(&work.project);
  return status;
}

lf_status lf_scorecard_save(const lf_scorecard *card, const char *path, lf_error *err) {
  json_t *root = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_output *out = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_scorecard_json(card, &root, err));
  LF_TRY(lf_tree_write(root, &bytes, &n, err));
  LF_TRY(lf_output_new(&out, err));
  LF_TRY(lf_output_add(out, path, bytes, n, err));
  LF_TRY(lf_output_commit(out, err));
cleanup:
  lf_output_free(out);
  free(bytes);
  json_decref(root);
  return status;
}
