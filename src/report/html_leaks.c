/* Columns suspected of knowing the outcome, and what the score would be with and without each. */
#include "report/html_sections.h"

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
}
