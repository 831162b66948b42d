#include "report/describe_leaks.h"

static json_t *describe_leak(const void *context, size_t i) {
  const lf_leak *leak = &((const lf_leaks *)context)->items[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "column", leak->column);
  lf_object_text(&o, "rank", leak->left_out ? "gives the outcome away" : "ask");
  lf_object_text(&o, "reason", leak->reason);
  lf_object_number(&o, "auc_without", leak->auc_without);
  lf_object_number(&o, "auc_with", leak->auc_with);
  return lf_object_take(&o);
}

json_t *lf_describe_leaks(const lf_leaks *leaks) {
  return lf_json_list(leaks->n, describe_leak, leaks);
}
