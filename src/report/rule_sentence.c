/* A rule and its price in words: no figure without its interval. */
#include <math.h>

#include "report/describe_rules.h"
#include "report/headline.h"
#include "report/view.h"

enum { MOST_NAMED = 4 };

const lf_price *lf_rule_quoted(const lf_rule_price *rule) {
  if (rule->holdout.known) return &rule->holdout;
  return rule->cross_fitted.known ? &rule->cross_fitted : NULL;
}

const char *lf_price_verdict(const lf_price *price) {
  switch (price->verdict) {
  case LF_COMPARE_A_BETTER: return "costs";
  case LF_COMPARE_B_BETTER: return "better with the rule";
  case LF_COMPARE_SAME: return "no meaningful difference";
  case LF_COMPARE_UNDECIDED: break;
  }
  return "not enough evidence";
}

const char *lf_rule_verdict(const lf_rule_price *rule) {
  const lf_price *price = lf_rule_quoted(rule);
  if (!rule->binds) return "changes nothing";
  return price ? lf_price_verdict(price) : "not enough evidence";
}

/* ---- the rule
 * ------------------------------------------------------------------------------------------------ */

static void say_key(lf_text *out, const char *key) {
  size_t n = strlen(key), at = 0, length = 0;
  while (at < n && length++ < 40) lf_view_add_character(out, lf_view_character(key, n, &at));
  if (at < n) lf_text_add(out, "\xE2\x80\xA6");
}

static void say_points(const lf_attribute_spec *spec, lf_text *out) {
  for (size_t i = 0; i < spec->n_points && i < MOST_NAMED; i++) {
    const lf_said_points *said = &spec->points[i];
    lf_text_add(out, i ? ", " : "");
    if (said->key)
      say_key(out, said->key);
    else if (spec->n_match)
      say_key(out, spec->match[i].label);
    else
      lf_text_addf(out, "band %zu", i + 1);
    lf_text_addf(out, " %d", said->points);
  }
  if (spec->n_points > MOST_NAMED) lf_text_addf(out, " and %zu more", spec->n_points - MOST_NAMED);
  lf_text_add(out, spec->n_points == 1 && spec->points[0].points == 1 ? " point" : " points");
}

static void say_sign(const lf_attribute_spec *spec, const lf_atom_set *set, lf_text *out) {
  bool rises =
      set->kind == LF_KIND_NUMBER ? set->rules.trend == LF_TREND_INCREASING : set->rules.direction > 0;
  const char *word = rises ? "less" : "more";
  if (set->kind == LF_KIND_NUMBER) {
    lf_text_addf(out, "a higher value is never worth %s", word);
    return;
  }
  if (!spec->signs || !spec->signs[0].key) {
    lf_text_addf(out, "yes is never worth %s than no", word);
    return;
  }
  for (size_t i = 0; i < spec->n_signs && i < MOST_NAMED; i++) {
    lf_text_add(out, i ? ", " : "");
    say_key(out, spec->signs[i].key);
    lf_text_addf(out, " worth no %s than average", spec->signs[i].sign > 0 ? "less" : "more");
  }
  if (spec->n_signs > MOST_NAMED) lf_text_addf(out, " and %zu more", spec->n_signs - MOST_NAMED);
}

void lf_rule_text(const lf_rule_price *rule, const lf_atom_set *set, lf_text *out) {
  if (!set) {
    lf_text_add(out, "All rules together");
    return;
  }
  lf_headline_name(out, set->name);
  switch (rule->kind) {
  case LF_RULE_POINTS:
    lf_text_add(out, ": ");
    say_points(rule->spec, out);
    return;
  case LF_RULE_SIGN:
    lf_text_add(out, ": ");
    say_sign(rule->spec, set, out);
    return;
  case LF_RULE_CAP:
    lf_text_addf(out, ": at most %d point%s", rule->spec->cap, rule->spec->cap == 1 ? "" : "s");
    return;
  case LF_RULE_EXCLUDE: lf_text_add(out, " left out of the score");
  }
}

/* ---- its price
 * --------------------------------------------------------------------------------------------------- */

static void say_interval(lf_text *out, const lf_interval *i, double factor, int decimals, const char *level) {
  if (isnan(i->low) || isnan(i->high)) {
    lf_text_add(out, " (interval not known)");
    return;
  }
  lf_text_addf(out, " (%s", level);
  lf_people_fixed(out, factor * i->low, decimals);
  lf_text_add(out, " to ");
  lf_people_fixed(out, factor * i->high, decimals);
  lf_text_add(out, ")");
}

static void say_volume(lf_text *out, const lf_price *price) {
  if (!(price->volume >= 1) || isnan(price->wins.value)) return;
  lf_text_add(out, ", and among the ");
  lf_people_counted(out, price->volume, "best lead", "best leads");
  lf_text_add(out, " by each card ");
  lf_people_fixed(out, price->wins.value, 0);
  lf_text_add(out, " of ");
  lf_people_counted(out, round(price->won_free), "win", "wins");
  say_interval(out, &price->wins, 1, 0, "");
  if (isnan(price->amount.value)) return;
  lf_text_add(out, " and ");
  lf_people_fixed(out, price->amount.value, 0);
  lf_text_add(out, " of ");
  lf_people_fixed(out, price->amount_free, 0);
  lf_text_add(out, " revenue");
  say_interval(out, &price->amount, 1, 0, "");
}

static void say_price(lf_text *out, const lf_price *price, bool holdout, bool all) {
  lf_text_add(out, all ? "they give up " : "it gives up ");
  lf_people_fixed(out, 100 * price->auc.value, 1);
  lf_text_add(out, " of 100 pairs of a won and a lost lead in the right order");
  say_interval(out, &price->auc, 100, 1, "95% interval ");
  say_volume(out, price);
  lf_text_add(out, ". Judged by ");
  lf_people_counted(out, price->rows, holdout ? "holdout lead" : "cross-fitted lead",
                    holdout ? "holdout leads" : "cross-fitted leads");
  lf_text_add(out, "; below 0 is a gain.");
}

static void say_verdict(const lf_prices *prices, const lf_price *price, bool all, lf_text *out) {
  switch (price->verdict) {
  case LF_COMPARE_A_BETTER: lf_text_add(out, all ? "They have a price: " : "It has a price: "); return;
  case LF_COMPARE_B_BETTER: lf_text_add(out, all ? "Better with them: " : "Better with it: "); return;
  case LF_COMPARE_SAME:
    lf_text_add(out, "No meaningful difference (within ");
    lf_people_fixed(out, 100 * prices->auc_margin, 0);
    lf_text_add(out, " of 100 pairs): ");
    return;
  case LF_COMPARE_UNDECIDED:
    lf_text_add(out, "Not enough evidence to tell the price from nothing, or from one that matters: ");
  }
}

void lf_rule_sentence(const lf_prices *prices, const lf_rule_price *rule, const lf_atom_set *set,
                      lf_text *out) {
  const lf_price *price = lf_rule_quoted(rule);
  bool all = set == NULL;
  lf_rule_text(rule, set, out);
  lf_text_add(out, ". ");
  if (!rule->binds) {
    lf_text_add(out, all ? "They change nothing: the card keeps them without being told."
                         : "It changes nothing: the card keeps it without being told.");
  } else if (!price) {
    lf_text_add(out, "No price can be told: no leads judged both cards.");
  } else {
    say_verdict(prices, price, all, out);
    say_price(out, price, price == &rule->holdout, all);
  }
}
