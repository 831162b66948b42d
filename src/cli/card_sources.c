#include "cli/card_sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The source among those of the card's provenance that the name of a column begins with; NULL none. */
static const char *source_in_card(const lf_scorecard *card, const char *name) {
  const json_t *sources = json_object_get(card->provenance, "sources");
  const char *point = strchr(name, '.');
  size_t i;
  json_t *item;
  if (!point) return NULL;
  json_array_foreach((json_t *)sources, i, item) {
    const char *source = json_string_value(json_object_get(item, "name"));
    if (source && strlen(source) == (size_t)(point - name) && strncmp(source, name, strlen(source)) == 0)
      return source;
  }
  return NULL;
}

lf_status lf_check_card_sources(const lf_options *options, const char *file, const lf_scorecard *card,
                                const lf_table *table, lf_error *err) {
  const char *own = NULL;
  for (size_t a = 0; a < card->attributes->n; a++) {
    const char *name = card->attributes->items[a].name, *source = source_in_card(card, name);
    if (!source || lf_table_find(table, name) != SIZE_MAX || lf_project_source(&options->project, name, &own))
      continue;
    return lf_fail_at(
        err, LF_E_USAGE, file, 0, 0,
        "asks for '%s' of source '%s', which is not given: name the project file whose sources: "
        "bring it (-p leadfit.yaml), or give rows that have a column '%s'",
        name, source, name);
  }
  return LF_OK;
}

lf_status lf_find_idle_sources(lf_options *options, lf_error *err) {
  lf_project *project = &options->project;
  lf_scorecard *card = NULL;
  const char *own = NULL;
  if (options->command != LF_COMMAND_SCORE || !options->config || project->n_sources < 2) return LF_OK;
  lf_status status = lf_scorecard_load(options->config, &card, err);
  if (status != LF_OK) return status;
  for (size_t i = 1; i < project->n_sources; i++) project->sources[i].idle = true;
  for (size_t a = 0; a < card->attributes->n; a++)
    project->sources[lf_project_source(project, card->attributes->items[a].name, &own)].idle = false;
  for (size_t i = project->n_sources; i-- > 1;) {
    size_t parent = project->sources[i].with ? lf_project_source(project, project->sources[i].with, &own) : 0;
    if (!project->sources[i].idle) project->sources[parent].idle = false;
  }
  lf_scorecard_free(card);
  return LF_OK;
}
