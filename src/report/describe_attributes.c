#include <math.h>
#include <stdio.h>

#include "base/numerics.h"
#include "report/describe.h"

/* ---- pieces
 * ---------------------------------------------------------------------------------------------------------
 */

/* ratio, low, high and, where it is a test, p. */
static void put_ratio(lf_object *o, const char *key, const lf_effect *e) {
  lf_object_number(o, key, exp(e->log_ratio));
  lf_object_number(o, "low", exp(e->low));
  lf_object_number(o, "high", exp(e->high));
}

static json_t *describe_ratio(const char *key, const lf_effect *e) {
  lf_object o = lf_object_new();
  put_ratio(&o, key, e);
  lf_object_number(&o, "p", e->p);
  return lf_object_take(&o);
}

static json_t *describe_paired(const lf_paired *p) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "value", p->value);
  lf_object_number(&o, "low", p->low);
  lf_object_number(&o, "high", p->high);
  return lf_object_take(&o);
}

static json_t *describe_band(const void *context, size_t i) {
  const lf_win_evidence *win = context;
  const lf_band_effect *band = &win->bands[i];
  lf_effect e = lf_effect_make(band->log_odds, band->std_error);
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", band->label);
  lf_object_number(&o, "rows", band->rows);
  lf_object_number(&o, "won", band->won);
  lf_object_number(&o, "win_rate", band->rows > 0 ? band->won / band->rows : NAN);
  put_ratio(&o, "odds_ratio", &e);
  lf_object_number(&o, "win_rate_difference", band->difference);
  return lf_object_take(&o);
}

static json_t *describe_quarter(const void *context, size_t i) {
  const lf_quarter_effect *q = (const lf_quarter_effect *)context + i;
  char name[48];
  snprintf(name, sizeof name, "%d Q%d", q->year, q->quarter);
  lf_object o = lf_object_new();
  lf_object_text(&o, "quarter", name);
  lf_object_number(&o, "rows", q->rows);
  lf_object_number(&o, "won", q->won);
  lf_object_number(&o, "slope", q->effect.log_ratio);
  lf_object_number(&o, "low", q->effect.low);
  lf_object_number(&o, "high", q->effect.high);
  lf_object_number(&o, "odds_ratio", exp(q->effect.log_ratio));
  lf_object_number(&o, "odds_ratio_low", exp(q->effect.low));
  lf_object_number(&o, "odds_ratio_high", exp(q->effect.high));
  return lf_object_take(&o);
}

static json_t *describe_test(const lf_lr_test *test) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "chi2", test->chi2);
  lf_object_count(&o, "df", test->df);
  lf_object_number(&o, "p", test->p);
  return lf_object_take(&o);
}

/* ---- parts
 * ------------------------------------------------------------------------------------------------------------
 */

static json_t *describe_win(const lf_evidence *evidence, const lf_win_evidence *win) {
  lf_object o = lf_object_new();
  put_ratio(&o, "odds_ratio", &win->effect);
  lf_object_number(&o, "chi2", win->chi2);
  lf_object_count(&o, "df", isnan(win->chi2) ? 0u : 1u);
  lf_object_number(&o, "p", win->effect.p);
  lf_object_number(&o, "q", win->q);
  lf_object_tree(&o, "loss_increase", describe_paired(&win->loss_increase));
  bool holdout = evidence->holdout_rows > 0;
  lf_object_tree(&o, "auc_loss", describe_paired(holdout ? &win->holdout_auc_loss : &win->auc_loss));
  lf_object_tree(&o, "holdout", describe_ratio("odds_ratio", &win->holdout));
  lf_object_tree(&o, "holdout_loss_increase", describe_paired(&win->holdout_loss_increase));
  lf_object_tree(&o, "unadjusted", describe_ratio("odds_ratio", &win->raw));
  lf_object_number(&o, "excluded_from", exp(win->bound));
  lf_object_text(&o, "bands_judged_on", holdout ? "holdout" : "training rows, bands by counts");
  lf_object_tree(&o, "bands_test", describe_test(&win->bands_test));
  lf_object_tree(&o, "bands", lf_json_list(win->n_bands, describe_band, win));
  return lf_object_take(&o);
}

static json_t *describe_size(const lf_size_evidence *size) {
  lf_object o = lf_object_new();
  put_ratio(&o, "ratio", &size->effect);
  lf_object_number(&o, "p", size->effect.p);
  lf_object_number(&o, "q", size->q);
  lf_object_number(&o, "excluded_from", exp(size->bound));
  lf_effect smeared = size->log_normal;
  double move = log(size->smearing);
  smeared.log_ratio += move;
  smeared.low += move;
  smeared.high += move;
  lf_object_tree(&o, "log_normal", describe_ratio("ratio", &smeared));
  return lf_object_take(&o);
}

static json_t *describe_revenue(const lf_revenue_evidence *e) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "ratio", exp(e->effect.log_ratio));
  lf_object_number(&o, "low", exp(e->boot_low));
  lf_object_number(&o, "high", exp(e->boot_high));
  lf_object_number(&o, "p", e->effect.p);
  lf_object_number(&o, "q", e->q);
  lf_paired gini = {.value = e->gini_loss, .low = e->gini_low, .high = e->gini_high};
  lf_object_tree(&o, "gini_loss", describe_paired(&gini));
  lf_object_tree(&o, "without_top", describe_ratio("ratio", &e->without_top));
  lf_object_number(&o, "p_without_top", e->without_top.p);
  lf_object_flag(&o, "whale", e->whale);
  return lf_object_take(&o);
}

static json_t *describe_simpson(const lf_evidence *evidence, const lf_attribute_evidence *a) {
  lf_object o = lf_object_new();
  lf_object_flag(&o, "alarm", a->simpson);
  lf_object_text(&o, "confounder",
                 a->simpson && a->confounder != SIZE_MAX ? evidence->items[a->confounder].name : NULL);
  return lf_object_take(&o);
}

static json_t *describe_stability(const lf_attribute_evidence *a) {
  return lf_json_list(a->n_quarters, describe_quarter, a->quarters);
}

static const char *strength_name(lf_strength strength) {
  switch (strength) {
  case LF_STRONG: return "strong";
  case LF_MODERATE: return "moderate";
  case LF_WEAK: return "weak";
  case LF_STRENGTH_NONE: break;
  }
  return NULL;
}

static const char *through_name(const lf_attribute_evidence *a) {
  if (a->through_win) return a->through_size ? "both" : "winning";
  return a->through_size ? "deal size" : NULL;
}

static json_t *card_attribute(const void *context, size_t i) {
  const lf_evidence *evidence = context;
  const lf_attribute_evidence *a = &evidence->items[i];
  bool tested = !a->drifting && !a->screened,
       amounts = tested && evidence->has_amounts && !a->is_amount && !a->repeats_amount;
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", a->name);
  lf_object_text(&o, "owner", lf_owner_name(a->owner));
  lf_object_text(&o, "verdict", lf_verdict_name(a->verdict));
  lf_object_text(&o, "strength", strength_name(a->strength));
  lf_object_text(&o, "through", through_name(a));
  lf_object_text(&o, "because", a->because);
  lf_object_flag(&o, "on_card", a->on_card);
  lf_object_number(&o, "more_wins", a->more_wins);
  lf_object_tree(&o, "win", tested ? describe_win(evidence, &a->win) : json_null());
  lf_object_tree(&o, "amount", amounts ? describe_size(&a->size) : json_null());
  lf_object_tree(&o, "revenue", amounts ? describe_revenue(&a->revenue) : json_null());
  lf_object_number(&o, "p", a->p);
  lf_object_number(&o, "q", a->q);
  lf_object_number(&o, "holdout_loss_increase", a->win.holdout_loss_increase.value);
  lf_object_tree(&o, "stability", describe_stability(a));
  lf_object_number(&o, "stability_p", a->heterogeneity_p);
  lf_object_tree(&o, "simpson", describe_simpson(evidence, a));
  lf_object_tree(&o, "not_adjusted_for", lf_describe_texts(&a->not_adjusted_for));
  return lf_object_take(&o);
}

/* ---- plain method
 * ----------------------------------------------------------------------------------------------------- */

typedef struct plain_view {
  const lf_history *history;
  const lf_plain *plain;
} plain_view;

static const char *owner_of(const lf_history *history, const char *name) {
  size_t c = lf_table_find(history->table, name);
  return c < history->table->n_columns ? lf_owner_name(history->roles[c].owner) : "";
}

/* Nothing was chosen, so the likelihood-ratio test on the rows that were fitted is fair. */
static json_t *plain_attribute(const void *context, size_t i) {
  const plain_view *view = context;
  const lf_attribute_test *test = &view->plain->tests[i];
  bool predicts = test->q < 0.05; /* winning alone is tested: of revenue it says nothing */
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", test->attribute);
  lf_object_text(&o, "owner", owner_of(view->history, test->attribute));
  lf_object_text(&o, "verdict", lf_verdict_name(predicts ? LF_PREDICTS_WINNING : LF_NOT_ENOUGH));
  lf_object_text(&o, "strength", NULL);
  lf_object_text(&o, "through", predicts ? "winning" : NULL);
  lf_object_text(
      &o, "because",
      predicts
          ? "winning is told from chance (likelihood ratio, q below 0.05); closed revenue is not judged by "
            "this method"
          : "winning is not told from chance (likelihood ratio, q 0.05 or more); closed revenue is not "
            "judged by this method");
  lf_object_tree(&o, "win", describe_test(&test->lr));
  lf_object_tree(&o, "amount", json_null());
  lf_object_tree(&o, "revenue", json_null());
  lf_object_number(&o, "p", test->lr.p);
  lf_object_number(&o, "q", test->q);
  lf_object_number(&o, "holdout_loss_increase", NAN);
  return lf_object_take(&o);
}

static json_t *plain_attributes(const lf_history *history, const lf_plain *plain) {
  plain_view view = {history, plain};
  return lf_json_list(plain->n_tests, plain_attribute, &view);
}

/* ---- all
 * ------------------------------------------------------------------------------------------------------------------
 */

json_t *lf_describe_attributes(const lf_history *history, const lf_evidence *evidence,
                               const lf_plain *plain) {
  return evidence ? lf_json_list(evidence->n, card_attribute, evidence) : plain_attributes(history, plain);
}

json_t *lf_describe_evidence(const lf_evidence *evidence) {
  lf_object o = lf_object_new(), noise = lf_object_new();
  lf_object_number(&o, "rows", evidence->rows);
  lf_object_number(&o, "won", evidence->won);
  lf_object_number(&o, "holdout_rows", evidence->holdout_rows);
  lf_object_number(&o, "holdout_won", evidence->holdout_won);
  lf_object_count(&o, "folds", evidence->n_folds);
  lf_object_flag(&o, "folds_in_time", evidence->in_time);
  lf_object_number(&o, "margin", evidence->margin);
  lf_object_number(&o, "deals", evidence->has_amounts ? evidence->deals : NAN);
  lf_object_number(&o, "top_amount_share", evidence->has_amounts ? evidence->top_amount_share : NAN);
  lf_object_count(&o, "replicates", evidence->replicates);
  lf_object_count(&noise, "copies", evidence->noise.copies);
  lf_object_number(&noise, "loss_increase", evidence->noise.loss_increase);
  lf_object_number(&noise, "smallest_p", evidence->noise.smallest_p);
  lf_object_count(&noise, "below_5_percent", evidence->noise.below_5_percent);
  json_t *floor = lf_object_take(&noise);
  if (!evidence->has_noise) {
    json_decref(floor);
    floor = json_null();
  }
  lf_object_tree(&o, "noise_floor", floor);
  lf_object_tree(&o, "rules", lf_describe_texts(&evidence->rules));
  lf_object_tree(&o, "notes", lf_describe_texts(&evidence->notes));
  return lf_object_take(&o);
}
