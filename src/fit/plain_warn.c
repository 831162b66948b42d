/* Failures that have a name: what is wrong, with the guilty attribute, and what was done about it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "fit/plain_internal.h"

static const double enough_events = 10.0; /* wins or losses per weight (Peduzzi et al. 1996) */
static const double much_inflation = 1e4; /* variance inflation that no sampling plan explains */

lf_status lf_plain_say(lf_plain *plain, lf_error *err, const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (n < 0) return lf_fail(err, LF_E_DATA, "a warning could not be written");
  if ((size_t)n >= sizeof text) text[lf_utf8_valid_prefix(text, sizeof text - 1)] = 0;
  return lf_text_list_add(&plain->warnings, text, err);
}

/* Whether a coded term separates by its baseline: every other level runs against the intercept. */
static bool by_baseline(const lf_term *term, const int8_t *direction) {
  if (term->type != LF_TERM_CODES || direction[0] == 0 || term->n_coef == 0) return false;
  for (size_t k = 0; k < term->n_coef; k++)
    if (direction[(size_t)term->first + k] != -direction[0]) return false;
  return true;
}

static lf_status warn_level(lf_plain *plain, const lf_term *term, const char *level, int sign,
                            lf_error *err) {
  return lf_plain_say(plain, err,
                      "separation: '%s' at '%s' goes with only %s among rows alike in the rest, so its "
                      "maximum-likelihood weight is %s "
                      "infinity; Firth's penalised likelihood was used for all weights",
                      term->name, level, sign > 0 ? "wins" : "losses", sign > 0 ? "+" : "-");
}

static lf_status warn_separation(const int8_t *direction, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  for (size_t t = 0; t < plain->design.n_terms; t++) {
    const lf_term *term = &plain->terms[t];
    if (by_baseline(term, direction)) {
      LF_TRY(warn_level(plain, term, lf_plain_baseline_of(plain, t), direction[0], err));
      continue;
    }
    for (size_t k = 0; k < term->n_coef; k++) {
      size_t j = (size_t)term->first + k;
      if (direction[j] == 0) continue;
      if (term->type == LF_TERM_CODES) {
        LF_TRY(warn_level(plain, term, lf_plain_level_of(plain, j), direction[j], err));
      } else {
        LF_TRY(lf_plain_say(plain, err,
                            "separation: wins and losses are parted by '%s' (with the rest), so its "
                            "maximum-likelihood weight is %s "
                            "infinity; Firth's penalised likelihood was used for all weights",
                            term->name, direction[j] > 0 ? "+" : "-"));
      }
    }
  }
cleanup:
  return status;
}

static lf_status warn_aliased(lf_plain *plain, lf_error *err) {
  for (size_t j = 1; j < plain->design.n_coef; j++) {
    if (!plain->weights->aliased[j]) continue;
    const lf_term *term = &plain->terms[lf_plain_term_of(plain, j)];
    const char *level = lf_plain_level_of(plain, j);
    lf_status status =
        *level ? lf_plain_say(plain, err,
                              "rank: '%s' at '%s' follows from earlier attributes exactly: no weight",
                              term->name, level)
               : lf_plain_say(plain, err,
                              "rank: '%s' is constant or follows from earlier attributes exactly: no weight",
                              term->name);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* Variance of a number's weight over what it would be if the number stood alone with the intercept. */
static double inflation(const lf_weights *w, size_t j) {
  size_t n = w->n_coef;
  double cross = w->information[j];
  double alone = w->information[j * n + j] - cross * cross / w->information[0];
  return alone > 0.0 ? alone * w->covariance[j * n + j] : NAN;
}

static lf_status warn_collinear(lf_plain *plain, lf_error *err) {
  for (size_t t = 0; t < plain->design.n_terms; t++) {
    const lf_term *term = &plain->terms[t];
    size_t j = (size_t)term->first;
    if (term->type != LF_TERM_NUMBER || plain->weights->aliased[j]) continue;
    double vif = inflation(plain->weights, j);
    if (!(vif > much_inflation)) continue;
    lf_status status = lf_plain_say(
        plain, err,
        "collinear: '%s' follows from other attributes almost exactly (its variance is inflated %.2g times)",
        term->name, vif);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

lf_status lf_plain_warn(const int8_t *direction, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  const lf_weights *w = plain->weights;
  if (direction) LF_TRY(warn_separation(direction, plain, err));
  LF_TRY(warn_aliased(plain, err));
  LF_TRY(warn_collinear(plain, err));
  if (!w->converged)
    LF_TRY(lf_plain_say(plain, err, "no convergence after %d iterations: the weights are where it stopped",
                        w->iterations));
  if (plain->events_per_weight < enough_events)
    LF_TRY(lf_plain_say(plain, err,
                        "few events: %.0f %s for %zu weights, %.1f each where 10 are advised; weights and "
                        "errors are unsteady",
                        w->won <= w->rows - w->won ? w->won : w->rows - w->won,
                        w->won <= w->rows - w->won ? "wins" : "losses", w->rank, plain->events_per_weight));
  if (plain->rows_incomplete > 0.0)
    LF_TRY(lf_plain_say(
        plain, err, "missing: %.0f of %.0f training rows miss a value of some attribute and were left out",
        plain->rows_incomplete, plain->rows_incomplete + plain->rows_used));
cleanup:
  return status;
}
