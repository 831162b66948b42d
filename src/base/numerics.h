/* Numerics that every room shares: each stable formula once, under its name. */
#ifndef LF_BASE_NUMERICS_H
#define LF_BASE_NUMERICS_H

#include "base/status.h"

/* log(1 + exp(x)) without overflow (Maechler 2012, "Accurately computing log(1 - exp(-|a|))", section 3). */
double lf_log1pexp(double x);
/* 1 / (1 + exp(-x)), accurate at both ends. */
double lf_expit(double x);
/* log(p / (1 - p)). */
double lf_logit(double p);
/* -log likelihood of one Bernoulli outcome at linear predictor eta: log(1+exp(eta)) - won * eta. */
double lf_log_loss(double eta, double won);
/* Binomial deviance of `won` wins (weight) and `lost` losses at their own rate: -2 log likelihood at the
 * maximum. */
double lf_binomial_deviance(double won, double lost);
/* x log y with 0 log 0 = 0. */
double lf_xlogy(double x, double y);

/* Compensated (Neumaier) sum. */
typedef struct lf_sum {
  double sum;
  double carry;
} lf_sum;
void lf_sum_add(lf_sum *s, double x);
double lf_sum_value(const lf_sum *s);

/* Upper tails and quantiles, thin over GSL. */
double lf_normal_cdf(double z);
double lf_normal_quantile(double p);
double lf_normal_two_sided_p(double z);
double lf_chi_squared_p(double x, double df); /* P(X > x) */
double lf_chi_squared_quantile(double p, double df);

/* Wilson's 95 % score interval (1927) of a share p of n rows; n need not be whole (rows that count, Korn &
 * Graubard 1998). NaN where n is not above 0. */
void lf_wilson(double p, double n, double *low, double *high);

/* Adjusted p-values of many tests; NaN p stay NaN and do not count; the output may be p itself. Benjamini &
 * Hochberg (1995) bound the share of false findings among findings, Holm (1979) the chance of any, whatever
 * the dependence. */
lf_status lf_benjamini_hochberg(const double *p, size_t n, double *q, lf_error *err);
lf_status lf_holm(const double *p, size_t n, double *adjusted, lf_error *err);

#endif
