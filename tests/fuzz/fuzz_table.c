/* Any bytes at all are read into a table or refused with an error; what comes out can be walked through. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const lf_table *table) {
  for (size_t c = 0; c < table->n_columns; c++) {
    const lf_column *column = &table->columns[c];
    uint64_t missing = 0;
    if (column->store == LF_STORE_NONE) continue;
    for (size_t row = 0; row < table->n_rows; row++) {
      missing += lf_column_is_missing(column, row);
      (void)lf_column_key(column, row);
      if (column->store == LF_STORE_CODES && lf_column_code(column, row) > column->n_levels) abort();
    }
    if (missing != column->missing) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int fd = memfd_create("fuzz", 0);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const char *paths[] = {path};
  lf_read_options options = {.paths = paths, .n_paths = 1, .max_ragged_share = 0.5};
  lf_table *table = NULL;
  lf_error err = {0};
  lf_status status = lf_table_read(&options, NULL, &table, &err);
  if ((status == LF_OK) != (table != NULL)) abort();
  if (status != LF_OK && !err.message[0]) abort();
  if (table) walk(table);
  lf_table_free(table);
  close(fd);
  return 0;
}
