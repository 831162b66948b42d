/* Each attribute quarter by quarter: does what predicts go on predicting? */
#include <math.h>
#include <string.h>

#include "report/html_sections.h"

enum { MOST_STEADY = 9 };

json_t *lf_html_steady(const json_t *report) {
  json_t *ranked = lf_view_ranked(report), *some = json_array(), *attribute;
  size_t i;
  bool failed = ranked == NULL;
  lf_view_each(ranked, i, attribute) {
    const char *verdict = lf_view_text(attribute, "verdict");
    bool predicts = verdict != NULL && strncmp(verdict, "predicts", 8) == 0;
    if (!predicts || lf_view_list(attribute, "stability") == NULL || json_array_size(some) >= MOST_STEADY)
      continue;
    failed = failed || json_array_append(some, attribute) != 0;
  }
  json_decref(ranked);
  if (!failed) return some;
  json_decref(some);
  return NULL;
}

static void add_quarter(lf_text *out, const json_t *quarter) {
  double low = lf_view_number(quarter, "odds_ratio_low"), high = lf_view_number(quarter, "odds_ratio_high");
  lf_text_add(out, "<tr><th scope=\"row\">");
  lf_html_data(out, lf_view_text(quarter, "quarter"), 20);
  lf_text_add(out, "</th><td class=\"n\">");
  lf_people_count(out, lf_view_number(quarter, "rows"));
  lf_text_add(out, "</td><td class=\"n\">");
  lf_people_count(out, lf_view_number(quarter, "won"));
  lf_text_add(out, "</td><td class=\"n\">");
  lf_html_number(out, lf_view_number(quarter, "odds_ratio"), LF_HTML_FIXED2);
  lf_text_add(out, "</td><td class=\"n range\">");
  if (isnan(low) || isnan(high)) {
    lf_html_absent(out);
  } else {
    lf_people_fixed(out, low, 2);
    lf_text_add(out, " to ");
    lf_people_fixed(out, high, 2);
  }
  lf_text_add(out, "</td></tr>\n");
}

static void add_attribute(lf_text *out, const json_t *attribute) {
  size_t i;
  json_t *quarter;
  double p = lf_view_number(attribute, "stability_p");
  lf_text_add(out, "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">");
  lf_html_data(out, lf_view_text(attribute, "name"), 120);
  if (!isnan(p)) {
    lf_text_add(out, " <span class=\"note\">p that all quarters are alike: ");
    lf_html_number(out, p, LF_HTML_P);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</th></tr>\n");
  lf_view_each(lf_view_at(attribute, "stability"), i, quarter) add_quarter(out, quarter);
  lf_text_add(out, "</tbody>\n");
}

void lf_html_stability(lf_text *out, const json_t *report) {
  json_t *steady = lf_html_steady(report), *attribute;
  size_t i;
  if (json_array_size(steady) > 0) {
    lf_html_section(out, "stability", "Does it hold quarter by quarter?",
                    "Odds of winning, a typical high lead of the attribute against a typical low one, in "
                    "each quarter by itself; "
                    "1 is no difference. Quarters with fewer than 30 wins or 30 losses say nothing. "
                    "Attributes that predict, the "
                    "strongest first.");
    lf_html_figure(out, "stability", "Odds ratio of each attribute by quarter, with 95% intervals",
                   "Odds ratio by quarter with 95% intervals; the line is no difference.");
    lf_text_add(
        out,
        "<details><summary>The numbers, quarter by quarter</summary>\n<div class=\"scroll\" role=\"group\" "
        "tabindex=\"0\" aria-label=\"Odds ratio by quarter\"><table class=\"quarters-table\">\n<caption>Odds "
        "ratio "
        "by quarter</caption>\n<thead><tr><th scope=\"col\">Quarter</th><th scope=\"col\" "
        "class=\"n\">Leads</th>"
        "<th scope=\"col\" class=\"n\">Won</th><th scope=\"col\" class=\"n\">Odds ratio</th><th "
        "scope=\"col\" "
        "class=\"n\">95% interval</th></tr></thead>\n");
    lf_view_each(steady, i, attribute) add_attribute(out, attribute);
    lf_text_add(out, "</table></div>\n</details>\n");
    lf_html_section_close(out);
  }
  out->failed = out->failed || steady == NULL;
  json_decref(steady);
}
