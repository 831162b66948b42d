/* lf_solve: from a design and options to weights, by way of the working scale. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/newton.h"

void lf_weights_drop_frame(lf_weights *weights) {
  lf_frame_free(weights->frame);
  free(weights->working_covariance);
  weights->frame = NULL;
  weights->working_covariance = NULL;
}

void lf_weights_free(lf_weights *weights) {
  if (!weights) return;
  free(weights->b);
  free(weights->aliased);
  free(weights->direction);
  free(weights->information);
  free(weights->covariance);
  lf_weights_drop_frame(weights);
  free(weights);
}

static lf_status weights_new(const lf_frame *frame, lf_weights **weights, lf_error *err) {
  lf_status status = LF_OK;
  lf_weights *w = NULL;
  LF_TRY(lf_alloc(1, sizeof *w, &w, err));
  w->n_coef = frame->n_coef;
  LF_TRY(lf_alloc(w->n_coef, sizeof *w->b, &w->b, err));
  LF_TRY(lf_alloc(w->n_coef, sizeof *w->aliased, &w->aliased, err));
  LF_TRY(lf_alloc(w->n_coef, sizeof *w->direction, &w->direction, err));
  w->rows = frame->rows;
  w->won = frame->won;
  w->log_determinant = NAN;
  w->gradient = NAN;
  *weights = w;
  w = NULL;
cleanup:
  lf_weights_free(w);
  return status;
}

/* The log-likelihood of the intercept alone; with an offset by scalar Newton steps. */
static double null_log_likelihood(const lf_frame *frame) {
  const lf_design *design = frame->design;
  if (!design->offset) return -0.5 * lf_binomial_deviance(frame->won, frame->rows - frame->won);
  double intercept = 0.0, loss = 0.0;
  for (int step = 0; step < 100; step++) {
    double score = 0.0, curve = 0.0;
    loss = 0.0;
    for (size_t i = 0; i < frame->n_rows; i++) {
      double w = design->weight ? design->weight[i] : 1.0;
      if (w == 0.0) continue;
      double y = design->share ? design->share[i] : design->won[i], eta = intercept + design->offset[i],
             mu = lf_expit(eta);
      loss += w * lf_log_loss(eta, y);
      score += w * (y - mu);
      curve += w * mu * (1.0 - mu);
    }
    double move = curve > 0.0 ? score / curve : 0.0;
    if (move > 2.0) move = 2.0;
    if (move < -2.0) move = -2.0;
    if (score * move < 1e-14) break;
    intercept += move;
  }
  return -loss;
}

/* The intercept alone cannot be estimated from one class, unless something else holds it. */
static bool is_one_class(const lf_frame *frame, const lf_solve_options *options) {
  bool one = frame->won <= 0.0 || frame->won >= frame->rows;
  bool held =
      options->firth || (options->ridge && options->ridge[0] > 0.0) || (options->fixed && options->fixed[0]);
  return one && !held;
}

/* The directions of separation on the user's scale: the intercept takes the shifts of the numbers with it. */
static void write_directions(const lf_newton *newton, lf_weights *weights) {
  const lf_frame *frame = newton->frame;
  double intercept = newton->direction[0], size = fabs(intercept);
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    double part = x->scale > 0.0 ? newton->direction[x->coef] * x->shift / x->scale : 0.0;
    intercept -= part;
    size += fabs(part);
  }
  for (size_t j = 0; j < frame->n_coef; j++) {
    double d = j ? newton->direction[j] : fabs(intercept) > 1e-6 * size ? intercept : 0.0;
    weights->direction[j] = (int8_t)((d > 0.0) - (d < 0.0));
  }
}

/* Of the objective on the working scale, where columns of any unit compare. */
static double largest_score(const lf_newton *newton) {
  double largest = 0.0;
  const lf_frame *frame = newton->frame;
  for (size_t j = 0; j < frame->n_coef; j++) largest = fmax(largest, fabs(newton->score[j]));
  return largest;
}

/* The determinant on the user's scale: each number brings the square of its scale. */
static void add_scales(const lf_newton *newton, bool firth, lf_weights *weights) {
  const bool *out = firth ? newton->aliased : newton->left_out;
  for (size_t i = 0; i < newton->frame->n_numbers; i++) {
    const lf_frame_number *x = &newton->frame->numbers[i];
    if (!out[x->coef] && x->scale > 0.0) weights->log_determinant += 2.0 * log(x->scale);
  }
}

/* Information and its inverse at the solution. */
static lf_status add_information(lf_newton *newton, bool keep, lf_weights *weights, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = weights->n_coef;
  LF_TRY(lf_alloc(n * n, sizeof *weights->information, &weights->information, err));
  LF_TRY(lf_alloc(n * n, sizeof *weights->covariance, &weights->covariance, err));
  memcpy(weights->information, newton->point.hessian, n * n * sizeof *weights->information);
  for (size_t j = 0; j < n; j++) {
    if (!newton->aliased[j]) continue;
    for (size_t k = 0; k < n; k++) weights->information[j * n + k] = weights->information[k * n + j] = 0.0;
  }
  LF_TRY(lf_system_factor(newton->system, newton->point.hessian, NULL, err));
  if (isnan(weights->log_determinant)) weights->log_determinant = lf_system_log_determinant(newton->system);
  LF_TRY(lf_system_inverse(newton->system, weights->covariance, err));
  if (keep) {
    LF_TRY(lf_alloc(n * n, sizeof *weights->working_covariance, &weights->working_covariance, err));
    memcpy(weights->working_covariance, weights->covariance, n * n * sizeof *weights->covariance);
  }
  lf_frame_information_to_user(newton->frame, weights->information);
  lf_frame_covariance_to_user(newton->frame, weights->covariance);
cleanup:
  return status;
}

static void write_estimates(lf_newton *newton, const lf_solve_options *options, lf_weights *weights) {
  size_t n = weights->n_coef;
  lf_frame_to_user(newton->frame, newton->working, weights->b);
  for (size_t j = 0; j < n; j++) {
    weights->aliased[j] = newton->aliased[j];
    if (options->fixed && options->fixed[j]) weights->b[j] = options->start ? options->start[j] : 0.0;
    if (newton->aliased[j]) weights->b[j] = NAN;
    weights->rank += !newton->left_out[j];
  }
  weights->converged = newton->converged;
  weights->iterations = newton->iterations;
  weights->log_likelihood = newton->point.loglik;
  weights->gradient = largest_score(newton);
  if (newton->separated) {
    weights->diagnosis = LF_FIT_SEPARATION;
    write_directions(newton, weights);
  } else if (!newton->converged) {
    weights->diagnosis = LF_FIT_NOT_CONVERGED;
  }
}

static lf_status run_newton(const lf_frame *frame, const lf_solve_options *options, bool alias_with_fixed,
                            const lf_run *run, lf_weights *weights, lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *newton = NULL;
  LF_TRY(lf_newton_new(frame, options, run, &newton, err));
  newton->informs = !options->no_information;
  newton->alias_with_fixed =
      alias_with_fixed || options->firth; /* Jeffreys' penalty is that of the full design */
  LF_TRY(options->firth ? lf_firth_run(newton, &weights->log_determinant, err) : lf_newton_run(newton, err));
  if (!options->no_information && !newton->fresh) LF_TRY(lf_newton_evaluate(newton, LF_PASS_FULL, 1, err));
  write_estimates(newton, options, weights);
  if (!options->no_information) LF_TRY(add_information(newton, options->keep_frame, weights, err));
  add_scales(newton, options->firth, weights);
cleanup:
  lf_newton_free(newton);
  return status;
}

lf_status lf_solve_frame(const lf_frame *frame, const lf_solve_options *options, bool alias_with_fixed,
                         const lf_run *run, lf_weights **weights, lf_error *err) {
  lf_status status = LF_OK;
  lf_weights *w = NULL;
  LF_TRY(weights_new(frame, &w, err));
  if (is_one_class(frame, options)) {
    w->diagnosis = LF_FIT_ONE_CLASS;
    for (size_t j = 0; j < w->n_coef; j++) w->b[j] = NAN;
  } else {
    w->null_log_likelihood =
        options->no_information && frame->design->offset ? NAN : null_log_likelihood(frame);
    LF_TRY(run_newton(frame, options, alias_with_fixed, run, w, err));
  }
  *weights = w;
  w = NULL;
cleanup:
  lf_weights_free(w);
  return status;
}

bool lf_keeps_shift(const lf_solve_options *options) {
  return (options->ridge && options->ridge[0] > 0.0) || (options->fixed && options->fixed[0]);
}

lf_status lf_solve(const lf_design *design, const lf_solve_options *options, const lf_run *run,
                   lf_weights **weights, lf_error *err) {
  static const lf_solve_options plain = {0};
  const lf_solve_options *o = options ? options : &plain;
  lf_frame *frame = NULL;
  lf_status status = lf_frame_new(design, lf_keeps_shift(o), run, &frame, err);
  if (status == LF_OK) status = lf_solve_frame(frame, o, false, run, weights, err);
  if (status == LF_OK && o->keep_frame && (*weights)->working_covariance) {
    (*weights)->frame = frame;
    return LF_OK;
  }
  lf_frame_free(frame);
  return status;
}
