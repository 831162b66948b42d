/* What rules allow of whole points. Internal to card; without rules everything is allowed. */
#ifndef LF_CARD_POINTS_RULES_H
#define LF_CARD_POINTS_RULES_H

#include "card/points.h"

/* Ranges that sum with the points said to the maximum, each within its cap: largest remainder. range: of each
 * attribute's weights. */
void lf_points_share(const lf_points_problem *problem, const double *range, int *ranges);
/* Points said, the bands beside them, and then single points until every relation holds. */
void lf_points_repair(const lf_points_problem *problem, double *points);
/* Whether the relations of an attribute hold. */
bool lf_points_keep(const lf_points_problem *problem, size_t attribute, const double *points);
/* Whether band i of the attribute may move by d, points being those before. */
bool lf_points_may_move(const lf_points_problem *problem, size_t attribute, size_t i, double d,
                        double *points);
/* Whether attribute a, whose top is given, may take a point of range from b. */
bool lf_points_may_range(const lf_points_problem *problem, size_t a, size_t b, double top);

#endif
