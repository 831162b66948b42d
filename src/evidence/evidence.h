/* evidence: figures + refits -> verdicts.
 *
 * In:   a history, its atoms, the card fit and the card.
 * Out:  an lf_evidence the caller owns: for each attribute what rows say of it that had no part in choosing
 * its bands or weights, and a verdict by rules that are printed with it.
 *
 * Words. Contribution: what an attribute adds to the linear predictor of a row, by bands and weights that
 * were chosen without the row (and, where accounts are known, without its account). Effect: the log of the
 * ratio (of odds, of deal size, of revenue a lead) between a typical high and a typical low lead, one
 * standard deviation of the contribution above its mean and one below: for two bands of equal size that is
 * the ratio between them. Margin: the smallest ratio that would matter. */
#ifndef LF_EVIDENCE_H
#define LF_EVIDENCE_H

#include "card/build.h"
#include "fit/select.h"

typedef enum lf_verdict {
  LF_NOT_ENOUGH = 0,
  LF_PREDICTS_REVENUE,
  LF_PREDICTS_WINNING,
  LF_PREDICTS_SIZE,
  LF_NO_DIFFERENCE
} lf_verdict;

const char *lf_verdict_name(lf_verdict verdict);

typedef enum lf_strength { LF_STRENGTH_NONE = 0, LF_WEAK, LF_MODERATE, LF_STRONG } lf_strength;

/* An effect: log ratio between a typical high and a typical low lead, with its 95 % limits. */
typedef struct lf_effect {
  double log_ratio, std_error, low, high; /* NaN where not known; 0 where the bands found nothing */
  double p;                               /* one-sided: that the contribution predicts in its own direction */
} lf_effect;

/* With the limits and the p that follow from a normal standard error; p is 1 where there is none. */
lf_effect lf_effect_make(double log_ratio, double std_error);

/* A paired figure with its 95 % limits. */
typedef struct lf_paired {
  double value, std_error, low, high, p;
} lf_paired;

/* A band of an attribute, judged beside all other attributes. */
typedef struct lf_band_effect {
  char *label;
  double rows, won;
  double log_odds, std_error; /* against the attribute's average judged row; adjusted for the others */
  double difference;          /* in win rate, at the average row */
} lf_band_effect;

typedef struct lf_quarter_effect {
  int year, quarter;
  double rows, won;
  lf_effect effect;
} lf_quarter_effect;

/* What bands that no outcome chose say of an attribute beside all others. */
typedef struct lf_blind_test {
  double chi2, p;
  size_t df;
  double bound;     /* the log ratio (high lead to low) that they exclude at 95 %, one-sided */
  double std_error; /* of a log ratio, were it the only thing that the bands can show */
  double reach;     /* so many of these errors lie below the bound where nothing is there; fewer four times in
                       five */
} lf_blind_test;

/* Winning. */
typedef struct lf_win_evidence {
  lf_effect effect;  /* on every judged row */
  lf_effect holdout; /* on the holdout alone */
  double q, holm;    /* Benjamini & Hochberg; Holm: over winning and deal size of all attributes */
  double chi2;       /* likelihood ratio of leaving the contribution out: 1 degree of freedom */
  lf_paired loss_increase, auc_loss; /* judged rows */
  lf_paired holdout_loss_increase, holdout_auc_loss;
  double bound; /* log ratio that blind bands and the contribution itself exclude at 95 % (one-sided) */
  lf_blind_test blind;
  size_t n_bands; /* bands judged */
  lf_band_effect *bands;
  lf_lr_test bands_test; /* of all bands together on the rows that judge them */
  lf_effect raw;         /* unadjusted */
} lf_win_evidence;

typedef struct lf_size_evidence {
  lf_effect effect;     /* Gamma, log link */
  lf_effect log_normal; /* the check */
  double q, holm;
  double smearing; /* Duan's factor of the log-normal model, high leads over low: ratio of the means'
                      retransformation */
  double bound;
} lf_size_evidence;

typedef struct lf_revenue_evidence {
  lf_effect effect;           /* quasi-Poisson, revenue a lead */
  double boot_low, boot_high; /* clustered bootstrap, 95 % */
  double q;
  lf_effect without_top;                 /* without the top 1 % of the deals */
  bool whale;                            /* the few largest deals decide it */
  double gini_loss, gini_low, gini_high; /* revenue Gini lost without the attribute */
} lf_revenue_evidence;

typedef struct lf_attribute_evidence {
  const char *name; /* of the atoms */
  lf_owner owner;
  bool on_card, drifting;
  bool screened;       /* one of too many to be judged together, and of no help on its own (fit/alone.c) */
  bool is_amount;      /* the amount itself: only winning is judged */
  bool repeats_amount; /* the amount in bands, or in the same order: the same */
  lf_text_list not_adjusted_for; /* "NAME: why": attributes that are this one over again */
  lf_verdict verdict;
  lf_strength strength;
  bool through_win, through_size;
  char *because;    /* the rule that spoke, with its figures */
  double more_wins; /* that would settle it; NaN where it is settled */
  lf_win_evidence win;
  lf_size_evidence size;
  lf_revenue_evidence revenue;
  double p, q; /* of what it is said to predict; of winning or size, whichever is smaller, where it is not */
  size_t n_quarters;
  lf_quarter_effect *quarters;
  double heterogeneity_chi2, heterogeneity_p; /* Cochran's Q over the quarters; NaN where fewer than two */
  bool simpson;
  size_t confounder; /* attribute that turns the direction; SIZE_MAX: several together */
} lf_attribute_evidence;

typedef struct lf_noise_floor {
  size_t copies;
  double loss_increase; /* the largest a permuted copy seems to be worth, as holdout-like loss */
  double smallest_p;
  size_t below_5_percent; /* copies with p < 0.05 */
} lf_noise_floor;

typedef struct lf_evidence {
  size_t n;
  lf_attribute_evidence *items;
  double rows, won, holdout_rows, holdout_won;
  size_t n_folds;
  bool in_time; /* folds are blocks of time */
  bool has_amounts;
  double deals, unknown_amounts,
      top_amount_share; /* won rows with an amount; without; share of revenue in the top 1 % */
  double margin;        /* ratio */
  bool has_noise;
  lf_noise_floor noise;
  size_t replicates;  /* of the bootstrap */
  lf_text_list rules; /* the verdicts' rules, as sentences */
  lf_text_list notes;
} lf_evidence;

typedef struct lf_evidence_options {
  double margin;     /* ratio; 0: 1.1 */
  size_t max_rows;   /* of the training rows, and of the holdout; 0: so many of each that the rarer outcome is
                        there about 6,000 times, 40,000 at least and 400,000 at most */
  size_t replicates; /* 0: 200 to 1,000 by size */
  bool no_noise;
  uint64_t seed;
} lf_evidence_options;

/* build may be NULL: then no band of the card is judged. */
lf_status lf_evidence_make(const lf_history *history, const lf_atoms *atoms, const lf_card_fit *fit,
                           const lf_card_build *build, const lf_evidence_options *options, const lf_run *run,
                           lf_evidence **evidence, lf_error *err);
void lf_evidence_free(lf_evidence *evidence);

#endif
