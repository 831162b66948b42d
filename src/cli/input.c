#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "ingest/record.h"

lf_status lf_input_reading(const lf_options *options, size_t source, lf_read_options *read,
                           lf_kind_request **kinds, lf_error *err) {
  const lf_project *project = &options->project;
  const char *own = NULL;
  lf_status status = lf_alloc(options->n_kinds + project->n_attributes, sizeof **kinds, kinds, err);
  if (status != LF_OK) return status;
  *read = (lf_read_options){
      .paths = options->paths, .n_paths = options->n_paths, .kinds = *kinds, .memory = options->memory};
  if (source) {
    read->paths = (const char *const *)project->sources[source].files.items;
    read->n_paths = project->sources[source].files.n;
  }
  for (size_t i = 0; i < options->n_kinds; i++)
    if (lf_project_source(project, options->kinds[i].name, &own) == source)
      (*kinds)[read->n_kinds++] = (lf_kind_request){own, options->kinds[i].kind};
  for (size_t i = 0; i < project->n_attributes; i++) {
    const lf_attribute_spec *spec = &project->attributes[i];
    if (spec->kind != LF_KIND_INFER && lf_project_source(project, spec->name, &own) == source)
      (*kinds)[read->n_kinds++] = (lf_kind_request){own, spec->kind};
  }
  if (project->missing_said) {
    read->missing = (const char *const *)project->missing.items;
    read->n_missing = project->missing.n;
  }
  return LF_OK;
}

lf_status lf_input_history(const lf_options *options, double default_holdout, const lf_run *run,
                           lf_history **history, lf_error *err) {
  lf_table *table = NULL;
  lf_aggregates found = {.share = 1};
  lf_status status = options->aggregates ? lf_input_aggregates(options, run, &table, &found, err)
                                         : lf_input_table(options, run, &table, err);
  if (status != LF_OK) return status;
  bool said = !isnan(options->holdout) || options->holdout_from;
  lf_history_options wanted = {.holdout = said ? options->holdout : default_holdout,
                               .holdout_from = options->holdout_from,
                               .need_outcome = true,
                               .keep_origin = options->rows_to != NULL,
                               .show_without = options->command == LF_COMMAND_INSPECT,
                               /* a definition in force may ask for the values of any column */
                               .release_ids = options->command == LF_COMMAND_FIT && !options->current,
                               .seed = options->seed};
  lf_history *built = NULL;
  status = lf_history_build(&table, &options->project, &wanted, run, &built, err);
  if (status == LF_OK) status = lf_aggregates_note(options, &found, built, err);
  if (status == LF_OK)
    *history = built;
  else
    lf_history_free(built);
  return status;
}

lf_status lf_input_keep(const char *const *paths, size_t n, const lf_run *run, lf_error *err) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(paths[i], "-") == 0) return lf_keep_standard_input(run, err);
  return LF_OK;
}
