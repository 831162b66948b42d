/* What a rule costs: the card the data would have beside the one that keeps what leadfit.yaml says.
 *
 * In:   a history whose project has rules: points said, sign or trend, cap, exclude.
 * Out:  the card that keeps them all, and for each rule alone and for all together what is given up on rows
 * that judged. */
#ifndef LF_EVIDENCE_PRICE_H
#define LF_EVIDENCE_PRICE_H

#include "card/build.h"
#include "evidence/compare.h"

typedef enum lf_rule_kind { LF_RULE_POINTS = 0, LF_RULE_SIGN, LF_RULE_CAP, LF_RULE_EXCLUDE } lf_rule_kind;

/* What is given up on one set of rows: the free card's figure less the ruled one's, so that above 0 is a
 * price. Deviance is the ruled card's less the free one's, log_loss its half by row. NaN where not known. */
typedef struct lf_price {
  bool known;
  double rows, won;
  double auc_free, auc_ruled;
  lf_interval auc, log_loss, deviance;
  double share, volume; /* leads the ruled card qualifies: share of the rows, and how many */
  double won_free, won_ruled, amount_free, amount_ruled; /* in equally many of each one's best leads */
  lf_interval wins, amount;
  double p, q;                /* of the AUC; q over the rules that bind (p for all together) */
  lf_compare_verdict verdict; /* A: the rule costs; B: the card is better with it; SAME; UNDECIDED */
} lf_price;

typedef struct lf_rule_price {
  size_t set; /* of the atoms; SIZE_MAX: all rules together */
  lf_rule_kind kind;
  const lf_attribute_spec *spec; /* into the project */
  bool binds;                    /* the card without rules breaks it; where not, it changes nothing */
  lf_price holdout, cross_fitted;
} lf_rule_price;

typedef struct lf_prices {
  size_t n;
  lf_rule_price *items; /* each rule alone */
  lf_rule_price all;    /* all together */
  double auc_margin;
  size_t replicates;
} lf_prices;

/* The card under the rules. Owned. */
typedef struct lf_ruled_card {
  lf_atoms *atoms;
  lf_card_fit *fit;
  lf_card_build build;
  lf_prices *prices;
} lf_ruled_card;

typedef struct lf_ruled_options {
  lf_card_options card;
  lf_threshold_options threshold;
  uint64_t seed;
  size_t replicates; /* of the bootstrap; 0: its default */
} lf_ruled_options;

/* Whether leadfit.yaml has a rule for an attribute of the history. LF_E_USAGE where points, sign or cap are
 * said of a column that is none. */
lf_status lf_history_rules(const lf_history *history, bool *any, lf_error *err);

lf_status lf_ruled_card_make(const lf_history *history, const lf_ruled_options *options, const lf_run *run,
                             lf_ruled_card *card, lf_error *err);
/* The card of a history: under its rules where it has any, else the free one, with prices NULL. */
lf_status lf_history_card(const lf_history *history, const lf_ruled_options *options, const lf_run *run,
                          lf_ruled_card *card, lf_error *err);
void lf_ruled_card_clear(lf_ruled_card *card);
void lf_prices_free(lf_prices *prices);

#endif
