/* `leadfit fit`: what each threshold delivers with its intervals, how many leads a month, and the exceptions,
 * on the holdout. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "cli/fit_parts.h"
#include "fit/line.h"
#include "judge/exceptions.h"
#include "report/describe_thresholds.h"

/* The judging rows: [n_train, n_rows). */
static bool has_holdout(const lf_fit_job *job) {
  return !job->plain && job->history->n_train < job->history->n_rows;
}

/* Months the holdout spans, and the rows of the whole history that fall in them; known only where days order
 * the rows. Where months are held back, up to the first of them. */
static lf_holdout_time measure_volume(const lf_history *history) {
  lf_holdout_time v = {.months = NAN, .from = INFINITY, .to = -INFINITY, .rows = 0};
  if (history->date == SIZE_MAX || history->date_is_row) return v;
  for (size_t i = history->n_train; i < history->n_rows; i++) {
    double day = lf_history_day(history, i);
    v.from = fmin(v.from, day);
    v.to = fmax(v.to, day);
  }
  v.to = fmin(v.to, lf_history_whole_until(history));
  if (!(v.to - v.from >= 27)) return v; /* less than a month says nothing of months */
  for (size_t i = 0; i < history->n_rows; i++) {
    double day = lf_history_day(history, i);
    if (day >= v.from && day <= v.to) v.rows += lf_history_weight(history, i);
  }
  v.months = (v.to - v.from + 1) / 30.4375;
  return v;
}

static lf_status gather_amounts(const lf_history *history, double **amount, lf_error *err) {
  if (history->amount == SIZE_MAX) return LF_OK;
  size_t from = history->n_train, n = history->n_rows - from;
  lf_status status = lf_alloc(n, sizeof **amount, amount, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) (*amount)[i] = lf_history_amount(history, from + i);
  return status;
}

lf_status lf_fit_describe_thresholds(const lf_fit_job *job, const lf_score_counts *counts,
                                     json_t **thresholds, json_t **volume, lf_error *err) {
  const lf_history *history = job->history;
  size_t from = history->n_train;
  lf_threshold_figures *figures = NULL;
  double *amount = NULL;
  json_t *tree = NULL;
  lf_holdout_time v = measure_volume(history);
  lf_status status = LF_OK;
  LF_TRY(lf_tree_take(lf_describe_thresholds(counts), &tree, err));
  if (has_holdout(job)) {
    LF_TRY(gather_amounts(history, &amount, err));
    lf_threshold_rows rows = {.n = history->n_rows - from,
                              .score = job->score + from,
                              .minimum = counts->minimum,
                              .maximum = counts->maximum,
                              .won = history->won + from,
                              .weight = history->weight ? history->weight + from : NULL,
                              .amount = amount,
                              .cluster = history->cluster ? history->cluster + from : NULL,
                              .n_clusters = history->n_clusters};
    LF_TRY(lf_threshold_figures_make(&rows, &figures, err));
    LF_TRY(lf_describe_threshold_figures(tree, figures, &v, err));
    LF_TRY(lf_tree_take(lf_describe_volume(history, &v), volume, err));
  } else {
    LF_TRY(lf_tree_take(json_null(), volume, err));
  }
  *thresholds = tree;
  tree = NULL;
cleanup:
  json_decref(tree);
  free(figures);
  free(amount);
  return status;
}

/* ---- exceptions ------------------------------------------------------------------------------------------
 */

/* What holdout rows of each score win on average: a line through the holdout itself, so that a score that
 * promises too much everywhere is not told as an exception of every band. */
static lf_status expect(const lf_fit_job *job, double *expected, lf_error *err) {
  const lf_history *history = job->history;
  size_t from = history->n_train, n = history->n_rows - from;
  for (size_t i = 0; i < n; i++) expected[i] = job->score[from + i];
  lf_line_rows rows = {.n = n,
                       .x = expected,
                       .won = history->won + from,
                       .weight = history->weight ? history->weight + from : NULL};
  lf_line line;
  lf_status status = lf_line_fit(&rows, job->run, &line, err);
  for (size_t i = 0; status == LF_OK && i < n; i++)
    expected[i] = lf_expit(line.intercept + line.slope * expected[i]);
  return status;
}

/* Codes of the holdout and the number of bands of each attribute; arrays of card->attributes->n. */
static lf_status point_at(const lf_fit_job *job, const lf_codes *codes, const uint16_t ***code,
                          size_t **n_bands, lf_error *err) {
  const lf_attributes *attributes = job->build.card->attributes;
  lf_status status = lf_alloc(attributes->n, sizeof **code, code, err);
  if (status == LF_OK) status = lf_alloc(attributes->n, sizeof **n_bands, n_bands, err);
  for (size_t a = 0; status == LF_OK && a < attributes->n; a++) {
    (*code)[a] = codes->columns[a] + job->history->n_train;
    (*n_bands)[a] = attributes->items[a].n_bands;
  }
  return status;
}

lf_status lf_fit_describe_exceptions(const lf_fit_job *job, json_t **tree, lf_error *err) {
  if (!has_holdout(job) || !job->build.card->has_threshold) return lf_tree_take(json_null(), tree, err);
  const lf_history *history = job->history;
  const lf_scorecard *card = job->build.card;
  size_t from = history->n_train, n = history->n_rows - from, *n_bands = NULL;
  const uint16_t **code = NULL;
  double *expected = NULL;
  lf_codes *codes = NULL;
  lf_exceptions *exceptions = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *expected, &expected, err));
  LF_TRY(expect(job, expected, err));
  LF_TRY(lf_codes_make(card->attributes, history->table, job->run, &codes, NULL, err));
  LF_TRY(point_at(job, codes, &code, &n_bands, err));
  lf_exception_rows rows = {.n = n,
                            .score = job->score + from,
                            .threshold = card->threshold,
                            .won = history->won + from,
                            .expected = expected,
                            .weight = history->weight ? history->weight + from : NULL,
                            .cluster = history->cluster ? history->cluster + from : NULL,
                            .n_clusters = history->n_clusters,
                            .n_attributes = card->attributes->n,
                            .code = code,
                            .n_bands = n_bands};
  LF_TRY(lf_exceptions_make(&rows, &exceptions, err));
  LF_TRY(lf_tree_take(lf_describe_exceptions(exceptions, card), tree, err));
cleanup:
  lf_exceptions_free(exceptions);
  lf_codes_free(codes);
  free(code);
  free(n_bands);
  free(expected);
  return status;
}
