/* leadfit monitor: does the definition still hold on new rows? Exit status 1 where it does not. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/candidates.h"
#include "cli/card_sources.h"
#include "evidence/monitor.h"
#include "report/describe.h"
#include "report/describe_monitor.h"
#include "report/report.h"

typedef struct monitor_job {
  const lf_options *options;
  lf_scorecard *card;
  lf_history *history;
  lf_codes *codes;
  int32_t *score;
  char *absent;
  lf_promise promise;
  double planned;
  lf_monitor *monitor;
} monitor_job;

static void job_clear(monitor_job *job) {
  lf_monitor_free(job->monitor);
  lf_promise_clear(&job->promise);
  free(job->absent);
  free(job->score);
  lf_codes_free(job->codes);
  lf_history_free(job->history);
  lf_scorecard_free(job->card);
}

/* Rows that have nothing the card asks for are of another table. */
static lf_status check_columns(const monitor_job *job, lf_error *err) {
  const lf_attributes *attributes = job->card->attributes;
  for (size_t a = 0; a < attributes->n; a++)
    if (lf_table_find(job->history->table, attributes->items[a].name) != SIZE_MAX) return LF_OK;
  if (!attributes->n) return LF_OK;
  return lf_fail(err, LF_E_DATA,
                 "the data have none of the columns of %s ('%.60s', ...): give the table it was made for",
                 job->options->config, attributes->items[0].name);
}

/* Open rows stay: they are leads that were delivered. */
static lf_status read_rows(monitor_job *job, const lf_run *run, lf_error *err) {
  const lf_options *o = job->options;
  const lf_history_options wanted = {.holdout = 0, .need_outcome = false, .seed = o->seed};
  lf_table *table = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_input_table(o, run, &table, err));
  LF_TRY(lf_history_build(&table, &o->project, &wanted, run, &job->history, err));
  LF_TRY(lf_check_card_sources(o, o->config, job->card, job->history->table, err));
  LF_TRY(check_columns(job, err));
  LF_TRY(lf_codes_make(job->card->attributes, job->history->table, run, &job->codes, &job->absent, err));
  LF_TRY(lf_alloc(job->history->n_rows, sizeof *job->score, &job->score, err));
  LF_TRY(lf_scorecard_score(job->card, job->codes, run, job->score, err));
cleanup:
  return status;
}

/* agreement.marketing.leads_a_month of a plan. */
static lf_status read_plan(monitor_job *job, lf_error *err) {
  json_t *root = NULL;
  job->planned = NAN;
  if (!job->options->plan) return LF_OK;
  lf_status status = lf_tree_load(job->options->plan, &root, err);
  if (status != LF_OK) return status;
  lf_node top = lf_node_root(root, job->options->plan), agreement = lf_node_key(&top, "agreement");
  lf_node marketing = lf_node_key(&agreement, "marketing"), leads = lf_node_key(&marketing, "leads_a_month");
  status = lf_node_number(&leads, &job->planned, err);
  if (status == LF_OK && !(job->planned > 0))
    status = lf_node_fail(&leads, err, "a plan needs leads above 0");
  json_decref(root);
  return status;
}

static void add_note(json_t **notes, lf_text *text) {
  lf_list_add(notes, text->failed ? NULL : lf_json_text(text->data));
  lf_text_free(text);
}

static json_t *make_notes(const monitor_job *job) {
  json_t *notes = json_array();
  lf_text text = {0};
  if (job->absent) {
    lf_text_addf(&text, "the data have no column %s: every row counts as missing there", job->absent);
    add_note(&notes, &text);
  }
  const lf_contender contender = {.name = job->options->config, .card = job->card};
  if (lf_contender_saw(&contender, job->history))
    lf_list_add(&notes, json_string("the scorecard was fitted on some of these rows: they bear it out too "
                                    "well; give the rows that came since"));
  if (lf_contender_means_other(&contender, job->history, &text)) add_note(&notes, &text);
  if (job->promise.n_bins < 2)
    lf_list_add(&notes, json_string("the scorecard carries no promise (provenance.promise): only what its "
                                    "bands and its probabilities say is watched"));
  if (!(job->monitor->decided > 0))
    lf_list_add(&notes, json_string("no row has an outcome: only the mix of leads is watched"));
  else if (job->history->window.young > 0) {
    lf_text_add(&text, "rows too young to have an outcome: ");
    lf_text_add_grouped(&text, job->history->window.young, 0);
    lf_text_add(&text, "; they count as delivered, and not in what is compared");
    add_note(&notes, &text);
  } else if (job->history->open > 0) {
    lf_text_add(&text, "open rows: ");
    lf_text_add_grouped(&text, (double)job->history->open, 0);
    lf_text_add(&text,
                "; they count as delivered, and not in what is compared; the newest cohorts have decided "
                "their fast deals only, so read the newest periods with care");
    add_note(&notes, &text);
  }
  return notes;
}

static lf_status describe(const monitor_job *job, json_t **tree, lf_error *err) {
  json_t *made = lf_describe_monitor(job->monitor, job->card);
  if (made && (json_object_set_new(made, "notes", make_notes(job)) != 0 ||
               json_object_set_new(made, "data", lf_describe_data(job->history)) != 0 ||
               json_object_set_new(made, "inputs", lf_describe_inputs(job->history->table)) != 0)) {
    json_decref(made);
    made = NULL;
  }
  return lf_tree_take(made, tree, err);
}

static lf_status print_result(const lf_options *options, const json_t *tree, lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  if (options->json) return lf_print_json(tree, err);
  lf_status status =
      options->quiet ? lf_monitor_lines(tree, &bytes, &n, err)
                     : lf_monitor_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
  if (status == LF_OK && n) status = lf_print(bytes, n, err);
  free(bytes);
  return status;
}

lf_status lf_command_monitor(const lf_options *options, const lf_run *run, lf_error *err) {
  monitor_job job = {.options = options};
  json_t *tree = NULL;
  lf_status status = LF_OK;
  if (!options->config)
    return lf_fail(err, LF_E_USAGE, "say which definition to watch: --config scoring.json");
  LF_TRY(lf_scorecard_load(options->config, &job.card, err));
  LF_TRY(lf_promise_read(job.card, &job.promise, err));
  LF_TRY(read_plan(&job, err));
  LF_TRY(read_rows(&job, run, err));
  const lf_monitor_rows rows = {job.history, job.card, job.codes, job.score};
  const lf_monitor_options wanted = {.planned_mqls = job.planned};
  LF_TRY(lf_monitor_make(&rows, &job.promise, &wanted, run, &job.monitor, err));
  LF_TRY(describe(&job, &tree, err));
  if (options->output) LF_TRY(lf_write_view(options->output, tree, lf_monitor_html, NULL, err));
  LF_TRY(print_result(options, tree, err));
  if (json_array_size(json_object_get(tree, "alarms"))) status = LF_E_ALARM;
cleanup:
  json_decref(tree);
  job_clear(&job);
  return status;
}
