/* What a comparison says of a pair, in sentences. Internal to report. */
#ifndef LF_REPORT_COMPARE_SENTENCE_H
#define LF_REPORT_COMPARE_SENTENCE_H

#include "base/text.h"
#include "evidence/compare.h"

/* One to four sentences: the verdict with its figures, wins at equal volume, revenue where it says otherwise,
 * the quadrant. */
void lf_compare_sentence(const lf_comparison *comparison, const lf_pair *pair, lf_text *out);

#endif
