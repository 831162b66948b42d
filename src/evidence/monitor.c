/* The monitor: checks, periods, funnel. */
#include "evidence/monitor.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/monitor_parts.h"
#include "ingest/value.h"

void lf_monitor_free(lf_monitor *monitor) {
  if (!monitor) return;
  free(monitor->checks);
  free(monitor->periods);
  free(monitor);
}

double lf_monitor_day(const lf_history *history, size_t row) {
  if (history->created != SIZE_MAX) return lf_column_number(&history->table->columns[history->created], row);
  return history->date_is_row ? NAN : lf_history_day(history, row);
}

int lf_month_of(double day) {
  char text[LF_DATE_TEXT];
  if (isnan(day)) return LF_NO_MONTH;
  lf_format_date(floor(day), text);
  return atoi(text) * 12 + atoi(text + 5) - 1;
}

void lf_picked_clear(lf_picked *picked) {
  free(picked->row);
  free(picked->score);
  free(picked->probability);
  free(picked->weight);
  free(picked->amount);
  free(picked->won);
  free(picked->cluster);
  *picked = (lf_picked){0};
}

static lf_status make_room(size_t n, bool clusters, lf_picked *p, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *p->row, &p->row, err));
  LF_TRY(lf_alloc(n, sizeof *p->score, &p->score, err));
  LF_TRY(lf_alloc(n, sizeof *p->probability, &p->probability, err));
  LF_TRY(lf_alloc(n, sizeof *p->weight, &p->weight, err));
  LF_TRY(lf_alloc(n, sizeof *p->amount, &p->amount, err));
  LF_TRY(lf_alloc(n, sizeof *p->won, &p->won, err));
  if (clusters) LF_TRY(lf_alloc(n, sizeof *p->cluster, &p->cluster, err));
cleanup:
  return status;
}

lf_status lf_monitor_pick(const lf_monitor_rows *rows, bool (*keep)(const void *context, size_t row),
                          const void *context, lf_picked *out, lf_error *err) {
  const lf_history *h = rows->history;
  lf_picked made = {0};
  size_t n = 0;
  lf_status status = LF_OK;
  for (size_t i = 0; i < h->n_rows; i++) n += h->won[i] != LF_OUTCOME_UNKNOWN && (!keep || keep(context, i));
  LF_TRY(make_room(n, h->cluster != NULL, &made, err));
  for (size_t i = 0; i < h->n_rows; i++) {
    if (h->won[i] == LF_OUTCOME_UNKNOWN || (keep && !keep(context, i))) continue;
    size_t k = made.n++;
    made.row[k] = (uint32_t)i;
    made.score[k] = rows->score[i];
    made.probability[k] = lf_scorecard_probability(rows->card, rows->score[i]);
    made.weight[k] = lf_history_weight(h, i);
    made.amount[k] = lf_history_amount(h, i);
    made.won[k] = h->won[i];
    if (h->cluster) made.cluster[k] = h->cluster[i];
  }
  *out = made;
  made = (lf_picked){0};
cleanup:
  lf_picked_clear(&made);
  return status;
}

lf_status lf_monitor_judge(const lf_monitor_rows *rows, const lf_picked *picked, const lf_run *run,
                           lf_judgement *out, lf_error *err) {
  const lf_interval none = {NAN, NAN, NAN, NAN};
  *out = (lf_judgement){.auc = none, .calibration_slope = none, .in_the_large = none};
  out->observed_over_expected = NAN;
  size_t won = 0;
  for (size_t k = 0; k < picked->n; k++) won += picked->won[k];
  if (!won || won == picked->n) return LF_OK;
  lf_judge_rows judged = {.n = picked->n,
                          .score = picked->score,
                          .probability = rows->card->has_probability ? picked->probability : NULL,
                          .won = picked->won,
                          .weight = picked->weight,
                          .cluster = picked->cluster,
                          .n_clusters = rows->history->n_clusters};
  return lf_judge(&judged, true, run, out, err);
}

/* Months between the first and the last day on which anything was created. */
static double span(const lf_history *history) {
  double first = INFINITY, last = -INFINITY;
  for (size_t i = 0; i < history->n_rows; i++) {
    double day = lf_monitor_day(history, i);
    if (isnan(day)) continue;
    first = fmin(first, day);
    last = fmax(last, day);
  }
  return last >= first ? (floor(last) - floor(first) + 1) / 30.4375 : NAN;
}

lf_status lf_monitor_make(const lf_monitor_rows *rows, const lf_promise *promise,
                          const lf_monitor_options *options, const lf_run *run, lf_monitor **monitor,
                          lf_error *err) {
  lf_monitor *made = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *made, &made, err));
  made->alpha = options->alpha > 0 ? options->alpha : 0.05;
  made->months = span(rows->history);
  for (size_t i = 0; i < rows->history->n_rows; i++) {
    double w = lf_history_weight(rows->history, i);
    made->rows += w;
    if (rows->history->won[i] == LF_OUTCOME_UNKNOWN) continue;
    made->decided += w;
    made->won += rows->history->won[i] ? w : 0;
  }
  LF_TRY(lf_monitor_periods(rows, promise, run, made, err));
  LF_TRY(lf_monitor_funnel(rows, made, err));
  LF_TRY(lf_monitor_checks(rows, promise, options, run, made, err));
  *monitor = made;
  made = NULL;
cleanup:
  lf_monitor_free(made);
  return status;
}
