/* The company that never was: its attributes, how their values arise, and their true weights.
 *
 * The true log-odds of winning of a row are
 *
 *     intercept + sum over attributes of weight(value) + account effect,
 *
 * with nothing else in them, so that a fit can be held against the truth. A value that is not recorded
 * (missing) weighs what `missing_weight` says and not what the hidden value would have, so missing rows obey
 * the same formula. Weights belong to the schema, not to the seed: replicates with other seeds share one
 * truth.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATASETS_SCHEMA_H
#define DATASETS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum attribute_kind { CATEGORY, FLAG, NUMBER } attribute_kind;
/* How a number arises from a uniform u: exp(a + b z), floor(-a log u), a + (b - a) u. */
typedef enum number_law { LOGNORMAL, COUNT, UNIFORM } number_law;

enum { MAX_EDGES = 4, MAX_LEVELS = 100000, N_ATTRIBUTES = 16 };

typedef struct attribute {
  const char *name;
  const char *owner; /* the team that brings it */
  attribute_kind kind;
  bool inert;      /* weighs nothing, whatever its weights say */
  bool of_account; /* the same in every row of an account */
  double missing;  /* multiplies --missing */
  double missing_weight;
  /* CATEGORY and FLAG: level i has share ~ 1/(i + flatness) */
  size_t n_levels;
  const char *const *levels; /* NULL: the prefix and a number */
  const char *prefix;
  const double *weights; /* NULL: spread * a fixed sequence */
  double flatness, spread;
  /* NUMBER */
  number_law law;
  double a, b, lowest, highest;
  int decimals;
  size_t n_edges; /* --shape bands: weight band_weights[i] for edges[i-1] <= x < edges[i] */
  double edges[MAX_EDGES], band_weights[MAX_EDGES + 1];
  double slope, centre; /* --shape linear: slope * (x - centre) */
} attribute;

/* The attributes in the order of their columns; level_count is that of Campaign. The caller owns nothing. */
void make_schema(attribute schema[N_ATTRIBUTES], size_t campaign_levels);
/* Leaves only the attributes named in a comma-separated list active; false where a name is not known. */
bool keep_active(attribute schema[N_ATTRIBUTES], const char *names);
/* Does it weigh anything? */
bool weighs(const attribute *a);
/* Name of a level, in buffer where it has to be made. */
const char *level_name(const attribute *a, size_t level, char buffer[24]);
/* True weight of a level. */
double level_weight(const attribute *a, size_t level);
/* True weight of a number. */
double number_weight(const attribute *a, double value, bool linear);
/* The value of a number at u in (0, 1). */
double number_value(const attribute *a, double u);

/* A well-mixed 64-bit hash of a counter (splitmix64, Steele, Lea & Flood 2014): any value of any row can be
 * had without those before it. */
uint64_t mix(uint64_t x);
/* Uniform in (0, 1) of (seed, item, purpose). */
double uniform(uint64_t seed, uint64_t item, uint64_t purpose);

#endif
