/* The same plan a quarter ago: what rows decided before the newest quarter would have said of it, by the
 * threshold that is planned with now, and what was decided in it. Counted by the day of the decision, since
 * what was created in the quarter is not decided yet; where only the day of creation is known, there is none
 * while rows are open. Rows of months that are held back as too young are not there, though some of them were
 * decided: the quarter ends where the first such month begins. */
#include <math.h>

#include "evidence/plan_parts.h"

enum { FEWEST_ROWS = 50, FEWEST_WON = 10 };
static const double quarter = 91.3125;

typedef struct before_day {
  const lf_history *history;
  size_t from; /* first row that judges */
  double day;
} before_day;

static bool is_before(const void *context, size_t row) {
  const before_day *b = context;
  return row >= b->from && lf_history_day(b->history, row) < b->day;
}

static void count_quarter(const lf_monitor_rows *rows, int threshold, lf_backtest *out) {
  const lf_history *h = rows->history;
  for (size_t i = 0; i < h->n_rows; i++) {
    double day = lf_history_day(h, i), w = lf_history_weight(h, i), amount = lf_history_amount(h, i);
    if (!(day >= out->from && day <= out->to) || rows->score[i] < threshold) continue;
    out->came_qualified += w;
    if (!h->won[i]) continue;
    out->came_wins += w;
    out->came_revenue += amount > 0 ? w * amount : 0;
  }
  if (h->amount == SIZE_MAX) out->came_revenue = NAN;
}

lf_status lf_plan_backtest(const lf_monitor_rows *rows, const lf_picked *judged, int threshold,
                           const lf_plan_options *options, const lf_run *run, lf_backtest *out,
                           lf_error *err) {
  const lf_history *h = rows->history;
  lf_picked past = {0};
  double last = -INFINITY, qualified = 0, won = 0;
  lf_status status = LF_OK;
  *out = (lf_backtest){.known = false};
  bool undecided = h->date == h->created && h->open > 0 && !(h->window.within > 0);
  if (h->date == SIZE_MAX || h->date_is_row || undecided || !judged->n) return LF_OK;
  for (size_t i = 0; i < h->n_rows; i++) last = fmax(last, lf_history_day(h, i));
  last = fmin(last, lf_history_whole_until(h));
  before_day before = {h, judged->row[0], floor(last) + 1 - quarter};
  LF_TRY(lf_monitor_pick(rows, is_before, &before, &past, err));
  for (size_t k = 0; k < past.n; k++) {
    bool above = past.score[k] >= threshold;
    qualified += above ? past.weight[k] : 0;
    won += above && past.won[k] ? past.weight[k] : 0;
  }
  if (qualified < FEWEST_ROWS || won < FEWEST_WON) goto cleanup;
  lf_forecast forecast = {
      .rows = &past, .n_clusters = h->n_clusters, .horizon = 3, .target = NAN, .seed = options->seed};
  LF_TRY(lf_plan_volume(h, before.day, true, &forecast.volume, err));
  lf_plan_row row = {.threshold = threshold};
  LF_TRY(lf_plan_forecast(&forecast, &row, 1, run, err));
  *out = (lf_backtest){.known = !isnan(forecast.volume.mean),
                       .from = before.day,
                       .to = last,
                       .qualified = row.qualified,
                       .wins = row.wins,
                       .revenue = row.revenue};
  count_quarter(rows, threshold, out);
cleanup:
  lf_picked_clear(&past);
  return status;
}
