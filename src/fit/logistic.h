/* The logistic function over a block of rows. */
#ifndef LF_FIT_LOGISTIC_H
#define LF_FIT_LOGISTIC_H

#include <stddef.h>

/* Hot loops are compiled once more for AVX2; without FMA, so that every machine computes the same bits. Sanitizers start
 * too late for the resolver that picks the clone. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LF_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define LF_CLONES
#endif

/* For rows i < n with linear predictor eta, outcome y in [0,1] and weight w:
 *   residual = w (y - mu),  omega = w mu (1 - mu),  loss = w (log(1 + exp(eta)) - y eta). */
void lf_logistic_block(size_t n, const double *eta, const double *y, const double *w, double *residual, double *omega,
                       double *loss);

/* Sum of x[0..n) and of x[i] y[i] in interleaved parts: the same bits whatever the vector width. */
double lf_lane_sum(size_t n, const double *x);
double lf_lane_dot(size_t n, const double *x, const double *y);

#endif
