/* leadfit plan: the agreement between two teams, from a scorecard, a history and targets. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/candidates.h"
#include "cli/card_sources.h"
#include "cli/plan_wanted.h"
#include "report/describe_plan.h"
#include "report/report.h"

typedef struct plan_job {
  const lf_options *options;
  lf_contender contender; /* the card; its score is not used */
  lf_history *history;
  lf_codes *codes;
  int32_t *score;
  lf_plan *plan;
} plan_job;

static void job_clear(plan_job *job) {
  lf_plan_free(job->plan);
  free(job->score);
  lf_codes_free(job->codes);
  lf_history_free(job->history);
  lf_contender_clear(&job->contender);
}

/* Rows that the card was fitted on promise too much: where it was fitted on this history, its holdout judges.
 */
static lf_status read_rows(plan_job *job, const lf_run *run, lf_error *err) {
  const lf_options *o = job->options;
  bool said = !isnan(o->holdout) || o->holdout_from;
  char *absent = NULL;
  lf_text other = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_input_history(o, 0, run, &job->history, err));
  if (!said && lf_contender_saw(&job->contender, job->history)) {
    lf_history_free(job->history);
    job->history = NULL;
    lf_options again = *o; /* what there is to say of the records has been said */
    again.quiet = true;
    LF_TRY(lf_input_history(&again, (double)NAN, run, &job->history, err));
  }
  if (lf_contender_saw(&job->contender, job->history))
    lf_warn(o, "the scorecard was fitted on some of the rows that judge it here: what is planned is too good "
               "by that");
  if (lf_contender_means_other(&job->contender, job->history, &other)) {
    LF_TRY(lf_text_status(&other, err));
    lf_warn(o, other.data);
  }
  LF_TRY(lf_check_card_sources(o, o->config, job->contender.card, job->history->table, err));
  LF_TRY(lf_codes_make(job->contender.card->attributes, job->history->table, run, &job->codes, &absent, err));
  LF_TRY(lf_alloc(job->history->n_rows, sizeof *job->score, &job->score, err));
  LF_TRY(lf_scorecard_score(job->contender.card, job->codes, run, job->score, err));
  if (absent) lf_warn_absent(o, "the data", absent);
cleanup:
  lf_text_free(&other);
  free(absent);
  return status;
}

static lf_status print_result(const lf_options *options, const json_t *tree, lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  if (options->json) return lf_print_json(tree, err);
  if (options->quiet) return LF_OK;
  lf_status status = lf_plan_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
  if (status == LF_OK) status = lf_print(bytes, n, err);
  free(bytes);
  return status;
}

lf_status lf_command_plan(const lf_options *options, const lf_run *run, lf_error *err) {
  plan_job job = {.options = options, .contender = {.name = options->config}};
  json_t *tree = NULL;
  lf_status status = LF_OK;
  if (!options->config)
    return lf_fail(err, LF_E_USAGE, "say which definition to plan with: --config scoring.json");
  LF_TRY(lf_scorecard_load(options->config, &job.contender.card, err));
  LF_TRY(read_rows(&job, run, err));
  const lf_monitor_rows rows = {job.history, job.contender.card, job.codes, job.score};
  const lf_plan_options wanted = lf_plan_wanted(options);
  LF_TRY(lf_plan_make(&rows, &wanted, run, &job.plan, err));
  LF_TRY(lf_tree_take(lf_describe_plan(job.plan, job.contender.card), &tree, err));
  if (options->output) LF_TRY(lf_write_view(options->output, tree, lf_plan_html, lf_plan_markdown, err));
  LF_TRY(print_result(options, tree, err));
cleanup:
  json_decref(tree);
  job_clear(&job);
  return status;
}
