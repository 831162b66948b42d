/* Whose attributes matter, what sales did, what leaks are worth: owners{…}, followup{…} and leaks[…] of the
 * report. */
#include "cli/fit_parts.h"
#include "report/describe_leaks.h"
#include "report/describe_owners.h"

lf_status lf_fit_describe_owners(const lf_fit_job *job, json_t **tree, lf_error *err) {
  if (job->plain) return lf_tree_take(json_null(), tree, err);
  lf_owners *owners = NULL;
  lf_owners_options options = {.seed = job->options->seed};
  lf_status status =
      lf_owners_make(job->history, job->atoms, job->card_fit, &options, job->run, &owners, err);
  if (status == LF_OK) status = lf_tree_take(lf_describe_owners(owners), tree, err);
  lf_owners_free(owners);
  return status;
}

lf_status lf_fit_describe_followup(const lf_fit_job *job, json_t **tree, lf_error *err) {
  if (job->plain) return lf_tree_take(json_null(), tree, err);
  lf_followup *followup = NULL;
  lf_status status =
      lf_followup_make(job->history, job->build.card, job->options->seed, job->run, &followup, err);
  if (status == LF_OK) status = lf_tree_take(lf_describe_followup(followup), tree, err);
  lf_followup_free(followup);
  return status;
}

lf_status lf_fit_describe_leaks(const lf_fit_job *job, lf_object *o, lf_error *err) {
  lf_leaks *leaks = NULL;
  lf_status status = LF_OK;
  if (!job->plain) status = lf_leaks_make(job->history, job->card_fit, job->run, &leaks, err);
  if (status != LF_OK) return status;
  lf_object_tree(o, "leaks", leaks ? lf_describe_leaks(leaks) : json_null());
  lf_object_tree(o, "asked_about", leaks ? lf_describe_asked_about(leaks) : json_null());
  lf_leaks_free(leaks);
  return LF_OK;
}
