/* Sentences of a plan, the same on a terminal, in Markdown and on the page. Internal to report. */
#ifndef LF_REPORT_PLAN_TEXT_H
#define LF_REPORT_PLAN_TEXT_H

#include "report/view.h"

/* What the plan comes to: from which threshold on how many qualified leads the revenue takes, or are to be
 * expected. */
void lf_plan_headline(lf_text *out, const json_t *plan);
/* What the plan would have said a quarter ago, and what came. backtest: NULL where none could be made. */
void lf_plan_backtest_text(lf_text *out, const json_t *backtest);
/* What the intervals hold, and what they do not. */
extern const char lf_plan_caution[];

#endif
