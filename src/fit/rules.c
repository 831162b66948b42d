/* Rules of points, found among the coefficients of a design. */
#include "fit/rules.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

bool lf_set_is_pinned(const lf_atom_set *set) {
  return set->rules.pin != NULL;
}

static bool has_trend(const lf_atom_set *set) {
  return set->rules.trend == LF_TREND_INCREASING || set->rules.trend == LF_TREND_DECREASING;
}

bool lf_set_has_rules(const lf_atom_set *set) {
  const lf_atom_rules *r = &set->rules;
  return r->pin || r->sign || r->direction || r->cap || (set->kind == LF_KIND_NUMBER && has_trend(set));
}

void lf_rules_free(lf_rules *rules) {
  if (!rules) return;
  for (size_t i = 0; i < rules->n_relations; i++) free(rules->relations[i].c);
  free(rules->relations);
  free(rules->pin);
  free(rules->cap);
  free(rules);
}

/* ---- relations -------------------------------------------------------------------------------------------
 */

typedef struct maker {
  const lf_atoms *atoms;
  const lf_banded *banded;
  double *rows; /* [n_coef]: training rows behind each */
  lf_rules *out;
} maker;

static lf_status add_relation(maker *m, size_t term, double **c, lf_error *err) {
  lf_rules *r = m->out;
  lf_relation *grown = realloc(r->relations, (r->n_relations + 1) * sizeof *grown);
  if (!grown) return lf_fail(err, LF_E_MEMORY, "not enough memory for %zu rules", r->n_relations + 1);
  r->relations = grown;
  grown[r->n_relations] = (lf_relation){.term = term};
  lf_status status = lf_alloc(m->banded->terms[term].n_coef, sizeof **c, &grown[r->n_relations].c, err);
  if (status != LF_OK) return status;
  *c = grown[r->n_relations++].c;
  return LF_OK;
}

/* Coefficient `high` of the term is worth no less than `low`. */
static lf_status order(maker *m, size_t term, int32_t low, int32_t high, lf_error *err) {
  int32_t first = m->banded->terms[term].first;
  double *c = NULL;
  if (low < 0 || high < 0 || low == high) return LF_OK;
  lf_status status = add_relation(m, term, &c, err);
  if (status != LF_OK) return status;
  c[high - first] = 1;
  c[low - first] = -1;
  lf_relation *r = &m->out->relations[m->out->n_relations - 1];
  r->at = (uint32_t)(high - first);
  r->move = 1;
  return LF_OK;
}

/* The coefficient is worth no less (sign 1) or no more (-1) than the attribute's average row. */
static lf_status hold_to_average(maker *m, size_t term, int32_t coef, int sign, lf_error *err) {
  const lf_term *t = &m->banded->terms[term];
  double *c = NULL, total = 0;
  if (coef < 0) return LF_OK;
  lf_status status = add_relation(m, term, &c, err);
  if (status != LF_OK) return status;
  for (uint32_t k = 0; k < t->n_coef; k++) total += m->rows[(uint32_t)t->first + k];
  for (uint32_t k = 0; k < t->n_coef; k++) c[k] = -sign * m->rows[(uint32_t)t->first + k] / total;
  c[coef - t->first] += sign;
  lf_relation *r = &m->out->relations[m->out->n_relations - 1];
  r->at = (uint32_t)(coef - t->first);
  r->move = sign;
  return LF_OK;
}

/* Bands of a number, in order; one nobody is in has no weight and is passed over. */
static lf_status order_bands(maker *m, size_t term, int sign, lf_error *err) {
  const lf_term *t = &m->banded->terms[term];
  const lf_atom_set *set = &m->atoms->items[m->banded->set[term]];
  lf_status status = LF_OK;
  int32_t last = -1;
  for (size_t a = 0; status == LF_OK && a < set->n; a++) {
    if (t->coef[a] < 0 || t->coef[a] == last) continue;
    status = sign > 0 ? order(m, term, last, t->coef[a], err) : order(m, term, t->coef[a], last, err);
    last = t->coef[a];
  }
  return status;
}

static lf_status add_term(maker *m, size_t term, lf_error *err) {
  const lf_term *t = &m->banded->terms[term];
  const lf_atom_set *set = &m->atoms->items[m->banded->set[term]];
  const lf_atom_rules *r = &set->rules;
  lf_status status = LF_OK;
  m->out->cap[term] = r->cap;
  for (size_t a = 0; r->pin && a < set->n + 2; a++)
    if (t->coef[a] >= 0 && r->pin[a] != LF_NO_PIN) {
      m->out->pin[t->coef[a]] = r->pin[a];
      m->out->pinned = true;
    }
  if (set->kind == LF_KIND_NUMBER && has_trend(set))
    LF_TRY(order_bands(m, term, r->trend == LF_TREND_INCREASING ? 1 : -1, err));
  if (r->direction)
    LF_TRY(order(m, term, t->coef[r->direction > 0 ? r->no : r->yes],
                 t->coef[r->direction > 0 ? r->yes : r->no], err));
  for (size_t a = 0; r->sign && a < set->n + 2; a++)
    if (r->sign[a]) LF_TRY(hold_to_average(m, term, t->coef[a], r->sign[a], err));
cleanup:
  return status;
}

/* ---- what no card can keep -------------------------------------------------------------------------------
 */

/* Points said take their share of 100, and what is left must find room under the caps. */
static lf_status check_room(const maker *m, lf_error *err) {
  int said = 0, room = 0;
  for (size_t t = 0; t < m->banded->n_terms; t++) {
    const lf_term *term = &m->banded->terms[t];
    int top = LF_NO_PIN, cap = m->out->cap[t] ? m->out->cap[t] : LF_SCORE_MAXIMUM;
    bool whole = true;
    for (uint32_t k = 0; k < term->n_coef; k++) {
      int pin = m->out->pin[(uint32_t)term->first + k];
      top = pin > top ? pin : top;
      whole = whole && pin != LF_NO_PIN;
    }
    said += top > 0 ? top : 0;
    room += whole && term->n_coef ? top : cap;
    if (said > LF_SCORE_MAXIMUM)
      return lf_fail(err, LF_E_USAGE,
                     "the points said add up to more than %d at '%s': the score runs from 0 to %d",
                     LF_SCORE_MAXIMUM, term->name, LF_SCORE_MAXIMUM);
  }
  bool capped = false;
  for (size_t t = 0; t < m->banded->n_terms; t++) capped = capped || m->out->cap[t];
  if (capped && room < LF_SCORE_MAXIMUM)
    return lf_fail(
        err, LF_E_USAGE,
        "the caps leave %d of %d points to the attributes on the card: raise a cap, or leave one out", room,
        LF_SCORE_MAXIMUM);
  return LF_OK;
}

lf_status lf_rules_make(const lf_sample *sample, const lf_atoms *atoms, const lf_banded *banded,
                        const double *weight, lf_rules **rules, lf_error *err) {
  maker m = {.atoms = atoms, .banded = banded};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *m.out, &m.out, err));
  m.out->banded = banded;
  m.out->scale = (double)NAN;
  LF_TRY(lf_alloc(banded->design.n_coef, sizeof *m.rows, &m.rows, err));
  LF_TRY(lf_alloc(banded->design.n_coef, sizeof *m.out->pin, &m.out->pin, err));
  LF_TRY(lf_alloc(banded->n_terms, sizeof *m.out->cap, &m.out->cap, err));
  for (size_t j = 0; j < banded->design.n_coef; j++) m.out->pin[j] = LF_NO_PIN;
  for (size_t t = 0; t < banded->n_terms; t++) {
    const lf_term *term = &banded->terms[t];
    for (size_t i = 0; i < sample->n && atoms->items[banded->set[t]].rules.sign; i++)
      if (term->coef[term->codes[i]] >= 0) m.rows[term->coef[term->codes[i]]] += weight[i];
    LF_TRY(add_term(&m, t, err));
  }
  LF_TRY(check_room(&m, err));
  *rules = m.out;
  m.out = NULL;
cleanup:
  free(m.rows);
  lf_rules_free(m.out);
  return status;
}
