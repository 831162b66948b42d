/* What each threshold delivers, with intervals.
 *
 * Symbols: for a threshold t, row i with weight w_i qualifies where its score is t or more; clusters c are
 * accounts, or every row by itself. Each figure is a ratio R = sum_c y_c / sum_c x_c of totals over clusters:
 *
 * - win rate: y wins that qualify, x rows that qualify
 * - share of wins: y wins that qualify, x all wins
 * - share of amount: y amount that qualifies, x all amount
 * - amount per lead: y amount that qualifies, x rows that qualify
 *
 * Variance by linearisation (Cochran 1977, 6.4; Kish & Frankel 1974), C clusters with x_c > 0:
 *
 * - var R = C/(C-1) sum_c (y_c - R x_c)^2 / (sum_c x_c)^2
 *
 * Shares: Wilson's score interval on the rows that count, R (1 - R) / var R, never more than the rows there
 * are (Wilson 1927; Korn & Graubard 1998): it stays in [0, 1] and does not vanish at 0 or 1. Of the share of
 * amount no more count than (sum a)^2 / sum a^2 deals: where one deal makes the revenue, one deal is what is
 * known. Amount per lead is skewed and positive: R exp(+-1.96 se / R). Leads: a compound Poisson count N of
 * clusters of x_c rows has variance sum_c x_c^2; limits N exp(+-1.96 sqrt(sum x_c^2) / N).
 *
 * One pass from the highest score down: the sums of squares and products over clusters are kept up to date as
 * rows join, (y + d)^2 - y^2 = d (2 y + d), so that all thresholds together cost one visit a row. */
#include "judge/thresholds.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"

static const double Z = 1.959963984540054;

/* Totals of a ratio over clusters. at_x, at_y: totals of each cluster, NULL where every row is its own. */
typedef struct ratio {
  double *at_x, *at_y;
  double x, y, xx, xy, yy, units;
} ratio;

static lf_status ratio_new(size_t n_clusters, ratio *r, lf_error *err) {
  *r = (ratio){0};
  if (n_clusters == 0) return LF_OK;
  lf_status status = lf_alloc(n_clusters, sizeof(double), &r->at_x, err);
  return status == LF_OK ? lf_alloc(n_clusters, sizeof(double), &r->at_y, err) : status;
}

static void ratio_clear(ratio *r) {
  free(r->at_x);
  free(r->at_y);
}

/* A row of weight w brings x and y. */
static void add_both(ratio *r, size_t cluster, double w, double x, double y) {
  r->x += w * x;
  r->y += w * y;
  if (!r->at_x) {
    r->xx += w * x * x;
    r->xy += w * x * y;
    r->yy += w * y * y;
    r->units += x != 0 ? w : 0;
    return;
  }
  double dx = w * x, dy = w * y, was_x = r->at_x[cluster], was_y = r->at_y[cluster];
  r->units += was_x == 0 && dx != 0;
  r->xx += dx * (2 * was_x + dx);
  r->xy += was_x * dy + was_y * dx + dx * dy;
  r->yy += dy * (2 * was_y + dy);
  r->at_x[cluster] = was_x + dx;
  r->at_y[cluster] = was_y + dy;
}

/* A row whose x was brought before is kept: its y is its x. */
static void keep(ratio *r, size_t cluster, double w, double x) {
  r->y += w * x;
  if (!r->at_x) {
    r->xy += w * x * x;
    r->yy += w * x * x;
    return;
  }
  double dy = w * x, was_y = r->at_y[cluster];
  r->xy += r->at_x[cluster] * dy;
  r->yy += dy * (2 * was_y + dy);
  r->at_y[cluster] = was_y + dy;
}

static double variance(const ratio *r) {
  double value = r->y / r->x, sum = r->yy - 2 * value * r->xy + value * value * r->xx;
  if (!(r->units > 1)) return NAN;
  if (!(sum > 1e-13 * r->yy)) sum = 0; /* rounding is all that is left of it */
  return sum * r->units / (r->units - 1) / (r->x * r->x);
}

/* A share of rows of which at most `most` count. */
static lf_interval share_of(const ratio *r, double most) {
  lf_interval out = {NAN, NAN, NAN, NAN};
  if (!(r->x > 0)) return out;
  double p = fmin(1, r->y / r->x), v = variance(r);
  out.value = p;
  if (isnan(v)) return out;
  out.std_error = sqrt(v);
  double n = p > 0 && p < 1 && v > 0 ? fmin(p * (1 - p) / v, most) : fmin(r->units, most);
  lf_wilson(p, n, &out.low, &out.high);
  return out;
}

/* value exp(+-z se / value) */
static lf_interval positive(double value, double std_error) {
  lf_interval out = {value, std_error, NAN, NAN};
  if (!(value > 0) || isnan(std_error)) return out;
  double factor = exp(Z * std_error / value);
  out.low = value / factor;
  out.high = value * factor;
  return out;
}

static lf_interval mean_of(const ratio *r) {
  if (!(r->x > 0)) return (lf_interval){NAN, NAN, NAN, NAN};
  return positive(r->y / r->x, sqrt(variance(r)));
}

/* The four ratios, how many wins there are, and how many deals of one size would be as uneven as the amounts
 * are. */
typedef struct totals {
  ratio win_rate, share_won, share_amount, per_lead;
  double won, deals;
} totals;

static double amount_of(const lf_threshold_rows *rows, size_t i) {
  double amount = rows->amount && rows->won[i] ? rows->amount[i] : 0;
  return amount > 0 ? amount : 0;
}

static void join(const lf_threshold_rows *rows, size_t i, totals *t) {
  size_t c = rows->cluster ? rows->cluster[i] : 0;
  double w = rows->weight ? rows->weight[i] : 1, won = rows->won[i] ? 1 : 0, amount = amount_of(rows, i);
  add_both(&t->win_rate, c, w, 1, won);
  add_both(&t->per_lead, c, w, 1, amount);
  keep(&t->share_won, c, w, won);
  keep(&t->share_amount, c, w, amount);
}

static void take(const lf_threshold_rows *rows, const totals *t, bool all, lf_threshold_figures *out) {
  out->leads = positive(t->win_rate.x, sqrt(t->win_rate.xx));
  out->win_rate = share_of(&t->win_rate, t->win_rate.x);
  out->share_won = share_of(&t->share_won, t->won);
  out->share_amount = share_of(&t->share_amount, t->deals);
  out->amount_per_lead = mean_of(&t->per_lead);
  if (!rows->amount) {
    out->share_amount = out->amount_per_lead = (lf_interval){NAN, NAN, NAN, NAN};
  } else if (all) {
    out->share_amount.low = out->share_amount.high = out->share_amount.value;
  }
  /* What every lead reaches keeps everything: nothing is estimated. */
  if (all) out->share_won.low = out->share_won.high = out->share_won.value;
}

/* Row numbers by rising score, and where each score begins: from[s - minimum] .. from[s - minimum + 1]. */
static lf_status sort_rows(const lf_threshold_rows *rows, size_t **order, size_t **from, lf_error *err) {
  size_t levels = (size_t)(rows->maximum - rows->minimum) + 1;
  size_t *begin = NULL, *sorted = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(levels + 2, sizeof *begin, &begin, err));
  LF_TRY(lf_alloc(rows->n, sizeof *sorted, &sorted, err));
  for (size_t i = 0; i < rows->n; i++) begin[rows->score[i] - rows->minimum + 2]++;
  for (size_t s = 2; s < levels + 2; s++) begin[s] += begin[s - 1];
  for (size_t i = 0; i < rows->n; i++) sorted[begin[rows->score[i] - rows->minimum + 1]++] = i;
  *order = sorted;
  *from = begin;
  return LF_OK;
cleanup:
  free(begin);
  free(sorted);
  return status;
}

/* What shares are shares of: all wins, all amount. */
static void bring_wholes(const lf_threshold_rows *rows, totals *t) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < rows->n; i++) {
    size_t c = rows->cluster ? rows->cluster[i] : 0;
    double w = rows->weight ? rows->weight[i] : 1, won = rows->won[i] ? 1 : 0, amount = amount_of(rows, i);
    add_both(&t->share_won, c, w, won, 0);
    add_both(&t->share_amount, c, w, amount, 0);
    t->won += w * won;
    sum += w * amount;
    squares += w * amount * amount;
  }
  t->deals = squares > 0 ? sum * sum / squares : 0;
}

lf_status lf_threshold_figures_make(const lf_threshold_rows *rows, lf_threshold_figures **figures,
                                    lf_error *err) {
  size_t levels = (size_t)(rows->maximum - rows->minimum) + 1,
         n_clusters = rows->cluster ? rows->n_clusters : 0;
  size_t *order = NULL, *from = NULL;
  lf_threshold_figures *out = NULL;
  totals t = {0};
  lf_status status = LF_OK;
  LF_TRY(ratio_new(n_clusters, &t.win_rate, err));
  LF_TRY(ratio_new(n_clusters, &t.share_won, err));
  LF_TRY(ratio_new(n_clusters, &t.share_amount, err));
  LF_TRY(ratio_new(n_clusters, &t.per_lead, err));
  LF_TRY(lf_alloc(levels, sizeof *out, &out, err));
  LF_TRY(sort_rows(rows, &order, &from, err));
  bring_wholes(rows, &t);
  for (size_t s = levels; s-- > 0;) {
    for (size_t k = from[s]; k < from[s + 1]; k++) join(rows, order[k], &t);
    take(rows, &t, from[s] == 0, &out[s]);
  }
  *figures = out;
  out = NULL;
cleanup:
  ratio_clear(&t.win_rate);
  ratio_clear(&t.share_won);
  ratio_clear(&t.share_amount);
  ratio_clear(&t.per_lead);
  free(out);
  free(order);
  free(from);
  return status;
}
