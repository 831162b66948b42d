/* Writing a tree as JSON that people read: two-space indent, but a list or group that fits on a line stands
 * on one line, so that a band of a scorecard is one line. Numbers are written in the shortest form that reads
 * back the same (jansson's own writer gives 0.10000000000000001 for 0.1). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/tree.h"

enum { LINE_WIDTH = 110 };

static void add_string(lf_text *out, const char *s, size_t n) {
  size_t from = 0;
  lf_text_add_n(out, "\"", 1);
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    lf_text_add_n(out, s + from, i - from);
    from = i + 1;
    switch (c) {
    case '"': lf_text_add(out, "\\\""); break;
    case '\\': lf_text_add(out, "\\\\"); break;
    case '\n': lf_text_add(out, "\\n"); break;
    case '\r': lf_text_add(out, "\\r"); break;
    case '\t': lf_text_add(out, "\\t"); break;
    default: lf_text_addf(out, "\\u%04x", (unsigned)c); break;
    }
  }
  lf_text_add_n(out, s + from, n - from);
  lf_text_add_n(out, "\"", 1);
}

static void add_real(lf_text *out, double value) { /* finite: jansson keeps no other */
  if (value == 0 && signbit(value))
    lf_text_add(out, "-0.0"); /* "-0" would read back as the integer 0 */
  else
    lf_text_add_double(out, value);
}

static void add_scalar(lf_text *out, const json_t *value) {
  switch (json_typeof(value)) {
  case JSON_STRING: add_string(out, json_string_value(value), json_string_length(value)); break;
  case JSON_INTEGER: lf_text_addf(out, "%lld", (long long)json_integer_value(value)); break;
  case JSON_REAL: add_real(out, json_real_value(value)); break;
  case JSON_TRUE: lf_text_add(out, "true"); break;
  case JSON_FALSE: lf_text_add(out, "false"); break;
  default: lf_text_add(out, "null"); break;
  }
}

/* One line; stops early once more than limit bytes were added, which tells the caller that it does not fit.
 */
static void add_line(lf_text *out, const json_t *value, size_t limit) {
  size_t start = out->length, i;
  const char *key;
  json_t *item;
  json_t *walk = (json_t *)(uintptr_t)value; /* the iteration macros want it unqualified */
  bool first = true;
  if (json_is_array(value)) {
    lf_text_add(out, "[");
    json_array_foreach(walk, i, item) {
      if (out->length - start > limit || out->failed) return;
      if (i) lf_text_add(out, ", ");
      add_line(out, item, limit);
    }
    lf_text_add(out, "]");
  } else if (json_is_object(value)) {
    lf_text_add(out, "{");
    json_object_foreach(walk, key, item) {
      if (out->length - start > limit || out->failed) return;
      if (!first) lf_text_add(out, ", ");
      first = false;
      add_string(out, key, strlen(key));
      lf_text_add(out, ": ");
      add_line(out, item, limit);
    }
    lf_text_add(out, "}");
  } else {
    add_scalar(out, value);
  }
}

static void new_line(lf_text *out, size_t depth) {
  lf_text_add(out, "\n");
  for (size_t i = 0; i < depth; i++) lf_text_add_n(out, "  ", 2);
}

/* column: how far the line is already filled. */
static void add_block(lf_text *out, const json_t *value, size_t depth, size_t column) {
  size_t start = out->length, i;
  const char *key;
  json_t *item;
  json_t *walk = (json_t *)(uintptr_t)value;
  bool container = json_is_array(value) || json_is_object(value), first = true;
  bool empty = json_is_array(value) ? json_array_size(value) == 0 : json_object_size(value) == 0;
  if (!container || empty || depth > 0) {
    size_t room = column < LINE_WIDTH ? LINE_WIDTH - column : 0;
    add_line(out, value, container ? room : SIZE_MAX);
    if (!container || empty || out->failed || out->length - start <= room) return;
    out->length = start;
    out->data[start] = '\0';
  }
  lf_text_add(out, json_is_array(value) ? "[" : "{");
  if (json_is_array(value)) {
    json_array_foreach(walk, i, item) {
      if (i) lf_text_add(out, ",");
      new_line(out, depth + 1);
      add_block(out, item, depth + 1, 2 * (depth + 1));
    }
  } else {
    json_object_foreach(walk, key, item) {
      if (!first) lf_text_add(out, ",");
      first = false;
      new_line(out, depth + 1);
      size_t line = out->length;
      add_string(out, key, strlen(key));
      lf_text_add(out, ": ");
      add_block(out, item, depth + 1, 2 * (depth + 1) + out->length - line);
    }
  }
  new_line(out, depth);
  lf_text_add(out, json_is_array(value) ? "]" : "}");
}

static lf_status hand_over(lf_text *out, char **bytes, size_t *n, lf_error *err) {
  lf_text_add(out, "\n");
  lf_status status = lf_text_status(out, err);
  if (status != LF_OK) {
    lf_text_free(out);
    return status;
  }
  *bytes = out->data;
  *n = out->length;
  return LF_OK;
}

lf_status lf_tree_write(const json_t *root, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  add_block(&out, root, 0, 0);
  return hand_over(&out, bytes, n, err);
}

lf_status lf_tree_write_compact(const json_t *root, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  add_line(&out, root, SIZE_MAX);
  return hand_over(&out, bytes, n, err);
}

json_t *lf_json_number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}
