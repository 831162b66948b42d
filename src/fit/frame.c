#include "fit/frame.h"

#include <stdlib.h>

#include "base/memory.h"
#include "fit/logistic.h"
#include "fit/predictor.h"

/* ---- numbers: shift and scale ---------------------------------------------------------------------- */

typedef struct scale_task {
  lf_frame *frame;
  bool keep_shift;
  bool *missing; /* one a number: a row of positive weight has no value */
} scale_task;

/* Weighted sums of x - first and of its square, first being the first value used. */
typedef struct moments {
  double first, weight, sum, square;
  bool seen, missing;
} moments;

/* Differences from the first value used and their weights; 0 for what is not used. */
static void take_used(moments *m, size_t n, const double *weight, double *x, double *w) {
  for (size_t i = 0; i < n; i++) {
    w[i] = weight ? weight[i] : 1.0;
    bool finite = x[i] - x[i] == 0.0;
    if (w[i] > 0.0 && finite && !m->seen) {
      m->first = x[i];
      m->seen = true;
    }
    m->missing |= w[i] > 0.0 && !finite;
    if (!(w[i] > 0.0 && finite)) w[i] = 0.0;
    x[i] = finite ? x[i] - m->first : 0.0;
  }
}

static void add_moments(moments *m, size_t n, const double *weight, double *x, double *w, double *wx) {
  take_used(m, n, weight, x, w);
  for (size_t i = 0; i < n; i++) wx[i] = w[i] * x[i];
  m->weight += lf_lane_sum(n, w);
  m->sum += lf_lane_sum(n, wx);
  m->square += lf_lane_dot(n, wx, x);
}

/* Mean and standard deviation over the rows used; where the shift is kept, the root mean square. */
static void scale_number(void *context, size_t i) {
  scale_task *task = context;
  lf_frame *frame = task->frame;
  lf_frame_number *number = &frame->numbers[i];
  double x[LF_BLOCK_ROWS], w[LF_BLOCK_ROWS], wx[LF_BLOCK_ROWS];
  moments m = {0};
  for (size_t from = 0; from < frame->n_rows; from += LF_BLOCK_ROWS) {
    size_t to = from + LF_BLOCK_ROWS < frame->n_rows ? from + LF_BLOCK_ROWS : frame->n_rows;
    lf_column_numbers(number->column, from, to, x);
    add_moments(&m, to - from, frame->design->weight ? frame->design->weight + from : NULL, x, w, wx);
  }
  task->missing[i] = m.missing;
  double mean = m.weight > 0.0 ? m.sum / m.weight : 0.0;
  double variance = m.weight > 0.0 ? m.square / m.weight - mean * mean : 0.0;
  mean += m.first;
  if (m.square <= 0.0) variance = 0.0; /* constant, exactly */
  if (variance < 0.0) variance = 0.0;
  number->shift = task->keep_shift ? 0.0 : mean;
  number->scale = task->keep_shift ? sqrt(variance + mean * mean) : sqrt(variance);
}

/* z of each level of a coded number, so that a pass over rows only looks it up. */
static lf_status tabulate_levels(lf_frame_number *x, lf_error *err) {
  const lf_column *column = x->column;
  if (column->store != LF_STORE_CODES || !column->values) return LF_OK;
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *x->level, &x->level, err);
  double inverse = x->scale > 0.0 ? 1.0 / x->scale : 0.0;
  for (size_t c = 1; status == LF_OK && c <= column->n_levels; c++) {
    double z = (column->values[c - 1] - x->shift) * inverse;
    x->level[c] = isfinite(z) ? z : 0.0;
  }
  return status;
}

static lf_status scale_numbers(lf_frame *frame, bool keep_shift, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  bool *missing = NULL;
  LF_TRY(lf_alloc(frame->n_numbers, sizeof *missing, &missing, err));
  scale_task task = {frame, keep_shift, missing};
  lf_parallel_for(run, frame->n_numbers, scale_number, &task);
  for (size_t i = 0; i < frame->n_numbers; i++) {
    if (!missing[i]) continue;
    const char *name = frame->numbers[i].column->name;
    status = lf_fail(err, LF_E_DATA,
                     "'%s' has rows of positive weight without a finite number: give them weight 0",
                     name ? name : "");
    goto cleanup;
  }
  for (size_t i = 0; i < frame->n_numbers; i++) LF_TRY(tabulate_levels(&frame->numbers[i], err));
cleanup:
  free(missing);
  return status;
}

/* ---- groups of coded terms ------------------------------------------------------------------------- */

/* Distinct codes of a term once codes that mean the same coefficient are one; writes the part of each code.
 */
static lf_status compact_codes(const lf_term *term, uint32_t **part, int32_t **coef, size_t *n,
                               lf_error *err) {
  lf_status status = LF_OK;
  uint32_t *new_part = NULL;
  int32_t *new_coef = NULL;
  int64_t *slot = NULL; /* coefficient + 1 - lowest -> compact code + 1 */
  int32_t low = 0, high = -1;
  for (uint32_t c = 0; c < term->n_codes; c++) {
    if (term->coef[c] < 0) continue;
    if (high < 0 || term->coef[c] < low) low = term->coef[c];
    if (term->coef[c] > high) high = term->coef[c];
  }
  size_t span = high < 0 ? 1 : (size_t)(high - low) + 2;
  LF_TRY(lf_alloc(term->n_codes, sizeof *new_part, &new_part, err));
  LF_TRY(lf_alloc((size_t)term->n_codes + 1, sizeof *new_coef, &new_coef, err));
  LF_TRY(lf_alloc(span, sizeof *slot, &slot, err));
  size_t count = 0;
  for (uint32_t c = 0; c < term->n_codes; c++) {
    size_t s = term->coef[c] < 0 ? 0 : (size_t)(term->coef[c] - low) + 1;
    if (!slot[s]) {
      new_coef[count] = term->coef[c] < 0 ? -1 : term->coef[c];
      slot[s] = (int64_t)++count;
    }
    new_part[c] = (uint32_t)(slot[s] - 1);
  }
  *part = new_part;
  *coef = new_coef;
  *n = count ? count : 1;
  if (!count) new_coef[0] = -1;
  new_part = NULL;
  new_coef = NULL;
cleanup:
  free(new_part);
  free(new_coef);
  free(slot);
  return status;
}

/* What is known of the coded terms before they are grouped. */
typedef struct coded {
  size_t n;
  size_t *term, *size, *group;
  uint32_t **part;
  int32_t **coef;
} coded;

static void coded_clear(coded *c) {
  for (size_t i = 0; i < c->n; i++) {
    if (c->part) free(c->part[i]);
    if (c->coef) free(c->coef[i]);
  }
  free(c->term);
  free(c->size);
  free(c->group);
  free(c->part);
  free(c->coef);
}

static lf_status find_coded(const lf_design *design, coded *c, lf_error *err) {
  lf_status status = LF_OK;
  for (size_t t = 0; t < design->n_terms; t++) c->n += design->terms[t].type == LF_TERM_CODES;
  LF_TRY(lf_alloc(c->n, sizeof *c->term, &c->term, err));
  LF_TRY(lf_alloc(c->n, sizeof *c->size, &c->size, err));
  LF_TRY(lf_alloc(c->n, sizeof *c->group, &c->group, err));
  LF_TRY(lf_alloc(c->n, sizeof *c->part, &c->part, err));
  LF_TRY(lf_alloc(c->n, sizeof *c->coef, &c->coef, err));
  for (size_t t = 0, i = 0; t < design->n_terms; t++) {
    if (design->terms[t].type != LF_TERM_CODES) continue;
    c->term[i] = t;
    LF_TRY(compact_codes(&design->terms[t], &c->part[i], &c->coef[i], &c->size[i], err));
    i++;
  }
cleanup:
  return status;
}

/* Makes group g of the coded terms with that group number. */
static lf_status make_group(const coded *c, size_t g, const lf_design *design, lf_frame_group *group,
                            lf_error *err) {
  lf_status status = LF_OK;
  for (size_t i = 0; i < c->n; i++) group->n_terms += c->group[i] == g;
  LF_TRY(lf_alloc(group->n_terms, sizeof *group->terms, &group->terms, err));
  LF_TRY(lf_alloc(group->n_terms, sizeof *group->remap, &group->remap, err));
  size_t joint = 1, k = 0;
  for (size_t i = 0; i < c->n; i++)
    if (c->group[i] == g) joint *= c->size[i];
  group->n_codes = (uint32_t)joint;
  LF_TRY(lf_alloc(group->n_terms * joint, sizeof *group->coef, &group->coef, err));
  size_t step = 1;
  for (size_t i = 0; i < c->n; i++) {
    if (c->group[i] != g) continue;
    const lf_term *term = &design->terms[c->term[i]];
    group->terms[k] = c->term[i];
    LF_TRY(lf_alloc(term->n_codes, sizeof **group->remap, &group->remap[k], err));
    for (uint32_t code = 0; code < term->n_codes; code++)
      group->remap[k][code] = c->part[i][code] * (uint32_t)step;
    for (size_t j = 0; j < joint; j++) group->coef[k * joint + j] = c->coef[i][j / step % c->size[i]];
    step *= c->size[i];
    k++;
  }
  group->width = joint <= 256 ? 1 : joint <= 65536 ? 2 : 4;
cleanup:
  return status;
}

/* Joint codes of the rows of chunk i, every group. */
static void write_codes(void *context, size_t i) {
  lf_frame *frame = context;
  size_t from, to;
  lf_chunk_rows(&frame->chunks, i, &from, &to);
  uint32_t joint[LF_BLOCK_ROWS], code[LF_BLOCK_ROWS];
  for (size_t g = 0; g < frame->n_groups; g++) {
    lf_frame_group *group = &frame->groups[g];
    for (size_t at = from; at < to; at += LF_BLOCK_ROWS) {
      size_t n = at + LF_BLOCK_ROWS < to ? LF_BLOCK_ROWS : to - at;
      memset(joint, 0, sizeof joint);
      for (size_t t = 0; t < group->n_terms; t++) {
        const lf_term *term = &frame->design->terms[group->terms[t]];
        lf_widen(n, term->codes ? 2 : term->column->width, term->codes ? term->codes : term->column->cells,
                 at, code);
        for (size_t r = 0; r < n; r++) joint[r] += group->remap[t][code[r]];
      }
      for (size_t r = 0; r < n; r++) {
        if (group->width == 1)
          ((uint8_t *)group->codes)[at + r] = (uint8_t)joint[r];
        else if (group->width == 2)
          ((uint16_t *)group->codes)[at + r] = (uint16_t)joint[r];
        else
          ((uint32_t *)group->codes)[at + r] = joint[r];
      }
    }
  }
}

static lf_status make_groups(lf_frame *frame, lf_error *err) {
  lf_status status = LF_OK;
  coded c = {0};
  LF_TRY(find_coded(frame->design, &c, err));
  size_t n_groups = lf_group_terms(c.size, c.n, frame->n_numbers, frame->n_rows, c.group);
  LF_TRY(lf_alloc(n_groups, sizeof *frame->groups, &frame->groups, err));
  frame->n_groups = n_groups;
  for (size_t g = 0; g < n_groups; g++) {
    LF_TRY(make_group(&c, g, frame->design, &frame->groups[g], err));
    LF_TRY(lf_alloc(frame->n_rows, frame->groups[g].width, &frame->groups[g].codes, err));
  }
cleanup:
  coded_clear(&c);
  return status;
}

/* ---- layout and chunks ----------------------------------------------------------------------------- */

static lf_status make_layout(lf_frame *frame, lf_error *err) {
  lf_status status = LF_OK;
  lf_layout *layout = &frame->layout;
  size_t numbers = frame->n_numbers, groups = frame->n_groups;
  LF_TRY(lf_alloc(groups, sizeof *layout->group, &layout->group, err));
  LF_TRY(lf_alloc(groups, sizeof *layout->residual, &layout->residual, err));
  LF_TRY(lf_alloc(groups * groups, sizeof *layout->pair, &layout->pair, err));
  layout->stride = (2 + numbers + 3) / 4 * 4;
  layout->number_gradient = LF_SLOTS;
  size_t at = LF_SLOTS + numbers, at_gradient = at;
  for (size_t g = 0; g < groups; g++) {
    layout->residual[g] = at_gradient;
    at_gradient += frame->groups[g].n_codes;
  }
  layout->gradient_length = at_gradient;
  layout->number_weight = at;
  layout->number_number = at + numbers;
  at += numbers + numbers * numbers;
  for (size_t g = 0; g < groups; g++) {
    layout->group[g] = at;
    at += frame->groups[g].n_codes * layout->stride;
  }
  for (size_t g = 0; g < groups; g++) {
    for (size_t h = g + 1; h < groups; h++) {
      layout->pair[g * groups + h] = at;
      at += (size_t)frame->groups[g].n_codes * frame->groups[h].n_codes;
    }
  }
  layout->length = at;
cleanup:
  return status;
}

/* Chunks so that their accumulators stay within a fixed budget and are worth their clearing and adding. */
static lf_status make_chunks(lf_frame *frame, lf_error *err) {
  const size_t budget = (size_t)16 << 20; /* doubles: 128 MiB */
  size_t length = frame->layout.length + 1;
  size_t most = budget / length;
  most = most < 1 ? 1 : most > 16 ? 16 : most;
  size_t least = length / 16 > 8192 ? length / 16 : 8192;
  frame->chunks = lf_cut(frame->n_rows, least, most);
  frame->scratch = LF_BLOCK_ROWS * (8 + frame->n_numbers + frame->layout.stride + (frame->n_groups + 1) / 2);
  return lf_frame_wake(frame, err);
}

lf_status lf_frame_wake(lf_frame *frame, lf_error *err) {
  if (frame->slab) return LF_OK;
  return lf_alloc(frame->chunks.count * (frame->layout.length + frame->scratch), sizeof *frame->slab,
                  &frame->slab, err);
}

void lf_frame_rest(lf_frame *frame) {
  free(frame->slab);
  frame->slab = NULL;
}

/* ---- totals ---------------------------------------------------------------------------------------- */

static double outcome(const lf_design *design, size_t row) {
  return design->share ? design->share[row] : (double)design->won[row];
}

static lf_status count_rows(lf_frame *frame, lf_error *err) {
  const lf_design *design = frame->design;
  lf_status status = lf_alloc(frame->n_rows / LF_BLOCK_ROWS + 1, 1, &frame->used, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < frame->n_rows; i++) {
    double w = design->weight ? design->weight[i] : 1.0;
    if (w == 0.0) continue;
    if (!(w > 0.0) || !isfinite(w))
      return lf_fail(err, LF_E_DATA, "row %zu has weight %g: weights are 0 or more", i + 1, w);
    double y = outcome(design, i);
    if (!(y >= 0.0 && y <= 1.0))
      return lf_fail(err, LF_E_DATA, "row %zu has a share of wins outside 0 to 1", i + 1);
    frame->used[i / LF_BLOCK_ROWS] = 1;
    frame->rows += w;
    frame->won += w * y;
    frame->positive_rows++;
  }
  return LF_OK;
}

static lf_status list_numbers(lf_frame *frame, lf_error *err) {
  const lf_design *design = frame->design;
  size_t n = 0;
  for (size_t t = 0; t < design->n_terms; t++) n += design->terms[t].type == LF_TERM_NUMBER;
  lf_status status = lf_alloc(n, sizeof *frame->numbers, &frame->numbers, err);
  if (status != LF_OK) return status;
  for (size_t t = 0; t < design->n_terms; t++) {
    if (design->terms[t].type != LF_TERM_NUMBER) continue;
    lf_frame_number *number = &frame->numbers[frame->n_numbers++];
    number->column = design->terms[t].column;
    number->coef = (size_t)design->terms[t].first;
  }
  return LF_OK;
}

lf_status lf_frame_new(const lf_design *design, bool keep_shift, const lf_run *run, lf_frame **frame,
                       lf_error *err) {
  lf_status status = LF_OK;
  lf_frame *f = NULL;
  LF_TRY(lf_alloc(1, sizeof *f, &f, err));
  f->design = design;
  f->n_rows = design->n_rows;
  f->n_coef = design->n_coef;
  LF_TRY(count_rows(f, err));
  LF_TRY(list_numbers(f, err));
  LF_TRY(scale_numbers(f, keep_shift, run, err));
  LF_TRY(make_groups(f, err));
  LF_TRY(make_layout(f, err));
  LF_TRY(make_chunks(f, err));
  lf_parallel_for(run, f->chunks.count, write_codes, f);
  *frame = f;
  f = NULL;
cleanup:
  lf_frame_free(f);
  return status;
}

lf_status lf_frame_share(const lf_frame *base, const lf_design *design, lf_frame **frame, lf_error *err) {
  lf_status status = LF_OK;
  lf_frame *f = NULL;
  LF_TRY(lf_alloc(1, sizeof *f, &f, err));
  *f = *base;
  f->design = design;
  f->shares = true;
  f->slab = NULL;
  f->used = NULL;
  f->rows = f->won = 0.0;
  f->positive_rows = 0;
  LF_TRY(count_rows(f, err));
  LF_TRY(lf_frame_wake(f, err));
  *frame = f;
  f = NULL;
cleanup:
  lf_frame_free(f);
  return status;
}

static void group_clear(lf_frame_group *group) {
  for (size_t t = 0; group->remap && t < group->n_terms; t++) free(group->remap[t]);
  free(group->remap);
  free(group->terms);
  free(group->codes);
  free(group->coef);
}

void lf_frame_free(lf_frame *frame) {
  if (!frame) return;
  free(frame->slab);
  free(frame->used);
  if (frame->shares) {
    free(frame);
    return;
  }
  for (size_t g = 0; g < frame->n_groups; g++) group_clear(&frame->groups[g]);
  free(frame->groups);
  for (size_t i = 0; i < frame->n_numbers; i++) free(frame->numbers[i].level);
  free(frame->numbers);
  free(frame->layout.group);
  free(frame->layout.residual);
  free(frame->layout.pair);
  free(frame);
}
