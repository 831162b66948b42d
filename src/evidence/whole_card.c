/* The card of a history, under the rules of its project file where it has any. */
#include "evidence/price.h"

lf_status lf_history_card(const lf_history *history, const lf_ruled_options *options, const lf_run *run,
                          lf_ruled_card *card, lf_error *err) {
  lf_ruled_card made = {0};
  bool ruled = false;
  lf_status status = LF_OK;
  LF_TRY(lf_history_rules(history, &ruled, err));
  if (ruled) return lf_ruled_card_make(history, options, run, card, err);
  LF_TRY(lf_atoms_make(history, NULL, run, &made.atoms, err));
  LF_TRY(lf_card_fit_make(history, made.atoms, &options->card, run, &made.fit, err));
  LF_TRY(lf_card_build_make(history, made.fit, &options->threshold, run, &made.build, err));
  *card = made;
  made = (lf_ruled_card){0};
cleanup:
  lf_ruled_card_clear(&made);
  return status;
}

void lf_ruled_card_clear(lf_ruled_card *card) {
  lf_scorecard_free(card->build.card);
  lf_prices_free(card->prices);
  lf_card_fit_free(card->fit);
  lf_atoms_free(card->atoms);
  *card = (lf_ruled_card){0};
}
