/* report.html: the page of a fit. */
#include <math.h>
#include <string.h>

#include "report/headline.h"
#include "report/html_sections.h"
#include "report/report.h"

static void add_header(lf_text *out, const json_t *report, const char *name) {
  const char *column = lf_view_text(report, "outcome.column"), *won = lf_view_text(report, "outcome.won");
  lf_html_header_open(out, name);
  lf_html_about(out, lf_view_number(report, "data.used"), "lead with a known outcome",
                "leads with a known outcome");
  lf_html_about(out, lf_view_number(report, "data.won"), "win", "wins");
  if (column != NULL && won != NULL) {
    lf_text_add(out, "<li>won means ");
    lf_html_data(out, column, 40);
    lf_text_add(out, " = ");
    lf_html_data(out, won, 60);
    lf_text_add(out, "</li>");
  }
  lf_html_header_close(out);
}

/* A section, and the parts of the tree of which one must be there for it to be written; NULL: it always is.
 */
typedef struct place {
  const char *id, *name, *path, *or_path;
} place;

static bool is_there(lf_text *out, const json_t *report, const place *p) {
  if (strcmp(p->id, "stability") == 0) {
    json_t *steady = lf_html_steady(report);
    bool any = json_array_size(steady) > 0;
    out->failed = out->failed || steady == NULL;
    json_decref(steady);
    return any;
  }
  if (p->path == NULL) return true;
  const json_t *at = lf_view_at(report, p->path);
  bool empty = json_is_array(at) && json_array_size(at) == 0;
  return (at != NULL && !empty) || (p->or_path != NULL && lf_view_at(report, p->or_path) != NULL);
}

static void add_contents(lf_text *out, const json_t *report) {
  static const place places[] = {
      {"attributes", "Attributes", NULL, NULL},
      {"points", "Points", NULL, NULL},
      {"thresholds", "Thresholds", NULL, NULL},
      {"grades", "Grades", "grades", NULL},
      {"plan", "Plan", "plan", NULL},
      {"owners", "Owners", "owners", "followup"},
      {"rules", "Rules", "rules", NULL},
      {"changed", "What changes", "changed", NULL},
      {"calibration", "Calibration", NULL, NULL},
      {"order", "Gain", NULL, NULL},
      {"stability", "Stability", NULL, NULL},
      {"exceptions", "Exceptions", "exceptions", NULL},
      {"data", "Data", NULL, NULL},
      {"method", "Method", NULL, NULL},
      {"reproduce", "Reproduce", NULL, NULL},
      {"words", "Words", NULL, NULL},
  };
  lf_text_add(out, "<nav aria-label=\"Sections\"><ul>");
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    if (is_there(out, report, &places[i]))
      lf_text_addf(out, "<li><a href=\"#%s\">%s</a></li>", places[i].id, places[i].name);
  }
  lf_text_add(out, "</ul></nav>\n");
}

lf_status lf_report_html(const json_t *report, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  json_t *headline = NULL;
  const char *name = lf_view_name(report);
  lf_status status = lf_headline_of(report, &headline, err);
  if (status != LF_OK) return status;
  lf_html_page_open(&out, name, "report");
  add_header(&out, report, name);
  lf_text_add(&out, "<main>\n");
  lf_html_summary(&out, report, headline);
  add_contents(&out, report);
  lf_html_attributes(&out, report);
  lf_html_points(&out, report);
  lf_html_thresholds(&out, report);
  lf_html_grades(&out, report);
  lf_html_plan(&out, report);
  lf_html_owners(&out, report);
  lf_html_rules(&out, report);
  lf_html_changed(&out, report);
  lf_html_calibration(&out, report);
  lf_html_order(&out, report);
  lf_html_stability(&out, report);
  lf_html_exceptions(&out, report);
  lf_html_funnel(&out, report);
  lf_html_data_used(&out, report);
  lf_html_method(&out, report);
  lf_html_reproduce(&out, report);
  lf_html_words(&out);
  lf_text_add(&out, "</main>\n");
  json_t *data = lf_html_report_data(report);
  out.failed = out.failed || data == NULL;
  lf_html_page_close(&out, data);
  json_decref(headline);
  return lf_view_give(&out, bytes, n, err);
}
