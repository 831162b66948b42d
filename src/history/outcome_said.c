/* What the user said of the values of the outcome: --won and --lost over what the values say themselves. */
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "history/outcome_words.h"

static bool same_value(const char *level, const char *said) {
  size_t n = strlen(level), m = strlen(said);
  double x = 0, y = 0;
  lf_trim(&level, &n);
  lf_trim(&said, &m);
  if (lf_same_span(level, n, said, m)) return true;
  return lf_parse_double(level, n, &x) && lf_parse_double(said, m, &y) && x == y;
}

static lf_status set_side(const lf_column *column, const lf_text_list *values, lf_side side,
                          lf_reading *reading, lf_error *err) {
  for (size_t i = 0; i < values->n; i++) {
    bool found = false;
    for (uint32_t code = 1; code <= reading->n_levels; code++) {
      if (!same_value(lf_column_level(column, code), values->items[i])) continue;
      reading->side[code] = (uint8_t)side;
      found = true;
    }
    if (!values->items[i][0]) { /* `lost: [""]`: rows without a value */
      reading->side[0] = (uint8_t)side;
      continue;
    }
    if (found) continue;
    const char *nearest =
        lf_nearest_word(values->items[i], (const char *const *)column->levels, column->n_levels);
    char all[300];
    lf_join((const char *const *)column->levels, column->n_levels, 6, all, sizeof all);
    if (nearest)
      return lf_fail(err, LF_E_DATA, "no row of '%s' has the value '%s': did you mean '%s'?", column->name,
                     values->items[i], nearest);
    return lf_fail(err, LF_E_DATA, "no row of '%s' has the value '%s': its values are %s", column->name,
                   values->items[i], all);
  }
  return LF_OK;
}

/* Whether the values themselves, as read, say this side of any level but those in `except`. */
static bool says(const lf_column *column, const lf_text_list *except, lf_side side) {
  for (uint32_t code = 1; code <= column->n_levels; code++) {
    const char *level = lf_column_level(column, code);
    bool excepted = false;
    for (size_t i = 0; i < except->n && !excepted; i++) excepted = same_value(level, except->items[i]);
    lf_meaning meaning = lf_outcome_meaning(level);
    if (!excepted && meaning.side == side && (side != LF_SIDE_LOST || meaning.plainness != LF_PLAIN_YES_NO))
      return true;
  }
  return false;
}

/* Values that are neither in `said` nor read as open nor (where some are) as the other side get the other
 * side. Where something else is said to be won, "qualified" is a stage on the way. */
static void set_rest(const lf_column *column, const lf_text_list *said, lf_side other, lf_reading *reading) {
  bool some = says(column, said, other);
  for (uint32_t code = 1; code <= reading->n_levels; code++) {
    const char *level = lf_column_level(column, code);
    bool listed = false;
    for (size_t i = 0; i < said->n && !listed; i++) listed = same_value(level, said->items[i]);
    if (listed) continue;
    lf_meaning meaning = lf_outcome_meaning(level);
    bool on_the_way =
        other == LF_SIDE_LOST && meaning.side == LF_SIDE_WON && meaning.plainness == LF_PLAIN_QUALIFIED;
    lf_side side = on_the_way ? LF_SIDE_OPEN : meaning.side;
    if (reading->n_levels == 2) side = other;
    if (side != other && side != LF_SIDE_OPEN) side = some ? LF_SIDE_NONE : other;
    reading->side[code] = (uint8_t)side;
  }
}

lf_status lf_outcome_said(const lf_project *p, const lf_column *column, lf_reading *reading, lf_error *err) {
  if (!p->won.n && !p->lost.n) return LF_OK;
  for (size_t i = 0; i < p->won.n; i++)
    if (lf_text_list_has(&p->lost, p->won.items[i]))
      return lf_fail(err, LF_E_USAGE, "'%s' is said to be both won and lost: keep one", p->won.items[i]);
  if (p->won.n && p->lost.n)
    for (uint32_t code = 1; code <= reading->n_levels; code++) {
      bool open = lf_outcome_meaning(lf_column_level(column, code)).side == LF_SIDE_OPEN ||
                  reading->side[code] == LF_SIDE_OPEN;
      reading->side[code] = open ? LF_SIDE_OPEN : LF_SIDE_NONE;
    }
  if (!p->lost.n) set_rest(column, &p->won, LF_SIDE_LOST, reading);
  if (!p->won.n) set_rest(column, &p->lost, LF_SIDE_WON, reading);
  lf_status status = set_side(column, &p->won, LF_SIDE_WON, reading, err);
  if (status == LF_OK) status = set_side(column, &p->lost, LF_SIDE_LOST, reading, err);
  lf_reading_count(reading);
  return status;
}
