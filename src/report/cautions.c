/* What to read before the score is used: each caution is a sentence that names the columns or counts it is
 * about. */
#include <math.h>
#include <string.h>

#include "report/headline.h"
#include "report/report.h"
#include "report/view.h"

enum { MOST_NAMES = 4, FEW_WINS = 100 };

/* From this AUC on, a column known only after the outcome is the likelier explanation. */
static const double too_good = 0.95;

/* "“A”, “B” and 3 more": names of the items of list that have something at `where`. Returns how many there
 * are. */
static size_t add_names(lf_text *out, const json_t *list, const char *where) {
  size_t i, found = 0;
  json_t *item;
  lf_view_each(list, i, item) {
    const char *name =
        lf_view_text(item, "name") != NULL ? lf_view_text(item, "name") : lf_view_text(item, "attribute");
    if (name == NULL || lf_view_at(item, where) == NULL) continue;
    found++;
    if (found > MOST_NAMES) continue;
    if (found > 1) lf_text_add(out, ", ");
    lf_headline_name(out, name);
  }
  if (found > MOST_NAMES) lf_text_addf(out, " and %zu more", found - MOST_NAMES);
  return found;
}

static lf_status suspects(const json_t *report, json_t *list, lf_error *err) {
  lf_text names = {0}, text = {0};
  size_t n = add_names(&names, lf_view_at(report, "data.columns"), "suspicion");
  if (n > 0) {
    lf_text_add(&text, n == 1 ? "Ask when " : "Ask when each of these is known: ");
    lf_text_add(&text, lf_text_part(&text, &names));
    lf_text_add(&text, n == 1 ? " is known. If it is filled in after the outcome, drop it and fit again."
                              : ". Drop what is filled in after the outcome, and fit again.");
  }
  lf_text_free(&names);
  if (n == 0) return LF_OK;
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status drifting(const json_t *report, json_t *list, lf_error *err) {
  lf_text text = {0};
  size_t n = add_names(&text, lf_view_at(report, "selection.drifting"), "attribute");
  if (n == 0) return LF_OK;
  lf_text_add(&text, n == 1 ? " has" : " have");
  lf_text_add(
      &text,
      " values among recent leads that older leads did not have: what was learned there may not last.");
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status faded(const json_t *report, json_t *list, lf_error *err) {
  double before = lf_view_number(report, "training_cv.auc.value");
  double now = lf_view_number(report, "holdout.auc.value"),
         high = lf_view_number(report, "holdout.auc.ci_high");
  lf_text text = {0};
  if (isnan(before) || isnan(now) || isnan(high) || before <= high || before - now < 0.03) return LF_OK;
  lf_text_add(&text, "The score ranks worse on the judging leads than cross-validation promised (");
  lf_people_fixed(&text, 100.0 * now, 0);
  lf_text_add(&text, " against ");
  lf_people_fixed(&text, 100.0 * before, 0);
  lf_text_add(&text, " of 100 pairs): what won before wins less surely now.");
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status too_good_to_be_true(const json_t *report, json_t *list, lf_error *err) {
  lf_text text = {0};
  double auc = lf_view_number(report, "holdout.auc.value");
  if (isnan(auc)) auc = lf_view_number(report, "training_cv.auc.value");
  if (!(auc >= too_good)) return LF_OK;
  lf_text_add(
      &text,
      "This is better than lead data usually allow: look for a column that is known only after the outcome.");
  return lf_headline_put(list, NULL, &text, err);
}

static double expected_wins(const json_t *figures) {
  double sum = 0;
  size_t i;
  json_t *bin;
  const json_t *bins = lf_view_list(figures, "calibration.bins");
  if (bins == NULL) return (double)NAN;
  lf_view_each(bins, i, bin) {
    sum += lf_view_number(bin, "rows") * lf_view_number(bin, "mean_probability");
  }
  return sum;
}

/* Off where the interval excludes what it should be and the distance matters; without an interval, where the
 * distance alone does. */
static bool off(const json_t *calibration, const char *name, double should, double matters) {
  char path[64];
  double value = lf_view_number(calibration, name);
  strcpy(path, name);
  strcat(path, "_low");
  double low = lf_view_number(calibration, path);
  strcpy(path, name);
  strcat(path, "_high");
  double high = lf_view_number(calibration, path);
  if (isnan(value) || fabs(value - should) < matters) return false;
  return isnan(low) || isnan(high) || low > should || high < should;
}

static lf_status miscalibrated(const json_t *report, json_t *list, lf_error *err) {
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout),
               *calibration = lf_view_at(figures, "calibration");
  double expected = expected_wins(figures), won = lf_view_number(figures, "won");
  bool level = off(calibration, "in_the_large", 0, 0.1), slope = off(calibration, "slope", 1, 0.1);
  lf_text text = {0};
  /* "Go by the order" is no advice where the order is a coin's. */
  if (!(lf_view_number(figures, "auc.ci_low") > 0.5) || lf_view_number(figures, "auc.ci_high") < 0.55)
    return LF_OK;
  if (level) {
    lf_text_add(&text, lf_view_number(calibration, "in_the_large") < 0
                           ? "Its probabilities promise too much"
                           : "Its probabilities promise too little");
    if (!isnan(expected) && !isnan(won)) {
      lf_text_add(&text, ": it expected ");
      lf_people_counted(&text, round(expected), "win", "wins");
      lf_text_add(&text, " and ");
      lf_people_count(&text, won);
      lf_text_add(&text, " came");
    }
    lf_text_add(&text, ". Go by the order of the scores, not by the probabilities.");
  } else if (slope) {
    lf_text_add(&text, lf_view_number(calibration, "slope") < 1
                           ? "Its probabilities are too sure of themselves at both ends (calibration slope "
                           : "Its probabilities are too timid at both ends (calibration slope ");
    lf_people_fixed(&text, lf_view_number(calibration, "slope"), 2);
    lf_text_add(&text, "; 1 is right). Go by the order of the scores.");
  }
  if (text.length == 0 && !text.failed) return LF_OK;
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status worse_than_base_rate(const json_t *report, json_t *list, lf_error *err) {
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  double loss = lf_view_number(figures, "log_loss"), null = lf_view_number(figures, "null_log_loss");
  lf_text text = {0};
  if (!(loss >= null)) return LF_OK;
  lf_text_add(&text,
              "Its probabilities fit these leads no better than one win rate for all would (log loss ");
  lf_people_fixed(&text, loss, 4);
  lf_text_add(&text, " against ");
  lf_people_fixed(&text, null, 4);
  lf_text_add(&text, ").");
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status few_wins(const json_t *report, json_t *list, lf_error *err) {
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  double won = lf_view_number(figures, "won"), lost = lf_view_number(figures, "rows") - won;
  lf_text text = {0};
  if (isnan(won) || isnan(lost) || fmin(won, lost) >= FEW_WINS) return LF_OK;
  lf_text_add(&text, "Only ");
  if (won <= lost) {
    lf_people_counted(&text, won, "win judges", "wins judge");
  } else {
    lf_people_counted(&text, lost, "loss judges", "losses judge");
  }
  lf_text_add(&text, " the score: expect these figures to move with the next quarter.");
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status not_in_time(const json_t *report, json_t *list, lf_error *err) {
  lf_text text = {0};
  const char *kind = lf_view_text(report, "split.kind");
  if (kind == NULL || strcmp(kind, "hash") != 0) return LF_OK;
  lf_text_add(&text, "The judging leads were drawn by a hash, not by date: a pattern that fades from one "
                     "quarter to the next "
                     "would not show here. Name a date column (--date) to test that.");
  return lf_headline_put(list, NULL, &text, err);
}

/* Old leads that are left out as if they might yet be won. */
static lf_status old_are_open(const json_t *report, json_t *list, lf_error *err) {
  double days = lf_view_number(report, "data.window.advised_days"),
         old = lf_view_number(report, "data.window.open_and_older"),
         used = lf_view_number(report, "data.used"), won = lf_view_number(report, "data.won");
  lf_text text = {0};
  if (!(old > 0)) return LF_OK;
  lf_people_counted(&text, old, "open lead is", "open leads are");
  lf_text_add(&text, " older than nine in ten wins took (");
  lf_people_counted(&text, days, "day", "days");
  lf_text_add(&text, ") and left out as if they might yet be won. With them as lost the win rate would be ");
  lf_people_percent(&text, won / (used + old));
  lf_text_add(&text, " instead of ");
  lf_people_percent(&text, won / used);
  lf_text_addf(&text, ": --within %.0f takes them so.", days);
  return lf_headline_put(list, NULL, &text, err);
}

/* Leads of yesterday that count as lost. */
static lf_status young_are_lost(const json_t *report, json_t *list, lf_error *err) {
  double days = lf_view_number(report, "data.window.advised_days"),
         young = lf_view_number(report, "data.window.lost_and_younger");
  lf_text text = {0};
  if (!(young > 0)) return LF_OK;
  lf_text_add(&text, "Leads that may yet be won count as lost: nine in ten wins came within ");
  lf_people_counted(&text, days, "day", "days");
  lf_text_add(&text, ", and ");
  lf_people_counted(&text, young, "lost lead is", "lost leads are");
  lf_text_addf(&text, " younger than that. With --within %.0f every lead is judged by the same time.", days);
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status no_convergence(const json_t *report, json_t *list, lf_error *err) {
  lf_text text = {0};
  if (!json_is_false(lf_view_at(report, "model.converged"))) return LF_OK;
  lf_text_add(&text, "The fit did not converge: its weights are not to be used.");
  return lf_headline_put(list, NULL, &text, err);
}

static lf_status warnings(const json_t *report, json_t *list, lf_error *err) {
  lf_text text = {0};
  size_t n = json_array_size(lf_view_at(report, "model.warnings"));
  if (n == 0) return LF_OK;
  lf_text_add(&text, "The fit raised ");
  lf_people_counted(&text, (double)n, "warning; it is", "warnings; they are");
  lf_text_add(&text, " listed under the method.");
  return lf_headline_put(list, NULL, &text, err);
}

/* The definition in force judged beside the new one, on leads that took no part in the fit. */
static lf_status worse_than_in_force(const json_t *report, json_t *list, lf_error *err) {
  const char *better = lf_view_text(json_array_get(lf_view_at(report, "changed.pairs"), 0), "better");
  lf_text text = {0};
  if (better == NULL || strcmp(better, "old") != 0) return LF_OK;
  lf_text_add(&text, "The definition in force is better on these leads: keep it unless something else speaks "
                     "for the new one.");
  return lf_headline_put(list, NULL, &text, err);
}

lf_status lf_headline_cautions(const json_t *report, json_t *list, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(no_convergence(report, list, err));
  LF_TRY(worse_than_in_force(report, list, err));
  LF_TRY(old_are_open(report, list, err));
  LF_TRY(young_are_lost(report, list, err));
  LF_TRY(suspects(report, list, err));
  LF_TRY(too_good_to_be_true(report, list, err));
  LF_TRY(faded(report, list, err));
  LF_TRY(worse_than_base_rate(report, list, err));
  LF_TRY(miscalibrated(report, list, err));
  LF_TRY(drifting(report, list, err));
  LF_TRY(few_wins(report, list, err));
  LF_TRY(not_in_time(report, list, err));
  LF_TRY(warnings(report, list, err));
cleanup:
  return status;
}
