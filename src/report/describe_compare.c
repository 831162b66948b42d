#include "report/describe_compare.h"

#include <math.h>

#include "report/compare_sentence.h"

json_t *lf_describe_interval(const lf_interval *interval) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "value", interval->value);
  lf_object_number(&o, "ci_low", interval->low);
  lf_object_number(&o, "ci_high", interval->high);
  return lf_object_take(&o);
}

json_t *lf_describe_sentence(lf_text *text) {
  json_t *sentence = text->failed ? NULL : lf_json_text(text->data ? text->data : "");
  lf_text_free(text);
  return sentence;
}

/* ---- candidates --------------------------------------------------------------------------------------- */

/* What the candidate's own threshold qualifies: the volume of the pairs that has it, its own side. */
static json_t *describe_qualified(const lf_comparison *c, size_t k) {
  for (size_t p = 0; p < c->n_pairs; p++) {
    const lf_pair *pair = &c->pairs[p];
    if (pair->a != k && pair->b != k) continue;
    for (size_t s = 0; s < pair->n_volumes; s++) {
      const lf_volume *v = &pair->volumes[s];
      if (v->of != k) continue;
      double won = pair->a == k ? v->won_a : v->won_b, amount = pair->a == k ? v->amount_a : v->amount_b;
      lf_object o = lf_object_new();
      lf_object_number(&o, "rows", v->rows);
      lf_object_number(&o, "won", won);
      lf_object_number(&o, "win_rate", won / v->rows);
      lf_object_number(&o, "amount", amount);
      return lf_object_take(&o);
    }
  }
  return json_null();
}

static json_t *describe_candidate(const void *context, size_t k) {
  const lf_comparison *c = context;
  const lf_candidate *candidate = &c->candidates[k];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", candidate->name);
  lf_object_text(&o, "title", candidate->title);
  lf_object_number(&o, "threshold", candidate->has_threshold ? candidate->threshold : (double)NAN);
  lf_object_tree(&o, "qualified", describe_qualified(c, k));
  lf_object_tree(&o, "holdout", lf_describe_judgement(&c->judgements[k]));
  return lf_object_take(&o);
}

json_t *lf_describe_candidates(const lf_comparison *comparison) {
  return lf_json_list(comparison->n, describe_candidate, comparison);
}

/* ---- pairs -------------------------------------------------------------------------------------------- */

/* One of the pair's volumes, with the candidates' names at hand. */
typedef struct pair_view {
  const lf_comparison *comparison;
  const lf_pair *pair;
} pair_view;

static json_t *describe_volume(const void *context, size_t i) {
  const pair_view *view = context;
  const lf_volume *v = &view->pair->volumes[i];
  lf_object o = lf_object_new();
  lf_object_number(&o, "share", v->share);
  lf_object_number(&o, "rows", v->rows);
  lf_object_text(&o, "threshold_of", v->of == SIZE_MAX ? NULL : view->comparison->candidates[v->of].name);
  lf_object_number(&o, "won_a", v->won_a);
  lf_object_number(&o, "won_b", v->won_b);
  lf_object_tree(&o, "won_difference", lf_describe_interval(&v->won));
  lf_object_number(&o, "amount_a", v->amount_a);
  lf_object_number(&o, "amount_b", v->amount_b);
  lf_object_tree(&o, "amount_difference", lf_describe_interval(&v->amount));
  return lf_object_take(&o);
}

static json_t *describe_cell(const lf_quadrant_cell *cell) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", cell->rows);
  lf_object_number(&o, "won", cell->won);
  lf_object_number(&o, "win_rate", cell->win_rate);
  lf_object_number(&o, "low", cell->low);
  lf_object_number(&o, "high", cell->high);
  lf_object_number(&o, "amount", cell->amount);
  return lf_object_take(&o);
}

static json_t *describe_quadrant(const lf_pair *pair) {
  static const char *const names[LF_QUADRANT_CELLS] = {"both", "a_only", "b_only", "neither"};
  if (!pair->has_quadrant) return json_null();
  lf_object o = lf_object_new(), d = lf_object_new();
  for (size_t k = 0; k < LF_QUADRANT_CELLS; k++)
    lf_object_tree(&o, names[k], describe_cell(&pair->quadrant[k]));
  lf_object_number(&d, "difference", pair->a_only_vs_b_only.value);
  lf_object_number(&d, "ci_low", pair->a_only_vs_b_only.low);
  lf_object_number(&d, "ci_high", pair->a_only_vs_b_only.high);
  lf_object_number(&d, "p", pair->quadrant_p);
  lf_object_tree(&o, "a_only_vs_b_only", lf_object_take(&d));
  return lf_object_take(&o);
}

static const char *verdict_name(const lf_pair *pair) {
  switch (pair->verdict) {
  case LF_COMPARE_SAME: return "no meaningful difference";
  case LF_COMPARE_UNDECIDED: return "not enough evidence";
  case LF_COMPARE_A_BETTER:
  case LF_COMPARE_B_BETTER: break;
  }
  return "better";
}

static json_t *describe_pair(const void *context, size_t i) {
  pair_view view = {context, &((const lf_comparison *)context)->pairs[i]};
  const lf_pair *pair = view.pair;
  const lf_candidate *candidates = view.comparison->candidates;
  lf_text sentence = {0};
  lf_object o = lf_object_new();
  lf_object_text(&o, "a", candidates[pair->a].name);
  lf_object_text(&o, "b", candidates[pair->b].name);
  lf_object_number(&o, "auc_difference", pair->auc.difference);
  lf_object_number(&o, "ci_low", pair->auc.low);
  lf_object_number(&o, "ci_high", pair->auc.high);
  lf_object_number(&o, "std_error", pair->auc.std_error);
  lf_object_number(&o, "p", pair->auc.p);
  lf_object_number(&o, "q", pair->q);
  lf_object_tree(&o, "log_loss_difference", lf_describe_interval(&pair->log_loss));
  lf_object_number(&o, "log_loss_p", pair->log_loss_p);
  lf_object_tree(&o, "at_volume", lf_json_list(pair->n_volumes, describe_volume, &view));
  lf_object_tree(&o, "quadrant", describe_quadrant(pair));
  lf_object_text(&o, "verdict", verdict_name(pair));
  bool sure = pair->verdict == LF_COMPARE_A_BETTER || pair->verdict == LF_COMPARE_B_BETTER;
  lf_object_text(&o, "better",
                 !sure ? NULL : candidates[pair->verdict == LF_COMPARE_A_BETTER ? pair->a : pair->b].name);
  lf_object_text(&o, "verdict_by", pair->by_volume ? "wins at equal volume" : "auc");
  lf_compare_sentence(view.comparison, pair, &sentence);
  lf_object_tree(&o, "sentence", lf_describe_sentence(&sentence));
  return lf_object_take(&o);
}

json_t *lf_describe_pairs(const lf_comparison *comparison) {
  return lf_json_list(comparison->n_pairs, describe_pair, comparison);
}

json_t *lf_describe_compare_rules(const lf_comparison *comparison) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "auc_margin", comparison->auc_margin);
  lf_object_number(&o, "won_margin", comparison->won_margin);
  lf_object_count(&o, "bootstrap_replicates", comparison->replicates);
  lf_object_text(&o, "no meaningful difference",
                 "the 90 % interval of the difference lies within the margin");
  lf_object_text(&o, "better", "else, where q is 0.05 at most and the 95 % interval leaves out 0");
  lf_object_text(&o, "not enough evidence", "else");
  return lf_object_take(&o);
}
