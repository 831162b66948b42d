/* The bytes of one input: mapped, whatever it was (file, pipe, .gz, .zst), so that one code reads them all
 * and memory stays bounded. At least LF_BYTES_PAD zero bytes can be read after the last one. */
#ifndef LF_INGEST_BYTES_H
#define LF_INGEST_BYTES_H

#include "base/status.h"

enum { LF_BYTES_PAD = 4096 };

/* A file as it was when it was opened, so that a change can be told. */
typedef struct lf_watch {
  const char *path; /* not owned; NULL: a pipe, or a copy that nobody else has */
  uint64_t device, inode;
  int64_t size, seconds, nanoseconds;
} lf_watch;

typedef struct lf_bytes {
  const char *data;
  size_t n;
  void *map; /* owned; NULL where nothing is held */
  size_t map_size;
  lf_watch watch; /* of the file that is mapped, or of which these bytes were made */
} lf_bytes;

/* Opens path ("-": standard input; it must outlive the bytes); compression is told by the first bytes, not by
 * the name. */
lf_status lf_bytes_open(const char *path, const lf_run *run, lf_bytes *bytes, lf_error *err);
void lf_bytes_close(lf_bytes *bytes);
/* How a reading that ended with `status` ended: where the file was written to or cut since it was opened
 * (not: replaced by another), LF_E_IO that says so, whatever was made of such bytes. (A page that is no
 * longer there is the program's to catch: see main.c.) */
lf_status lf_bytes_unchanged(const lf_bytes *bytes, const char *name, lf_status status, lf_error *err);

/* Lets go of the memory behind [from, to) of mapped data: it is read from the file again where it is needed
 * again. So what a reading holds does not grow with the file. */
void lf_bytes_rest(const char *data, size_t from, size_t to);
/* SHA-256 of the bytes, in lower-case hexadecimal, resting what was read. */
lf_status lf_bytes_sha256(const lf_bytes *bytes, const lf_run *run, char out[65], lf_error *err);

/* Replaces bytes that are not valid UTF-8: where valid multi-byte characters outnumber the bad bytes, bad
 * ones become U+FFFD (*latin false); else every high byte is read as Windows-1252 (*latin true). name is for
 * errors. */
lf_status lf_bytes_make_utf8(lf_bytes *bytes, const char *name, const lf_run *run, bool *latin,
                             lf_error *err);

/* An unlinked temporary file, open for reading and writing. */
lf_status lf_spool_open(int *fd, lf_error *err);
/* Maps the first n bytes of fd with zero padding behind them. */
lf_status lf_bytes_map(int fd, size_t n, const char *name, lf_bytes *bytes, lf_error *err);

/* Writes the decompressed form of bytes to fd; *known false where they are not compressed. */
lf_status lf_decompress(const lf_bytes *bytes, const char *name, int fd, const lf_run *run, bool *known,
                        uint64_t *written, lf_error *err);

#endif
