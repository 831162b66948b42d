/* Reading the tree: absent, null and wrong types all read as "not there", since a view never fails for want
 * of a number. */
#include "report/view.h"

#include <math.h>
#include <string.h>

const json_t *lf_view_at(const json_t *root, const char *path) {
  const json_t *value = root;
  char key[64];
  while (value != NULL && *path != '\0') {
    size_t n = strcspn(path, ".");
    if (n >= sizeof key) return NULL;
    memcpy(key, path, n);
    key[n] = '\0';
    value = json_object_get(value, key);
    path += n;
    if (*path == '.') path++;
  }
  return json_is_null(value) ? NULL : value;
}

double lf_view_number(const json_t *root, const char *path) {
  const json_t *value = lf_view_at(root, path);
  double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
  return isfinite(number) ? number : (double)NAN;
}

const char *lf_view_text(const json_t *root, const char *path) {
  const char *text = json_string_value(lf_view_at(root, path));
  return text != NULL && *text != '\0' ? text : NULL;
}

bool lf_view_flag(const json_t *root, const char *path) {
  return json_is_true(lf_view_at(root, path));
}

const json_t *lf_view_list(const json_t *root, const char *path) {
  const json_t *value = lf_view_at(root, path);
  return json_is_array(value) && json_array_size(value) > 0 ? value : NULL;
}

bool lf_view_any(const json_t *list, const char *path) {
  size_t i;
  json_t *item;
  lf_view_each(list, i, item) {
    if (!isnan(lf_view_number(item, path))) return true;
  }
  return false;
}

const json_t *lf_view_figures(const json_t *report, bool *is_holdout) {
  const json_t *holdout = lf_view_at(report, "holdout");
  const json_t *training = lf_view_at(report, "training_cv");
  *is_holdout = lf_view_number(holdout, "rows") > 0 || lf_view_at(holdout, "auc") != NULL;
  if (*is_holdout) return holdout;
  return json_is_object(training) ? training : NULL;
}

const json_t *lf_view_mql_row(const json_t *report) {
  double threshold = lf_view_number(report, "mql.threshold");
  size_t i;
  json_t *row;
  if (isnan(threshold)) return NULL;
  lf_view_each(lf_view_at(report, "thresholds"), i, row) {
    if (lf_view_number(row, "threshold") >= threshold && lf_view_number(row, "threshold") <= threshold)
      return row;
  }
  return NULL;
}

const char *lf_view_name(const json_t *report) {
  const char *name = lf_view_text(report, "name");
  const json_t *inputs = lf_view_list(report, "provenance.inputs");
  if (inputs == NULL) inputs = lf_view_list(report, "inputs");
  const char *input = lf_view_text(json_array_get(inputs, 0), "name");
  if (name != NULL || input == NULL) return name != NULL ? name : "Lead score";
  const char *slash = strrchr(input, '/');
  return slash != NULL && slash[1] != '\0' ? slash + 1 : input;
}

/* Characters that are there to be seen: controls would reach the terminal, direction marks would re-order
 * what stands beside them. */
static bool harmful(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200B && c <= 0x200F && c != 0x200D) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F) || (c & 0xFFFE) == 0xFFFE ||
         (c >= 0xFDD0 && c <= 0xFDEF);
}

static uint32_t decode(const unsigned char *s, size_t n) {
  if (n == 1) return s[0];
  if (n == 2) return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3Fu);
  if (n == 3) return (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3Fu);
  return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 | (uint32_t)(s[2] & 0x3F) << 6 |
         (s[3] & 0x3Fu);
}

uint32_t lf_view_character(const char *text, size_t n, size_t *at) {
  const unsigned char *s = (const unsigned char *)text + *at;
  size_t size = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;
  if (*at + size > n || lf_utf8_valid_prefix((const char *)s, size) != size) {
    *at += 1;
    return 0xFFFD;
  }
  *at += size;
  uint32_t c = decode(s, size);
  if (c == '\t' || c == '\n' || c == '\r') return ' ';
  return harmful(c) ? 0xFFFD : c;
}

void lf_view_add_character(lf_text *out, uint32_t c) {
  char s[4];
  size_t n = 0;
  if (c < 0x80) {
    s[n++] = (char)c;
  } else if (c < 0x800) {
    s[n++] = (char)(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    s[n++] = (char)(0xE0 | c >> 12);
    s[n++] = (char)(0x80 | (c >> 6 & 0x3F));
  } else {
    s[n++] = (char)(0xF0 | c >> 18);
    s[n++] = (char)(0x80 | (c >> 12 & 0x3F));
    s[n++] = (char)(0x80 | (c >> 6 & 0x3F));
  }
  if (c >= 0x80) s[n++] = (char)(0x80 | (c & 0x3F));
  lf_text_add_n(out, s, n);
}

/* wcwidth(3) follows the locale, and output must not: the ranges of Unicode 15 that matter, combining marks
 * and East Asian wide. */
int lf_view_columns(uint32_t c) {
  static const uint32_t none[][2] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},  {0x0610, 0x061A},
                                     {0x064B, 0x065F}, {0x06D6, 0x06DC}, {0x0E34, 0x0E3A},  {0x0E47, 0x0E4E},
                                     {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200D, 0x200D},  {0x20D0, 0x20F0},
                                     {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};
  static const uint32_t two[][2] = {
      {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},  {0xA960, 0xA97C},
      {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},  {0xFFE0, 0xFFE6},
      {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    if (c >= none[i][0] && c <= none[i][1]) return 0;
  }
  for (size_t i = 0; i < sizeof two / sizeof *two; i++) {
    if (c >= two[i][0] && c <= two[i][1]) return 2;
  }
  return 1;
}

lf_status lf_view_give(lf_text *text, char **bytes, size_t *n, lf_error *err) {
  lf_status status = lf_text_status(text, err);
  if (status == LF_OK) {
    *bytes = text->data;
    *n = text->length;
    *text = (lf_text){0};
  }
  lf_text_free(text);
  return status;
}
