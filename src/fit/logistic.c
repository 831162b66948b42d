/* The logistic function over a block of rows.
 *
 * Symbols: a = |eta|, e = exp(-a) in (0, 1], q = 1 / (1 + e).
 *   mu (1 - mu) = e q^2;  y - mu = y - e q for eta < 0, (y - 1) + e q for eta >= 0;
 *   log(1 + exp(eta)) = max(eta, 0) + log(1 + e).
 * Why these forms: nothing overflows, and rows far on their right side keep a residual that is small but not
 * rounded to 0. Why not libm: one call a row costs more than the rest of a pass. exp and log1p use the
 * reductions and minimax polynomials of fdlibm (Sun Microsystems 1993, e_exp.c, e_log.c; error below 1 ulp),
 * written without branches, choices being made on bits, so that they vectorise. */
#include "fit/logistic.h"

#include <stdint.h>
#include <string.h>

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Adding it to a double of modest size rounds that to an integer and leaves it in the low bits. */
static const double magic = 0x1.8p52;

/* exp(-a) = 2^k (1 - ((low - r c / (2 - c)) - high)) with a = k log 2 + r, r = high - low. */
typedef struct reduced {
  double high, low, r, c;
  uint64_t power; /* k in the place of a double's exponent */
} reduced;

/* For a >= 0 given by its bits, cut at exp(-708), the smallest normal number being near. Positive doubles are
 * in the order of their bits. */
static inline reduced reduce(int64_t a) {
  const int64_t most = 0x4086200000000000; /* 708.0 */
  double x = -from_bits((uint64_t)(a < most ? a : most));
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
  return (reduced){high, low, r, c, bits_of(shifted) << 52};
}

static inline double exp_minus(int64_t a) {
  reduced e = reduce(a);
  double value = 1.0 - ((e.low - (e.r * e.c) / (2.0 - e.c)) - e.high);
  return from_bits(bits_of(value) + e.power);
}

/* log(1 + e) for 0 <= e <= 1: with 1 + e = 2^k m, m in [sqrt(1/2), sqrt(2)), k = 0 or 1 read off the bits. */
static inline double log_one_plus(double e) {
  uint64_t bits = bits_of(1.0 + e);
  uint64_t power = (bits + 0x00095f6200000000u) >> 52; /* 1023 + k */
  double m = from_bits(bits - ((power - 1023) << 52));
  double k = from_bits(bits_of(magic) + (power - 1023)) - magic;
  double f = m - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double poly = z * (6.666666666666735130e-01 +
                     z * (3.999999999940941908e-01 +
                          z * (2.857142874366239149e-01 +
                               z * (2.222219843214978396e-01 +
                                    z * (1.818357216161805012e-01 +
                                         z * (1.531383769920937332e-01 + z * 1.479819860511658591e-01))))));
  double square = 0.5 * f * f;
  return k * 6.93147180369123816490e-01 -
         ((square - (s * (square + poly) + k * 1.90821492927058770002e-10)) - f);
}

LF_CLONES
void lf_logistic_block(size_t n, const double *restrict eta, const double *restrict y,
                       const double *restrict w, double *restrict residual, double *restrict omega,
                       double *restrict loss) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double x = eta[i];
    double side = from_bits(bits_of(1.0) | (bits_of(x) & 0x8000000000000000u)); /* -1 or +1 */
    double up = 0.5 + 0.5 * side;
    double e = exp_minus((int64_t)(bits_of(x) & 0x7fffffffffffffffu));
    double q = 1.0 / (1.0 + e);
    double small = e * q;
    residual[i] = w[i] * ((y[i] - up) + side * small);
    omega[i] = w[i] * (small * q);
    loss[i] = w[i] * ((up * x - y[i] * x) + log_one_plus(e));
  }
}

/* e / (1 + e) with e = exp(-a) = N / D, D = 2 - c: N / (D + N), so that one division serves. */
static inline double small_side(int64_t a) {
  reduced e = reduce(a);
  double d = 2.0 - e.c;
  double n = from_bits(bits_of(d * (1.0 - (e.low - e.high)) + e.r * e.c) + e.power);
  return n / (d + n);
}

LF_CLONES
void lf_residual_block(size_t n, const double *restrict eta, const double *restrict y,
                       double *restrict residual) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double x = eta[i];
    double side = from_bits(bits_of(1.0) | (bits_of(x) & 0x8000000000000000u));
    double small = small_side((int64_t)(bits_of(x) & 0x7fffffffffffffffu));
    residual[i] = (y[i] - (0.5 + 0.5 * side)) + side * small;
  }
}

/* Sums run in LANES interleaved parts, added pairwise at the end: the same bits whatever the vector width. */
enum { LANES = 32 };

static double fold(double lane[LANES]) {
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t l = 0; l < half; l++) lane[l] += lane[l + half];
  return lane[0];
}

LF_CLONES
double lf_lane_sum(size_t n, const double *x) {
  double lane[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
#pragma omp simd
    for (size_t l = 0; l < LANES; l++) lane[l] += x[i + l];
  }
  for (size_t l = 0; i + l < n; l++) lane[l] += x[i + l];
  return fold(lane);
}

LF_CLONES
double lf_lane_dot(size_t n, const double *x, const double *y) {
  double lane[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
#pragma omp simd
    for (size_t l = 0; l < LANES; l++) lane[l] += x[i + l] * y[i + l];
  }
  for (size_t l = 0; i + l < n; l++) lane[l] += x[i + l] * y[i + l];
  return fold(lane);
}

LF_CLONES
void lf_log_loss_block(size_t n, const double *restrict eta, const uint8_t *restrict won,
                       double *restrict loss) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double x = eta[i], y = won[i];
    double side = from_bits(bits_of(1.0) | (bits_of(x) & 0x8000000000000000u));
    double up = 0.5 + 0.5 * side;
    double e = exp_minus((int64_t)(bits_of(x) & 0x7fffffffffffffffu));
    loss[i] = (up * x - y * x) + log_one_plus(e);
  }
}

LF_CLONES
static void shifted(size_t n, const double *restrict eta, double shift, const uint8_t *restrict won,
                    const double *restrict w, double *restrict residual, double *restrict omega) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double x = eta[i] + shift, y = won[i];
    double side = from_bits(bits_of(1.0) | (bits_of(x) & 0x8000000000000000u));
    double e = exp_minus((int64_t)(bits_of(x) & 0x7fffffffffffffffu));
    double q = 1.0 / (1.0 + e), small = e * q;
    residual[i] = w[i] * ((y - (0.5 + 0.5 * side)) + side * small);
    omega[i] = w[i] * (small * q);
  }
}

void lf_shift_sums(size_t n, const double *eta, double shift, const uint8_t *won, const double *w, double *g,
                   double *h) {
  enum { BLOCK = 512 };
  double residual[BLOCK], omega[BLOCK];
  *g = *h = 0.0;
  for (size_t at = 0; at < n; at += BLOCK) {
    size_t m = at + BLOCK < n ? BLOCK : n - at;
    shifted(m, eta + at, shift, won + at, w + at, residual, omega);
    *g += lf_lane_sum(m, residual);
    *h += lf_lane_sum(m, omega);
  }
}
