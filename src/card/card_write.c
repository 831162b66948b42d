/* A scorecard -> the tree of scoring.json. Key order is part of the format; what is unknown is left out. */
#include <math.h>

#include "base/build.h"
#include "card/format.h"

static void add_integer(lf_object *o, const char *key, int value) {
  lf_object_tree(o, key, json_integer(value));
}

static void add_known(lf_object *o, const char *key, double value) {
  if (isfinite(value)) lf_object_number(o, key, value);
}

static void add_given(lf_object *o, const char *key, const char *value) {
  if (value) lf_object_text(o, key, value);
}

static void add_interval(lf_object *o, const lf_band *band) {
  if (isinf(band->from) &&
      isinf(band->to)) { /* the whole line: an absent key would not say that it is an interval */
    lf_object_tree(o, "from", json_null());
    lf_object_tree(o, "to", json_null());
  }
  add_known(o, "from", band->from);
  add_known(o, "to", band->to);
}

static json_t *value_tree(const void *context, size_t v) {
  const lf_band *band = context;
  return lf_json_text(band->values[v]);
}

static void add_condition(lf_object *o, const lf_band *band) {
  switch (band->type) {
  case LF_BAND_INTERVAL: add_interval(o, band); break;
  case LF_BAND_VALUES: lf_object_tree(o, "values", lf_json_list(band->n_values, value_tree, band)); break;
  case LF_BAND_MATCH: lf_object_text(o, "match", band->pattern); break;
  case LF_BAND_MISSING: lf_object_flag(o, "missing", true); break;
  case LF_BAND_OTHER: lf_object_flag(o, "other", true); break;
  }
}

typedef struct carded {
  const lf_attribute *attribute;
  const lf_card_band *figures;
} carded;

static json_t *band_tree(const void *context, size_t b) {
  const carded *c = context;
  const lf_band *band = &c->attribute->bands[b];
  const lf_card_band *figures = &c->figures[b];
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", band->label);
  add_condition(&o, band);
  add_integer(&o, "points", figures->points);
  if (figures->points_low != figures->points || figures->points_high != figures->points) {
    add_integer(&o, "points_low", figures->points_low);
    add_integer(&o, "points_high", figures->points_high);
  }
  add_known(&o, "weight", figures->weight);
  add_known(&o, "rows", figures->rows);
  add_known(&o, "won", figures->won);
  add_known(&o, "amount", figures->amount);
  return lf_object_take(&o);
}

static json_t *attribute_tree(const void *context, size_t a) {
  const lf_scorecard *card = context;
  const lf_attribute *attribute = &card->attributes->items[a];
  const carded c = {.attribute = attribute, .figures = card->bands[a]};
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", attribute->name);
  lf_object_text(&o, "kind", lf_kind_name(attribute->kind));
  if (attribute->owner != LF_OWNER_NONE) lf_object_text(&o, "owner", lf_owner_name(attribute->owner));
  lf_object_tree(&o, "bands", lf_json_list(attribute->n_bands, band_tree, &c));
  return lf_object_take(&o);
}

static void add_outcome(lf_object *root, const lf_scorecard *card) {
  if (!card->outcome_column && !card->won_label && !card->lost_label && !card->amount_column &&
      !isfinite(card->mean_amount))
    return;
  lf_object o = lf_object_new();
  add_given(&o, "column", card->outcome_column);
  add_given(&o, "won", card->won_label);
  add_given(&o, "lost", card->lost_label);
  add_given(&o, "amount", card->amount_column);
  add_known(&o, "mean_amount", card->mean_amount);
  lf_object_tree(root, "outcome", lf_object_take(&o));
}

static void add_score(lf_object *root, const lf_scorecard *card) {
  lf_object o = lf_object_new();
  add_integer(&o, "minimum", card->minimum);
  add_integer(&o, "maximum", card->maximum);
  if (card->base_points) add_integer(&o, "base_points", card->base_points);
  if (card->has_probability) {
    lf_object map = lf_object_new();
    lf_object_number(&map, "intercept", card->intercept);
    lf_object_number(&map, "slope", card->slope);
    lf_object_tree(&o, "probability", lf_object_take(&map));
  }
  lf_object_tree(root, "score", lf_object_take(&o));
}

static void add_mql(lf_object *root, const lf_scorecard *card) {
  if (!card->has_threshold) return;
  lf_object o = lf_object_new();
  add_integer(&o, "threshold", card->threshold);
  add_given(&o, "rule", card->threshold_rule);
  if (card->expected) lf_object_tree(&o, "expected", json_incref(card->expected));
  lf_object_tree(root, "mql", lf_object_take(&o));
}

static json_t *grade_tree(const void *context, size_t g) {
  const lf_grade *grade = &((const lf_scorecard *)context)->grades[g];
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", grade->label);
  add_integer(&o, "from", grade->from);
  return lf_object_take(&o);
}

lf_status lf_scorecard_json(const lf_scorecard *card, json_t **root, lf_error *err) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "format", LF_CARD_FORMAT);
  add_given(&o, "name", card->name);
  if (card->provenance) lf_object_tree(&o, "provenance", json_incref(card->provenance));
  add_outcome(&o, card);
  add_score(&o, card);
  lf_object_tree(&o, "attributes", lf_json_list(card->attributes->n, attribute_tree, card));
  add_mql(&o, card);
  if (card->n_grades) lf_object_tree(&o, "grades", lf_json_list(card->n_grades, grade_tree, card));
  return lf_tree_take(lf_object_take(&o), root, err);
}
