/* Partition and points: against every possible answer on small problems. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "band/atoms.h"
#include "band/partition.h"
#include "base/numerics.h"
#include "card/points.h"

enum { N = 11 };

typedef struct small {
  double rows[N], won[N], z[N], h[N];
} small;

static double uniform(uint64_t *seed) {
  *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
  return (double)(*seed >> 11) * 0x1p-53;
}

static small make_small(uint64_t *seed) {
  small s;
  for (int j = 0; j < N; j++) {
    s.rows[j] = 1 + floor(20 * uniform(seed));
    s.won[j] = floor((s.rows[j] + 1) * uniform(seed));
    s.h[j] = 0.5 + uniform(seed);
    s.z[j] = 4 * uniform(seed) - 2;
  }
  return s;
}

/* Cost and level of atoms [i, j). */
static double cost_of(const small *s, bool squared, int i, int j, double *rows, double *won, double *level) {
  double h = 0, hz = 0, hzz = 0;
  *rows = *won = 0;
  for (int a = i; a < j; a++) {
    *rows += s->rows[a];
    *won += s->won[a];
    h += s->h[a];
    hz += s->h[a] * s->z[a];
    hzz += s->h[a] * s->z[a] * s->z[a];
  }
  *level = squared ? hz / h : *won / *rows;
  return squared ? hzz - hz * hz / h : lf_binomial_deviance(*won, *rows - *won);
}

static bool keeps_trend(const double *level, int n, lf_trend trend) {
  int turns_at = -1;
  for (int k = 1; k < n; k++) {
    bool up = level[k] >= level[k - 1];
    switch (trend) {
    case LF_TREND_INCREASING:
      if (level[k] < level[k - 1]) return false;
      break;
    case LF_TREND_DECREASING:
      if (level[k] > level[k - 1]) return false;
      break;
    case LF_TREND_PEAK:
      if (!up)
        turns_at = k;
      else if (turns_at >= 0)
        return false;
      break;
    case LF_TREND_VALLEY:
      if (up)
        turns_at = k;
      else if (turns_at >= 0)
        return false;
      break;
    default: break;
    }
  }
  return true;
}

/* Least penalised cost over all 2^(N-1) partitions. */
static double brute_force(const small *s, bool squared, const lf_partition_options *o) {
  double least = INFINITY;
  for (unsigned mask = 0; mask < 1u << (N - 1); mask++) {
    double total = 0, level[N];
    int bands = 0, from = 0;
    bool allowed = true;
    for (int j = 1; j <= N; j++) {
      if (j < N && !(mask >> (j - 1) & 1)) continue;
      double rows, won;
      total += cost_of(s, squared, from, j, &rows, &won, &level[bands]) + o->penalty;
      allowed = allowed && rows >= o->min_rows && won >= o->min_each && rows - won >= o->min_each;
      bands++;
      from = j;
    }
    if (!allowed || (o->max_bands && (size_t)bands > o->max_bands) || !keeps_trend(level, bands, o->trend))
      continue;
    least = fmin(least, total);
  }
  return least;
}

static void partition_is_exact(void **state) {
  (void)state;
  static const lf_trend trends[] = {LF_TREND_FREE, LF_TREND_INCREASING, LF_TREND_DECREASING};
  uint64_t seed = 42;
  for (int trial = 0; trial < 120; trial++) {
    small s = make_small(&seed);
    bool squared = trial % 2;
    lf_partition_atoms atoms = {.n = N, .rows = s.rows, .won = s.won};
    if (squared) atoms.z = s.z, atoms.h = s.h;
    lf_partition_options o = {
        .penalty = 3 * uniform(&seed), .max_bands = trial % 3 ? 0 : 3, .trend = trends[trial % 9 / 3]};
    if (o.trend == LF_TREND_FREE) { /* with a trend the minima are judged on pooled blocks */
      o.min_rows = floor(30 * uniform(&seed));
      o.min_each = floor(6 * uniform(&seed));
    }
    uint16_t band[N];
    size_t bands = 0;
    double cost = 0, want = brute_force(&s, squared, &o);
    assert_int_equal(lf_partition(&atoms, &o, band, &bands, &cost, NULL), LF_OK);
    if (isinf(want))
      assert_int_equal(bands, 1);
    else
      assert_true(fabs(cost + o.penalty * (double)bands - want) < 1e-9 * (1 + fabs(want)));
    for (int j = 1; j < N; j++) assert_true(band[j] == band[j - 1] || band[j] == band[j - 1] + 1);
    assert_int_equal(band[N - 1] + 1, bands);
  }
}

/* Peak and valley are no better than all free partitions and keep their shape. */
static void peaks_and_valleys_keep_their_shape(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int trial = 0; trial < 60; trial++) {
    small s = make_small(&seed);
    lf_partition_atoms atoms = {.n = N, .rows = s.rows, .won = s.won};
    lf_partition_options o = {.penalty = 0.5, .trend = trial % 2 ? LF_TREND_PEAK : LF_TREND_VALLEY};
    uint16_t band[N];
    size_t bands = 0;
    double cost = 0, level[N], rows, won;
    assert_int_equal(lf_partition(&atoms, &o, band, &bands, &cost, NULL), LF_OK);
    for (int j = 0, from = 0, k = 0; j < N; j++)
      if (j + 1 == N || band[j + 1] != band[j]) {
        cost_of(&s, false, from, j + 1, &rows, &won, &level[k++]);
        from = j + 1;
      }
    assert_true(keeps_trend(level, (int)bands, o.trend));
    o.trend = LF_TREND_FREE;
    assert_true(cost + 0.5 * (double)bands >= brute_force(&s, false, &o) - 1e-9);
  }
}

/* Left to the data: never dearer than free bands by more than one band, and rising where rising bands cost no
 * more than that. */
static void the_data_choose_a_trend(void **state) {
  (void)state;
  uint64_t seed = 11;
  for (int trial = 0; trial < 60; trial++) {
    small s = make_small(&seed);
    if (trial % 2)
      for (int j = 0; j < N; j++)
        s.won[j] = floor(s.rows[j] * (0.1 + 0.06 * j)); /* rises, but for rounding */
    lf_partition_atoms atoms = {.n = N, .rows = s.rows, .won = s.won};
    lf_partition_options o = {.penalty = 1, .trend = LF_TREND_AUTO};
    uint16_t band[N];
    size_t bands = 0;
    double cost = 0, rows, won, level[N];
    assert_int_equal(lf_partition(&atoms, &o, band, &bands, &cost, NULL), LF_OK);
    o.trend = LF_TREND_FREE;
    double free_cost = brute_force(&s, false, &o);
    assert_true(cost + (double)bands <= free_cost + 1 + 1e-9);
    o.trend = LF_TREND_INCREASING;
    if (brute_force(&s, false, &o) > free_cost + 1) continue;
    for (int j = 0, from = 0, k = 0; j < N; j++)
      if (j + 1 == N || band[j + 1] != band[j]) {
        cost_of(&s, false, from, j + 1, &rows, &won, &level[k++]);
        from = j + 1;
      }
    assert_true(keeps_trend(level, (int)bands, LF_TREND_INCREASING) ||
                keeps_trend(level, (int)bands, LF_TREND_DECREASING));
  }
}

static void edges_are_round_numbers(void **state) {
  (void)state;
  static const double cases[][3] = {{48.1, 52.3, 50},        {48.71, 48.73, 48.72}, {-3, 5, 0},
                                    {0.0123, 0.0187, 0.015}, {999, 1001, 1000},     {3, 4, 4},
                                    {-60, -40, -50},         {0.25, 0.35, 0.3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double edge = lf_round_edge(cases[i][0], cases[i][1]);
    assert_true(edge > cases[i][0] && edge <= cases[i][1]);
    assert_true(edge == cases[i][2]);
  }
}

/* ---- points ------------------------------------------------------------------------------------------- */

/* Rise of the quadratic deviance with the slope refitted. */
static double lost(const double *curvature, const double *weight, const int *points, int n) {
  double bab = 0, u = 0, v = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      bab += weight[i] * curvature[i * n + j] * weight[j];
      u += points[i] * curvature[i * n + j] * weight[j];
      v += points[i] * curvature[i * n + j] * points[j];
    }
  return v > 0 ? bab - u * u / v : bab;
}

static void points_reach_both_ends_and_beat_plain_rounding(void **state) {
  (void)state;
  enum { A = 3, K = 4, P = A * K };
  uint64_t seed = 3;
  for (int trial = 0; trial < 50; trial++) {
    double weight[P], root[P * P], curvature[P * P];
    for (int i = 0; i < P; i++) weight[i] = 2 * uniform(&seed) - 1;
    for (int i = 0; i < P * P; i++) root[i] = uniform(&seed) - 0.5;
    for (int i = 0; i < P; i++)
      for (int j = 0; j < P; j++) {
        curvature[i * P + j] = i == j ? 1 : 0;
        for (int k = 0; k < P; k++) curvature[i * P + j] += root[i * P + k] * root[j * P + k];
      }
    const size_t first[A] = {0, K, 2 * K}, count[A] = {K, K, K};
    lf_points_problem problem = {.n = P,
                                 .weight = weight,
                                 .curvature = curvature,
                                 .n_attributes = A,
                                 .first = first,
                                 .count = count,
                                 .maximum = 20};
    lf_points_answer answer = {0};
    assert_int_equal(lf_points_choose(&problem, &answer, NULL), LF_OK);
    int low = 0, high = 0;
    for (int a = 0; a < A; a++) {
      int least = 1000, most = -1000;
      for (int i = a * K; i < (a + 1) * K; i++) {
        least = answer.points[i] < least ? answer.points[i] : least;
        most = answer.points[i] > most ? answer.points[i] : most;
      }
      low += least;
      high += most;
    }
    assert_int_equal(low, 0);
    assert_int_equal(high, 20);
    assert_true(fabs(answer.loss - lost(curvature, weight, answer.points, P)) < 1e-9);
    assert_true(answer.loss <= answer.loss_plain + 1e-12);
    free(answer.points);
  }
}

/* Weights that are integers already lose nothing. */
static void whole_weights_are_kept(void **state) {
  (void)state;
  const double weight[] = {0, 3, 7, 0, 3};
  double curvature[25] = {0};
  for (int i = 0; i < 5; i++) curvature[i * 5 + i] = 1 + i;
  const size_t first[] = {0, 3}, count[] = {3, 2};
  lf_points_problem problem = {.n = 5,
                               .weight = weight,
                               .curvature = curvature,
                               .n_attributes = 2,
                               .first = first,
                               .count = count,
                               .maximum = 10};
  lf_points_answer answer = {0};
  assert_int_equal(lf_points_choose(&problem, &answer, NULL), LF_OK);
  const int want[] = {0, 3, 7, 0, 3};
  for (int i = 0; i < 5; i++) assert_int_equal(answer.points[i], want[i]);
  free(answer.points);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(partition_is_exact),
      cmocka_unit_test(peaks_and_valleys_keep_their_shape),
      cmocka_unit_test(the_data_choose_a_trend),
      cmocka_unit_test(edges_are_round_numbers),
      cmocka_unit_test(points_reach_both_ends_and_beat_plain_rounding),
      cmocka_unit_test(whole_weights_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
