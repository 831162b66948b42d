/* Calibration: is 30 % thirty in a hundred?
 *
 * Symbols: x_i = logit(p_i), y_i outcome, w_i weight, mu_i = expit(a + b x_i).
 *   slope, intercept: maximum likelihood (a, b) of y on x (Cox 1958); 1 and 0 where p is right
 *   in the large:     a with b = 1
 *   gradient g = sum w (y - mu)(1, x), information H = sum w mu (1 - mu) (1, x)(1, x)'
 * Standard errors from H^-1; where rows stand in accounts, H^-1 (sum_c g_c g_c') H^-1 C/(C-1) over accounts
 * c.
 *
 * Newton with step halving on points first: the rows themselves where they are few, else cells of x holding
 * their rows' mean x. Then plain Newton over all rows from there, which takes two passes at 10^6 rows. Rows
 * with p of exactly 0 or 1 have no logit: they are left out and counted. A finite (a, b) exists exactly where
 * the x of won and lost rows overlap (Albert & Anderson 1984); elsewhere the figures are NaN. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "judge/parts.h"

enum { CHUNK_ROWS = 1 << 14, MAX_CHUNKS = 64, CELLS = 8192, CELL_CHUNKS = 8, MAX_STEPS = 60 };
#define CELL_REACH 16.0 /* cells cover logits from -16 to 16; what lies beyond joins the outermost */
/* Newton decrement, squared step in standard errors, below which the step just taken was the last. From cells
 * the rows are many and the next step is of the order of the square of this one, beyond what the data can
 * tell by far. */
#define CONVERGED 1e-16
#define CONVERGED_FROM_CELLS 1e-8

typedef struct moments {
  double g0, g1, h00, h01, h11;
} moments;

typedef struct line {
  double intercept, slope;
  bool slope_free;
} line;

/* Points of the regression: n[i] rows (NULL: 1), won of them in won[i], or as 0/1 in row_won[i]. x NaN: left
 * out. */
typedef struct points {
  size_t n_points;
  const double *x, *n, *won;
  const uint8_t *row_won;
} points;

typedef struct span {
  double low_won, high_won, low_lost, high_lost;
  double left_out;
} span;

typedef struct work {
  const lf_judge_rows *rows;
  points all;
  double *logit;
  lf_chunks chunks;
  moments *parts;
  span *spans;
  double converged;
  line at;
} work;

static inline void add_point(moments *m, const points *p, const line *at, size_t i) {
  double x = p->x[i], n = p->n ? p->n[i] : 1;
  if (isnan(x) || !(n > 0)) return;
  double won = p->won ? p->won[i] : n * (p->row_won[i] ? 1 : 0);
  double mu = lf_expit(at->intercept + at->slope * x), v = n * mu * (1 - mu), r = won - n * mu;
  m->g0 += r;
  m->g1 += r * x;
  m->h00 += v;
  m->h01 += v * x;
  m->h11 += v * x * x;
}

static void moments_of_chunk(void *context, size_t chunk) {
  work *job = context;
  moments m = {0};
  const points all = job->all; /* copies on the stack, which the sums cannot alias */
  const line at = job->at;
  size_t from, to;
  lf_chunk_rows(&job->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) add_point(&m, &all, &at, i);
  job->parts[chunk] = m;
}

static moments moments_of_rows(work *job, const lf_run *run) {
  moments sum = {0};
  lf_parallel_for(run, job->chunks.count, moments_of_chunk, job);
  for (size_t c = 0; c < job->chunks.count; c++) {
    sum.g0 += job->parts[c].g0;
    sum.g1 += job->parts[c].g1;
    sum.h00 += job->parts[c].h00;
    sum.h01 += job->parts[c].h01;
    sum.h11 += job->parts[c].h11;
  }
  return sum;
}

/* H^-1 of the free parameters; false where H is singular. */
static bool invert(const moments *m, bool slope_free, double v[3]) {
  v[0] = 1 / m->h00;
  v[1] = v[2] = 0;
  if (!slope_free) return m->h00 > 0 && isfinite(v[0]);
  double det = m->h00 * m->h11 - m->h01 * m->h01;
  if (!(det > 1e-14 * m->h00 * m->h11)) return false;
  v[0] = m->h11 / det;
  v[1] = -m->h01 / det;
  v[2] = m->h00 / det;
  return true;
}

/* One Newton step; *decrement = g' H^-1 g. */
static bool newton_step(const moments *m, bool slope_free, double step[2], double *decrement) {
  double v[3];
  if (!invert(m, slope_free, v)) return false;
  step[0] = v[0] * m->g0 + v[1] * m->g1;
  step[1] = slope_free ? v[1] * m->g0 + v[2] * m->g1 : 0;
  *decrement = step[0] * m->g0 + step[1] * m->g1;
  return isfinite(step[0]) && isfinite(step[1]);
}

static double loss_of_points(const points *p, const line *at) {
  lf_sum loss = {0};
  for (size_t i = 0; i < p->n_points; i++) {
    double n = p->n ? p->n[i] : 1;
    if (isnan(p->x[i]) || !(n > 0)) continue;
    double won = p->won ? p->won[i] : n * (p->row_won[i] ? 1 : 0), eta = at->intercept + at->slope * p->x[i];
    lf_sum_add(&loss, n * lf_log_loss(eta, won / n));
  }
  return lf_sum_value(&loss);
}

/* Safeguarded Newton on points; a start for the rows. */
static void fit_points(const points *p, line *at) {
  double loss = loss_of_points(p, at), step[2], decrement;
  for (int k = 0; k < MAX_STEPS; k++) {
    moments m = {0};
    for (size_t i = 0; i < p->n_points; i++) add_point(&m, p, at, i);
    if (!newton_step(&m, at->slope_free, step, &decrement) || decrement < 1e-12) return;
    double share = 1;
    for (; share > 1e-6; share /= 2) {
      line next = {at->intercept + share * step[0], at->slope + share * step[1], at->slope_free};
      double next_loss = loss_of_points(p, &next);
      if (!(next_loss < loss)) continue;
      *at = next;
      loss = next_loss;
      break;
    }
    if (share <= 1e-6) return;
  }
}

/* Newton over all rows from a start near the end; false where it does not converge. */
static bool fit_rows(work *job, const lf_run *run, moments *at_end) {
  double step[2], decrement;
  for (int k = 0; k < MAX_STEPS; k++) {
    *at_end = moments_of_rows(job, run);
    if (!newton_step(at_end, job->at.slope_free, step, &decrement)) return false;
    job->at.intercept += step[0];
    job->at.slope += step[1];
    if (decrement < job->converged) return true;
  }
  return false;
}

/* ---- standard errors over accounts ----------------------------------------------------------------- */

/* Replaces H^-1 in v by the sandwich over accounts. */
static lf_status sandwich(const work *job, double v[3], lf_error *err) {
  lf_status status = LF_OK;
  const lf_judge_rows *rows = job->rows;
  moments *accounts = NULL;
  double b00 = 0, b01 = 0, b11 = 0, count = 0;
  LF_TRY(lf_alloc(rows->n_clusters, sizeof *accounts, &accounts, err));
  for (size_t i = 0; i < rows->n; i++) add_point(&accounts[rows->cluster[i]], &job->all, &job->at, i);
  for (size_t c = 0; c < rows->n_clusters; c++) {
    const moments *a = &accounts[c];
    count += a->h00 > 0;
    b00 += a->g0 * a->g0;
    b01 += a->g0 * a->g1;
    b11 += a->g1 * a->g1;
  }
  double scale = count > 1 ? count / (count - 1) : NAN;
  double r0 = v[0] * b00 + v[1] * b01, r1 = v[0] * b01 + v[1] * b11; /* first row of H^-1 B */
  double s0 = v[1] * b00 + v[2] * b01, s1 = v[1] * b01 + v[2] * b11; /* second row */
  double v00 = r0 * v[0] + r1 * v[1], v01 = r0 * v[1] + r1 * v[2], v11 = s0 * v[1] + s1 * v[2];
  v[0] = scale * v00;
  v[1] = scale * v01;
  v[2] = scale * v11;
cleanup:
  free(accounts);
  return status;
}

static lf_interval interval_of(double value, double variance) {
  double se = sqrt(variance), reach = lf_normal_quantile(0.975) * se;
  return (lf_interval){value, se, value - reach, value + reach};
}

/* One fit: start from (0, 1), points, rows, intervals. */
static lf_status fit(work *job, const points *start, bool slope_free, const lf_run *run,
                     lf_interval *intercept, lf_interval *slope, lf_error *err) {
  moments at_end;
  double v[3];
  job->at = (line){0, 1, slope_free};
  fit_points(start, &job->at);
  if (!fit_rows(job, run, &at_end) || !invert(&at_end, slope_free, v)) return LF_OK;
  if (job->rows->cluster) {
    lf_status status = sandwich(job, v, err);
    if (status != LF_OK) return status;
  }
  *intercept = interval_of(job->at.intercept, v[0]);
  if (slope) *slope = interval_of(job->at.slope, v[2]);
  return LF_OK;
}

/* ---- points ---------------------------------------------------------------------------------------- */

static void logits_of_chunk(void *context, size_t chunk) {
  work *job = context;
  const lf_judge_rows *rows = job->rows;
  span s = {INFINITY, -INFINITY, INFINITY, -INFINITY, 0};
  size_t from, to;
  lf_chunk_rows(&job->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    double p = rows->probability[i];
    job->logit[i] = NAN;
    double w = rows->weight ? rows->weight[i] : 1;
    if (!(w > 0)) continue;
    if (!(p > 0 && p < 1)) {
      s.left_out += w;
      continue;
    }
    double x = log(p / (1 - p)); /* one logarithm; 1 - p is exact or rounded once */
    job->logit[i] = x;
    double *low = rows->won[i] ? &s.low_won : &s.low_lost, *high = rows->won[i] ? &s.high_won : &s.high_lost;
    if (x < *low) *low = x;
    if (x > *high) *high = x;
  }
  job->spans[chunk] = s;
}

static span span_of_rows(const work *job) {
  span all = {INFINITY, -INFINITY, INFINITY, -INFINITY, 0};
  for (size_t c = 0; c < job->chunks.count; c++) {
    const span *s = &job->spans[c];
    all.low_won = fmin(all.low_won, s->low_won);
    all.high_won = fmax(all.high_won, s->high_won);
    all.low_lost = fmin(all.low_lost, s->low_lost);
    all.high_lost = fmax(all.high_lost, s->high_lost);
    all.left_out += s->left_out;
  }
  return all;
}

typedef struct cells {
  const work *job;
  lf_chunks chunks;
  double *sums; /* 3 * CELLS a chunk: sum of x, rows, won */
} cells;

static void fill_cells(void *context, size_t chunk) {
  cells *c = context;
  const points *p = &c->job->all;
  double *x = c->sums + chunk * 3 * CELLS, *n = x + CELLS, *won = n + CELLS;
  size_t from, to;
  lf_chunk_rows(&c->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    if (isnan(p->x[i])) continue;
    double w = p->n ? p->n[i] : 1, at = (p->x[i] + CELL_REACH) * (CELLS / (2 * CELL_REACH));
    size_t cell = at <= 0 ? 0 : at >= CELLS - 1 ? CELLS - 1 : (size_t)at;
    x[cell] += w * p->x[i];
    n[cell] += w;
    if (p->row_won[i]) won[cell] += w;
  }
}

/* Cells of x with the mean x of their rows, in place of the rows. *sums is freed by the caller. */
static lf_status cell_points(const work *job, const lf_run *run, points *out, double **sums, lf_error *err) {
  cells c = {.job = job, .chunks = lf_cut(job->rows->n, CHUNK_ROWS, CELL_CHUNKS)};
  lf_status status = lf_alloc(c.chunks.count * 3 * CELLS, sizeof *c.sums, &c.sums, err);
  if (status != LF_OK) return status;
  lf_parallel_for(run, c.chunks.count, fill_cells, &c);
  double *x = c.sums, *n = x + CELLS, *won = n + CELLS;
  for (size_t k = 1; k < c.chunks.count; k++)
    for (size_t i = 0; i < 3 * CELLS; i++) c.sums[i] += c.sums[k * 3 * CELLS + i];
  for (size_t i = 0; i < CELLS; i++) x[i] = n[i] > 0 ? x[i] / n[i] : NAN;
  *out = (points){.n_points = CELLS, .x = x, .n = n, .won = won};
  *sums = c.sums;
  return LF_OK;
}

lf_status lf_judge_calibration(const lf_judge_rows *rows, const lf_run *run, lf_judgement *out,
                               lf_error *err) {
  lf_status status = LF_OK;
  const lf_interval unknown = {NAN, NAN, NAN, NAN};
  work job = {.rows = rows, .chunks = lf_cut(rows->n, CHUNK_ROWS, MAX_CHUNKS), .converged = CONVERGED};
  double *sums = NULL;
  out->calibration_slope = out->calibration_intercept = out->in_the_large = unknown;
  out->calibration_left_out = 0;
  if (!rows->probability) return LF_OK;
  LF_TRY(lf_alloc(rows->n, sizeof *job.logit, &job.logit, err));
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.parts, &job.parts, err));
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.spans, &job.spans, err));
  lf_parallel_for(run, job.chunks.count, logits_of_chunk, &job);
  span s = span_of_rows(&job);
  out->calibration_left_out = s.left_out;
  job.all = (points){.n_points = rows->n, .x = job.logit, .n = rows->weight, .row_won = rows->won};
  points start = job.all;
  if (rows->n > 4 * (size_t)CELLS) {
    LF_TRY(cell_points(&job, run, &start, &sums, err));
    job.converged = CONVERGED_FROM_CELLS;
  }
  bool both = s.low_won <= s.high_won && s.low_lost <= s.high_lost;
  bool overlap = s.high_lost > s.low_won && s.high_won > s.low_lost;
  if (both && overlap)
    LF_TRY(fit(&job, &start, true, run, &out->calibration_intercept, &out->calibration_slope, err));
  if (both) LF_TRY(fit(&job, &start, false, run, &out->in_the_large, NULL, err));
cleanup:
  free(job.logit);
  free(job.parts);
  free(job.spans);
  free(sums);
  return status;
}
