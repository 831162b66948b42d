/* Rows that choose: training rows, or a sample of them, as codes of atoms, with the splits that judge each
 * choice. */
#ifndef LF_FIT_SAMPLE_H
#define LF_FIT_SAMPLE_H

#include "band/grouping.h"

/* Training and judging rows of one fold. Training rows are [0, n) without [skip_from, skip_to), or [0,
 * skip_from) where the folds stand in time; judging rows are [judge_from, judge_to). */
typedef struct lf_fold {
  size_t train_to; /* training rows end here; judged rows inside are not training rows */
  size_t judge_from, judge_to;
} lf_fold;

typedef struct lf_sample {
  size_t n;
  size_t n_sets;
  const uint16_t **code; /* [n_sets][n] */
  uint16_t **owned;      /* backing of code where rows were gathered, else NULL */
  uint32_t *row;         /* of the history; NULL where every training row stands in its own place */
  uint8_t *won;
  double *weight;
  double total, total_won; /* weighted */
  bool in_time;            /* rows stand in time order and folds look forward */
  size_t n_folds;
  lf_fold *folds;
} lf_sample;

typedef enum lf_fold_order {
  LF_FOLDS_NONE = 0, /* every training row, in the history's order, no folds */
  LF_FOLDS_RANDOM,
  LF_FOLDS_FORWARD /* train on the past, judge the next block */
} lf_fold_order;

/* At most max_rows rows (0: all), of which the rarer outcome has up to a quarter (sample.c). n_folds folds at
 * most: one whose training rows hold fewer than 5 wins or losses is left out. Forward folds judge the last 80
 * % of the rows, in blocks. */
lf_status lf_sample_make(const lf_history *history, const lf_atoms *atoms, lf_fold_order order,
                         size_t n_folds, size_t max_rows, lf_sample **sample, lf_error *err);
void lf_sample_free(lf_sample *sample);

/* Whether the same rows judge both: only then are figures of their fits paired. */
bool lf_sample_same_judges(const lf_sample *a, const lf_sample *b);

/* Weights of the training rows of a fold: weight, and 0 elsewhere. out[n]. */
void lf_sample_train_weights(const lf_sample *sample, size_t fold, double *out);

#endif
