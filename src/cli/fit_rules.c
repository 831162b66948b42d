/* `leadfit fit` under the rules of leadfit.yaml: the card that keeps them, and what they cost. */
#include "cli/fit_parts.h"
#include "report/describe_rules.h"

lf_status lf_fit_refuse_rules(const lf_history *history, lf_error *err) {
  const lf_project *project = history->project;
  for (size_t i = 0; i < project->n_attributes; i++) {
    const lf_attribute_spec *spec = &project->attributes[i];
    if (!lf_spec_has_rules(spec)) continue;
    const char *key = spec->n_points ? "points" : spec->n_signs ? "sign" : spec->cap ? "cap" : "exclude";
    return lf_spec_fail(project, spec, key, err,
                        "--method plain has no points, so it cannot keep this rule: %s",
                        spec->exclude ? "use drop, or --method card" : "leave it out, or use --method card");
  }
  return LF_OK;
}

lf_status lf_fit_describe_rules(const lf_fit_job *job, json_t **tree, lf_error *err) {
  return lf_tree_take(lf_describe_rules(job->prices, job->atoms), tree, err);
}
