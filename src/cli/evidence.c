/* leadfit evidence: what the history says of each claim. */
#include <stdlib.h>

#include "cli/command.h"
#include "report/describe_claims.h"
#include "report/report.h"

static json_t *describe(const lf_claims *claims, const lf_answers *answers, const lf_history *history) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "judged", history->n_train < history->n_rows ? "holdout" : "every row");
  lf_object_tree(&o, "claims", lf_describe_claims(claims, answers));
  lf_object_tree(&o, "rules", lf_describe_claim_rules());
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
  lf_status status = lf_claims_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
  if (status == LF_OK) status = lf_print(bytes, n, err);
  free(bytes);
  return status;
}

lf_status lf_command_evidence(const lf_options *options, const lf_run *run, lf_error *err) {
  lf_claims *claims = NULL;
  lf_answers *answers = NULL;
  lf_history *history = NULL;
  json_t *tree = NULL;
  lf_status status = LF_OK;
  if (!options->claims)
    return lf_fail(err, LF_E_USAGE,
                   "say which claims to answer with --claims claims.yaml; leadfit fit reports the evidence "
                   "on every attribute");
  LF_TRY(lf_claims_load(options->claims, &claims, err));
  LF_TRY(lf_input_history(options, 0, run, &history, err));
  LF_TRY(lf_claims_answer(claims, history, run, &answers, err));
  LF_TRY(lf_tree_take(describe(claims, answers, history), &tree, err));
  LF_TRY(print_result(options, tree, err));
cleanup:
  json_decref(tree);
  lf_answers_free(answers);
  lf_history_free(history);
  lf_claims_free(claims);
  return status;
}
