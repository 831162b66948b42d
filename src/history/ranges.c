#include "history/ranges.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "ingest/value.h"

enum { LONGEST = 40 };

static char small(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_letter(char c) {
  return small(c) >= 'a' && small(c) <= 'z';
}

static void skip_blanks(const char **p) {
  while (**p == ' ' || **p == '\t') (*p)++;
}

/* Takes one of the words, whole, whatever its case. */
static bool take(const char **p, const char *const *words) {
  skip_blanks(p);
  for (; *words; words++) {
    size_t n = 0;
    while ((*words)[n] && small((*p)[n]) == (*words)[n]) n++;
    bool cut = is_letter((*words)[0]) && is_letter((*p)[n]);
    if ((*words)[n] || cut) continue;
    *p += n;
    return true;
  }
  return false;
}

/* The digits here, n of them with their marks: "1,001", "1.001", "2.5"; a point with three digits behind it
 * groups. */
static bool read_digits(const char *text, size_t n, double *value) {
  const char *point = memchr(text, '.', n);
  bool groups = point && (size_t)(text + n - point) % 4 == 0;
  lf_number_look look;
  return !lf_is_zero_code(text, n) &&
         lf_read_number(text, n, groups ? LF_MARK_COMMA : LF_MARK_POINT, value, &look);
}

/* "1,001", "2.5", "10k", "$1M"; *unit: what its letter stands for, 1 without. */
static bool take_amount(const char **p, double *value, double *unit) {
  static const char *const signs[] = {"$", "\u20ac", "\u00a3", "usd", "eur", "gbp", NULL};
  static const char *const thousands[] = {"k", NULL}, *const millions[] = {"m", "mio", "mn", NULL},
                           *const billions[] = {"b", "bn", NULL};
  take(p, signs);
  skip_blanks(p);
  size_t n = strspn(*p, "0123456789,.");
  if (!read_digits(*p, n, value)) return false;
  *p += n;
  *unit = take(p, thousands) ? 1e3 : take(p, millions) ? 1e6 : take(p, billions) ? 1e9 : 1;
  take(p, signs);
  return true;
}

/* What may follow: words of what is counted. */
static bool ends(const char *p) {
  for (; *p; p++)
    if (!is_letter(*p) && *p != ' ') return false;
  return true;
}

double lf_range_from(const char *text, bool *spans) {
  static const char *const below[] = {"<=",        "<",          "\u2264", "under", "below",
                                      "less than", "fewer than", "up to",  NULL};
  static const char *const above[] = {">=", ">", "\u2265", "over", "above", "more than", "at least", NULL};
  static const char *const to[] = {"-", "\u2013", "\u2014", "to", NULL};
  static const char *const more[] = {"+", "or more", "and more", "and above", "and over", NULL};
  double from = 0, end = 0, unit = 1, end_unit = 1;
  const char *p = text;
  bool low = take(&p, below), high = !low && take(&p, above);
  *spans = low || high;
  if (strlen(text) > LONGEST) return NAN;
  if (!take_amount(&p, &from, &unit)) return NAN;
  if (!*spans && take(&p, to)) {
    *spans = true;
    if (!take_amount(&p, &end, &end_unit)) return NAN;
    if (unit == 1 && from < end) unit = end_unit; /* "1-5M" */
    if (!(from * unit < end * end_unit)) return NAN;
  } else if (!*spans)
    *spans = take(&p, more);
  if (!ends(p)) return NAN;
  return low ? -INFINITY : from * unit;
}
