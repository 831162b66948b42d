/* Which of very many attributes go on to be fitted together.
 *
 * Symbols: fold f judges rows of cell a with n_fa rows and w_fa wins; N_a, W_a are those of the other folds,
 * R their win rate. Cells are the atoms of a category, and runs of atoms that cut a number in 16. An
 * attribute alone predicts p_fa = (W_a + k R) / (N_a + k), k = 30, and gains over the win rate alone, from
 * rows that did not make p, G = 2 sum over f, a of  w_fa log(p_fa / R) + (n_fa - w_fa) log((1 - p_fa) / (1 -
 * R)). All of it comes from counts by fold and cell: one pass over the rows. Those of most gain go on, and
 * beyond the first few only those that gain at all: a fit of thousands of bands together would cost their
 * number cubed. What helps beside others only is lost here. (Sure independence screening: Fan & Lv 2008.) */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "fit/crossfit.h"

static const double shrinkage = 30;

enum { CELLS = 16, LEAST = 20 };

typedef struct screen {
  const lf_sample *sample;
  const lf_atoms *atoms;
  const uint8_t *keep;
  double *gain, *error;
  lf_status *status;
} screen;

/* Gain over the judged rows of one fold; rows[2 * codes] and won likewise: of all rows, then of the fold. */
static void judge(const lf_sample *s, size_t codes, const double *rows, const double *won, double sums[3]) {
  double fold_rows = 0, fold_won = 0;
  for (size_t a = 0; a < codes; a++) {
    fold_rows += rows[codes + a];
    fold_won += won[codes + a];
  }
  double rate = (s->total_won - fold_won) / (s->total - fold_rows);
  for (size_t a = 0; a < codes; a++) {
    double n = rows[codes + a], w = won[codes + a];
    if (!(n > 0)) continue;
    double p = (won[a] - w + shrinkage * rate) / (rows[a] - n + shrinkage);
    double up = log(p / rate), down = log1p(-p) - log1p(-rate);
    sums[0] += n;
    sums[1] += w * up + (n - w) * down;
    sums[2] += w * up * up + (n - w) * down * down;
  }
}

/* Cell of each code of a set; the last two are missing and other. */
static lf_status cell_map(const lf_atom_set *set, uint16_t **map, size_t *cells, lf_error *err) {
  bool runs = set->kind == LF_KIND_NUMBER && set->n > CELLS;
  size_t n = runs ? CELLS : set->n;
  lf_status status = lf_alloc(set->n + 2, sizeof **map, map, err);
  if (status != LF_OK) return status;
  for (size_t a = 0; a < set->n; a++) (*map)[a] = (uint16_t)(runs ? a * CELLS / set->n : a);
  (*map)[set->n] = (uint16_t)n;
  (*map)[set->n + 1] = (uint16_t)(n + 1);
  *cells = n + 2;
  return LF_OK;
}

static void count_cells(const lf_sample *s, size_t t, const uint16_t *map, size_t from, size_t to,
                        double *rows, double *won) {
  for (size_t i = from; i < to; i++) {
    size_t cell = map[s->code[t][i]];
    rows[cell] += s->weight[i];
    won[cell] += s->won[i] ? s->weight[i] : 0;
  }
}

static lf_status judge_set(const screen *k, size_t t, lf_error *err) {
  const lf_sample *s = k->sample;
  size_t cells = 0;
  uint16_t *map = NULL;
  double *rows = NULL, *won = NULL, sums[3] = {0};
  lf_status status = LF_OK;
  LF_TRY(cell_map(&k->atoms->items[t], &map, &cells, err));
  LF_TRY(lf_alloc(2 * cells, sizeof *rows, &rows, err));
  LF_TRY(lf_alloc(2 * cells, sizeof *won, &won, err));
  count_cells(s, t, map, 0, s->n, rows, won);
  for (size_t f = 0; f < s->n_folds; f++) {
    memset(rows + cells, 0, cells * sizeof *rows);
    memset(won + cells, 0, cells * sizeof *won);
    count_cells(s, t, map, s->folds[f].judge_from, s->folds[f].judge_to, rows + cells, won + cells);
    judge(s, cells, rows, won, sums);
  }
  double mean = sums[1] / sums[0];
  k->gain[t] = 2 * sums[1];
  k->error[t] = 2 * sqrt(fmax(0, sums[2] / sums[0] - mean * mean) * sums[0]);
cleanup:
  free(map);
  free(rows);
  free(won);
  return status;
}

static void judge_task(void *context, size_t t) {
  screen *k = context;
  k->status[t] = k->keep[t] ? judge_set(k, t, NULL) : LF_OK;
}

static int by_falling_gain(const void *a, const void *b) {
  const lf_dropped_set *x = a, *y = b;
  if (x->loss_change != y->loss_change) return x->loss_change > y->loss_change ? -1 : 1;
  return x->set < y->set ? -1 : x->set > y->set;
}

lf_status lf_screen_alone(const lf_sample *sample, const lf_atoms *atoms, size_t most, uint8_t *keep,
                          lf_dropped_set *dropped, size_t *n_dropped, const lf_run *run, lf_error *err) {
  screen k = {.sample = sample, .atoms = atoms, .keep = keep};
  lf_dropped_set *order = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  for (size_t t = 0; t < atoms->n; t++) n += keep[t] != 0;
  if (n <= most) return LF_OK;
  LF_TRY(lf_alloc(atoms->n, sizeof *k.gain, &k.gain, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *k.error, &k.error, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *k.status, &k.status, err));
  LF_TRY(lf_alloc(n, sizeof *order, &order, err));
  lf_parallel_for(run, atoms->n, judge_task, &k);
  n = 0;
  for (size_t t = 0; t < atoms->n; t++) {
    if (k.status[t] != LF_OK)
      LF_TRY(lf_fail(err, k.status[t], "not enough memory to judge %zu attributes", atoms->n));
    if (keep[t]) order[n++] = (lf_dropped_set){t, k.gain[t], k.error[t], true};
  }
  qsort(order, n, sizeof *order, by_falling_gain);
  for (size_t i = LEAST; i < n; i++) {
    if (i < most && order[i].loss_change > 0) continue;
    keep[order[i].set] = 0;
    dropped[(*n_dropped)++] = order[i];
  }
cleanup:
  free(k.gain);
  free(k.error);
  free(k.status);
  free(order);
  return status;
}
