/* Any bytes as leadfit.yaml and as claims.yaml: what they say, or an error that says why not. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evidence/claims.h"
#include "history/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_project(const uint8_t *data, size_t size) {
  char path[64];
  lf_project project = {0};
  lf_error err = {0};
  int fd = memfd_create("fuzz", 0);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (lf_project_load(path, &project, &err) != LF_OK && !err.message[0]) abort();
  lf_project_clear(&project);
  close(fd);
}

static void as_claims(const uint8_t *data, size_t size) {
  lf_claims *claims = NULL;
  lf_error err = {0};
  lf_status status = lf_claims_parse("fuzz.yaml", (const char *)data, size, &claims, &err);
  if ((status == LF_OK) != (claims != NULL)) abort();
  if (status != LF_OK && !err.message[0]) abort();
  lf_claims_free(claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  as_project(data, size);
  as_claims(data, size);
  return 0;
}
