/* Newton's method with step-halving for logistic regression.
 *
 * Symbols: objective f(beta) = l(beta) - sum r_j (beta_j - c_j)^2 / 2, score g = f', A = X'WX + diag(r),
 * step d = A^-1 g, decrement g'd (the squared distance to the maximum in standard errors, Boyd & Vandenberghe
 * 2004, 9.5). Stops where the decrement is at most the tolerance, and still takes that last step: convergence
 * is quadratic, so the error left is of the order of the decrement itself. Why Newton: X'WX is wanted anyway
 * for standard errors, and by tables of joint codes it costs little more than the score. Where a start is at
 * hand, iterations close to the maximum keep the factor of A they have and need the score alone, a third of
 * the work (the chord method, Kelley 1995, 5.4.1), as long as each shrinks the decrement twentyfold.
 * Large problems start from the maximum over every 16th block of rows. Others start as R's glm does and stop
 * where it stops with epsilon = 1e-14, so that the iterates, and the information they leave, are R's. */
#include "fit/newton.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"

enum { SUBSAMPLE = 16, HALVINGS = 40 };

static lf_status copy_penalty(lf_newton *newton, const lf_solve_options *options, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = newton->frame->n_coef;
  if (!options->ridge) return LF_OK;
  LF_TRY(lf_alloc(n, sizeof *newton->ridge, &newton->ridge, err));
  LF_TRY(lf_alloc(n, sizeof *newton->centre, &newton->centre, err));
  memcpy(newton->ridge, options->ridge, n * sizeof *newton->ridge);
  if (options->centre) memcpy(newton->centre, options->centre, n * sizeof *newton->centre);
  for (size_t i = 0; i < newton->frame->n_numbers; i++) {
    const lf_frame_number *x = &newton->frame->numbers[i];
    double s = x->scale > 0.0 ? x->scale : 1.0;
    newton->ridge[x->coef] /= s * s;
    newton->centre[x->coef] *= s;
  }
cleanup:
  return status;
}

static void set_start(lf_newton *newton, const lf_solve_options *options) {
  const lf_frame *frame = newton->frame;
  if (options->start) {
    lf_frame_to_working(frame, options->start, newton->working);
    return;
  }
  double share = (frame->won + 0.5) / (frame->rows + 1.0);
  if (!frame->design->offset && !(options->ridge && options->ridge[0] > 0.0))
    newton->working[0] = lf_logit(share);
  for (size_t j = 0; newton->centre && j < frame->n_coef; j++)
    if (newton->ridge[j] > 0.0) newton->working[j] = newton->centre[j];
}

lf_status lf_newton_new(const lf_frame *frame, const lf_solve_options *options, const lf_run *run,
                        lf_newton **newton, lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *w = NULL;
  size_t n = frame->n_coef;
  LF_TRY(lf_alloc(1, sizeof *w, &w, err));
  w->frame = frame;
  w->run = run;
  w->max_iterations = options->max_iterations > 0 ? options->max_iterations : options->firth ? 1000 : 100;
  w->tolerance = options->tolerance;
  w->check_separation = options->check_separation && !options->ridge && !options->firth;
  double **vectors[] = {&w->working, &w->trial, &w->step, &w->score, &w->point.gradient, &w->direction};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    LF_TRY(lf_alloc(n, sizeof **vectors[i], vectors[i], err));
  bool **flags[] = {&w->fixed, &w->aliased, &w->left_out};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    LF_TRY(lf_alloc(n, sizeof **flags[i], flags[i], err));
  LF_TRY(lf_alloc(n * n, sizeof *w->point.hessian, &w->point.hessian, err));
  LF_TRY(lf_system_new(n, &w->system, err));
  w->started = options->start || options->fixed;
  LF_TRY(copy_penalty(w, options, err));
  set_start(w, options);
  for (size_t j = 0; j < n; j++) w->left_out[j] = w->fixed[j] = options->fixed && options->fixed[j];
  lf_system_activate(w->system, w->left_out);
  *newton = w;
  w = NULL;
cleanup:
  lf_newton_free(w);
  return status;
}

void lf_newton_free(lf_newton *newton) {
  if (!newton) return;
  double *vectors[] = {newton->working,       newton->trial,          newton->step,
                       newton->score,         newton->point.gradient, newton->direction,
                       newton->point.hessian, newton->ridge,          newton->centre};
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) free(vectors[i]);
  free(newton->fixed);
  free(newton->aliased);
  free(newton->left_out);
  lf_system_free(newton->system);
  free(newton);
}

void lf_newton_penalise(lf_newton *w) {
  w->objective = w->point.loglik;
  for (size_t j = 0; j < w->frame->n_coef; j++) {
    w->score[j] = w->left_out[j] ? 0.0 : w->point.gradient[j];
    if (!w->ridge || w->left_out[j]) continue;
    double away = w->working[j] - w->centre[j];
    w->objective -= 0.5 * w->ridge[j] * away * away;
    w->score[j] -= w->ridge[j] * away;
  }
}

lf_status lf_newton_evaluate(lf_newton *w, lf_pass_kind kind, size_t stride, lf_error *err) {
  lf_status status = lf_pass(w->frame, kind, w->working, stride, NULL, w->run, &w->point, err);
  if (status == LF_OK) lf_newton_penalise(w);
  return status;
}

/* Moves along the step, halving it until the objective does not fall; evaluates where it stops. */
lf_status lf_newton_advance(lf_newton *w, lf_pass_kind kind, size_t stride, bool *moved, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = w->frame->n_coef;
  double before = w->objective, t = 1.0;
  memcpy(w->trial, w->working, n * sizeof *w->trial);
  for (int i = 0; i < HALVINGS; i++, t *= 0.5) {
    for (size_t j = 0; j < n; j++) w->working[j] = w->trial[j] + t * w->step[j];
    LF_TRY(lf_newton_evaluate(w, kind, stride, err));
    if (w->objective >= before - 1e-12 * (1.0 + fabs(before))) {
      *moved = true;
      return LF_OK;
    }
  }
  memcpy(w->working, w->trial, n * sizeof *w->working);
  LF_TRY(lf_newton_evaluate(w, kind, stride, err));
  *moved = false;
cleanup:
  return status;
}

/* The log-likelihood after the last full step, to second order; its error is of the order of decrement^(3/2).
 */
static void finish_step(lf_newton *w) {
  size_t n = w->frame->n_coef;
  double rise = 0.0;
  for (size_t a = 0; a < w->system->m; a++) {
    size_t i = w->system->active[a];
    double curve = 0.0;
    for (size_t b = 0; b < w->system->m; b++)
      curve += w->point.hessian[i * n + w->system->active[b]] * w->step[w->system->active[b]];
    rise += w->step[i] * (w->point.gradient[i] - 0.5 * curve);
  }
  for (size_t j = 0; j < n; j++) w->working[j] += w->step[j];
  w->point.loglik += rise;
  w->objective += 0.5 * w->decrement;
}

lf_status lf_newton_step(lf_newton *w, bool refactor, lf_error *err) {
  lf_status status = refactor ? lf_system_factor(w->system, w->point.hessian, w->ridge, err) : LF_OK;
  if (status == LF_OK) status = lf_system_solve(w->system, w->score, w->step, err);
  w->decrement = 0.0;
  for (size_t j = 0; j < w->frame->n_coef; j++) w->decrement += w->score[j] * w->step[j];
  return status;
}

/* A step that does not shrink while the decrement does is what separation looks like; then the proof is
 * tried. */
static lf_status look_for_separation(lf_newton *w, double previous, bool last, lf_error *err) {
  if (!w->check_separation || w->separated) return LF_OK;
  double longest = 0.0;
  for (size_t j = 0; j < w->frame->n_coef; j++) longest = fmax(longest, fabs(w->step[j]));
  bool linear =
      w->decrement > 0.1 * previous && w->iterations >= 6 && w->iterations % 3 == 0 && longest > 0.2;
  if (!linear && !(last && longest > 1e-3)) return LF_OK;
  return lf_find_separation(w->frame, w->left_out, w->step, w->run, w->direction, &w->separated, err);
}

/* Whether X'WX before the last step serves after it. The step moves eta of a row by about sqrt(decrement h /
 * omega), and X'WX by that share; h is p / n on average. */
static bool information_holds(const lf_newton *w) {
  if (w->first && w->tolerance <= 0.0) return true;
  double share = (double)w->system->m / (w->frame->rows + 1.0);
  return w->decrement * share * 40.0 <= 1e-16 && w->decrement <= 1e-12;
}

/* The decrement is the fall in deviance that is left: R's criterion, and never looser than 1e-10. */
static double default_tolerance(const lf_newton *w) {
  return fmin(1e-10, 1e-14 * (0.1 + 2.0 * fabs(w->point.loglik)));
}

/* A chord's last step leaves its share of the decrement, not the square: it has to go further to end as
 * close. */
static bool has_converged(const lf_newton *w, bool chord, double previous, double tolerance) {
  return chord ? w->decrement * (w->decrement / previous) <= 1e-8 * tolerance : w->decrement <= tolerance;
}

/* Whether the next point will be so near the maximum that its X'WX is that of the maximum, which is wanted:
 * then it is computed there, and not once more after convergence. */
static bool is_last_stretch(const lf_newton *w, bool chord, double previous, size_t stride) {
  return w->informs && stride == 1 && chord && w->decrement * (w->decrement / previous) <= 1e-15;
}

/* Step and decrement at `working`; a chord that no longer shrinks the decrement is given up for a new factor.
 */
static lf_status find_step(lf_newton *w, bool *chord, double previous, size_t stride, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_newton_step(w, !*chord, err));
  if (*chord && w->decrement > 0.05 * previous) {
    *chord = false;
    LF_TRY(lf_newton_evaluate(w, LF_PASS_FULL, stride, err));
    LF_TRY(lf_newton_step(w, true, err));
  }
cleanup:
  return status;
}

/* Iterates over every stride-th block of rows until the decrement is at most the tolerance. */
static lf_status iterate(lf_newton *w, size_t stride, double asked, lf_error *err) {
  lf_status status = LF_OK;
  double previous = INFINITY;
  bool chord = false;
  LF_TRY(lf_newton_evaluate(w, LF_PASS_FULL, stride, err));
  if (stride == 1 && !w->first) LF_TRY(lf_find_aliased(w, err));
  for (;;) {
    LF_TRY(find_step(w, &chord, previous, stride, err));
    w->iterations++;
    w->converged = has_converged(w, chord, previous, asked > 0.0 ? asked : default_tolerance(w));
    bool last = w->converged || w->iterations >= w->max_iterations;
    if (stride == 1) LF_TRY(look_for_separation(w, previous, last, err));
    if (w->separated || (last && !w->converged)) break;
    if (w->converged) {
      w->fresh = !chord && information_holds(w);
      finish_step(w);
      break;
    }
    bool last_stretch = is_last_stretch(w, chord, previous, stride);
    previous = w->decrement;
    chord = !w->first && w->decrement < 1.0 && w->decrement > 0.0 && !last_stretch;
    bool moved = false;
    LF_TRY(lf_newton_advance(w, chord ? LF_PASS_GRADIENT : LF_PASS_FULL, stride, &moved, err));
    if (!moved) break;
  }
cleanup:
  return status;
}

/* A start from the maximum over a sample of the rows, with a slight pull to 0 for what the sample does not
 * hold. */
static lf_status warm_start(lf_newton *w, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = w->frame->n_coef;
  double *own_ridge = w->ridge, *own_centre = w->centre;
  double *ridge = NULL, *centre = NULL;
  LF_TRY(lf_alloc(n, sizeof *ridge, &ridge, err));
  LF_TRY(lf_alloc(n, sizeof *centre, &centre, err));
  for (size_t j = 0; j < n; j++) {
    ridge[j] = (own_ridge ? own_ridge[j] / SUBSAMPLE : 0.0) + (j > 0 ? 0.5 : 0.0);
    centre[j] = own_centre ? own_centre[j] : 0.0;
  }
  bool check = w->check_separation;
  int most = w->max_iterations;
  w->check_separation = false;
  w->ridge = ridge;
  w->centre = centre;
  w->max_iterations = 12;
  status = iterate(w, SUBSAMPLE, 0.1, err);
  w->check_separation = check;
  w->ridge = own_ridge;
  w->centre = own_centre;
  w->max_iterations = most;
  w->iterations = 0;
cleanup:
  free(ridge);
  free(centre);
  return status;
}

/* R's first step: the coefficients of a weighted least-squares fit to a working response. */
static lf_status first_step(lf_newton *w, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = w->frame->n_coef;
  memset(w->point.gradient, 0, n * sizeof *w->point.gradient);
  LF_TRY(lf_pass_first(w->frame, w->run, &w->point, err));
  LF_TRY(lf_find_aliased(w, err));
  LF_TRY(lf_system_factor(w->system, w->point.hessian, NULL, err));
  LF_TRY(lf_system_solve(w->system, w->point.gradient, w->working, err));
  w->first = true;
cleanup:
  return status;
}

lf_status lf_newton_run(lf_newton *w, lf_error *err) {
  lf_status status = LF_OK;
  const lf_frame *frame = w->frame;
  if (!w->started && frame->n_rows >= 65536 && frame->n_rows / frame->n_coef >= 100)
    LF_TRY(warm_start(w, err));
  else if (!w->started && !w->ridge)
    LF_TRY(first_step(w, err));
  LF_TRY(iterate(w, 1, w->tolerance, err));
cleanup:
  return status;
}
