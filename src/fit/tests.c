/* Tests that sets of coefficients are 0.
 *
 * Likelihood ratio: 2 (l_full - l_reduced), df the fall in rank (Wilks 1938); under Firth's penalty both
 * likelihoods are penalised by the information of the full design (Heinze & Schemper 2002). Wald: b' V^-1 b.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/newton.h"

static double penalised(const lf_weights *weights, bool firth) {
  return weights->log_likelihood + (firth ? 0.5 * weights->log_determinant : 0.0);
}

/* Marks the coefficients of dropped terms as fixed at 0; the rest starts from the full fit. */
static void mark_dropped(const lf_design *design, const lf_weights *full, const uint8_t *drop, int8_t *fixed,
                         double *start) {
  for (size_t j = 0; j < full->n_coef; j++) start[j] = isnan(full->b[j]) ? 0.0 : full->b[j];
  for (size_t t = 0; t < design->n_terms; t++) {
    if (!drop[t]) continue;
    const lf_term *term = &design->terms[t];
    for (uint32_t k = 0; k < term->n_coef; k++) {
      fixed[(size_t)term->first + k] = 1;
      start[(size_t)term->first + k] = 0.0;
    }
  }
}

lf_status lf_drop_test(const lf_design *design, const lf_weights *full, const lf_solve_options *options,
                       const uint8_t *drop, const lf_run *run, lf_lr_test *test, lf_error *err) {
  lf_status status = LF_OK;
  lf_solve_options reduced = options ? *options : (lf_solve_options){0};
  lf_weights *weights = NULL;
  int8_t *fixed = NULL;
  double *start = NULL;
  size_t n = full->n_coef;
  LF_TRY(lf_alloc(n, sizeof *fixed, &fixed, err));
  LF_TRY(lf_alloc(n, sizeof *start, &start, err));
  if (options && options->fixed) memcpy(fixed, options->fixed, n * sizeof *fixed);
  mark_dropped(design, full, drop, fixed, start);
  reduced.fixed = fixed;
  reduced.start = start;
  reduced.no_information = true;
  reduced.check_separation = false;
  LF_TRY(lf_solve(design, &reduced, run, &weights, err));
  double chi2 = 2.0 * (penalised(full, reduced.firth) - penalised(weights, reduced.firth));
  test->chi2 = chi2 > 0.0 ? chi2 : 0.0;
  test->df = full->rank > weights->rank ? full->rank - weights->rank : 0;
  test->p = test->df ? lf_chi_squared_p(test->chi2, (double)test->df) : NAN;
cleanup:
  lf_weights_free(weights);
  free(fixed);
  free(start);
  return status;
}

lf_status lf_wald_test(const lf_weights *weights, const double *covariance, const size_t *index, size_t k,
                       lf_lr_test *test, lf_error *err) {
  lf_status status = LF_OK;
  lf_system *system = NULL;
  double *block = NULL, *b = NULL, *solved = NULL;
  bool *left_out = NULL;
  size_t n = weights->n_coef;
  LF_TRY(lf_alloc(k * k, sizeof *block, &block, err));
  LF_TRY(lf_alloc(k, sizeof *b, &b, err));
  LF_TRY(lf_alloc(k, sizeof *solved, &solved, err));
  LF_TRY(lf_alloc(k, sizeof *left_out, &left_out, err));
  test->df = 0;
  for (size_t i = 0; i < k; i++) {
    left_out[i] = weights->aliased[index[i]];
    b[i] = left_out[i] ? 0.0 : weights->b[index[i]];
    test->df += !left_out[i];
    for (size_t l = 0; l < k; l++) block[i * k + l] = covariance[index[i] * n + index[l]];
  }
  LF_TRY(lf_system_new(k, &system, err));
  lf_system_activate(system, left_out);
  LF_TRY(lf_system_factor(system, block, NULL, err));
  LF_TRY(lf_system_solve(system, b, solved, err));
  test->chi2 = 0.0;
  for (size_t i = 0; i < k; i++) test->chi2 += b[i] * solved[i];
  test->p = test->df ? lf_chi_squared_p(test->chi2, (double)test->df) : NAN;
cleanup:
  lf_system_free(system);
  free(block);
  free(b);
  free(solved);
  free(left_out);
  return status;
}
