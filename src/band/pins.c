/* What a team said of points and signs, found among the atoms.
 *
 * A value is named by itself, a text by the label of its pattern, a number by an interval; *missing* and
 * *other* by their names. Where *other* is said the table is whole: every value that is not named gets its
 * points. Where it is not, such values are banded and fitted as ever. The ends of the intervals are the edges
 * of the bands where `bands` is not said. */
#include "band/pins.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "ingest/infer.h"

enum { NEAREST = 512 };

static bool is_special(const char *key) {
  return lf_same_text(key, "missing") || lf_same_text(key, "other");
}

bool lf_pins_name_level(const lf_attribute_spec *spec, const char *level) {
  for (size_t i = 0; spec && i < spec->n_points; i++)
    if (spec->points[i].key && lf_same_text(spec->points[i].key, level)) return true;
  for (size_t i = 0; spec && i < spec->n_signs; i++)
    if (spec->signs[i].key && lf_same_text(spec->signs[i].key, level)) return true;
  return false;
}

int lf_atom_apart(const lf_atom_set *set, size_t code) {
  const lf_atom_rules *r = &set->rules;
  if (set->given || set->kind == LF_KIND_NUMBER || code >= set->n) return 0;
  if (r->pin && r->pin[code] != LF_NO_PIN) return 1 + r->pin[code];
  if (r->sign && r->sign[code]) return 1000 + (int)code;
  return r->pin && r->pin[set->n + 1] != LF_NO_PIN ? -1 : 0;
}

/* "points.Webinar", for messages. */
static lf_status fail_at(const lf_project *project, const lf_attribute_spec *spec, const char *key,
                         const char *item, const char *message, lf_error *err) {
  char path[160];
  snprintf(path, sizeof path, "%s%s%.120s", key, item ? "." : "", item ? item : "");
  return lf_spec_fail(project, spec, path, err, "%s", message);
}

/* ---- numbers ---------------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

lf_status lf_pins_edges(const lf_project *project, lf_atom_set *set, lf_error *err) {
  const lf_attribute_spec *spec = set->spec;
  double *edge = NULL;
  size_t n = 0, kept = 0;
  if (!spec || !spec->n_points) return LF_OK;
  lf_status status = lf_alloc(2 * spec->n_points, sizeof *edge, &edge, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < spec->n_points; i++) {
    const char *key = spec->points[i].key;
    double from = 0, to = 0;
    if (is_special(key)) continue;
    if (!lf_interval_parse(key, &from, &to) || from == to)
      LF_TRY(fail_at(project, spec, "points", key,
                     "points of a number are said by interval, like \"below 50\", \"50 to 200\" or \"200 and "
                     "above\"",
                     err));
    if (isfinite(from)) edge[n++] = from;
    if (isfinite(to)) edge[n++] = to;
  }
  qsort(edge, n, sizeof *edge, by_value);
  for (size_t i = 0; i < n; i++)
    if (!kept || edge[i] > edge[kept - 1]) edge[kept++] = edge[i];
  if (!kept) goto cleanup; /* only missing or other: the data draw the bands */
  set->edge = edge;
  set->n = kept + 1;
  set->given = true;
  edge = NULL;
cleanup:
  free(edge);
  return status;
}

/* Points of the atoms from <= x < to; an interval that is not made of whole bands is refused. */
static lf_status pin_interval(const lf_project *project, const lf_atom_set *set, const lf_said_points *said,
                              int16_t *pin, lf_error *err) {
  double from = 0, to = 0;
  bool whole = true, found = false;
  if (!lf_interval_parse(said->key, &from, &to))
    return fail_at(
        project, set->spec, "points", said->key,
        "points of a number are said by interval, like \"below 50\", \"50 to 200\" or \"200 and above\"",
        err);
  for (size_t a = 0; a < set->n; a++) {
    double low = a ? set->edge[a - 1] : -INFINITY, high = a + 1 < set->n ? set->edge[a] : INFINITY;
    bool one = from == to, inside = one ? low <= from && from < high : low >= from && high <= to;
    if (!one && !inside && low < to && from < high) whole = false;
    if (!inside) continue;
    if (pin[a] != LF_NO_PIN && pin[a] != said->points)
      return fail_at(project, set->spec, "points", said->key,
                     "two points are said for one band: keep one of them", err);
    pin[a] = (int16_t)said->points;
    found = true;
  }
  if (!whole || !found)
    return fail_at(project, set->spec, "points", said->key,
                   "no band holds just this interval: its ends must be among bands:, or leave bands: out",
                   err);
  return LF_OK;
}

/* ---- values ----------------------------------------------------------------------------------------------
 */

/* What an atom is called; numbers have no names. */
static const char *atom_name(const lf_column *column, const lf_atom_set *set, size_t a) {
  return set->kind == LF_KIND_TEXT ? set->spec->match[a].label : lf_column_level(column, set->level[a]);
}

/* The atom of that name, exactly or, where only one is, but for letter case; SIZE_MAX where there is none. */
static size_t find_atom(const lf_column *column, const lf_atom_set *set, const char *name) {
  size_t alike = SIZE_MAX, n_alike = 0;
  for (size_t a = 0; a < set->n; a++) {
    const char *own = atom_name(column, set, a);
    if (strcmp(own, name) == 0) return a;
    if (!lf_same_text(own, name)) continue;
    alike = a;
    n_alike++;
  }
  return n_alike == 1 ? alike : SIZE_MAX;
}

static lf_status no_such_value(const lf_history *history, const lf_atom_set *set, const char *key,
                               const char *name, lf_error *err) {
  const lf_column *column = &history->table->columns[set->column];
  const char *names[NEAREST];
  char message[300];
  size_t n = 0;
  for (size_t a = 0; a < set->n && n < NEAREST; a++) names[n++] = atom_name(column, set, a);
  const char *nearest = lf_nearest_word(name, names, n);
  snprintf(message, sizeof message, "no band holds this: %s%.100s%s",
           nearest ? "did you mean '" : "it is no value of '", nearest ? nearest : set->name,
           nearest ? "'?" : "'; leadfit inspect shows what is");
  return fail_at(history->project, set->spec, key, name, message, err);
}

static lf_status find_code(const lf_history *history, const lf_atom_set *set, const char *key,
                           const char *name, size_t *code, lf_error *err) {
  const lf_column *column = &history->table->columns[set->column];
  size_t a = set->kind == LF_KIND_NUMBER ? SIZE_MAX : find_atom(column, set, name);
  if (a == SIZE_MAX && lf_same_text(name, "missing")) a = set->n;
  if (a == SIZE_MAX && lf_same_text(name, "other")) a = set->n + 1;
  *code = a;
  return a == SIZE_MAX ? no_such_value(history, set, key, name, err) : LF_OK;
}

/* ---- rules ------------------------------------------------------------------------------------------------
 */

/* Where other is said, whatever is not named gets its points: a band of its own for a number or a text. */
static void pin_the_rest(const lf_atom_set *set, int16_t *pin) {
  for (size_t a = 0; set->given && pin[set->n + 1] != LF_NO_PIN && a < set->n; a++)
    if (pin[a] == LF_NO_PIN) pin[a] = pin[set->n + 1];
}

static lf_status make_pins(const lf_history *history, lf_atom_set *set, lf_error *err) {
  const lf_attribute_spec *spec = set->spec;
  int16_t *pin = NULL;
  lf_status status = lf_alloc(set->n + 2, sizeof *pin, &pin, err);
  if (status != LF_OK) return status;
  set->rules.pin = pin;
  for (size_t a = 0; a < set->n + 2; a++) pin[a] = LF_NO_PIN;
  for (size_t i = 0; status == LF_OK && i < spec->n_points; i++) {
    const lf_said_points *said = &spec->points[i];
    size_t code = i;
    bool interval = !said->in_order && set->kind == LF_KIND_NUMBER && !is_special(said->key);
    if (interval) {
      status = pin_interval(history->project, set, said, pin, err);
      continue;
    }
    if (!said->in_order) status = find_code(history, set, "points", said->key, &code, err);
    if (status == LF_OK) pin[code] = (int16_t)said->points;
  }
  pin_the_rest(set, pin);
  return status;
}

/* The codes of yes and no. */
static lf_status find_yes(const lf_history *history, lf_atom_set *set, int sign, lf_error *err) {
  const lf_column *column = &history->table->columns[set->column];
  size_t yes = SIZE_MAX, no = SIZE_MAX;
  for (size_t a = 0; set->kind == LF_KIND_FLAG && a < set->n; a++) {
    const char *name = atom_name(column, set, a);
    bool is_yes = false;
    if (!lf_flag_pair(name, strlen(name), &is_yes)) continue;
    *(is_yes ? &yes : &no) = a;
  }
  if (set->kind != LF_KIND_FLAG)
    return lf_spec_fail(history->project, set->spec, "sign", err,
                        "a category has no direction: say signs by value, like {Webinar: positive}");
  if (yes == SIZE_MAX || no == SIZE_MAX) return LF_OK; /* one side alone: nothing to hold against */
  set->rules.direction = sign;
  set->rules.yes = (uint16_t)yes;
  set->rules.no = (uint16_t)no;
  return LF_OK;
}

static lf_status make_signs(const lf_history *history, lf_atom_set *set, lf_error *err) {
  const lf_attribute_spec *spec = set->spec;
  bool whole = !spec->signs[0].key;
  if (whole && set->kind == LF_KIND_NUMBER) {
    set->rules.trend = spec->signs[0].sign > 0 ? LF_TREND_INCREASING : LF_TREND_DECREASING;
    return LF_OK;
  }
  if (whole) return find_yes(history, set, spec->signs[0].sign, err);
  if (set->kind == LF_KIND_NUMBER)
    return lf_spec_fail(history->project, spec, "sign", err,
                        "a number has one direction: say sign: positive or sign: negative");
  lf_status status = lf_alloc(set->n + 2, sizeof *set->rules.sign, &set->rules.sign, err);
  for (size_t i = 0; status == LF_OK && i < spec->n_signs; i++) {
    size_t code = 0;
    status = find_code(history, set, "sign", spec->signs[i].key, &code, err);
    if (status == LF_OK) set->rules.sign[code] = (int8_t)spec->signs[i].sign;
  }
  return status;
}

lf_status lf_pins_make(const lf_history *history, lf_atom_set *set, bool without_rules, lf_error *err) {
  const lf_attribute_spec *spec = set->spec;
  lf_status status = LF_OK;
  set->rules.trend = spec ? spec->trend : LF_TREND_AUTO;
  bool one_way = set->rules.trend == LF_TREND_INCREASING || set->rules.trend == LF_TREND_DECREASING;
  if (without_rules && one_way) set->rules.trend = LF_TREND_AUTO;
  if (without_rules || !spec) return LF_OK;
  if (spec->n_points) status = make_pins(history, set, err);
  if (status == LF_OK && spec->n_signs) status = make_signs(history, set, err);
  set->rules.cap = spec->cap;
  set->rules.exclude = spec->exclude;
  return status;
}
