/* The card method: which bands, which penalty, which attributes; then the weights of all training rows. */
#ifndef LF_FIT_SELECT_H
#define LF_FIT_SELECT_H

#include "fit/crossfit.h"
#include "fit/rules.h"

/* What the user asked. Zero-initialise for the defaults. */
typedef struct lf_card_options {
  size_t n_folds;   /* 0: 5 */
  size_t max_rows;  /* of the sample that chooses penalties and attributes; 0: 60,000 */
  size_t max_bands; /* of an attribute; 0: no cap */
} lf_card_options;

/* An attribute whose newest values lie outside what the older rows held. */
typedef struct lf_drifting_set {
  size_t set;
  double outside; /* share of newer rows, at the worst of five cuts */
} lf_drifting_set;

/* What the procedure found. */
typedef struct lf_card_fit {
  const lf_atoms *atoms;
  double band_penalty, ridge;
  uint8_t *keep;          /* [atoms->n] */
  lf_grouping *groupings; /* [atoms->n], of the kept sets */
  lf_sample *all;         /* every training row */
  lf_banded *banded;
  lf_weights *weights; /* of all training rows, with the information matrix */
  lf_rules *rules;     /* of points that the weights keep (leadfit.yaml), or NULL */
  double *target;      /* [n_coef] where rules bind: the maximum of the quadratic view at the weights */

  /* How it was chosen. */
  lf_path path;
  double path_loss[LF_MAX_PATH]
                  [LF_MAX_PATH]; /* judged, before attributes were left out; [band penalty][ridge] */
  double null_loss, loss;        /* mean log loss of the judged rows: win rate alone, and what was chosen */
  double gain, gain_error; /* 2 * judged log likelihood won over the win rate alone, and its standard error */
  double slope; /* of the judged outcomes on the judged linear predictor: 1 where weights are not too large */
  bool in_time; /* the last word was with folds that look forward */
  double *set_gain, *set_error; /* [atoms->n]: judged gain of keeping each set (2 * log likelihood) and its
                                   standard error; NaN where left out */
  size_t n_dropped;
  lf_dropped_set *dropped;
  size_t n_drifting;
  lf_drifting_set *drifting;
  lf_sample *judged;  /* the sample that chose */
  double *judged_eta; /* [judged->n]: linear predictor of each judged row, by a fit that never saw it */
} lf_card_fit;

/* Fits the card of a history. LF_E_DATA where there is no attribute, or too few wins or losses to
 * cross-validate. */
lf_status lf_card_fit_make(const lf_history *history, const lf_atoms *atoms, const lf_card_options *options,
                           const lf_run *run, lf_card_fit **out, lf_error *err);
void lf_card_fit_free(lf_card_fit *fit);

/* Judges the rows of fit->judged once more, each fold's bands and weights fitted anew at the penalties and
 * with the attributes that were chosen, rules kept: eta[judged->n]. rejudge.c. */
lf_status lf_card_fit_judge(const lf_card_fit *fit, size_t max_bands, const lf_run *run, double *eta,
                            lf_error *err);
lf_band_rules lf_card_band_rules(size_t max_bands, double rows, double penalty);
/* Moves a ridge fit to the weights that keep the atoms' rules, where there are any for its sets: *rules then
 * is not NULL (the caller frees), and target[n_coef], where asked for, the maximum of the quadratic view. */
lf_status lf_keep_rules(const lf_sample *sample, const lf_atoms *atoms, lf_banded *banded, double ridge,
                        double tolerance, const lf_run *run, lf_weights *weights, lf_rules **rules,
                        double *target, lf_error *err);
/* keep[atoms->n]: 1 for the attributes that may be judged together, 0 for those that drift and those that
 * were screened out for want of help on their own. */
void lf_card_fit_judged(const lf_card_fit *fit, uint8_t *keep);

/* Attributes that left the support of the older rows, from a sample in time order. outside[n_sets]. */
void lf_drift_outside(const lf_sample *sample, const lf_atoms *atoms, const lf_run *run, double *outside);

#endif
