/* A scorecard in memory: made, released, asked. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "card/card.h"

lf_status lf_scorecard_new(lf_scorecard **card, lf_error *err) {
  lf_scorecard *made = NULL;
  lf_status status = lf_alloc(1, sizeof *made, &made, err);
  if (status != LF_OK) return status;
  made->mean_amount = NAN;
  made->intercept = made->slope = NAN;
  *card = made;
  return LF_OK;
}

void lf_scorecard_free(lf_scorecard *card) {
  if (!card) return;
  for (size_t a = 0; card->bands && card->attributes && a < card->attributes->n; a++) free(card->bands[a]);
  free(card->bands);
  lf_attributes_free(card->attributes);
  for (size_t g = 0; card->grades && g < card->n_grades; g++) free(card->grades[g].label);
  free(card->grades);
  json_decref(card->provenance);
  json_decref(card->expected);
  free(card->name);
  free(card->outcome_column);
  free(card->won_label);
  free(card->lost_label);
  free(card->amount_column);
  free(card->threshold_rule);
  free(card->note);
  free(card);
}

void lf_scorecard_range(const lf_scorecard *card, int *minimum, int *maximum) {
  int low = card->base_points, high = card->base_points;
  for (size_t a = 0; a < card->attributes->n; a++) {
    const lf_card_band *bands = card->bands[a];
    int least = bands[0].points, most = bands[0].points;
    for (size_t b = 1; b < card->attributes->items[a].n_bands; b++) {
      if (bands[b].points < least) least = bands[b].points;
      if (bands[b].points > most) most = bands[b].points;
    }
    low += least;
    high += most;
  }
  *minimum = low;
  *maximum = high;
}

double lf_scorecard_probability(const lf_scorecard *card, int score) {
  return card->has_probability ? lf_expit(card->intercept + card->slope * score) : NAN;
}

const char *lf_scorecard_grade(const lf_scorecard *card, int score) {
  for (size_t g = 0; g < card->n_grades; g++)
    if (score >= card->grades[g].from) return card->grades[g].label;
  return card->n_grades ? card->grades[card->n_grades - 1].label : "";
}
