/* Answers to claims -> the tree that `evidence --json` prints, sentences included. */
#ifndef LF_REPORT_DESCRIBE_CLAIMS_H
#define LF_REPORT_DESCRIBE_CLAIMS_H

#include "evidence/claims.h"
#include "report/describe.h"

json_t *lf_describe_claims(const lf_claims *claims, const lf_answers *answers); /* claims[…] */
json_t *lf_describe_claim_rules(void); /* the rules of the verdicts, in words */

#endif
