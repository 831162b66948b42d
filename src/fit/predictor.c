#include "fit/predictor.h"

#include <stdlib.h>

#include "base/memory.h"
#include "fit/logistic.h"

LF_CLONES
void lf_widen(size_t n, uint8_t width, const void *codes, size_t from, uint32_t *restrict out) {
  if (width == 1) {
    const uint8_t *c = (const uint8_t *)codes + from;
#pragma omp simd
    for (size_t i = 0; i < n; i++) out[i] = c[i];
  } else if (width == 2) {
    const uint16_t *c = (const uint16_t *)codes + from;
#pragma omp simd
    for (size_t i = 0; i < n; i++) out[i] = c[i];
  } else {
    memcpy(out, (const uint32_t *)codes + from, n * sizeof *out);
  }
}

/* z = (x - shift) / scale, 0 where there is no value (such rows have weight 0). */
void lf_add_looked_up(size_t n, const double *table, const uint32_t *joint, double *eta) {
  for (size_t i = 0; i < n; i++) eta[i] += table[joint[i]];
}

void lf_predictor_clear(lf_predictor *p) {
  free(p->table);
  free(p->start);
}

lf_status lf_predictor_make(const lf_frame *frame, const double *working, lf_predictor *p, lf_error *err) {
  lf_status status = LF_OK;
  size_t total = 0;
  for (size_t g = 0; g < frame->n_groups; g++) total += frame->groups[g].n_codes;
  LF_TRY(lf_alloc(total, sizeof *p->table, &p->table, err));
  LF_TRY(lf_alloc(frame->n_groups, sizeof *p->start, &p->start, err));
  p->intercept = working[0];
  size_t at = 0;
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    p->start[g] = at;
    for (size_t t = 0; t < group->n_terms; t++) {
      const int32_t *coef = group->coef + t * group->n_codes;
      for (size_t c = 0; c < group->n_codes; c++) p->table[at + c] += coef[c] < 0 ? 0.0 : working[coef[c]];
    }
    at += group->n_codes;
  }
cleanup:
  return status;
}

lf_status lf_frame_predict(const lf_frame *frame, const double *b, size_t from, size_t to, double *eta,
                           lf_error *err) {
  lf_predictor p = {0};
  uint32_t joint[LF_BLOCK_ROWS];
  lf_status status = lf_predictor_make(frame, b, &p, err);
  for (size_t at = from; status == LF_OK && at < to; at += LF_BLOCK_ROWS) {
    size_t n = at + LF_BLOCK_ROWS < to ? LF_BLOCK_ROWS : to - at;
    double *out = eta + (at - from);
    for (size_t i = 0; i < n; i++) out[i] = p.intercept;
    for (size_t g = 0; g < frame->n_groups; g++) {
      lf_widen(n, frame->groups[g].width, frame->groups[g].codes, at, joint);
      lf_add_looked_up(n, p.table + p.start[g], joint, out);
    }
  }
  lf_predictor_clear(&p);
  return status;
}
