#include "ingest/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "ingest/record.h"

lf_status lf_spool_open(int *fd, lf_error *err) {
  const char *folder = getenv("TMPDIR");
  if (!folder || !*folder) folder = "/tmp";
  int f = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (f < 0) {
    lf_text name = {0};
    lf_text_addf(&name, "%s/leadfit-XXXXXX", folder);
    if (!name.failed) f = mkostemp(name.data, O_CLOEXEC);
    if (f >= 0) unlink(name.data);
    lf_text_free(&name);
  }
  if (f < 0)
    return lf_fail(err, LF_E_IO, "no temporary file in %s (%s): set TMPDIR to a folder that can be written",
                   folder, strerror(errno));
  *fd = f;
  return LF_OK;
}

lf_status lf_bytes_map(int fd, size_t n, const char *name, lf_bytes *bytes, lf_error *err) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (n > SIZE_MAX / 2) return lf_fail_at(err, LF_E_IO, name, 0, 0, "is too large to be mapped: split it");
  size_t size = (n + page - 1) / page * page + LF_BYTES_PAD;
  void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) return lf_fail_at(err, LF_E_MEMORY, name, 0, 0, "%zu bytes cannot be mapped", size);
  if (n && mmap(map, n, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
    int why = errno;
    munmap(map, size);
    return lf_fail_at(err, LF_E_IO, name, 0, 0, "cannot be read: %s", strerror(why));
  }
  *bytes = (lf_bytes){.data = map, .n = n, .map = map, .map_size = size};
  return LF_OK;
}

static lf_watch look(const char *path, const struct stat *about) {
  return (lf_watch){.path = path,
                    .device = about->st_dev,
                    .inode = about->st_ino,
                    .size = about->st_size,
                    .seconds = about->st_mtim.tv_sec,
                    .nanoseconds = about->st_mtim.tv_nsec};
}

lf_status lf_bytes_unchanged(const lf_bytes *bytes, const char *name, lf_status status, lf_error *err) {
  const lf_watch *was = &bytes->watch;
  struct stat about;
  if (!was->path) return status;
  bool there = strcmp(was->path, "-") == 0 ? fstat(STDIN_FILENO, &about) == 0 : stat(was->path, &about) == 0;
  if (!there) return status; /* unlinked: what is mapped stays whole */
  lf_watch now = look(was->path, &about);
  bool same_file = now.device == was->device && now.inode == was->inode;
  bool as_it_was =
      now.size == was->size && now.seconds == was->seconds && now.nanoseconds == was->nanoseconds;
  if (!same_file || as_it_was) return status;
  return lf_fail_at(err, LF_E_IO, name, 0, 0,
                    "changed while it was read: wait until whatever writes it is done, and run again");
}

static lf_status map_file(int fd, const char *path, const struct stat *about, lf_bytes *bytes,
                          lf_error *err) {
  lf_status status = lf_bytes_map(fd, (size_t)about->st_size, path, bytes, err);
  if (status == LF_OK) bytes->watch = look(path, about);
  return status;
}

void lf_bytes_close(lf_bytes *bytes) {
  if (bytes->map) munmap(bytes->map, bytes->map_size);
  *bytes = (lf_bytes){0};
}

/* Copies all that fd gives to out. */
static lf_status copy_all(int fd, const char *name, int out, const lf_run *run, size_t *total,
                          lf_error *err) {
  enum { BLOCK = 1 << 16 };
  lf_status status = LF_OK;
  char *block = NULL;
  LF_TRY(lf_alloc(BLOCK, 1, &block, err));
  for (;;) {
    LF_TRY(lf_check_interrupt(run, err)); /* a read that waits for a pipe ends with a signal */
    ssize_t got = read(fd, block, BLOCK);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) LF_TRY(lf_fail_at(err, LF_E_IO, name, 0, 0, "cannot be read: %s", strerror(errno)));
    if (got == 0) break;
    LF_TRY(lf_write_all(out, block, (size_t)got, "the temporary copy of the input", err));
    *total += (size_t)got;
    lf_progress(run, "copying the input", 0, 0);
  }
cleanup:
  free(block);
  return status;
}

/* Copies all that fd gives to an unlinked file, and maps that. */
static lf_status spool(int fd, const char *name, const lf_run *run, lf_bytes *bytes, lf_error *err) {
  lf_status status = LF_OK;
  int out = -1;
  size_t total = 0;
  LF_TRY(lf_spool_open(&out, err));
  LF_TRY(copy_all(fd, name, out, run, &total, err));
  LF_TRY(lf_bytes_map(out, total, name, bytes, err));
cleanup:
  if (out >= 0) close(out);
  return status;
}

/* What standard input is; whether it is a file that nobody has read from. Where it is closed, the next file
 * that is opened would pass for it. */
static lf_status look_at_standard_input(struct stat *about, bool *whole_file, lf_error *err) {
  if (fstat(STDIN_FILENO, about) != 0)
    return lf_fail_at(err, LF_E_IO, "-", 0, 0, "standard input cannot be read: %s", strerror(errno));
  *whole_file = S_ISREG(about->st_mode) && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0;
  return LF_OK;
}

/* A file that nobody has read from is mapped, so that it can be read again. */
static lf_status open_standard_input(const lf_run *run, lf_bytes *bytes, lf_error *err) {
  struct stat about;
  bool whole_file;
  lf_status status = look_at_standard_input(&about, &whole_file, err);
  if (status != LF_OK) return status;
  if (whole_file) return map_file(STDIN_FILENO, "-", &about, bytes, err);
  return spool(STDIN_FILENO, "-", run, bytes, err);
}

lf_status lf_keep_standard_input(const lf_run *run, lf_error *err) {
  struct stat about;
  bool whole_file;
  lf_status status = look_at_standard_input(&about, &whole_file, err);
  int out = -1;
  if (status != LF_OK || whole_file) return status;
  LF_TRY(lf_spool_open(&out, err));
  LF_TRY(copy_all(STDIN_FILENO, "-", out, run, &(size_t){0}, err));
  if (lseek(out, 0, SEEK_SET) != 0 || dup2(out, STDIN_FILENO) < 0)
    status = lf_fail_at(err, LF_E_IO, "-", 0, 0, "cannot be kept: %s", strerror(errno));
cleanup:
  if (out >= 0) close(out);
  return status;
}

static lf_status open_raw(const char *path, const lf_run *run, lf_bytes *bytes, lf_error *err) {
  if (strcmp(path, "-") == 0) return open_standard_input(run, bytes, err);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return lf_fail_at(err, LF_E_IO, path, 0, 0, "cannot be opened: %s: check the name and the permissions",
                      strerror(errno));
  struct stat about;
  lf_status status;
  if (fstat(fd, &about) != 0)
    status = lf_fail_at(err, LF_E_IO, path, 0, 0, "cannot be read: %s", strerror(errno));
  else if (S_ISDIR(about.st_mode))
    status = lf_fail_at(err, LF_E_IO, path, 0, 0, "is a folder: name the files in it");
  else if (S_ISREG(about.st_mode))
    status = map_file(fd, path, &about, bytes, err);
  else
    status = spool(fd, path, run, bytes, err);
  close(fd);
  return status;
}

lf_status lf_bytes_open(const char *path, const lf_run *run, lf_bytes *bytes, lf_error *err) {
  lf_status status = LF_OK;
  lf_bytes raw = {0};
  int fd = -1;
  bool known = false;
  uint64_t written = 0;
  LF_TRY(open_raw(path, run, &raw, err));
  LF_TRY(lf_decompress(&raw, path, -1, run, &known, &written, err));
  if (known) {
    LF_TRY(lf_spool_open(&fd, err));
    LF_TRY(lf_decompress(&raw, path, fd, run, &known, &written, err));
    LF_TRY(lf_bytes_unchanged(&raw, path, LF_OK, err)); /* it has been read to its end */
    LF_TRY(lf_bytes_map(fd, (size_t)written, path, bytes, err));
  } else {
    *bytes = raw;
    raw = (lf_bytes){0};
  }
cleanup:
  if (status != LF_OK) status = lf_bytes_unchanged(&raw, path, status, err);
  lf_bytes_close(&raw);
  if (fd >= 0) close(fd);
  return status;
}

/* Unicode of Windows-1252 bytes 0x80..0x9f; the five undefined ones stay control characters. */
static const uint16_t windows_1252[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                          0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                          0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

static size_t put_utf8(char *out, unsigned code) {
  if (code < 0x800) {
    out[0] = (char)(0xc0 | (code >> 6));
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  out[0] = (char)(0xe0 | (code >> 12));
  out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
  out[2] = (char)(0x80 | (code & 0x3f));
  return 3;
}

static unsigned replacement(unsigned char byte, bool latin) {
  if (!latin) return 0xfffd;
  return byte < 0xa0 ? windows_1252[byte - 0x80] : byte;
}

/* Length of a byte order mark of UTF-8 at the start. */
static size_t byte_order_mark(const lf_bytes *bytes) {
  return bytes->n >= 3 && memcmp(bytes->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Whether bytes that are no UTF-8 outnumber the multi-byte characters that are. */
static bool more_bad_than_good(const lf_bytes *bytes) {
  uint64_t good = 0, bad = 0;
  for (size_t at = byte_order_mark(bytes); at < bytes->n;) {
    size_t valid = lf_utf8_valid_prefix(bytes->data + at, bytes->n - at);
    for (size_t i = 0; i < valid; i++) good += ((unsigned char)bytes->data[at + i] & 0xc0) == 0xc0;
    at += valid;
    if (at < bytes->n) bad++, at++;
  }
  return bad > good;
}

/* Converts [at, end) of bytes into out (room for three bytes a byte); returns the bytes written. */
static size_t convert(const lf_bytes *bytes, size_t at, size_t end, bool latin, char *out) {
  size_t n = 0;
  while (at < end) {
    unsigned char byte = (unsigned char)bytes->data[at];
    size_t left = bytes->n - at < 4 ? bytes->n - at : 4;
    size_t valid = 1;
    if (byte >= 0x80) { /* one character, where it is valid and not Windows-1252 throughout */
      size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      valid =
          !latin && length <= left && lf_utf8_valid_prefix(bytes->data + at, length) == length ? length : 0;
    }
    if (valid) memcpy(out + n, bytes->data + at, valid);
    n += valid ? valid : put_utf8(out + n, replacement(byte, latin));
    at += valid ? valid : 1;
  }
  return n;
}

lf_status lf_bytes_make_utf8(lf_bytes *bytes, const char *name, const lf_run *run, bool *latin,
                             lf_error *err) {
  enum { BLOCK = 1 << 16 };
  lf_status status = LF_OK;
  char *out = NULL;
  int fd = -1;
  size_t total = 0;
  *latin = more_bad_than_good(bytes);
  LF_TRY(lf_alloc(3 * (BLOCK + 4), 1, &out, err));
  LF_TRY(lf_spool_open(&fd, err));
  for (size_t at = *latin ? byte_order_mark(bytes) : 0; at < bytes->n;) { /* in Latin-1 it would be letters */
    size_t end = bytes->n - at < BLOCK ? bytes->n : at + BLOCK;
    while (end < bytes->n && end > at + 1 && ((unsigned char)bytes->data[end] & 0xc0) == 0x80) end--;
    size_t n = convert(bytes, at, end, *latin, out);
    LF_TRY(lf_write_all(fd, out, n, "the temporary copy of the input", err));
    total += n;
    at = end;
    LF_TRY(lf_check_interrupt(run, err));
  }
  lf_bytes converted = {0};
  LF_TRY(lf_bytes_map(fd, total, name, &converted, err));
  lf_bytes_close(bytes);
  *bytes = converted;
cleanup:
  free(out);
  if (fd >= 0) close(fd);
  return status;
}
