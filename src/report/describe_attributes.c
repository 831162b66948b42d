#include <math.h>
#include <stdlib.h>

#include "base/numerics.h"
#include "report/describe.h"

/* What there is to say of each attribute, from whichever method was run. */
typedef struct attribute_view {
  const lf_history *history;
  const lf_card_fit *fit;
  const lf_plain *plain;
  const double *p, *q;
} attribute_view;

/* p of the judged gain of keeping a set: gains are sums of paired differences over many rows, so normal. */
static double gain_p(const lf_card_fit *fit, size_t set) {
  double gain = fit->set_gain[set], error = fit->set_error[set];
  return error > 0 ? 1 - lf_normal_cdf(gain / error) : NAN;
}

static const char *owner_of(const lf_history *history, const char *name) {
  size_t c = lf_table_find(history->table, name);
  return c < history->table->n_columns ? lf_owner_name(history->roles[c].owner) : "";
}

static json_t *describe_attribute(const attribute_view *view, const char *name, size_t i, bool helps) {
  double q = view->q[i];
  bool predicts = helps && q < 0.05;
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", name);
  lf_object_text(&o, "owner", owner_of(view->history, name));
  lf_object_text(&o, "verdict", predicts ? "predicts closed revenue" : "not enough evidence");
  lf_object_text(&o, "strength", NULL);
  lf_object_text(&o, "through", predicts ? "winning" : NULL);
  lf_object_number(&o, "p", view->p[i]);
  lf_object_number(&o, "q", q);
  lf_object_number(&o, "holdout_loss_increase", NAN);
  return lf_object_take(&o);
}

static json_t *card_attribute(const void *context, size_t i) {
  const attribute_view *view = context;
  return describe_attribute(view, view->fit->atoms->items[i].name, i, view->fit->keep[i]);
}

static json_t *plain_attribute(const void *context, size_t i) {
  const attribute_view *view = context;
  return describe_attribute(view, view->plain->tests[i].attribute, i, true);
}

json_t *lf_describe_attributes(const lf_history *history, const lf_card_fit *fit, const lf_plain *plain) {
  size_t n = plain ? plain->n_tests : fit->atoms->n;
  double *p = calloc(2 * n + 1, sizeof *p), *q = p ? p + n : NULL;
  if (!p) return NULL;
  for (size_t i = 0; i < n; i++) p[i] = plain ? plain->tests[i].lr.p : gain_p(fit, i);
  lf_benjamini_hochberg(p, n, q);
  attribute_view view = {history, fit, plain, p, q};
  json_t *list = lf_json_list(n, plain ? plain_attribute : card_attribute, &view);
  free(p);
  return list;
}
