/* Cross-fitting: every judged row is judged by bands and weights that never saw it. */
#ifndef LF_FIT_CROSSFIT_H
#define LF_FIT_CROSSFIT_H

#include "fit/banded.h"

enum { LF_MAX_PATH = 8 };

/* What is tried: band penalties, and ridge penalties in falling order (each fit starts from the one before).
 */
typedef struct lf_path {
  size_t n_bands, n_ridge;
  double band_penalty[LF_MAX_PATH];
  double ridge[LF_MAX_PATH];
} lf_path;

/* One fold at one band penalty. */
typedef struct lf_fold_fit {
  lf_grouping *groupings;
  lf_banded *banded;
  double *b[LF_MAX_PATH]; /* coefficients at each ridge penalty, n_coef each */
} lf_fold_fit;

typedef struct lf_crossfit {
  const lf_sample *sample;
  const lf_atoms *atoms;
  const uint8_t *keep;
  lf_path path;
  double **weight;                       /* [n_folds][n]: training weights of each fold */
  lf_fold_fit *fits;                     /* [n_bands * n_folds] */
  double loss[LF_MAX_PATH][LF_MAX_PATH]; /* mean log loss of the judged rows, [band penalty][ridge] */
  double null_loss;                      /* the same of the training win rate alone */
  double judged;                         /* weighted judged rows */
} lf_crossfit;

/* Fits every fold at every penalty, in parallel. rules->penalty is ignored. */
lf_status lf_crossfit_make(const lf_sample *sample, const lf_atoms *atoms, const uint8_t *keep,
                           const lf_path *path, const lf_band_rules *rules, const lf_run *run,
                           lf_crossfit **crossfit, lf_error *err);
void lf_crossfit_free(lf_crossfit *crossfit);

/* Moves eta so that its mean probability meets the rows' win rate: blocks of time differ in level, and a
 * ranking is judged without it. */
void lf_recentre(const uint8_t *won, const double *weight, size_t n, double *eta);

/* The attributes that help, at one point of the path: backward elimination on the judged rows. */
typedef struct lf_dropped_set {
  size_t set;
  double loss_change; /* 2 * judged log likelihood lost by leaving it out: small or negative where it does not
                         help */
  double std_error;
  bool alone; /* judged by itself, of too many attributes to fit together (alone.c) */
} lf_dropped_set;

typedef struct lf_elimination {
  size_t band_index, ridge_index;
  uint8_t *keep; /* [n_sets] */
  size_t n_dropped;
  lf_dropped_set *dropped;
  double *gain,
      *error; /* [n_sets]: G and s of each set that stayed, given the others that stayed; NaN for the rest */
  double *row_loss; /* [n]: log loss of each judged row after elimination; 0 elsewhere */
  double *eta;      /* [n]: its linear predictor */
  double loss;      /* weighted mean of row_loss */
} lf_elimination;

/* Of more than `most` kept sets, keeps those of largest judged gain alone; the others are added to dropped
 * with that gain and its error. */
lf_status lf_screen_alone(const lf_sample *sample, const lf_atoms *atoms, size_t most, uint8_t *keep,
                          lf_dropped_set *dropped, size_t *n_dropped, const lf_run *run, lf_error *err);

/* Drops, one after another, the set whose gain G = 2 sum (loss without - loss with) is least worth its
 * standard error s: smallest G - multiple * s while that is <= 0. A negative multiple is a veto: only a set
 * that significantly harms is dropped. */
lf_status lf_eliminate(const lf_crossfit *crossfit, size_t band_index, size_t ridge_index, double multiple,
                       const lf_run *run, lf_elimination **out, lf_error *err);
void lf_elimination_free(lf_elimination *o);

#endif
