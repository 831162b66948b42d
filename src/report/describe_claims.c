#include "report/describe_claims.h"

#include <math.h>

#include "base/text.h"
#include "report/claim_sentence.h"
#include "report/describe_compare.h"

static json_t *describe_counts(const lf_side_counts *c) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", c->rows);
  lf_object_number(&o, "won", c->won);
  lf_object_number(&o, "win_rate", c->won / c->rows);
  lf_object_number(&o, "amount", c->amount);
  lf_object_number(&o, "won_with_amount", isnan(c->amount) ? (double)NAN : c->valued);
  lf_object_number(&o, "mean_amount", c->amount / c->valued);
  return lf_object_take(&o);
}

static json_t *describe_sides(const lf_side_counts *group, const lf_side_counts *versus) {
  lf_object o = lf_object_new();
  lf_object_tree(&o, "group", describe_counts(group));
  lf_object_tree(&o, "versus", describe_counts(versus));
  return lf_object_take(&o);
}

/* The ratio goes by its name: odds_ratio where it is one of odds. */
static json_t *describe_ratio(const lf_ratio *r, lf_claim_effect effect, const lf_interval *difference,
                              const lf_interval *risk_ratio) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "measure",
                 effect == LF_EFFECT_WIN      ? "odds ratio"
                 : effect == LF_EFFECT_AMOUNT ? "ratio of mean amounts"
                                              : "ratio of revenue per lead");
  lf_object_number(&o, "ratio", r->ratio);
  if (effect == LF_EFFECT_WIN) lf_object_number(&o, "odds_ratio", r->ratio);
  lf_object_number(&o, "low", r->low);
  lf_object_number(&o, "high", r->high);
  lf_object_number(&o, "std_error_of_log", r->std_error);
  lf_object_number(&o, "p", r->p);
  if (difference) lf_object_tree(&o, "difference", lf_describe_interval(difference));
  if (risk_ratio) lf_object_tree(&o, "risk_ratio", lf_describe_interval(risk_ratio));
  return lf_object_take(&o);
}

/* What is needed to describe one claim's periods. */
typedef struct claim_view {
  const lf_claim *claim;
  const lf_answer *answer;
} claim_view;

static json_t *describe_period(const void *context, size_t i) {
  const claim_view *view = context;
  const lf_claim_period *p = &view->answer->periods[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "quarter", p->label);
  lf_object_tree(&o, "group", describe_counts(&p->group));
  lf_object_tree(&o, "versus", describe_counts(&p->versus));
  lf_object_number(&o, "ratio", p->adjusted.ratio);
  lf_object_number(&o, "low", p->adjusted.low);
  lf_object_number(&o, "high", p->adjusted.high);
  lf_object_flag(&o, "enough", !isnan(p->adjusted.ratio));
  return lf_object_take(&o);
}

static json_t *describe_flip(const lf_flip *flip) {
  if (!flip->found) return json_null();
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", flip->rows);
  lf_object_text(&o, "bound", "upper");
  lf_object_flag(&o, "confirmed", flip->confirmed);
  return lf_object_take(&o);
}

static json_t *describe_side(const lf_claim_side *side) {
  lf_text text = {0};
  lf_claim_side_text(side, &text);
  return lf_describe_sentence(&text);
}

static json_t *describe_evidence(const lf_answer *a) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "estimate", a->e_value);
  lf_object_number(&o, "limit", a->e_value_limit);
  return lf_object_take(&o);
}

static json_t *describe_claim(const lf_claim *claim, const lf_answer *a) {
  bool win = claim->effect == LF_EFFECT_WIN;
  claim_view view = {claim, a};
  lf_text sentence = {0};
  lf_object o = lf_object_new();
  lf_claim_sentence(claim, a, &sentence);
  lf_object_text(&o, "say", claim->say);
  lf_object_text(&o, "by", claim->by);
  lf_object_text(&o, "verdict", lf_claim_verdict_name(a->verdict));
  lf_object_tree(&o, "sentence", lf_describe_sentence(&sentence));
  lf_object_text(&o, "attribute", claim->attribute);
  lf_object_tree(&o, "group", describe_side(&claim->group));
  lf_object_tree(&o, "versus", describe_side(&claim->versus));
  lf_object_text(&o, "effect", lf_claim_effect_name(claim->effect));
  lf_object_text(&o, "direction", lf_direction_name(claim->direction));
  lf_object_number(&o, "margin", claim->margin);
  lf_object_tree(&o, "counts", describe_sides(&a->group, &a->versus));
  lf_object_tree(&o, "raw", describe_ratio(&a->raw, claim->effect, win ? &a->raw_difference : NULL, NULL));
  lf_object_tree(&o, "adjusted",
                 describe_ratio(&a->adjusted, claim->effect, win ? &a->adjusted_difference : NULL,
                                win ? &a->risk_ratio : NULL));
  lf_object_number(&o, "p", a->adjusted.p);
  lf_object_number(&o, "q", a->q);
  lf_object_tree(&o, "quarters", lf_json_list(a->n_periods, describe_period, &view));
  lf_object_tree(&o, "flip", describe_flip(&a->flip));
  lf_object_tree(&o, "e_value", describe_evidence(a));
  lf_object_number(&o, "more_won", a->more_won);
  lf_object_tree(&o, "adjusted_for", lf_describe_texts(&a->adjusted_for));
  lf_object_tree(&o, "not_adjusted_for", lf_describe_texts(&a->not_adjusted_for));
  lf_object_tree(&o, "notes", lf_describe_texts(&a->notes));
  return lf_object_take(&o);
}

typedef struct claims_view {
  const lf_claims *claims;
  const lf_answers *answers;
} claims_view;

static json_t *describe_item(const void *context, size_t i) {
  const claims_view *view = context;
  return describe_claim(&view->claims->items[i], &view->answers->items[i]);
}

json_t *lf_describe_claims(const lf_claims *claims, const lf_answers *answers) {
  claims_view view = {claims, answers};
  return lf_json_list(claims->n, describe_item, &view);
}

json_t *lf_describe_claim_rules(void) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "no meaningful difference",
                 "the 90 % interval of the adjusted ratio lies within 1/margin to margin");
  lf_object_text(&o, "supported, contradicted",
                 "else, where q is 0.05 at most and the ratio lies outside the margin: supported its own "
                 "way, contradicted the other way; "
                 "a claim of none is supported by no meaningful difference and contradicted by a difference");
  lf_object_text(&o, "not enough evidence", "else");
  lf_object_text(
      &o, "flip",
      "so many of the most influential outcomes reversed (won deals left out, for amounts) overturn "
      "the verdict, one fewer does not: ranked by influence, confirmed by refits. An upper bound of "
      "the fewest: fewer, chosen otherwise, might do (Broderick, Giordano & Meager 2020; Walsh et "
      "al. 2014)");
  lf_object_text(&o, "e_value",
                 "how strongly, as a risk ratio, an unmeasured cause would have to go with both the "
                 "attribute and the outcome to explain the effect away");
  return lf_object_take(&o);
}
