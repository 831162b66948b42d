/* compare: candidates on one frozen set of rows -> who is better, by how much, how surely.
 *
 * In:   scores of every candidate on the same rows, with outcome, amount, weight and account.
 * Out:  an lf_comparison the caller owns: figures of each candidate, and of each pair. */
#ifndef LF_EVIDENCE_COMPARE_H
#define LF_EVIDENCE_COMPARE_H

#include "judge/judge.h"

/* A candidate's scores on the rows. Not owned. */
typedef struct lf_candidate {
  const char *name;          /* as typed */
  const char *title;         /* what the candidate calls itself, or NULL */
  const double *score;       /* of every row; none NaN */
  const double *probability; /* or NULL */
  bool has_threshold;
  double threshold; /* qualified: score >= threshold */
} lf_candidate;

/* The rows all are judged on. Not owned. */
typedef struct lf_compare_rows {
  size_t n;
  const uint8_t *won;
  const double *weight;    /* NULL: all 1 */
  const double *amount;    /* NULL: none; NaN counts as 0 */
  const uint32_t *cluster; /* or NULL */
  size_t n_clusters;
} lf_compare_rows;

typedef struct lf_compare_options {
  size_t replicates; /* of the bootstrap; 0: its default */
  uint64_t seed;
  double auc_margin; /* differences in AUC below this do not matter; 0: 0.01 */
  double won_margin; /* the same for wins at equal volume, as a share of the wins the better one captures; 0:
                        0.05 */
} lf_compare_options;

typedef enum lf_compare_verdict {
  LF_COMPARE_UNDECIDED = 0, /* not enough evidence */
  LF_COMPARE_A_BETTER,
  LF_COMPARE_B_BETTER,
  LF_COMPARE_SAME /* no meaningful difference */
} lf_compare_verdict;

/* Both candidates' best rows, as many of each; ties pro rata. */
typedef struct lf_volume {
  double share, rows;
  size_t of; /* candidate whose threshold qualifies so many; SIZE_MAX: a round share */
  double won_a, won_b, amount_a, amount_b;
  lf_interval won, amount; /* a - b */
} lf_volume;

/* One field of the quadrant. */
typedef struct lf_quadrant_cell {
  double rows, won, win_rate, low, high, amount;
} lf_quadrant_cell;

enum { LF_QUADRANT_BOTH = 0, LF_QUADRANT_A_ONLY, LF_QUADRANT_B_ONLY, LF_QUADRANT_NEITHER, LF_QUADRANT_CELLS };
/* The field of row i, for two candidates with thresholds. */
size_t lf_quadrant_of(const lf_candidate *a, const lf_candidate *b, size_t i);
enum { LF_MOST_VOLUMES = 7 };

typedef struct lf_pair {
  size_t a, b;
  lf_paired_auc auc;
  double q;             /* Benjamini-Hochberg over all pairs */
  lf_interval log_loss; /* a - b; NaN where one of them gives no probability */
  double log_loss_p;
  size_t n_volumes;
  lf_volume volumes[LF_MOST_VOLUMES];
  bool has_quadrant; /* both have a threshold */
  lf_quadrant_cell quadrant[LF_QUADRANT_CELLS];
  lf_interval a_only_vs_b_only; /* difference in win rate */
  double quadrant_p;
  lf_compare_verdict verdict;
  bool by_volume; /* the verdict is by wins at equal volume: one of the two is a yes/no rule */
  size_t volume;  /* which of volumes then */
} lf_pair;

typedef struct lf_comparison {
  size_t n;
  const lf_candidate *candidates; /* not owned */
  lf_judgement *judgements;       /* of each */
  size_t n_pairs;
  lf_pair *pairs; /* (0,1), (0,2) .. */
  size_t replicates;
  double auc_margin, won_margin;
} lf_comparison;

/* n >= 2 candidates. LF_E_DATA where rows cannot be judged. */
lf_status lf_compare(const lf_compare_rows *rows, const lf_candidate *candidates, size_t n,
                     const lf_compare_options *options, const lf_run *run, lf_comparison **comparison,
                     lf_error *err);
void lf_comparison_free(lf_comparison *comparison);

#endif
