/* Claims on a terminal: each claim, its verdict, the counts behind it, and what to know before
 * it is quoted. */
#include <math.h>
#include <string.h>

#include "report/terminal.h"

enum { INDENT = 12, MOST_NOTES = 4 };

static lf_ink ink_of(const char *verdict) {
  if (!verdict) return LF_INK_PLAIN;
  if (strcmp(verdict, "supported") == 0) return LF_INK_GOOD;
  return strcmp(verdict, "contradicted") == 0 ? LF_INK_BAD : LF_INK_FAIR;
}

static void write_text(lf_term *term, lf_ink ink, const char *label, lf_text *text) {
  lf_term_wrap_text(term, ink, label, INDENT, 0, text);
}

static void add_interval(lf_text *text, const json_t *ratio) {
  lf_people_fixed(text, lf_view_number(ratio, "ratio"), 2);
  if (isnan(lf_view_number(ratio, "low"))) return;
  lf_text_add(text, " (");
  lf_people_fixed(text, lf_view_number(ratio, "low"), 2);
  lf_text_add(text, " to ");
  lf_people_fixed(text, lf_view_number(ratio, "high"), 2);
  lf_text_add(text, ")");
}

static void write_effects(lf_term *term, const json_t *claim) {
  lf_text text = {0};
  const char *measure = lf_view_text(claim, "raw.measure");
  lf_text_add(&text, measure ? measure : "ratio");
  lf_text_add(&text, " as counted ");
  add_interval(&text, lf_view_at(claim, "raw"));
  lf_text_add(&text, ", adjusted ");
  add_interval(&text, lf_view_at(claim, "adjusted"));
  write_text(term, LF_INK_PLAIN, "Effect", &text);
}

static void write_strength(lf_term *term, const json_t *claim) {
  lf_text text = {0};
  double e = lf_view_number(claim, "e_value.estimate"), limit = lf_view_number(claim, "e_value.limit");
  if (isnan(e) || !(limit > 1)) return; /* an interval that holds 1 leaves nothing to explain */
  lf_text_add(&text, "an unmeasured cause would explain it if it went with both the attribute and the "
                     "outcome by a ratio of ");
  lf_people_fixed(&text, e, 2);
  lf_text_add(&text, " (for the interval: ");
  lf_people_fixed(&text, limit, 2);
  lf_text_add(&text, ")");
  write_text(term, LF_INK_PLAIN, "E-value", &text);
}

/* In how many quarters the effect points the same way. */
static void write_quarters(lf_term *term, const json_t *claim) {
  lf_text text = {0};
  size_t i, above = 0, below = 0, total = 0;
  json_t *quarter;
  lf_view_each(lf_view_at(claim, "quarters"), i, quarter) {
    double ratio = lf_view_number(quarter, "ratio");
    total++;
    above += ratio > 1;
    below += ratio < 1;
  }
  if (above + below == 0) return;
  lf_text_addf(&text, "of %zu, above 1 in %zu and below 1 in %zu; too few leads in %zu", total, above, below,
               total - above - below);
  write_text(term, LF_INK_PLAIN, "Quarters", &text);
}

static void write_names(lf_term *term, const char *label, const json_t *list) {
  lf_text text = {0};
  size_t i;
  json_t *name;
  lf_view_each(list, i, name) {
    if (i) lf_text_add(&text, ", ");
    lf_text_add(&text, json_is_string(name) ? json_string_value(name) : "");
  }
  write_text(term, LF_INK_FAINT, label, &text);
}

/* The last ": " of "NAME: why"; names may have their own. */
static const char *before_reason(const char *item) {
  const char *found = NULL;
  for (const char *at = strstr(item, ": "); at; at = strstr(at + 1, ": ")) found = at;
  return found;
}

/* What it is not adjusted for, the names that share a reason together. */
static void write_reasons(lf_term *term, const json_t *list) {
  bool first = true;
  for (size_t i = 0; i < json_array_size(list); i++) {
    lf_text text = {0};
    const char *item = json_string_value(json_array_get(list, i)), *why = item ? before_reason(item) : NULL;
    bool said = false;
    for (size_t k = 0; why && k < json_array_size(list); k++) {
      const char *other = json_string_value(json_array_get(list, k)),
                 *its = other ? before_reason(other) : NULL;
      if (!its || strcmp(its, why) != 0) continue;
      said = said || k < i;
      if (text.length) lf_text_add(&text, ", ");
      lf_text_add_n(&text, other, (size_t)(its - other));
    }
    if (why) lf_text_add(&text, why);
    if (said || !why) {
      lf_text_free(&text);
      continue;
    }
    write_text(term, LF_INK_FAINT, first ? "Not for" : "", &text);
    first = false;
  }
}

static void write_claim(lf_term *term, const json_t *claim) {
  lf_text text = {0};
  const char *say = lf_view_text(claim, "say"), *by = lf_view_text(claim, "by"),
             *sentence = lf_view_text(claim, "sentence");
  size_t i;
  json_t *note;
  lf_text_add(&text, say ? say : "");
  if (by) lf_text_addf(&text, " (%s)", by);
  lf_term_wrap_text(term, LF_INK_BOLD, "", 0, 0, &text);
  if (sentence) lf_term_wrap(term, ink_of(lf_view_text(claim, "verdict")), "", 0, 0, sentence);
  write_effects(term, claim);
  write_quarters(term, claim);
  write_strength(term, claim);
  write_names(term, "Adjusted", lf_view_at(claim, "adjusted_for"));
  write_reasons(term, lf_view_at(claim, "not_adjusted_for"));
  lf_view_each(lf_view_at(claim, "notes"), i, note) {
    if (json_is_string(note))
      lf_term_wrap(term, LF_INK_PLAIN, i == 0 ? "Note" : "", INDENT, MOST_NOTES, json_string_value(note));
  }
}

void lf_term_claims(lf_term *term, const json_t *claims) {
  size_t i;
  json_t *claim;
  lf_view_each(claims, i, claim) {
    if (i) lf_term_line(term, LF_INK_PLAIN, "");
    write_claim(term, claim);
  }
}
