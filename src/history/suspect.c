/* Columns that know the outcome.
 *
 * No one statistic tells a leak from an honest strong attribute. Two ranks are kept apart: what gives the
 * outcome away by what it does (filled for one side only, levels of nearly nothing but wins, telling the
 * sides apart without fault) is left out and shown; what is merely strong, follows the calendar, or has the
 * name of something that is written later, stays and is asked about. Thresholds were set on histories whose
 * leaks are known: there, the share of wins in nearly pure levels is 0.54 and more for leaks, and at most
 * 0.04 for anything else. */
#include "history/suspect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "history/outcome_words.h"
#include "history/words.h"

static const char *const ending_names[] = {
    "reason",  "reasons", "disqualified",    "disqualification", "lost",      "won",      "loss",
    "closed",  "close",   "closing",         "converted",        "rejection", "rejected", "churn",
    "churned", "outcome", "contract signed", "invoice",          "invoiced",  NULL};

/* Rows enough on both sides for the shares below to mean something. */
static bool enough_rows(const lf_profiles *all) {
  return all->won >= 20 && all->lost >= 20 && all->won + all->lost >= 100;
}

/* Rows enough for a column that tells every one of them, or is filled for all of one side and none of the
 * other, to do so by no chance. */
static bool enough_for_certainty(const lf_profiles *all) {
  return all->won >= 10 && all->lost >= 10 && all->won + all->lost >= 60;
}

static bool speaks_of_end(const lf_history *history, size_t column) {
  char words[LF_WORDS];
  lf_words(lf_bare_name(&history->table->columns[column]), words);
  return lf_words_have_any(words, ending_names) != NULL;
}

/* ---- leaks ---------------------------------------------------------------------------------------- */

/* count[side] of rows[side]: one side has at least 20, the other at most a hundredth of the 30 or more that
 * it would have at the same rate. */
static int only_side(const double count[2], const double rows[2]) {
  for (int side = 0; side < 2; side++) {
    double expected = rows[!side] * count[side] / rows[side];
    if (count[side] >= 20 && expected >= 30 && count[!side] <= 0.01 * expected) return side;
  }
  return -1;
}

/* Filled for one side only, or other than 0. */
static bool only_one_side(const lf_history *history, size_t column, const lf_profile *p,
                          char out[LF_REASON]) {
  static const char *const sides[] = {"lost", "won"};
  int side = only_side(p->filled, p->rows);
  if (side >= 0) {
    snprintf(out, LF_REASON,
             "filled for %s rows only (%.0f of %.0f, against %.0f of %.0f %s): it gives the outcome away",
             sides[side], p->filled[side], p->rows[side], p->filled[!side], p->rows[!side], sides[!side]);
    return true;
  }
  side = history->table->columns[column].kind == LF_KIND_NUMBER ? only_side(p->nonzero, p->rows) : -1;
  if (side < 0) return false;
  snprintf(out, LF_REASON,
           "other than 0 for %s rows only (%.0f of %.0f, against %.0f of %.0f %s): it gives the outcome away",
           sides[side], p->nonzero[side], p->rows[side], p->nonzero[!side], p->rows[!side], sides[!side]);
  return true;
}

bool lf_one_sided(const lf_history *history, size_t column, const lf_profiles *profiles,
                  char out[LF_REASON]) {
  const lf_profile *p = &profiles->items[column];
  if (!enough_for_certainty(profiles)) return false;
  if (enough_rows(profiles) && only_one_side(history, column, p, out)) return true;
  double won = p->filled[1] / p->rows[1], lost = p->filled[0] / p->rows[0];
  if (fabs(won - lost) < 0.9) return false;
  snprintf(out, LF_REASON,
           "filled for %.1f %% of won and %.1f %% of lost rows: whether it is filled gives the outcome away",
           100 * won, 100 * lost);
  return true;
}

bool lf_gives_away(const lf_history *history, size_t column, const lf_profiles *profiles,
                   char out[LF_REASON]) {
  const lf_profile *p = &profiles->items[column];
  double base = profiles->won / (profiles->won + profiles->lost);
  bool enough = enough_rows(profiles);
  if (!enough_for_certainty(profiles) || isnan(p->auc)) return false;
  double low = p->auc - 2 * p->auc_error;
  if (p->wrong <= (enough ? 0.05 * fmin(base, 1 - base) : 0)) {
    snprintf(out, LF_REASON, "the outcome under another name: alone it tells %.1f %% of the rows right",
             100 * (1 - p->wrong));
    return true;
  }
  if (!enough) return false;
  if (p->pure_won > 0.5) {
    snprintf(out, LF_REASON,
             "%.0f %% of the wins lie in values where nearly every row is won: it gives the outcome away",
             100 * p->pure_won);
    return true;
  }
  if (p->pure_lost > 0.9 && base >= 0.1) {
    snprintf(out, LF_REASON,
             "%.0f %% of the losses lie in values where nearly no row is won: it gives the outcome away",
             100 * p->pure_lost);
    return true;
  }
  if (low >= 0.93) {
    snprintf(out, LF_REASON,
             "alone it tells won from lost almost without fault (AUC %.3f): it gives the outcome away",
             p->auc);
    return true;
  }
  double won = p->filled[1] / p->rows[1], lost = p->filled[0] / p->rows[0];
  if (!speaks_of_end(history, column) || !(low >= 0.8 || fabs(won - lost) >= 0.3)) return false;
  snprintf(out, LF_REASON,
           "its name speaks of how the deal ended, and it behaves so (AUC %.3f alone; filled for %.0f %% of "
           "won, %.0f %% of lost rows)",
           p->auc, 100 * won, 100 * lost);
  return true;
}

/* ---- questions ------------------------------------------------------------------------------------ */

/* By name: what is written while or after the deal runs. */
static const char *named_question(const char *words) {
  static const char *const process[] = {"duration",
                                        "elapsed",
                                        "stage change",
                                        "stage changes",
                                        "change count",
                                        "days in",
                                        "total days",
                                        "days identified",
                                        "sales cycle",
                                        "cycle time",
                                        "cycle length",
                                        "days to",
                                        "time to",
                                        "days open",
                                        "age in days",
                                        "velocity",
                                        "days since",
                                        "next step",
                                        "number of stages",
                                        "call length",
                                        "talk time",
                                        "time in",
                                        NULL};
  static const char *const activity[] = {"last activity",
                                         "last notable activity",
                                         "last contact",
                                         "last contacted",
                                         "last touch",
                                         "last modified",
                                         "last viewed",
                                         "last stage",
                                         "recent activity",
                                         "activities",
                                         "last status",
                                         "last call",
                                         "last email",
                                         "last meeting",
                                         "activity score",
                                         "activity index",
                                         NULL};
  static const char *const judgement[] = {
      "lead quality", "lead score", "score",      "probability",   "likelihood", "rating",     "forecast",
      "tags",         "tag",        "lead grade", "profile index", "win chance", "confidence", NULL};
  if (lf_words_have_any(words, process))
    return "it describes how the sale went: is it known when a lead is scored?";
  if (lf_words_have_any(words, activity))
    return "it is overwritten as the lead moves on: is this the value it had when the lead would be scored?";
  if (lf_words_have_any(words, ending_names))
    return "its name speaks of how the deal ended: is it known before?";
  if (lf_words_have_any(words, judgement))
    return "it looks like somebody's judgement or a score: was it made before the outcome was known?";
  return NULL;
}

static lf_status ask_by_strength(lf_history *h, size_t column, const lf_profiles *all, double strongest,
                                 lf_error *err) {
  const lf_profile *p = &all->items[column];
  if (!enough_rows(all) || isnan(p->auc) || all->won < 50 || all->lost < 50) return LF_OK;
  double low = p->auc - 2 * p->auc_error;
  bool strong = p->auc >= 0.75 && low >= 0.7, apart = low >= 0.65 && p->auc - 0.5 >= 2 * (strongest - 0.5);
  if (p->pure_lost > 0.5 && strong)
    return lf_suspect_column(
        h, column, err,
        "%.0f %% of the losses lie in values where nearly no row is won (AUC %.3f alone): when is it known?",
        100 * p->pure_lost, p->auc);
  if (strong || apart)
    return lf_suspect_column(h, column, err,
                             "alone it tells won from lost with an AUC of %.3f%s: when is it known?", p->auc,
                             apart ? ", far more than any other column" : "");
  return LF_OK;
}

/* What follows time will lie outside what was learned from once time has gone on. Without dates the order of
 * the file stands for time, if the win rate follows it. */
static lf_status ask_by_calendar(lf_history *h, size_t column, const lf_profiles *all, lf_error *err) {
  const lf_profile *p = &all->items[column];
  bool dated = h->date != SIZE_MAX || h->date_is_row;
  if (isnan(p->calendar) || isnan(p->auc) || p->calendar < 0.8 || p->levels < 2) return LF_OK;
  if (dated ? p->auc < 0.55 : !(all->order_auc >= 0.6 && p->auc >= 0.6)) return LF_OK;
  return lf_suspect_column(
      h, column, err,
      "%.0f %% of its variation follows %s: it may be the calendar in disguise, and what it takes next "
      "quarter may be nothing seen here",
      100 * p->calendar, dated ? "time" : "the order of the rows");
}

lf_status lf_ask(lf_history *history, size_t column, const lf_profiles *profiles, double strongest,
                 lf_error *err) {
  char words[LF_WORDS];
  static const char *const labels[] = {"id", "ids", "code", "key", "zip", "postcode", "zip code", NULL};
  const lf_column *c = &history->table->columns[column];
  lf_words(lf_bare_name(c), words);
  const char *question = named_question(words);
  if (!question && lf_outcome_name(lf_bare_name(c)) >= 2)
    question = "it is a stage or state: is this the value it had when the lead would be scored?";
  lf_status status = question ? lf_suspect_column(history, column, err, "%s", question) : LF_OK;
  if (status == LF_OK && c->kind == LF_KIND_NUMBER && lf_words_end_any(words, labels))
    status = lf_suspect_column(
        history, column, err,
        "its numbers seem to name things, not to measure: --as '%s=category' takes them so", c->name);
  if (status == LF_OK) status = ask_by_strength(history, column, profiles, strongest, err);
  if (status == LF_OK) status = ask_by_calendar(history, column, profiles, err);
  return status;
}
