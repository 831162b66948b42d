#include "fit/spread.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fit/load.h"
#include "fit/predictor.h"

/* Sums of the rows of each fold, and last of those in none: weights, and of each column z and z^2. */
typedef struct sums {
  const lf_frame *frame;
  const uint8_t *fold;
  size_t n_folds;
  double *weight;         /* [n_folds + 1] */
  double *first, *second; /* [n_folds + 1][n_coef] */
} sums;

/* A block of rows: the set of each and its weight. */
typedef struct rows {
  size_t from, n;
  size_t set[LF_BLOCK_ROWS];
  double y[LF_BLOCK_ROWS], w[LF_BLOCK_ROWS];
} rows;

static void add_numbers(sums *s, const rows *r, const double *z) {
  for (size_t k = 0; k < s->frame->n_numbers; k++) {
    double *first = s->first + s->frame->numbers[k].coef, *second = s->second + s->frame->numbers[k].coef;
    for (size_t i = 0; i < r->n; i++) {
      double v = z[k * LF_BLOCK_ROWS + i];
      first[r->set[i] * s->frame->n_coef] += r->w[i] * v;
      second[r->set[i] * s->frame->n_coef] += r->w[i] * v * v;
    }
  }
}

static void add_codes(sums *s, const rows *r) {
  uint32_t joint[LF_BLOCK_ROWS];
  for (size_t g = 0; g < s->frame->n_groups; g++) {
    const lf_frame_group *group = &s->frame->groups[g];
    lf_widen(r->n, group->width, group->codes, r->from, joint);
    for (size_t t = 0; t < group->n_terms; t++) {
      const int32_t *coef = group->coef + t * group->n_codes;
      for (size_t i = 0; i < r->n; i++) {
        if (coef[joint[i]] < 0) continue;
        size_t at = r->set[i] * s->frame->n_coef + (size_t)coef[joint[i]];
        s->first[at] += r->w[i];
        s->second[at] += r->w[i];
      }
    }
  }
}

static lf_status sum_rows(sums *s, lf_error *err) {
  const lf_frame *frame = s->frame;
  double *z = NULL;
  rows r;
  lf_status status = lf_alloc(frame->n_numbers * LF_BLOCK_ROWS, sizeof *z, &z, err);
  if (status != LF_OK) return status;
  for (r.from = 0; r.from < frame->n_rows; r.from += r.n) {
    r.n = r.from + LF_BLOCK_ROWS < frame->n_rows ? LF_BLOCK_ROWS : frame->n_rows - r.from;
    lf_load_numbers(frame, r.from, r.n, LF_BLOCK_ROWS, z);
    lf_load_outcome(frame->design, r.from, r.n, r.y, r.w);
    for (size_t i = 0; i < r.n; i++) {
      size_t fold = s->n_folds ? s->fold[r.from + i] : 0;
      r.set[i] = fold < s->n_folds ? fold : s->n_folds;
      s->weight[r.set[i]] += r.w[i];
    }
    add_numbers(s, &r, z);
    add_codes(s, &r);
  }
  free(z);
  return LF_OK;
}

/* Of column j outside fold l; l = n_folds: everywhere. */
static double spread(const sums *s, size_t l, size_t j) {
  double weight = 0.0, first = 0.0, second = 0.0;
  for (size_t f = 0; f <= s->n_folds; f++) {
    if (f == l && l < s->n_folds) continue;
    weight += s->weight[f];
    first += s->first[f * s->frame->n_coef + j];
    second += s->second[f * s->frame->n_coef + j];
  }
  double mean = weight > 0.0 ? first / weight : 0.0;
  double variance = weight > 0.0 ? second / weight - mean * mean : 0.0;
  return variance > 0.0 ? sqrt(variance) : 0.0;
}

lf_status lf_column_spread(const lf_frame *frame, const uint8_t *fold, size_t n_folds, double *sd,
                           lf_error *err) {
  lf_status status = LF_OK;
  size_t n = frame->n_coef;
  sums s = {.frame = frame, .fold = fold, .n_folds = n_folds};
  LF_TRY(lf_alloc(n_folds + 1, sizeof *s.weight, &s.weight, err));
  LF_TRY(lf_alloc((n_folds + 1) * n, sizeof *s.first, &s.first, err));
  LF_TRY(lf_alloc((n_folds + 1) * n, sizeof *s.second, &s.second, err));
  LF_TRY(sum_rows(&s, err));
  for (size_t l = 0; l <= n_folds; l++)
    for (size_t j = 0; j < n; j++) sd[l * n + j] = j ? spread(&s, l, j) : 0.0;
cleanup:
  free(s.weight);
  free(s.first);
  free(s.second);
  return status;
}
