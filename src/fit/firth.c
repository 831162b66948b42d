/* Firth's penalised likelihood (Jeffreys' prior).
 *
 * Symbols: l*(beta) = l(beta) + log |X'WX| / 2; modified score U* = X'(r + h (1/2 - mu)), h_i = omega_i
 * x_i'(X'WX)^-1 x_i (Firth 1993; Heinze & Schemper 2002). U* is the score of data augmented by h_i / 2 wins
 * and losses in each row, so steps are taken with the information of the augmented data, X'diag(omega (1 + h
 * / w))X, over the coefficients free to move: with X'WX itself the iteration swings for ever about the
 * estimate of a level that has a row to itself. Steps are halved until l* does not fall, and at most 5 long
 * on the working scale. With coefficients held fixed the penalty is still that of the full design. What
 * changes in h from step to step is ignored, so convergence is linear and the tolerance far below what Newton
 * needs. */
#include <stdlib.h>

#include "base/memory.h"
#include "fit/newton.h"

enum { HALVINGS = 40 };

typedef struct firth {
  lf_newton *w;
  lf_system *full; /* all that is not aliased: the penalty's information */
  double *inverse; /* n x n, on the working scale */
  double log_determinant;
} firth;

/* Likelihood, information and penalty at the working coefficients. */
static lf_status evaluate(firth *f, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_newton_evaluate(f->w, LF_PASS_FULL, 1, err));
  LF_TRY(lf_system_factor(f->full, f->w->point.hessian, NULL, err));
  f->log_determinant = lf_system_log_determinant(f->full);
  f->w->objective += 0.5 * f->log_determinant;
cleanup:
  return status;
}

/* The modified score replaces the score; the decrement is that of the step over the free coefficients. */
static lf_status compute_step(firth *f, lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *w = f->w;
  LF_TRY(lf_system_inverse(f->full, f->inverse, err));
  LF_TRY(lf_pass(w->frame, LF_PASS_FULL, w->working, 1, f->inverse, w->run, &w->point, err));
  for (size_t j = 0; j < w->frame->n_coef; j++) w->score[j] = w->left_out[j] ? 0.0 : w->point.gradient[j];
  LF_TRY(lf_system_factor(w->system, w->point.hessian, NULL, err));
  LF_TRY(lf_system_solve(w->system, w->score, w->step, err));
  w->decrement = 0.0;
  double longest = 0.0;
  for (size_t j = 0; j < w->frame->n_coef; j++) {
    w->decrement += w->score[j] * w->step[j];
    longest = fmax(longest, fabs(w->step[j]));
  }
  for (size_t j = 0; longest > 5.0 && j < w->frame->n_coef; j++) w->step[j] *= 5.0 / longest;
cleanup:
  return status;
}

static lf_status advance(firth *f, bool *moved, lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *w = f->w;
  size_t n = w->frame->n_coef;
  double before = w->objective, t = 1.0;
  memcpy(w->trial, w->working, n * sizeof *w->trial);
  for (int i = 0; i < HALVINGS; i++, t *= 0.5) {
    for (size_t j = 0; j < n; j++) w->working[j] = w->trial[j] + t * w->step[j];
    LF_TRY(evaluate(f, err));
    if (w->objective >= before - 1e-12 * (1.0 + fabs(before))) {
      *moved = true;
      return LF_OK;
    }
  }
  memcpy(w->working, w->trial, n * sizeof *w->working);
  LF_TRY(evaluate(f, err));
  *moved = false;
cleanup:
  return status;
}

static lf_status iterate(firth *f, lf_error *err) {
  lf_status status = LF_OK;
  lf_newton *w = f->w;
  double tolerance =
      (w->tolerance > 0.0 ? w->tolerance : 1e-10) * 1e-12; /* the error left is about its root */
  for (;;) {
    LF_TRY(compute_step(f, err));
    w->iterations++;
    w->converged = w->decrement <= tolerance;
    if (w->converged || w->iterations >= w->max_iterations) break;
    bool moved = false;
    LF_TRY(advance(f, &moved, err));
    if (!moved) {
      w->converged = w->decrement <= 1e-16;
      break;
    }
  }
cleanup:
  return status;
}

lf_status lf_firth_run(lf_newton *w, double *log_determinant, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = w->frame->n_coef;
  firth f = {.w = w};
  LF_TRY(lf_alloc(n * n, sizeof *f.inverse, &f.inverse, err));
  LF_TRY(lf_system_new(n, &f.full, err));
  LF_TRY(lf_newton_evaluate(w, LF_PASS_FULL, 1, err));
  LF_TRY(lf_find_aliased(w, err));
  lf_system_activate(f.full, w->aliased);
  LF_TRY(evaluate(&f, err));
  LF_TRY(iterate(&f, err));
  memcpy(w->step, w->score, n * sizeof *w->step); /* what is reported is the modified score */
  LF_TRY(evaluate(&f, err));
  memcpy(w->score, w->step, n * sizeof *w->score);
  w->fresh = true;
  *log_determinant = f.log_determinant;
cleanup:
  lf_system_free(f.full);
  free(f.inverse);
  return status;
}
