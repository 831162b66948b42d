/* The numbers that a page's script draws from: a block of data that holds numbers of the tree and names, cut,
 * and nothing else. Internal to report. */
#ifndef LF_REPORT_HTML_CHARTS_H
#define LF_REPORT_HTML_CHARTS_H

#include "base/build.h"
#include "report/html_write.h"

/* A name from the data, without characters that turn the text around them. */
void lf_chart_name(lf_object *o, const char *key, const char *name);
/* {value, low, high} of the numbers at those paths; null where the first is not known. */
json_t *lf_chart_interval(const json_t *at, const char *value, const char *low, const char *high);
/* The numbers of a record; whatever else stands in it has no place in a drawing. */
json_t *lf_chart_numbers(const json_t *record);
/* make(item) of every item of a list. NULL on failure, as of those above. */
json_t *lf_chart_list(const json_t *items, json_t *(*make)(const json_t *item));

/* What the forest plots of the attributes are drawn from: of a report, or of the tree of `evidence --json`.
 */
void lf_chart_put_attributes(lf_object *o, const json_t *report);
/* What the chart of a plan is drawn from; nothing where plan is NULL. */
void lf_chart_put_plan(lf_object *o, const json_t *plan);

#endif
