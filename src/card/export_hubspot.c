/* A scorecard as a HubSpot lead score.
 *
 * One group an attribute, one rule a band (Lead Scoring API, developers.hubspot.com, 2026-09 beta: name,
 * objectTypeId, maxScore, groupConfigs, ruleConfigurations with a constant calculation); filters are the
 * filter branches of its lists (CRM API v3). */
#include "card/export_rules.h"

static json_t *hubspot_test(const char *field, const lf_attribute *attribute, lf_rule_test test,
                            json_t *values, double bound) {
  bool numeric = lf_export_numeric(attribute), texts = attribute->kind == LF_KIND_TEXT;
  static const char *const operators[] = {
      "IS_UNKNOWN", "IS_KNOWN", NULL, NULL, "IS_GREATER_THAN_OR_EQUAL_TO", "IS_LESS_THAN"};
  const char *any = texts || numeric ? "IS_EQUAL_TO" : "IS_ANY_OF";
  const char *none = texts || numeric ? "IS_NOT_EQUAL_TO" : "IS_NONE_OF";
  lf_object operation = lf_object_new(), filter = lf_object_new();
  bool presence = test == LF_TEST_EMPTY || test == LF_TEST_KNOWN;
  lf_object_text(&operation, "operationType",
                 presence  ? "ALL_PROPERTY"
                 : numeric ? "NUMBER"
                 : texts   ? "MULTISTRING"
                           : "ENUMERATION");
  lf_object_text(&operation, "operator",
                 test == LF_TEST_ANY    ? any
                 : test == LF_TEST_NONE ? none
                                        : operators[test]);
  if (values)
    lf_object_tree(&operation, numeric ? "value" : "values",
                   numeric ? json_incref(json_array_get(values, 0)) : json_incref(values));
  if (test == LF_TEST_FROM || test == LF_TEST_BELOW) lf_object_number(&operation, "value", bound);
  if (test == LF_TEST_NONE) lf_object_flag(&operation, "includeObjectsWithNoValueSet", false);
  lf_object_text(&filter, "filterType", "PROPERTY");
  lf_object_text(&filter, "property", field);
  lf_object_tree(&filter, "operation", lf_object_take(&operation));
  return lf_object_take(&filter);
}

static json_t *branch(const char *type, json_t *filters, json_t *branches) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "filterBranchType", type);
  lf_object_tree(&o, "filterBranches", branches ? branches : json_array());
  lf_object_tree(&o, "filters", filters ? filters : json_array());
  return lf_object_take(&o);
}

/* Lists' filters: an OR of ANDs. */
static json_t *filter_tree(json_t *tests, bool any) {
  json_t *branches = json_array();
  size_t n = any ? json_array_size(tests) : 1;
  for (size_t k = 0; k < n; k++) {
    json_t *filters = any ? json_pack("[O]", json_array_get(tests, k)) : json_incref(tests);
    if (json_array_append_new(branches, branch("AND", filters, NULL)) != 0) {
      json_decref(branches);
      return NULL;
    }
  }
  return branch("OR", NULL, branches);
}

static json_t *hubspot_rule(int points, json_t *tests, bool any) {
  lf_object calculation = lf_object_new(), configuration = lf_object_new(), rule = lf_object_new();
  lf_object_text(&calculation, "type", "CONSTANT");
  lf_object_number(&calculation, "value", points);
  lf_object_tree(&configuration, "calculation", lf_object_take(&calculation));
  lf_object_tree(&configuration, "filterBranch", filter_tree(tests, any));
  lf_object_tree(&rule, "configuration", lf_object_take(&configuration));
  lf_object_flag(&rule, "enabled", true);
  lf_object_number(&rule, "minimumValue", points < 0 ? points : 0);
  lf_object_number(&rule, "maximumValue", points > 0 ? points : 0);
  return lf_object_take(&rule);
}

static lf_status hubspot_group(const lf_scorecard *card, size_t a, json_t *groups, lf_error *err) {
  static const lf_rule_target target = {"HubSpot", hubspot_test, hubspot_rule};
  const lf_attribute *attribute = &card->attributes->items[a];
  lf_text field = {0};
  json_t *rules = json_array();
  int low = 0, high = 0;
  lf_status status = LF_OK;
  lf_export_identifier(&field, attribute->name, 'p');
  LF_TRY(lf_text_status(&field, err));
  LF_TRY(lf_rules_add(&target, card, a, field.data, rules, &low, &high, err));
  lf_object o = lf_object_new();
  lf_object_text(&o, "groupName", attribute->name);
  lf_object_text(&o, "groupCategory", "FIT");
  lf_object_number(&o, "minValue", low);
  lf_object_number(&o, "maxValue", high);
  lf_object_tree(&o, "ruleConfigurations", json_incref(rules));
  LF_TRY(lf_rules_put(groups, lf_object_take(&o), err));
cleanup:
  json_decref(rules);
  lf_text_free(&field);
  return status;
}

lf_status lf_export_hubspot(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                            lf_error *err) {
  (void)options;
  json_t *groups = json_array(), *cautions = json_array();
  lf_status status = LF_OK;
  for (size_t a = 0; a < card->attributes->n; a++) LF_TRY(hubspot_group(card, a, groups, err));
  LF_TRY(lf_rules_caution_case(card, cautions, err));
  if (card->maximum > 100)
    LF_TRY(lf_rules_put(
        cautions, lf_json_text("the score can pass 100: choose a larger score limit when the score is made"),
        err));
  LF_TRY(lf_rules_put(
      cautions,
      lf_json_text("property names are guessed from the attributes: put the internal names of your "
                   "account in their place"),
      err));
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", card->name ? card->name : "leadfit");
  lf_object_text(&o, "objectTypeId", "0-1");
  lf_object_number(&o, "maxScore", card->maximum);
  lf_object_tree(&o, "allowedGroupTypes", json_pack("[s]", "FIT"));
  lf_object_tree(&o, "groupConfigs", json_incref(groups));
  lf_object note = lf_object_new();
  if (card->has_threshold) lf_object_number(&note, "mql_from", card->threshold);
  lf_object_tree(&note, "cautions", json_incref(cautions));
  lf_object_tree(&o, "leadfit", lf_object_take(&note));
  LF_TRY(lf_rules_write(lf_object_take(&o), out, err));
cleanup:
  json_decref(groups);
  json_decref(cautions);
  return status;
}
