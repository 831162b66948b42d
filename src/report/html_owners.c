/* Whose attributes matter: shares of what is explained, by owner and by attribute; reps held fixed; what
 * sales did, grade by grade. */
#include <math.h>

#include "report/html_sections.h"
#include "report/report.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static void add_sentence(lf_text *out, const json_t *at, const char *path) {
  const char *sentence = lf_view_text(at, path);
  if (sentence == NULL) return;
  lf_text_add(out, "<p>");
  lf_html_text(out, sentence);
  lf_text_add(out, "</p>\n");
}

static void add_notes(lf_text *out, const json_t *at) {
  const json_t *notes = lf_view_list(at, "notes");
  size_t i;
  json_t *note;
  if (notes == NULL) return;
  lf_text_add(out, "<h3>How to read this fairly</h3>\n<ul>\n");
  lf_view_each(notes, i, note) {
    if (!json_is_string(note)) continue;
    lf_text_add(out, "<li>");
    lf_html_text(out, json_string_value(note));
    lf_text_add(out, "</li>\n");
  }
  lf_text_add(out, "</ul>\n");
}

/* ---- shares
 * -----------------------------------------------------------------------------------------------------------
 */

static const lf_html_column block_columns[] = {
    {"Owner", "owner", LF_HTML_NAME},
    {"Attributes", "attributes", LF_HTML_COUNT},
    {"Share", "share.value", LF_HTML_BAR},
    {"From", "share.ci_low", LF_HTML_PERCENT},
    {"To", "share.ci_high", LF_HTML_PERCENT},
    {"Alone", "alone.value", LF_HTML_FIXED4},
    {"Only they", "unique.value", LF_HTML_FIXED4},
};

static const lf_html_column attribute_columns[] = {
    {"Attribute", "name", LF_HTML_NAME},         {"Owner", "owner", LF_HTML_TEXT},
    {"Share", "share.value", LF_HTML_BAR},       {"From", "share.ci_low", LF_HTML_PERCENT},
    {"To", "share.ci_high", LF_HTML_PERCENT},    {"Alone", "alone.value", LF_HTML_FIXED4},
    {"Only it", "unique.value", LF_HTML_FIXED4},
};

static void add_common(lf_text *out, const json_t *owners) {
  double total = lf_view_number(owners, "common_total"),
         explained = lf_view_number(owners, "explained.value");
  if (isnan(total) || !(explained > 0) || json_array_size(lf_view_at(owners, "blocks")) < 2) return;
  lf_text_add(out, "<p>All attributes together explain ");
  lf_people_percent(out, explained);
  lf_text_add(out, " of the deviance; ");
  if (total >= 0) {
    lf_people_percent(out, total / explained);
    lf_text_add(out, " of that could be told by more than one owner.</p>\n");
  } else {
    lf_text_add(out, "owners explain more together than apart.</p>\n");
  }
}

static void add_shares(lf_text *out, const json_t *owners) {
  const json_t *blocks = lf_view_list(owners, "blocks"), *attributes = lf_view_list(owners, "attributes");
  if (json_array_size(blocks) > 1) {
    lf_html_figure(out, "owners", "Share of what is explained, by owner, with 95% intervals",
                   "Share of what the attributes explain, by owner, with 95% intervals.");
    const lf_html_table table = {"What each owner\xE2\x80\x99s attributes explain, on leads not fitted",
                                 block_columns,
                                 COUNT_OF(block_columns),
                                 blocks,
                                 NULL,
                                 NULL,
                                 0};
    lf_html_records(out, &table);
  }
  add_common(out, owners);
  if (attributes == NULL) return;
  const lf_html_table table = {"What each attribute explains, on leads not fitted",
                               attribute_columns,
                               COUNT_OF(attribute_columns),
                               attributes,
                               NULL,
                               NULL,
                               0};
  lf_text_add(out, "<details><summary>Attribute by attribute</summary>\n");
  lf_html_records(out, &table);
  lf_text_add(out, "</details>\n");
}

static void add_reps(lf_text *out, const json_t *owners) {
  static const lf_html_column columns[] = {
      {"Attribute", "name", LF_HTML_NAME},
      {"Odds ratio", "odds_ratio", LF_HTML_FIXED2},
      {"Within one rep", "odds_ratio_same_rep", LF_HTML_FIXED2},
      {"q of the shift", "q", LF_HTML_P},
  };
  const json_t *reps = lf_view_at(owners, "reps"), *list = lf_view_list(reps, "attributes");
  if (list == NULL) return;
  lf_text_add(out, "<h3>The attribute, or the rep?</h3>\n<p>");
  lf_html_text(out, lf_view_text(reps, "sentence") != NULL ? lf_view_text(reps, "sentence") : "");
  lf_text_add(out, " Reps are told by ");
  lf_html_data(out, lf_view_text(reps, "column"), 60);
  lf_text_add(out, ": ");
  lf_people_count(out, lf_view_number(reps, "reps"));
  lf_text_add(out, " with 30 judged leads or more are held fixed.</p>\n");
  const lf_html_table table = {"Odds of winning, a typical high lead against a typical low one",
                               columns,
                               COUNT_OF(columns),
                               list,
                               NULL,
                               NULL,
                               0};
  lf_text_add(out, "<details><summary>Weights with reps held fixed</summary>\n");
  lf_html_records(out, &table);
  lf_text_add(out, "</details>\n");
}

/* ---- follow-up
 * -----------------------------------------------------------------------------------------------------------
 */

static void add_cell(lf_text *out, const json_t *cell) {
  double rate = lf_view_number(cell, "win_rate");
  if (isnan(rate)) {
    lf_text_add(out, "<td class=\"few\">fewer than 10</td>");
    return;
  }
  lf_text_add(out, "<td class=\"n shade\" style=\"--share:");
  lf_text_add_fixed(out, fmin(fmax(rate, 0), 1), 3);
  lf_text_add(out, "\">");
  lf_people_percent(out, rate);
  lf_text_add(out, " <span class=\"counts\">of ");
  lf_people_count(out, lf_view_number(cell, "rows"));
  lf_text_add(out, "</span></td>");
}

static void add_grade(lf_text *out, const json_t *grade) {
  size_t i;
  json_t *cell;
  lf_text_add(out, "<tr><th scope=\"row\">");
  lf_html_data(out, lf_view_text(grade, "grade"), 30);
  lf_text_add(out, "</th>");
  lf_view_each(lf_view_at(grade, "cells"), i, cell) add_cell(out, cell);
  lf_text_add(out, "</tr>\n");
}

static void add_column(lf_text *out, const json_t *column) {
  const json_t *grades = lf_view_list(column, "grades");
  size_t i;
  json_t *item;
  if (grades == NULL) return;
  add_sentence(out, column, "sentence");
  lf_text_add(out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Win rate by grade and ");
  lf_html_cut(out, lf_view_text(column, "name"), 60);
  lf_text_add(out, "\"><table>\n<caption>Win rate by grade (rows) and ");
  lf_html_data(out, lf_view_text(column, "name"), 60);
  lf_text_add(out, " (columns)</caption>\n<thead><tr><th scope=\"col\">Grade</th>");
  lf_view_each(lf_view_at(json_array_get(grades, 0), "cells"), i, item) {
    lf_text_add(out, "<th scope=\"col\" class=\"n\">");
    lf_html_data(out, lf_view_text(item, "label"), 40);
    lf_text_add(out, "</th>");
  }
  lf_text_add(out, "</tr></thead>\n<tbody>\n");
  lf_view_each(grades, i, item) add_grade(out, item);
  lf_text_add(out, "</tbody></table></div>\n");
}

static void add_followup(lf_text *out, const json_t *followup) {
  size_t i;
  json_t *column;
  if (followup == NULL) return;
  lf_text_add(out, "<h3>Weak leads, or no follow-up?</h3>\n");
  lf_view_each(lf_view_at(followup, "columns"), i, column) add_column(out, column);
  add_sentence(out, followup, "unworked.sentence");
  add_notes(out, followup);
}

void lf_html_owners(lf_text *out, const json_t *report) {
  const json_t *owners = lf_view_at(report, "owners"), *followup = lf_view_at(report, "followup");
  if (owners == NULL && followup == NULL) return;
  lf_html_section(out, "owners", "Whose attributes matter",
                  "Shares of what the attributes explain of winning (McFadden\xE2\x80\x99s R\xC2\xB2, on "
                  "leads that took no part in the fit). Alone: what an owner "
                  "explains without the others. Only they: what is lost without them.");
  add_sentence(out, owners, "summary");
  add_shares(out, owners);
  add_reps(out, owners);
  add_notes(out, owners);
  add_followup(out, followup);
  lf_html_section_close(out);
}
