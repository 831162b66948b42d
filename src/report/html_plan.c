/* The plan as an agreement: what each team owes and is measured on, what stands behind it, how such a plan
 * did a quarter ago. A section of the report, and a page of its own that prints on one sheet with room to
 * sign. */
#include <math.h>
#include <string.h>

#include "report/html_charts.h"
#include "report/html_sections.h"
#include "report/plan_text.h"
#include "report/report.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

enum { MOST_SHOWN = 12 };

static void open_panel(lf_text *out, const char *heading, int level) {
  lf_text_addf(out, "<div class=\"panel\"><h%d>%s</h%d>\n", level, heading, level);
}

static void add_figure(lf_text *out, double value, const char *what) {
  lf_text_add(out, "<p class=\"figure\">");
  lf_html_number(out, value, LF_HTML_QUANTITY);
  lf_text_addf(out, " <small>%s</small></p>\n", what);
}

static void add_grade(lf_text *out, const json_t *grade) {
  if (!(lf_view_number(grade, "rows") > 0)) return;
  lf_text_add(out, "<div><dt>of which grade ");
  lf_html_data(out, lf_view_text(grade, "grade"), 40);
  lf_text_add(out, "</dt><dd>");
  lf_html_number(out, lf_view_number(grade, "leads_a_month"), LF_HTML_QUANTITY);
  lf_text_add(out, "</dd></div>\n");
}

static void add_marketing(lf_text *out, const json_t *plan, int level) {
  const json_t *m = lf_view_at(plan, "agreement.marketing");
  size_t i;
  json_t *grade;
  open_panel(out, "Marketing owes", level);
  add_figure(out, lf_view_number(m, "leads_a_month"), "qualified leads a month, by the common definition");
  lf_text_add(out, "<dl class=\"owes\">\n");
  lf_view_each(lf_view_at(m, "grades"), i, grade) add_grade(out, grade);
  lf_html_fact(out, "to bring the revenue in all but 2.5% of cases",
               lf_view_number(m, "leads_a_month_to_be_sure"), LF_HTML_QUANTITY);
  lf_html_fact(out, "at least, in all but 2.5% of cases", lf_view_number(m, "leads_a_month_at_least"),
               LF_HTML_QUANTITY);
  lf_html_fact_interval(out, "recent volume of such leads", lf_view_at(plan, "recommended.qualified_a_month"),
                        LF_HTML_QUANTITY);
  lf_text_add(out, "</dl></div>\n");
}

static void add_sales(lf_text *out, const json_t *plan, int level) {
  const json_t *s = lf_view_at(plan, "agreement.sales");
  open_panel(out, "Sales owes", level);
  add_figure(out, lf_view_number(s, "follow_up_a_month"), "qualified leads followed up a month");
  lf_text_add(out, "<dl class=\"owes\">\n");
  lf_html_fact(out, "of which over the stated capacity", lf_view_number(s, "over_capacity_a_month"),
               LF_HTML_QUANTITY);
  lf_html_fact_interval(out, "win rate of qualified leads", lf_view_at(s, "win_rate"), LF_HTML_PERCENT);
  lf_html_fact(out, "wins a month", lf_view_number(s, "wins_a_month"), LF_HTML_QUANTITY);
  lf_html_fact_interval(out, "deal size", lf_view_at(s, "deal_size"), LF_HTML_COUNT);
  lf_html_fact(out, "days from lead to win, half of them within", lf_view_number(s, "days_to_win_half"),
               LF_HTML_COUNT);
  lf_html_fact(out, "days from lead to win, nine in ten within", lf_view_number(s, "days_to_win_nine_in_ten"),
               LF_HTML_COUNT);
  lf_text_add(out, "</dl></div>\n");
}

static void add_targets(lf_text *out, const json_t *plan, int level) {
  const json_t *row = lf_view_at(plan, "recommended");
  const char *by = lf_view_text(plan, "agreement.threshold_by");
  open_panel(out, "What both go by", level);
  lf_text_add(out, "<p class=\"figure\">");
  lf_people_count(out, lf_view_number(row, "threshold"));
  lf_text_addf(out, " <small>points or more: a qualified lead%s</small></p>\n<dl class=\"owes\">\n",
               by != NULL && strcmp(by, "capacity") == 0 ? ", by the capacity of sales" : "");
  lf_html_fact(out, "revenue to bring", lf_view_number(plan, "asked.revenue"), LF_HTML_COUNT);
  lf_html_fact(out, "months it is for", lf_view_number(plan, "asked.horizon_months"), LF_HTML_COUNT);
  lf_html_fact(out, "leads a month that sales can work", lf_view_number(plan, "asked.capacity"),
               LF_HTML_QUANTITY);
  lf_html_fact_interval(out, "qualified leads it takes in that time", lf_view_at(row, "needed"),
                        LF_HTML_QUANTITY);
  lf_html_fact_interval(out, "revenue to be expected at recent volume", lf_view_at(row, "revenue"),
                        LF_HTML_COUNT);
  lf_html_fact(out, "cost of the leads", lf_view_number(row, "cost"), LF_HTML_COUNT);
  lf_text_add(out, "</dl></div>\n");
}

/* level: of the headings. */
static void add_agreement(lf_text *out, const json_t *plan, int level) {
  lf_text_add(out, "<div class=\"panels\">\n");
  add_marketing(out, plan, level);
  add_sales(out, plan, level);
  add_targets(out, plan, level);
  lf_text_add(out, "</div>\n");
}

/* ---- what stands behind it -------------------------------------------------------------------------------
 */

static void add_behind(lf_text *out, const json_t *plan) {
  lf_text_add(out, "<dl class=\"facts\">\n");
  lf_html_fact(out, "Decided leads that judge", lf_view_number(plan, "rows"), LF_HTML_COUNT);
  lf_html_fact(out, "at the threshold or above", lf_view_number(plan, "recommended.rows"), LF_HTML_COUNT);
  lf_html_fact(out, "of those won", lf_view_number(plan, "recommended.won"), LF_HTML_COUNT);
  lf_html_fact(out, "their revenue", lf_view_number(plan, "recommended.amount"), LF_HTML_COUNT);
  lf_html_fact(out, "Leads of any score a month", lf_view_number(plan, "volume.leads_a_month"),
               LF_HTML_QUANTITY);
  lf_html_fact(out, "full months counted", lf_view_number(plan, "volume.months"), LF_HTML_COUNT);
  lf_text_add(out, "</dl>\n");
}

static void add_came(lf_text *out, const json_t *backtest, const char *key, const char *name) {
  const json_t *item = lf_view_at(backtest, key);
  if (isnan(lf_view_number(item, "said"))) return;
  lf_text_addf(out, "<tr><th scope=\"row\">%s</th><td class=\"n\">", name);
  lf_people_count(out, lf_view_number(item, "said"));
  lf_html_limits(out, lf_view_number(item, "ci_low"), lf_view_number(item, "ci_high"), LF_HTML_COUNT);
  lf_text_add(out, "</td><td class=\"n\">");
  lf_people_count(out, lf_view_number(item, "came"));
  lf_text_add(out, "</td><td>");
  if (lf_view_at(item, "inside") != NULL)
    lf_text_add(out, lf_view_flag(item, "inside") ? "inside" : "outside");
  lf_text_add(out, "</td></tr>\n");
}

static void add_backtest(lf_text *out, const json_t *backtest) {
  lf_text_add(out, "<h3>The same plan, made a quarter ago</h3>\n");
  if (backtest == NULL) {
    lf_html_missing(out, "too few dated leads judge for a plan of a quarter before");
    return;
  }
  lf_text_addf(out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" "
                    "aria-label=\"Backtest\"><table>\n<caption>Made before ");
  lf_html_data(out, lf_view_text(backtest, "from"), 20);
  lf_text_add(out, ", for the quarter to ");
  lf_html_data(out, lf_view_text(backtest, "to"), 20);
  lf_text_add(
      out,
      "</caption>\n<thead><tr><th scope=\"col\">Of</th><th scope=\"col\" class=\"n\">Said, with 95% "
      "interval</th>"
      "<th scope=\"col\" class=\"n\">Came</th><th scope=\"col\">The interval</th></tr></thead>\n<tbody>\n");
  add_came(out, backtest, "qualified", "Qualified leads decided");
  add_came(out, backtest, "wins", "Wins");
  add_came(out, backtest, "revenue", "Revenue");
  lf_text_add(out, "</tbody></table></div>\n");
}

/* About MOST_SHOWN thresholds, the recommended one among them, in a new array. */
static json_t *some_thresholds(lf_text *out, const json_t *plan, const json_t **recommended) {
  const json_t *list = lf_view_at(plan, "thresholds");
  double own = lf_view_number(plan, "agreement.threshold");
  size_t i, n = json_array_size(list), step = n / MOST_SHOWN + 1;
  json_t *row, *some = json_array();
  *recommended = NULL;
  lf_view_each(list, i, row) {
    bool is_own = lf_view_number(row, "threshold") == own;
    if (lf_view_number(row, "rows") < LF_REPORT_FEWEST_ROWS || (i % step && !is_own)) continue;
    if (is_own) *recommended = row;
    lf_html_keep(out, some, row);
  }
  return some;
}

static void add_thresholds(lf_text *out, const json_t *plan) {
  static const lf_html_column columns[] = {
      {"Points or more", "threshold", LF_HTML_NAME},
      {"Leads that judge", "rows", LF_HTML_COUNT},
      {"Qualified leads a month", "qualified_a_month", LF_HTML_INTERVAL_QUANTITY},
      {"Win rate", "win_rate", LF_HTML_INTERVAL_PERCENT},
      {"Revenue per lead", "revenue_per_lead", LF_HTML_INTERVAL_COUNT},
      {"Leads a month the revenue takes", "needed_a_month", LF_HTML_INTERVAL_QUANTITY},
      {"Recent volume covers", "volume_covers", LF_HTML_PERCENT},
      {"Revenue for one of cost", "revenue_per_cost", LF_HTML_FIXED1},
  };
  const json_t *recommended = NULL;
  json_t *some = some_thresholds(out, plan, &recommended);
  lf_text_add(out, "<h3>At other thresholds</h3>\n");
  lf_html_figure(out, "plan", "Qualified leads a month by threshold: expected, and needed for the revenue",
                 "Qualified leads a month, with 95% intervals: what recent volume brings, and what the "
                 "revenue takes. Where "
                 "the dashed line lies above the solid one, the volume does not bring the revenue. The "
                 "upright line is the "
                 "threshold of the agreement.");
  lf_html_records(out, &(lf_html_table){"Thresholds, with 95% intervals", columns, COUNT_OF(columns), some,
                                        recommended, "agreed", 0});
  json_decref(some);
}

static void add_details(lf_text *out, const json_t *plan) {
  add_behind(out, plan);
  add_backtest(out, lf_view_at(plan, "backtest"));
  add_thresholds(out, plan);
  lf_html_paragraph(out, "note", lf_plan_caution);
}

static void add_sentence(lf_text *out, const json_t *plan, const char *class) {
  lf_text text = {0};
  lf_plan_headline(&text, plan);
  lf_html_paragraph(out, class, lf_text_part(out, &text));
  lf_text_free(&text);
}

static json_t *new_threshold(const json_t *row) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "threshold", lf_view_number(row, "threshold"));
  lf_object_number(&o, "rows", lf_view_number(row, "rows"));
  lf_object_tree(&o, "expected",
                 lf_chart_interval(row, "qualified_a_month.value", "qualified_a_month.ci_low",
                                   "qualified_a_month.ci_high"));
  lf_object_tree(
      &o, "needed",
      lf_chart_interval(row, "needed_a_month.value", "needed_a_month.ci_low", "needed_a_month.ci_high"));
  return lf_object_take(&o);
}

void lf_chart_put_plan(lf_object *o, const json_t *plan) {
  if (plan == NULL) return;
  lf_object_tree(o, "plan", lf_chart_list(lf_view_at(plan, "thresholds"), new_threshold));
  lf_object_number(o, "agreed", lf_view_number(plan, "agreement.threshold"));
}

void lf_html_plan(lf_text *out, const json_t *report) {
  const json_t *plan = lf_view_at(report, "plan");
  if (plan == NULL) return;
  lf_html_section(out, "plan", "What each team owes", NULL);
  add_sentence(out, plan, NULL);
  add_agreement(out, plan, 3);
  lf_text_add(out, "<h3>What stands behind it</h3>\n");
  add_details(out, plan);
  lf_html_section_close(out);
}

/* ---- the page --------------------------------------------------------------------------------------------
 */

static void add_signatures(lf_text *out) {
  lf_text_add(
      out,
      "<table class=\"signatures\">\n<caption>Agreed</caption>\n<thead><tr><th scope=\"col\">For</th><th "
      "scope=\"col\">Name</th><th scope=\"col\">Date</th></tr></thead>\n<tbody>\n"
      "<tr><th scope=\"row\">Marketing</th><td></td><td></td></tr>\n"
      "<tr><th scope=\"row\">Sales</th><td></td><td></td></tr>\n</tbody></table>\n");
}

lf_status lf_plan_html(const json_t *plan, char **bytes, size_t *n, lf_error *err) {
  const char *name = lf_view_text(plan, "name") != NULL ? lf_view_text(plan, "name") : "scorecard";
  lf_text out = {0};
  lf_object data = lf_object_new();
  lf_html_page_open(&out, name, "plan");
  lf_html_header_open(&out, name);
  lf_html_about(&out, lf_view_number(plan, "rows"), "decided lead judges", "decided leads judge");
  lf_html_about(&out, lf_view_number(plan, "won"), "of them won", "of them won");
  lf_html_header_close(&out);
  lf_text_add(&out, "<main>\n<section id=\"summary\" aria-label=\"Summary\">\n");
  lf_html_verdict_open(&out, "plain", NULL, "Agreement on qualified leads");
  add_sentence(&out, plan, "works");
  lf_text_add(&out, "</div>\n");
  add_agreement(&out, plan, 2);
  add_signatures(&out);
  lf_text_add(&out, "</section>\n");
  lf_html_section(&out, "behind", "What stands behind it", NULL);
  add_details(&out, plan);
  lf_html_section_close(&out);
  lf_text_add(&out, "</main>\n");
  lf_chart_put_plan(&data, plan);
  json_t *numbers = lf_object_take(&data);
  out.failed = out.failed || numbers == NULL;
  lf_html_page_close(&out, numbers);
  return lf_view_give(&out, bytes, n, err);
}
