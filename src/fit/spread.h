/* Means and standard deviations of the columns of a design, of all rows and without each fold. */
#ifndef LF_FIT_SPREAD_H
#define LF_FIT_SPREAD_H

#include "fit/frame.h"

/* sd[l * n_coef + j]: of column j on the working scale, divisor n, over the rows outside fold l; for l =
 * n_folds over all. 0 for the intercept. fold: of each row, not used where n_folds is 0. */
lf_status lf_column_spread(const lf_frame *frame, const uint8_t *fold, size_t n_folds, double *sd,
                           lf_error *err);

#endif
