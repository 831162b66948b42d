/* Separation: a direction in which the log-likelihood never falls.
 *
 * Symbols: s_i = 2 y_i - 1. The estimate is infinite exactly where some direction d has s_i x_i'd >= 0 in
 * every row and > 0 in at least one (Albert & Anderson 1984); complete separation has > 0 in every row.
 * Method: far along, Newton's step itself tends to such a direction: rows that separate move by about 1 each
 * step, the others by nothing. So the step proposes which rows separate; it is projected on the null space of
 * X'X over the other rows; and the projection is put to every row. Only what every row confirms counts, so no
 * estimate is called infinite because it is large. This finds what the linear programme of Konis (2007)
 * finds, at the cost of two passes. A projection on the null space of B is the limit of t (B + t I)^-1 d,
 * repeated so that what is not null fades out. */
#include <stdlib.h>

#include "base/memory.h"
#include "fit/newton.h"

static const double moved = 0.5; /* share of a step a separating row moves at least */
static const double confirmed = 0.01;
static const double rounding = 1e-6;
enum { PROJECTIONS = 24 };

/* What the rows say of a direction, one for each chunk. */
typedef struct row_check {
  double overlap; /* largest |x'd| among rows that do not separate, or largest wrong-side move */
  double weight;  /* of the rows that separate */
  double unclear; /* rows between the two */
} row_check;

static void check_block(void *context, const lf_block_view *b) {
  row_check *check = (row_check *)context + b->chunk;
  for (size_t i = 0; i < b->n; i++) {
    if (b->weight[i] == 0.0) continue;
    double side = b->y[i] == 1.0 ? b->eta[i] : b->y[i] == 0.0 ? -b->eta[i] : -fabs(b->eta[i]);
    if (side >= confirmed)
      check->weight += b->weight[i];
    else if (fabs(side) <= rounding)
      check->overlap = fmax(check->overlap, fabs(side));
    else
      check->unclear += 1.0;
  }
}

/* Projects d on the null space of the overlap matrix and rounds what is left of the other coefficients to 0.
 */
static lf_status project(const double *overlap, size_t n, const bool *left_out, double *d, lf_error *err) {
  lf_status status = LF_OK;
  lf_system *system = NULL;
  double *ridge = NULL, *next = NULL;
  LF_TRY(lf_alloc(n, sizeof *ridge, &ridge, err));
  LF_TRY(lf_alloc(n, sizeof *next, &next, err));
  LF_TRY(lf_system_new(n, &system, err));
  lf_system_activate(system, left_out);
  double largest = 0.0;
  for (size_t j = 0; j < n; j++) largest = fmax(largest, overlap[j * n + j]);
  if (largest <= 0.0) goto cleanup; /* no row overlaps: every direction is null */
  double lift = 1e-9 * largest;
  for (size_t j = 0; j < n; j++) ridge[j] = lift;
  LF_TRY(lf_system_factor(system, overlap, ridge, err));
  for (int i = 0; i < PROJECTIONS; i++) {
    LF_TRY(lf_system_solve(system, d, next, err));
    for (size_t j = 0; j < n; j++) d[j] = next[j] * lift;
  }
cleanup:
  lf_system_free(system);
  free(ridge);
  free(next);
  return status;
}

/* Scales d to a largest entry of 1 and rounds what is negligible to 0; false where nothing is left. */
static bool normalise(double *d, size_t n) {
  double largest = 0.0;
  for (size_t j = 0; j < n; j++) largest = fmax(largest, fabs(d[j]));
  if (!(largest > 1e-4) || !isfinite(largest)) return false;
  for (size_t j = 0; j < n; j++) d[j] = fabs(d[j]) < rounding * largest ? 0.0 : d[j] / largest;
  return true;
}

lf_status lf_find_separation(const lf_frame *frame, const bool *left_out, const double *step,
                             const lf_run *run, double *direction, bool *separated, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = frame->n_coef;
  double *overlap = NULL;
  row_check *checks = NULL;
  *separated = false;
  LF_TRY(lf_alloc(n * n, sizeof *overlap, &overlap, err));
  LF_TRY(lf_alloc(frame->chunks.count, sizeof *checks, &checks, err));
  LF_TRY(lf_pass_overlap(frame, step, moved, run, overlap, err));
  memcpy(direction, step, n * sizeof *direction);
  LF_TRY(project(overlap, n, left_out, direction, err));
  if (!normalise(direction, n)) goto cleanup;
  LF_TRY(lf_visit_linear(frame, direction, run, check_block, checks, err));
  double weight = 0.0, unclear = 0.0;
  for (size_t i = 0; i < frame->chunks.count; i++) {
    weight += checks[i].weight;
    unclear += checks[i].unclear;
  }
  *separated = unclear == 0.0 && weight > 0.0;
cleanup:
  free(overlap);
  free(checks);
  return status;
}

/* ---- dependence, for alias.c ------------------------------------------------------------------------- */

typedef struct share_task {
  const lf_frame *frame;
  const double *c;
  size_t j;
  double *residual, *norm; /* one a chunk */
} share_task;

/* Sums of w (x'c)^2 and of w x_j^2; x_j of a row is what c's entry -1 at j took away, so it is found from the
 * term. */
static double column_value(const lf_frame *frame, size_t j, const lf_block_view *b, size_t i) {
  if (j == 0) return 1.0;
  for (size_t k = 0; k < frame->n_numbers; k++)
    if (frame->numbers[k].coef == j) return b->z[k * LF_BLOCK_ROWS + i];
  double sum = 0.0;
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    for (size_t t = 0; t < group->n_terms; t++)
      sum += group->coef[t * group->n_codes + b->joint[g * LF_BLOCK_ROWS + i]] == (int32_t)j;
  }
  return sum;
}

static void share_block(void *context, const lf_block_view *b) {
  const share_task *task = context;
  for (size_t i = 0; i < b->n; i++) {
    if (b->weight[i] == 0.0) continue;
    double x = column_value(task->frame, task->j, b, i);
    task->residual[b->chunk] += b->weight[i] * b->eta[i] * b->eta[i];
    task->norm[b->chunk] += b->weight[i] * x * x;
  }
}

lf_status lf_residual_share(const lf_frame *frame, const double *c, size_t j, const lf_run *run,
                            double *share, lf_error *err) {
  lf_status status = LF_OK;
  share_task task = {frame, c, j, NULL, NULL};
  LF_TRY(lf_alloc(frame->chunks.count, sizeof *task.residual, &task.residual, err));
  LF_TRY(lf_alloc(frame->chunks.count, sizeof *task.norm, &task.norm, err));
  LF_TRY(lf_visit_linear(frame, c, run, share_block, &task, err));
  double residual = 0.0, norm = 0.0;
  for (size_t i = 0; i < frame->chunks.count; i++) {
    residual += task.residual[i];
    norm += task.norm[i];
  }
  *share = norm > 0.0 ? sqrt(residual / norm) : 0.0;
cleanup:
  free(task.residual);
  free(task.norm);
  return status;
}
