/* Parts of the plain method that have a file of their own. */
#ifndef LF_FIT_PLAIN_INTERNAL_H
#define LF_FIT_PLAIN_INTERNAL_H

#include "fit/plain.h"

/* plain_design.c: terms, maps, weights of the design over the training rows; attributes that cannot take part
 * are named. */
lf_status lf_plain_design(const lf_history *history, const lf_run *run, lf_plain *plain, lf_error *err);
/* Coefficient index to its term; SIZE_MAX for the intercept. */
size_t lf_plain_term_of(const lf_plain *plain, size_t coefficient);
/* Text of the level a coefficient stands for; "" for a number. */
const char *lf_plain_level_of(const lf_plain *plain, size_t coefficient);
/* Text of the baseline of a coded term, or "". */
const char *lf_plain_baseline_of(const lf_plain *plain, size_t term);

/* plain_table.c: the coefficient table and the sums beside it. */
lf_status lf_plain_table(const lf_history *history, const lf_plain_options *options, const lf_run *run,
                         lf_plain *plain, lf_error *err);
/* plain_tests.c: the test of each attribute. */
lf_status lf_plain_tests(const lf_run *run, lf_plain *plain, lf_error *err);

/* plain_warn.c: one sentence for each failure that has a name. direction: of the maximum-likelihood fit, or
 * NULL. */
lf_status lf_plain_warn(const int8_t *direction, lf_plain *plain, lf_error *err);
lf_status lf_plain_say(lf_plain *plain, lf_error *err, const char *format, ...) LF_PRINTF(3, 4);

#endif
