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
struct lf_scorecard {
  char *name;
  json_t *provenance;   /* inputs, options, counts: object, or NULL */
  char *outcome_column; /* may be NULL */
  char *won_label, *lost_label;
  char *amount_column;  /* may be NULL */
  int minimum, maximum; /* of the score, both reachable */
  int base_points;      /* points every row has */
  bool has_probability;
  double intercept, slope; /* P(won) = expit(intercept + slope * score) */
  lf_attributes *attributes;
  lf_card_band **bands; /* one array an attribute, one item a band */
  bool has_threshold;
  int threshold;        /* MQL: score >= threshold */
  char *threshold_rule; /* how it was chosen, in words */
  json_t *expected;     /* what the threshold is expected to deliver: object, or NULL */
  size_t n_grades;
  lf_grade *grades;   /* by falling `from` */
  double mean_amount; /* revenue of a won row, for expected revenue; NaN where unknown */
  char *note; /* what a reader of the file should be told, or NULL (the stated range is not the one its points
                 reach) */
};

lf_status lf_scorecard_new(lf_scorecard **card, lf_error *err);

/* scoring.json (format leadfit-scoring/1). Hand-edited and hand-written files are welcome: name, provenance,
 * outcome, score, owner, weight, mql and grades may be absent. Errors are LF_E_USAGE and name the path:
 * `attributes[3].bands[1].to`. Refused: a key nobody knows; a number as text; points that are no integer; an
 * attribute twice; a value in two bands; intervals that overlap or leave a gap between them (a score must not
 * fall silently through; outside a first `from` or last `to` that is given, a value is `other`); an attribute
 * without one missing and one other band; a threshold no lead or every lead reaches. Edited points are taken
 * as they are: minimum and maximum are made anew, and where the file says otherwise card->note tells. */
lf_status lf_scorecard_parse(const json_t *root, const char *file, lf_scorecard **card, lf_error *err);
lf_status lf_scorecard_json(const lf_scorecard *card, json_t **root, lf_error *err);

/* Score of every row from its codes; integer points are added, so row by row or in bulk the answer is the
 * same. score[n_rows]. */
lf_status lf_scorecard_score(const lf_scorecard *card, const lf_codes *codes, const lf_run *run,
                             int32_t *score, lf_error *err);
/* Lowest and highest score that can be reached: base points and each attribute's lowest and highest band. */
void lf_scorecard_range(const lf_scorecard *card, int *minimum, int *maximum);
/* P(won) at a score; NaN where the card has no map. */
double lf_scorecard_probability(const lf_scorecard *card, int score);
/* Grade label at a score; "" without grades. */
const char *lf_scorecard_grade(const lf_scorecard *card, int score);

/* Why a row has its score: an attribute and by how many points it is above (below: negative) the average
 * lead. */
typedef struct lf_reason {
  size_t attribute;
  double points;
} lf_reason;
enum { LF_REASONS = 3 };

/* Points of the average training row in each attribute, average[attributes->n]; where a card has no counts,
 * the plain mean over the bands that carry values. */
void lf_scorecard_averages(const lf_scorecard *card, double *average);
/* The reasons that weigh most, heaviest first, by the codes of one row (codes[attributes->n]); attributes at
 * the average give none. Returns how many there are, LF_REASONS at most. */
size_t lf_scorecard_reasons(const lf_scorecard *card, const double *average, const uint16_t *codes,
                            lf_reason reasons[LF_REASONS]);

/* Scaling of log-odds to points: score = offset + factor * logit(p), so that `points` stand at odds of `odds`
 * to 1 and the odds double every `pdo` points: factor = pdo / ln 2, offset = points - factor ln odds (Siddiqi
 * 2006). LF_E_USAGE where pdo or odds are not above 0. */
lf_status lf_points_scale(double pdo, double points, double odds, double *factor, double *offset,
                          lf_error *err);

#endif
