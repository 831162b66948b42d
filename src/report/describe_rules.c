#include "report/describe_rules.h"

#include "report/describe_compare.h"

static const char *const kinds[] = {"points", "sign", "cap", "exclude"};

static json_t *describe_price(const lf_price *price) {
  if (!price->known) return json_null();
  lf_object o = lf_object_new(), v = lf_object_new();
  lf_object_number(&o, "rows", price->rows);
  lf_object_number(&o, "won", price->won);
  lf_object_text(&o, "verdict", lf_price_verdict(price));
  lf_object_number(&o, "auc_without", price->auc_free);
  lf_object_number(&o, "auc_with", price->auc_ruled);
  lf_object_tree(&o, "auc", lf_describe_interval(&price->auc));
  lf_object_number(&o, "p", price->p);
  lf_object_number(&o, "q", price->q);
  lf_object_tree(&o, "log_loss", lf_describe_interval(&price->log_loss));
  lf_object_tree(&o, "deviance", lf_describe_interval(&price->deviance));
  lf_object_number(&v, "share", price->share);
  lf_object_number(&v, "rows", price->volume);
  lf_object_number(&v, "won_without", price->won_free);
  lf_object_number(&v, "won_with", price->won_ruled);
  lf_object_tree(&v, "won", lf_describe_interval(&price->wins));
  lf_object_number(&v, "amount_without", price->amount_free);
  lf_object_number(&v, "amount_with", price->amount_ruled);
  lf_object_tree(&v, "amount", lf_describe_interval(&price->amount));
  lf_object_tree(&o, "at_mql_volume", lf_object_take(&v));
  return lf_object_take(&o);
}

typedef struct rules_view {
  const lf_prices *prices;
  const lf_atoms *atoms;
} rules_view;

static json_t *describe_rule(const void *context, size_t i) {
  const rules_view *view = context;
  const lf_prices *prices = view->prices;
  const lf_rule_price *rule = i < prices->n ? &prices->items[i] : &prices->all;
  const lf_atom_set *set = i < prices->n ? &view->atoms->items[rule->set] : NULL;
  lf_text text = {0}, sentence = {0};
  lf_object o = lf_object_new();
  lf_rule_text(rule, set, &text);
  lf_rule_sentence(prices, rule, set, &sentence);
  lf_object_text(&o, "attribute", set ? set->name : NULL);
  lf_object_text(&o, "kind", set ? kinds[rule->kind] : "all together");
  lf_object_tree(&o, "rule", lf_describe_sentence(&text));
  lf_object_flag(&o, "binds", rule->binds);
  lf_object_text(&o, "verdict", lf_rule_verdict(rule));
  lf_object_tree(&o, "sentence", lf_describe_sentence(&sentence));
  lf_object_tree(&o, "holdout", describe_price(&rule->holdout));
  lf_object_tree(&o, "cross_fitted", describe_price(&rule->cross_fitted));
  return lf_object_take(&o);
}

json_t *lf_describe_rules(const lf_prices *prices, const lf_atoms *atoms) {
  if (!prices) return json_null();
  rules_view view = {prices, atoms};
  return lf_json_list(prices->n + 1, describe_rule, &view);
}
