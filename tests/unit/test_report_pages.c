/* The pages of compare, plan, monitor and evidence: what the tree says stands there with its limits and
 * counts, few leads are not shown, values are escaped, and any part may be missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "report_case.h"

static void compare_shows_the_quadrant_with_its_counts(void **state) {
  (void)state;
  char *page = page_of(lf_compare_html,
                       "{\"rows\": 200, \"won\": 60, \"inputs\": [{\"name\": \"q/h.csv\", \"rows\": 200}],"
                       " \"candidates\": [{\"name\": \"<i>a\", \"holdout\": {\"auc\": {\"value\": 0.8, "
                       "\"ci_low\": 0.7, \"ci_high\": 0.9}}},"
                       "                  {\"name\": \"b\", \"holdout\": {\"auc\": {\"value\": 0.6}}}],"
                       " \"pairs\": [{\"a\": \"<i>a\", \"b\": \"b\", \"better\": \"<i>a\", \"sentence\": "
                       "\"so & so\", \"quadrant\": {"
                       "   \"both\": {\"rows\": 50, \"won\": 25, \"win_rate\": 0.5, \"low\": 0.4, \"high\": "
                       "0.6, \"amount\": 1234},"
                       "   \"a_only\": {\"rows\": 40, \"won\": 10, \"win_rate\": 0.25, \"low\": 0.1, "
                       "\"high\": 0.4, \"amount\": 0},"
                       "   \"b_only\": {\"rows\": 9, \"won\": 3, \"win_rate\": 0.777, \"low\": 0.1, "
                       "\"high\": 0.6, \"amount\": 77},"
                       "   \"neither\": {\"rows\": 101, \"won\": 22, \"win_rate\": 0.218, \"low\": 0.15, "
                       "\"high\": 0.3, \"amount\": 5},"
                       "   \"a_only_vs_b_only\": {\"difference\": -0.083, \"ci_low\": -0.3, \"ci_high\": "
                       "0.1, \"p\": 0.4}}}]}");
  has(page, "<title>h.csv \xC2\xB7 leadfit comparison</title>");
  has(page, "&lt;i&gt;a is better</h1>");
  has(page, "<p class=\"works\">so &amp; so</p>");
  has(page, "<b class=\"figure\">50.0%</b><span class=\"limits\">won, <span class=\"counts\">40.0% to "
            "60.0%</span></span>"
            "<span class=\"counts\">25 of 50 leads, revenue 1,234</span>");
  has(page, "10 of 40 leads</span>"); /* no revenue to speak of */
  has(page, "only the second</span><span class=\"few\">fewer than 10 leads</span>");
  lacks(page, "77.7%");
  has(page, "lie \xE2\x88\x92"
            "8.3 points of percentage apart (95% interval \xE2\x88\x92"
            "30.0 to 10.0)");
  lacks(page, "<i>");
  free(page);
}

static void nobody_wins_where_no_pair_is_told_apart(void **state) {
  (void)state;
  char *page =
      page_of(lf_compare_html, "{\"candidates\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}],"
                               " \"pairs\": [{\"a\": \"a\", \"b\": \"b\", \"better\": \"a\"},"
                               "             {\"a\": \"a\", \"b\": \"c\", \"better\": null}]}");
  has(page, "No candidate is better than all others</h1>");
  free(page);
}

static const char plan[] =
    "{\"name\": \"card\", \"rows\": 1000, \"won\": 200, \"asked\": {\"revenue\": 5000000, "
    "\"horizon_months\": 3},"
    " \"recommended\": {\"threshold\": 51, \"rows\": 474, \"won\": 214, \"amount\": 4299600,"
    "   \"needed\": {\"value\": 551.2, \"ci_low\": 443.1, \"ci_high\": 688.9}, \"volume_covers\": 0.3007,"
    "   \"qualified_a_month\": {\"value\": 55.25, \"ci_low\": 45.3, \"ci_high\": 65.0},"
    "   \"revenue\": {\"value\": 1503509, \"ci_low\": 986912, \"ci_high\": 2090774}},"
    " \"thresholds\": [{\"threshold\": 40, \"rows\": 9, \"win_rate\": {\"value\": 0.777}},"
    "                  {\"threshold\": 51, \"rows\": 474, \"win_rate\": {\"value\": 0.451, \"ci_low\": "
    "0.403, \"ci_high\": 0.496}}],"
    " \"agreement\": {\"threshold\": 51, \"threshold_by\": \"capacity\","
    "   \"marketing\": {\"leads_a_month\": 183.7, \"leads_a_month_to_be_sure\": 229.5,"
    "     \"grades\": [{\"grade\": \"A\", \"rows\": 200, \"leads_a_month\": 77.53}, {\"grade\": \"D\", "
    "\"rows\": 0, \"leads_a_month\": 0}]},"
    "   \"sales\": {\"follow_up_a_month\": 183.7, \"win_rate\": {\"value\": 0.451, \"ci_low\": 0.403, "
    "\"ci_high\": 0.496}, \"wins_a_month\": 82.95}},"
    " \"backtest\": {\"from\": \"2024-10-01\", \"to\": \"2024-12-31\", \"wins\": {\"said\": 72.7, "
    "\"ci_low\": 53.2, \"ci_high\": 94.8, "
    "\"came\": 101, \"inside\": false}}}";

static void the_plan_says_what_each_owes(void **state) {
  (void)state;
  char *page = page_of(lf_plan_html, plan);
  has(page, "<h2>Marketing owes</h2>\n<p class=\"figure\">184 <small>qualified leads a month");
  has(page, "<dt>of which grade <bdi>A</bdi></dt><dd>77.5</dd>");
  lacks(page, "<bdi>D</bdi>");
  has(page, "<dt>to bring the revenue in all but 2.5% of cases</dt><dd>230</dd>");
  has(page,
      "<dt>win rate of qualified leads</dt><dd>45.1% <span class=\"counts\">40.3% to 49.6%</span></dd>");
  has(page, "a revenue of 5,000,000 in 3 months takes 551 (95%: 443 to 689) qualified leads");
  has(page, "points or more: a qualified lead, by the capacity of sales");
  has(page, "<th scope=\"row\">Wins</th><td class=\"n\">73 <span class=\"counts\">53 to 95</span></td><td "
            "class=\"n\">101</td><td>outside</td>");
  lacks(page, "77.7%");                                                 /* nine leads */
  has(page, "<tr><th scope=\"row\">Sales</th><td></td><td></td></tr>"); /* room to sign */
  free(page);
}

static void the_plan_stands_in_the_report(void **state) {
  (void)state;
  char with[sizeof plan + 32];
  snprintf(with, sizeof with, "{\"plan\": %s}", plan);
  char *page = page_of(lf_report_html, with);
  has(page, "<a href=\"#plan\">Plan</a>");
  has(page, "<section id=\"plan\"");
  has(page, "<dt>of which grade <bdi>A</bdi></dt><dd>77.5</dd>");
  lacks(page, "class=\"signatures\"");
  free(page);
}

static void claims_stand_with_their_counts(void **state) {
  (void)state;
  char *page = page_of(lf_evidence_html,
                       "{\"judged\": \"every row\", \"data\": {\"used\": 4526, \"won\": 1755}, \"claims\": ["
                       " {\"say\": \"Men <b>are\", \"by\": \"press\", \"verdict\": \"not enough evidence\", "
                       "\"sentence\": \"So.\", \"q\": 0.214,"
                       "  \"counts\": {\"group\": {\"rows\": 2691, \"won\": 1198, \"win_rate\": 0.4452}, "
                       "\"versus\": {\"rows\": 9, \"won\": 7, \"win_rate\": 0.777}},"
                       "  \"raw\": {\"ratio\": 1.841, \"low\": 1.624, \"high\": 2.087}, \"adjusted\": "
                       "{\"ratio\": 0.905, \"low\": 0.773, \"high\": 1.059},"
                       "  \"more_won\": 7167, \"flip\": {\"rows\": 12}, \"e_value\": {\"limit\": 1}, "
                       "\"adjusted_for\": [\"Dept\", \"Year\"], \"notes\": [\"Mind it.\"]},"
                       " {\"say\": \"x\", \"verdict\": \"supported\"}],"
                       " \"attributes\": [{\"name\": \"Dept\", \"verdict\": \"not enough evidence\", "
                       "\"win\": {\"odds_ratio\": 1.1}}]}");
  has(page, "2 claims: 1 supported, 1 not enough evidence</h1>");
  has(page, "Men &lt;b&gt;are</bdi> <span class=\"note\"><bdi>press</bdi></span></th>");
  has(page, "44.5% <span class=\"counts\">1,198 of 2,691</span>");
  has(page, "fewer than 10</span>");
  lacks(page, "77.7%");
  has(page, ">1.84 <span class=\"counts\">1.62 to 2.09</span></td><td class=\"n interval\">0.91 <span "
            "class=\"counts\">0.77 to 1.06</span>"
            "</td><td class=\"n\">0.214</td>");
  has(page, "<dt>Wins that would settle it</dt><dd>7,167</dd>");
  has(page, "<dt>Outcomes reversed that would overturn it</dt><dd>12</dd>");
  has(page, "Adjusted for: <bdi>Dept</bdi>, <bdi>Year</bdi>.</p>");
  lacks(page, "E-value of the interval"); /* an interval that holds 1 leaves nothing to explain */
  has(page, "<li>Mind it.</li>");
  has(page, "<section id=\"attributes\"");
  lacks(page, "On the card");
  free(page);
}

static void a_better_definition_in_force_is_said_first(void **state) {
  (void)state;
  static const char *const betters[][3] = {
      {"\"old\"", "Worse than the definition in force",
       "The definition in force is better on these leads: keep it"},
      {"\"new\"", "Better than the definition in force", "points on"},
      {"null", "Not enough evidence that it differs from the definition in force", "points on"}};
  for (size_t i = 0; i < 3; i++) {
    char report[400];
    snprintf(report, sizeof report,
             "{\"mql\": {\"threshold\": 40}, \"holdout\": {\"rows\": 900, \"won\": 300, \"auc\": {\"value\": "
             "0.8, \"ci_low\": 0.7, "
             "\"ci_high\": 0.9}}, \"changed\": {\"threshold\": {\"old\": 48}, \"pairs\": [{\"better\": %s, "
             "\"verdict\": \"x\"}]}}",
             betters[i][0]);
    char *page = page_of(lf_report_html, report);
    has(page, "definition in force (from 48 of its points).");
    has(page, betters[i][1]);
    has(page, betters[i][2]);
    if (i > 0) lacks(page, "keep it");
    free(page);
  }
}

static void the_monitor_names_its_alarms(void **state) {
  (void)state;
  char *page =
      page_of(lf_monitor_html, "{\"holds\": false, \"alpha\": 0.05, \"alarms\": [\"ranking <fell>\"], "
                               "\"rows\": 300, \"decided\": 250, \"won\": 50,"
                               " \"checks\": [{\"check\": \"ranking\", \"value\": 0.61, \"ci_low\": 0.55, "
                               "\"ci_high\": 0.67, \"promised\": 0.75, "
                               "\"margin\": 0.01, \"p_adjusted\": 0.0004, \"alarm\": true},"
                               "   {\"check\": \"attribute drift\", \"attribute\": \"Region\", \"value\": "
                               "0.0123, \"critical\": 0.02, \"margin\": 0.01, "
                               "\"p_adjusted\": 1, \"alarm\": false}],"
                               " \"funnel\": {\"qualified\": 100, \"won\": 30, \"lost\": 50, \"open\": 20, "
                               "\"open_too_long\": 5, \"below_won\": 20, \"below_decided\": 170}}");
  has(page, "The definition no longer holds</h1>\n<p class=\"works\">1 alarm among 2 questions.");
  has(page, "<li>ranking &lt;fell&gt;</li>");
  has(page, "<tr class=\"alarm\"><th scope=\"row\"><bdi>ranking</bdi></th><td class=\"n interval\">0.610 "
            "<span class=\"counts\">0.550 to "
            "0.670</span></td><td class=\"n\">0.750</td>");
  has(page, "drift of <bdi>Region</bdi></th><td class=\"n interval\">0.0123</td>");
  has(page, "<dt>of those won</dt><dd><b>37.5%</b> <span class=\"counts\">30 of 80</span>");
  has(page,
      "<dt>open for longer than nine in ten took</dt><dd><b>25.0%</b> <span class=\"counts\">5 of 20</span>");
  free(page);
  page = page_of(lf_monitor_html, "{\"alarms\": [], \"checks\": [{\"check\": \"slope\"}]}");
  has(page, "The definition holds</h1>\n<p class=\"works\">No alarm among 1 question.");
  free(page);
}

static void any_part_may_be_missing(void **state) {
  (void)state;
  static const byte_view views[] = {lf_compare_html, lf_plan_html, lf_monitor_html, lf_evidence_html};
  for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
    char *page = page_of(views[i], "{}");
    has(page, "<h1>");
    lacks(page, "nan");
    free(page);
    free(page_of(
        views[i],
        "{\"candidates\": [1, null], \"pairs\": [{\"quadrant\": {}}], \"thresholds\": {}, \"checks\": [3], "
        "\"quarters\": [{}], \"funnel\": [], \"agreement\": 4, \"backtest\": {}}"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compare_shows_the_quadrant_with_its_counts),
      cmocka_unit_test(nobody_wins_where_no_pair_is_told_apart),
      cmocka_unit_test(the_plan_says_what_each_owes),
      cmocka_unit_test(the_plan_stands_in_the_report),
      cmocka_unit_test(claims_stand_with_their_counts),
      cmocka_unit_test(a_better_definition_in_force_is_said_first),
      cmocka_unit_test(the_monitor_names_its_alarms),
      cmocka_unit_test(any_part_may_be_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
