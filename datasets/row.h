/* One row of the company that never was: what happened, before it is written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATASETS_ROW_H
#define DATASETS_ROW_H

#include "schema.h"

enum { DAYS = 1096, FIRST_DAY = 18993 /* 2022-01-01, days since 1970 */ };

/* What the caller asked for. */
typedef struct world {
  uint64_t rows, leads, seed, accounts;
  size_t columns; /* 0: as many as there are */
  size_t campaign_levels;
  double intercept, missing, drift, confounding, account_effect, ragged;
  bool linear, leak, score, open;
  char quote;                  /* 'n' needed, 'a' all, 'o' none */
  const char *folder, *active; /* active: names, or NULL for all */
  attribute schema[N_ATTRIBUTES];
  double *shares[N_ATTRIBUTES]; /* cumulative shares of the levels */
} world;

typedef struct row {
  uint64_t number, account;
  double created, closed;      /* days since 1970 */
  double values[N_ATTRIBUTES]; /* number, or index of the level; NaN where missing */
  double logit, known_logit;   /* known_logit: what marketing knows of it */
  double amount;
  bool won, open;
} row;

/* Log of a deal's amount is normal: mean + employees * ln(Employees / 180) + discount * Discount asked, and
 * this deviation. */
typedef struct amount_law {
  double mean, employees, discount, deviation;
} amount_law;
extern const amount_law amounts;

/* How much of a drifting weight is left at a time in [0, 1] of the period. */
double drift_factor(const world *w, double time);
/* Does the weight of this attribute fade when the world drifts? */
bool drifts(size_t index);

/* What an attribute follows where the world is confounded, or -1. What both are drawn from then correlates by
 * w->confounding. */
int follows(const world *w, size_t index);

row make_row(const world *w, uint64_t number);

#endif
