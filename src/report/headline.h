/* The headline: what the rest of the tree says, in sentences. Internal to report. */
#ifndef LF_REPORT_HEADLINE_H
#define LF_REPORT_HEADLINE_H

#include <jansson.h>

#include "base/text.h"

/* A headline for report, newly made: report.headline with what it lacks computed from the rest. The caller
 * releases it. */
lf_status lf_headline_of(const json_t *report, json_t **headline, lf_error *err);

/* Sentences to read before the score is used, most serious first; list is an array. */
lf_status lf_headline_cautions(const json_t *report, json_t *list, lf_error *err);

/* Appends text as a new string to an array, or under key to an object; text is emptied. */
lf_status lf_headline_put(json_t *target, const char *key, lf_text *text, lf_error *err);

/* A name from the data in quotation marks, cut at 60 characters. */
void lf_headline_name(lf_text *out, const char *name);

/* What must stand beside the names of what predicts: NULL where the leads that judge bear the score out. */
const char *lf_headline_reservation(const json_t *headline);

#endif
