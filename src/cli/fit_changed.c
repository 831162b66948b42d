/* `leadfit fit --current`: the definition in force beside the one that was fitted. */
#include "cli/candidates.h"
#include "cli/fit_parts.h"
#include "evidence/changed.h"
#include "report/describe_changed.h"
#include "report/describe_compare.h"

lf_status lf_fit_open_current(lf_fit_job *job, lf_error *err) {
  const lf_options *o = job->options;
  if (!o->current) return LF_OK;
  if (o->method != LF_METHOD_CARD)
    return lf_fail(err, LF_E_USAGE,
                   "--current compares definitions, and --method plain makes none: leave one of the two out");
  return lf_scorecard_load(o->current, &job->current, err);
}

/* The definition in force may have been fitted to another meaning of won. */
static lf_status warn_of_meaning(const lf_fit_job *job, const lf_contender *contender, const json_t *changed,
                                 lf_error *err) {
  lf_text text = {0};
  if (!lf_contender_means_other(contender, job->history, &text)) return LF_OK;
  lf_text_add(&text, ".");
  return json_array_append_new(json_object_get(changed, "warnings"), lf_describe_sentence(&text)) == 0
             ? LF_OK
             : lf_fail(err, LF_E_MEMORY, "not enough memory for the warnings");
}

lf_status lf_fit_describe_changed(lf_fit_job *job, json_t **tree, lf_error *err) {
  if (!job->current) return lf_tree_take(json_null(), tree, err);
  lf_changed *changed = NULL;
  lf_status status = lf_changed_make(job->history, &job->current, job->build.card, job->options->seed,
                                     job->run, &changed, err);
  if (status != LF_OK) return status;
  lf_contender contender = {.name = job->options->current, .card = changed->old_card};
  bool saw = lf_contender_saw(&contender, job->history) && changed->on_holdout;
  status = lf_tree_take(lf_describe_changed(changed, job->options->current, saw, job->build.card), tree, err);
  if (status == LF_OK) status = warn_of_meaning(job, &contender, *tree, err);
  lf_changed_free(changed);
  return status;
}
