#include "cli/judged.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static lf_status make_room(const lf_history *history, size_t n, lf_judged *judged, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *judged->row, &judged->row, err));
  LF_TRY(lf_alloc(n, sizeof *judged->won, &judged->won, err));
  LF_TRY(lf_alloc(n, sizeof *judged->weight, &judged->weight, err));
  if (history->amount != SIZE_MAX) LF_TRY(lf_alloc(n, sizeof *judged->amount, &judged->amount, err));
  if (history->cluster) LF_TRY(lf_alloc(n, sizeof *judged->cluster, &judged->cluster, err));
cleanup:
  return status;
}

static bool has_all_scores(const lf_contender *contenders, size_t n, size_t i) {
  for (size_t k = 0; k < n; k++)
    if (isnan(contenders[k].score[i])) return false;
  return true;
}

lf_status lf_judged_make(const lf_history *history, size_t from, lf_contender *contenders,
                         size_t n_contenders, lf_judged *judged, lf_error *err) {
  *judged = (lf_judged){0};
  lf_status status = make_room(history, history->n_rows - from, judged, err);
  if (status != LF_OK) return status;
  for (size_t row = from; row < history->n_rows; row++) {
    size_t i = row - from, kept = judged->n;
    double weight = lf_history_weight(history, row);
    if (!has_all_scores(contenders, n_contenders, i)) {
      judged->unscored += weight;
      continue;
    }
    for (size_t k = 0; k < n_contenders; k++) {
      lf_contender *c = &contenders[k];
      c->score[kept] = c->score[i];
      if (c->probability) c->probability[kept] = c->probability[i];
    }
    judged->row[kept] = (uint32_t)row;
    judged->won[kept] = history->won[row];
    judged->weight[kept] = weight;
    if (judged->amount) judged->amount[kept] = lf_history_amount(history, row);
    if (judged->cluster) judged->cluster[kept] = history->cluster[row];
    judged->n++;
  }
  if (judged->n) return LF_OK;
  return lf_fail(err, LF_E_DATA,
                 n_contenders > 1 ? "no row has a score of every candidate: there is nothing to compare"
                                  : "no row has a score: there is nothing to judge");
}

void lf_judged_clear(lf_judged *judged) {
  free(judged->row);
  free(judged->won);
  free(judged->weight);
  free(judged->amount);
  free(judged->cluster);
}
