/* The design of the plain method: numbers linear, categories and flags treatment-coded, rows with a missing
 * value left out. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/text.h"
#include "fit/plain_internal.h"

/* ---- which columns take part --------------------------------------------------------------------------- */

static bool is_coded(const lf_column *column) {
  return column->store == LF_STORE_CODES &&
         (column->kind == LF_KIND_CATEGORY || column->kind == LF_KIND_FLAG);
}

static bool is_number(const lf_column *column) {
  bool kept = column->store == LF_STORE_CODES || column->store == LF_STORE_DECIMALS ||
              column->store == LF_STORE_DOUBLES;
  return kept && (column->kind == LF_KIND_NUMBER || column->kind == LF_KIND_DATE);
}

static bool is_missing(const lf_column *column, size_t row) {
  switch (column->store) {
  case LF_STORE_CODES: return lf_column_code(column, row) == 0;
  case LF_STORE_DECIMALS: return ((const int32_t *)column->cells)[row] == INT32_MIN;
  case LF_STORE_DOUBLES: return !isfinite(((const double *)column->cells)[row]);
  case LF_STORE_NONE:
  case LF_STORE_HASHES: break;
  }
  return true;
}

typedef struct marking {
  const lf_plain *plain;
  lf_chunks chunks;
  uint8_t *out; /* rows that miss a value */
} marking;

static void mark_missing(void *context, size_t i) {
  const marking *m = context;
  size_t from, to;
  lf_chunk_rows(&m->chunks, i, &from, &to);
  for (size_t t = 0; t < m->plain->design.n_terms; t++) {
    const lf_column *column = m->plain->terms[t].column;
    if (column->missing == 0) continue; /* counted over all rows */
    for (size_t row = from; row < to; row++) m->out[row] |= is_missing(column, row);
  }
}

/* Weights of the design: those of the history, 0 where a value is missing. */
static lf_status weigh(const lf_history *history, const lf_run *run, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = history->n_train;
  marking m = {.plain = plain, .chunks = lf_cut(n, 16384, 64)};
  LF_TRY(lf_alloc(n, 1, &m.out, err));
  lf_parallel_for(run, m.chunks.count, mark_missing, &m);
  bool any = false;
  for (size_t i = 0; i < n; i++) any |= m.out[i] != 0;
  if (any) LF_TRY(lf_alloc(n, sizeof *plain->row_weight, &plain->row_weight, err));
  for (size_t i = 0; i < n; i++) {
    double w = lf_history_weight(history, i);
    if (m.out[i])
      plain->rows_incomplete += w;
    else
      plain->rows_used += w;
    if (any) plain->row_weight[i] = m.out[i] ? 0.0 : w;
  }
  plain->design.weight = any ? plain->row_weight : history->weight;
cleanup:
  free(m.out);
  return status;
}

/* Whether any training row has a value. */
static bool has_values(const lf_history *history, const lf_column *column) {
  if (column->missing == 0) return true;
  for (size_t i = 0; i < history->n_train; i++)
    if (!is_missing(column, i)) return true;
  return false;
}

static lf_status list_terms(const lf_history *history, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  const lf_table *table = history->table;
  LF_TRY(lf_alloc(table->n_columns, sizeof *plain->terms, &plain->terms, err));
  for (size_t c = 0; c < table->n_columns; c++) {
    const lf_column *column = &table->columns[c];
    if (!lf_history_is_attribute(history, c)) continue;
    if (!is_coded(column) && !is_number(column)) {
      LF_TRY(lf_plain_say(plain, err,
                          "'%s' is %s, which the plain method has no weights for: it was left out",
                          column->name, lf_kind_name(column->kind)));
    } else if (!has_values(history, column)) {
      LF_TRY(
          lf_plain_say(plain, err, "'%s' has no value in any training row: it was left out", column->name));
    } else {
      lf_term *term = &plain->terms[plain->design.n_terms++];
      *term = (lf_term){
          .name = column->name, .column = column, .type = is_coded(column) ? LF_TERM_CODES : LF_TERM_NUMBER};
    }
  }
  plain->design.terms = plain->terms;
cleanup:
  return status;
}

/* ---- coefficients of levels ---------------------------------------------------------------------------- */

typedef struct level_count {
  lf_plain *plain;
  size_t n_rows;
} level_count;

/* Marks the levels of term t that a row used has: 0 in the map, which starts at -2. */
static void find_levels(void *context, size_t t) {
  const level_count *count = context;
  lf_term *term = &count->plain->terms[t];
  if (term->type != LF_TERM_CODES) return;
  int32_t *map = (int32_t *)(uintptr_t)term->coef;
  const double *weight = count->plain->design.weight;
  for (size_t i = 0; i < count->n_rows; i++)
    if (!weight || weight[i] > 0.0) map[lf_column_code(term->column, i)] = 0;
  map[0] = -2;
}

/* The level asked for as baseline, else the first in sort order that a row used has; 0 where there is none.
 */
static uint32_t choose_baseline(const lf_history *history, const lf_term *term) {
  size_t column = (size_t)(term->column - history->table->columns);
  const lf_attribute_spec *spec = history->roles[column].spec;
  uint32_t first = 0;
  for (uint32_t code = term->n_codes; code-- > 1;) {
    if (term->coef[code] == -2) continue;
    first = code;
  }
  for (uint32_t code = 1; spec && spec->baseline && code < term->n_codes; code++)
    if (term->coef[code] != -2 && lf_same_text(lf_column_level(term->column, code), spec->baseline))
      return code;
  return first;
}

/* Numbers the coefficients of a coded term. */
static void number_levels(const lf_history *history, lf_plain *plain, lf_term *term) {
  int32_t *map = (int32_t *)(uintptr_t)term->coef;
  uint32_t baseline = choose_baseline(history, term);
  term->first = (int32_t)plain->design.n_coef;
  for (uint32_t code = 1; code < term->n_codes; code++) {
    if (map[code] == -2) continue;
    if (code == baseline)
      map[code] = -1;
    else
      map[code] = term->first + (int32_t)term->n_coef++;
  }
}

static lf_status make_maps(const lf_history *history, const lf_run *run, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  size_t total = 0;
  lf_design *design = &plain->design;
  for (size_t t = 0; t < design->n_terms; t++)
    if (plain->terms[t].type == LF_TERM_CODES) total += plain->terms[t].column->n_levels + 1;
  LF_TRY(lf_alloc(total, sizeof *plain->coef_of_code, &plain->coef_of_code, err));
  for (size_t i = 0; i < total; i++) plain->coef_of_code[i] = -2;
  size_t at = 0;
  for (size_t t = 0; t < design->n_terms; t++) {
    lf_term *term = &plain->terms[t];
    if (term->type != LF_TERM_CODES) continue;
    term->coef = plain->coef_of_code + at;
    term->n_codes = term->column->n_levels + 1;
    at += term->n_codes;
  }
  level_count count = {plain, history->n_train};
  lf_parallel_for(run, design->n_terms, find_levels, &count);
  design->n_coef = 1;
  for (size_t t = 0; t < design->n_terms; t++) {
    lf_term *term = &plain->terms[t];
    if (term->type == LF_TERM_CODES) {
      number_levels(history, plain, term);
    } else {
      term->first = (int32_t)design->n_coef;
      term->n_coef = 1;
    }
    design->n_coef += term->n_coef;
    if (term->n_coef == 0)
      LF_TRY(lf_plain_say(plain, err, "'%s' has one level in the rows used: it was left out", term->name));
  }
cleanup:
  return status;
}

lf_status lf_plain_design(const lf_history *history, const lf_run *run, lf_plain *plain, lf_error *err) {
  lf_status status = LF_OK;
  plain->design.n_rows = history->n_train;
  plain->design.won = history->won;
  LF_TRY(list_terms(history, plain, err));
  LF_TRY(weigh(history, run, plain, err));
  LF_TRY(make_maps(history, run, plain, err));
cleanup:
  return status;
}

size_t lf_plain_term_of(const lf_plain *plain, size_t coefficient) {
  for (size_t t = 0; t < plain->design.n_terms; t++) {
    size_t first = (size_t)plain->terms[t].first;
    if (coefficient >= first && coefficient < first + plain->terms[t].n_coef) return t;
  }
  return SIZE_MAX;
}

/* The level whose entry in the map is `value`. */
static const char *level_with(const lf_term *term, int32_t value) {
  for (uint32_t code = 1; code < term->n_codes; code++)
    if (term->coef[code] == value) return lf_column_level(term->column, code);
  return "";
}

const char *lf_plain_level_of(const lf_plain *plain, size_t coefficient) {
  size_t t = lf_plain_term_of(plain, coefficient);
  if (t == SIZE_MAX || plain->terms[t].type != LF_TERM_CODES) return "";
  return level_with(&plain->terms[t], (int32_t)coefficient);
}

const char *lf_plain_baseline_of(const lf_plain *plain, size_t term) {
  return plain->terms[term].type == LF_TERM_CODES ? level_with(&plain->terms[term], -1) : "";
}
