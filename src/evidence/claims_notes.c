/* What a fair reader of an answer is told. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "evidence/claims_parts.h"

lf_status lf_answer_note(lf_answer *answer, lf_error *err, const char *format, ...) {
  char sentence[640];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  return lf_text_list_add(&answer->notes, sentence, err);
}

/* ---- the attribute itself -------------------------------------------------------------------------------
 */

static lf_status note_role(const lf_history *history, const lf_case *c, lf_error *err) {
  const lf_column_role *role = &history->roles[c->column];
  const char *name = history->table->columns[c->column].name;
  if (role->role == LF_ROLE_EXCLUDED)
    return lf_answer_note(
        c->answer, err,
        "'%.80s' is left out of every fit: %.200s. The answer stands, but it is no reason to score by it",
        name, role->reason ? role->reason : "it is no attribute");
  if (role->suspicion)
    return lf_answer_note(c->answer, err, "'%.80s' is asked about: %.200s", name, role->suspicion);
  if (role->role == LF_ROLE_AMOUNT && role->also_attribute)
    return lf_answer_note(
        c->answer, err,
        "'%.80s' is the amount, which lost leads have as well: was it known before they were "
        "decided?",
        name);
  if (role->role != LF_ROLE_ATTRIBUTE)
    return lf_answer_note(c->answer, err, "'%.80s' has the role %s and is no attribute of the lead", name,
                          lf_role_name(role->role));
  if (role->owner == LF_OWNER_SALES)
    return lf_answer_note(c->answer, err,
                          "Sales owns '%.80s': what sales does often follows from how good a lead looks, so "
                          "this is association and not proof "
                          "that doing more of it wins more",
                          name);
  return LF_OK;
}

/* ---- claims that cannot both hold -----------------------------------------------------------------------
 */

/* Whether two claims on the same rows say what cannot both be true. */
static bool contradict(const lf_case *a, const lf_case *b) {
  if (a->claim->effect != b->claim->effect || a->column != b->column) return false;
  lf_direction da = a->claim->direction, db = b->claim->direction;
  if (a->signature == b->signature) return da != db;
  if (a->signature != b->mirrored) return false;
  return da == db ? da != LF_DIRECTION_NONE : da == LF_DIRECTION_NONE || db == LF_DIRECTION_NONE;
}

static lf_status note_contradictions(const lf_claims *claims, const lf_case *cases, size_t index,
                                     lf_error *err) {
  lf_status status = LF_OK;
  for (size_t k = 0; status == LF_OK && k < claims->n; k++) {
    if (k == index || !contradict(&cases[index], &cases[k])) continue;
    const lf_claim *other = &claims->items[k];
    status = lf_answer_note(cases[index].answer, err,
                            "Claim %zu says the contrary: \"%.200s\"%s%.60s. Both cannot be right", k + 1,
                            other->say, other->by ? ", by " : "", other->by ? other->by : "");
  }
  return status;
}

/* ---- confounding ----------------------------------------------------------------------------------------
 */

/* The effect adjusted for the terms that keep marks. */
static lf_status fit_subset(const lf_case *c, const uint8_t *keep, const lf_run *run, lf_ratio *ratio,
                            lf_error *err) {
  lf_adjustment subset = {0};
  lf_effect_fit *fit = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_adjustment_subset(&c->adjustment, keep, &subset, err));
  LF_TRY(lf_effect_fit_make(&c->rows, &subset, NULL, NULL, run, &fit, err));
  *ratio = lf_effect_ratio(fit, &c->rows);
cleanup:
  lf_effect_fit_free(fit);
  lf_adjustment_clear(&subset);
  return status;
}

/* The attribute that alone takes the raw effect furthest towards the adjusted one; NULL where none moves it
 * at all. */
static lf_status find_confounder(const lf_case *c, const lf_run *run, const char **name, lf_error *err) {
  double wanted = c->adjusted->b[1] - c->raw->b[1], best = 0;
  uint8_t *keep = NULL;
  lf_status status = lf_alloc(c->adjustment.n_terms, 1, &keep, err);
  for (size_t t = 0; status == LF_OK && t < c->adjustment.n_terms; t++) {
    lf_ratio ratio;
    keep[t] = 1;
    status = fit_subset(c, keep, run, &ratio, err);
    keep[t] = 0;
    if (status != LF_OK || isnan(ratio.log_ratio) || !((ratio.log_ratio - c->raw->b[1]) / wanted > best))
      continue;
    best = (ratio.log_ratio - c->raw->b[1]) / wanted;
    *name = c->adjustment.terms[t].name;
  }
  free(keep);
  return status;
}

static lf_status say_without(lf_answer *answer, const char *name, size_t n, const lf_ratio *without,
                             lf_error *err) {
  lf_text text = {0};
  lf_text_addf(&text,
               "It is adjusted for '%.80s'%s, which leadfit inspect asks about: without, the ratio would be ",
               name, n > 1 ? " and others" : "");
  lf_text_add_fixed(&text, without->ratio, 2);
  lf_text_add(&text, " (");
  lf_text_add_fixed(&text, without->low, 2);
  lf_text_add(&text, " to ");
  lf_text_add_fixed(&text, without->high, 2);
  lf_text_add(&text, ")");
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_answer_note(answer, err, "%s", text.data);
  lf_text_free(&text);
  return status;
}

/* What the effect would be without the attributes that are asked about, where that tells. */
static lf_status note_asked(const lf_history *history, const lf_case *c, const lf_run *run, lf_error *err) {
  uint8_t *keep = NULL;
  const char *name = NULL;
  size_t n = 0;
  lf_ratio without;
  lf_status status = lf_alloc(c->adjustment.n_terms, 1, &keep, err);
  for (size_t t = 0; status == LF_OK && t < c->adjustment.n_terms; t++) {
    keep[t] = !history->roles[c->adjustment.column[t]].suspicion;
    if (keep[t]) continue;
    name = c->adjustment.terms[t].name;
    n++;
  }
  if (status == LF_OK && n && c->adjusted->fine) {
    status = fit_subset(c, keep, run, &without, err);
    if (status == LF_OK &&
        fabs(without.log_ratio - c->answer->adjusted.log_ratio) > c->answer->adjusted.std_error / 2)
      status = say_without(c->answer, name, n, &without, err);
  }
  free(keep);
  return status;
}

/* Where raw and adjusted do not say the same: a change of sign (Simpson's paradox), or a sure effect that is
 * not there once adjusted. A ratio of odds moves a little without any confounding, so smaller changes are not
 * told. */
static lf_status note_confounding(const lf_case *c, const lf_run *run, lf_error *err) {
  const lf_ratio *raw = &c->answer->raw, *adjusted = &c->answer->adjusted;
  const char *name = NULL;
  if (!c->raw->fine || !c->adjusted->fine || !c->adjustment.n_terms) return LF_OK;
  double margin = log(c->claim->margin);
  bool sure = raw->p <= 0.05 && fabs(raw->log_ratio) >= margin;
  bool reversed = sure && raw->log_ratio * adjusted->log_ratio < 0 && adjusted->p <= 0.05;
  bool gone =
      sure && !reversed && (fabs(adjusted->log_ratio) < margin || raw->log_ratio * adjusted->log_ratio < 0);
  if (!reversed && !gone) return LF_OK;
  lf_status status = find_confounder(c, run, &name, err);
  if (status != LF_OK) return status;
  return lf_answer_note(c->answer, err, "The raw figures %s: %s%.80s%s",
                        reversed ? "point the other way (Simpson's paradox)"
                                 : "show a difference that the adjustment takes away",
                        name ? "mostly '" : "what the two sides differ in otherwise", name ? name : "",
                        name ? "', in which the two sides differ, brings it about" : " brings it about");
}

/* ---- amounts, few rows ----------------------------------------------------------------------------------
 */

/* Share of the side's amount in its largest deal. */
static lf_status note_whale(const lf_history *history, const lf_case *c, lf_error *err) {
  double sum[2] = {0, 0}, most[2] = {0, 0};
  for (size_t i = 0; i < c->rows.n; i++) {
    if (!(c->rows.weight[i] > 0)) continue;
    size_t side = c->rows.side[i] == LF_CLAIM_SIDE_GROUP;
    sum[side] += c->rows.weight[i] * c->rows.y[i];
    if (c->rows.y[i] > most[side]) most[side] = c->rows.y[i];
  }
  (void)history;
  for (size_t side = 0; side < 2; side++)
    if (sum[side] > 0 && most[side] > sum[side] / 4) {
      lf_status status =
          lf_answer_note(c->answer, err, "One deal holds %.0f %% of the amount %s: the figures hang on it",
                         100 * most[side] / sum[side], side ? "of the group" : "it is held against");
      if (status != LF_OK) return status;
    }
  return LF_OK;
}

static lf_status note_data(const lf_history *history, const lf_case *c, lf_error *err) {
  lf_status status = LF_OK;
  lf_answer *a = c->answer;
  if (a->firth)
    status = lf_answer_note(a, err,
                            "One side has wins only or losses only: the odds ratio is Firth's, which is "
                            "finite, and its limits are wide");
  else if (!c->adjusted->fine)
    status = lf_answer_note(a, err,
                            c->claim->effect == LF_EFFECT_WIN
                                ? "The effect cannot be told apart from what it is adjusted for"
                                : "A side has no amount, so there is no ratio");
  if (status == LF_OK && history->cluster && c->rows.degrees + 1 < 40)
    status = lf_answer_note(a, err, "The rows come from %.0f accounts only: the intervals rest on few",
                            c->rows.degrees + 1);
  if (status == LF_OK && c->claim->effect != LF_EFFECT_WIN) status = note_whale(history, c, err);
  return status;
}

lf_status lf_case_notes(const lf_claims *claims, const lf_history *history, const lf_case *cases,
                        size_t index, const lf_run *run, lf_error *err) {
  const lf_case *c = &cases[index];
  lf_status status = note_contradictions(claims, cases, index, err);
  if (status == LF_OK) status = note_role(history, c, err);
  if (status == LF_OK) status = note_confounding(c, run, err);
  if (status == LF_OK) status = note_asked(history, c, run, err);
  if (status == LF_OK) status = note_data(history, c, err);
  return status;
}
