#include "base/parallel.h"

#include <omp.h>

/* BLAS works in the thread that calls it: the threads are ours, and a result that BLAS summed in parallel
 * would hang on their number. (Debian's serial OpenBLAS is no way out: it is not safe to call from several
 * threads.) Set before main, since every program and test that links the library needs it. */
void openblas_set_num_threads(int threads);
__attribute__((constructor)) static void keep_blas_in_its_thread(void) {
  openblas_set_num_threads(1);
}

void lf_parallel_for(const lf_run *run, size_t n_tasks, void (*task)(void *context, size_t i),
                     void *context) {
  int threads = lf_threads(run);
  if (threads == 1 || n_tasks < 2) {
    for (size_t i = 0; i < n_tasks; i++) task(context, i);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (size_t i = 0; i < n_tasks; i++) task(context, i);
}

void lf_parallel_in_order(const lf_run *run, size_t n_tasks, void (*task)(void *context, size_t i),
                          void (*finish)(void *context, size_t i), void *context) {
  int threads = n_tasks < 2 ? 1 : lf_threads(run);
#pragma omp parallel for ordered schedule(monotonic : dynamic, 1) num_threads(threads)
  for (size_t i = 0; i < n_tasks; i++) {
    task(context, i);
#pragma omp ordered
    finish(context, i);
  }
}

lf_chunks lf_cut(size_t n_rows, size_t min_rows, size_t max_chunks) {
  lf_chunks chunks = {.n_rows = n_rows};
  if (min_rows < 1) min_rows = 1;
  if (max_chunks < 1) max_chunks = 1;
  size_t wanted = n_rows / min_rows;
  if (wanted > max_chunks) wanted = max_chunks;
  if (wanted < 1) wanted = 1;
  chunks.size = (n_rows + wanted - 1) / wanted;
  if (chunks.size < 1) chunks.size = 1;
  chunks.count = (n_rows + chunks.size - 1) / chunks.size;
  return chunks;
}

void lf_chunk_rows(const lf_chunks *chunks, size_t i, size_t *from, size_t *to) {
  *from = i * chunks->size;
  *to = *from + chunks->size < chunks->n_rows ? *from + chunks->size : chunks->n_rows;
}

lf_run lf_run_serial(const lf_run *run) {
  lf_run serial = {.threads = 1};
  if (run) serial.interrupted = run->interrupted;
  return serial;
}
