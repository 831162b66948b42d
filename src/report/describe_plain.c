#include "report/describe.h"

static json_t *describe_coefficient(const void *context, size_t i) {
  const lf_coefficient *c = (const lf_coefficient *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "attribute", c->attribute);
  lf_object_text(&o, "band", c->band);
  lf_object_number(&o, "estimate", c->estimate);
  lf_object_number(&o, "std_error", c->std_error);
  lf_object_number(&o, "z", c->z);
  lf_object_number(&o, "p", c->p);
  lf_object_number(&o, "ci_low", c->ci_low);
  lf_object_number(&o, "ci_high", c->ci_high);
  lf_object_flag(&o, "aliased", c->aliased);
  lf_object_number(&o, "profile_low", c->profile_low);
  lf_object_number(&o, "profile_high", c->profile_high);
  lf_object_number(&o, "robust_std_error", c->robust_std_error);
  lf_object_number(&o, "infinite", c->direction);
  return lf_object_take(&o);
}

json_t *lf_describe_coefficients(const lf_coefficient *coefficients, size_t n) {
  return lf_json_list(n, describe_coefficient, coefficients);
}

static json_t *describe_test(const void *context, size_t i) {
  const lf_attribute_test *test = &((const lf_plain *)context)->tests[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "attribute", test->attribute);
  lf_object_number(&o, "chi2", test->lr.chi2);
  lf_object_number(&o, "df", (double)test->lr.df);
  lf_object_number(&o, "p", test->lr.p);
  lf_object_number(&o, "q", test->q);
  return lf_object_take(&o);
}

json_t *lf_describe_plain(const lf_plain *plain) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "method", "plain");
  lf_object_flag(&o, "converged", plain->weights->converged);
  lf_object_count(&o, "iterations", (uint64_t)plain->weights->iterations);
  lf_object_number(&o, "penalty", 0);
  lf_object_flag(&o, "firth", plain->firth);
  lf_object_number(&o, "log_likelihood", plain->weights->log_likelihood);
  lf_object_number(&o, "null_log_likelihood", plain->weights->null_log_likelihood);
  lf_object_number(&o, "deviance", plain->deviance);
  lf_object_number(&o, "null_deviance", plain->null_deviance);
  lf_object_number(&o, "aic", plain->aic);
  lf_object_number(&o, "bic", plain->bic);
  lf_object_number(&o, "rows_used", plain->rows_used);
  lf_object_number(&o, "rows_incomplete", plain->rows_incomplete);
  lf_object_number(&o, "events_per_weight", plain->events_per_weight);
  lf_object_tree(&o, "warnings", lf_describe_texts(&plain->warnings));
  lf_object_tree(&o, "coefficients", lf_describe_coefficients(plain->coefficients, plain->n_coefficients));
  lf_object_tree(&o, "tests", lf_json_list(plain->n_tests, describe_test, plain));
  return lf_object_take(&o);
}
