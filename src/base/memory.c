#include "base/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static lf_status no_memory(size_t count, size_t size, lf_error *err) {
  return lf_fail(
      err, LF_E_MEMORY,
      "not enough memory for %zu items of %zu bytes: give the program more memory, or drop columns", count,
      size);
}

lf_status lf_alloc(size_t count, size_t size, void *out_pointer, lf_error *err) {
  void *block = calloc(count ? count : 1, size ? size : 1);
  if (!block) return no_memory(count, size, err);
  memcpy(out_pointer, &block, sizeof block);
  return LF_OK;
}

lf_status lf_grow(void *pointer, size_t *capacity, size_t needed, size_t size, lf_error *err) {
  if (needed <= *capacity) return LF_OK;
  size_t wanted = *capacity ? *capacity : 16;
  while (wanted < needed) {
    if (wanted > SIZE_MAX / 2) return no_memory(needed, size, err);
    wanted *= 2;
  }
  if (size && wanted > SIZE_MAX / size) return no_memory(needed, size, err);
  void *block;
  memcpy(&block, pointer, sizeof block);
  void *grown = realloc(block, wanted * size);
  if (!grown) return no_memory(wanted, size, err);
  memcpy(pointer, &grown, sizeof grown);
  *capacity = wanted;
  return LF_OK;
}

void lf_memory_trim(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

lf_status lf_copy_text(const char *text, size_t n, char **copy, lf_error *err) {
  char *block = NULL;
  lf_status status = lf_alloc(n + 1, 1, &block, err);
  if (status != LF_OK) return status;
  if (n) memcpy(block, text, n);
  *copy = block;
  return LF_OK;
}
