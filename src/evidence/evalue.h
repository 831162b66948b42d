/* How strong an unmeasured cause would have to be. */
#ifndef LF_EVIDENCE_EVALUE_H
#define LF_EVIDENCE_EVALUE_H

/* E-value of a risk ratio (or a ratio of means of a quantity that is never negative); ratios below 1 by their
 * inverse. NaN where the ratio is not a number above 0. */
double lf_e_value(double ratio);
/* E-value of an interval: that of the limit nearer to 1, and 1 where the interval holds 1. */
double lf_e_value_limit(double low, double high);
/* The risk ratio that stands for an odds ratio: itself where the outcome is rare (15 % at most), else its
 * square root. */
double lf_risk_ratio_of_odds(double odds_ratio, double outcome_share);

#endif
