/* The threshold explorer: a slider over the rows of the table of thresholds. The script fills it; without
 * scripts the table alone is there. */
#include "report/html_sections.h"

static void add_figure(lf_text *out, const char *name, const char *term) {
  lf_text_addf(out,
               "<div><dt>%s</dt><dd><b data-figure=\"%s\"></b> <span class=\"counts\" "
               "data-figure=\"%s-range\"></span></dd></div>\n",
               term, name, name);
}

void lf_html_explorer(lf_text *out) {
  lf_text_add(
      out, "<div id=\"explorer\" role=\"group\" aria-label=\"Threshold explorer\" hidden=\"\">\n"
           "<div class=\"controls\"><p><label for=\"explorer-threshold\">Threshold: <output class=\"figure\" "
           "for=\"explorer-threshold\" data-figure=\"threshold\"></output> points or more</label>\n"
           "<input type=\"range\" id=\"explorer-threshold\" min=\"0\" max=\"1\" step=\"1\"></p>\n"
           "<p><label for=\"explorer-capacity\">Leads a month that sales can work</label>\n"
           "<input type=\"number\" id=\"explorer-capacity\" min=\"0\" step=\"1\" "
           "inputmode=\"numeric\"></p></div>\n"
           "<dl class=\"explored\" aria-live=\"polite\">\n");
  add_figure(out, "leads", "Leads a month");
  add_figure(out, "wins", "Share of wins kept");
  add_figure(out, "revenue", "Share of revenue kept");
  add_figure(out, "rate", "Win rate");
  add_figure(out, "per-lead", "Revenue per lead");
  add_figure(out, "over", "Leads a month over capacity");
  lf_text_add(out, "</dl>\n<p class=\"note\" data-figure=\"rows\"></p>\n");
  lf_html_figure(out, "keeps", "Share of wins, share of revenue and win rate by threshold",
                 "What each threshold keeps, with 95% intervals. The solid line is the threshold chosen "
                 "above, the dashed one the MQL "
                 "threshold.");
  lf_text_add(out, "</div>\n");
}
