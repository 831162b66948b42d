/* The plan: thresholds, the recommended one, grades, the time to win, the backtest. */
#include "evidence/plan.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/plan_parts.h"

enum { MOST_THRESHOLDS = 120 };

void lf_plan_free(lf_plan *plan) {
  if (!plan) return;
  free(plan->thresholds);
  free(plan->grades);
  free(plan);
}

static bool judges(const void *context, size_t row) {
  return row >= *(const size_t *)context;
}

/* Thresholds that part the judged rows: the scores that occur, thinned where they are many; the card's own is
 * always among them. */
static lf_status choose_thresholds(const lf_scorecard *card, const lf_picked *p, lf_plan *plan,
                                   lf_error *err) {
  size_t span = (size_t)(card->maximum - card->minimum) + 1, kept = 0, found = 0;
  uint8_t *seen = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(span, 1, &seen, err));
  for (size_t i = 0; i < p->n; i++) seen[(int)p->score[i] - card->minimum] = 1;
  for (size_t s = 0; s < span; s++) found += seen[s];
  LF_TRY(lf_alloc(found + 1, sizeof *plan->thresholds, &plan->thresholds, err));
  size_t step = found / MOST_THRESHOLDS + 1, at = 0;
  for (size_t s = 0; s < span; s++) {
    int threshold = card->minimum + (int)s;
    bool own = card->has_threshold && threshold == card->threshold;
    if ((seen[s] && at++ % step == 0) || own) plan->thresholds[kept++].threshold = threshold;
  }
  plan->n_rows = kept;
cleanup:
  free(seen);
  return status;
}

/* The lowest threshold that capacity allows, else the card's own. */
static lf_status recommend(const lf_scorecard *card, const lf_plan_options *options, lf_plan *plan,
                           lf_error *err) {
  plan->by_capacity = !isnan(options->capacity);
  if (plan->by_capacity && isnan(plan->volume.mean))
    return lf_fail(err, LF_E_USAGE,
                   "--capacity counts leads a month, and no date column is known: name it with "
                   "--created COL or --date COL");
  if (!plan->by_capacity && !card->has_threshold)
    return lf_fail(err, LF_E_USAGE, "the scorecard has no MQL threshold: say --capacity N, or give it one");
  for (size_t k = 0; k < plan->n_rows; k++) {
    const lf_plan_row *row = &plan->thresholds[k];
    plan->recommended = k;
    if (plan->by_capacity ? plan->volume.mean * row->share <= options->capacity
                          : row->threshold == card->threshold)
      break;
  }
  if (plan->thresholds[plan->recommended].rows > 0) return LF_OK;
  return lf_fail(err, LF_E_DATA,
                 "no lead of the rows that judge reaches %d points: there is nothing to plan with",
                 plan->thresholds[plan->recommended].threshold);
}

static lf_status count_grades(const lf_scorecard *card, const lf_picked *p, lf_plan *plan, lf_error *err) {
  int threshold = plan->thresholds[plan->recommended].threshold;
  lf_status status = lf_alloc(card->n_grades, sizeof *plan->grades, &plan->grades, err);
  if (status != LF_OK) return status;
  plan->n_grades = card->n_grades;
  for (size_t g = 0; g < card->n_grades; g++) plan->grades[g].label = card->grades[g].label;
  for (size_t i = 0; i < p->n && card->n_grades; i++) {
    if (p->score[i] < threshold) continue;
    size_t g = 0;
    while (g + 1 < card->n_grades && p->score[i] < card->grades[g].from) g++;
    plan->grades[g].rows += p->weight[i];
    plan->grades[g].won += p->won[i] ? p->weight[i] : 0;
  }
  return LF_OK;
}

/* Days from creation to the win, of qualified leads. */
static lf_status measure_cycle(const lf_history *h, const lf_picked *p, lf_plan *plan, lf_error *err) {
  int threshold = plan->thresholds[plan->recommended].threshold;
  double *days = NULL;
  size_t n = 0;
  plan->cycle_median = plan->cycle_most = NAN;
  if (h->created == SIZE_MAX || h->date == SIZE_MAX || h->created == h->date || h->date_is_row) return LF_OK;
  lf_status status = lf_alloc(p->n, sizeof *days, &days, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < p->n; i++) {
    double took = lf_column_number(&h->table->columns[h->date], p->row[i]) -
                  lf_column_number(&h->table->columns[h->created], p->row[i]);
    if (p->won[i] && p->score[i] >= threshold && took >= 0) days[n++] = took;
  }
  if (n >= 10) {
    gsl_sort(days, 1, n);
    plan->cycle_median = gsl_stats_quantile_from_sorted_data(days, 1, n, 0.5);
    plan->cycle_most = gsl_stats_quantile_from_sorted_data(days, 1, n, 0.9);
  }
  free(days);
  return LF_OK;
}

static lf_status forecast_all(const lf_monitor_rows *rows, const lf_picked *judged, const lf_run *run,
                              lf_plan *plan, lf_error *err) {
  const lf_plan_options *o = &plan->asked;
  lf_forecast forecast = {.rows = judged,
                          .n_clusters = rows->history->n_clusters,
                          .volume = plan->volume,
                          .horizon = o->horizon,
                          .target = o->revenue,
                          .seed = o->seed};
  lf_status status = lf_plan_forecast(&forecast, plan->thresholds, plan->n_rows, run, err);
  if (status != LF_OK) return status;
  double amount = plan->thresholds[0].amount;
  if (!isnan(o->revenue) && !(amount > 0))
    return lf_fail(err, LF_E_DATA,
                   "no won row of the rows that judge has an amount, so no revenue can be planned: name "
                   "the column with --amount COL");
  return LF_OK;
}

lf_status lf_plan_make(const lf_monitor_rows *rows, const lf_plan_options *options, const lf_run *run,
                       lf_plan **plan, lf_error *err) {
  const lf_history *h = rows->history;
  lf_plan *made = NULL;
  lf_picked judged = {0};
  size_t from = h->n_train < h->n_rows ? h->n_train : 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *made, &made, err));
  made->asked = *options;
  if (isnan(made->asked.horizon)) made->asked.horizon = 3;
  LF_TRY(lf_monitor_pick(rows, judges, &from, &judged, err));
  for (size_t k = 0; k < judged.n; k++) {
    made->rows += judged.weight[k];
    made->won += judged.won[k] ? judged.weight[k] : 0;
  }
  LF_TRY(lf_plan_volume(h, INFINITY, false, &made->volume, err));
  LF_TRY(choose_thresholds(rows->card, &judged, made, err));
  LF_TRY(forecast_all(rows, &judged, run, made, err));
  LF_TRY(recommend(rows->card, options, made, err));
  LF_TRY(count_grades(rows->card, &judged, made, err));
  LF_TRY(measure_cycle(h, &judged, made, err));
  LF_TRY(lf_plan_backtest(rows, &judged, made->thresholds[made->recommended].threshold, options, run,
                          &made->backtest, err));
  *plan = made;
  made = NULL;
cleanup:
  lf_picked_clear(&judged);
  lf_plan_free(made);
  return status;
}
