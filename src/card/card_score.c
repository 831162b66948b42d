/* Scoring rows: integer points are looked up and added, so the order of adding, the number of rows and of
 * threads never matter. Rows go through in blocks that stay in cache while the attributes are added one by
 * one. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "card/card.h"

enum { BLOCK_ROWS = 4096, CHUNK_ROWS = 1 << 15, MAX_CHUNKS = 256 };

typedef struct scoring {
  const lf_scorecard *card;
  const lf_codes *codes;
  lf_chunks chunks;
  int32_t **points; /* one table an attribute, by code */
  int32_t *score;
} scoring;

static void score_chunk(void *context, size_t chunk) {
  const scoring *job = context;
  size_t from, to;
  lf_chunk_rows(&job->chunks, chunk, &from, &to);
  for (size_t at = from; at < to; at += BLOCK_ROWS) {
    size_t end = at + BLOCK_ROWS < to ? at + BLOCK_ROWS : to;
    for (size_t i = at; i < end; i++) job->score[i] = job->card->base_points;
    for (size_t a = 0; a < job->codes->n; a++) {
      const uint16_t *codes = job->codes->columns[a];
      const int32_t *points = job->points[a];
      for (size_t i = at; i < end; i++) job->score[i] += points[codes[i]];
    }
  }
}

static lf_status make_points(scoring *job, lf_error *err) {
  const lf_attributes *attributes = job->card->attributes;
  lf_status status = lf_alloc(attributes->n, sizeof *job->points, &job->points, err);
  for (size_t a = 0; status == LF_OK && a < attributes->n; a++) {
    status = lf_alloc(attributes->items[a].n_bands, sizeof **job->points, &job->points[a], err);
    for (size_t b = 0; status == LF_OK && b < attributes->items[a].n_bands; b++)
      job->points[a][b] = job->card->bands[a][b].points;
  }
  return status;
}

lf_status lf_scorecard_score(const lf_scorecard *card, const lf_codes *codes, const lf_run *run,
                             int32_t *score, lf_error *err) {
  lf_status status = LF_OK;
  scoring job = {.card = card, .codes = codes, .score = score};
  if (codes->n != card->attributes->n)
    return lf_fail(err, LF_E_USAGE, "rows coded by %zu attributes cannot be scored by a card of %zu",
                   codes->n, card->attributes->n);
  job.chunks = lf_cut(codes->n_rows, CHUNK_ROWS, MAX_CHUNKS);
  LF_TRY(make_points(&job, err));
  lf_parallel_for(run, job.chunks.count, score_chunk, &job);
  LF_TRY(lf_check_interrupt(run, err));
cleanup:
  for (size_t a = 0; job.points && a < card->attributes->n; a++) free(job.points[a]);
  free(job.points);
  return status;
}

lf_status lf_points_scale(double pdo, double points, double odds, double *factor, double *offset,
                          lf_error *err) {
  if (!(pdo > 0 && isfinite(pdo)))
    return lf_fail(err, LF_E_USAGE, "points to double the odds must be above 0");
  if (!(odds > 0 && isfinite(odds) && isfinite(points)))
    return lf_fail(err, LF_E_USAGE, "the odds that points stand for must be above 0");
  *factor = pdo / log(2);
  *offset = points - *factor * log(odds);
  return LF_OK;
}
