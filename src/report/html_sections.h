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
void lf_html_funnel(lf_text *out, const json_t *report);     /* nothing where no sources were joined */
void lf_html_maturity(lf_text *out, const json_t *report);   /* a paragraph of the data section */
void lf_html_rules(lf_text *out, const json_t *report);      /* nothing where leadfit.yaml has no rules */
void lf_html_plan(lf_text *out, const json_t *report);       /* nothing where no plan was asked for */
void lf_html_data_used(lf_text *out, const json_t *report);
void lf_html_method(lf_text *out, const json_t *report);
void lf_html_reproduce(lf_text *out, const json_t *report);
void lf_html_words(lf_text *out);

/* Names, sizes and hashes of what was read. */
void lf_html_inputs(lf_text *out, const json_t *inputs);
/* Who qualifies which leads, and how many of those won, for a pair of definitions that both have a threshold;
 * else nothing. */
void lf_html_quadrant(lf_text *out, const json_t *pair);
/* "0 to 22 points": what an attribute spans on the card; nothing where it spans none. */
void lf_html_points_span(lf_text *out, const json_t *attribute);

/* ---- what scripts add -----------------------------------------------------------------------------------
 */

/* From the lowest to the highest points of an attribute of the card; 0 where it has none. */
double lf_html_points_reach(const json_t *attribute);
/* The page around its sections, up to <body>; its title is the name and the kind ("leadfit report"). */
void lf_html_page_open(lf_text *out, const char *name, const char *kind);
/* data: the numbers the page's script draws from, which is released; NULL: the page has no scripts. */
void lf_html_page_close(lf_text *out, json_t *data);
/* The name of what the page is about, and the counts beside it. */
void lf_html_header_open(lf_text *out, const char *name);
void lf_html_header_close(lf_text *out);
/* One of the counts: "5,717 leads"; nothing where it is not known. */
void lf_html_about(lf_text *out, double value, const char *one, const char *many);
/* The answer of the page as its <h1>, inside a <div> that the caller closes. mood: good, fair, bad or plain;
 * sign: a shape that says the same without colour, or NULL. */
void lf_html_verdict_open(lf_text *out, const char *mood, const char *sign, const char *title);
/* A list of sentences of ours; and the same as what to read before the rest, under a heading, where there are
 * any. */
void lf_html_sentences(lf_text *out, const json_t *sentences);
void lf_html_cautions(lf_text *out, const char *heading, const json_t *sentences);
/* The numbers that the charts of the report are drawn from; NULL without memory. */
json_t *lf_html_report_data(const json_t *report);
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
