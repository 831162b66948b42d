/* Whether a card keeps a rule as it is, by its whole points. */
#include <math.h>
#include <string.h>

#include "evidence/price_parts.h"

static size_t find_attribute(const lf_scorecard *card, const char *name) {
  size_t a = 0;
  while (a < card->attributes->n && strcmp(card->attributes->items[a].name, name) != 0) a++;
  return a;
}

/* The band that holds a value, or the one of its label; the last (other) where none does. */
static size_t find_band(const lf_attribute *attribute, const char *value) {
  for (size_t b = 0; b + 2 < attribute->n_bands; b++) {
    const lf_band *band = &attribute->bands[b];
    if (band->type == LF_BAND_MATCH && strcmp(band->label, value) == 0) return b;
    for (size_t v = 0; v < band->n_values; v++)
      if (strcmp(band->values[v], value) == 0) return b;
  }
  return attribute->n_bands - 1;
}

static size_t band_of_code(const lf_history *history, const lf_attribute *attribute, const lf_atom_set *set,
                           size_t code) {
  if (code >= set->n) return attribute->n_bands - (code == set->n ? 2 : 1);
  if (set->kind == LF_KIND_TEXT) return find_band(attribute, set->spec->match[code].label);
  return find_band(attribute, lf_column_level(&history->table->columns[set->column], set->level[code]));
}

/* Points go one way over the bands of a number. */
static bool is_ordered(const lf_attribute *attribute, const lf_card_band *bands, int sign) {
  for (size_t b = 1; b + 2 < attribute->n_bands; b++)
    if (sign * (bands[b].points - bands[b - 1].points) < 0) return false;
  return true;
}

static double mean_points(const lf_attribute *attribute, const lf_card_band *bands) {
  double sum = 0, rows = 0;
  for (size_t b = 0; b < attribute->n_bands; b++) {
    sum += bands[b].rows * bands[b].points;
    rows += bands[b].rows;
  }
  return rows > 0 ? sum / rows : 0;
}

static bool keeps_sign(const lf_history *history, const lf_attribute *attribute, const lf_card_band *bands,
                       const lf_atom_set *set) {
  const lf_atom_rules *r = &set->rules;
  if (set->kind == LF_KIND_NUMBER)
    return is_ordered(attribute, bands, r->trend == LF_TREND_INCREASING ? 1 : -1);
  if (r->direction) {
    int yes = bands[band_of_code(history, attribute, set, r->yes)].points,
        no = bands[band_of_code(history, attribute, set, r->no)].points;
    if (r->direction * (yes - no) < 0) return false;
  }
  double mean = mean_points(attribute, bands);
  for (size_t c = 0; r->sign && c < set->n + 2; c++) {
    if (!r->sign[c]) continue;
    int points = bands[band_of_code(history, attribute, set, c)].points;
    if (r->sign[c] * (points - mean) < -1e-9) return false;
  }
  return true;
}

bool lf_rule_is_kept(const lf_history *history, const lf_scorecard *card, const lf_atom_set *set,
                     lf_rule_kind kind) {
  size_t a = find_attribute(card, set->name);
  if (kind == LF_RULE_POINTS) return false; /* points said are put there, whatever the data would have */
  if (a == card->attributes->n) return true;
  const lf_attribute *attribute = &card->attributes->items[a];
  if (kind == LF_RULE_EXCLUDE) return false;
  if (kind == LF_RULE_SIGN) return keeps_sign(history, attribute, card->bands[a], set);
  for (size_t b = 0; b < attribute->n_bands; b++)
    if (card->bands[a][b].points > set->rules.cap) return false;
  return true;
}
