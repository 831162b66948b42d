/* What the programs of the bench share: a history from one file, and the time. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "history/history.h"

static inline double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int bench_fail(const char *program, const lf_error *err) {
  fprintf(stderr, "%s: %s\n", program, err->message);
  return 1;
}

/* All rows of the file as training rows. drop: names of columns that are no attributes, separated by commas,
 * or NULL. */
static inline lf_status bench_history(const char *path, const char *drop, lf_project *project,
                                      const lf_run *run, lf_history **history, lf_error *err) {
  lf_read_options read = {.paths = &path, .n_paths = 1};
  lf_history_options options = {.holdout = 0, .need_outcome = true, .seed = 1};
  lf_table *table = NULL;
  lf_status status = drop ? lf_text_list_split(&project->drop, drop, err) : LF_OK;
  if (status == LF_OK) status = lf_table_read(&read, run, &table, err);
  return status == LF_OK ? lf_history_build(&table, project, &options, run, history, err) : status;
}

#endif
