/* newton: the maximum of a (ridge-penalised) log-likelihood on the working scale. */
#ifndef LF_FIT_NEWTON_H
#define LF_FIT_NEWTON_H

#include "fit/fit.h"
#include "fit/pass.h"
#include "fit/system.h"

/* One fit in progress. Arrays of n_coef items unless said otherwise; owned. */
typedef struct lf_newton {
  const lf_frame *frame;
  const lf_run *run;
  int max_iterations;
  double tolerance; /* on the decrement; 0: the default */
  bool check_separation;
  bool informs;           /* the information matrix at the maximum is wanted */
  bool started;           /* the user gave a start, or fixed coefficients */
  bool first;             /* started by R's first step */
  bool alias_with_fixed;  /* a fixed coefficient's column still counts as explained by, and explaining, the
                             others */
  double *ridge, *centre; /* working scale, or NULL */
  bool *fixed;            /* said by the user */
  bool *aliased;
  bool *left_out;  /* fixed or aliased */
  double *working; /* the coefficients */
  double *trial, *step, *score;
  lf_point point; /* at `working`; after convergence at the last point evaluated */
  lf_system *system;
  double objective, decrement;
  int iterations;
  bool converged, fresh; /* fresh: point belongs to `working` up to rounding */
  bool separated;
  double *direction; /* a direction of recession where separated */
} lf_newton;

lf_status lf_newton_new(const lf_frame *frame, const lf_solve_options *options, const lf_run *run,
                        lf_newton **newton, lf_error *err);
void lf_newton_free(lf_newton *newton);
/* Evaluates `point` and the objective at `working`. */
lf_status lf_newton_evaluate(lf_newton *w, lf_pass_kind kind, size_t stride, lf_error *err);
/* Objective and score from the point, without a pass. */
void lf_newton_penalise(lf_newton *w);
/* The step and its decrement from the score; refactor: from the matrix of `point`, else from the factor at
 * hand. */
lf_status lf_newton_step(lf_newton *w, bool refactor, lf_error *err);
/* Moves along the step, halved until the objective does not fall; evaluates where it stops. */
lf_status lf_newton_advance(lf_newton *w, lf_pass_kind kind, size_t stride, bool *moved, lf_error *err);
/* Runs to convergence. */
lf_status lf_newton_run(lf_newton *w, lf_error *err);

/* solve.c: lf_solve on a frame already built. */
lf_status lf_solve_frame(const lf_frame *frame, const lf_solve_options *options, bool alias_with_fixed,
                         const lf_run *run, lf_weights **weights, lf_error *err);

/* Whether numbers must not be centred: the intercept is fixed or penalised. */
bool lf_keeps_shift(const lf_solve_options *options);

/* alias.c: marks coefficients that are linearly dependent on earlier ones, from the point evaluated last. */
lf_status lf_find_aliased(lf_newton *w, lf_error *err);

/* firth.c: the maximum of the log-likelihood with Jeffreys' penalty. */
lf_status lf_firth_run(lf_newton *w, double *log_determinant, lf_error *err);

/* separation.c: looks for a direction in which the log-likelihood never falls, near `step`; true where one is
 * proven. */
lf_status lf_find_separation(const lf_frame *frame, const bool *left_out, const double *step,
                             const lf_run *run, double *direction, bool *separated, lf_error *err);

#endif
