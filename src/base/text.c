#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool reserve(lf_text *text, size_t more) {
  if (text->failed) return false;
  if (more > SIZE_MAX - text->length - 1 ||
      lf_grow(&text->data, &text->capacity, text->length + more + 1, 1, NULL) != LF_OK)
    text->failed = true;
  return !text->failed;
}

void lf_text_add_n(lf_text *text, const char *bytes, size_t n) {
  if (!reserve(text, n)) return;
  if (n) memcpy(text->data + text->length, bytes, n);
  text->length += n;
  text->data[text->length] = '\0';
}

void lf_text_add(lf_text *text, const char *string) {
  lf_text_add_n(text, string, strlen(string));
}

void lf_text_addf(lf_text *text, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  if (n < 0) text->failed = true;
  if (n >= 0 && reserve(text, (size_t)n)) {
    vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
    text->length += (size_t)n;
  }
  va_end(again);
  va_end(args);
}

void lf_text_add_double(lf_text *text, double value) {
  char number[LF_DOUBLE_TEXT];
  lf_format_double(value, number);
  lf_text_add(text, number);
}

void lf_text_add_fixed(lf_text *text, double value, int decimals) {
  char number[400]; /* the largest double has 309 digits before the point */
  if (lf_format_fixed(value, decimals, number, sizeof number) < 0)
    text->failed = true;
  else
    lf_text_add(text, number);
}

void lf_text_add_json(lf_text *text, const char *bytes, size_t n) {
  size_t from = 0;
  lf_text_add_n(text, "\"", 1);
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f) continue;
    lf_text_add_n(text, bytes + from, i - from);
    lf_text_addf(text, c == '"' || c == '\\' ? "\\%c" : "\\u%04x", c);
    from = i + 1;
  }
  lf_text_add_n(text, bytes + from, n - from);
  lf_text_add_n(text, "\"", 1);
}

void lf_text_add_grouped(lf_text *text, double value, int decimals) {
  static const double largest_exact = 9007199254740992.0; /* beyond, digits would be invention */
  char digits[64];
  if (!(fabs(value) <= largest_exact) || lf_format_fixed(fabs(value), decimals, digits, sizeof digits) < 0) {
    lf_text_add_double(text, value);
    return;
  }
  if (value < 0 && strpbrk(digits, "123456789") != NULL)
    lf_text_add(text, "\xE2\x88\x92"); /* U+2212, as wide as a plus */
  size_t whole = strcspn(digits, ".");
  for (size_t i = 0; i < whole; i++) {
    if (i > 0 && (whole - i) % 3 == 0) lf_text_add(text, ",");
    lf_text_add_n(text, digits + i, 1);
  }
  lf_text_add(text, digits + whole);
}

const char *lf_text_part(lf_text *whole, const lf_text *part) {
  whole->failed = whole->failed || part->failed;
  return part->data ? part->data : "";
}

lf_status lf_text_status(const lf_text *text, lf_error *err) {
  if (text->failed) return lf_fail(err, LF_E_MEMORY, "not enough memory for text of %zu bytes", text->length);
  return LF_OK;
}

void lf_text_free(lf_text *text) {
  free(text->data);
  *text = (lf_text){0};
}

/* printf writes the locale's decimal point, which may be several bytes; put '.' there. */
static void plain_point(char *number) {
  char *p = number;
  while (*p == '-' || *p == '+' || (*p >= '0' && *p <= '9')) p++;
  if (!*p || *p == 'e' || *p == '.') return;
  char *rest = p;
  while (*rest && !(*rest >= '0' && *rest <= '9') && *rest != 'e') rest++;
  *p++ = '.';
  memmove(p, rest, strlen(rest) + 1);
}

void lf_format_double(double value, char out[LF_DOUBLE_TEXT]) {
  if (isnan(value)) {
    strcpy(out, "nan");
    return;
  }
  if (isinf(value)) {
    strcpy(out, value > 0 ? "inf" : "-inf");
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(out, LF_DOUBLE_TEXT, "%.*g", digits, value);
    plain_point(out);
    double back = 0;
    if (lf_parse_double(out, strlen(out), &back) && back == value) return;
  }
}

int lf_format_fixed(double value, int decimals, char *out, size_t size) {
  int n = snprintf(out, size, "%.*f", decimals, value);
  if (n < 0 || (size_t)n >= size) return -1;
  if (!isfinite(value)) return n;
  plain_point(out);
  return (int)strlen(out);
}

void lf_trim(const char **text, size_t *n) {
  const char *p = *text, *end = p + *n;
  for (;;) {
    if (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
      p++;
    else if (end - p >= 2 && (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] == 0xa0)
      p += 2;
    else
      break;
  }
  for (;;) {
    if (p < end && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')))
      end--;
    else if (end - p >= 2 && (unsigned char)end[-2] == 0xc2 && (unsigned char)end[-1] == 0xa0)
      end -= 2;
    else
      break;
  }
  *text = p;
  *n = (size_t)(end - p);
}

static unsigned char fold(char c) {
  unsigned char u = (unsigned char)c;
  return (unsigned char)(u >= 'A' && u <= 'Z' ? u + 32 : u);
}

bool lf_same_span(const char *a, size_t na, const char *b, size_t nb) {
  if (na != nb) return false;
  for (size_t i = 0; i < na; i++)
    if (fold(a[i]) != fold(b[i])) return false;
  return true;
}

bool lf_same_text(const char *a, const char *b) {
  return lf_same_span(a, strlen(a), b, strlen(b));
}

int lf_compare_spans(const char *a, size_t na, const char *b, size_t nb) {
  size_t n = na < nb ? na : nb;
  int order = n ? memcmp(a, b, n) : 0;
  if (order) return order;
  return na < nb ? -1 : na > nb;
}

/* Length of the valid UTF-8 character at p (1..4), 0 where there is none. Unicode 15, table 3-7. */
static size_t utf8_character(const unsigned char *p, size_t n) {
  if (p[0] < 0x80) return 1;
  if (p[0] < 0xc2 || p[0] > 0xf4) return 0;
  size_t length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
  if (n < length) return 0;
  unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
  unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
  if (p[1] < low || p[1] > high) return 0;
  for (size_t i = 2; i < length; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  return length;
}

size_t lf_utf8_valid_prefix(const char *text, size_t n) {
  size_t i = 0;
  while (i < n) {
    uint64_t word;
    if (n - i >= sizeof word) { /* eight ASCII bytes at once */
      memcpy(&word, text + i, sizeof word);
      if (!(word & 0x8080808080808080u)) {
        i += sizeof word;
        continue;
      }
    }
    size_t length = utf8_character((const unsigned char *)text + i, n - i);
    if (!length) return i;
    i += length;
  }
  return i;
}
