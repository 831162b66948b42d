/* The tree of `inspect`: what report.json says of the data, and what a user needs to write a project file. */
#include <math.h>

#include "report/describe.h"

static json_t *describe_word(const void *context, size_t i) {
  const lf_word *word = (const lf_word *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "word", word->word);
  lf_object_number(&o, "rows", word->rows);
  lf_object_number(&o, "won_rate", word->won / word->rows);
  return lf_object_take(&o);
}

static json_t *describe_pattern(const void *context, size_t i) {
  const lf_pattern *pattern = (const lf_pattern *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", pattern->label);
  lf_object_text(&o, "pattern", pattern->pattern);
  return lf_object_take(&o);
}

static json_t *describe_edge(const void *context, size_t i) {
  return lf_json_number(((const double *)context)[i]);
}

static json_t *describe_points(const void *context, size_t i) {
  const lf_said_points *said = (const lf_said_points *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "value", said->key);
  lf_object_number(&o, "points", said->points);
  return lf_object_take(&o);
}

static json_t *describe_sign(const void *context, size_t i) {
  const lf_said_sign *said = (const lf_said_sign *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "value", said->key);
  lf_object_text(&o, "sign", said->sign > 0 ? "positive" : "negative");
  return lf_object_take(&o);
}

/* What the user said of an attribute beyond kind and owner. */
static json_t *describe_spec(const lf_attribute_spec *spec) {
  static const char *const trends[] = {"free", "increasing", "decreasing", "peak", "valley", NULL};
  lf_object o = lf_object_new();
  lf_object_text(&o, "baseline", spec->baseline);
  lf_object_text(&o, "trend", trends[spec->trend]);
  lf_object_tree(&o, "bands", lf_json_list(spec->n_edges, describe_edge, spec->edges));
  lf_object_tree(&o, "match", lf_json_list(spec->n_match, describe_pattern, spec->match));
  lf_object_tree(&o, "points", lf_json_list(spec->n_points, describe_points, spec->points));
  lf_object_tree(&o, "sign", lf_json_list(spec->n_signs, describe_sign, spec->signs));
  lf_object_number(&o, "cap", spec->cap ? spec->cap : (double)NAN);
  lf_object_flag(&o, "exclude", spec->exclude);
  return lf_object_take(&o);
}

static lf_status add_to_column(const lf_history *history, size_t c, json_t *column, lf_error *err) {
  const lf_column_role *role = &history->roles[c];
  lf_word *words = NULL;
  size_t n = 0;
  lf_status status = lf_frequent_words(history, c, &words, &n, err);
  if (status != LF_OK) return status;
  lf_object o = lf_object_new();
  lf_object_text(&o, "owner_likely",
                 lf_owner_name(lf_likely_owner(lf_own_name(&history->table->columns[c]))));
  if (n) lf_object_tree(&o, "words", lf_json_list(n, describe_word, words));
  if (role->spec) lf_object_tree(&o, "spec", describe_spec(role->spec));
  lf_words_free(words, n);
  json_t *more = lf_object_take(&o);
  if (!more || json_object_update(column, more) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory to describe the columns");
  json_decref(more);
  return status;
}

static json_t *describe_missing(const void *context, size_t i) {
  const lf_table *table = context;
  lf_object o = lf_object_new();
  lf_object_text(&o, "spelling", table->missing_spellings[i]);
  lf_object_count(&o, "rows", table->missing_counts[i]);
  return lf_object_take(&o);
}

/* Lists that the user wrote, for the project file to say them again. */
static json_t *describe_said(const lf_project *project) {
  lf_object o = lf_object_new();
  lf_object_tree(&o, "use", lf_describe_texts(&project->use));
  lf_object_tree(&o, "drop", lf_describe_texts(&project->drop));
  lf_object_tree(&o, "keep", lf_describe_texts(&project->keep));
  if (project->missing_said) lf_object_tree(&o, "missing", lf_describe_texts(&project->missing));
  return lf_object_take(&o);
}

lf_status lf_describe_inspection(const lf_history *history, json_t **tree, lf_error *err) {
  const lf_table *table = history->table;
  json_t *data = lf_describe_data(history), *columns = json_object_get(data, "columns");
  lf_status status = LF_OK;
  for (size_t c = 0; c < json_array_size(columns) && status == LF_OK; c++)
    status = add_to_column(history, c, json_array_get(columns, c), err);
  if (status != LF_OK) {
    json_decref(data);
    return status;
  }
  lf_object o = lf_object_new();
  lf_object_tree(&o, "inputs", lf_describe_inputs(table));
  lf_object_tree(&o, "data", data);
  lf_object_tree(&o, "outcome", lf_describe_outcome(history));
  lf_object_tree(&o, "split", lf_describe_split(history));
  lf_object_tree(&o, "missing", lf_json_list(table->n_missing_spellings, describe_missing, table));
  lf_object_tree(&o, "said", describe_said(history->project));
  return lf_tree_take(lf_object_take(&o), tree, err);
}
