/* Which band a value belongs to.
 *
 * Intervals become rising edges and one band a segment: band(x) = segment[#{edges <= x}], which is exact at
 * each edge (from <= x < to) and needs no special case for open ends or for what no interval holds. With few
 * edges the count runs over all of them without a branch; with many it is a binary search. Category values
 * are sorted once and searched. */
#include "band/lookup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { FEW_EDGES = 16 };

void lf_lookup_clear(lf_lookup *lookup) {
  free(lookup->edges);
  free(lookup->segment);
  free(lookup->values);
  free(lookup->numbers);
  memset(lookup, 0, sizeof *lookup);
}

static int by_text(const void *a, const void *b) {
  const lf_value_band *x = a, *y = b;
  int order = lf_compare_spans(x->text, x->length, y->text, y->length);
  return order ? order : (x->band > y->band) - (x->band < y->band);
}

static int by_number(const void *a, const void *b) {
  const lf_value_band *x = a, *y = b;
  if (x->number != y->number) return x->number < y->number ? -1 : 1;
  return (x->band > y->band) - (x->band < y->band);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

size_t lf_edge_find(const double *edge, size_t n, double x) {
  size_t low = 0;
  if (n <= FEW_EDGES) {
    for (size_t e = 0; e < n; e++) low += edge[e] <= x;
    return low;
  }
  while (n > 1) { /* the answer is in [low, low + n]; no branch that a processor could guess wrong */
    size_t half = n / 2;
    low = edge[low + half - 1] <= x ? low + half : low;
    n -= half;
  }
  return low + (edge[low] <= x);
}

/* An interval of the attribute, for sorting. */
typedef struct interval {
  double from, to;
  uint16_t band;
} interval;

static int by_from(const void *a, const void *b) {
  const interval *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->band > y->band) - (x->band < y->band);
}

static size_t list_intervals(const lf_attribute *a, interval *intervals) {
  size_t n = 0;
  for (size_t b = 0; b < a->n_bands; b++)
    if (a->bands[b].type == LF_BAND_INTERVAL)
      intervals[n++] = (interval){a->bands[b].from, a->bands[b].to, (uint16_t)b};
  qsort(intervals, n, sizeof *intervals, by_from);
  return n;
}

static size_t list_edges(const interval *intervals, size_t n, double *edges) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    edges[2 * i] = intervals[i].from;
    edges[2 * i + 1] = intervals[i].to;
  }
  qsort(edges, 2 * n, sizeof *edges, by_value);
  for (size_t e = 0; e < 2 * n; e++)
    if (isfinite(edges[e]) && (kept == 0 || edges[e] != edges[kept - 1])) edges[kept++] = edges[e];
  return kept;
}

/* No two intervals overlap, so a segment is in the last one that begins at or below it, or in none. */
static lf_status make_segments(lf_lookup *lookup, lf_error *err) {
  lf_status status = LF_OK;
  interval *intervals = NULL;
  LF_TRY(lf_alloc(lookup->attribute->n_bands, sizeof *intervals, &intervals, err));
  size_t n = list_intervals(lookup->attribute, intervals), at = 0;
  LF_TRY(lf_alloc(2 * n, sizeof *lookup->edges, &lookup->edges, err));
  lookup->n_edges = list_edges(intervals, n, lookup->edges);
  LF_TRY(lf_alloc(lookup->n_edges + 1, sizeof *lookup->segment, &lookup->segment, err));
  for (size_t s = 0; s <= lookup->n_edges; s++) {
    double x = s == 0 ? -INFINITY : lookup->edges[s - 1];
    while (at < n && intervals[at].from <= x) at++;
    lookup->segment[s] = at && x < intervals[at - 1].to ? intervals[at - 1].band : lookup->other;
  }
cleanup:
  free(intervals);
  return status;
}

static lf_status make_values(lf_lookup *lookup, lf_error *err) {
  lf_status status = LF_OK;
  const lf_attribute *a = lookup->attribute;
  size_t n = 0;
  for (size_t b = 0; b < a->n_bands; b++) n += a->bands[b].type == LF_BAND_VALUES ? a->bands[b].n_values : 0;
  LF_TRY(lf_alloc(n, sizeof *lookup->values, &lookup->values, err));
  LF_TRY(lf_alloc(n, sizeof *lookup->numbers, &lookup->numbers, err));
  for (size_t b = 0; b < a->n_bands; b++) {
    for (size_t v = 0; a->bands[b].type == LF_BAND_VALUES && v < a->bands[b].n_values; v++) {
      lf_value_band item = {
          .text = a->bands[b].values[v], .length = strlen(a->bands[b].values[v]), .band = (uint16_t)b};
      lf_trim(&item.text, &item.length);
      bool number = lf_parse_double(item.text, item.length, &item.number);
      if (!number) item.number = NAN;
      lookup->values[lookup->n_values++] = item;
      if (number) lookup->numbers[lookup->n_numbers++] = item;
    }
  }
  qsort(lookup->values, lookup->n_values, sizeof *lookup->values, by_text);
  qsort(lookup->numbers, lookup->n_numbers, sizeof *lookup->numbers, by_number);
cleanup:
  return status;
}

lf_status lf_lookup_make(const lf_attribute *attribute, lf_lookup *lookup, lf_error *err) {
  lf_status status = LF_OK;
  lf_lookup made = {.attribute = attribute, .missing = UINT16_MAX, .other = UINT16_MAX};
  if (attribute->n_bands >= UINT16_MAX)
    return lf_fail(err, LF_E_USAGE, "attribute '%s' has more bands than %d", attribute->name, UINT16_MAX - 1);
  for (size_t b = 0; b < attribute->n_bands; b++) {
    if (attribute->bands[b].type == LF_BAND_MISSING) made.missing = (uint16_t)b;
    if (attribute->bands[b].type == LF_BAND_OTHER) made.other = (uint16_t)b;
  }
  if (made.missing == UINT16_MAX || made.other == UINT16_MAX)
    return lf_fail(err, LF_E_USAGE, "attribute '%s' needs one missing and one other band", attribute->name);
  LF_TRY(make_segments(&made, err));
  LF_TRY(make_values(&made, err));
  *lookup = made;
  memset(&made, 0, sizeof made);
cleanup:
  lf_lookup_clear(&made);
  return status;
}

bool lf_lookup_text(const lf_lookup *lookup, const char *text, uint16_t *band) {
  size_t length = strlen(text), low = 0, n = lookup->n_values;
  lf_trim(&text, &length);
  while (n > 0) {
    const lf_value_band *at = &lookup->values[low + n / 2];
    int order = lf_compare_spans(at->text, at->length, text, length);
    if (order == 0) {
      *band = at->band;
      return true;
    }
    if (order < 0) {
      low += n / 2 + 1;
      n -= n / 2 + 1;
    } else {
      n /= 2;
    }
  }
  return false;
}

/* False where no band lists the number. */
static bool listed_number(const lf_lookup *lookup, double x, uint16_t *band) {
  size_t low = 0, n = lookup->n_numbers;
  while (n > 0) {
    const lf_value_band *at = &lookup->numbers[low + n / 2];
    if (at->number == x) {
      *band = at->band;
      return true;
    }
    bool below = at->number < x;
    low = below ? low + n / 2 + 1 : low;
    n = below ? n - n / 2 - 1 : n / 2;
  }
  return false;
}

uint16_t lf_lookup_number(const lf_lookup *lookup, double x) {
  uint16_t band;
  if (isnan(x)) return lookup->missing;
  if (lookup->n_numbers && listed_number(lookup, x, &band)) return band;
  return lookup->segment[lf_edge_find(lookup->edges, lookup->n_edges, x)];
}

void lf_lookup_numbers(const lf_lookup *lookup, const double *x, size_t n, uint16_t *band) {
  if (lookup->n_edges > FEW_EDGES || lookup->n_numbers) {
    for (size_t i = 0; i < n; i++) band[i] = lf_lookup_number(lookup, x[i]);
    return;
  }
  memset(band, 0, n * sizeof *band);
  for (size_t e = 0; e < lookup->n_edges; e++) {
    double edge = lookup->edges[e];
    for (size_t i = 0; i < n; i++) band[i] = (uint16_t)(band[i] + (edge <= x[i]));
  }
  for (size_t i = 0; i < n; i++) band[i] = isnan(x[i]) ? lookup->missing : lookup->segment[band[i]];
}
