/* The monitor by month and by quarter: the scoreboards of both teams, and whether the score still holds. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/monitor_parts.h"

enum { MOST_MONTHS = 1200 };

typedef struct in_period {
  const int *month;
  int from, to; /* months [from, to) */
} in_period;

static bool is_inside(const void *context, size_t row) {
  const in_period *p = context;
  return p->month[row] >= p->from && p->month[row] < p->to;
}

static lf_status judge_period(const lf_monitor_rows *rows, const lf_promise *promise, const in_period *in,
                              const lf_run *run, lf_monitor_period *out, lf_error *err) {
  lf_picked picked = {0};
  lf_judgement judgement;
  double counts[LF_PROMISE_BINS] = {0};
  lf_shift shift = {NAN, NAN, NAN, 0};
  lf_status status = LF_OK;
  LF_TRY(lf_monitor_pick(rows, is_inside, in, &picked, err));
  LF_TRY(lf_monitor_judge(rows, &picked, run, &judgement, err));
  out->auc = judgement.auc.value;
  out->auc_low = judgement.auc.low;
  out->auc_high = judgement.auc.high;
  out->ratio = judgement.observed_over_expected;
  double spread = 1.96 * judgement.in_the_large.std_error * (1 - judgement.won / judgement.rows);
  out->ratio_low = out->ratio * exp(-spread);
  out->ratio_high = out->ratio * exp(spread);
  for (size_t k = 0; k < picked.n && promise->n_bins > 1 && promise->n_bins <= LF_PROMISE_BINS; k++)
    counts[lf_promise_bin(promise, (int32_t)picked.score[k])] += picked.weight[k];
  if (picked.n && promise->n_bins > 1 && promise->n_bins <= LF_PROMISE_BINS)
    LF_TRY(lf_shift_test(promise->bin_rows, counts, promise->n_bins, 1, 0.05, &shift, err));
  out->psi = shift.bins > 1 ? shift.psi : NAN;
  out->psi_critical = shift.critical;
cleanup:
  lf_picked_clear(&picked);
  return status;
}

static void count_period(const lf_monitor_rows *rows, const in_period *in, lf_monitor_period *out) {
  const lf_history *h = rows->history;
  for (size_t i = 0; i < h->n_rows; i++) {
    if (!is_inside(in, i)) continue;
    double w = lf_history_weight(h, i), amount = lf_history_amount(h, i);
    bool qualified = rows->card->has_threshold && rows->score[i] >= rows->card->threshold;
    out->leads += w;
    out->qualified += qualified ? w : 0;
    if (h->won[i] == LF_OUTCOME_UNKNOWN) continue;
    out->decided += w;
    out->expected += w * lf_scorecard_probability(rows->card, rows->score[i]);
    out->qualified_decided += qualified ? w : 0;
    if (!h->won[i]) continue;
    out->won += w;
    out->qualified_won += qualified ? w : 0;
    out->amount += amount > 0 ? w * amount : 0;
    out->qualified_amount += qualified && amount > 0 ? w * amount : 0;
  }
  if (h->amount == SIZE_MAX) out->amount = out->qualified_amount = NAN;
}

static lf_status add_periods(const lf_monitor_rows *rows, const lf_promise *promise, const int *month,
                             int first, int last, int length, const lf_run *run, lf_monitor *monitor,
                             lf_error *err) {
  lf_status status = LF_OK;
  for (int from = first - first % length; from <= last; from += length) {
    in_period in = {.month = month, .from = from, .to = from + length};
    lf_monitor_period *p = &monitor->periods[monitor->n_periods++];
    *p = (lf_monitor_period){.year = from / 12, .part = from % 12 / length + 1, .quarter = length > 1};
    count_period(rows, &in, p);
    LF_TRY(judge_period(rows, promise, &in, run, p, err));
    LF_TRY(lf_check_interrupt(run, err));
  }
cleanup:
  return status;
}

lf_status lf_monitor_periods(const lf_monitor_rows *rows, const lf_promise *promise, const lf_run *run,
                             lf_monitor *monitor, lf_error *err) {
  size_t n = rows->history->n_rows;
  int *month = NULL, first = 0, last = LF_NO_MONTH;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *month, &month, err));
  for (size_t i = 0; i < n; i++) {
    month[i] = lf_month_of(lf_monitor_day(rows->history, i));
    if (month[i] == LF_NO_MONTH) continue;
    if (last == LF_NO_MONTH || month[i] < first) first = month[i];
    if (month[i] > last) last = month[i];
  }
  if (last == LF_NO_MONTH || last - first >= MOST_MONTHS) goto cleanup;
  LF_TRY(lf_alloc((size_t)(last - first) * 2 + 6, sizeof *monitor->periods, &monitor->periods, err));
  LF_TRY(add_periods(rows, promise, month, first, last, 1, run, monitor, err));
  LF_TRY(add_periods(rows, promise, month, first, last, 3, run, monitor, err));
cleanup:
  free(month);
  return status;
}
