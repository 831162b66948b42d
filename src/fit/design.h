/* The design of a logistic regression in which categories and bands are never expanded.
 *
 * Symbols: row i has outcome y_i in {0,1} (or a share in [0,1] for grouped data), weight w_i, offset o_i,
 * linear predictor eta_i = o_i + b_0 + sum over terms t of  x_ti * b_{c(t)}  (number)  or  b_{c(t, code_ti)}
 * (codes; 0 at the baseline). */
#ifndef LF_FIT_DESIGN_H
#define LF_FIT_DESIGN_H

#include "ingest/ingest.h"

typedef enum lf_term_type { LF_TERM_NUMBER = 0, LF_TERM_CODES } lf_term_type;

/* One attribute in the design. Points into the caller's data. */
typedef struct lf_term {
  const char *name;
  lf_term_type type;
  const lf_column *column; /* NUMBER; or CODES where codes is NULL: the coded column itself */
  const uint16_t *codes;   /* CODES: one code a row, or NULL */
  uint32_t n_codes;        /* codes are 0..n_codes-1 */
  const int32_t *coef;     /* CODES: coefficient index of each code, -1: none (baseline) */
  int32_t first;           /* NUMBER: its coefficient; CODES: its first */
  uint32_t n_coef;         /* coefficients of the term */
} lf_term;

typedef struct lf_design {
  size_t n_rows;
  size_t n_terms;
  const lf_term *terms;
  size_t n_coef;        /* intercept (index 0) included */
  const uint8_t *won;   /* y, or NULL where share is given */
  const double *share;  /* y as a share, for grouped data; else NULL */
  const double *weight; /* w, NULL: all 1; 0 leaves a row out */
  const double *offset; /* o, NULL: 0 */
} lf_design;

/* eta of every row for coefficients b[n_coef], into eta[n_rows]. */
void lf_design_predict(const lf_design *design, const double *b, const lf_run *run, double *eta);

#endif
