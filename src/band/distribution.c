#include "band/distribution.h"

#include <stdlib.h>

#include "band/atoms.h"
#include "band/lookup.h"
#include "base/memory.h"
#include "base/sort.h"

enum { SAMPLE_ROWS = 1 << 17, BLOCK = 1024 };

static lf_status from_levels(const lf_history *history, const lf_column *column, lf_distribution *d) {
  for (size_t i = 0; i < history->n_train; i++) {
    uint32_t code = lf_column_code(column, i);
    if (code) d->rows[code - 1] += lf_history_weight(history, i);
  }
  size_t n = 0;
  for (uint32_t c = 0; c < column->n_levels; c++)
    if (d->rows[c] > 0) {
      d->value[n] = column->values[c];
      d->rows[n++] = d->rows[c];
    }
  d->n = n;
  return LF_OK;
}

static lf_status from_rows(const lf_history *history, const lf_column *column, size_t most,
                           lf_distribution *d, lf_error *err) {
  double *value = NULL, *weight = NULL;
  uint64_t *order = NULL;
  uint32_t *row = NULL;
  size_t sampled = 0, n = 0, kept = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(most, sizeof *value, &value, err));
  LF_TRY(lf_alloc(most, sizeof *weight, &weight, err));
  LF_TRY(lf_alloc(most, sizeof *row, &row, err));
  LF_TRY(lf_history_sample(history, (lf_population){.to = history->n_train}, most, row, &sampled, err));
  for (size_t k = 0; k < sampled; k++) {
    double x = lf_column_number(column, row[k]);
    if (isnan(x)) continue;
    value[n] = x;
    weight[n++] = lf_history_weight(history, row[k]);
  }
  LF_TRY(lf_sort_rows(value, NULL, n, NULL, &order, &kept, err));
  for (size_t k = 0; k < kept; k++) {
    size_t i = (size_t)(order[k] & UINT32_MAX);
    if (!d->n || d->value[d->n - 1] < value[i]) d->value[d->n++] = value[i];
    d->rows[d->n - 1] += weight[i];
  }
cleanup:
  free(value);
  free(weight);
  free(order);
  free(row);
  return status;
}

lf_status lf_distribution_make(const lf_history *history, size_t index, lf_distribution *d, lf_error *err) {
  const lf_column *column = &history->table->columns[index];
  size_t most = history->n_train < SAMPLE_ROWS ? history->n_train : SAMPLE_ROWS;
  bool coded = column->store == LF_STORE_CODES;
  d->bins = column->bins;
  size_t capacity = coded ? column->n_levels : most;
  lf_status status = lf_alloc(capacity, sizeof *d->value, &d->value, err);
  if (status == LF_OK) status = lf_alloc(capacity, sizeof *d->rows, &d->rows, err);
  if (status != LF_OK) return status;
  return coded ? from_levels(history, column, d) : from_rows(history, column, most, d, err);
}

void lf_distribution_clear(lf_distribution *d) {
  free(d->value);
  free(d->rows);
  *d = (lf_distribution){0};
}

double lf_round_edge(double low, double high) {
  static const double digits[] = {5, 2.5, 2, 1};
  if (low < 0 && high >= 0) return 0;
  int largest = (int)floor(log10(fmax(fabs(low), fabs(high)))) + 1;
  for (int exponent = largest; exponent >= largest - 18; exponent--) {
    double power = pow(10, abs(exponent));
    for (size_t k = 0; k < sizeof digits / sizeof *digits; k++) {
      if (digits[k] == 2.5 && exponent < 1) continue; /* 250 is round, 0.25 is not rounder than 0.2 */
      /* 10^-k is no double, 10^k is: divide, so that the edge is the double nearest to the decimal people
       * read */
      double step = exponent < 0 ? digits[k] : digits[k] * power;
      double scaled = exponent < 0 ? high * power : high;
      double edge = floor(scaled / step) * step;
      if (exponent < 0) edge /= power;
      if (edge > low && edge <= high) return edge;
    }
  }
  return high;
}

/* Places cuts: cut[k] = index of the first distinct value of the next atom. */
static size_t place_cuts(const lf_distribution *d, size_t max_atoms, double target, size_t *cut) {
  size_t n = 0;
  double filled = 0;
  for (size_t i = 0; i < d->n; i++) {
    bool spike = d->rows[i] >= target;
    if (i && n + 1 < max_atoms && filled > 0 && (filled >= target || spike)) {
      cut[n++] = i;
      filled = 0;
    }
    filled += d->rows[i];
  }
  return n;
}

/* The edge before distinct value i: the roundest number that moves at most `slack` rows to the other side,
 * and crosses no spike. */
static double edge_before(const lf_distribution *d, size_t i, double slack) {
  if (d->bins) return d->value[i];
  size_t low = i - 1, high = i;
  double moved = 0;
  while (low > 0 && moved + d->rows[low] <= slack) moved += d->rows[low--];
  moved = 0;
  while (high + 1 < d->n && moved + d->rows[high] <= slack) moved += d->rows[high++];
  return lf_round_edge(d->value[low], d->value[high]);
}

lf_status lf_distribution_cut(const lf_distribution *d, size_t max_atoms, double **edge, size_t *n_atoms,
                              lf_error *err) {
  size_t *cut = NULL;
  double *edges = NULL;
  lf_status status = lf_alloc(d->n + 1, sizeof *cut, &cut, err);
  if (status != LF_OK) return status;
  double total = 0;
  for (size_t i = 0; i < d->n; i++) total += d->rows[i];
  double target = d->n <= max_atoms ? 0 : total / (double)max_atoms;
  size_t n = place_cuts(d, max_atoms, target, cut), kept = 0;
  LF_TRY(lf_alloc(n + 1, sizeof *edges, &edges, err));
  for (size_t k = 0; k < n; k++) {
    bool spike = d->rows[cut[k] - 1] >= target || d->rows[cut[k]] >= target;
    double e = edge_before(
        d, cut[k], spike ? 0 : 0.15 * target); /* what stands by itself is not mixed with its neighbours */
    if (!kept || e > edges[kept - 1]) edges[kept++] = e;
  }
  *edge = edges;
  *n_atoms = kept + 1;
cleanup:
  free(cut);
  return status;
}

void lf_edge_code(const double *edge, size_t n_edges, const lf_column *column, size_t n_rows,
                  uint16_t *code) {
  double block[BLOCK];
  for (size_t from = 0; from < n_rows; from += BLOCK) {
    size_t to = from + BLOCK < n_rows ? from + BLOCK : n_rows;
    lf_column_numbers(column, from, to, block);
    for (size_t i = from; i < to; i++) {
      double x = block[i - from];
      code[i] = (uint16_t)(isnan(x) ? n_edges + 1 : lf_edge_find(edge, n_edges, x));
    }
  }
}
