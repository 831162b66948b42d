/* The file of -o for commands whose result is a page, a text or JSON by the name it is given. */
#include <stdlib.h>

#include "base/file.h"
#include "base/tree.h"
#include "cli/command.h"

static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n >= m && lf_same_text(text + n - m, end);
}

lf_status lf_write_view(const char *path, const json_t *tree, lf_view *page, lf_view *text, lf_error *err) {
  lf_output *out = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  bool is_page = !text || ends_with(path, ".html") || ends_with(path, ".htm");
  if (ends_with(path, ".json"))
    LF_TRY(lf_tree_write(tree, &bytes, &n, err));
  else
    LF_TRY((is_page ? page : text)(tree, &bytes, &n, err));
  LF_TRY(lf_output_new(&out, err));
  LF_TRY(lf_output_add(out, path, bytes, n, err));
  LF_TRY(lf_output_commit(out, err));
cleanup:
  free(bytes);
  lf_output_free(out);
  return status;
}
