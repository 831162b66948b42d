/* The sources of a history as trees. */
#ifndef LF_REPORT_DESCRIBE_SOURCES_H
#define LF_REPORT_DESCRIBE_SOURCES_H

#include "base/build.h"
#include "history/history.h"

/* data.sources[…]: the first source, then what became of each that was joined; null where none was. */
json_t *lf_describe_sources(const lf_history *history);
/* data.funnel{…}: where leads are lost between two sources; null where none was joined. */
json_t *lf_describe_funnel(const lf_history *history);

#endif
