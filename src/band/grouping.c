#include "band/grouping.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

enum { LABEL_VALUES = 3, LABEL_BYTES = 60 }; /* values named in a label, and its length before it is cut */

lf_status lf_grouping_new(const lf_atom_set *set, lf_grouping *grouping, lf_error *err) {
  lf_status status = lf_alloc(set->n + 2, sizeof *grouping->band, &grouping->band, err);
  if (status != LF_OK) return status;
  grouping->n_bands = set->n;
  for (size_t a = 0; a < set->n + 2; a++) grouping->band[a] = (uint16_t)a;
  return LF_OK;
}

void lf_grouping_clear(lf_grouping *grouping) {
  free(grouping->band);
  *grouping = (lf_grouping){0};
}

/* ---- labels ------------------------------------------------------------------------------------------- */

/* 1234567.5 as "1,234,567.5". */
static void add_grouped(lf_text *text, double value) {
  char number[LF_DOUBLE_TEXT];
  lf_format_double(value, number);
  size_t whole = strspn(number + (number[0] == '-'), "0123456789");
  if (strchr(number, 'e') || whole < 5) {
    lf_text_add(text, number);
    return;
  }
  const char *p = number;
  if (*p == '-') lf_text_add_n(text, p++, 1);
  for (size_t i = 0; i < whole; i++) {
    if (i && (whole - i) % 3 == 0) lf_text_add(text, ",");
    lf_text_add_n(text, p++, 1);
  }
  lf_text_add(text, p);
}

static void label_interval(lf_text *text, double from, double to) {
  if (isinf(from) && isinf(to))
    lf_text_add(text, "any value");
  else if (isinf(from)) {
    lf_text_add(text, "below ");
    add_grouped(text, to);
  } else if (isinf(to)) {
    add_grouped(text, from);
    lf_text_add(text, " and above");
  } else {
    add_grouped(text, from);
    lf_text_add(text, " to below ");
    add_grouped(text, to);
  }
}

/* Names the first values and counts the rest, or of a run of ranges the first and the last; cuts between
 * characters. */
static void label_values(lf_text *text, const lf_band *band, bool run) {
  size_t named = 0;
  if (run && band->n_values > 2) {
    lf_text_addf(text, "%s to %s", band->values[0], band->values[band->n_values - 1]);
    return;
  }
  for (; named < band->n_values && named < LABEL_VALUES; named++) {
    size_t length = strlen(band->values[named]);
    if (named && text->length + length > LABEL_BYTES) break;
    if (named) lf_text_add(text, ", ");
    size_t cut = length <= LABEL_BYTES ? length : LABEL_BYTES;
    while (cut && cut < length && ((unsigned char)band->values[named][cut] & 0xc0) == 0x80) cut--;
    lf_text_add_n(text, band->values[named], cut);
    if (cut < length) lf_text_add(text, "…");
  }
  if (named < band->n_values) lf_text_addf(text, " and %zu more", band->n_values - named);
}

/* Whether band b of ordered levels has every level from its first to its last. */
static bool is_run(const lf_atom_set *set, const lf_grouping *grouping, size_t b) {
  size_t first = SIZE_MAX, last = 0, inside = 0;
  for (size_t a = 0; a < set->n; a++) {
    if (grouping->band[a] != b) continue;
    if (first == SIZE_MAX) first = a;
    last = a;
    inside++;
  }
  return set->ordered && inside && last - first + 1 == inside;
}

static lf_status set_label(lf_band *band, bool run, lf_error *err) {
  lf_text text = {0};
  switch (band->type) {
  case LF_BAND_INTERVAL: label_interval(&text, band->from, band->to); break;
  case LF_BAND_VALUES: label_values(&text, band, run); break;
  case LF_BAND_MISSING: lf_text_add(&text, "missing"); break;
  default: lf_text_add(&text, "other");
  }
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_copy_text(text.data, text.length, &band->label, err);
  lf_text_free(&text);
  return status;
}

/* ---- bands ----------------------------------------------------------------------------------------------
 */

static void fill_intervals(const lf_atom_set *set, const lf_grouping *grouping, lf_attribute *attribute) {
  for (size_t b = 0; b < grouping->n_bands; b++)
    attribute->bands[b] = (lf_band){.type = LF_BAND_INTERVAL, .from = -INFINITY, .to = INFINITY};
  for (size_t a = 1; a < set->n; a++) {
    if (grouping->band[a] == grouping->band[a - 1]) continue;
    attribute->bands[grouping->band[a - 1]].to = set->edge[a - 1];
    attribute->bands[grouping->band[a]].from = set->edge[a - 1];
  }
}

/* Values that go to *other* (where points are said of it, it has whatever is not named) are not listed. */
static lf_status fill_values(const lf_column *column, const lf_atom_set *set, const lf_grouping *grouping,
                             lf_attribute *attribute, lf_error *err) {
  for (size_t a = 0; a < set->n; a++)
    if (grouping->band[a] < grouping->n_bands) attribute->bands[grouping->band[a]].n_values++;
  for (size_t b = 0; b < grouping->n_bands; b++) {
    lf_band *band = &attribute->bands[b];
    band->type = LF_BAND_VALUES;
    lf_status status = lf_alloc(band->n_values, sizeof *band->values, &band->values, err);
    if (status != LF_OK) return status;
    band->n_values = 0;
  }
  for (size_t a = 0; a < set->n; a++) { /* by falling rows (a label names the most frequent) or in order */
    if (grouping->band[a] >= grouping->n_bands) continue;
    lf_band *band = &attribute->bands[grouping->band[a]];
    const char *text = lf_column_level(column, set->level[a]);
    lf_status status = lf_copy_text(text, strlen(text), &band->values[band->n_values], err);
    if (status != LF_OK) return status;
    band->n_values++;
  }
  return LF_OK;
}

static lf_status fill_patterns(const lf_atom_set *set, lf_attribute *attribute, lf_error *err) {
  for (size_t a = 0; a < set->n; a++) {
    const lf_pattern *pattern = &set->spec->match[a];
    lf_band *band = &attribute->bands[a];
    band->type = LF_BAND_MATCH;
    lf_status status = lf_copy_text(pattern->label, strlen(pattern->label), &band->label, err);
    if (status == LF_OK)
      status = lf_copy_text(pattern->pattern, strlen(pattern->pattern), &band->pattern, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

lf_status lf_grouping_attribute(const lf_history *history, const lf_atom_set *set,
                                const lf_grouping *grouping, lf_attribute *attribute, lf_error *err) {
  lf_attribute made = {.kind = set->kind, .owner = set->owner};
  lf_status status = LF_OK;
  LF_TRY(lf_copy_text(set->name, strlen(set->name), &made.name, err));
  LF_TRY(lf_alloc(grouping->n_bands + 2, sizeof *made.bands, &made.bands, err));
  made.n_bands = grouping->n_bands + 2;
  made.bands[grouping->n_bands].type = LF_BAND_MISSING;
  made.bands[grouping->n_bands + 1].type = LF_BAND_OTHER;
  if (set->kind == LF_KIND_NUMBER)
    fill_intervals(set, grouping, &made);
  else if (set->kind == LF_KIND_TEXT)
    LF_TRY(fill_patterns(set, &made, err));
  else
    LF_TRY(fill_values(&history->table->columns[set->column], set, grouping, &made, err));
  for (size_t b = 0; b < made.n_bands; b++)
    if (!made.bands[b].label) LF_TRY(set_label(&made.bands[b], is_run(set, grouping, b), err));
  *attribute = made;
  made = (lf_attribute){0};
cleanup:
  lf_attribute_clear(&made);
  return status;
}
