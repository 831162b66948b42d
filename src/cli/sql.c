/* leadfit sql: queries that let a database do the heavy pass; first the profile, then, with its result, the
 * coded history. */
#include <stdlib.h>

#include "base/file.h"
#include "card/warehouse.h"
#include "cli/command.h"

static lf_status choose(const lf_options *options, lf_warehouse_options *out, lf_error *err) {
  if (!options->dialect)
    return lf_fail(err, LF_E_USAGE, "say for which database: --dialect with one of %s",
                   lf_warehouse_dialect_names());
  if (!lf_sql_dialect_parse(options->dialect, &out->dialect) || !lf_warehouse_dialect(out->dialect))
    return lf_fail(err, LF_E_USAGE, "--dialect is one of %s here, not '%s'", lf_warehouse_dialect_names(),
                   options->dialect);
  if (!options->table) return lf_fail(err, LF_E_USAGE, "say which table: --table NAME, as in sales.history");
  out->table = options->table;
  out->most_rows = isnan(options->rows) ? 0 : options->rows;
  return LF_OK;
}

lf_status lf_command_sql(const lf_options *options, const lf_run *run, lf_error *err) {
  lf_warehouse_options wanted = {0};
  lf_warehouse_profile *profile = NULL;
  lf_output *file = NULL;
  char *query = NULL;
  lf_status status = LF_OK;
  LF_TRY(choose(options, &wanted, err));
  if (options->profile) {
    LF_TRY(lf_warehouse_profile_read(options->profile, &options->project, run, &profile, err));
    LF_TRY(lf_warehouse_coded_query(&options->project, &wanted, profile, &query, err));
  } else {
    LF_TRY(lf_warehouse_profile_query(&options->project, &wanted, &query, err));
  }
  if (options->output && strcmp(options->output, "-") != 0) {
    LF_TRY(lf_output_new(&file, err));
    LF_TRY(lf_output_add(file, options->output, query, strlen(query), err));
    LF_TRY(lf_output_commit(file, err));
  } else {
    LF_TRY(lf_print(query, strlen(query), err));
  }
cleanup:
  free(query);
  lf_output_free(file);
  lf_warehouse_profile_free(profile);
  return status;
}
