/* What a column does on the training rows, from counts alone.
 *
 *   n_cg, w_cg   rows and wins of cell c (a level, a bin, or missing) in group g; groups are the folds taken
 * modulo GROUPS s_cg         (w_c. - w_cg + PRIOR p) / (n_c. - n_cg + PRIOR): win rate of the cell in the
 * other groups, shrunk to the base rate p auc          P(s of a won row > s of a lost row of its group), ties
 * half; groups weighted by their pairs. It is an out-of-fold figure, so that a column of many levels gains
 * nothing from knowing its own rows. error        Hanley and McNeil (1982), "The meaning and use of the area
 * under a ROC curve", eq. 2 calendar     numbers: correlation ratio eta^2 of the cells' mid-ranks by time
 * block; categories: Goodman and Kruskal's tau of level given block. Both are the share of variation that
 * lies between blocks. Levels that are nearly pure: at least SMALLEST rows of which a share of at least 1 -
 * min(0.05, 0.1 (1-p)) are won (so that rare losses do not make every level pure), and the same for lost with
 * p. */
#include "history/profile.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "history/cells.h"

enum {
  GROUPS = 5,
  MARKS = 2 * GROUPS,
  BLOCKS = 40,
  BATCH = 256,
  LOOKED_AT = 1 << 17,
  SMALLEST = 30,
  MOST_CELLS = 20000,
  CALENDAR_CELLS = 300,
  ENOUGH_ROWS = 1000
};
static const double PRIOR = 2;

typedef struct profile_task {
  const lf_history *history;
  lf_profiles *profiles;
  uint8_t *mark;  /* of each training row: 2 * group + won */
  uint8_t *block; /* of each training row, or NULL */
  size_t n_blocks;
  lf_status *status; /* a column each */
} profile_task;

/* ---- out-of-fold AUC ------------------------------------------------------------------------------ */

typedef struct scored {
  double score, lost, won;
} scored;

static int by_score(const void *a, const void *b) {
  double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
  return (x > y) - (x < y);
}

/* Pairs of a won and a lost row in the right order (ties half), of all pairs. */
static double pairs_right(scored *s, size_t n) {
  double right = 0, lost_below = 0;
  qsort(s, n, sizeof *s, by_score);
  for (size_t i = 0; i < n;) {
    double lost = 0, won = 0;
    size_t j = i;
    for (; j < n && s[j].score <= s[i].score; j++) {
      lost += s[j].lost;
      won += s[j].won;
    }
    right += won * (lost_below + lost / 2);
    lost_below += lost;
    i = j;
  }
  return right;
}

/* counts[c * MARKS + mark]; writes auc, auc_error and wrong. */
static lf_status out_of_fold(const double *counts, size_t n_cells, lf_profile *p, lf_error *err) {
  double rows = 0, won = 0, right = 0, pairs = 0, wrong = 0;
  scored *s = NULL;
  lf_status status = lf_alloc(n_cells, sizeof *s, &s, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n_cells * MARKS; i++) {
    rows += counts[i];
    won += i % 2 ? counts[i] : 0;
  }
  for (size_t g = 0; g < GROUPS; g++) {
    double g_lost = 0, g_won = 0;
    size_t n = 0;
    for (size_t c = 0; c < n_cells; c++) {
      const double *count = counts + c * MARKS;
      double lost_here = count[2 * g], won_here = count[2 * g + 1], all_lost = 0, all_won = 0;
      if (!(lost_here + won_here > 0)) continue;
      for (size_t k = 0; k < GROUPS; k++) {
        all_lost += count[2 * k];
        all_won += count[2 * k + 1];
      }
      double others = all_lost + all_won - lost_here - won_here;
      double rate = (all_won - won_here + PRIOR * won / rows) / (others + PRIOR);
      s[n++] = (scored){rate, lost_here, won_here};
      wrong += rate > 0.5 ? lost_here : won_here;
      g_lost += lost_here;
      g_won += won_here;
    }
    right += pairs_right(s, n);
    pairs += g_lost * g_won;
  }
  free(s);
  p->auc = pairs > 0 ? right / pairs : (double)NAN;
  p->wrong = rows > 0 ? wrong / rows : 0;
  double a = p->auc, q1 = a / (2 - a), q2 = 2 * a * a / (1 + a), lost = rows - won;
  double variance = (a * (1 - a) + (won - 1) * (q1 - a * a) + (lost - 1) * (q2 - a * a)) / (won * lost);
  p->auc_error = sqrt(variance > 0 ? variance : 0);
  return LF_OK;
}

/* ---- pure levels, filled shares ------------------------------------------------------------------- */

static void weigh_cells(const double *counts, const lf_cells *cells, lf_profile *p) {
  double total[2] = {0, 0}, pure[2] = {0, 0};
  for (size_t c = 0; c < cells->n; c++)
    for (size_t m = 0; m < MARKS; m++) total[m % 2] += counts[c * MARKS + m];
  double rate = total[1] / (total[0] + total[1]);
  double few_lost = fmin(0.05, 0.1 * (1 - rate)), few_won = fmin(0.05, 0.1 * rate);
  for (size_t c = 0; c < cells->n; c++) {
    double side[2] = {0, 0};
    for (size_t m = 0; m < MARKS; m++) side[m % 2] += counts[c * MARKS + m];
    double rows = side[0] + side[1];
    if (rows < SMALLEST) continue;
    if (side[0] <= few_lost * rows) pure[1] += side[1];
    if (side[1] <= few_won * rows) pure[0] += side[0];
  }
  p->pure_won = total[1] > 0 ? pure[1] / total[1] : 0;
  p->pure_lost = total[0] > 0 ? pure[0] / total[0] : 0;
}

/* Every code by side, from all training rows; side[2 * code + won]. Rows are counted in two tables in turn:
 * an addition need not wait for the one before it where both are to the same code. */
static lf_status count_sides(const profile_task *task, const lf_column *column, double *side) {
  const lf_history *h = task->history;
  size_t n = 2 * ((size_t)column->n_levels + 1), i = 0;
  uint32_t *count = NULL;
  if (h->weight) {
    for (; i < h->n_train; i++)
      side[2 * (size_t)lf_column_code(column, i) + (task->mark[i] & 1)] += h->weight[i];
    return LF_OK;
  }
  lf_status status = lf_alloc(2 * n, sizeof *count, &count, NULL);
  if (status != LF_OK) return status;
  for (; i + 1 < h->n_train; i += 2) {
    count[2 * (size_t)lf_column_code(column, i) + (task->mark[i] & 1)]++;
    count[n + 2 * (size_t)lf_column_code(column, i + 1) + (task->mark[i + 1] & 1)]++;
  }
  if (i < h->n_train) count[2 * (size_t)lf_column_code(column, i) + (task->mark[i] & 1)]++;
  for (size_t k = 0; k < n; k++) side[k] = (double)count[k] + count[n + k];
  free(count);
  return LF_OK;
}

static lf_status count_codes(const profile_task *task, const lf_column *column, lf_profile *p) {
  double *side = NULL;
  lf_status status = lf_alloc(2 * ((size_t)column->n_levels + 1), sizeof *side, &side, NULL);
  if (status != LF_OK) return status;
  status = count_sides(task, column, side);
  for (size_t code = 1; code <= column->n_levels; code++) {
    bool zero = column->kind == LF_KIND_NUMBER && column->values && column->values[code - 1] == 0;
    p->levels += side[2 * code] + side[2 * code + 1] > 0;
    for (size_t k = 0; k < 2; k++) {
      p->filled[k] += side[2 * code + k];
      p->nonzero[k] += zero ? 0 : side[2 * code + k];
    }
  }
  free(side);
  return status;
}

static lf_status count_filled(const profile_task *task, const lf_column *column, lf_profile *p) {
  const lf_history *h = task->history;
  double value[BATCH];
  p->rows[0] = task->profiles->lost;
  p->rows[1] = task->profiles->won;
  if (column->store == LF_STORE_CODES) return count_codes(task, column, p);
  bool number = column->store != LF_STORE_HASHES;
  if (!number && column->missing == 0) { /* texts are never 0 */
    for (size_t k = 0; k < 2; k++) p->filled[k] = p->nonzero[k] = p->rows[k];
    p->levels = 2;
    return LF_OK;
  }
  for (size_t from = 0; from < h->n_train; from += BATCH) {
    size_t to = from + BATCH < h->n_train ? from + BATCH : h->n_train;
    if (number) lf_column_numbers(column, from, to, value);
    for (size_t i = from; i < to; i++) {
      bool missing = number ? isnan(value[i - from]) : lf_column_is_missing(column, i);
      size_t k = task->mark[i] & 1;
      if (missing) continue;
      p->filled[k] += lf_history_weight(h, i);
      p->nonzero[k] += number && value[i - from] == 0 ? 0 : lf_history_weight(h, i);
    }
  }
  p->levels = p->filled[0] + p->filled[1] > 0 ? 2 : 0; /* what is not coded has many values */
  return LF_OK;
}

/* ---- calendar ------------------------------------------------------------------------------------- */

/* table[b * n + c]: rows of block b in cell c, missing (0) aside. */
static double between_blocks_ordered(const double *table, size_t n_blocks, size_t n) {
  double total = 0, before = 0, mean = 0, all = 0, between = 0;
  double rank[CALENDAR_CELLS];
  for (size_t c = 1; c < n; c++) {
    double rows = 0;
    for (size_t b = 0; b < n_blocks; b++) rows += table[b * n + c];
    rank[c] = before + rows / 2;
    before += rows;
    mean += rows * rank[c];
  }
  total = before;
  if (!(total > 0)) return (double)NAN;
  mean /= total;
  for (size_t b = 0; b < n_blocks; b++) {
    double rows = 0, sum = 0;
    for (size_t c = 1; c < n; c++) {
      double d = rank[c] - mean, x = table[b * n + c];
      rows += x;
      sum += x * d;
      all += x * d * d;
    }
    if (rows > 0) between += sum * sum / rows;
  }
  return all > 0 ? between / all : (double)NAN;
}

static double between_blocks_named(const double *table, size_t n_blocks, size_t n) {
  double total = 0, within = 0, alone = 0;
  for (size_t b = 0; b < n_blocks; b++) {
    double rows = 0, squares = 0;
    for (size_t c = 0; c < n; c++) {
      rows += table[b * n + c];
      squares += table[b * n + c] * table[b * n + c];
    }
    total += rows;
    if (rows > 0) within += squares / rows;
  }
  for (size_t c = 0; c < n; c++) {
    double rows = 0;
    for (size_t b = 0; b < n_blocks; b++) rows += table[b * n + c];
    alone += rows * rows;
  }
  alone /= total;
  return total > alone ? (within - alone) / (total - alone) : (double)NAN;
}

/* ---- one column ----------------------------------------------------------------------------------- */

typedef struct tables {
  double *counts; /* cells x MARKS */
  double *blocks; /* blocks x cells, or NULL */
} tables;

static void fill_tables(const profile_task *task, const lf_cells *cells, tables *t) {
  const lf_history *h = task->history;
  uint32_t cell[BATCH];
  size_t step = BATCH * (1 + h->n_train / LOOKED_AT);
  for (size_t from = 0; from < h->n_train; from += step) {
    size_t to = from + BATCH < h->n_train ? from + BATCH : h->n_train;
    lf_cells_read(cells, from, to, cell);
    if (h->weight)
      for (size_t i = from; i < to; i++)
        t->counts[(size_t)cell[i - from] * MARKS + task->mark[i]] += h->weight[i];
    else
      for (size_t i = from; i < to; i++) t->counts[(size_t)cell[i - from] * MARKS + task->mark[i]] += 1;
    if (t->blocks)
      for (size_t i = from; i < to; i++)
        t->blocks[(size_t)task->block[i] * cells->n + cell[i - from]] += lf_history_weight(h, i);
  }
}

static lf_status profile_cells(const profile_task *task, const lf_cells *cells, lf_profile *p) {
  lf_status status = LF_OK;
  tables t = {0};
  bool calendar = task->block && cells->n <= CALENDAR_CELLS;
  LF_TRY(lf_alloc((size_t)cells->n * MARKS, sizeof(double), &t.counts, NULL));
  if (calendar) LF_TRY(lf_alloc(task->n_blocks * cells->n, sizeof(double), &t.blocks, NULL));
  fill_tables(task, cells, &t);
  weigh_cells(t.counts, cells, p);
  if (cells->n <= MOST_CELLS) LF_TRY(out_of_fold(t.counts, cells->n, p, NULL));
  if (calendar)
    p->calendar = cells->ordered ? between_blocks_ordered(t.blocks, task->n_blocks, cells->n)
                                 : between_blocks_named(t.blocks, task->n_blocks, cells->n);
cleanup:
  free(t.counts);
  free(t.blocks);
  return status;
}

static void profile_column(void *context, size_t c) {
  profile_task *task = context;
  const lf_column *column = &task->history->table->columns[c];
  lf_profile *p = &task->profiles->items[c];
  lf_cells cells = {0};
  bool made = false;
  p->auc = p->calendar = p->auc_error = (double)NAN;
  if (column->store == LF_STORE_NONE) return;
  task->status[c] = count_filled(task, column, p);
  if (task->status[c] == LF_OK)
    task->status[c] = lf_cells_make(column, task->history->n_train, &cells, &made, NULL);
  if (task->status[c] == LF_OK && made) task->status[c] = profile_cells(task, &cells, p);
  lf_cells_clear(&cells);
}

/* ---- all columns ---------------------------------------------------------------------------------- */

static lf_status profile_order(const profile_task *task, double *auc, lf_error *err) {
  lf_profile p = {0};
  double *counts = NULL;
  lf_status status = lf_alloc(task->n_blocks * MARKS, sizeof *counts, &counts, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < task->history->n_train; i++)
    counts[(size_t)task->block[i] * MARKS + task->mark[i]] += lf_history_weight(task->history, i);
  status = out_of_fold(counts, task->n_blocks, &p, err);
  free(counts);
  *auc = p.auc;
  return status;
}

/* Groups for the out-of-fold figures: hashed folds as they are; time blocks would leave no other rows of the
 * same time, so their rows are dealt. */
static lf_status mark_rows(profile_task *task, lf_error *err) {
  const lf_history *h = task->history;
  lf_status status = lf_alloc(h->n_train, 1, &task->mark, err);
  for (size_t i = 0; status == LF_OK && i < h->n_train; i++) {
    size_t group = h->folds_in_time ? (size_t)(h->cluster ? h->cluster[i] : i) : h->fold[i];
    task->mark[i] = (uint8_t)(2 * (group % GROUPS) + (h->won[i] == LF_ROW_WON));
    if (h->won[i] == LF_ROW_WON)
      task->profiles->won += lf_history_weight(h, i);
    else
      task->profiles->lost += lf_history_weight(h, i);
  }
  return status;
}

lf_status lf_profiles_make(const lf_history *history, const lf_run *run, lf_profiles *profiles,
                           lf_error *err) {
  lf_status status = LF_OK;
  size_t n = history->table->n_columns;
  lf_profiles made = {.n = n, .order_auc = (double)NAN};
  profile_task task = {.history = history, .profiles = &made};
  LF_TRY(lf_alloc(n, sizeof *made.items, &made.items, err));
  LF_TRY(lf_alloc(n, sizeof *task.status, &task.status, err));
  LF_TRY(mark_rows(&task, err));
  if (history->n_train >= ENOUGH_ROWS) {
    LF_TRY(lf_alloc(history->n_train, 1, &task.block, err));
    LF_TRY(lf_time_blocks(history, history->n_train, BLOCKS, run, task.block, &task.n_blocks, err));
    LF_TRY(profile_order(&task, &made.order_auc, err));
  }
  lf_parallel_for(run, n, profile_column, &task);
  for (size_t c = 0; c < n; c++)
    if (task.status[c] != LF_OK)
      LF_TRY(lf_fail(err, task.status[c], "not enough memory to look at column '%s'",
                     history->table->columns[c].name));
  *profiles = made;
  made.items = NULL;
cleanup:
  free(made.items);
  free(task.status);
  free(task.mark);
  free(task.block);
  return status;
}

void lf_profiles_clear(lf_profiles *profiles) {
  free(profiles->items);
  *profiles = (lf_profiles){0};
}
