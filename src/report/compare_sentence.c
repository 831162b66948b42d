#include "report/compare_sentence.h"

#include <math.h>

#include "report/headline.h"
#include "report/view.h"

typedef struct telling {
  const lf_comparison *comparison;
  const lf_pair *pair;
  lf_text *out;
} telling;

static void name_of(const telling *t, size_t k) {
  lf_headline_name(t->out, t->comparison->candidates[k].name);
}

/* " (difference 9.2, 95% interval 1.0 to 17.4)" */
static void difference(const telling *t, double value, double low, double high, int decimals,
                       const char *unit) {
  lf_text_add(t->out, "difference ");
  lf_people_fixed(t->out, value, decimals);
  lf_text_add(t->out, unit);
  if (isnan(low) || isnan(high)) return;
  lf_text_add(t->out, ", 95% interval ");
  lf_people_fixed(t->out, low, decimals);
  lf_text_add(t->out, " to ");
  lf_people_fixed(t->out, high, decimals);
}

/* The sides in the order they are told: the better one first. */
static bool tells_b_first(const lf_pair *pair) {
  double d = pair->by_volume ? pair->volumes[pair->volume].won.value : pair->auc.difference;
  return d < 0;
}

static void say_verdict(const telling *t) {
  const lf_pair *pair = t->pair;
  size_t first = tells_b_first(pair) ? pair->b : pair->a, second = first == pair->a ? pair->b : pair->a;
  switch (pair->verdict) {
  case LF_COMPARE_A_BETTER:
  case LF_COMPARE_B_BETTER:
    name_of(t, first);
    lf_text_add(t->out, " is better than ");
    name_of(t, second);
    break;
  case LF_COMPARE_SAME:
    lf_text_add(t->out, "No meaningful difference between ");
    name_of(t, first);
    lf_text_add(t->out, " and ");
    name_of(t, second);
    break;
  case LF_COMPARE_UNDECIDED:
    lf_text_add(t->out, "Not enough evidence to tell ");
    name_of(t, first);
    lf_text_add(t->out, " from ");
    name_of(t, second);
  }
}

static void say_auc(const telling *t) {
  const lf_paired_auc *auc = &t->pair->auc;
  if (isnan(auc->difference)) {
    lf_text_add(t->out, ": the rows have one outcome only.");
    return;
  }
  bool b_first = tells_b_first(t->pair);
  double sign = b_first ? -1 : 1;
  lf_text_add(t->out, ": of 100 pairs of a won and a lost lead it ranks ");
  lf_people_fixed(t->out, 100 * (b_first ? auc->auc_b : auc->auc_a), 1);
  lf_text_add(t->out, " in the right order against ");
  lf_people_fixed(t->out, 100 * (b_first ? auc->auc_a : auc->auc_b), 1);
  lf_text_add(t->out, " (");
  difference(t, sign * 100 * auc->difference, sign * 100 * (b_first ? auc->high : auc->low),
             sign * 100 * (b_first ? auc->low : auc->high), 1, "");
  lf_text_add(t->out, "; p ");
  lf_people_p(t->out, auc->p);
  lf_text_add(t->out, ").");
}

/* The volume to quote: the one the verdict is by, else a threshold's, else a fifth of the leads. */
static const lf_volume *quoted_volume(const lf_pair *pair) {
  const lf_volume *fifth = NULL;
  if (pair->by_volume) return &pair->volumes[pair->volume];
  for (size_t k = 0; k < pair->n_volumes; k++) {
    const lf_volume *v = &pair->volumes[k];
    if (v->of == pair->a || v->of == pair->b) return v;
    if (fabs(v->share - 0.2) < 1e-12) fifth = v;
  }
  return fifth;
}

/* Told of the side that is named first, so that it agrees with the verdict's sentence. */
static void say_volume(const telling *t, const lf_volume *v) {
  bool b_first = tells_b_first(t->pair);
  double sign = b_first ? -1 : 1;
  lf_text_add(t->out, " Of the best ");
  lf_people_counted(t->out, v->rows, "lead", "leads");
  lf_text_add(t->out, " by each (");
  lf_people_percent(t->out, v->share);
  if (v->of != SIZE_MAX) {
    lf_text_add(t->out, ", as many as ");
    name_of(t, v->of);
    lf_text_add(t->out, " qualifies");
  }
  lf_text_add(t->out, "), ");
  name_of(t, b_first ? t->pair->b : t->pair->a);
  lf_text_add(t->out, " has ");
  lf_people_fixed(t->out, b_first ? v->won_b : v->won_a, 0);
  lf_text_add(t->out, " that were won and ");
  name_of(t, b_first ? t->pair->a : t->pair->b);
  lf_text_add(t->out, " ");
  lf_people_fixed(t->out, b_first ? v->won_a : v->won_b, 0);
  lf_text_add(t->out, " (");
  difference(t, sign * v->won.value, sign * (b_first ? v->won.high : v->won.low),
             sign * (b_first ? v->won.low : v->won.high), 0, "");
  lf_text_add(t->out, ").");
}

static void say_revenue(const telling *t, const lf_volume *v) {
  const lf_interval *d = &v->amount;
  if (!(d->low > 0 || d->high < 0)) return;
  bool a_more = d->low > 0;
  lf_compare_verdict against = a_more ? LF_COMPARE_B_BETTER : LF_COMPARE_A_BETTER;
  lf_text_add(t->out, t->pair->verdict == against ? " Revenue says otherwise: there " : " There ");
  name_of(t, a_more ? t->pair->a : t->pair->b);
  lf_text_add(t->out, " holds more revenue (");
  double sign = a_more ? 1 : -1;
  difference(t, sign * d->value, sign * (a_more ? d->low : d->high), sign * (a_more ? d->high : d->low), 0,
             "");
  lf_text_add(t->out, ").");
}

static void say_quadrant(const telling *t) {
  const lf_quadrant_cell *a = &t->pair->quadrant[LF_QUADRANT_A_ONLY],
                         *b = &t->pair->quadrant[LF_QUADRANT_B_ONLY];
  if (!t->pair->has_quadrant) return;
  if (!(a->rows > 0 && b->rows > 0)) {
    lf_text_add(t->out, !(a->rows > 0) && !(b->rows > 0) ? " Both qualify the same leads."
                                                         : " One qualifies all that the other does.");
    return;
  }
  lf_text_add(t->out, " Where they disagree: ");
  lf_people_counted(t->out, a->rows, "lead", "leads");
  lf_text_add(t->out, " only ");
  name_of(t, t->pair->a);
  lf_text_add(t->out, " qualifies, ");
  lf_people_percent(t->out, a->win_rate);
  lf_text_add(t->out, " won; ");
  lf_people_count(t->out, b->rows);
  lf_text_add(t->out, " only ");
  name_of(t, t->pair->b);
  lf_text_add(t->out, ", ");
  lf_people_percent(t->out, b->win_rate);
  lf_text_add(t->out, " won (p ");
  lf_people_p(t->out, t->pair->quadrant_p);
  lf_text_add(t->out, ").");
}

void lf_compare_sentence(const lf_comparison *comparison, const lf_pair *pair, lf_text *out) {
  telling t = {comparison, pair, out};
  const lf_volume *volume = quoted_volume(pair);
  say_verdict(&t);
  if (pair->by_volume)
    lf_text_add(
        out,
        ": one of them tells these leads apart in two groups only, so they are held against each other at "
        "equal volume.");
  else
    say_auc(&t);
  if (volume) {
    say_volume(&t, volume);
    say_revenue(&t, volume);
  }
  say_quadrant(&t);
}
