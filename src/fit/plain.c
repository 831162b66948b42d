/* The plain method, in steps: design, maximum likelihood, Firth where it separates, coefficient table, tests,
 * warnings. */
#include "fit/plain.h"

#include <stdlib.h>

#include "base/memory.h"
#include "fit/plain_internal.h"

void lf_plain_free(lf_plain *plain) {
  if (!plain) return;
  for (size_t i = 0; plain->coefficients && i < plain->n_coefficients; i++) {
    free(plain->coefficients[i].attribute);
    free(plain->coefficients[i].band);
  }
  free(plain->coefficients);
  for (size_t i = 0; plain->tests && i < plain->n_tests; i++) free(plain->tests[i].attribute);
  free(plain->tests);
  lf_weights_free(plain->weights);
  lf_text_list_clear(&plain->warnings);
  free(plain->terms);
  free(plain->row_weight);
  free(plain->coef_of_code);
  free(plain);
}

/* Data that maximum likelihood has no answer for. */
static lf_status refuse(const lf_plain *plain, lf_error *err) {
  const lf_weights *w = plain->weights;
  if (plain->rows_used <= 0.0)
    return lf_fail(err, LF_E_DATA,
                   "no training row has a value in every attribute: drop the attributes with most missing "
                   "values, or use "
                   "--method card, where missing is a band");
  if (w->diagnosis == LF_FIT_ONE_CLASS)
    return lf_fail(err, LF_E_DATA, "all %.0f complete training rows are %s: weights need both outcomes",
                   plain->rows_used, w->won > 0.0 ? "won" : "lost");
  if ((double)w->rank >= w->rows)
    return lf_fail(err, LF_E_DATA,
                   "%.0f complete rows cannot determine %zu weights: use fewer attributes, or --method card, "
                   "which penalises",
                   w->rows, w->rank);
  return LF_OK;
}

/* So many more weights than rows that no fit is worth the square of their number in memory: there are never
 * more that can be determined than rows, whatever is aliased. */
static lf_status refuse_early(const lf_plain *plain, lf_error *err) {
  const double spare = 200.0;
  double rows = plain->rows_used;
  if (!(rows > 0.0) || (double)plain->design.n_coef < 2.0 * rows + spare) return LF_OK;
  return lf_fail(err, LF_E_DATA,
                 "%.0f complete rows cannot determine %zu weights: use fewer attributes, or --method card, "
                 "which penalises",
                 rows, plain->design.n_coef);
}

/* Fits, with Firth's penalty where some estimate is infinite; *direction gets the infinities and is the
 * caller's. */
static lf_status solve(lf_plain *plain, const lf_run *run, int8_t **direction, lf_error *err) {
  lf_status status = LF_OK;
  lf_weights *penalised = NULL;
  lf_solve_options options = {.check_separation = true, .keep_frame = true};
  LF_TRY(refuse_early(plain, err));
  LF_TRY(lf_solve(&plain->design, &options, run, &plain->weights, err));
  LF_TRY(refuse(plain, err));
  if (plain->weights->diagnosis != LF_FIT_SEPARATION) goto cleanup;
  options = (lf_solve_options){.firth = true, .keep_frame = true};
  LF_TRY(lf_solve(&plain->design, &options, run, &penalised, err));
  penalised->null_log_likelihood = plain->weights->null_log_likelihood;
  *direction = plain->weights->direction;
  plain->weights->direction = NULL;
  lf_weights_free(plain->weights);
  plain->weights = penalised;
  plain->firth = true;
cleanup:
  return status;
}

lf_status lf_plain_fit(const lf_history *history, const lf_plain_options *options, const lf_run *run,
                       lf_plain **plain, lf_error *err) {
  lf_status status = LF_OK;
  static const lf_plain_options usual = {0};
  const lf_plain_options *o = options ? options : &usual;
  lf_plain *p = NULL;
  int8_t *direction = NULL;
  LF_TRY(lf_alloc(1, sizeof *p, &p, err));
  LF_TRY(lf_plain_design(history, run, p, err));
  LF_TRY(solve(p, run, &direction, err));
  if (direction) memcpy(p->weights->direction, direction, p->design.n_coef * sizeof *direction);
  LF_TRY(lf_plain_table(history, o, run, p, err));
  lf_weights_drop_frame(p->weights);
  if (!o->no_tests) LF_TRY(lf_plain_tests(run, p, err));
  LF_TRY(lf_plain_warn(direction, p, err));
  *plain = p;
  p = NULL;
cleanup:
  lf_plain_free(p);
  free(direction);
  return status;
}
