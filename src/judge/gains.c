/* Curves over rows by falling score: KS, average precision, lift, revenue capture.
 *
 * Symbols: blocks of tied scores k, won_k, lost_k, amount_k; N rows, W won, T amount in all (weights counted
 * as rows). KS  = max_k |F_won(s_k) - F_lost(s_k)|, at the lowest score that reaches it AP  = sum over blocks
 * by falling score of (W_k - W_{k-1}) / W * W_k / N_k       (step sum; cumulative W_k, N_k) G(q)= share of
 * wins (or amount) in the top share q of rows revenue Gini = 2 * (area under the amount curve) - 1 A block is
 * one point of a curve and the curve is straight inside it, so the order of tied rows never matters. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/sort.h"
#include "judge/parts.h"

void lf_judge_ks(const lf_rank *rank, lf_judgement *out) {
  out->ks = out->ks_at = NAN;
  if (!(rank->total_won > 0 && rank->total_lost > 0)) return;
  double won = 0, lost = 0, best = -1;
  for (size_t k = 0; k < rank->n_blocks; k++) {
    won += rank->won[k];
    lost += rank->lost[k];
    /* Cross-multiplied, so that equal distances in counts compare as equal. */
    double distance = fabs(won * rank->total_lost - lost * rank->total_won);
    if (distance <= best) continue;
    best = distance;
    out->ks = fabs(won / rank->total_won - lost / rank->total_lost);
    out->ks_at = rank->score[k];
  }
}

void lf_judge_average_precision(const lf_rank *rank, lf_judgement *out) {
  out->average_precision = NAN;
  if (!(rank->total_won > 0)) return;
  double won = 0, rows = 0;
  lf_sum sum = {0};
  for (size_t k = rank->n_blocks; k-- > 0;) {
    won += rank->won[k];
    rows += rank->won[k] + rank->lost[k];
    lf_sum_add(&sum, rank->won[k] * (won / rows));
  }
  out->average_precision = lf_sum_value(&sum) / rank->total_won;
}

/* ---- lift ------------------------------------------------------------------------------------------ */

typedef struct point {
  double rows, won, amount, expected;
  double score; /* of the last block entered */
} point;

static point block_point(const lf_rank *rank, size_t k) {
  return (point){.rows = rank->won[k] + rank->lost[k],
                 .won = rank->won[k],
                 .amount = rank->amount ? rank->amount[k] : 0,
                 .expected = rank->expected ? rank->expected[k] : 0,
                 .score = rank->score[k]};
}

static void add_share(point *to, const point *from, double share) {
  to->rows += share * from->rows;
  to->won += share * from->won;
  to->amount += share * from->amount;
  to->expected += share * from->expected;
  to->score = from->score;
}

/* Cumulative points at the top at[0..n) rows, at rising. */
static void walk_down(const lf_rank *rank, const double *at, size_t n, point *out) {
  point total = {0};
  size_t next = 0;
  for (size_t k = rank->n_blocks; k-- > 0 && next < n;) {
    point block = block_point(rank, k);
    for (; next < n && at[next] <= total.rows + block.rows; next++) {
      out[next] = total;
      add_share(&out[next], &block, (at[next] - total.rows) / block.rows);
    }
    add_share(&total, &block, 1);
  }
  for (; next < n; next++)
    out[next] = total; /* the last place, where rounding puts it a hair beyond the rows */
}

static lf_lift_row lift_row(const lf_rank *rank, const point *before, const point *here, double win_rate) {
  lf_lift_row row = {.rows = here->rows - before->rows,
                     .won = here->won - before->won,
                     .amount = rank->amount ? here->amount - before->amount : NAN,
                     .expected = rank->expected ? here->expected - before->expected : NAN,
                     .cumulative_gain = rank->total_won > 0 ? here->won / rank->total_won : NAN,
                     .cumulative_amount = rank->total_amount > 0 ? here->amount / rank->total_amount : NAN,
                     .score_from = here->score};
  row.lift = win_rate > 0 ? row.won / row.rows / win_rate : NAN;
  return row;
}

void lf_judge_lift(const lf_rank *rank, lf_judgement *out) {
  enum { PLACES = LF_LIFT_ROWS + 1 };
  double rows = rank->total_won + rank->total_lost, at[PLACES];
  point points[PLACES], before = {0};
  at[0] = rows / 20; /* the top 5 % stands before the deciles */
  for (size_t j = 1; j < PLACES; j++) at[j] = rows * (double)j / LF_LIFT_ROWS;
  walk_down(rank, at, PLACES, points);
  for (size_t j = 0; j < LF_LIFT_ROWS; j++) {
    out->lift[j] = lift_row(rank, &before, &points[j + 1], rank->total_won / rows);
    before = points[j + 1];
  }
  for (size_t j = 0; j < 3; j++) {
    out->top_won[j] = rank->total_won > 0 ? points[j].won / rank->total_won : NAN;
    out->top_amount[j] = rank->total_amount > 0 ? points[j].amount / rank->total_amount : NAN;
  }
}

/* ---- revenue capture ------------------------------------------------------------------------------- */

/* Twice the area between the amount curve and the diagonal. */
static double gini_of(const lf_rank *rank) {
  double rows = rank->total_won + rank->total_lost, above = 0;
  lf_sum area = {0};
  for (size_t k = rank->n_blocks; k-- > 0;) {
    double width = (rank->won[k] + rank->lost[k]) / rows, height = rank->amount[k] / rank->total_amount;
    lf_sum_add(&area, width * (above + height / 2));
    above += height;
  }
  return 2 * lf_sum_value(&area) - 1;
}

static double amount_of(const lf_judge_rows *rows, size_t i) {
  return rows->won[i] && !isnan(rows->amount[i]) ? rows->amount[i] : 0;
}

/* The Gini of rows in order of the amount they brought, which no score can beat. Only rows with an amount are
 * sorted: all others are one block at 0. */
typedef struct brought {
  double *amount, *weight;
  size_t n;
  double zero; /* weight of the rows that brought nothing */
} brought;

static void gather_amounts(const lf_judge_rows *rows, brought *b) {
  lf_sum zero = {0};
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1, amount = amount_of(rows, i);
    if (!(w > 0)) continue;
    b->amount[b->n] = amount;
    b->weight[b->n] = w;
    b->n += amount != 0;
    if (amount == 0) lf_sum_add(&zero, w);
  }
  b->zero = lf_sum_value(&zero);
}

/* Ties need no blocks here: equal amounts make the curve straight. */
static double gini_in_order(const brought *b, const uint64_t *words, const lf_rank *rank) {
  double rows = rank->total_won + rank->total_lost, above = 0;
  lf_sum area = {0};
  bool zero_done = false;
  for (size_t k = b->n; k-- > 0;) {
    size_t i = (size_t)(words[k] & UINT32_MAX);
    if (b->amount[i] < 0 && !zero_done) {
      lf_sum_add(&area, b->zero * above);
      zero_done = true;
    }
    double brought_here = b->weight[i] * b->amount[i];
    lf_sum_add(&area, b->weight[i] * (above + brought_here / 2));
    above += brought_here;
  }
  if (!zero_done) lf_sum_add(&area, b->zero * above);
  return 2 * lf_sum_value(&area) / rows / rank->total_amount - 1;
}

static lf_status perfect_gini(const lf_judge_rows *rows, const lf_rank *rank, const lf_run *run, double *gini,
                              lf_error *err) {
  lf_status status = LF_OK;
  uint64_t *words = NULL;
  size_t kept = 0;
  brought b = {.n = 0};
  LF_TRY(lf_alloc(rows->n + 1, sizeof *b.amount, &b.amount,
                  err)); /* one to spare: gathering writes before it counts */
  LF_TRY(lf_alloc(rows->n + 1, sizeof *b.weight, &b.weight, err));
  gather_amounts(rows, &b);
  LF_TRY(lf_sort_rows(b.amount, NULL, b.n, run, &words, &kept, err));
  *gini = gini_in_order(&b, words, rank);
cleanup:
  free(b.amount);
  free(b.weight);
  free(words);
  return status;
}

lf_status lf_judge_revenue(const lf_judge_rows *rows, const lf_rank *rank, const lf_run *run,
                           lf_judgement *out, lf_error *err) {
  out->revenue_gini = out->revenue_gini_normalised = NAN;
  if (!rank->amount || !(rank->total_amount > 0)) return LF_OK;
  double perfect = NAN;
  lf_status status = perfect_gini(rows, rank, run, &perfect, err);
  if (status != LF_OK) return status;
  out->revenue_gini = gini_of(rank);
  out->revenue_gini_normalised = perfect > 0 ? out->revenue_gini / perfect : NAN;
  return LF_OK;
}
