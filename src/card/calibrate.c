/* Score -> probability.
 *
 * P(won | score) = expit(intercept + slope * score). Both come from training rows:
 *   slope      logistic regression of won on score, times the slope that judged rows had on their linear
 * predictor (at most 1): what the fit's own rows promise too much is taken back (van Houwelingen & Le Cessie
 * 1990, cross-validated calibration); intercept  so that expected wins meet wins. Where time is known the
 * level moves from quarter to quarter while the ranking stays: the slope is fitted with an intercept for each
 * of 20 blocks of time, and the intercept comes from the newest rows. How many of them, of 1, 1/2, ... 1/32
 * of all, is told by predicting each twentieth of the newer half from the window before it: the longest
 * window within one standard error of the best. A level that stays is known better the more rows tell it, and
 * fewer rows are taken only where the base rate is seen to move. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/sort.h"
#include "card/build.h"

enum { SLICES = 160, BLOCKS = 20, PER_BLOCK = SLICES / BLOCKS, WINDOWS = 6 };

static const double block_ridge = 1e-3; /* keeps a block without wins finite */

/* Weighted rows and wins by slice of time and score. */
typedef struct tally {
  size_t scores;      /* 0 .. scores-1 */
  double *rows, *won; /* [SLICES][scores] */
  double *cells;      /* [2 * scores]: working space */
} tally;

/* The slice of time of each training row, those without a date first. Slices are of equal weight but for
 * days, which stay whole: the order in which rows of one day stand means nothing. */
static lf_status slice_rows(const lf_history *history, const lf_run *run, uint8_t *slice, lf_error *err) {
  size_t n = history->n_train, kept = 0;
  double *day = NULL, total = 0, won = 0, before = 0, started = 0;
  uint64_t *order = NULL; /* the low half of order[k] is the row at place k */
  lf_status status = lf_alloc(n, sizeof *day, &day, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    day[i] = lf_history_day(history, i);
    if (isnan(day[i])) day[i] = -INFINITY;
  }
  if (status == LF_OK) status = lf_sort_rows(day, NULL, n, run, &order, &kept, err);
  lf_history_count(history, 0, n, &total, &won);
  for (size_t k = 0; status == LF_OK && k < n; k++) {
    size_t row = (size_t)(order[k] & UINT32_MAX);
    if (!k || day[row] > day[(size_t)(order[k - 1] & UINT32_MAX)]) started = before;
    slice[row] = (uint8_t)fmin(SLICES - 1, floor(started / total * SLICES));
    before += lf_history_weight(history, row);
  }
  free(day);
  free(order);
  return status;
}

static lf_status tally_make(const lf_history *history, bool in_time, const int32_t *score, const lf_run *run,
                            tally *t, lf_error *err) {
  size_t n = history->n_train;
  uint8_t *slice = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(SLICES * t->scores, sizeof *t->rows, &t->rows, err));
  LF_TRY(lf_alloc(SLICES * t->scores, sizeof *t->won, &t->won, err));
  LF_TRY(lf_alloc(n, 1, &slice, err));
  if (in_time) LF_TRY(slice_rows(history, run, slice, err));
  for (size_t row = 0; row < n; row++) {
    size_t cell = slice[row] * t->scores + (size_t)score[row];
    double w = lf_history_weight(history, row);
    t->rows[cell] += w;
    t->won[cell] += history->won[row] ? w : 0;
  }
cleanup:
  free(slice);
  return status;
}

/* Logistic slope of won on score, with an intercept for each of `blocks` blocks of slices. */
static lf_status fit_slope(const tally *t, size_t blocks, double *slope, lf_error *err) {
  size_t per = SLICES / blocks, n = blocks * t->scores;
  double *share = NULL, *weight = NULL, *cells = NULL;
  uint16_t *codes = NULL;
  lf_weights *weights = NULL;
  int32_t coef[BLOCKS] = {-1};
  double ridge[BLOCKS + 1] = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *share, &share, err));
  LF_TRY(lf_alloc(n, sizeof *weight, &weight, err));
  LF_TRY(lf_alloc(n, sizeof *cells, &cells, err));
  LF_TRY(lf_alloc(n, sizeof *codes, &codes, err));
  for (size_t i = 0; i < SLICES * t->scores; i++) {
    size_t at = i / t->scores / per * t->scores + i % t->scores;
    weight[at] += t->rows[i];
    share[at] += t->won[i];
    cells[at] = (double)(i % t->scores);
    codes[at] = (uint16_t)(i / t->scores / per);
  }
  for (size_t i = 0; i < n; i++) share[i] = weight[i] > 0 ? share[i] / weight[i] : 0;
  for (size_t k = 1; k < blocks; k++) {
    coef[k] = (int32_t)k + 1;
    ridge[k + 1] = block_ridge;
  }
  lf_column column = {.kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = cells};
  lf_term terms[] = {{.name = "score", .type = LF_TERM_NUMBER, .column = &column, .first = 1, .n_coef = 1},
                     {.name = "block",
                      .type = LF_TERM_CODES,
                      .codes = codes,
                      .n_codes = (uint32_t)blocks,
                      .coef = coef,
                      .first = 2,
                      .n_coef = (uint32_t)blocks - 1}};
  lf_design design = {.n_rows = n,
                      .n_terms = blocks > 1 ? 2 : 1,
                      .terms = terms,
                      .n_coef = blocks + 1,
                      .share = share,
                      .weight = weight};
  lf_solve_options options = {.ridge = ridge, .tolerance = 1e-10, .no_information = true};
  LF_TRY(lf_solve(&design, &options, NULL, &weights, err));
  *slope = isfinite(weights->b[1]) ? weights->b[1] : 0;
cleanup:
  free(share);
  free(weight);
  free(cells);
  free(codes);
  lf_weights_free(weights);
  return status;
}

/* Rows and wins of slices [from, to) by score, into cells[2 * scores]. */
static void add_slices(const tally *t, size_t from, size_t to, double *cells) {
  memset(cells, 0, 2 * t->scores * sizeof *cells);
  for (size_t slice = from; slice < to; slice++)
    for (size_t s = 0; s < t->scores; s++) {
      cells[s] += t->rows[slice * t->scores + s];
      cells[t->scores + s] += t->won[slice * t->scores + s];
    }
}

/* Intercept at a given slope so that expected wins meet the wins of slices [from, to). */
static double level(tally *t, size_t from, size_t to, double slope) {
  double rows = 0, won = 0;
  add_slices(t, from, to, t->cells);
  for (size_t s = 0; s < t->scores; s++) {
    rows += t->cells[s];
    won += t->cells[t->scores + s];
  }
  double a = lf_logit((won + 0.5) / (rows + 1)); /* a start that exists without wins, too */
  for (int step = 0; step < 50; step++) {
    double g = won, h = 1e-9;
    for (size_t s = 0; s < t->scores; s++) {
      if (!(t->cells[s] > 0)) continue;
      double p = lf_expit(a + slope * (double)s);
      g -= t->cells[s] * p;
      h += t->cells[s] * p * (1 - p);
    }
    double move = fmax(-2, fmin(2, g / h));
    a += move;
    if (fabs(move) < 1e-12 || fabs(a) > 30) break;
  }
  return a;
}

/* Windows of slices that may set the level, shortest last. */
static const size_t windows[WINDOWS] = {SLICES, SLICES / 2, SLICES / 4, SLICES / 8, SLICES / 16, SLICES / 32};

/* Levels of every window before each block of the newer half. */
static void window_levels(tally *t, double slope, double levels[WINDOWS][BLOCKS]) {
  for (size_t w = 0; w < WINDOWS; w++)
    for (size_t block = BLOCKS / 2; block < BLOCKS; block++) {
      size_t from = block * PER_BLOCK;
      levels[w][block] = level(t, from > windows[w] ? from - windows[w] : 0, from, slope);
    }
}

/* Sum and sum of squares of the difference in log loss, window a minus window b, over the newer half. */
static void compare_windows(tally *t, double slope, const double *levels_a, const double *levels_b,
                            double *rows, double *sum, double *squares) {
  *rows = *sum = *squares = 0;
  for (size_t block = BLOCKS / 2; block < BLOCKS; block++) {
    double la = levels_a[block], lb = levels_b[block];
    add_slices(t, block * PER_BLOCK, (block + 1) * PER_BLOCK, t->cells);
    for (size_t s = 0; s < t->scores; s++) {
      double x = slope * (double)s, n = t->cells[s], wins = t->cells[t->scores + s];
      double won = lf_log_loss(la + x, 1) - lf_log_loss(lb + x, 1),
             lost = lf_log_loss(la + x, 0) - lf_log_loss(lb + x, 0);
      *rows += n;
      *sum += wins * won + (n - wins) * lost;
      *squares += wins * won * won + (n - wins) * lost * lost;
    }
  }
}

static size_t choose_window(tally *t, double slope) {
  double rows, sum, squares, levels[WINDOWS][BLOCKS];
  size_t best = 0;
  window_levels(t, slope, levels);
  for (size_t w = 1; w < WINDOWS; w++) {
    compare_windows(t, slope, levels[w], levels[best], &rows, &sum, &squares);
    if (sum < 0) best = w;
  }
  for (size_t w = 0; w < best; w++) {
    compare_windows(t, slope, levels[w], levels[best], &rows, &sum, &squares);
    double mean = sum / rows, error = sqrt(fmax(0, squares / rows - mean * mean) / rows);
    if (mean <= error) return windows[w];
  }
  return windows[best];
}

lf_status lf_card_calibrate(const lf_history *history, const lf_card_fit *fit, const int32_t *score,
                            const lf_run *run, lf_card_build *build, lf_error *err) {
  tally t = {.scores = (size_t)build->card->maximum + 1};
  double slope = 0;
  lf_status status = lf_check_interrupt(run, err);
  if (status == LF_OK) status = tally_make(history, fit->in_time, score, run, &t, err);
  if (status == LF_OK) status = lf_alloc(2 * t.scores, sizeof *t.cells, &t.cells, err);
  if (status == LF_OK) status = fit_slope(&t, fit->in_time ? BLOCKS : 1, &slope, err);
  if (status == LF_OK) {
    slope *= fmax(0, fmin(1, fit->slope));
    size_t window = fit->in_time ? choose_window(&t, slope) : SLICES;
    build->card->intercept = level(&t, SLICES - window, SLICES, slope);
    build->card->slope = slope;
    build->card->has_probability = true;
    build->level_window = (double)window / SLICES;
  }
  free(t.rows);
  free(t.won);
  free(t.cells);
  return status;
}
