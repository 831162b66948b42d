#include "base/numerics.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

double lf_log1pexp(double x) {
  if (x <= -37) return exp(x);
  if (x <= 18) return log1p(exp(x));
  if (x <= 33.3) return x + exp(-x);
  return x;
}

double lf_expit(double x) {
  if (x >= 0) return 1 / (1 + exp(-x));
  double e = exp(x);
  return e / (1 + e);
}

double lf_logit(double p) {
  return log(p) - log1p(-p);
}

double lf_log_loss(double eta, double won) {
  return lf_log1pexp(eta) - won * eta;
}

double lf_xlogy(double x, double y) {
  return x == 0 ? 0 : x * log(y);
}

double lf_binomial_deviance(double won, double lost) {
  double rows = won + lost;
  if (rows <= 0) return 0;
  return -2 * (lf_xlogy(won, won / rows) + lf_xlogy(lost, lost / rows));
}

void lf_sum_add(lf_sum *s, double x) {
  double total = s->sum + x;
  s->carry += fabs(s->sum) >= fabs(x) ? (s->sum - total) + x : (x - total) + s->sum;
  s->sum = total;
}

double lf_sum_value(const lf_sum *s) {
  return s->sum + s->carry;
}

double lf_normal_cdf(double z) {
  return gsl_cdf_ugaussian_P(z);
}

double lf_normal_quantile(double p) {
  return gsl_cdf_ugaussian_Pinv(p);
}

double lf_normal_two_sided_p(double z) {
  return isnan(z) ? NAN : 2 * gsl_cdf_ugaussian_Q(fabs(z));
}

double lf_chi_squared_p(double x, double df) {
  if (isnan(x) || !(df > 0)) return NAN;
  return x <= 0 ? 1 : gsl_cdf_chisq_Q(x, df);
}

double lf_chi_squared_quantile(double p, double df) {
  return gsl_cdf_chisq_Pinv(p, df);
}

/* ---- many tests at once ------------------------------------------------------------------------------- */

typedef struct ranked_p {
  double p;
  size_t index;
} ranked_p;

static int by_rising_p(const void *a, const void *b) {
  const ranked_p *x = a, *y = b;
  if (x->p != y->p) return x->p < y->p ? -1 : 1;
  return x->index < y->index ? -1 : 1;
}

/* The p that are known, rising, and NaN in all of `adjusted`. The caller frees *ranked. */
static lf_status rank_p(const double *p, size_t n, double *adjusted, ranked_p **ranked, size_t *known,
                        lf_error *err) {
  lf_status status = lf_alloc(n, sizeof **ranked, ranked, err);
  if (status != LF_OK) return status;
  *known = 0;
  for (size_t i = 0; i < n; i++) {
    if (!isnan(p[i])) (*ranked)[(*known)++] = (ranked_p){p[i], i};
    adjusted[i] = NAN; /* may be p itself, whose i-th has been read */
  }
  qsort(*ranked, *known, sizeof **ranked, by_rising_p);
  return LF_OK;
}

/* q_(i) = min over j >= i of p_(j) m / j. */
lf_status lf_benjamini_hochberg(const double *p, size_t n, double *q, lf_error *err) {
  ranked_p *ranked = NULL;
  size_t m = 0;
  lf_status status = rank_p(p, n, q, &ranked, &m, err);
  double lowest = 1;
  for (size_t k = m; k-- > 0;) {
    lowest = fmin(lowest, ranked[k].p * (double)m / (double)(k + 1));
    q[ranked[k].index] = lowest;
  }
  free(ranked);
  return status;
}

/* max over j <= i of (m - j + 1) p_(j), at most 1. */
lf_status lf_holm(const double *p, size_t n, double *adjusted, lf_error *err) {
  ranked_p *ranked = NULL;
  size_t m = 0;
  lf_status status = rank_p(p, n, adjusted, &ranked, &m, err);
  double highest = 0;
  for (size_t k = 0; k < m; k++) {
    highest = fmax(highest, fmin(1, (double)(m - k) * ranked[k].p));
    adjusted[ranked[k].index] = highest;
  }
  free(ranked);
  return status;
}

void lf_wilson(double p, double n, double *low, double *high) {
  double z = lf_normal_quantile(0.975), z2 = z * z;
  if (!(n > 0)) {
    *low = *high = (double)NAN;
    return;
  }
  double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  double reach = z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  *low = p > 0 ? fmax(0, centre - reach) : 0; /* exact at the ends, where rounding would leave a hair */
  *high = p < 1 ? fmin(1, centre + reach) : 1;
}
