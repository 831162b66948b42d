/* Thresholds and exceptions against their formulas written out plainly over clusters, against copied rows,
 * and against a known truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "judge/exceptions.h"
#include "judge/thresholds.h"
#include "near.h"

static double uniform(uint64_t *state) { /* splitmix64 */
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

enum { N = 60, CLUSTERS = 17, TOP = 5 };

typedef struct made {
  int32_t score[N];
  uint8_t won[N];
  double weight[N], amount[N];
  uint32_t cluster[N];
} made;

static made make_rows(void) {
  made m;
  uint64_t state = 7;
  for (size_t i = 0; i < N; i++) {
    m.score[i] = (int32_t)(uniform(&state) * (TOP + 1));
    m.won[i] = uniform(&state) < 0.2 + 0.1 * m.score[i];
    m.weight[i] = 1 + (int)(3 * uniform(&state));
    m.amount[i] = i % 9 == 0 ? (double)NAN : 100 + 900 * uniform(&state);
    m.cluster[i] = (uint32_t)(uniform(&state) * CLUSTERS);
  }
  return m;
}

static lf_threshold_figures *figures_of(const lf_threshold_rows *rows) {
  lf_threshold_figures *figures = NULL;
  assert_int_equal(lf_threshold_figures_make(rows, &figures, NULL), LF_OK);
  return figures;
}

/* C/(C-1) sum_c (y_c - R x_c)^2 / X^2 over clusters with x_c > 0 */
static double plain_se(const double *x, const double *y) {
  double sum_x = 0, sum_y = 0, sum = 0, n = 0;
  for (size_t c = 0; c < CLUSTERS; c++) {
    sum_x += x[c];
    sum_y += y[c];
    n += x[c] > 0;
  }
  for (size_t c = 0; c < CLUSTERS; c++) sum += pow(y[c] - sum_y / sum_x * x[c], 2);
  return sqrt(n / (n - 1) * sum) / sum_x;
}

static void ratios_follow_their_formula(void **state) {
  (void)state;
  made m = make_rows();
  lf_threshold_rows rows = {.n = N,
                            .score = m.score,
                            .maximum = TOP,
                            .won = m.won,
                            .weight = m.weight,
                            .amount = m.amount,
                            .cluster = m.cluster,
                            .n_clusters = CLUSTERS};
  lf_threshold_figures *f = figures_of(&rows);
  for (int t = 1; t <= TOP; t++) {
    double all[CLUSTERS] = {0}, won[CLUSTERS] = {0}, money[CLUSTERS] = {0}, wins[CLUSTERS] = {0},
           total[CLUSTERS] = {0};
    for (size_t i = 0; i < N; i++) {
      double amount = m.won[i] && m.amount[i] > 0 ? m.weight[i] * m.amount[i] : 0;
      uint32_t c = m.cluster[i];
      wins[c] += m.won[i] * m.weight[i];
      total[c] += amount;
      if (m.score[i] < t) continue;
      all[c] += m.weight[i];
      won[c] += m.won[i] * m.weight[i];
      money[c] += amount;
    }
    near(f[t].win_rate.std_error, plain_se(all, won), 1e-12);
    near(f[t].share_won.std_error, plain_se(wins, won), 1e-12);
    near(f[t].share_amount.std_error, plain_se(total, money), 1e-12);
    near(f[t].amount_per_lead.std_error, plain_se(all, money), 1e-9);
    assert_true(f[t].win_rate.low < f[t].win_rate.value && f[t].win_rate.value < f[t].win_rate.high);
    near(f[t].amount_per_lead.high / f[t].amount_per_lead.value,
         f[t].amount_per_lead.value / f[t].amount_per_lead.low, 1e-12);
  }
  free(f);
}

static void weights_are_copies(void **state) {
  (void)state;
  made m = make_rows();
  int32_t score[3 * N];
  uint8_t won[3 * N];
  double amount[3 * N];
  size_t n = 0;
  for (size_t i = 0; i < N; i++)
    for (int k = 0; k < (int)m.weight[i]; k++, n++) {
      score[n] = m.score[i];
      won[n] = m.won[i];
      amount[n] = m.amount[i];
    }
  lf_threshold_rows once = {
      .n = N, .score = m.score, .maximum = TOP, .won = m.won, .weight = m.weight, .amount = m.amount};
  lf_threshold_rows copied = {.n = n, .score = score, .maximum = TOP, .won = won, .amount = amount};
  lf_threshold_figures *a = figures_of(&once), *b = figures_of(&copied);
  for (int t = 0; t <= TOP; t++) {
    near(a[t].leads.value, b[t].leads.value, 0);
    near(a[t].leads.low, b[t].leads.low, 1e-9);
    near(a[t].win_rate.low, b[t].win_rate.low, 1e-12);
    near(a[t].share_won.high, b[t].share_won.high, 1e-12);
    near(a[t].share_amount.low, b[t].share_amount.low, 1e-12);
    near(a[t].amount_per_lead.high, b[t].amount_per_lead.high, 1e-9);
  }
  /* independent rows: the rows that count are the rows, so that the interval is Wilson's own */
  double low, high;
  lf_wilson(b[2].win_rate.value, b[2].leads.value - 1, &low, &high); /* the n - 1 of the variance */
  near(b[2].win_rate.low, low, 1e-12);
  near(b[2].leads.low, b[2].leads.value / exp(1.959963984540054 / sqrt(b[2].leads.value)), 1e-9);
  free(a);
  free(b);
}

static void nothing_and_everything(void **state) {
  (void)state;
  static const int32_t score[4] = {1, 1, 3, 3};
  static const uint8_t won[4] = {0, 0, 1, 1};
  lf_threshold_rows rows = {.n = 4, .score = score, .minimum = 0, .maximum = 4, .won = won};
  lf_threshold_figures *f = figures_of(&rows);
  near(f[0].share_won.low, 1, 0); /* every lead is kept: nothing to estimate */
  near(f[3].share_won.value, 1, 0);
  assert_true(f[3].share_won.low < 1); /* all of two wins is no certainty */
  assert_true(f[3].win_rate.low < 1 && f[3].win_rate.low > 0);
  near(f[4].leads.value, 0, 0);
  near(f[4].win_rate.value, (double)NAN, 0);
  near(f[4].share_won.value, 0, 0);
  near(f[2].amount_per_lead.value, (double)NAN, 0);
  free(f);
}

/* One deal of a hundred thousand among fifty small ones: the share it lies in rests on little more than one
 * deal. */
static void one_whale_is_one_deal(void **state) {
  (void)state;
  int32_t score[100];
  uint8_t won[100];
  double amount[100];
  for (size_t i = 0; i < 100; i++) {
    score[i] = i < 50;
    won[i] = i % 2 == 0;
    amount[i] = i == 0 ? 100000 : 10;
  }
  lf_threshold_rows rows = {.n = 100, .score = score, .maximum = 1, .won = won, .amount = amount};
  lf_threshold_figures *f = figures_of(&rows);
  double low, high, n = pow(100000 + 49 * 10, 2) / (1e10 + 49 * 100);
  lf_wilson(f[1].share_amount.value, n, &low, &high);
  assert_true(f[1].share_amount.value > 0.99);
  near(f[1].share_amount.low, low, 1e-12);
  assert_true(low < 0.25);
  free(f);
}

/* 600 histories of 150 accounts of 1 to 5 leads whose outcomes go together; the true win rate is 0.3. */
static void intervals_cover(void **state) {
  (void)state;
  uint64_t random = 11;
  int held = 0;
  for (int run = 0; run < 600; run++) {
    int32_t score[750];
    uint8_t won[750];
    uint32_t cluster[750];
    size_t n = 0;
    for (uint32_t c = 0; c < 150; c++) {
      double chance = uniform(&random) < 0.5 ? 0.1 : 0.5;
      size_t leads = 1 + (size_t)(5 * uniform(&random));
      for (size_t k = 0; k < leads; k++, n++) {
        score[n] = uniform(&random) < 0.5;
        won[n] = uniform(&random) < chance;
        cluster[n] = c;
      }
    }
    lf_threshold_rows rows = {
        .n = n, .score = score, .maximum = 1, .won = won, .cluster = cluster, .n_clusters = 150};
    lf_threshold_figures *f = figures_of(&rows);
    held += f[1].win_rate.low <= 0.3 && 0.3 <= f[1].win_rate.high;
    free(f);
  }
  if (held < 555 || held > 587) fail_msg("%d of 600 intervals hold the truth", held);
}

/* ---- exceptions -------------------------------------------------------------------------------------- */

enum { ROWS = 4000 };

typedef struct crowd {
  int32_t score[ROWS];
  uint8_t won[ROWS];
  double expected[ROWS];
  uint16_t first[ROWS], second[ROWS];
  uint32_t cluster[ROWS];
} crowd;

/* Rows win as their score says, but for those below the threshold in band 1 of both attributes: they win by
 * `planted` more. */
static crowd *make_crowd(double planted, uint64_t seed) {
  crowd *m = calloc(1, sizeof *m);
  assert_non_null(m);
  for (size_t i = 0; i < ROWS; i++) {
    m->score[i] = (int32_t)(10 * uniform(&seed));
    m->first[i] = (uint16_t)(3 * uniform(&seed));
    m->second[i] = (uint16_t)(4 * uniform(&seed));
    m->expected[i] = 0.1 + 0.06 * m->score[i];
    bool odd = m->score[i] < 5 && m->first[i] == 1 && m->second[i] == 1;
    m->won[i] = uniform(&seed) < m->expected[i] + (odd ? planted : 0);
    m->cluster[i] = (uint32_t)i;
  }
  return m;
}

static lf_exceptions *exceptions_of(const crowd *m, bool clustered) {
  static const size_t n_bands[2] = {3, 4};
  const uint16_t *code[2] = {m->first, m->second};
  lf_exception_rows rows = {.n = ROWS,
                            .score = m->score,
                            .threshold = 5,
                            .won = m->won,
                            .expected = m->expected,
                            .cluster = clustered ? m->cluster : NULL,
                            .n_clusters = ROWS,
                            .n_attributes = 2,
                            .code = code,
                            .n_bands = n_bands};
  lf_exceptions *e = NULL;
  assert_int_equal(lf_exceptions_make(&rows, &e, NULL), LF_OK);
  return e;
}

static void planted_pattern_is_found(void **state) {
  (void)state;
  crowd *m = make_crowd(0.3, 5);
  lf_exceptions *e = exceptions_of(m, false), *clustered = exceptions_of(m, true);
  assert_true(e->below.n_patterns > 0);
  const lf_exception_pattern *p = &e->below.patterns[0];
  assert_int_equal(p->attribute[0], 0);
  assert_int_equal(p->attribute[1], 1);
  assert_int_equal(p->band[0], 1);
  assert_int_equal(p->band[1], 1);
  assert_true(p->q < 0.001);
  double rows = 0, won = 0, expected = 0, model = 0;
  for (size_t i = 0; i < ROWS; i++) {
    if (m->score[i] >= 5 || m->first[i] != 1 || m->second[i] != 1) continue;
    rows++;
    won += m->won[i];
    expected += m->expected[i];
    model += m->expected[i] * (1 - m->expected[i]);
  }
  near(p->rows, rows, 0);
  near(p->won, won, 0);
  near(p->expected, expected, 1e-9);
  near(p->z, (won - expected) / sqrt(model), 1e-9);
  near(clustered->below.patterns[0].z, p->z * sqrt((rows - 1) / rows),
       1e-9); /* accounts of one row: but for C/(C-1) */
  assert_int_equal(e->tested, 2 * (3 + 4 + 12));
  near(e->below.rows + e->above.rows, ROWS, 0);
  for (size_t i = 0; i < e->above.n_patterns; i++)
    assert_true(e->above.patterns[i].won < e->above.patterns[i].expected);
  lf_exceptions_free(e);
  lf_exceptions_free(clustered);
  free(m);
}

/* Nothing planted: at most about one history in twenty shows a pattern beyond chance. */
static void chance_is_told_as_chance(void **state) {
  (void)state;
  int alarms = 0;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    crowd *m = make_crowd(0, 1000 * seed);
    lf_exceptions *e = exceptions_of(m, false);
    bool any = false;
    for (size_t i = 0; i < e->below.n_patterns; i++) any = any || e->below.patterns[i].q < 0.05;
    for (size_t i = 0; i < e->above.n_patterns; i++) any = any || e->above.patterns[i].q < 0.05;
    alarms += any;
    lf_exceptions_free(e);
    free(m);
  }
  if (alarms > 20) fail_msg("%d of 200 histories without exceptions show one", alarms);
}

/* Every row twice, in one account: twice the wins, four times the variance but for C/(C-1). */
static void doubled_accounts_say_no_more(void **state) {
  (void)state;
  crowd *m = make_crowd(0.3, 5);
  memcpy(m->score + ROWS / 2, m->score, ROWS / 2 * sizeof *m->score);
  memcpy(m->won + ROWS / 2, m->won, ROWS / 2 * sizeof *m->won);
  memcpy(m->expected + ROWS / 2, m->expected, ROWS / 2 * sizeof *m->expected);
  memcpy(m->first + ROWS / 2, m->first, ROWS / 2 * sizeof *m->first);
  memcpy(m->second + ROWS / 2, m->second, ROWS / 2 * sizeof *m->second);
  for (size_t i = 0; i < ROWS; i++) m->cluster[i] = (uint32_t)(i % (ROWS / 2));
  lf_exceptions *e = exceptions_of(m, true);
  double won = 0, expected = 0, model = 0, n = 0;
  for (size_t i = 0; i < ROWS / 2; i++) {
    if (m->score[i] >= 5 || m->first[i] != 1 || m->second[i] != 1) continue;
    n++;
    won += m->won[i];
    expected += m->expected[i];
    model += m->expected[i] * (1 - m->expected[i]);
  }
  const lf_exception_pattern *p = &e->below.patterns[0];
  assert_int_equal(p->attribute[1], 1);
  near(p->won, 2 * won, 0);
  near(p->z, (won - expected) / sqrt(model * n / (n - 1)), 1e-9);
  lf_exceptions_free(e);
  free(m);
}

/* A pattern that is one account says nothing of others. */
static void one_account_is_no_pattern(void **state) {
  (void)state;
  crowd *m = make_crowd(0.3, 5);
  for (size_t i = 0; i < ROWS; i++) m->cluster[i] = m->first[i] == 1 && m->second[i] == 1 ? 0 : (uint32_t)i;
  lf_exceptions *e = exceptions_of(m, true);
  for (size_t i = 0; i < e->below.n_patterns; i++) {
    const lf_exception_pattern *p = &e->below.patterns[i];
    assert_false(p->attribute[1] == 1 && p->band[0] == 1 && p->band[1] == 1);
  }
  lf_exceptions_free(e);
  free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ratios_follow_their_formula), cmocka_unit_test(weights_are_copies),
      cmocka_unit_test(nothing_and_everything),      cmocka_unit_test(intervals_cover),
      cmocka_unit_test(one_whale_is_one_deal),       cmocka_unit_test(planted_pattern_is_found),
      cmocka_unit_test(chance_is_told_as_chance),    cmocka_unit_test(doubled_accounts_say_no_more),
      cmocka_unit_test(one_account_is_no_pattern),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
