/* Where a definition is not enough: leads that won below the threshold and leads that lost above it, by
 * pattern. */
#ifndef LF_JUDGE_EXCEPTIONS_H
#define LF_JUDGE_EXCEPTIONS_H

#include "base/status.h"

/* Rows that took no part in the fit. Not owned. */
typedef struct lf_exception_rows {
  size_t n;
  const int32_t *score;
  int threshold; /* rows with this score or more stand above it */
  const uint8_t *won;
  const double *expected;  /* in (0, 1): what rows of the same score win on average */
  const double *weight;    /* frequency weights, or NULL: 1 */
  const uint32_t *cluster; /* account of each row (0..n_clusters-1), or NULL */
  size_t n_clusters;
  size_t n_attributes;         /* those that matter most first */
  const uint16_t *const *code; /* band of each row, one column an attribute */
  const size_t *n_bands;
} lf_exception_rows;

enum { LF_EXCEPTION_PAIRS = 8 }; /* bands of so many attributes, the first, are also looked at two by two */

/* A band, or two bands of different attributes, on one side of the threshold. */
typedef struct lf_exception_pattern {
  size_t attribute[2], band[2]; /* attribute[1] is SIZE_MAX for a single band */
  double rows, won, expected;
  double z, p, q; /* of won against expected, two-sided; q over all patterns of both sides */
} lf_exception_pattern;

typedef struct lf_exception_side {
  double rows, won, expected;
  size_t n_patterns;
  lf_exception_pattern
      *patterns; /* below: more won than expected; above: fewer. The least likely by chance first */
} lf_exception_side;

typedef struct lf_exceptions {
  lf_exception_side below, above;
  size_t tested; /* patterns with enough rows, in either direction */
} lf_exceptions;

lf_status lf_exceptions_make(const lf_exception_rows *rows, lf_exceptions **exceptions, lf_error *err);
void lf_exceptions_free(lf_exceptions *exceptions);

#endif
