/* What the hardware and libcsv need for the bytes of a file, with nothing made of them.
 *
 *     floor bytes FILE THREADS    every byte is touched (sum of 64-bit words)
 *     floor lines FILE THREADS    newlines are counted (memchr)
 *     floor libcsv FILE THREADS   libcsv parses, its callbacks count; pieces begin after a newline outside
 * quotes
 *
 * Prints what was counted, so that no pass can be optimised away. */
#include <csv.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

typedef struct piece {
  const char *bytes;
  size_t n;
  uint64_t counted;
} piece;

static void sum_words(piece *p) {
  for (size_t i = 0; i + 8 <= p->n; i += 8) {
    uint64_t word = 0;
    memcpy(&word, p->bytes + i, 8);
    p->counted += word;
  }
}

static void count_lines(piece *p) {
  const char *end = p->bytes + p->n;
  for (const char *at = p->bytes; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) p->counted++;
}

static void on_field(void *bytes, size_t n, void *count) {
  (void)bytes;
  *(uint64_t *)count += n > 0;
}

static void on_record(int last, void *count) {
  (void)last;
  (void)count;
}

static void parse(piece *p) {
  struct csv_parser parser;
  if (csv_init(&parser, 0) != 0) return;
  csv_parse(&parser, p->bytes, p->n, on_field, on_record, &p->counted);
  csv_fini(&parser, on_field, on_record, &p->counted);
  csv_free(&parser);
}

/* The first record that begins at `from` or after: quotes are counted from the start of the piece before. */
static size_t record_start(const char *bytes, size_t start, size_t from, size_t n) {
  size_t quotes = 0;
  for (const char *at = bytes + start; (at = memchr(at, '"', (size_t)(bytes + from - at))) != NULL; at++)
    quotes++;
  for (; from < n; from++) {
    if (bytes[from] == '"')
      quotes++;
    else if (bytes[from] == '\n' && quotes % 2 == 0)
      return from + 1;
  }
  return n;
}

static void cut(const char *bytes, size_t n, size_t n_pieces, bool at_records, piece *pieces) {
  size_t start = 0;
  for (size_t i = 0; i < n_pieces; i++) {
    size_t end = i + 1 == n_pieces ? n : n / n_pieces * (i + 1);
    if (at_records && end < n) end = record_start(bytes, start, end, n);
    pieces[i] = (piece){bytes + start, end - start, 0};
    start = end;
  }
}

int main(int argc, char **argv) {
  static void (*const passes[])(piece *) = {sum_words, count_lines, parse};
  static const char *const names[] = {"bytes", "lines", "libcsv"};
  size_t kind = 0;
  int threads = argc == 4 ? atoi(argv[3]) : 0;
  while (kind < 3 && (argc != 4 || strcmp(argv[1], names[kind]) != 0)) kind++;
  if (kind == 3 || threads < 1 || threads > MAX_THREADS) {
    fputs("floor bytes|lines|libcsv FILE THREADS\n", stderr);
    return 2;
  }
  int fd = open(argv[2], O_RDONLY);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size == 0) {
    perror(argv[2]);
    return 4;
  }
  size_t n = (size_t)info.st_size;
  const char *bytes = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) {
    perror(argv[2]);
    return 4;
  }
  piece pieces[MAX_THREADS];
  cut(bytes, n, (size_t)threads, kind == 2, pieces);
#pragma omp parallel for schedule(static, 1) num_threads(threads)
  for (int i = 0; i < threads; i++) passes[kind](&pieces[i]);
  uint64_t counted = 0;
  for (int i = 0; i < threads; i++) counted += pieces[i].counted;
  printf("%llu\n", (unsigned long long)counted);
  return close(fd);
}
