/* What rules cost -> rules[…] of report.json, sentences included. */
#ifndef LF_REPORT_DESCRIBE_RULES_H
#define LF_REPORT_DESCRIBE_RULES_H

#include "base/text.h"
#include "evidence/price.h"
#include "report/describe.h"

/* One item a rule, then all together (attribute null); null where there are no rules. */
json_t *lf_describe_rules(const lf_prices *prices, const lf_atoms *atoms);

/* rule_sentence.c: the rule in words ("LeadSource": Webinar 20, Referral 5 points), and its price. */
void lf_rule_text(const lf_rule_price *rule, const lf_atom_set *set, lf_text *out);
void lf_rule_sentence(const lf_prices *prices, const lf_rule_price *rule, const lf_atom_set *set,
                      lf_text *out);
const char *lf_price_verdict(const lf_price *price);
/* The quoted one, or "changes nothing": costs, better with the rule, no meaningful difference, not enough
 * evidence, changes nothing. */
const char *lf_rule_verdict(const lf_rule_price *rule);
/* What is quoted: the holdout where there is one, else the cross-fitted rows; NULL where neither judged. */
const lf_price *lf_rule_quoted(const lf_rule_price *rule);

#endif
