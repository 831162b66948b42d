/* The ridge fit that keeps rules of points.
 *
 * Symbols: weights w of all bands, intercept a, penalised log-likelihood f(a, w) = l(a, w) - lambda |w|^2 /
 * 2, gradient g, A the curvature of -f in w with the intercept projected out. A card has points p = w / s +
 * constant by attribute, s >= 0 the log-odds of a point; the tops of the attributes add up to 100. With hi
 * and lo the bands of most and fewest points of an attribute, and R the points that pinned bands hold as
 * tops, s = sum over the other tops of (w_hi - w_lo) / (100 - R) = e'w, so that every rule is a homogeneous
 * linear row on w, and what may be chosen is a cone: points said     w_k - w_j = s (p_k - p_j);   0 <= points
 * of the bands beside them, the lowest 0 cap             w_hi - w_lo <= s cap sign, trend     c'w >= 0
 * (rules.c) Where points are said s is read off two of them instead, and the other tops
 * make up what is left of 100: no pair of bands may span more (convex, cut by cut), the ends at hand no less.
 * The scale is not guessed first and kept: it is chosen together with the weights, so the answer is
 * the best card that keeps the rules (in the quadratic view, up to whole numbers). Where all attributes are
 * pinned, s is the only thing left to fit. The offset of a
 * generalised linear model (McCullagh & Nelder 1989, 2.7.1; R's offset()) is the special case of points said
 * with s known.
 *
 * Maximised by Newton steps, each the nearest point of the cone to the unconstrained step's end in the metric
 * A (projected Newton, sequential quadratic programming; Nocedal & Wright 2006, 18.1; the projection by
 * non-negative least squares, cone.c), halved until f does not fall. f is concave and the cone convex while
 * the hi and lo of each attribute stay what they are; they are read anew at every step, so where a rule turns
 * an attribute's order the answer is a local maximum. A fit that keeps every rule is inside the cone and
 * stays as it is. */
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fit/cone.h"
#include "fit/newton.h"
#include "fit/rules.h"

enum { MOST_STEPS = 60, MOST_CUTS = 400, HALVINGS = 30 };

static const double broken = 1e-9; /* in log-odds: a rule is in force from here */

/* Extremes of a term: coefficients counted over all weights without the intercept. */
typedef struct extremes {
  size_t hi, lo, ref; /* ref: the first coefficient with points said, SIZE_MAX: none */
  size_t low_free;    /* the lowest beside points said, where its points must be 0; SIZE_MAX: none */
} extremes;

typedef struct ruled {
  lf_banded *banded;
  const lf_rules *rules;
  double lambda;
  const lf_run *run;
  size_t n;                          /* weights without the intercept */
  double *b, *trial, *best, *target; /* n + 1: intercept first; target and best: n */
  double *factor;                    /* n x n: A, then its factor */
  double *gradient;                  /* n: of f, the intercept projected out */
  double *scale;                     /* n: e */
  double *row;                       /* n: scratch */
  extremes *at, *before;             /* [n_terms] */
  lf_point point;
  double objective;
  bool by_points, open; /* the scale comes from points said; some top is not said */
  lf_cone cone;
} ruled;

static const lf_term *term_of(const ruled *r, size_t t) {
  return &r->banded->terms[t];
}

static size_t first_of(const ruled *r, size_t t) {
  return (size_t)term_of(r, t)->first - 1;
}

static int pin_of(const ruled *r, size_t j) {
  return r->rules->pin[j + 1];
}

/* ---- where each attribute has its ends
 * --------------------------------------------------------------------- */

static extremes find_extremes(const ruled *r, size_t t, const double *w) {
  size_t first = first_of(r, t), end = first + term_of(r, t)->n_coef;
  extremes e = {first, first, SIZE_MAX, SIZE_MAX};
  bool zero = false;
  for (size_t j = first; j < end; j++) {
    if (w[j] > w[e.hi]) e.hi = j;
    if (w[j] < w[e.lo]) e.lo = j;
    if (pin_of(r, j) == LF_NO_PIN) continue;
    if (e.ref == SIZE_MAX) e.ref = j;
    zero = zero || pin_of(r, j) == 0;
  }
  if (e.ref == SIZE_MAX) return e;
  for (size_t j = first; j < end && !zero; j++)
    if (pin_of(r, j) == LF_NO_PIN && (e.low_free == SIZE_MAX || w[j] < w[e.low_free])) e.low_free = j;
  /* The top of a pinned attribute is the most points said, unless a band beside them has more. */
  size_t top = e.ref;
  for (size_t j = first; j < end; j++)
    if (pin_of(r, j) > pin_of(r, top)) top = j;
  if (pin_of(r, e.hi) != LF_NO_PIN || !(w[e.hi] > w[top])) e.hi = top;
  return e;
}

/* The two bands of points said that differ most, for the scale where nothing else has points. */
static void scale_by_pins(const ruled *r, double *e) {
  size_t a = SIZE_MAX, b = SIZE_MAX;
  for (size_t t = 0; t < r->banded->n_terms; t++)
    for (size_t i = first_of(r, t), end = i + term_of(r, t)->n_coef; i < end; i++)
      for (size_t j = first_of(r, t); j < end; j++) {
        if (pin_of(r, i) == LF_NO_PIN || pin_of(r, j) == LF_NO_PIN || pin_of(r, i) <= pin_of(r, j)) continue;
        if (a != SIZE_MAX && pin_of(r, i) - pin_of(r, j) <= pin_of(r, a) - pin_of(r, b)) continue;
        a = i;
        b = j;
      }
  if (a == SIZE_MAX) return;
  e[a] = 1.0 / (pin_of(r, a) - pin_of(r, b));
  e[b] = -e[a];
}

/* The scale from points said: two of them that differ, or one and the lowest beside it. */
static bool scale_by_points(const ruled *r, double *e) {
  scale_by_pins(r, e);
  for (size_t j = 0; j < r->n; j++)
    if (e[j] > 0 || e[j] < 0) return true;
  for (size_t t = 0; t < r->banded->n_terms; t++) {
    const extremes *x = &r->at[t];
    if (x->ref == SIZE_MAX || x->low_free == SIZE_MAX || pin_of(r, x->ref) == 0) continue;
    e[x->ref] = 1.0 / pin_of(r, x->ref);
    e[x->low_free] = -e[x->ref];
    return true;
  }
  return false;
}

/* Sum of the tops that are not said, as a row on w, and what 100 leaves them. */
static double sum_tops(const ruled *r, const extremes *at, double *row, bool *open) {
  double left = LF_SCORE_MAXIMUM;
  *open = false;
  memset(row, 0, r->n * sizeof *row);
  for (size_t t = 0; t < r->banded->n_terms; t++) {
    const extremes *x = &at[t];
    if (!term_of(r, t)->n_coef) continue;
    if (x->ref != SIZE_MAX && pin_of(r, x->hi) != LF_NO_PIN) {
      left -= pin_of(r, x->hi);
      continue;
    }
    size_t low = x->ref == SIZE_MAX ? x->lo : x->ref;
    row[x->hi] += 1;
    row[low] -= 1;
    left -= x->ref == SIZE_MAX ? 0 : pin_of(r, x->ref);
    *open = *open || x->ref == SIZE_MAX || x->hi != low;
  }
  return left;
}

/* e of s = e'w: by the points said; without any by the tops, which add up to 100. */
static void find_scale(ruled *r) {
  memset(r->scale, 0, r->n * sizeof *r->scale);
  r->by_points = scale_by_points(r, r->scale);
  if (r->by_points) return;
  double left = sum_tops(r, r->at, r->scale, &r->open);
  for (size_t j = 0; j < r->n; j++) r->scale[j] = r->open && left > 0 ? r->scale[j] / left : 0;
}

/* ---- rows of the cone
 * --------------------------------------------------------------------------------------- */

static double value_of(const double *row, const double *w, size_t n) {
  double sum = 0;
  for (size_t j = 0; j < n; j++) sum += row[j] * w[j];
  return sum;
}

/* w_i - w_j + points * s, into row. */
static const double *span_row(const ruled *r, double sign, size_t i, size_t j, double points) {
  for (size_t k = 0; k < r->n; k++) r->row[k] = points * r->scale[k];
  r->row[i] += sign;
  r->row[j] -= sign;
  return r->row;
}

static lf_status add_equalities(ruled *r, lf_error *err) {
  lf_status status = LF_OK;
  for (size_t t = 0; t < r->banded->n_terms; t++) {
    const extremes *e = &r->at[t];
    if (e->ref == SIZE_MAX) continue;
    for (size_t j = first_of(r, t), end = j + term_of(r, t)->n_coef; j < end; j++) {
      if (j == e->ref || pin_of(r, j) == LF_NO_PIN) continue;
      LF_TRY(lf_cone_add(&r->cone, span_row(r, 1, j, e->ref, pin_of(r, e->ref) - pin_of(r, j)), true, err));
    }
    if (e->low_free != SIZE_MAX)
      LF_TRY(lf_cone_add(&r->cone, span_row(r, 1, e->low_free, e->ref, pin_of(r, e->ref)), true, err));
  }
cleanup:
  return status;
}

/* Adds the row where w breaks it. */
static lf_status cut(ruled *r, const double *row, const double *w, size_t *added, lf_error *err) {
  if (value_of(row, w, r->n) >= -broken) return LF_OK;
  ++*added;
  return lf_cone_add(&r->cone, row, false, err);
}

static lf_status cut_term(ruled *r, size_t t, const double *w, size_t *added, lf_error *err) {
  size_t first = first_of(r, t), end = first + term_of(r, t)->n_coef, hi = first, lo = first,
         ref = r->at[t].ref;
  int cap = r->rules->cap[t];
  lf_status status = LF_OK;
  for (size_t j = first; j < end; j++) {
    if (w[j] > w[hi]) hi = j;
    if (w[j] < w[lo]) lo = j;
    if (ref == SIZE_MAX || pin_of(r, j) != LF_NO_PIN) continue;
    LF_TRY(cut(r, span_row(r, 1, j, ref, pin_of(r, ref)), w, added, err));
    if (cap) LF_TRY(cut(r, span_row(r, -1, j, ref, cap - pin_of(r, ref)), w, added, err));
  }
  if (cap && ref == SIZE_MAX && end > first) LF_TRY(cut(r, span_row(r, -1, hi, lo, cap), w, added, err));
cleanup:
  return status;
}

/* With points said the other tops have to make up 100. They may not be more whichever bands are the ends,
 * which is convex: every pair of ends is a cut. That they are not less is asked of the ends at hand. */
static lf_status cut_total(ruled *r, const double *w, size_t *added, lf_error *err) {
  lf_status status = LF_OK;
  extremes *ends = NULL;
  if (!r->by_points) return LF_OK;
  LF_TRY(lf_alloc(r->banded->n_terms, sizeof *ends, &ends, err));
  for (size_t t = 0; t < r->banded->n_terms; t++) ends[t] = find_extremes(r, t, w);
  for (int side = 0; side < 2; side++) {
    double left = sum_tops(r, side ? r->at : ends, r->row, &r->open);
    for (size_t j = 0; j < r->n; j++) r->row[j] = (side ? 1 : -1) * (r->row[j] - left * r->scale[j]);
    if (r->open) LF_TRY(cut(r, r->row, w, added, err));
  }
cleanup:
  free(ends);
  return status;
}

/* Rows that w breaks and the cone has not yet. */
static lf_status cut_broken(ruled *r, const double *w, size_t *added, lf_error *err) {
  lf_status status = LF_OK;
  *added = 0;
  for (size_t i = 0; i < r->rules->n_relations; i++) {
    const lf_relation *rel = &r->rules->relations[i];
    memset(r->row, 0, r->n * sizeof *r->row);
    memcpy(r->row + first_of(r, rel->term), rel->c, term_of(r, rel->term)->n_coef * sizeof *rel->c);
    LF_TRY(cut(r, r->row, w, added, err));
  }
  for (size_t t = 0; t < r->banded->n_terms; t++) LF_TRY(cut_term(r, t, w, added, err));
  LF_TRY(cut_total(r, w, added, err));
  LF_TRY(cut(r, r->scale, w, added, err));
cleanup:
  return status;
}

/* ---- steps
 * ------------------------------------------------------------------------------------------------- */

static double objective_of(const ruled *r, const double *b, double loglik) {
  double sum = 0;
  for (size_t j = 1; j <= r->n; j++) sum += b[j] * b[j];
  return loglik - 0.5 * r->lambda * sum;
}

/* f, its gradient and the factor of A at b. */
static lf_status evaluate(ruled *r, lf_error *err) {
  size_t n = r->n, m = n + 1;
  lf_status status = lf_pass(r->banded->frame, LF_PASS_FULL, r->b, 1, NULL, r->run, &r->point, err);
  if (status != LF_OK) return status;
  const double *h = r->point.hessian, *g = r->point.gradient;
  r->objective = objective_of(r, r->b, r->point.loglik);
  for (size_t i = 0; i < n; i++) {
    r->gradient[i] = g[i + 1] - r->lambda * r->b[i + 1] - h[(i + 1) * m] * g[0] / h[0];
    for (size_t j = 0; j < n; j++)
      r->factor[i * n + j] =
          h[(i + 1) * m + j + 1] - h[(i + 1) * m] * h[j + 1] / h[0] + (i == j ? r->lambda : 0);
  }
  gsl_matrix_view a = gsl_matrix_view_array(r->factor, n, n);
  if (gsl_linalg_cholesky_decomp1(&a.matrix) != 0)
    return lf_fail(err, LF_E_DATA,
                   "the weights have no curvature: too few wins or losses for the attributes in use");
  memcpy(r->target, r->gradient, n * sizeof *r->target);
  gsl_vector_view v = gsl_vector_view_array(r->target, n);
  if (gsl_linalg_cholesky_svx(&a.matrix, &v.vector) != 0)
    return lf_fail(err, LF_E_DATA,
                   "the weights have no curvature: too few wins or losses for the attributes in use");
  for (size_t j = 0; j < n; j++) r->target[j] += r->b[j + 1];
  return LF_OK;
}

/* The nearest point of the cone to the target; rows enter as they are broken. */
static lf_status project(ruled *r, lf_error *err) {
  lf_status status = LF_OK;
  memcpy(r->best, r->target, r->n * sizeof *r->best);
  for (size_t round = 0; round < MOST_CUTS; round++) {
    size_t added = 0;
    if (r->cone.m) LF_TRY(lf_cone_nearest(&r->cone, r->factor, r->target, r->best, err));
    LF_TRY(cut_broken(r, r->best, &added, err));
    if (!added) break;
  }
cleanup:
  return status;
}

/* Moves b towards best, halved until f does not fall (once inside the cone); the squared length of the full
 * step in A. */
static lf_status advance(ruled *r, bool inside, double *decrement, lf_error *err) {
  size_t n = r->n, m = n + 1;
  const double *h = r->point.hessian;
  double step0 = r->point.gradient[0], before = r->objective, length = 0;
  lf_status status = LF_OK;
  for (size_t j = 0; j < n; j++) step0 -= h[j + 1] * (r->best[j] - r->b[j + 1]);
  step0 /= h[0];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      length += (r->best[i] - r->b[i + 1]) * (r->best[j] - r->b[j + 1]) *
                (h[(i + 1) * m + j + 1] - h[(i + 1) * m] * h[j + 1] / h[0] + (i == j ? r->lambda : 0));
  *decrement = length;
  memcpy(r->trial, r->b, m * sizeof *r->trial);
  double t = 1;
  for (int k = 0; k < HALVINGS; k++, t *= 0.5) {
    r->b[0] = r->trial[0] + t * step0;
    for (size_t j = 0; j < n; j++) r->b[j + 1] = r->trial[j + 1] + t * (r->best[j] - r->trial[j + 1]);
    LF_TRY(evaluate(r, err));
    if (!inside || r->objective >= before - 1e-10 * (1 + fabs(before))) break;
  }
cleanup:
  return status;
}

/* Reads the ends anew; the cone starts over where they or the scale moved. */
static lf_status read_ends(ruled *r, bool *same, lf_error *err) {
  *same = true;
  for (size_t t = 0; t < r->banded->n_terms; t++) {
    r->before[t] = r->at[t];
    r->at[t] = find_extremes(r, t, r->b + 1);
    *same = *same && memcmp(&r->before[t], &r->at[t], sizeof *r->at) == 0;
  }
  if (*same) return LF_OK;
  lf_cone_clear(&r->cone);
  find_scale(r);
  return add_equalities(r, err);
}

static lf_status iterate(ruled *r, double tolerance, lf_error *err) {
  lf_status status = LF_OK;
  double decrement = INFINITY;
  for (int step = 0; step < MOST_STEPS; step++) {
    bool same = false;
    LF_TRY(lf_check_interrupt(r->run, err));
    /* Ends that go on changing places are tied: half the steps may follow them, the rest may not. */
    if (step < MOST_STEPS / 2)
      LF_TRY(read_ends(r, &same, err));
    else
      same = true;
    if (same && step && decrement <= tolerance) break;
    LF_TRY(project(r, err));
    LF_TRY(advance(r, same && step > 0, &decrement, err));
  }
cleanup:
  return status;
}

/* ---- the fit
 * ------------------------------------------------------------------------------------------------ */

static lf_status ruled_make(ruled *r, const lf_weights *weights, lf_error *err) {
  size_t n = r->n, m = n + 1;
  lf_status status = LF_OK;
  double **long_arrays[] = {&r->b, &r->trial, &r->point.gradient};
  double **arrays[] = {&r->best, &r->target, &r->gradient, &r->scale, &r->row};
  for (size_t k = 0; k < sizeof long_arrays / sizeof *long_arrays; k++)
    LF_TRY(lf_alloc(m, sizeof(double), long_arrays[k], err));
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
    LF_TRY(lf_alloc(n, sizeof(double), arrays[k], err));
  LF_TRY(lf_alloc(n * n, sizeof(double), &r->factor, err));
  LF_TRY(lf_alloc(m * m, sizeof(double), &r->point.hessian, err));
  LF_TRY(lf_alloc(r->banded->n_terms, sizeof *r->at, &r->at, err));
  LF_TRY(lf_alloc(r->banded->n_terms, sizeof *r->before, &r->before, err));
  memcpy(r->b, weights->b, m * sizeof *r->b);
  for (size_t t = 0; t < r->banded->n_terms; t++)
    r->at[t] = (extremes){SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
  r->cone.n = n;
cleanup:
  return status;
}

static void ruled_clear(ruled *r) {
  double *arrays[] = {r->b,        r->trial, r->best, r->target,         r->factor,
                      r->gradient, r->scale, r->row,  r->point.gradient, r->point.hessian};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) free(arrays[k]);
  free(r->at);
  free(r->before);
  lf_cone_clear(&r->cone);
}

/* Whether the weights keep every rule as they are. */
static lf_status keeps_rules(ruled *r, const double *w, bool *keeps, lf_error *err) {
  size_t added = 0;
  for (size_t t = 0; t < r->banded->n_terms; t++) {
    r->at[t] = find_extremes(r, t, w);
    if (r->at[t].ref != SIZE_MAX) { /* points said are never met by chance */
      *keeps = false;
      return LF_OK;
    }
  }
  find_scale(r);
  lf_status status = cut_broken(r, w, &added, err);
  *keeps = added == 0;
  lf_cone_clear(&r->cone);
  for (size_t t = 0; t < r->banded->n_terms; t++)
    r->at[t] = (extremes){SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
  return status;
}

lf_status lf_rules_fit(lf_banded *banded, lf_rules *rules, double lambda, double tolerance, const lf_run *run,
                       lf_weights *weights, double *target, lf_error *err) {
  ruled r = {.banded = banded, .rules = rules, .lambda = lambda, .run = run, .n = banded->design.n_coef - 1};
  bool keeps = true;
  size_t m = r.n + 1;
  lf_status status = LF_OK;
  if (target) memcpy(target, weights->b, m * sizeof *target);
  if (!r.n) return LF_OK;
  LF_TRY(ruled_make(&r, weights, err));
  LF_TRY(keeps_rules(&r, r.b + 1, &keeps, err));
  rules->scale = value_of(r.scale, r.b + 1, r.n);
  if (keeps) goto cleanup;
  LF_TRY(evaluate(&r, err));
  LF_TRY(iterate(&r, tolerance, err));
  rules->scale = value_of(r.scale, r.b + 1, r.n);
  memcpy(weights->b, r.b, m * sizeof *weights->b);
  weights->log_likelihood = r.point.loglik;
  if (weights->information) memcpy(weights->information, r.point.hessian, m * m * sizeof *r.point.hessian);
  free(weights->covariance);
  weights->covariance = NULL;
  if (target) memcpy(target + 1, r.target, r.n * sizeof *target);
cleanup:
  ruled_clear(&r);
  return status;
}
