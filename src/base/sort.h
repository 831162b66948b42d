/* The order of rows by a number. */
#ifndef LF_BASE_SORT_H
#define LF_BASE_SORT_H

#include "base/status.h"

/* Stable order of the rows that count (weight above 0, or weight NULL) by rising number (no NaN): the low 32
 * bits of words[k] are the row at place k < *n_kept. Linear time, 16 n bytes while it runs. The caller frees
 * words. */
lf_status lf_sort_rows(const double *number, const double *weight, size_t n, const lf_run *run,
                       uint64_t **words, size_t *n_kept, lf_error *err);
/* Order-preserving key of a number. */
uint64_t lf_number_key(double x);

#endif
