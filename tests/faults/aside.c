#define _GNU_SOURCE
#include "aside.h"

#include <dirent.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that has not ended after so many seconds hangs. Files from so many bytes on are linked into a
 * child's folder: the program writes into no file that is there. */
enum { PATIENCE = 100, DEPTH = 100, WAYS = 1 << 20, MODULES = 64, LARGE = 1 << 17 };
static uint64_t *ways; /* hash of each way seen, 0 where none */
static int results = -1, known = -1;
static int depth = DEPTH; /* so many functions, from the call on, are its way */
static struct {
  uintptr_t from, to; /* where a library or the program lies in memory */
  bool ours;          /* this library */
} modules[MODULES];
static size_t n_modules;

/* What the test itself cannot do must not look like an answer of the program. */
static void give_up(const char *what) {
  perror(what);
  _exit(125);
}

static int add_module(struct dl_phdr_info *info, size_t size, void *own) {
  (void)size;
  uintptr_t from = info->dlpi_addr, to = from;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type == PT_LOAD && from + part->p_vaddr + part->p_memsz > to)
      to = from + part->p_vaddr + part->p_memsz;
  }
  if (n_modules == MODULES) return 1;
  modules[n_modules].from = from;
  modules[n_modules].to = to;
  modules[n_modules++].ours = (uintptr_t)own >= from && (uintptr_t)own < to;
  return 0;
}

/* True where the way was not there yet. */
static bool add_way(uint64_t hash) {
  for (size_t at = hash >> 20;; at++) {
    uint64_t *way = &ways[at % WAYS];
    if (*way == hash) return false;
    if (*way) continue;
    *way = hash;
    return true;
  }
}

void aside_begin(void) {
  const char *path = getenv("LEADFIT_FAULT_RESULTS"), *seen = getenv("LEADFIT_FAULT_WAYS");
  if (!path) return;
  results = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  ways = calloc(WAYS, sizeof *ways);
  if (results < 0 || !ways) give_up(path);
  if (getenv("LEADFIT_FAULT_DEPTH")) depth = atoi(getenv("LEADFIT_FAULT_DEPTH"));
  dl_iterate_phdr(add_module, &results);
  if (seen && (known = open(seen, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0) give_up(seen);
  for (uint64_t hash; known >= 0 && read(known, &hash, sizeof hash) == sizeof hash;) add_way(hash);
  void *first[1];
  backtrace(first, 1); /* it allocates the first time */
}

bool aside_new_way(int kind) {
  void *callers[DEPTH];
  int n = backtrace(callers, DEPTH), taken = 0;
  uint64_t hash = 1469598103934665603U + (uint64_t)kind;
  for (int i = 0; i < n && taken < depth; i++) {
    size_t m = 0;
    uintptr_t at = (uintptr_t)callers[i];
    while (m < n_modules && !(at >= modules[m].from && at < modules[m].to)) m++;
    if (m == n_modules || modules[m].ours) continue;
    hash = (hash ^ (at - modules[m].from) ^ m << 40) * 1099511628211U; /* wherever the loader put it today */
    taken++;
  }
  if (!add_way(hash)) return false;
  if (known >= 0 && write(known, &hash, sizeof hash) != sizeof hash) give_up("ways");
  return true;
}

/* ---- a child's own copies ----------------------------------------------------------------------------- */

static void copy_bytes(int from, int to) {
  char bytes[65536];
  ssize_t got;
  for (off_t at = 0; (got = pread(from, bytes, sizeof bytes, at)) > 0; at += got)
    if (pwrite(to, bytes, (size_t)got, at) != got) give_up("copy");
  if (got < 0) give_up("copy");
}

static void copy_file(int from_folder, int to_folder, const char *name, mode_t mode) {
  int from = openat(from_folder, name, O_RDONLY),
      to = openat(to_folder, name, O_WRONLY | O_CREAT, mode | 0600);
  if (from < 0 || to < 0) give_up(name);
  copy_bytes(from, to);
  close(from);
  close(to);
}

static void copy_folder(int from, int to) {
  DIR *listing = fdopendir(dup(from));
  if (!listing) give_up("folder");
  for (struct dirent *entry; (entry = readdir(listing));) {
    const char *name = entry->d_name;
    struct stat about;
    if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
    if (fstatat(from, name, &about, 0)) give_up(name);
    if (S_ISREG(about.st_mode) && about.st_size >= LARGE && !linkat(from, name, to, name, 0)) continue;
    if (!S_ISDIR(about.st_mode)) {
      copy_file(from, to, name, about.st_mode & 0777);
      continue;
    }
    if (mkdirat(to, name, 0777)) give_up(name);
    int inner_from = openat(from, name, O_RDONLY | O_DIRECTORY);
    int inner_to = openat(to, name, O_RDONLY | O_DIRECTORY);
    copy_folder(inner_from, inner_to);
    close(inner_from);
    close(inner_to);
  }
  closedir(listing);
}

/* An open file is shared with the parent, its position and bytes, too: here it becomes one of the child's. A
 * file of the working folder is its copy in the child's; one without a name is copied into another one. */
static void own_file(int fd, const char *top) {
  struct stat about;
  char link[64], path[PATH_MAX];
  int flags = fcntl(fd, F_GETFL), kept = fcntl(fd, F_GETFD);
  if (flags < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode)) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) give_up(link);
  path[length] = '\0';
  size_t n = strlen(top);
  bool here = !strncmp(path, top, n) && path[n] == '/', written = (flags & O_ACCMODE) != O_RDONLY;
  off_t at = lseek(fd, 0, SEEK_CUR);
  int own = here && about.st_nlink ? open(path + n + 1, flags & (O_ACCMODE | O_APPEND))
            : written              ? open(".", O_TMPFILE | O_RDWR, 0600)
                                   : open(link, O_RDONLY);
  if (own < 0) give_up(path);
  if (written && !(here && about.st_nlink)) {
    int from = open(link, O_RDONLY);
    if (from < 0) give_up(link);
    copy_bytes(from, own);
    close(from);
  }
  if (lseek(own, at, SEEK_SET) != at || dup2(own, fd) < 0 || fcntl(fd, F_SETFD, kept)) give_up(path);
  close(own);
}

static void go_aside(const char *name) {
  char top[PATH_MAX], path[PATH_MAX];
  const char *folder = getenv("LEADFIT_FAULT_FOLDER");
  snprintf(path, sizeof path, "%s/%s", folder ? folder : ".", name);
  int from = open(".", O_RDONLY | O_DIRECTORY);
  if (!getcwd(top, sizeof top) || from < 0 || mkdir(path, 0777)) give_up(path);
  int to = open(path, O_RDONLY | O_DIRECTORY);
  if (to < 0 || fchdir(to)) give_up(path);
  copy_folder(from, to);
  close(from);
  close(to);
  for (int fd = 0; fd < 64; fd++)
    if (fd != results && fd != known) own_file(fd, top);
  alarm(PATIENCE);
}

bool aside_fork(const char *kind, unsigned long long n) {
  char name[64], line[96];
  snprintf(name, sizeof name, "%s-%llu", kind, n);
  pid_t child = fork();
  if (child < 0) give_up("fork");
  if (child == 0) {
    go_aside(name);
    return true;
  }
  int status;
  if (waitpid(child, &status, 0) != child) give_up("waitpid");
  int length = snprintf(line, sizeof line, "%s %d\n", name, status);
  if (write(results, line, (size_t)length) != length) give_up("results");
  return false;
}
