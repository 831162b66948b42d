/* `inspect --yaml`: what was inferred, as a project file to edit. It loads back through -p and says nothing
 * that would change a result; what is only offered stands behind a #. Names and values come from the data:
 * each is written so that YAML reads it back as the same text, on one line. */
#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/view.h"

/* ---- texts ----------------------------------------------------------------------------------------- */

/* Words that YAML readers, of whatever version, take for something other than text. */
static bool is_reserved(const char *text) {
  static const char *const words[] = {"null", "true", "false", "yes", "no",  "y",
                                      "n",    "on",   "off",   "nan", "inf", NULL};
  for (size_t i = 0; words[i] != NULL; i++)
    if (lf_same_text(words[i], text)) return true;
  return false;
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Letters, digits, single blanks and underlines, a letter first: nothing YAML could misread. */
static bool is_plain(const char *text) {
  size_t n = strlen(text);
  if (n == 0 || n > 200 || !is_letter(text[0]) || text[n - 1] == ' ' || is_reserved(text)) return false;
  for (size_t i = 0; i < n; i++)
    if (!is_letter(text[i]) && !(text[i] >= '0' && text[i] <= '9') && text[i] != ' ') return false;
  return true;
}

/* Of code points that valid UTF-8 can hold: no surrogates, none beyond U+10FFFF. */
static bool is_printable(uint32_t c) {
  return (c >= 0x20 && c < 0x7F) || (c >= 0xA0 && c < 0x2028) || (c > 0x2029 && c < 0xFEFF) ||
         (c > 0xFEFF && c < 0xFFFE) || c >= 0x10000;
}

/* Code point of valid UTF-8 at text[*at]; *at moves past it. */
static uint32_t code_point(const char *text, size_t *at) {
  const unsigned char *s = (const unsigned char *)text + *at;
  size_t size = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
  uint32_t c = size == 1 ? s[0] : s[0] & (0x7Fu >> size);
  for (size_t i = 1; i < size; i++) c = c << 6 | (s[i] & 0x3Fu);
  *at += size;
  return c;
}

static void add_scalar(lf_text *out, const char *text) {
  size_t n = strlen(text), at = 0;
  if (is_plain(text)) {
    lf_text_add(out, text);
    return;
  }
  lf_text_add(out, "\"");
  while (at < n) {
    size_t from = at;
    uint32_t c = code_point(text, &at);
    if (c == '"' || c == '\\')
      lf_text_addf(out, "\\%c", (char)c);
    else if (is_printable(c))
      lf_text_add_n(out, text + from, at - from);
    else
      lf_text_addf(out, c > 0xFFFF ? "\\U%08X" : "\\u%04X", (unsigned)c);
  }
  lf_text_add(out, "\"");
}

/* Data inside a comment: nothing that could end the line. */
static void add_remark(lf_text *out, const char *text) {
  size_t n = strlen(text), at = 0;
  while (at < n) {
    uint32_t c = lf_view_character(text, n, &at);
    lf_view_add_character(out, is_printable(c) ? c : 0xFFFD);
  }
}

/* [a, b, c] */
static void add_list(lf_text *out, const json_t *list) {
  size_t i;
  json_t *item;
  lf_text_add(out, "[");
  lf_view_each(list, i, item) {
    if (i > 0) lf_text_add(out, ", ");
    if (json_is_string(item))
      add_scalar(out, json_string_value(item));
    else
      lf_text_add_double(out, json_number_value(item));
  }
  lf_text_add(out, "]");
}

static void add_named(lf_text *out, const char *key, const json_t *list) {
  if (json_array_size(list) == 0) return;
  lf_text_addf(out, "%s: ", key);
  add_list(out, list);
  lf_text_add(out, "\n");
}

/* ---- roles ----------------------------------------------------------------------------------------- */

static const char *name_of_role(const json_t *columns, const char *role) {
  size_t i;
  json_t *column;
  lf_view_each(columns, i, column) {
    const char *found = lf_view_text(column, "role");
    if (found != NULL && strcmp(found, role) == 0) return lf_view_text(column, "name");
  }
  return NULL;
}

static void add_role(lf_text *out, const char *key, const char *name, const char *what) {
  if (name == NULL) {
    lf_text_addf(out, "# %s: COLUMN   # %s; none was found\n", key, what);
    return;
  }
  lf_text_addf(out, "%s: ", key);
  add_scalar(out, name);
  lf_text_addf(out, "   # %s\n", what);
}

/* A created date that does not order the rows would do so if it were said: it is only offered. */
static void add_dates(lf_text *out, const json_t *inspect, const json_t *columns) {
  static const char what[] = "date a row was created: orders the rows where there is no date";
  const char *order = lf_view_text(inspect, "outcome.date"), *created = name_of_role(columns, "created");
  bool by_row = order != NULL && strcmp(order, "@row") == 0;
  bool windowed = lf_view_number(inspect, "data.window.within_days") > 0;
  add_role(out, "date", by_row ? order : name_of_role(columns, "date"),
           by_row     ? "the rows stand in time order"
           : windowed ? "when a row was won"
                      : "orders the rows: the newest judge; @row: the rows stand in time order");
  if (created != NULL && order == NULL) {
    lf_text_add(out, "# created: ");
    add_scalar(out, created);
    lf_text_addf(out, "   # %s; too many rows lack it\n", what);
  } else {
    add_role(out, "created", created, what);
  }
}

static void add_window(lf_text *out, const json_t *window) {
  double within = lf_view_number(window, "within_days"), advised = lf_view_number(window, "advised_days");
  if (within > 0) lf_text_addf(out, "  within: %.0f   # days from creation to winning\n", within);
  if (advised > 0)
    lf_text_addf(out, "  # within: %.0f   # days in which nine in ten wins came; now %s\n", advised,
                 lf_view_number(window, "open_and_older") > 0 ? "old open rows are left out"
                                                              : "the young count as lost");
}

static void add_roles(lf_text *out, const json_t *inspect, const json_t *columns) {
  const char *outcome = lf_view_text(inspect, "outcome.column");
  if (outcome != NULL) {
    lf_text_add(out, "outcome:\n  column: ");
    add_scalar(out, outcome);
    lf_text_add(out, "\n  won: ");
    add_list(out, lf_view_at(inspect, "outcome.won_values"));
    lf_text_add(out, "\n  lost: ");
    add_list(out, lf_view_at(inspect, "outcome.lost_values"));
    lf_text_add(out, "\n");
    add_window(out, lf_view_at(inspect, "data.window"));
  }
  add_role(out, "amount", name_of_role(columns, "amount"), "closed revenue of a won row");
  add_dates(out, inspect, columns);
  add_role(out, "id", name_of_role(columns, "id"), "identity of a row");
  add_role(out, "account", name_of_role(columns, "account"), "rows of one account are not independent");
  add_role(out, "weight", name_of_role(columns, "weight"), "frequency weights: a row stands for so many");
}

/* ---- what is missing, what is left out ------------------------------------------------------------- */

static void add_missing(lf_text *out, const json_t *inspect) {
  const json_t *list = lf_view_list(inspect, "missing"), *said = lf_view_at(inspect, "said.missing");
  size_t i;
  json_t *item;
  if (said != NULL) {
    lf_text_add(out, "\nmissing: ");
    add_list(out, said);
    lf_text_add(out, "\n");
    return;
  }
  if (list == NULL) return;
  lf_text_add(out, "\n# Spellings of missing that occurred; these and the other usual ones are known. A list "
                   "of your own takes\n"
                   "# their place, and then counts among categories, too:\n# missing: [");
  lf_view_each(list, i, item) {
    const char *spelling = json_string_value(json_object_get(item, "spelling"));
    if (i > 0) lf_text_add(out, ", ");
    add_scalar(out, spelling != NULL ? spelling : "");
  }
  lf_text_add(out, "]\n");
}

static bool is_excluded(const json_t *column) {
  const char *role = lf_view_text(column, "role");
  return role != NULL && strcmp(role, "excluded") == 0;
}

static void add_left_out(lf_text *out, const json_t *inspect, const json_t *columns) {
  size_t i, n = 0;
  json_t *column;
  lf_text_add(out, "\n");
  add_named(out, "use", lf_view_at(inspect, "said.use"));
  add_named(out, "drop", lf_view_at(inspect, "said.drop"));
  add_named(out, "keep", lf_view_at(inspect, "said.keep"));
  lf_view_each(columns, i, column) {
    const char *reason = lf_view_text(column, "reason");
    if (!is_excluded(column) || json_is_true(json_object_get(column, "said"))) continue;
    if (n++ == 0)
      lf_text_add(out, "# Left out by the screens, and why. `keep: [NAME]` insists on a column; take the # "
                       "away to leave it out for good:\n# drop:\n");
    lf_text_add(out, "#   - ");
    add_scalar(out, lf_view_text(column, "name"));
    lf_text_add(out, reason != NULL ? "   # " : "");
    add_remark(out, reason != NULL ? reason : "");
    lf_text_add(out, "\n");
  }
}

/* ---- attributes ------------------------------------------------------------------------------------ */

static void add_pattern(lf_text *out, const char *label, const char *pattern) {
  lf_text_add(out, "- {label: ");
  add_scalar(out, label);
  lf_text_add(out, ", pattern: ");
  add_scalar(out, pattern);
  lf_text_add(out, "}");
}

/* The frequent words as patterns to start from. */
static void add_template(lf_text *out, const json_t *column) {
  const json_t *words = lf_view_list(column, "words");
  size_t i;
  json_t *word;
  if (words == NULL) return;
  lf_text_add(out, "    # with kind: text, these are its most frequent words; the first pattern that matches "
                   "wins:\n    # match:\n");
  lf_view_each(words, i, word) {
    const char *label = lf_view_text(word, "word");
    lf_text pattern = {0};
    lf_text_addf(&pattern, "(?i)\\b%s\\b", label != NULL ? label : "");
    lf_text_add(out, "    #   ");
    if (pattern.failed)
      out->failed = true;
    else
      add_pattern(out, label != NULL ? label : "", pattern.data);
    lf_text_free(&pattern);
    lf_text_add(out, "   # ");
    lf_people_counted(out, lf_view_number(word, "rows"), "training row, ", "training rows, ");
    lf_people_percent(out, lf_view_number(word, "won_rate"));
    lf_text_add(out, " won\n");
  }
}

/* `points: {a: 1, b: 2}`, or the one word of a whole attribute, or points in order. */
static void add_said(lf_text *out, const char *key, const json_t *list, const char *what) {
  size_t i;
  json_t *item;
  if (list == NULL) return;
  bool named = lf_view_text(json_array_get(list, 0), "value") != NULL;
  bool single = !named && strcmp(what, "sign") == 0;
  lf_text_addf(out, "    %s: %s", key, single ? "" : named ? "{" : "[");
  lf_view_each(list, i, item) {
    const char *value = lf_view_text(item, "value"), *word = lf_view_text(item, what);
    if (i > 0) lf_text_add(out, ", ");
    if (value != NULL) {
      add_scalar(out, value);
      lf_text_add(out, ": ");
    }
    if (word != NULL)
      lf_text_add(out, word);
    else
      lf_text_add_double(out, lf_view_number(item, what));
  }
  lf_text_add(out, single ? "\n" : named ? "}\n" : "]\n");
}

static void add_rules(lf_text *out, const json_t *spec) {
  double cap = lf_view_number(spec, "cap");
  add_said(out, "points", lf_view_list(spec, "points"), "points");
  add_said(out, "sign", lf_view_list(spec, "sign"), "sign");
  if (!isnan(cap)) {
    lf_text_add(out, "    cap: ");
    lf_text_add_double(out, cap);
    lf_text_add(out, "\n");
  }
  if (lf_view_flag(spec, "exclude")) lf_text_add(out, "    exclude: true\n");
}

static void add_spec(lf_text *out, const json_t *spec) {
  const char *baseline = lf_view_text(spec, "baseline"), *trend = lf_view_text(spec, "trend");
  const json_t *match = lf_view_list(spec, "match");
  size_t i;
  json_t *item;
  if (baseline != NULL) {
    lf_text_add(out, "    baseline: ");
    add_scalar(out, baseline);
    lf_text_add(out, "\n");
  }
  if (trend != NULL) lf_text_addf(out, "    trend: %s\n", trend);
  if (lf_view_list(spec, "bands") != NULL) {
    lf_text_add(out, "    bands: ");
    add_list(out, lf_view_list(spec, "bands"));
    lf_text_add(out, "\n");
  }
  if (match != NULL) lf_text_add(out, "    match:\n");
  lf_view_each(match, i, item) {
    lf_text_add(out, "      ");
    add_pattern(out, lf_view_text(item, "label"), lf_view_text(item, "pattern"));
    lf_text_add(out, "\n");
  }
}

static void add_attribute(lf_text *out, const json_t *column) {
  const char *kind = lf_view_text(column, "kind"), *owner = lf_view_text(column, "owner"),
             *likely = lf_view_text(column, "owner_likely"), *suspicion = lf_view_text(column, "suspicion");
  if (owner == NULL) owner = likely;
  lf_text_add(out, "  - name: ");
  add_scalar(out, lf_view_text(column, "name"));
  lf_text_add(out, suspicion != NULL ? "   # " : "");
  add_remark(out, suspicion != NULL ? suspicion : "");
  lf_text_addf(out, "\n    kind: %s\n", kind != NULL ? kind : "category");
  if (owner != NULL)
    lf_text_addf(out, "    owner: %s\n", owner);
  else
    lf_text_add(out, "    # owner: marketing, sales or shared\n");
  add_spec(out, lf_view_at(column, "spec"));
  add_rules(out, lf_view_at(column, "spec"));
  if (lf_view_list(column, "spec.match") == NULL) add_template(out, column);
}

static void add_attributes(lf_text *out, const json_t *columns) {
  size_t i, n = 0;
  json_t *column;
  lf_view_each(columns, i, column) {
    const char *role = lf_view_text(column, "role");
    bool attribute = role != NULL && strcmp(role, "attribute") == 0;
    if (!attribute && !lf_view_flag(column, "also_attribute")) continue;
    if (n++ == 0)
      lf_text_add(out, "\n# Rules of points an attribute may have; fit reports what each costs:\n"
                       "#   points: {Webinar: 15, other: 0}   sign: positive   cap: 20   exclude: true\n"
                       "attributes:\n");
    add_attribute(out, column);
  }
  lf_view_each(columns, i, column) {
    if (!is_excluded(column) || lf_view_list(column, "words") == NULL) continue;
    lf_text_add(out, n++ == 0 ? "\n# attributes:\n" : "");
    lf_text_add(out, "  # - name: ");
    add_scalar(out, lf_view_text(column, "name"));
    lf_text_add(out, "   # left out now; patterns make it an attribute\n    # kind: text\n");
    add_template(out, column);
  }
}

lf_status lf_inspect_yaml(const json_t *inspect, char **bytes, size_t *n, lf_error *err) {
  const json_t *columns = lf_view_at(inspect, "data.columns"), *inputs = lf_view_at(inspect, "inputs");
  lf_text out = {0};
  lf_text_add(&out, "# What leadfit inferred from ");
  for (size_t i = 0; i < json_array_size(inputs); i++) {
    const char *name = lf_view_text(json_array_get(inputs, i), "name");
    lf_text_add(&out, i > 0 ? ", " : "");
    add_remark(&out, name != NULL ? name : "");
  }
  lf_text_add(&out, ". Edit it, keep it under version control, use it with -p.\n"
                    "# Every key may be left out; what stands behind a # changes nothing.\n\n");
  add_roles(&out, inspect, columns);
  add_missing(&out, inspect);
  add_left_out(&out, inspect, columns);
  add_attributes(&out, columns);
  return lf_view_give(&out, bytes, n, err);
}
