/* A comparison -> the tree that `compare --json` prints, sentences included. */
#ifndef LF_REPORT_DESCRIBE_COMPARE_H
#define LF_REPORT_DESCRIBE_COMPARE_H

#include "base/text.h"
#include "evidence/compare.h"
#include "report/describe.h"

json_t *lf_describe_candidates(
    const lf_comparison *comparison); /* candidates[{name, title, threshold, qualified{…}, holdout{…}}] */
json_t *lf_describe_pairs(const lf_comparison *comparison);         /* pairs[…] */
json_t *lf_describe_compare_rules(const lf_comparison *comparison); /* the rules of the verdicts, in words */

/* An interval as {value, ci_low, ci_high}. */
json_t *lf_describe_interval(const lf_interval *interval);
/* What was written, as a JSON string; text is emptied. NULL where memory ran out. */
json_t *lf_describe_sentence(lf_text *text);

#endif
