/* What chance alone yields: permuted copies of the attributes through the same pipeline.
 *
 * Each copy is its attribute with the rows shuffled within each fold, so that it keeps its values, their
 * frequencies and their drift in time and loses its tie to the outcome. Bands, weights, cross-fitting and
 * test are those of the attributes. At most 20 copies. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"

enum { MOST_COPIES = 20 };

/* Shuffles codes within each run of rows of one fold (Fisher-Yates); folds stand together. */
static void shuffle(const lf_evidence_rows *r, uint64_t stream, uint16_t *code) {
  for (size_t from = 0; from < r->n;) {
    size_t to = from + 1;
    while (to < r->n && r->fold[to] == r->fold[from] && to != r->n_train) to++;
    for (size_t i = to - from; i > 1; i--) {
      uint64_t at = from + i;
      size_t j = from + (size_t)(lf_hash_unit(lf_hash(&at, sizeof at, stream)) * (double)i);
      uint16_t keep = code[from + i - 1];
      code[from + i - 1] = code[j];
      code[j] = keep;
    }
    from = to;
  }
}

static void floor_of(const lf_study *s, const lf_model *m, lf_noise_floor *noise) {
  noise->smallest_p = 1;
  for (size_t t = 0; t < s->k; t++) {
    if (!s->keep[t]) continue;
    lf_effect e = lf_model_effect(m, t);
    size_t j = lf_model_column(m, t);
    double own = m->fit->inverse[j * m->fit->m + j], b = m->fit->b[j];
    noise->copies++;
    noise->smallest_p = fmin(noise->smallest_p, e.p);
    noise->below_5_percent += e.p < 0.05;
    if (b > 0 && own > 0 && m->scale[t] > 0)
      noise->loss_increase = fmax(noise->loss_increase, b * b / own / 2 / m->fit->rows);
  }
}

lf_status lf_study_noise(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_evidence_rows rows = *r;
  lf_sample sample = *r->sample;
  lf_study view = *s;
  uint16_t **codes = NULL;
  uint8_t *keep = NULL;
  lf_contributions *x = NULL;
  lf_model model = {0};
  lf_status status = LF_OK;
  size_t copies = 0;
  lf_progress(s->run, "evidence: noise floor", 0, 1);
  LF_TRY(lf_alloc(s->k, sizeof *codes, &codes, err));
  LF_TRY(lf_alloc(s->k, 1, &keep, err));
  for (size_t t = 0; t < s->k; t++) {
    keep[t] = s->keep[t] && copies < MOST_COPIES;
    if (!keep[t]) continue;
    copies++;
    LF_TRY(lf_alloc(r->n, sizeof *codes[t], &codes[t], err));
    memcpy(codes[t], r->sample->code[t], r->n * sizeof *codes[t]);
    shuffle(r, lf_hash_mix(lf_hash_mix(0x6e6f697365, s->options.seed), t), codes[t]);
  }
  if (!copies) goto cleanup;
  sample.code = (const uint16_t **)codes;
  rows.sample = &sample;
  view.rows = &rows;
  view.keep = keep;
  view.how.keep = keep;
  LF_TRY(lf_win_contributions(&rows, s->atoms, &view.how, s->run, &x, err));
  LF_TRY(lf_model_fit(&view, LF_FAMILY_BINOMIAL, x, r->y, s->win_weight, r->first, r->n, true, &model, err));
  s->out->has_noise = true;
  floor_of(&view, &model, &s->out->noise);
cleanup:
  for (size_t t = 0; codes && t < s->k; t++) free(codes[t]);
  free(codes);
  free(keep);
  lf_contributions_free(x);
  lf_model_clear(&model);
  return status;
}
