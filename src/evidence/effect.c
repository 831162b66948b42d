/* The effect of a yes/no difference.
 *
 * Symbols: side T (1 group, 0 versus), other attributes' bands Z; effect theta, its ratio exp(theta).
 *   win       logit P(won) = b0 + theta T + Z'b: odds ratio, by maximum likelihood; where a side has wins
 * only or losses only, Firth's penalised likelihood (Firth 1993) with profile limits (Heinze & Schemper 2002)
 *   amount    log E(amount | won) = b0 + theta T + Z'b: ratio of mean amounts, Gamma quasi-likelihood
 *   revenue   log E(revenue per lead) = b0 + theta T + Z'b: ratio of means, quasi-Poisson; lost leads count 0
 * Variances are sandwiches, clustered by account with C/(C-1) where accounts are known; limits by Student's t
 * with C - 1 degrees of freedom (accounts, or rows). Win rates were all of the group, and were none: means
 * over the claim's rows (Lane & Nelder 1982), their variance by the delta method. */
#include "evidence/effect.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/loglink.h"

static const int32_t side_map[] = {-1, 1, -1}; /* coefficient of versus, group, none */

void lf_effect_fit_free(lf_effect_fit *fit) {
  if (!fit) return;
  free(fit->terms);
  free(fit->b);
  free(fit->bread);
  free(fit->covariance);
  free(fit);
}

static lf_status fit_new(const lf_effect_rows *rows, const lf_adjustment *adjustment, const double *offset,
                         lf_effect_fit **fit, lf_error *err) {
  lf_status status = LF_OK;
  lf_effect_fit *f = NULL;
  size_t others = adjustment ? adjustment->n_terms : 0;
  LF_TRY(lf_alloc(1, sizeof *f, &f, err));
  f->n = adjustment ? adjustment->n_coef : 2;
  LF_TRY(lf_alloc(others + 1, sizeof *f->terms, &f->terms, err));
  LF_TRY(lf_alloc(f->n, sizeof *f->b, &f->b, err));
  LF_TRY(lf_alloc(f->n * f->n, sizeof *f->bread, &f->bread, err));
  LF_TRY(lf_alloc(f->n * f->n, sizeof *f->covariance, &f->covariance, err));
  f->terms[0] = (lf_term){.name = "side",
                          .type = LF_TERM_CODES,
                          .codes = rows->side,
                          .n_codes = 3,
                          .coef = side_map,
                          .first = 1,
                          .n_coef = 1};
  for (size_t t = 0; t < others; t++) f->terms[t + 1] = adjustment->terms[t];
  f->design = (lf_design){.n_rows = rows->n,
                          .n_terms = others + 1,
                          .terms = f->terms,
                          .n_coef = f->n,
                          .share = rows->y,
                          .weight = rows->weight,
                          .offset = offset};
  *fit = f;
  f = NULL;
cleanup:
  lf_effect_fit_free(f);
  return status;
}

/* ---- winning ------------------------------------------------------------------------------------------- */

/* Whether each side has both wins and losses: without, theta is infinite. */
static bool has_all_cells(const lf_effect_rows *rows) {
  double sum[2][2] = {{0, 0}, {0, 0}};
  for (size_t i = 0; i < rows->n; i++) {
    if (!(rows->weight[i] > 0)) continue;
    sum[rows->side[i] == LF_CLAIM_SIDE_GROUP][1] += rows->weight[i] * rows->y[i];
    sum[rows->side[i] == LF_CLAIM_SIDE_GROUP][0] += rows->weight[i] * (1 - rows->y[i]);
  }
  return sum[0][0] > 0 && sum[0][1] > 0 && sum[1][0] > 0 && sum[1][1] > 0;
}

static lf_status firth_limits(lf_effect_fit *f, const lf_weights *w, const lf_solve_options *options,
                              const lf_run *run, lf_error *err) {
  static const double levels[] = {0.95, 0.90};
  uint8_t drop[LF_MAX_TERMS + 1] = {1};
  lf_lr_test test = {0};
  lf_status status = LF_OK;
  for (int k = 0; k < 2; k++)
    LF_TRY(lf_profile(&f->design, w, options, 1, levels[k], run, &f->firth_low[k], &f->firth_high[k], err));
  LF_TRY(lf_drop_test(&f->design, w, options, drop, run, &test, err));
  f->firth_p = test.p;
cleanup:
  return status;
}

static lf_status fit_win(const lf_effect_rows *rows, const double *start, const lf_run *run, lf_effect_fit *f,
                         lf_error *err) {
  lf_status status = LF_OK;
  lf_weights *w = NULL;
  f->firth = !has_all_cells(rows);
  lf_solve_options options = {.firth = f->firth, .start = f->firth ? NULL : start};
  LF_TRY(lf_solve(&f->design, &options, run, &w, err));
  f->fine = w->diagnosis != LF_FIT_ONE_CLASS && !w->aliased[1] && isfinite(w->b[1]) && w->direction[1] == 0 &&
            w->covariance;
  if (!f->fine) goto cleanup;
  for (size_t j = 0; j < f->n; j++) f->b[j] = isnan(w->b[j]) ? 0 : w->b[j];
  memcpy(f->bread, w->covariance, f->n * f->n * sizeof *f->bread);
  memcpy(f->covariance, w->covariance, f->n * f->n * sizeof *f->covariance);
  if (f->firth)
    LF_TRY(firth_limits(f, w, &options, run, err));
  else
    LF_TRY(lf_sandwich(&f->design, w, rows->cluster, rows->n_clusters, rows->cluster ? LF_CR_STATA : LF_HC1,
                       run, f->covariance, err));
cleanup:
  lf_weights_free(w);
  return status;
}

/* ---- amounts ------------------------------------------------------------------------------------------- */

/* Whether each side has an amount: a mean of 0 has no ratio. */
static bool has_amounts(const lf_effect_rows *rows) {
  bool any[2] = {false, false};
  for (size_t i = 0; i < rows->n; i++)
    if (rows->weight[i] > 0 && rows->y[i] > 0) any[rows->side[i] == LF_CLAIM_SIDE_GROUP] = true;
  return any[0] && any[1];
}

static lf_status fit_mean(const lf_effect_rows *rows, const double *start, const lf_run *run,
                          lf_effect_fit *f, lf_error *err) {
  bool converged = false;
  if (!has_amounts(rows)) return LF_OK;
  lf_loglink model = {.design = &f->design,
                      .y = rows->y,
                      .family = rows->effect == LF_EFFECT_AMOUNT ? LF_LOGLINK_GAMMA : LF_LOGLINK_POISSON,
                      .cluster = rows->cluster,
                      .n_clusters = rows->n_clusters,
                      .start = start};
  lf_status status = lf_loglink_fit(&model, run, f->b, f->bread, f->covariance, &converged, err);
  f->fine = status == LF_OK && converged && f->bread[f->n + 1] > 0;
  return status;
}

lf_status lf_effect_fit_make(const lf_effect_rows *rows, const lf_adjustment *adjustment,
                             const double *offset, const double *start, const lf_run *run,
                             lf_effect_fit **fit, lf_error *err) {
  lf_effect_fit *f = NULL;
  lf_status status = fit_new(rows, adjustment, offset, &f, err);
  if (status == LF_OK)
    status = rows->effect == LF_EFFECT_WIN ? fit_win(rows, start, run, f, err)
                                           : fit_mean(rows, start, run, f, err);
  if (status != LF_OK) {
    lf_effect_fit_free(f);
    return status;
  }
  *fit = f;
  return LF_OK;
}

/* ---- what is read off -----------------------------------------------------------------------------------
 */

lf_ratio lf_ratio_of(double log_ratio, double std_error, double degrees) {
  const double nan = (double)NAN;
  lf_ratio r = {nan, nan, nan, nan, nan, nan, nan, nan};
  if (isnan(log_ratio)) return r;
  r.log_ratio = log_ratio;
  r.ratio = exp(log_ratio);
  r.std_error = std_error;
  if (!(std_error > 0) || !(degrees >= 1)) return r;
  double t95 = gsl_cdf_tdist_Pinv(0.975, degrees), t90 = gsl_cdf_tdist_Pinv(0.95, degrees);
  r.low = exp(log_ratio - t95 * std_error);
  r.high = exp(log_ratio + t95 * std_error);
  r.low90 = exp(log_ratio - t90 * std_error);
  r.high90 = exp(log_ratio + t90 * std_error);
  r.p = 2 * gsl_cdf_tdist_Q(fabs(log_ratio / std_error), degrees);
  return r;
}

lf_ratio lf_effect_ratio(const lf_effect_fit *fit, const lf_effect_rows *rows) {
  double se = fit->fine ? sqrt(fit->covariance[fit->n + 1]) : (double)NAN;
  lf_ratio r = lf_ratio_of(fit->fine ? fit->b[1] : (double)NAN, se, fit->firth ? 0 : rows->degrees);
  if (!fit->fine || !fit->firth) return r;
  r.low = exp(fit->firth_low[0]);
  r.high = exp(fit->firth_high[0]);
  r.low90 = exp(fit->firth_low[1]);
  r.high90 = exp(fit->firth_high[1]);
  r.p = fit->firth_p;
  return r;
}

/* Means of P(won) with the side set to group [1] and versus [0], and their gradients. */
typedef struct standardised {
  double mean[2];
  double *gradient[2];
} standardised;

static void add_row_gradient(const lf_design *design, size_t row, double slope, double *gradient) {
  gradient[0] += slope;
  for (size_t t = 1; t < design->n_terms; t++) { /* the side is set, not read */
    int32_t c = design->terms[t].coef[design->terms[t].codes[row]];
    if (c >= 0) gradient[c] += slope;
  }
}

static void standardise(const lf_effect_fit *fit, const double *eta, standardised *s) {
  double total = 0;
  for (size_t i = 0; i < fit->design.n_rows; i++) {
    double w = fit->design.weight[i];
    if (!(w > 0)) continue;
    double base = eta[i] - (fit->terms[0].codes[i] == LF_CLAIM_SIDE_GROUP ? fit->b[1] : 0);
    total += w;
    for (int side = 0; side < 2; side++) {
      double p = lf_expit(base + (side ? fit->b[1] : 0)), slope = w * p * (1 - p);
      s->mean[side] += w * p;
      add_row_gradient(&fit->design, i, slope, s->gradient[side]);
      if (side) s->gradient[side][1] += slope;
    }
  }
  for (int side = 0; side < 2; side++) {
    s->mean[side] /= total;
    for (size_t j = 0; j < fit->n; j++) s->gradient[side][j] /= total;
  }
}

/* Variance of c1 * group - c0 * versus. */
static double combined_variance(const lf_effect_fit *fit, const standardised *s, double c1, double c0) {
  double sum = 0;
  for (size_t j = 0; j < fit->n; j++)
    for (size_t k = 0; k < fit->n; k++)
      sum += (c1 * s->gradient[1][j] - c0 * s->gradient[0][j]) * fit->covariance[j * fit->n + k] *
             (c1 * s->gradient[1][k] - c0 * s->gradient[0][k]);
  return sum > 0 ? sum : 0;
}

lf_status lf_effect_risk(const lf_effect_fit *fit, const lf_effect_rows *rows, const lf_run *run,
                         lf_interval *difference, lf_interval *ratio, lf_error *err) {
  const lf_interval none = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  standardised s = {0};
  double *eta = NULL;
  lf_status status = LF_OK;
  *difference = *ratio = none;
  if (!fit->fine || rows->effect != LF_EFFECT_WIN || !(rows->degrees >= 1)) return LF_OK;
  LF_TRY(lf_alloc(rows->n, sizeof *eta, &eta, err));
  LF_TRY(lf_alloc(fit->n, sizeof *s.gradient[0], &s.gradient[0], err));
  LF_TRY(lf_alloc(fit->n, sizeof *s.gradient[1], &s.gradient[1], err));
  lf_design_predict(&fit->design, fit->b, run, eta);
  standardise(fit, eta, &s);
  double t = gsl_cdf_tdist_Pinv(0.975, rows->degrees), d = s.mean[1] - s.mean[0],
         r = log(s.mean[1] / s.mean[0]);
  double se = sqrt(combined_variance(fit, &s, 1, 1)),
         log_se = sqrt(combined_variance(fit, &s, 1 / s.mean[1], 1 / s.mean[0]));
  *difference = (lf_interval){d, se, d - t * se, d + t * se};
  *ratio = (lf_interval){exp(r), log_se, exp(r - t * log_se), exp(r + t * log_se)};
cleanup:
  free(eta);
  free(s.gradient[0]);
  free(s.gradient[1]);
  return status;
}
