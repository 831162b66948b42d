/* A path of penalties fitted to all rows and without each fold at once, and what the folds say of it. */
#ifndef LF_FIT_FOLD_PATH_H
#define LF_FIT_FOLD_PATH_H

#include "fit/path.h"

/* The objective of a training set of row share s: loglik - s lambda sum_j f_j ((1 - alpha) (sd_j b_j)^2 / 2 +
 * alpha sd_j |b_j|), as glmnet has it (whose lambda is ours over the number of rows). */
typedef struct lf_fold_path {
  size_t n;
  const double *lambda; /* n penalties on the sum of log-likelihoods of all rows, falling; a fold's is less by
                           the rows it lacks, so that the penalty on the mean is the same */
  double alpha;         /* 0: ridge, 1: lasso, between: elastic net */
  const double *factor; /* f, n_coef; NULL: 1, and 0 for the intercept */
  bool standardise;     /* sd_j: standard deviation (divisor n) in the training set; else 1 */
  const uint8_t *fold;  /* of each row; >= n_folds: in every training set */
  size_t n_folds;       /* 0: all rows alone; at most 254 */
  double tolerance;     /* on the decrement (fit.h) */
} lf_fold_path;

/* What the procedure found; arrays owned. */
typedef struct lf_fold_path_fit {
  double *b;    /* [n][n_coef] of all rows, user's scale */
  double *loss; /* [n][n_folds]: mean log loss of the rows left out; NaN for an empty fold */
  int passes;   /* over all rows, folds together */
  int matrices; /* X'WX computed */
} lf_fold_path_fit;

lf_status lf_fold_path_make(const lf_frame *frame, const lf_fold_path *path, const lf_run *run,
                            lf_fold_path_fit **fit, lf_error *err);
/* The smallest lambda at which every penalised coefficient is 0 (alpha > 0), all rows. */
lf_status lf_fold_path_largest(const lf_frame *frame, const lf_fold_path *path, const lf_run *run,
                               double *lambda, lf_error *err);
void lf_fold_path_free(lf_fold_path_fit *fit);

#endif
