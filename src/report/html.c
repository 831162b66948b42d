/* report.html: one file with its style inside, no script, and a policy that forbids every request. */
#include <math.h>

#include "report/headline.h"
#include "report/html_sections.h"
#include "report/report.h"

/* report.css, turned into bytes when built. */
static const unsigned char style[] = {
#include "report/report.css.inc"
};

static void add_head(lf_text *out, const char *name) {
  lf_text_add(
      out,
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
  lf_html_cut(out, name, 120);
  lf_text_add(out, " \xC2\xB7 leadfit report</title>\n<style>\n");
  lf_text_add_n(out, (const char *)style, sizeof style);
  lf_text_add(out, "</style>\n</head>\n");
}

static void add_count(lf_text *out, double value, const char *one, const char *many) {
  if (isnan(value)) return;
  lf_text_add(out, "<li>");
  lf_people_counted(out, value, one, many);
  lf_text_add(out, "</li>");
}

static void add_header(lf_text *out, const json_t *report, const char *name) {
  const char *column = lf_view_text(report, "outcome.column"), *won = lf_view_text(report, "outcome.won");
  lf_text_add(out, "<header>\n<p class=\"name\">");
  lf_html_data(out, name, 120);
  lf_text_add(out, "</p>\n<ul class=\"about\">");
  add_count(out, lf_view_number(report, "data.used"), "lead with a known outcome",
            "leads with a known outcome");
  add_count(out, lf_view_number(report, "data.won"), "win", "wins");
  if (column != NULL && won != NULL) {
    lf_text_add(out, "<li>won means ");
    lf_html_data(out, column, 40);
    lf_text_add(out, " = ");
    lf_html_data(out, won, 60);
    lf_text_add(out, "</li>");
  }
  lf_text_add(out, "</ul>\n</header>\n");
}

static void add_contents(lf_text *out, const json_t *report) {
  static const char *const places[][2] = {
      {"attributes", "Attributes"},   {"points", "Points"},       {"thresholds", "Thresholds"},
      {"grades", "Grades"},           {"owners", "Owners"},       {"changed", "What changes"},
      {"calibration", "Calibration"}, {"order", "Deciles"},       {"data", "Data"},
      {"method", "Method"},           {"reproduce", "Reproduce"}, {"words", "Words"},
  };
  lf_text_add(out, "<nav aria-label=\"Sections\"><ul>");
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (i == 3 && lf_view_list(report, "grades") == NULL) continue;
    if (i == 4 && lf_view_at(report, "owners") == NULL && lf_view_at(report, "followup") == NULL) continue;
    if (i == 5 && lf_view_list(report, "rules") != NULL)
      lf_text_add(out, "<li><a href=\"#rules\">Rules</a></li>");
    if (i == 5 && lf_view_at(report, "changed") == NULL) continue;
    lf_text_addf(out, "<li><a href=\"#%s\">%s</a></li>", places[i][0], places[i][1]);
  }
  lf_text_add(out, "</ul></nav>\n");
}

lf_status lf_report_html(const json_t *report, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  json_t *headline = NULL;
  const char *name = lf_view_name(report);
  lf_status status = lf_headline_of(report, &headline, err);
  if (status != LF_OK) return status;
  add_head(&out, name);
  lf_text_add(&out, "<body>\n");
  add_header(&out, report, name);
  lf_text_add(&out, "<main>\n");
  lf_html_summary(&out, report, headline);
  add_contents(&out, report);
  lf_html_attributes(&out, report);
  lf_html_points(&out, report);
  lf_html_thresholds(&out, report);
  lf_html_grades(&out, report);
  lf_html_owners(&out, report);
  lf_html_rules(&out, report);
  lf_html_changed(&out, report);
  lf_html_calibration(&out, report);
  lf_html_order(&out, report);
  lf_html_data_used(&out, report);
  lf_html_method(&out, report);
  lf_html_reproduce(&out, report);
  lf_html_words(&out);
  lf_text_add(&out, "</main>\n</body>\n</html>\n");
  json_decref(headline);
  return lf_view_give(&out, bytes, n, err);
}
