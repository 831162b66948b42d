/* Who is better: printed rules, one verdict a pair.
 *
 * By AUC, or, where one of the two is a yes/no rule (a one-point ROC curve), by wins at the volume that rule
 * qualifies. no meaningful difference   the 90 % interval of the difference lies within the margin (two
 * one-sided tests at 5 %, Schuirmann 1987) better                     else, where q <= 0.05
 * (Benjamini-Hochberg over all pairs) and the 95 % interval leaves out 0 not enough evidence        else
 * Equivalence is asked first: a difference that is sure but too small to matter is no reason to change a
 * definition. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/compare_parts.h"

static bool is_yes_no(const lf_judgement *j) {
  return j->distinct_scores <= 2;
}

/* The volume to compare at: the smaller of those a yes/no rule qualifies; without a threshold the one round
 * share next to a tenth. */
static size_t volume_of_rule(const lf_comparison *c, const lf_pair *pair) {
  size_t found = SIZE_MAX, tenth = 0;
  for (size_t k = 0; k < pair->n_volumes; k++) {
    const lf_volume *v = &pair->volumes[k];
    if (v->of != SIZE_MAX && is_yes_no(&c->judgements[v->of]) && found == SIZE_MAX) found = k;
    if (v->of == SIZE_MAX && fabs(v->share - 0.10) < 1e-12) tenth = k;
  }
  return found == SIZE_MAX ? tenth : found;
}

/* p of a difference whose standard error the bootstrap gave. */
static double volume_p(const lf_interval *won) {
  if (won->value == 0 && won->std_error == 0) return 1;
  return won->std_error > 0 ? lf_normal_two_sided_p(won->value / won->std_error) : (double)NAN;
}

static lf_compare_verdict decide(double value, double se, double margin, double low, double high, double q) {
  double reach = lf_normal_quantile(0.95) * se;
  if (isnan(value) || isnan(se)) return LF_COMPARE_UNDECIDED;
  if (value - reach > -margin && value + reach < margin) return LF_COMPARE_SAME;
  if (!(q <= 0.05) || (low <= 0 && high >= 0)) return LF_COMPARE_UNDECIDED;
  return value > 0 ? LF_COMPARE_A_BETTER : LF_COMPARE_B_BETTER;
}

lf_compare_verdict lf_compare_decide(const lf_interval *d, double margin, double q) {
  return decide(d->value, d->std_error, margin, d->low, d->high, q);
}

static void judge_pair(const lf_comparison *c, lf_pair *pair) {
  if (pair->by_volume) {
    const lf_volume *v = &pair->volumes[pair->volume];
    double margin = c->won_margin * fmax(v->won_a, v->won_b);
    pair->verdict = decide(v->won.value, v->won.std_error, margin, v->won.low, v->won.high, pair->q);
  } else {
    pair->verdict = decide(pair->auc.difference, pair->auc.std_error, c->auc_margin, pair->auc.low,
                           pair->auc.high, pair->q);
  }
}

lf_status lf_compare_verdicts(lf_comparison *c, lf_error *err) {
  double *p = NULL;
  lf_status status = lf_alloc(c->n_pairs, sizeof *p, &p, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < c->n_pairs; k++) {
    lf_pair *pair = &c->pairs[k];
    pair->by_volume = is_yes_no(&c->judgements[pair->a]) || is_yes_no(&c->judgements[pair->b]);
    pair->volume = volume_of_rule(c, pair);
    p[k] = pair->by_volume ? volume_p(&pair->volumes[pair->volume].won) : pair->auc.p;
  }
  LF_TRY(lf_benjamini_hochberg(p, c->n_pairs, p, err));
  for (size_t k = 0; k < c->n_pairs; k++) {
    c->pairs[k].q = p[k];
    judge_pair(c, &c->pairs[k]);
  }
cleanup:
  free(p);
  return status;
}
