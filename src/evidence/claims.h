/* claims: what somebody asserts of an attribute, in a form that data can answer -> a verdict and all that
 * stands behind it.
 *
 * In:   claims (claims.yaml, or the key `claims` of a project file) and a history. The holdout judges where
 * there is one, else every row: a claim comes from outside the data, so no row has chosen it. Out:  an
 * lf_answers the caller owns, one answer a claim, in the same order. */
#ifndef LF_EVIDENCE_CLAIMS_H
#define LF_EVIDENCE_CLAIMS_H

#include "base/tree.h"
#include "history/history.h"
#include "judge/judge.h"

typedef enum lf_claim_effect { LF_EFFECT_WIN = 0, LF_EFFECT_AMOUNT, LF_EFFECT_REVENUE } lf_claim_effect;
typedef enum lf_direction { LF_DIRECTION_HIGHER = 0, LF_DIRECTION_LOWER, LF_DIRECTION_NONE } lf_direction;

/* One side of a claim: levels, or from <= x < to. Strings owned. */
typedef struct lf_claim_side {
  bool said; /* versus may be left out: all other known values */
  bool range;
  double from, to; /* -INFINITY, INFINITY where open */
  size_t n_levels;
  char **levels;
} lf_claim_side;

typedef struct lf_claim {
  char *say, *by, *attribute; /* by may be NULL */
  lf_claim_side group, versus;
  lf_claim_effect effect;
  lf_direction direction;
  double margin; /* above 1 */
} lf_claim;

typedef struct lf_claims {
  char *file;
  json_t *root; /* for errors that name the path */
  size_t n;
  lf_claim *items;
} lf_claims;

/* Reads claims.yaml (or the same as JSON). Errors are LF_E_USAGE and name the path: `claims[2].group`. */
lf_status lf_claims_load(const char *path, lf_claims **claims, lf_error *err);
/* The claims of a project file (its key `claims`); *claims stays NULL where it has none. */
lf_status lf_claims_load_project(const char *path, lf_claims **claims, lf_error *err);
lf_status lf_claims_parse(const char *name, const char *bytes, size_t n, lf_claims **claims, lf_error *err);
void lf_claims_free(lf_claims *claims);

typedef enum lf_claim_verdict {
  LF_CLAIM_UNDECIDED = 0, /* not enough evidence */
  LF_CLAIM_SUPPORTED,
  LF_CLAIM_CONTRADICTED,
  LF_CLAIM_SAME /* no meaningful difference */
} lf_claim_verdict;

/* A ratio of the group to the versus side: of odds of winning (win), of mean amounts (amount), of mean
 * revenue per lead (revenue). NaN where it cannot be told. */
typedef struct lf_ratio {
  double ratio, low, high; /* 95 % */
  double low90, high90;    /* for the two one-sided tests */
  double log_ratio, std_error, p;
} lf_ratio;

typedef struct lf_side_counts {
  double rows, won, amount; /* amount NaN without an amount column; of won rows whose amount is known */
  double valued;            /* won rows whose amount is known */
} lf_side_counts;

typedef struct lf_claim_period {
  char label[64]; /* "2023-Q1", or "part 1 of 4" of rows in time order */
  lf_side_counts group, versus;
  lf_ratio adjusted; /* NaN where there are too few */
} lf_claim_period;

/* Few outcomes whose reversal overturns the verdict: the most influential ones, so many that it falls. An
 * upper bound of the fewest. */
typedef struct lf_flip {
  bool found;
  double rows;
  bool confirmed; /* by full fits: overturned with so many, not with one fewer */
} lf_flip;

typedef struct lf_answer {
  lf_claim_verdict verdict;
  lf_side_counts group, versus;
  lf_ratio raw, adjusted;
  lf_interval raw_difference, adjusted_difference; /* of win rates, for LF_EFFECT_WIN */
  lf_interval risk_ratio;                          /* adjusted ratio of win rates, for LF_EFFECT_WIN */
  bool firth;                                      /* a cell is empty: Firth's penalty, profile limits */
  double q;
  size_t n_periods;
  lf_claim_period *periods;
  lf_flip flip;
  double e_value, e_value_limit;
  double more_won; /* wins that would settle it (80 % power) if the ratio stays, where there is not
                      enough evidence; NaN: not told */
  lf_text_list adjusted_for, not_adjusted_for; /* names; "NAME: why not" */
  lf_text_list notes;                          /* what a fair reader is told: one sentence each */
} lf_answer;

typedef struct lf_answers {
  size_t n;
  lf_answer *items;
} lf_answers;

/* Answers every claim. LF_E_USAGE, with the path, for a column or a level that is not there. */
lf_status lf_claims_answer(const lf_claims *claims, const lf_history *history, const lf_run *run,
                           lf_answers **answers, lf_error *err);
void lf_answers_free(lf_answers *answers);

const char *lf_claim_verdict_name(lf_claim_verdict verdict);
const char *lf_claim_effect_name(lf_claim_effect effect);
const char *lf_direction_name(lf_direction direction);

#endif
