/* What changed -> changed{…} of report.json, its sentences included. */
#ifndef LF_REPORT_DESCRIBE_CHANGED_H
#define LF_REPORT_DESCRIBE_CHANGED_H

#include "evidence/changed.h"
#include "report/describe.h"

/* path: the old definition's file; saw: it was fitted on rows it is judged by here; new_card: the one that
 * was fitted. */
json_t *lf_describe_changed(const lf_changed *changed, const char *path, bool saw,
                            const lf_scorecard *new_card);

#endif
