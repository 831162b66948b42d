/* Which attributes are another one over again.
 *
 * A coarsening of an attribute (its size class beside the amount) is a function of it: within a class little
 * of the attribute is left to vary, so that adjusting for the class takes away the effect that is asked about
 * (overadjustment: Schisterman, Cole & Platt 2009), and the class at equal amount cannot vary at all (no
 * overlap: Rosenbaum & Rubin 1983). A confounder is something else, however strongly it goes with the
 * attribute.
 *
 * Symbols: rows i in the order of a number x; another attribute's levels l(i), ordered by the mean rank of x.
 * Cuts of x into one interval a level, in that order, agree with at most A of the n rows (dynamic programme
 * over the values of x); the most frequent level alone agrees with M. What is told is the share of the other
 * rows that the intervals put right,
 *     lambda = (A - M) / (n - M)
 * (Goodman & Kruskal 1954, with the prediction held to intervals): 1 where the levels are x in bands,
 * whatever their number and sizes; for two normal variables of correlation .95, one of them cut at its
 * median, .80. At 0.95 a level is x in bands but for the odd row. No outcome is looked at. A number of more
 * than 20 values is compared by its fifths; two numbers that are each other's fifths have the same order
 * (rank correlation about .997). */
#include "evidence/repeats.h"

#include <stdlib.h>

#include "base/memory.h"

enum {
  MOST_ROWS = 5000,
  FEWEST_ROWS = 100,
  FEWEST_OTHERS = 20,
  MOST_LEVELS = 50,
  MOST_VALUES = 20,
  FIFTHS = 5
};
static const double agreement = 0.95, alike = 0.8;

/* A column as it is compared. */
typedef struct view {
  double *value;     /* numbers, NaN where missing; else NULL */
  uint32_t *order;   /* numbers: known rows by rising value */
  size_t known;      /* rows with a value */
  size_t distinct;   /* values */
  uint32_t *level;   /* 1..n_levels; 0: missing */
  uint32_t n_levels; /* 0: more than bands would be */
} view;

struct lf_repeats {
  size_t n, n_columns;
  uint32_t *row; /* of the history */
  view *views;   /* by column */
};

const char *lf_repeat_reason(lf_repeat repeat) {
  switch (repeat) {
  case LF_REPEAT_IN_BANDS: return "it is this attribute in bands";
  case LF_REPEAT_FINER: return "this attribute is the same in bands";
  case LF_REPEAT_ORDER: return "it puts the leads in nearly the same order";
  case LF_REPEAT_NONE: break;
  }
  return NULL;
}

/* ---- views ----------------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b, void *context) {
  const double *value = context;
  uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
  if (value[i] < value[j]) return -1;
  if (value[i] > value[j]) return 1;
  return i < j ? -1 : i > j;
}

/* Rows of the order that share the value of the one at `from` end here. */
static size_t tie_end(const view *v, size_t from) {
  size_t to = from + 1;
  while (to < v->known && v->value[v->order[to]] <= v->value[v->order[from]]) to++;
  return to;
}

static lf_status view_number(const lf_repeats *r, const lf_column *column, view *v, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *v->value, &v->value, err));
  LF_TRY(lf_alloc(r->n, sizeof *v->order, &v->order, err));
  for (size_t i = 0; i < r->n; i++) {
    v->value[i] = lf_column_number(column, r->row[i]);
    if (!isnan(v->value[i])) v->order[v->known++] = (uint32_t)i;
  }
  qsort_r(v->order, v->known, sizeof *v->order, by_value, v->value);
  for (size_t from = 0; from < v->known; from = tie_end(v, from)) v->distinct++;
  bool few = v->distinct <= MOST_VALUES;
  v->n_levels = few ? (uint32_t)v->distinct : FIFTHS;
  uint32_t at = 0;
  for (size_t from = 0, to; from < v->known; from = to) {
    to = tie_end(v, from);
    at = few ? at + 1 : 1 + (uint32_t)(FIFTHS * from / v->known);
    for (size_t k = from; k < to; k++) v->level[v->order[k]] = at;
  }
cleanup:
  return status;
}

static lf_status view_codes(const lf_repeats *r, const lf_column *column, view *v, lf_error *err) {
  uint32_t *level = NULL; /* by code */
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *level, &level, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < r->n; i++) {
    uint32_t code = lf_column_code(column, r->row[i]);
    if (!code) continue;
    if (!level[code]) level[code] = (uint32_t)++v->distinct;
    v->level[i] = level[code];
    v->known++;
  }
  v->n_levels = v->distinct <= MOST_LEVELS ? (uint32_t)v->distinct : 0;
  free(level);
  return LF_OK;
}

static lf_status view_make(const lf_repeats *r, const lf_column *column, view *v, lf_error *err) {
  bool coded = column->store == LF_STORE_CODES && column->kind != LF_KIND_TEXT;
  if (column->kind != LF_KIND_NUMBER && !coded) return LF_OK;
  lf_status status = lf_alloc(r->n, sizeof *v->level, &v->level, err);
  if (status != LF_OK) return status;
  return column->kind == LF_KIND_NUMBER ? view_number(r, column, v, err) : view_codes(r, column, v, err);
}

static lf_status list_rows(const lf_history *history, bool won_only, lf_repeats *r, lf_error *err) {
  size_t most = history->n_rows < MOST_ROWS ? history->n_rows : MOST_ROWS;
  lf_population population = {.to = history->n_rows, .outcomes = won_only ? LF_ONLY_WON : LF_ANY_OUTCOME};
  lf_status status = lf_alloc(most, sizeof *r->row, &r->row, err);
  return status == LF_OK ? lf_history_sample(history, population, most, r->row, &r->n, err) : status;
}

lf_status lf_repeats_make(const lf_history *history, const uint8_t *wanted, bool won_only, lf_repeats **out,
                          lf_error *err) {
  lf_repeats *r = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *r, &r, err));
  LF_TRY(list_rows(history, won_only, r, err));
  LF_TRY(lf_alloc(history->table->n_columns, sizeof *r->views, &r->views, err));
  r->n_columns = history->table->n_columns;
  for (size_t c = 0; c < r->n_columns; c++)
    if (wanted[c]) LF_TRY(view_make(r, &history->table->columns[c], &r->views[c], err));
  *out = r;
  r = NULL;
cleanup:
  lf_repeats_free(r);
  return status;
}

void lf_repeats_free(lf_repeats *r) {
  if (!r) return;
  for (size_t c = 0; r->views && c < r->n_columns; c++) {
    free(r->views[c].value);
    free(r->views[c].order);
    free(r->views[c].level);
  }
  free(r->views);
  free(r->row);
  free(r);
}

/* ---- pairs ----------------------------------------------------------------------------------------------
 */

/* The levels of an attribute over the rows that have a number, too. */
typedef struct crossing {
  size_t rows;
  double count[MOST_LEVELS + 1], rank[MOST_LEVELS + 1]; /* by level; sum of ranks */
  uint32_t place[MOST_LEVELS + 1];                      /* by mean rank of the number */
} crossing;

static crossing cross(const view *number, const view *levels) {
  crossing c = {0};
  for (size_t k = 0; k < number->known; k++) {
    uint32_t l = levels->level[number->order[k]];
    if (!l) continue;
    c.count[l] += 1;
    c.rank[l] += (double)c.rows++;
  }
  return c;
}

static void order_levels(crossing *c, uint32_t n_levels) {
  for (uint32_t l = 1; l <= n_levels; l++)
    for (uint32_t j = 1; j <= n_levels; j++) {
      double before = c->rank[j] * c->count[l] - c->rank[l] * c->count[j]; /* below 0: j has the lower mean */
      c->place[l] += before < 0 || (!(before > 0) && j < l);
    }
}

/* Rows that agree with the best intervals of the number, one a level in the order of their places. */
static double rows_in_place(const view *number, const view *levels, const crossing *c) {
  double best[MOST_LEVELS] = {0}, here[MOST_LEVELS] = {0}, most = 0;
  for (size_t from = 0, to; from < number->known; from = to) {
    to = tie_end(number, from);
    for (size_t k = from; k < to; k++) {
      uint32_t l = levels->level[number->order[k]];
      if (l) here[c->place[l]] += 1;
    }
    double so_far = 0; /* most rows in place so far, this value being in this interval or in an earlier one */
    for (uint32_t p = 0; p < levels->n_levels; p++) {
      so_far = fmax(so_far, best[p]);
      best[p] = so_far + here[p];
      here[p] = 0;
    }
  }
  for (uint32_t p = 0; p < levels->n_levels; p++) most = fmax(most, best[p]);
  return most;
}

/* Share of the variance of the rows' places that lies between the levels, over what it is for bands of their
 * sizes, 1 - sum of cubed shares: far below 1 for most pairs, which then need no closer look. */
static double like_bands(const crossing *c, uint32_t n_levels) {
  double n = (double)c->rows, mean = 0, between = 0, cubes = 0;
  for (uint32_t l = 1; l <= n_levels; l++) mean += c->rank[l] / n;
  for (uint32_t l = 1; l <= n_levels; l++) {
    if (!(c->count[l] > 0)) continue;
    double share = c->count[l] / n, away = c->rank[l] / c->count[l] - mean;
    between += share * away * away;
    cubes += share * share * share;
  }
  return between / ((1 - cubes) * n * n / 12);
}

/* Whether the levels are the number in bands. own: the one of the two that is under study. */
static bool in_bands(const view *number, const view *levels, const view *own) {
  double most = 0;
  if (!number->value || levels->n_levels < 2 || number->distinct < 2 * (size_t)levels->n_levels) return false;
  crossing c = cross(number, levels);
  for (uint32_t l = 1; l <= levels->n_levels; l++) most = fmax(most, c.count[l]);
  double others = (double)c.rows - most;
  if (c.rows < FEWEST_ROWS || 2 * c.rows < own->known || others < FEWEST_OTHERS) return false;
  if (like_bands(&c, levels->n_levels) < alike) return false;
  order_levels(&c, levels->n_levels);
  return rows_in_place(number, levels, &c) - most >= agreement * others;
}

lf_repeat lf_repeat_of(const lf_repeats *r, size_t own, size_t other) {
  const view *a = &r->views[own], *b = &r->views[other];
  if (own == other || !a->level || !b->level) return LF_REPEAT_NONE;
  bool other_is_bands = in_bands(a, b, a), own_is_bands = in_bands(b, a, a);
  if (other_is_bands) return own_is_bands ? LF_REPEAT_ORDER : LF_REPEAT_IN_BANDS;
  return own_is_bands ? LF_REPEAT_FINER : LF_REPEAT_NONE;
}
