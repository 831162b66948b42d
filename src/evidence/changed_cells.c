/* Attribute by attribute: rows in each pair of an old and a new band, so that definitions whose bands are cut
 * elsewhere can be laid side by side without a guess about which band became which. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/changed_parts.h"

static size_t find_attribute(const lf_attributes *attributes, const char *name) {
  for (size_t a = 0; a < attributes->n; a++)
    if (strcmp(attributes->items[a].name, name) == 0) return a;
  return SIZE_MAX;
}

/* Those of the new card in its order, then those it left out. */
static lf_status list_attributes(lf_change_job *job, lf_error *err) {
  const lf_attributes *old_ones = job->side[LF_OLD].card->attributes,
                      *new_ones = job->side[LF_NEW].card->attributes;
  lf_changed *out = job->out;
  lf_status status = lf_alloc(old_ones->n + new_ones->n, sizeof *out->attributes, &out->attributes, err);
  if (status != LF_OK) return status;
  for (size_t a = 0; a < new_ones->n; a++) {
    size_t before = find_attribute(old_ones, new_ones->items[a].name);
    out->attributes[out->n++] =
        (lf_changed_attribute){.name = new_ones->items[a].name,
                               .kind = before == SIZE_MAX ? LF_CHANGED_ADDED : LF_CHANGED_KEPT,
                               .old_index = before,
                               .new_index = a};
  }
  for (size_t a = 0; a < old_ones->n; a++)
    if (find_attribute(new_ones, old_ones->items[a].name) == SIZE_MAX)
      out->attributes[out->n++] = (lf_changed_attribute){
          .name = old_ones->items[a].name, .kind = LF_CHANGED_DROPPED, .old_index = a, .new_index = SIZE_MAX};
  return LF_OK;
}

/* ---- cells
 * -------------------------------------------------------------------------------------------------- */

static size_t n_bands(const lf_changed_side *side, size_t a) {
  return a == SIZE_MAX ? 1 : side->card->attributes->items[a].n_bands;
}

static size_t code_of(const lf_changed_side *side, size_t a, size_t row) {
  return a == SIZE_MAX ? 0 : side->codes->columns[a][row];
}

static void describe_band(const lf_changed_side *side, size_t a, size_t band, const char **label,
                          double *points, double *weight) {
  *label = NULL;
  *points = *weight = (double)NAN;
  if (a == SIZE_MAX) return;
  *label = side->card->attributes->items[a].bands[band].label;
  *points = side->card->bands[a][band].points;
  *weight = side->card->bands[a][band].weight;
}

static int by_falling_rows(const void *x, const void *y) {
  const lf_changed_cell *a = x, *b = y;
  if (a->rows != b->rows) return a->rows < b->rows ? 1 : -1;
  int order = strcmp(a->old_band ? a->old_band : "", b->old_band ? b->old_band : "");
  return order ? order : strcmp(a->new_band ? a->new_band : "", b->new_band ? b->new_band : "");
}

/* Cells with rows enough, made from the counts; counts[2 * (o * n_new + w)] rows, and wins behind. */
static lf_status keep_cells(const lf_change_job *job, lf_changed_attribute *a, const double *counts,
                            lf_error *err) {
  const lf_changed_side *before = &job->side[LF_OLD], *after = &job->side[LF_NEW];
  size_t n_old = n_bands(before, a->old_index), n_new = n_bands(after, a->new_index), kept = 0;
  for (size_t k = 0; k < n_old * n_new; k++) kept += counts[2 * k] >= LF_CHANGED_FEWEST;
  lf_status status = lf_alloc(kept, sizeof *a->cells, &a->cells, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < n_old * n_new; k++) {
    lf_changed_cell cell = {.rows = counts[2 * k], .won = counts[2 * k + 1]};
    if (cell.rows < LF_CHANGED_FEWEST) {
      a->small_rows += cell.rows;
      continue;
    }
    describe_band(before, a->old_index, k / n_new, &cell.old_band, &cell.old_points, &cell.old_weight);
    describe_band(after, a->new_index, k % n_new, &cell.new_band, &cell.new_points, &cell.new_weight);
    double above_new = cell.new_band ? cell.new_points - after->average[a->new_index] : 0;
    double above_old = cell.old_band ? cell.old_points - before->average[a->old_index] : 0;
    cell.change = above_new - job->out->scale * above_old;
    a->cells[a->n_cells++] = cell;
  }
  qsort(a->cells, a->n_cells, sizeof *a->cells, by_falling_rows);
  return LF_OK;
}

static lf_status count_cells(const lf_change_job *job, lf_changed_attribute *a, lf_error *err) {
  const lf_history *h = job->history;
  const lf_changed_side *before = &job->side[LF_OLD], *after = &job->side[LF_NEW];
  size_t n_new = n_bands(after, a->new_index);
  double *counts = NULL;
  lf_status status = lf_alloc(n_bands(before, a->old_index) * n_new, 2 * sizeof *counts, &counts, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < h->n_rows; i++) {
    double w = lf_history_weight(h, i);
    size_t k = code_of(before, a->old_index, i) * n_new + code_of(after, a->new_index, i);
    counts[2 * k] += w;
    counts[2 * k + 1] += h->won[i] ? w : 0;
  }
  status = keep_cells(job, a, counts, err);
  free(counts);
  return status;
}

/* ---- what an attribute is worth, and how far it moves rows
 * -------------------------------------------------- */

static double spread(const lf_change_job *job, int k, size_t a) {
  const lf_history *h = job->history;
  const lf_changed_side *side = &job->side[k];
  double square = 0, total = 0;
  if (a == SIZE_MAX) return (double)NAN;
  for (size_t i = 0; i < h->n_rows; i++) {
    double w = lf_history_weight(h, i);
    double d = side->card->bands[a][side->codes->columns[a][i]].points - side->average[a];
    square += w * d * d;
    total += w;
  }
  return sqrt(square / total) * (k == LF_OLD ? job->out->scale : 1);
}

static double mean_move(const lf_change_job *job, const lf_changed_attribute *a) {
  const lf_history *h = job->history;
  double sum = 0, total = 0;
  for (size_t i = 0; i < h->n_rows; i++) {
    double w = lf_history_weight(h, i);
    sum += w * fabs(lf_changed_move(job, a, i));
    total += w;
  }
  return sum / total;
}

lf_status lf_changed_cells(lf_change_job *job, lf_error *err) {
  lf_status status = list_attributes(job, err);
  for (size_t i = 0; status == LF_OK && i < job->out->n; i++) {
    lf_changed_attribute *a = &job->out->attributes[i];
    status = count_cells(job, a, err);
    a->old_spread = spread(job, LF_OLD, a->old_index);
    a->new_spread = spread(job, LF_NEW, a->new_index);
    a->mean_change = mean_move(job, a);
  }
  return status;
}
