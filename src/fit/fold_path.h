/* A path of penalties fitted to all rows and without each fold at once, and what the folds say of it. */
#ifndef LF_FIT_FOLD_PATH_H
#define LF_FIT_FOLD_PATH_H

#include "fit/path.h"

typedef struct lf_fold_path {
  size_t n;
  const double *lambda; /* n penalties on the sum of log-likelihoods of all rows, falling; a fold's is less by
                           the rows it lacks, so that the penalty on the mean is the same */
  const double *unit;  /* n_coef: penalty of each coefficient at lambda 1; NULL: 1, and 0 for the intercept */
  const uint8_t *fold; /* of each row; >= n_folds: in every training set */
  size_t n_folds;      /* 0: all rows alone; at most 254 */
  double tolerance;    /* on the decrement (fit.h) */
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
void lf_fold_path_free(lf_fold_path_fit *fit);

#endif
