/* Exceptions of a definition, by pattern.
 *
 * Symbols: row i with weight w_i, outcome y_i, and e_i what rows of its score win on average (the line of the
 * outcome on the score, fitted to these rows). A pattern is a band, or two bands of two attributes, on one
 * side of the threshold. Sums are over its rows:
 *
 * - O = sum w y, E = sum w e, z = (O - E) / sqrt(D sum w e (1 - e))
 * - d = (O - E) / sum w; over accounts c: w_c = sum w, r_c = sum w (y - e)
 * - D = max(1, C/(C-1) sum_c (r_c - w_c d)^2 / sum_i w_i (y_i - e_i - d)^2), and 1 without accounts
 *
 * z is the score statistic for adding the pattern to the score (Rao 1948) with e taken as known, which leaves
 * z a little too small; D is the design effect of accounts (Kish 1965). A pattern is looked at where it has
 * FEWEST rows, FEWEST_ACCOUNTS and a variance of FEWEST_VARIANCE, so that the normal law holds; q is over all
 * patterns looked at, since the worst of thousands always looks bad (Benjamini & Hochberg 1995).
 *
 * Rows go account by account, each into its cell of every single and every pair: one visit a row and pattern.
 */
#include "judge/exceptions.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"

enum { FEWEST = 30, FEWEST_VARIANCE = 5, FEWEST_ACCOUNTS = 10 };

/* One pattern on one side. */
typedef struct cell {
  double rows, won, expected, model;
  double squares;              /* sum over rows of w (y - e)^2 */
  double rr, rw, ww, accounts; /* over accounts: sums of r_c^2, r_c w_c, w_c^2, and how many */
  double open, open_rows;      /* r_c and w_c of the account that is being read */
  size_t account;
} cell;

/* All cells of one attribute (second == SIZE_MAX) or of two. */
typedef struct grid {
  size_t first, second, offset; /* cells from here: band of first, then of second, then side */
} grid;

typedef struct work {
  const lf_exception_rows *rows;
  size_t n_grids, n_cells;
  grid *grids;
  cell *cells;
  size_t *order; /* rows, cluster by cluster; NULL: as they stand */
} work;

static size_t cells_of(const lf_exception_rows *rows, const grid *g) {
  return 2 * rows->n_bands[g->first] * (g->second == SIZE_MAX ? 1 : rows->n_bands[g->second]);
}

static lf_status lay_out(const lf_exception_rows *rows, work *w, lf_error *err) {
  size_t pairs = rows->n_attributes < LF_EXCEPTION_PAIRS ? rows->n_attributes : LF_EXCEPTION_PAIRS;
  lf_status status = lf_alloc(rows->n_attributes + pairs * pairs, sizeof *w->grids, &w->grids, err);
  if (status != LF_OK) return status;
  for (size_t a = 0; a < rows->n_attributes; a++) w->grids[w->n_grids++] = (grid){a, SIZE_MAX, 0};
  for (size_t a = 0; a < pairs; a++)
    for (size_t b = a + 1; b < pairs; b++) w->grids[w->n_grids++] = (grid){a, b, 0};
  for (size_t g = 0; g < w->n_grids; g++) {
    w->grids[g].offset = w->n_cells;
    w->n_cells += cells_of(rows, &w->grids[g]);
  }
  return lf_alloc(w->n_cells, sizeof *w->cells, &w->cells, err);
}

static lf_status sort_by_cluster(const lf_exception_rows *rows, size_t **order, lf_error *err) {
  size_t *begin = NULL, *sorted = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(rows->n_clusters + 1, sizeof *begin, &begin, err));
  LF_TRY(lf_alloc(rows->n, sizeof *sorted, &sorted, err));
  for (size_t i = 0; i < rows->n; i++) begin[rows->cluster[i] + 1]++;
  for (size_t c = 0; c < rows->n_clusters; c++) begin[c + 1] += begin[c];
  for (size_t i = 0; i < rows->n; i++) sorted[begin[rows->cluster[i]]++] = i;
  *order = sorted;
  sorted = NULL;
cleanup:
  free(begin);
  free(sorted);
  return status;
}

static void close_account(cell *c) {
  if (!(c->open_rows > 0)) return;
  c->rr += c->open * c->open;
  c->rw += c->open * c->open_rows;
  c->ww += c->open_rows * c->open_rows;
  c->accounts++;
  c->open = c->open_rows = 0;
}

static void add_row(work *w, size_t i) {
  const lf_exception_rows *rows = w->rows;
  double weight = rows->weight ? rows->weight[i] : 1, e = rows->expected[i], won = rows->won[i] ? 1 : 0;
  size_t side = rows->score[i] >= rows->threshold;
  for (size_t g = 0; g < w->n_grids; g++) {
    const grid *at = &w->grids[g];
    size_t index = rows->code[at->first][i];
    if (at->second != SIZE_MAX) index = index * rows->n_bands[at->second] + rows->code[at->second][i];
    cell *c = &w->cells[at->offset + 2 * index + side];
    c->rows += weight;
    c->won += weight * won;
    c->expected += weight * e;
    c->model += weight * e * (1 - e);
    c->squares += weight * (won - e) * (won - e);
    if (!rows->cluster) continue;
    if (c->account != rows->cluster[i]) close_account(c);
    c->account = rows->cluster[i];
    c->open += weight * (won - e);
    c->open_rows += weight;
  }
}

static void add_side(const lf_exception_rows *rows, lf_exceptions *out) {
  for (size_t i = 0; i < rows->n; i++) {
    lf_exception_side *side = rows->score[i] >= rows->threshold ? &out->above : &out->below;
    double weight = rows->weight ? rows->weight[i] : 1;
    side->rows += weight;
    side->won += rows->won[i] ? weight : 0;
    side->expected += weight * rows->expected[i];
  }
}

static bool looked_at(const work *w, const cell *c) {
  bool enough = !w->rows->cluster || c->accounts >= FEWEST_ACCOUNTS;
  return enough && c->rows >= FEWEST && c->model >= FEWEST_VARIANCE;
}

static double design_effect(const work *w, const cell *c) {
  if (!w->rows->cluster) return 1;
  double d = (c->won - c->expected) / c->rows;
  double within = c->squares - d * d * c->rows, between = c->rr - 2 * d * c->rw + d * d * c->ww;
  return within > 0 ? fmax(1, c->accounts / (c->accounts - 1) * between / within) : 1;
}

static lf_exception_pattern pattern_of(const work *w, const grid *g, size_t index, const cell *c) {
  lf_exception_pattern p = {
      .attribute = {g->first, g->second}, .rows = c->rows, .won = c->won, .expected = c->expected};
  size_t bands = g->second == SIZE_MAX ? 1 : w->rows->n_bands[g->second];
  p.band[0] = index / bands;
  p.band[1] = g->second == SIZE_MAX ? 0 : index % bands;
  p.z = (c->won - c->expected) / sqrt(design_effect(w, c) * c->model);
  p.p = lf_normal_two_sided_p(p.z);
  return p;
}

/* Every pattern looked at, below the threshold (side 0) or above it; n is how many. patterns may be NULL. */
static size_t list_patterns(const work *w, size_t side, lf_exception_pattern *patterns) {
  size_t n = 0;
  for (size_t g = 0; g < w->n_grids; g++) {
    size_t cells = cells_of(w->rows, &w->grids[g]) / 2;
    for (size_t k = 0; k < cells; k++) {
      const cell *c = &w->cells[w->grids[g].offset + 2 * k + side];
      if (!looked_at(w, c)) continue;
      if (patterns) patterns[n] = pattern_of(w, &w->grids[g], k, c);
      n++;
    }
  }
  return n;
}

static int by_p(const void *a, const void *b) {
  const lf_exception_pattern *x = a, *y = b;
  double dx = fabs(x->z), dy = fabs(y->z);
  if (dx != dy) return dx > dy ? -1 : 1;
  for (size_t k = 0; k < 2; k++) {
    if (x->attribute[k] != y->attribute[k]) return x->attribute[k] < y->attribute[k] ? -1 : 1;
    if (x->band[k] != y->band[k]) return x->band[k] < y->band[k] ? -1 : 1;
  }
  return 0;
}

/* Keeps the patterns that go against the definition: sign +1 more won than expected, -1 fewer. */
static void keep_against(lf_exception_side *side, double sign) {
  size_t n = 0;
  for (size_t i = 0; i < side->n_patterns; i++)
    if (sign * side->patterns[i].z > 0) side->patterns[n++] = side->patterns[i];
  side->n_patterns = n;
  if (n > 1) qsort(side->patterns, n, sizeof *side->patterns, by_p);
}

static lf_status test(const work *w, lf_exceptions *out, lf_error *err) {
  double *p = NULL;
  lf_status status = LF_OK;
  size_t below = list_patterns(w, 0, NULL), above = list_patterns(w, 1, NULL);
  LF_TRY(lf_alloc(below, sizeof(lf_exception_pattern), &out->below.patterns, err));
  LF_TRY(lf_alloc(above, sizeof(lf_exception_pattern), &out->above.patterns, err));
  LF_TRY(lf_alloc(below + above, sizeof *p, &p, err));
  out->tested = below + above;
  out->below.n_patterns = list_patterns(w, 0, out->below.patterns);
  out->above.n_patterns = list_patterns(w, 1, out->above.patterns);
  for (size_t i = 0; i < below; i++) p[i] = out->below.patterns[i].p;
  for (size_t i = 0; i < above; i++) p[below + i] = out->above.patterns[i].p;
  LF_TRY(lf_benjamini_hochberg(p, below + above, p, err));
  for (size_t i = 0; i < below; i++) out->below.patterns[i].q = p[i];
  for (size_t i = 0; i < above; i++) out->above.patterns[i].q = p[below + i];
  keep_against(&out->below, 1);
  keep_against(&out->above, -1);
cleanup:
  free(p);
  return status;
}

lf_status lf_exceptions_make(const lf_exception_rows *rows, lf_exceptions **exceptions, lf_error *err) {
  work w = {.rows = rows};
  lf_exceptions *out = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *out, &out, err));
  LF_TRY(lay_out(rows, &w, err));
  if (rows->cluster) LF_TRY(sort_by_cluster(rows, &w.order, err));
  for (size_t i = 0; i < rows->n; i++) add_row(&w, w.order ? w.order[i] : i);
  for (size_t k = 0; k < w.n_cells; k++) close_account(&w.cells[k]);
  add_side(rows, out);
  LF_TRY(test(&w, out, err));
  *exceptions = out;
  out = NULL;
cleanup:
  lf_exceptions_free(out);
  free(w.grids);
  free(w.cells);
  free(w.order);
  return status;
}

void lf_exceptions_free(lf_exceptions *exceptions) {
  if (!exceptions) return;
  free(exceptions->below.patterns);
  free(exceptions->above.patterns);
  free(exceptions);
}
