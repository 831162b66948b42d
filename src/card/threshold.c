/* The MQL threshold and the grades, from training rows.
 *
 * --capacity N   the lowest score at which no more than N leads a month qualify;
 * --precision P  the lowest score from which on the qualified leads win at P or better;
 * else           where a further lead brings less than the average lead: the score t that maximises
 *                sum over rows with score >= t of (r_i - mean r), r_i the expected revenue of the row, i.e.
 * the last t at which the rows at t still bring the average or more. r_i is the probability of winning where
 * no amount is known or where amounts do not depend on the score; it then is the score whose probability is
 * the overall win rate.
 *
 * Where every lead has the same score there is neither threshold nor grade.
 *
 * Grades: A and B are qualified (A the better third of them), C and D are not (D the lower half). */
#include <stdlib.h>

#include "base/build.h"
#include "base/memory.h"
#include "base/text.h"
#include "card/build.h"

/* Training rows by score. */
typedef struct by_score {
  size_t n; /* scores */
  double *rows, *won;
  double total, total_won;
} by_score;

static lf_status count_scores(const lf_history *history, const int32_t *score, by_score *s, lf_error *err) {
  lf_status status = lf_alloc(s->n, sizeof *s->rows, &s->rows, err);
  if (status == LF_OK) status = lf_alloc(s->n, sizeof *s->won, &s->won, err);
  for (size_t i = 0; status == LF_OK && i < history->n_train; i++) {
    double w = lf_history_weight(history, i);
    s->rows[score[i]] += w;
    s->won[score[i]] += history->won[i] ? w : 0;
    s->total += w;
    s->total_won += history->won[i] ? w : 0;
  }
  return status;
}

/* Months the training rows span; NaN where no date is known. */
static double months(const lf_history *history) {
  if (history->date_is_row) return NAN;
  double first = INFINITY, last = -INFINITY;
  for (size_t i = 0; i < history->n_train; i++) {
    double day = lf_history_day(history, i);
    if (isnan(day)) continue;
    first = fmin(first, day);
    last = fmax(last, day);
  }
  return last >= first ? (last - first + 1) / 30.4375 : NAN;
}

static lf_status by_capacity(const lf_history *history, const by_score *s, double capacity, int *threshold,
                             lf_error *err) {
  double span = months(history), qualified = 0;
  if (isnan(span))
    return lf_fail(err, LF_E_USAGE,
                   "--capacity counts leads a month, and no date column is known: name it with --date COL");
  size_t t = s->n;
  while (t > 0 && (qualified + s->rows[t - 1]) / span <= capacity) qualified += s->rows[--t];
  *threshold = (int)(t < s->n ? t : s->n - 1);
  return LF_OK;
}

static lf_status by_precision(const by_score *s, double precision, int *threshold, lf_error *err) {
  double rows = 0, won = 0;
  size_t found = s->n;
  for (size_t t = s->n; t-- > 0;) {
    rows += s->rows[t];
    won += s->won[t];
    if (s->rows[t] > 0 && won >= precision * rows) found = t;
  }
  if (found == s->n)
    return lf_fail(
        err, LF_E_DATA,
        "no threshold reaches a win rate of %.3g: the best leads of the training rows win less often",
        precision);
  *threshold = (int)found;
  return LF_OK;
}

/* The lowest score whose expected win probability is at least that of the average row. */
static int by_average(const lf_scorecard *card, const by_score *s) {
  double expected = 0;
  for (size_t t = 0; t < s->n; t++) expected += s->rows[t] * lf_scorecard_probability(card, (int)t);
  double average = expected / s->total;
  for (size_t t = 1; t < s->n; t++)
    if (lf_scorecard_probability(card, (int)t) >= average) return (int)t;
  return (int)s->n - 1;
}

/* A threshold that every lead reaches sorts nobody: the lowest is one above the lowest score. */
static int above_lowest(int threshold) {
  return threshold < 1 ? 1 : threshold;
}

static lf_status name_rule(const lf_threshold_options *options, lf_scorecard *card, lf_error *err) {
  lf_text text = {0};
  if (!isnan(options->capacity)) {
    lf_text_add(&text, "no more than ");
    lf_text_add_double(&text, options->capacity);
    lf_text_add(&text, " leads a month qualify (capacity)");
  } else if (!isnan(options->precision)) {
    lf_text_add(&text, "qualified leads win at ");
    lf_text_add_double(&text, options->precision);
    lf_text_add(&text, " or better (precision)");
  } else
    lf_text_add(&text, "a lead qualifies where it is expected to bring at least as much as the average lead");
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_copy_text(text.data, text.length, &card->threshold_rule, err);
  lf_text_free(&text);
  return status;
}

/* Lowest score >= from such that at most `share` of the rows in [from, to) are at it or above. */
static int split_score(const by_score *s, size_t from, size_t to, double share) {
  double rows = 0, above = 0;
  for (size_t t = from; t < to; t++) rows += s->rows[t];
  size_t t = to;
  while (t > from && above + s->rows[t - 1] <= share * rows) above += s->rows[--t];
  return (int)t;
}

static lf_status make_grades(const by_score *s, lf_scorecard *card, lf_error *err) {
  size_t threshold = (size_t)card->threshold;
  int from[] = {split_score(s, threshold, s->n, 1.0 / 3), card->threshold, split_score(s, 0, threshold, 0.5),
                card->minimum};
  static const char *const labels[] = {"A", "B", "C", "D"};
  lf_status status = lf_alloc(4, sizeof *card->grades, &card->grades, err);
  for (size_t g = 0; status == LF_OK && g < 4; g++) {
    bool empty = card->n_grades &&
                 from[g] >= card->grades[card->n_grades - 1].from; /* a grade no score can have is left out */
    if (empty || from[g] > card->maximum) continue;
    card->grades[card->n_grades].from = from[g];
    status = lf_copy_text(labels[g], 1, &card->grades[card->n_grades].label, err);
    if (status == LF_OK) card->n_grades++;
  }
  return status;
}

/* What the threshold delivered on the training rows, as counts. */
static lf_status expect(const by_score *s, lf_scorecard *card, lf_error *err) {
  double rows = 0, won = 0;
  for (size_t t = (size_t)card->threshold; t < s->n; t++) {
    rows += s->rows[t];
    won += s->won[t];
  }
  lf_object o = lf_object_new();
  lf_object_text(&o, "rows_of", "training");
  lf_object_number(&o, "leads", rows);
  lf_object_number(&o, "won", won);
  lf_object_number(&o, "share_leads", rows / s->total);
  lf_object_number(&o, "win_rate", rows > 0 ? won / rows : NAN);
  lf_object_number(&o, "share_won", s->total_won > 0 ? won / s->total_won : NAN);
  return lf_tree_take(lf_object_take(&o), &card->expected, err);
}

lf_status lf_card_threshold(const lf_history *history, const int32_t *score,
                            const lf_threshold_options *options, lf_scorecard *card, lf_error *err) {
  by_score s = {.n = (size_t)card->maximum + 1};
  lf_status status = LF_OK;
  if (card->maximum <= card->minimum)
    return LF_OK; /* every lead has the same score: there is nothing to part */
  LF_TRY(count_scores(history, score, &s, err));
  if (!isnan(options->capacity))
    LF_TRY(by_capacity(history, &s, options->capacity, &card->threshold, err));
  else if (!isnan(options->precision))
    LF_TRY(by_precision(&s, options->precision, &card->threshold, err));
  else
    card->threshold = by_average(card, &s);
  card->threshold = above_lowest(card->threshold);
  card->has_threshold = true;
  LF_TRY(name_rule(options, card, err));
  LF_TRY(expect(&s, card, err));
  LF_TRY(make_grades(&s, card, err));
cleanup:
  free(s.rows);
  free(s.won);
  return status;
}
