/* report: the finished tree of results -> what people read.
 *
 * In:   trees in the form of report.json (leadfit-report/1), of `inspect --json` and of `validate --json`;
 * never changed by a view. Out:  bytes the caller frees with free(): HTML, or text for a terminal.
 *
 * A view computes nothing that the tree does not say: any key may be null or absent, and the view then says
 * "not available" where a reader would miss it. Values from the data are escaped for where they go; levels of
 * fewer than 10 rows are never shown on their own. */
#ifndef LF_REPORT_H
#define LF_REPORT_H

#include <jansson.h>

#include "base/status.h"

/* Levels with fewer rows than this are merged before they are shown. */
enum { LF_REPORT_FEWEST_ROWS = 10 };

/* Sets report.headline from the rest of the tree:
 *   state      works | weak | not shown | does not work | cannot be judged
 *   title      the same in a few words
 *   works      does the score work: one or two sentences, opening with the title
 *   predicts   names of the attributes that predict, strongest first
 *   predicts_by verdict, or weight where nothing has a verdict: then these are what the score goes by
 *   predicts_confirmed false where leads that took no part do not bear the score out
 *   change     what to do about the MQL threshold
 *   evidence   how much evidence there is, and of what sort
 *   cautions   sentences to read before the score is used */
lf_status lf_report_headline(json_t *report, lf_error *err);

/* One self-contained page: opens offline; its policy forbids every request and every script but its own.
 * Without scripts it lacks charts and slider, and no number. */
lf_status lf_report_html(const json_t *report, char **bytes, size_t *n, lf_error *err);

/* At most 24 lines of `width` columns (40 to 200; 0 means 80), coloured with ANSI codes where colour is set.
 */
lf_status lf_report_terminal(const json_t *report, bool colour, int width, char **bytes, size_t *n,
                             lf_error *err);

/* What each column is and what it may be trusted for. */
lf_status lf_inspect_terminal(const json_t *inspect, bool colour, int width, char **bytes, size_t *n,
                              lf_error *err);

/* The same as a project file to edit (leadfit.yaml), which gives the same roles when it is read back. */
lf_status lf_inspect_yaml(const json_t *inspect, char **bytes, size_t *n, lf_error *err);

/* Holdout figures of a score. */
lf_status lf_validate_terminal(const json_t *validate, bool colour, int width, char **bytes, size_t *n,
                               lf_error *err);

/* Alarms, questions, quarters and the funnel of `monitor`, on a terminal and as a page; and one line an
 * alarm, for a log. */
lf_status lf_monitor_terminal(const json_t *monitor, bool colour, int width, char **bytes, size_t *n,
                              lf_error *err);
lf_status lf_monitor_html(const json_t *monitor, char **bytes, size_t *n, lf_error *err);
lf_status lf_monitor_lines(const json_t *monitor, char **bytes, size_t *n, lf_error *err);

/* What a file of scored leads holds (counts by grade), on a terminal. */
lf_status lf_score_terminal(const json_t *score, bool colour, int width, char **bytes, size_t *n,
                            lf_error *err);

/* The plan on a terminal, and as the one-page agreement in Markdown and as a page. */
lf_status lf_plan_terminal(const json_t *plan, bool colour, int width, char **bytes, size_t *n,
                           lf_error *err);
lf_status lf_plan_markdown(const json_t *plan, char **bytes, size_t *n, lf_error *err);
lf_status lf_plan_html(const json_t *plan, char **bytes, size_t *n, lf_error *err);

/* Candidates side by side, and what each pair comes to, on a terminal and as a page. */
lf_status lf_compare_terminal(const json_t *compare, bool colour, int width, char **bytes, size_t *n,
                              lf_error *err);
lf_status lf_compare_html(const json_t *compare, char **bytes, size_t *n, lf_error *err);

/* Every attribute with its verdict, where the tree has them, and the claims with theirs and the counts behind
 * them; on a terminal (whole: with what each verdict goes by in words, and the rules), and as a page. */
lf_status lf_evidence_terminal(const json_t *evidence, bool whole, bool colour, int width, char **bytes,
                               size_t *n, lf_error *err);
lf_status lf_evidence_html(const json_t *evidence, char **bytes, size_t *n, lf_error *err);

#endif
