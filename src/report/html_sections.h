/* The sections of the page, in its order. Internal to report; each writes nothing, or says why there is
 * nothing, where the tree lacks it. */
#ifndef LF_REPORT_HTML_SECTIONS_H
#define LF_REPORT_HTML_SECTIONS_H

#include "report/html_write.h"

void lf_html_summary(lf_text *out, const json_t *report, const json_t *headline); /* the first screen */
void lf_html_attributes(lf_text *out, const json_t *report);
void lf_html_points(lf_text *out, const json_t *report);
void lf_html_thresholds(lf_text *out, const json_t *report);
void lf_html_grades(lf_text *out, const json_t *report);
void lf_html_calibration(lf_text *out, const json_t *report);
void lf_html_owners(lf_text *out, const json_t *report);     /* nothing where nothing was shared out */
void lf_html_changed(lf_text *out, const json_t *report);    /* nothing without a definition in force */
void lf_html_exceptions(lf_text *out, const json_t *report); /* nothing without a threshold and a holdout */
void lf_html_order(lf_text *out, const json_t *report);      /* deciles, top shares, rank figures */
void lf_html_leaks(lf_text *out, const json_t *report);      /* a table of the data section */
void lf_html_maturity(lf_text *out, const json_t *report);   /* a paragraph of the data section */
void lf_html_rules(lf_text *out, const json_t *report);      /* nothing where leadfit.yaml has no rules */
void lf_html_data_used(lf_text *out, const json_t *report);
void lf_html_method(lf_text *out, const json_t *report);
void lf_html_reproduce(lf_text *out, const json_t *report);
void lf_html_words(lf_text *out);

/* "0 to 22 points": what an attribute spans on the card; nothing where it spans none. */
void lf_html_points_span(lf_text *out, const json_t *attribute);

/* ---- what scripts add -----------------------------------------------------------------------------------
 */

/* The policy of the page: its own scripts by their hashes, its style, no request. */
void lf_html_policy(lf_text *out);
/* The chart libraries and the page's script; they stand last. */
void lf_html_scripts(lf_text *out);
/* The numbers the script draws from. */
void lf_html_chart_data(lf_text *out, const json_t *report);
/* A place for the chart of that name in charts.js, unseen until it is drawn. label says what is drawn to
 * those who do not see it, caption how to read it. */
void lf_html_figure(lf_text *out, const char *name, const char *label, const char *caption);
void lf_html_explorer(lf_text *out);
/* The attributes that predict and were judged by quarter, strongest first, in a new array that the caller
 * releases; NULL without memory. */
json_t *lf_html_steady(const json_t *report);
void lf_html_stability(lf_text *out, const json_t *report);

/* The AUC and its interval on a scale from a coin (50) to perfect (100). */
void lf_html_pairs_scale(lf_text *out, const json_t *auc);

#endif
