/* Reading the tree and writing numbers for people: what every view shares. Internal to report. */
#ifndef LF_REPORT_VIEW_H
#define LF_REPORT_VIEW_H

#include <jansson.h>

#include "base/text.h"

/* ---- reading: absent, null and wrong types all read as "not there" --------------------------------------
 */

/* The value at a dotted path of keys ("holdout.auc.value"); NULL where it is absent or null. */
const json_t *lf_view_at(const json_t *root, const char *path);
/* A finite number, else NaN. */
double lf_view_number(const json_t *root, const char *path);
/* A text that is not empty, else NULL. */
const char *lf_view_text(const json_t *root, const char *path);
/* true only where true stands there. */
bool lf_view_flag(const json_t *root, const char *path);
/* An array that is not empty, else NULL. */
const json_t *lf_view_list(const json_t *root, const char *path);
/* For each item of an array, in order; of what is no array, never. */
#define lf_view_each(list, i, item) for ((i) = 0; ((item) = json_array_get(list, i)) != NULL; (i)++)
/* Whether any item of a list has a number at path: a column nobody can fill is not shown. */
bool lf_view_any(const json_t *list, const char *path);

/* The figures to quote: the holdout's, else the cross-validated ones of the training rows; NULL where there
 * are none. */
const json_t *lf_view_figures(const json_t *report, bool *is_holdout);
/* The row of report.thresholds at the MQL threshold, or NULL. */
const json_t *lf_view_mql_row(const json_t *report);

/* The item of a list with that name, or NULL. */
const json_t *lf_view_named(const json_t *list, const char *name);
/* The items of a list by the text at a key, the first of each, in a new object that the caller releases; NULL
 * without memory. */
json_t *lf_view_index(const json_t *list, const char *key);
/* report.attributes from strongest to weakest, in a new array that the caller releases; NULL without memory.
 */
json_t *lf_view_ranked(const json_t *report);
/* What to call the report: its name, else that of its first input without the folder, else "Lead score". */
const char *lf_view_name(const json_t *report);

/* ---- numbers for people, the same in every locale; what is not finite becomes "not available" ------------
 */

void lf_people_count(lf_text *out, double value);               /* 1,234,567 */
void lf_people_fixed(lf_text *out, double value, int decimals); /* 1,234.57; a huge one in shortest form */
void lf_people_percent(lf_text *out, double share);             /* 35.0% */
void lf_people_p(lf_text *out, double p);                       /* 0.031, "below 0.001" */
void lf_people_bytes(lf_text *out, double bytes);               /* 4.3 MB */
/* "1 row", "2,310 rows". */
void lf_people_counted(lf_text *out, double value, const char *one, const char *many);
/* "78 of 100 pairs" from an AUC, and its interval in brackets where known. */
void lf_people_pairs(lf_text *out, const json_t *auc);

/* ---- text from the data ----------------------------------------------------------------------------------
 */

/* One character at text[*at] of n bytes: its code point (U+FFFD for what is not UTF-8, for control characters
 * and for those that change the direction of text around them); *at moves past it. White space other than a
 * blank reads as a blank. */
uint32_t lf_view_character(const char *text, size_t n, size_t *at);
void lf_view_add_character(lf_text *out, uint32_t character);
/* Columns a character takes on a terminal: 0, 1 or 2. */
int lf_view_columns(uint32_t character);

/* Gives the finished text to the caller, or the failure that stuck to it; text is emptied in both cases. */
lf_status lf_view_give(lf_text *text, char **bytes, size_t *n, lf_error *err);

#endif
