/* Many coefficient vectors over one frame.
 *
 * Symbols: lane l has coefficients b_l and row weights w_il; eta_il = x_i'b_l, score_l = sum_i w_il (y_i -
 * mu_il) x_i. Lanes go by in vectors of four (a quad), so that a look-up of a joint code brings four etas and
 * a residual is added for four lanes at once. A table of one quad (a row for each joint code) stays in the
 * first-level cache. Within a block of rows: numbers in sweeps of four with their coefficients in registers,
 * then a look-up a group; the logistic function; weights; then the same ways back. One thread sums a chunk;
 * chunks are added in their order. */
#include "fit/lanes.h"

#include <stdlib.h>

#include "base/memory.h"
#include "fit/load.h"
#include "fit/logistic.h"
#include "fit/predictor.h"

enum { LANE = 4, BLOCK = 64 };

/* Four lanes. Loads need no alignment. */
typedef double quad __attribute__((vector_size(32), aligned(8), may_alias));

static size_t padded(const lf_frame *frame) {
  return (frame->n_numbers + 3) / 4 * 4;
}

/* Doubles of one chunk: sums of every quad with a cell for the loss, and working space. */
static size_t sums_length(const lf_lanes *lanes) {
  return lanes->quads * (lanes->cells + 1) * LANE;
}

static size_t scratch_length(const lf_lanes *lanes) {
  const lf_frame *frame = lanes->frame;
  return BLOCK * (padded(frame) + 6 * LANE + lanes->quads * LANE + (frame->n_groups + 1) / 2);
}

/* Chunks are whole blocks, so that a block of rows is a block of what was kept. */
static void keep_task(void *context, size_t c) {
  lf_lanes *lanes = context;
  size_t from, to, step = padded(lanes->frame);
  lf_chunk_rows(&lanes->chunks, c, &from, &to);
  for (size_t at = from; at < to; at += BLOCK)
    lf_load_numbers(lanes->frame, at, at + BLOCK < to ? BLOCK : to - at, BLOCK, lanes->numbers + at * step);
}

/* Numbers are decoded once, where that takes no more than 128 MiB. */
static lf_status keep_numbers(lf_lanes *lanes, const lf_run *run, lf_error *err) {
  size_t rows = (lanes->frame->n_rows + BLOCK - 1) / BLOCK * BLOCK, step = padded(lanes->frame);
  if (step == 0 || rows * step > (size_t)16 << 20) return LF_OK;
  lf_status status = lf_alloc(rows * step, sizeof *lanes->numbers, &lanes->numbers, err);
  if (status == LF_OK) lf_parallel_for(run, lanes->chunks.count, keep_task, lanes);
  return status;
}

lf_status lf_lanes_new(const lf_frame *frame, size_t n, lf_lane_weights *weigh, void *context,
                       const lf_run *run, lf_lanes **lanes, lf_error *err) {
  lf_status status = LF_OK;
  lf_lanes *x = NULL;
  LF_TRY(lf_alloc(1, sizeof *x, &x, err));
  x->frame = frame;
  x->n = n;
  x->quads = (n + LANE - 1) / LANE;
  x->weigh = weigh;
  x->context = context;
  LF_TRY(lf_alloc(frame->n_groups, sizeof *x->start, &x->start, err));
  x->cells = 1 + padded(frame);
  for (size_t g = 0; g < frame->n_groups; g++) {
    x->start[g] = x->cells;
    x->cells += frame->groups[g].n_codes;
  }
  x->chunks = lf_cut(frame->n_rows, x->cells > 8192 ? x->cells : 8192, 16);
  x->chunks.size = (x->chunks.size + BLOCK - 1) / BLOCK * BLOCK;
  x->chunks.count = (frame->n_rows + x->chunks.size - 1) / x->chunks.size;
  LF_TRY(lf_alloc(x->quads * x->cells * LANE, sizeof *x->table, &x->table, err));
  LF_TRY(lf_alloc(x->chunks.count * (sums_length(x) + scratch_length(x)), sizeof *x->slab, &x->slab, err));
  LF_TRY(keep_numbers(x, run, err));
  *lanes = x;
  x = NULL;
cleanup:
  lf_lanes_free(x);
  return status;
}

void lf_lanes_free(lf_lanes *lanes) {
  if (!lanes) return;
  free(lanes->start);
  free(lanes->numbers);
  free(lanes->table);
  free(lanes->slab);
  free(lanes);
}

/* ---- tables -------------------------------------------------------------------------------------------- */

/* Coefficients b into column l of the tables. */
static void fill_lane(const lf_lanes *lanes, size_t l, const double *b, double *table) {
  const lf_frame *frame = lanes->frame;
  double *column = table + l / LANE * lanes->cells * LANE + l % LANE;
  column[0] = b[0];
  for (size_t k = 0; k < frame->n_numbers; k++) column[(1 + k) * LANE] = b[frame->numbers[k].coef];
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    double *cell = column + lanes->start[g] * LANE;
    for (size_t c = 0; c < group->n_codes; c++) cell[c * LANE] = 0.0;
    for (size_t t = 0; t < group->n_terms; t++) {
      const int32_t *coef = group->coef + t * group->n_codes;
      for (size_t c = 0; c < group->n_codes; c++) cell[c * LANE] += coef[c] < 0 ? 0.0 : b[coef[c]];
    }
  }
}

/* The score of lane l from its column of the sums. */
static void read_lane(const lf_lanes *lanes, size_t l, double *score) {
  const lf_frame *frame = lanes->frame;
  const double *column = lanes->slab + l / LANE * (lanes->cells + 1) * LANE + l % LANE;
  memset(score, 0, frame->n_coef * sizeof *score);
  score[0] = column[0];
  for (size_t k = 0; k < frame->n_numbers; k++) score[frame->numbers[k].coef] += column[(1 + k) * LANE];
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    const double *cell = column + lanes->start[g] * LANE;
    for (size_t t = 0; t < group->n_terms; t++) {
      const int32_t *coef = group->coef + t * group->n_codes;
      for (size_t c = 0; c < group->n_codes; c++)
        if (coef[c] >= 0) score[coef[c]] += cell[c * LANE];
    }
  }
}

/* ---- a block of rows ----------------------------------------------------------------------------------- */

/* Working space of one chunk, carved out of the slab. */
typedef struct block {
  size_t from, n;
  const double *z;
  double *own_z, *y4, *ones, *eta, *residual, *omega, *loss, *weight;
  uint32_t *joint;
} block;

static block carve(const lf_lanes *lanes, double *scratch) {
  block b = {.own_z = scratch};
  double *at = b.own_z + padded(lanes->frame) * BLOCK;
  double **parts[] = {&b.y4, &b.ones, &b.eta, &b.residual, &b.omega, &b.loss};
  enum { PARTS = sizeof parts / sizeof *parts };
  for (size_t i = 0; i < PARTS; i++) *parts[i] = at + i * BLOCK * LANE;
  b.weight = at + PARTS * BLOCK * LANE;
  b.joint = (uint32_t *)(void *)(b.weight + lanes->quads * BLOCK * LANE);
  for (size_t i = 0; i < BLOCK * LANE; i++) b.ones[i] = 1.0;
  return b;
}

/* The outcome of each row four times; 0 for a row of weight 0, whatever stands there. */
LF_CLONES
static void load_outcome(const lf_design *design, size_t from, size_t n, double *restrict y4) {
  for (size_t i = 0; i < n; i++) {
    bool counts = !design->weight || design->weight[from + i] > 0.0;
    double y = !counts ? 0.0 : design->share ? design->share[from + i] : design->won[from + i];
    for (size_t l = 0; l < LANE; l++) y4[i * LANE + l] = y;
  }
}

static void load(const lf_lanes *lanes, size_t from, size_t n, block *b) {
  const lf_frame *frame = lanes->frame;
  b->from = from;
  b->n = n;
  for (size_t g = 0; g < frame->n_groups; g++)
    lf_widen(n, frame->groups[g].width, frame->groups[g].codes, from, b->joint + g * BLOCK);
  if (lanes->numbers) {
    b->z = lanes->numbers + from * padded(frame);
  } else {
    lf_load_numbers(frame, from, n, BLOCK, b->own_z);
    b->z = b->own_z;
  }
  load_outcome(frame->design, from, n, b->y4);
}

/* eta of one quad, from the intercept and the numbers four by four. */
LF_CLONES
static void predict_numbers(size_t n, size_t numbers, const double *restrict z, const double *restrict table,
                            double *restrict eta) {
  const quad *b = (const quad *)(const void *)table;
  quad *out = (quad *)(void *)eta;
  quad intercept = b[0];
  for (size_t i = 0; i < n; i++) out[i] = intercept;
  for (size_t k = 0; k < numbers; k += 4) {
    const double *z0 = z + k * BLOCK, *z1 = z0 + BLOCK, *z2 = z1 + BLOCK, *z3 = z2 + BLOCK;
    quad b0 = b[1 + k], b1 = b[2 + k], b2 = b[3 + k], b3 = b[4 + k];
    for (size_t i = 0; i < n; i++) out[i] += (z0[i] * b0 + z1[i] * b1) + (z2[i] * b2 + z3[i] * b3);
  }
}

LF_CLONES
static void predict_codes(size_t n, size_t groups, const size_t *start, const uint32_t *restrict joint,
                          const double *restrict table, double *restrict eta) {
  const quad *b = (const quad *)(const void *)table;
  quad *out = (quad *)(void *)eta;
  for (size_t i = 0; i < n; i++) {
    quad sum = out[i];
    for (size_t g = 0; g < groups; g++) sum += b[start[g] + joint[g * BLOCK + i]];
    out[i] = sum;
  }
}

LF_CLONES
static void weigh(size_t n, size_t width, const double *restrict weight, double *restrict x) {
  quad *out = (quad *)(void *)x;
  for (size_t i = 0; i < n; i++) out[i] *= *(const quad *)(const void *)(weight + i * width);
}

LF_CLONES
static void add_numbers(size_t n, size_t numbers, const double *restrict z, const double *restrict residual,
                        double *restrict sums) {
  const quad *r = (const quad *)(const void *)residual;
  quad *out = (quad *)(void *)sums;
  for (size_t k = 0; k < numbers; k += 4) {
    const double *z0 = z + k * BLOCK, *z1 = z0 + BLOCK, *z2 = z1 + BLOCK, *z3 = z2 + BLOCK;
    quad s0 = out[1 + k], s1 = out[2 + k], s2 = out[3 + k], s3 = out[4 + k];
    for (size_t i = 0; i < n; i++) {
      quad x = r[i];
      s0 += z0[i] * x;
      s1 += z1[i] * x;
      s2 += z2[i] * x;
      s3 += z3[i] * x;
    }
    out[1 + k] = s0;
    out[2 + k] = s1;
    out[3 + k] = s2;
    out[4 + k] = s3;
  }
}

LF_CLONES
static void add_codes(size_t n, size_t groups, const size_t *start, const uint32_t *restrict joint,
                      const double *restrict residual, double *restrict sums) {
  const quad *r = (const quad *)(const void *)residual;
  quad *out = (quad *)(void *)sums;
  quad all = out[0];
  for (size_t i = 0; i < n; i++) {
    quad x = r[i];
    all += x;
    for (size_t g = 0; g < groups; g++) out[start[g] + joint[g * BLOCK + i]] += x;
  }
  out[0] = all;
}

LF_CLONES
static void add_all(size_t n, const double *restrict x, double *restrict sum) {
  const quad *in = (const quad *)(const void *)x;
  quad total = *(quad *)(void *)sum;
  for (size_t i = 0; i < n; i++) total += in[i];
  *(quad *)(void *)sum = total;
}

/* ---- passes -------------------------------------------------------------------------------------------- */

typedef struct lane_pass {
  lf_lanes *lanes;
  bool loglik;
  const double *working; /* [n][n_coef] */
  double *score;         /* [n][n_coef], or NULL */
} lane_pass;

static double *chunk_slab(const lf_lanes *lanes, size_t i) {
  return lanes->slab + i * (sums_length(lanes) + scratch_length(lanes));
}

static void score_block(const lane_pass *p, block *b, double *chunk_sums) {
  const lf_lanes *lanes = p->lanes;
  const lf_frame *frame = lanes->frame;
  size_t width = lanes->quads * LANE, cells = lanes->cells;
  lanes->weigh(lanes->context, b->from, b->n, width, b->weight);
  for (size_t q = 0; q < lanes->quads; q++) {
    const double *table = lanes->table + q * cells * LANE, *weight = b->weight + q * LANE;
    double *sums = chunk_sums + q * (cells + 1) * LANE;
    predict_numbers(b->n, frame->n_numbers, b->z, table, b->eta);
    predict_codes(b->n, frame->n_groups, lanes->start, b->joint, table, b->eta);
    if (p->loglik) {
      lf_logistic_block(b->n * LANE, b->eta, b->y4, b->ones, b->residual, b->omega, b->loss);
      weigh(b->n, width, weight, b->loss);
      add_all(b->n, b->loss, sums + cells * LANE);
    } else {
      lf_residual_block(b->n * LANE, b->eta, b->y4, b->residual);
    }
    weigh(b->n, width, weight, b->residual);
    add_numbers(b->n, frame->n_numbers, b->z, b->residual, sums);
    add_codes(b->n, frame->n_groups, lanes->start, b->joint, b->residual, sums);
  }
}

static void score_chunk(void *context, size_t i) {
  const lane_pass *p = context;
  double *sums = chunk_slab(p->lanes, i);
  memset(sums, 0, sums_length(p->lanes) * sizeof *sums);
  block b = carve(p->lanes, sums + sums_length(p->lanes));
  size_t from, to;
  lf_chunk_rows(&p->lanes->chunks, i, &from, &to);
  for (size_t at = from; at < to; at += BLOCK) {
    load(p->lanes, at, at + BLOCK < to ? BLOCK : to - at, &b);
    score_block(p, &b, sums);
  }
}

static void fill_task(void *context, size_t l) {
  const lane_pass *p = context;
  fill_lane(p->lanes, l, p->working + l * p->lanes->frame->n_coef, p->lanes->table);
}

/* Adds the chunks of quad q into the first and reads its lanes off. */
static void read_task(void *context, size_t q) {
  const lane_pass *p = context;
  const lf_lanes *lanes = p->lanes;
  size_t length = (lanes->cells + 1) * LANE;
  double *total = lanes->slab + q * length;
  for (size_t i = 1; i < lanes->chunks.count; i++) {
    const double *other = chunk_slab(lanes, i) + q * length;
    for (size_t c = 0; c < length; c++) total[c] += other[c];
  }
  for (size_t l = q * LANE; l < (q + 1) * LANE && l < lanes->n; l++)
    read_lane(lanes, l, p->score + l * lanes->frame->n_coef);
}

lf_status lf_lanes_score(lf_lanes *lanes, const double *working, const lf_run *run, double *score,
                         double *loglik, lf_error *err) {
  lane_pass p = {.lanes = lanes, .loglik = loglik != NULL, .working = working, .score = score};
  lf_status status = lf_check_interrupt(run, err);
  if (status != LF_OK) return status;
  lf_parallel_for(run, lanes->n, fill_task, &p);
  lf_parallel_for(run, lanes->chunks.count, score_chunk, &p);
  lf_parallel_for(run, lanes->quads, read_task, &p);
  for (size_t l = 0; loglik && l < lanes->n; l++)
    loglik[l] = -lanes->slab[(l / LANE * (lanes->cells + 1) + lanes->cells) * LANE + l % LANE];
  return LF_OK;
}

/* ---- each row under a lane of its own ------------------------------------------------------------------ */

typedef struct judging {
  const lf_lanes *lanes;
  const double *working;
  const uint8_t *of_row;
  double *table; /* a quad for each lane: its four sets */
  double *scratch;
  double *loss;
} judging;

static void fill_judge(void *context, size_t i) {
  const judging *j = context;
  size_t n = j->lanes->n, set = i % LANE, lane = i / LANE;
  fill_lane(j->lanes, i, j->working + (set * n + lane) * j->lanes->frame->n_coef, j->table);
}

LF_CLONES
static void predict_own(const lf_lanes *lanes, const block *b, const uint8_t *of_row, const double *table,
                        double *eta) {
  const quad *cells = (const quad *)(const void *)table;
  const size_t *start = lanes->start;
  size_t numbers = lanes->frame->n_numbers, groups = lanes->frame->n_groups;
  for (size_t i = 0; i < b->n; i++) {
    if (of_row[i] >= lanes->n) continue;
    const quad *own = cells + of_row[i] * lanes->cells;
    quad sum = own[0];
    for (size_t k = 0; k < numbers; k++) sum += b->z[k * BLOCK + i] * own[1 + k];
    for (size_t g = 0; g < groups; g++) sum += own[start[g] + b->joint[g * BLOCK + i]];
    ((quad *)(void *)eta)[i] = sum;
  }
}

static void judge_chunk(void *context, size_t c) {
  const judging *j = context;
  block b = carve(j->lanes, j->scratch + c * scratch_length(j->lanes));
  size_t from, to;
  lf_chunk_rows(&j->lanes->chunks, c, &from, &to);
  for (size_t at = from; at < to; at += BLOCK) {
    double *loss = j->loss + at * LANE;
    load(j->lanes, at, at + BLOCK < to ? BLOCK : to - at, &b);
    memset(b.eta, 0, b.n * LANE * sizeof *b.eta);
    predict_own(j->lanes, &b, j->of_row + at, j->table, b.eta);
    lf_logistic_block(b.n * LANE, b.eta, b.y4, b.ones, b.residual, b.omega, loss);
    for (size_t i = 0; i < b.n; i++)
      if (j->of_row[at + i] >= j->lanes->n) memset(loss + i * LANE, 0, LANE * sizeof *loss);
  }
}

lf_status lf_lanes_judge(const lf_lanes *lanes, const double *working, const uint8_t *of_row,
                         const lf_run *run, double *loss, lf_error *err) {
  lf_status status = LF_OK;
  judging j = {.lanes = lanes, .working = working, .of_row = of_row, .loss = loss};
  LF_TRY(lf_check_interrupt(run, err));
  LF_TRY(lf_alloc(lanes->n * lanes->cells * LANE, sizeof *j.table, &j.table, err));
  LF_TRY(lf_alloc(lanes->chunks.count * scratch_length(lanes), sizeof *j.scratch, &j.scratch, err));
  lf_parallel_for(run, lanes->n * LANE, fill_judge, &j);
  lf_parallel_for(run, lanes->chunks.count, judge_chunk, &j);
cleanup:
  free(j.table);
  free(j.scratch);
  return status;
}
