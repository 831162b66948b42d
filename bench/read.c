/* Reads a file into a table of typed columns and does no more.
 *
 *     read FILE THREADS */
#include "common.h"

int main(int argc, char **argv) {
  if (argc != 3) {
    fputs("read FILE THREADS\n", stderr);
    return 2;
  }
  lf_run run = {.threads = atoi(argv[2])};
  const char *path = argv[1];
  lf_read_options options = {.paths = &path, .n_paths = 1};
  lf_table *table = NULL;
  lf_error err = {0};
  double began = bench_now();
  if (lf_table_read(&options, &run, &table, &err) != LF_OK) return bench_fail("read", &err);
  size_t bytes = 0;
  for (size_t c = 0; c < table->n_columns; c++) bytes += table->columns[c].width;
  printf("{\"seconds\": %.4f, \"rows\": %zu, \"columns\": %zu, \"cell_bytes_a_row\": %zu}\n",
         bench_now() - began, table->n_rows, table->n_columns, bytes);
  lf_table_free(table);
  return 0;
}
