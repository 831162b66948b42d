/* A scorecard as C: one file without dependencies, C99 and up.
 *
 * A lead is a struct with a text or a double for each attribute; NULL and not-a-number are missing. Texts are
 * trimmed and the spellings of missing compared as leadfit does it. Bytes outside plain ASCII are written as
 * octal escapes, so that neither the encoding of the file nor trigraphs can change a value. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "card/export_parts.h"

static void add_literal(lf_text *out, const char *text, size_t n) {
  lf_text_add(out, "\"");
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
      lf_text_addf(out, "\\%03o", c);
    else
      lf_text_add_n(out, text + i, 1);
  }
  lf_text_add(out, "\"");
}

static void add_name(lf_text *out, const lf_scorecard *card, size_t a) {
  lf_text_addf(out, "a%zu_", a + 1);
  lf_export_identifier(out, card->attributes->items[a].name, 'n');
}

static void add_struct(lf_text *out, const lf_scorecard *card) {
  lf_text_add(out, "typedef struct leadfit_lead {\n");
  for (size_t a = 0; a < card->attributes->n; a++) {
    const lf_attribute *attribute = &card->attributes->items[a];
    lf_text_add(out, lf_export_numeric(attribute) ? "  double " : "  const char *");
    add_name(out, card, a);
    lf_text_add(out, "; /* ");
    lf_export_comment(out, attribute->name);
    lf_text_add(out, attribute->kind == LF_KIND_DATE ? ", days since 1970-01-01 UTC */\n" : " */\n");
  }
  if (!card->attributes->n) lf_text_add(out, "  int nothing;\n");
  lf_text_add(out, "} leadfit_lead;\n\n");
}

/* The helpers that compare texts. */
static void add_helpers(lf_text *out, const lf_missing *missing) {
  lf_text_add(
      out,
      "/* Past white space at both ends: blank, tab to carriage return, no-break space. */\n"
      "static const char *leadfit_trim(const char *text, size_t *n) {\n"
      "  const char *end = text + strlen(text);\n"
      "  for (;;) {\n"
      "    if (text < end && (*text == ' ' || (*text >= '\\t' && *text <= '\\r'))) text++;\n"
      "    else if (end - text >= 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] == 0xa0) "
      "text += 2;\n"
      "    else break;\n"
      "  }\n"
      "  for (;;) {\n"
      "    if (end > text && (end[-1] == ' ' || (end[-1] >= '\\t' && end[-1] <= '\\r'))) end--;\n"
      "    else if (end - text >= 2 && (unsigned char)end[-2] == 0xc2 && (unsigned char)end[-1] == 0xa0) "
      "end -= 2;\n"
      "    else break;\n"
      "  }\n"
      "  *n = (size_t)(end - text);\n"
      "  return text;\n"
      "}\n\n"
      "static int leadfit_is(const char *text, size_t n, const char *value, size_t length) {\n"
      "  return n == length && memcmp(text, value, n) == 0;\n"
      "}\n\n"
      "static int leadfit_same(const char *text, size_t n, const char *value, size_t length) {\n"
      "  if (n != length) return 0;\n"
      "  for (size_t i = 0; i < n; i++) {\n"
      "    char a = text[i], b = value[i];\n"
      "    if (a >= 'A' && a <= 'Z') a = (char)(a + 32);\n"
      "    if (b >= 'A' && b <= 'Z') b = (char)(b + 32);\n"
      "    if (a != b) return 0;\n"
      "  }\n"
      "  return 1;\n"
      "}\n\n"
      "static int leadfit_missing(const char *text, size_t n) {\n"
      "  return n == 0");
  for (size_t i = 0; i < missing->n; i++) {
    if (i == missing->value_only || !missing->length[i]) continue;
    lf_text_add(out, " ||\n         leadfit_same(text, n, ");
    add_literal(out, missing->spelling[i], missing->length[i]);
    lf_text_addf(out, ", %zu)", missing->length[i]);
  }
  lf_text_add(out, ";\n}\n\n");
}

/* ---- one attribute ----------------------------------------------------------------------------------------
 */

static lf_status add_numeric(lf_text *out, const lf_attribute *attribute, const lf_band *band,
                             lf_error *err) {
  const char *word = "";
  if (band->type == LF_BAND_MISSING) {
    lf_text_add(out, "x != x || x - x != 0"); /* not a number, or infinite */
    return LF_OK;
  }
  for (size_t v = 0; band->type == LF_BAND_VALUES && v < band->n_values; v++) {
    double number;
    if (attribute->kind == LF_KIND_DATE || !lf_export_value_number(band->values[v], &number))
      return lf_export_refuse(attribute, band, "C", "it lists a value that is no number", err);
    lf_text_addf(out, "%sx == ", word);
    lf_text_add_double(out, number);
    word = " || ";
  }
  if (band->type == LF_BAND_VALUES) return LF_OK;
  if (isfinite(band->from)) {
    lf_text_add(out, "x >= ");
    lf_text_add_double(out, band->from);
    word = " && ";
  }
  if (isfinite(band->to)) {
    lf_text_addf(out, "%sx < ", word);
    lf_text_add_double(out, band->to);
  }
  if (!isfinite(band->from) && !isfinite(band->to)) lf_text_add(out, "1");
  return LF_OK;
}

static lf_status add_textual(lf_text *out, const lf_attribute *attribute, const lf_band *band,
                             lf_error *err) {
  if (band->type == LF_BAND_MISSING) lf_text_add(out, "!text || leadfit_missing(text, n)");
  if (band->type == LF_BAND_MATCH) return lf_export_refuse(attribute, band, "C", "it has no patterns", err);
  for (size_t v = 0; band->type == LF_BAND_VALUES && v < band->n_values; v++) {
    const char *value = band->values[v];
    size_t length = strlen(value);
    lf_trim(&value, &length);
    lf_text_add(out, v ? " ||\n      leadfit_is(text, n, " : "leadfit_is(text, n, ");
    add_literal(out, value, length);
    lf_text_addf(out, ", %zu)", length);
  }
  return LF_OK;
}

static lf_status add_function(lf_text *out, const lf_scorecard *card, size_t a, lf_error *err) {
  const lf_attribute *attribute = &card->attributes->items[a];
  bool numeric = lf_export_numeric(attribute);
  size_t *steps = NULL, other = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(attribute->n_bands, sizeof *steps, &steps, err));
  size_t n = lf_export_steps(attribute, steps, &other);
  lf_text_add(out, "static int leadfit_");
  add_name(out, card, a);
  lf_text_add(out, numeric ? "(double x) {\n"
                           : "(const char *text) {\n  size_t n = 0;\n  if (text) text = "
                             "leadfit_trim(text, &n);\n");
  for (size_t k = 0; k < n; k++) {
    const lf_band *band = &attribute->bands[steps[k]];
    lf_text_add(out, "  if (");
    LF_TRY(numeric ? add_numeric(out, attribute, band, err) : add_textual(out, attribute, band, err));
    lf_text_addf(out, ") return %d;\n", card->bands[a][steps[k]].points);
  }
  lf_text_addf(out, "  return %d;\n}\n\n", card->bands[a][other].points);
cleanup:
  free(steps);
  return status;
}

lf_status lf_export_c(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                      lf_error *err) {
  lf_missing missing;
  const lf_read_options read = {.missing = options->missing, .n_missing = options->n_missing};
  lf_status status = LF_OK;
  bool texts = false;
  LF_TRY(lf_missing_init(&missing, &read, err));
  lf_text_add(out, "/* Scorecard ");
  lf_export_comment(out, card->name ? card->name : "without a name");
  lf_text_addf(out, ": leadfit_score(&lead) is from %d to %d", card->minimum, card->maximum);
  if (card->has_threshold) lf_text_addf(out, "; MQL from %d", card->threshold);
  lf_text_add(out,
              ".\n   NULL and not-a-number are missing. */\n#include <stddef.h>\n#include <string.h>\n\n");
  add_struct(out, card);
  for (size_t a = 0; a < card->attributes->n; a++) texts |= !lf_export_numeric(&card->attributes->items[a]);
  if (texts) add_helpers(out, &missing);
  for (size_t a = 0; a < card->attributes->n; a++) LF_TRY(add_function(out, card, a, err));
  lf_text_addf(out, "int leadfit_score(const leadfit_lead *lead) {\n  int score = %d;\n  (void)lead;\n",
               card->base_points);
  for (size_t a = 0; a < card->attributes->n; a++) {
    lf_text_add(out, "  score += leadfit_");
    add_name(out, card, a);
    lf_text_add(out, "(lead->");
    add_name(out, card, a);
    lf_text_add(out, ");\n");
  }
  lf_text_add(out, "  return score;\n}\n");
  if (card->has_threshold)
    lf_text_addf(out,
                 "\nint leadfit_is_mql(const leadfit_lead *lead) {\n  return leadfit_score(lead) >= %d;\n}\n",
                 card->threshold);
cleanup:
  return status;
}
