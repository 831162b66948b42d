/* The format of scoring.json. Internal to card. */
#ifndef LF_CARD_FORMAT_H
#define LF_CARD_FORMAT_H

#include "card/card.h"

#define LF_CARD_FORMAT "leadfit-scoring/1"

enum {
  LF_CARD_MOST_POINTS = 1000000,  /* of one band, either side of 0 */
  LF_CARD_MOST_SCORE = 1000000000 /* of all: sums of points stay within 32 bits */
};

/* Reads the list `attributes` into card->attributes and card->bands. What was read before a failure hangs on
 * card. */
lf_status lf_card_read_attributes(const lf_node *list, lf_scorecard *card, lf_error *err);

/* A copy of the text at a key; absent: NULL stays, unless required. */
lf_status lf_card_read_text(const lf_node *parent, const char *key, bool required, char **text,
                            lf_error *err);
/* An integer within [low, high] at a key; absent: *value stays, unless required. */
lf_status lf_card_read_integer(const lf_node *parent, const char *key, bool required, int low, int high,
                               int *value, lf_error *err);
/* A finite number at a key; absent or null: *value stays. */
lf_status lf_card_read_number(const lf_node *parent, const char *key, double *value, lf_error *err);

/* Refuses intervals that overlap or leave a gap, and values in two bands. place[b] is where band b stands in
 * the file. */
lf_status lf_card_check_bands(const lf_node *bands, const lf_attribute *attribute, const size_t *place,
                              lf_error *err);

#endif
