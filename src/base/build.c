#include "base/build.h"

#include <string.h>

#include "base/text.h"

lf_object lf_object_new(void) {
  lf_object o = {.value = json_object()};
  o.failed = !o.value;
  return o;
}

void lf_object_tree(lf_object *o, const char *key, json_t *value) {
  if (o->failed || !value) {
    json_decref(value);
    o->failed = true;
    return;
  }
  if (json_object_set_new(o->value, key, value) != 0) o->failed = true;
}

void lf_object_number(lf_object *o, const char *key, double value) {
  lf_object_tree(o, key, lf_json_number(value));
}

void lf_object_count(lf_object *o, const char *key, uint64_t value) {
  lf_object_tree(o, key, json_integer((json_int_t)value));
}

void lf_object_text(lf_object *o, const char *key, const char *value) {
  lf_object_tree(o, key, value ? lf_json_text(value) : json_null());
}

void lf_object_flag(lf_object *o, const char *key, bool value) {
  lf_object_tree(o, key, json_boolean(value));
}

json_t *lf_object_take(lf_object *o) {
  json_t *value = o->value;
  if (o->failed) {
    json_decref(value);
    value = NULL;
  }
  *o = (lf_object){0};
  return value;
}

void lf_list_add(json_t **list, json_t *item) {
  if (*list && item && json_array_append(*list, item) == 0) {
    json_decref(item);
    return;
  }
  json_decref(item);
  json_decref(*list);
  *list = NULL;
}

json_t *lf_json_text(const char *value) {
  size_t n = strlen(value);
  if (lf_utf8_valid_prefix(value, n) == n) return json_stringn_nocheck(value, n);
  lf_text clean = {0};
  while (n) {
    size_t good = lf_utf8_valid_prefix(value, n);
    lf_text_add_n(&clean, value, good);
    if (good < n) lf_text_add(&clean, "\xef\xbf\xbd"), good++;
    value += good;
    n -= good;
  }
  json_t *text = clean.failed ? NULL : json_stringn_nocheck(clean.data, clean.length);
  lf_text_free(&clean);
  return text;
}

json_t *lf_json_list(size_t n, json_t *(*item)(const void *context, size_t i), const void *context) {
  json_t *array = json_array();
  for (size_t i = 0; array && i < n; i++) {
    json_t *value = item(context, i);
    if (value && json_array_append_new(array, value) == 0) continue;
    json_decref(array);
    return NULL;
  }
  return array;
}

lf_status lf_tree_take(json_t *tree, json_t **out, lf_error *err) {
  if (!tree) return lf_fail(err, LF_E_MEMORY, "not enough memory for the report");
  *out = tree;
  return LF_OK;
}
