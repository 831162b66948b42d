/* What a threshold brings, and how many leads a revenue takes.
 *
 * Symbols, of the leads at or above a threshold: N rows, W won, A their revenue, Q the sum of its squares;
 * win rate p = W / N, revenue of a lead m = A / N, its variance v = Q / N - m^2; L leads a month of any score
 * with mean l and variance s over n months; share q of leads that qualify; H months; R the revenue asked for.
 *
 *   needed     the number of leads at which the sum of their revenue passes R. By the central limit theorem
 * for renewals (Cox 1962, section 3.3) about Normal(R / m, R v / m^3) qualified  leads of H months ~ Normal(H
 * l, H s), of which Binomial(q) wins       Binomial(qualified, p);   revenue  Normal(M m, M v) for M
 * qualified leads
 *
 * p, m, v and q are not known but estimated: each is drawn anew 1,000 times by the bootstrap, whole accounts
 * at a time, l by its standard error sqrt(s / n), and every draw is followed by one draw of what is to come.
 * The 2.5 % and 97.5 % quantiles of those are prediction intervals: they hold sampling of the past and of the
 * future. Future leads of one account are alike as well: v and p (1 - p) are widened by the design effect,
 * the bootstrap's variance of m over v / N. */
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/bootstrap.h"
#include "evidence/plan_parts.h"

enum { OF_ROWS = 0, OF_WON, OF_AMOUNT, OF_SQUARES, FIGURES };
enum { DRAW_LEVEL = 0, DRAW_LEADS, DRAW_SHARE, DRAW_WINS, DRAW_REVENUE, DRAW_NEEDED };

/* Rows by the number of thresholds their score reaches (their place), so that a replicate adds up one place
 * after the other; won rows stand apart, since the lost ones bring nothing but their number. */
typedef struct tallying {
  size_t n;                /* thresholds; places 0 to n */
  uint32_t *row, *won;     /* rows by place, and those that won */
  double *amount;          /* of the won ones */
  size_t *from, *won_from; /* where each place begins: n + 2 */
} tallying;

static void tallying_clear(tallying *t) {
  free(t->row);
  free(t->won);
  free(t->amount);
  free(t->from);
  free(t->won_from);
}

static size_t place_of(const lf_picked *rows, const lf_plan_row *thresholds, size_t n, size_t row) {
  size_t place = 0;
  while (place < n && rows->score[row] >= thresholds[place].threshold) place++;
  return place;
}

static lf_status tallying_make(const lf_picked *rows, const lf_plan_row *thresholds, size_t n, tallying *out,
                               lf_error *err) {
  lf_status status = LF_OK;
  tallying t = {.n = n};
  size_t *next = NULL;
  LF_TRY(lf_alloc(rows->n, sizeof *t.row, &t.row, err));
  LF_TRY(lf_alloc(rows->n, sizeof *t.won, &t.won, err));
  LF_TRY(lf_alloc(rows->n, sizeof *t.amount, &t.amount, err));
  LF_TRY(lf_alloc(n + 2, sizeof *t.from, &t.from, err));
  LF_TRY(lf_alloc(n + 2, sizeof *t.won_from, &t.won_from, err));
  LF_TRY(lf_alloc(2 * (n + 1), sizeof *next, &next, err));
  for (size_t i = 0; i < rows->n; i++) {
    size_t place = place_of(rows, thresholds, n, i);
    t.from[place + 1]++;
    t.won_from[place + 1] += rows->won[i];
  }
  for (size_t k = 0; k <= n; k++) {
    next[k] = t.from[k + 1] += t.from[k];
    next[n + 1 + k] = t.won_from[k + 1] += t.won_from[k];
  }
  for (size_t i = rows->n; i-- > 0;) { /* from the ends, so that rows of a place keep their order */
    size_t place = place_of(rows, thresholds, n, i);
    t.row[--next[place]] = (uint32_t)i;
    if (!rows->won[i]) continue;
    size_t at = --next[n + 1 + place];
    t.won[at] = (uint32_t)i;
    t.amount[at] = rows->amount[i] > 0 ? rows->amount[i] : 0;
  }
  *out = t;
  t = (tallying){0};
cleanup:
  free(next);
  tallying_clear(&t);
  return status;
}

/* FIGURES of the rows at each threshold, then the rows in all. */
static lf_status tally(const void *context, const double *weight, double *out, lf_error *err) {
  const tallying *t = context;
  double below[FIGURES] = {0};
  (void)err;
  for (size_t place = 0; place <= t->n; place++) {
    double rows = 0, won = 0, amount = 0, squares = 0;
    for (size_t j = t->from[place]; j < t->from[place + 1]; j++) rows += weight[t->row[j]];
    for (size_t j = t->won_from[place]; j < t->won_from[place + 1]; j++) {
      double w = weight[t->won[j]], money = w * t->amount[j];
      won += w;
      amount += money;
      squares += money * t->amount[j];
    }
    double *at = place ? out + (place - 1) * FIGURES : below;
    at[OF_ROWS] = rows;
    at[OF_WON] = won;
    at[OF_AMOUNT] = amount;
    at[OF_SQUARES] = squares;
  }
  for (size_t k = t->n; k-- > 1;) /* at a threshold is also above those below it */
    for (size_t f = 0; f < FIGURES; f++) out[(k - 1) * FIGURES + f] += out[k * FIGURES + f];
  out[t->n * FIGURES] = below[OF_ROWS] + (t->n ? out[OF_ROWS] : 0);
  return LF_OK;
}

/* A standard normal draw: a function of seed, replicate and what it is for. */
static double normal(const lf_forecast *f, size_t replicate, uint64_t what) {
  uint64_t key[2] = {replicate, what};
  double u = lf_hash_unit(lf_hash(key, sizeof key, f->seed));
  return lf_normal_quantile(fmin(fmax(u, 1e-12), 1 - 1e-12));
}

typedef struct draws {
  double *win_rate, *deal_size, *per_lead, *qualified, *wins, *revenue, *needed;
} draws;

enum { KINDS = 7 };

static lf_interval interval_of(double *values, size_t n, double estimate) {
  lf_interval out = {estimate, NAN, NAN, NAN};
  size_t known = 0;
  for (size_t i = 0; i < n; i++)
    if (!isnan(values[i])) values[known++] = values[i];
  if (isnan(estimate) || known < n - n / 20 || known < 2) return out;
  gsl_sort(values, 1, known);
  out.std_error = gsl_stats_sd(values, 1, known);
  out.low = gsl_stats_quantile_from_sorted_data(values, 1, known, 0.025);
  out.high = gsl_stats_quantile_from_sorted_data(values, 1, known, 0.975);
  return out;
}

/* One replicate of one threshold; effect widens what is to come. */
static void draw_future(const lf_forecast *f, const double *x, double total, double effect, size_t r,
                        const draws *d) {
  double n = x[OF_ROWS], p = x[OF_WON] / n, m = x[OF_AMOUNT] / n,
         v = fmax(0, x[OF_SQUARES] / n - m * m) * effect;
  double q = n / total,
         l = f->volume.mean + normal(f, r, DRAW_LEVEL) * sqrt(f->volume.variance / f->volume.months);
  double leads = fmax(0, f->horizon * l + normal(f, r, DRAW_LEADS) * sqrt(f->horizon * f->volume.variance));
  double qualified = fmax(0, leads * q + normal(f, r, DRAW_SHARE) * sqrt(leads * q * (1 - q) * effect));
  double shared = normal(f, r, DRAW_WINS); /* more wins, more revenue: their draws go together */
  d->win_rate[r] = p;
  d->deal_size[r] = x[OF_AMOUNT] / x[OF_WON];
  d->per_lead[r] = m;
  d->qualified[r] = qualified;
  d->wins[r] = fmin(qualified, fmax(0, qualified * p + shared * sqrt(qualified * p * (1 - p) * effect)));
  d->revenue[r] = fmax(0, qualified * m + normal(f, r, DRAW_REVENUE) * sqrt(qualified * v));
  d->needed[r] =
      m > 0 ? fmax(0, f->target / m + normal(f, r, DRAW_NEEDED) * sqrt(f->target * v / (m * m * m))) : NAN;
}

/* Variance of the revenue of a lead (or of the win rate, where no revenue is known) over replicates, against
 * that of rows drawn alone. */
static double design_effect(const double *values, size_t replicates, size_t stride, size_t k,
                            const double *whole) {
  double n = whole[OF_ROWS], p = whole[OF_WON] / n, m = whole[OF_AMOUNT] / n;
  bool money = whole[OF_AMOUNT] > 0;
  double alone = money ? whole[OF_SQUARES] / n - m * m : p * (1 - p), sum = 0, squares = 0;
  for (size_t r = 0; r < replicates; r++) {
    const double *x = values + r * stride + k * FIGURES;
    double rate = (money ? x[OF_AMOUNT] : x[OF_WON]) / x[OF_ROWS];
    if (isnan(rate)) continue;
    sum += rate;
    squares += rate * rate;
  }
  double variance = squares / (double)replicates - sum * sum / ((double)replicates * (double)replicates);
  return alone > 0 && n > 0 ? fmax(1, variance / (alone / n)) : 1;
}

static void fill_row(const lf_forecast *f, const double *whole, double total, const draws *d,
                     size_t replicates, lf_plan_row *row) {
  row->rows = whole[OF_ROWS];
  row->won = whole[OF_WON];
  row->amount = whole[OF_AMOUNT];
  row->share = row->rows / total;
  double p = row->won / row->rows, m = row->amount / row->rows,
         qualified = f->horizon * f->volume.mean * row->share;
  bool money = row->amount > 0;
  row->win_rate = interval_of(d->win_rate, replicates, p);
  row->deal_size = interval_of(d->deal_size, replicates, money ? row->amount / row->won : NAN);
  row->revenue_per_lead = interval_of(d->per_lead, replicates, money ? m : NAN);
  row->qualified = interval_of(d->qualified, replicates, qualified);
  row->wins = interval_of(d->wins, replicates, qualified * p);
  row->revenue = interval_of(d->revenue, replicates, money ? qualified * m : NAN);
  row->needed = interval_of(d->needed, replicates, money ? f->target / m : NAN);
}

static lf_status fill_rows(const lf_forecast *f, const double *whole, const double *values, size_t replicates,
                           lf_plan_row *rows, size_t n, lf_error *err) {
  size_t stride = n * FIGURES + 1;
  double *room = NULL;
  lf_status status = lf_alloc(replicates * KINDS, sizeof *room, &room, err);
  if (status != LF_OK) return status;
  double *at[KINDS];
  for (size_t k = 0; k < KINDS; k++) at[k] = room + k * replicates;
  draws d = {at[0], at[1], at[2], at[3], at[4], at[5], at[6]};
  for (size_t k = 0; k < n; k++) {
    double effect = design_effect(values, replicates, stride, k, whole + k * FIGURES);
    for (size_t r = 0; r < replicates; r++)
      draw_future(f, values + r * stride + k * FIGURES, values[r * stride + n * FIGURES], effect, r, &d);
    fill_row(f, whole + k * FIGURES, whole[n * FIGURES], &d, replicates, &rows[k]);
  }
  free(room);
  return LF_OK;
}

lf_status lf_plan_forecast(const lf_forecast *f, lf_plan_row *rows, size_t n, const lf_run *run,
                           lf_error *err) {
  const lf_picked *p = f->rows;
  tallying t = {0};
  double *whole = NULL, *values = NULL;
  size_t replicates = 0;
  lf_status status = LF_OK;
  LF_TRY(tallying_make(p, rows, n, &t, err));
  LF_TRY(lf_alloc(n * FIGURES + 1, sizeof *whole, &whole, err));
  LF_TRY(tally(&t, p->weight, whole, err));
  const lf_resample resample = {
      .n = p->n, .weight = p->weight, .cluster = p->cluster, .n_clusters = f->n_clusters};
  const lf_bootstrap bootstrap = {.seed = f->seed,
                                  .n_statistics = n * FIGURES + 1,
                                  .statistics = tally,
                                  .context = &t,
                                  .stage = "what comes of leads, drawn anew"};
  LF_TRY(lf_bootstrap_run(&resample, &bootstrap, run, &values, &replicates, err));
  LF_TRY(fill_rows(f, whole, values, replicates, rows, n, err));
cleanup:
  tallying_clear(&t);
  free(whole);
  free(values);
  return status;
}
