/* A card fit -> a scorecard. */
#ifndef LF_CARD_BUILD_H
#define LF_CARD_BUILD_H

#include "card/card.h"
#include "fit/select.h"

/* How the MQL threshold is chosen. */
typedef struct lf_threshold_options {
  double capacity;  /* leads a month that sales can work; NaN: not said */
  double precision; /* win rate the qualified leads shall have; NaN: not said */
} lf_threshold_options;

typedef struct lf_card_build {
  lf_scorecard *card; /* owned until taken */
  double
      rounding_plain; /* deviance lost to integers: plain rounding, and the points chosen (quadratic view) */
  double rounding;
  double level_window; /* share of the newest rows that set the level of the probabilities; 1: all */
} lf_card_build;

/* Points, probability map, threshold and grades, all from training rows. */
lf_status lf_card_build_make(const lf_history *history, const lf_card_fit *fit,
                             const lf_threshold_options *options, const lf_run *run, lf_card_build *build,
                             lf_error *err);

/* Scores of training rows -> the map to probabilities: slope, intercept and the window (see calibrate.c). */
lf_status lf_card_calibrate(const lf_history *history, const lf_card_fit *fit, const int32_t *score,
                            const lf_run *run, lf_card_build *build, lf_error *err);
/* Threshold and grades from training scores. */
lf_status lf_card_threshold(const lf_history *history, const int32_t *score,
                            const lf_threshold_options *options, lf_scorecard *card, lf_error *err);

#endif
