/* What each rule costs: a sentence for all together, a table of each alone, the cross-fitted rows behind it.
 */
#include <math.h>

#include "report/html_sections.h"

/* A price with its interval; a figure whose interval is not known is not shown. */
static void add_price(lf_text *out, const json_t *price, double factor, int decimals) {
  double value = lf_view_number(price, "value"), low = lf_view_number(price, "ci_low"),
         high = lf_view_number(price, "ci_high");
  lf_text_add(out, "<td class=\"n\">");
  if (isnan(value) || isnan(low) || isnan(high))
    lf_html_absent(out);
  else {
    lf_people_fixed(out, factor * value, decimals);
    lf_text_add(out, " <span class=\"counts\">");
    lf_people_fixed(out, factor * low, decimals);
    lf_text_add(out, " to ");
    lf_people_fixed(out, factor * high, decimals);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</td>");
}

static void add_rule(lf_text *out, const json_t *rule, const json_t *price, bool revenue) {
  bool binds = lf_view_flag(rule, "binds");
  const char *verdict = lf_view_text(binds ? price : rule, "verdict");
  lf_text_add(out, "<tr><th scope=\"row\">");
  lf_html_data(out, lf_view_text(rule, "rule"), 160);
  lf_text_add(out, "</th><td>");
  lf_html_text(out, verdict != NULL ? verdict : "not judged");
  lf_text_add(out, "</td>");
  add_price(out, lf_view_at(price, "auc"), 100, 1);
  add_price(out, lf_view_at(price, "deviance"), 1, 1);
  add_price(out, lf_view_at(price, "at_mql_volume.won"), 1, 0);
  if (revenue) add_price(out, lf_view_at(price, "at_mql_volume.amount"), 1, 0);
  lf_text_add(out, "</tr>\n");
}

/* side: "holdout" or "cross_fitted". */
static void add_table(lf_text *out, const json_t *rules, const char *side, const char *caption) {
  size_t i;
  json_t *rule;
  bool revenue = false, any = false;
  lf_view_each(rules, i, rule) {
    const json_t *price = lf_view_at(rule, side);
    any = any || price != NULL;
    revenue = revenue || !isnan(lf_view_number(price, "at_mql_volume.amount.value"));
  }
  if (!any) return;
  lf_text_addf(
      out,
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"%s\"><table>\n<caption>%s: what is "
      "given up, with 95%% intervals; below 0 is a gain</caption>\n<thead><tr><th "
      "scope=\"col\">Rule</th><th scope=\"col\">Verdict</th><th scope=\"col\" class=\"n\">Pairs in the "
      "right order, of 100</th><th scope=\"col\" class=\"n\">Deviance</th><th scope=\"col\" "
      "class=\"n\">Wins at MQL volume</th>%s</tr></thead>\n<tbody>\n",
      caption, caption, revenue ? "<th scope=\"col\" class=\"n\">Revenue at MQL volume</th>" : "");
  lf_view_each(rules, i, rule) add_rule(out, rule, lf_view_at(rule, side), revenue);
  lf_text_add(out, "</tbody></table></div>\n");
}

void lf_html_rules(lf_text *out, const json_t *report) {
  const json_t *rules = lf_view_list(report, "rules");
  size_t i, n = json_array_size(rules);
  json_t *rule;
  if (rules == NULL) return;
  lf_html_section(
      out, "rules", "What each rule costs",
      "The card that keeps the rules of leadfit.yaml beside the card the data would have without them, on "
      "leads that took no part in fitting either.");
  lf_view_each(rules, i, rule) {
    const char *sentence = lf_view_text(rule, "sentence");
    if (sentence == NULL || (n == 2 && i + 1 == n)) continue; /* one rule is all rules together */
    lf_text_add(out, "<p>");
    lf_html_text(out, sentence);
    lf_text_add(out, "</p>\n");
  }
  add_table(out, rules, "holdout", "Holdout leads, each rule alone and all together");
  lf_text_add(out, "<details><summary>The same on cross-fitted training leads</summary>\n");
  add_table(out, rules, "cross_fitted", "Cross-fitted leads, each rule alone and all together");
  lf_text_add(
      out,
      "<p class=\"note\">More leads, each judged by a fit that never saw it; but penalties and attributes "
      "were chosen by all training leads.</p>\n</details>\n"
      "<p class=\"note\">MQL volume: as many of each card\xE2\x80\x99s best leads as the card under the rule "
      "qualifies. No meaningful difference: the 90% interval of the pairs lies within 1 of 100; costs: else, "
      "where q over all rules is 0.05 at most and the 95% interval leaves out 0; not enough evidence: else. "
      "Prices of single rules do not add up to that of all together. The intervals hold both cards fixed: "
      "they allow for the leads that judged, not for the leads that taught.</p>\n");
  lf_html_section_close(out);
}
