/* How a row of the company that never was comes about. Every draw has a purpose of its own, and hangs on the
 * seed and the number of the row (or of its account) alone: rows can be made in any order and by any number
 * of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "row.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum purpose { ACCOUNT = 100, CREATED, CYCLE, OUTCOME, AMOUNT, EFFECT, MISSING = 1000, VALUE = 2000 };
enum { SOURCE = 0, EMPLOYEES = 7, PAGES = 8, EMAILS = 9, TOUCHES = 11, DISCOUNT = 13, WEBINAR = 14 };

const amount_law amounts = {9.6, 0.35, -0.012, 0.8};

double drift_factor(const world *w, double time) {
  return 1 - w->drift * time;
}

bool drifts(size_t index) {
  return index == SOURCE || index == TOUCHES;
}

static size_t pick_level(const double *cumulative, size_t n, double u) {
  size_t low = 0, high = n - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (u < cumulative[middle])
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

int follows(const world *w, size_t index) {
  if (w->confounding <= 0) return -1;
  return index == EMAILS ? PAGES : index == WEBINAR ? EMPLOYEES : -1;
}

/* The uniform that a value is made of. One that follows another is tied to it by a normal copula. */
static double source_of(const world *w, size_t i, const row *r) {
  double u = w->schema[i].of_account ? uniform(w->seed ^ 0xACC0, r->account, VALUE + i)
                                     : uniform(w->seed, r->number, VALUE + i);
  if (follows(w, i) < 0) return u;
  double other = source_of(w, (size_t)follows(w, i), r), s = w->confounding;
  return gsl_cdf_ugaussian_P(s * gsl_cdf_ugaussian_Pinv(other) + sqrt(1 - s * s) * gsl_cdf_ugaussian_Pinv(u));
}

static double draw(const world *w, size_t i, const row *r) {
  const attribute *a = &w->schema[i];
  if (uniform(w->seed, r->number, MISSING + i) < w->missing * a->missing) return NAN;
  double u = source_of(w, i, r);
  if (a->kind == NUMBER) return number_value(a, u);
  return (double)pick_level(w->shares[i], a->n_levels, u);
}

static double weight_of(const world *w, size_t i, double value) {
  const attribute *a = &w->schema[i];
  if (a->inert) return 0;
  if (isnan(value)) return a->missing_weight;
  return a->kind == NUMBER ? number_weight(a, value, w->linear) : level_weight(a, (size_t)value);
}

static double draw_amount(const world *w, const row *r) {
  double employees = isnan(r->values[EMPLOYEES]) ? 180 : r->values[EMPLOYEES];
  double mean =
      amounts.mean + amounts.employees * log(employees / 180) + amounts.discount * r->values[DISCOUNT];
  double z = gsl_cdf_ugaussian_Pinv(uniform(w->seed, r->number, AMOUNT));
  return 50 * floor(exp(mean + amounts.deviation * z) / 50 + 1);
}

row make_row(const world *w, uint64_t number) {
  row r = {.number = number};
  double time =
      ((double)number + uniform(w->seed, number, CREATED)) / (double)w->rows; /* leads come after: above 1 */
  r.created = FIRST_DAY + DAYS * time;
  r.closed = r.created - 45 * log(uniform(w->seed, number, CYCLE));
  /* Some accounts come back more often than others. */
  r.account = (uint64_t)((double)w->accounts * pow(uniform(w->seed, number, ACCOUNT), 1.5));
  r.open = number >= w->rows || (w->open && r.closed >= FIRST_DAY + DAYS);
  r.logit = w->intercept;
  for (size_t i = 0; i < N_ATTRIBUTES; i++) {
    r.values[i] = draw(w, i, &r);
    double weight = weight_of(w, i, r.values[i]) * (drifts(i) ? drift_factor(w, time) : 1);
    r.logit += weight;
    if (w->schema[i].owner[0] == 'm') r.known_logit += weight;
  }
  if (w->account_effect > 0)
    r.logit += w->account_effect * gsl_cdf_ugaussian_Pinv(uniform(w->seed, r.account, EFFECT));
  r.won = uniform(w->seed, number, OUTCOME) < 1 / (1 + exp(-r.logit));
  r.amount = draw_amount(w, &r);
  return r;
}
