/* The price of rules.
 *
 * 1. The card without any rule, as if leadfit.yaml said none.
 * 2. A rule that this card keeps as it is changes nothing, and has no price. Where all are kept, this card is
 *    the answer.
 * 3. Else the card under all rules: bands, penalties, attributes, weights and points chosen anew, as a run
 * with nothing but those rules would choose them, and for each rule that is broken the same with it alone.
 * 4. Both cards judge the same rows: the holdout, scored by the finished cards, and the rows judged in
 *    cross-fitting, each by bands and weights that never saw it (the penalties and attributes came from all
 *    training rows; what the holdout says is free of that). The differences are paired.
 * So the price of leaving an attribute out is the difference of two separate runs. Prices of single rules do
 * not add up to that of all together: rules can stand in for each other, or add to each other's harm. */
#include "evidence/price.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/price_parts.h"

void lf_prices_free(lf_prices *prices) {
  if (!prices) return;
  free(prices->items);
  free(prices);
}

static void variant_clear(lf_price_variant *v) {
  lf_scorecard_free(v->build.card);
  lf_card_fit_free(v->fit);
  free(v->score);
  free(v->eta);
  if (v->borrowed && v->atoms) {
    free(v->atoms->items);
    free(v->atoms);
  } else
    lf_atoms_free(v->atoms);
  *v = (lf_price_variant){0};
}

/* ---- which rules there are
 * ---------------------------------------------------------------------------------- */

static bool is_one_way(lf_trend trend) {
  return trend == LF_TREND_INCREASING || trend == LF_TREND_DECREASING;
}

lf_status lf_history_rules(const lf_history *history, bool *any, lf_error *err) {
  *any = false;
  for (size_t c = 0; c < history->table->n_columns; c++) {
    const lf_attribute_spec *spec = history->roles[c].spec;
    if (!spec) continue;
    bool attribute = lf_history_is_attribute(history, c);
    if (attribute) *any = *any || lf_spec_has_rules(spec) || is_one_way(spec->trend);
    if (attribute || !(spec->n_points || spec->n_signs || spec->cap)) continue;
    const char *key = spec->n_points  ? "points"
                      : spec->n_signs ? "sign"
                                      : "cap",
               *why = history->roles[c].reason;
    return lf_spec_fail(history->project, spec, key, err,
                        "'%.60s' is no attribute (%.120s): keep it with keep:, or leave the rule out",
                        history->table->columns[c].name, why ? why : lf_role_name(history->roles[c].role));
  }
  return LF_OK;
}

static lf_status list_rules(lf_price_job *job, lf_error *err) {
  const lf_atoms *atoms = job->ruled.atoms;
  lf_prices *out = job->out;
  lf_status status = lf_alloc(4 * atoms->n, sizeof *out->items, &out->items, err);
  for (size_t t = 0; status == LF_OK && t < atoms->n; t++) {
    const lf_atom_rules *r = &atoms->items[t].rules;
    bool has[] = {r->pin != NULL, r->sign || r->direction || is_one_way(r->trend), r->cap > 0, r->exclude};
    for (int kind = 0; kind < 4; kind++)
      if (has[kind])
        out->items[out->n++] =
            (lf_rule_price){.set = t, .kind = (lf_rule_kind)kind, .spec = atoms->items[t].spec};
  }
  out->all = (lf_rule_price){.set = SIZE_MAX};
  return status;
}

/* ---- cards
 * --------------------------------------------------------------------------------------------------- */

static lf_status score_rows(const lf_price_job *job, lf_price_variant *v, lf_error *err) {
  lf_codes *codes = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(v->build.card->attributes, job->history->table, job->run, &codes, NULL, err));
  LF_TRY(lf_alloc(job->history->n_rows, sizeof *v->score, &v->score, err));
  LF_TRY(lf_scorecard_score(v->build.card, codes, job->run, v->score, err));
cleanup:
  lf_codes_free(codes);
  return status;
}

static lf_status fit_variant(const lf_price_job *job, lf_price_variant *v, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_check_interrupt(job->run, err));
  LF_TRY(lf_card_fit_make(job->history, v->atoms, &job->options->card, job->run, &v->fit, err));
  LF_TRY(lf_card_build_make(job->history, v->fit, &job->options->threshold, job->run, &v->build, err));
cleanup:
  return status;
}

/* What the comparison needs beside the card. Where rules bind the fit has judged with refits already. */
static lf_status score_variant(const lf_price_job *job, lf_price_variant *v, lf_error *err) {
  size_t n = v->fit->judged->n;
  lf_status status = score_rows(job, v, err);
  if (status == LF_OK) status = lf_alloc(n, sizeof *v->eta, &v->eta, err);
  if (status != LF_OK) return status;
  if (!v->fit->rules) return lf_card_fit_judge(v->fit, job->options->card.max_bands, job->run, v->eta, err);
  memcpy(v->eta, v->fit->judged_eta, n * sizeof *v->eta);
  return LF_OK;
}

/* The sets of the card without rules, but for one that has one rule. */
static lf_status borrow_atoms(const lf_price_job *job, const lf_rule_price *rule, lf_price_variant *v,
                              lf_error *err) {
  const lf_atoms *plain = job->free.atoms;
  const lf_atom_rules *all = &job->ruled.atoms->items[rule->set].rules;
  lf_status status = lf_alloc(1, sizeof *v->atoms, &v->atoms, err);
  if (status != LF_OK) return status;
  v->borrowed = true;
  *v->atoms = (lf_atoms){.n = plain->n, .n_rows = plain->n_rows};
  status = lf_alloc(plain->n, sizeof *v->atoms->items, &v->atoms->items, err);
  if (status != LF_OK) return status;
  memcpy(v->atoms->items, plain->items, plain->n * sizeof *plain->items);
  lf_atom_set *set = &v->atoms->items[rule->set];
  bool by_value = rule->kind == LF_RULE_POINTS || rule->kind == LF_RULE_SIGN;
  if (by_value) *set = job->ruled.atoms->items[rule->set]; /* its atoms have every value that is named */
  lf_trend shape = plain->items[rule->set].rules.trend;
  set->rules = (lf_atom_rules){.trend = rule->kind == LF_RULE_SIGN ? all->trend : shape};
  if (rule->kind == LF_RULE_POINTS) set->rules.pin = all->pin;
  if (rule->kind == LF_RULE_CAP) set->rules.cap = all->cap;
  if (rule->kind == LF_RULE_EXCLUDE) set->rules.exclude = true;
  if (rule->kind != LF_RULE_SIGN) return LF_OK;
  set->rules.sign = all->sign;
  set->rules.direction = all->direction;
  set->rules.yes = all->yes;
  set->rules.no = all->no;
  return LF_OK;
}

static lf_status price_alone(const lf_price_job *job, lf_rule_price *rule, lf_error *err) {
  lf_price_variant v = {0};
  lf_status status = LF_OK;
  LF_TRY(borrow_atoms(job, rule, &v, err));
  LF_TRY(fit_variant(job, &v, err));
  LF_TRY(score_variant(job, &v, err));
  LF_TRY(lf_price_judge(job, &v, rule, err));
cleanup:
  variant_clear(&v);
  return status;
}

static lf_status price_rules(lf_price_job *job, lf_error *err) {
  lf_prices *out = job->out;
  lf_status status = LF_OK;
  LF_TRY(fit_variant(job, &job->ruled, err));
  LF_TRY(score_variant(job, &job->ruled, err));
  LF_TRY(score_variant(job, &job->free, err));
  LF_TRY(lf_price_judge(job, &job->ruled, &out->all, err));
  for (size_t i = 0; i < out->n; i++) {
    lf_rule_price *rule = &out->items[i];
    lf_progress(job->run, "pricing rules", i, out->n);
    if (!rule->binds) continue;
    if (out->n > 1)
      LF_TRY(price_alone(job, rule, err));
    else {
      rule->holdout = out->all.holdout;
      rule->cross_fitted = out->all.cross_fitted;
    }
  }
  LF_TRY(lf_price_verdicts(out, err));
cleanup:
  return status;
}

static void take(lf_price_variant *v, lf_price_job *job, lf_ruled_card *out) {
  *out = (lf_ruled_card){.atoms = v->atoms, .fit = v->fit, .build = v->build, .prices = job->out};
  v->atoms = NULL;
  v->fit = NULL;
  v->build.card = NULL;
  job->out = NULL;
}

lf_status lf_ruled_card_make(const lf_history *history, const lf_ruled_options *options, const lf_run *run,
                             lf_ruled_card *card, lf_error *err) {
  lf_price_job job = {.history = history, .options = options, .run = run};
  lf_atom_options plain = {.without_rules = true};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *job.out, &job.out, err));
  LF_TRY(lf_atoms_make(history, NULL, run, &job.ruled.atoms, err));
  LF_TRY(lf_atoms_make(history, &plain, run, &job.free.atoms, err));
  LF_TRY(list_rules(&job, err));
  LF_TRY(fit_variant(&job, &job.free, err));
  for (size_t i = 0; i < job.out->n; i++) {
    lf_rule_price *rule = &job.out->items[i];
    rule->binds =
        !lf_rule_is_kept(history, job.free.build.card, &job.ruled.atoms->items[rule->set], rule->kind);
    job.out->all.binds = job.out->all.binds || rule->binds;
  }
  if (job.out->all.binds) LF_TRY(price_rules(&job, err));
  take(job.out->all.binds ? &job.ruled : &job.free, &job, card);
cleanup:
  variant_clear(&job.free);
  variant_clear(&job.ruled);
  lf_prices_free(job.out);
  return status;
}
