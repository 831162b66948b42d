/* The plan -> the tree of `plan --json`. */
#ifndef LF_REPORT_DESCRIBE_PLAN_H
#define LF_REPORT_DESCRIBE_PLAN_H

#include "base/build.h"
#include "evidence/plan.h"

/* {asked{…}, rows, won, volume{…}, thresholds[…], recommended{…}, agreement{marketing{…}, sales{…}},
 * cycle{…}, backtest{…}}. */
json_t *lf_describe_plan(const lf_plan *plan, const lf_scorecard *card);

#endif
