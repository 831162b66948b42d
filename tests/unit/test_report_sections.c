/* The sections of the pages, one by one: what the tree says stands there in words, the many are told from the
 * one, few leads are not shown, and a section whose figures are not there is not there either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "report_case.h"

#define MINUS "\342\210\222"
#define ABSENT "<span aria-hidden=\"true\">\342\200\223</span><span class=\"unseen\">not available</span>"

enum { MOST_SAID = 10 };

typedef struct page_case {
  byte_view view;
  const char *tree;
  const char *says[MOST_SAID], *never[MOST_SAID];
} page_case;

static void check_all(const page_case *cases, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char *page = page_of(cases[i].view, cases[i].tree);
    has_all(page, cases[i].says, MOST_SAID);
    lacks_all(page, cases[i].never, MOST_SAID);
    lacks(page, "(null)");
    lacks(page, ">nan");
    free(page);
  }
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof *(cases))

/* ---- what changes ---------------------------------------------------------------------------------- */

static void what_changes_stands_side_by_side(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"changed\": {\"summary\": \"Five flip.\", \"warnings\": [\"Mind.\", 7], \"pairs\": [{\"sentence\": "
       "\"So.\"}],"
       " \"newly_qualified\": {\"rows\": 1, \"patterns\": [{\"attribute\": \"Region\", \"old_band\": \"a\", "
       "\"new_band\": \"b\","
       "  \"change\": 2.5, \"rows\": 10, \"win_rate\": 0.5}, {\"attribute\": \"Size\", \"new_band\": "
       "\"big\", \"change\": -1, \"rows\": 9,"
       "  \"win_rate\": 0.777}, {\"rows\": 3}]},"
       " \"split\": {\"rule\": \"By six orders.\", \"volume\": {\"from\": 0.2, \"mix\": {\"value\": 0.05, "
       "\"ci_low\": -0.01, \"ci_high\": 0.11},"
       "  \"points\": {\"value\": 0}, \"to\": 0.25}, \"judged_volume\": {\"from\": 0.3, \"to\": 0.4}},"
       " \"attributes\": [{\"name\": \"New\", \"change\": \"added\", \"cells\": [{\"new_band\": \"n1\", "
       "\"new_points\": 4, \"rows\": 12}]},"
       "  {\"name\": \"Old\", \"change\": \"dropped\", \"cells\": [{\"old_band\": \"o1\", \"old_points\": "
       "7}]},"
       "  {\"name\": \"Both\", \"change\": \"kept\", \"cells\": [{\"old_band\": \"x\", \"new_band\": \"y\"}, "
       "{\"old_band\": \"z\","
       "   \"new_band\": \"z\"}]}]}}",
       {"<p>Five flip.</p>", "<p>Mind.</p>", "Newly qualified: 1 lead, by what moved them most",
        "<bdi>Region</bdi></th><td><bdi>a</bdi></td><td><bdi>b</bdi></td><td class=\"n\">+2.5</td><td "
        "class=\"n\">10</td><td class=\"n\">50.0%",
        "<bdi>Size</bdi></th><td>not scored</td><td><bdi>big</bdi></td><td class=\"n\">" MINUS
        "1.0</td><td class=\"n\">9</td><td class=\"n\">" ABSENT,
        "the threshold, or patterns of fewer than 10 leads</th><td></td><td></td><td class=\"n\">" ABSENT,
        "training to holdout</th><td class=\"n\">20.0%</td><td class=\"n\">+5.0 <span class=\"counts\">" MINUS
        "1.0 to +11.0</span></td><td class=\"n\">0.0</td>",
        "<bdi>New</bdi> <span class=\"note\">new in the definition</span>",
        "<bdi>Old</bdi> <span class=\"note\">no longer in it</span>",
        "<bdi>x</bdi> <span class=\"note\">now in</span> <bdi>y</bdi>"},
       {"77.7%", "No longer qualified", "<bdi>Both</bdi> <span", "<bdi>z</bdi> <span",
        "more patterns are in report.json"}},
      /* no change of mix on the same rows: only what is judged on them */
      {lf_report_html,
       "{\"changed\": {\"split\": {\"volume\": {\"from\": 0.2}, \"judged_win_rate\": {\"from\": 0.5, \"to\": "
       "0.6}}}}",
       {"Their win rate, the same leads</th><td class=\"n\">50.0%</td>", "60.0%</td></tr>"},
       {"training to holdout", "Points of every band", "Newly qualified:"}},
      {lf_report_html,
       "{\"changed\": {\"summary\": \"x\"}}",
       {"<section id=\"changed\""},
       {"What the change is made of"}},
      {lf_report_html, "{}", {"<main>"}, {"<section id=\"changed\""}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* Of many patterns the eight largest and the rest stand there, and of an attribute twelve cells. */
static void many_patterns_are_cut(void **state) {
  lf_text tree = {0};
  (void)state;
  lf_text_add(&tree, "{\"changed\": {\"no_longer_qualified\": {\"rows\": 300, \"patterns\": [");
  for (int k = 0; k < 12; k++)
    lf_text_addf(&tree, "%s{\"attribute\": \"P%d.\", \"rows\": 20}", k ? "," : "", k);
  lf_text_add(&tree, "]}, \"attributes\": [{\"name\": \"A\", \"cells\": [");
  for (int k = 0; k < 14; k++) lf_text_addf(&tree, "%s{\"old_band\": \"C%d.\"}", k ? "," : "", k);
  lf_text_add(&tree, "]}]}}");
  char *page = page_of(lf_report_html, tree.data);
  has(page, "No longer qualified: 300 leads");
  has(page, "P7.");
  has(page, "P11.");
  lacks(page, "P8.");
  lacks(page, "P10.");
  has(page, "<p class=\"note\">3 more patterns are in report.json.</p>");
  has(page, "C11.");
  lacks(page, "C12.");
  free(page);
  lf_text_free(&tree);
}

/* ---- claims ---------------------------------------------------------------------------------------- */

static void each_verdict_has_a_shape(void **state) {
  static const char *const shapes[][2] = {{"\"supported\"", "\342\234\223"},
                                          {"\"contradicted\"", "\342\234\225"},
                                          {"\"no meaningful difference\"", "\342\227\213"},
                                          {"\"not enough evidence\"", "?"},
                                          {"null", "?"}};
  (void)state;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    lf_text tree = {0}, want = {0};
    lf_text_addf(&tree, "{\"claims\": [{\"say\": \"x\", \"verdict\": %s}]}", shapes[i][0]);
    lf_text_addf(&want, "<span class=\"sign\" aria-hidden=\"true\">%s</span>", shapes[i][1]);
    char *page = page_of(lf_evidence_html, tree.data);
    has(page, want.data);
    free(page);
    lf_text_free(&tree);
    lf_text_free(&want);
  }
}

static void a_claim_with_amounts_and_quarters(void **state) {
  static const page_case cases[] = {
      {lf_evidence_html,
       "{\"claims\": [{\"say\": \"x\", \"counts\": {\"group\": {\"rows\": 10, \"won\": 5, \"win_rate\": 0.5, "
       "\"mean_amount\": 1200}},"
       " \"adjusted_for\": [\"A\", 3], \"not_adjusted_for\": [\"B: rare\", \"C: same\"], \"e_value\": "
       "{\"limit\": 1.4},"
       " \"quarters\": [{\"quarter\": \"2024-Q1\", \"group\": {\"rows\": 10}, \"versus\": {\"rows\": 10}, "
       "\"ratio\": 1.5},"
       "  {\"quarter\": \"2024-Q2\", \"group\": {\"rows\": 10}, \"versus\": {\"rows\": 9}}, {\"quarter\": "
       "\"2024-Q3\", \"group\": {\"rows\": 9}}]}]}",
       {"50.0% <span class=\"counts\">5 of 10, 1,200 a deal</span>",
        "Adjusted for: <bdi>A</bdi>, <bdi></bdi>.</p>",
        "Not adjusted for: <bdi>B: rare</bdi>; <bdi>C: same</bdi>.</p>",
        "E-value of the interval</dt><dd>1.40", "2024-Q1"},
       {"2024-Q2", "2024-Q3"}},
      {lf_evidence_html,
       "{\"claims\": [{\"say\": \"x\", \"quarters\": [{\"quarter\": \"2024-Q2\", \"versus\": {\"rows\": "
       "9}}]}]}",
       {"fewer than 10</span>"},
       {"Quarter by quarter", "E-value of", "Adjusted for"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- owners ---------------------------------------------------------------------------------------- */

static void owners_share_what_is_explained(void **state) {
  static const char shared[] = "{\"owners\": {\"summary\": \"Sales first.\", \"notes\": [\"Fair.\", 4], "
                               "\"common_total\": 0.01, \"explained\": {\"value\": 0.04},"
                               " \"blocks\": [{\"owner\": \"sales\", \"share\": {\"value\": 0.7}}, "
                               "{\"owner\": \"marketing\", \"share\": {\"value\": 0.3}}],"
                               " \"attributes\": [{\"name\": \"Region\", \"share\": {\"value\": 0.2}}],"
                               " \"reps\": {\"sentence\": \"Reps matter.\", \"column\": \"Owner\", \"reps\": "
                               "12, \"attributes\": [{\"name\": \"Region\", \"q\": 0.5}]}},"
                               " \"followup\": {\"unworked\": {\"sentence\": \"Many wait.\"}, \"notes\": "
                               "[\"Ask.\"], \"columns\": [{\"name\": \"Touches\","
                               "  \"sentence\": \"More is better.\", \"grades\": [{\"grade\": \"A\", "
                               "\"cells\": [{\"label\": \"0\", \"win_rate\": 0.25, \"rows\": 40},"
                               "  {\"label\": \"1+\"}]}]}, {\"name\": \"Empty\"}]}}";
  static const page_case cases[] = {
      {lf_report_html,
       shared,
       {"<p>Sales first.</p>",
        "All attributes together explain 4.0% of the deviance; 25.0% of that could be told by more than one "
        "owner.",
        "Attribute by attribute", "<p>Reps matter. Reps are told by <bdi>Owner</bdi>: 12 with 30",
        "<li>Fair.</li>", "Win rate by grade (rows) and <bdi>Touches</bdi>",
        "<td class=\"n shade\" style=\"--share:0.250\">25.0% <span class=\"counts\">of 40</span>",
        "<td class=\"few\">fewer than 10</td>", "<p>Many wait.</p>", "<li>Ask.</li>"},
       {"Empty"}},
      {lf_report_html,
       "{\"owners\": {\"common_total\": -0.01, \"explained\": {\"value\": 0.04}, \"blocks\": [{\"owner\": "
       "\"a\"}, {\"owner\": \"b\"}],"
       " \"reps\": {\"column\": \"Rep\", \"reps\": 3, \"attributes\": [{\"name\": \"x\"}]}}}",
       {"4.0% of the deviance; owners explain more together than apart.",
        "<p> Reps are told by <bdi>Rep</bdi>: 3 with"},
       {"How to read this fairly", "Weak leads", "Attribute by attribute"}},
      /* one owner shares with nobody; nothing explained has no shares */
      {lf_report_html,
       "{\"owners\": {\"common_total\": 0.01, \"explained\": {\"value\": 0.04}, \"blocks\": [{\"owner\": "
       "\"a\"}]}}",
       {"<section id=\"owners\""},
       {"of the deviance"}},
      {lf_report_html,
       "{\"owners\": {\"common_total\": 0.01, \"explained\": {\"value\": -0.1}, \"blocks\": [{}, {}]}}",
       {"<section id=\"owners\""},
       {"of the deviance"}},
      {lf_report_html,
       "{\"owners\": {\"explained\": {\"value\": 0.1}, \"blocks\": [{}, {}]}}",
       {"<section id=\"owners\""},
       {"of the deviance"}},
      {lf_report_html,
       "{\"followup\": {\"columns\": []}}",
       {"Weak leads, or no follow-up?"},
       {"Win rate by grade"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- monitor --------------------------------------------------------------------------------------- */

static void monitor_shows_each_question_in_its_unit(void **state) {
  static const page_case cases[] = {
      {lf_monitor_html,
       "{\"alarms\": [\"a\", \"b\"], \"alpha\": 0.05, \"rows\": 300, \"months_spanned\": 4, \"funnel\": "
       "{\"qualified\": 100, \"won\": 30, \"lost\": 50,"
       "  \"open\": 0, \"below_amount\": 25, \"won_amount\": 100},"
       " \"checks\": [{\"check\": \"volume\", \"value\": 123.4, \"promised\": 55.26}, {\"check\": "
       "\"qualified share\", \"value\": 0.25},"
       "  {\"check\": \"win rate\", \"value\": 0.5}, {\"check\": \"score drift\", \"value\": 0.0123}, "
       "{\"value\": 0.5}],"
       " \"quarters\": [{\"period\": \"2024-Q1\", \"leads\": 5}], \"months\": [{\"period\": \"2024-01\", "
       "\"leads\": 5}]}",
       {"2 alarms among 5 questions.", "at most 5.0% of runs", "<dt>of all leads</dt><dd><b>33.3%</b>",
        "<dt>a month</dt><dd><b>25.0</b>",
        "<bdi>volume</bdi></th><td class=\"n interval\">123</td><td class=\"n\">55.3</td>",
        "<td class=\"n interval\">25.0%</td>", "<td class=\"n interval\">0.0123</td>", "By quarter",
        "<summary>By month</summary>", "<dt>of all revenue</dt><dd><b>25.0%</b>"},
       {"open for longer"}},
      {lf_monitor_html,
       "{\"months\": [{\"period\": \"2024-01\"}], \"funnel\": {\"open_too_long\": 3, \"open\": 12, \"won\": "
       "0, \"lost\": 0}}",
       {"By month", "<b>25.0%</b> <span class=\"counts\">3 of 12</span>"},
       {"By quarter", "a month</dt>", "of those won", "of all revenue"}},
      {lf_monitor_html, "{\"quarters\": [{\"period\": \"2024-Q1\"}]}", {"By quarter"}, {"<summary>By month"}},
      {lf_monitor_html, "{}", {"No alarm among 0 questions."}, {"The scoreboards"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- summary --------------------------------------------------------------------------------------- */

/* Never told by colour alone: a sign and words stand beside it. */
static void the_state_is_a_sign_and_words(void **state) {
  static const char *const states[][3] = {
      {"works", "verdict good", "\342\234\223"}, {"weak", "verdict fair", "\342\211\210"},
      {"not shown", "verdict fair", "?"},        {"does not work", "verdict bad", "\342\234\225"},
      {"cannot be judged", "verdict fair", "?"}, {"of another version", "verdict fair", "?"}};
  (void)state;
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    lf_text tree = {0};
    lf_text_addf(&tree, "{\"headline\": {\"state\": \"%s\", \"title\": \"T\", \"works\": \"T: and so on.\"}}",
                 states[i][0]);
    char *page = page_of(lf_report_html, tree.data);
    has(page, states[i][1]);
    has(page, states[i][2]);
    has(page, "<p class=\"works\">and so on.</p>"); /* the title stands once */
    free(page);
    lf_text_free(&tree);
  }
}

static void the_first_screen_says_what_is_known(void **state) {
  static const page_case cases[] = {
      /* a title that does not open the sentence leaves it whole; none leaves the words of the state */
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\", \"title\": \"Fine\", \"works\": \"Fine, it is.\"}}",
       {"<p class=\"works\">Fine, it is.</p>"},
       {0}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"weak\", \"title\": null, \"works\": \"It is.\"}}",
       {"</span> weak</h1>", "<p class=\"works\">It is.</p>"},
       {0}},
      {lf_report_html,
       "{\"holdout\": {\"rows\": 50, \"won\": 20, \"auc\": {\"value\": 0.8, \"ci_low\": 0.7, \"ci_high\": "
       "0.9}}}",
       {"20 won and 30 lost leads make 600 pairs", "In 80.0% of them",
        "it could have been 70.0% to 90.0% (95% interval).", "20 <small>wins among 50 unseen leads"},
       {0}},
      {lf_report_html,
       "{\"training_cv\": {\"rows\": 50, \"won\": 20, \"auc\": {\"value\": 0.8}}}",
       {"In 80.0% of them the won lead has the higher score, a tie counting half.",
        "20 <small>wins among 50 training leads"},
       {"could have been"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\", \"predicts_by\": \"weight\", \"predicts_confirmed\": true, "
       "\"predicts\": [\"Region\", \"Absent\", 5]},"
       " \"card\": [{\"name\": \"Region\", \"bands\": [{\"points\": 1}, {\"points\": 7}]}],"
       " \"data\": {\"columns\": [{\"name\": \"Region\", \"suspicion\": \"late\"}]}, \"attributes\": "
       "[{\"name\": \"Region\", \"verdict\": \"not enough evidence\"}]}",
       {"<h2>What the score goes by</h2>",
        "--share:1.000\"><b><bdi>Region</bdi></b> <span class=\"points\">1 to 7 points</span> <span "
        "class=\"note\">not enough evidence</span>",
        "When is it known?</a></li>", "<bdi>Absent</bdi></b> <span class=\"points\">not on the card</span>",
        "Every attribute and its verdict"},
       {0}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\", \"predicts_by\": \"verdict\", \"predicts_confirmed\": true, "
       "\"predicts\": [\"a\", \"b\", "
       "\"c\", \"d\", \"e\", \"f\", \"g\"]},"
       " \"attributes\": [{\"name\": \"a\", \"revenue\": {\"ratio\": 2}}]}",
       {"<h2>What predicts closed revenue</h2>", "1 more, and their verdicts"},
       {"<bdi>g</bdi></b>", "not on the card"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"cannot be judged\", \"predicts_confirmed\": false, \"predicts\": "
       "[\"a\"]}}",
       {"<h2>What the score goes by, on the training leads only</h2>"},
       {0}},
      {lf_report_html,
       "{\"headline\": {\"predicts_confirmed\": false, \"state\": \"not shown\", \"predicts\": [\"a\"]}}",
       {"<h2>What the score goes by, though the leads that judge do not bear the score out</h2>"},
       {0}},
      {lf_report_html,
       "{\"headline\": {\"predicts\": []}}",
       {"No attribute is shown to predict on this history."},
       {"<ol class=\"predictors\">"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

static void the_threshold_says_what_it_delivers(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\"}, \"mql\": {\"threshold\": 40}, \"holdout\": {\"rows\": 200, "
       "\"won\": 50, \"amount\": 1000},"
       " \"thresholds\": [{\"threshold\": 40, \"rows\": 20, \"won\": 10, \"amount\": 250, \"share_leads\": "
       "0.1, \"share_leads_low\": 0.05,"
       "  \"share_leads_high\": 0.15}]}",
       {"40 <small>points on</small>", "delivered on the holdout",
        "of leads reach it</dt><dd><b>10.0%</b> <span class=\"counts\">20 of 200</span> <span class=\"counts "
        "limits\">95% interval 5.0% to 15.0%",
        "of those won</dt><dd><b>50.0%</b> <span class=\"counts\">10 of 20</span></dd>",
        "of all wins</dt><dd><b>20.0%</b> <span class=\"counts\">10 of 50",
        "of all revenue</dt><dd><b>25.0%</b>"},
       {"Do not use", "Against the one in force"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\"}, \"mql\": {\"threshold\": 40, \"expected\": {\"share_leads\": "
       "0.2, \"precision\": 0.5}}}",
       {"expected to deliver, from training leads", "of leads reach it</dt><dd><b>20.0%</b></dd>",
        "of those win</dt><dd><b>50.0%</b></dd>"},
       {"of all wins</dt>", "of all revenue</dt>"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\"}, \"mql\": {\"threshold\": 40, \"expected\": {\"win_rate\": "
       "0.4, \"precision\": 0.5}}}",
       {"of those win</dt><dd><b>40.0%</b></dd>"},
       {"50.0%"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"does not work\", \"change\": \"Leave it.\"}, \"mql\": {\"threshold\": "
       "40}}",
       {"Do not use</p>\n<p>Leave it.</p>"},
       {"points on"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"not shown\", \"change\": null}, \"mql\": {\"threshold\": 40}}",
       {"Do not use</p>\n<p></p>"},
       {0}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\"}}",
       {"<p class=\"figure\">None</p>"},
       {"Do not use"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\"}, \"mql\": {\"threshold\": 40}, \"changed\": {\"pairs\": "
       "[{\"verdict\": \"no meaningful difference\"}]}}",
       {"No meaningful difference from the definition in force.</p>", "Against the one in force</a>"},
       {"of its points"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\"}, \"mql\": {\"threshold\": 40}, \"changed\": {\"pairs\": []}}",
       {"Against the one in force</a>"},
       {"from the definition in force"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- card ------------------------------------------------------------------------------------------ */

static void bands_of_few_rows_share_a_row(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"score\": {\"base_points\": 1}, \"card\": [{\"name\": \"A\", \"owner\": \"sales\", \"bands\": "
       "[{\"label\": \"big\", \"points\": 5, \"rows\": 100,"
       "  \"points_low\": 3, \"points_high\": 8}, {\"label\": \"flat\", \"points\": 5, \"rows\": 100, "
       "\"points_low\": 5, \"points_high\": 5},"
       "  {\"label\": \"small\", \"points\": 4, \"rows\": 3}, {\"label\": \"missing\", \"type\": "
       "\"missing\", \"points\": 2, \"rows\": 0},"
       "  {\"label\": \"other\", \"type\": \"other\", \"points\": 2, \"rows\": 0}]}]}",
       {"Every lead starts from 1 point.", "<bdi>A</bdi> <span class=\"note\"><bdi>sales</bdi></span>",
        "<td class=\"n range\">3 to 8</td>",
        "1 small band</th><td class=\"n\">4</td><td class=\"few\" colspan=\"1\">fewer than 10 "
        "rows</td><td></td></tr>",
        "missing, other</th><td class=\"n\">2</td><td class=\"few\" colspan=\"1\">no row in training</td><td "
        "class=\"n range\">"},
       {"<bdi>small</bdi>", "5 to 5"}},
      /* a card by hand, without counts; points that differ keep missing and other apart */
      {lf_report_html,
       "{\"card\": [{\"name\": \"A\", \"bands\": [{\"label\": \"x\", \"points\": 5}, {\"label\": "
       "\"missing\", \"type\": \"missing\", \"points\": 2},"
       " {\"label\": \"other\", \"type\": \"other\", \"points\": 3}]}]}",
       {"<bdi>x</bdi></th><td class=\"n\">5</td></tr>", "<bdi>missing</bdi></th><td class=\"n\">2</td></tr>",
        "<bdi>other</bdi></th><td class=\"n\">3</td></tr>"},
       {"Rows</th>", "95% range", "starts from", "small band"}},
      {lf_report_html, "{}", {"this fit made no scorecard"}, {"Points by attribute"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* Of 100 thresholds every fifth stands there, and the one that was chosen. */
static void thresholds_are_thinned(void **state) {
  lf_text tree = {0};
  (void)state;
  lf_text_add(&tree, "{\"mql\": {\"threshold\": 133}, \"thresholds\": [");
  for (int k = 0; k < 100; k++)
    lf_text_addf(&tree, "%s{\"threshold\": %d, \"rows\": %d, \"won\": 5}", k ? "," : "", 100 + k, 109 - k);
  lf_text_add(&tree, "]}");
  char *page = page_of(lf_report_html, tree.data);
  has(page, "<th scope=\"row\">195</th>");
  has(page, "<th scope=\"row\">133 <b class=\"mark\">");
  lacks(page, "<th scope=\"row\">132</th>");
  has(page, "<th scope=\"row\">130</th>");
  lacks(page, "win rate from");
  free(page);
  lf_text_free(&tree);
}

/* ---- attributes ------------------------------------------------------------------------------------ */

static void attributes_show_effects_and_reasons(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"attributes\": [{\"name\": \"A\", \"verdict\": \"predicts closed revenue\", \"because\": \"of its "
       "limits\", \"stability_p\": 0.0001,"
       "  \"win\": {\"odds_ratio\": 2, \"low\": 1.5, \"high\": 2.5, \"bands\": [{\"label\": \"b10\", "
       "\"rows\": 10, \"won\": 3}, {\"label\": \"b9\","
       "  \"rows\": 9, \"won\": 8}]}, \"stability\": [{\"quarter\": \"2024-Q1\", \"rows\": 90, \"won\": 30, "
       "\"odds_ratio\": 1.5, \"odds_ratio_low\": 1.1,"
       "  \"odds_ratio_high\": 1.9}, {\"quarter\": \"2024-Q2\", \"odds_ratio\": 2}]},"
       " {\"name\": \"B\", \"win\": {\"odds_ratio\": 1}}, {\"name\": \"C\", \"because\": \"nothing\", "
       "\"win\": {\"odds_ratio\": 1, \"low\": 0.9}}]}",
       {"<bdi>A</bdi> <span class=\"note\">predicts closed revenue</span></summary>\n<p>of its limits.</p>",
        "<bdi>b10</bdi>", "<span class=\"few\">no bands</span>", "<bdi>C</bdi></summary>\n<p>nothing.</p>",
        "2.00<br><span class=\"counts\">1.50 to 2.50</span>", "p that all quarters are alike: &lt;0.001",
        "1.10 to 1.90</td></tr>", "<td class=\"n range\">" ABSENT "</td></tr>"},
       {"<bdi>b9</bdi>", "<bdi>B</bdi></summary>"}},
      /* a reason with too few leads in every band; an effect that is not known */
      {lf_report_html,
       "{\"attributes\": [{\"name\": \"A\", \"verdict\": \"predicts winning\", \"win\": {\"odds_ratio\": 2, "
       "\"bands\": [{\"label\": \"b9\", \"rows\": 9}]},"
       "  \"stability\": [{\"quarter\": \"2024-Q1\", \"odds_ratio_low\": 1}]}, {\"name\": \"B\", \"amount\": "
       "{\"ratio\": 3}}]}",
       {"<td class=\"n\">" ABSENT "</td>", "3.00"},
       {"Bands of at least 10 leads", "p that all quarters", "<bdi>b9</bdi>"}},
      {lf_report_html,
       "{\"attributes\": [{\"name\": \"A\"}]}",
       {"<section id=\"attributes\""},
       {"Why each verdict", "no attribute was judged", "<section id=\"stability\""}},
      {lf_report_html, "{}", {"no attribute was judged"}, {"Why each verdict"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- rules ----------------------------------------------------------------------------------------- */

static void rules_show_no_figure_without_its_interval(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"rules\": [{\"rule\": \"cap\", \"binds\": true, \"verdict\": \"x\", \"sentence\": \"One costs.\", "
       "\"holdout\": {\"verdict\": \"costs\", \"auc\": {\"value\": 0.0123,"
       "  \"ci_low\": 0.001, \"ci_high\": 0.02}, \"deviance\": {\"value\": 7}, \"at_mql_volume\": "
       "{\"amount\": {\"value\": 100, \"ci_low\": 50,"
       "  \"ci_high\": 150}}}}, {\"rule\": \"sign\", \"binds\": false, \"verdict\": \"changes nothing\", "
       "\"sentence\": \"Two is free.\"},"
       " {\"rule\": \"third\", \"binds\": true, \"holdout\": {}}, {\"rule\": \"All\", \"binds\": true, "
       "\"sentence\": \"All cost.\"}]}",
       {"<bdi>cap</bdi></th><td>costs</td><td class=\"n\">1.2 <span class=\"counts\">0.1 to "
        "2.0</span></td><td class=\"n\">" ABSENT "</td>",
        "100 <span class=\"counts\">50 to 150</span>", "<bdi>sign</bdi></th><td>changes nothing</td>",
        "<bdi>third</bdi></th><td>not judged</td>"},
       {">7 <span", "<td>x</td>"}},
      /* one rule is all rules together: its sentence stands once; without revenue there is no column of it */
      {lf_report_html,
       "{\"rules\": [{\"rule\": \"cap\", \"sentence\": \"One costs.\", \"holdout\": {\"auc\": {\"value\": "
       "0.01}}}, {\"rule\": \"All\", \"sentence\": \"All cost.\"}]}",
       {"One costs."},
       {"<li>All cost.", "Revenue, of"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- data ------------------------------------------------------------------------------------------ */

static void data_says_what_was_left_out_and_why(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"data\": {\"rows\": 40, \"excluded\": [{\"reason\": \"open\", \"rows\": 3}], \"maturity\": "
       "{\"days_until_decided\": {\"25\": 1, \"50\": 12},"
       "  \"held_back\": {\"rows\": 0}}, \"notes\": [\"Outcome: Stage.\", 4], \"funnel\": {\"sentences\": "
       "[\"Two never did.\"], \"grades\": [{\"grade\": \"A\","
       "  \"rows\": 5}], \"cuts\": [{\"by\": \"Source\", \"groups\": [{\"label\": \"web\", \"rows\": 4}]}]}},"
       " \"leaks\": [{\"column\": \"Late\", \"rank\": 1, \"reason\": \"written late\"}], \"asked_about\": "
       "{\"columns\": 2, \"auc_without\": {\"value\": 0.6}}}",
       {"Rows left out", "undecided so far: a quarter within 1 day, half within 12 days.",
        "No month of creation is too young to judge", "Outcome: Stage.", "Two never did.",
        "Decided leads by grade", "Leads by Source", "<bdi>Late</bdi>",
        "Without all 2 that are asked about and stand on the card, the score would rank the won lead higher "
        "in 60 of 100 pairs:"},
       {"nine in ten within", "three quarters within", "held back whole"}},
      {lf_report_html,
       "{\"data\": {\"maturity\": {\"held_back\": {\"rows\": 1, \"decided\": 1, \"win_rate_with\": 0.25, "
       "\"win_rate_without\": 0.2}}, \"funnel\": []},"
       " \"leaks\": [{\"column\": \"Late\"}], \"asked_about\": {\"columns\": 1}}",
       {"in which more than half of the leads are still open",
        "held back whole: 1 lead, 1 of them decided early. With those the win rate would be 25.0% instead of "
        "20.0%."},
       {"Without all", "Rows left out", "Funnel leaks"}},
      {lf_report_html,
       "{\"data\": {\"window\": {\"within_days\": 90, \"ends\": \"2026-09-30\", \"too_young\": 1110, "
       "\"open\": 4406, "
       "\"won_later\": 50}}}",
       {"Won means won within 90 days of creation",
        "Created less than that before 2026-09-30, and so too young to judge and left out: 1,110 leads. Not "
        "won in "
        "that time, and so lost here: 4,406 that are still open, 50 that were won later."},
       {"undecided so far"}},
      {lf_report_html,
       "{\"data\": {\"window\": {\"advised_days\": 90, \"lost_and_younger\": 5}}}",
       {"nine in ten wins came within 90 days"},
       {"Won means won within"}},
      {lf_report_html,
       "{}",
       {"the result does not describe its data", "the result does not say where it comes from"},
       {"SHA-256"}},
      {lf_report_html,
       "{\"provenance\": {\"command\": \"leadfit fit a.csv\", \"options\": {\"seed\": 3, \"drop\": [\"a\"], "
       "\"absent\": null, \"name\": \"x\"},"
       " \"inputs\": [{\"name\": \"a.csv\", \"rows\": 1, \"bytes\": 999}, {\"name\": \"b.csv\", \"rows\": 2, "
       "\"bytes\": 4300000, \"sha256\": \"ff\"}, {}]}}",
       {"leadfit fit a.csv", "<dt><bdi>seed</bdi></dt><dd><bdi>3</bdi></dd>",
        "<dd><bdi>[&quot;a&quot;]</bdi></dd>", "<dd><bdi>x</bdi></dd>",
        "<bdi>a.csv</bdi></b>, 1 row, 999 bytes</div>",
        "<bdi>b.csv</bdi></b>, 2 rows, 4.3 MB<br>SHA-256 <code><bdi>ff</bdi>"},
       {"<bdi>absent</bdi>"}},
      {lf_report_html,
       "{\"provenance\": {\"options\": {}}}",
       {"How to run this again"},
       {"<h3>Options</h3>"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- exceptions ------------------------------------------------------------------------------------ */

static void exceptions_are_folded_unless_beyond_chance(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"exceptions\": {\"sentence\": \"Look here.\", \"below\": {\"rows\": 801, \"won\": 103, "
       "\"patterns\": [{\"rows\": 30, \"won\": 12, \"q\": 0.01,"
       "  \"win_rate\": 0.4, \"bands\": [{\"attribute\": \"A\", \"band\": \"x\"}, {\"attribute\": \"B\", "
       "\"band\": \"y\"}]}, {\"rows\": 9, \"won\": 9, \"bands\":"
       "  [{\"attribute\": \"Few\"}]}]}, \"above\": {\"rows\": 1, \"lost\": 1}}}",
       {"<li>103 of 801 leads below the threshold won.</li>", "<li>1 of 1 lead at or above it was lost.</li>",
        "<p>Look here.</p>",
        "<bdi>A</bdi> = <bdi>x</bdi> <span class=\"note\">and</span> <bdi>B</bdi> = <bdi>y</bdi> <b "
        "class=\"mark\">beyond chance</b>"},
       {"<summary>The patterns least likely by chance", "Few", "Above the threshold:"}},
      {lf_report_html,
       "{\"exceptions\": {\"above\": {\"rows\": 40, \"lost\": 20, \"patterns\": [{\"rows\": 30, \"lost\": "
       "12, \"q\": 0.5}]}}}",
       {"<summary>The patterns least likely by chance", "Above the threshold:"},
       {"below the threshold won", "beyond chance", "was lost"}},
      {lf_report_html,
       "{\"exceptions\": {\"above\": {\"patterns\": [{\"rows\": 30, \"q\": 0.01}]}}}",
       {"beyond chance"},
       {"<summary>The patterns", "at or above it"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- method ---------------------------------------------------------------------------------------- */

static void method_tells_how_it_was_chosen(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"model\": {\"warnings\": [\"Separated.\", 3], \"coefficients\": [{\"attribute\": \"A\", \"band\": "
       "\"x\", \"estimate\": 1.5}]},"
       " \"selection\": {\"loss\": 0.5, \"cap\": {\"max_bands\": 3}, \"signal\": {\"sentence\": \"It "
       "lasts.\"}, \"left_out\": [{\"attribute\": \"B\", \"reason\": \"no gain\"}],"
       "  \"drifting\": [{\"attribute\": \"C\", \"share_outside\": 0.25}], \"penalty_path\": [{\"penalty\": "
       "1, \"loss\": 0.6}]}}",
       {"<li><bdi>Separated.</bdi></li>", "Cross-validated log loss</dt><dd>0.5000",
        "At most so many bands an attribute</dt><dd>3", "It lasts.", "Attributes left out of the score",
        "Attributes that drift", "25.0%", "Penalties tried"},
       {0}},
      {lf_report_html,
       "{\"selection\": {\"loss\": 0.5}}",
       {"Chosen by cross-validation"},
       {"<h3>Warnings", "At most so many bands", "Penalties tried", "Attributes that drift"}},
      {lf_report_html, "{}", {"<main>"}, {"Chosen by cross-validation"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- compare and plan ------------------------------------------------------------------------------ */

static void the_winner_beats_every_other(void **state) {
  static const page_case cases[] = {
      {lf_compare_html,
       "{\"candidates\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}], \"pairs\": [{\"a\": "
       "\"a\", \"b\": \"b\", \"better\": \"b\"},"
       " {\"a\": \"a\", \"b\": \"c\", \"better\": \"c\"}, {\"a\": \"b\", \"b\": \"c\", \"better\": \"b\"}]}",
       {"b is better than all others</h1>", "verdict good"},
       {"No candidate"}},
      {lf_compare_html,
       "{\"candidates\": [{\"name\": \"a\"}, {}], \"pairs\": [{\"a\": \"a\", \"better\": null, \"sentence\": "
       "\"So.\","
       " \"quadrant\": {\"a_only_vs_b_only\": {\"difference\": -0.083, \"p\": 0.4}}}]}",
       {"No candidate is better", "<p class=\"works\">So.</p>", "8.3 points of percentage apart"},
       {"At equal volume, with"}},
      {lf_compare_html,
       "{\"candidates\": [{\"name\": \"a\"}], \"pairs\": [{\"at_volume\": [{\"share\": 0.2, \"rows\": "
       "20}]}]}",
       {"At equal volume, with"},
       {0}},
  };
  (void)state;
  CHECK_ALL(cases);
}

static void a_backtest_says_what_came(void **state) {
  static const page_case cases[] = {
      {lf_plan_html,
       "{\"backtest\": {\"from\": \"2024-10-01\", \"qualified\": {\"said\": 100, \"came\": 90, \"inside\": "
       "true}, \"wins\": {\"said\": 20, \"came\": 40, \"inside\": false},"
       " \"revenue\": {\"said\": 1000, \"came\": 900}}}",
       {"<td class=\"n\">100</td><td class=\"n\">90</td><td>inside</td>",
        "<td class=\"n\">20</td><td class=\"n\">40</td><td>outside</td>",
        "<td class=\"n\">1,000</td><td class=\"n\">900</td><td></td>"},
       {0}},
      {lf_plan_html, "{}", {"too few dated leads judge for a plan of a quarter before"}, {"outside"}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* ---- parts that are absent -------------------------------------------------------------------------- */

static void what_is_absent_or_of_another_kind_is_passed_over(void **state) {
  static const page_case cases[] = {
      {lf_report_html,
       "{\"headline\": {\"state\": null, \"title\": null, \"works\": null, \"evidence\": null}, \"mql\": "
       "{\"threshold\": 3}}",
       {"cannot be judged</h1>", "3 <small>points on</small>"},
       {"<p class=\"works\">", "leads stand behind this"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\", \"title\": \"T\", \"works\": null}}",
       {"T</h1>"},
       {"<p class=\"works\">"}},
      {lf_report_html,
       "{\"headline\": {\"state\": \"works\", \"title\": \"T\", \"works\": \"Other: x\"}}",
       {"<p class=\"works\">Other: x"},
       {0}},
      {lf_monitor_html, "{\"alarms\": [5, \"a\"], \"notes\": [7]}", {"<li>a</li>"}, {"<li>5", "<li>7"}},
      {lf_report_html,
       "{\"rules\": [{\"rule\": \"cap\", \"binds\": true, \"holdout\": {\"verdict\": \"costs\", \"auc\": "
       "{\"value\": 0.0123, \"ci_low\": 0.001}}}, {}, {}]}",
       {"<td>costs</td><td class=\"n\">" ABSENT},
       {"1.2 <span"}},
      {lf_report_html,
       "{\"attributes\": [{\"name\": \"A\", \"win\": {\"odds_ratio\": 1, \"high\": 1.1}}]}",
       {"1.00</td>"},
       {"no bands</span>"}},
      /* three bands that are no levels; a card without ranges */
      {lf_report_html,
       "{\"card\": [{\"name\": \"A\", \"bands\": [{\"label\": \"missing\", \"type\": \"missing\", "
       "\"points\": 2, \"rows\": 0}, {\"label\": \"other\","
       " \"type\": \"other\", \"points\": 2, \"rows\": 0}, {\"label\": \"third\", \"type\": \"other\", "
       "\"points\": 9, \"rows\": 0}]}]}",
       {"missing, other</th><td class=\"n\">2</td><td class=\"few\" colspan=\"1\">no row in "
        "training</td></tr>"},
       {"95% range"}},
      {lf_report_html,
       "{\"split\": {\"kind\": \"time\", \"folds\": 5, \"folds_in_time\": true, \"from\": \"2024-01-01\"}}",
       {"by time: the newest leads judge", "Holdout from</dt><dd><bdi>2024-01-01"},
       {0}},
      {lf_report_html,
       "{\"split\": {\"kind\": \"none\"}, \"selection\": {\"in_time\": true}}",
       {"none: every lead was fitted"},
       {0}},
      {lf_plan_html,
       "{\"thresholds\": [{\"threshold\": 40, \"rows\": 90, \"win_rate\": {\"value\": 0.25, \"ci_low\": 0.2, "
       "\"ci_high\": 0.3}}, {\"threshold\": 50, \"rows\": 80}]}",
       {"25.0% <span class=\"counts\">20.0% to 30.0%</span></td>", "<td class=\"n interval\">" ABSENT},
       {0}},
  };
  (void)state;
  CHECK_ALL(cases);
}

/* Of the patterns of a side the eight least likely by chance stand there; thirty thresholds are every fifth.
 */
static void long_lists_are_cut(void **state) {
  lf_text tree = {0};
  (void)state;
  lf_text_add(&tree, "{\"exceptions\": {\"below\": {\"rows\": 900, \"won\": 90, \"patterns\": [");
  for (int k = 0; k < 10; k++)
    lf_text_addf(&tree, "%s{\"rows\": 30, \"bands\": [{\"attribute\": \"P%d.\"}]}", k ? "," : "", k);
  lf_text_add(&tree, "]}}, \"thresholds\": [");
  for (int k = 0; k < 30; k++)
    lf_text_addf(&tree, "%s{\"threshold\": %d, \"rows\": 50}", k ? "," : "", 100 + k);
  lf_text_add(&tree, "]}");
  char *page = page_of(lf_report_html, tree.data);
  has(page, "P7.");
  lacks(page, "P8.");
  has(page, "<th scope=\"row\">105</th>");
  lacks(page, "<th scope=\"row\">102</th>");
  free(page);
  lf_text_free(&tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_changes_stands_side_by_side),
      cmocka_unit_test(many_patterns_are_cut),
      cmocka_unit_test(each_verdict_has_a_shape),
      cmocka_unit_test(a_claim_with_amounts_and_quarters),
      cmocka_unit_test(owners_share_what_is_explained),
      cmocka_unit_test(monitor_shows_each_question_in_its_unit),
      cmocka_unit_test(the_state_is_a_sign_and_words),
      cmocka_unit_test(the_first_screen_says_what_is_known),
      cmocka_unit_test(the_threshold_says_what_it_delivers),
      cmocka_unit_test(bands_of_few_rows_share_a_row),
      cmocka_unit_test(thresholds_are_thinned),
      cmocka_unit_test(attributes_show_effects_and_reasons),
      cmocka_unit_test(rules_show_no_figure_without_its_interval),
      cmocka_unit_test(data_says_what_was_left_out_and_why),
      cmocka_unit_test(exceptions_are_folded_unless_beyond_chance),
      cmocka_unit_test(method_tells_how_it_was_chosen),
      cmocka_unit_test(the_winner_beats_every_other),
      cmocka_unit_test(a_backtest_says_what_came),
      cmocka_unit_test(what_is_absent_or_of_another_kind_is_passed_over),
      cmocka_unit_test(long_lists_are_cut),
  };
  return cmocka_run_group_tests_name("report sections", tests, NULL, NULL);
}
