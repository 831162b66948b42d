/* Reads two files, joins them by keys, and does no more: seconds of the clock and of the processor by step.
 *
 *     join ROWS.csv KEY SOURCE.csv KEY THREADS [MEMORY]
 *
 * Several rows may share a row of the source. MEMORY: bytes, as --memory. */
#include <string.h>
#include <sys/resource.h>

#include "common.h"
#include "ingest/join.h"

typedef struct step {
  double wall, cpu;
} step;

static step now(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (step){bench_now(), (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                                 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec)};
}

static void say(const char *name, step *from, const char *end) {
  step to = now();
  printf("\"%s\": {\"seconds\": %.3f, \"cpu\": %.3f}%s", name, to.wall - from->wall, to.cpu - from->cpu, end);
  *from = to;
}

/* The most memory that no file stands behind, as the system counts it now. */
static long anonymous_kib(void) {
  char line[256];
  long kib = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (strncmp(line, "RssAnon:", 8) == 0) kib = strtol(line + 8, NULL, 10);
  if (f) fclose(f);
  return kib;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fputs("join ROWS.csv KEY SOURCE.csv KEY THREADS [MEMORY]\n", stderr);
    return 2;
  }
  lf_run run = {.threads = atoi(argv[5])};
  uint64_t memory = argc > 6 ? strtoull(argv[6], NULL, 10) : 0;
  const char *rows = argv[1], *source = argv[3];
  const lf_key_request row_key = {.name = argv[2]}, source_key = {.name = argv[4]};
  const lf_read_options read_rows = {
      .paths = &rows, .n_paths = 1, .keys = &row_key, .n_keys = 1, .memory = memory};
  const lf_read_options read_source = {
      .paths = &source, .n_paths = 1, .keys = &source_key, .n_keys = 1, .memory = memory};
  const lf_join_request request = {.name = "source",
                                   .table_name = "rows",
                                   .key = argv[4],
                                   .with = argv[2],
                                   .table_many = {LF_MANY_ALL, NULL},
                                   .other_read = &read_source,
                                   .table_read = &read_rows,
                                   .memory = memory};
  lf_table *table = NULL, *other = NULL;
  lf_error err = {0};
  step from = now();
  printf("{");
  if (lf_table_read(&read_rows, &run, &table, &err) != LF_OK) return bench_fail("join", &err);
  say("read rows", &from, ", ");
  if (lf_table_read(&read_source, &run, &other, &err) != LF_OK) return bench_fail("join", &err);
  say("read source", &from, ", ");
  if (lf_table_join(table, &other, &request, &run, &err) != LF_OK) return bench_fail("join", &err);
  say("join", &from, ", ");
  printf("\"rows\": %zu, \"matched\": %llu, \"anonymous_kib_after\": %ld}\n", table->n_rows,
         (unsigned long long)table->joins[0].table[LF_MATCH_ROW], anonymous_kib());
  lf_table_free(table);
  return 0;
}
