/* Status and error: how every room reports failure. */
#ifndef LF_BASE_STATUS_H
#define LF_BASE_STATUS_H

#include "leadfit.h"

/* Fills err (may be NULL) with a formatted message and no place; returns status, so that a function can say
 * `return lf_fail(err, LF_E_DATA, "...")`. Control characters of the data are replaced, length is bounded. */
lf_status lf_fail(lf_error *err, lf_status status, const char *format, ...) LF_PRINTF(3, 4);

/* The same with a place. file may be NULL; line and column 0 mean unknown. */
lf_status lf_fail_at(lf_error *err, lf_status status, const char *file, uint64_t line, uint64_t column,
                     const char *format, ...) LF_PRINTF(6, 7);

/* Propagates: needs a local `lf_status status` and a label `cleanup:`. */
#define LF_TRY(call)                                                                                         \
  do {                                                                                                       \
    status = (call);                                                                                         \
    if (status != LF_OK) goto cleanup;                                                                       \
  } while (0)

/* LF_E_INTERRUPTED where run asks to stop, else LF_OK. */
lf_status lf_check_interrupt(const lf_run *run, lf_error *err);

/* Reports progress where run wants it; call from one thread. */
void lf_progress(const lf_run *run, const char *stage, uint64_t done, uint64_t total);

/* Threads of run, 1 where run is NULL. */
int lf_threads(const lf_run *run);

const char *lf_kind_name(lf_kind kind);              /* "number", "category", … */
bool lf_kind_parse(const char *name, lf_kind *kind); /* false where there is no such kind */
const char *lf_owner_name(lf_owner owner);           /* "marketing", …; "" for none */
bool lf_owner_parse(const char *name, lf_owner *owner);

#endif
