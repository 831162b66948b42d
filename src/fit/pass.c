/* Sums over rows at given coefficients: log-likelihood, score, X'WX.
 *
 * Rows go by in blocks that stay in the first-level cache. For each block: joint codes are widened, numbers
 * decoded and put on the working scale, eta summed from one look-up a group, the logistic function taken, and
 * then omega and the residuals added into tables: a row (omega, r, omega z) into the table of each group,
 * omega into the table of each pair of groups, and dot products for numbers. One thread sums a chunk; chunks
 * are added in their order. */
#include "fit/pass.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/load.h"
#include "fit/logistic.h"
#include "fit/predictor.h"

/* Working space of one chunk, carved out of the slab. */
typedef struct block {
  size_t from, n;
  double *eta, *y, *w, *residual, *omega, *loss, *hat, *omega_z, *z, *rows;
  uint32_t *joint;
} block;

static block carve(const lf_frame *frame, double *scratch) {
  block b = {0};
  double **parts[] = {&b.eta, &b.y, &b.w, &b.residual, &b.omega, &b.loss, &b.hat, &b.omega_z};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) *parts[i] = scratch + i * LF_BLOCK_ROWS;
  b.z = scratch + 8 * LF_BLOCK_ROWS;
  b.rows = b.z + frame->n_numbers * LF_BLOCK_ROWS;
  b.joint = (uint32_t *)(void *)(b.rows + frame->layout.stride * LF_BLOCK_ROWS);
  return b;
}

/* ---- loading a block --------------------------------------------------------------------------------- */

static void load(const lf_frame *frame, size_t from, size_t n, block *b) {
  b->from = from;
  b->n = n;
  for (size_t g = 0; g < frame->n_groups; g++)
    lf_widen(n, frame->groups[g].width, frame->groups[g].codes, from, b->joint + g * LF_BLOCK_ROWS);
  lf_load_numbers(frame, from, n, LF_BLOCK_ROWS, b->z);
  lf_load_outcome(frame->design, from, n, b->y, b->w);
}

/* ---- linear predictor -------------------------------------------------------------------------------- */

LF_CLONES
static void add_scaled(size_t n, double a, const double *restrict x, double *restrict y) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

static void predict(const lf_frame *frame, const double *working, const lf_predictor *p, const double *offset,
                    block *b) {
  for (size_t i = 0; i < b->n; i++) b->eta[i] = p->intercept + (offset ? offset[b->from + i] : 0.0);
  for (size_t k = 0; k < frame->n_numbers; k++)
    add_scaled(b->n, working[frame->numbers[k].coef], b->z + k * LF_BLOCK_ROWS, b->eta);
  for (size_t g = 0; g < frame->n_groups; g++)
    lf_add_looked_up(b->n, p->table + p->start[g], b->joint + g * LF_BLOCK_ROWS, b->eta);
  if (!frame->design->weight) return;
  for (size_t i = 0; i < b->n; i++)
    if (b->w[i] == 0.0) b->eta[i] = 0.0;
}

/* ---- hat values -------------------------------------------------------------------------------------- */

/* h_i = omega_i x_i'Vx_i from tables made by lf_tables_from_matrix. */
static void hat_values(const lf_frame *frame, const double *tables, block *b) {
  const lf_layout *layout = &frame->layout;
  size_t numbers = frame->n_numbers;
  for (size_t i = 0; i < b->n; i++) {
    double sum = tables[LF_SLOT_WEIGHT];
    for (size_t k = 0; k < numbers; k++) {
      double z = b->z[k * LF_BLOCK_ROWS + i], part = tables[layout->number_weight + k];
      for (size_t l = 0; l <= k; l++)
        part += tables[layout->number_number + k * numbers + l] * b->z[l * LF_BLOCK_ROWS + i];
      sum += z * part;
    }
    for (size_t g = 0; g < frame->n_groups; g++) {
      size_t c = b->joint[g * LF_BLOCK_ROWS + i];
      const double *row = tables + layout->group[g] + c * layout->stride;
      sum += row[0];
      for (size_t k = 0; k < numbers; k++) sum += row[2 + k] * b->z[k * LF_BLOCK_ROWS + i];
      for (size_t h = g + 1; h < frame->n_groups; h++)
        sum += tables[layout->pair[g * frame->n_groups + h] + c * frame->groups[h].n_codes +
                      b->joint[h * LF_BLOCK_ROWS + i]];
    }
    b->hat[i] = b->omega[i] * sum;
  }
}

/* Firth's residual r + h (1/2 - mu), and the weight omega (1 + h / w) of the data augmented by h half wins
 * and half losses. */
static void augment(block *b) {
  for (size_t i = 0; i < b->n; i++) {
    if (b->w[i] == 0.0) continue;
    double mu = b->y[i] - b->residual[i] / b->w[i];
    b->residual[i] += b->hat[i] * (0.5 - mu);
    b->omega[i] *= 1.0 + b->hat[i] / b->w[i];
  }
}

/* ---- accumulation ------------------------------------------------------------------------------------ */

static void add_pair(size_t n, const uint32_t *a, const uint32_t *b, size_t width, const double *omega,
                     double *table) {
  for (size_t i = 0; i < n; i++) table[(size_t)a[i] * width + b[i]] += omega[i];
}

static inline void add_rows_of(size_t n, size_t stride, const uint32_t *joint, const double *rows,
                               double *table) {
  for (size_t i = 0; i < n; i++) {
    double *restrict out = table + (size_t)joint[i] * stride;
    const double *restrict in = rows + i * stride;
#pragma omp simd
    for (size_t k = 0; k < stride; k++) out[k] += in[k];
  }
}

/* The widths most designs have are compiled with a fixed length. */
LF_CLONES
static void add_rows(size_t n, size_t stride, const uint32_t *joint, const double *rows, double *table) {
  switch (stride) {
  case 4: add_rows_of(n, 4, joint, rows, table); break;
  case 8: add_rows_of(n, 8, joint, rows, table); break;
  case 12: add_rows_of(n, 12, joint, rows, table); break;
  case 16: add_rows_of(n, 16, joint, rows, table); break;
  default: add_rows_of(n, stride, joint, rows, table); break;
  }
}

static void spread(size_t n, size_t stride, const double *x, double *rows) {
  for (size_t i = 0; i < n; i++) rows[i * stride] = x[i];
}

LF_CLONES
static void multiply(size_t n, const double *restrict x, const double *restrict y, double *restrict out) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) out[i] = x[i] * y[i];
}

static void accumulate_numbers(const lf_frame *frame, block *b, bool full, double *tables) {
  const lf_layout *layout = &frame->layout;
  size_t numbers = frame->n_numbers, stride = layout->stride;
  for (size_t k = 0; k < numbers; k++) {
    const double *z = b->z + k * LF_BLOCK_ROWS;
    tables[layout->number_gradient + k] += lf_lane_dot(b->n, z, b->residual);
    if (!full) continue;
    multiply(b->n, b->omega, z, b->omega_z);
    tables[layout->number_weight + k] += lf_lane_sum(b->n, b->omega_z);
    for (size_t l = 0; l <= k; l++)
      tables[layout->number_number + k * numbers + l] +=
          lf_lane_dot(b->n, b->omega_z, b->z + l * LF_BLOCK_ROWS);
    spread(b->n, stride, b->omega_z, b->rows + 2 + k);
  }
}

static void accumulate_full(const lf_frame *frame, block *b, double *tables) {
  const lf_layout *layout = &frame->layout;
  tables[LF_SLOT_WEIGHT] += lf_lane_sum(b->n, b->omega);
  accumulate_numbers(frame, b, true, tables);
  spread(b->n, layout->stride, b->omega, b->rows);
  spread(b->n, layout->stride, b->residual, b->rows + 1);
  for (size_t g = 0; g < frame->n_groups; g++) {
    const uint32_t *joint = b->joint + g * LF_BLOCK_ROWS;
    add_rows(b->n, layout->stride, joint, b->rows, tables + layout->group[g]);
    for (size_t h = g + 1; h < frame->n_groups; h++)
      add_pair(b->n, joint, b->joint + h * LF_BLOCK_ROWS, frame->groups[h].n_codes, b->omega,
               tables + layout->pair[g * frame->n_groups + h]);
  }
}

static void accumulate_gradient(const lf_frame *frame, block *b, double *tables) {
  accumulate_numbers(frame, b, false, tables);
  for (size_t g = 0; g < frame->n_groups; g++) {
    double *sums = tables + frame->layout.residual[g];
    const uint32_t *joint = b->joint + g * LF_BLOCK_ROWS;
    for (size_t i = 0; i < b->n; i++) sums[joint[i]] += b->residual[i];
  }
}

/* ---- passes ------------------------------------------------------------------------------------------ */

typedef struct pass {
  const lf_frame *frame;
  lf_pass_kind kind;
  const double *working;
  const double *hat_tables; /* NULL: maximum likelihood */
  size_t stride;
  bool first;    /* weights and working response before there are coefficients */
  bool meat;     /* squared residuals in place of omega */
  bool linear;   /* eta = x'working and nothing more */
  double margin; /* linear and accumulating: rows beyond it on their own side are left out */
  lf_predictor predictor;
  void (*visit)(void *context, const lf_block_view *block); /* NULL: accumulate */
  void *context;
} pass;

/* omega = 1 for the rows that the direction does not put on their own side by more than margin. */
static void mark_overlap(double margin, block *b) {
  for (size_t i = 0; i < b->n; i++) {
    bool beyond = (b->y[i] == 1.0 && b->eta[i] > margin) || (b->y[i] == 0.0 && -b->eta[i] > margin);
    b->omega[i] = b->w[i] > 0.0 && !beyond ? 1.0 : 0.0;
    b->residual[i] = b->loss[i] = 0.0;
  }
}

/* omega and omega times the working response of R's start. */
static void first_response(const double *offset, block *b) {
  for (size_t i = 0; i < b->n; i++) {
    double w = b->w[i], mu = (w * b->y[i] + 0.5) / (w + 1.0), eta = lf_logit(mu);
    b->omega[i] = w * mu * (1.0 - mu);
    b->residual[i] =
        b->omega[i] * (eta - (offset && w > 0.0 ? offset[b->from + i] : 0.0)) + w * (b->y[i] - mu);
    b->eta[i] = b->loss[i] = 0.0;
  }
}

static void compute(const pass *p, size_t from, size_t n, block *b) {
  load(p->frame, from, n, b);
  if (p->first) {
    first_response(p->frame->design->offset, b);
    return;
  }
  predict(p->frame, p->working, &p->predictor, p->linear ? NULL : p->frame->design->offset, b);
  if (p->linear) {
    mark_overlap(p->margin, b);
    return;
  }
  lf_logistic_block(n, b->eta, b->y, b->w, b->residual, b->omega, b->loss);
  if (p->hat_tables) hat_values(p->frame, p->hat_tables, b);
}

/* omega = w (y (1 - mu)^2 + (1 - y) mu^2) / (1 - h)^2, h being the hat value of one of the w rows. */
static void square_residual(const pass *p, block *b) {
  for (size_t i = 0; i < b->n; i++) {
    if (b->w[i] == 0.0) continue;
    double mu = b->y[i] - b->residual[i] / b->w[i], left = 1.0 - (p->hat_tables ? b->hat[i] / b->w[i] : 0.0);
    b->omega[i] = b->w[i] * (b->y[i] * (1.0 - mu) * (1.0 - mu) + (1.0 - b->y[i]) * mu * mu) / (left * left);
  }
}

static void accumulate(const pass *p, block *b, double *tables) {
  if (p->meat)
    square_residual(p, b);
  else if (p->hat_tables)
    augment(b);
  tables[LF_SLOT_LOGLIK] -= lf_lane_sum(b->n, b->loss);
  tables[LF_SLOT_RESIDUAL] += lf_lane_sum(b->n, b->residual);
  double extreme = tables[LF_SLOT_EXTREME];
  for (size_t i = 0; i < b->n; i++) extreme = fabs(b->eta[i]) > extreme ? fabs(b->eta[i]) : extreme;
  tables[LF_SLOT_EXTREME] = extreme;
  if (p->kind == LF_PASS_FULL)
    accumulate_full(p->frame, b, tables);
  else
    accumulate_gradient(p->frame, b, tables);
}

static void show(const pass *p, size_t chunk, const block *b) {
  lf_block_view view = {
      chunk, b->from, b->n, b->eta, b->y, b->w, b->residual, b->omega, p->hat_tables ? b->hat : NULL,
      b->z,  b->joint};
  p->visit(p->context, &view);
}

static void run_chunk(void *context, size_t i) {
  const pass *p = context;
  const lf_frame *frame = p->frame;
  double *tables = frame->slab + i * (frame->layout.length + frame->scratch);
  block b = carve(frame, tables + frame->layout.length);
  size_t from, to;
  lf_chunk_rows(&frame->chunks, i, &from, &to);
  if (!p->visit)
    memset(tables, 0,
           (p->kind == LF_PASS_FULL ? frame->layout.length : frame->layout.gradient_length) * sizeof *tables);
  for (size_t at = from; at < to; at += LF_BLOCK_ROWS * p->stride) {
    size_t n = at + LF_BLOCK_ROWS < to ? LF_BLOCK_ROWS : to - at; /* may lie across two blocks of `used` */
    if (!p->visit && !frame->used[at / LF_BLOCK_ROWS] && !frame->used[(at + n - 1) / LF_BLOCK_ROWS]) continue;
    compute(p, at, n, &b);
    if (p->visit)
      show(p, i, &b);
    else
      accumulate(p, &b, tables);
  }
}

/* Adds the accumulators of all chunks into the first, a slice of cells at a time so that slices run in
 * parallel. */
enum { SLICE = 8192 };

typedef struct sum_task {
  const lf_frame *frame;
  size_t length;
} sum_task;

static void add_slice(void *context, size_t s) {
  const sum_task *task = context;
  const lf_frame *frame = task->frame;
  size_t from = s * SLICE, to = from + SLICE < task->length ? from + SLICE : task->length;
  if (from < LF_SLOTS) from = LF_SLOTS;
  for (size_t i = 1; i < frame->chunks.count; i++) {
    const double *other = frame->slab + i * (frame->layout.length + frame->scratch);
    for (size_t c = from; c < to; c++) frame->slab[c] += other[c];
  }
}

static void add_chunks(const pass *p, const lf_run *run) {
  const lf_frame *frame = p->frame;
  sum_task task = {frame, p->kind == LF_PASS_FULL ? frame->layout.length : frame->layout.gradient_length};
  lf_parallel_for(run, (task.length + SLICE - 1) / SLICE, add_slice, &task);
  double *total = frame->slab;
  for (size_t i = 1; i < frame->chunks.count; i++) {
    const double *other = frame->slab + i * (frame->layout.length + frame->scratch);
    total[LF_SLOT_LOGLIK] += other[LF_SLOT_LOGLIK];
    total[LF_SLOT_RESIDUAL] += other[LF_SLOT_RESIDUAL];
    total[LF_SLOT_WEIGHT] += other[LF_SLOT_WEIGHT];
    if (other[LF_SLOT_EXTREME] > total[LF_SLOT_EXTREME]) total[LF_SLOT_EXTREME] = other[LF_SLOT_EXTREME];
  }
}

/* Tables of V for hat values, or NULL. */
static lf_status make_hat(const lf_frame *frame, const double *hat, double **tables, lf_error *err) {
  if (!hat) return LF_OK;
  lf_status status = lf_alloc(frame->layout.length, sizeof **tables, tables, err);
  if (status == LF_OK) lf_tables_from_matrix(frame, hat, *tables);
  return status;
}

/* Runs a pass whose frame, coefficients and kind of work are set. */
static lf_status run_pass(pass *p, const double *hat, const lf_run *run, lf_error *err) {
  lf_status status = LF_OK;
  double *hat_tables = NULL;
  LF_TRY(lf_check_interrupt(run, err));
  LF_TRY(make_hat(p->frame, hat, &hat_tables, err));
  LF_TRY(lf_predictor_make(p->frame, p->working, &p->predictor, err));
  p->hat_tables = hat_tables;
  lf_parallel_for(run, p->frame->chunks.count, run_chunk, p);
  if (!p->visit) add_chunks(p, run);
cleanup:
  lf_predictor_clear(&p->predictor);
  free(hat_tables);
  return status;
}

lf_status lf_pass(const lf_frame *frame, lf_pass_kind kind, const double *working, size_t stride,
                  const double *hat, const lf_run *run, lf_point *point, lf_error *err) {
  pass p = {.frame = frame, .kind = kind, .working = working, .stride = stride};
  lf_status status = run_pass(&p, hat, run, err);
  if (status != LF_OK) return status;
  point->loglik = frame->slab[LF_SLOT_LOGLIK];
  point->extreme = frame->slab[LF_SLOT_EXTREME];
  lf_tables_gradient(frame, kind, frame->slab, point->gradient);
  if (kind == LF_PASS_FULL) lf_tables_hessian(frame, frame->slab, point->hessian);
  return LF_OK;
}

lf_status lf_pass_first(const lf_frame *frame, const lf_run *run, lf_point *point, lf_error *err) {
  pass p = {.frame = frame, .kind = LF_PASS_FULL, .working = point->gradient, .stride = 1, .first = true};
  lf_status status = run_pass(&p, NULL, run, err);
  if (status != LF_OK) return status;
  lf_tables_gradient(frame, LF_PASS_FULL, frame->slab, point->gradient);
  lf_tables_hessian(frame, frame->slab, point->hessian);
  return LF_OK;
}

lf_status lf_visit_blocks(const lf_frame *frame, const double *working, const double *hat, const lf_run *run,
                          void (*visit)(void *context, const lf_block_view *block), void *context,
                          lf_error *err) {
  pass p = {.frame = frame, .working = working, .stride = 1, .visit = visit, .context = context};
  return run_pass(&p, hat, run, err);
}

lf_status lf_visit_linear(const lf_frame *frame, const double *direction, const lf_run *run,
                          void (*visit)(void *context, const lf_block_view *block), void *context,
                          lf_error *err) {
  pass p = {
      .frame = frame, .working = direction, .stride = 1, .linear = true, .visit = visit, .context = context};
  return run_pass(&p, NULL, run, err);
}

lf_status lf_pass_overlap(const lf_frame *frame, const double *direction, double margin, const lf_run *run,
                          double *hessian, lf_error *err) {
  pass p = {.frame = frame,
            .kind = LF_PASS_FULL,
            .working = direction,
            .stride = 1,
            .linear = true,
            .margin = margin};
  lf_status status = run_pass(&p, NULL, run, err);
  if (status == LF_OK) lf_tables_hessian(frame, frame->slab, hessian);
  return status;
}

lf_status lf_pass_meat(const lf_frame *frame, const double *working, const double *hat, const lf_run *run,
                       double *meat, lf_error *err) {
  pass p = {.frame = frame, .kind = LF_PASS_FULL, .working = working, .stride = 1, .meat = true};
  lf_status status = run_pass(&p, hat, run, err);
  if (status == LF_OK) lf_tables_hessian(frame, frame->slab, meat);
  return status;
}
