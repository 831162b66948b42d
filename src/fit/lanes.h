/* lanes: many coefficient vectors over one frame, a lane each, every lane with row weights of its own.
 *
 * One pass over the codes serves all lanes: folds of a cross-validation, bootstrap replicates, fits without
 * one attribute. What is common to them (codes, numbers, outcomes) is loaded once; a lane costs two look-ups
 * and a logistic function a row. */
#ifndef LF_FIT_LANES_H
#define LF_FIT_LANES_H

#include "fit/frame.h"
#include "fit/system.h"

/* Writes the weights of rows [from, from + n): weight[i * width + l] of row from + i in lane l. A row whose
 * weight in the frame's design is 0 must have 0 in every lane. Called by several threads at once. */
typedef void lf_lane_weights(void *context, size_t from, size_t n, size_t width, double *weight);

typedef struct lf_lanes {
  const lf_frame *frame; /* its rows, codes and scales; the weights of its design do not count */
  size_t n;              /* lanes */
  size_t quads;          /* vectors of four lanes */
  lf_lane_weights *weigh;
  void *context;
  size_t *start; /* of each group: where its joint codes begin in a table; owned */
  size_t cells;  /* of a table: intercept, numbers (padded to whole fours), joint codes */
  lf_chunks chunks;
  double *numbers;      /* on the working scale, block by block, or NULL where there are too many; owned */
  double *table, *slab; /* owned */
} lf_lanes;

lf_status lf_lanes_new(const lf_frame *frame, size_t n, lf_lane_weights *weigh, void *context,
                       const lf_run *run, lf_lanes **lanes, lf_error *err);
void lf_lanes_free(lf_lanes *lanes);

/* Score of the log-likelihood of each lane at its working coefficients; both [n][n_coef]. loglik[n], or NULL
 * where it is not wanted (it costs a logarithm a row and lane). */
lf_status lf_lanes_score(lf_lanes *lanes, const double *working, const lf_run *run, double *score,
                         double *loglik, lf_error *err);

/* Log loss of each row under lane of_row[row] alone (>= n: 0), for four sets of coefficients at once (a path
 * goes by in fours): working[4][n][n_coef], loss[n_rows][4]. */
lf_status lf_lanes_judge(const lf_lanes *lanes, const double *working, const uint8_t *of_row,
                         const lf_run *run, double *loss, lf_error *err);

/* Chord steps of every lane to its maximum of loglik_l - share_l sum_j (ridge_lj b_j^2 / 2 + lasso_lj |b_j|),
 * the matrix of a step being share_l times one for all lanes. */
typedef struct lf_lane_steps {
  const lf_system *const
      *system;         /* [n]: the matrix, factored with the ridge; what it leaves out does not move */
  const double *ridge; /* n_coef a lane, working scale; NULL: 0 */
  size_t ridge_step;   /* from lane to lane in `ridge`: n_coef, or 0 where all have the same */
  const double *lasso; /* [n][n_coef], or NULL; then `curve` is the matrix, and not `system` */
  const struct lf_curve *curve;
  const double *share; /* [n], NULL: 1; a lane of share 0 stays where it is */
  double tolerance;    /* on the decrement (fit.h) that is left after the last step */
  int max_iterations;  /* 0: 30 */
} lf_lane_steps;

/* What the steps did. */
typedef struct lf_lane_outcome {
  int passes;
  double rate; /* largest shrinkage of a decrement from one step to the next; in and out: 1 where not known.
                  With it a step whose remainder would be below the tolerance is the last. */
} lf_lane_outcome;

/* working[n][n_coef] in and out; settled[n]: whether the lane converged. */
lf_status lf_lanes_climb(lf_lanes *lanes, const lf_lane_steps *steps, const lf_run *run, double *working,
                         bool *settled, lf_lane_outcome *outcome, lf_error *err);

#endif
