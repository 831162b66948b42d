/* Who flips, and why: each row that changes MQL status is put down to the attribute that moved it most in the
 * direction of the flip, with its old and its new band. Patterns of fewer than LF_CHANGED_FEWEST rows are put
 * together: nobody can be told from them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/changed_parts.h"

/* A flipping row's reason as one number: attribute, old band, new band; REST where no attribute moved it that
 * way. */
typedef struct reason {
  uint64_t key;
  double rows, won, amount, moved;
} reason;

#define REST UINT64_MAX

static uint64_t key_of(const lf_change_job *job, size_t row, double direction, double *moved) {
  uint64_t key = REST;
  double most = 1e-9; /* a move of nothing is no reason */
  for (size_t i = 0; i < job->out->n; i++) {
    const lf_changed_attribute *a = &job->out->attributes[i];
    double move = lf_changed_move(job, a, row);
    if (!(direction * move > most)) continue;
    uint64_t before = a->old_index == SIZE_MAX ? 0xffff : job->side[LF_OLD].codes->columns[a->old_index][row];
    uint64_t after = a->new_index == SIZE_MAX ? 0xffff : job->side[LF_NEW].codes->columns[a->new_index][row];
    most = direction * move;
    *moved = move;
    key = (uint64_t)i << 32 | before << 16 | after;
  }
  return key;
}

static bool qualifies(const lf_changed_side *side, size_t row) {
  return side->score[row] >= side->card->threshold;
}

static size_t collect(const lf_change_job *job, bool up, reason *reasons) {
  const lf_history *h = job->history;
  size_t n = 0;
  for (size_t i = job->judged_from; i < h->n_rows; i++) {
    bool before = qualifies(&job->side[LF_OLD], i), after = qualifies(&job->side[LF_NEW], i);
    if (before == after || after != up) continue;
    double moved = 0, w = lf_history_weight(h, i), amount = lf_history_amount(h, i);
    uint64_t key = key_of(job, i, up ? 1 : -1, &moved);
    reasons[n++] = (reason){key, w, h->won[i] ? w : 0, h->won[i] && amount > 0 ? w * amount : 0, w * moved};
  }
  return n;
}

static int by_key(const void *x, const void *y) {
  const reason *a = x, *b = y;
  return a->key < b->key ? -1 : a->key > b->key;
}

static int by_falling_rows(const void *x, const void *y) {
  const reason *a = x, *b = y;
  if (a->rows != b->rows) return a->rows < b->rows ? 1 : -1;
  return by_key(x, y);
}

static void add_to(reason *sum, const reason *r) {
  sum->rows += r->rows;
  sum->won += r->won;
  sum->amount += r->amount;
  sum->moved += r->moved;
}

/* Rows of one reason together; those too few, and those without, in *rest. Returns how many reasons are left.
 */
static size_t gather(reason *reasons, size_t n, reason *rest) {
  size_t made = 0, kept = 0;
  qsort(reasons, n, sizeof *reasons, by_key);
  for (size_t i = 0; i < n; i++) {
    if (made && reasons[made - 1].key == reasons[i].key)
      add_to(&reasons[made - 1], &reasons[i]);
    else
      reasons[made++] = reasons[i];
  }
  for (size_t i = 0; i < made; i++) {
    if (reasons[i].key != REST && reasons[i].rows >= LF_CHANGED_FEWEST)
      reasons[kept++] = reasons[i];
    else
      add_to(rest, &reasons[i]);
  }
  qsort(reasons, kept, sizeof *reasons, by_falling_rows);
  return kept;
}

static const char *band_label(const lf_changed_side *side, size_t attribute, uint64_t band) {
  return attribute == SIZE_MAX ? NULL : side->card->attributes->items[attribute].bands[band].label;
}

static lf_flip_pattern pattern_of(const lf_change_job *job, const reason *r) {
  lf_flip_pattern p = {
      .attribute = SIZE_MAX, .rows = r->rows, .won = r->won, .amount = r->amount, .change = (double)NAN};
  if (r->key == REST) return p;
  const lf_changed_attribute *a = &job->out->attributes[r->key >> 32];
  p.attribute = (size_t)(r->key >> 32);
  p.old_band = band_label(&job->side[LF_OLD], a->old_index, r->key >> 16 & 0xffff);
  p.new_band = band_label(&job->side[LF_NEW], a->new_index, r->key & 0xffff);
  p.change = r->moved / r->rows;
  return p;
}

static lf_status find_flips(const lf_change_job *job, bool up, reason *reasons, lf_flips *flips,
                            lf_error *err) {
  reason rest = {.key = REST};
  size_t n = collect(job, up, reasons);
  for (size_t i = 0; i < n; i++) {
    flips->rows += reasons[i].rows;
    flips->won += reasons[i].won;
    flips->amount += reasons[i].amount;
  }
  n = gather(reasons, n, &rest);
  lf_status status = lf_alloc(n + 1, sizeof *flips->patterns, &flips->patterns, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n; i++) flips->patterns[flips->n++] = pattern_of(job, &reasons[i]);
  if (rest.rows > 0) flips->patterns[flips->n++] = pattern_of(job, &rest);
  return LF_OK;
}

lf_status lf_changed_flips(lf_change_job *job, lf_error *err) {
  reason *reasons = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(job->history->n_rows - job->judged_from, sizeof *reasons, &reasons, err));
  LF_TRY(find_flips(job, true, reasons, &job->out->up, err));
  LF_TRY(find_flips(job, false, reasons, &job->out->down, err));
cleanup:
  free(reasons);
  return status;
}
