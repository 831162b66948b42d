/* The headline: does the score work, what predicts, what to do, on how much evidence.
 *
 * Written for a sales director and checked by a statistician: whether the score works is read off the
 * interval of the AUC on leads that took no part in the fit, never off the estimate alone; an interval that
 * holds 0.5 is told apart into "does not work" (nothing of use is compatible with the data) and "not shown to
 * work" (too little evidence either way). */
#include "report/headline.h"

#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/view.h"

enum { NAME_LENGTH = 60 };

/* An interval wholly below this is too close to a coin for anybody to act on, even where it does not hold
 * 0.5. */
static const double no_use = 0.55;

/* AUC from which a score is of use in practice: an interval wholly below this and holding 0.5 says "does not
 * work". */
static const double of_use = 0.60;

/* AUC that nobody should lose by surprise. */
static const double much = 0.02;

lf_status lf_headline_put(json_t *target, const char *key, lf_text *text, lf_error *err) {
  lf_status status = lf_text_status(text, err);
  if (status == LF_OK) {
    json_t *value = json_stringn(text->data != NULL ? text->data : "", text->length);
    int failed = key != NULL ? json_object_set_new(target, key, value) : json_array_append_new(target, value);
    if (failed != 0) status = lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report");
  }
  lf_text_free(text);
  return status;
}

void lf_headline_name(lf_text *out, const char *name) {
  size_t n = strlen(name), at = 0, length = 0;
  lf_text_add(out, "\xE2\x80\x9C");
  while (at < n && length++ < NAME_LENGTH) lf_view_add_character(out, lf_view_character(name, n, &at));
  if (at < n) lf_text_add(out, "\xE2\x80\xA6");
  lf_text_add(out, "\xE2\x80\x9D");
}

/* ---- does it work ---------------------------------------------------------------------------------- */

/* Said by the fit, from folds in time order: what the older rows taught did not hold in the newer ones. */
static bool does_not_last(const json_t *report) {
  return json_is_false(lf_view_at(report, "selection.signal.lasting"));
}

static const char *state_of(const json_t *report, const json_t *auc) {
  double value = lf_view_number(auc, "value"), low = lf_view_number(auc, "ci_low"),
         high = lf_view_number(auc, "ci_high");
  if (isnan(value)) return "cannot be judged";
  if (isnan(low) || isnan(high)) low = high = value;
  if (high < no_use) return "does not work";
  if (low <= 0.5) return high < of_use ? "does not work" : "not shown";
  if (does_not_last(report)) return "not shown";
  return value < of_use ? "weak" : "works";
}

static const char *works_opening(const char *state, const json_t *figures) {
  double auc = lf_view_number(figures, "auc.value"), low = lf_view_number(figures, "auc.ci_low");
  if (strcmp(state, "does not work") == 0) return "The score does not work";
  if (strcmp(state, "not shown") == 0)
    return low > 0.5 || isnan(low) ? "The score is not shown to last" : "The score is not shown to work";
  if (strcmp(state, "weak") == 0) return "The score helps only a little";
  if (auc < 0.70) return "The score works, modestly";
  return auc < 0.80 ? "The score works" : "The score works well";
}

/* What the score is worth where none of the columns that are asked about is known in time; said where much of
 * it rests on them. */
static void add_without_asked(lf_text *out, const json_t *asked) {
  double with = lf_view_number(asked, "auc_with.value"), without = lf_view_number(asked, "auc_without.value"),
         columns = lf_view_number(asked, "columns");
  if (!(with - without >= much)) return;
  lf_text_add(out, " Without the ");
  if (columns > 1) lf_people_count(out, columns);
  lf_text_add(out, columns > 1 ? " columns that are asked about below, in "
                               : "column that is asked about below, in ");
  lf_people_pairs(out, lf_view_at(asked, "auc_without"));
  lf_text_add(out, ".");
}

/* The same without emptying text: the title is how the sentence opens. */
static lf_status put_copy(json_t *target, const char *key, const lf_text *text, lf_error *err) {
  lf_text copy = {0};
  lf_text_add_n(&copy, lf_text_part(&copy, text), text->length);
  return lf_headline_put(target, key, &copy, err);
}

static lf_status put_works(const json_t *report, const json_t *figures, bool is_holdout, const char *state,
                           json_t *headline, lf_error *err) {
  lf_status status = LF_OK;
  lf_text text = {0};
  const json_t *auc = lf_view_at(figures, "auc");
  const char *signal = lf_view_text(report, "selection.signal.sentence");
  if (strcmp(state, "cannot be judged") == 0) {
    lf_text_add(&text, "Whether the score works is not known");
    LF_TRY(put_copy(headline, "title", &text, err));
    lf_text_add(&text, ": no leads with both outcomes were kept back to judge it.");
    return lf_headline_put(headline, "works", &text, err);
  }
  lf_text_add(&text, works_opening(state, figures));
  LF_TRY(put_copy(headline, "title", &text, err));
  if (lf_view_number(figures, "distinct_scores") <= 1) {
    lf_text_add(&text, ": every lead gets the same score, so that it ranks none above another.");
    return lf_headline_put(headline, "works", &text, err);
  }
  lf_text_add(&text,
              is_holdout ? ": on leads it has not seen" : ": on training leads left out of each fit in turn");
  lf_text_add(&text, ", it ranks the won lead above the lost one in ");
  lf_people_pairs(&text, auc);
  lf_text_add(&text, ". A coin gets 50.");
  add_without_asked(&text, lf_view_at(report, "asked_about"));
  if (strcmp(state, "not shown") == 0 && lf_view_number(auc, "ci_low") <= 0.5)
    lf_text_add(&text, " The interval holds 50: there is too little evidence to tell the score from a coin.");
  if (strcmp(state, "does not work") == 0 && lf_view_number(auc, "ci_low") > 0.5)
    lf_text_add(&text, " What it knows is too little to act on.");
  if (signal != NULL && does_not_last(report)) {
    lf_text_add(&text, " ");
    lf_text_add(&text, signal);
  }
  return lf_headline_put(headline, "works", &text, err);
cleanup:
  lf_text_free(&text);
  return status;
}

/* ---- what predicts --------------------------------------------------------------------------------- */

static double range_of(const json_t *attribute) {
  double range = lf_view_number(attribute, "weight_range"), low = INFINITY, high = -INFINITY;
  size_t i;
  json_t *band;
  if (!isnan(range)) return range;
  lf_view_each(lf_view_at(attribute, "bands"), i, band) {
    low = fmin(low, lf_view_number(band, "points"));
    high = fmax(high, lf_view_number(band, "points"));
  }
  return high > low ? high - low : 0;
}

/* The attribute of the card with the widest range below `below`; ties go by their place on the card, after
 * `last`. */
static const json_t *next_widest(const json_t *card, double below, size_t last, size_t *place) {
  const json_t *best = NULL;
  double widest = 0;
  size_t i;
  json_t *attribute;
  lf_view_each(card, i, attribute) {
    double range = range_of(attribute);
    bool later = range < below || (range <= below && i > last);
    if (later && range > widest) {
      best = attribute;
      widest = range;
      *place = i;
    }
  }
  return best;
}

static lf_status append_name(json_t *names, const json_t *attribute, lf_error *err) {
  json_t *name = json_object_get(attribute, "name");
  if (!json_is_string(name) || json_array_append(names, name) == 0) return LF_OK;
  return lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report");
}

/* By verdict where there are verdicts, strongest first; else what stands on the card, widest range
 * of weights first, unless the score itself is not shown to work. */
static lf_status put_predicts(const json_t *report, const char *state, json_t *headline, lf_error *err) {
  lf_status status = LF_OK;
  const json_t *card = lf_view_at(report, "card"), *widest = NULL;
  json_t *names = json_array(), *ranked = lf_view_ranked(report), *attribute;
  bool judged = false, shown_to_work = strcmp(state, "works") == 0 || strcmp(state, "weak") == 0;
  size_t i, place = 0;
  double below = INFINITY;
  lf_view_each(ranked, i, attribute) {
    const char *verdict = lf_view_text(attribute, "verdict");
    judged = judged || verdict != NULL;
    if (verdict != NULL && strncmp(verdict, "predicts", 8) == 0) LF_TRY(append_name(names, attribute, err));
  }
  while (!judged && (shown_to_work || strcmp(state, "cannot be judged") == 0) &&
         (widest = next_widest(card, below, place, &place)) != NULL) {
    below = range_of(widest);
    LF_TRY(append_name(names, widest, err));
  }
  if (ranked == NULL || json_object_set(headline, "predicts", names) != 0 ||
      json_object_set_new(headline, "predicts_by", json_string(judged ? "verdict" : "weight")) != 0 ||
      json_object_set_new(headline, "predicts_confirmed", json_boolean(shown_to_work)) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report");
cleanup:
  json_decref(ranked);
  json_decref(names);
  return status;
}

const char *lf_headline_reservation(const json_t *headline) {
  const char *state = lf_view_text(headline, "state");
  if (!json_is_false(lf_view_at(headline, "predicts_confirmed"))) return NULL;
  return state != NULL && strcmp(state, "cannot be judged") == 0
             ? "on the training leads only"
             : "though the leads that judge do not bear the score out";
}

/* ---- what to do ------------------------------------------------------------------------------------ */

static void add_delivery(lf_text *text, const json_t *row, double all_rows, double all_won) {
  lf_people_count(text, lf_view_number(row, "rows"));
  lf_text_add(text, " of ");
  lf_people_counted(text, all_rows, "holdout lead reaches it, ", "holdout leads reach it, ");
  lf_people_count(text, lf_view_number(row, "won"));
  lf_text_add(text, " of those won (");
  lf_people_percent(text, lf_view_number(row, "won") / lf_view_number(row, "rows"));
  lf_text_add(text, ", against ");
  lf_people_percent(text, all_won / all_rows);
  lf_text_add(text, " of all). That is ");
  lf_people_percent(text, lf_view_number(row, "share_won"));
  lf_text_add(text, " of the wins");
  if (!isnan(lf_view_number(row, "share_amount"))) {
    lf_text_add(text, " and ");
    lf_people_percent(text, lf_view_number(row, "share_amount"));
    lf_text_add(text, " of the revenue");
  }
  lf_text_add(text, ".");
}

static void add_expected(lf_text *text, const json_t *expected) {
  double leads = lf_view_number(expected, "share_leads"), rate = lf_view_number(expected, "win_rate");
  if (isnan(rate)) rate = lf_view_number(expected, "precision");
  if (isnan(leads) || isnan(rate)) {
    lf_text_add(text, "What it delivers on unseen leads is not known.");
    return;
  }
  lf_text_add(text, "Going by the training leads, ");
  lf_people_percent(text, leads);
  lf_text_add(text, " of leads reach it and ");
  lf_people_percent(text, rate);
  lf_text_add(text, " of those win; no leads were kept back to confirm it.");
}

static lf_status put_change(const json_t *report, const json_t *figures, const char *state, json_t *headline,
                            lf_error *err) {
  lf_text text = {0};
  const json_t *row = lf_view_mql_row(report);
  double threshold = lf_view_number(report, "mql.threshold");
  double rows = lf_view_number(report, "holdout.rows"), won = lf_view_number(report, "holdout.won");
  if (strcmp(state, "does not work") == 0 || strcmp(state, "not shown") == 0) {
    lf_text_add(&text, "Do not use this threshold: nothing here justifies a change of the MQL definition.");
  } else if (strcmp(state, "weak") == 0 && lf_view_number(figures, "auc.ci_high") < of_use) {
    lf_text_add(&text, "Better not use this threshold: even the upper end of the interval, ");
    lf_people_fixed(&text, 100.0 * lf_view_number(figures, "auc.ci_high"), 0);
    lf_text_add(&text, " of 100 pairs, is too little to turn leads away by.");
  } else if (isnan(threshold)) {
    lf_text_add(&text, "No MQL threshold was chosen.");
  } else {
    lf_text_add(&text, "Call a lead an MQL from ");
    lf_people_counted(&text, threshold, "point. ", "points. ");
    if (lf_view_number(row, "rows") > 0 && rows > 0 && !isnan(won)) {
      add_delivery(&text, row, rows, won);
    } else {
      add_expected(&text, lf_view_at(report, "mql.expected"));
    }
  }
  return lf_headline_put(headline, "change", &text, err);
}

/* ---- on how much evidence -------------------------------------------------------------------------- */

static void add_judges(lf_text *text, const json_t *report, const json_t *figures, bool is_holdout) {
  const char *kind = lf_view_text(report, "split.kind"), *from = lf_view_text(report, "split.from");
  lf_people_counted(text, lf_view_number(figures, "rows"), "lead", "leads");
  lf_text_add(text, " judged the score, ");
  lf_people_count(text, lf_view_number(figures, "won"));
  lf_text_add(text, " of them won");
  if (!is_holdout) {
    lf_text_add(text, ": training leads, each judged by a fit that left it out");
  } else if (kind != NULL && strcmp(kind, "time") == 0) {
    lf_text_add(text, from != NULL ? ": the newest, from " : ": the newest");
    if (from != NULL) lf_text_add(text, from);
    lf_text_add(text, ", which took no part in the fit");
  } else {
    lf_text_add(text, ", none of which took part in the fit");
  }
  lf_text_add(text, ".");
}

static lf_status put_evidence(const json_t *report, const json_t *figures, bool is_holdout, json_t *headline,
                              lf_error *err) {
  lf_text text = {0};
  double rows = lf_view_number(report, "split.train.rows"), won = lf_view_number(report, "split.train.won");
  if (lf_view_number(figures, "rows") > 0) add_judges(&text, report, figures, is_holdout);
  if (rows > 0 && !isnan(won)) {
    lf_text_add(&text, text.length > 0 ? " The fit used " : "The fit used ");
    lf_people_counted(&text, rows, "lead", "leads");
    lf_text_add(&text, " with ");
    lf_people_counted(&text, won, "win.", "wins.");
  }
  if (lf_view_text(report, "outcome.account") != NULL)
    lf_text_add(&text, " Intervals allow for leads of one account being alike.");
  if (text.length == 0) lf_text_add(&text, "How many leads stand behind this is not available.");
  return lf_headline_put(headline, "evidence", &text, err);
}

/* ---- all of it ------------------------------------------------------------------------------------- */

static lf_status put_cautions(const json_t *report, json_t *headline, lf_error *err) {
  json_t *list = json_array();
  lf_status status = lf_headline_cautions(report, list, err);
  if (status == LF_OK && json_object_set(headline, "cautions", list) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report");
  json_decref(list);
  return status;
}

lf_status lf_headline_of(const json_t *report, json_t **headline, lf_error *err) {
  lf_status status = LF_OK;
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  const char *state = state_of(report, lf_view_at(figures, "auc"));
  const json_t *said = lf_view_at(report, "headline");
  json_t *made = json_object();
  lf_text text = {0};
  if (made == NULL) return lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report");
  lf_text_add(&text, state);
  LF_TRY(lf_headline_put(made, "state", &text, err));
  LF_TRY(put_works(report, figures, is_holdout, state, made, err));
  LF_TRY(put_predicts(report, state, made, err));
  LF_TRY(put_change(report, figures, state, made, err));
  LF_TRY(put_evidence(report, figures, is_holdout, made, err));
  LF_TRY(put_cautions(report, made, err));
  if (json_is_object(said) && json_object_update(made, (json_t *)said) != 0)
    LF_TRY(lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report"));
  *headline = made;
  made = NULL;
cleanup:
  json_decref(made);
  return status;
}

lf_status lf_report_headline(json_t *report, lf_error *err) {
  json_t *headline = NULL;
  json_object_del(report, "headline");
  lf_status status = lf_headline_of(report, &headline, err);
  if (status == LF_OK && json_object_set_new(report, "headline", headline) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the headline of the report");
  return status;
}
