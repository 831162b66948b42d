/* The test of each attribute: likelihood ratio of the fit without it, or Wald where refits would take too
 * long. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/plain_internal.h"

static const double most_row_tests =
    2e6; /* rows times attributes that are still refitted: about a second of one core */

typedef struct testing {
  lf_plain *plain;
  lf_run serial;
  bool wald;
  lf_status *status; /* one a term */
  lf_error *errors;
} testing;

static lf_status refit_without(const testing *t, size_t term, lf_lr_test *test, lf_error *err) {
  uint8_t *drop = NULL;
  lf_solve_options options = {.firth = t->plain->firth};
  lf_status status = lf_alloc(t->plain->design.n_terms, 1, &drop, err);
  if (status != LF_OK) return status;
  drop[term] = 1;
  status = lf_drop_test(&t->plain->design, t->plain->weights, &options, drop, &t->serial, test, err);
  free(drop);
  return status;
}

static lf_status wald_of(const testing *t, size_t term, lf_lr_test *test, lf_error *err) {
  const lf_term *x = &t->plain->terms[term];
  size_t *index = NULL;
  lf_status status = lf_alloc(x->n_coef, sizeof *index, &index, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < x->n_coef; k++) index[k] = (size_t)x->first + k;
  status = lf_wald_test(t->plain->weights, t->plain->weights->covariance, index, x->n_coef, test, err);
  free(index);
  return status;
}

static void test_term(void *context, size_t term) {
  const testing *t = context;
  lf_attribute_test *out = &t->plain->tests[term];
  bool any = false;
  const lf_term *x = &t->plain->terms[term];
  for (size_t k = 0; k < x->n_coef; k++) any = any || !t->plain->weights->aliased[(size_t)x->first + k];
  out->wald = t->wald;
  out->lr = (lf_lr_test){.chi2 = NAN, .p = NAN};
  if (!any) return;
  t->status[term] = t->wald ? wald_of(t, term, &out->lr, &t->errors[term])
                            : refit_without(t, term, &out->lr, &t->errors[term]);
}

static lf_status adjust(lf_plain *plain, lf_error *err) {
  double *p = NULL;
  lf_status status = lf_alloc(plain->n_tests, sizeof *p, &p, err);
  if (status != LF_OK) return status;
  for (size_t t = 0; t < plain->n_tests; t++) p[t] = plain->tests[t].lr.p;
  status = lf_benjamini_hochberg(p, plain->n_tests, p, err);
  for (size_t t = 0; t < plain->n_tests; t++) plain->tests[t].q = p[t];
  free(p);
  return status;
}

lf_status lf_plain_tests(const lf_run *run, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = plain->design.n_terms;
  testing t = {.plain = plain,
               .serial = lf_run_serial(run),
               .wald = (double)plain->design.n_rows * (double)n > most_row_tests};
  LF_TRY(lf_alloc(n, sizeof *plain->tests, &plain->tests, err));
  plain->n_tests = n;
  LF_TRY(lf_alloc(n, sizeof *t.status, &t.status, err));
  LF_TRY(lf_alloc(n, sizeof *t.errors, &t.errors, err));
  for (size_t i = 0; i < n; i++)
    LF_TRY(lf_copy_text(plain->terms[i].name, strlen(plain->terms[i].name), &plain->tests[i].attribute, err));
  lf_parallel_for(run, n, test_term, &t);
  for (size_t i = 0; i < n; i++) {
    if (t.status[i] == LF_OK) continue;
    if (err) *err = t.errors[i];
    status = t.status[i];
    goto cleanup;
  }
  LF_TRY(adjust(plain, err));
cleanup:
  free(t.status);
  free(t.errors);
  return status;
}
