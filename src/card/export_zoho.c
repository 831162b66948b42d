/* A scorecard as a Zoho CRM scoring rule.
 *
 * POST /crm/v8/settings/automation/scoring_rules
 * (zoho.com/crm/developer/docs/api/v8/create-scoring-rules.html): a name of 25 characters at most, and 10
 * (Standard), 20 (Professional), 30 (Enterprise) or 50 (Ultimate, CRM Plus) criteria in one rule. */
#include "card/export_rules.h"

enum { ZOHO_NAME = 25, ZOHO_MOST = 50 };

static json_t *zoho_test(const char *field, const lf_attribute *attribute, lf_rule_test test, json_t *values,
                         double bound) {
  static const char *const comparators[] = {"equal",     "not_equal",     "equal",
                                            "not_equal", "greater_equal", "less_than"};
  (void)attribute;
  lf_object name = lf_object_new(), item = lf_object_new();
  lf_object_text(&name, "api_name", field);
  lf_object_tree(&item, "field", lf_object_take(&name));
  lf_object_text(&item, "comparator", comparators[test]);
  if (test == LF_TEST_EMPTY || test == LF_TEST_KNOWN)
    lf_object_text(&item, "value", "${EMPTY}");
  else if (values)
    lf_object_tree(&item, "value", json_incref(values));
  else
    lf_object_number(&item, "value", bound);
  return lf_object_take(&item);
}

static json_t *zoho_rule(int points, json_t *tests, bool any) {
  lf_object criteria = lf_object_new(), rule = lf_object_new();
  json_t *single = json_array_size(tests) == 1 ? json_incref(json_array_get(tests, 0)) : NULL;
  if (!single) {
    lf_object_text(&criteria, "group_operator", any ? "or" : "and");
    lf_object_tree(&criteria, "group", json_incref(tests));
    single = lf_object_take(&criteria);
  } else
    json_decref(lf_object_take(&criteria));
  lf_object_number(&rule, "score", points);
  lf_object_tree(&rule, "criteria", single);
  return lf_object_take(&rule);
}

/* Zoho's API names keep the letters' case: words joined by underscores. */
static void zoho_field(lf_text *out, const char *name) {
  bool gap = false, any = false;
  for (const char *p = name; *p; p++) {
    bool kept = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
    if (any && kept && gap) lf_text_add(out, "_");
    if (kept) lf_text_add_n(out, p, 1);
    any |= kept;
    gap = !kept;
  }
  if (!any) lf_text_add(out, "Field");
}

static lf_status zoho_rules(const lf_scorecard *card, size_t a, json_t *rules, lf_error *err) {
  static const lf_rule_target target = {"Zoho", zoho_test, zoho_rule};
  lf_text field = {0};
  int low = 0, high = 0;
  zoho_field(&field, card->attributes->items[a].name);
  lf_status status = lf_text_status(&field, err);
  if (status == LF_OK) status = lf_rules_add(&target, card, a, field.data, rules, &low, &high, err);
  lf_text_free(&field);
  return status;
}

static lf_status zoho_caution(size_t n, json_t *cautions, lf_error *err) {
  lf_text text = {0};
  lf_text_addf(&text, "%zu criteria: ", n);
  lf_text_add(&text, n <= 10   ? "every edition holds them in one rule"
                     : n <= 20 ? "from Professional on one rule holds them (Standard: 10)"
                     : n <= 30 ? "from Enterprise on one rule holds them (Professional: 20)"
                     : n <= ZOHO_MOST
                         ? "Ultimate and CRM Plus hold them in one rule (Enterprise: 30)"
                         : "no edition holds more than 50 in one rule: fit with --max-bands, or score in "
                           "SQL and write the score back");
  return lf_rules_caution(&text, cautions, err);
}

lf_status lf_export_zoho(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                         lf_error *err) {
  (void)options;
  json_t *rules = json_array(), *cautions = json_array();
  lf_text name = {0};
  lf_status status = LF_OK;
  for (size_t a = 0; a < card->attributes->n; a++) LF_TRY(zoho_rules(card, a, rules, err));
  LF_TRY(lf_rules_caution_case(card, cautions, err));
  LF_TRY(zoho_caution(json_array_size(rules), cautions, err));
  lf_export_identifier(&name, card->name ? card->name : "leadfit", 's');
  LF_TRY(lf_text_status(&name, err));
  if (name.length > ZOHO_NAME) name.data[ZOHO_NAME] = 0;
  lf_object module = lf_object_new(), rule = lf_object_new(), o = lf_object_new(), note = lf_object_new();
  lf_object_text(&module, "api_name", "Leads");
  lf_object_text(&rule, "name", name.data);
  lf_object_text(&rule, "description",
                 "Points of a leadfit scorecard; field names are guessed from its attributes");
  lf_object_tree(&rule, "module", lf_object_take(&module));
  lf_object_tree(&rule, "layout", json_null());
  lf_object_flag(&rule, "active", true);
  lf_object_tree(&rule, "field_rules", json_incref(rules));
  lf_object_tree(&o, "scoring_rules", json_pack("[o]", lf_object_take(&rule)));
  if (card->has_threshold) lf_object_number(&note, "mql_from", card->threshold);
  lf_object_tree(&note, "cautions", json_incref(cautions));
  lf_object_tree(&o, "leadfit", lf_object_take(&note));
  LF_TRY(lf_rules_write(lf_object_take(&o), out, err));
cleanup:
  json_decref(rules);
  json_decref(cautions);
  lf_text_free(&name);
  return status;
}
