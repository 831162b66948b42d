/* Any JSON as a scoring config: a scorecard or an error that names a place, and a scorecard that is written
 * reads back. */
#include <stdlib.h>

#include "card/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const lf_scorecard *card) {
  json_t *root = NULL;
  lf_scorecard *again = NULL;
  lf_error err = {0};
  if (lf_scorecard_json(card, &root, &err) != LF_OK) abort();
  if (lf_scorecard_parse(root, "again", &again, &err) != LF_OK) abort();
  if (again->minimum != card->minimum || again->maximum != card->maximum ||
      again->attributes->n != card->attributes->n)
    abort();
  lf_scorecard_free(again);
  json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  json_t *root = NULL;
  lf_scorecard *card = NULL;
  lf_error err = {0};
  if (lf_tree_parse("fuzz.json", (const char *)data, size, false, &root, &err) != LF_OK) return 0;
  lf_status status = lf_scorecard_parse(root, "fuzz.json", &card, &err);
  if ((status == LF_OK) != (card != NULL)) abort();
  if (status != LF_OK && !err.message[0]) abort();
  if (card) write_and_read(card);
  lf_scorecard_free(card);
  json_decref(root);
  return 0;
}
