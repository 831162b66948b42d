/* Writing HTML: escaping, tables of records, sections. */
#include "report/html_write.h"

#include <math.h>
#include <string.h>

enum { MOST_CHARACTERS = 160 };

static void add_escaped(lf_text *out, uint32_t c) {
  switch (c) {
  case '&': lf_text_add(out, "&amp;"); break;
  case '<': lf_text_add(out, "&lt;"); break;
  case '>': lf_text_add(out, "&gt;"); break;
  case '"': lf_text_add(out, "&quot;"); break;
  case '\'': lf_text_add(out, "&#39;"); break;
  default: lf_view_add_character(out, c);
  }
}

void lf_html_text(lf_text *out, const char *text) {
  lf_html_cut(out, text, SIZE_MAX);
}

void lf_html_cut(lf_text *out, const char *text, size_t most) {
  size_t n = strlen(text), at = 0;
  for (size_t length = 0; at < n && length < most; length++)
    add_escaped(out, lf_view_character(text, n, &at));
  if (at < n) lf_text_add(out, "\xE2\x80\xA6");
}

void lf_html_absent(lf_text *out) {
  lf_text_add(out,
              "<span aria-hidden=\"true\">\xE2\x80\x93</span><span class=\"unseen\">not available</span>");
}

void lf_html_data(lf_text *out, const char *text, size_t most) {
  if (text == NULL) {
    lf_html_absent(out);
    return;
  }
  lf_text_add(out, "<bdi>");
  lf_html_cut(out, text, most);
  lf_text_add(out, "</bdi>");
}

void lf_html_number(lf_text *out, double value, lf_html_format format) {
  switch (format) {
  case LF_HTML_PERCENT:
  case LF_HTML_BAR: lf_people_percent(out, value); break;
  case LF_HTML_FIXED1: lf_people_fixed(out, value, 1); break;
  case LF_HTML_FIXED2: lf_people_fixed(out, value, 2); break;
  case LF_HTML_FIXED3: lf_people_fixed(out, value, 3); break;
  case LF_HTML_FIXED4: lf_people_fixed(out, value, 4); break;
  case LF_HTML_QUANTITY: lf_people_fixed(out, value, fabs(value) >= 100 ? 0 : 1); break;
  case LF_HTML_P: value < 0.001 ? lf_text_add(out, "&lt;0.001") : lf_people_p(out, value); break;
  default: lf_people_count(out, value);
  }
}

/* How value and limits of an interval read; NAME for what is none. */
static lf_html_format of_interval(lf_html_format format) {
  switch (format) {
  case LF_HTML_INTERVAL_COUNT: return LF_HTML_COUNT;
  case LF_HTML_INTERVAL_PERCENT: return LF_HTML_PERCENT;
  case LF_HTML_INTERVAL_FIXED3: return LF_HTML_FIXED3;
  case LF_HTML_INTERVAL_QUANTITY: return LF_HTML_QUANTITY;
  default: return LF_HTML_NAME;
  }
}

void lf_html_limits(lf_text *out, double low, double high, lf_html_format format) {
  if (isnan(low) || isnan(high)) return;
  lf_text_add(out, " <span class=\"counts\">");
  lf_html_number(out, low, format);
  lf_text_add(out, " to ");
  lf_html_number(out, high, format);
  lf_text_add(out, "</span>");
}

/* ---- tables ---------------------------------------------------------------------------------------- */

static bool is_text(lf_html_format format) {
  return format == LF_HTML_NAME || format == LF_HTML_TEXT;
}

static bool filled(const json_t *list, const lf_html_column *column) {
  size_t i;
  json_t *item;
  if (column->format == LF_HTML_NAME) return true;
  lf_view_each(list, i, item) {
    if (of_interval(column->format) != LF_HTML_NAME &&
        !isnan(lf_view_number(lf_view_at(item, column->path), "value")))
      return true;
    if (lf_view_text(item, column->path) != NULL || !isnan(lf_view_number(item, column->path))) return true;
  }
  return false;
}

void lf_html_table_open(lf_text *out, const lf_html_table *table, bool shown[LF_HTML_MOST_COLUMNS]) {
  lf_text_add(out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"");
  lf_html_text(out, table->caption);
  lf_text_add(out, "\"><table>\n<caption>");
  lf_html_text(out, table->caption);
  lf_text_add(out, "</caption>\n<thead><tr>");
  for (size_t i = 0; i < table->n_columns && i < LF_HTML_MOST_COLUMNS; i++) {
    shown[i] = table->list == NULL || filled(table->list, &table->columns[i]);
    if (!shown[i]) continue;
    lf_text_add(out,
                is_text(table->columns[i].format) ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"n\">");
    lf_text_add(out, table->columns[i].head);
    lf_text_add(out, "</th>");
  }
  lf_text_add(out, "</tr></thead>\n");
}

void lf_html_table_close(lf_text *out) {
  lf_text_add(out, "</table></div>\n");
}

/* Text, or a number that stands where a text may (a level that is a number). */
static void add_text_value(lf_text *out, const json_t *record, const char *path) {
  const char *text = lf_view_text(record, path);
  double number = lf_view_number(record, path);
  if (text == NULL && !isnan(number)) {
    lf_text_add_double(out, number);
  } else {
    lf_html_data(out, text, MOST_CHARACTERS);
  }
}

static void add_bar_open(lf_text *out, double share) {
  lf_text_add(out, "<td class=\"n bar\" style=\"--share:");
  lf_text_add_fixed(out, fmin(fmax(share, 0), 1), 3);
  lf_text_add(out, "\">");
}

/* A value and, below it, its limits. */
static void add_interval(lf_text *out, const json_t *interval, lf_html_format format) {
  lf_text_add(out, "<td class=\"n interval\">");
  if (isnan(lf_view_number(interval, "value"))) {
    lf_html_absent(out);
  } else {
    lf_html_number(out, lf_view_number(interval, "value"), format);
    lf_html_limits(out, lf_view_number(interval, "ci_low"), lf_view_number(interval, "ci_high"), format);
  }
  lf_text_add(out, "</td>");
}

void lf_html_cell(lf_text *out, const json_t *record, const lf_html_column *column, const char *mark) {
  if (column->format == LF_HTML_NAME) {
    lf_text_add(out, "<th scope=\"row\">");
    add_text_value(out, record, column->path);
    if (mark != NULL) {
      lf_text_add(out, " <b class=\"mark\">");
      lf_html_text(out, mark);
      lf_text_add(out, "</b>");
    }
    lf_text_add(out, "</th>");
    return;
  }
  if (column->format == LF_HTML_TEXT) {
    lf_text_add(out, "<td>");
    if (lf_view_at(record, column->path) != NULL) add_text_value(out, record, column->path);
    lf_text_add(out, "</td>");
    return;
  }
  lf_html_format inner = of_interval(column->format);
  if (inner != LF_HTML_NAME) {
    add_interval(out, lf_view_at(record, column->path), inner);
    return;
  }
  double value = lf_view_number(record, column->path);
  if (isnan(value)) {
    lf_text_add(out, "<td class=\"n\">");
    lf_html_data(out, lf_view_text(record, column->path),
                 MOST_CHARACTERS); /* words where no number could be given */
  } else {
    if (column->format == LF_HTML_BAR) {
      add_bar_open(out, value);
    } else {
      lf_text_add(out, "<td class=\"n\">");
    }
    lf_html_number(out, value, column->format);
  }
  lf_text_add(out, "</td>");
}

static bool is_few(const lf_html_table *table, const json_t *record) {
  return table->fewest > 0 && lf_view_number(record, "rows") < table->fewest;
}

/* The row's name, and words in place of its figures. */
static void add_few(lf_text *out, const lf_html_table *table, const json_t *record, const char *mark,
                    const bool *shown) {
  size_t cells = 0;
  for (size_t j = 1; j < table->n_columns && j < LF_HTML_MOST_COLUMNS; j++) cells += shown[j];
  lf_html_cell(out, record, &table->columns[0], mark);
  lf_text_addf(out, "<td class=\"few\" colspan=\"%zu\">fewer than %d rows</td>", cells, table->fewest);
}

void lf_html_keep(lf_text *out, json_t *kept, json_t *record) {
  if (json_array_append(kept, record) != 0) out->failed = true;
}

void lf_html_records(lf_text *out, const lf_html_table *table) {
  bool shown[LF_HTML_MOST_COLUMNS] = {false};
  size_t i;
  json_t *record;
  lf_html_table_open(out, table, shown);
  lf_text_add(out, "<tbody>\n");
  lf_view_each(table->list, i, record) {
    const char *mark = record == table->marked ? table->mark : NULL;
    lf_text_add(out, mark != NULL ? "<tr class=\"marked\">" : "<tr>");
    bool few = is_few(table, record);
    if (few) add_few(out, table, record, mark, shown);
    for (size_t j = 0; !few && j < table->n_columns && j < LF_HTML_MOST_COLUMNS; j++) {
      if (shown[j]) lf_html_cell(out, record, &table->columns[j], mark);
    }
    lf_text_add(out, "</tr>\n");
  }
  lf_text_add(out, "</tbody>");
  lf_html_table_close(out);
}

/* ---- sections and facts ---------------------------------------------------------------------------- */

void lf_html_section(lf_text *out, const char *id, const char *heading, const char *lead) {
  lf_text_addf(out, "<section id=\"%s\" aria-labelledby=\"%s-heading\">\n<h2 id=\"%s-heading\">%s</h2>\n", id,
               id, id, heading);
  if (lead != NULL) lf_text_addf(out, "<p class=\"lead\">%s</p>\n", lead);
}

void lf_html_section_close(lf_text *out) {
  lf_text_add(out, "</section>\n");
}

void lf_html_paragraph(lf_text *out, const char *class, const char *text) {
  if (text == NULL) return;
  if (class != NULL)
    lf_text_addf(out, "<p class=\"%s\">", class);
  else
    lf_text_add(out, "<p>");
  lf_html_text(out, text);
  lf_text_add(out, "</p>\n");
}

void lf_html_missing(lf_text *out, const char *why) {
  lf_text_add(out, "<p class=\"missing\">Not available: ");
  lf_html_text(out, why);
  lf_text_add(out, ".</p>\n");
}

void lf_html_fact(lf_text *out, const char *term, double value, lf_html_format format) {
  if (isnan(value)) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd>", term);
  lf_html_number(out, value, format);
  lf_text_add(out, "</dd></div>\n");
}

void lf_html_fact_interval(lf_text *out, const char *term, const json_t *interval, lf_html_format format) {
  double value = lf_view_number(interval, "value");
  if (isnan(value)) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd>", term);
  lf_html_number(out, value, format);
  lf_html_limits(out, lf_view_number(interval, "ci_low"), lf_view_number(interval, "ci_high"), format);
  lf_text_add(out, "</dd></div>\n");
}

void lf_html_fact_text(lf_text *out, const char *term, const char *value) {
  if (value == NULL) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd>", term);
  lf_html_data(out, value, 2000);
  lf_text_add(out, "</dd></div>\n");
}
