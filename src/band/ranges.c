#include "band/ranges.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { LONGEST = 40 };

static char small(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
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

/* "1,001", "2.5", "10k", "$1M"; *unit: what its letter stands for, 1 without. */
static bool take_amount(const char **p, double *value, double *unit) {
  static const char *const signs[] = {"$", "\u20ac", "\u00a3", "usd", "eur", "gbp", NULL};
  static const char *const thousands[] = {"k", NULL}, *const millions[] = {"m", "mio", "mn", NULL},
                           *const billions[] = {"b", "bn", NULL};
  double scale = 1;
  take(p, signs);
  skip_blanks(p);
  if (!is_digit(**p)) return false;
  *value = 0;
  for (; is_digit(**p) || ((**p == ',' || **p == '.') && is_digit((*p)[1])); (*p)++) {
    bool group = !is_digit(**p) && is_digit((*p)[2]) && is_digit((*p)[3]) && !is_digit((*p)[4]);
    if (!is_digit(**p) && !group) scale = 0.1;
    if (!is_digit(**p)) continue;
    if (scale == 1) {
      *value = 10 * *value + (**p - '0');
    } else {
      *value += scale * (**p - '0');
      scale /= 10;
    }
  }
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
