/* compare --export: the rows behind the figures, as CSV. */
#ifndef LF_CLI_COMPARE_EXPORT_H
#define LF_CLI_COMPARE_EXPORT_H

#include "evidence/compare.h"
#include "history/history.h"

/* Not owned. */
typedef struct lf_compare_export {
  const char *path;
  const char *const *inputs; /* of the history, as read */
  const char *const *names;  /* what to call each */
  size_t n_inputs;
  const lf_history *history;
  const uint32_t *row; /* of the history, of each judged row */
  const lf_compare_rows *rows;
  const lf_comparison *comparison;
} lf_compare_export;

/* One line a judged row, in the order of the inputs: where it stood, its id where there is an id column,
 * outcome, amount and weight where known, score of each candidate and whether it qualifies, and its field of
 * each quadrant. The file appears whole or not at all. */
lf_status lf_compare_export_write(const lf_compare_export *export, const lf_run *run, lf_error *err);

#endif
