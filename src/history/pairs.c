/* Columns that give the outcome away together, and not alone.
 *
 * Two columns are crossed in groups, so many that a crossing has 60 rows on average and at most 20 (runs of
 * values of numbers, the frequent levels of categories, missing by itself). A crossing of 30 rows or more is
 * nearly pure where at most 5 % are lost and the odds of winning are at least 40 times the history's: two
 * honest columns of independent strength, each in four won leads of five and in one lost one of five, reach
 * 16 times, whatever the base rate. joint: the share of the wins that lie in such crossings. On histories
 * whose leaks are known honest pairs had .04 at most, pairs with a judgement or the course of the sale .19.
 * Above one half both are left out, where neither alone holds half of that (else that one is for the screen
 * of single columns to judge, and the other only stands beside it). The same for losses, above nine tenths,
 * where a tenth of the rows is won. Pairs of the 16 columns that tell most alone are looked at, on 20,000
 * rows drawn by their tickets: a pair of which both tell nothing alone, among more columns, is missed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "history/cells.h"
#include "history/suspect.h"

enum {
  COLUMNS = 16,
  MOST_ROWS = 20000,
  MOST_GROUPS = 20,
  CODES = MOST_GROUPS + 1,
  ROWS_A_CROSSING = 60,
  SMALLEST = 30,
  FEWEST_EACH = 50,
  PURE_ODDS = 40
};

typedef struct grouped {
  size_t column;
  double auc;
  uint8_t *group; /* [rows]: 0 missing, else 1..groups */
  double pure[2]; /* alone: of the losses, of the wins */
} grouped;

typedef struct crossing {
  const lf_history *history;
  size_t n, n_columns, groups;
  uint32_t *row;
  uint8_t *won;
  double total[2];
  grouped columns[COLUMNS];
} crossing;

static void crossing_clear(crossing *x) {
  for (size_t c = 0; c < x->n_columns; c++) free(x->columns[c].group);
  free(x->row);
  free(x->won);
}

/* ---- groups ---------------------------------------------------------------------------------------------
 */

typedef struct counted {
  uint32_t cell;
  size_t rows;
} counted;

static int by_falling_rows(const void *a, const void *b) {
  const counted *x = a, *y = b;
  if (x->rows != y->rows) return x->rows < y->rows ? 1 : -1;
  return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* of[cell]: its group. Numbers by runs of about equal rows, others by frequency with the rest as one. */
static void group_cells(const lf_cells *cells, counted *count, size_t rows, size_t groups, uint8_t *of) {
  size_t before = 0, known = rows - count[0].rows;
  if (cells->ordered) {
    for (uint32_t k = 1; k < cells->n; k++) {
      of[k] = (uint8_t)(1 + (known ? groups * before / known : 0));
      before += count[k].rows;
    }
    return;
  }
  qsort(count + 1, cells->n - 1, sizeof *count, by_falling_rows);
  for (uint32_t k = 1; k < cells->n; k++) of[count[k].cell] = (uint8_t)(k < groups ? k : groups);
}

static lf_status make_groups(const crossing *x, grouped *g, lf_error *err) {
  lf_cells cells = {0};
  uint32_t *cell = NULL;
  counted *count = NULL;
  uint8_t *of = NULL;
  bool made = false;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(x->n, 1, &g->group, err));
  LF_TRY(lf_cells_make(&x->history->table->columns[g->column], x->history->n_train, &cells, &made, err));
  if (!made) goto cleanup;
  LF_TRY(lf_alloc(x->n, sizeof *cell, &cell, err));
  LF_TRY(lf_alloc(cells.n, sizeof *count, &count, err));
  LF_TRY(lf_alloc(cells.n, 1, &of, err));
  for (uint32_t k = 0; k < cells.n; k++) count[k].cell = k;
  for (size_t i = 0; i < x->n; i++) {
    lf_cells_read(&cells, x->row[i], (size_t)x->row[i] + 1, &cell[i]);
    count[cell[i]].rows++;
  }
  group_cells(&cells, count, x->n, x->groups, of);
  for (size_t i = 0; i < x->n; i++) g->group[i] = of[cell[i]];
cleanup:
  free(cell);
  free(count);
  free(of);
  lf_cells_clear(&cells);
  return status;
}

/* ---- pairs ----------------------------------------------------------------------------------------------
 */

/* Shares of the losses [0] and wins [1] in nearly pure crossings; b may be NULL: a alone. */
static void weigh(const crossing *x, const grouped *a, const grouped *b, double pure[2]) {
  double table[CODES * CODES][2] = {{0}}, odds = x->total[1] / x->total[0];
  const double few[2] = {fmin(0.05, 1 / (1 + PURE_ODDS / odds)), fmin(0.05, 1 / (1 + PURE_ODDS * odds))};
  for (size_t i = 0; i < x->n; i++) table[a->group[i] * CODES + (b ? b->group[i] : 0)][x->won[i]] += 1;
  pure[0] = pure[1] = 0;
  for (size_t k = 0; k < (size_t)CODES * CODES; k++) {
    double rows = table[k][0] + table[k][1];
    for (int side = 0; rows >= SMALLEST && side < 2; side++)
      if (table[k][!side] <= few[side] * rows) pure[side] += table[k][side] / x->total[side];
  }
}

static int by_auc(const void *a, const void *b) {
  const grouped *x = a, *y = b;
  if (x->auc < y->auc || x->auc > y->auc) return x->auc < y->auc ? 1 : -1;
  return x->column < y->column ? -1 : x->column > y->column;
}

static lf_status list_columns(crossing *x, const lf_profiles *profiles, lf_error *err) {
  const lf_history *h = x->history;
  grouped *all = NULL;
  size_t n = 0;
  lf_status status = lf_alloc(h->table->n_columns, sizeof *all, &all, err);
  if (status != LF_OK) return status;
  for (size_t c = 0; c < h->table->n_columns; c++)
    if (h->roles[c].role == LF_ROLE_ATTRIBUTE && !isnan(profiles->items[c].auc))
      all[n++] = (grouped){.column = c, .auc = profiles->items[c].auc};
  qsort(all, n, sizeof *all, by_auc);
  for (size_t k = 0; status == LF_OK && k < n && k < COLUMNS; k++) {
    x->columns[x->n_columns++] = all[k];
    status = make_groups(x, &x->columns[k], err);
    if (status == LF_OK) weigh(x, &x->columns[k], NULL, x->columns[k].pure);
  }
  free(all);
  return status;
}

static lf_status list_rows(crossing *x, lf_error *err) {
  const lf_history *h = x->history;
  size_t most = h->n_train < MOST_ROWS ? h->n_train : MOST_ROWS;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(most, sizeof *x->row, &x->row, err));
  LF_TRY(lf_alloc(most, 1, &x->won, err));
  LF_TRY(lf_history_sample(h, (lf_population){.to = h->n_train}, most, x->row, &x->n, err));
  for (size_t i = 0; i < x->n; i++) {
    x->won[i] = h->won[x->row[i]] == 1;
    x->total[x->won[i]]++;
  }
  double groups = sqrt((double)x->n / ROWS_A_CROSSING);
  x->groups = (size_t)fmax(2, fmin(MOST_GROUPS, groups));
cleanup:
  return status;
}

static void judge_pair(const crossing *x, const grouped *a, const grouped *b, lf_joint_leak *found) {
  static const double most[2] = {0.9, 0.5};
  double joint[2], rate = x->total[1] / (x->total[0] + x->total[1]);
  weigh(x, a, b, joint);
  int side = joint[1] > most[1] ? 1 : joint[0] > most[0] && rate >= 0.1 ? 0 : -1;
  if (side < 0) return;
  bool one_alone = fmax(a->pure[side], b->pure[side]) >= joint[side] / 2;
  if (one_alone || joint[side] <= found->share) return;
  *found = (lf_joint_leak){.column = {a->column, b->column}, .won = side == 1, .share = joint[side]};
}

lf_status lf_find_joint_leak(const lf_history *history, const lf_profiles *profiles, lf_joint_leak *found,
                             lf_error *err) {
  crossing x = {.history = history};
  lf_status status = LF_OK;
  *found = (lf_joint_leak){.share = 0};
  LF_TRY(list_rows(&x, err));
  if (x.total[0] < FEWEST_EACH || x.total[1] < FEWEST_EACH) goto cleanup;
  LF_TRY(list_columns(&x, profiles, err));
  for (size_t a = 0; a < x.n_columns; a++)
    for (size_t b = a + 1; b < x.n_columns; b++) judge_pair(&x, &x.columns[a], &x.columns[b], found);
cleanup:
  crossing_clear(&x);
  return status;
}

void lf_joint_reason(const lf_history *history, const lf_joint_leak *leak, int which, char out[LF_REASON]) {
  char other[LF_QUOTED];
  snprintf(out, LF_REASON,
           "%.0f %% of the %s lie in values of it and of %s together where nearly %s row is won: "
           "together they give the outcome away",
           100 * leak->share, leak->won ? "wins" : "losses",
           lf_quoted(history->table->columns[leak->column[!which]].name, other), leak->won ? "every" : "no");
}
