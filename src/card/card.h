/* card: weights -> scorecard. scoring.json in and out, and the arithmetic that scores a row. */
#ifndef LF_CARD_H
#define LF_CARD_H

#include "band/band.h"
#include "base/tree.h"

typedef struct lf_card_band {
  int points;
  int points_low, points_high; /* the integers it might have been (95 %); equal to points where unknown */
  double weight;               /* fitted log-odds, 0 at the average row; NaN where hand-written */
  double rows, won, amount;    /* training counts behind it; NaN where unknown */
} lf_card_band;

typedef struct lf_grade {
  char *label; /* "A" … "D" */
  int from;    /* lowest score */
} lf_grade;

/* A scorecard and its definition. Owned throughout. */
typedef struct lf_scorecard {
  char *name;
  json_t *provenance;      /* inputs, options, counts: object, or NULL */
  char *outcome_column;    /* may be NULL */
  char *won_label, *lost_label;
  char *amount_column;     /* may be NULL */
  int minimum, maximum;    /* of the score, both reachable */
  int base_points;         /* points every row has */
  bool has_probability;
  double intercept, slope; /* P(won) = expit(intercept + slope * score) */
  lf_attributes *attributes;
  lf_card_band **bands;    /* one array an attribute, one item a band */
  bool has_threshold;
  int threshold;           /* MQL: score >= threshold */
  char *threshold_rule;    /* how it was chosen, in words */
  json_t *expected;        /* what the threshold is expected to deliver: object, or NULL */
  size_t n_grades;
  lf_grade *grades;        /* by falling `from` */
  double mean_amount;      /* revenue of a won row, for expected revenue; NaN where unknown */
} lf_scorecard;

lf_status lf_scorecard_new(lf_scorecard **card, lf_error *err);
void lf_scorecard_free(lf_scorecard *card);

/* scoring.json (format leadfit-scoring/1). Hand-edited and hand-written files are welcome: name, provenance, outcome, weight, grades and the probability map
 * may be absent. Errors name the path: `attributes[3].bands[1].to`. Checks: bands do not overlap, values stand in one band only, one missing and one
 * other (made with 0 points where absent? no: an error says to add them), numbers are numbers, score minimum and maximum match what can be reached. */
lf_status lf_scorecard_load(const char *path, lf_scorecard **card, lf_error *err);
lf_status lf_scorecard_parse(const json_t *root, const char *file, lf_scorecard **card, lf_error *err);
lf_status lf_scorecard_json(const lf_scorecard *card, json_t **root, lf_error *err);

/* Score of every row from its codes; integer points are added, so row by row or in bulk the answer is the same. score[n_rows]. */
lf_status lf_scorecard_score(const lf_scorecard *card, const lf_codes *codes, const lf_run *run, int32_t *score, lf_error *err);
/* P(won) at a score; NaN where the card has no map. */
double lf_scorecard_probability(const lf_scorecard *card, int score);
/* Grade label at a score; "" without grades. */
const char *lf_scorecard_grade(const lf_scorecard *card, int score);

#endif
