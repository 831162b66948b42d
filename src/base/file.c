#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static lf_status io_error(lf_error *err, const char *path, const char *what) {
  return lf_fail_at(err, LF_E_IO, path, 0, 0, "%s: %s", what, strerror(errno));
}

static lf_status read_all(int fd, const char *path, size_t limit, char **bytes, size_t *n, lf_error *err) {
  lf_status status = LF_OK;
  char *buffer = NULL;
  size_t length = 0, capacity = 0;
  for (;;) {
    LF_TRY(lf_grow(&buffer, &capacity, length + 65536 + 1, 1, err));
    ssize_t got = read(fd, buffer + length, 65536);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) LF_TRY(io_error(err, path, "cannot be read"));
    if (got == 0) break;
    length += (size_t)got;
    if (length > limit)
      LF_TRY(lf_fail_at(err, LF_E_DATA, path, 0, 0,
                        "larger than %zu bytes: this cannot be the kind of file asked for", limit));
  }
  buffer[length] = '\0';
  *bytes = buffer;
  *n = length;
  return LF_OK;
cleanup:
  free(buffer);
  return status;
}

lf_status lf_read_file(const char *path, size_t limit, char **bytes, size_t *n, lf_error *err) {
  bool standard = strcmp(path, "-") == 0;
  int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error(err, path, "cannot be opened");
  lf_status status = read_all(fd, path, limit, bytes, n, err);
  if (!standard) close(fd);
  return status;
}

lf_status lf_write_all(int fd, const char *bytes, size_t n, const char *name, lf_error *err) {
  while (n) {
    ssize_t done = write(fd, bytes, n);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return io_error(err, name, "cannot be written");
    bytes += done;
    n -= (size_t)done;
  }
  return LF_OK;
}

/* ---- outputs that appear together ----------------------------------------------------------------- */

typedef struct staged_file {
  char *path;      /* where it will be */
  char *temporary; /* where it is, and once in place what it replaced; NULL where that is nothing, and for a
                      device or pipe, which is written as it is */
  int fd;          /* -1 once closed */
  bool in_place;
} staged_file;

struct lf_output {
  staged_file *files;
  size_t n, capacity;
};

lf_status lf_output_new(lf_output **out, lf_error *err) {
  return lf_alloc(1, sizeof **out, out, err);
}

/* A device or a pipe must stay what it is: it is written to, where a file is replaced. */
static bool is_stream(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

static bool is_folder(const char *path) {
  struct stat about;
  return lstat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static lf_status open_temporary(const char *path, staged_file *file, lf_error *err) {
  size_t room = strlen(path) + 16;
  lf_status status = lf_alloc(room, 1, &file->temporary, err);
  if (status != LF_OK) return status;
  snprintf(file->temporary, room, "%s.tmpXXXXXX", path);
  file->fd = mkostemp(file->temporary, O_CLOEXEC);
  if (file->fd < 0) return io_error(err, path, "cannot be written");
  mode_t mask = umask(0);
  umask(mask);
  if (fchmod(file->fd, 0666 & ~mask) == 0) return LF_OK;
  status = io_error(err, path, "cannot be given its permissions");
  close(file->fd);
  unlink(file->temporary);
  return status;
}

lf_status lf_output_open(lf_output *out, const char *path, int *fd, lf_error *err) {
  lf_status status = lf_grow(&out->files, &out->capacity, out->n + 1, sizeof *out->files, err);
  if (status != LF_OK) return status;
  staged_file *file = &out->files[out->n];
  *file = (staged_file){.fd = -1};
  LF_TRY(lf_copy_text(path, strlen(path), &file->path, err));
  if (is_stream(path)) {
    file->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (file->fd < 0) LF_TRY(io_error(err, path, "cannot be written"));
  } else {
    LF_TRY(open_temporary(path, file, err));
  }
  out->n++;
  *fd = file->fd;
  return LF_OK;
cleanup:
  free(file->path);
  free(file->temporary);
  return status;
}

lf_status lf_output_add(lf_output *out, const char *path, const char *bytes, size_t n, lf_error *err) {
  int fd = -1;
  lf_status status = lf_output_open(out, path, &fd, err);
  return status == LF_OK ? lf_write_all(fd, bytes, n, path, err) : status;
}

/* Changes places with the file that stands there, so that it can be had back. */
static bool put_in_place(staged_file *file) {
  if (!file->temporary) return true;
  if (!is_folder(file->path)) {
    file->in_place = renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_EXCHANGE) == 0;
    if (file->in_place) return true;
  }
  bool nothing_there =
      errno == ENOENT; /* or a file system that cannot exchange: then what was there is lost */
  if (rename(file->temporary, file->path) != 0) return false;
  file->in_place = nothing_there;
  free(file->temporary);
  file->temporary = NULL;
  return true;
}

static void take_back(staged_file *file) {
  if (!file->in_place) return;
  if (file->temporary)
    renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, RENAME_EXCHANGE);
  else
    unlink(file->path);
}

lf_status lf_output_commit(lf_output *out, lf_error *err) {
  for (size_t i = 0; i < out->n; i++) { /* all data down before the first name changes */
    staged_file *file = &out->files[i];
    bool synced = fsync(file->fd) == 0 || errno == EINVAL || errno == EROFS;
    bool closed = close(file->fd) == 0;
    file->fd = -1;
    if (!synced || !closed) return io_error(err, file->path, "cannot be written");
  }
  for (size_t i = 0; i < out->n; i++) {
    if (put_in_place(&out->files[i])) continue;
    lf_status status = io_error(err, out->files[i].path, "cannot be put in place");
    while (i-- > 0) take_back(&out->files[i]);
    return status;
  }
  return LF_OK;
}

void lf_output_free(lf_output *out) {
  if (!out) return;
  for (size_t i = 0; i < out->n; i++) {
    staged_file *file = &out->files[i];
    if (file->fd >= 0) close(file->fd);
    if (file->temporary) unlink(file->temporary);
    free(file->temporary);
    free(file->path);
  }
  free(out->files);
  free(out);
}

lf_status lf_make_folder(const char *path, lf_error *err) {
  char *copy = NULL;
  lf_status status = lf_copy_text(path, strlen(path), &copy, err);
  if (status != LF_OK) return status;
  for (char *p = copy + 1; *p; p++) {
    if (*p != '/') continue;
    *p = '\0';
    if (mkdir(copy, 0777) != 0 && errno != EEXIST) LF_TRY(io_error(err, copy, "folder cannot be made"));
    *p = '/';
  }
  if (mkdir(copy, 0777) != 0 && errno != EEXIST) LF_TRY(io_error(err, copy, "folder cannot be made"));
cleanup:
  free(copy);
  return status;
}
