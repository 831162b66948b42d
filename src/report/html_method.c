/* Method: how the weights came about, what was chosen by what, and what went wrong on the way. */
#include <math.h>
#include <string.h>

#include "report/html_sections.h"
#include "report/report.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static void add_rows_fact(lf_text *out, const char *term, const json_t *side) {
  double rows = lf_view_number(side, "rows"), won = lf_view_number(side, "won");
  if (isnan(rows)) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd>", term);
  lf_people_counted(out, rows, "lead", "leads");
  if (!isnan(won)) {
    lf_text_add(out, ", ");
    lf_people_counted(out, won, "win", "wins");
  }
  lf_text_add(out, "</dd></div>\n");
}

static void add_split(lf_text *out, const json_t *report) {
  const char *kind = lf_view_text(report, "split.kind");
  const char *words = kind == NULL                ? NULL
                      : strcmp(kind, "time") == 0 ? "by time: the newest leads judge"
                      : strcmp(kind, "hash") == 0 ? "by a hash: a lead never changes sides"
                                                  : "none: every lead was fitted";
  bool in_time = lf_view_flag(report, "split.folds_in_time") || lf_view_flag(report, "selection.in_time");
  lf_text_add(out, "<h3>Who fits, who judges</h3>\n<dl class=\"facts\">\n");
  lf_html_fact_text(out, "Split", words);
  add_rows_fact(out, "Training", lf_view_at(report, "split.train"));
  add_rows_fact(out, "Holdout", lf_view_at(report, "split.holdout"));
  lf_html_fact_text(out, "Holdout from", lf_view_text(report, "split.from"));
  lf_html_fact(out, "Folds", lf_view_number(report, "split.folds"), LF_HTML_COUNT);
  if (kind != NULL)
    lf_html_fact_text(out, "Order of folds",
                      in_time ? "forward in time: fitted on the past, judged on the next block" : "none");
  lf_text_add(out, "</dl>\n");
}

static void add_fit(lf_text *out, const json_t *model) {
  const char *method = lf_view_text(model, "method");
  const json_t *converged = lf_view_at(model, "converged");
  lf_text_add(out, "<h3>The fit</h3>\n<dl class=\"facts\">\n");
  if (method != NULL)
    lf_html_fact_text(out, "Method",
                      strcmp(method, "card") == 0    ? "logistic regression on bands, ridge penalty, points"
                      : strcmp(method, "plain") == 0 ? "logistic regression, maximum likelihood"
                                                     : method);
  if (lf_view_flag(model, "firth"))
    lf_html_fact_text(out, "Separation", "Firth's penalised likelihood was used");
  if (converged != NULL) lf_html_fact_text(out, "Converged", json_is_true(converged) ? "yes" : "no");
  lf_html_fact(out, "Iterations", lf_view_number(model, "iterations"), LF_HTML_COUNT);
  lf_html_fact(out, "Penalty", lf_view_number(model, "penalty"), LF_HTML_FIXED4);
  lf_html_fact(out, "Penalty a band", lf_view_number(model, "band_penalty"), LF_HTML_FIXED2);
  lf_html_fact(out, "Log-likelihood", lf_view_number(model, "log_likelihood"), LF_HTML_FIXED2);
  lf_html_fact(out, "Log-likelihood, intercept alone", lf_view_number(model, "null_log_likelihood"),
               LF_HTML_FIXED2);
  lf_html_fact(out, "Deviance", lf_view_number(model, "deviance"), LF_HTML_FIXED2);
  lf_html_fact(out, "Null deviance", lf_view_number(model, "null_deviance"), LF_HTML_FIXED2);
  lf_html_fact(out, "AIC", lf_view_number(model, "aic"), LF_HTML_FIXED2);
  lf_text_add(out, "</dl>\n");
}

static void add_warnings(lf_text *out, const json_t *warnings) {
  size_t i;
  json_t *warning;
  if (json_array_size(warnings) == 0) return;
  lf_text_add(out, "<h3>Warnings</h3>\n<ul class=\"warnings\">\n");
  lf_view_each(warnings, i, warning) {
    if (!json_is_string(warning)) continue;
    lf_text_add(out, "<li>");
    lf_html_data(out, json_string_value(warning), 600);
    lf_text_add(out, "</li>\n");
  }
  lf_text_add(out, "</ul>\n");
}

static void add_selection(lf_text *out, const json_t *selection) {
  static const lf_html_column left_out[] = {{"Attribute left out", "attribute", LF_HTML_NAME},
                                            {"Why", "reason", LF_HTML_TEXT},
                                            {"Log-likelihood gained with it", "loss_change", LF_HTML_FIXED1},
                                            {"Std. error", "std_error", LF_HTML_FIXED1}};
  static const lf_html_column drifting[] = {
      {"Attribute that drifts", "attribute", LF_HTML_NAME},
      {"Recent leads outside what older ones held", "share_outside", LF_HTML_PERCENT},
      {"Note", "note", LF_HTML_TEXT}};
  static const lf_html_column path[] = {{"Penalty a band", "band_penalty", LF_HTML_FIXED2},
                                        {"Penalty", "penalty", LF_HTML_FIXED4},
                                        {"Log loss", "loss", LF_HTML_FIXED4}};
  const json_t *list = NULL;
  if (selection == NULL) return;
  lf_text_add(out, "<h3>Chosen by cross-validation within the training leads</h3>\n<dl class=\"facts\">\n");
  lf_html_fact(out, "Cross-validated log loss", lf_view_number(selection, "loss"), LF_HTML_FIXED4);
  lf_html_fact(out, "without a score", lf_view_number(selection, "null_loss"), LF_HTML_FIXED4);
  lf_html_fact(out, "Cross-validated AUC", lf_view_number(selection, "auc"), LF_HTML_FIXED3);
  if (lf_view_at(selection, "cap") != NULL) {
    lf_html_fact(out, "At most so many bands an attribute", lf_view_number(selection, "cap.max_bands"),
                 LF_HTML_COUNT);
    lf_html_fact(out, "deviance that gives up", lf_view_number(selection, "cap.deviance_given_up"),
                 LF_HTML_FIXED1);
    lf_html_fact(out, "cross-validated log loss without it",
                 lf_view_number(selection, "cap.log_loss_without"), LF_HTML_FIXED4);
    lf_html_fact(out, "cross-validated AUC without it", lf_view_number(selection, "cap.auc_without"),
                 LF_HTML_FIXED3);
  }
  lf_html_fact_text(out, "Signal", lf_view_text(selection, "signal.sentence"));
  lf_text_add(out, "</dl>\n");
  if ((list = lf_view_list(selection, "left_out")) != NULL)
    lf_html_records(out, &(lf_html_table){"Attributes left out of the score", left_out, COUNT_OF(left_out),
                                          list, NULL, NULL, 0});
  if ((list = lf_view_list(selection, "drifting")) != NULL)
    lf_html_records(
        out, &(lf_html_table){"Attributes that drift", drifting, COUNT_OF(drifting), list, NULL, NULL, 0});
  if ((list = lf_view_list(selection, "penalty_path")) != NULL) {
    lf_text_add(out, "<details><summary>Penalties tried</summary>\n");
    lf_html_records(out, &(lf_html_table){"Penalties tried", path, COUNT_OF(path), list, NULL, NULL, 0});
    lf_text_add(out, "</details>\n");
  }
}

static void add_score(lf_text *out, const json_t *score) {
  if (score == NULL) return;
  lf_text_add(out, "<h3>From weights to points</h3>\n<dl class=\"facts\">\n");
  lf_html_fact(out, "Lowest score", lf_view_number(score, "minimum"), LF_HTML_COUNT);
  lf_html_fact(out, "Highest score", lf_view_number(score, "maximum"), LF_HTML_COUNT);
  lf_html_fact(out, "Probability: intercept", lf_view_number(score, "probability.intercept"), LF_HTML_FIXED4);
  lf_html_fact(out, "Probability: slope a point", lf_view_number(score, "probability.slope"), LF_HTML_FIXED4);
  lf_html_fact(out, "Log loss before rounding", lf_view_number(score, "rounding.log_loss_before"),
               LF_HTML_FIXED4);
  lf_html_fact(out, "after", lf_view_number(score, "rounding.log_loss_after"), LF_HTML_FIXED4);
  lf_html_fact(out, "Deviance lost to integers", lf_view_number(score, "rounding.deviance"), LF_HTML_FIXED1);
  lf_html_fact(out, "by plain rounding", lf_view_number(score, "rounding.deviance_plain"), LF_HTML_FIXED1);
  lf_html_fact(out, "AUC before rounding", lf_view_number(score, "rounding.auc_before"), LF_HTML_FIXED4);
  lf_html_fact(out, "after", lf_view_number(score, "rounding.auc_after"), LF_HTML_FIXED4);
  lf_text_add(out, "</dl>\n");
}

/* The bands with too few rows to be shown on their own: an object of the attributes that have such, each an
 * object of their labels. */
static json_t *small_bands(const json_t *card, bool *failed) {
  json_t *small = json_object(), *attribute, *band;
  size_t i, j;
  lf_view_each(card, i, attribute) {
    const char *name = lf_view_text(attribute, "name");
    json_t *labels = json_object();
    lf_view_each(lf_view_at(attribute, "bands"), j, band) {
      const char *label = lf_view_text(band, "label");
      if (label != NULL && lf_view_number(band, "rows") < LF_REPORT_FEWEST_ROWS)
        *failed = *failed || json_object_set_new(labels, label, json_true()) != 0;
    }
    if (name != NULL) *failed = *failed || json_object_set(small, name, labels) != 0;
    json_decref(labels);
  }
  *failed = *failed || small == NULL;
  return small;
}

static bool of_small_band(const json_t *small, const json_t *coefficient) {
  const char *name = lf_view_text(coefficient, "attribute"), *band = lf_view_text(coefficient, "band");
  return name != NULL && band != NULL && json_object_get(json_object_get(small, name), band) != NULL;
}

static void add_coefficients(lf_text *out, const json_t *report) {
  static const lf_html_column columns[] = {
      {"Attribute", "attribute", LF_HTML_NAME},
      {"Band", "band", LF_HTML_TEXT},
      {"Estimate", "estimate", LF_HTML_FIXED4},
      {"Std. error", "std_error", LF_HTML_FIXED4},
      {"Robust", "robust_std_error", LF_HTML_FIXED4},
      {"z", "z", LF_HTML_FIXED2},
      {"p", "p", LF_HTML_P},
      {"95% from", "ci_low", LF_HTML_FIXED4},
      {"to", "ci_high", LF_HTML_FIXED4},
      {"Profile from", "profile_low", LF_HTML_FIXED4},
      {"to", "profile_high", LF_HTML_FIXED4},
  };
  json_t *some = json_array(), *small = small_bands(lf_view_at(report, "card"), &out->failed), *coefficient;
  size_t i;
  lf_view_each(lf_view_at(report, "model.coefficients"), i, coefficient) {
    if (!of_small_band(small, coefficient)) lf_html_keep(out, some, coefficient);
  }
  if (json_array_size(some) > 0) {
    lf_text_add(out, "<details><summary>Coefficients (log-odds)</summary>\n");
    lf_html_records(out, &(lf_html_table){"Coefficients", columns, COUNT_OF(columns), some, NULL, NULL, 0});
    lf_text_add(out, "</details>\n");
  }
  json_decref(some);
  json_decref(small);
}

static void add_tests(lf_text *out, const json_t *model) {
  static const lf_html_column columns[] = {
      {"Attribute", "attribute", LF_HTML_NAME},
      {"Chi-squared", "chi2", LF_HTML_FIXED2},
      {"df", "df", LF_HTML_COUNT},
      {"p", "p", LF_HTML_P},
      {"q", "q", LF_HTML_P},
  };
  const json_t *list = lf_view_list(model, "tests");
  if (list == NULL) return;
  lf_text_add(out, "<details><summary>Likelihood-ratio tests</summary>\n");
  lf_html_records(
      out, &(lf_html_table){"Likelihood-ratio tests", columns, COUNT_OF(columns), list, NULL, NULL, 0});
  lf_text_add(out, "</details>\n");
}

void lf_html_method(lf_text *out, const json_t *report) {
  const json_t *model = lf_view_at(report, "model");
  lf_html_section(out, "method", "How it was done", NULL);
  add_split(out, report);
  if (model == NULL) {
    lf_html_missing(out, "the result does not describe its fit");
  } else {
    add_fit(out, model);
    add_warnings(out, lf_view_at(model, "warnings"));
  }
  add_selection(out, lf_view_at(report, "selection"));
  add_score(out, lf_view_at(report, "score"));
  add_coefficients(out, report);
  if (model != NULL) add_tests(out, model);
  lf_html_section_close(out);
}
