/* leadfit validate: judge a scorecard, or a score that stands in the data, on a history. */
#include <stdlib.h>

#include "cli/card_sources.h"
#include "cli/judged.h"
#include "report/describe.h"
#include "report/report.h"

static lf_status judge_scores(const lf_history *history, const lf_contender *scores, const lf_judged *judged,
                              const lf_run *run, lf_judgement *out, lf_error *err) {
  const lf_judge_rows rows = {.n = judged->n,
                              .score = scores->score,
                              .probability = scores->probability,
                              .won = judged->won,
                              .weight = judged->weight,
                              .amount = judged->amount,
                              .cluster = judged->cluster,
                              .n_clusters = history->n_clusters};
  return lf_judge(&rows, true, run, out, err);
}

static lf_status print_result(const lf_options *options, const lf_history *history, json_t *warnings,
                              const lf_judgement *judgement, double unscored, lf_error *err) {
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", options->config ? options->config : options->score);
  lf_object_tree(&o, "data", lf_describe_data(history));
  lf_object_tree(&o, "outcome", lf_describe_outcome(history));
  lf_object_tree(&o, "warnings", json_incref(warnings));
  lf_object_number(&o, "rows_without_score", unscored);
  lf_object_tree(&o, "holdout", lf_describe_judgement(judgement));
  lf_status status = lf_tree_take(lf_object_take(&o), &tree, err);
  if (status == LF_OK && options->json)
    status = lf_print_json(tree, err);
  else if (status == LF_OK && !options->quiet) {
    status = lf_validate_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
    if (status == LF_OK) status = lf_print(bytes, n, err);
  }
  free(bytes);
  json_decref(tree);
  return status;
}

lf_status lf_command_validate(const lf_options *options, const lf_run *run, lf_error *err) {
  if (!options->config == !options->score)
    return lf_fail(err, LF_E_USAGE, "say what to judge: either --config scoring.json or --score COLUMN");
  lf_contender scores = {.name = options->config ? options->config : options->score,
                         .column = options->score};
  lf_history *history = NULL;
  lf_judgement judgement;
  lf_judged judged = {0};
  json_t *warnings = json_array();
  lf_status status = LF_OK;
  if (options->config) LF_TRY(lf_scorecard_load(options->config, &scores.card, err));
  LF_TRY(lf_input_history(options, 0, run, &history, err));
  size_t from = history->n_train < history->n_rows
                    ? history->n_train
                    : 0; /* the holdout where one was asked for, else every row */
  if (scores.card) LF_TRY(lf_check_card_sources(options, options->config, scores.card, history->table, err));
  LF_TRY(lf_contender_score(&scores, history, from, run, err));
  LF_TRY(lf_contender_warnings(&scores, history, &warnings, err));
  if (options->json) lf_warn_all(options, warnings); /* else they stand in what is printed */
  LF_TRY(lf_judged_make(history, from, &scores, 1, &judged, err));
  LF_TRY(judge_scores(history, &scores, &judged, run, &judgement, err));
  LF_TRY(print_result(options, history, warnings, &judgement, judged.unscored, err));
cleanup:
  json_decref(warnings);
  lf_judged_clear(&judged);
  lf_contender_clear(&scores);
  lf_history_free(history);
  return status;
}
