/* A scorecard as PMML 4.4 (dmg.org/pmml/v4-4/Scorecard.html).
 *
 * One Characteristic an attribute, one Attribute a band; the first whose predicate holds decides. Missing
 * values are asked for first, and True takes the rest. Baseline scores are the points of the average lead, so
 * that reason codes (pointsBelow) name what pulls a lead under the average. Values stand in SimplePredicates
 * and not in Arrays, whose quoting evaluators read differently. XML 1.0 cannot hold control characters: a
 * value that has one is refused. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "card/export_parts.h"

static bool xml_holds(const char *text) {
  for (const unsigned char *p = (const unsigned char *)text; *p; p++)
    if ((*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r') ||
        (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe))
      return false;
  return true;
}

static void add_xml(lf_text *out, const char *text, size_t n) {
  for (size_t i = 0; i < n; i++) switch (text[i]) {
    case '&': lf_text_add(out, "&amp;"); break;
    case '<': lf_text_add(out, "&lt;"); break;
    case '>': lf_text_add(out, "&gt;"); break;
    case '"': lf_text_add(out, "&quot;"); break;
    case '\t':
    case '\n':
    case '\r': lf_text_addf(out, "&#%d;", text[i]); break;
    default: lf_text_add_n(out, text + i, 1);
    }
}

/* An XML attribute: name="value". */
static void add_attribute(lf_text *out, const char *name, const char *value) {
  lf_text_addf(out, " %s=\"", name);
  add_xml(out, value, strlen(value));
  lf_text_add(out, "\"");
}

static void add_test(lf_text *out, const char *field, const char *operator, const char * value) {
  lf_text_add(out, "<SimplePredicate");
  add_attribute(out, "field", field);
  add_attribute(out, "operator", operator);
  if (value) add_attribute(out, "value", value);
  lf_text_add(out, "/>");
}

static void add_bound(lf_text *out, const char *field, const char *operator, double value) {
  char text[LF_DOUBLE_TEXT];
  lf_format_double(value, text);
  add_test(out, field, operator, text);
}

static lf_status add_values(lf_text *out, const lf_attribute *attribute, const lf_band *band, lf_error *err) {
  if (band->n_values > 1) lf_text_add(out, "<CompoundPredicate booleanOperator=\"or\">");
  for (size_t v = 0; v < band->n_values; v++) {
    const char *value = band->values[v];
    size_t n = strlen(value);
    double number;
    if (lf_export_numeric(attribute) && !lf_export_value_number(value, &number))
      return lf_export_refuse(attribute, band, "PMML", "it lists a value that is no number", err);
    if (!xml_holds(value))
      return lf_export_refuse(attribute, band, "PMML", "a value holds a control character", err);
    lf_trim(&value, &n);
    lf_text_add(out, "<SimplePredicate");
    add_attribute(out, "field", attribute->name);
    lf_text_add(out, " operator=\"equal\" value=\"");
    add_xml(out, value, n);
    lf_text_add(out, "\"/>");
  }
  if (band->n_values > 1) lf_text_add(out, "</CompoundPredicate>");
  return LF_OK;
}

static lf_status add_predicate(lf_text *out, const lf_attribute *attribute, const lf_band *band,
                               lf_error *err) {
  bool low = isfinite(band->from), high = isfinite(band->to);
  switch (band->type) {
  case LF_BAND_MISSING: add_test(out, attribute->name, "isMissing", NULL); break;
  case LF_BAND_OTHER: lf_text_add(out, "<True/>"); break;
  case LF_BAND_VALUES: return add_values(out, attribute, band, err);
  case LF_BAND_MATCH: return lf_export_refuse(attribute, band, "PMML", "predicates have no patterns", err);
  case LF_BAND_INTERVAL:
    if (low && high) lf_text_add(out, "<CompoundPredicate booleanOperator=\"and\">");
    if (low) add_bound(out, attribute->name, "greaterOrEqual", band->from);
    if (high) add_bound(out, attribute->name, "lessThan", band->to);
    if (low && high) lf_text_add(out, "</CompoundPredicate>");
    if (!low && !high) add_test(out, attribute->name, "isNotMissing", NULL);
  }
  return LF_OK;
}

static lf_status add_characteristic(lf_text *out, const lf_scorecard *card, size_t a, double average,
                                    lf_error *err) {
  const lf_attribute *attribute = &card->attributes->items[a];
  size_t *steps = NULL, other = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(attribute->n_bands + 1, sizeof *steps, &steps, err));
  size_t n = lf_export_steps(attribute, steps, &other);
  steps[n] = other;
  lf_text_add(out, "      <Characteristic");
  add_attribute(out, "name", attribute->name);
  add_attribute(out, "reasonCode", attribute->name);
  lf_text_add(out, " baselineScore=\"");
  lf_text_add_double(out, average);
  lf_text_add(out, "\">\n");
  for (size_t k = 0; k <= n; k++) {
    lf_text_addf(out, "        <Attribute partialScore=\"%d\">", card->bands[a][steps[k]].points);
    LF_TRY(add_predicate(out, attribute, &attribute->bands[steps[k]], err));
    lf_text_add(out, "</Attribute>\n");
  }
  lf_text_add(out, "      </Characteristic>\n");
cleanup:
  free(steps);
  return status;
}

static lf_status add_fields(lf_text *out, const lf_scorecard *card, lf_error *err) {
  const lf_attributes *attributes = card->attributes;
  lf_text_addf(out, "  <DataDictionary numberOfFields=\"%zu\">\n", attributes->n);
  for (size_t a = 0; a < attributes->n; a++) {
    const lf_attribute *attribute = &attributes->items[a];
    const lf_band missing = {.label = (char *)(uintptr_t) "all"};
    if (attribute->kind == LF_KIND_DATE)
      return lf_export_refuse(attribute, &missing, "PMML", "it is a date", err);
    if (!xml_holds(attribute->name))
      return lf_export_refuse(attribute, &missing, "PMML", "its name holds a control character", err);
    lf_text_add(out, "    <DataField");
    add_attribute(out, "name", attribute->name);
    lf_text_addf(out, " optype=\"%s\" dataType=\"%s\"/>\n",
                 lf_export_numeric(attribute) ? "continuous" : "categorical",
                 lf_export_numeric(attribute) ? "double" : "string");
  }
  lf_text_add(out, "  </DataDictionary>\n");
  return LF_OK;
}

static void add_schema(lf_text *out, const lf_scorecard *card) {
  lf_text_add(out, "    <MiningSchema>\n");
  for (size_t a = 0; a < card->attributes->n; a++) {
    lf_text_add(out, "      <MiningField");
    add_attribute(out, "name", card->attributes->items[a].name);
    lf_text_add(out, " invalidValueTreatment=\"asIs\"/>\n");
  }
  lf_text_add(out, "    </MiningSchema>\n    <Output>\n"
                   "      <OutputField name=\"leadfit_score\" optype=\"continuous\" dataType=\"double\" "
                   "feature=\"predictedValue\"/>\n");
  for (size_t r = 1; r <= LF_REASONS && r <= card->attributes->n; r++)
    lf_text_addf(out,
                 "      <OutputField name=\"leadfit_reason_%zu\" optype=\"categorical\" dataType=\"string\" "
                 "feature=\"reasonCode\" rank=\"%zu\"/>\n",
                 r, r);
  lf_text_add(out, "    </Output>\n");
}

lf_status lf_export_pmml(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                         lf_error *err) {
  (void)options;
  double *average = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(card->attributes->n, sizeof *average, &average, err));
  lf_scorecard_averages(card, average);
  lf_text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n  <Header>\n"
                   "    <Application name=\"leadfit\"/>\n  </Header>\n");
  LF_TRY(add_fields(out, card, err));
  lf_text_addf(out,
               "  <Scorecard modelName=\"leadfit\" functionName=\"regression\" initialScore=\"%d\" "
               "useReasonCodes=\"true\" reasonCodeAlgorithm=\"pointsBelow\">\n",
               card->base_points);
  add_schema(out, card);
  lf_text_add(out, "    <Characteristics>\n");
  for (size_t a = 0; a < card->attributes->n; a++) LF_TRY(add_characteristic(out, card, a, average[a], err));
  lf_text_add(out, "    </Characteristics>\n  </Scorecard>\n</PMML>\n");
cleanup:
  free(average);
  return status;
}
