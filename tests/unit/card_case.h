/* Scorecards from JSON, for the tests of rooms that work with them. */
#ifndef CARD_CASE_H
#define CARD_CASE_H

#include "card/card.h"

/* Of a scoring.json, in which ' may stand for ". The caller frees it. Fails the test with the message where
 * it is refused. */
lf_scorecard *card_of_json(const char *json);
/* The same of its attributes, an array without brackets, and what else it holds, with a comma in front. */
lf_scorecard *card_of_attributes(const char *attributes, const char *rest);

/* An attribute: ten points for x of A. */
#define TEN_POINTS_FOR_X                                                                                     \
  "{'name': 'A', 'kind': 'category', 'bands': [{'label': 'x', 'values': ['x'], 'points': 10}, "              \
  "{'label': 'missing', 'missing': true, 'points': 0}, {'label': 'other', 'other': true, 'points': 0}]}"

#endif
