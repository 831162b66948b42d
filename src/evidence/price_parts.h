/* The parts the price of rules is put together from. Internal to evidence. */
#ifndef LF_EVIDENCE_PRICE_PARTS_H
#define LF_EVIDENCE_PRICE_PARTS_H

#include "evidence/price.h"

/* One card, with or without rules, and its scores. Owned, but for what `items` of the atoms point to. */
typedef struct lf_price_variant {
  lf_atoms *atoms;
  bool borrowed; /* the atoms' sets are others' */
  lf_card_fit *fit;
  lf_card_build build;
  int32_t *score; /* of every row of the history */
  double *eta;    /* of fit->judged: every row by a fit that never saw it */
} lf_price_variant;

typedef struct lf_price_job {
  const lf_history *history;
  const lf_ruled_options *options;
  const lf_run *run;
  lf_price_variant free, ruled;
  lf_prices *out;
} lf_price_job;

/* price_kept.c: whether the card keeps the rule as it is. set: with the rule. */
bool lf_rule_is_kept(const lf_history *history, const lf_scorecard *card, const lf_atom_set *set,
                     lf_rule_kind kind);
/* price_judge.c: what `ruled` gives up against the free card. */
lf_status lf_price_judge(const lf_price_job *job, const lf_price_variant *ruled, lf_rule_price *price,
                         lf_error *err);
/* price_judge.c: q-values over the rules that bind, and verdicts. */
lf_status lf_price_verdicts(lf_prices *prices, lf_error *err);

#endif
