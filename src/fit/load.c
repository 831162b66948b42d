#include "fit/load.h"

#include "fit/logistic.h"
#include "fit/predictor.h"

LF_CLONES
static void rescale(size_t n, double shift, double inverse, double *restrict z) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double v = (z[i] - shift) * inverse;
    z[i] = v - v == 0.0 ? v : 0.0; /* false for NaN and infinities */
  }
}

/* Decimals in one go: they are what most numbers are. */
LF_CLONES
static void load_decimals(size_t n, const int32_t *restrict cells, double unit, double shift, double inverse,
                          double *restrict z) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    double v = ((double)cells[i] / unit - shift) * inverse;
    z[i] = cells[i] == INT32_MIN ? 0.0 : v;
  }
}

static void load_levels(size_t n, uint8_t width, const void *cells, size_t from, const double *restrict level,
                        double *restrict z) {
  uint32_t code[LF_BLOCK_ROWS];
  lf_widen(n, width, cells, from, code);
  for (size_t i = 0; i < n; i++) z[i] = level[code[i]];
}

static double unit_of(const lf_column *column) {
  double unit = 1.0;
  for (int i = 0; i < column->scale; i++) unit *= 10.0;
  return unit;
}

void lf_load_numbers(const lf_frame *frame, size_t from, size_t n, size_t stride, double *z) {
  for (size_t k = 0; k < frame->n_numbers; k++) {
    const lf_frame_number *x = &frame->numbers[k];
    const lf_column *column = x->column;
    double inverse = x->scale > 0.0 ? 1.0 / x->scale : 0.0, *out = z + k * stride;
    if (column->store == LF_STORE_DECIMALS) {
      const int32_t *cells = column->cells;
      load_decimals(n, cells + from, unit_of(column), x->shift, inverse, out);
    } else if (x->level) {
      load_levels(n, column->width, column->cells, from, x->level, out);
    } else {
      lf_column_numbers(column, from, from + n, out);
      rescale(n, x->shift, inverse, out);
    }
  }
}

void lf_load_picked(const lf_frame *frame, size_t k, size_t n, const uint32_t *row, double *z) {
  const lf_frame_number *x = &frame->numbers[k];
  const lf_column *column = x->column;
  double inverse = x->scale > 0.0 ? 1.0 / x->scale : 0.0;
  if (x->level) {
    for (size_t i = 0; i < n; i++) z[i] = x->level[lf_column_code(column, row[i])];
    return;
  }
  if (column->store == LF_STORE_DECIMALS) {
    const int32_t *cells = column->cells;
    double unit = unit_of(column);
    for (size_t i = 0; i < n; i++) z[i] = (double)cells[row[i]] / unit;
  } else {
    for (size_t i = 0; i < n; i++) z[i] = lf_column_number(column, row[i]);
  }
  rescale(n, x->shift, inverse, z);
}

void lf_load_joint(const lf_frame *frame, size_t g, size_t n, const uint32_t *row, uint32_t *joint) {
  const lf_frame_group *group = &frame->groups[g];
  switch (group->width) {
  case 1:
    for (size_t i = 0; i < n; i++) joint[i] = ((const uint8_t *)group->codes)[row[i]];
    break;
  case 2:
    for (size_t i = 0; i < n; i++) joint[i] = ((const uint16_t *)group->codes)[row[i]];
    break;
  default:
    for (size_t i = 0; i < n; i++) joint[i] = ((const uint32_t *)group->codes)[row[i]];
    break;
  }
}

LF_CLONES
static void copy_outcome(const lf_design *design, size_t from, size_t n, double *restrict y,
                         double *restrict w) {
  if (design->share) {
    memcpy(y, design->share + from, n * sizeof *y);
  } else {
    const uint8_t *won = design->won + from;
#pragma omp simd
    for (size_t i = 0; i < n; i++) y[i] = won[i];
  }
  if (design->weight) {
    memcpy(w, design->weight + from, n * sizeof *w);
  } else {
#pragma omp simd
    for (size_t i = 0; i < n; i++) w[i] = 1.0;
  }
}

void lf_load_outcome(const lf_design *design, size_t from, size_t n, double *y, double *w) {
  copy_outcome(design, from, n, y, w);
  if (!design->weight) return;
  for (size_t i = 0; i < n; i++)
    if (w[i] == 0.0) y[i] = 0.0;
}
