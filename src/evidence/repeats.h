/* Attributes that are another one over again: the same in bands, or in nearly the same order. Nothing is
 * adjusted for its own repeat. Internal to evidence. */
#ifndef LF_EVIDENCE_REPEATS_H
#define LF_EVIDENCE_REPEATS_H

#include "history/history.h"

/* What another attribute is to the one under study. */
typedef enum lf_repeat {
  LF_REPEAT_NONE = 0,
  LF_REPEAT_IN_BANDS, /* the other is this one in bands */
  LF_REPEAT_FINER,    /* this one is the other in bands */
  LF_REPEAT_ORDER     /* both put the rows in nearly the same order, or one in the reverse */
} lf_repeat;

/* "it is this attribute in bands"; NULL for LF_REPEAT_NONE. */
const char *lf_repeat_reason(lf_repeat repeat);

typedef struct lf_repeats lf_repeats;

/* Looks at the columns that wanted[n_columns] marks, on at most 5,000 rows of a sample; won_only: won
 * rows alone. */
lf_status lf_repeats_make(const lf_history *history, const uint8_t *wanted, bool won_only, lf_repeats **out,
                          lf_error *err);
void lf_repeats_free(lf_repeats *repeats);

/* What column `other` is to column `own`; LF_REPEAT_NONE for columns that were not wanted. */
lf_repeat lf_repeat_of(const lf_repeats *repeats, size_t own, size_t other);

#endif
