/* leadfit export: a scorecard for other software, with a proof pack. */
#include <stdlib.h>

#include "base/file.h"
#include "card/export.h"
#include "cli/command.h"

static lf_status choose(const lf_options *options, lf_export_options *out, lf_error *err) {
  *out = (lf_export_options){.table = options->table};
  if (!options->to)
    return lf_fail(err, LF_E_USAGE, "say what for: --to with one of %s", lf_export_format_names());
  if (!lf_export_format_parse(options->to, &out->format))
    return lf_fail(err, LF_E_USAGE, "--to is one of %s, not '%s'", lf_export_format_names(), options->to);
  bool sql = out->format == LF_EXPORT_SQL;
  if (!sql && (options->dialect || options->table))
    return lf_fail(err, LF_E_USAGE, "--%s belongs to --to sql", options->dialect ? "dialect" : "table");
  if (options->dialect && !lf_sql_dialect_parse(options->dialect, &out->dialect))
    return lf_fail(err, LF_E_USAGE, "--dialect is one of %s, not '%s'", lf_sql_dialect_names(),
                   options->dialect);
  if (options->project.missing_said) {
    out->missing = (const char *const *)options->project.missing.items;
    out->n_missing = options->project.missing.n;
  }
  return LF_OK;
}

lf_status lf_command_export(const lf_options *options, const lf_run *run, lf_error *err) {
  (void)run;
  lf_export_options wanted;
  lf_scorecard *card = NULL;
  lf_output *files = NULL;
  char *bytes = NULL, *proof = NULL;
  size_t n = 0, n_proof = 0;
  lf_status status = LF_OK;
  LF_TRY(choose(options, &wanted, err));
  if (options->n_paths > 1)
    LF_TRY(lf_fail(err, LF_E_USAGE, "export takes one scoring.json, not %zu", options->n_paths));
  LF_TRY(lf_scorecard_load(options->paths[0], &card, err));
  LF_TRY(lf_export(card, &wanted, &bytes, &n, err));
  if (options->proof) LF_TRY(lf_export_proof(card, &proof, &n_proof, err));
  bool to_file = options->output && strcmp(options->output, "-") != 0;
  LF_TRY(lf_output_new(&files, err));
  if (to_file) LF_TRY(lf_output_add(files, options->output, bytes, n, err));
  if (proof) LF_TRY(lf_output_add(files, options->proof, proof, n_proof, err));
  LF_TRY(lf_output_commit(files, err));
  if (!to_file) LF_TRY(lf_print(bytes, n, err));
cleanup:
  free(bytes);
  free(proof);
  lf_output_free(files);
  lf_scorecard_free(card);
  return status;
}
