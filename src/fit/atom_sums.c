/* Rows go by in blocks that stay in the first-level cache, and each kept attribute adds the block's four
 * figures to the cell of its atom in one step. One thread sums a chunk; chunks are added in their order. */
#include "fit/atom_sums.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "fit/frame.h"
#include "fit/logistic.h"
#include "fit/pass.h"

enum { CHUNK_ROWS = 1 << 13, MAX_CHUNKS = 16, MOST_CELLS = 1 << 22 };

typedef struct summing {
  const lf_sample *sample;
  const uint8_t *keep;
  const double *weight;
  lf_chunks chunks;
  size_t n_cells;
  lf_atom_sums *sums;
  lf_atom_cell *parts; /* [chunks][n_cells] */
} summing;

void lf_atom_sums_free(lf_atom_sums *sums) {
  if (!sums) return;
  free(sums->first);
  free(sums->cell);
  free(sums);
}

static lf_status sums_new(const lf_atoms *atoms, const uint8_t *keep, lf_atom_sums **out, lf_error *err) {
  lf_atom_sums *s = NULL;
  lf_status status = lf_alloc(1, sizeof *s, &s, err);
  if (status != LF_OK) return status;
  LF_TRY(lf_alloc(atoms->n + 1, sizeof *s->first, &s->first, err));
  for (size_t t = 0; t < atoms->n; t++) s->first[t + 1] = s->first[t] + (keep[t] ? atoms->items[t].n + 2 : 0);
  LF_TRY(lf_alloc(s->first[atoms->n], sizeof *s->cell, &s->cell, err));
  *out = s;
  s = NULL;
cleanup:
  lf_atom_sums_free(s);
  return status;
}

LF_CLONES
static void add_rows(size_t n, const uint16_t *code, const lf_atom_cell *rows, lf_atom_cell *cells) {
  for (size_t i = 0; i < n; i++) {
    double *restrict to = (double *)(cells + code[i]);
    const double *restrict from = (const double *)(rows + i);
#pragma omp simd
    for (size_t k = 0; k < 4; k++) to[k] += from[k];
  }
}

static void add_block(const summing *s, size_t chunk, size_t from, size_t n, const lf_atom_cell *rows) {
  lf_atom_cell *cells = s->parts + chunk * s->n_cells;
  for (size_t t = 0; t < s->sample->n_sets; t++)
    if (s->keep[t]) add_rows(n, s->sample->code[t] + from, rows, cells + s->sums->first[t]);
}

static void count_chunk(void *context, size_t chunk) {
  const summing *s = context;
  lf_atom_cell rows[LF_BLOCK_ROWS];
  size_t from, to;
  lf_chunk_rows(&s->chunks, chunk, &from, &to);
  for (size_t at = from; at < to; at += LF_BLOCK_ROWS) {
    size_t n = at + LF_BLOCK_ROWS < to ? LF_BLOCK_ROWS : to - at;
    double any = 0;
    for (size_t i = 0; i < n; i++) {
      double w = s->weight[at + i];
      rows[i] = (lf_atom_cell){w, s->sample->won[at + i] ? w : 0, 0, 0};
      any += w;
    }
    if (any > 0) add_block(s, chunk, at, n, rows); /* judged rows stand together */
  }
}

static void score_block(void *context, const lf_block_view *view) {
  const summing *s = context;
  lf_atom_cell rows[LF_BLOCK_ROWS];
  double any = 0;
  for (size_t i = 0; i < view->n; i++) {
    double w = view->weight[i];
    rows[i] = (lf_atom_cell){w, view->y[i] * w, view->residual[i], view->omega[i]};
    any += w;
  }
  if (any > 0) add_block(s, view->chunk, view->from, view->n, rows);
}

/* Sums of all chunks, in their order, and where each goes. */
static lf_status start(summing *s, const lf_atoms *atoms, lf_error *err) {
  lf_status status = sums_new(atoms, s->keep, &s->sums, err);
  if (status != LF_OK) return status;
  s->n_cells = s->sums->first[atoms->n];
  return lf_alloc(s->chunks.count * s->n_cells, sizeof *s->parts, &s->parts, err);
}

static void finish(summing *s, lf_atom_sums **sums) {
  for (size_t c = 0; c < s->chunks.count; c++)
    for (size_t k = 0; k < s->n_cells; k++) {
      const lf_atom_cell *part = &s->parts[c * s->n_cells + k];
      lf_atom_cell *cell = &s->sums->cell[k];
      cell->rows += part->rows;
      cell->won += part->won;
      cell->g += part->g;
      cell->h += part->h;
    }
  *sums = s->sums;
  s->sums = NULL;
}

static size_t most_chunks(const lf_atoms *atoms, const uint8_t *keep) {
  size_t cells = 1;
  for (size_t t = 0; t < atoms->n; t++) cells += keep[t] ? atoms->items[t].n + 2 : 0;
  size_t most = MOST_CELLS / cells;
  return most < 1 ? 1 : most > MAX_CHUNKS ? MAX_CHUNKS : most;
}

lf_status lf_atom_sums_count(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                             const double *weight, const lf_run *run, lf_atom_sums **sums, lf_error *err) {
  summing s = {.sample = sample,
               .keep = keep,
               .weight = weight,
               .chunks = lf_cut(sample->n, CHUNK_ROWS, most_chunks(atoms, keep))};
  lf_status status = start(&s, atoms, err);
  if (status == LF_OK) {
    lf_parallel_for(run, s.chunks.count, count_chunk, &s);
    finish(&s, sums);
  }
  free(s.parts);
  lf_atom_sums_free(s.sums);
  return status;
}

lf_status lf_atom_sums_score(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                             const lf_banded *banded, const double *b, const lf_run *run, lf_atom_sums **sums,
                             lf_error *err) {
  summing s = {.sample = sample, .keep = keep, .chunks = banded->frame->chunks};
  lf_status status = start(&s, atoms, err);
  if (status == LF_OK) status = lf_visit_blocks(banded->frame, b, NULL, run, score_block, &s, err);
  if (status == LF_OK) finish(&s, sums);
  free(s.parts);
  lf_atom_sums_free(s.sums);
  return status;
}
