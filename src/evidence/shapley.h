/* Sharing out what players explain together: Shapley values and common parts over all subsets. */
#ifndef LF_EVIDENCE_SHAPLEY_H
#define LF_EVIDENCE_SHAPLEY_H

#include "fit/fit.h"

enum { LF_MOST_PLAYERS = 12 };

/* Weight of a subset of `size` players (without the one in question) among n: size! (n - size - 1)! / n!. */
double lf_shapley_weight(size_t n, size_t size);
/* value[2^n], by the bits of the subset -> share[n], which sum to value[all] - value[none]. */
void lf_shapley_values(size_t n, const double *value, double *share);
/* What belongs to exactly the players of each subset together: part[2^n]; part[1 << j] is what j alone
 * explains. They sum to value[all] - value[none]; a part can be negative (players that explain more together
 * than apart). */
void lf_common_parts(size_t n, const double *value, double *part);

/* Maximum likelihood by subset: log_likelihood[2^n_players] of the design with the terms of the subset's
 * players, player[t] < n_players the owner of term t. McFadden's R2 of a subset is 1 - log_likelihood[subset]
 * / log_likelihood[0]. */
lf_status lf_subset_likelihoods(const lf_design *design, const size_t *player, size_t n_players,
                                const lf_run *run, double *log_likelihood, lf_error *err);

#endif
