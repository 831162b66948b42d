/* Funnel leaks: leads that never reached the other half, and rows there that no lead stands behind. */
#include "report/html_sections.h"

static void add_cuts(lf_text *out, const json_t *cuts, const lf_html_column *columns, size_t n_columns,
                     const char *what) {
  size_t i;
  json_t *cut;
  lf_view_each(cuts, i, cut) {
    lf_text caption = {0};
    lf_text_addf(&caption, "%s by %s", what, lf_view_text(cut, "by"));
    const char *said = lf_text_part(out, &caption);
    const lf_html_table table = {said, columns, n_columns, lf_view_list(cut, "groups"), NULL, NULL, 0};
    lf_html_records(out, &table);
    lf_text_free(&caption);
  }
}

void lf_html_funnel(lf_text *out, const json_t *report) {
  static const lf_html_column leads[] = {{"", "label", LF_HTML_NAME},
                                         {"Leads", "rows", LF_HTML_COUNT},
                                         {"Reached sales", "reached", LF_HTML_COUNT},
                                         {"Never did", "never", LF_HTML_COUNT},
                                         {"Open", "open", LF_HTML_COUNT},
                                         {"Won", "won", LF_HTML_COUNT}};
  static const lf_html_column alone[] = {
      {"", "label", LF_HTML_NAME}, {"Rows", "rows", LF_HTML_COUNT}, {"Won", "won", LF_HTML_COUNT}};
  static const lf_html_column grades[] = {{"Grade", "grade", LF_HTML_NAME},
                                          {"Leads", "rows", LF_HTML_COUNT},
                                          {"Reached sales", "reached", LF_HTML_COUNT},
                                          {"Never did", "never", LF_HTML_COUNT}};
  const json_t *funnel = lf_view_at(report, "data.funnel");
  if (!json_is_object(funnel)) return;
  lf_html_section(out, "funnel", "Funnel leaks", NULL);
  lf_html_sentences(out, lf_view_list(funnel, "sentences"));
  if (lf_view_list(funnel, "grades") != NULL) {
    const lf_html_table table = {
        "Decided leads by grade", grades, 4, lf_view_list(funnel, "grades"), NULL, NULL, 0};
    lf_html_records(out, &table);
  }
  add_cuts(out, lf_view_list(funnel, "cuts"), leads, 6, "Leads");
  add_cuts(out, lf_view_list(funnel, "without_lead.cuts"), alone, 3, "Rows without a lead");
  lf_html_section_close(out);
}
