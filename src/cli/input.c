#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "cli/databases.h"
#include "ingest/record.h"

void lf_reading_wish_clear(lf_reading_wish *wish) {
  free(wish->kinds);
  free(wish->names);
  *wish = (lf_reading_wish){0};
}

static void add_kind(const lf_project *project, const char *name, lf_kind kind, size_t source,
                     lf_reading_wish *wish) {
  const char *own = NULL;
  if (kind == LF_KIND_INFER || lf_project_source(project, name, &own) != source) return;
  wish->kinds[wish->read.n_kinds++] = (lf_kind_request){own, kind};
}

lf_status lf_input_reading(const lf_options *options, size_t source, lf_reading_wish *wish, lf_error *err) {
  const lf_project *project = &options->project;
  lf_read_options *read = &wish->read;
  lf_status status = LF_OK;
  *wish = (lf_reading_wish){
      .read = {.paths = options->paths, .n_paths = options->n_paths, .memory = options->memory}};
  if (source) {
    read->paths = (const char *const *)project->sources[source].files.items;
    read->n_paths = project->sources[source].files.n;
  }
  LF_TRY(lf_alloc(options->n_kinds + project->n_attributes, sizeof *wish->kinds, &wish->kinds, err));
  LF_TRY(lf_alloc(read->n_paths, sizeof *wish->names, &wish->names, err));
  for (size_t i = 0; i < read->n_paths; i++) wish->names[i] = lf_input_name(options, read->paths[i]);
  for (size_t i = 0; i < options->n_kinds; i++)
    add_kind(project, options->kinds[i].name, options->kinds[i].kind, source, wish);
  for (size_t i = 0; i < project->n_attributes; i++)
    add_kind(project, project->attributes[i].name, project->attributes[i].kind, source, wish);
  read->names = wish->names;
  read->kinds = wish->kinds;
  if (project->missing_said) {
    read->missing = (const char *const *)project->missing.items;
    read->n_missing = project->missing.n;
  }
cleanup:
  if (status != LF_OK) lf_reading_wish_clear(wish);
  return status;
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
