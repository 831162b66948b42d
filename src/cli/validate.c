/* leadfit validate: judge a scorecard, or a score that stands in the data, on a history. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/candidates.h"
#include "cli/card_sources.h"
#include "report/describe.h"
#include "report/report.h"

/* The rows that judge. */
typedef struct judging_rows {
  uint8_t *won;
  double *weight, *amount;
  uint32_t *cluster;
} judging_rows;

static lf_status rows_new(judging_rows *rows, size_t n, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, 1, &rows->won, err));
  LF_TRY(lf_alloc(n, sizeof *rows->weight, &rows->weight, err));
  LF_TRY(lf_alloc(n, sizeof *rows->amount, &rows->amount, err));
  LF_TRY(lf_alloc(n, sizeof *rows->cluster, &rows->cluster, err));
cleanup:
  return status;
}

static void rows_clear(judging_rows *rows) {
  free(rows->won);
  free(rows->weight);
  free(rows->amount);
  free(rows->cluster);
}

/* Rows without a score cannot be judged: they are left out, and counted. Returns how many are kept. */
static size_t keep_scored(const lf_history *history, size_t from, lf_contender *s, judging_rows *rows,
                          double *unscored) {
  size_t kept = 0;
  for (size_t i = 0; from + i < history->n_rows; i++) {
    if (isnan(s->score[i])) {
      *unscored += lf_history_weight(history, from + i);
      continue;
    }
    s->score[kept] = s->score[i];
    if (s->probability) s->probability[kept] = s->probability[i];
    rows->won[kept] = history->won[from + i];
    rows->weight[kept] = lf_history_weight(history, from + i);
    rows->amount[kept] = lf_history_amount(history, from + i);
    if (history->cluster) rows->cluster[kept] = history->cluster[from + i];
    kept++;
  }
  return kept;
}

static lf_status judge_scores(const lf_history *history, size_t from, lf_contender *scores, const lf_run *run,
                              lf_judgement *out, double *unscored, lf_error *err) {
  judging_rows kept = {0};
  lf_status status = LF_OK;
  LF_TRY(rows_new(&kept, history->n_rows - from, err));
  const lf_judge_rows rows = {.n = keep_scored(history, from, scores, &kept, unscored),
                              .score = scores->score,
                              .probability = scores->probability,
                              .won = kept.won,
                              .weight = kept.weight,
                              .amount = history->amount != SIZE_MAX ? kept.amount : NULL,
                              .cluster = history->cluster ? kept.cluster : NULL,
                              .n_clusters = history->n_clusters};
  if (!rows.n) LF_TRY(lf_fail(err, LF_E_DATA, "no row has a score: there is nothing to judge"));
  LF_TRY(lf_judge(&rows, true, run, out, err));
cleanup:
  rows_clear(&kept);
  return status;
}

static lf_status print_result(const lf_options *options, const lf_history *history,
                              const lf_judgement *judgement, double unscored, lf_error *err) {
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", options->config ? options->config : options->score);
  lf_object_tree(&o, "data", lf_describe_data(history));
  lf_object_tree(&o, "outcome", lf_describe_outcome(history));
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
  double unscored = 0;
  lf_status status = LF_OK;
  if (options->config) LF_TRY(lf_scorecard_load(options->config, &scores.card, err));
  LF_TRY(lf_input_history(options, 0, run, &history, err));
  size_t from = history->n_train < history->n_rows
                    ? history->n_train
                    : 0; /* the holdout where one was asked for, else every row */
  if (scores.card) LF_TRY(lf_check_card_sources(options, options->config, scores.card, history->table, err));
  LF_TRY(lf_contender_score(&scores, history, from, run, err));
  if (scores.absent) lf_warn_absent(options, "the data", scores.absent);
  LF_TRY(judge_scores(history, from, &scores, run, &judgement, &unscored, err));
  LF_TRY(print_result(options, history, &judgement, unscored, err));
cleanup:
  lf_contender_clear(&scores);
  lf_history_free(history);
  return status;
}
