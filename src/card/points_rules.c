/* Whole points under rules. The weights keep the rules already (fit/ruled.c); here rounding may not break
 * them. Points said are never moved; scaling keeps the order of weights, so a trend survives rounding but for
 * ties, and a band held to the average is moved by single points until it holds. */
#include "card/points_rules.h"

#include <math.h>

static int pin_of(const lf_points_problem *p, size_t i) {
  return p->rules->pin[i + 1];
}

/* Most points said for the attribute, LF_NO_PIN where none are. */
static int top_said(const lf_points_problem *p, size_t a) {
  int top = LF_NO_PIN;
  for (size_t i = p->first[a]; i < p->first[a] + p->count[a]; i++)
    if (pin_of(p, i) > top) top = pin_of(p, i);
  return top;
}

/* ---- points said and the bands beside them
 * ------------------------------------------------------------------ */

/* The band whose points are said first, the anchor of those beside it. */
static size_t anchor_of(const lf_points_problem *p, size_t a) {
  size_t i = p->first[a];
  while (pin_of(p, i) == LF_NO_PIN) i++;
  return i;
}

static void place_beside(const lf_points_problem *p, size_t a, double *points) {
  size_t anchor = anchor_of(p, a), lowest = SIZE_MAX, end = p->first[a] + p->count[a];
  double cap = p->rules->cap[a] ? p->rules->cap[a] : p->maximum, scale = p->rules->scale;
  bool zero = false;
  for (size_t i = p->first[a]; i < end; i++) {
    if (pin_of(p, i) != LF_NO_PIN) {
      points[i] = pin_of(p, i);
      zero = zero || pin_of(p, i) == 0;
      continue;
    }
    double moved = scale > 0 ? (p->weight[i] - p->weight[anchor]) / scale : 0;
    points[i] = fmax(0, fmin(cap, round(pin_of(p, anchor) + moved)));
    if (lowest == SIZE_MAX || p->weight[i] < p->weight[lowest]) lowest = i;
  }
  if (!zero && lowest != SIZE_MAX) points[lowest] = 0;
}

static double top_of(const lf_points_problem *p, size_t a, const double *points) {
  double top = 0;
  for (size_t i = p->first[a]; i < p->first[a] + p->count[a]; i++) top = fmax(top, points[i]);
  return top;
}

/* Top of a pinned attribute before anything is placed. */
static int top_placed(const lf_points_problem *p, size_t a) {
  size_t anchor = anchor_of(p, a);
  double top = top_said(p, a), cap = p->rules->cap[a] ? p->rules->cap[a] : p->maximum;
  for (size_t i = p->first[a]; i < p->first[a] + p->count[a]; i++)
    if (pin_of(p, i) == LF_NO_PIN && p->rules->scale > 0)
      top = fmax(top,
                 fmin(cap, round(pin_of(p, anchor) + (p->weight[i] - p->weight[anchor]) / p->rules->scale)));
  return (int)top;
}

/* ---- ranges
 * -------------------------------------------------------------------------------------------------- */

void lf_points_share(const lf_points_problem *p, const double *range, int *ranges) {
  size_t n = p->n_attributes;
  double total = 0;
  int left = p->maximum;
  for (size_t a = 0; a < n; a++) {
    ranges[a] = 0;
    if (p->count[a] && top_said(p, a) != LF_NO_PIN)
      left -= top_placed(p, a);
    else
      total += range[a];
  }
  if (!(total > 0) || left <= 0) return;
  int given = 0;
  for (size_t a = 0; a < n; a++) {
    if (p->count[a] && top_said(p, a) != LF_NO_PIN) continue;
    int cap = p->rules->cap[a] ? p->rules->cap[a] : p->maximum;
    ranges[a] = (int)fmin(cap, floor(left * range[a] / total));
    given += ranges[a];
  }
  for (; given < left; given++) {
    size_t best = SIZE_MAX;
    double most = -INFINITY;
    for (size_t a = 0; a < n; a++) {
      double remainder = left * range[a] / total - ranges[a];
      bool said = p->count[a] && top_said(p, a) != LF_NO_PIN;
      if (said || !(range[a] > 0) || (p->rules->cap[a] && ranges[a] >= p->rules->cap[a])) continue;
      if (remainder <= most) continue;
      most = remainder;
      best = a;
    }
    if (best == SIZE_MAX) return; /* every attribute is at its cap */
    ranges[best]++;
  }
}

/* ---- relations
 * ------------------------------------------------------------------------------------------------ */

static bool holds(const lf_points_problem *p, const lf_relation *r, const double *points) {
  double sum = 0;
  for (size_t i = 0; i < p->count[r->term]; i++) sum += r->c[i] * points[p->first[r->term] + i];
  return sum >= -1e-9;
}

bool lf_points_keep(const lf_points_problem *p, size_t a, const double *points) {
  if (!p->rules) return true;
  for (size_t i = 0; i < p->rules->n_relations; i++)
    if (p->rules->relations[i].term == a && !holds(p, &p->rules->relations[i], points)) return false;
  return true;
}

/* Where a relation cannot be met from its own band (at an end, or said), whatever pulls the other way gives.
 */
static bool mend(const lf_points_problem *p, const lf_relation *r, double *points) {
  size_t first = p->first[r->term], own = first + r->at;
  double moved = points[own] + r->move, top = top_of(p, r->term, points);
  if (pin_of(p, own) == LF_NO_PIN && moved >= 0 && moved <= top) {
    points[own] = moved;
    return true;
  }
  for (size_t i = first; i < first + p->count[r->term]; i++) {
    moved = points[i] - r->move;
    if (i == own || pin_of(p, i) != LF_NO_PIN || !(r->c[i - first] * r->move < 0) || moved < 0 || moved > top)
      continue;
    points[i] = moved;
    return true;
  }
  return false;
}

void lf_points_repair(const lf_points_problem *p, double *points) {
  for (size_t a = 0; a < p->n_attributes; a++)
    if (p->count[a] && top_said(p, a) != LF_NO_PIN) place_beside(p, a, points);
  bool broken = true;
  for (size_t round = 0, most = p->n * (size_t)p->maximum + 1; broken && round < most; round++) {
    broken = false;
    for (size_t i = 0; i < p->rules->n_relations; i++)
      if (!holds(p, &p->rules->relations[i], points)) broken |= mend(p, &p->rules->relations[i], points);
  }
}

bool lf_points_may_move(const lf_points_problem *p, size_t a, size_t i, double d, double *points) {
  if (!p->rules) return true;
  if (pin_of(p, i) != LF_NO_PIN) return false;
  points[i] += d;
  bool keeps = lf_points_keep(p, a, points);
  points[i] -= d;
  return keeps;
}

bool lf_points_may_range(const lf_points_problem *p, size_t a, size_t b, double top) {
  if (!p->rules) return true;
  if (top_said(p, a) != LF_NO_PIN || top_said(p, b) != LF_NO_PIN) return false;
  return !p->rules->cap[a] || top + 1 <= p->rules->cap[a];
}
