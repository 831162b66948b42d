#include "report/describe_leaks.h"

#include "report/describe_compare.h"

static json_t *describe_band(const void *context, size_t i) {
  const lf_leak_band *band = &((const lf_leak_weight *)context)->bands[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "band", band->label);
  lf_object_number(&o, "weight_without", band->without);
  lf_object_number(&o, "weight_with", band->with);
  return lf_object_take(&o);
}

static json_t *describe_weight(const void *context, size_t i) {
  const lf_leak_weight *weight = &((const lf_leak *)context)->weights[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "attribute", weight->attribute);
  lf_object_number(&o, "log_odds_without", weight->without);
  lf_object_number(&o, "log_odds_with", weight->with);
  lf_object_tree(&o, "bands", lf_json_list(weight->n_bands, describe_band, weight));
  return lf_object_take(&o);
}

static json_t *describe_leak(const void *context, size_t i) {
  const lf_leak *leak = &((const lf_leaks *)context)->items[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "column", leak->column);
  lf_object_text(&o, "rank", leak->left_out ? "gives the outcome away" : "ask");
  lf_object_text(&o, "reason", leak->reason);
  lf_object_number(&o, "auc_without", leak->auc_without);
  lf_object_number(&o, "auc_with", leak->auc_with);
  lf_object_tree(&o, "weights", lf_json_list(leak->n_weights, describe_weight, leak));
  return lf_object_take(&o);
}

json_t *lf_describe_leaks(const lf_leaks *leaks) {
  return lf_json_list(leaks->n, describe_leak, leaks);
}

json_t *lf_describe_asked_about(const lf_leaks *leaks) {
  if (!leaks->n_asked) return json_null();
  lf_object o = lf_object_new();
  lf_object_number(&o, "columns", (double)leaks->n_asked);
  lf_object_tree(&o, "auc_with", lf_describe_interval(&leaks->auc_with_asked));
  lf_object_tree(&o, "auc_without", lf_describe_interval(&leaks->auc_without_asked));
  return lf_object_take(&o);
}
