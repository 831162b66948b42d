/* The flip set: few outcomes whose reversal would overturn the verdict.
 *
 * Reversed: a won row becomes lost and a lost one won (win); a won row leaves the deals (amount); a won row
 * brings nothing, a lost one the mean amount (revenue). By one Newton step such a change moves theta by
 * e'A^-1 x_i d_i,  A^-1 the inverse information, d_i the change of the row's score per unit of eta (Pregibon
 * 1981). Rows are ranked by that influence once, most first (the most influential set of Broderick, Giordano
 * & Meager 2020; for a 2x2 table the fragility index of Walsh et al. 2014), and the number k of them that
 * overturns the verdict is closed in on by refits (refit.c). The k found is confirmed by full fits:
 * overturned with k, not with k - 1. That makes it an upper bound: the ranking does not look at what rows do
 * together, and does not heed the standard error, so that fewer rows, chosen otherwise, might do. A row of
 * frequency weight w is w rows, reversed one by one. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/refit.h"

enum { MOST_CONFIRMED = 20 };

/* One row and how far a unit of it moves theta. */
typedef struct influence {
  double move;
  uint32_t row;
} influence;

typedef struct flipping {
  const lf_effect_rows *rows;
  const lf_adjustment *adjustment;
  const lf_effect_fit *fit;
  const lf_verdict_rule *rule;
  const lf_run *run;
  lf_claim_verdict verdict; /* to be overturned */
  double mean_amount;
  double p_needed;  /* p at which q is 0.05 */
  double sign;      /* of theta */
  influence *order; /* by falling move in the direction that overturns */
  size_t n;
  double units;       /* rows in order, by weight */
  double *y, *weight; /* changed outcomes */
  lf_refit *refit;
} flipping;

static int by_move(const void *a, const void *b) {
  const influence *x = a, *y = b;
  if (x->move != y->move) return x->move < y->move ? 1 : -1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Change of the score per unit of eta when the row's outcome is reversed. */
static double score_change(const flipping *f, size_t i, double eta) {
  const lf_effect_rows *r = f->rows;
  switch (r->effect) {
  case LF_EFFECT_AMOUNT: return -(r->y[i] / exp(eta) - 1);
  case LF_EFFECT_REVENUE: return (r->won[i] ? 0 : f->mean_amount) - r->y[i];
  case LF_EFFECT_WIN: break;
  }
  return 1 - 2 * r->y[i];
}

static double mean_amount(const lf_effect_rows *r) {
  double sum = 0, won = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (!r->won[i]) continue;
    sum += r->weight[i] * r->y[i];
    won += r->weight[i];
  }
  return won > 0 ? sum / won : 0;
}

static lf_status order_rows(flipping *f, double direction, lf_error *err) {
  const lf_effect_rows *r = f->rows;
  lf_status status = LF_OK;
  double *eta = NULL, *lever = NULL;
  LF_TRY(lf_alloc(r->n, sizeof *eta, &eta, err));
  LF_TRY(lf_alloc(r->n, sizeof *lever, &lever, err));
  LF_TRY(lf_alloc(r->n, sizeof *f->order, &f->order, err));
  lf_design_predict(&f->fit->design, f->fit->b, f->run, eta);
  lf_refit_leverage(f->refit, lever);
  for (size_t i = 0; i < r->n; i++) {
    if (!(r->weight[i] > 0)) continue;
    double move = direction * lever[i] * score_change(f, i, eta[i]);
    if (!(move > 0)) continue;
    f->order[f->n++] = (influence){move, (uint32_t)i};
    f->units += r->weight[i];
  }
  qsort(f->order, f->n, sizeof *f->order, by_move);
cleanup:
  free(eta);
  free(lever);
  return status;
}

/* Reverses the first k units. */
static void reverse(flipping *f, double k) {
  const lf_effect_rows *r = f->rows;
  memcpy(f->y, r->y, r->n * sizeof *f->y);
  memcpy(f->weight, r->weight, r->n * sizeof *f->weight);
  for (size_t at = 0; at < f->n && k > 0; at++) {
    size_t i = f->order[at].row;
    double w = r->weight[i], part = k < w ? k / w : 1;
    k -= w;
    if (r->effect == LF_EFFECT_AMOUNT)
      f->weight[i] = (1 - part) * w;
    else if (r->effect == LF_EFFECT_WIN)
      f->y[i] = r->y[i] + part * (1 - 2 * r->y[i]);
    else
      f->y[i] = r->y[i] + part * ((r->won[i] ? 0 : f->mean_amount) - r->y[i]);
  }
}

/* What stands between the verdict and its fall, in theta: above 0 while it stands, to first order; which way
 * theta must move. */
static double gap(const flipping *f, const lf_ratio *r, double *direction) {
  double margin = log(f->rule->margin), sign = r->log_ratio >= 0 ? 1 : -1;
  bool same = f->verdict == LF_CLAIM_SAME ||
              (f->verdict == LF_CLAIM_SUPPORTED && f->rule->direction == LF_DIRECTION_NONE);
  if (direction) *direction = same ? sign : -sign;
  if (same)
    return margin - (log(r->high90) - log(r->low90)) / 2 -
           fabs(r->log_ratio); /* out of the margin, on the nearer side */
  double reach = gsl_cdf_tdist_Qinv(f->p_needed / 2, f->rows->degrees) * r->std_error;
  return f->sign * r->log_ratio - fmax(reach, margin); /* back to where it is not sure, or does not matter */
}

/* By a full fit, which knows separation and what else can befall one. */
static lf_status fit_flips(flipping *f, double k, lf_ratio *ratio, lf_error *err) {
  lf_effect_rows changed = *f->rows;
  lf_effect_fit *fit = NULL;
  changed.y = f->y;
  changed.weight = f->weight;
  reverse(f, k);
  lf_status status =
      lf_effect_fit_make(&changed, f->adjustment, NULL, lf_refit_coefficients(f->refit), f->run, &fit, err);
  if (status == LF_OK) *ratio = lf_effect_ratio(fit, &changed);
  lf_effect_fit_free(fit);
  return status;
}

static lf_status try_flips(flipping *f, double k, bool *overturned, double *left, lf_error *err) {
  lf_claim_verdict verdict = f->verdict;
  lf_status status = lf_check_interrupt(f->run, err);
  if (status != LF_OK) return status;
  reverse(f, k);
  lf_ratio ratio = lf_refit_ratio(f->refit, f->y, f->weight);
  if (isnan(ratio.p)) status = fit_flips(f, k, &ratio, err);
  if (status == LF_OK) status = lf_verdict_of(f->rule, &ratio, &verdict, NULL, err);
  *left = gap(f, &ratio, NULL);
  *overturned = verdict != f->verdict;
  return status;
}

static lf_status overturned_by(flipping *f, double k, bool *overturned, lf_error *err) {
  lf_claim_verdict verdict = f->verdict;
  lf_ratio ratio;
  lf_status status = fit_flips(f, k, &ratio, err);
  if (status == LF_OK) status = lf_verdict_of(f->rule, &ratio, &verdict, NULL, err);
  *overturned = verdict != f->verdict;
  return status;
}

/* Full fits with k and with k - 1; k is put right where they say otherwise. */
static lf_status confirm(flipping *f, double most, lf_flip *flip, lf_error *err) {
  lf_status status = LF_OK;
  for (int i = 0; status == LF_OK && i < MOST_CONFIRMED && flip->rows <= most; i++) {
    bool with = false, with_fewer = false;
    status = overturned_by(f, flip->rows, &with, err);
    if (status == LF_OK && with && flip->rows > 1)
      status = overturned_by(f, flip->rows - 1, &with_fewer, err);
    flip->found = with;
    flip->confirmed = with && !with_fewer;
    if (status != LF_OK || flip->confirmed) break;
    flip->rows += with ? -1 : 1;
  }
  return status;
}

/* Where between low (stands) and high (overturned) the gap closes, by a straight line; a whole number
 * strictly between. */
static double between(double low, double low_gap, double high, double high_gap) {
  double middle = floor((low + high) / 2);
  double line = ceil(low + (high - low) * low_gap / (low_gap - high_gap));
  if (!(low_gap > 0 && high_gap < 0)) line = middle;
  return fmin(fmax(line, low + 1), high - 1);
}

/* A number that should overturn, when high did not, by a straight line from what no flips left to what high
 * left. */
static double beyond(double high, double gap_now, double left, double most) {
  double line = left < gap_now ? high * gap_now / (gap_now - left) : 3 * high;
  return fmin(most, ceil(fmin(fmax(1.02 * line, 1.05 * high + 1), 3 * high + 1)));
}

/* The smallest k that overturns: grown from the first guess, then closed in on. */
static lf_status search(flipping *f, double guess, double gap_now, lf_flip *flip, lf_error *err) {
  double low = 0, low_gap = gap_now, high = fmax(1, ceil(guess)), most = floor(f->units / 2), left = 0;
  bool yes = false;
  lf_status status = try_flips(f, high, &yes, &left, err);
  while (status == LF_OK && !yes && high < most) {
    low = high;
    low_gap = left;
    high = beyond(high, gap_now, left, most);
    status = try_flips(f, high, &yes, &left, err);
  }
  if (status != LF_OK || !yes) return status;
  double high_gap = left;
  for (int i = 0; status == LF_OK && high - low > 1; i++) {
    /* Every third step halves, so that a bent curve cannot make the line crawl. */
    double k = i % 3 == 2 ? floor((low + high) / 2) : between(low, low_gap, high, high_gap);
    status = try_flips(f, k, &yes, &left, err);
    if (yes) {
      high = k;
      high_gap = left;
    } else {
      low = k;
      low_gap = left;
    }
  }
  flip->rows = high;
  return status == LF_OK ? confirm(f, most, flip, err) : status;
}

/* The largest p of this claim with which its q is 0.05 at most, the others being what they are: 0.05 r / n
 * for the largest rank r that at least r - 1 others reach. */
static double p_needed(const lf_verdict_rule *rule) {
  for (size_t rank = rule->n; rank > 1; rank--) {
    double p = 0.05 * (double)rank / (double)rule->n;
    size_t others = 0;
    for (size_t k = 0; k < rule->n; k++) others += k != rule->self && rule->p[k] <= p;
    if (others + 1 >= rank) return p;
  }
  return 0.05 / (double)rule->n;
}

lf_status lf_flip_find(const lf_effect_rows *rows, const lf_adjustment *adjustment, const lf_effect_fit *fit,
                       const lf_verdict_rule *rule, const lf_run *run, lf_flip *flip, lf_error *err) {
  flipping f = {.rows = rows, .adjustment = adjustment, .fit = fit, .rule = rule, .run = run};
  lf_ratio ratio = lf_effect_ratio(fit, rows);
  lf_status status = LF_OK;
  *flip = (lf_flip){.found = false};
  LF_TRY(lf_verdict_of(rule, &ratio, &f.verdict, NULL, err));
  if (f.verdict == LF_CLAIM_UNDECIDED || fit->firth) goto cleanup;
  f.mean_amount = mean_amount(rows);
  f.p_needed = p_needed(rule);
  f.sign = ratio.log_ratio >= 0 ? 1 : -1;
  double direction = 0, covered = 0, guess = 0, move = gap(&f, &ratio, &direction);
  LF_TRY(lf_refit_new(rows, fit, run, &f.refit, err));
  LF_TRY(order_rows(&f, direction, err));
  LF_TRY(lf_alloc(rows->n, sizeof *f.y, &f.y, err));
  LF_TRY(lf_alloc(rows->n, sizeof *f.weight, &f.weight, err));
  for (size_t k = 0; k < f.n && covered < move; k++) {
    double w = rows->weight[f.order[k].row];
    covered += w * f.order[k].move;
    guess += w;
  }
  if (f.n) LF_TRY(search(&f, guess, move, flip, err));
cleanup:
  lf_refit_free(f.refit);
  free(f.order);
  free(f.y);
  free(f.weight);
  return status;
}
