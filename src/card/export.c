/* Exports: names of the targets, and what they share. */
#include "card/export.h"

#include <stdio.h>
#include <stdlib.h>

#include "card/export_parts.h"

static const struct {
  const char *name;
  lf_export_write write;
} formats[] = {[LF_EXPORT_SQL] = {"sql", lf_export_sql},
               [LF_EXPORT_SALESFORCE] = {"salesforce", lf_export_salesforce},
               [LF_EXPORT_HUBSPOT] = {"hubspot", lf_export_hubspot},
               [LF_EXPORT_ZOHO] = {"zoho", lf_export_zoho},
               [LF_EXPORT_PMML] = {"pmml", lf_export_pmml},
               [LF_EXPORT_CSV] = {"csv", lf_export_csv},
               [LF_EXPORT_MARKDOWN] = {"markdown", lf_export_markdown},
               [LF_EXPORT_C] = {"c", lf_export_c}};

bool lf_export_format_parse(const char *text, lf_export_format *format) {
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (lf_same_text(text, formats[i].name)) {
      *format = (lf_export_format)i;
      return true;
    }
  return false;
}

const char *lf_export_format_names(void) {
  return "sql, salesforce, hubspot, zoho, pmml, csv, markdown, c";
}

bool lf_export_numeric(const lf_attribute *attribute) {
  return attribute->kind == LF_KIND_NUMBER || attribute->kind == LF_KIND_DATE;
}

bool lf_export_value_number(const char *value, double *number) {
  size_t length = strlen(value);
  lf_trim(&value, &length);
  return lf_parse_double(value, length, number);
}

bool lf_export_has_words(const lf_attribute *attribute) {
  double number;
  for (size_t b = 0; lf_export_numeric(attribute) && b < attribute->n_bands; b++)
    for (size_t v = 0; attribute->bands[b].type == LF_BAND_VALUES && v < attribute->bands[b].n_values; v++)
      if (!lf_export_value_number(attribute->bands[b].values[v], &number)) return true;
  return false;
}

size_t lf_export_steps(const lf_attribute *attribute, size_t *steps, size_t *other) {
  static const lf_band_type missing_first[] = {LF_BAND_MISSING, LF_BAND_VALUES, LF_BAND_INTERVAL,
                                               LF_BAND_MATCH};
  static const lf_band_type words_first[] = {LF_BAND_VALUES, LF_BAND_MISSING, LF_BAND_INTERVAL,
                                             LF_BAND_MATCH};
  const lf_band_type *types = lf_export_has_words(attribute) ? words_first : missing_first;
  size_t n = 0;
  for (size_t t = 0; t < 4; t++)
    for (size_t b = 0; b < attribute->n_bands; b++)
      if (attribute->bands[b].type == types[t]) steps[n++] = b;
  for (size_t b = 0; b < attribute->n_bands; b++)
    if (attribute->bands[b].type == LF_BAND_OTHER) *other = b;
  return n;
}

/* Bytes of the character at p, from its first one; the text is valid UTF-8. */
static size_t character_bytes(const char *p) {
  unsigned char c = (unsigned char)*p;
  size_t want = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  size_t n = 1;
  while (n < want && ((unsigned char)p[n] & 0xc0) == 0x80) n++;
  return n;
}

/* C1 controls, line and paragraph separators, marks that turn the direction of text. */
static bool turns_or_breaks(const char *p, size_t n) {
  const unsigned char *u = (const unsigned char *)p;
  if (n == 2) return u[0] == 0xc2 && u[1] < 0xa0;
  if (n != 3 || u[0] != 0xe2) return false;
  return (u[1] == 0x80 && ((u[2] >= 0x8e && u[2] <= 0x8f) || (u[2] >= 0xa8 && u[2] <= 0xae))) ||
         (u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9);
}

void lf_export_comment(lf_text *out, const char *text) {
  enum { MOST = 60 };
  size_t written = 0;
  for (const char *p = text; *p; written++) {
    size_t n = character_bytes(p);
    if (written == MOST) {
      lf_text_add(out, "...");
      return;
    }
    bool plain = (unsigned char)*p >= 0x20 && *p != 0x7f && !strchr("*/\\?", *p) && !turns_or_breaks(p, n);
    if (plain)
      lf_text_add_n(out, p, n);
    else
      lf_text_add(out, " ");
    p += n;
  }
}

void lf_export_identifier(lf_text *out, const char *name, char letter) {
  bool gap = false, any = false;
  for (const char *p = name; *p; p++) {
    char c = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'z')) {
      gap = true;
      continue;
    }
    if (!any && digit) lf_text_add_n(out, &letter, 1);
    if (any && gap) lf_text_add(out, "_");
    lf_text_add_n(out, &c, 1);
    any = true;
    gap = false;
  }
  if (!any) lf_text_add_n(out, &letter, 1);
}

lf_status lf_export_refuse(const lf_attribute *attribute, const lf_band *band, const char *target,
                           const char *why, lf_error *err) {
  return lf_fail(
      err, LF_E_DATA,
      "%s cannot hold band '%.60s' of attribute '%.60s': %s; export to another target, or list the "
      "values",
      target, band->label, attribute->name, why);
}

lf_status lf_export(const lf_scorecard *card, const lf_export_options *options, char **bytes, size_t *n,
                    lf_error *err) {
  lf_text out = {0};
  lf_status status = formats[options->format].write(card, options, &out, err);
  if (status == LF_OK) status = lf_text_status(&out, err);
  if (status == LF_OK) {
    *bytes = out.data;
    *n = out.length;
    return LF_OK;
  }
  lf_text_free(&out);
  return status;
}
