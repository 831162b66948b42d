/* The judge: checks the rows, ranks them once, and asks each part for its figures. */
#include "judge/judge.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "judge/parts.h"

lf_status lf_check_rows(const lf_judge_rows *rows, const double *score, lf_error *err) {
  bool any = false;
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    if (!(w >= 0 && isfinite(w)))
      return lf_fail(err, LF_E_DATA, "row %zu has a weight that is no number from 0 up", i + 1);
    if (w == 0) continue;
    any = true;
    if (isnan(score[i]))
      return lf_fail(err, LF_E_DATA, "row %zu has no score: leave it out or give it one", i + 1);
    if (rows->probability && !(rows->probability[i] >= 0 && rows->probability[i] <= 1))
      return lf_fail(err, LF_E_DATA, "row %zu has a probability outside 0 to 1: judge it as a plain score",
                     i + 1);
    if (rows->amount && isinf(rows->amount[i]))
      return lf_fail(err, LF_E_DATA, "row %zu has an infinite amount", i + 1);
    if (rows->cluster && rows->cluster[i] >= rows->n_clusters)
      return lf_fail(err, LF_E_USAGE, "row %zu has an account number beyond the accounts given", i + 1);
  }
  return any ? LF_OK : lf_fail(err, LF_E_DATA, "there are no rows to judge");
}

static void fill_rank_figures(const lf_rank *rank, lf_judgement *out) {
  out->rows = rank->total_won + rank->total_lost;
  out->won = rank->total_won;
  out->amount = rank->amount ? rank->total_amount : NAN;
  out->distinct_scores = rank->n_blocks;
  lf_judge_ks(rank, out);
  lf_judge_average_precision(rank, out);
  lf_judge_lift(rank, out);
}

/* Rows of one outcome and one probability as one row of their summed weight: exact, and a card of points has
 * few. */
typedef struct compact {
  lf_judge_rows rows;
  double *probability, *weight;
  uint8_t *won;
} compact;

static void compact_clear(compact *c) {
  free(c->probability);
  free(c->weight);
  free(c->won);
}

/* False where blocks of the score do not each have one probability, or are not few; accounts need every row.
 */
static bool can_compact(const lf_judge_rows *rows, const lf_rank *rank) {
  if (!rows->probability || rows->cluster || rank->n_blocks > rows->n / 8) return false;
  for (size_t k = 0; k < rank->n_blocks; k++)
    if (isnan(rank->probability[k])) return false;
  return true;
}

static lf_status compact_make(const lf_rank *rank, compact *c, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = 2 * rank->n_blocks;
  LF_TRY(lf_alloc(n, sizeof *c->probability, &c->probability, err));
  LF_TRY(lf_alloc(n, sizeof *c->weight, &c->weight, err));
  LF_TRY(lf_alloc(n, sizeof *c->won, &c->won, err));
  for (size_t i = 0; i < n; i++) {
    size_t block = i / 2;
    c->probability[i] = rank->probability[block];
    c->won[i] = i % 2 == 0;
    c->weight[i] = c->won[i] ? rank->won[block] : rank->lost[block];
  }
  c->rows = (lf_judge_rows){
      .n = n, .score = c->probability, .probability = c->probability, .won = c->won, .weight = c->weight};
cleanup:
  return status;
}

lf_status lf_judge(const lf_judge_rows *rows, bool holdout, const lf_run *run, lf_judgement *out,
                   lf_error *err) {
  lf_status status = LF_OK;
  lf_rank *rank = NULL;
  lf_judgement made = {0};
  compact few = {.probability = NULL};
  const lf_judge_rows *all = rows;
  LF_TRY(lf_check_rows(rows, rows->score, err));
  LF_TRY(lf_rank_make(rows, rows->score, run, &rank, err));
  fill_rank_figures(rank, &made);
  LF_TRY(lf_auc_interval(rows, rank, &made.auc, err));
  made.gini = 2 * made.auc.value - 1;
  LF_TRY(lf_judge_revenue(rows, rank, run, &made, err));
  LF_TRY(lf_check_interrupt(run, err));
  LF_TRY(lf_judge_hosmer(rows, rank, holdout, run, &made, err));
  if (can_compact(rows, rank)) {
    LF_TRY(compact_make(rank, &few, err));
    all = &few.rows;
  }
  lf_rank_free(rank); /* before the logits are made: the two largest things do not stand side by side */
  rank = NULL;
  LF_TRY(lf_judge_loss(all, run, &made, err));
  LF_TRY(lf_judge_calibration(all, run, &made, err));
  *out = made;
cleanup:
  lf_rank_free(rank);
  compact_clear(&few);
  return status;
}
