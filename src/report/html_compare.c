/* Several definitions on the same leads: the page of `compare`, and the quadrant of a pair, which the report
 * shows too. */
#include <math.h>
#include <string.h>

#include "report/html_charts.h"
#include "report/html_sections.h"
#include "report/report.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* ---- the quadrant ----------------------------------------------------------------------------------------
 */

/* A corner of the quadrant: its win rate, where the leads are enough, and the counts behind it. */
static void add_corner(lf_text *out, const json_t *cell, const char *who) {
  double rows = lf_view_number(cell, "rows"), amount = lf_view_number(cell, "amount");
  lf_text_addf(out, "<td><span class=\"who\">%s</span>", who);
  if (rows < LF_REPORT_FEWEST_ROWS || isnan(lf_view_number(cell, "win_rate"))) {
    lf_text_addf(out, "<span class=\"few\">fewer than %d leads</span></td>", LF_REPORT_FEWEST_ROWS);
    return;
  }
  lf_text_add(out, "<b class=\"figure\">");
  lf_people_percent(out, lf_view_number(cell, "win_rate"));
  lf_text_add(out, "</b><span class=\"limits\">won,");
  lf_html_limits(out, lf_view_number(cell, "low"), lf_view_number(cell, "high"), LF_HTML_PERCENT);
  lf_text_add(out, "</span><span class=\"counts\">");
  lf_people_count(out, lf_view_number(cell, "won"));
  lf_text_add(out, " of ");
  lf_people_counted(out, rows, "lead", "leads");
  if (amount > 0) {
    lf_text_add(out, ", revenue ");
    lf_people_count(out, amount);
  }
  lf_text_add(out, "</span></td>");
}

static void add_side(lf_text *out, const char *name, const char *says) {
  lf_html_data(out, name, 60);
  lf_text_add(out, says);
}

static void add_disagreement(lf_text *out, const json_t *d) {
  if (isnan(lf_view_number(d, "difference"))) return;
  lf_text_add(out, "<p>Where they disagree, the win rates lie ");
  lf_people_fixed(out, 100 * lf_view_number(d, "difference"), 1);
  lf_text_add(out, " points of percentage apart");
  if (!isnan(lf_view_number(d, "ci_low"))) {
    lf_text_add(out, " (95% interval ");
    lf_people_fixed(out, 100 * lf_view_number(d, "ci_low"), 1);
    lf_text_add(out, " to ");
    lf_people_fixed(out, 100 * lf_view_number(d, "ci_high"), 1);
    lf_text_add(out, ")");
  }
  lf_text_add(out, ", the first less the second; p ");
  lf_people_p(out, lf_view_number(d, "p"));
  lf_text_add(out, ".</p>\n");
}

void lf_html_quadrant(lf_text *out, const json_t *pair) {
  const json_t *q = lf_view_at(pair, "quadrant");
  const char *a = lf_view_text(pair, "a"), *b = lf_view_text(pair, "b");
  if (q == NULL) return;
  lf_text_add(
      out,
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Who qualifies which leads\"><table "
      "class=\"quadrant\">\n<caption>Who qualifies which leads, and how many of those "
      "won</caption>\n<thead><tr>"
      "<td></td><th scope=\"col\">");
  add_side(out, b, " qualifies");
  lf_text_add(out, "</th><th scope=\"col\">");
  add_side(out, b, " does not");
  lf_text_add(out, "</th></tr></thead>\n<tbody>\n<tr><th scope=\"row\">");
  add_side(out, a, " qualifies");
  lf_text_add(out, "</th>");
  add_corner(out, lf_view_at(q, "both"), "both");
  add_corner(out, lf_view_at(q, "a_only"), "only the first");
  lf_text_add(out, "</tr>\n<tr><th scope=\"row\">");
  add_side(out, a, " does not");
  lf_text_add(out, "</th>");
  add_corner(out, lf_view_at(q, "b_only"), "only the second");
  add_corner(out, lf_view_at(q, "neither"), "neither");
  lf_text_add(out, "</tr>\n</tbody></table></div>\n");
  add_disagreement(out, lf_view_at(q, "a_only_vs_b_only"));
}

/* ---- candidates ------------------------------------------------------------------------------------------
 */

static void add_candidates(lf_text *out, const json_t *compare) {
  static const lf_html_column columns[] = {
      {"Candidate", "name", LF_HTML_NAME},
      {"AUC", "holdout.auc", LF_HTML_INTERVAL_FIXED3},
      {"Log loss", "holdout.log_loss", LF_HTML_FIXED4},
      {"Calibration slope", "holdout.calibration.slope", LF_HTML_FIXED2},
      {"Revenue-capture Gini", "holdout.revenue_capture.gini", LF_HTML_FIXED3},
      {"MQL threshold", "threshold", LF_HTML_COUNT},
      {"Leads it qualifies", "qualified.rows", LF_HTML_COUNT},
      {"of those won", "qualified.won", LF_HTML_COUNT},
      {"Win rate", "qualified.win_rate", LF_HTML_PERCENT},
      {"Their revenue", "qualified.amount", LF_HTML_COUNT},
  };
  lf_html_section(out, "candidates", "The candidates",
                  "Every candidate judged on the same leads. AUC: of 100 pairs of a won and a lost lead, how "
                  "many it ranks in "
                  "the right order, over 100.");
  lf_html_figure(out, "candidates", "AUC of each candidate",
                 "AUC with 95% intervals; 0.5 is a coin. The intervals of two candidates may overlap where "
                 "they differ: the "
                 "pairs below are the test.");
  lf_html_records(out, &(lf_html_table){"Candidates on the same leads", columns, COUNT_OF(columns),
                                        lf_view_at(compare, "candidates"), NULL, NULL, 0});
  lf_html_section_close(out);
}

/* ---- pairs -----------------------------------------------------------------------------------------------
 */

static void add_volumes(lf_text *out, const json_t *pair) {
  static const lf_html_column columns[] = {
      {"Best leads by each", "share", LF_HTML_PERCENT},
      {"Leads", "rows", LF_HTML_COUNT},
      {"as many qualifies", "threshold_of", LF_HTML_TEXT},
      {"Won by the first", "won_a", LF_HTML_COUNT},
      {"by the second", "won_b", LF_HTML_COUNT},
      {"Difference", "won_difference", LF_HTML_INTERVAL_COUNT},
      {"Revenue by the first", "amount_a", LF_HTML_COUNT},
      {"by the second", "amount_b", LF_HTML_COUNT},
      {"Difference", "amount_difference", LF_HTML_INTERVAL_COUNT},
  };
  const json_t *list = lf_view_list(pair, "at_volume");
  if (list != NULL)
    lf_html_records(out, &(lf_html_table){"At equal volume, with 95% intervals", columns, COUNT_OF(columns),
                                          list, NULL, NULL, 0});
}

static void add_pair(lf_text *out, const json_t *pair) {
  lf_text_add(out, "<h3>");
  lf_html_data(out, lf_view_text(pair, "a"), 80);
  lf_text_add(out, " and ");
  lf_html_data(out, lf_view_text(pair, "b"), 80);
  lf_text_add(out, "</h3>\n");
  lf_html_paragraph(out, NULL, lf_view_text(pair, "sentence"));
  lf_html_quadrant(out, pair);
  lf_text_add(out, "<details><summary>Wins and revenue at equal volume</summary>\n");
  add_volumes(out, pair);
  lf_text_add(out, "</details>\n");
}

static void add_pairs(lf_text *out, const json_t *compare) {
  size_t i;
  json_t *pair;
  lf_html_section(out, "pairs", "Pair by pair", NULL);
  lf_view_each(lf_view_at(compare, "pairs"), i, pair) add_pair(out, pair);
  lf_html_section_close(out);
}

static void add_rules(lf_text *out, const json_t *compare) {
  const json_t *rules = lf_view_at(compare, "rules");
  lf_html_section(out, "rules", "How it was judged", NULL);
  lf_text_add(out, "<dl class=\"facts\">\n");
  lf_html_fact_text(out, "Judged by", lf_view_text(compare, "judged"));
  lf_html_fact(out, "Leads without a score of each", lf_view_number(compare, "rows_without_score"),
               LF_HTML_COUNT);
  lf_html_fact(out, "Margin of the AUC", lf_view_number(rules, "auc_margin"), LF_HTML_FIXED3);
  lf_html_fact(out, "Margin of wins at equal volume", lf_view_number(rules, "won_margin"), LF_HTML_PERCENT);
  lf_html_fact(out, "Bootstrap replicates", lf_view_number(rules, "bootstrap_replicates"), LF_HTML_COUNT);
  lf_html_fact_text(out, "No meaningful difference", lf_view_text(rules, "no meaningful difference"));
  lf_html_fact_text(out, "Better", lf_view_text(rules, "better"));
  lf_html_fact_text(out, "Not enough evidence", lf_view_text(rules, "not enough evidence"));
  lf_text_add(out, "</dl>\n");
  lf_html_inputs(out, lf_view_at(compare, "inputs"));
  lf_html_section_close(out);
}

/* ---- the page --------------------------------------------------------------------------------------------
 */

/* The name that beat every other, or NULL. */
static const char *winner(const json_t *compare) {
  const json_t *pairs = lf_view_at(compare, "pairs"), *candidate, *pair;
  size_t n = json_array_size(lf_view_at(compare, "candidates"));
  for (size_t i = 0; i < n; i++) {
    size_t won = 0, k;
    candidate = json_array_get(lf_view_at(compare, "candidates"), i);
    const char *name = lf_view_text(candidate, "name");
    for (k = 0; k < json_array_size(pairs); k++) {
      pair = json_array_get(pairs, k);
      const char *better = lf_view_text(pair, "better");
      won += name != NULL && better != NULL && strcmp(better, name) == 0;
    }
    if (won + 1 == n) return name;
  }
  return NULL;
}

static void add_summary(lf_text *out, const json_t *compare) {
  const json_t *pairs = lf_view_at(compare, "pairs");
  const char *best = winner(compare);
  lf_text title = {0};
  lf_text_add(&title, best != NULL ? best : "No candidate is better than all others");
  if (best != NULL)
    lf_text_add(&title, json_array_size(pairs) == 1 ? " is better" : " is better than all others");
  lf_text_add(out, "<section id=\"summary\" aria-label=\"Summary\">\n");
  lf_html_verdict_open(out, best != NULL ? "good" : "plain", best != NULL ? "\xE2\x9C\x93" : NULL,
                       lf_text_part(out, &title));
  lf_text_free(&title);
  if (json_array_size(pairs) == 1)
    lf_html_paragraph(out, "works", lf_view_text(json_array_get(pairs, 0), "sentence"));
  lf_text_add(out, "</div>\n");
  lf_html_cautions(out, "Before you use it", lf_view_at(compare, "warnings"));
  lf_text_add(out, "</section>\n");
}

static json_t *new_candidate(const json_t *candidate) {
  lf_object o = lf_object_new();
  lf_chart_name(&o, "name", lf_view_text(candidate, "name"));
  lf_object_tree(
      &o, "auc",
      lf_chart_interval(candidate, "holdout.auc.value", "holdout.auc.ci_low", "holdout.auc.ci_high"));
  return lf_object_take(&o);
}

lf_status lf_compare_html(const json_t *compare, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  lf_object data = lf_object_new();
  const char *name = lf_view_name(compare);
  lf_html_page_open(&out, name, "comparison");
  lf_html_header_open(&out, name);
  lf_html_about(&out, lf_view_number(compare, "rows"), "lead judged", "leads judged");
  lf_html_about(&out, lf_view_number(compare, "won"), "win", "wins");
  lf_html_header_close(&out);
  lf_text_add(&out, "<main>\n");
  add_summary(&out, compare);
  add_candidates(&out, compare);
  add_pairs(&out, compare);
  add_rules(&out, compare);
  lf_text_add(&out, "</main>\n");
  lf_object_tree(&data, "candidates", lf_chart_list(lf_view_at(compare, "candidates"), new_candidate));
  json_t *numbers = lf_object_take(&data);
  out.failed = out.failed || numbers == NULL;
  lf_html_page_close(&out, numbers);
  return lf_view_give(&out, bytes, n, err);
}
