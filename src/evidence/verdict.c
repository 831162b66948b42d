/* Verdicts by rules that the report prints.
 *
 * p of winning and of deal size of every attribute are one family. q by Benjamini & Hochberg (1995) is shown:
 * the share of luck among what has a q so low. A verdict takes more, since true findings make room for false
 * ones in that share: p adjusted by Holm (1979), which bounds the chance of any false finding. To predict
 * takes both: to be told from chance (adjusted p < 0.05) and to matter (an estimated ratio of at least the
 * margin between a typical high and a typical low lead). Not to matter is a finding of its own and takes
 * evidence too: the margin must be outside what outcome-blind bands leave possible (blind.c). The wins that
 * would settle it: a standard error falls with the root of the wins; 80 % power at a one-sided 5 % takes an
 * effect of 2.49 standard errors (1.645 + 0.842), the effect being the estimate, or its distance to the
 * margin, whichever is told first. Where no band was found the estimate is that of the blind bands, and what
 * excludes the margin is their own bound; where they differ by more than chance no number is known. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/text.h"
#include "evidence/study.h"

static const double level = 0.05;
static const double power = 1.6448536269514722 + 0.8416212335729143; /* errors: 80 % at one-sided 5 % */
static const double most_more = 100; /* beyond so many times the wins there are no number is worth saying */

const char *lf_verdict_name(lf_verdict verdict) {
  switch (verdict) {
  case LF_PREDICTS_REVENUE: return "predicts closed revenue";
  case LF_PREDICTS_WINNING: return "predicts winning, not revenue";
  case LF_PREDICTS_SIZE: return "predicts deal size, not revenue";
  case LF_NO_DIFFERENCE: return "no meaningful difference";
  case LF_NOT_ENOUGH: break;
  }
  return "not enough evidence";
}

/* ---- q
 * ----------------------------------------------------------------------------------------------------------------
 */

/* Only winning is judged of the amount, in bands or not. */
static bool has_size(const lf_evidence *e, const lf_attribute_evidence *a) {
  return e->has_amounts && !a->is_amount && !a->repeats_amount;
}

static bool judged(const lf_attribute_evidence *a) {
  return !a->drifting && !a->screened;
}

static lf_status adjust_all(lf_evidence *e, lf_error *err) {
  double *p = NULL, *family = NULL;
  size_t k = e->n;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(3 * k, sizeof *p, &p, err));
  LF_TRY(lf_alloc(2 * k, sizeof *family, &family, err));
  for (size_t t = 0; t < k; t++) {
    const lf_attribute_evidence *a = &e->items[t];
    p[t] = judged(a) ? a->win.effect.p : a->screened ? 1 : NAN; /* tried, and no more */
    p[k + t] = judged(a) && has_size(e, a) ? a->size.effect.p : NAN;
    p[2 * k + t] = judged(a) && has_size(e, a) ? a->revenue.effect.p : NAN;
  }
  LF_TRY(lf_holm(p, 2 * k, family, err));
  LF_TRY(lf_benjamini_hochberg(p, 2 * k, p, err));
  LF_TRY(lf_benjamini_hochberg(p + 2 * k, k, p + 2 * k, err));
  for (size_t t = 0; t < k; t++) {
    lf_attribute_evidence *a = &e->items[t];
    a->win.q = p[t];
    a->win.holm = family[t];
    a->size.q = p[k + t];
    a->size.holm = family[k + t];
    a->revenue.q = p[2 * k + t];
  }
cleanup:
  free(p);
  free(family);
  return status;
}

/* ---- parts
 * --------------------------------------------------------------------------------------------------------------
 */

/* adjusted: p for how many were tried. */
static bool predicts(const lf_effect *e, double adjusted, double margin) {
  return adjusted < level && e->log_ratio >= margin;
}

/* The newest rows, or the holdout, exclude an effect that matters. */
static bool gone(const lf_effect *holdout, double margin) {
  return holdout->std_error > 0 && holdout->high < margin;
}

/* The newest quarter that holds at least half as many rows as a usual one, or NULL. A thinner one is not over
 * yet, or most of its leads are still open, and those that were decided first are not like the rest. */
static const lf_quarter_effect *newest_full(const lf_attribute_evidence *a) {
  size_t n = a->n_quarters;
  if (!n) return NULL;
  for (size_t i = n; i-- > 0;) {
    size_t more = 0; /* quarters of at least twice its rows */
    for (size_t k = 0; k < n; k++) more += a->quarters[k].rows > 2 * a->quarters[i].rows;
    if (2 * more < n) return &a->quarters[i];
  }
  return NULL;
}

/* The newest full quarter says the opposite. */
static bool turned(const lf_attribute_evidence *a) {
  const lf_quarter_effect *newest = newest_full(a);
  return newest && newest->effect.high < 0;
}

static void add_ratio(lf_text *text, const lf_effect *e) {
  lf_text_add_fixed(text, exp(e->log_ratio), 2);
  lf_text_add(text, " (");
  lf_text_add_fixed(text, exp(e->low), 2);
  lf_text_add(text, " to ");
  lf_text_add_fixed(text, exp(e->high), 2);
  lf_text_add(text, ")");
}

static void add_win(lf_text *text, const lf_attribute_evidence *a) {
  lf_text_add(text, "odds ratio of winning ");
  add_ratio(text, &a->win.effect);
}

static void add_size(lf_text *text, const lf_attribute_evidence *a) {
  lf_text_add(text, "deal size ratio ");
  add_ratio(text, &a->size.effect);
}

static void add_revenue(lf_text *text, const lf_attribute_evidence *a) {
  lf_text_add(text, "revenue a lead ratio ");
  add_ratio(text, &a->revenue.effect);
}

static lf_strength strength_of(double log_ratio) {
  return log_ratio >= log(2.0) ? LF_STRONG : log_ratio >= log(1.4) ? LF_MODERATE : LF_WEAK;
}

/* More wins (or deals), where errors have to be `ratio` times as small. */
static double more_for(double ratio, double won) {
  double more = ceil(won * fmax(0.1, ratio * ratio - 1));
  return more <= most_more * won ? more : NAN;
}

/* That would settle an effect. */
static double more_wins(const lf_effect *e, double won, double margin) {
  if (!(e->std_error > 0)) return NAN;
  double estimate = fmax(0, e->log_ratio);
  return more_for(e->std_error * power / fmax(estimate, fabs(margin - estimate)), won);
}

/* Where the contribution found nothing: that would show the ratio that blind bands make likely (chi2 less its
 * degrees of freedom estimates the non-centrality), or exclude the margin from there. NaN where they show it
 * already: what finds bands for it is not known. */
static double more_wins_blind(const lf_blind_test *blind, double won, double margin) {
  if (!(blind->std_error > 0) || blind->p < level) return NAN;
  double errors = sqrt(fmax(0, blind->chi2 - (double)blind->df));
  double left = margin - errors * blind->std_error;
  double show = errors > 0 ? power / errors : INFINITY;
  double exclude = left > 0 ? blind->reach * blind->std_error / left : INFINITY;
  return more_for(fmin(show, exclude), won);
}

/* The largest log ratio that is not excluded, one-sided: by blind bands, and by the contribution itself. */
static double largest(const lf_effect *e, double bound) {
  return e->std_error > 0 ? fmax(bound, e->log_ratio + 1.6448536269514722 * e->std_error) : bound;
}

/* ---- rules
 * ---------------------------------------------------------------------------------------------------------------
 */

static void predict_revenue(lf_attribute_evidence *a, lf_text *text) {
  bool amounts = a->revenue.effect.std_error > 0;
  a->verdict = LF_PREDICTS_REVENUE;
  a->strength = strength_of(amounts ? a->revenue.effect.log_ratio : a->win.effect.log_ratio);
  if (amounts) {
    add_revenue(text, a);
    lf_text_add(text, "; ");
  }
  if (a->through_win) add_win(text, a);
  if (a->through_win && a->through_size) lf_text_add(text, "; ");
  if (a->through_size) add_size(text, a);
}

/* Winning or deal size is shown; revenue is not. */
static void predict_part(lf_attribute_evidence *a, lf_text *text) {
  const lf_effect *part = a->through_win ? &a->win.effect : &a->size.effect;
  a->verdict = a->through_win ? LF_PREDICTS_WINNING : LF_PREDICTS_SIZE;
  a->strength = strength_of(part->log_ratio);
  if (a->through_win) add_win(text, a);
  if (a->through_win && a->through_size) lf_text_add(text, "; ");
  if (a->through_size) add_size(text, a);
  if (a->is_amount || a->repeats_amount) {
    lf_text_addf(text, "; this is the amount %s, so that closed revenue is not judged",
                 a->is_amount ? "itself" : "over again");
    return;
  }
  lf_text_add(text, "; closed revenue is not shown to differ by the margin: ");
  add_revenue(text, a);
  if (a->revenue.whale) lf_text_add(text, ", and the few largest deals decide it");
}

static void say_equivalent(lf_attribute_evidence *a, bool amounts, double margin, lf_text *text) {
  a->verdict = LF_NO_DIFFERENCE;
  lf_text_add(text, "95 % sure that a high lead's odds of winning are less than ");
  lf_text_add_fixed(text, exp(a->win.bound), 2);
  lf_text_add(text, " times a low lead's");
  if (amounts) {
    lf_text_add(text, ", and its deals less than ");
    lf_text_add_fixed(text, exp(a->size.bound), 2);
    lf_text_add(text, " times as large");
  }
  lf_text_add(text, "; the margin is ");
  lf_text_add_fixed(text, exp(margin), 2);
}

static void say_no_band(const lf_attribute_evidence *a, double margin, lf_text *text) {
  const lf_blind_test *blind = &a->win.blind;
  lf_text_add(text, "no band was found that held outside the rows that chose it");
  if (!(blind->p < level) || a->win.bound < margin) return;
  lf_text_add(text, ", and yet bands that no outcome chose differ by more than chance (p ");
  lf_text_add(text, blind->p < 0.001 ? "below " : "");
  lf_text_add_fixed(text, fmax(blind->p, 0.001), 3);
  lf_text_add(text, ", before allowing for how many were tried): more rows may show what it is");
}

static void say_not_enough(const lf_evidence *e, lf_attribute_evidence *a, bool was_there, double margin,
                           lf_text *text) {
  bool found = a->win.effect.std_error > 0;
  a->verdict = LF_NOT_ENOUGH;
  a->more_wins =
      found ? more_wins(&a->win.effect, e->won, margin) : more_wins_blind(&a->win.blind, e->won, margin);
  if (e->has_amounts && a->size.effect.std_error > 0 && a->win.bound < margin)
    a->more_wins = more_wins(&a->size.effect, e->won, margin);
  if (was_there) {
    add_win(text, a);
    bool newest = turned(a);
    lf_text_add(
        text, newest ? " over all judged rows, but the other way round in the newest quarter of usual size: "
                     : " over all judged rows, but not in the holdout: ");
    add_ratio(text, newest ? &newest_full(a)->effect : &a->win.holdout);
    a->more_wins = NAN;
    return;
  }
  if (found)
    add_win(text, a);
  else
    say_no_band(a, margin, text);
  if (a->win.effect.high < 0) {
    lf_text_add(text, ": what was learnt of it turned out the other way round");
    a->more_wins = NAN;
  }
  if (a->win.holm < level && a->win.effect.log_ratio > 0)
    lf_text_add(text, ": told from chance, not from the margin");
  if (!isfinite(a->more_wins)) return;
  lf_text_add(text, "; about ");
  lf_text_add_grouped(text, a->more_wins, 0);
  lf_text_add(text, " more wins would settle it");
}

static void widen_bounds(lf_attribute_evidence *a) {
  a->win.bound = largest(&a->win.effect, a->win.bound);
  a->size.bound = largest(&a->size.effect, a->size.bound);
}

static void decide(const lf_evidence *e, lf_attribute_evidence *a, double margin, lf_text *text) {
  bool amounts = has_size(e, a);
  bool was_there = gone(&a->win.holdout, margin) || turned(a);
  bool win = predicts(&a->win.effect, a->win.holm, margin),
       size = amounts && predicts(&a->size.effect, a->size.holm, margin);
  a->through_win = win && !was_there;
  a->through_size = size;
  const lf_revenue_evidence *r = &a->revenue;
  bool revenue = !e->has_amounts || (amounts && predicts(&r->effect, r->q, margin) && r->boot_low > 0 &&
                                     r->without_top.p < level);
  bool equivalent = a->win.bound < margin && (!amounts || a->size.bound < margin);
  a->more_wins = NAN;
  if ((a->through_win || a->through_size) && revenue)
    predict_revenue(a, text);
  else if (a->through_win || a->through_size)
    predict_part(a, text);
  else if (equivalent)
    say_equivalent(a, amounts, margin, text);
  else
    say_not_enough(e, a, win && was_there, margin, text);
}

static void say_untested(lf_attribute_evidence *a, lf_text *text) {
  a->verdict = LF_NOT_ENOUGH;
  a->more_wins = NAN;
  lf_text_add(
      text, a->screened
                ? "it does not help on its own: of so many attributes only those that do were judged together"
                : "its newest values lie outside what older rows held: nothing older rows taught speaks for "
                  "them");
}

/* p and q of what it is said to predict; of the smaller where nothing is said. */
static void headline_p(lf_attribute_evidence *a, bool drifting) {
  bool by_size = a->through_size && !a->through_win;
  if (!a->through_size && !a->through_win) by_size = a->size.q < a->win.q;
  a->p = drifting ? NAN : by_size ? a->size.effect.p : a->win.effect.p;
  a->q = drifting ? NAN : by_size ? a->size.q : a->win.q;
}

static lf_status add_rule(lf_text_list *list, lf_text *text, lf_error *err) {
  lf_status status = lf_text_status(text, err);
  if (status == LF_OK) status = lf_text_list_add(list, text->data, err);
  lf_text_free(text);
  return status;
}

static lf_status print_rules(lf_evidence *e, bool by_account, lf_error *err) {
  char ratio[LF_DOUBLE_TEXT];
  lf_text_list *list = &e->rules;
  lf_text text = {0};
  lf_status status = LF_OK;
  lf_format_fixed(e->margin, 2, ratio, sizeof ratio);
  lf_text_add(&text, "What judges a row, its bands and weights, was chosen without it");
  lf_text_addf(&text, by_account ? ", and without its account. " : ". ");
  lf_text_add(&text, "A high and a low lead are one standard deviation above and below the mean in what the "
                     "attribute says of them.");
  LF_TRY(add_rule(list, &text, err));
  LF_TRY(lf_say(
      list, err,
      "Each attribute is judged beside all others but its own repeats: the same in bands, or in nearly "
      "the same order."));
  LF_TRY(lf_say(
      list, err,
      "predicts: told from chance (p below 0.05 when adjusted by Holm's rule for all attributes, winning "
      "and deal size together, so that at most one report in twenty calls anything by luck), a ratio of "
      "at least %s between a high and a low lead, not excluded by the holdout, and not the other way "
      "round in the newest quarter of usual size.",
      ratio));
  if (e->has_amounts) {
    LF_TRY(lf_say(list, err,
                  "predicts closed revenue: predicts winning or deal size, and revenue a lead as well (q "
                  "below 0.05, ratio at least %s, "
                  "bootstrap interval above 1, and still so without the largest 1 %% of the deals).",
                  ratio));
    LF_TRY(lf_say(list, err,
                  "predicts winning, not revenue / predicts deal size, not revenue: the one is shown, closed "
                  "revenue is not."));
  } else {
    LF_TRY(lf_say(
        list, err,
        "predicts closed revenue: predicts winning; amounts are not known, so every win counts the same."));
  }
  LF_TRY(lf_say(list, err,
                "no meaningful difference: bands that no outcome chose exclude a ratio of %s or more%s (95 "
                "%%, one-sided).",
                ratio, e->has_amounts ? ", in winning and in deal size" : ""));
  LF_TRY(lf_say(
      list, err,
      "not enough evidence: everything else; the wins that would settle it are for a power of 80 %%."));
  LF_TRY(lf_say(
      list, err,
      "strong: a ratio of 2 or more between a high and a low lead; moderate: 1.4 or more; weak: less."));
cleanup:
  return status;
}

lf_status lf_evidence_verdicts(lf_evidence *e, bool by_account, lf_error *err) {
  double margin = log(e->margin);
  lf_status status = adjust_all(e, err);
  for (size_t t = 0; status == LF_OK && t < e->n; t++) {
    lf_attribute_evidence *a = &e->items[t];
    lf_text text = {0};
    widen_bounds(a);
    if (judged(a))
      decide(e, a, margin, &text);
    else
      say_untested(a, &text);
    headline_p(a, !judged(a));
    status = lf_text_status(&text, err);
    if (status == LF_OK)
      a->because = text.data;
    else
      lf_text_free(&text);
  }
  return status == LF_OK ? print_rules(e, by_account, err) : status;
}
