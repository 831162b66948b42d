/* provenance.promise of a scorecard: what its figures were on rows that took no part in the fit. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/monitor.h"
#include "report/describe.h"

typedef struct promised {
  int from[LF_PROMISE_BINS];
  double rows[LF_PROMISE_BINS];
  double all, won, mql, mql_won;
} promised;

static json_t *describe_bin(const void *context, size_t i) {
  const promised *p = context;
  lf_object o = lf_object_new();
  lf_object_number(&o, "from", p->from[i]);
  lf_object_number(&o, "rows", p->rows[i]);
  return lf_object_take(&o);
}

static void count_rows(const lf_history *history, const lf_scorecard *card, const int32_t *score, size_t bins,
                       promised *p) {
  size_t from = history->n_train < history->n_rows ? history->n_train : 0;
  for (size_t i = from; i < history->n_rows; i++) {
    double w = lf_history_weight(history, i), won = history->won[i] ? w : 0;
    size_t bin = 0;
    for (size_t k = 1; k < bins; k++) bin = score[i] >= p->from[k] ? k : bin;
    bool qualified = card->has_threshold && score[i] >= card->threshold;
    p->rows[bin] += w;
    p->all += w;
    p->won += won;
    p->mql += qualified ? w : 0;
    p->mql_won += qualified ? won : 0;
  }
}

lf_status lf_describe_promise(const lf_history *history, const lf_card_build *build, const int32_t *score,
                              const lf_interval *auc, json_t **tree, lf_error *err) {
  const lf_scorecard *card = build->card;
  bool judged = history->n_train < history->n_rows;
  promised p = {0};
  size_t bins = 0;
  double train = 0, train_won = 0;
  lf_status status =
      lf_promise_bins(score, history->n_train, card->minimum, card->maximum, p.from, &bins, err);
  if (status != LF_OK) return status;
  count_rows(history, card, score, bins, &p);
  lf_history_count(history, 0, history->n_train, &train, &train_won);
  lf_object o = lf_object_new();
  lf_object_text(&o, "rows_of", judged ? "holdout" : "training");
  lf_object_number(&o, "rows", p.all);
  lf_object_number(&o, "won", p.won);
  lf_object_number(&o, "train_rows", train);
  lf_object_number(&o, "level_rows", train * build->level_window);
  lf_object_number(&o, "auc", judged && auc ? auc->value : NAN);
  lf_object_number(&o, "auc_std_error", judged && auc ? auc->std_error : NAN);
  lf_object_number(&o, "mql_rows", card->has_threshold ? p.mql : NAN);
  lf_object_number(&o, "mql_won", card->has_threshold ? p.mql_won : NAN);
  lf_object_tree(&o, "score_bins", lf_json_list(bins, describe_bin, &p));
  return lf_tree_take(lf_object_take(&o), tree, err);
}
