/* Suspected leaks -> leaks[…] and asked_about{…} of report.json. */
#ifndef LF_REPORT_DESCRIBE_LEAKS_H
#define LF_REPORT_DESCRIBE_LEAKS_H

#include "evidence/leaks.h"
#include "report/describe.h"

json_t *lf_describe_leaks(const lf_leaks *leaks);
/* null where no column of the card is asked about, or nobody judges. */
json_t *lf_describe_asked_about(const lf_leaks *leaks);

#endif
