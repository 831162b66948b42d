/* Linear predictors by joint code: one look-up a group and row. Internal to the solver. */
#ifndef LF_FIT_PREDICTOR_H
#define LF_FIT_PREDICTOR_H

#include "fit/frame.h"

/* Contribution of each joint code to eta, groups one after another; sums[g] is where group g starts. */
typedef struct lf_predictor {
  double intercept;
  double *table;
  size_t *start;
} lf_predictor;

/* From working coefficients. Cleared by the caller, on failure too. */
lf_status lf_predictor_make(const lf_frame *frame, const double *working, lf_predictor *p, lf_error *err);
void lf_predictor_clear(lf_predictor *p);

/* Codes of 1, 2 or 4 bytes of rows [from, from + n) as 32-bit ones. */
void lf_widen(size_t n, uint8_t width, const void *codes, size_t from, uint32_t *restrict out);
/* eta[i] += table[joint[i]]. */
void lf_add_looked_up(size_t n, const double *table, const uint32_t *joint, double *eta);

#endif
