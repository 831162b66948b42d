/* The first screen: does the score work, what predicts, what the threshold delivers, on how much evidence. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/headline.h"
#include "report/html_sections.h"

enum { MOST_PREDICTORS = 6, MOST_NAME = 48 };

/* The state as a class, a sign and words: never told by colour alone. */
static const char *const states[][4] = {
    {"works", "good", "\xE2\x9C\x93", "works"},
    {"weak", "fair", "\xE2\x89\x88", "weak"},
    {"not shown", "fair", "?", "not shown to work"},
    {"does not work", "bad", "\xE2\x9C\x95", "does not work"},
    {"cannot be judged", "fair", "?", "cannot be judged"},
};

static const char *const *state_row(const char *state) {
  for (size_t i = 0; state != NULL && i < sizeof states / sizeof *states; i++) {
    if (strcmp(states[i][0], state) == 0) return states[i];
  }
  return states[4];
}

/* What a person needs to count the pairs again. */
static void add_pairs_counted(lf_text *out, const json_t *figures) {
  double rows = lf_view_number(figures, "rows"), won = lf_view_number(figures, "won");
  double value = lf_view_number(figures, "auc.value"), low = lf_view_number(figures, "auc.ci_low"),
         high = lf_view_number(figures, "auc.ci_high");
  if (isnan(rows) || isnan(won) || isnan(value)) return;
  lf_text_add(out, "<details class=\"how\"><summary>The counts behind it</summary>\n<p>");
  lf_people_count(out, won);
  lf_text_add(out, " won and ");
  lf_people_count(out, rows - won);
  lf_text_add(out, " lost leads make ");
  lf_people_count(out, won * (rows - won));
  lf_text_add(out, " pairs of one won and one lost lead. In ");
  lf_people_percent(out, value);
  lf_text_add(out, " of them the won lead has the higher score, a tie counting half");
  if (!isnan(low) && !isnan(high)) {
    lf_text_add(out, "; with other leads of the same kind it could have been ");
    lf_people_percent(out, low);
    lf_text_add(out, " to ");
    lf_people_percent(out, high);
    lf_text_add(out, " (95% interval)");
  }
  lf_text_add(out, ".</p></details>\n");
}

static void add_verdict(lf_text *out, const json_t *report, const json_t *headline) {
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout), *auc = lf_view_at(figures, "auc");
  const char *const *state = state_row(lf_view_text(headline, "state"));
  const char *works = lf_view_text(headline, "works"), *title = lf_view_text(headline, "title");
  /* The title opens the sentence; it stands once. */
  size_t n = title != NULL ? strlen(title) : 0;
  bool opens = works != NULL && n > 0 && strncmp(works, title, n) == 0 && strncmp(works + n, ": ", 2) == 0;
  char mood[24];
  snprintf(mood, sizeof mood, "%s%s", state[1], auc != NULL ? " measured" : "");
  lf_html_verdict_open(out, mood, state[2], title != NULL ? title : state[3]);
  lf_html_paragraph(out, "works", opens ? works + n + 2 : works);
  if (auc != NULL) lf_html_pairs_scale(out, auc);
  add_pairs_counted(out, figures);
  lf_text_add(out, "</div>\n");
}

/* An attribute's name, what it spans on the card, and what to know before it is believed. */
static void add_predictor(lf_text *out, const json_t *report, const char *name, double most) {
  const json_t *on_card = lf_view_named(lf_view_at(report, "card"), name);
  const json_t *column = lf_view_named(lf_view_at(report, "data.columns"), name);
  const char *verdict = lf_view_text(lf_view_named(lf_view_at(report, "attributes"), name), "verdict");
  double reach = lf_html_points_reach(on_card);
  lf_text_add(out, "<li style=\"--share:");
  lf_text_add_fixed(out, most > 0 ? reach / most : 0, 3);
  lf_text_add(out, "\"><b>");
  lf_html_data(out, name, MOST_NAME);
  lf_text_add(out, "</b> <span class=\"points\">");
  if (reach > 0)
    lf_html_points_span(out, on_card);
  else if (most > 0)
    lf_text_add(out, "not on the card");
  lf_text_add(out, "</span>");
  if (verdict != NULL && strcmp(verdict, "predicts closed revenue") != 0) {
    lf_text_add(out, " <span class=\"note\">");
    lf_html_text(out, verdict);
    lf_text_add(out, "</span>");
  }
  if (lf_view_text(column, "suspicion") != NULL)
    lf_text_add(out, " <a class=\"note\" href=\"#data\">When is it known?</a>");
  lf_text_add(out, "</li>\n");
}

static void add_predictors(lf_text *out, const json_t *report, const json_t *headline) {
  const json_t *names = lf_view_list(headline, "predicts");
  size_t n = json_array_size(names);
  const char *by = lf_view_text(headline, "predicts_by");
  bool by_weight = n > 0 && by != NULL && strcmp(by, "weight") == 0;
  const char *reservation = n > 0 ? lf_headline_reservation(headline) : NULL;
  bool revenue = lf_view_any(lf_view_at(report, "attributes"), "revenue.ratio");
  lf_text_addf(out, "<div class=\"panel\"><h2>%s%s%s</h2>\n",
               by_weight ? "What the score goes by"
               : revenue ? "What predicts closed revenue"
                         : "What predicts",
               reservation != NULL ? ", " : "", reservation != NULL ? reservation : "");
  if (n == 0) lf_text_add(out, "<p>No attribute is shown to predict on this history.</p>\n");
  double most = 0;
  for (size_t i = 0; i < n; i++)
    most = fmax(most, lf_html_points_reach(lf_view_named(lf_view_at(report, "card"),
                                                         json_string_value(json_array_get(names, i)))));
  if (n > 0) lf_text_add(out, "<ol class=\"predictors\">\n");
  for (size_t i = 0; i < n && i < MOST_PREDICTORS; i++) {
    const char *name = json_string_value(json_array_get(names, i));
    if (name == NULL) continue;
    add_predictor(out, report, name, most);
  }
  if (n > 0) lf_text_add(out, "</ol>\n");
  lf_text_add(out, "<p class=\"more\"><a href=\"#attributes\">");
  if (n > MOST_PREDICTORS) lf_text_addf(out, "%zu more, and their verdicts", n - MOST_PREDICTORS);
  lf_text_add(out,
              n > MOST_PREDICTORS ? "</a></p></div>\n" : "Every attribute and its verdict</a></p></div>\n");
}

/* Where the figure could lie; nothing where that is not known. */
static void add_limits(lf_text *out, double low, double high) {
  if (isnan(low) || isnan(high)) return;
  lf_text_add(out, " <span class=\"counts limits\">95% interval ");
  lf_people_percent(out, low);
  lf_text_add(out, " to ");
  lf_people_percent(out, high);
  lf_text_add(out, "</span>");
}

static void add_share_fact(lf_text *out, const char *term, double part, double whole, const json_t *row,
                           const char *key) {
  static const char *const ends[] = {"", "_low", "_high"};
  char path[3][40];
  for (size_t i = 0; i < 3; i++) snprintf(path[i], sizeof path[i], "%s%s", key, ends[i]);
  double share = lf_view_number(row, path[0]);
  if (isnan(share) && whole > 0) share = part / whole;
  if (isnan(share)) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd><b>", term);
  lf_people_percent(out, share);
  lf_text_add(out, "</b>");
  if (!isnan(part) && !isnan(whole)) {
    lf_text_add(out, " <span class=\"counts\">");
    lf_people_count(out, part);
    lf_text_add(out, " of ");
    lf_people_count(out, whole);
    lf_text_add(out, "</span>");
  }
  add_limits(out, lf_view_number(row, path[1]), lf_view_number(row, path[2]));
  lf_text_add(out, "</dd></div>\n");
}

static void add_delivery(lf_text *out, const json_t *report) {
  const json_t *row = lf_view_mql_row(report), *expected = lf_view_at(report, "mql.expected");
  double rows = lf_view_number(report, "holdout.rows"), won = lf_view_number(report, "holdout.won");
  bool on_holdout = row != NULL && rows > 0;
  lf_text_add(out, on_holdout
                       ? "<p class=\"basis\">What it delivered on the holdout</p>\n<dl class=\"delivers\">\n"
                       : "<p class=\"basis\">What it is expected to deliver, from training leads</p>\n"
                         "<dl class=\"delivers\">\n");
  if (on_holdout) {
    add_share_fact(out, "of leads reach it", lf_view_number(row, "rows"), rows, row, "share_leads");
    add_share_fact(out, "of those won", lf_view_number(row, "won"), lf_view_number(row, "rows"), row,
                   "win_rate");
    add_share_fact(out, "of all wins", lf_view_number(row, "won"), won, row, "share_won");
    add_share_fact(out, "of all revenue", lf_view_number(row, "amount"),
                   lf_view_number(report, "holdout.amount"), row, "share_amount");
  } else {
    const char *rate = isnan(lf_view_number(expected, "win_rate")) ? "precision" : "win_rate";
    const double none = (double)NAN;
    add_share_fact(out, "of leads reach it", none, none, expected, "share_leads");
    add_share_fact(out, "of those win", none, none, expected, rate);
    add_share_fact(out, "of all wins", none, none, expected, "share_won");
    add_share_fact(out, "of all revenue", none, none, expected, "share_amount");
  }
  lf_text_add(out, "</dl>\n");
}

/* How it compares with the definition in force. */
static void add_change(lf_text *out, const json_t *changed) {
  const json_t *pair = json_array_get(lf_view_at(changed, "pairs"), 0);
  const char *verdict = lf_view_text(pair, "verdict"), *better = lf_view_text(pair, "better");
  double old = lf_view_number(changed, "threshold.old");
  if (verdict == NULL) return;
  lf_text_add(out, "<p class=\"basis\">");
  if (better != NULL)
    lf_text_add(out, strcmp(better, "new") == 0 ? "Better than the definition in force"
                                                : "Worse than the definition in force");
  else
    lf_text_add(out, strcmp(verdict, "no meaningful difference") == 0
                         ? "No meaningful difference from the definition in force"
                         : "Not enough evidence that it differs from the definition in force");
  if (!isnan(old)) {
    lf_text_add(out, " (from ");
    lf_people_count(out, old);
    lf_text_add(out, " of its points)");
  }
  lf_text_add(out, ".</p>\n");
}

static void add_threshold(lf_text *out, const json_t *report, const json_t *headline) {
  double threshold = lf_view_number(report, "mql.threshold");
  const char *state = lf_view_text(headline, "state"), *change = lf_view_text(headline, "change");
  bool unusable = state != NULL && (strcmp(state, "does not work") == 0 || strcmp(state, "not shown") == 0);
  lf_text_addf(out, "<div class=\"panel\"><h2>%s</h2>\n",
               unusable || isnan(threshold) ? "What should change: the MQL threshold"
                                            : "What should change: call a lead an MQL from");
  if (unusable || isnan(threshold)) {
    lf_text_add(out,
                unusable ? "<p class=\"figure\">Do not use</p>\n<p>" : "<p class=\"figure\">None</p>\n<p>");
    if (change != NULL) lf_html_text(out, change);
    lf_text_add(out, "</p>\n");
  } else {
    lf_text_add(out, "<p class=\"figure\">");
    lf_people_count(out, threshold);
    lf_text_add(out, " <small>points on</small></p>\n");
    add_change(out, lf_view_at(report, "changed"));
    add_delivery(out, report);
  }
  lf_text_add(out, "<p class=\"more\"><a href=\"#thresholds\">Other thresholds</a>");
  if (lf_view_at(report, "changed") != NULL)
    lf_text_add(out, " \xC2\xB7 <a href=\"#changed\">Against the one in force</a>");
  lf_text_add(out, "</p></div>\n");
}

static void add_evidence(lf_text *out, const json_t *report, const json_t *headline) {
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  const char *evidence = lf_view_text(headline, "evidence");
  lf_text_add(out, "<div class=\"panel\"><h2>How much evidence</h2>\n");
  if (!isnan(lf_view_number(figures, "won"))) {
    lf_text_add(out, "<p class=\"figure\">");
    lf_people_count(out, lf_view_number(figures, "won"));
    lf_text_add(out, " <small>wins among ");
    lf_people_count(out, lf_view_number(figures, "rows"));
    lf_text_add(out, is_holdout ? " unseen leads</small></p>\n" : " training leads</small></p>\n");
  }
  if (evidence != NULL) {
    lf_text_add(out, "<p>");
    lf_html_text(out, evidence);
    lf_text_add(out, "</p>\n");
  }
  lf_text_add(out, "<p class=\"more\"><a href=\"#data\">What was left out, and why</a></p></div>\n");
}

void lf_html_summary(lf_text *out, const json_t *report, const json_t *headline) {
  lf_text_add(out, "<section id=\"summary\" aria-label=\"Summary\">\n");
  add_verdict(out, report, headline);
  lf_text_add(out, "<div class=\"panels\">\n");
  add_predictors(out, report, headline);
  add_threshold(out, report, headline);
  add_evidence(out, report, headline);
  lf_text_add(out, "</div>\n");
  lf_html_cautions(out, "Before you use it", lf_view_at(headline, "cautions"));
  lf_text_add(out, "</section>\n");
}
