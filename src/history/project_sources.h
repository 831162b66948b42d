/* sources: and what the outcome says of them, in leadfit.yaml. Internal to history. */
#ifndef LF_HISTORY_PROJECT_SOURCES_H
#define LF_HISTORY_PROJECT_SOURCES_H

#include "base/tree.h"
#include "history/project.h"

lf_status lf_sources_read(const lf_node *top, lf_project *project, lf_error *err);
void lf_sources_clear(lf_project *project);
/* outcome: {source: NAME, unmatched: lost | open | {column: COL, lost: [V]}} */
lf_status lf_outcome_source_read(const lf_node *outcome, lf_project *project, lf_error *err);

#endif
