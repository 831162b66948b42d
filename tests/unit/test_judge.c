/* The judge against figures worked by hand, against plain definitions over all pairs, and against itself
 * where two ways must agree (weights and copied rows, accounts of one row and no accounts, any order of rows,
 * any number of threads). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "judge/judge.h"
#include "near.h"

static uint64_t next_random(uint64_t *state) { /* splitmix64: known rows, the same everywhere */
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static double uniform(uint64_t *state) {
  return (double)(next_random(state) >> 11) * 0x1p-53;
}

/* ---- twelve rows with ties, worked by hand ---------------------------------------------------------- */

static const uint8_t tiny_won[12] = {1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0};
static const double tiny_p[12] = {.9, .8, .8, .8, .6, .6, .6, .4, .4, .2, .2, .2};

static lf_judgement judge_tiny(void) {
  lf_judge_rows rows = {.n = 12, .score = tiny_p, .probability = tiny_p, .won = tiny_won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  return j;
}

static void tiny_ranks(void **state) {
  (void)state;
  lf_judgement j = judge_tiny();
  near(j.rows, 12, 0);
  near(j.won, 5, 0);
  assert_int_equal(j.distinct_scores, 5);
  /* won .9 beats 7; each .8 beats 6 and ties 1; .6 beats 4 and ties 2; .2 ties 2: 7 + 13 + 5 + 1 = 26 of 35
   */
  near(j.auc.value, 26.0 / 35, 1e-15);
  near(j.gini, 2 * 26.0 / 35 - 1, 1e-15);
  /* at or below .2, .4, .6, .8: won 1, 1, 2, 4 of 5; lost 2, 4, 6, 7 of 7: widest at .6 */
  near(j.ks, 6.0 / 7 - 2.0 / 5, 1e-15);
  near(j.ks_at, .6, 0);
  /* step sum: 1/5 * 1/1 + 2/5 * 3/4 + 1/5 * 4/7 + 0 + 1/5 * 5/12 */
  near(j.average_precision, .2 + .4 * .75 + .2 * 4 / 7 + .2 * 5 / 12, 1e-15);
  /* V10 of won: 1, 13/14 twice, 5/7, 1/7; V01 of lost: .8 -> (1 + 1)/5, .6 -> 3.5/5 twice, .4 -> 4/5 twice,
   * .2 -> 4.5/5 twice */
  double a = 26.0 / 35, v10[] = {1, 13.0 / 14, 13.0 / 14, 5.0 / 7, 1.0 / 7},
         v01[] = {.4, .7, .7, .8, .8, .9, .9};
  double s10 = 0, s01 = 0;
  for (int i = 0; i < 5; i++) s10 += (v10[i] - a) * (v10[i] - a) / 4;
  for (int i = 0; i < 7; i++) s01 += (v01[i] - a) * (v01[i] - a) / 6;
  double se = sqrt(s10 / 5 + s01 / 7);
  near(j.auc.std_error, se, 1e-15);
  near(j.auc.std_error, 0.170333805928761, 1e-14); /* pROC 1.18.0 */
  near(j.auc.low, a - 1.959963984540054 * se, 1e-12);
  near(j.auc.high, 1, 0); /* clipped */
}

static void tiny_losses(void **state) {
  (void)state;
  lf_judgement j = judge_tiny();
  double log_loss = 0, brier = 0;
  for (int i = 0; i < 12; i++) {
    log_loss -= log(tiny_won[i] ? tiny_p[i] : 1 - tiny_p[i]) / 12;
    brier += (tiny_won[i] - tiny_p[i]) * (tiny_won[i] - tiny_p[i]) / 12;
  }
  near(j.log_loss, log_loss, 1e-15);
  near(j.brier, brier, 1e-15);
  near(j.brier_null, 5.0 / 12 * 7 / 12, 1e-15);
  near(j.brier_skill, 1 - brier / (35.0 / 144), 1e-14);
  near(j.null_log_loss, -(5.0 / 12 * log(5.0 / 12) + 7.0 / 12 * log(7.0 / 12)), 1e-15);
  near(j.observed_over_expected, 5 / 6.5, 1e-14);
  near(j.infinite_log_loss, 0, 0);
}

static void tiny_calibration(void **state) {
  (void)state;
  /* Wanted: R 4.2.2 glm(y ~ qlogis(p)), glm(y ~ offset(qlogis(p))); the two standard errors of the first by
   * Newton to the end, 4e-8 from R's, which come from the step before the last. */
  lf_judgement j = judge_tiny();
  near(j.calibration_slope.value, 0.816433902348113, 1e-12);
  near(j.calibration_slope.std_error, 0.603216966106985, 1e-11);
  near(j.calibration_intercept.value, -0.588828601434818, 1e-12);
  near(j.calibration_intercept.std_error, 0.6876790600493, 1e-11);
  near(j.in_the_large.value, -0.664926316459615, 1e-12);
  near(j.in_the_large.std_error, 0.670094240413766, 1e-9);
  near(j.calibration_slope.high, 0.816433902348113 + 1.959963984540054 * 0.603216966106985, 1e-11);
  near(j.spiegelhalter_z, 0.595491334175414, 1e-12);
  near(j.spiegelhalter_p, 0.551515090011873, 1e-10);
}

static void tiny_lift(void **state) {
  (void)state;
  lf_judgement j = judge_tiny();
  /* a decile is 1.2 rows: the won .9, and .2 of the block at .8, which won 2 of 3 */
  near(j.lift[0].won, 1 + .2 * 2 / 3, 1e-14);
  near(j.lift[0].expected, .9 + .2 * .8, 1e-14);
  near(j.lift[0].lift, (1 + .2 * 2 / 3) / 1.2 / (5.0 / 12), 1e-13);
  near(j.lift[0].score_from, .8, 0);
  near(j.lift[1].cumulative_gain, (1 + 1.4 * 2 / 3) / 5, 1e-14);
  near(j.lift[6].lift, 0, 1e-12); /* rows 7.2 to 8.4 lie inside the block at .4, which won none */
  near(j.lift[9].cumulative_gain, 1, 1e-14);
  near(j.top_won[0], .6 / 5, 1e-15); /* 5 % is 0.6 of the first row */
  near(j.top_won[1], j.lift[0].cumulative_gain, 0);
  near(j.top_won[2], j.lift[1].cumulative_gain, 0);
  assert_true(isnan(j.lift[0].amount) && isnan(j.revenue_gini) && isnan(j.amount));
}

/* ---- revenue ---------------------------------------------------------------------------------------- */

static void revenue_by_hand(void **state) {
  (void)state;
  const double score[] = {4, 3, 2, 1};
  const uint8_t won[] = {1, 0, 1, 1};
  const double amount[] = {10, 99, NAN, 30}; /* a lost row's amount and an unknown one are no revenue */
  lf_judge_rows rows = {.n = 4, .score = score, .won = won, .amount = amount};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.amount, 40, 0);
  /* curve 0, 1/4, 1/4, 1/4, 1: area (1/8 + 1/4 + 1/4 + 5/8) / 4 = 5/16; perfect 3/4, 1, 1, 1: (3/8 + 7/8 + 2)
   * / 4 = 13/16 */
  near(j.revenue_gini, 2 * 5.0 / 16 - 1, 1e-15);
  near(j.revenue_gini_normalised, (2 * 5.0 / 16 - 1) / (2 * 13.0 / 16 - 1), 1e-15);
  near(j.top_amount[2], .2 * 4 * .25, 1e-15); /* 0.8 rows of the first, which holds a quarter */
  near(j.lift[9].cumulative_amount, 1, 1e-15);
  assert_true(isnan(j.brier) && isnan(j.log_loss) && isnan(j.calibration_slope.value));
}

/* ---- many rows: plain definitions ------------------------------------------------------------------- */

enum { N = 700, CLUSTERS = 90 };

typedef struct sample {
  double score[N], p[N], weight[N], amount[N], other[N];
  uint8_t won[N];
  uint32_t cluster[N];
} sample;

/* Scores of `levels` values, 0 for as many as there are rows. */
static void draw(sample *s, uint64_t seed, int levels) {
  for (int i = 0; i < N; i++) {
    double x = 4 * uniform(&seed) - 2;
    if (levels) x = floor(x * levels / 4) * 4 / levels;
    s->score[i] = x;
    s->p[i] = lf_expit(1.3 * x - .4);
    s->won[i] = uniform(&seed) < lf_expit(x - .3);
    s->weight[i] = (double)(next_random(&seed) % 4);
    s->amount[i] = s->won[i] ? floor(1000 * uniform(&seed)) : NAN;
    s->cluster[i] = (uint32_t)(next_random(&seed) % CLUSTERS);
    s->other[i] = x + 2 * uniform(&seed);
  }
}

static lf_judge_rows rows_of(const sample *s) {
  return (lf_judge_rows){.n = N, .score = s->score, .probability = s->p, .won = s->won, .amount = s->amount};
}

static double psi(double won, double lost) {
  return won > lost ? 1 : won == lost ? .5 : 0;
}

/* Placement values over all pairs. */
static double place(const sample *s, const double *score, int i) {
  double sum = 0, n = 0;
  for (int k = 0; k < N; k++) {
    if (s->won[k] == s->won[i]) continue;
    sum += s->won[i] ? psi(score[i], score[k]) : psi(score[k], score[i]);
    n++;
  }
  return sum / n;
}

static void auc_by_pairs(void **state) {
  (void)state;
  const int levels[] = {0, 7, 64};
  for (int l = 0; l < 3; l++) {
    sample s;
    draw(&s, 11, levels[l]);
    if (l == 1)
      for (int i = 0; i < N; i++) s.score[i] = round(s.score[i] * 7 / 4); /* integers: the counting way */
    double a = 0, m = 0, v[2] = {0, 0};
    for (int i = 0; i < N; i++) {
      if (s.won[i]) a += place(&s, s.score, i);
      m += s.won[i];
    }
    a /= m;
    for (int i = 0; i < N; i++) v[s.won[i]] += pow(place(&s, s.score, i) - a, 2);
    lf_judge_rows rows = rows_of(&s);
    lf_judgement j;
    assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
    near(j.auc.value, a, 1e-14);
    near(j.auc.std_error, sqrt(v[1] / (m - 1) / m + v[0] / (N - m - 1) / (N - m)), 1e-14);
  }
}

/* Obuchowski's variance, written out as her formula stands. */
static double obuchowski(const sample *s, const double *value, double mean) {
  double e[CLUSTERS] = {0}, f[CLUSTERS] = {0}, m = 0, i10 = 0, i01 = 0, i = 0, s10 = 0, s01 = 0, s11 = 0;
  int has[CLUSTERS] = {0};
  for (int k = 0; k < N; k++) {
    (s->won[k] ? e : f)[s->cluster[k]] += value[k] - mean;
    has[s->cluster[k]] |= s->won[k] ? 1 : 2;
    m += s->won[k];
  }
  double n = N - m;
  for (int c = 0; c < CLUSTERS; c++) {
    i10 += has[c] & 1;
    i01 += (has[c] & 2) / 2;
    i += has[c] != 0;
    s10 += e[c] * e[c];
    s01 += f[c] * f[c];
    s11 += e[c] * f[c];
  }
  s10 *= i10 / ((i10 - 1) * m);
  s01 *= i01 / ((i01 - 1) * n);
  s11 *= i / (i - 1);
  return s10 / m + s01 / n + 2 * s11 / (m * n);
}

static void accounts(void **state) {
  (void)state;
  sample s;
  double value[N], other[N], mean = 0, m = 0, mean_other = 0;
  draw(&s, 5, 20);
  for (int i = 0; i < N; i++) {
    value[i] = place(&s, s.score, i);
    other[i] = place(&s, s.other, i);
    if (!s.won[i]) continue;
    mean += value[i];
    mean_other += other[i];
    m++;
  }
  lf_judge_rows rows = rows_of(&s);
  rows.cluster = s.cluster;
  rows.n_clusters = CLUSTERS;
  lf_judgement j;
  lf_paired_auc pair;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.auc.std_error, sqrt(obuchowski(&s, value, mean / m)), 1e-14);
  assert_int_equal(lf_compare_auc(&rows, s.other, NULL, &pair, NULL), LF_OK);
  for (int i = 0; i < N; i++) value[i] -= other[i];
  near(pair.difference, (mean - mean_other) / m, 1e-14);
  near(pair.std_error, sqrt(obuchowski(&s, value, (mean - mean_other) / m)), 1e-14);
  near(pair.z, pair.difference / pair.std_error, 1e-12);
}

/* Sandwich over accounts, written out: H^-1 (sum of g_c g_c') H^-1 C/(C-1), at the slope and intercept found.
 */
static void calibration_over_accounts(void **state) {
  (void)state;
  sample s;
  lf_judgement j;
  double g[CLUSTERS][2] = {{0}}, h00 = 0, h01 = 0, h11 = 0, b00 = 0, b01 = 0, b11 = 0, level = 0, info = 0,
         gl[CLUSTERS] = {0};
  draw(&s, 9, 0);
  lf_judge_rows rows = rows_of(&s);
  rows.cluster = s.cluster;
  rows.n_clusters = CLUSTERS;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  for (int i = 0; i < N; i++) {
    double x = 1.3 * s.score[i] - .4,
           mu = lf_expit(j.calibration_intercept.value + j.calibration_slope.value * x);
    double m1 = lf_expit(j.in_the_large.value + x), v = mu * (1 - mu);
    g[s.cluster[i]][0] += s.won[i] - mu;
    g[s.cluster[i]][1] += (s.won[i] - mu) * x;
    gl[s.cluster[i]] += s.won[i] - m1;
    h00 += v;
    h01 += v * x;
    h11 += v * x * x;
    info += m1 * (1 - m1);
  }
  for (int c = 0; c < CLUSTERS; c++) {
    b00 += g[c][0] * g[c][0];
    b01 += g[c][0] * g[c][1];
    b11 += g[c][1] * g[c][1];
    level += gl[c] * gl[c];
  }
  double det = h00 * h11 - h01 * h01,
         scale = CLUSTERS / (CLUSTERS - 1.0); /* 700 rows leave none of 90 accounts out */
  double slope = (h01 * h01 * b00 - 2 * h01 * h00 * b01 + h00 * h00 * b11) / det / det;
  double intercept = (h11 * h11 * b00 - 2 * h11 * h01 * b01 + h01 * h01 * b11) / det / det;
  near(j.calibration_slope.std_error, sqrt(scale * slope), 1e-9);
  near(j.calibration_intercept.std_error, sqrt(scale * intercept), 1e-9);
  near(j.in_the_large.std_error, sqrt(scale * level) / info, 1e-9);
}

static void accounts_of_one_row(void **state) {
  (void)state;
  sample s;
  uint32_t own[N];
  lf_judgement a, b;
  lf_paired_auc pa, pb;
  draw(&s, 6, 20);
  for (uint32_t i = 0; i < N; i++) own[i] = i;
  lf_judge_rows rows = rows_of(&s);
  assert_int_equal(lf_judge(&rows, true, NULL, &a, NULL), LF_OK);
  assert_int_equal(lf_compare_auc(&rows, s.other, NULL, &pa, NULL), LF_OK);
  rows.cluster = own;
  rows.n_clusters = N;
  assert_int_equal(lf_judge(&rows, true, NULL, &b, NULL), LF_OK);
  assert_int_equal(lf_compare_auc(&rows, s.other, NULL, &pb, NULL), LF_OK);
  near(b.auc.std_error, a.auc.std_error, 1e-14);
  near(pb.std_error, pa.std_error, 1e-14);
}

/* ---- weights --------------------------------------------------------------------------------------- */

typedef struct copies {
  size_t n;
  double score[4 * N], p[4 * N], amount[4 * N], other[4 * N];
  uint8_t won[4 * N];
  uint32_t cluster[4 * N];
} copies;

static void copy_rows(const sample *s, copies *c) {
  c->n = 0;
  for (int i = 0; i < N; i++)
    for (int k = 0; k < (int)s->weight[i]; k++) {
      c->score[c->n] = s->score[i];
      c->p[c->n] = s->p[i];
      c->amount[c->n] = s->amount[i];
      c->other[c->n] = s->other[i];
      c->won[c->n] = s->won[i];
      c->cluster[c->n++] = s->cluster[i];
    }
}

static void same_figures(const lf_judgement *a, const lf_judgement *b, double tolerance) {
  near(a->rows, b->rows, 0);
  near(a->won, b->won, 0);
  near(a->amount, b->amount, 1e-9);
  near(a->auc.value, b->auc.value, tolerance);
  near(a->auc.std_error, b->auc.std_error, tolerance);
  near(a->ks, b->ks, tolerance);
  near(a->ks_at, b->ks_at, 0);
  near(a->average_precision, b->average_precision, tolerance);
  near(a->log_loss, b->log_loss, tolerance);
  near(a->brier, b->brier, tolerance);
  near(a->calibration_slope.value, b->calibration_slope.value, 1e-10);
  near(a->calibration_slope.std_error, b->calibration_slope.std_error, 1e-8);
  near(a->in_the_large.value, b->in_the_large.value, 1e-10);
  near(a->spiegelhalter_z, b->spiegelhalter_z, 1e-10);
  near(a->hosmer_lemeshow.chi2, b->hosmer_lemeshow.chi2, 1e-9);
  assert_int_equal(a->hosmer_lemeshow.groups, b->hosmer_lemeshow.groups);
  near(a->ece, b->ece, tolerance);
  near(a->revenue_gini, b->revenue_gini, tolerance);
  near(a->revenue_gini_normalised, b->revenue_gini_normalised, tolerance);
  for (int d = 0; d < LF_LIFT_ROWS; d++) {
    near(a->lift[d].won, b->lift[d].won, 1e-9);
    near(a->lift[d].amount, b->lift[d].amount, 1e-6);
    near(a->lift[d].expected, b->lift[d].expected, 1e-9);
  }
}

static void weights_are_copies(void **state) {
  (void)state;
  const int levels[] = {0, 40};
  for (int l = 0; l < 2; l++) {
    for (int clustered = 0; clustered < 2; clustered++) {
      sample s;
      copies c;
      lf_judgement a, b;
      lf_paired_auc pa, pb;
      draw(&s, 21, levels[l]);
      copy_rows(&s, &c);
      lf_judge_rows x = rows_of(&s);
      lf_judge_rows y = {.n = c.n, .score = c.score, .probability = c.p, .won = c.won, .amount = c.amount};
      x.weight = s.weight;
      x.cluster = clustered ? s.cluster : NULL;
      y.cluster = clustered ? c.cluster : NULL;
      x.n_clusters = y.n_clusters = CLUSTERS;
      assert_int_equal(lf_judge(&x, false, NULL, &a, NULL), LF_OK);
      assert_int_equal(lf_judge(&y, false, NULL, &b, NULL), LF_OK);
      same_figures(&a, &b, 1e-13);
      assert_int_equal(lf_compare_auc(&x, s.other, NULL, &pa, NULL), LF_OK);
      assert_int_equal(lf_compare_auc(&y, c.other, NULL, &pb, NULL), LF_OK);
      near(pa.std_error, pb.std_error, 1e-13);
      near(pa.p, pb.p, 1e-12);
    }
  }
}

static void nothing_of_weight_zero(void **state) {
  (void)state;
  const double score[] = {1, 2, NAN, 3}, weight[] = {1, 1, 0, 1}, p[] = {.1, .5, 7, .9};
  const uint8_t won[] = {0, 1, 1, 1};
  lf_judge_rows rows = {.n = 4, .score = score, .probability = p, .won = won, .weight = weight};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.rows, 3, 0);
  near(j.auc.value, 1, 0);
  near(j.brier, (.01 + .25 + .01) / 3, 1e-15);
}

/* ---- order, threads -------------------------------------------------------------------------------- */

static void order_of_rows_never_matters(void **state) {
  (void)state;
  sample s, t;
  lf_judgement a, b;
  draw(&s, 31, 12);
  for (int i = 0; i < N; i++) {
    int from = (i * 349 + 17) % N; /* 349 and 700 share no factor */
    t.score[i] = s.score[from];
    t.p[i] = s.p[from];
    t.amount[i] = s.amount[from];
    t.won[i] = s.won[from];
  }
  lf_judge_rows x = rows_of(&s), y = rows_of(&t);
  assert_int_equal(lf_judge(&x, true, NULL, &a, NULL), LF_OK);
  assert_int_equal(lf_judge(&y, true, NULL, &b, NULL), LF_OK);
  same_figures(&a, &b, 1e-13);
}

static void threads_never_matter(void **state) {
  (void)state;
  enum { MANY = 150000 };
  double *score = malloc(MANY * sizeof *score), *p = malloc(MANY * sizeof *p),
         *amount = malloc(MANY * sizeof *amount);
  uint8_t *won = malloc(MANY);
  assert_true(score && p && amount && won);
  for (int integers = 0; integers < 2; integers++) {
    uint64_t seed = 8;
    for (int i = 0; i < MANY; i++) {
      score[i] = 6 * uniform(&seed) - 4;
      if (integers) score[i] = floor(score[i] * 10);
      p[i] = lf_expit(integers ? score[i] / 10 : score[i]);
      won[i] = uniform(&seed) < p[i];
      amount[i] = 1e4 * uniform(&seed);
    }
    lf_judge_rows rows = {.n = MANY, .score = score, .probability = p, .won = won, .amount = amount};
    lf_run one = {.threads = 1}, three = {.threads = 3};
    lf_judgement a, b;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    assert_int_equal(lf_judge(&rows, true, &one, &a, NULL), LF_OK);
    assert_int_equal(lf_judge(&rows, true, &three, &b, NULL), LF_OK);
    assert_memory_equal(&a, &b, sizeof a);
    /* p is the truth here: slope 1 and level 0 within four standard errors */
    near(a.calibration_slope.value, 1, 4 * a.calibration_slope.std_error);
    near(a.in_the_large.value, 0, 4 * a.in_the_large.std_error);
    assert_true(a.calibration_slope.std_error < .02 && a.calibration_slope.std_error > 0);
  }
  free(score);
  free(p);
  free(amount);
  free(won);
}

/* ---- edges ----------------------------------------------------------------------------------------- */

static void one_score_for_all(void **state) {
  (void)state;
  const double score[] = {5, 5, 5, 5, 5}, p[] = {.4, .4, .4, .4, .4};
  const uint8_t won[] = {1, 0, 0, 1, 0};
  lf_judge_rows rows = {.n = 5, .score = score, .probability = p, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.auc.value, .5, 0);
  near(j.ks, 0, 0);
  near(j.gini, 0, 0);
  near(j.average_precision, .4, 1e-16);
  near(j.in_the_large.value, 0, 1e-12);
  assert_true(isnan(j.calibration_slope.value)); /* one value of p has no slope */
  assert_int_equal(j.n_calibration, 1);
  near(j.calibration[0].win_rate, .4, 1e-16);
  near(j.lift[0].lift, 1, 1e-14);
}

static void one_class(void **state) {
  (void)state;
  const double score[] = {1, 2, 3}, p[] = {.2, .3, .4};
  const uint8_t won[] = {0, 0, 0};
  lf_judge_rows rows = {.n = 3, .score = score, .probability = p, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  assert_true(isnan(j.auc.value) && isnan(j.auc.std_error) && isnan(j.ks) && isnan(j.average_precision));
  assert_true(isnan(j.in_the_large.value) && isnan(j.calibration_slope.value));
  near(j.brier, (.04 + .09 + .16) / 3, 1e-16);
  near(j.observed_over_expected, 0, 0);
}

static void certain_probabilities(void **state) {
  (void)state;
  const double p[] = {0, 1, .3, .6, .4, .7}, wrong[] = {1, 1, .3, .6, .4, .7};
  const uint8_t won[] = {0, 1, 0, 1, 1, 0};
  lf_judge_rows rows = {.n = 6, .score = p, .probability = p, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK); /* right where certain: 0 log 0 = 0 */
  near(j.log_loss, -(log(.7) + log(.6) + log(.4) + log(.3)) / 6, 1e-15);
  near(j.infinite_log_loss, 0, 0);
  near(j.calibration_left_out, 2, 0);
  assert_true(isfinite(j.calibration_slope.value));
  rows.probability = wrong;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  assert_true(isinf(j.log_loss) && j.log_loss > 0);
  near(j.infinite_log_loss, 1, 0);
}

static void separated(void **state) {
  (void)state;
  const double p[] = {.1, .2, .3, .6, .7};
  const uint8_t won[] = {0, 0, 0, 1, 1};
  lf_judge_rows rows = {.n = 5, .score = p, .probability = p, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  near(j.auc.value, 1, 0);
  assert_true(isnan(j.calibration_slope.value) && isnan(j.calibration_intercept.value)); /* no finite slope */
  assert_true(isfinite(j.in_the_large.value));
}

static void extreme_scores(void **state) {
  (void)state;
  const double score[] = {-INFINITY, -1e300, -0.0, 0.0, 1e-310, 5e299, INFINITY};
  const uint8_t won[] = {0, 0, 1, 0, 1, 0, 1};
  lf_judge_rows rows = {.n = 7, .score = score, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  assert_int_equal(j.distinct_scores, 6); /* -0 and 0 are one score */
  near(j.auc.value, (2.5 + 3 + 4) / 12, 1e-15);
}

/* Scores that differ in their last bits only, in long runs and short ones, among far ones: the order must be
 * that of the whole number. */
static void scores_alike_but_for_the_last_bits(void **state) {
  (void)state;
  enum { MANY = 6000 };
  static double close[MANY], rank[MANY], plain[MANY];
  static uint8_t won[MANY];
  uint64_t seed = 77;
  for (int i = 0; i < MANY; i++) {
    int at = (i * 1009) % MANY; /* every place once */
    close[i] = at < 40     ? -1e300 + at * 1e285
               : at < 4000 ? 1 + at * 0x1p-52
               : at < 4010 ? 1e9 + at * 0x1p-23
                           : at * 1e290;
    rank[i] = at + .5;
    plain[i] = at % 4000; /* integers, for the counting way */
    won[i] = uniform(&seed) < (at % 4000) / 5000.0;
  }
  lf_judge_rows a = {.n = MANY, .score = close, .won = won}, b = {.n = MANY, .score = rank, .won = won};
  lf_judgement x, y;
  double pairs = 0, m = 0;
  assert_int_equal(lf_judge(&a, true, NULL, &x, NULL), LF_OK);
  assert_int_equal(lf_judge(&b, true, NULL, &y, NULL), LF_OK);
  assert_int_equal(x.distinct_scores, MANY);
  near(x.auc.value, y.auc.value, 0);
  near(x.auc.std_error, y.auc.std_error, 0);
  for (int i = 0; i < MANY; i++) {
    m += won[i];
    for (int k = 0; won[i] && k < MANY; k++) pairs += won[k] ? 0 : rank[i] > rank[k];
  }
  near(x.auc.value, pairs / m / (MANY - m), 1e-14);
  a.score = plain;
  assert_int_equal(lf_judge(&a, true, NULL, &x, NULL), LF_OK);
  assert_int_equal(x.distinct_scores, 4000);
}

static void refused(void **state) {
  (void)state;
  double score[] = {1, 2}, p[] = {.2, .3}, weight[] = {1, 1};
  const uint8_t won[] = {0, 1};
  const uint32_t cluster[] = {0, 2};
  lf_judge_rows rows = {.n = 2, .score = score, .probability = p, .won = won, .weight = weight};
  lf_judgement j;
  lf_error err = {.message = ""};
  lf_judge_rows none = rows;
  none.n = 0;
  assert_int_equal(lf_judge(&none, true, NULL, &j, &err), LF_E_DATA);
  score[1] = NAN;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, &err), LF_E_DATA);
  assert_non_null(strstr(err.message, "row 2"));
  score[1] = 2;
  p[0] = 1.0000001;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, &err), LF_E_DATA);
  p[0] = .2;
  weight[0] = -1;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, &err), LF_E_DATA);
  weight[0] = weight[1] = 0;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, &err), LF_E_DATA);
  weight[0] = weight[1] = 1;
  rows.cluster = cluster;
  rows.n_clusters = 2;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, &err), LF_E_USAGE);
}

static void same_order_differs_in_nothing(void **state) {
  (void)state;
  const double a[] = {1, 2, 3, 4, 5}, b[] = {10, 20, 30, 40, 50};
  const uint8_t won[] = {0, 1, 0, 1, 1};
  lf_judge_rows rows = {.n = 5, .score = a, .won = won};
  lf_paired_auc pair;
  assert_int_equal(lf_compare_auc(&rows, b, NULL, &pair, NULL), LF_OK);
  near(pair.difference, 0, 0);
  near(pair.p, 1, 0);
}

/* ---- drift ----------------------------------------------------------------------------------------- */

static void psi_by_hand(void **state) {
  (void)state;
  const double expected[] = {100, 200, 400, 200, 100}, actual[] = {90, 160, 380, 240, 130};
  double value = 0, critical = 0, want = 0;
  for (int k = 0; k < 5; k++) want += (actual[k] - expected[k]) / 1000 * log(actual[k] / expected[k]);
  assert_int_equal(lf_psi(expected, actual, 5, .05, &value, &critical, NULL), LF_OK);
  near(value, want, 1e-15);
  near(critical, 9.487729036781154 * (2.0 / 1000), 1e-12); /* chi-squared, 4 degrees of freedom, 95 % */
}

static void psi_with_empty_bins(void **state) {
  (void)state;
  const double expected[] = {10, 0, 0, 30}, actual[] = {5, 5, 0, 30};
  double value = 0, critical = 0, p[] = {10.5 / 41.5, .5 / 41.5, 30.5 / 41.5},
         q[] = {5.5 / 41.5, 5.5 / 41.5, 30.5 / 41.5};
  double want = 0;
  for (int k = 0; k < 3; k++) want += (q[k] - p[k]) * log(q[k] / p[k]);
  assert_int_equal(lf_psi(expected, actual, 4, .05, &value, &critical, NULL), LF_OK);
  near(value, want, 1e-14);
  near(critical, 5.991464547107979 * (2.0 / 40), 1e-12); /* the bin empty in both is no bin */
  const double nothing[] = {0, 0, 0, 0};
  assert_int_equal(lf_psi(expected, nothing, 4, .05, &value, &critical, NULL), LF_E_DATA);
}

static void woe_by_hand(void **state) {
  (void)state;
  const double won[] = {6, 3, 5}, lost[] = {4, 7, 0};
  double woe[3], iv = 0;
  assert_int_equal(lf_woe(won, lost, 3, .5, woe, &iv, NULL), LF_OK);
  near(woe[0], log((6.5 / 15.5) / (4.5 / 12.5)), 1e-15);
  near(woe[2], log((5.5 / 15.5) / (.5 / 12.5)), 1e-15);
  near(iv, 1.06196438908667, 1e-13);
  assert_int_equal(lf_woe(won, lost, 2, .5, woe, &iv, NULL), LF_OK); /* no empty cell: nothing is added */
  near(woe[0], log((6.0 / 9) / (4.0 / 11)), 1e-15);
  assert_int_equal(lf_woe(won, lost, 3, 0, woe, &iv, NULL), LF_OK);
  assert_true(isinf(woe[2]) && woe[2] > 0 && isinf(iv));
}

/* ---- groups ---------------------------------------------------------------------------------------- */

static void hosmer_with_shared_cuts(void **state) {
  (void)state;
  /* 20 rows at three values: the quantiles hold .1, .5 and .9 (type 7), so groups are (<= .1), (.1, .5], (.5,
   * .9] */
  double p[20], score[20];
  uint8_t won[20];
  for (int i = 0; i < 20; i++) {
    p[i] = i < 8 ? .1 : i < 14 ? .5 : .9;
    won[i] = i == 0 || (i >= 8 && i < 12) || i >= 15;
    score[i] = -p[i]; /* another order than that of p: groups are of p all the same */
  }
  lf_judge_rows rows = {.n = 20, .score = score, .probability = p, .won = won};
  lf_judgement j;
  assert_int_equal(lf_judge(&rows, true, NULL, &j, NULL), LF_OK);
  /* position 19 * j / 10: 0, 1.9, 3.8, 5.7, 7.6 (between .1 and .5: .34), 9.5, 11.4, 13.3 (.62), 15.2, 17.1,
   * 19 */
  const lf_hosmer_lemeshow *h = &j.hosmer_lemeshow;
  assert_int_equal(h->groups, 3);
  near(h->cut[0], .1, 0);
  near(h->cut[1], .4 * .1 + .6 * .5, 1e-15);
  near(h->cut[2], .5, 0);
  near(h->n[0], 8, 0);
  near(h->n[1], 6, 0);
  near(h->observed[2], 5, 0);
  double chi2 =
      pow(1 - .8, 2) / .8 + pow(.2, 2) / 7.2 + 2 * 1.0 / 3 + pow(5 - 5.4, 2) / 5.4 + pow(.4, 2) / .6;
  near(h->chi2, chi2, 1e-13);
  near(h->df, 3, 0);
  near(j.ece, (8 * fabs(.1 - 1.0 / 8) + 6 * fabs(.5 - 4.0 / 6) + 6 * fabs(.9 - 5.0 / 6)) / 20, 1e-15);
  assert_int_equal(lf_judge(&rows, false, NULL, &j, NULL), LF_OK);
  near(j.hosmer_lemeshow.df, 1, 0);
  /* Wilson 4 of 6: (4/6 + z^2/12 ± z sqrt(4/6 * 2/6 / 6 + z^2/144)) / (1 + z^2/6) */
  double z = 1.959963984540054, centre = (4.0 / 6 + z * z / 12) / (1 + z * z / 6);
  near(j.calibration[1].low, centre - z * sqrt(8.0 / 36 / 6 + z * z / 144) / (1 + z * z / 6), 1e-12);
  near(j.calibration[1].high, centre + z * sqrt(8.0 / 36 / 6 + z * z / 144) / (1 + z * z / 6), 1e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tiny_ranks),
      cmocka_unit_test(tiny_losses),
      cmocka_unit_test(tiny_calibration),
      cmocka_unit_test(tiny_lift),
      cmocka_unit_test(revenue_by_hand),
      cmocka_unit_test(auc_by_pairs),
      cmocka_unit_test(accounts),
      cmocka_unit_test(calibration_over_accounts),
      cmocka_unit_test(accounts_of_one_row),
      cmocka_unit_test(weights_are_copies),
      cmocka_unit_test(nothing_of_weight_zero),
      cmocka_unit_test(order_of_rows_never_matters),
      cmocka_unit_test(threads_never_matter),
      cmocka_unit_test(one_score_for_all),
      cmocka_unit_test(one_class),
      cmocka_unit_test(certain_probabilities),
      cmocka_unit_test(separated),
      cmocka_unit_test(extreme_scores),
      cmocka_unit_test(scores_alike_but_for_the_last_bits),
      cmocka_unit_test(refused),
      cmocka_unit_test(same_order_differs_in_nothing),
      cmocka_unit_test(psi_by_hand),
      cmocka_unit_test(psi_with_empty_bins),
      cmocka_unit_test(woe_by_hand),
      cmocka_unit_test(hosmer_with_shared_cuts),
  };
  return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
