/* Whose attributes matter, and what sales did -> owners{…} and followup{…} of report.json, their sentences
 * included. */
#ifndef LF_REPORT_DESCRIBE_OWNERS_H
#define LF_REPORT_DESCRIBE_OWNERS_H

#include "evidence/followup.h"
#include "evidence/owners.h"
#include "report/describe.h"

json_t *lf_describe_owners(const lf_owners *owners);       /* null where nothing was judged */
json_t *lf_describe_followup(const lf_followup *followup); /* null where no column tells */

#endif
