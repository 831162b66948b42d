/* The coefficient table: estimate, standard error, z, p and 95 % limits by Wald; profile limits and robust
 * errors beside them. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/plain_internal.h"

static lf_status name_coefficient(const lf_plain *plain, size_t j, lf_coefficient *c, lf_error *err) {
  size_t t = lf_plain_term_of(plain, j);
  const char *attribute = t == SIZE_MAX ? "(intercept)" : plain->terms[t].name,
             *band = lf_plain_level_of(plain, j);
  lf_status status = lf_copy_text(attribute, strlen(attribute), &c->attribute, err);
  if (status == LF_OK) status = lf_copy_text(band, strlen(band), &c->band, err);
  return status;
}

static void fill_wald(const lf_weights *w, size_t j, lf_coefficient *c) {
  double half = lf_normal_quantile(0.975);
  c->aliased = w->aliased[j];
  c->direction = w->direction[j];
  c->estimate = w->b[j];
  c->std_error = c->aliased ? NAN : sqrt(w->covariance[j * w->n_coef + j]);
  c->z = c->estimate / c->std_error;
  c->p = c->aliased ? NAN : lf_normal_two_sided_p(c->z);
  c->ci_low = c->estimate - half * c->std_error;
  c->ci_high = c->estimate + half * c->std_error;
  c->profile_low = c->profile_high = c->robust_std_error = NAN;
}

static lf_status add_robust(const lf_history *history, const lf_run *run, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = plain->design.n_coef;
  double *v = NULL;
  bool clustered = history->cluster != NULL && history->n_clusters > 1;
  LF_TRY(lf_alloc(n * n, sizeof *v, &v, err));
  LF_TRY(lf_sandwich(&plain->design, plain->weights, clustered ? history->cluster : NULL,
                     clustered ? history->n_clusters : 0, clustered ? LF_CR_STATA : LF_HC0, run, v, err));
  for (size_t j = 0; j < n; j++)
    if (!plain->weights->aliased[j]) plain->coefficients[j].robust_std_error = sqrt(v[j * n + j]);
cleanup:
  free(v);
  return status;
}

static lf_status add_profiles(const lf_run *run, lf_plain *plain, lf_error *err) {
  lf_solve_options options = {.firth = plain->firth};
  for (size_t j = 0; j < plain->design.n_coef; j++) {
    lf_coefficient *c = &plain->coefficients[j];
    if (c->aliased) continue;
    lf_status status = lf_profile(&plain->design, plain->weights, &options, j, 0.95, run, &c->profile_low,
                                  &c->profile_high, err);
    if (status != LF_OK) return status;
    lf_progress(run, "profile limits", j + 1, plain->design.n_coef);
  }
  return LF_OK;
}

lf_status lf_plain_table(const lf_history *history, const lf_plain_options *options, const lf_run *run,
                         lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  const lf_weights *w = plain->weights;
  LF_TRY(lf_alloc(w->n_coef, sizeof *plain->coefficients, &plain->coefficients, err));
  plain->n_coefficients = w->n_coef;
  for (size_t j = 0; j < w->n_coef; j++) {
    LF_TRY(name_coefficient(plain, j, &plain->coefficients[j], err));
    fill_wald(w, j, &plain->coefficients[j]);
  }
  double k = (double)w->rank, lost = w->rows - w->won;
  plain->deviance = -2.0 * w->log_likelihood;
  plain->null_deviance = -2.0 * w->null_log_likelihood;
  plain->aic = plain->deviance + 2.0 * k;
  plain->bic = plain->deviance + k * log(w->rows);
  plain->events_per_weight = (w->won < lost ? w->won : lost) / k;
  if (!options->no_robust) LF_TRY(add_robust(history, run, plain, err));
  if (options->profile) LF_TRY(add_profiles(run, plain, err));
cleanup:
  return status;
}
