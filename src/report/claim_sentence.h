/* What is said of a claim, in sentences. Internal to report. */
#ifndef LF_REPORT_CLAIM_SENTENCE_H
#define LF_REPORT_CLAIM_SENTENCE_H

#include "base/text.h"
#include "evidence/claims.h"

/* The verdict with the counts and the adjusted effect behind it, and what would overturn or settle it. */
void lf_claim_sentence(const lf_claim *claim, const lf_answer *answer, lf_text *out);
/* "yes, maybe", "50 to under 500", "all other known values". */
void lf_claim_side_text(const lf_claim_side *side, lf_text *out);

#endif
