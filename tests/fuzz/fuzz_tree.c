/* JSON and YAML of any bytes: a tree or an error, and a tree that is written reads back as itself. */
#include <stdlib.h>
#include <string.h>

#include "base/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A whole number is written without a point, so it is the text that must come back, not the type. */
static void write_and_read(const json_t *root) {
  char *bytes = NULL, *bytes_again = NULL;
  size_t n = 0, n_again = 0;
  json_t *again = NULL;
  lf_error err = {0};
  if (lf_tree_write(root, &bytes, &n, &err) != LF_OK) abort();
  if (lf_tree_parse("again", bytes, n, false, &again, &err) != LF_OK) abort();
  if (lf_tree_write(again, &bytes_again, &n_again, &err) != LF_OK) abort();
  if (n != n_again || memcmp(bytes, bytes_again, n) != 0) abort();
  json_decref(again);
  free(bytes_again);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  bool yaml = data[0] & 1;
  json_t *root = NULL;
  lf_error err = {0};
  lf_status status = lf_tree_parse("fuzz", (const char *)data + 1, size - 1, yaml, &root, &err);
  if ((status == LF_OK) != (root != NULL)) abort();
  if (status != LF_OK && !err.message[0]) abort();
  if (root) write_and_read(root);
  json_decref(root);
  return 0;
}
