/* The effect of one yes/no difference on winning, on the amount of won rows, or on revenue per lead, adjusted
 * for other attributes. */
#ifndef LF_EVIDENCE_EFFECT_H
#define LF_EVIDENCE_EFFECT_H

#include "band/atoms.h"
#include "evidence/claims.h"
#include "evidence/repeats.h"
#include "fit/fit.h"

enum { LF_CLAIM_SIDE_VERSUS = 0, LF_CLAIM_SIDE_GROUP = 1, LF_CLAIM_SIDE_NONE = 2 };

/* The rows of one claim. Owned, but for cluster. */
typedef struct lf_effect_rows {
  size_t n; /* rows of the history */
  lf_claim_effect effect;
  uint16_t
      *side; /* LF_CLAIM_SIDE_GROUP, LF_CLAIM_SIDE_VERSUS, or LF_CLAIM_SIDE_NONE: on neither, or not judged */
  double *weight; /* 0: takes no part in the estimate (on neither side, not won for an amount) */
  double *y;      /* won (0, 1); amount; or revenue (0 where lost) */
  const uint8_t *won;
  const uint32_t *cluster; /* or NULL */
  size_t n_clusters;
  double degrees; /* of freedom: accounts or rows, less one */
} lf_effect_rows;

void lf_effect_rows_clear(lf_effect_rows *rows);

/* What the effect is adjusted for: terms over atoms. Owned. */
typedef struct lf_adjustment {
  size_t n_terms;
  lf_term *terms;
  size_t *column; /* of the history's table, of each term */
  int32_t *map;   /* backing of the terms' maps */
  size_t n_coef;  /* intercept and effect included */
} lf_adjustment;

void lf_adjustment_clear(lf_adjustment *adjustment);

/* The attribute whose effect it is, and what repeats it. */
typedef struct lf_exposure {
  size_t column;
  const lf_repeats *repeats; /* of every attribute and of the column */
  const lf_repeats *won;     /* of won rows: of every attribute and of the amount */
} lf_exposure;

/* Which attributes an effect is adjusted for: every attribute of the history but the claim's own, its
 * repeats, those that say nearly the same, for amounts the amount and its repeats, and, for an attribute that
 * marketing owns, those that sales owns. Names go to the answer's lists. */
lf_status lf_adjustment_make(const lf_history *history, const lf_atoms *atoms, const lf_effect_rows *rows,
                             const lf_exposure *exposure, lf_answer *answer, lf_adjustment *adjustment,
                             lf_error *err);

/* The same with the terms that keep marks alone. */
lf_status lf_adjustment_subset(const lf_adjustment *whole, const uint8_t *keep, lf_adjustment *out,
                               lf_error *err);

/* A fit: coefficient 0 is the intercept, 1 the effect. Owned. */
typedef struct lf_effect_fit {
  lf_design design;
  lf_term *terms;
  size_t n;
  double *b;
  double *bread;      /* inverse information */
  double *covariance; /* robust; clustered by account where known */
  bool firth;
  double firth_low[2], firth_high[2]; /* profile limits: 95 %, 90 % */
  double firth_p;
  bool fine; /* the effect was estimated */
} lf_effect_fit;

/* Fits with the terms given (adjustment may be NULL: raw), an offset (may be NULL), and a start (n_coef, may
 * be NULL). */
lf_status lf_effect_fit_make(const lf_effect_rows *rows, const lf_adjustment *adjustment,
                             const double *offset, const double *start, const lf_run *run,
                             lf_effect_fit **fit, lf_error *err);
void lf_effect_fit_free(lf_effect_fit *fit);

/* A log ratio with its limits by Student's t; without limits and p where there is no standard error. */
lf_ratio lf_ratio_of(double log_ratio, double std_error, double degrees);

/* The ratio that a fit found. */
lf_ratio lf_effect_ratio(const lf_effect_fit *fit, const lf_effect_rows *rows);

/* Win rates were every row of the group, and were none: their difference and their ratio (win only). */
lf_status lf_effect_risk(const lf_effect_fit *fit, const lf_effect_rows *rows, const lf_run *run,
                         lf_interval *difference, lf_interval *ratio, lf_error *err);

/* What the verdict of a claim would be with this estimate, the p-values of the other claims being what they
 * are. */
typedef struct lf_verdict_rule {
  lf_direction direction;
  double margin;
  const double *p; /* of all claims */
  size_t n, self;
} lf_verdict_rule;

lf_status lf_verdict_of(const lf_verdict_rule *rule, const lf_ratio *ratio, lf_claim_verdict *verdict,
                        double *q, lf_error *err);

/* flip.c */
lf_status lf_flip_find(const lf_effect_rows *rows, const lf_adjustment *adjustment, const lf_effect_fit *fit,
                       const lf_verdict_rule *rule, const lf_run *run, lf_flip *flip, lf_error *err);

#endif
