#include "report/claim_sentence.h"

#include <math.h>
#include <string.h>

#include "report/view.h"

/* A level from the data, cut and cleaned. */
static void add_level(lf_text *out, const char *level) {
  size_t n = strlen(level), at = 0, length = 0;
  while (at < n && length++ < 40) lf_view_add_character(out, lf_view_character(level, n, &at));
  if (at < n) lf_text_add(out, "\xE2\x80\xA6");
}

void lf_claim_side_text(const lf_claim_side *side, lf_text *out) {
  if (!side->said) {
    lf_text_add(out, "all other known values");
    return;
  }
  if (side->range) {
    if (isfinite(side->from)) {
      lf_text_add(out, "from ");
      lf_text_add_double(out, side->from);
      if (isfinite(side->to)) lf_text_add(out, " ");
    }
    if (isfinite(side->to)) {
      lf_text_add(out, isfinite(side->from) ? "to under " : "under ");
      lf_text_add_double(out, side->to);
    }
    return;
  }
  for (size_t i = 0; i < side->n_levels && i < 5; i++) {
    if (i) lf_text_add(out, ", ");
    add_level(out, side->levels[i]);
  }
  if (side->n_levels > 5) lf_text_addf(out, " and %zu more", side->n_levels - 5);
}

/* "Won: 120 of 300 (40.0%) against 90 of 300 (30.0%)" */
static void add_counts(const lf_claim *claim, const lf_answer *a, lf_text *out) {
  const lf_side_counts *sides[] = {&a->group, &a->versus};
  for (int s = 0; s < 2; s++) {
    const lf_side_counts *c = sides[s];
    lf_text_add(out, s ? " against " : " ");
    switch (claim->effect) {
    case LF_EFFECT_WIN:
      lf_people_count(out, c->won);
      lf_text_add(out, " of ");
      lf_people_count(out, c->rows);
      lf_text_add(out, " won (");
      lf_people_percent(out, c->won / c->rows);
      break;
    case LF_EFFECT_AMOUNT:
      lf_people_counted(out, c->valued, "won deal", "won deals");
      lf_text_add(out, " (");
      lf_people_fixed(out, c->amount / c->valued, 0);
      lf_text_add(out, " each");
      break;
    case LF_EFFECT_REVENUE:
      lf_people_counted(out, c->rows, "lead", "leads");
      lf_text_add(out, " (");
      lf_people_fixed(out, c->amount / c->rows, 0);
      lf_text_add(out, " each");
      break;
    }
    lf_text_add(out, ")");
  }
}

static const char *what_of(lf_claim_effect effect) {
  return effect == LF_EFFECT_WIN      ? "odds of winning are"
         : effect == LF_EFFECT_AMOUNT ? "amount of a won deal is"
                                      : "revenue per lead is";
}

static void add_effect(const lf_claim *claim, const lf_answer *a, lf_text *out) {
  if (isnan(a->adjusted.ratio)) {
    lf_text_add(out, " The effect cannot be estimated.");
    return;
  }
  lf_text_add(out, a->adjusted_for.n ? " Other attributes being equal, the " : " The ");
  lf_text_addf(out, "%s ", what_of(claim->effect));
  lf_people_fixed(out, a->adjusted.ratio, 2);
  lf_text_add(out, " times as high (95% interval ");
  lf_people_fixed(out, a->adjusted.low, 2);
  lf_text_add(out, " to ");
  lf_people_fixed(out, a->adjusted.high, 2);
  lf_text_add(out, "; q ");
  lf_people_p(out, a->q);
  lf_text_add(out, ").");
}

/* What overturns the verdict. An upper bound: found by influence, confirmed by refits. */
static void add_flip(const lf_claim *claim, const lf_answer *a, lf_text *out) {
  double compared =
      claim->effect == LF_EFFECT_AMOUNT ? a->group.valued + a->versus.valued : a->group.rows + a->versus.rows;
  if (!a->flip.found) return;
  if (claim->effect == LF_EFFECT_AMOUNT) {
    lf_text_add(out, " Without ");
    lf_people_counted(out, a->flip.rows, "won deal", "won deals");
  } else {
    lf_text_add(out, " With the outcome of ");
    lf_people_counted(out, a->flip.rows, "lead", "leads");
    lf_text_add(out, " reversed");
  }
  lf_text_add(out, " (");
  lf_people_percent(out, a->flip.rows / compared);
  lf_text_add(out, ", the most influential first) this no longer holds; fewer, chosen otherwise, might do.");
}

static void add_what_next(const lf_claim *claim, const lf_answer *a, lf_text *out) {
  add_flip(claim, a, out);
  if (!isnan(a->more_won)) {
    lf_text_add(out, " About ");
    lf_people_counted(out, a->more_won, "more win", "more wins");
    lf_text_add(out, " would settle it, if the ratio stays as it is.");
  }
}

static void add_verdict(const lf_claim *claim, const lf_answer *a, lf_text *out) {
  switch (a->verdict) {
  case LF_CLAIM_SUPPORTED: lf_text_add(out, "The claim is supported:"); break;
  case LF_CLAIM_CONTRADICTED: lf_text_add(out, "The claim is contradicted:"); break;
  case LF_CLAIM_SAME:
    lf_text_add(out, "No meaningful difference (less than ");
    lf_people_fixed(out, claim->margin, 2);
    lf_text_add(out, " times, either way):");
    break;
  case LF_CLAIM_UNDECIDED: lf_text_add(out, "Not enough evidence:");
  }
}

void lf_claim_sentence(const lf_claim *claim, const lf_answer *answer, lf_text *out) {
  add_verdict(claim, answer, out);
  add_counts(claim, answer, out);
  lf_text_add(out, ".");
  add_effect(claim, answer, out);
  add_what_next(claim, answer, out);
}
