/* leadfit inspect: what each column is, and what it may be trusted for. */
#include <stdlib.h>

#include "cli/command.h"
#include "report/describe.h"
#include "report/report.h"

lf_status lf_command_inspect(const lf_options *options, const lf_run *run, lf_error *err) {
  if (options->json && options->yaml)
    return lf_fail(err, LF_E_USAGE, "--json and --yaml both write to standard output: keep one");
  lf_history *history = NULL;
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_input_history(options, NAN, run, &history, err));
  LF_TRY(lf_describe_inspection(history, &tree, err));
  if (options->json) {
    LF_TRY(lf_print_json(tree, err));
  } else if (options->yaml) {
    LF_TRY(lf_inspect_yaml(tree, &bytes, &n, err));
    LF_TRY(lf_print(bytes, n, err));
  } else if (!options->quiet) {
    LF_TRY(lf_inspect_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err));
    LF_TRY(lf_print(bytes, n, err));
  }
cleanup:
  free(bytes);
  json_decref(tree);
  lf_history_free(history);
  return status;
}
