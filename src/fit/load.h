/* Rows of a frame as the passes want them. Internal to the solver. */
#ifndef LF_FIT_LOAD_H
#define LF_FIT_LOAD_H

#include "fit/frame.h"

/* Number k of row from + i on the working scale at z[k * stride + i]; 0 where missing. At most LF_BLOCK_ROWS
 * rows. */
void lf_load_numbers(const lf_frame *frame, size_t from, size_t n, size_t stride, double *z);
/* Number k of the rows row[0..n), on the working scale. */
void lf_load_picked(const lf_frame *frame, size_t k, size_t n, const uint32_t *row, double *z);
/* Joint codes of group g of the rows row[0..n). */
void lf_load_joint(const lf_frame *frame, size_t g, size_t n, const uint32_t *row, uint32_t *joint);
/* Outcome and weight of the design; the outcome of a row of weight 0 is 0, whatever stands there. */
void lf_load_outcome(const lf_design *design, size_t from, size_t n, double *y, double *w);

#endif
