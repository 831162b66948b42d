/* The rows of a claim: levels and ranges found in the data, sides, outcomes, counts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "evidence/claims_parts.h"

void lf_effect_rows_clear(lf_effect_rows *rows) {
  free(rows->side);
  free(rows->weight);
  free(rows->y);
}

/* ---- errors that name the path ------------------------------------------------------------------------- */

/* Nodes from the root of claims.yaml down to one of a claim's keys: each points to the one before. */
typedef struct claim_path {
  lf_node root, list, item, key;
} claim_path;

static void path_to(const lf_claims *claims, size_t index, const char *key, claim_path *p) {
  p->root = lf_node_root(claims->root, claims->file);
  p->list = lf_node_key(&p->root, "claims");
  p->item = lf_node_item(&p->list, index);
  p->key = lf_node_key(&p->item, key);
}

static lf_status no_column(const lf_claims *claims, const lf_case *c, const lf_table *table, lf_error *err) {
  claim_path p;
  const char **names = NULL;
  lf_status status = lf_alloc(table->n_columns, sizeof *names, &names, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < table->n_columns; k++) names[k] = table->columns[k].name;
  const char *near = lf_nearest_word(c->claim->attribute, names, table->n_columns);
  path_to(claims, c->index, "attribute", &p);
  status =
      near ? lf_node_fail(&p.key, err, "no column '%.60s': did you mean '%.60s'?", c->claim->attribute, near)
           : lf_node_fail(&p.key, err, "no column '%.60s': leadfit inspect lists the columns",
                          c->claim->attribute);
  free(names);
  return status;
}

enum { LEVELS_TOLD = 6 };

static lf_status no_level(const lf_claims *claims, const lf_case *c, const char *key, const lf_column *column,
                          const char *level, lf_error *err) {
  claim_path p;
  lf_text list = {0};
  path_to(claims, c->index, key, &p);
  for (uint32_t code = 1; code <= column->n_levels && code <= LEVELS_TOLD; code++)
    lf_text_addf(&list, "%s'%.40s'", code > 1 ? ", " : "", lf_column_level(column, code));
  if (column->n_levels > LEVELS_TOLD) lf_text_addf(&list, " and %u more", column->n_levels - LEVELS_TOLD);
  const char *near = lf_nearest_word(level, (const char *const *)column->levels, column->n_levels);
  lf_status status =
      near ? lf_node_fail(&p.key, err, "'%.60s' has no level '%.60s': did you mean '%.60s'? It has %s",
                          column->name, level, near, list.data ? list.data : "none")
           : lf_node_fail(&p.key, err, "'%.60s' has no level '%.60s': it has %s", column->name, level,
                          list.data ? list.data : "none");
  lf_text_free(&list);
  return status;
}

/* ---- sides --------------------------------------------------------------------------------------------- */

enum { SIDE_NONE = 0, SIDE_GROUP = 1, SIDE_VERSUS = 2 };

static bool same_level(const lf_column *column, uint32_t code, const char *level) {
  double number = 0;
  if (column->values && lf_parse_double(level, strlen(level), &number))
    return column->values[code - 1] >= number && column->values[code - 1] <= number;
  return strcmp(lf_column_level(column, code), level) == 0;
}

/* Marks the codes of a level: exact, else the only ones that are alike but for letter case. */
static bool mark_level(const lf_column *column, const char *level, uint8_t side, uint8_t *mark) {
  bool found = false;
  for (uint32_t code = 1; code <= column->n_levels; code++) {
    if (!same_level(column, code, level)) continue;
    mark[code] |= side;
    found = true;
  }
  for (uint32_t code = 1; !found && code <= column->n_levels; code++) {
    if (!lf_same_text(lf_column_level(column, code), level)) continue;
    mark[code] |= side;
    return true;
  }
  return found;
}

static lf_status mark_side(const lf_claims *claims, const lf_case *c, const char *key,
                           const lf_column *column, const lf_claim_side *said, uint8_t side, uint8_t *mark,
                           lf_error *err) {
  for (uint32_t code = 1; said->range && code <= column->n_levels; code++)
    if (column->values && column->values[code - 1] >= said->from && column->values[code - 1] < said->to)
      mark[code] |= side;
  for (size_t i = 0; i < said->n_levels; i++)
    if (!mark_level(column, said->levels[i], side, mark))
      return no_level(claims, c, key, column, said->levels[i], err);
  return LF_OK;
}

/* The side of each value: of each code of a coded column (mark), else of a number by range. */
static uint8_t number_side(const lf_claim *claim, double x) {
  bool group = false, versus = false;
  if (isnan(x)) return SIDE_NONE;
  const lf_claim_side *sides[] = {&claim->group, &claim->versus};
  bool *in[] = {&group, &versus};
  for (int s = 0; s < 2; s++) {
    double level = 0;
    if (sides[s]->range) *in[s] = x >= sides[s]->from && x < sides[s]->to;
    for (size_t i = 0; i < sides[s]->n_levels; i++)
      if (lf_parse_double(sides[s]->levels[i], strlen(sides[s]->levels[i]), &level))
        *in[s] |= x >= level && x <= level;
  }
  if (!claim->versus.said) versus = !group;
  return (uint8_t)((group ? SIDE_GROUP : 0) | (versus ? SIDE_VERSUS : 0));
}

static lf_status overlap(const lf_claims *claims, const lf_case *c, lf_error *err) {
  claim_path p;
  path_to(claims, c->index, "versus", &p);
  return lf_node_fail(&p.key, err,
                      "a value is in both group and versus: the sides of a claim must not overlap");
}

static lf_status coded_sides(const lf_claims *claims, const lf_case *c, const lf_column *column, size_t n,
                             uint8_t *side, lf_error *err) {
  const lf_claim *claim = c->claim;
  uint8_t *mark = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc((size_t)column->n_levels + 1, 1, &mark, err));
  LF_TRY(mark_side(claims, c, "group", column, &claim->group, SIDE_GROUP, mark, err));
  LF_TRY(mark_side(claims, c, "versus", column, &claim->versus, SIDE_VERSUS, mark, err));
  for (uint32_t code = 1; code <= column->n_levels; code++) {
    if (!claim->versus.said && !mark[code]) mark[code] = SIDE_VERSUS;
    if (mark[code] == (SIDE_GROUP | SIDE_VERSUS)) LF_TRY(overlap(claims, c, err));
  }
  for (size_t i = 0; i < n; i++) side[i] = mark[lf_column_code(column, i)];
cleanup:
  free(mark);
  return status;
}

static lf_status number_sides(const lf_claims *claims, const lf_case *c, const lf_column *column, size_t n,
                              uint8_t *side, lf_error *err) {
  for (size_t i = 0; i < n; i++) {
    side[i] = number_side(c->claim, lf_column_number(column, i));
    if (side[i] == (SIDE_GROUP | SIDE_VERSUS)) return overlap(claims, c, err);
  }
  return LF_OK;
}

static lf_status check_column(const lf_claims *claims, const lf_history *history, lf_case *c, lf_error *err) {
  claim_path p;
  path_to(claims, c->index, "attribute", &p);
  c->column = lf_table_find(history->table, c->claim->attribute);
  if (c->column == SIZE_MAX) return no_column(claims, c, history->table, err);
  const lf_column *column = &history->table->columns[c->column];
  if (c->column == history->outcome)
    return lf_node_fail(&p.key, err, "'%.60s' is the outcome itself: a claim is about an attribute",
                        column->name);
  if (column->store == LF_STORE_NONE || column->store == LF_STORE_HASHES)
    return lf_node_fail(&p.key, err, "'%.60s' is %s: a claim needs a column of levels or numbers",
                        column->name, column->store == LF_STORE_NONE ? "empty" : "free text or an id");
  bool range = c->claim->group.range || c->claim->versus.range;
  bool numbers = column->values || column->store == LF_STORE_DECIMALS || column->store == LF_STORE_DOUBLES;
  path_to(claims, c->index, c->claim->group.range ? "group" : "versus", &p);
  if (range && !numbers)
    return lf_node_fail(&p.key, err, "'%.60s' holds no numbers: name its levels in a list, not from and to",
                        column->name);
  path_to(claims, c->index, "effect", &p);
  if (c->claim->effect != LF_EFFECT_WIN && history->amount == SIZE_MAX)
    return lf_node_fail(&p.key, err,
                        "the history has no amount column: say --amount COL, or claim an effect on win");
  return LF_OK;
}

static lf_status find_sides(const lf_claims *claims, const lf_history *history, lf_case *c, uint8_t *side,
                            lf_error *err) {
  const lf_column *column = &history->table->columns[c->column];
  claim_path p;
  lf_status status = column->store == LF_STORE_CODES
                         ? coded_sides(claims, c, column, history->n_rows, side, err)
                         : number_sides(claims, c, column, history->n_rows, side, err);
  if (status != LF_OK) return status;
  bool found[3] = {false};
  c->signature = c->mirrored = 0;
  for (size_t i = 0; i < history->n_rows; i++) {
    static const uint8_t mirror[] = {SIDE_NONE, SIDE_VERSUS, SIDE_GROUP};
    found[side[i]] = true;
    c->signature = lf_hash_mix(c->signature, side[i]);
    c->mirrored = lf_hash_mix(c->mirrored, mirror[side[i]]);
  }
  for (int s = SIDE_GROUP; s <= SIDE_VERSUS; s++) {
    path_to(claims, c->index, s == SIDE_GROUP ? "group" : "versus", &p);
    if (!found[s])
      return lf_node_fail(&p.key, err, "no row has such a value of '%.60s': nothing can be held against it",
                          column->name);
  }
  return LF_OK;
}

/* ---- outcomes ------------------------------------------------------------------------------------------ */

/* Weight and outcome of a row for the effect; weight 0 where it can say nothing. */
static void fill_row(const lf_history *history, lf_case *c, const uint8_t *side, size_t i, size_t from) {
  lf_effect_rows *r = &c->rows;
  double amount = lf_history_amount(history, i);
  bool won = history->won[i] != 0, part = side[i] != SIDE_NONE && i >= from;
  r->side[i] = !part                   ? LF_CLAIM_SIDE_NONE
               : side[i] == SIDE_GROUP ? LF_CLAIM_SIDE_GROUP
                                       : LF_CLAIM_SIDE_VERSUS;
  switch (r->effect) {
  case LF_EFFECT_WIN: r->y[i] = won; break;
  case LF_EFFECT_AMOUNT:
    part &= won && amount > 0;
    r->y[i] = part ? amount : 1;
    break;
  case LF_EFFECT_REVENUE:
    part &= !won || amount >= 0; /* NaN: a won row of unknown amount says nothing of revenue */
    r->y[i] = part && won ? amount : 0;
  }
  r->weight[i] = part ? lf_history_weight(history, i) : 0;
}

static lf_status count_degrees(lf_effect_rows *r, lf_error *err) {
  double rows = 0;
  uint8_t *seen = NULL;
  lf_status status = lf_alloc(r->n_clusters + 1, 1, &seen, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < r->n; i++) {
    if (!(r->weight[i] > 0)) continue;
    if (!r->cluster)
      rows += r->weight[i];
    else if (!seen[r->cluster[i]]) {
      seen[r->cluster[i]] = 1;
      rows++;
    }
  }
  free(seen);
  r->degrees = rows - 1;
  return LF_OK;
}

static void count_row(const lf_history *history, size_t i, lf_side_counts *counts) {
  double w = lf_history_weight(history, i), amount = lf_history_amount(history, i);
  counts->rows += w;
  if (!history->won[i]) return;
  counts->won += w;
  if (isnan(amount)) return;
  counts->amount += w * amount;
  counts->valued += w;
}

void lf_count_sides(const lf_history *history, const lf_case *c, const uint8_t *part, uint8_t wanted,
                    lf_side_counts *group, lf_side_counts *versus) {
  *group = *versus = (lf_side_counts){0};
  for (size_t i = 0; i < history->n_rows; i++)
    if (c->rows.side[i] != LF_CLAIM_SIDE_NONE && (!part || part[i] == wanted))
      count_row(history, i, c->rows.side[i] == LF_CLAIM_SIDE_GROUP ? group : versus);
  if (history->amount == SIZE_MAX) group->amount = versus->amount = (double)NAN;
}

lf_status lf_case_rows(const lf_claims *claims, const lf_history *history, lf_case *c, lf_error *err) {
  lf_status status = LF_OK;
  uint8_t *side = NULL;
  lf_effect_rows *r = &c->rows;
  size_t n = history->n_rows, from = history->n_train < n ? history->n_train : 0;
  *r = (lf_effect_rows){.n = n,
                        .effect = c->claim->effect,
                        .won = history->won,
                        .cluster = history->cluster,
                        .n_clusters = history->n_clusters};
  LF_TRY(check_column(claims, history, c, err));
  LF_TRY(lf_alloc(n, 1, &side, err));
  LF_TRY(find_sides(claims, history, c, side, err));
  LF_TRY(lf_alloc(n, sizeof *r->side, &r->side, err));
  LF_TRY(lf_alloc(n, sizeof *r->weight, &r->weight, err));
  LF_TRY(lf_alloc(n, sizeof *r->y, &r->y, err));
  for (size_t i = 0; i < n; i++) fill_row(history, c, side, i, from);
  LF_TRY(count_degrees(r, err));
  lf_count_sides(history, c, NULL, 0, &c->answer->group, &c->answer->versus);
cleanup:
  free(side);
  return status;
}
