/* The rows that judge attributes, and what earlier bands and weights say of each. Internal to evidence. */
#ifndef LF_EVIDENCE_ROWS_H
#define LF_EVIDENCE_ROWS_H

#include "evidence/evidence.h"

enum { LF_NO_QUARTER = INT32_MIN };

/* Training rows by fold (blocks of time, or of a hash that never splits an account), each judged by the rows
 * before it, then the holdout as the last fold, judged by the training rows. Rows before `first` are judged
 * by nobody. */
typedef struct lf_evidence_rows {
  lf_sample *sample;
  const lf_history *history;
  size_t first, n_train, n; /* judged rows: [first, n); of them holdout: [n_train, n) */
  size_t n_folds;           /* the holdout's included */
  bool has_holdout;
  uint32_t *row;     /* of the history */
  uint8_t *fold;     /* of judged rows */
  double *y;         /* 1 won, 0 lost */
  double *amount;    /* of won rows; 0 for lost ones; NaN where a won row's is unknown */
  uint32_t *cluster; /* NULL: rows are independent */
  size_t n_clusters;
  int32_t *quarter;   /* 4 * year + quarter (0..3), or LF_NO_QUARTER; NULL without dates */
  double **train;     /* [n_folds][n]: training weights; rows of accounts that are judged are left out */
  uint8_t *hidden;    /* judged by nobody after all: their account is among the rows that teach */
  double hidden_rows; /* their weight */
} lf_evidence_rows;

lf_status lf_evidence_rows_make(const lf_history *history, const lf_atoms *atoms, size_t max_rows,
                                lf_evidence_rows **rows, lf_error *err);
void lf_evidence_rows_free(lf_evidence_rows *rows);

/* Contributions of every attribute to every row, 0 where nobody judges: x[set][row]. */
typedef struct lf_contributions {
  size_t n_sets, n_rows;
  double **x;
} lf_contributions;

lf_status lf_contributions_new(size_t n_sets, size_t n_rows, lf_contributions **out, lf_error *err);
void lf_contributions_free(lf_contributions *contributions);

typedef struct lf_contribution_options {
  const uint8_t *keep; /* sets to use */
  double band_penalty, ridge;
  size_t max_bands;
} lf_contribution_options;

/* To the log-odds of winning: bands and ridge weights of each fold's training rows. code: codes of the sets,
 * or NULL for the sample's own (permuted copies bring theirs). */
lf_status lf_win_contributions(const lf_evidence_rows *rows, const lf_atoms *atoms,
                               const lf_contribution_options *options, const lf_run *run,
                               lf_contributions **out, lf_error *err);
/* To the log of the deal size: outcome-blind bands, ridge weights of the fold's won training rows, an
 * attribute's weights shrunk by what its F statistic there leaves (size.c). */
lf_status lf_size_contributions(const lf_evidence_rows *rows, const lf_atoms *atoms, const uint8_t *keep,
                                const lf_run *run, lf_contributions **out, lf_error *err);

/* Bands chosen by counts alone: runs of atoms (numbers) of about equal weight, or the frequent levels with
 * the rest as one. Each of at least min_rows; map[code of atom] = band, -1: too few rows. Returns the number
 * of bands, missing and other included. */
lf_status lf_blind_bands(const lf_evidence_rows *rows, const lf_atoms *atoms, size_t set,
                         const double *weight, size_t most, double min_rows, int32_t *map, size_t *n_bands,
                         lf_error *err);

#endif
