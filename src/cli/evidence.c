/* leadfit evidence: what the history says of every attribute, and of each claim.
 *   --claims FILE     these claims alone: every row answers, or the holdout where it is asked for
 *   without           every attribute, by the card and the split of `leadfit fit`; and the claims of the
 * project file, which every row answers, too */
#include <stdlib.h>

#include "cli/fit_parts.h"
#include "report/describe_claims.h"
#include "report/report.h"

typedef struct evidence_job {
  lf_fit_job fit;    /* its history; card and evidence where attributes are asked about */
  lf_claims *claims; /* or NULL */
  lf_answers *answers;
  bool on_holdout; /* the claims are answered by the holdout alone */
} evidence_job;

static void job_clear(evidence_job *job) {
  lf_answers_free(job->answers);
  lf_claims_free(job->claims);
  lf_fit_job_clear(&job->fit);
}

static lf_status load_claims(const lf_options *options, lf_claims **claims, lf_error *err) {
  if (options->claims) return lf_claims_load(options->claims, claims, err);
  return options->project.file ? lf_claims_load_project(options->project.file, claims, err) : LF_OK;
}

/* Claims come from outside the data, so that the rows that chose the card's bands may answer them, too: the
 * split is for the attributes, unless it was asked for. */
static lf_status answer(evidence_job *job, lf_error *err) {
  const lf_options *options = job->fit.options;
  lf_history every = *job->fit.history; /* borrowed: nothing of it is freed */
  bool asked = !isnan(options->holdout) || options->holdout_from;
  if (!job->claims) return LF_OK;
  if (!asked) every.n_train = every.n_rows;
  job->on_holdout = every.n_train < every.n_rows;
  return lf_claims_answer(job->claims, &every, job->fit.run, &job->answers, err);
}

static json_t *describe(const evidence_job *job) {
  const lf_history *history = job->fit.history;
  const lf_evidence *evidence = job->fit.evidence;
  lf_object o = lf_object_new();
  lf_object_text(&o, "judged", job->on_holdout ? "holdout" : "every row");
  lf_object_tree(&o, "claims", job->claims ? lf_describe_claims(job->claims, job->answers) : json_array());
  lf_object_tree(&o, "rules", lf_describe_claim_rules());
  lf_object_tree(&o, "attributes", evidence ? lf_describe_attributes(history, evidence, NULL) : json_null());
  lf_object_tree(&o, "evidence", evidence ? lf_describe_evidence(evidence) : json_null());
  lf_object_tree(&o, "data", lf_describe_data(history));
  lf_object_tree(&o, "outcome", lf_describe_outcome(history));
  lf_object_tree(&o, "split", lf_describe_split(history));
  lf_object_tree(&o, "inputs", lf_describe_inputs(history->table));
  return lf_object_take(&o);
}

static lf_status print_result(const lf_options *options, const json_t *tree, lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  if (options->json) return lf_print_json(tree, err);
  if (options->quiet) return LF_OK;
  lf_status status = lf_evidence_terminal(tree, options->verbose, lf_terminal_colour(), lf_terminal_width(),
                                          &bytes, &n, err);
  if (status == LF_OK) status = lf_print(bytes, n, err);
  free(bytes);
  return status;
}

lf_status lf_command_evidence(const lf_options *options, const lf_run *run, lf_error *err) {
  evidence_job job = {.fit = {.options = options, .run = run}};
  json_t *tree = NULL;
  lf_status status = LF_OK;
  LF_TRY(load_claims(options, &job.claims, err));
  LF_TRY(lf_input_history(options, options->claims ? 0 : (double)NAN, run, &job.fit.history, err));
  LF_TRY(answer(&job, err)); /* first: what is wrong with a claim is said before the long work */
  if (!options->claims) LF_TRY(lf_fit_card(&job.fit, err));
  LF_TRY(lf_tree_take(describe(&job), &tree, err));
  if (options->output) LF_TRY(lf_write_view(options->output, tree, lf_evidence_html, NULL, err));
  LF_TRY(print_result(options, tree, err));
cleanup:
  json_decref(tree);
  job_clear(&job);
  return status;
}
