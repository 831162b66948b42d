/* Attributes from strongest to weakest: by verdict, then by strength, then by what they span on the card,
 * then by p. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/view.h"

/* What an attribute is ranked by; smaller goes first, equals keep their order. */
typedef struct rank {
  int verdict;
  double strength, range, p;
  size_t place;
} rank;

static int verdict_place(const char *verdict) {
  static const char *const order[] = {"predicts closed revenue", "predicts winning, not revenue",
                                      "predicts deal size, not revenue", "no meaningful difference"};
  int n = (int)(sizeof order / sizeof *order);
  for (int i = 0; verdict != NULL && i < n; i++) {
    if (strcmp(order[i], verdict) == 0) return i;
  }
  return n;
}

const json_t *lf_view_named(const json_t *list, const char *name) {
  size_t i;
  json_t *item;
  lf_view_each(list, i, item) {
    const char *other = lf_view_text(item, "name");
    if (name != NULL && other != NULL && strcmp(other, name) == 0) return item;
  }
  return NULL;
}

json_t *lf_view_index(const json_t *list, const char *key) {
  json_t *index = json_object(), *item;
  size_t i;
  bool failed = index == NULL;
  lf_view_each(list, i, item) {
    const char *name = lf_view_text(item, key);
    if (name != NULL && json_object_get(index, name) == NULL)
      failed = failed || json_object_set(index, name, item) != 0;
  }
  if (!failed) return index;
  json_decref(index);
  return NULL;
}

/* strong, moderate, weak: 3, 2, 1; 0 where nothing is said. */
static double strength_of(const json_t *attribute) {
  const char *strength = lf_view_text(attribute, "strength");
  if (strength == NULL) return 0;
  return strcmp(strength, "strong") == 0 ? 3 : strcmp(strength, "moderate") == 0 ? 2 : 1;
}

static double or_else(double value, double otherwise) {
  return isnan(value) ? otherwise : value;
}

static rank rank_of(const json_t *card, const json_t *attribute, size_t place) {
  const json_t *on_card = json_object_get(card, json_string_value(json_object_get(attribute, "name")));
  return (rank){.verdict = verdict_place(lf_view_text(attribute, "verdict")),
                .strength = -strength_of(attribute),
                .range = -or_else(lf_view_number(on_card, "weight_range"), -INFINITY),
                .p = or_else(lf_view_number(attribute, "p"), INFINITY),
                .place = place};
}

static int compare(double a, double b) {
  return (a > b) - (a < b);
}

static int by_rank(const void *x, const void *y) {
  const rank *a = x, *b = y;
  int order = (a->verdict > b->verdict) - (a->verdict < b->verdict);
  if (order == 0) order = compare(a->strength, b->strength);
  if (order == 0) order = compare(a->range, b->range);
  if (order == 0) order = compare(a->p, b->p);
  return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

json_t *lf_view_ranked(const json_t *report) {
  const json_t *attributes = lf_view_at(report, "attributes");
  json_t *ranked = json_array(), *card = lf_view_index(lf_view_at(report, "card"), "name");
  rank *ranks = NULL;
  size_t n = json_array_size(attributes);
  bool failed = ranked == NULL || card == NULL || lf_alloc(n, sizeof *ranks, &ranks, NULL) != LF_OK;
  for (size_t i = 0; i < n && !failed; i++) ranks[i] = rank_of(card, json_array_get(attributes, i), i);
  if (n && !failed) qsort(ranks, n, sizeof *ranks, by_rank);
  for (size_t i = 0; i < n && !failed; i++)
    failed = json_array_append(ranked, json_array_get(attributes, ranks[i].place)) != 0;
  free(ranks);
  json_decref(card);
  if (!failed) return ranked;
  json_decref(ranked);
  return NULL;
}
