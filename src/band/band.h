/* band: history -> codes.
 *
 * In:   a history and which of its rows may choose bands.
 * Out:  attributes with their bands (lf_attribute), and the code of every row's band, one byte or two a cell.
 */
#ifndef LF_BAND_H
#define LF_BAND_H

#include "history/history.h"

typedef enum lf_band_type {
  LF_BAND_INTERVAL = 0, /* from <= x < to */
  LF_BAND_VALUES,       /* a set of category values, compared after trimming, exactly */
  LF_BAND_MATCH,        /* a pattern on text */
  LF_BAND_MISSING,
  LF_BAND_OTHER /* values never seen, or too rare */
} lf_band_type;

/* One level of an attribute. Strings owned. */
typedef struct lf_band {
  lf_band_type type;
  char *label;
  double from, to; /* INTERVAL; -INFINITY and INFINITY where open */
  char **values;   /* VALUES */
  size_t n_values;
  char *pattern; /* MATCH */
} lf_band;

/* An attribute and its bands: the bands that carry values first, then exactly one missing and one other,
 * last. */
typedef struct lf_attribute {
  char *name; /* of the column */
  lf_kind kind;
  lf_owner owner;
  size_t n_bands;
  lf_band *bands;
} lf_attribute;

typedef struct lf_attributes {
  size_t n;
  lf_attribute *items;
} lf_attributes;

void lf_attribute_clear(lf_attribute *attribute);
void lf_attributes_free(lf_attributes *attributes);
lf_status lf_attribute_copy(const lf_attribute *from, lf_attribute *to, lf_error *err);

/* Codes of rows: one column of codes an attribute; code = index of the band. */
typedef struct lf_codes {
  size_t n_rows;
  size_t n;           /* attributes */
  uint16_t **columns; /* n columns of n_rows codes, owned */
} lf_codes;

/* Codes the rows of a table by given bands. A column the table lacks codes as missing in every row and is
 * named in *absent (a comma-separated list the caller frees; NULL where none; absent may be NULL). */
lf_status lf_codes_make(const lf_attributes *attributes, const lf_table *table, const lf_run *run,
                        lf_codes **codes, char **absent, lf_error *err);
void lf_codes_free(lf_codes *codes);

#endif
