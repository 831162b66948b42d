/* Shapley values and common parts, exactly, over all 2^n subsets.
 *
 * Symbols: N players, v(S) what subset S explains (a McFadden R2, or deviance).
 *   Shapley (1953), as LMG for regression (Lindeman, Merenda & Gold 1980; Groemping 2007):
 *     phi_j = sum over S without j of |S|! (n - |S| - 1)! / n! (v(S + j) - v(S));  sum of phi = v(N) -
 * v(none). Commonality analysis (Newton & Spurrell 1967; Nimon & Reio 2011): what exactly the players T
 * share, by inclusion and exclusion, c(T) = - sum over R in T of (-1)^|R| v((N - T) + R);  sum of c = v(N) -
 * v(none), and c({j}) = v(N) - v(N - j). */
#include "evidence/shapley.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"

static size_t bits(size_t set) {
  return (size_t)__builtin_popcountll((unsigned long long)set);
}

double lf_shapley_weight(size_t n, size_t size) {
  double weight = 1.0 / (double)n; /* 1 / (n * choose(n - 1, size)) */
  for (size_t k = 1; k <= size; k++) weight *= (double)k / (double)(n - k);
  return weight;
}

void lf_shapley_values(size_t n, const double *value, double *share) {
  for (size_t j = 0; j < n; j++) {
    share[j] = 0;
    for (size_t set = 0; set < (size_t)1 << n; set++)
      if (!(set >> j & 1))
        share[j] += lf_shapley_weight(n, bits(set)) * (value[set | (size_t)1 << j] - value[set]);
  }
}

void lf_common_parts(size_t n, const double *value, double *part) {
  size_t all = ((size_t)1 << n) - 1;
  part[0] = 0;
  for (size_t set = 1; set <= all; set++) {
    part[set] = 0;
    for (size_t inside = set;; inside = (inside - 1) & set) {
      part[set] -= (bits(inside) % 2 ? -1 : 1) * value[(all & ~set) | inside];
      if (!inside) break;
    }
  }
}

/* ---- maximum likelihood by subset
 * ----------------------------------------------------------------------------- */

typedef struct subsets {
  const lf_design *design;
  const size_t *player;
  const lf_run *run;
  double *log_likelihood;
  lf_status *status;
  lf_error *errors;
} subsets;

static lf_status fit_subset(const subsets *s, size_t set, lf_error *err) {
  const lf_design *d = s->design;
  lf_run serial = lf_run_serial(s->run);
  lf_weights *weights = NULL;
  int8_t *fixed = NULL;
  double *start = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(d->n_coef, 1, &fixed, err));
  LF_TRY(lf_alloc(d->n_coef, sizeof *start, &start, err));
  for (size_t t = 0; t < d->n_terms; t++)
    for (uint32_t k = 0; k < d->terms[t].n_coef; k++)
      fixed[(size_t)d->terms[t].first + k] = !(set >> s->player[t] & 1);
  lf_solve_options options = {.start = start, .fixed = fixed, .no_information = true};
  LF_TRY(lf_solve(d, &options, &serial, &weights, err));
  s->log_likelihood[set] = weights->log_likelihood;
cleanup:
  lf_weights_free(weights);
  free(fixed);
  free(start);
  return status;
}

static void fit_task(void *context, size_t set) {
  subsets *s = context;
  s->status[set] = fit_subset(s, set, &s->errors[set]);
}

lf_status lf_subset_likelihoods(const lf_design *design, const size_t *player, size_t n_players,
                                const lf_run *run, double *log_likelihood, lf_error *err) {
  subsets s = {.design = design, .player = player, .run = run, .log_likelihood = log_likelihood};
  size_t n = (size_t)1 << n_players;
  lf_status status = LF_OK;
  if (n_players > LF_MOST_PLAYERS)
    return lf_fail(err, LF_E_USAGE, "%zu players have too many subsets: %d at most", n_players,
                   LF_MOST_PLAYERS);
  LF_TRY(lf_alloc(n, sizeof *s.status, &s.status, err));
  LF_TRY(lf_alloc(n, sizeof *s.errors, &s.errors, err));
  lf_parallel_for(run, n, fit_task, &s);
  for (size_t set = 0; set < n; set++) {
    if (s.status[set] == LF_OK) continue;
    if (err) *err = s.errors[set];
    status = s.status[set];
    break;
  }
cleanup:
  free(s.status);
  free(s.errors);
  return status;
}
