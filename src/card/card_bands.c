/* The list `attributes` of scoring.json -> attributes, bands and points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "band/match.h"
#include "base/memory.h"
#include "card/format.h"

static const char *const band_keys[] = {"label",   "from",  "to",     "values",     "match",
                                        "missing", "other", "points", "points_low", "points_high",
                                        "weight",  "rows",  "won",    "amount",     NULL};

/* ---- what a band holds ---------------------------------------------------------------------------- */

/* The type of a band by the key that stands there; exactly one. */
static lf_status band_type(const lf_node *band, lf_band_type *type, lf_error *err) {
  static const struct {
    const char *key;
    lf_band_type type;
  } types[] = {{"from", LF_BAND_INTERVAL}, {"to", LF_BAND_INTERVAL},     {"values", LF_BAND_VALUES},
               {"match", LF_BAND_MATCH},   {"missing", LF_BAND_MISSING}, {"other", LF_BAND_OTHER}};
  const char *found = NULL;
  for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
    if (!lf_node_key(band, types[k].key).value) continue;
    if (found && *type != types[k].type)
      return lf_node_fail(band, err, "'%s' and '%s' cannot stand in one band: make two of it", found,
                          types[k].key);
    found = types[k].key;
    *type = types[k].type;
  }
  if (found) return LF_OK;
  return lf_node_fail(band, err,
                      "it does not say what it holds: add one of 'values', 'from' and 'to', 'match', "
                      "\"missing\": true, \"other\": true");
}

static lf_status read_interval(const lf_node *node, lf_band *band, lf_error *err) {
  band->from = -INFINITY;
  band->to = INFINITY;
  lf_status status = lf_card_read_number(node, "from", &band->from, err);
  if (status == LF_OK) status = lf_card_read_number(node, "to", &band->to, err);
  if (status != LF_OK || band->from < band->to) return status;
  lf_node to = lf_node_key(node, "to");
  return lf_node_fail(&to, err, "the interval is empty: 'to' must be above 'from'");
}

static lf_status read_values(const lf_node *node, lf_band *band, lf_error *err) {
  lf_node list = lf_node_key(node, "values");
  size_t n = 0;
  lf_status status = lf_node_array(&list, &n, err);
  if (status != LF_OK) return status;
  if (n == 0)
    return lf_node_fail(&list, err, "the list is empty: name at least one value, or remove the band");
  status = lf_alloc(n, sizeof *band->values, &band->values, err);
  if (status != LF_OK) return status;
  band->n_values = n;
  for (size_t v = 0; v < n && status == LF_OK; v++) {
    lf_node item = lf_node_item(&list, v);
    status = lf_node_scalar_text(&item, &band->values[v], err);
  }
  return status;
}

static lf_status read_match(const lf_node *node, lf_band *band, lf_error *err) {
  lf_node match = lf_node_key(node, "match");
  lf_error why = {.message = ""};
  const lf_column nothing = {.store = LF_STORE_CODES};
  uint16_t map[1] = {0};
  lf_status status = lf_card_read_text(node, "match", true, &band->pattern, err);
  if (status != LF_OK) return status;
  const lf_pattern pattern = {.label = band->label, .pattern = band->pattern};
  status =
      lf_match_levels(&pattern, 1, &nothing, map, &why); /* no level to match: compiles, which is the check */
  if (status == LF_E_MEMORY) return lf_fail(err, status, "%s", why.message);
  return status == LF_OK ? LF_OK : lf_node_fail(&match, err, "%s", why.message);
}

static lf_status read_true(const lf_node *node, const char *key, lf_error *err) {
  lf_node item = lf_node_key(node, key);
  bool value = false;
  lf_status status = lf_node_flag(&item, &value, err);
  if (status != LF_OK || value) return status;
  return lf_node_fail(&item, err, "only true makes sense here: leave the key out instead");
}

static lf_status read_condition(const lf_node *node, lf_kind kind, lf_band *band, lf_error *err) {
  bool numeric = kind == LF_KIND_NUMBER || kind == LF_KIND_DATE;
  switch (band->type) {
  case LF_BAND_INTERVAL:
    if (!numeric)
      return lf_node_fail(node, err, "an interval needs an attribute of kind number or date, not %s",
                          lf_kind_name(kind));
    return read_interval(node, band, err);
  case LF_BAND_VALUES: return read_values(node, band, err);
  case LF_BAND_MATCH:
    if (numeric)
      return lf_node_fail(node, err, "a pattern needs an attribute of kind text or category, not %s",
                          lf_kind_name(kind));
    return read_match(node, band, err);
  case LF_BAND_MISSING: return read_true(node, "missing", err);
  case LF_BAND_OTHER: return read_true(node, "other", err);
  }
  return LF_OK;
}

static lf_status read_figures(const lf_node *node, lf_card_band *figures, lf_error *err) {
  lf_status status = LF_OK;
  const int most = LF_CARD_MOST_POINTS;
  LF_TRY(lf_card_read_integer(node, "points", true, -most, most, &figures->points, err));
  figures->points_low = figures->points_high = figures->points;
  LF_TRY(lf_card_read_integer(node, "points_low", false, -most, most, &figures->points_low, err));
  LF_TRY(lf_card_read_integer(node, "points_high", false, -most, most, &figures->points_high, err));
  figures->weight = figures->rows = figures->won = figures->amount = NAN;
  LF_TRY(lf_card_read_number(node, "weight", &figures->weight, err));
  LF_TRY(lf_card_read_number(node, "rows", &figures->rows, err));
  LF_TRY(lf_card_read_number(node, "won", &figures->won, err));
  LF_TRY(lf_card_read_number(node, "amount", &figures->amount, err));
cleanup:
  return status;
}

static lf_status read_band(const lf_node *node, lf_kind kind, lf_band *band, lf_card_band *figures,
                           lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_card_read_text(node, "label", true, &band->label, err));
  LF_TRY(read_condition(node, kind, band, err));
  LF_TRY(read_figures(node, figures, err));
cleanup:
  return status;
}

/* ---- an attribute --------------------------------------------------------------------------------- */

/* Where each band of the file goes: those that carry values in file order, then missing, then other.
 * slot[place]. */
static lf_status place_bands(const lf_node *bands, lf_attribute *attribute, size_t *slot, lf_error *err) {
  size_t n = attribute->n_bands, next = 0;
  bool missing = false, other = false;
  for (size_t p = 0; p < n; p++) {
    lf_node node = lf_node_item(bands, p);
    lf_band_type type = LF_BAND_OTHER;
    lf_status status = lf_node_only_keys(&node, band_keys, err);
    if (status == LF_OK) status = band_type(&node, &type, err);
    if (status != LF_OK) return status;
    bool *seen = type == LF_BAND_MISSING ? &missing : type == LF_BAND_OTHER ? &other : NULL;
    if (seen && *seen)
      return lf_node_fail(&node, err, "a second band for %s values: keep one",
                          type == LF_BAND_MISSING ? "missing" : "other");
    if (seen) *seen = true;
    slot[p] = type == LF_BAND_MISSING ? n - 2 : type == LF_BAND_OTHER ? n - 1 : next++;
    if (slot[p] < n) attribute->bands[slot[p]].type = type;
    if (next + 2 > n) break; /* no room left for both: one of the two is absent, or stands further down */
  }
  if (next + 2 <= n && missing && other) return LF_OK;
  for (size_t p = 0; p < n; p++) {
    lf_node node = lf_node_item(bands, p);
    missing = missing || lf_node_key(&node, "missing").value;
    other = other || lf_node_key(&node, "other").value;
  }
  const char *absent = missing ? "other" : "missing";
  return lf_node_fail(bands, err,
                      "there is no band for %s values: add {\"label\": \"%s\", \"%s\": true, \"points\": 0}",
                      absent, absent, absent);
}

static lf_status read_bands(const lf_node *node, lf_attribute *attribute, lf_card_band **figures,
                            lf_error *err) {
  lf_status status = LF_OK;
  size_t *slot = NULL, *place = NULL, n = 0;
  lf_node bands = lf_node_key(node, "bands");
  LF_TRY(lf_node_array(&bands, &n, err));
  if (n > UINT16_MAX - 1)
    LF_TRY(lf_node_fail(&bands, err, "%zu bands are more than an attribute can have", n));
  LF_TRY(lf_alloc(n, sizeof *slot, &slot, err));
  LF_TRY(lf_alloc(n, sizeof *place, &place, err));
  LF_TRY(lf_alloc(n, sizeof *attribute->bands, &attribute->bands, err));
  attribute->n_bands = n;
  LF_TRY(lf_alloc(n, sizeof **figures, figures, err));
  LF_TRY(place_bands(&bands, attribute, slot, err));
  for (size_t p = 0; p < n; p++) {
    lf_node band = lf_node_item(&bands, p);
    place[slot[p]] = p;
    LF_TRY(read_band(&band, attribute->kind, &attribute->bands[slot[p]], &(*figures)[slot[p]], err));
  }
  LF_TRY(lf_card_check_bands(&bands, attribute, place, err));
cleanup:
  free(slot);
  free(place);
  return status;
}

static lf_status read_kind(const lf_node *node, lf_kind *kind, lf_error *err) {
  lf_node key = lf_node_key(node, "kind");
  const char *text = NULL;
  lf_status status = lf_node_text(&key, &text, err);
  if (status != LF_OK) return status;
  if (lf_kind_parse(text, kind) && *kind != LF_KIND_EMPTY && *kind != LF_KIND_INFER) return LF_OK;
  return lf_node_fail(&key, err, "there is no kind '%.60s': the kinds are number, category, flag, text, date",
                      text);
}

static lf_status read_owner(const lf_node *node, lf_owner *owner, lf_error *err) {
  lf_node key = lf_node_key(node, "owner");
  const char *text = NULL;
  if (!key.value) return LF_OK;
  lf_status status = lf_node_text(&key, &text, err);
  if (status != LF_OK || lf_owner_parse(text, owner)) return status;
  return lf_node_fail(&key, err, "there is no owner '%.60s': the owners are marketing, sales, shared", text);
}

static lf_status read_attribute(const lf_node *node, lf_attribute *attribute, lf_card_band **figures,
                                lf_error *err) {
  static const char *const keys[] = {"name", "kind", "owner", "bands", NULL};
  lf_status status = LF_OK;
  LF_TRY(lf_node_only_keys(node, keys, err));
  LF_TRY(lf_card_read_text(node, "name", true, &attribute->name, err));
  LF_TRY(read_kind(node, &attribute->kind, err));
  LF_TRY(read_owner(node, &attribute->owner, err));
  LF_TRY(read_bands(node, attribute, figures, err));
cleanup:
  return status;
}

/* ---- the list ------------------------------------------------------------------------------------- */

typedef struct named {
  const char *name;
  size_t index;
} named;

static int by_name(const void *a, const void *b) {
  const named *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  return order ? order : (x->index > y->index) - (x->index < y->index);
}

static lf_status check_names(const lf_node *list, const lf_attributes *attributes, lf_error *err) {
  lf_status status = LF_OK;
  named *names = NULL;
  LF_TRY(lf_alloc(attributes->n, sizeof *names, &names, err));
  for (size_t a = 0; a < attributes->n; a++) names[a] = (named){attributes->items[a].name, a};
  qsort(names, attributes->n, sizeof *names, by_name);
  for (size_t k = 1; k < attributes->n; k++) {
    if (strcmp(names[k - 1].name, names[k].name) != 0) continue;
    lf_node item = lf_node_item(list, names[k].index), name = lf_node_key(&item, "name");
    LF_TRY(lf_node_fail(&name, err, "'%.60s' is attributes[%zu] already: an attribute may stand once",
                        names[k].name, names[k - 1].index));
  }
cleanup:
  free(names);
  return status;
}

lf_status lf_card_read_attributes(const lf_node *list, lf_scorecard *card, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = 0;
  LF_TRY(lf_node_array(list, &n, err));
  LF_TRY(lf_alloc(1, sizeof *card->attributes, &card->attributes, err));
  LF_TRY(lf_alloc(n, sizeof *card->attributes->items, &card->attributes->items, err));
  LF_TRY(lf_alloc(n, sizeof *card->bands, &card->bands, err));
  card->attributes->n = n;
  for (size_t a = 0; a < n; a++) {
    lf_node item = lf_node_item(list, a);
    LF_TRY(read_attribute(&item, &card->attributes->items[a], &card->bands[a], err));
  }
  LF_TRY(check_names(list, card->attributes, err));
cleanup:
  return status;
}
