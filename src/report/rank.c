/* Attributes from strongest to weakest: by verdict, then by strength, then by what they span on the card,
 * then by p. */
#include <math.h>
#include <string.h>

#include "report/view.h"

/* What an attribute is ranked by; smaller goes first. */
typedef struct rank {
  int verdict;
  double strength, range, p;
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
  json_array_foreach((json_t *)list, i, item) {
    const char *other = lf_view_text(item, "name");
    if (name != NULL && other != NULL && strcmp(other, name) == 0) return item;
  }
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

static rank rank_of(const json_t *report, const json_t *attribute) {
  const json_t *on_card = lf_view_named(lf_view_at(report, "card"), lf_view_text(attribute, "name"));
  return (rank){.verdict = verdict_place(lf_view_text(attribute, "verdict")),
                .strength = -strength_of(attribute),
                .range = -or_else(lf_view_number(on_card, "weight_range"), -INFINITY),
                .p = or_else(lf_view_number(attribute, "p"), INFINITY)};
}

static bool before(const rank *a, const rank *b) {
  if (a->verdict != b->verdict) return a->verdict < b->verdict;
  if (a->strength < b->strength || a->strength > b->strength) return a->strength < b->strength;
  if (a->range < b->range || a->range > b->range) return a->range < b->range;
  return a->p < b->p;
}

/* By insertion: there are as many attributes as a table has columns, and equals keep their order. */
json_t *lf_view_ranked(const json_t *report) {
  json_t *ranked = json_array(), *attribute;
  size_t i;
  json_array_foreach((json_t *)lf_view_at(report, "attributes"), i, attribute) {
    rank own = rank_of(report, attribute);
    size_t place = json_array_size(ranked);
    while (place > 0) {
      rank other = rank_of(report, json_array_get(ranked, place - 1));
      if (!before(&own, &other)) break;
      place--;
    }
    if (json_array_insert(ranked, place, attribute) != 0) {
      json_decref(ranked);
      return NULL;
    }
  }
  return ranked;
}
