/* The parts lf_compare is put together from. Internal to evidence; each fills its own fields of the pairs. */
#ifndef LF_EVIDENCE_COMPARE_PARTS_H
#define LF_EVIDENCE_COMPARE_PARTS_H

#include "evidence/compare.h"

/* compare_volume.c: wins and revenue in equally many rows of each, with intervals. */
lf_status lf_compare_volumes(const lf_compare_rows *rows, const lf_compare_options *options,
                             const lf_run *run, lf_comparison *comparison, lf_error *err);
/* compare_quadrant.c: qualified by both, by one, by neither. */
lf_status lf_compare_quadrant(const lf_compare_rows *rows, const lf_candidate *a, const lf_candidate *b,
                              lf_pair *pair, lf_error *err);
/* compare_verdict.c: q-values and verdicts. */
lf_status lf_compare_verdicts(lf_comparison *comparison, lf_error *err);
/* The same rule on one difference, a - b. */
lf_compare_verdict lf_compare_decide(const lf_interval *difference, double margin, double q);

/* Sum over accounts (rows where none are known) of squared sums of value * weight, with C/(C-1): the variance
 * of the sum of value * weight when values have mean 0. Rows of value 0 count for nothing; *clusters: how
 * many have another. */
lf_status lf_clustered_square(const lf_compare_rows *rows, const double *value, double *square,
                              lf_error *err);

static inline double lf_compare_weight(const lf_compare_rows *rows, size_t i) {
  return rows->weight ? rows->weight[i] : 1.0;
}
static inline double lf_compare_amount(const lf_compare_rows *rows, size_t i) {
  return rows->amount && rows->won[i] && rows->amount[i] == rows->amount[i] ? rows->amount[i] : 0.0;
}

#endif
