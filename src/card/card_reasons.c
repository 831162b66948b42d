/* Why a row has its score.
 *
 * Symbols: attribute a, its band b of the row, points x_ab, n_ab training rows; average m_a = sum_b n_ab x_ab
 * / sum_b n_ab. A reason is x_ab - m_a: the score is the average score plus the sum of all reasons, so they
 * add up, and none needs a refit. */
#include <math.h>

#include "card/card.h"

static double average_points(const lf_attribute *attribute, const lf_card_band *bands) {
  double rows = 0, sum = 0, plain = 0, n = 0;
  for (size_t b = 0; b < attribute->n_bands; b++) {
    rows += bands[b].rows; /* NaN where one is unknown */
    sum += bands[b].rows * bands[b].points;
    if (attribute->bands[b].type == LF_BAND_MISSING || attribute->bands[b].type == LF_BAND_OTHER) continue;
    plain += bands[b].points;
    n++;
  }
  if (rows > 0) return sum / rows;
  return n > 0 ? plain / n : 0;
}

void lf_scorecard_averages(const lf_scorecard *card, double *average) {
  for (size_t a = 0; a < card->attributes->n; a++)
    average[a] = average_points(&card->attributes->items[a], card->bands[a]);
}

size_t lf_scorecard_reasons(const lf_scorecard *card, const double *average, const uint16_t *codes,
                            lf_reason reasons[LF_REASONS]) {
  size_t n = 0;
  for (size_t a = 0; a < card->attributes->n; a++) {
    lf_reason reason = {.attribute = a, .points = card->bands[a][codes[a]].points - average[a]};
    if (reason.points == 0) continue;
    size_t at = n;
    while (at > 0 && fabs(reasons[at - 1].points) < fabs(reason.points)) at--;
    if (at == LF_REASONS) continue;
    if (n < LF_REASONS) n++;
    for (size_t k = n - 1; k > at; k--) reasons[k] = reasons[k - 1];
    reasons[at] = reason;
  }
  return n;
}
