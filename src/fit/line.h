/* Logistic regression of won on one number: the line that turns a score into log-odds. */
#ifndef LF_FIT_LINE_H
#define LF_FIT_LINE_H

#include "fit/fit.h"

/* n rows; weight NULL: all 1. Not owned. */
typedef struct lf_line_rows {
  size_t n;
  const double *x;
  const uint8_t *won;
  const double *weight;
} lf_line_rows;

typedef struct lf_line {
  double intercept, slope;
} lf_line;

/* Slope 0 where x does not vary or all rows have one outcome. */
lf_status lf_line_fit(const lf_line_rows *rows, const lf_run *run, lf_line *line, lf_error *err);
/* Mean log loss of the rows under a line. */
double lf_line_loss(const lf_line_rows *rows, const lf_line *line);

#endif
