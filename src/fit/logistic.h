/* The logistic function over a block of rows. */
#ifndef LF_FIT_LOGISTIC_H
#define LF_FIT_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

/* Hot loops are compiled once more for AVX2; without FMA, so that every machine computes the same bits.
 * Sanitizers start too late for the resolver that picks the clone, and who counts the branches that tests
 * run wants each of them once (LF_ONE_CLONE). */
#if !defined(LF_ONE_CLONE) && defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LF_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define LF_CLONES
#endif

/* For rows i < n with linear predictor eta, outcome y in [0,1] and weight w:
 *   residual = w (y - mu),  omega = w mu (1 - mu),  loss = w (log(1 + exp(eta)) - y eta). */
void lf_logistic_block(size_t n, const double *eta, const double *y, const double *w, double *residual,
                       double *omega, double *loss);

/* residual = y - mu alone. */
void lf_residual_block(size_t n, const double *eta, const double *y, double *residual);

/* loss = log(1 + exp(eta)) - y eta of rows won (y = 1) or not. */
void lf_log_loss_block(size_t n, const double *eta, const uint8_t *won, double *loss);

/* Sums of w (y - mu) and w mu (1 - mu) at eta + shift. */
void lf_shift_sums(size_t n, const double *eta, double shift, const uint8_t *won, const double *w, double *g,
                   double *h);

/* Sum of x[0..n) and of x[i] y[i] in interleaved parts: the same bits whatever the vector width. */
double lf_lane_sum(size_t n, const double *x);
double lf_lane_dot(size_t n, const double *x, const double *y);

#endif
