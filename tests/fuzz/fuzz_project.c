/* Any bytes as leadfit.yaml: a project, or an error that says why not. Its claims, too, where it holds some.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evidence/claims.h"
#include "history/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  lf_project project = {0};
  lf_claims *claims = NULL;
  lf_error err = {0};
  int fd = memfd_create("fuzz", 0);
  if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (lf_project_load(path, &project, &err) != LF_OK) {
    if (!err.message[0]) abort();
  } else if (lf_claims_load_project(path, &claims, &err) != LF_OK && !err.message[0]) {
    abort();
  }
  lf_claims_free(claims);
  lf_project_clear(&project);
  close(fd);
  return 0;
}
