/* Numbers as people write them: $22,700.00, 1.234,56 EUR, (120), 45%, 1 234 567, 1e-3. */
#include <string.h>

#include "base/text.h"
#include "ingest/value.h"

static const char *const symbols[] = {
    "$",  "\xe2\x82\xac", "\xc2\xa3",     "\xc2\xa5",     "\xe2\x82\xb9", "R$",           "US$",
    "A$", "C$",           "\xe2\x82\xa9", "\xe2\x82\xba", "\xe2\x82\xbd", "\xe2\x82\xaa", "z\xc5\x82"};
static const char *const codes[] = {"USD", "EUR", "GBP", "CHF", "JPY", "INR", "AUD", "CAD",
                                    "BRL", "CNY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
                                    "NZD", "ZAR", "MXN", "SGD", "HKD", "RUB", "TRY", "KRW",
                                    "ILS", "AED", "Rs.", "Rs",  "kr",  "Fr.", "Kc"};

typedef struct span {
  const char *text;
  size_t n;
} span;

static bool digit(char c) {
  return c >= '0' && c <= '9';
}

static void drop(span *s, size_t front, size_t back) {
  s->text += front;
  s->n -= front + back;
  lf_trim(&s->text, &s->n);
}

static char fold(char c) {
  return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool drop_word(span *s, const char *word) {
  size_t n = strlen(word);
  if (s->n <= n || (fold(word[0]) != fold(s->text[0]) && fold(word[n - 1]) != fold(s->text[s->n - 1])))
    return false;
  if (lf_same_span(s->text, n, word, n)) {
    drop(s, n, 0);
    return true;
  }
  if (lf_same_span(s->text + s->n - n, n, word, n)) {
    drop(s, 0, n);
    return true;
  }
  return false;
}

static bool drop_currency(span *s) {
  if (digit(s->text[0]) && digit(s->text[s->n - 1])) return false;
  for (size_t i = sizeof symbols / sizeof *symbols; i-- > 0;)
    if (drop_word(s, symbols[i])) return true;
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (drop_word(s, codes[i])) return true;
  return false;
}

/* Length of a separator of thousands at s: the other mark, an apostrophe, a space, a no-break or narrow
 * space; 0: none. */
static size_t group_mark(const char *s, size_t n, lf_decimal_mark mark) {
  if (s[0] == (mark == LF_MARK_POINT ? ',' : '.') || s[0] == '\'' || s[0] == ' ') return 1;
  if (n >= 2 && memcmp(s, "\xc2\xa0", 2) == 0) return 2;
  if (n >= 3 && (memcmp(s, "\xe2\x80\xaf", 3) == 0 || memcmp(s, "\xe2\x80\x99", 3) == 0)) return 3;
  return 0;
}

/* Writes the digits of a grouped whole part to out; returns the bytes read, 0 where the groups are no
 * thousands. The first byte is a digit. Groups but the first have three digits, or two and a last one of
 * three (1,00,000). One mark throughout. */
static size_t read_groups(const char *s, size_t n, lf_decimal_mark mark, char *out, size_t *n_out,
                          bool *grouped) {
  enum { MOST = 32 };
  size_t i = 0, group = 0, first = 0, n_groups = 0;
  const char *used = NULL;
  size_t used_n = 0;
  bool pairs = false;
  *n_out = 0;
  for (;;) {
    group = 0;
    while (i < n && digit(s[i]) && *n_out < MOST) out[(*n_out)++] = s[i++], group++;
    if (*n_out >= MOST) return 0;
    if (n_groups == 0) first = group;
    if (n_groups && group == 2) pairs = true;
    if (n_groups && group != 3 && group != 2) return 0;
    size_t length = i < n ? group_mark(s + i, n - i, mark) : 0;
    if (!length || i + length >= n || !digit(s[i + length])) break;
    if (used && (length != used_n || memcmp(used, s + i, length) != 0)) return 0;
    if (n_groups && pairs != (group == 2)) return 0;
    used = s + i;
    used_n = length;
    i += length;
    n_groups++;
  }
  *grouped = n_groups > 0;
  if (n_groups && (group != 3 || first > 3 || out[0] == '0' || (pairs && first > 2))) return 0;
  return i;
}

/* The digits of s in plain form ("-1234.5") into out. */
static bool plain_form(span s, lf_decimal_mark mark, char out[80], size_t *n_out, lf_number_look *look) {
  size_t whole = 0, i = 0;
  if (s.n >= 64) return false;
  if (digit(s.text[0])) {
    i = read_groups(s.text, s.n, mark, out, &whole, &look->grouped);
    if (!i) return false;
  } else {
    out[whole++] = '0';
  }
  *n_out = whole;
  if (i == s.n) return whole <= 15;
  if (s.text[i] != (mark == LF_MARK_POINT ? '.' : ',')) return false;
  look->fraction = true;
  out[(*n_out)++] = '.';
  for (i++; i < s.n && digit(s.text[i]); i++) out[(*n_out)++] = s.text[i];
  return i == s.n; /* a digit stands before the mark or after it: who has none is told at once */
}

static bool plain_number(const char *text, size_t n, double *value, lf_number_look *look) {
  bool sign = text[0] == '-' || text[0] == '+';
  size_t digits = 0;
  bool whole = true;
  for (size_t i = sign; i < n; i++) {
    if (digit(text[i]))
      digits++;
    else
      whole = false;
    if (text[i] == '.') look->fraction = true;
  }
  if (whole && digits > 15) return false;                  /* an id */
  if (whole && text[0] == '+' && digits > 9) return false; /* a telephone number */
  look->plain = true;
  return lf_parse_double(text, n, value);
}

bool lf_is_zero_code(const char *text, size_t n) {
  if (n < 2 || text[0] != '0') return false;
  for (size_t i = 0; i < n; i++)
    if (!digit(text[i])) return false;
  return true;
}

static void drop_sign(span *s, bool *negative) {
  if (s->n > 1 && (s->text[0] == '-' || s->text[0] == '+')) {
    *negative ^= s->text[0] == '-';
    drop(s, 1, 0);
  } else if (s->n > 3 && memcmp(s->text, "\xe2\x88\x92", 3) == 0) { /* U+2212 */
    *negative = !*negative;
    drop(s, 3, 0);
  }
}

/* Few texts are numbers: those with no digit, or more letters than a currency code has, are told at once. */
static bool hopeless(const char *text, size_t n) {
  size_t letters = 0, digits = 0;
  for (size_t i = 0; i < n && letters <= 4; i++) {
    letters += (text[i] | 32) >= 'a' && (text[i] | 32) <= 'z';
    digits += digit(text[i]);
  }
  return letters > 4 || !digits;
}

bool lf_read_number(const char *text, size_t n, lf_decimal_mark mark, double *value, lf_number_look *look) {
  *look = (lf_number_look){0};
  if (!n || n > 64 || hopeless(text, n)) return false;
  if (mark == LF_MARK_POINT && plain_number(text, n, value, look)) return true;
  *look = (lf_number_look){0};
  span s = {text, n};
  bool negative = false;
  if (s.n > 2 && s.text[0] == '(' && s.text[s.n - 1] == ')') {
    look->parentheses = negative = true;
    drop(&s, 1, 1);
  }
  drop_sign(&s, &negative);
  bool signed_before = s.text != text && !look->parentheses;
  if (s.n > 1) look->currency = drop_currency(&s);
  if (s.n > 1 && s.text[s.n - 1] == '%') {
    look->percent = true;
    drop(&s, 0, 1);
  }
  if (!signed_before && look->currency) drop_sign(&s, &negative);
  char plain[80];
  size_t length = 0;
  if (!plain_form(s, mark, plain, &length, look)) return false;
  if (!look->currency && !look->grouped && n > 10 && text[0] == '+' && !look->fraction) return false;
  if (!lf_parse_double(plain, length, value)) return false;
  if (negative) *value = -*value;
  return true;
}
