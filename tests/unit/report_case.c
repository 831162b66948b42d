#include "report_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

json_t *tree_of(const char *json) {
  json_error_t error;
  json_t *tree = json_loads(json, 0, &error);
  if (tree == NULL) fail_msg("%s at %d: %s", error.text, error.position, json);
  return tree;
}

char *terminal_of(text_view view, const char *json, bool colour, int width) {
  json_t *tree = tree_of(json);
  char *bytes = NULL;
  size_t n = 0;
  lf_error err = {0};
  if (view(tree, colour, width, &bytes, &n, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(strlen(bytes), n);
  json_decref(tree);
  return bytes;
}

char *bytes_of(byte_view view, const char *json) {
  json_t *tree = tree_of(json);
  char *bytes = NULL;
  size_t n = 0;
  lf_error err = {0};
  if (view(tree, &bytes, &n, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(strlen(bytes), n);
  json_decref(tree);
  return bytes;
}

char *page_of(byte_view view, const char *json) {
  char *bytes = bytes_of(view, json), *scripts = strstr(bytes, "<script");
  assert_non_null(scripts);
  *scripts = '\0';
  return bytes;
}

/* The body of a page: its styles are long and the same in each. */
static const char *shown(const char *text) {
  const char *body = strstr(text, "<body>");
  return body != NULL ? body : text;
}

void has(const char *text, const char *part) {
  if (strstr(text, part) == NULL) fail_msg("no \"%s\" in:\n%s", part, shown(text));
}

void lacks(const char *text, const char *part) {
  if (strstr(text, part) != NULL) fail_msg("\"%s\" in:\n%s", part, shown(text));
}

void has_all(const char *text, const char *const *parts, size_t most) {
  for (size_t k = 0; k < most && parts[k] != NULL; k++) has(text, parts[k]);
}

void lacks_all(const char *text, const char *const *parts, size_t most) {
  for (size_t k = 0; k < most && parts[k] != NULL; k++) lacks(text, parts[k]);
}

void reads(lf_text *text, const char *want) {
  assert_false(text->failed);
  assert_string_equal(text->data != NULL ? text->data : "", want);
  lf_text_free(text);
}

void holds(lf_text *text, const char *part) {
  assert_false(text->failed);
  has(text->data != NULL ? text->data : "", part);
  lf_text_free(text);
}
