/* What a team agreed an attribute shall be worth: points, sign, cap, exclude. Whether the values exist is
 * known only where the data are (band/pins.c); what contradicts itself is refused here. */
#include "history/project_rules.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { MOST_POINTS = 100, PATH = 160 };

void lf_spec_rules_clear(lf_attribute_spec *spec) {
  for (size_t i = 0; i < spec->n_points; i++) free(spec->points[i].key);
  for (size_t i = 0; i < spec->n_signs; i++) free(spec->signs[i].key);
  free(spec->points);
  free(spec->signs);
  spec->points = NULL;
  spec->signs = NULL;
  spec->n_points = spec->n_signs = 0;
}

bool lf_spec_has_rules(const lf_attribute_spec *spec) {
  return spec && (spec->n_points || spec->n_signs || spec->cap || spec->exclude);
}

lf_status lf_spec_fail(const lf_project *project, const lf_attribute_spec *spec, const char *key,
                       lf_error *err, const char *format, ...) {
  char message[400], path[PATH];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  snprintf(path, sizeof path, "attributes[%zu]%s%.100s", spec->place, key ? "." : "", key ? key : "");
  return lf_fail_at(err, LF_E_USAGE, project->file, 0, 0, "%s: %s", path, message);
}

/* ---- intervals ------------------------------------------------------------------------------------------
 */

/* A number, digits grouped by commas or not, and nothing else but blanks. */
static bool parse_number(const char *text, size_t n, double *value) {
  char plain[64];
  size_t m = 0;
  lf_trim(&text, &n);
  if (n == 0 || n >= sizeof plain) return false;
  for (size_t i = 0; i < n; i++)
    if (text[i] != ',') plain[m++] = text[i];
  return lf_parse_double(plain, m, value);
}

static bool has_start(const char **text, const char *word) {
  size_t n = strlen(word);
  if (!lf_same_span(*text, strlen(*text) < n ? strlen(*text) : n, word, n)) return false;
  *text += n;
  return true;
}

/* Length of the text before the word it ends in, or 0. */
static size_t before_end(const char *text, const char *word) {
  size_t n = strlen(text), m = strlen(word);
  return n > m && lf_same_span(text + n - m, m, word, m) ? n - m : 0;
}

bool lf_interval_parse(const char *text, double *from, double *to) {
  static const char *const openings[] = {"below ", "under ", "less than ", "<"};
  static const char *const ends[] = {" and above", " or more", " and over", "+"};
  *from = -INFINITY;
  *to = INFINITY;
  for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
    const char *rest = text;
    if (has_start(&rest, openings[i])) return parse_number(rest, strlen(rest), to);
  }
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t n = before_end(text, ends[i]);
    if (n) return parse_number(text, n, from);
  }
  const char *rest = text;
  if (has_start(&rest, ">=")) return parse_number(rest, strlen(rest), from);
  const char *middle = strstr(text, " to ");
  if (!middle) return parse_number(text, strlen(text), from) && (*to = *from, true);
  rest = middle + 4;
  has_start(&rest, "below ");
  return parse_number(text, (size_t)(middle - text), from) && parse_number(rest, strlen(rest), to) &&
         *from < *to;
}

/* ---- reading ---------------------------------------------------------------------------------------------
 */

static lf_status read_whole(const lf_node *node, int least, int *value, lf_error *err) {
  int64_t read = 0;
  lf_status status = lf_node_integer(node, &read, err);
  if (status != LF_OK) return status;
  if (read < least || read > MOST_POINTS)
    return lf_node_fail(node, err, "points run from %d to %d, but %lld stands there", least, MOST_POINTS,
                        (long long)read);
  *value = (int)read;
  return LF_OK;
}

/* `points: {Webinar: 15, other: 0}`. */
static lf_status read_points_map(const lf_node *node, lf_attribute_spec *spec, lf_error *err) {
  const char *key;
  json_t *item;
  lf_status status = lf_alloc(json_object_size(node->value) + 1, sizeof *spec->points, &spec->points, err);
  if (status != LF_OK) return status;
  json_object_foreach((json_t *)(uintptr_t)node->value, key, item) {
    lf_node at = lf_node_key(node, key);
    lf_said_points *said = &spec->points[spec->n_points++];
    LF_TRY(lf_copy_text(key, strlen(key), &said->key, err));
    LF_TRY(read_whole(&at, 0, &said->points, err));
  }
cleanup:
  return status;
}

/* `points: [0, 5, 12]`: one for each band, in the order of `bands` or `match`. */
static lf_status read_points_list(const lf_node *node, lf_attribute_spec *spec, lf_error *err) {
  size_t n = json_array_size(node->value);
  size_t bands = spec->n_edges ? spec->n_edges + 1 : spec->n_match;
  if (!bands)
    return lf_node_fail(node, err,
                        "a list of points needs bands to stand for: say bands: or match: as well, or write "
                        "points by value, like {Webinar: 15}");
  if (n != bands)
    return lf_node_fail(node, err, "%zu points stand there for %zu bands: write one for each", n, bands);
  lf_status status = lf_alloc(n, sizeof *spec->points, &spec->points, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    lf_node item = lf_node_item(node, i);
    spec->points[spec->n_points++].in_order = true;
    status = read_whole(&item, 0, &spec->points[i].points, err);
  }
  return status;
}

static lf_status read_points(const lf_node *parent, lf_attribute_spec *spec, lf_error *err) {
  lf_node node = lf_node_key(parent, "points");
  if (!node.value) return LF_OK;
  if (json_is_array(node.value)) return read_points_list(&node, spec, err);
  lf_status status = lf_node_object(&node, err);
  if (status == LF_OK && !json_object_size(node.value))
    status =
        lf_node_fail(&node, err, "expected points by value, like {Webinar: 15}, but nothing stands there");
  return status == LF_OK ? read_points_map(&node, spec, err) : status;
}

static lf_status read_sign_word(const lf_node *node, int *sign, lf_error *err) {
  const char *word = NULL;
  lf_status status = lf_node_text(node, &word, err);
  if (status != LF_OK) return status;
  *sign = strcmp(word, "positive") == 0 ? 1 : strcmp(word, "negative") == 0 ? -1 : 0;
  return *sign ? LF_OK
               : lf_node_fail(node, err, "there is no sign '%.60s': it is positive or negative", word);
}

static lf_status read_sign(const lf_node *parent, lf_attribute_spec *spec, lf_error *err) {
  lf_node node = lf_node_key(parent, "sign");
  const char *key;
  json_t *item;
  lf_status status = LF_OK;
  if (!node.value) return LF_OK;
  size_t n = json_is_object(node.value) ? json_object_size(node.value) : 1;
  if (!n) return lf_node_fail(&node, err, "expected signs by value, like {Webinar: positive}");
  LF_TRY(lf_alloc(n, sizeof *spec->signs, &spec->signs, err));
  if (!json_is_object(node.value)) {
    spec->n_signs = 1;
    LF_TRY(read_sign_word(&node, &spec->signs[0].sign, err));
    goto cleanup;
  }
  json_object_foreach((json_t *)(uintptr_t)node.value, key, item) {
    lf_node at = lf_node_key(&node, key);
    lf_said_sign *said = &spec->signs[spec->n_signs++];
    LF_TRY(lf_copy_text(key, strlen(key), &said->key, err));
    LF_TRY(read_sign_word(&at, &said->sign, err));
  }
cleanup:
  return status;
}

/* ---- contradictions --------------------------------------------------------------------------------------
 */

static lf_status check_cap(const lf_node *node, const lf_attribute_spec *spec, lf_error *err) {
  lf_node at = lf_node_key(node, "cap");
  for (size_t i = 0; spec->cap && i < spec->n_points; i++)
    if (spec->points[i].points > spec->cap)
      return lf_node_fail(&at, err,
                          "the cap of %d points lies below the %d points said for %s%.60s%s: raise one or "
                          "lower the other",
                          spec->cap, spec->points[i].points, spec->points[i].key ? "'" : "a band",
                          spec->points[i].key ? spec->points[i].key : "", spec->points[i].key ? "'" : "");
  return LF_OK;
}

/* One sign for the whole attribute and a trend say the same thing; points in order can contradict them. */
static lf_status check_direction(const lf_node *node, lf_attribute_spec *spec, lf_error *err) {
  lf_node at = lf_node_key(node, "sign");
  bool whole = spec->n_signs == 1 && !spec->signs[0].key;
  int sign = whole ? spec->signs[0].sign : 0;
  int trend = spec->trend == LF_TREND_INCREASING ? 1 : spec->trend == LF_TREND_DECREASING ? -1 : 0;
  bool shaped = spec->trend == LF_TREND_PEAK || spec->trend == LF_TREND_VALLEY;
  if (sign && (shaped || (trend && trend != sign)))
    return lf_node_fail(&at, err, "the sign contradicts the trend: keep one of the two");
  for (size_t i = 1; (sign || trend) && i < spec->n_points; i++)
    if (spec->points[i].in_order &&
        (spec->points[i].points - spec->points[i - 1].points) * (sign + trend) < 0)
      return lf_node_fail(&at, err, "the points said go against the %s: keep one of the two",
                          sign ? "sign" : "trend");
  if (whole && (spec->n_match || spec->kind == LF_KIND_CATEGORY || spec->kind == LF_KIND_TEXT))
    return lf_node_fail(&at, err, "a %s has no direction: say signs by value, like {Webinar: positive}",
                        spec->n_match ? "text" : lf_kind_name(spec->kind));
  if (spec->n_signs && !whole && (spec->n_edges || trend || shaped || spec->kind == LF_KIND_NUMBER))
    return lf_node_fail(&at, err, "a number has one direction: say sign: positive or sign: negative");
  return LF_OK;
}

static lf_status check_exclude(const lf_node *node, const lf_attribute_spec *spec, lf_error *err) {
  lf_node at = lf_node_key(node, "exclude");
  if (spec->exclude && (spec->n_points || spec->n_signs || spec->cap))
    return lf_node_fail(&at, err,
                        "an attribute that is excluded has no points: leave out points, sign and cap, "
                        "or exclude");
  return LF_OK;
}

lf_status lf_spec_rules_read(const lf_node *node, lf_attribute_spec *spec, lf_error *err) {
  lf_node cap = lf_node_key(node, "cap"), exclude = lf_node_key(node, "exclude");
  lf_status status = read_points(node, spec, err);
  if (status == LF_OK) status = read_sign(node, spec, err);
  if (status == LF_OK && cap.value) status = read_whole(&cap, 1, &spec->cap, err);
  if (status == LF_OK && exclude.value) status = lf_node_flag(&exclude, &spec->exclude, err);
  if (status == LF_OK) status = check_exclude(node, spec, err);
  if (status == LF_OK) status = check_cap(node, spec, err);
  return status == LF_OK ? check_direction(node, spec, err) : status;
}
