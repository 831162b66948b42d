#include "report/describe.h"

static void add_interval(lf_object *o, const char *key, const lf_interval *interval) {
  lf_object i = lf_object_new();
  lf_object_number(&i, "value", interval->value);
  lf_object_number(&i, "ci_low", interval->low);
  lf_object_number(&i, "ci_high", interval->high);
  lf_object_number(&i, "std_error", interval->std_error);
  lf_object_tree(o, key, lf_object_take(&i));
}

static json_t *describe_bin(const void *context, size_t i) {
  const lf_calibration_bin *bin = &((const lf_judgement *)context)->calibration[i];
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", bin->rows);
  lf_object_number(&o, "won", bin->won);
  lf_object_number(&o, "mean_probability", bin->mean_probability);
  lf_object_number(&o, "win_rate", bin->win_rate);
  lf_object_number(&o, "low", bin->low);
  lf_object_number(&o, "high", bin->high);
  return lf_object_take(&o);
}

static json_t *describe_calibration(const lf_judgement *j) {
  lf_object hl = lf_object_new();
  lf_object_number(&hl, "groups", (double)j->hosmer_lemeshow.groups);
  lf_object_number(&hl, "chi2", j->hosmer_lemeshow.chi2);
  lf_object_number(&hl, "df", j->hosmer_lemeshow.df);
  lf_object_number(&hl, "p", j->hosmer_lemeshow.p);
  lf_object o = lf_object_new();
  lf_object_number(&o, "slope", j->calibration_slope.value);
  lf_object_number(&o, "slope_low", j->calibration_slope.low);
  lf_object_number(&o, "slope_high", j->calibration_slope.high);
  lf_object_number(&o, "intercept", j->calibration_intercept.value);
  lf_object_number(&o, "intercept_low", j->calibration_intercept.low);
  lf_object_number(&o, "intercept_high", j->calibration_intercept.high);
  lf_object_number(&o, "in_the_large", j->in_the_large.value);
  lf_object_number(&o, "in_the_large_low", j->in_the_large.low);
  lf_object_number(&o, "in_the_large_high", j->in_the_large.high);
  lf_object_number(&o, "observed_over_expected", j->observed_over_expected);
  lf_object_number(&o, "ece", j->ece);
  lf_object_tree(&o, "bins", lf_json_list(j->n_calibration, describe_bin, j));
  lf_object_tree(&o, "hosmer_lemeshow", lf_object_take(&hl));
  return lf_object_take(&o);
}

static json_t *describe_decile(const void *context, size_t i) {
  const lf_lift_row *row = &((const lf_judgement *)context)->lift[i];
  lf_object o = lf_object_new();
  lf_object_count(&o, "decile", i + 1);
  lf_object_number(&o, "rows", row->rows);
  lf_object_number(&o, "won", row->won);
  lf_object_number(&o, "amount", row->amount);
  lf_object_number(&o, "expected", row->expected);
  lf_object_number(&o, "lift", row->lift);
  lf_object_number(&o, "cumulative_gain", row->cumulative_gain);
  lf_object_number(&o, "cumulative_amount", row->cumulative_amount);
  lf_object_number(&o, "score_from", row->score_from);
  return lf_object_take(&o);
}

static json_t *describe_top(const void *context, size_t i) {
  static const double shares[] = {0.05, 0.10, 0.20};
  const lf_judgement *j = context;
  lf_object o = lf_object_new();
  lf_object_number(&o, "share", shares[i]);
  lf_object_number(&o, "won", j->top_won[i]);
  lf_object_number(&o, "amount", j->top_amount[i]);
  return lf_object_take(&o);
}

json_t *lf_describe_judgement(const lf_judgement *j) {
  lf_object revenue = lf_object_new();
  lf_object_number(&revenue, "gini", j->revenue_gini);
  lf_object_number(&revenue, "gini_normalised", j->revenue_gini_normalised);
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", j->rows);
  lf_object_number(&o, "won", j->won);
  lf_object_number(&o, "amount", j->amount);
  lf_object_count(&o, "distinct_scores", j->distinct_scores);
  add_interval(&o, "auc", &j->auc);
  lf_object_number(&o, "gini", j->gini);
  lf_object_number(&o, "ks", j->ks);
  lf_object_number(&o, "ks_at", j->ks_at);
  lf_object_number(&o, "average_precision", j->average_precision);
  lf_object_number(&o, "log_loss", j->log_loss);
  lf_object_number(&o, "null_log_loss", j->null_log_loss);
  lf_object_number(&o, "brier", j->brier);
  lf_object_number(&o, "brier_skill", j->brier_skill);
  lf_object_tree(&o, "calibration", describe_calibration(j));
  lf_object_tree(&o, "lift", lf_json_list(LF_LIFT_ROWS, describe_decile, j));
  lf_object_tree(&o, "top", lf_json_list(3, describe_top, j));
  lf_object_tree(&o, "revenue_capture", lf_object_take(&revenue));
  return lf_object_take(&o);
}
