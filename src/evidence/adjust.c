/* What an effect is adjusted for.
 *
 * Every other attribute enters in bands chosen without a look at the outcome: numbers in five bands of about
 * equal rows, which take away over nine tenths of the bias of a confounder (Cochran 1968), categories by
 * their frequent levels, missing a band of its own. The attributes most associated with the claim's sides
 * (Cramer's V) come first, and no more weights are estimated than one a ten wins or losses (Peduzzi et al.
 * 1996).
 * Attributes that are asked about are kept, as every fit keeps them; what the effect would be without them is
 * told beside it. Left out: what is the claim's attribute over again, in bands or in the same order
 * (repeats.c), what says nearly the same as the sides (V > 0.98: nothing would be left to compare), and, for
 * a claim on what marketing owns, what sales owns: it comes after, and may be how the effect works (a
 * mediator). For claims on amount or revenue also the amount, what is the amount over again, as its size
 * class is, and what nearly repeats it (it explains over 70 % of the variance of the log amount): compared at
 * equal amount, amounts do not differ. An amount that is known of lost leads, too, is an attribute like any
 * other where winning is compared. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "evidence/claims_parts.h"

enum { LEAST_ROWS = 10, EVENTS_A_WEIGHT = 10 };
static const double SAME_THING = 0.98, REPEATS = 0.7;

void lf_adjustment_clear(lf_adjustment *a) {
  free(a->terms);
  free(a->column);
  free(a->map);
  *a = (lf_adjustment){0};
}

lf_status lf_adjustment_subset(const lf_adjustment *whole, const uint8_t *keep, lf_adjustment *out,
                               lf_error *err) {
  lf_adjustment a = {.n_coef = 2};
  size_t codes = 0, at = 0;
  lf_status status = LF_OK;
  for (size_t t = 0; t < whole->n_terms; t++) codes += whole->terms[t].n_codes;
  LF_TRY(lf_alloc(whole->n_terms, sizeof *a.terms, &a.terms, err));
  LF_TRY(lf_alloc(whole->n_terms, sizeof *a.column, &a.column, err));
  LF_TRY(lf_alloc(codes, sizeof *a.map, &a.map, err));
  for (size_t t = 0; t < whole->n_terms; t++) {
    const lf_term *from = &whole->terms[t];
    if (!keep[t]) continue;
    int32_t *map = a.map + at, shift = (int32_t)a.n_coef - from->first;
    for (uint32_t k = 0; k < from->n_codes; k++) map[k] = from->coef[k] < 0 ? -1 : from->coef[k] + shift;
    a.column[a.n_terms] = whole->column[t];
    a.terms[a.n_terms] = *from;
    a.terms[a.n_terms].coef = map;
    a.terms[a.n_terms++].first = (int32_t)a.n_coef;
    a.n_coef += from->n_coef;
    at += from->n_codes;
  }
  *out = a;
  a = (lf_adjustment){0};
cleanup:
  lf_adjustment_clear(&a);
  return status;
}

/* A set of atoms that may be adjusted for, with its counts over the rows of the claim. */
typedef struct covariate {
  size_t set;
  double association; /* Cramer's V with the sides */
  double *rows[2];    /* by code: versus, group */
  double *won;        /* by code */
} covariate;

static void covariate_clear(covariate *c) {
  free(c->rows[0]);
  free(c->rows[1]);
  free(c->won);
}

static lf_status count_codes(const lf_atom_set *set, const lf_effect_rows *rows, covariate *c,
                             lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(set->n + 2, sizeof *c->rows[0], &c->rows[0], err));
  LF_TRY(lf_alloc(set->n + 2, sizeof *c->rows[1], &c->rows[1], err));
  LF_TRY(lf_alloc(set->n + 2, sizeof *c->won, &c->won, err));
  for (size_t i = 0; i < rows->n; i++) {
    if (!(rows->weight[i] > 0)) continue;
    c->rows[rows->side[i] == LF_CLAIM_SIDE_GROUP][set->code[i]] += rows->weight[i];
    if (rows->won[i]) c->won[set->code[i]] += rows->weight[i];
  }
cleanup:
  return status;
}

/* Cramer's V of codes and two sides: sqrt(chi2 / N). */
static double association(const covariate *c, size_t n_codes) {
  double side[2] = {0, 0}, chi2 = 0;
  for (size_t a = 0; a < n_codes; a++)
    for (int s = 0; s < 2; s++) side[s] += c->rows[s][a];
  double total = side[0] + side[1];
  for (size_t a = 0; a < n_codes; a++)
    for (int s = 0; s < 2; s++) {
      double expected = (c->rows[0][a] + c->rows[1][a]) * side[s] / total, d = c->rows[s][a] - expected;
      if (expected > 0) chi2 += d * d / expected;
    }
  return sqrt(chi2 / total);
}

/* Share of the variance of the log amount of won rows between the codes (the correlation ratio squared). */
static lf_status share_of_amount(const lf_atom_set *set, const lf_effect_rows *rows, double *share,
                                 lf_error *err) {
  lf_status status = LF_OK;
  double *n = NULL, *sum = NULL, total = 0, all = 0, square = 0, between = 0;
  *share = 0;
  if (rows->effect == LF_EFFECT_WIN) return LF_OK;
  LF_TRY(lf_alloc(set->n + 2, sizeof *n, &n, err));
  LF_TRY(lf_alloc(set->n + 2, sizeof *sum, &sum, err));
  for (size_t i = 0; i < rows->n; i++) {
    if (!(rows->weight[i] > 0) || !rows->won[i] || !(rows->y[i] > 0)) continue;
    double x = log(rows->y[i]);
    n[set->code[i]] += rows->weight[i];
    sum[set->code[i]] += rows->weight[i] * x;
    total += rows->weight[i];
    all += rows->weight[i] * x;
    square += rows->weight[i] * x * x;
  }
  for (size_t a = 0; a < set->n + 2; a++)
    if (n[a] > 0) between += sum[a] * sum[a] / n[a];
  double mean = total > 0 ? all * all / total : 0, spread = square - mean;
  if (spread > 0 && total > 10.0 * (double)(set->n + 2)) *share = (between - mean) / spread;
cleanup:
  free(n);
  free(sum);
  return status;
}

static int by_association(const void *a, const void *b) {
  const covariate *x = a, *y = b;
  if (x->association != y->association) return x->association < y->association ? 1 : -1;
  return x->set < y->set ? -1 : x->set > y->set;
}

/* Coefficients of the codes: the most frequent is the baseline; codes too rare, or of one outcome only, share
 * one, or join the baseline where that would be as bad. Returns the number of coefficients. */
static uint32_t map_codes(const covariate *c, size_t n_codes, bool wins, int32_t first, int32_t *map) {
  size_t baseline = 0;
  double rest = 0, rest_won = 0;
  uint32_t n = 0;
  for (size_t a = 0; a < n_codes; a++)
    if (c->rows[0][a] + c->rows[1][a] > c->rows[0][baseline] + c->rows[1][baseline]) baseline = a;
  for (size_t a = 0; a < n_codes; a++) {
    double rows = c->rows[0][a] + c->rows[1][a];
    bool poor = rows < LEAST_ROWS || (wins && (!(c->won[a] > 0) || c->won[a] >= rows));
    map[a] = a == baseline || !(rows > 0) ? -1 : poor ? -2 : first + (int32_t)n++;
    if (map[a] != -2) continue;
    rest += rows;
    rest_won += c->won[a];
  }
  bool own = rest >= LEAST_ROWS && !(wins && (!(rest_won > 0) || rest_won >= rest));
  for (size_t a = 0; a < n_codes; a++)
    if (map[a] == -2) map[a] = own ? first + (int32_t)n : -1;
  return n + own;
}

/* ---- which attributes ---------------------------------------------------------------------------------- */

static lf_status say_left_out(lf_answer *answer, const char *name, const char *why, lf_error *err) {
  lf_text text = {0};
  lf_text_addf(&text, "%s: %s", name, why);
  lf_status status = lf_text_status(&text, err);
  /* Not lf_text_list_split: a name may hold a comma. */
  if (status == LF_OK) status = lf_text_list_add(&answer->not_adjusted_for, text.data, err);
  lf_text_free(&text);
  return status;
}

/* Why an attribute is not to be adjusted for; NULL where it may be. amount: the effect is on the amount or on
 * revenue. */
static const char *objection(const lf_history *history, const lf_exposure *exposure, const lf_atom_set *set,
                             bool amount) {
  lf_owner owner = history->roles[exposure->column].owner;
  if (amount && set->column == history->amount) return "it is what is compared";
  if (amount && lf_repeat_of(exposure->won, history->amount, set->column) != LF_REPEAT_NONE)
    return "it is the amount over again, which is what is compared";
  if (owner == LF_OWNER_MARKETING && set->owner == LF_OWNER_SALES)
    return "sales owns it, so it comes later and may be how the effect works";
  return lf_repeat_reason(lf_repeat_of(exposure->repeats, exposure->column, set->column));
}

static lf_status list_covariates(const lf_history *history, const lf_atoms *atoms, const lf_effect_rows *rows,
                                 const lf_exposure *exposure, lf_answer *answer, covariate *list, size_t *n,
                                 lf_error *err) {
  lf_status status = LF_OK;
  for (size_t k = 0; k < atoms->n; k++) {
    const lf_atom_set *set = &atoms->items[k];
    if (set->column == exposure->column) continue;
    const char *why = objection(history, exposure, set, rows->effect != LF_EFFECT_WIN);
    covariate *c = &list[*n];
    double repeats = 0;
    if (!why) {
      *c = (covariate){.set = k};
      ++*n; /* freed with the list, whatever happens */
      LF_TRY(count_codes(set, rows, c, err));
      c->association = association(c, set->n + 2);
      LF_TRY(share_of_amount(set, rows, &repeats, err));
      if (c->association <= SAME_THING && repeats <= REPEATS) continue;
      why = repeats > REPEATS ? "it nearly repeats the amount" : "it says nearly the same";
      covariate_clear(c);
      *c = (covariate){0};
      --*n;
    }
    LF_TRY(say_left_out(answer, set->name, why, err));
  }
cleanup:
  return status;
}

/* Weights that wins and losses can bear. */
static double budget(const lf_effect_rows *rows) {
  double won = 0, lost = 0;
  for (size_t i = 0; i < rows->n; i++) {
    if (rows->won[i])
      won += rows->weight[i];
    else
      lost += rows->weight[i];
  }
  double events = rows->effect == LF_EFFECT_WIN ? fmin(won, lost) : won;
  return events / EVENTS_A_WEIGHT - 2;
}

static lf_status add_terms(const lf_atoms *atoms, const lf_effect_rows *rows, const covariate *list, size_t n,
                           lf_answer *answer, lf_adjustment *a, lf_error *err) {
  double left = budget(rows);
  size_t at = 0;
  lf_status status = LF_OK;
  for (size_t k = 0; k < n; k++) {
    const lf_atom_set *set = &atoms->items[list[k].set];
    int32_t *map = a->map + at, first = (int32_t)a->n_coef;
    uint32_t n_coef = map_codes(&list[k], set->n + 2, rows->effect != LF_EFFECT_AMOUNT, first, map);
    if (n_coef == 0) continue;
    if (n_coef > left) {
      LF_TRY(say_left_out(answer, set->name, "there are too few wins or losses for so many weights", err));
      continue;
    }
    left -= n_coef;
    a->column[a->n_terms] = set->column;
    a->terms[a->n_terms++] = (lf_term){.name = set->name,
                                       .type = LF_TERM_CODES,
                                       .codes = set->code,
                                       .n_codes = (uint32_t)set->n + 2,
                                       .coef = map,
                                       .first = first,
                                       .n_coef = n_coef};
    a->n_coef += n_coef;
    at += set->n + 2;
    LF_TRY(lf_text_list_add(&answer->adjusted_for, set->name, err));
  }
cleanup:
  return status;
}

/* ---- overlap --------------------------------------------------------------------------------------------
 */

/* Rows of a side that have a value which at least 1 % of the other side has, too. */
static double shared_rows(const covariate *c, size_t n_codes, int side, double others) {
  double shared = 0;
  for (size_t a = 0; a < n_codes; a++)
    if (c->rows[!side][a] > 0 && c->rows[!side][a] >= 0.01 * others) shared += c->rows[side][a];
  return shared;
}

/* Where hardly any row of a side has a value of some attribute that the other side has, the adjusted effect
 * speaks of those few (Crump et al. 2009, on limited overlap): which attribute, and how few. */
static lf_status note_overlap(const lf_atoms *atoms, const lf_effect_rows *rows, const covariate *list,
                              size_t n, const lf_adjustment *adjustment, lf_answer *answer, lf_error *err) {
  double least = 0.1, shared = 0, of = 0;
  const char *name = NULL;
  int least_side = 0;
  for (size_t k = 0; k < n; k++) {
    const lf_atom_set *set = &atoms->items[list[k].set];
    double all[2] = {0, 0};
    bool used = false;
    for (size_t t = 0; t < adjustment->n_terms; t++) used = used || adjustment->column[t] == set->column;
    for (size_t a = 0; used && a < set->n + 2; a++)
      for (int side = 0; side < 2; side++) all[side] += list[k].rows[side][a];
    for (int side = 0; used && side < 2; side++) {
      double here = shared_rows(&list[k], set->n + 2, side, all[!side]);
      if (!(all[side] > 0) || here >= least * all[side]) continue;
      least = here / all[side];
      shared = here;
      of = all[side];
      name = set->name;
      least_side = side;
    }
  }
  if (!name) return LF_OK;
  lf_text few = {0}, many = {0};
  lf_text_add_grouped(&few, shared, 0);
  lf_text_add_grouped(&many, of, 0);
  lf_status status = lf_text_status(&few, err);
  if (status == LF_OK) status = lf_text_status(&many, err);
  if (status == LF_OK)
    status =
        lf_answer_note(answer, err,
                       "Only %s of the %s %s %s have a value of '%.80s' that the other side has: with other "
                       "attributes equal, it is these "
                       "that are compared",
                       few.data, many.data, rows->effect == LF_EFFECT_AMOUNT ? "won deals" : "leads",
                       least_side ? "of the group" : "it is held against", name);
  lf_text_free(&few);
  lf_text_free(&many);
  return status;
}

lf_status lf_adjustment_make(const lf_history *history, const lf_atoms *atoms, const lf_effect_rows *rows,
                             const lf_exposure *exposure, lf_answer *answer, lf_adjustment *adjustment,
                             lf_error *err) {
  lf_status status = LF_OK;
  lf_adjustment a = {.n_coef = 2};
  covariate *list = NULL;
  size_t n = 0, codes = 0;
  for (size_t k = 0; k < atoms->n; k++) codes += atoms->items[k].n + 2;
  LF_TRY(lf_alloc(atoms->n, sizeof *list, &list, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *a.terms, &a.terms, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *a.column, &a.column, err));
  LF_TRY(lf_alloc(codes, sizeof *a.map, &a.map, err));
  LF_TRY(list_covariates(history, atoms, rows, exposure, answer, list, &n, err));
  qsort(list, n, sizeof *list, by_association);
  LF_TRY(add_terms(atoms, rows, list, n, answer, &a, err));
  LF_TRY(note_overlap(atoms, rows, list, n, &a, answer, err));
  *adjustment = a;
  a = (lf_adjustment){0};
cleanup:
  for (size_t k = 0; list && k < n; k++) covariate_clear(&list[k]);
  free(list);
  lf_adjustment_clear(&a);
  return status;
}
