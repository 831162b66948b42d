/* The logistic function over a block of rows.
 *
 * Symbols: a = |eta|, e = exp(-a) in (0, 1], q = 1 / (1 + e).
 *   mu (1 - mu) = e q^2;  y - mu = y - e q for eta < 0, (y - 1) + e q for eta >= 0;
 *   log(1 + exp(eta)) = max(eta, 0) + log(1 + e).
 * Why these forms: nothing overflows, and rows far on their right side keep a residual that is small but not rounded to 0.
 * Why not libm: one call a row costs more than the rest of a pass. exp and log1p use the reductions and minimax
 * polynomials of fdlibm (Sun Microsystems 1993, e_exp.c, e_log.c; error below 1 ulp), written without branches so that
 * they vectorise. */
#include "fit/logistic.h"

#include <stdint.h>
#include <string.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

/* exp(-a) for 0 <= a; 0 below the smallest normal number is cut at exp(-708). */
static inline double exp_minus(double a) {
  const double magic = 0x1.8p52; /* adding it rounds to an integer, kept in the low bits */
  double x = a > 708.0 ? -708.0 : -a;
  double shifted = x * 1.44269504088896338700 + magic;
  double k = shifted - magic;
  double high = x - k * 6.93147180369123816490e-01;
  double low = k * 1.90821492927058770002e-10;
  double r = high - low;
  double z = r * r;
  double c = r - z * (1.66666666666666019037e-01 +
                      z * (-2.77777777770155933842e-03 +
                           z * (6.61375632143793436117e-05 +
                                z * (-1.65339022054652515390e-06 + z * 4.13813679705723846039e-08))));
  double value = 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  uint64_t bits, power;
  memcpy(&power, &shifted, sizeof power);
  memcpy(&bits, &value, sizeof bits);
  bits += power << 52;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* log(1 + e) for 0 <= e <= 1. */
static inline double log_one_plus(double e) {
  double half = (e - 1.0) * 0.5;
  double f = e > 0.41421356237309503 ? half : e;
  double k = e > 0.41421356237309503 ? 1.0 : 0.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double poly = z * (6.666666666666735130e-01 +
                     z * (3.999999999940941908e-01 +
                          z * (2.857142874366239149e-01 +
                               z * (2.222219843214978396e-01 +
                                    z * (1.818357216161805012e-01 +
                                         z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01))))));
  double square = 0.5 * f * f;
  return k * 6.93147180369123816490e-01 - ((square - (s * (square + poly) + k * 1.90821492927058770002e-10)) - f);
}

LF_CLONES
void lf_logistic_block(size_t n, const double *restrict eta, const double *restrict y, const double *restrict w,
                       double *restrict residual, double *restrict omega, double *restrict loss) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double x = eta[i];
    double a = x < 0.0 ? -x : x;
    double e = exp_minus(a);
    double q = 1.0 / (1.0 + e);
    double small = e * q;
    double up = (y[i] - 1.0) + small, down = y[i] - small;
    residual[i] = w[i] * (x < 0.0 ? down : up);
    omega[i] = w[i] * (small * q);
    loss[i] = w[i] * (((x < 0.0 ? 0.0 : x) - y[i] * x) + log_one_plus(e));
  }
}

/* Adds eight lanes pairwise. */
static double fold(const double lane[8]) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

LF_CLONES
double lf_lane_sum(size_t n, const double *x) {
  double lane[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
#pragma omp simd
    for (size_t l = 0; l < 8; l++) lane[l] += x[i + l];
  }
  for (size_t l = 0; i + l < n; l++) lane[l] += x[i + l];
  return fold(lane);
}

LF_CLONES
double lf_lane_dot(size_t n, const double *x, const double *y) {
  double lane[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
#pragma omp simd
    for (size_t l = 0; l < 8; l++) lane[l] += x[i + l] * y[i + l];
  }
  for (size_t l = 0; i + l < n; l++) lane[l] += x[i + l] * y[i + l];
  return fold(lane);
}
