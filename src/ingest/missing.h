/* The spellings of missing. */
#ifndef LF_INGEST_MISSING_H
#define LF_INGEST_MISSING_H

#include "ingest/ingest.h"

enum { LF_MISSING_NONE = -1, LF_MISSING_MAX = 64 };

typedef struct lf_missing {
  size_t n;
  const char *spelling[LF_MISSING_MAX]; /* [0] is the empty one */
  size_t length[LF_MISSING_MAX];
  size_t longest;
  size_t value_only; /* index of the spelling that is missing among numbers and dates only; SIZE_MAX: none */
} lf_missing;

/* The known spellings, or the user's. Texts are not copied. LF_E_USAGE where there are too many. */
lf_status lf_missing_init(lf_missing *missing, const lf_read_options *options, lf_error *err);

/* Index of the spelling that a trimmed text is, or LF_MISSING_NONE. values: the text stands among numbers or
 * dates. */
int lf_missing_find(const lf_missing *missing, const char *text, size_t n, bool values);

#endif
