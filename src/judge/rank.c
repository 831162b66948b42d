/* Rows into blocks of tied scores. See rank.h for what comes out.
 *
 * Two ways to the same blocks. Integer scores of a small range (points) are counted: one pass, per chunk of
 * rows into the chunk's own cells, cells added in chunk order. All other scores are sorted (base/sort.h) and
 * one pass over the sorted rows makes the blocks. Sums within a block run in row order in both, by chunk in
 * the first. */
#include "judge/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "base/sort.h"

enum { MAX_RANGE = 4096, CHUNK_ROWS = 1 << 15, MAX_CHUNKS = 16 };

/* What is summed over the rows of one score. */
typedef struct cell {
  double won, lost, amount, expected;
  double probability; /* of the first row; NaN once another row differs */
} cell;

/* Without a branch on the outcome, which no processor can foresee. */
static inline void add_row(cell *c, const lf_judge_rows *rows, size_t i) {
  double w = rows->weight ? rows->weight[i] : 1, won = rows->won[i] ? w : 0;
  bool first = c->won + c->lost == 0;
  c->won += won;
  c->lost += w - won;
  if (rows->amount) c->amount += isnan(rows->amount[i]) ? 0 : won * rows->amount[i];
  if (!rows->probability) return;
  double p = rows->probability[i];
  c->expected += w * p;
  c->probability = first || c->probability == p ? p : NAN;
}

static void add_cell(cell *to, const cell *from) {
  if (from->won == 0 && from->lost == 0) return;
  if (to->won == 0 && to->lost == 0)
    to->probability = from->probability;
  else if (to->probability != from->probability)
    to->probability = NAN;
  to->won += from->won;
  to->lost += from->lost;
  to->amount += from->amount;
  to->expected += from->expected;
}

void lf_rank_free(lf_rank *rank) {
  if (!rank) return;
  free(rank->score);
  free(rank->won);
  free(rank->lost);
  free(rank->amount);
  free(rank->expected);
  free(rank->probability);
  free(rank->order);
  free(rank->block_start);
  free(rank->block_of);
  free(rank);
}

static lf_status alloc_blocks(lf_rank *rank, const lf_judge_rows *rows, size_t blocks, lf_error *err) {
  lf_status status = LF_OK;
  rank->n_blocks = blocks;
  LF_TRY(lf_alloc(blocks, sizeof(double), &rank->score, err));
  LF_TRY(lf_alloc(blocks, sizeof(double), &rank->won, err));
  LF_TRY(lf_alloc(blocks, sizeof(double), &rank->lost, err));
  if (rows->amount) LF_TRY(lf_alloc(blocks, sizeof(double), &rank->amount, err));
  if (rows->probability) {
    LF_TRY(lf_alloc(blocks, sizeof(double), &rank->expected, err));
    LF_TRY(lf_alloc(blocks, sizeof(double), &rank->probability, err));
  }
cleanup:
  return status;
}

static void store_block(lf_rank *rank, size_t block, double score, const cell *c) {
  rank->score[block] = score;
  rank->won[block] = c->won;
  rank->lost[block] = c->lost;
  if (rank->amount) rank->amount[block] = c->amount;
  if (rank->expected) {
    rank->expected[block] = c->expected;
    rank->probability[block] = c->probability;
  }
}

/* ---- integer scores: counting ------------------------------------------------------------------- */

typedef struct span {
  double low, high;
  bool integer;
} span;

typedef struct counting {
  lf_chunks chunks;
  const lf_judge_rows *rows;
  const double *score;
  span *spans; /* one a chunk */
  cell *cells; /* range cells a chunk */
  size_t range;
  double lowest;
} counting;

static void find_span(void *context, size_t chunk) {
  counting *c = context;
  size_t from, to;
  lf_chunk_rows(&c->chunks, chunk, &from, &to);
  span s = {INFINITY, -INFINITY, true};
  const double *w = c->rows->weight;
  for (size_t i = from; i < to; i++) {
    double x = c->score[i];
    if (w && !(w[i] > 0)) continue;
    if (!(fabs(x) < 1e9) || x != (double)(int32_t)x) {
      s.integer = false;
      break;
    }
    if (x < s.low) s.low = x;
    if (x > s.high) s.high = x;
  }
  c->spans[chunk] = s;
}

static void count_rows(void *context, size_t chunk) {
  counting *c = context;
  size_t from, to;
  lf_chunk_rows(&c->chunks, chunk, &from, &to);
  cell *cells = c->cells + chunk * c->range;
  const double *w = c->rows->weight;
  for (size_t i = from; i < to; i++)
    if (!w || w[i] > 0) add_row(&cells[(size_t)(c->score[i] - c->lowest)], c->rows, i);
}

/* True where all scores that count are integers of a small range, which is then known. */
static bool countable(counting *c, const lf_run *run) {
  lf_parallel_for(run, c->chunks.count, find_span, c);
  span all = {INFINITY, -INFINITY, true};
  for (size_t k = 0; k < c->chunks.count; k++) {
    if (!c->spans[k].integer) return false;
    if (c->spans[k].low < all.low) all.low = c->spans[k].low;
    if (c->spans[k].high > all.high) all.high = c->spans[k].high;
  }
  if (!(all.low <= all.high) || all.high - all.low >= MAX_RANGE) return false;
  c->lowest = all.low;
  c->range = (size_t)(all.high - all.low) + 1;
  return true;
}

static lf_status blocks_by_counting(counting *c, const lf_run *run, lf_rank *rank, lf_error *err) {
  lf_status status = LF_OK;
  size_t blocks = 0;
  LF_TRY(lf_alloc(c->range * c->chunks.count, sizeof *c->cells, &c->cells, err));
  lf_parallel_for(run, c->chunks.count, count_rows, c);
  for (size_t k = 1; k < c->chunks.count; k++)
    for (size_t v = 0; v < c->range; v++) add_cell(&c->cells[v], &c->cells[k * c->range + v]);
  for (size_t v = 0; v < c->range; v++) blocks += c->cells[v].won > 0 || c->cells[v].lost > 0;
  LF_TRY(alloc_blocks(rank, c->rows, blocks, err));
  LF_TRY(lf_alloc(c->range, sizeof *rank->block_of, &rank->block_of, err));
  rank->lowest = c->lowest;
  blocks = 0;
  for (size_t v = 0; v < c->range; v++) {
    if (!(c->cells[v].won > 0) && !(c->cells[v].lost > 0)) continue;
    rank->block_of[v] = (uint32_t)blocks;
    store_block(rank, blocks++, c->lowest + (double)v, &c->cells[v]);
  }
cleanup:
  return status;
}

/* ---- all other scores: sorting ------------------------------------------------------------------- */

/* Sorted rows to blocks, a chunk of places at a time; a block belongs to the chunk in which it starts. */
typedef struct sorting {
  lf_chunks chunks;
  const lf_judge_rows *rows;
  const double *score;
  const uint64_t *words;
  size_t n;       /* places */
  size_t *blocks; /* of each chunk; then the first block of it */
  lf_rank *rank;
} sorting;

static size_t row_at(const sorting *s, size_t place) {
  return (size_t)(s->words[place] & UINT32_MAX);
}

/* High halves of words that differ are of scores that differ; equal ones say nothing, so only then the scores
 * are fetched. */
static bool starts_block(const sorting *s, size_t place) {
  return place == 0 || (s->words[place] ^ s->words[place - 1]) >> 32 ||
         s->score[row_at(s, place)] != s->score[row_at(s, place - 1)];
}

/* What a row some places on will need: rows in order of score lie all over memory. */
static void fetch_ahead(const sorting *s, size_t place) {
  enum { AHEAD = 24 };
  if (place + AHEAD >= s->n) return;
  size_t row = row_at(s, place + AHEAD);
  __builtin_prefetch(&s->score[row]);
  __builtin_prefetch(&s->rows->won[row]);
  if (s->rows->probability) __builtin_prefetch(&s->rows->probability[row]);
  if (s->rows->weight) __builtin_prefetch(&s->rows->weight[row]);
  if (s->rows->amount) __builtin_prefetch(&s->rows->amount[row]);
}

static void count_blocks(void *context, size_t chunk) {
  sorting *s = context;
  size_t from, to, blocks = 0;
  lf_chunk_rows(&s->chunks, chunk, &from, &to);
  for (size_t k = from; k < to; k++) {
    blocks += starts_block(s, k);
    s->rank->order[k] = (uint32_t)row_at(s, k);
  }
  s->blocks[chunk] = blocks;
}

static void fill_blocks(void *context, size_t chunk) {
  const sorting *s = context;
  size_t from, to, block = s->blocks[chunk];
  lf_chunk_rows(&s->chunks, chunk, &from, &to);
  while (from < to && !starts_block(s, from)) from++;
  for (size_t k = from; k < to;) {
    cell c = {0};
    size_t first = k;
    do {
      fetch_ahead(s, k);
      add_row(&c, s->rows, s->rank->order[k++]);
    } while (k < s->n && !starts_block(s, k));
    s->rank->block_start[block] = first;
    store_block(s->rank, block++, s->score[s->rank->order[first]] + 0.0, &c);
  }
}

static lf_status blocks_by_sorting(const lf_judge_rows *rows, const double *score, const lf_run *run,
                                   lf_rank *rank, lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *words = NULL;
  size_t blocks = 0;
  sorting s = {.rows = rows, .score = score, .rank = rank};
  LF_TRY(lf_sort_rows(score, rows->weight, rows->n, run, &words, &s.n, err));
  s.words = words;
  s.chunks = lf_cut(s.n, CHUNK_ROWS, MAX_CHUNKS);
  LF_TRY(lf_alloc(s.n, sizeof *rank->order, &rank->order, err));
  LF_TRY(lf_alloc(s.chunks.count, sizeof *s.blocks, &s.blocks, err));
  lf_parallel_for(run, s.chunks.count, count_blocks, &s);
  for (size_t c = 0; c < s.chunks.count; c++) {
    size_t here = s.blocks[c];
    s.blocks[c] = blocks;
    blocks += here;
  }
  LF_TRY(alloc_blocks(rank, rows, blocks, err));
  LF_TRY(lf_alloc(blocks + 1, sizeof *rank->block_start, &rank->block_start, err));
  lf_parallel_for(run, s.chunks.count, fill_blocks, &s);
  rank->block_start[blocks] = s.n;
cleanup:
  free(words);
  free(s.blocks);
  return status;
}

/* Sum in batches: as exact as a compensated sum of every item where counts are whole, and as fast as a plain
 * one. */
static double total_of(const double *x, size_t n) {
  enum { BATCH = 256 };
  lf_sum total = {0};
  for (size_t from = 0; from < n; from += BATCH) {
    size_t to = from + BATCH < n ? from + BATCH : n;
    double sum = 0;
    for (size_t k = from; k < to; k++) sum += x[k];
    lf_sum_add(&total, sum);
  }
  return lf_sum_value(&total);
}

static void add_totals(lf_rank *rank) {
  rank->total_won = total_of(rank->won, rank->n_blocks);
  rank->total_lost = total_of(rank->lost, rank->n_blocks);
  rank->total_amount = rank->amount ? total_of(rank->amount, rank->n_blocks) : 0;
}

lf_status lf_rank_make(const lf_judge_rows *rows, const double *score, const lf_run *run, lf_rank **rank,
                       lf_error *err) {
  lf_status status = LF_OK;
  lf_rank *made = NULL;
  counting c = {.rows = rows, .score = score, .chunks = lf_cut(rows->n, CHUNK_ROWS, MAX_CHUNKS)};
  LF_TRY(lf_alloc(1, sizeof *made, &made, err));
  LF_TRY(lf_alloc(c.chunks.count, sizeof *c.spans, &c.spans, err));
  made->n = rows->n;
  if (countable(&c, run))
    LF_TRY(blocks_by_counting(&c, run, made, err));
  else
    LF_TRY(blocks_by_sorting(rows, score, run, made, err));
  add_totals(made);
  *rank = made;
  made = NULL;
cleanup:
  free(c.spans);
  free(c.cells);
  lf_rank_free(made);
  return status;
}

void lf_rank_spread(const lf_rank *rank, const lf_judge_rows *rows, const double *score, const double *of_won,
                    const double *of_lost, double *out) {
  if (!rank->order) {
    for (size_t i = 0; i < rank->n; i++) {
      if (rows->weight && !(rows->weight[i] > 0)) {
        out[i] = 0;
        continue;
      }
      size_t block = rank->block_of[(size_t)(score[i] - rank->lowest)];
      out[i] = rows->won[i] ? of_won[block] : of_lost[block];
    }
    return;
  }
  memset(out, 0, rank->n * sizeof *out);
  for (size_t block = 0; block < rank->n_blocks; block++)
    for (size_t k = rank->block_start[block]; k < rank->block_start[block + 1]; k++) {
      size_t i = rank->order[k];
      out[i] = rows->won[i] ? of_won[block] : of_lost[block];
    }
}
