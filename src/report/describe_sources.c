/* data.sources: what became of joining. */
#include "report/describe_sources.h"

static json_t *first_source(const lf_history *history) {
  const lf_source_spec *spec = &history->project->sources[0];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", spec->name);
  lf_object_text(&o, "owner", lf_owner_name(spec->owner));
  lf_object_count(&o, "rows", history->rows_read);
  lf_object_text(&o, "key", spec->key);
  return lf_object_take(&o);
}

static json_t *describe_join(const lf_history *history, size_t i) {
  const lf_joined *join = &history->table->joins[i];
  const lf_source_spec *spec = &history->project->sources[i + 1];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", join->name);
  lf_object_text(&o, "owner", lf_owner_name(spec->owner));
  lf_object_count(&o, "rows", join->rows);
  lf_object_text(&o, "key", join->key);
  lf_object_text(&o, "with", join->with);
  lf_object_count(&o, "rows_matched", join->rows_matched);
  lf_object_count(&o, "rows_unmatched", join->rows_unmatched);
  lf_object_count(&o, "rows_without_key", join->rows_without_key);
  lf_object_count(&o, "repeated_keys", join->repeated_keys);
  lf_object_count(&o, "repeated_rows", join->repeated_rows);
  lf_object_count(&o, "matched", join->table[LF_MATCH_ROW]);
  lf_object_count(&o, "unmatched", join->table[LF_MATCH_NONE]);
  lf_object_count(&o, "without_key", join->table[LF_MATCH_NO_KEY]);
  lf_object_count(&o, "shared", join->table[LF_MATCH_SHARED]);
  lf_object_count(&o, "shared_keys", join->shared_keys);
  return lf_object_take(&o);
}

static json_t *describe_source(const void *context, size_t i) {
  return i ? describe_join(context, i - 1) : first_source(context);
}

json_t *lf_describe_sources(const lf_history *history) {
  if (!history->table->n_joins) return json_null();
  return lf_json_list(history->table->n_joins + 1, describe_source, history);
}
