#include "band/atoms.h"

#include <stdlib.h>

#include "band/distribution.h"
#include "band/lookup.h"
#include "band/match.h"
#include "band/pins.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "history/ranges.h"

enum { DEFAULT_ATOMS = 200, DEFAULT_LEVELS = 1000, DEFAULT_MIN_ROWS = 5 };

static lf_status number_atoms(const lf_history *history, const lf_atom_options *options, lf_atom_set *set,
                              lf_error *err) {
  const lf_attribute_spec *spec = set->spec;
  lf_status status = LF_OK;
  if (spec && spec->n_edges) {
    set->given = true;
    status = lf_alloc(spec->n_edges, sizeof *set->edge, &set->edge, err);
    if (status != LF_OK) return status;
    memcpy(set->edge, spec->edges, spec->n_edges * sizeof *set->edge);
    set->n = spec->n_edges + 1;
    return LF_OK;
  }
  if (!options->without_rules) status = lf_pins_edges(history->project, set, err);
  if (status != LF_OK || set->given) return status;
  lf_distribution d = {0};
  status = lf_distribution_make(history, set->column, &d, err);
  if (status == LF_OK) status = lf_distribution_cut(&d, options->max_atoms, &set->edge, &set->n, err);
  lf_distribution_clear(&d);
  return status;
}

typedef struct keyed_level {
  double key; /* its rows, or where it begins */
  uint32_t code;
} keyed_level;

static int by_falling_rows(const void *a, const void *b) {
  const keyed_level *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? 1 : -1;
  return x->code < y->code ? -1 : x->code > y->code;
}

static int by_rising_start(const void *a, const void *b) {
  const keyed_level *x = a, *y = b;
  return x->key < y->key ? -1 : x->key > y->key;
}

/* Puts levels that are ranges ("1-10", "11-50", "51+") in their order: all of them, two in three more than a
 * number, none that begins where another does. */
static lf_status order_ranges(const lf_column *column, lf_atom_set *set, lf_error *err) {
  keyed_level *levels = NULL;
  size_t spanning = 0;
  bool ranges = set->n >= 3, spans = false;
  lf_status status = lf_alloc(set->n, sizeof *levels, &levels, err);
  if (status != LF_OK) return status;
  for (size_t a = 0; a < set->n && ranges; a++) {
    levels[a] = (keyed_level){lf_range_from(lf_column_level(column, set->level[a]), &spans), set->level[a]};
    ranges = !isnan(levels[a].key);
    spanning += spans;
  }
  if (ranges) qsort(levels, set->n, sizeof *levels, by_rising_start);
  for (size_t a = 1; a < set->n && ranges; a++) ranges = levels[a - 1].key < levels[a].key;
  set->ordered = ranges && 3 * spanning >= 2 * set->n;
  for (size_t a = 0; a < set->n && set->ordered; a++) set->level[a] = levels[a].code;
  free(levels);
  return LF_OK;
}

static lf_status category_atoms(const lf_history *history, const lf_atom_options *options, lf_atom_set *set,
                                lf_error *err) {
  const lf_column *column = &history->table->columns[set->column];
  keyed_level *levels = NULL;
  lf_status status = lf_alloc(column->n_levels + 1, sizeof *levels, &levels, err);
  if (status != LF_OK) return status;
  for (uint32_t c = 0; c <= column->n_levels; c++) levels[c].code = c;
  for (size_t i = 0; i < history->n_train; i++)
    levels[lf_column_code(column, i)].key += lf_history_weight(history, i);
  levels[column->rest].key = 0;
  qsort(levels + 1, column->n_levels, sizeof *levels, by_falling_rows);
  size_t n = 0;
  while (n < column->n_levels && n < options->max_levels && levels[n + 1].key >= options->min_rows) n++;
  for (size_t k = n + 1; !options->without_rules && k <= column->n_levels; k++) {
    if (!lf_pins_name_level(set->spec, lf_column_level(column, levels[k].code))) continue;
    keyed_level named = levels[k]; /* a value that is named has its own atom, however rare */
    levels[k] = levels[n + 1];
    levels[++n] = named;
  }
  LF_TRY(lf_alloc(n, sizeof *set->level, &set->level, err));
  for (size_t a = 0; a < n; a++) set->level[a] = levels[a + 1].code;
  set->n = n;
  status = order_ranges(column, set, err);
cleanup:
  free(levels);
  return status;
}

/* Code of each level of a coded column: index 0 is missing. */
static lf_status level_map(const lf_atom_set *set, const lf_column *column, uint16_t **map, lf_error *err) {
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof **map, map, err);
  if (status != LF_OK) return status;
  uint16_t missing = (uint16_t)set->n, other = (uint16_t)(set->n + 1);
  for (uint32_t c = 0; c <= column->n_levels; c++) (*map)[c] = c ? other : missing;
  if (set->kind == LF_KIND_NUMBER)
    for (uint32_t c = 1; c <= column->n_levels; c++)
      (*map)[c] = (uint16_t)lf_edge_find(set->edge, set->n - 1, column->values[c - 1]);
  else if (set->kind == LF_KIND_TEXT)
    return lf_match_levels(set->spec->match, set->spec->n_match, column, *map, err);
  else
    for (size_t a = 0; a < set->n; a++) (*map)[set->level[a]] = (uint16_t)a;
  return LF_OK;
}

static lf_status code_rows(const lf_history *history, lf_atom_set *set, lf_error *err) {
  const lf_column *column = &history->table->columns[set->column];
  lf_status status = lf_alloc(history->n_rows, sizeof *set->code, &set->code, err);
  if (status != LF_OK) return status;
  if (column->store != LF_STORE_CODES) {
    lf_edge_code(set->edge, set->n - 1, column, history->n_rows, set->code);
    return LF_OK;
  }
  uint16_t *map = NULL;
  LF_TRY(level_map(set, column, &map, err));
  for (size_t i = 0; i < history->n_rows; i++) set->code[i] = map[lf_column_code(column, i)];
cleanup:
  free(map);
  return status;
}

typedef struct atom_work {
  const lf_history *history;
  lf_atom_options options;
  lf_atoms *atoms;
  lf_status *status;
  lf_error *errors;
} atom_work;

static void make_one(void *context, size_t i) {
  atom_work *work = context;
  lf_atom_set *set = &work->atoms->items[i];
  lf_error *err = &work->errors[i];
  lf_status status = LF_OK;
  if (set->kind == LF_KIND_NUMBER)
    status = number_atoms(work->history, &work->options, set, err);
  else if (set->kind == LF_KIND_TEXT) {
    set->given = true;
    set->n = set->spec->n_match;
  } else
    status = category_atoms(work->history, &work->options, set, err);
  if (status == LF_OK) status = code_rows(work->history, set, err);
  if (status == LF_OK) status = lf_pins_make(work->history, set, work->options.without_rules, err);
  work->status[i] = status;
}

static bool is_attribute(const lf_history *history, size_t column) {
  const lf_column_role *role = &history->roles[column];
  return role->role == LF_ROLE_ATTRIBUTE || role->also_attribute;
}

static void list_attributes(const lf_history *history, lf_atoms *atoms) {
  for (size_t c = 0; c < history->table->n_columns; c++) {
    if (!is_attribute(history, c)) continue;
    const lf_column *column = &history->table->columns[c];
    lf_atom_set *set = &atoms->items[atoms->n++];
    *set = (lf_atom_set){.column = c,
                         .name = column->name,
                         .kind = column->kind == LF_KIND_DATE ? LF_KIND_NUMBER : column->kind,
                         .owner = history->roles[c].owner,
                         .spec = history->roles[c].spec};
    if (set->kind == LF_KIND_TEXT && !(set->spec && set->spec->n_match)) set->kind = LF_KIND_CATEGORY;
    if (set->spec && set->spec->n_match && column->store == LF_STORE_CODES) set->kind = LF_KIND_TEXT;
    set->ordered = set->kind == LF_KIND_NUMBER;
  }
}

lf_status lf_atoms_make(const lf_history *history, const lf_atom_options *options, const lf_run *run,
                        lf_atoms **out, lf_error *err) {
  lf_atoms *atoms = NULL;
  atom_work work = {.history = history, .options = options ? *options : (lf_atom_options){0}};
  if (!work.options.max_atoms) work.options.max_atoms = DEFAULT_ATOMS;
  if (!work.options.max_levels) work.options.max_levels = DEFAULT_LEVELS;
  if (!(work.options.min_rows > 0)) work.options.min_rows = DEFAULT_MIN_ROWS;
  lf_status status = lf_alloc(1, sizeof *atoms, &atoms, err);
  if (status != LF_OK) return status;
  size_t columns = history->table->n_columns;
  atoms->n_rows = history->n_rows;
  atoms->without_rules = work.options.without_rules;
  LF_TRY(lf_alloc(columns, sizeof *atoms->items, &atoms->items, err));
  LF_TRY(lf_alloc(columns, sizeof *work.status, &work.status, err));
  LF_TRY(lf_alloc(columns, sizeof *work.errors, &work.errors, err));
  list_attributes(history, atoms);
  work.atoms = atoms;
  lf_parallel_for(run, atoms->n, make_one, &work);
  for (size_t i = 0; i < atoms->n; i++)
    if (work.status[i] != LF_OK) {
      if (err) *err = work.errors[i];
      LF_TRY(work.status[i]);
    }
  *out = atoms;
  atoms = NULL;
cleanup:
  free(work.status);
  free(work.errors);
  lf_atoms_free(atoms);
  return status;
}

void lf_atoms_free(lf_atoms *atoms) {
  if (!atoms) return;
  for (size_t i = 0; i < atoms->n; i++) {
    lf_atom_set *set = &atoms->items[i];
    free(set->edge);
    free(set->level);
    free(set->code);
    free(set->rules.pin);
    free(set->rules.sign);
  }
  free(atoms->items);
  free(atoms);
}
