/* Coefficients between the user's scale and the working scale.
 *
 * Symbols: eta = b_0 + sum b_j x_j = beta_0 + sum beta_j z_j with z_j = (x_j - m_j) / s_j, so
 *   beta_j = s_j b_j,  beta_0 = b_0 + sum m_j b_j,  or beta = M b.
 * Then information H_b = M' H_beta M and covariance V_b = M^-1 V_beta M^-T. M differs from the identity in
 * its diagonal and first row only, so both are done in place. */
#include "fit/frame.h"

void lf_frame_to_working(const lf_frame *frame, const double *b, double *working) {
  memcpy(working, b, frame->n_coef * sizeof *b);
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    if (isnan(b[x->coef])) continue;
    working[x->coef] = b[x->coef] * x->scale;
    working[0] += b[x->coef] * x->shift;
  }
  for (size_t j = 0; j < frame->n_coef; j++)
    if (isnan(working[j])) working[j] = 0.0;
}

void lf_frame_to_user(const lf_frame *frame, const double *working, double *b) {
  memcpy(b, working, frame->n_coef * sizeof *b);
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    b[x->coef] = x->scale > 0.0 ? working[x->coef] / x->scale : 0.0;
    b[0] -= b[x->coef] * x->shift;
  }
}

void lf_frame_covariance_to_user(const lf_frame *frame, double *matrix) {
  size_t n = frame->n_coef;
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    double inverse = x->scale > 0.0 ? 1.0 / x->scale : 0.0;
    for (size_t k = 0; k < n; k++) matrix[x->coef * n + k] *= inverse;
    for (size_t k = 0; k < n; k++) matrix[k * n + x->coef] *= inverse;
  }
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    for (size_t k = 0; k < n; k++) matrix[k] -= x->shift * matrix[x->coef * n + k];
  }
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    for (size_t k = 0; k < n; k++) matrix[k * n] -= x->shift * matrix[k * n + x->coef];
  }
}

void lf_frame_information_to_user(const lf_frame *frame, double *matrix) {
  size_t n = frame->n_coef;
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    for (size_t k = 0; k < n; k++)
      matrix[x->coef * n + k] = x->scale * matrix[x->coef * n + k] + x->shift * matrix[k];
  }
  for (size_t i = 0; i < frame->n_numbers; i++) {
    const lf_frame_number *x = &frame->numbers[i];
    for (size_t k = 0; k < n; k++)
      matrix[k * n + x->coef] = x->scale * matrix[k * n + x->coef] + x->shift * matrix[k * n];
  }
}
