/* Preloaded into a program, makes calls of the system fail. LEADFIT_FAULT says which:
 *
 *   KIND:N        the N-th call of a kind (from 1)
 *   KIND:N+       that one and every later one
 *   KIND:each     every call in turn, each in a child of its own that is forked there (aside.c); the program
 *                 itself goes on to its end undisturbed
 *   KIND:places   the same, but of calls that come by the same way (the same functions called one another
 *                 from main on) the first one only
 *   KIND:each/M, KIND:places/M  of these, one in M
 *   KIND:each+, KIND:places/M+  the same, with every later call of the kind failing, too
 *
 * and several of these, divided by commas. Kinds: memory (malloc, calloc, realloc, aligned_alloc,
 * posix_memalign), map (mmap), write (write, fwrite), open (open, mkostemp), rename, sync (fsync), read
 * (read, pread), and again and short: reads and writes that a signal interrupts before any byte, or that move
 * half of what was asked for, neither of which is an error. Where LEADFIT_FAULT_COUNTS names a file, the
 * number of calls of each kind is written there at the end, a line each.
 *
 * Only calls of the program and of libraries that hand errors on to it count. The run-time libraries of
 * threads and of BLAS end the process themselves where memory is short, libcrypto's start does not survive it
 * (OpenSSL 3.0), no more does Jansson's reader (2.14), which writes past the end of a text that it has no
 * memory for, and the loader's calls come before main. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "aside.h"

enum { MEMORY, MAP, WRITE, OPEN, RENAME, SYNC, READ, AGAIN, SHORT, KINDS };
static const char *const names[KINDS] = {"memory", "map",  "write", "open", "rename",
                                         "sync",   "read", "again", "short"};
static atomic_ullong calls[KINDS];
/* What is asked of a kind of call. */
static struct {
  enum { NOTHING, NUMBERED, EACH, PLACES } which;
  unsigned long long from; /* the number; of each and of places, one in so many */
  bool later;              /* the ones after it, too */
} asked[KINDS];
static int failed_aside = -1; /* in a child: the kind of which one call has failed */
static atomic_bool ready;
static _Thread_local bool in_reader; /* Jansson's */

/* Whether calls from there are of the program or of a library that hands errors on. */
static bool hands_on(const void *caller) {
  Dl_info info;
  if (!dladdr(caller, &info) || !info.dli_fname) return false;
  const char *slash = strrchr(info.dli_fname, '/'), *name = slash ? slash + 1 : info.dli_fname;
  const char *others[] = {"gomp", "blas", "ld-linux", "gfortran", "libc.so", "libcrypto", "faults.so"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strstr(name, others[i])) return false;
  return true;
}

/* The same, remembered: places that call are few, and dladdr is slow. An entry holds the address, its lowest
 * bit whether its calls count (return addresses that differ in that bit only share an entry, no harm). */
static bool counts(const void *caller) {
  static atomic_uintptr_t known[4096];
  if (!atomic_load(&ready) || in_reader) return false;
  uintptr_t place = (uintptr_t)caller & ~(uintptr_t)1;
  atomic_uintptr_t *entry = &known[(place >> 1) % 4096];
  uintptr_t found = atomic_load(entry);
  if ((found & ~(uintptr_t)1) != place) {
    found = place | hands_on(caller);
    atomic_store(entry, found);
  }
  return found & 1;
}

/* Whether the call is one to fail; in a child that is forked for it, yes. */
static bool fails_aside(int kind, unsigned long long n) {
  if (failed_aside >= 0) return false;
  if (asked[kind].which == PLACES && !aside_new_way(kind)) return false;
  static unsigned long long of_these[KINDS];
  if (++of_these[kind] % asked[kind].from) return false;
  atomic_store(&ready, false);
  bool child = aside_fork(names[kind], n);
  atomic_store(&ready, true);
  if (child) failed_aside = kind;
  return child;
}

static bool fails(int kind, const void *caller) {
  if (!counts(caller)) return false;
  unsigned long long n = atomic_fetch_add(&calls[kind], 1) + 1;
  if (asked[kind].which == NUMBERED) return asked[kind].later ? n >= asked[kind].from : n == asked[kind].from;
  if (asked[kind].which == NOTHING) return false;
  return (failed_aside == kind && asked[kind].later) || fails_aside(kind, n);
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

__attribute__((noinline)) static void *none(void) {
  errno = ENOMEM;
  return NULL;
}

static int failed_with(int code) {
  errno = code;
  return -1;
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
  if (fd == STDERR_FILENO) return next(fd, bytes, size);
  if (fails(WRITE, HERE)) return failed_with(ENOSPC);
  if (fails(AGAIN, HERE)) return failed_with(EINTR);
  return next(fd, bytes, fails(SHORT, HERE) ? (size + 1) / 2 : size);
}

ssize_t read(int fd, void *bytes, size_t size) {
  NEXT(ssize_t, read, int, void *, size_t);
  if (fails(READ, HERE)) return failed_with(EIO);
  if (fails(AGAIN, HERE)) return failed_with(EINTR);
  return next(fd, bytes, fails(SHORT, HERE) ? (size + 1) / 2 : size);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset) {
  NEXT(ssize_t, pread, int, void *, size_t, off_t);
  if (fails(READ, HERE)) return failed_with(EIO);
  if (fails(AGAIN, HERE)) return failed_with(EINTR);
  return next(fd, bytes, fails(SHORT, HERE) ? (size + 1) / 2 : size, offset);
}

size_t fwrite(const void *bytes, size_t size, size_t n, FILE *file) {
  NEXT(size_t, fwrite, const void *, size_t, size_t, FILE *);
  if (file == stderr || !fails(WRITE, HERE)) return next(bytes, size, n, file);
  errno = ENOSPC;
  return 0;
}

void *json_loadb(const char *bytes, size_t size, size_t flags, void *error) {
  NEXT(void *, json_loadb, const char *, size_t, size_t, void *);
  in_reader = true;
  void *made = next(bytes, size, flags, error);
  in_reader = false;
  return made;
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

int mkostemp(char *path, int flags) {
  NEXT(int, mkostemp, char *, int);
  return fails(OPEN, HERE) ? failed_with(ENOSPC) : next(path, flags);
}

/* KIND:WHAT, as far as it can be read. */
static void ask(const char *text, size_t length) {
  for (int k = 0; k < KINDS; k++) {
    size_t n = strlen(names[k]);
    if (n >= length || strncmp(names[k], text, n) != 0 || text[n] != ':') continue;
    const char *what = text + n + 1;
    asked[k].later = text[length - 1] == '+';
    asked[k].which = !strncmp(what, "each", 4) ? EACH : !strncmp(what, "places", 6) ? PLACES : NUMBERED;
    const char *slash = memchr(what, '/', length - n - 1);
    asked[k].from = asked[k].which == NUMBERED ? strtoull(what, NULL, 10)
                    : slash                    ? strtoull(slash + 1, NULL, 10)
                                               : 1;
  }
}

__attribute__((constructor)) static void begin(void) {
  const char *fault = getenv("LEADFIT_FAULT");
  while (fault && *fault) {
    size_t length = strcspn(fault, ",");
    ask(fault, length);
    fault += length + (fault[length] == ',');
  }
  aside_begin();
}

static void stop(void) {
  atomic_store(&ready, false);
}

typedef int main_function(int, char **, char **);
static main_function *program_main;

/* Calls count from the start of main to its end: what counts coverage works after it, and does not survive
 * faults. */
static int counted_main(int argc, char **argv, char **environment) {
  atexit(stop);
  atomic_store(&ready, true);
  return program_main(argc, argv, environment);
}

/* The C library's, which runs main and what is to run before and after it. */
int __libc_start_main(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

int __libc_start_main(main_function *begins, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*end_of_loader)(void), void *stack) {
  NEXT(int, __libc_start_main, main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void),
       void *);
  program_main = begins;
  return next(counted_main, argc, argv, init, fini, end_of_loader, stack);
}

__attribute__((destructor)) static void finish(void) {
  const char *path = failed_aside < 0 ? getenv("LEADFIT_FAULT_COUNTS") : NULL;
  FILE *out = path ? fopen(path, "w") : NULL;
  if (!out) return;
  for (int k = 0; k < KINDS; k++) fprintf(out, "%s %llu\n", names[k], atomic_load(&calls[k]));
  fclose(out);
}
