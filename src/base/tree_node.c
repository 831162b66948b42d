/* Reading a loaded tree: each error names the path of the key and what stands there. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/tree.h"

lf_node lf_node_root(const json_t *root, const char *file) {
  return (lf_node){.value = root, .file = file};
}

lf_node lf_node_key(const lf_node *parent, const char *key) {
  const json_t *value = json_is_object(parent->value) ? json_object_get(parent->value, key) : NULL;
  return (lf_node){.value = value, .parent = parent, .key = key, .file = parent->file};
}

lf_node lf_node_item(const lf_node *parent, size_t index) {
  const json_t *value = json_is_array(parent->value) ? json_array_get(parent->value, index) : NULL;
  return (lf_node){.value = value, .parent = parent, .index = index, .file = parent->file};
}

/* Appends at *used, cutting where out is full. */
static void add_path(const lf_node *node, char *out, size_t size, size_t *used) {
  if (!node->parent) return;
  add_path(node->parent, out, size, used);
  if (*used + 1 >= size) return;
  int n = node->key ? snprintf(out + *used, size - *used, "%s%s", *used ? "." : "", node->key)
                    : snprintf(out + *used, size - *used, "[%zu]", node->index);
  if (n > 0) *used = *used + (size_t)n < size ? *used + (size_t)n : size - 1;
}

void lf_node_path(const lf_node *node, char *out, size_t size) {
  size_t used = 0;
  if (!size) return;
  out[0] = '\0';
  add_path(node, out, size, &used);
}

lf_status lf_node_fail(const lf_node *node, lf_error *err, const char *format, ...) {
  char path[256], message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  lf_node_path(node, path, sizeof path);
  return lf_fail_at(err, LF_E_USAGE, node->file, 0, 0, "%s%s%s", path, path[0] ? ": " : "", message);
}

/* What stands at a node, for messages: "the text 'abc'", "nothing", "a list". */
static const char *describe(const lf_node *node, char *out, size_t size) {
  if (!node->value) return "it is missing";
  switch (json_typeof(node->value)) {
  case JSON_OBJECT: return "a group of keys stands there";
  case JSON_ARRAY: return "a list stands there";
  case JSON_STRING:
    snprintf(out, size, "the text '%.60s' stands there", json_string_value(node->value));
    return out;
  case JSON_INTEGER:
    snprintf(out, size, "the number %lld stands there", (long long)json_integer_value(node->value));
    return out;
  case JSON_REAL: {
    char number[LF_DOUBLE_TEXT];
    lf_format_double(json_real_value(node->value), number);
    snprintf(out, size, "the number %s stands there", number);
    return out;
  }
  case JSON_TRUE: return "true stands there";
  case JSON_FALSE: return "false stands there";
  case JSON_NULL: return "nothing (null) stands there";
  }
  return "something else stands there";
}

static lf_status expected(const lf_node *node, const char *what, lf_error *err) {
  char found[128];
  return lf_node_fail(node, err, "expected %s, but %s", what, describe(node, found, sizeof found));
}

lf_status lf_node_text(const lf_node *node, const char **value, lf_error *err) {
  if (!json_is_string(node->value)) return expected(node, "a text", err);
  *value = json_string_value(node->value);
  return LF_OK;
}

lf_status lf_node_number(const lf_node *node, double *value, lf_error *err) {
  if (!json_is_number(node->value)) return expected(node, "a number", err);
  *value = json_number_value(node->value);
  return LF_OK;
}

lf_status lf_node_integer(const lf_node *node, int64_t *value, lf_error *err) {
  if (json_is_integer(node->value)) {
    *value = (int64_t)json_integer_value(node->value);
    return LF_OK;
  }
  double real = json_is_real(node->value) ? json_real_value(node->value) : NAN;
  if (!(fabs(real) <= 0x1p53) || real != floor(real)) return expected(node, "a whole number", err);
  *value = (int64_t)real;
  return LF_OK;
}

lf_status lf_node_flag(const lf_node *node, bool *value, lf_error *err) {
  if (!json_is_boolean(node->value)) return expected(node, "true or false", err);
  *value = json_is_true(node->value);
  return LF_OK;
}

lf_status lf_node_array(const lf_node *node, size_t *length, lf_error *err) {
  if (!json_is_array(node->value)) return expected(node, "a list", err);
  *length = json_array_size(node->value);
  return LF_OK;
}

lf_status lf_node_object(const lf_node *node, lf_error *err) {
  return json_is_object(node->value) ? LF_OK : expected(node, "a group of keys", err);
}

lf_status lf_node_only_keys(const lf_node *node, const char *const *known, lf_error *err) {
  lf_status status = lf_node_object(node, err);
  if (status != LF_OK) return status;
  size_t n_known = 0;
  while (known[n_known]) n_known++;
  const char *key;
  json_t *item;
  json_object_foreach((json_t *)(uintptr_t)node->value, key, item) {
    bool found = false;
    for (size_t i = 0; i < n_known && !found; i++) found = strcmp(key, known[i]) == 0;
    if (found) continue;
    const char *nearest = lf_nearest_word(key, known, n_known);
    if (nearest)
      return lf_node_fail(node, err, "there is no key '%.60s' here: did you mean '%s'?", key, nearest);
    lf_text all = {0};
    for (size_t i = 0; i < n_known; i++) {
      if (i) lf_text_add(&all, ", ");
      lf_text_add(&all, known[i]);
    }
    status = lf_node_fail(node, err, "there is no key '%.60s' here: the keys are %s", key,
                          all.data ? all.data : "none");
    lf_text_free(&all);
    return status;
  }
  return LF_OK;
}

lf_status lf_node_scalar_text(const lf_node *node, char **text, lf_error *err) {
  char number[LF_DOUBLE_TEXT];
  const char *s = number;
  if (json_is_string(node->value))
    s = json_string_value(node->value);
  else if (json_is_integer(node->value))
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(node->value));
  else if (json_is_real(node->value))
    lf_format_double(json_real_value(node->value), number);
  else if (json_is_boolean(node->value))
    s = json_is_true(node->value) ? "true" : "false";
  else if (json_is_null(node->value))
    return expected(node, "a value (quote it, like \"null\", where the word itself is meant)", err);
  else
    return expected(node, "one value", err);
  return lf_copy_text(s, strlen(s), text, err);
}
