/* Integer points for weights.
 *
 * Symbols: weights b (all bands), A the curvature of the penalised deviance with the intercept projected out,
 *   A = H_bb - H_b0 H_0b / H_00;   points p >= 0, each attribute's smallest 0, the largest summing to the
 * maximum, so that the score's ends can be reached. A scorecard maps score to log-odds by a slope, which is
 * refitted after rounding: the deviance lost is, to second order, Q(p) = min over s of (b - s p)' A (b - s p)
 * = b'Ab - (p'Ab)^2 / p'Ap. Plain rounding scales each attribute's range to integers by largest remainder and
 * rounds inside it. From there: single bands move by one point while Q falls; when none helps, one point of
 * range moves from an attribute to another (rescaled); then single bands again. Every move is O(n) with Ap
 * kept. (The integer programme of optbinning solves plain rounding's distance, not the deviance; Ustun &
 * Rudin 2019 solve the exact problem for small cards. Coordinate search takes a third to a half off plain
 * rounding's loss on cards of hundreds of bands, in milliseconds.) */
#include "card/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "card/points_rules.h"

enum { MAX_SWEEPS = 30 };
static const double least_gain = 1e-7; /* relative to b'Ab */

typedef struct search {
  const lf_points_problem *problem;
  double *points, *ap, *ab; /* p, Ap, Ab */
  double u, v, bab;         /* p'Ab, p'Ap, b'Ab */
  double *low, *range;      /* of each attribute's weights */
  double *candidate;        /* scratch: n */
} search;

static double lost(double bab, double u, double v) {
  return v > 0 ? bab - u * u / v : bab;
}

static void multiply(const lf_points_problem *p, const double *x, double *out) {
  for (size_t i = 0; i < p->n; i++) {
    double sum = 0;
    for (size_t j = 0; j < p->n; j++) sum += p->curvature[i * p->n + j] * x[j];
    out[i] = sum;
  }
}

/* Recomputes Ap, p'Ab, p'Ap from the points. */
static void refresh(search *s) {
  multiply(s->problem, s->points, s->ap);
  s->u = s->v = 0;
  for (size_t i = 0; i < s->problem->n; i++) {
    s->u += s->points[i] * s->ab[i];
    s->v += s->points[i] * s->ap[i];
  }
}

/* ---- plain rounding ----------------------------------------------------------------------------------- */

static void find_ranges(search *s) {
  for (size_t a = 0; a < s->problem->n_attributes; a++) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = s->problem->first[a]; i < s->problem->first[a] + s->problem->count[a]; i++) {
      low = fmin(low, s->problem->weight[i]);
      high = fmax(high, s->problem->weight[i]);
    }
    s->low[a] = s->problem->count[a] ? low : 0;
    s->range[a] = s->problem->count[a] ? high - low : 0;
  }
}

/* Integer ranges that sum to the maximum: largest remainder. */
static void share_ranges(const search *s, int *ranges) {
  size_t n = s->problem->n_attributes;
  double total = 0;
  int given = 0;
  if (s->problem->rules) {
    lf_points_share(s->problem, s->range, ranges);
    return;
  }
  for (size_t a = 0; a < n; a++) total += s->range[a];
  for (size_t a = 0; a < n; a++) {
    ranges[a] = total > 0 ? (int)floor(s->problem->maximum * s->range[a] / total) : 0;
    given += ranges[a];
  }
  for (; total > 0 && given < s->problem->maximum; given++) {
    size_t best = 0;
    double most = -1;
    for (size_t a = 0; a < n; a++) {
      double remainder = s->problem->maximum * s->range[a] / total - ranges[a];
      if (remainder > most) {
        most = remainder;
        best = a;
      }
    }
    ranges[best]++;
  }
}

/* Points of one attribute scaled to an integer range, into out[first ..]. */
static void scale_attribute(const search *s, size_t a, double range, double *out) {
  for (size_t i = s->problem->first[a]; i < s->problem->first[a] + s->problem->count[a]; i++)
    out[i] = s->range[a] > 0 ? round(range * (s->problem->weight[i] - s->low[a]) / s->range[a]) : 0;
}

/* ---- moves --------------------------------------------------------------------------------------------- */

static double top_points(const search *s, size_t a) {
  double top = 0;
  for (size_t i = s->problem->first[a]; i < s->problem->first[a] + s->problem->count[a]; i++)
    top = fmax(top, s->points[i]);
  return top;
}

/* Whether band i of attribute a may move by d: the attribute keeps its 0 and its top. */
static bool may_move(const search *s, size_t a, size_t i, double d) {
  double moved = s->points[i] + d, top = top_points(s, a), low = moved, high = moved;
  if (moved < 0 || moved > top || !lf_points_may_move(s->problem, a, i, d, s->points)) return false;
  for (size_t k = s->problem->first[a]; k < s->problem->first[a] + s->problem->count[a]; k++) {
    if (k == i) continue;
    low = fmin(low, s->points[k]);
    high = fmax(high, s->points[k]);
  }
  return low <= 0 && high >= top;
}

/* One sweep of single moves; whether any helped. */
static bool sweep_bands(search *s) {
  const lf_points_problem *p = s->problem;
  bool helped = false;
  for (size_t a = 0; a < p->n_attributes; a++)
    for (size_t i = p->first[a]; i < p->first[a] + p->count[a]; i++)
      for (double d = 1; d >= -1; d -= 2) {
        double u = s->u + d * s->ab[i], v = s->v + 2 * d * s->ap[i] + p->curvature[i * p->n + i];
        if (!(lost(s->bab, u, v) < lost(s->bab, s->u, s->v) - least_gain * s->bab) || !may_move(s, a, i, d))
          continue;
        s->points[i] += d;
        for (size_t k = 0; k < p->n; k++) s->ap[k] += d * p->curvature[k * p->n + i];
        s->u = u;
        s->v = v;
        helped = true;
      }
  return helped;
}

/* Q if one point of range went from attribute b to attribute a; the points are left in s->candidate. */
static double try_range(search *s, size_t a, size_t b) {
  const lf_points_problem *p = s->problem;
  memcpy(s->candidate, s->points, p->n * sizeof *s->candidate);
  scale_attribute(s, a, top_points(s, a) + 1, s->candidate);
  scale_attribute(s, b, top_points(s, b) - 1, s->candidate);
  double u = s->u, v = s->v;
  for (int side = 0; side < 2; side++) {
    size_t t = side ? b : a;
    for (size_t i = p->first[t]; i < p->first[t] + p->count[t]; i++) {
      double d = s->candidate[i] - s->points[i];
      u += d * s->ab[i];
      v += 2 * d * s->ap[i];
    }
  }
  for (int side = 0; side < 4; side++) { /* the squared terms of the two runs that moved */
    size_t x = side & 1 ? b : a, y = side & 2 ? b : a;
    for (size_t i = p->first[x]; i < p->first[x] + p->count[x]; i++)
      for (size_t j = p->first[y]; j < p->first[y] + p->count[y]; j++)
        v += (s->candidate[i] - s->points[i]) * (s->candidate[j] - s->points[j]) * p->curvature[i * p->n + j];
  }
  return lost(s->bab, u, v);
}

/* Moves one point of range where that helps most; whether it did. */
static bool move_range(search *s) {
  size_t best_a = 0, best_b = 0, n = s->problem->n_attributes;
  double best = lost(s->bab, s->u, s->v) - least_gain * s->bab;
  bool found = false;
  for (size_t a = 0; a < n; a++)
    for (size_t b = 0; b < n; b++) {
      if (a == b || !(s->range[a] > 0) || top_points(s, b) < 1) continue;
      if (!lf_points_may_range(s->problem, a, b, top_points(s, a))) continue;
      double q = try_range(s, a, b);
      if (q >= best || !lf_points_keep(s->problem, a, s->candidate) ||
          !lf_points_keep(s->problem, b, s->candidate))
        continue;
      best = q;
      best_a = a;
      best_b = b;
      found = true;
    }
  if (!found) return false;
  try_range(s, best_a, best_b);
  memcpy(s->points, s->candidate, s->problem->n * sizeof *s->points);
  refresh(s);
  return true;
}

static void improve(search *s) {
  for (int sweep = 0; sweep < MAX_SWEEPS; sweep++)
    if (!sweep_bands(s) && !move_range(s)) break;
}

/* ---- the answer ------------------------------------------------------------------------------------------
 */

static lf_status search_new(const lf_points_problem *p, search *s, lf_error *err) {
  double **arrays[] = {&s->points, &s->ap, &s->ab, &s->candidate};
  s->problem = p;
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    lf_status status = lf_alloc(p->n, sizeof(double), arrays[k], err);
    if (status != LF_OK) return status;
  }
  lf_status status = lf_alloc(p->n_attributes, sizeof *s->low, &s->low, err);
  return status == LF_OK ? lf_alloc(p->n_attributes, sizeof *s->range, &s->range, err) : status;
}

static void search_clear(search *s) {
  free(s->points);
  free(s->ap);
  free(s->ab);
  free(s->candidate);
  free(s->low);
  free(s->range);
}

lf_status lf_points_choose(const lf_points_problem *problem, lf_points_answer *answer, lf_error *err) {
  search s = {0};
  int *ranges = NULL, *points = NULL;
  lf_status status = LF_OK;
  LF_TRY(search_new(problem, &s, err));
  LF_TRY(lf_alloc(problem->n_attributes, sizeof *ranges, &ranges, err));
  LF_TRY(lf_alloc(problem->n, sizeof *points, &points, err));
  find_ranges(&s);
  share_ranges(&s, ranges);
  for (size_t a = 0; a < problem->n_attributes; a++) scale_attribute(&s, a, ranges[a], s.points);
  if (problem->rules) lf_points_repair(problem, s.points);
  *answer = (lf_points_answer){.loss_plain = NAN, .loss = NAN};
  if (problem->curvature) {
    const double *target = problem->target ? problem->target : problem->weight;
    multiply(problem, target, s.ab);
    for (size_t i = 0; i < problem->n; i++) s.bab += target[i] * s.ab[i];
    refresh(&s);
    answer->loss_plain = lost(s.bab, s.u, s.v);
    improve(&s);
    answer->loss = lost(s.bab, s.u, s.v);
  }
  for (size_t i = 0; i < problem->n; i++) points[i] = (int)s.points[i];
  answer->points = points;
  points = NULL;
cleanup:
  search_clear(&s);
  free(ranges);
  free(points);
  return status;
}
