/* Files: whole reads of small files, and writes that are all or nothing. */
#ifndef LF_BASE_FILE_H
#define LF_BASE_FILE_H

#include "base/status.h"

/* Reads a whole file ("-" is standard input) of at most limit bytes; *bytes gets a closing NUL that *n does
 * not count. The caller frees *bytes. */
lf_status lf_read_file(const char *path, size_t limit, char **bytes, size_t *n, lf_error *err);

/* A set of files that appear together or not at all: each is written and synced under a temporary name in its
 * own folder; commit renames them all. Abandoned (freed without commit) it leaves what was there before. */
typedef struct lf_output lf_output;
lf_status lf_output_new(lf_output **out, lf_error *err);
/* Stages one file; bytes are written at once. */
lf_status lf_output_add(lf_output *out, const char *path, const char *bytes, size_t n, lf_error *err);
/* Stages one file for streaming: *fd is open for writing and stays owned by out. */
lf_status lf_output_open(lf_output *out, const char *path, int *fd, lf_error *err);
lf_status lf_output_commit(lf_output *out, lf_error *err);
void lf_output_free(lf_output *out);

/* Makes a folder and its missing parents. */
lf_status lf_make_folder(const char *path, lf_error *err);
/* write(2) until all is written. */
lf_status lf_write_all(int fd, const char *bytes, size_t n, const char *name, lf_error *err);

#endif
