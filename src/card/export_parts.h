/* What the targets of an export share. Internal to card. */
#ifndef LF_CARD_EXPORT_PARTS_H
#define LF_CARD_EXPORT_PARTS_H

#include "base/text.h"
#include "card/export.h"
#include "ingest/missing.h"

/* One target. Failures of memory stick to out. */
typedef lf_status (*lf_export_write)(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                                     lf_error *err);
lf_status lf_export_sql(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                        lf_error *err);
lf_status lf_export_salesforce(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                               lf_error *err);
lf_status lf_export_hubspot(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                            lf_error *err);
lf_status lf_export_zoho(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                         lf_error *err);
lf_status lf_export_pmml(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                         lf_error *err);
lf_status lf_export_csv(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                        lf_error *err);
lf_status lf_export_markdown(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                             lf_error *err);
lf_status lf_export_c(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                      lf_error *err);

/* Whether the bands of an attribute part numbers (or days), not texts. */
bool lf_export_numeric(const lf_attribute *attribute);
/* Whether a numeric attribute lists values that are no numbers: those are compared as texts. */
bool lf_export_has_words(const lf_attribute *attribute);
/* Bands in the order in which a value is tried: missing, listed values, intervals, patterns; where listed
 * values are words among numbers, missing comes after them, since a word is no number. steps[n_bands];
 * returns how many; *other is the band of the rest. */
size_t lf_export_steps(const lf_attribute *attribute, size_t *steps, size_t *other);

/* A number of a listed value, false where its text is none. */
bool lf_export_value_number(const char *value, double *number);

/* Text for a comment or a label: at most 60 characters, none that ends a line, a comment or turns the
 * direction of what follows. */
void lf_export_comment(lf_text *out, const char *text);
/* Lower-case ASCII letters, digits and single underscores of a name; `letter` in front where it would start
 * with a digit or be empty. */
void lf_export_identifier(lf_text *out, const char *name, char letter);

/* The error of a band that a target cannot hold. */
lf_status lf_export_refuse(const lf_attribute *attribute, const lf_band *band, const char *target,
                           const char *why, lf_error *err);

#endif
