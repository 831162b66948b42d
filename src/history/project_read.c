#include "history/project_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"

lf_status lf_read_name(const lf_node *node, char **name, lf_error *err) {
  lf_status status = LF_OK;
  char *typed = NULL, *made = NULL;
  LF_TRY(lf_node_scalar_text(node, &typed, err));
  const char *text = typed;
  size_t n = strlen(typed);
  lf_trim(&text, &n);
  if (!n) {
    status = lf_node_fail(node, err, "expected a name, but an empty text stands there");
    goto cleanup;
  }
  LF_TRY(lf_copy_text(text, n, &made, err));
  free(*name);
  *name = made;
cleanup:
  free(typed);
  return status;
}

lf_status lf_read_name_at(const lf_node *parent, const char *key, char **name, lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  return node.value ? lf_read_name(&node, name, err) : LF_OK;
}

static lf_status read_item(const lf_node *node, lf_text_list *list, lf_error *err) {
  char *text = NULL;
  lf_status status = lf_node_scalar_text(node, &text, err);
  if (status == LF_OK) status = lf_text_list_add(list, text, err);
  free(text);
  return status;
}

lf_status lf_read_list_at(const lf_node *parent, const char *key, lf_text_list *list, lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  if (!node.value) return LF_OK;
  if (!json_is_array(node.value)) return read_item(&node, list, err);
  for (size_t i = 0; i < json_array_size(node.value); i++) {
    lf_node item = lf_node_item(&node, i);
    lf_status status = read_item(&item, list, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

lf_status lf_read_word_at(const lf_node *parent, const char *key, const char *const *words, size_t *index,
                          lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  const char *text = NULL;
  if (!node.value) return LF_OK;
  lf_status status = lf_node_text(&node, &text, err);
  if (status != LF_OK) return status;
  size_t n = 0;
  for (; words[n]; n++)
    if (strcmp(words[n], text) == 0) {
      *index = n;
      return LF_OK;
    }
  const char *nearest = lf_nearest_word(text, words, n);
  if (nearest)
    return lf_node_fail(&node, err, "there is no %s '%.60s': did you mean '%s'?", key, text, nearest);
  lf_text all = {0};
  for (size_t i = 0; i < n; i++) lf_text_addf(&all, "%s%s", i ? ", " : "", words[i]);
  status = lf_node_fail(&node, err, "there is no %s '%.60s': it is one of %s", key, text,
                        all.data ? all.data : "");
  lf_text_free(&all);
  return status;
}
