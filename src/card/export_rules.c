/* A scorecard as rules that add up.
 *
 * HubSpot and Zoho add up the points of every rule that holds and start at 0. The bands of an attribute part
 * all leads, so exactly one of them holds: base points go into the bands of the first attribute, and bands of
 * 0 points need no rule. The band of the rest is "has a value, and none of those listed". Both compare text
 * without regard to case. */
#include "card/export_rules.h"

#include <math.h>
#include <stdlib.h>

/* ---- conditions of a band ---------------------------------------------------------------------------------
 */

/* The listed values of a band; as numbers where the attribute is one. */
static lf_status list_values(const lf_attribute *attribute, const lf_band *band, const char *target,
                             json_t *list, lf_error *err) {
  for (size_t v = 0; v < band->n_values; v++) {
    double number;
    const char *value = band->values[v];
    size_t length = strlen(value);
    lf_trim(&value, &length);
    bool numeric = lf_export_numeric(attribute);
    if (numeric && !lf_export_value_number(value, &number))
      return lf_export_refuse(attribute, band, target, "it lists a value that is no number", err);
    json_t *item = numeric ? lf_json_number(number) : json_stringn(value, length);
    if (json_array_append_new(list, item) != 0)
      return lf_fail(err, LF_E_MEMORY, "not enough memory for the rules");
  }
  return LF_OK;
}

lf_status lf_rules_put(json_t *list, json_t *test, lf_error *err) {
  if (test && json_array_append_new(list, test) == 0) return LF_OK;
  return lf_fail(err, LF_E_MEMORY, "not enough memory for the rules");
}

/* The tests of the band of the rest: a value is there, and no other band lists it or holds it.
 * above: the part above all intervals; else the part under them, or all of it where there are none. */
static lf_status rest_tests(const lf_rule_target *target, const char *field, const lf_attribute *attribute,
                            bool above, json_t *tests, lf_error *err) {
  lf_status status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_KNOWN, NULL, 0), err);
  json_t *values = json_array();
  double low = INFINITY, high = -INFINITY;
  for (size_t b = 0; b < attribute->n_bands && status == LF_OK; b++) {
    const lf_band *band = &attribute->bands[b];
    if (band->type == LF_BAND_VALUES) status = list_values(attribute, band, target->name, values, err);
    if (band->type != LF_BAND_INTERVAL) continue;
    low = fmin(low, band->from);
    high = fmax(high, band->to);
  }
  size_t n = json_array_size(values);
  bool numeric = lf_export_numeric(attribute);
  if (status == LF_OK && n && !numeric)
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_NONE, values, 0), err);
  for (size_t v = 0; numeric && v < n && status == LF_OK; v++) {
    json_t *one = json_pack("[O]", json_array_get(values, v));
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_NONE, one, 0), err);
    json_decref(one);
  }
  if (status == LF_OK && low <= high)
    status = lf_rules_put(tests,
                          above ? target->test(field, attribute, LF_TEST_FROM, NULL, high)
                                : target->test(field, attribute, LF_TEST_BELOW, NULL, low),
                          err);
  json_decref(values);
  return status;
}

/* Which parts of the rest can hold a lead: under the intervals (or anywhere, where there are none), above
 * them. */
static void rest_parts(const lf_attribute *attribute, bool *under, bool *above) {
  double low = INFINITY, high = -INFINITY;
  for (size_t b = 0; b < attribute->n_bands; b++) {
    if (attribute->bands[b].type != LF_BAND_INTERVAL) continue;
    low = fmin(low, attribute->bands[b].from);
    high = fmax(high, attribute->bands[b].to);
  }
  *under = low > -INFINITY;
  *above = low <= high && high < INFINITY;
}

/* Numbers that are listed do not count in the interval that holds them. */
static lf_status interval_tests(const lf_rule_target *target, const char *field,
                                const lf_attribute *attribute, const lf_band *band, json_t *tests,
                                lf_error *err) {
  lf_status status = LF_OK;
  if (isfinite(band->from))
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_FROM, NULL, band->from), err);
  if (status == LF_OK && isfinite(band->to))
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_BELOW, NULL, band->to), err);
  if (status == LF_OK && !json_array_size(tests))
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_KNOWN, NULL, 0), err);
  for (size_t b = 0; b < attribute->n_bands && status == LF_OK; b++)
    for (size_t v = 0; attribute->bands[b].type == LF_BAND_VALUES && v < attribute->bands[b].n_values; v++) {
      double number;
      if (!lf_export_value_number(attribute->bands[b].values[v], &number)) continue;
      if (!(number >= band->from && number < band->to)) continue;
      json_t *one = json_pack("[o]", lf_json_number(number));
      if (status == LF_OK)
        status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_NONE, one, 0), err);
      json_decref(one);
    }
  return status;
}

/* The tests that must all hold for a band; listed numbers: any of them (*any). Going in, *any asks for the
 * part of the rest that lies above the intervals. */
static lf_status band_tests(const lf_rule_target *target, const char *field, const lf_attribute *attribute,
                            const lf_band *band, json_t *tests, bool *any, lf_error *err) {
  lf_status status = LF_OK;
  bool above = *any;
  *any = false;
  if (attribute->kind == LF_KIND_DATE && band->type != LF_BAND_MISSING)
    return lf_export_refuse(attribute, band, target->name, "its rules have no fixed days", err);
  switch (band->type) {
  case LF_BAND_MISSING:
    return lf_rules_put(tests, target->test(field, attribute, LF_TEST_EMPTY, NULL, 0), err);
  case LF_BAND_OTHER: return rest_tests(target, field, attribute, above, tests, err);
  case LF_BAND_INTERVAL: return interval_tests(target, field, attribute, band, tests, err);
  case LF_BAND_MATCH:
    return lf_export_refuse(attribute, band, target->name, "its rules have no patterns", err);
  case LF_BAND_VALUES: break;
  }
  json_t *values = json_array();
  status = list_values(attribute, band, target->name, values, err);
  if (status == LF_OK && !lf_export_numeric(attribute))
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_ANY, values, 0), err);
  *any = lf_export_numeric(attribute);
  for (size_t v = 0; *any && v < json_array_size(values) && status == LF_OK; v++) {
    json_t *one = json_pack("[O]", json_array_get(values, v));
    status = lf_rules_put(tests, target->test(field, attribute, LF_TEST_ANY, one, 0), err);
    json_decref(one);
  }
  json_decref(values);
  return status;
}

/* ---- cautions ---------------------------------------------------------------------------------------------
 */

static bool listed_otherwise(const lf_scorecard *card, size_t a, const lf_band *band, const char *value,
                             int points) {
  const lf_attribute *attribute = &card->attributes->items[a];
  for (size_t b = 0; b < attribute->n_bands; b++)
    for (size_t v = 0; attribute->bands[b].type == LF_BAND_VALUES && v < attribute->bands[b].n_values; v++)
      if (&attribute->bands[b] != band && card->bands[a][b].points != points &&
          lf_same_text(value, attribute->bands[b].values[v]))
        return true;
  return false;
}

lf_status lf_rules_caution(lf_text *text, json_t *cautions, lf_error *err) {
  json_t *item = text->failed ? NULL : lf_json_text(text->data);
  lf_text_free(text);
  return lf_rules_put(cautions, item, err);
}

lf_status lf_rules_caution_case(const lf_scorecard *card, json_t *cautions, lf_error *err) {
  for (size_t a = 0; a < card->attributes->n; a++) {
    const lf_attribute *attribute = &card->attributes->items[a];
    bool found = false;
    for (size_t b = 0; b < attribute->n_bands; b++)
      for (size_t v = 0; attribute->bands[b].type == LF_BAND_VALUES && v < attribute->bands[b].n_values; v++)
        found |= listed_otherwise(card, a, &attribute->bands[b], attribute->bands[b].values[v],
                                  card->bands[a][b].points);
    if (!found) continue;
    lf_text text = {0};
    lf_text_add(&text, attribute->name);
    lf_text_add(&text,
                ": two of its values differ by case alone and have other points; text is compared without "
                "regard to case here, so give them one spelling first");
    lf_status status = lf_rules_caution(&text, cautions, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

lf_status lf_rules_write(json_t *tree, lf_text *out, lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = tree ? lf_tree_write(tree, &bytes, &n, err)
                          : lf_fail(err, LF_E_MEMORY, "not enough memory for the rules");
  if (status == LF_OK) lf_text_add_n(out, bytes, n);
  free(bytes);
  json_decref(tree);
  return status;
}

/* Points of a band: those of the first attribute carry the base. */
static int points_of(const lf_scorecard *card, size_t a, size_t b) {
  return card->bands[a][b].points + (a == 0 ? card->base_points : 0);
}

lf_status lf_rules_add(const lf_rule_target *target, const lf_scorecard *card, size_t a, const char *field,
                       json_t *rules, int *low, int *high, lf_error *err) {
  const lf_attribute *attribute = &card->attributes->items[a];
  lf_status status = LF_OK;
  *low = *high = 0;
  for (size_t b = 0; b < attribute->n_bands && status == LF_OK; b++) {
    const lf_band *band = &attribute->bands[b];
    int points = points_of(card, a, b);
    bool part[2] = {true, false};
    if (band->type == LF_BAND_OTHER) rest_parts(attribute, &part[0], &part[1]);
    if (!points || !(part[0] || part[1])) continue;
    *low = points < *low ? points : *low;
    *high = points > *high ? points : *high;
    for (int k = 0; k < 2 && status == LF_OK; k++) {
      bool any = k == 1;
      if (!part[k]) continue;
      json_t *tests = json_array();
      status = band_tests(target, field, attribute, band, tests, &any, err);
      if (status == LF_OK) status = lf_rules_put(rules, target->rule(points, tests, any), err);
      json_decref(tests);
    }
  }
  return status;
}
