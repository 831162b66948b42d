/* The monitor -> the tree of `monitor --json`. */
#ifndef LF_REPORT_DESCRIBE_MONITOR_H
#define LF_REPORT_DESCRIBE_MONITOR_H

#include "base/build.h"
#include "evidence/monitor.h"

/* {holds, alpha, alarms[sentence…], checks[…], months[…], quarters[…], funnel{…}, rows, decided, won,
 * months_spanned}.
 */
json_t *lf_describe_monitor(const lf_monitor *monitor, const lf_scorecard *card);

#endif
