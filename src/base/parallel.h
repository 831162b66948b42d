/* Fixed-order parallel blocks.
 *
 * Rows are cut into chunks by their number alone. Each chunk is summed by one thread into its own accumulator
 * and accumulators are added in chunk order: the same bits come out for any number of threads. */
#ifndef LF_BASE_PARALLEL_H
#define LF_BASE_PARALLEL_H

#include "base/status.h"

/* Runs task(context, i) once for each i < n_tasks on up to run's threads; tasks are handed out dynamically
 * and must not share what they write. */
void lf_parallel_for(const lf_run *run, size_t n_tasks, void (*task)(void *context, size_t i), void *context);

/* The same, and behind each task finish(context, i), one at a time and in the order of i: no more tasks are
 * under way than there are threads, so what task leaves for finish stays bounded. */
void lf_parallel_in_order(const lf_run *run, size_t n_tasks, void (*task)(void *context, size_t i),
                          void (*finish)(void *context, size_t i), void *context);

typedef struct lf_chunks {
  size_t n_rows;
  size_t size;  /* rows in each chunk but the last */
  size_t count; /* number of chunks */
} lf_chunks;

/* Cuts n_rows into at most max_chunks chunks of at least min_rows rows. A function of its arguments alone. */
lf_chunks lf_cut(size_t n_rows, size_t min_rows, size_t max_chunks);
/* Rows [from, to) of chunk i. */
void lf_chunk_rows(const lf_chunks *chunks, size_t i, size_t *from, size_t *to);

/* A run like the given one on one thread and without progress, for work nested inside a parallel task. */
lf_run lf_run_serial(const lf_run *run);

#endif
