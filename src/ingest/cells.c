#include "ingest/cells.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "ingest/bytes.h"

lf_status lf_spool_map(size_t n, void **memory, lf_error *err) {
  int fd = -1;
  lf_status status = lf_spool_open(&fd, err);
  if (status != LF_OK) return status;
  size_t size = n ? n : 1;
  /* a page of a file without space for it would end the program when it is written */
  int why = posix_fallocate(fd, 0, (off_t)size);
  void *map = why ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED)
    status = lf_fail(
        err, LF_E_IO,
        "no room for %zu bytes in a temporary file (%s): set TMPDIR to a folder with more room, or give "
        "--memory more",
        size, strerror(why ? why : errno));
  else
    *memory = map;
  close(fd);
  return status;
}

void lf_spool_unmap(void *memory, size_t n) {
  if (memory) munmap(memory, n ? n : 1);
}

lf_status lf_cells_new(lf_column *column, size_t n_rows, bool spooled, lf_error *err) {
  column->mapped = 0;
  if (!spooled) return lf_alloc(n_rows, column->width, &column->cells, err);
  size_t n = n_rows * column->width;
  lf_status status = lf_spool_map(n, &column->cells, err);
  if (status == LF_OK) column->mapped = n ? n : 1;
  return status;
}

void lf_cells_free(lf_column *column) {
  if (column->mapped)
    lf_spool_unmap(column->cells, column->mapped);
  else
    free(column->cells);
  column->cells = NULL;
  column->mapped = 0;
}

void lf_cells_shrink(lf_column *column, size_t n_rows) {
  if (column->mapped) return; /* its pages can be let go of as they are */
  void *fewer = realloc(column->cells, n_rows ? n_rows * column->width : 1);
  if (fewer) column->cells = fewer;
}

void lf_column_release(lf_column *column) {
  lf_cells_free(column);
  column->store = LF_STORE_NONE;
}

void lf_cells_rest(const lf_column *column) {
  if (column->mapped) lf_bytes_rest(column->cells, 0, column->mapped);
}
