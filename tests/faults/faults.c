/* Preloaded into a program, makes calls of the system fail: LEADFIT_FAULT="KIND:N" the N-th call of a kind
 * (from 1), "KIND:N+" that one and every later one. Kinds: memory (malloc, calloc, realloc, aligned_alloc,
 * posix_memalign), map (mmap), write (write, fwrite), open, rename, sync (fsync), read (read, pread). Where
 * LEADFIT_FAULT_COUNTS names a file, the number of calls of each kind is written there at the end, a line
 * each.
 *
 * Only calls of the program and of libraries that hand errors on to it count. The run-time libraries of
 * threads and of BLAS end the process themselves where memory is short, libcrypto's start does not survive it
 * (OpenSSL 3.0), and the loader's calls come before main. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MEMORY, MAP, WRITE, OPEN, RENAME, SYNC, READ, KINDS };
static const char *const names[KINDS] = {"memory", "map", "write", "open", "rename", "sync", "read"};
static atomic_ullong calls[KINDS];
static int failing = -1;
static unsigned long long failing_from, failing_to;
static atomic_bool ready;

static bool counts(const void *caller) {
  Dl_info info;
  if (!atomic_load(&ready) || !dladdr(caller, &info) || !info.dli_fname) return false;
  const char *slash = strrchr(info.dli_fname, '/'), *name = slash ? slash + 1 : info.dli_fname;
  return !strstr(name, "gomp") && !strstr(name, "blas") && !strstr(name, "ld-linux") &&
         !strstr(name, "gfortran") && !strstr(name, "libc.so") && !strstr(name, "libcrypto");
}

static bool fails(int kind, const void *caller) {
  if (!counts(caller)) return false;
  unsigned long long n = atomic_fetch_add(&calls[kind], 1) + 1;
  return kind == failing && n >= failing_from && n <= failing_to;
}

#define HERE __builtin_return_address(0)
/* The next function of this name in the order of loading, looked up once. */
#define NEXT(type, name, ...)                                                                                \
  static type (*next)(__VA_ARGS__);                                                                          \
  if (!next) *(void **)&next = dlsym(RTLD_NEXT, #name)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void *none(void) {
  errno = ENOMEM;
  return NULL;
}

void *malloc(size_t size) {
  return fails(MEMORY, HERE) ? none() : __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
  return fails(MEMORY, HERE) ? none() : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size) {
  return fails(MEMORY, HERE) ? none() : __libc_realloc(p, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return fails(MEMORY, HERE) ? none() : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
  void *p = fails(MEMORY, HERE) ? NULL : __libc_memalign(alignment, size);
  if (!p) return ENOMEM;
  *out = p;
  return 0;
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  NEXT(void *, mmap, void *, size_t, int, int, int, off_t);
  if (!fails(MAP, HERE)) return next(at, size, protection, flags, fd, offset);
  errno = ENOMEM;
  return MAP_FAILED;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  NEXT(ssize_t, write, int, const void *, size_t);
  if (fd == STDERR_FILENO || !fails(WRITE, HERE)) return next(fd, bytes, size);
  errno = ENOSPC;
  return -1;
}

ssize_t read(int fd, void *bytes, size_t size) {
  NEXT(ssize_t, read, int, void *, size_t);
  if (!fails(READ, HERE)) return next(fd, bytes, size);
  errno = EIO;
  return -1;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset) {
  NEXT(ssize_t, pread, int, void *, size_t, off_t);
  if (!fails(READ, HERE)) return next(fd, bytes, size, offset);
  errno = EIO;
  return -1;
}

size_t fwrite(const void *bytes, size_t size, size_t n, FILE *file) {
  NEXT(size_t, fwrite, const void *, size_t, size_t, FILE *);
  if (file == stderr || !fails(WRITE, HERE)) return next(bytes, size, n, file);
  errno = ENOSPC;
  return 0;
}

static int failed_with(int code) {
  errno = code;
  return -1;
}

int open(const char *path, int flags, ...) {
  NEXT(int, open, const char *, int, ...);
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return fails(OPEN, HERE) ? failed_with(EMFILE) : next(path, flags, mode);
}

int rename(const char *from, const char *to) {
  NEXT(int, rename, const char *, const char *);
  return fails(RENAME, HERE) ? failed_with(EIO) : next(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  NEXT(int, renameat2, int, const char *, int, const char *, unsigned);
  return fails(RENAME, HERE) ? failed_with(EIO) : next(from_folder, from, to_folder, to, flags);
}

int fsync(int fd) {
  NEXT(int, fsync, int);
  return fails(SYNC, HERE) ? failed_with(EIO) : next(fd);
}

__attribute__((constructor)) static void begin(void) {
  const char *asked = getenv("LEADFIT_FAULT"), *colon = asked ? strchr(asked, ':') : NULL;
  for (int k = 0; colon && k < KINDS; k++)
    if (strlen(names[k]) == (size_t)(colon - asked) && !strncmp(names[k], asked, (size_t)(colon - asked)))
      failing = k;
  if (failing >= 0) {
    char *end;
    failing_from = strtoull(colon + 1, &end, 10);
    failing_to = *end == '+' ? ~0ULL : failing_from;
  }
  atomic_store(&ready, true);
}

__attribute__((destructor)) static void finish(void) {
  atomic_store(&ready, false);
  const char *path = getenv("LEADFIT_FAULT_COUNTS");
  FILE *out = path ? fopen(path, "w") : NULL;
  if (!out) return;
  for (int k = 0; k < KINDS; k++) fprintf(out, "%s %llu\n", names[k], atomic_load(&calls[k]));
  fclose(out);
}
