/* The judge's figures: calibration, deciles, what the top of the list captures. */
#include <math.h>

#include "report/html_sections.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* ---- calibration ----------------------------------------------------------------------------------- */

static void add_interval_fact(lf_text *out, const char *term, const json_t *at, const char *const paths[3],
                              int decimals) {
  double value = lf_view_number(at, paths[0]), low = lf_view_number(at, paths[1]),
         high = lf_view_number(at, paths[2]);
  if (isnan(value)) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd>", term);
  lf_people_fixed(out, value, decimals);
  if (!isnan(low) && !isnan(high)) {
    lf_text_add(out, " <span class=\"counts\">");
    lf_people_fixed(out, low, decimals);
    lf_text_add(out, " to ");
    lf_people_fixed(out, high, decimals);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</dd></div>\n");
}

static void add_expected_wins(lf_text *out, const json_t *bins, double won) {
  double expected = 0;
  size_t i;
  json_t *bin;
  lf_view_each(bins, i, bin) {
    expected += lf_view_number(bin, "rows") * lf_view_number(bin, "mean_probability");
  }
  if (bins == NULL || isnan(expected) || isnan(won)) return;
  lf_text_add(out, "<p>The score expected ");
  lf_people_fixed(out, expected, 1);
  lf_text_add(out, " wins; ");
  lf_people_count(out, won);
  lf_text_add(out, " came.</p>\n");
}

static void add_calibration_facts(lf_text *out, const json_t *figures) {
  static const char *const slope[] = {"calibration.slope", "calibration.slope_low", "calibration.slope_high"};
  static const char *const level[] = {"calibration.in_the_large", "calibration.in_the_large_low",
                                      "calibration.in_the_large_high"};
  lf_text_add(out, "<dl class=\"facts\">\n");
  add_interval_fact(out, "Slope (1 is right)", figures, slope, 2);
  add_interval_fact(out, "In the large (0 is right)", figures, level, 2);
  lf_html_fact(out, "Log loss", lf_view_number(figures, "log_loss"), LF_HTML_FIXED4);
  lf_html_fact(out, "Log loss without a score", lf_view_number(figures, "null_log_loss"), LF_HTML_FIXED4);
  lf_html_fact(out, "Brier score", lf_view_number(figures, "brier"), LF_HTML_FIXED4);
  lf_html_fact(out, "Brier skill", lf_view_number(figures, "brier_skill"), LF_HTML_PERCENT);
  lf_html_fact(out, "Hosmer\xE2\x80\x93Lemeshow p", lf_view_number(figures, "calibration.hosmer_lemeshow.p"),
               LF_HTML_P);
  lf_text_add(out, "</dl>\n");
}

void lf_html_calibration(lf_text *out, const json_t *report) {
  static const lf_html_column columns[] = {
      {"Promised", "mean_probability", LF_HTML_PERCENT},
      {"Leads", "rows", LF_HTML_COUNT},
      {"Won", "won", LF_HTML_COUNT},
      {"Win rate", "win_rate", LF_HTML_PERCENT},
      {"From", "low", LF_HTML_PERCENT},
      {"To", "high", LF_HTML_PERCENT},
  };
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  const json_t *bins = lf_view_list(figures, "calibration.bins");
  lf_html_section(out, "calibration", "Can the probabilities be taken at their word?",
                  "Leads in groups of rising probability: what the score promised beside what happened, with "
                  "95% intervals.");
  if (figures == NULL || lf_view_at(figures, "calibration") == NULL) {
    lf_html_missing(out, "the score gives no probabilities, or no leads were kept back");
    lf_html_section_close(out);
    return;
  }
  add_expected_wins(out, bins, lf_view_number(figures, "won"));
  if (bins != NULL) {
    const lf_html_table table = {is_holdout ? "Calibration on the holdout" : "Calibration, cross-validated",
                                 columns,
                                 COUNT_OF(columns),
                                 bins,
                                 NULL,
                                 NULL,
                                 0};
    lf_text_add(out, "<div class=\"beside\">\n");
    lf_html_figure(
        out, "calibration", "Win rate against promised probability",
        "Promised against what happened, with 95% intervals. On the dashed line the promise was kept.");
    lf_html_records(out, &table);
    lf_text_add(out, "</div>\n");
  }
  add_calibration_facts(out, figures);
  lf_html_section_close(out);
}

/* ---- order: deciles and top shares ----------------------------------------------------------------- */

static void add_order_facts(lf_text *out, const json_t *figures) {
  static const char *const auc[] = {"auc.value", "auc.ci_low", "auc.ci_high"};
  lf_text_add(out, "<dl class=\"facts\">\n");
  add_interval_fact(out, "AUC", figures, auc, 3);
  lf_html_fact(out, "Gini", lf_view_number(figures, "gini"), LF_HTML_FIXED3);
  lf_html_fact(out, "Kolmogorov\xE2\x80\x93Smirnov", lf_view_number(figures, "ks"), LF_HTML_FIXED3);
  lf_html_fact(out, "Average precision", lf_view_number(figures, "average_precision"), LF_HTML_FIXED3);
  lf_html_fact(out, "Revenue-capture Gini", lf_view_number(figures, "revenue_capture.gini"), LF_HTML_FIXED3);
  lf_html_fact(out, "Share of the best possible", lf_view_number(figures, "revenue_capture.gini_normalised"),
               LF_HTML_PERCENT);
  lf_text_add(out, "</dl>\n");
}

/* Wins are whole unless ties were shared out. */
static bool all_whole(const json_t *list, const char *path) {
  size_t i;
  json_t *item;
  lf_view_each(list, i, item) {
    double value = lf_view_number(item, path);
    if (fabs(value - round(value)) > 1e-9) return false;
  }
  return true;
}

void lf_html_order(lf_text *out, const json_t *report) {
  lf_html_column deciles[] = {
      {"Decile", "decile", LF_HTML_NAME},
      {"Leads", "rows", LF_HTML_COUNT},
      {"Won", "won", LF_HTML_FIXED1},
      {"Lift", "lift", LF_HTML_FIXED2},
      {"Wins so far", "cumulative_gain", LF_HTML_BAR},
      {"Revenue", "amount", LF_HTML_COUNT},
      {"Revenue so far", "cumulative_amount", LF_HTML_BAR},
  };
  static const lf_html_column shares[] = {
      {"Best leads", "share", LF_HTML_PERCENT},
      {"Share of wins", "won", LF_HTML_BAR},
      {"Share of revenue", "amount", LF_HTML_BAR},
  };
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  const json_t *lift = lf_view_list(figures, "lift"), *top = lf_view_list(figures, "top");
  if (all_whole(lift, "won")) deciles[2].format = LF_HTML_COUNT;
  lf_html_section(
      out, "order", "Working the list from the top",
      "Leads in tenths by falling score. Lift is the win rate of a tenth over the win rate of all; ties are "
      "shared out, so wins may be fractions.");
  if (lift == NULL) {
    lf_html_missing(out, "no leads were kept back to judge the order");
  } else {
    lf_html_figure(out, "gain", "Share of wins and of revenue by share of leads worked from the top",
                   "Wins and revenue found when the leads are worked from the highest score down. The dashed "
                   "diagonal is "
                   "a score that knows nothing.");
    const lf_html_table table = {is_holdout ? "Deciles of the holdout" : "Deciles, cross-validated",
                                 deciles,
                                 COUNT_OF(deciles),
                                 lift,
                                 NULL,
                                 NULL,
                                 0};
    lf_html_records(out, &table);
  }
  if (top != NULL) {
    const lf_html_table table = {"What the best leads hold", shares, COUNT_OF(shares), top, NULL, NULL, 0};
    lf_html_records(out, &table);
  }
  if (figures != NULL) add_order_facts(out, figures);
  lf_html_section_close(out);
}
