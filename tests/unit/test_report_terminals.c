/* The terminal views of compare, evidence, monitor, score, plan, inspect and validate: what each tree says
 * stands there, one and many are told apart, and what is not known is not said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "report_case.h"

enum { MOST_SAID = 10 };

/* A tree, and what a view says and does not say of it. */
typedef struct said_case {
  text_view view;
  const char *tree;
  const char *says[MOST_SAID], *never[MOST_SAID];
} said_case;

static void check_all(const said_case *cases, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char *text = terminal_of(cases[i].view, cases[i].tree, false, 200);
    has_all(text, cases[i].says, MOST_SAID);
    lacks_all(text, cases[i].never, MOST_SAID);
    lacks(text, "nan");
    lacks(text, "(null)");
    lacks(text, "not available");
    free(text);
  }
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof *(cases))

static lf_status evidence_short(const json_t *tree, bool colour, int width, char **bytes, size_t *n,
                                lf_error *err) {
  return lf_evidence_terminal(tree, false, colour, width, bytes, n, err);
}

static lf_status evidence_whole(const json_t *tree, bool colour, int width, char **bytes, size_t *n,
                                lf_error *err) {
  return lf_evidence_terminal(tree, true, colour, width, bytes, n, err);
}

/* ---- compare --------------------------------------------------------------------------------------- */

static void compare_shows_who_qualifies_whom(void **state) {
  static const said_case cases[] = {
      {lf_compare_terminal,
       "{\"rows\": 1, \"won\": 1, \"candidates\": [{\"name\": \"a\", \"holdout\": {\"auc\": {\"value\": "
       "0.8}}}]}",
       {"1 lead judged, 1 won;", "a          0.800"},
       {"\xE2\x80\x93", "qualified by"}},
      {lf_compare_terminal,
       "{\"rows\": 200, \"won\": 60, \"candidates\": [{\"name\": \"old\", \"holdout\": {\"auc\": {\"value\": "
       "0.8, \"ci_low\": 0.7,"
       " \"ci_high\": 0.9}, \"top\": [{}, {\"won\": 0.25}]}}], \"pairs\": [{\"a\": \"old\", \"b\": \"new\", "
       "\"quadrant\": {"
       "\"both\": {\"rows\": 50, \"win_rate\": 0.5, \"low\": 0.4, \"high\": 0.6, \"amount\": 1234},"
       "\"a_only\": {\"rows\": 40, \"win_rate\": 0.25}, \"b_only\": {\"rows\": 9}, \"neither\": {\"rows\": "
       "101}}}]}",
       {"200 leads judged, 60 won;",
        "0.700\xE2\x80\x93"
        "0.900",
        "25.0%", "only old", "only new", "neither",
        "both            50     50.0%  40.0% to 60.0%    1,234\n"},
       {"is better"}},
      {lf_compare_terminal,
       "{\"rows\": 2, \"won\": 1}",
       {"2 leads judged, 1 won;"},
       {"candidate  ", "wins, revenue"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

static void a_pair_that_is_told_apart_is_green(void **state) {
  static const char *const pairs[][2] = {
      {"{\"pairs\": [{\"verdict\": \"better\", \"sentence\": \"So.\"}]}", "\033[1;32mSo."},
      {"{\"pairs\": [{\"verdict\": \"not enough evidence\", \"sentence\": \"So.\"}]}", "\033[1;33mSo."},
      {"{\"pairs\": [{\"sentence\": \"So.\"}]}", "\nSo.\n"}};
  (void)state;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    char *text = terminal_of(lf_compare_terminal, pairs[i][0], true, 80);
    has(text, pairs[i][1]);
    free(text);
  }
}

/* ---- claims ---------------------------------------------------------------------------------------- */

static void a_claim_is_coloured_by_its_verdict(void **state) {
  static const char *const verdicts[][2] = {{"\"supported\"", "\033[1;32mSo."},
                                            {"\"contradicted\"", "\033[1;31mSo."},
                                            {"\"no meaningful difference\"", "\033[1;33mSo."},
                                            {"null", "\nSo.\n"}};
  (void)state;
  for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
    char tree[200];
    snprintf(tree, sizeof tree, "{\"claims\": [{\"say\": \"x\", \"sentence\": \"So.\", \"verdict\": %s}]}",
             verdicts[i][0]);
    char *text = terminal_of(evidence_short, tree, true, 80);
    has(text, verdicts[i][1]);
    free(text);
  }
}

static void a_claim_stands_with_what_is_behind_it(void **state) {
  static const said_case cases[] = {
      {evidence_short,
       "{\"claims\": [{\"say\": \"Webinars win\", \"by\": \"marketing\", \"raw\": {\"measure\": \"odds "
       "ratio\", \"ratio\": 2,"
       " \"low\": 1.5, \"high\": 2.5}, \"adjusted\": {\"ratio\": 1.5},"
       " \"quarters\": [{\"ratio\": 1.2}, {\"ratio\": 0.8}, {\"ratio\": 3}, {}],"
       " \"e_value\": {\"estimate\": 2.37, \"limit\": 1.4}, \"adjusted_for\": [\"Region\", \"Size\"],"
       " \"not_adjusted_for\": [\"A: B: too many levels\", \"C: separated\", \"D: too many levels\", 3, "
       "\"bare\"],"
       " \"notes\": [\"First.\", 7, \"Second.\"]}, {\"say\": \"y\", \"adjusted\": {\"ratio\": 1}, \"raw\": "
       "{\"ratio\": 1}}]}",
       {"Webinars win (marketing)\n", "odds ratio as counted 2.00 (1.50 to 2.50), adjusted 1.50\n",
        "Quarters    of 4, above 1 in 2 and below 1 in 1; too few leads in 1\n",
        "both the attribute and the outcome by a ratio of 2.37 (for the interval: 1.40)\n",
        "Adjusted    Region, Size\n", "Not for     A: B, D: too many levels\n            C: separated\n",
        "Note        First.\n            Second.\n", "\ny\n"},
       {"bare", "D: separated"}},
      /* an interval that holds 1 leaves nothing to explain; no quarter has leads enough */
      {evidence_short,
       "{\"claims\": [{\"raw\": {\"ratio\": 1.1, \"low\": 0.9, \"high\": 1.3}, \"adjusted\": {\"ratio\": "
       "1.1},"
       " \"e_value\": {\"estimate\": 1.4, \"limit\": 1}, \"quarters\": [{}, {}]}]}",
       {"ratio as counted 1.10 (0.90 to 1.30), adjusted 1.10\n"},
       {"E-value", "Quarters", "Note", "Adjusted "}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- evidence -------------------------------------------------------------------------------------- */

static void evidence_groups_attributes_by_verdict(void **state) {
  static const char tree[] =
      "{\"evidence\": {\"rows\": 1, \"won\": 1, \"notes\": [\"Mind it.\", 4, \"And this.\"], \"rules\": [\"R "
      "one.\"],"
      " \"noise_floor\": {\"copies\": 20, \"below_5_percent\": 1, \"smallest_p\": 0.0001}},"
      " \"data\": {\"columns\": [{\"name\": \"Email\", \"reason\": \"an identity\"}, {\"name\": \"Late\", "
      "\"reason\": \"constant\"},"
      " {\"name\": \"Stage\", \"suspicion\": \"tells the outcome\"}, {\"reason\": \"nameless\"}]},"
      " \"attributes\": [{\"name\": \"Region\", \"owner\": \"sales\", \"verdict\": \"predicts closed "
      "revenue\", \"strength\": \"strong\","
      " \"q\": 0.0001, \"because\": \"its interval\", \"win\": {\"odds_ratio\": 2.5, \"low\": 2, \"high\": "
      "3}},"
      " {\"name\": \"Size\", \"verdict\": \"not enough evidence\", \"q\": 0.25, \"win\": {\"odds_ratio\": 1, "
      "\"low\": null, \"excluded_from\": 1.279}, \"revenue\": {\"ratio\": 1, \"low\": null}}, {\"q\": 0.5}]}";
  static const said_case cases[] = {
      {evidence_short,
       tree,
       {"1 lead judged, 1 won, each by bands", "Predicts closed revenue\n", "<0.001", "2.50 (2.00 to 3.00)",
        "below 1.28\n", "Left out   Email: an identity\n           Late: constant\n",
        "Ask        Stage: tells the outcome\n", "Note       Mind it.\n           And this.\n",
        "of 20 shuffled copies of the attributes in the same procedure, 1 had p below 0.05; the "
        "smallest was below 0.001\n"},
       {"the holdout", "(sales)", "R one.", "nameless", "its interval", "1.00"}},
      {evidence_whole,
       tree,
       {"Region (sales)", "what the verdict goes by", "its interval", "Rules      R one.\n", "0.250"},
       {"-v: what each verdict goes by", "2.50 (2.00"}},
      {evidence_whole,
       "{\"evidence\": {\"rows\": 1200, \"won\": 300, \"holdout_rows\": 400}, \"attributes\": []}",
       {"1,200 leads judged, 300 won", "; 400 of them are the holdout.",
        "No column is left that could be an attribute."},
       {"Chance", "Left out"}},
      {evidence_short,
       "{\"attributes\": [], \"claims\": [{\"say\": \"x\", \"raw\": {\"ratio\": 2}, \"adjusted\": "
       "{\"ratio\": 2}}]}",
       {"\n\nx\n"},
       {"judged"}},
      {evidence_short,
       "{\"attributes\": null, \"claims\": [{\"say\": \"x\", \"raw\": {\"ratio\": 2}, \"adjusted\": "
       "{\"ratio\": 2}}]}",
       {"x\n"},
       {"No column is left", "-v:"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- monitor --------------------------------------------------------------------------------------- */

static void monitor_says_alarms_first(void **state) {
  static const said_case cases[] = {
      {lf_monitor_terminal,
       "{\"rows\": 1, \"decided\": 1, \"won\": 0, \"alpha\": 0.05, \"alarms\": [], \"checks\": [{\"check\": "
       "\"slope\", \"value\": 1}]}",
       {"The definition holds: no alarm among 1 question.\n", "1 lead, 1 of them decided, 0 won.",
        "at most 5.0% of runs"},
       {"ALARM", "Scoreboard", "Funnel", "No drift", "Note"}},
      {lf_monitor_terminal,
       "{\"rows\": 300, \"decided\": 250, \"won\": 50, \"alpha\": 0.05, \"alarms\": [\"It fell.\"], "
       "\"notes\": [\"Young.\"],"
       " \"checks\": [{\"check\": \"volume\", \"value\": 40, \"promised\": 55.26, \"p_adjusted\": 0.0001, "
       "\"alarm\": true},"
       " {\"check\": \"score drift\", \"value\": 0.0123, \"critical\": 0.02}, {\"value\": 0.5},"
       " {\"check\": \"attribute drift\", \"attribute\": \"Region\", \"value\": 0.01},"
       " {\"check\": \"attribute drift\", \"attribute\": \"Size\", \"value\": 0.01},"
       " {\"check\": \"attribute drift\", \"attribute\": \"Source\", \"value\": 0.3, \"alarm\": true}],"
       " \"quarters\": [{\"period\": \"2024-Q1\", \"leads\": 100, \"qualified_won\": 5, "
       "\"qualified_decided\": 20},"
       "  {\"period\": \"2024-Q2\", \"qualified_decided\": 0}],"
       " \"funnel\": {\"qualified\": 1, \"won\": 1, \"lost\": 0, \"open\": 0, \"below_won\": 4, "
       "\"below_decided\": 40}}",
       {"ALARM: It fell.\n", "300 leads, 250 of them decided, 50 won.", "No drift   Region, Size\n",
        "40.0      55.3", "below 0.001  ALARM", "0.0123", "2024-Q1    100                  20     25.0%",
        "of 1 qualified lead 1 were won, 0 lost, 0 are open. Below the threshold 4 of 40 were won.\n"},
       {"The definition holds", "of the revenue", "for more than"}},
      {lf_monitor_terminal,
       "{\"rows\": 3, \"decided\": 3, \"won\": 1, \"alpha\": 0.05, \"checks\": [], \"funnel\": "
       "{\"qualified\": 100, \"won\": 30,"
       " \"lost\": 50, \"open\": 20, \"open_too_long\": 5, \"too_long_days\": 90, \"below_won\": 20, "
       "\"below_decided\": 170,"
       " \"below_amount\": 25, \"won_amount\": 100}}",
       {"of 100 qualified leads 30 were won", "20 are open, 5 of them for more than 90 days",
        "25.0% of the revenue.", "no alarm among 0 questions"},
       {"question  "}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* Of many quarters the last twelve are shown. */
static void monitor_shows_the_last_three_years(void **state) {
  char tree[2000] = "{\"rows\": 20, \"decided\": 20, \"won\": 2, \"alpha\": 0.05, \"quarters\": [";
  (void)state;
  for (int q = 0; q < 14; q++)
    snprintf(tree + strlen(tree), sizeof tree - strlen(tree), "%s{\"period\": \"%d-Q%d\"}", q ? ", " : "",
             2020 + q / 4, 1 + q % 4);
  strcat(tree, "]}");
  char *text = terminal_of(lf_monitor_terminal, tree, false, 100);
  has(text, "2020-Q3");
  has(text, "2023-Q2");
  lacks(text, "2020-Q2");
  free(text);
}

/* A log gets one line an alarm, whatever stands in the names. */
static void an_alarm_is_one_line(void **state) {
  (void)state;
  char *text = bytes_of(lf_monitor_lines, "{\"alarms\": [\"a\\nb \\u001b[2J\", 5, \"c\"]}");
  assert_string_equal(text, "ALARM: a b \xEF\xBF\xBD[2J\nALARM: \nALARM: c\n");
  free(text);
  text = bytes_of(lf_monitor_lines, "{}");
  assert_string_equal(text, "");
  free(text);
}

/* ---- score ----------------------------------------------------------------------------------------- */

static void score_says_how_many_qualify(void **state) {
  static const said_case cases[] = {
      {lf_score_terminal,
       "{\"card\": \"Acme\", \"threshold\": 40, \"all\": {\"leads\": 1, \"share\": 1, \"won\": 0.5}, "
       "\"qualified\": {\"leads\": 1, \"share\": 1},"
       " \"output\": \"out.csv\"}",
       {"1 lead scored by \"Acme\": 1 (100.0%) qualify at 40 points or more\n", "written to out.csv\n"},
       {"A, from"}},
      {lf_score_terminal,
       "{\"all\": {\"leads\": 30}, \"grades\": [{\"grade\": \"A\", \"from\": 55, \"leads\": 12, \"share\": "
       "0.4}, {\"from\": 0}],"
       " \"sources\": [{\"name\": \"web\", \"leads\": 1, \"unmatched\": 2, \"without_key\": 3}, {\"name\": "
       "\"crm\", \"leads\": 20,"
       " \"unmatched\": 0, \"without_key\": 10}]}",
       {"30 leads scored\n", "A, from 55     12  40.0%", ", from 0",
        "web: 1 lead has a row, 2 have a key that is not there, 3 have none\n", "crm: 20 leads have a row"},
       {"qualify"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- plan ------------------------------------------------------------------------------------------ */

static void plan_goes_by_month_where_months_are_known(void **state) {
  static const said_case cases[] = {
      {lf_plan_terminal,
       "{\"rows\": 1, \"won\": 1, \"recommended\": {\"threshold\": 4, \"win_rate\": {\"value\": 0.5}},"
       " \"agreement\": {\"sales\": {\"win_rate\": {\"value\": 0.5, \"ci_low\": 0.4, \"ci_high\": 0.6}}}}",
       {"From 4 points on: 50.0% of leads are won; how many qualify a month cannot be told",
        "1 decided lead judges, 1 of them won.",
        "Marketing  qualified leads, as many as the teams agree on\n",
        "follow-up of each of them, at a win rate of 50.0% (95%: 40.0% to 60.0%)\n",
        "Backtest   no quarter before could be planned"},
       {"capacity", "From 4.0"}},
      {lf_plan_terminal,
       "{\"rows\": 1000, \"won\": 200, \"recommended\": {\"threshold\": 51, \"qualified_a_month\": "
       "{\"value\": 5.26}},"
       " \"agreement\": {\"threshold\": 51, \"marketing\": {\"leads_a_month\": 55.25}, \"sales\": "
       "{\"follow_up_a_month\": 40,"
       "  \"over_capacity_a_month\": 15.25, \"win_rate\": {\"value\": 0.451}}},"
       " \"thresholds\": [{\"threshold\": 51, \"needed\": {\"value\": 551.2, \"ci_low\": 443.1, \"ci_high\": "
       "688.9}}],"
       " \"backtest\": {\"from\": \"2024-10-01\", \"to\": \"2024-12-31\", \"qualified\": {\"said\": 100, "
       "\"ci_low\": 80,"
       "  \"ci_high\": 120, \"came\": 90, \"inside\": true}, \"wins\": {\"said\": 72, \"ci_low\": 53, "
       "\"ci_high\": 94,"
       "  \"came\": 101, \"inside\": false}}}",
       {"5.3 qualified leads a month are to be expected.", "1,000 decided leads judge",
        "Marketing  55 qualified leads a month\n",
        "follow-up of 40 a month at a win rate of 45.1%; 15 a month more than the capacity\n", "443 to 689",
        "qualified leads decided 100 (80 to 120), came 90; wins 72 (53 to 94), came 101,"},
       {"came 90, outside", "revenue"}},
      {lf_plan_terminal,
       "{\"rows\": 10, \"won\": 2, \"asked\": {\"revenue\": 5000, \"horizon_months\": 3}, \"recommended\": "
       "{\"threshold\": 12,"
       " \"needed\": {\"value\": 20}}, \"agreement\": {\"sales\": {\"win_rate\": {\"value\": 0.5}}}}",
       {"From 12 points on: a revenue of 5,000 in 3 months takes 20 qualified leads.\n"},
       {"the recent volume"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* Of many thresholds about nine stand there, and always the one that is recommended. */
static void plan_keeps_the_recommended_threshold(void **state) {
  char tree[3000] =
      "{\"rows\": 9, \"won\": 2, \"agreement\": {\"threshold\": 127, \"sales\": {\"win_rate\": {\"value\": "
      "0.5}}},"
      " \"recommended\": {\"threshold\": 127, \"win_rate\": {\"value\": 0.5}}, \"thresholds\": [";
  int shown = 0;
  (void)state;
  for (int k = 0; k < 40; k++)
    snprintf(tree + strlen(tree), sizeof tree - strlen(tree), "%s{\"threshold\": %d}", k ? ", " : "",
             100 + k);
  strcat(tree, "]}");
  char *text = terminal_of(lf_plan_terminal, tree, false, 80);
  for (int k = 0; k < 40; k++) {
    char line[16];
    snprintf(line, sizeof line, "\n %d", 100 + k);
    shown += strstr(text, line) != NULL;
  }
  has(text, "\n 127");
  assert_int_equal(shown, 9); /* every fifth of 40, and 127 */
  free(text);
}

/* ---- inspect and validate --------------------------------------------------------------------------- */

static void inspect_shows_the_frequent_words(void **state) {
  static const said_case cases[] = {
      {lf_inspect_terminal,
       "{\"data\": {\"rows\": 40, \"columns\": [{\"name\": \"Title\", \"kind\": \"text\", \"words\": "
       "[{\"word\": \"vp\", \"rows\": 12,"
       " \"won_rate\": 0.5}, {\"word\": \"sales\", \"rows\": 10, \"won_rate\": 0.25}, {\"word\": \"w3\", "
       "\"rows\": 1, \"won_rate\": 0},"
       " {\"word\": \"w4\", \"rows\": 1, \"won_rate\": 0}, {\"word\": \"w5\", \"rows\": 1, \"won_rate\": 0}, "
       "{\"word\": \"w6\","
       " \"rows\": 1, \"won_rate\": 0}, {\"word\": \"w7\", \"rows\": 1, \"won_rate\": 0}, {\"word\": \"w8\", "
       "\"rows\": 1,"
       " \"won_rate\": 0}, {\"word\": \"w9\", \"rows\": 1, \"won_rate\": 0}]}, {\"name\": \"Page\", "
       "\"words\": [{\"word\": \"x\","
       " \"rows\": 3, \"won_rate\": 1}]}]}}",
       {"Words      Title: vp (12 training rows, 50.0% won), sales (10, 25.0%)", "w8 (1, 0.0%)",
        "           Page: x (3 training rows, 100.0% won)\n"},
       {"w9"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

static void validate_says_why_an_order_cannot_be_judged(void **state) {
  static const said_case cases[] = {
      {lf_validate_terminal, "{}", {"No leads were judged.\n"}, {"AUC"}},
      {lf_validate_terminal,
       "{\"holdout\": {\"rows\": 1, \"won\": 1}}",
       {"The order cannot be judged: the leads have one outcome only.\n", "1 lead judged, 1 won.\n"},
       {"pairs", "AUC"}},
      {lf_validate_terminal,
       "{\"holdout\": {\"rows\": 9, \"won\": 3, \"distinct_scores\": 1, \"auc\": {\"value\": 0.5}}}",
       {"Every lead gets the same score: it ranks none above another.\n"},
       {"a coin gets 50"}},
      {lf_validate_terminal,
       "{\"holdout\": {\"rows\": 9, \"won\": 3, \"auc\": {\"value\": 0.5}, \"top\": [{\"share\": 0.1, "
       "\"won\": 0.25, \"amount\": 0.4},"
       " {\"share\": 0.2, \"won\": 0.5}, {\"share\": 0.3}]}, \"warnings\": [\"Look out.\", {\"reason\": "
       "\"open\", \"rows\": 1}]}",
       {"Top        the best 10% hold 25.0% of the wins and 40.0% of the revenue\n",
        "           the best 20% hold 50.0% of the wins\n", "Warning    Look out.\n           1 row: open\n"},
       {"best 30%"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- the fit --------------------------------------------------------------------------------------- */

static void a_fit_in_one_screen(void **state) {
  static const said_case cases[] = {
      {lf_report_terminal,
       "{\"headline\": {\"state\": null, \"title\": null, \"works\": \"It is so.\", \"predicts\": [\"a\", 5, "
       "\"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\"],"
       " \"predicts_by\": \"verdict\", \"predicts_confirmed\": true, \"cautions\": [\"One.\", 4, \"Two.\"]},"
       " \"data\": {\"used\": 1, \"won\": 1, \"funnel\": {\"sentences\": [\"First.\", 3, \"Third.\"]}}, "
       "\"changed\": {\"summary\": \"Five flip.\"},"
       " \"rules\": [{\"sentence\": \"One.\"}, {\"sentence\": \"Both.\"}], \"owners\": {\"summary\": "
       "\"Sales.\"},"
       " \"holdout\": {\"rows\": 9, \"won\": 4, \"log_loss\": 0.5, \"null_log_loss\": 0.6, \"calibration\": "
       "{\"slope\": "
       "1.25}}}",
       {"Lead score  1 lead, 1 win\n", "It is so.\n", "Predicts   a, b, c, d, e, f, g and 1 more\n",
        "Changes    Five flip.\n", "Rules      One.\n", "Funnel     First.\n",
        "Figures    log loss 0.500 (0.600 without a score), calibration slope 1.25\n",
        "Before use One.\n           Two.\n"},
       {"Third.", "Both.", "AUC"}},
      {lf_report_terminal,
       "{\"headline\": {\"works\": null, \"evidence\": null, \"predicts\": []}, \"rules\": [{\"sentence\": "
       "\"One.\"}, "
       "{\"sentence\": \"Two.\"}, {\"sentence\": \"All.\"}]}",
       {"Rules      All.\n", "Predicts   no attribute is shown to predict on this history\n"},
       {"is not known", "Figures"}},
      {lf_report_terminal,
       "{\"headline\": {\"state\": \"works\", \"evidence\": null, \"predicts\": [], \"predicts_confirmed\": "
       "true}, \"rules\": "
       "[{\"sentence\": \"One.\"}]}",
       {"Rules      One.\n",
        "Predicts   no attribute by itself is shown to predict; together they rank as said\n"},
       {0}},
      {lf_report_terminal,
       "{\"headline\": {\"state\": \"not shown\", \"evidence\": null, \"predicts\": [\"a\"], "
       "\"predicts_confirmed\": false}}",
       {"Goes by    though the leads that judge do not bear the score out: a\n"},
       {0}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* The screen has 24 lines: what does not fit is counted. */
static void cautions_that_do_not_fit_are_counted(void **state) {
  lf_text tree = {0};
  int lines = 0;
  (void)state;
  lf_text_add(&tree, "{\"headline\": {\"cautions\": [");
  for (int k = 0; k < 40; k++) lf_text_addf(&tree, "%s\"C%d.\"", k ? "," : "", k);
  lf_text_add(&tree, "]}, \"owners\": {\"summary\": \"Sales.\"}}");
  char *text = terminal_of(lf_report_terminal, tree.data, false, 80);
  for (const char *at = text; *at; at++) lines += *at == '\n';
  assert_true(lines <= 24);
  has(text, "Before use C0.\n");
  has(text, "more cautions are in the report.\n");
  lacks(text, "C39.");
  free(text);
  lf_text_free(&tree);
}

/* ---- the agreement --------------------------------------------------------------------------------- */

static void the_agreement_is_markdown(void **state) {
  (void)state;
  char *text = bytes_of(lf_plan_markdown,
                        "{\"rows\": 1000, \"recommended\": {\"threshold\": 51, \"rows\": 474, "
                        "\"qualified_a_month\": {\"value\": 55.26, \"ci_low\": 45.3, \"ci_high\": 65},"
                        " \"cost\": 2400}, \"agreement\": {\"marketing\": {\"leads_a_month\": 5.26, "
                        "\"grades\": [{\"grade\": \"A|B\", \"rows\": 20, \"leads_a_month\": 3},"
                        " {\"grade\": \"D\", \"rows\": 0}]}, \"sales\": {\"win_rate\": {\"value\": 0.5}, "
                        "\"days_to_win_half\": 30}}}");
  has(text, "# Agreement on qualified leads: scorecard\n\nFrom 51 points on: 55 (95%: 45 to 65) qualified "
            "leads a month are to be expected.\n");
  has(text, "| qualified leads by the common definition | 5.3 |\n| of which grade A\\|B | 3.0 |\n");
  has(text, "| recent volume of such leads | 55 (95%: 45 to 65) |\n");
  has(text, "| win rate of qualified leads | 50.0% |\n| days from lead to win, half of them within | 30 |\n");
  has(text, "| cost of the leads | 2,400 |\n");
  has(text, "Backtest: no quarter before could be planned");
  has(text, "| Marketing | | |\n| Sales | | |\n");
  lacks(text, "grade D");
  lacks(text, "to bring the revenue");
  lacks(text, "deal size |");
  free(text);
  text =
      bytes_of(lf_plan_markdown, "{\"name\": \"Acme\", \"asked\": {\"revenue\": 100, \"horizon_months\": "
                                 "1.5}, \"recommended\": {\"threshold\": 4, \"needed\":"
                                 " {\"value\": 20}, \"volume_covers\": 0.5, \"revenue\": {\"value\": 50}}}");
  has(text, "# Agreement on qualified leads: Acme\n\nFrom 4 points on: a revenue of 100 in 1.5 months takes "
            "20 qualified leads; the recent volume is "
            "50.0% of that, and 50 is to be expected of it.\n");
  free(text);
}

/* ---- absent ---------------------------------------------------------------------------------------- */

static void what_has_no_name_is_no_name(void **state) {
  static const said_case cases[] = {
      {lf_compare_terminal,
       "{\"rows\": 2, \"won\": 1, \"candidates\": [{\"holdout\": {\"log_loss\": 0.5}}], \"pairs\": "
       "[{\"quadrant\": {}}]}",
       {"\nonly\nonly\n", "0.5000"},
       {0}},
      {evidence_short,
       "{\"claims\": [{\"raw\": {\"ratio\": 2}, \"adjusted\": {\"ratio\": 2}, \"adjusted_for\": [\"A\", "
       "3]}]}",
       {"Adjusted    A,\n"},
       {0}},
      {evidence_whole, "{\"attributes\": [{\"name\": \"A\", \"owner\": \"\"}]}", {"\nA\n"}, {"()"}},
      {lf_monitor_terminal,
       "{\"rows\": 2, \"decided\": 2, \"won\": 1, \"alpha\": 0.05, \"checks\": [{\"check\": \"attribute "
       "drift\", \"value\": 0.5}]}",
       {"attribute drift  0.5000"},
       {"No drift"}},
      {evidence_short, "{\"attributes\": [{\"name\": \"A\"}]}", {"\nA\n"}, {"0.000"}},
      {lf_monitor_terminal,
       "{\"rows\": 2, \"decided\": 2, \"won\": 1, \"alpha\": 0.05, \"checks\": [{\"check\": \"score drift\", "
       "\"attribute\": \"A\", \"value\": 0.5},"
       " {\"attribute\": \"B\", \"value\": 0.25}]}",
       {"A         0.5000\n", "B          0.250\n"},
       {"No drift"}},
      {lf_report_terminal,
       "{\"training_cv\": 5, \"headline\": {\"evidence\": null}}",
       {"Whether the score works is not known"},
       {"Figures"}},
      {lf_inspect_terminal,
       "{\"rows\": 2, \"columns\": [{\"words\": [{\"rows\": 3, \"won_rate\": 1}]}]}",
       {"Words      :  (3 training rows, 100.0% won)"},
       {0}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- widths ---------------------------------------------------------------------------------------- */

/* Narrower than 40 columns or wider than 200 nothing is set; without a width it is 80. */
static void widths_have_limits(void **state) {
  static const int widths[][2] = {{0, 80}, {1, 40}, {60, 60}, {1000, 200}};
  char tree[1200] = "{\"alarms\": [\"";
  (void)state;
  for (int i = 0; i < 100; i++) strcat(tree, "nine char ");
  strcat(tree, "\"]}");
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    char *text = terminal_of(lf_monitor_terminal, tree, false, widths[i][0]);
    int first = (int)strcspn(text, "\n");
    assert_true(first <= widths[i][1] && first > widths[i][1] - 10);
    free(text);
  }
}

/* Combining marks take no column: more than four on one character are left out, so that none climbs over
 * other lines. */
static void a_tower_of_marks_is_cut(void **state) {
  (void)state;
  char *text = terminal_of(lf_monitor_terminal,
                           "{\"alarms\": [\"e\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301x\"]}", false, 80);
  has(text, "ALARM: e\xCC\x81\xCC\x81\xCC\x81\xCC\x81x\n");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compare_shows_who_qualifies_whom),
      cmocka_unit_test(a_pair_that_is_told_apart_is_green),
      cmocka_unit_test(a_claim_is_coloured_by_its_verdict),
      cmocka_unit_test(a_claim_stands_with_what_is_behind_it),
      cmocka_unit_test(evidence_groups_attributes_by_verdict),
      cmocka_unit_test(monitor_says_alarms_first),
      cmocka_unit_test(monitor_shows_the_last_three_years),
      cmocka_unit_test(an_alarm_is_one_line),
      cmocka_unit_test(score_says_how_many_qualify),
      cmocka_unit_test(plan_goes_by_month_where_months_are_known),
      cmocka_unit_test(plan_keeps_the_recommended_threshold),
      cmocka_unit_test(inspect_shows_the_frequent_words),
      cmocka_unit_test(validate_says_why_an_order_cannot_be_judged),
      cmocka_unit_test(a_fit_in_one_screen),
      cmocka_unit_test(cautions_that_do_not_fit_are_counted),
      cmocka_unit_test(the_agreement_is_markdown),
      cmocka_unit_test(what_has_no_name_is_no_name),
      cmocka_unit_test(widths_have_limits),
      cmocka_unit_test(a_tower_of_marks_is_cut),
  };
  return cmocka_run_group_tests_name("report terminals", tests, NULL, NULL);
}
