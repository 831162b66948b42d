/* lookup: which band of an attribute a value belongs to. Internal to band. */
#ifndef LF_BAND_LOOKUP_H
#define LF_BAND_LOOKUP_H

#include "band/band.h"

/* A category value and its band. */
typedef struct lf_value_band {
  const char *text; /* trimmed; not owned */
  size_t length;
  double number; /* the text as a number, NaN where it is none */
  uint16_t band;
} lf_value_band;

typedef struct lf_lookup {
  const lf_attribute *attribute; /* not owned */
  uint16_t missing, other;
  size_t n_edges; /* ends of intervals, rising, each once */
  double *edges;
  uint16_t *segment; /* n_edges + 1: the band of x where exactly k edges are <= x; other in a gap */
  size_t n_values;
  lf_value_band *values; /* by text */
  size_t n_numbers;
  lf_value_band *numbers; /* those whose text is a number, by number */
} lf_lookup;

/* Index of the interval that holds x: the number of the rising edges that are <= x. */
size_t lf_edge_find(const double *edge, size_t n_edges, double x);

lf_status lf_lookup_make(const lf_attribute *attribute, lf_lookup *lookup, lf_error *err);
void lf_lookup_clear(lf_lookup *lookup);

/* Band of a category value; false where no band lists it. */
bool lf_lookup_text(const lf_lookup *lookup, const char *text, uint16_t *band);
/* Band of a number: the one that lists it (999 for unknown), else by interval, else other; missing where NaN.
 */
uint16_t lf_lookup_number(const lf_lookup *lookup, double x);
/* The same for n numbers. */
void lf_lookup_numbers(const lf_lookup *lookup, const double *x, size_t n, uint16_t *band);

#endif
