/* Which attributes predict closed revenue.
 *
 * All attributes that may be judged together are studied beside one another (study.c). Those that are another
 * one over again, in bands or in the same order (repeats.c), are studied once more each, beside all others
 * but their repeats: an effect is never adjusted for the attribute itself. What they say of other attributes
 * stays, so that those are adjusted for both. Verdicts are drawn over all of them together. */
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/repeats.h"
#include "evidence/study.h"

enum { USUAL_ROWS = 40000, MOST_ROWS = 400000, FEWEST_ROWS = 60 };
static const double enough_events =
    6000; /* of the rarer outcome: a standard error of about 0.02 in log odds */
static const double usual_margin = 1.1;

/* So many rows that the rarer outcome is there often enough: beyond, more rows say little more. */
static size_t usual_rows(const lf_history *h) {
  double won = 0, lost = 0;
  for (size_t i = 0; i < h->n_rows; i++) *(h->won[i] ? &won : &lost) += 1;
  double rows = enough_events * (won + lost) / fmax(1, fmin(won, lost));
  return rows < USUAL_ROWS ? USUAL_ROWS : rows > MOST_ROWS ? MOST_ROWS : (size_t)rows;
}

/* ---- all attributes ---------------------------------------------------------------------------------------
 */

/* What an attribute is not adjusted for. */
typedef struct repeat_pair {
  size_t own, other;
  lf_repeat repeat; /* what the other is to it */
} repeat_pair;

typedef struct whole {
  const lf_study *asked; /* history, atoms, card, options, run; nothing made yet */
  uint8_t *judged;       /* [atoms->n]: those that may be judged together */
  uint8_t *keep;         /* [atoms->n]: those of one pass */
  uint8_t *sized;        /* [atoms->n]: those whose deal size is judged: not the amount, in bands or not */
  repeat_pair *pairs;    /* by own, then by other */
  size_t n_pairs, room;
  lf_evidence *out;
} whole;

static void whole_clear(whole *w) {
  free(w->judged);
  free(w->keep);
  free(w->sized);
  free(w->pairs);
  lf_evidence_free(w->out);
}

static lf_status whole_make(whole *w, lf_error *err) {
  const lf_study *s = w->asked;
  const lf_card_fit *fit = s->card_fit;
  size_t n = s->atoms->n;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, 1, &w->judged, err));
  LF_TRY(lf_alloc(n, 1, &w->keep, err));
  LF_TRY(lf_alloc(n, 1, &w->sized, err));
  LF_TRY(lf_alloc(1, sizeof *w->out, &w->out, err));
  LF_TRY(lf_alloc(n, sizeof *w->out->items, &w->out->items, err));
  w->out->n = n;
  w->out->margin = s->options.margin;
  for (size_t t = 0; t < n; t++) {
    lf_attribute_evidence_blank(&w->out->items[t], &s->atoms->items[t]);
    w->out->items[t].on_card = lf_card_place(s, s->atoms->items[t].name) != SIZE_MAX;
  }
  for (size_t i = 0; i < fit->n_drifting; i++) w->out->items[fit->drifting[i].set].drifting = true;
  for (size_t i = 0; i < fit->n_dropped; i++)
    if (fit->dropped[i].alone) w->out->items[fit->dropped[i].set].screened = true;
  lf_card_fit_judged(fit, w->judged);
cleanup:
  return status;
}

/* ---- repeats ----------------------------------------------------------------------------------------------
 */

static bool is_pair(const whole *w, size_t own, size_t other) {
  for (size_t i = 0; i < w->n_pairs; i++)
    if (w->pairs[i].own == own && w->pairs[i].other == other) return true;
  return false;
}

static lf_status say_pair(whole *w, const repeat_pair *pair, lf_error *err) {
  lf_evidence *e = w->out;
  const char *own = e->items[pair->own].name, *other = e->items[pair->other].name;
  lf_status status =
      lf_say(&e->items[pair->own].not_adjusted_for, err, "%s: %s", other, lf_repeat_reason(pair->repeat));
  bool said = pair->own > pair->other && is_pair(w, pair->other, pair->own);
  if (status != LF_OK || said) return status;
  if (pair->repeat == LF_REPEAT_ORDER)
    return lf_say(&e->notes, err,
                  "%s and %s put the leads in nearly the same order: neither is adjusted for the other.", own,
                  other);
  bool bands = pair->repeat == LF_REPEAT_IN_BANDS;
  return lf_say(&e->notes, err, "%s is %s in bands: neither is adjusted for the other.", bands ? other : own,
                bands ? own : other);
}

static lf_status find_pairs(whole *w, const lf_repeats *repeats, lf_error *err) {
  const lf_atom_set *sets = w->asked->atoms->items;
  lf_status status = LF_OK;
  for (size_t t = 0; t < w->out->n; t++)
    for (size_t k = 0; w->judged[t] && k < w->out->n; k++) {
      lf_repeat repeat =
          w->judged[k] ? lf_repeat_of(repeats, sets[t].column, sets[k].column) : LF_REPEAT_NONE;
      if (repeat == LF_REPEAT_NONE) continue;
      LF_TRY(lf_grow(&w->pairs, &w->room, w->n_pairs + 1, sizeof *w->pairs, err));
      w->pairs[w->n_pairs++] = (repeat_pair){t, k, repeat};
    }
  for (size_t i = 0; i < w->n_pairs; i++) LF_TRY(say_pair(w, &w->pairs[i], err));
cleanup:
  return status;
}

/* The amount and what is the amount in bands, seen on won rows: others may have none. */
static void mark_amount(whole *w, const lf_repeats *of_won, size_t amount) {
  for (size_t t = 0; t < w->out->n; t++) {
    size_t column = w->asked->atoms->items[t].column;
    lf_attribute_evidence *a = &w->out->items[t];
    a->is_amount = column == amount;
    a->repeats_amount = of_won && w->judged[t] && lf_repeat_of(of_won, amount, column) != LF_REPEAT_NONE;
    w->sized[t] = !a->is_amount && !a->repeats_amount;
  }
}

static lf_status find_repeats(whole *w, lf_error *err) {
  const lf_study *s = w->asked;
  size_t amount = s->history->amount;
  lf_repeats *all = NULL, *of_won = NULL;
  uint8_t *wanted = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(s->history->table->n_columns, 1, &wanted, err));
  for (size_t t = 0; t < s->atoms->n; t++) wanted[s->atoms->items[t].column] = w->judged[t];
  LF_TRY(lf_repeats_make(s->history, wanted, false, &all, err));
  LF_TRY(find_pairs(w, all, err));
  if (amount != SIZE_MAX) {
    wanted[amount] = 1;
    LF_TRY(lf_repeats_make(s->history, wanted, true, &of_won, err));
  }
  mark_amount(w, of_won, amount);
cleanup:
  free(wanted);
  lf_repeats_free(all);
  lf_repeats_free(of_won);
  return status;
}

/* ---- passes -----------------------------------------------------------------------------------------------
 */

/* Takes what a study says of its attribute `at` over into the whole. */
static void take_over(whole *w, lf_study *s, size_t at) {
  lf_attribute_evidence *from = &s->out->items[at], *to = &w->out->items[s->set[at]];
  lf_attribute_evidence known = *to;
  *to = *from;
  *from = (lf_attribute_evidence){0};
  to->on_card = known.on_card;
  to->is_amount = known.is_amount;
  to->repeats_amount = known.repeats_amount;
  to->not_adjusted_for = known.not_adjusted_for;
  if (to->confounder != SIZE_MAX) to->confounder = s->set[to->confounder];
}

/* What is said of all attributes together: all but items, rules and notes. */
static void take_totals(lf_evidence *to, const lf_evidence *from) {
  lf_evidence own = *to;
  *to = *from;
  to->n = own.n;
  to->items = own.items;
  to->rules = own.rules;
  to->notes = own.notes;
}

static lf_status add_notes(const lf_study *s, lf_text_list *notes, lf_error *err) {
  lf_status status = LF_OK;
  if (s->rows->n < s->history->n_rows)
    LF_TRY(lf_say(
        notes, err,
        "Attributes are studied on %zu of the %zu rows, drawn by their ids (without ids, at equal strides).",
        s->rows->n, s->history->n_rows));
  if (s->rows->hidden_rows > 0)
    LF_TRY(lf_say(
        notes, err,
        "%.0f rows are judged by nobody: their accounts are among the rows that would have judged them.",
        s->rows->hidden_rows));
  if (s->history->amount != SIZE_MAX && !s->out->has_amounts)
    LF_TRY(lf_say(notes, err,
                  "Too few won rows have an amount to judge deal size and revenue (%.0f with, %.0f without).",
                  s->out->deals, s->out->unknown_amounts));
  if (s->history->amount == SIZE_MAX)
    LF_TRY(lf_say(
        notes, err,
        "Amounts are not known, so every win counts the same: what predicts winning is said to predict "
        "closed revenue."));
  if (s->out->has_amounts && s->out->unknown_amounts > 0)
    LF_TRY(lf_say(notes, err,
                  "%.0f won rows have no amount: they count as deals of mean size in revenue, and not at all "
                  "in deal size.",
                  s->out->unknown_amounts));
  if (s->rows->n - s->rows->first < FEWEST_ROWS)
    LF_TRY(lf_say(notes, err, "Only %zu rows are there to judge by: a verdict takes more.",
                  s->rows->n - s->rows->first));
cleanup:
  return status;
}

/* All judged attributes beside one another. */
static lf_status study_all(whole *w, bool *by_account, lf_error *err) {
  lf_study s = *w->asked;
  lf_status status = LF_OK;
  LF_TRY(lf_study_make(w->judged, w->sized, SIZE_MAX, &s, err));
  LF_TRY(lf_study_run(&s, err));
  LF_TRY(add_notes(&s, &w->out->notes, err));
  take_totals(w->out, s.out);
  for (size_t at = 0; at < s.k; at++) take_over(w, &s, at);
  *by_account = s.rows->cluster != NULL;
cleanup:
  lf_study_clear(&s);
  return status;
}

/* Attribute t beside all others but its repeats, where it has any. */
static lf_status study_again(whole *w, size_t t, lf_error *err) {
  lf_study s = *w->asked;
  size_t n = w->out->n, at = 0, repeats = 0;
  lf_status status = LF_OK;
  for (size_t k = 0; k < n; k++) {
    bool repeat = is_pair(w, t, k);
    w->keep[k] = w->judged[k] && !repeat;
    repeats += repeat;
    at += k < t && w->keep[k];
  }
  if (!repeats) return LF_OK;
  s.options.no_noise = true;
  LF_TRY(lf_study_make(w->keep, w->sized, at, &s, err));
  LF_TRY(lf_study_run(&s, err));
  lf_attribute_evidence_clear(&w->out->items[t]);
  take_over(w, &s, at);
cleanup:
  lf_study_clear(&s);
  return status;
}

lf_status lf_evidence_make(const lf_history *history, const lf_atoms *atoms, const lf_card_fit *fit,
                           const lf_card_build *build, const lf_evidence_options *options, const lf_run *run,
                           lf_evidence **evidence, lf_error *err) {
  lf_study asked = {.history = history, .atoms = atoms, .card_fit = fit, .build = build, .run = run};
  whole w = {.asked = &asked};
  bool by_account = false;
  if (options) asked.options = *options;
  if (!(asked.options.margin > 0)) asked.options.margin = usual_margin;
  if (!asked.options.max_rows) asked.options.max_rows = usual_rows(history);
  if (asked.options.margin <= 1) return lf_fail(err, LF_E_USAGE, "the margin is a ratio above 1");
  lf_status status = LF_OK;
  LF_TRY(whole_make(&w, err));
  LF_TRY(find_repeats(&w, err));
  LF_TRY(study_all(&w, &by_account, err));
  for (size_t t = 0; t < w.out->n; t++)
    if (w.judged[t]) LF_TRY(study_again(&w, t, err));
  LF_TRY(lf_evidence_verdicts(w.out, by_account, err));
  *evidence = w.out;
  w.out = NULL;
cleanup:
  whole_clear(&w);
  return status;
}

void lf_evidence_free(lf_evidence *e) {
  if (!e) return;
  for (size_t t = 0; e->items && t < e->n; t++) {
    lf_attribute_evidence_clear(&e->items[t]);
    lf_text_list_clear(&e->items[t].not_adjusted_for);
  }
  free(e->items);
  lf_text_list_clear(&e->rules);
  lf_text_list_clear(&e->notes);
  free(e);
}
