/* The page of `evidence`: each claim with its verdict, the counts and the uncertainty behind it and what
 * would overturn it; and every attribute with its own, where they were asked about. */
#include <math.h>
#include <string.h>

#include "report/html_charts.h"
#include "report/html_sections.h"
#include "report/report.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* A shape beside the words, so that no colour is needed. */
static const char *verdict_sign(const char *verdict) {
  if (verdict == NULL) return "?";
  if (strcmp(verdict, "supported") == 0) return "\xE2\x9C\x93";
  if (strcmp(verdict, "contradicted") == 0) return "\xE2\x9C\x95";
  return strcmp(verdict, "no meaningful difference") == 0 ? "\xE2\x97\x8B" : "?";
}

static void add_verdict(lf_text *out, const json_t *claim) {
  const char *verdict = lf_view_text(claim, "verdict");
  lf_text_addf(out, "<span class=\"sign\" aria-hidden=\"true\">%s</span> ", verdict_sign(verdict));
  lf_html_data(out, verdict, 40);
}

/* ---- all claims at a glance ------------------------------------------------------------------------------
 */

static void add_ratio(lf_text *out, const json_t *ratio) {
  lf_text_add(out, "<td class=\"n interval\">");
  if (isnan(lf_view_number(ratio, "ratio"))) {
    lf_html_absent(out);
  } else {
    lf_html_number(out, lf_view_number(ratio, "ratio"), LF_HTML_FIXED2);
    lf_html_limits(out, lf_view_number(ratio, "low"), lf_view_number(ratio, "high"), LF_HTML_FIXED2);
  }
  lf_text_add(out, "</td>");
}

static void add_side(lf_text *out, const json_t *counts) {
  double rows = lf_view_number(counts, "rows"), mean = lf_view_number(counts, "mean_amount");
  lf_text_add(out, "<td class=\"n interval\">");
  if (!(rows >= LF_REPORT_FEWEST_ROWS)) {
    lf_text_addf(out, "<span class=\"few\">fewer than %d</span></td>", LF_REPORT_FEWEST_ROWS);
    return;
  }
  lf_people_percent(out, lf_view_number(counts, "win_rate"));
  lf_text_add(out, " <span class=\"counts\">");
  lf_people_count(out, lf_view_number(counts, "won"));
  lf_text_add(out, " of ");
  lf_people_count(out, rows);
  if (!isnan(mean)) {
    lf_text_add(out, ", ");
    lf_people_count(out, mean);
    lf_text_add(out, " a deal");
  }
  lf_text_add(out, "</span></td>");
}

static void add_row(lf_text *out, const json_t *claim) {
  const lf_html_column q = {"", "q", LF_HTML_P};
  lf_text_add(out, "<tr><th scope=\"row\">");
  lf_html_data(out, lf_view_text(claim, "say"), 160);
  if (lf_view_text(claim, "by") != NULL) {
    lf_text_add(out, " <span class=\"note\">");
    lf_html_data(out, lf_view_text(claim, "by"), 40);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</th><td class=\"verdict-cell\">");
  add_verdict(out, claim);
  lf_text_add(out, "</td>");
  add_side(out, lf_view_at(claim, "counts.group"));
  add_side(out, lf_view_at(claim, "counts.versus"));
  add_ratio(out, lf_view_at(claim, "raw"));
  add_ratio(out, lf_view_at(claim, "adjusted"));
  lf_html_cell(out, claim, &q, NULL);
  lf_text_add(out, "</tr>\n");
}

static void add_overview(lf_text *out, const json_t *claims) {
  size_t i;
  json_t *claim;
  lf_html_section(
      out, "claims", "The claims",
      "What each claim says beside what the leads say. As counted: the two groups as they are. Adjusted: "
      "other "
      "attributes being equal. <em>q</em> is the p-value after allowing for the number of claims.");
  lf_html_figure(out, "claims", "Ratio of each claim, as counted and adjusted, with 95% intervals",
                 "Ratio of the one group to the other, with 95% intervals; at the line there is no "
                 "difference. Filled: other "
                 "attributes being equal. Open: as counted.");
  lf_text_add(
      out,
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Claims and their verdicts\"><table>\n"
      "<caption>Claims and their verdicts, with 95% intervals</caption>\n<thead><tr><th "
      "scope=\"col\">Claim</th>"
      "<th scope=\"col\">Verdict</th><th scope=\"col\" class=\"n\">The group won</th><th scope=\"col\" "
      "class=\"n\">The others won</th><th scope=\"col\" class=\"n\">Ratio as counted</th><th scope=\"col\" "
      "class=\"n\">Ratio adjusted</th><th scope=\"col\" class=\"n\">q</th></tr></thead>\n<tbody>\n");
  lf_view_each(claims, i, claim) add_row(out, claim);
  lf_text_add(out, "</tbody></table></div>\n");
  lf_html_section_close(out);
}

/* ---- one by one ------------------------------------------------------------------------------------------
 */

/* "Adjusted for: A, B." */
static void add_names(lf_text *out, const char *term, const char *between, const json_t *names) {
  size_t i;
  json_t *name;
  if (json_array_size(names) == 0) return;
  lf_text_addf(out, "<p class=\"note\">%s: ", term);
  lf_view_each(names, i, name) {
    lf_text_add(out, i > 0 ? between : "");
    lf_html_data(out, json_is_string(name) ? json_string_value(name) : "", 200);
  }
  lf_text_add(out, ".</p>\n");
}

static void add_quarters(lf_text *out, const json_t *claim) {
  static const lf_html_column columns[] = {
      {"Quarter", "quarter", LF_HTML_NAME}, {"Group: leads", "group.rows", LF_HTML_COUNT},
      {"won", "group.won", LF_HTML_COUNT},  {"Others: leads", "versus.rows", LF_HTML_COUNT},
      {"won", "versus.won", LF_HTML_COUNT}, {"Ratio adjusted", "ratio", LF_HTML_FIXED2},
      {"95% from", "low", LF_HTML_FIXED2},  {"to", "high", LF_HTML_FIXED2},
  };
  json_t *some = json_array(), *quarter;
  size_t i;
  lf_view_each(lf_view_at(claim, "quarters"), i, quarter) {
    bool enough = lf_view_number(quarter, "group.rows") >= LF_REPORT_FEWEST_ROWS &&
                  lf_view_number(quarter, "versus.rows") >= LF_REPORT_FEWEST_ROWS;
    if (enough) lf_html_keep(out, some, quarter);
  }
  if (json_array_size(some) > 0) {
    lf_text_add(out, "<details><summary>Quarter by quarter</summary>\n");
    lf_html_records(out, &(lf_html_table){"Quarters with at least 10 leads on each side", columns,
                                          COUNT_OF(columns), some, NULL, NULL, 0});
    lf_text_add(out, "</details>\n");
  }
  json_decref(some);
}

static void add_claim(lf_text *out, const json_t *claim) {
  lf_text_add(out, "<h3>");
  lf_html_data(out, lf_view_text(claim, "say"), 300);
  lf_text_add(out, "</h3>\n");
  lf_html_paragraph(out, NULL, lf_view_text(claim, "sentence"));
  lf_text_add(out, "<dl class=\"facts\">\n");
  lf_html_fact_text(out, "Attribute", lf_view_text(claim, "attribute"));
  lf_html_fact(out, "Outcomes reversed that would overturn it", lf_view_number(claim, "flip.rows"),
               LF_HTML_COUNT);
  lf_html_fact(out, "Wins that would settle it", lf_view_number(claim, "more_won"), LF_HTML_COUNT);
  if (lf_view_number(claim, "e_value.limit") > 1)
    lf_html_fact(out, "E-value of the interval", lf_view_number(claim, "e_value.limit"), LF_HTML_FIXED2);
  lf_text_add(out, "</dl>\n");
  add_names(out, "Adjusted for", ", ", lf_view_at(claim, "adjusted_for"));
  add_names(out, "Not adjusted for", "; ", lf_view_at(claim, "not_adjusted_for"));
  if (lf_view_list(claim, "notes") != NULL) lf_html_sentences(out, lf_view_at(claim, "notes"));
  add_quarters(out, claim);
}

static void add_each(lf_text *out, const json_t *claims) {
  size_t i;
  json_t *claim;
  lf_html_section(out, "each", "What stands behind each", NULL);
  lf_view_each(claims, i, claim) add_claim(out, claim);
  lf_html_section_close(out);
}

static void add_rules(lf_text *out, const json_t *evidence) {
  static const char *const rules[] = {"supported, contradicted", "no meaningful difference",
                                      "not enough evidence", "flip", "e_value"};
  static const char *const names[] = {"Supported, contradicted", "No meaningful difference",
                                      "Not enough evidence", "Outcomes that would overturn it", "E-value"};
  lf_html_section(out, "rules", "How it was judged", NULL);
  lf_text_add(out, "<dl class=\"words\">\n");
  for (size_t i = 0; i < COUNT_OF(rules); i++)
    lf_html_fact_text(out, names[i], lf_view_text(lf_view_at(evidence, "rules"), rules[i]));
  lf_html_fact_text(out, "Judged by", lf_view_text(evidence, "judged"));
  lf_text_add(out, "</dl>\n");
  lf_html_inputs(out, lf_view_at(evidence, "inputs"));
  lf_html_section_close(out);
}

/* ---- the page --------------------------------------------------------------------------------------------
 */

/* "3 claims: 1 supported, 2 contradicted". */
static void write_title(lf_text *out, const json_t *claims) {
  static const char *const verdicts[] = {"supported", "contradicted", "no meaningful difference",
                                         "not enough evidence"};
  const char *between = ": ";
  if (json_array_size(claims) == 0) {
    lf_text_add(out, "What the evidence says");
    return;
  }
  lf_people_counted(out, (double)json_array_size(claims), "claim", "claims");
  for (size_t v = 0; v < COUNT_OF(verdicts); v++) {
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(claims); i++) {
      const char *verdict = lf_view_text(json_array_get(claims, i), "verdict");
      n += verdict != NULL && strcmp(verdict, verdicts[v]) == 0;
    }
    if (n == 0) continue;
    lf_text_addf(out, "%s%zu %s", between, n, verdicts[v]);
    between = ", ";
  }
}

static json_t *new_claim(const json_t *claim) {
  lf_object o = lf_object_new();
  lf_chart_name(&o, "name", lf_view_text(claim, "say"));
  lf_object_tree(&o, "raw", lf_chart_interval(claim, "raw.ratio", "raw.low", "raw.high"));
  lf_object_tree(&o, "adjusted", lf_chart_interval(claim, "adjusted.ratio", "adjusted.low", "adjusted.high"));
  return lf_object_take(&o);
}

static json_t *new_data(const json_t *evidence) {
  lf_object o = lf_object_new();
  lf_object_tree(&o, "claims", lf_chart_list(lf_view_at(evidence, "claims"), new_claim));
  lf_chart_put_attributes(&o, evidence);
  return lf_object_take(&o);
}

lf_status lf_evidence_html(const json_t *evidence, char **bytes, size_t *n, lf_error *err) {
  const json_t *claims = lf_view_list(evidence, "claims");
  const char *name = lf_view_name(evidence);
  lf_text out = {0}, title = {0};
  json_t *data = new_data(evidence);
  lf_html_page_open(&out, name, "evidence");
  lf_html_header_open(&out, name);
  lf_html_about(&out, lf_view_number(evidence, "data.used"), "lead with a known outcome",
                "leads with a known outcome");
  lf_html_about(&out, lf_view_number(evidence, "data.won"), "win", "wins");
  lf_html_header_close(&out);
  lf_text_add(&out, "<main>\n<section id=\"summary\" aria-label=\"Summary\">\n");
  write_title(&title, claims);
  lf_html_verdict_open(&out, "plain", NULL, lf_text_part(&out, &title));
  lf_text_add(&out, "</div>\n</section>\n");
  if (claims != NULL) add_overview(&out, claims);
  if (claims != NULL) add_each(&out, claims);
  if (lf_view_list(evidence, "attributes") != NULL) lf_html_attributes(&out, evidence);
  add_rules(&out, evidence);
  lf_text_add(&out, "</main>\n");
  out.failed = out.failed || data == NULL;
  lf_text_free(&title);
  lf_html_page_close(&out, data);
  return lf_view_give(&out, bytes, n, err);
}
