/* What chance alone yields: permuted copies of the attributes through the same pipeline.
 *
 * Each copy is its attribute dealt anew within each fold, so that it keeps its values, their frequencies and
 * their drift in time and loses its tie to the outcome. Where accounts are known whole accounts are dealt:
 * each takes the values of another, row by row (in turn again where it has more rows), so that the copy is as
 * alike within an account as the attribute is; rows dealt one by one would make chance look smaller than it
 * is. Bands, weights, cross-fitting and test are those of the attributes. At most 20 copies. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"

enum { MOST_COPIES = 20 };

/* Units that are dealt within a fold: accounts, or rows. */
typedef struct deck {
  uint32_t *row; /* rows by unit */
  size_t *start; /* of each unit, and the end */
  size_t units;
  size_t *fold_start; /* first unit of each run of rows of one fold, and the end */
  size_t runs;
} deck;

static void deck_clear(deck *d) {
  free(d->row);
  free(d->start);
  free(d->fold_start);
}

static int by_account(const void *a, const void *b, void *context) {
  const uint32_t *cluster = context, i = *(const uint32_t *)a, j = *(const uint32_t *)b;
  if (cluster[i] != cluster[j]) return cluster[i] < cluster[j] ? -1 : 1;
  return i < j ? -1 : i > j;
}

/* Folds stand together. */
static lf_status deck_make(const lf_evidence_rows *r, deck *d, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *d->row, &d->row, err));
  LF_TRY(lf_alloc(r->n + 1, sizeof *d->start, &d->start, err));
  LF_TRY(lf_alloc(r->n_folds + 3, sizeof *d->fold_start, &d->fold_start, err));
  for (size_t i = 0; i < r->n; i++) d->row[i] = (uint32_t)i;
  for (size_t from = 0, to; from < r->n; from = to) {
    for (to = from + 1; to < r->n && r->fold[to] == r->fold[from];) to++;
    if (r->cluster) qsort_r(d->row + from, to - from, sizeof *d->row, by_account, r->cluster);
    d->fold_start[d->runs++] = d->units;
    for (size_t i = from; i < to; i++)
      if (i == from || !r->cluster || r->cluster[d->row[i]] != r->cluster[d->row[i - 1]])
        d->start[d->units++] = i;
  }
  d->start[d->units] = r->n;
  d->fold_start[d->runs] = d->units;
cleanup:
  return status;
}

/* Deals the codes within each fold (Fisher-Yates over its units). giver: scratch, [units]. */
static void deal(const deck *d, uint64_t stream, const uint16_t *code, size_t *giver, uint16_t *out) {
  for (size_t u = 0; u < d->units; u++) giver[u] = u;
  for (size_t run = 0; run < d->runs; run++)
    for (size_t from = d->fold_start[run], i = d->fold_start[run + 1]; i > from + 1; i--) {
      uint64_t at = i;
      size_t j = from + (size_t)(lf_hash_unit(lf_hash(&at, sizeof at, stream)) * (double)(i - from));
      size_t keep = giver[i - 1];
      giver[i - 1] = giver[j];
      giver[j] = keep;
    }
  for (size_t u = 0; u < d->units; u++) {
    size_t from = d->start[giver[u]], n = d->start[giver[u] + 1] - from;
    for (size_t i = d->start[u]; i < d->start[u + 1]; i++)
      out[d->row[i]] = code[d->row[from + (i - d->start[u]) % n]];
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
  deck d = {0};
  size_t *giver = NULL;
  lf_contributions *x = NULL;
  lf_model model = {0};
  lf_status status = LF_OK;
  size_t copies = 0;
  lf_progress(s->run, "evidence: noise floor", 0, 1);
  LF_TRY(lf_alloc(s->k, sizeof *codes, &codes, err));
  LF_TRY(lf_alloc(s->k, 1, &keep, err));
  LF_TRY(deck_make(r, &d, err));
  LF_TRY(lf_alloc(d.units, sizeof *giver, &giver, err));
  for (size_t t = 0; t < s->k; t++) {
    keep[t] = s->keep[t] && copies < MOST_COPIES;
    if (!keep[t]) continue;
    copies++;
    LF_TRY(lf_alloc(r->n, sizeof *codes[t], &codes[t], err));
    deal(&d, lf_hash_mix(lf_hash_mix(0x6e6f697365, s->options.seed), t), r->sample->code[t], giver, codes[t]);
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
  free(giver);
  deck_clear(&d);
  lf_contributions_free(x);
  lf_model_clear(&model);
  return status;
}
