/* The quadrant: rows by who qualifies them.
 *
 * Symbols: cell k with n_k rows, x_k wins, rate p_k = x_k / n_k. Rows of one account are not independent: the
 * design effect D_k = var_clustered(p_k) / (p_k (1 - p_k) / n_k), 1 at least, and n_k / D_k rows count (Kish
 * 1965). Interval of p_k: Wilson's score interval on the rows that count (Wilson 1927; Korn & Graubard 1998
 * for the design effect). A only against B only: p_A - p_B with Newcombe's hybrid score interval (Newcombe
 * 1998, method 10), which holds where cells are small; p by the "N - 1" chi-squared test (Campbell 2007), N =
 * rows that count. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/compare_parts.h"

size_t lf_quadrant_of(const lf_candidate *a, const lf_candidate *b, size_t i) {
  bool qa = a->score[i] >= a->threshold, qb = b->score[i] >= b->threshold;
  return qa ? (qb ? LF_QUADRANT_BOTH : LF_QUADRANT_A_ONLY) : qb ? LF_QUADRANT_B_ONLY : LF_QUADRANT_NEITHER;
}

/* Rows of the cell that count: its rows over the design effect. value is working memory of n rows. */
static lf_status effective_rows(const lf_compare_rows *rows, const uint8_t *cell, uint8_t k,
                                const lf_quadrant_cell *q, double *value, double *effective, lf_error *err) {
  double square = (double)NAN;
  *effective = q->rows;
  if (!rows->cluster || !(q->won > 0) || q->won >= q->rows) return LF_OK;
  for (size_t i = 0; i < rows->n; i++)
    value[i] = cell[i] == k ? ((rows->won[i] ? 1 : 0) - q->win_rate) / q->rows : 0;
  lf_status status = lf_clustered_square(rows, value, &square, err);
  double design = square / (q->win_rate * (1 - q->win_rate) / q->rows);
  if (design > 1) *effective = q->rows / design; /* NaN: one account alone, told by its width elsewhere */
  return status;
}

static void newcombe(const lf_quadrant_cell *a, const lf_quadrant_cell *b, lf_interval *d) {
  d->value = a->win_rate - b->win_rate;
  d->std_error = (double)NAN;
  d->low = d->value - hypot(a->win_rate - a->low, b->high - b->win_rate);
  d->high = d->value + hypot(a->high - a->win_rate, b->win_rate - b->low);
}

static double chi_squared_p(double p_a, double n_a, double p_b, double n_b) {
  double n = n_a + n_b, p = (p_a * n_a + p_b * n_b) / n;
  if (!(n_a > 0 && n_b > 0 && p > 0 && p < 1)) return p == 0 || p == 1 ? 1 : (double)NAN;
  double d = p_a - p_b, chi2 = d * d / (p * (1 - p) * (1 / n_a + 1 / n_b)) * (n - 1) / n;
  return lf_chi_squared_p(chi2, 1);
}

static void count_cells(const lf_compare_rows *rows, const uint8_t *cell, lf_quadrant_cell *cells) {
  for (size_t i = 0; i < rows->n; i++) {
    double w = lf_compare_weight(rows, i);
    lf_quadrant_cell *q = &cells[cell[i]];
    q->rows += w;
    if (rows->won[i]) q->won += w;
    q->amount += w * lf_compare_amount(rows, i);
  }
  for (size_t k = 0; k < LF_QUADRANT_CELLS; k++) {
    cells[k].win_rate = cells[k].won / cells[k].rows; /* NaN where it has no rows */
    if (!rows->amount) cells[k].amount = (double)NAN;
  }
}

lf_status lf_compare_quadrant(const lf_compare_rows *rows, const lf_candidate *a, const lf_candidate *b,
                              lf_pair *pair, lf_error *err) {
  lf_status status = LF_OK;
  uint8_t *cell = NULL;
  double *value = NULL, effective[LF_QUADRANT_CELLS];
  pair->has_quadrant = a->has_threshold && b->has_threshold;
  pair->quadrant_p = (double)NAN;
  if (!pair->has_quadrant) return LF_OK;
  LF_TRY(lf_alloc(rows->n, 1, &cell, err));
  LF_TRY(lf_alloc(rows->n, sizeof *value, &value, err));
  for (size_t i = 0; i < rows->n; i++) cell[i] = (uint8_t)lf_quadrant_of(a, b, i);
  count_cells(rows, cell, pair->quadrant);
  for (size_t k = 0; k < LF_QUADRANT_CELLS; k++) {
    lf_quadrant_cell *q = &pair->quadrant[k];
    LF_TRY(effective_rows(rows, cell, (uint8_t)k, q, value, &effective[k], err));
    lf_wilson(q->win_rate, effective[k], &q->low, &q->high);
  }
  const lf_quadrant_cell *only_a = &pair->quadrant[LF_QUADRANT_A_ONLY],
                         *only_b = &pair->quadrant[LF_QUADRANT_B_ONLY];
  newcombe(only_a, only_b, &pair->a_only_vs_b_only);
  pair->quadrant_p = chi_squared_p(only_a->win_rate, effective[LF_QUADRANT_A_ONLY], only_b->win_rate,
                                   effective[LF_QUADRANT_B_ONLY]);
cleanup:
  free(cell);
  free(value);
  return status;
}
