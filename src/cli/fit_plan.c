/* The plan in the report of a fit: the same as `leadfit plan` makes of its scorecard on its holdout. */
#include "cli/fit_parts.h"
#include "cli/plan_wanted.h"
#include "report/describe_plan.h"

lf_status lf_fit_describe_plan(const lf_fit_job *job, json_t **tree, lf_error *err) {
  if (job->plain || isnan(job->options->revenue)) return lf_tree_take(json_null(), tree, err);
  const lf_monitor_rows rows = {.history = job->history, .card = job->build.card, .score = job->score};
  const lf_plan_options wanted = lf_plan_wanted(job->options);
  lf_plan *plan = NULL;
  lf_status status = lf_plan_make(&rows, &wanted, job->run, &plan, err);
  if (status == LF_OK) status = lf_tree_take(lf_describe_plan(plan, job->build.card), tree, err);
  lf_plan_free(plan);
  return status;
}
