/* Columns suspected of knowing the outcome, and what the score would be with and without each. */
#include "report/html_sections.h"
#include "report/view.h"

/* All that are asked about, taken away together. */
static void add_together(lf_text *out, const json_t *asked) {
  if (!(lf_view_number(asked, "columns") > 1)) return;
  lf_text_add(out, "<p>Without all ");
  lf_people_count(out, lf_view_number(asked, "columns"));
  lf_text_add(out,
              " that are asked about and stand on the card, the score would rank the won lead higher in ");
  lf_people_pairs(out, lf_view_at(asked, "auc_without"));
  lf_text_add(out, ": the bands of the others stay, their weights are fitted anew.</p>\n");
}

void lf_html_leaks(lf_text *out, const json_t *report) {
  static const lf_html_column columns[] = {
      {"Column", "column", LF_HTML_NAME},
      {"Suspicion", "rank", LF_HTML_TEXT},
      {"AUC without", "auc_without", LF_HTML_FIXED3},
      {"AUC with", "auc_with", LF_HTML_FIXED3},
      {"Why", "reason", LF_HTML_TEXT},
  };
  const json_t *leaks = lf_view_list(report, "leaks");
  if (leaks == NULL) return;
  const lf_html_table table = {
      "Columns that may know the outcome: holdout AUC of the same score without and with each",
      columns,
      sizeof columns / sizeof *columns,
      leaks,
      NULL,
      NULL,
      0};
  lf_html_records(out, &table);
  add_together(out, lf_view_at(report, "asked_about"));
}
