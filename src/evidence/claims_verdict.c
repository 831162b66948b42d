/* Verdicts of claims, by printed rules.
 *
 * With the adjusted ratio r, its margin m (the smallest ratio that would matter) and q (Benjamini-Hochberg
 * over all claims): no meaningful difference   the 90 % interval of r lies within 1/m .. m: two one-sided
 * tests at 5 % (Schuirmann 1987) there is a difference      else, where q <= 0.05 and r itself lies outside
 * 1/m .. m not enough evidence        else A claim of higher (lower) is supported by a difference its way and
 * contradicted by one the other way; a claim of none is supported by no meaningful difference, and
 * contradicted by a difference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/effect.h"

static const double LEVEL = 0.05;

const char *lf_claim_verdict_name(lf_claim_verdict verdict) {
  switch (verdict) {
  case LF_CLAIM_SUPPORTED: return "supported";
  case LF_CLAIM_CONTRADICTED: return "contradicted";
  case LF_CLAIM_SAME: return "no meaningful difference";
  case LF_CLAIM_UNDECIDED: break;
  }
  return "not enough evidence";
}

const char *lf_claim_effect_name(lf_claim_effect effect) {
  static const char *const names[] = {"win", "amount", "revenue"};
  return names[effect];
}

const char *lf_direction_name(lf_direction direction) {
  static const char *const names[] = {"higher", "lower", "none"};
  return names[direction];
}

static lf_claim_verdict decide(const lf_verdict_rule *rule, const lf_ratio *r, double q) {
  bool none = rule->direction == LF_DIRECTION_NONE;
  if (isnan(r->p)) return LF_CLAIM_UNDECIDED;
  if (r->low90 > 1 / rule->margin && r->high90 < rule->margin)
    return none ? LF_CLAIM_SUPPORTED : LF_CLAIM_SAME;
  bool differs = q <= LEVEL && (r->ratio >= rule->margin || r->ratio <= 1 / rule->margin);
  if (!differs) return LF_CLAIM_UNDECIDED;
  if (none) return LF_CLAIM_CONTRADICTED;
  return (r->ratio > 1) == (rule->direction == LF_DIRECTION_HIGHER) ? LF_CLAIM_SUPPORTED
                                                                    : LF_CLAIM_CONTRADICTED;
}

lf_status lf_verdict_of(const lf_verdict_rule *rule, const lf_ratio *ratio, lf_claim_verdict *verdict,
                        double *q, lf_error *err) {
  double *p = NULL;
  lf_status status = lf_alloc(rule->n, sizeof *p, &p, err);
  if (status != LF_OK) return status;
  memcpy(p, rule->p, rule->n * sizeof *p);
  p[rule->self] = ratio->p;
  LF_TRY(lf_benjamini_hochberg(p, rule->n, p, err));
  *verdict = decide(rule, ratio, p[rule->self]);
  if (q) *q = p[rule->self];
cleanup:
  free(p);
  return status;
}
