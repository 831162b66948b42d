/* Rows that choose.
 *
 * Of a long history at most m rows choose. Where one outcome is rare a plain sample would hold too few of it
 * to choose by, whatever the history holds: 60,000 rows at 2 % won have 1,200 wins. So the rarer outcome gets
 * up to a quarter of the sample, and weights take it back to the rates of the history (case-control sampling;
 * Scott & Wild 1986; King & Zeng 2001). Symbols: of N_c rows of outcome c, k_c are taken; r_c = N_c / k_c;
 *     weight of a row = its frequency x r_c x s,   s = (1 / N_won + 1 / N_lost) / (1 / k_won + 1 / k_lost),
 * with s such that what the weighted rows tell of a log-odds, (1 / won + 1 / lost)^-1, is what the rows that
 * were taken tell: penalties and standard errors, which take weights for counts, see no more rows than there
 * are. */
#include "fit/sample.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/sort.h"

static const double least_of_each = 5; /* wins and losses to learn from */

/* Where a row stands: fold (or time block) first, then the history's order. */
typedef struct place {
  double key;
  uint32_t row;
} place;

/* Random folds: the history's own, or its lots where its own are blocks of time. */
static size_t random_fold(const lf_history *history, size_t row, size_t n_folds) {
  if (history->folds_in_time) return (size_t)history->lot[row] * n_folds / LF_LOTS;
  return (size_t)history->fold[row] * n_folds / history->n_folds;
}

/* How many rows of each outcome are taken, and what each then weighs; [1]: won. */
typedef struct draw {
  size_t kept[2];
  double scale[2];
} draw;

static lf_status by_outcome(const lf_history *history, size_t most, size_t rarer, uint32_t *row, size_t *n,
                            draw *d, lf_error *err) {
  size_t at[2] = {0, 0}, all[2] = {0, 0}, wanted = most / 4;
  uint32_t *rows[2] = {NULL, NULL};
  lf_status status = LF_OK;
  for (size_t i = 0; i < history->n_train; i++) all[history->won[i] == 1]++;
  if (wanted > all[rarer]) wanted = all[rarer];
  for (size_t c = 0; c < 2; c++) {
    size_t room = c == rarer ? wanted : most - wanted;
    lf_population population = {.to = history->n_train, .outcomes = c ? LF_ONLY_WON : LF_ONLY_LOST};
    LF_TRY(lf_alloc(room, sizeof *rows[c], &rows[c], err));
    LF_TRY(lf_history_sample(history, population, room, rows[c], &d->kept[c], err));
  }
  double s = (1 / (double)all[0] + 1 / (double)all[1]) / (1 / (double)d->kept[0] + 1 / (double)d->kept[1]);
  for (size_t c = 0; c < 2; c++) d->scale[c] = s * (double)all[c] / (double)d->kept[c];
  for (*n = 0; *n < d->kept[0] + d->kept[1]; ++*n) { /* in the order of the history */
    size_t c = at[1] < d->kept[1] && (at[0] == d->kept[0] || rows[1][at[1]] < rows[0][at[0]]);
    row[*n] = rows[c][at[c]++];
  }
cleanup:
  free(rows[0]);
  free(rows[1]);
  return status;
}

/* row[most]: the rows taken, in the order of the history. */
static lf_status draw_rows(const lf_history *history, size_t most, uint32_t *row, size_t *n, draw *d,
                           lf_error *err) {
  size_t total = history->n_train, won = 0;
  for (size_t i = 0; i < total; i++) won += history->won[i] == 1;
  size_t rarer = won < total - won, few = rarer ? won : total - won;
  *d = (draw){.scale = {1, 1}};
  if (most < total && few && 4 * few < total) return by_outcome(history, most, rarer, row, n, d, err);
  return lf_history_sample(history, (lf_population){.to = total}, most, row, n, err);
}

/* The rows of the sample in fold or time order. */
static lf_status choose_rows(const lf_history *history, lf_fold_order order, size_t n_folds, size_t max_rows,
                             place **out, size_t *n, draw *d, lf_error *err) {
  size_t total = history->n_train, most = max_rows && max_rows < total ? max_rows : total;
  size_t sampled = 0, kept = 0;
  place *places = NULL;
  uint32_t *row = NULL;
  double *key = NULL;
  uint64_t *sorted = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(most, sizeof *places, &places, err));
  LF_TRY(lf_alloc(most, sizeof *key, &key, err));
  LF_TRY(lf_alloc(most, sizeof *row, &row, err));
  LF_TRY(draw_rows(history, most, row, &sampled, d, err));
  for (size_t k = 0; k < sampled; k++) {
    double day = order == LF_FOLDS_FORWARD ? lf_history_day(history, row[k])
                                           : (double)random_fold(history, row[k], n_folds);
    key[k] = isnan(day) ? -INFINITY : day;
  }
  LF_TRY(lf_sort_rows(key, NULL, sampled, NULL, &sorted, &kept, err));
  for (size_t k = 0; k < sampled; k++) {
    size_t at = (size_t)(sorted[k] & UINT32_MAX);
    places[k] = (place){key[at], row[at]};
  }
  *out = places;
  *n = sampled;
  places = NULL;
cleanup:
  free(places);
  free(row);
  free(key);
  free(sorted);
  return status;
}

static void random_folds(lf_sample *s, const place *places) {
  for (size_t f = 0; f < s->n_folds; f++) s->folds[f] = (lf_fold){.train_to = s->n};
  size_t row = 0;
  for (size_t f = 0; f < s->n_folds; f++) {
    s->folds[f].judge_from = row;
    while (row < s->n && places[row].key <= (double)f) row++;
    s->folds[f].judge_to = row;
  }
}

/* Blocks of equal rows; a day is not cut in two. */
static void forward_folds(lf_sample *s, const place *places) {
  size_t start = s->n / 5, last = start;
  for (size_t f = 0; f < s->n_folds; f++) {
    size_t end = start + (s->n - start) * (f + 1) / s->n_folds;
    while (end < s->n && end > 0 && places[end].key <= places[end - 1].key && s->n_folds < s->n) end++;
    if (end < last) end = last;
    if (f == 0)
      while (last > 0 && last < s->n && places[last].key <= places[last - 1].key) last++;
    s->folds[f] = (lf_fold){.train_to = last, .judge_from = last, .judge_to = end > last ? end : last};
    last = s->folds[f].judge_to;
  }
}

/* Folds that have too few wins or losses to learn from are left out: their judged rows are judged by nobody.
 */
static void keep_learnable(lf_sample *s) {
  size_t kept = 0;
  for (size_t f = 0; f < s->n_folds; f++) {
    const lf_fold fold = s->folds[f];
    double rows = 0, won = 0;
    for (size_t i = 0; i < fold.train_to; i++) {
      if (i >= fold.judge_from && i < fold.judge_to) continue;
      rows += s->weight[i];
      won += s->won[i] ? s->weight[i] : 0;
    }
    if (won >= least_of_each && rows - won >= least_of_each && fold.judge_to > fold.judge_from)
      s->folds[kept++] = fold;
  }
  s->n_folds = kept;
}

static lf_status gather(const lf_history *history, const lf_atoms *atoms, const place *places, const draw *d,
                        lf_sample *s, lf_error *err) {
  lf_status status = lf_alloc(s->n_sets, sizeof *s->owned, &s->owned, err);
  if (status == LF_OK) status = lf_alloc(s->n, sizeof *s->row, &s->row, err);
  for (size_t t = 0; status == LF_OK && t < s->n_sets; t++) {
    status = lf_alloc(s->n, sizeof *s->owned[t], &s->owned[t], err);
    if (status != LF_OK) break;
    for (size_t i = 0; i < s->n; i++) s->owned[t][i] = atoms->items[t].code[places[i].row];
    s->code[t] = s->owned[t];
  }
  for (size_t i = 0; status == LF_OK && i < s->n; i++) {
    s->row[i] = places[i].row;
    s->won[i] = history->won[places[i].row];
    s->weight[i] = lf_history_weight(history, places[i].row) * d->scale[s->won[i] == 1];
  }
  return status;
}

static void borrow(const lf_history *history, const lf_atoms *atoms, lf_sample *s) {
  for (size_t t = 0; t < s->n_sets; t++) s->code[t] = atoms->items[t].code;
  for (size_t i = 0; i < s->n; i++) {
    s->won[i] = history->won[i];
    s->weight[i] = lf_history_weight(history, i);
  }
}

lf_status lf_sample_make(const lf_history *history, const lf_atoms *atoms, lf_fold_order order,
                         size_t n_folds, size_t max_rows, lf_sample **sample, lf_error *err) {
  lf_sample *s = NULL;
  place *places = NULL;
  draw d;
  lf_status status = lf_alloc(1, sizeof *s, &s, err);
  if (status != LF_OK) return status;
  s->n_sets = atoms->n;
  s->n = history->n_train;
  s->in_time = order == LF_FOLDS_FORWARD;
  s->n_folds = order == LF_FOLDS_NONE ? 0 : n_folds;
  if (order != LF_FOLDS_NONE) LF_TRY(choose_rows(history, order, n_folds, max_rows, &places, &s->n, &d, err));
  LF_TRY(lf_alloc(s->n_sets, sizeof *s->code, &s->code, err));
  LF_TRY(lf_alloc(s->n, 1, &s->won, err));
  LF_TRY(lf_alloc(s->n, sizeof *s->weight, &s->weight, err));
  LF_TRY(lf_alloc(s->n_folds, sizeof *s->folds, &s->folds, err));
  if (order == LF_FOLDS_NONE)
    borrow(history, atoms, s);
  else
    LF_TRY(gather(history, atoms, places, &d, s, err));
  if (order == LF_FOLDS_RANDOM) random_folds(s, places);
  if (order == LF_FOLDS_FORWARD) forward_folds(s, places);
  for (size_t i = 0; i < s->n; i++) {
    s->total += s->weight[i];
    s->total_won += s->won[i] ? s->weight[i] : 0;
  }
  keep_learnable(s);
  *sample = s;
  s = NULL;
cleanup:
  free(places);
  lf_sample_free(s);
  return status;
}

void lf_sample_free(lf_sample *s) {
  if (!s) return;
  for (size_t t = 0; s->owned && t < s->n_sets; t++) free(s->owned[t]);
  free(s->owned);
  free(s->code);
  free(s->row);
  free(s->won);
  free(s->weight);
  free(s->folds);
  free(s);
}

void lf_sample_train_weights(const lf_sample *sample, size_t fold, double *out) {
  const lf_fold *f = &sample->folds[fold];
  for (size_t i = 0; i < sample->n; i++) {
    bool judged = i >= f->judge_from && i < f->judge_to;
    out[i] = i < f->train_to && !judged ? sample->weight[i] : 0;
  }
}

bool lf_sample_same_judges(const lf_sample *a, const lf_sample *b) {
  bool same = a->n == b->n && a->n_folds == b->n_folds && a->in_time == b->in_time;
  for (size_t k = 0; same && k < a->n_folds; k++)
    same = a->folds[k].judge_from == b->folds[k].judge_from && a->folds[k].judge_to == b->folds[k].judge_to;
  return same;
}
