/* The questions of the monitor, and which of them raise an alarm.
 *
 * Like is compared with like: where outcomes are known, decided rows only, since the promise was made on
 * decided rows. An alarm needs both: evidence (Holm's p over all questions below alpha, so that the chance of
 * any alarm where nothing has changed is at most alpha), and size (a change beyond the margin of the
 * question, so that ten million rows do not ring for nothing).
 *
 * Score drift and attribute drift: PSI against its critical value (judge/shift.c); margin 0.01, a band of
 * half the leads that moves by 5 points. Ranking: AUC now - AUC promised < 0, z = difference / sqrt(se^2 +
 * se_0^2), one-sided; margin 0.01. Level: calibration in the large, promised 0; the card's own rests on L
 * rows, so se^2 (1 + n / L); margin: won over expected off by 5 %. Slope: of calibration, promised 1; se^2 (1
 * + n / N + n / M) with N training rows, and M rows that judged: a slope of the card's own, which is never
 * quite 1, was seen no better than by them; margin 0.1. Qualified share, and win rate of qualified leads: two
 * shares, pooled, with the design effect; margin 0.02. Volume: qualified leads a month against the plan,
 * below it, by the spread of the months themselves (quasi-Poisson, 1 at least); margin 5 % of the plan. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/monitor_parts.h"

static const double psi_margin = 0.01, auc_margin = 0.01, level_margin = 0.05, slope_margin = 0.1,
                    share_margin = 0.02, volume_margin = 0.05;

typedef struct checking {
  const lf_monitor_rows *rows;
  const lf_promise *promise;
  const lf_monitor_options *options;
  lf_monitor *monitor;
  lf_picked picked; /* the rows that are compared */
  bool decided;     /* they have outcomes */
} checking;

static lf_check *add_check(checking *c, const char *id) {
  lf_check *check = &c->monitor->checks[c->monitor->n_checks++];
  *check = (lf_check){.id = id,
                      .attribute = SIZE_MAX,
                      .value = NAN,
                      .low = NAN,
                      .high = NAN,
                      .promised = NAN,
                      .p = NAN,
                      .adjusted = NAN,
                      .design_effect = 1,
                      .other_share = NAN};
  check->shift = (lf_shift){NAN, NAN, NAN, 0};
  return check;
}

/* ---- drift ------------------------------------------------------------------------------------------------
 */

static lf_status test_drift(checking *c, lf_check *check, const uint16_t *bin, const double *expected,
                            size_t bins, lf_error *err) {
  double *counts = NULL;
  lf_shift_rows rows = {.n = c->picked.n,
                        .bin = bin,
                        .weight = c->picked.weight,
                        .cluster = c->picked.cluster,
                        .n_clusters = c->rows->history->n_clusters};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(bins, sizeof *counts, &counts, err));
  LF_TRY(lf_shift_count(&rows, bins, counts, &check->design_effect, err));
  double total = 0, before = 0;
  for (size_t k = 0; k < bins; k++) {
    total += counts[k];
    before += expected[k];
  }
  check->margin = psi_margin;
  if (total > 0 && before > 0)
    LF_TRY(
        lf_shift_test(expected, counts, bins, check->design_effect, c->monitor->alpha, &check->shift, err));
  check->value = check->shift.psi;
  check->promised = 0;
  check->p = check->shift.p;
  if (check->attribute != SIZE_MAX && total > 0) check->other_share = counts[bins - 1] / total;
cleanup:
  free(counts);
  return status;
}

static lf_status check_score(checking *c, uint16_t *bin, lf_error *err) {
  if (c->promise->n_bins < 2) return LF_OK;
  for (size_t k = 0; k < c->picked.n; k++) bin[k] = lf_promise_bin(c->promise, (int32_t)c->picked.score[k]);
  return test_drift(c, add_check(c, "score drift"), bin, c->promise->bin_rows, c->promise->n_bins, err);
}

static lf_status check_attribute(checking *c, size_t a, uint16_t *bin, lf_error *err) {
  const lf_attribute *attribute = &c->rows->card->attributes->items[a];
  double *expected = NULL;
  lf_status status = lf_alloc(attribute->n_bands, sizeof *expected, &expected, err);
  if (status != LF_OK) return status;
  bool known = true;
  for (size_t b = 0; b < attribute->n_bands; b++) {
    expected[b] = c->rows->card->bands[a][b].rows;
    known &= expected[b] >= 0;
  }
  for (size_t k = 0; k < c->picked.n; k++) bin[k] = c->rows->codes->columns[a][c->picked.row[k]];
  if (known) {
    lf_check *check = add_check(c, "attribute drift");
    check->attribute = a;
    status = test_drift(c, check, bin, expected, attribute->n_bands, err);
  }
  free(expected);
  return status;
}

/* ---- outcomes ---------------------------------------------------------------------------------------------
 */

static void check_ranking(checking *c, const lf_judgement *j) {
  if (isnan(c->promise->auc) || isnan(j->auc.value)) return;
  lf_check *check = add_check(c, "ranking");
  double se =
      sqrt(j->auc.std_error * j->auc.std_error + c->promise->auc_std_error * c->promise->auc_std_error);
  check->value = j->auc.value;
  check->low = j->auc.low;
  check->high = j->auc.high;
  check->promised = c->promise->auc;
  check->margin = auc_margin;
  check->p = lf_normal_cdf((j->auc.value - c->promise->auc) / se);
}

static void check_calibration(checking *c, const lf_judgement *j) {
  double n = j->rows, level = c->promise->level_rows, train = c->promise->train_rows;
  if (isnan(j->in_the_large.value)) return;
  lf_check *check = add_check(c, "level");
  double widen = level > 0 ? sqrt(1 + n / level) : 1, se = j->in_the_large.std_error;
  check->value = j->observed_over_expected;
  /* the interval of won over expected, by that of the log-odds: both move together */
  check->low = check->value * exp(-1.96 * se * (1 - j->won / n));
  check->high = check->value * exp(1.96 * se * (1 - j->won / n));
  check->promised = 1;
  check->margin = level_margin;
  check->p = lf_normal_two_sided_p(j->in_the_large.value / (se * widen));
  if (isnan(j->calibration_slope.value)) return;
  check = add_check(c, "slope");
  widen = sqrt(1 + (train > 0 ? n / train : 0) + (c->promise->rows > 0 ? n / c->promise->rows : 0));
  check->value = j->calibration_slope.value;
  check->low = j->calibration_slope.low;
  check->high = j->calibration_slope.high;
  check->promised = 1;
  check->margin = slope_margin;
  check->p = lf_normal_two_sided_p((check->value - 1) / (j->calibration_slope.std_error * widen));
}

/* Two shares: x of n now, x0 of n0 promised. */
static lf_status check_share(checking *c, const char *id, const lf_shift_rows *rows, double promised_yes,
                             double promised_rows, lf_error *err) {
  double counts[2], effect = 1;
  lf_status status = lf_shift_count(rows, 2, counts, &effect, err);
  double n = counts[0] + counts[1];
  if (status != LF_OK || !(n > 0) || !(promised_rows > 0)) return status;
  lf_check *check = add_check(c, id);
  double share = counts[1] / n, before = promised_yes / promised_rows;
  double pooled = (counts[1] + promised_yes) / (n + promised_rows),
         se = sqrt(effect * share * (1 - share) / n);
  check->value = share;
  check->low = fmax(0, share - 1.96 * se);
  check->high = fmin(1, share + 1.96 * se);
  check->promised = before;
  check->margin = share_margin;
  check->design_effect = effect;
  double spread = sqrt(effect * pooled * (1 - pooled) * (1 / n + 1 / promised_rows));
  check->p = spread > 0 ? lf_normal_two_sided_p((share - before) / spread) : NAN;
  return LF_OK;
}

static lf_status check_qualified(checking *c, uint16_t *bin, lf_error *err) {
  const lf_scorecard *card = c->rows->card;
  const lf_promise *promise = c->promise;
  if (!card->has_threshold) return LF_OK;
  lf_picked *p = &c->picked;
  lf_shift_rows rows = {.n = p->n,
                        .bin = bin,
                        .weight = p->weight,
                        .cluster = p->cluster,
                        .n_clusters = c->rows->history->n_clusters};
  for (size_t k = 0; k < p->n; k++) bin[k] = p->score[k] >= card->threshold;
  lf_status status = check_share(c, "qualified share", &rows, promise->mql_rows, promise->rows, err);
  if (status != LF_OK || !c->decided) return status;
  size_t n = 0; /* qualified rows move to the front: the last question asked of these arrays */
  for (size_t k = 0; k < p->n; k++) {
    if (p->score[k] < card->threshold) continue;
    bin[n] = p->won[k];
    p->weight[n] = p->weight[k];
    if (p->cluster) p->cluster[n] = p->cluster[k];
    n++;
  }
  rows.n = n;
  return check_share(c, "win rate", &rows, promise->mql_won, promise->mql_rows, err);
}

/* Qualified leads a month against the plan: full months only, the first and the last may be cut. */
static void check_volume(checking *c) {
  double plan = c->options->planned_mqls, sum = 0, squares = 0, n = 0;
  if (isnan(plan)) return;
  size_t months = 0;
  while (months < c->monitor->n_periods && !c->monitor->periods[months].quarter) months++;
  for (size_t k = 1; k + 1 < months; k++) {
    double x = c->monitor->periods[k].qualified;
    sum += x;
    squares += x * x;
    n++;
  }
  lf_check *check = add_check(c, "volume");
  check->promised = plan;
  check->margin = volume_margin * plan;
  if (n < 1) return;
  double mean = sum / n, spread = n > 2 ? fmax(mean, (squares - n * mean * mean) / (n - 1)) : mean;
  double se = sqrt(spread / n);
  check->value = mean;
  check->low = fmax(0, mean - 1.96 * se);
  check->high = mean + 1.96 * se;
  check->p = se > 0 ? lf_normal_cdf((mean - plan) / se) : mean < plan ? 0 : 1;
}

/* ---- all of them ------------------------------------------------------------------------------------------
 */

static lf_status judge_alarms(lf_monitor *m, lf_error *err) {
  double *p = NULL;
  lf_status status = lf_alloc(m->n_checks, sizeof *p, &p, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < m->n_checks; k++) p[k] = m->checks[k].p;
  LF_TRY(lf_holm(p, m->n_checks, p, err));
  for (size_t k = 0; k < m->n_checks; k++) {
    lf_check *check = &m->checks[k];
    check->adjusted = p[k];
    check->alarm = p[k] < m->alpha && fabs(check->value - check->promised) >= check->margin;
  }
cleanup:
  free(p);
  return status;
}

lf_status lf_monitor_checks(const lf_monitor_rows *rows, const lf_promise *promise,
                            const lf_monitor_options *options, const lf_run *run, lf_monitor *monitor,
                            lf_error *err) {
  enum { QUESTIONS = 8 };
  checking c = {.rows = rows, .promise = promise, .options = options, .monitor = monitor};
  uint16_t *bin = NULL;
  lf_judgement judgement;
  lf_history open; /* a view of the rows in which every one may be picked */
  lf_monitor_rows all = *rows;
  uint8_t *lost = NULL;
  lf_status status = LF_OK;
  c.decided = monitor->decided > 0;
  if (!c.decided) { /* nothing is known of outcomes: the mix alone can be watched */
    LF_TRY(lf_alloc(rows->history->n_rows, 1, &lost, err));
    open = *rows->history;
    open.won = lost;
    all.history = &open;
  }
  LF_TRY(lf_monitor_pick(&all, NULL, NULL, &c.picked, err));
  LF_TRY(lf_alloc(c.picked.n, sizeof *bin, &bin, err));
  LF_TRY(lf_alloc(rows->card->attributes->n + QUESTIONS, sizeof *monitor->checks, &monitor->checks, err));
  LF_TRY(lf_monitor_judge(&all, &c.picked, run, &judgement, err));
  if (c.decided) check_ranking(&c, &judgement);
  if (c.decided) check_calibration(&c, &judgement);
  LF_TRY(check_score(&c, bin, err));
  for (size_t a = 0; a < rows->card->attributes->n; a++) LF_TRY(check_attribute(&c, a, bin, err));
  LF_TRY(check_qualified(&c, bin, err));
  check_volume(&c);
  LF_TRY(judge_alarms(monitor, err));
cleanup:
  free(bin);
  free(lost);
  lf_picked_clear(&c.picked);
  return status;
}
