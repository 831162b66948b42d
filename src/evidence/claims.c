/* Answers claims: rows, raw and adjusted effect of each; then q-values over all; then verdicts and what would
 * overturn them. */
#include "evidence/claims.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "evidence/claims_parts.h"
#include "evidence/evalue.h"

enum { ATOMS = 5, LEVELS = 20, LEAST_ROWS = 10 };

void lf_case_clear(lf_case *c) {
  lf_effect_rows_clear(&c->rows);
  lf_adjustment_clear(&c->adjustment);
  lf_effect_fit_free(c->raw);
  lf_effect_fit_free(c->adjusted);
}

void lf_answers_free(lf_answers *answers) {
  if (!answers) return;
  for (size_t i = 0; i < answers->n; i++) {
    lf_answer *a = &answers->items[i];
    free(a->periods);
    lf_text_list_clear(&a->adjusted_for);
    lf_text_list_clear(&a->not_adjusted_for);
    lf_text_list_clear(&a->notes);
  }
  free(answers->items);
  free(answers);
}

/* One round over all claims: several at a time, or, where they are fewer than the threads, one after another
 * with all threads each. */
typedef struct claim_round {
  const lf_claims *claims;
  const lf_history *history;
  const lf_atoms *atoms;
  const lf_repeats *repeats, *won; /* among all rows; among won rows, the amount included */
  lf_case *cases;
  const double *p;
  lf_run run; /* of one claim */
  lf_status *status;
  lf_error *error;
} claim_round;

static lf_status estimate(const claim_round *r, lf_case *c, lf_error *err) {
  const lf_run *run = &r->run;
  lf_exposure exposure = {c->column, r->repeats, r->won};
  lf_status status = LF_OK;
  lf_answer *a = c->answer;
  lf_interval raw_risk_ratio;
  LF_TRY(lf_adjustment_make(r->history, r->atoms, &c->rows, &exposure, a, &c->adjustment, err));
  LF_TRY(lf_effect_fit_make(&c->rows, NULL, NULL, NULL, run, &c->raw, err));
  LF_TRY(lf_effect_fit_make(&c->rows, &c->adjustment, NULL, NULL, run, &c->adjusted, err));
  a->raw = lf_effect_ratio(c->raw, &c->rows);
  a->adjusted = lf_effect_ratio(c->adjusted, &c->rows);
  a->firth = c->raw->firth || c->adjusted->firth;
  LF_TRY(lf_effect_risk(c->raw, &c->rows, run, &a->raw_difference, &raw_risk_ratio, err));
  LF_TRY(lf_effect_risk(c->adjusted, &c->rows, run, &a->adjusted_difference, &a->risk_ratio, err));
cleanup:
  return status;
}

/* How much evidence would do, with 80 % power, if the ratio is what it seems: where it lies outside the
 * margin, for a difference (two-sided 5 %), else for the 90 % interval to lie inside. NaN where it lies so
 * near the margin that hardly any would. */
static double wins_wanted(const lf_case *c) {
  const lf_ratio *r = &c->answer->adjusted;
  double margin = log(c->claim->margin), effect = fabs(r->log_ratio),
         won = c->answer->group.won + c->answer->versus.won;
  bool differs = effect >= margin;
  double aim = differs ? effect : margin - effect,
         wanted =
             (lf_normal_quantile(differs ? 0.975 : 0.95) + lf_normal_quantile(0.80)) * r->std_error / aim;
  double more = won * (wanted * wanted - 1);
  return more > 0 && aim > margin / 10 ? ceil(more) : (double)NAN;
}

static lf_status conclude(const lf_run *run, lf_case *c, const double *p, size_t n, lf_error *err) {
  lf_answer *a = c->answer;
  lf_verdict_rule rule = {
      .direction = c->claim->direction, .margin = c->claim->margin, .p = p, .n = n, .self = c->index};
  bool win = c->claim->effect == LF_EFFECT_WIN;
  lf_status status = LF_OK;
  LF_TRY(lf_verdict_of(&rule, &a->adjusted, &a->verdict, &a->q, err));
  LF_TRY(lf_flip_find(&c->rows, &c->adjustment, c->adjusted, &rule, run, &a->flip, err));
  a->e_value = lf_e_value(win ? a->risk_ratio.value : a->adjusted.ratio);
  a->e_value_limit = win ? lf_e_value_limit(a->risk_ratio.low, a->risk_ratio.high)
                         : lf_e_value_limit(a->adjusted.low, a->adjusted.high);
  a->more_won = a->verdict == LF_CLAIM_UNDECIDED ? wins_wanted(c) : (double)NAN;
cleanup:
  return status;
}

static void estimate_one(void *context, size_t i) {
  claim_round *r = context;
  r->status[i] = lf_check_interrupt(&r->run, &r->error[i]);
  if (r->status[i] == LF_OK) r->status[i] = estimate(r, &r->cases[i], &r->error[i]);
}

static void conclude_one(void *context, size_t i) {
  claim_round *r = context;
  lf_error *err = &r->error[i];
  lf_status status = LF_OK;
  LF_TRY(lf_check_interrupt(&r->run, err));
  LF_TRY(conclude(&r->run, &r->cases[i], r->p, r->claims->n, err));
  LF_TRY(lf_case_periods(r->history, &r->cases[i], &r->run, err));
  LF_TRY(lf_case_notes(r->claims, r->history, r->cases, i, &r->run, err));
cleanup:
  r->status[i] = status;
}

static lf_status run_round(claim_round *r, void (*one)(void *, size_t), const lf_run *run, lf_error *err) {
  size_t n = r->claims->n;
  bool together = n >= (size_t)lf_threads(run);
  r->run = run && !together ? *run : lf_run_serial(run);
  r->run.progress = NULL;
  lf_run single = lf_run_serial(run);
  lf_parallel_for(together ? run : &single, n, one, r);
  for (size_t i = 0; i < n; i++) {
    if (r->status[i] == LF_OK) continue;
    if (err) *err = r->error[i];
    return r->status[i];
  }
  return LF_OK;
}

/* What repeats what, among the attributes and the columns that are claimed of; and, among won rows, what
 * repeats the amount. */
static lf_status find_repeats(const claim_round *r, lf_repeats **repeats, lf_repeats **won, lf_error *err) {
  const lf_history *history = r->history;
  uint8_t *wanted = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(history->table->n_columns, 1, &wanted, err));
  for (size_t t = 0; t < r->atoms->n; t++) wanted[r->atoms->items[t].column] = 1;
  if (history->amount != SIZE_MAX) wanted[history->amount] = 1;
  LF_TRY(lf_repeats_make(history, wanted, true, won, err));
  for (size_t i = 0; i < r->claims->n; i++) wanted[r->cases[i].column] = 1;
  LF_TRY(lf_repeats_make(history, wanted, false, repeats, err));
cleanup:
  free(wanted);
  return status;
}

static lf_status answer_all(const lf_claims *claims, const lf_history *history, const lf_run *run,
                            lf_case *cases, lf_error *err) {
  lf_status status = LF_OK;
  lf_atoms *atoms = NULL;
  lf_repeats *repeats = NULL, *won = NULL;
  double *p = NULL;
  claim_round r = {.claims = claims, .history = history, .cases = cases};
  lf_atom_options options = {
      .max_atoms = ATOMS, .max_levels = LEVELS, .min_rows = LEAST_ROWS, .without_rules = true};
  LF_TRY(lf_alloc(claims->n, sizeof *p, &p, err));
  LF_TRY(lf_alloc(claims->n, sizeof *r.status, &r.status, err));
  LF_TRY(lf_alloc(claims->n, sizeof *r.error, &r.error, err));
  for (size_t i = 0; i < claims->n; i++)
    LF_TRY(lf_case_rows(claims, history, &cases[i], err)); /* what is wrong is said first */
  LF_TRY(lf_atoms_make(history, &options, run, &atoms, err));
  r.atoms = atoms;
  LF_TRY(find_repeats(&r, &repeats, &won, err));
  r.repeats = repeats;
  r.won = won;
  lf_progress(run, "effects", 0, 2);
  LF_TRY(run_round(&r, estimate_one, run, err));
  for (size_t i = 0; i < claims->n; i++) p[i] = cases[i].answer->adjusted.p;
  r.p = p;
  lf_progress(run, "what would overturn them", 1, 2);
  LF_TRY(run_round(&r, conclude_one, run, err));
cleanup:
  lf_atoms_free(atoms);
  lf_repeats_free(repeats);
  lf_repeats_free(won);
  free(p);
  free(r.status);
  free(r.error);
  return status;
}

lf_status lf_claims_answer(const lf_claims *claims, const lf_history *history, const lf_run *run,
                           lf_answers **answers, lf_error *err) {
  lf_status status = LF_OK;
  lf_answers *made = NULL;
  lf_case *cases = NULL;
  LF_TRY(lf_alloc(claims->n, sizeof *cases, &cases, err));
  LF_TRY(lf_alloc(1, sizeof *made, &made, err));
  LF_TRY(lf_alloc(claims->n, sizeof *made->items, &made->items, err));
  made->n = claims->n;
  for (size_t i = 0; i < claims->n; i++)
    cases[i] = (lf_case){.claim = &claims->items[i], .index = i, .answer = &made->items[i]};
  LF_TRY(answer_all(claims, history, run, cases, err));
  *answers = made;
  made = NULL;
cleanup:
  for (size_t i = 0; cases && i < claims->n; i++) lf_case_clear(&cases[i]);
  free(cases);
  lf_answers_free(made);
  return status;
}
