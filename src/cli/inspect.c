/* leadfit inspect: what each column is, and what it may be trusted for. */
#include <stdlib.h>

#include "cli/command.h"
#include "report/describe.h"
#include "report/report.h"

static lf_status inspect_tree(const lf_history *history, json_t **tree, lf_error *err) {
  lf_object o = lf_object_new();
  lf_object_tree(&o, "inputs", lf_describe_inputs(history->table));
  lf_object_tree(&o, "data", lf_describe_data(history));
  lf_object_tree(&o, "outcome", lf_describe_outcome(history));
  lf_object_tree(&o, "split", lf_describe_split(history));
  return lf_tree_take(lf_object_take(&o), tree, err);
}

lf_status lf_command_inspect(const lf_options *options, const lf_run *run, lf_error *err) {
  lf_history *history = NULL;
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_input_history(options, NAN, run, &history, err));
  LF_TRY(inspect_tree(history, &tree, err));
  if (options->json) LF_TRY(lf_print_json(tree, err));
  else if (!options->quiet) {
    LF_TRY(lf_inspect_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err));
    LF_TRY(lf_print(bytes, n, err));
  }
cleanup:
  free(bytes);
  json_decref(tree);
  lf_history_free(history);
  return status;
}
