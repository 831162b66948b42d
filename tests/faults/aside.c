#define _GNU_SOURCE
#include "aside.h"

#include <dirent.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that has not ended after so many seconds hangs. */
enum { PATIENCE = 100, DEPTH = 100, WAYS = 1 << 18 };
static uint64_t *ways; /* hash of each way seen, 0 where none */
static int results = -1;

/* What the test itself cannot do must not look like an answer of the program. */
static void give_up(const char *what) {
  perror(what);
  _exit(125);
}

void aside_begin(void) {
  const char *path = getenv("LEADFIT_FAULT_RESULTS");
  if (!path) return;
  results = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  ways = calloc(WAYS, sizeof *ways);
  if (results < 0 || !ways) give_up(path);
  void *first[1];
  backtrace(first, 1); /* it allocates the first time */
}

bool aside_new_way(int kind) {
  void *callers[DEPTH];
  int n = backtrace(callers, DEPTH);
  uint64_t hash = 1469598103934665603U + (uint64_t)kind;
  for (int i = 2; i < n; i++) hash = (hash ^ (uintptr_t)callers[i]) * 1099511628211U;
  for (size_t at = hash >> 20;; at++) {
    uint64_t *way = &ways[at % WAYS];
    if (*way == hash) return false;
    if (*way) continue;
    *way = hash;
    return true;
  }
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
    if (fd != results) own_file(fd, top);
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
