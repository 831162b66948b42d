/* leadfit compare: several candidates on one frozen set of rows. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/card_sources.h"
#include "cli/compare_export.h"
#include "cli/databases.h"
#include "cli/judged.h"
#include "report/describe_compare.h"
#include "report/report.h"

/* One run. Owned, but for options and run. */
typedef struct compare_job {
  const lf_options *options;
  const lf_run *run;
  const char **paths; /* of the history */
  size_t n_paths, n;
  lf_contender *contenders; /* n */
  lf_candidate *candidates;
  lf_history *history;
  size_t from; /* first judged row */
  lf_judged judged;
  lf_compare_rows rows; /* of judged */
  lf_comparison *comparison;
  json_t *warnings;
} compare_job;

static void job_clear(compare_job *job) {
  for (size_t k = 0; k < job->n; k++) lf_contender_clear(&job->contenders[k]);
  free(job->contenders);
  free(job->candidates);
  free(job->paths);
  lf_history_free(job->history);
  lf_judged_clear(&job->judged);
  lf_comparison_free(job->comparison);
  json_decref(job->warnings);
}

/* ---- what was typed ------------------------------------------------------------------------------------ */

static lf_status check_counts(const compare_job *job, lf_error *err) {
  if (job->n == 0)
    return lf_fail(err, LF_E_USAGE, "no candidates: name two or more, each a scoring.json or column:NAME");
  if (job->n == 1)
    return lf_fail(err, LF_E_USAGE, "one candidate is no comparison: leadfit validate judges '%s' alone",
                   job->contenders[0].name);
  if (!job->n_paths)
    return lf_fail(err, LF_E_USAGE, "no history: name the file whose rows shall judge the candidates");
  return LF_OK;
}

static lf_status sort_arguments(compare_job *job, lf_error *err) {
  const lf_options *o = job->options;
  lf_status status = LF_OK;
  const lf_text_list *source = o->project.n_sources ? &o->project.sources[0].files : NULL;
  LF_TRY(lf_alloc(o->n_paths + (source ? source->n : 0), sizeof *job->paths, &job->paths, err));
  LF_TRY(lf_alloc(o->n_paths, sizeof *job->contenders, &job->contenders, err));
  LF_TRY(lf_alloc(o->n_paths, sizeof *job->candidates, &job->candidates, err));
  for (size_t i = 0; i < o->n_paths; i++) {
    if (!lf_is_candidate(o->paths[i])) {
      job->paths[job->n_paths++] = o->paths[i];
      continue;
    }
    for (size_t k = 0; k < job->n; k++)
      if (strcmp(job->contenders[k].name, o->paths[i]) == 0)
        LF_TRY(lf_fail(err, LF_E_USAGE, "candidate '%s' is named twice", o->paths[i]));
    LF_TRY(lf_contender_open(o->paths[i], &job->contenders[job->n], err));
    job->n++;
  }
  for (size_t i = 0; source && !job->n_paths && i < source->n; i++) job->paths[i] = source->items[i];
  if (source && !job->n_paths) job->n_paths = source->n;
  LF_TRY(check_counts(job, err));
cleanup:
  return status;
}

static lf_status read_history(compare_job *job, lf_error *err) {
  lf_options options = *job->options; /* the same wishes, without the candidates among the paths */
  options.paths = job->paths;
  options.n_paths = job->n_paths;
  lf_status status = lf_input_history(&options, 0, job->run, &job->history, err);
  if (status == LF_OK) job->from = job->history->n_train < job->history->n_rows ? job->history->n_train : 0;
  return status;
}

static lf_status score_contenders(compare_job *job, lf_error *err) {
  lf_status status = LF_OK;
  for (size_t k = 0; k < job->n; k++) {
    lf_contender *c = &job->contenders[k];
    if (c->card) LF_TRY(lf_check_card_sources(job->options, c->name, c->card, job->history->table, err));
    LF_TRY(lf_contender_score(c, job->history, job->from, job->run, err));
  }
cleanup:
  return status;
}

/* ---- the rows ------------------------------------------------------------------------------------------ */

static lf_status make_rows(compare_job *job, lf_error *err) {
  const lf_history *h = job->history;
  const lf_judged *judged = &job->judged;
  lf_status status = lf_judged_make(h, job->from, job->contenders, job->n, &job->judged, err);
  if (status != LF_OK) return status;
  job->rows = (lf_compare_rows){.n = judged->n,
                                .won = judged->won,
                                .weight = h->weight ? judged->weight : NULL,
                                .amount = judged->amount,
                                .cluster = judged->cluster,
                                .n_clusters = h->n_clusters};
  for (size_t k = 0; k < job->n; k++) {
    const lf_contender *c = &job->contenders[k];
    job->candidates[k] = (lf_candidate){.name = c->name, .score = c->score, .probability = c->probability};
    if (!c->card) continue;
    job->candidates[k].title = c->card->name;
    job->candidates[k].has_threshold = c->card->has_threshold;
    job->candidates[k].threshold = c->card->threshold;
  }
  return LF_OK;
}

/* ---- warnings ------------------------------------------------------------------------------------------ */

static lf_status collect_warnings(compare_job *job, lf_error *err) {
  lf_status status = LF_OK;
  lf_text text = {0};
  job->warnings = json_array();
  for (size_t k = 0; status == LF_OK && k < job->n; k++)
    status = lf_contender_warnings(&job->contenders[k], job->history, &job->warnings, err);
  if (status == LF_OK && job->judged.unscored > 0) {
    lf_text_add_fixed(&text, job->judged.unscored, 0);
    lf_text_add(&text, job->judged.unscored > 1
                           ? " rows lack a score of some candidate and judge none of them"
                           : " row lacks a score of some candidate and judges none of them");
    lf_list_add(&job->warnings, lf_describe_sentence(&text));
  }
  if (status == LF_OK && !job->warnings)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the warnings");
  lf_warn_all(job->options, job->warnings);
  return status;
}

/* ---- the result ---------------------------------------------------------------------------------------- */

static json_t *describe(const compare_job *job) {
  const lf_judgement *first = &job->comparison->judgements[0];
  lf_object o = lf_object_new();
  lf_object_text(&o, "judged", job->from ? "holdout" : "every row");
  lf_object_number(&o, "rows", first->rows);
  lf_object_number(&o, "won", first->won);
  lf_object_number(&o, "amount", first->amount);
  lf_object_number(&o, "rows_without_score", job->judged.unscored);
  lf_object_tree(&o, "candidates", lf_describe_candidates(job->comparison));
  lf_object_tree(&o, "pairs", lf_describe_pairs(job->comparison));
  lf_object_tree(&o, "warnings", json_incref(job->warnings));
  lf_object_tree(&o, "rules", lf_describe_compare_rules(job->comparison));
  lf_object_tree(&o, "outcome", lf_describe_outcome(job->history));
  lf_object_tree(&o, "split", lf_describe_split(job->history));
  lf_object_tree(&o, "inputs", lf_describe_inputs(job->history->table));
  return lf_object_take(&o);
}

static lf_status give_result(const compare_job *job, lf_error *err) {
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = lf_tree_take(describe(job), &tree, err);
  if (status == LF_OK && job->options->output)
    status = lf_write_view(job->options->output, tree, lf_compare_html, NULL, err);
  if (status == LF_OK && job->options->json)
    status = lf_print_json(tree, err);
  else if (status == LF_OK && !job->options->quiet) {
    status = lf_compare_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
    if (status == LF_OK) status = lf_print(bytes, n, err);
  }
  free(bytes);
  json_decref(tree);
  return status;
}

static lf_status export_rows(const compare_job *job, lf_error *err) {
  const char **names = NULL;
  if (!job->options->rows_to) return LF_OK;
  lf_status status = lf_alloc(job->n_paths, sizeof *names, &names, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < job->n_paths; i++) names[i] = lf_input_name(job->options, job->paths[i]);
  lf_compare_export export = {.path = job->options->rows_to,
                              .inputs = job->paths,
                              .names = names,
                              .n_inputs = job->n_paths,
                              .history = job->history,
                              .row = job->judged.row,
                              .rows = &job->rows,
                              .comparison = job->comparison};
  status = lf_compare_export_write(&export, job->run, err);
  free(names);
  return status;
}

lf_status lf_command_compare(const lf_options *options, const lf_run *run, lf_error *err) {
  compare_job job = {.options = options, .run = run};
  lf_compare_options wanted = {.seed = options->seed};
  lf_status status = LF_OK;
  LF_TRY(sort_arguments(&job, err));
  if (options->rows_to) LF_TRY(lf_input_keep(job.paths, job.n_paths, run, err));
  LF_TRY(read_history(&job, err));
  LF_TRY(score_contenders(&job, err));
  LF_TRY(make_rows(&job, err));
  LF_TRY(collect_warnings(&job, err));
  LF_TRY(lf_compare(&job.rows, job.candidates, job.n, &wanted, run, &job.comparison, err));
  LF_TRY(export_rows(&job, err));
  LF_TRY(give_result(&job, err));
cleanup:
  job_clear(&job);
  return status;
}
