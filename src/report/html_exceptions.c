/* Leads that won below the threshold and lost above it, by pattern. */
#include <math.h>

#include "report/html_sections.h"
#include "report/report.h"

enum { MOST_SHOWN = 8 };

static void add_pattern_name(lf_text *out, const json_t *pattern) {
  size_t i;
  json_t *band;
  lf_text_add(out, "<th scope=\"row\">");
  lf_view_each(lf_view_at(pattern, "bands"), i, band) {
    if (i > 0) lf_text_add(out, " <span class=\"note\">and</span> ");
    lf_html_data(out, lf_view_text(band, "attribute"), 60);
    lf_text_add(out, " = ");
    lf_html_data(out, lf_view_text(band, "band"), 80);
  }
  if (lf_view_number(pattern, "q") < 0.05) lf_text_add(out, " <b class=\"mark\">beyond chance</b>");
  lf_text_add(out, "</th>");
}

static void add_pattern(lf_text *out, const json_t *pattern, const char *count) {
  const lf_html_column columns[] = {
      {"", "rows", LF_HTML_COUNT},
      {"", count, LF_HTML_COUNT},
      {"", "win_rate", LF_HTML_PERCENT},
      {"", "expected_win_rate", LF_HTML_PERCENT},
      {"", "q", LF_HTML_P},
  };
  lf_text_add(out, "<tr>");
  add_pattern_name(out, pattern);
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) lf_html_cell(out, pattern, &columns[i], NULL);
  lf_text_add(out, "</tr>\n");
}

static void add_patterns(lf_text *out, const json_t *side, const char *caption, const char *head,
                         const char *count) {
  const json_t *list = lf_view_list(side, "patterns");
  size_t i;
  json_t *pattern;
  if (list == NULL) return;
  lf_text_addf(
      out,
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"%s\"><table>\n<caption>%s</caption>\n"
      "<thead><tr><th scope=\"col\">Pattern</th><th scope=\"col\" class=\"n\">Leads</th><th scope=\"col\" "
      "class=\"n\">%s</th><th scope=\"col\" class=\"n\">Win rate</th><th scope=\"col\" class=\"n\">As "
      "scored</th>"
      "<th scope=\"col\" class=\"n\">q</th></tr></thead>\n<tbody>\n",
      caption, caption, head);
  lf_view_each(list, i, pattern) {
    if (i < MOST_SHOWN && lf_view_number(pattern, "rows") >= LF_REPORT_FEWEST_ROWS)
      add_pattern(out, pattern, count);
  }
  lf_text_add(out, "</tbody>");
  lf_html_table_close(out);
}

/* Whether any pattern is beyond chance. */
static bool stands_out(const json_t *exceptions, const char *path) {
  size_t i;
  json_t *pattern;
  lf_view_each(lf_view_at(exceptions, path), i, pattern) {
    if (lf_view_number(pattern, "q") < 0.05) return true;
  }
  return false;
}

/* "103 of 801 leads below 46 points won." */
static void add_side(lf_text *out, const json_t *exceptions, const char *side, const char *count,
                     const char *where, const char *one, const char *many) {
  const json_t *at = lf_view_at(exceptions, side);
  double rows = lf_view_number(at, "rows"), counted = lf_view_number(at, count);
  if (!(rows > 0)) return;
  lf_text_add(out, "<li>");
  lf_people_count(out, counted);
  lf_text_add(out, " of ");
  lf_people_counted(out, rows, "lead", "leads");
  lf_text_addf(out, " %s %s.</li>\n", where, fabs(counted - 1) < 1e-9 ? one : many);
}

void lf_html_exceptions(lf_text *out, const json_t *report) {
  const json_t *exceptions = lf_view_at(report, "exceptions");
  if (exceptions == NULL) return;
  lf_html_section(out, "exceptions", "Where the definition is not enough",
                  "Leads of the holdout that won below the MQL threshold, and leads that lost above it. A "
                  "pattern is one band, or "
                  "two together, of at least 30 leads; <em>as scored</em> is the win rate of leads with the "
                  "same points.");
  lf_text_add(out, "<ul>\n");
  add_side(out, exceptions, "below", "won", "below the threshold", "won", "won");
  add_side(out, exceptions, "above", "lost", "at or above it", "was lost", "were lost");
  lf_text_add(out, "</ul>\n");
  if (lf_view_text(exceptions, "sentence") != NULL) {
    lf_text_add(out, "<p>");
    lf_html_text(out, lf_view_text(exceptions, "sentence"));
    lf_text_add(out, "</p>\n");
  }
  bool told = stands_out(exceptions, "below.patterns") || stands_out(exceptions, "above.patterns");
  if (!told) lf_text_add(out, "<details><summary>The patterns least likely by chance</summary>\n");
  add_patterns(out, lf_view_at(exceptions, "below"),
               "Below the threshold: patterns that won more often than scored, the least "
               "likely by chance first",
               "Won", "won");
  add_patterns(out, lf_view_at(exceptions, "above"),
               "Above the threshold: patterns that won less often than scored, the least "
               "likely by chance first",
               "Lost", "lost");
  if (!told) lf_text_add(out, "</details>\n");
  lf_html_section_close(out);
}
