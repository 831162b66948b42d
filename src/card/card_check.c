/* What bands of one attribute must agree on: no value in two of them, no gap between intervals. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "card/format.h"

/* ---- intervals ------------------------------------------------------------------------------------ */

typedef struct stretch {
  double from, to;
  size_t band;
} stretch;

static int by_from(const void *a, const void *b) {
  const stretch *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->band > y->band) - (x->band < y->band);
}

/* The later in the file is named: it is the one that was added or edited last. */
static lf_status fail_pair(const lf_node *bands, const lf_attribute *attribute, const size_t *place,
                           const stretch *below, const stretch *above, lf_error *err) {
  bool upper_later = place[above->band] > place[below->band];
  const stretch *named = upper_later ? above : below, *kept = upper_later ? below : above;
  lf_node band = lf_node_item(bands, place[named->band]);
  lf_node edge = lf_node_key(&band, upper_later ? "from" : "to");
  const char *other = attribute->bands[kept->band].label;
  char end[LF_DOUBLE_TEXT];
  lf_format_double(upper_later ? below->to : above->from, end);
  if (below->to > above->from)
    return lf_node_fail(
        &edge, err,
        "this interval overlaps the band '%.60s', which %s %s: a value may stand in one band only", other,
        upper_later ? "ends at" : "starts at", end);
  return lf_node_fail(&edge, err,
                      "there is a gap between this interval and the band '%.60s', which %s %s: let them meet",
                      other, upper_later ? "ends at" : "starts at", end);
}

static lf_status check_intervals(const lf_node *bands, const lf_attribute *attribute, const size_t *place,
                                 lf_error *err) {
  lf_status status = LF_OK;
  stretch *stretches = NULL;
  size_t n = 0;
  LF_TRY(lf_alloc(attribute->n_bands, sizeof *stretches, &stretches, err));
  for (size_t b = 0; b < attribute->n_bands; b++) {
    const lf_band *band = &attribute->bands[b];
    if (band->type == LF_BAND_INTERVAL) stretches[n++] = (stretch){band->from, band->to, b};
  }
  qsort(stretches, n, sizeof *stretches, by_from);
  for (size_t k = 1; k < n; k++)
    if (stretches[k - 1].to != stretches[k].from)
      LF_TRY(fail_pair(bands, attribute, place, &stretches[k - 1], &stretches[k], err));
cleanup:
  free(stretches);
  return status;
}

/* ---- values --------------------------------------------------------------------------------------- */

typedef struct listed {
  const char *text;
  size_t length, place, index, band; /* place of the band in the file, index in its list */
} listed;

static int by_text_and_place(const void *a, const void *b) {
  const listed *x = a, *y = b;
  int order = lf_compare_spans(x->text, x->length, y->text, y->length);
  if (order) return order;
  if (x->place != y->place) return x->place < y->place ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

static lf_status fail_twice(const lf_node *bands, const lf_attribute *attribute, const listed *first,
                            const listed *second, lf_error *err) {
  lf_node band = lf_node_item(bands, second->place), values = lf_node_key(&band, "values");
  lf_node value = lf_node_item(&values, second->index);
  return lf_node_fail(
      &value, err, "the value '%.*s' stands in the band '%.60s' already: a value may stand in one band only",
      (int)(second->length < 60 ? second->length : 60), second->text, attribute->bands[first->band].label);
}

static lf_status check_values(const lf_node *bands, const lf_attribute *attribute, const size_t *place,
                              lf_error *err) {
  lf_status status = LF_OK;
  listed *all = NULL;
  size_t n = 0;
  for (size_t b = 0; b < attribute->n_bands; b++) n += attribute->bands[b].n_values;
  LF_TRY(lf_alloc(n, sizeof *all, &all, err));
  n = 0;
  for (size_t b = 0; b < attribute->n_bands; b++)
    for (size_t v = 0; v < attribute->bands[b].n_values; v++) {
      const char *text = attribute->bands[b].values[v];
      listed item = {.text = text, .length = strlen(text), .place = place[b], .index = v, .band = b};
      lf_trim(&item.text, &item.length);
      all[n++] = item;
    }
  qsort(all, n, sizeof *all, by_text_and_place);
  for (size_t k = 1; k < n; k++)
    if (lf_compare_spans(all[k - 1].text, all[k - 1].length, all[k].text, all[k].length) == 0)
      LF_TRY(fail_twice(bands, attribute, &all[k - 1], &all[k], err));
cleanup:
  free(all);
  return status;
}

lf_status lf_card_check_bands(const lf_node *bands, const lf_attribute *attribute, const size_t *place,
                              lf_error *err) {
  lf_status status = check_intervals(bands, attribute, place, err);
  return status == LF_OK ? check_values(bands, attribute, place, err) : status;
}
