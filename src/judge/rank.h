/* rank: rows in order of score, tied rows as one block. Internal to judge.
 *
 * In:   scores (no NaN where a row counts), outcomes, weights, and what else is to be summed over tied rows.
 * Out:  blocks by rising score and the block of every row. Rows of weight 0 are in no block's sums. */
#ifndef LF_JUDGE_RANK_H
#define LF_JUDGE_RANK_H

#include "judge/judge.h"

typedef struct lf_rank {
  size_t n;            /* rows */
  size_t n_blocks;     /* distinct scores */
  double *score;       /* of each block, rising */
  double *won, *lost;  /* weights summed over the block */
  double *amount;      /* of won rows; NULL without amounts */
  double *expected;    /* sum of weight * probability; NULL without probabilities */
  double *probability; /* of the block where all its rows share one, else NaN; NULL without probabilities */
  double total_won, total_lost, total_amount;
  /* The block of a row, one of two ways: */
  uint32_t *order; /* rows by rising score (first block_start[0..n_blocks]), or NULL */
  size_t *block_start;
  double lowest; /* order NULL: scores are integers from here, block_of[score - lowest] is the block */
  uint32_t *block_of;
} lf_rank;

/* Sorts once: by counting where scores are integers of a small range, else by radix on order-preserving keys.
 * Weights must be finite and not negative (lf_judge checks). */
lf_status lf_rank_make(const lf_judge_rows *rows, const double *score, const lf_run *run, lf_rank **rank,
                       lf_error *err);
void lf_rank_free(lf_rank *rank);

/* Spreads one value a block and class over rows: out[i] = won ? of_won[block] : of_lost[block]; 0 where the
 * weight is 0. */
void lf_rank_spread(const lf_rank *rank, const lf_judge_rows *rows, const double *score, const double *of_won,
                    const double *of_lost, double *out);

#endif
