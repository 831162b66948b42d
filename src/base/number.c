/* Decimal text to double, correctly rounded.
 *
 * A decimal number is m * 10^k with an integer m. Where m < 2^53 and |k| <= 22, both m and 10^|k| are exact
 * doubles, so one multiplication or division rounds once and the result is the nearest double (Clinger 1990,
 * "How to read floating point numbers accurately"). Everything else goes to strtod_l in the C locale. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* What the scan of the text found. */
typedef struct decimal {
  bool negative;
  bool exact; /* mantissa holds all digits */
  uint64_t mantissa;
  int exponent;
} decimal;

static bool digit(char c) {
  return c >= '0' && c <= '9';
}

static size_t scan_digits(const char *text, size_t n, size_t i, decimal *d, int exponent_step) {
  for (; i < n && digit(text[i]); i++) {
    if (d->mantissa >= UINT64_C(900719925474099))
      d->exact = false; /* one more digit could pass 2^53 */
    else {
      d->mantissa = d->mantissa * 10 + (uint64_t)(text[i] - '0');
      d->exponent += exponent_step;
    }
  }
  return i;
}

/* Scans the exponent at text[i] ('e' or 'E'); returns the place after it, or 0 where it is malformed. */
static size_t scan_exponent(const char *text, size_t n, size_t i, decimal *d) {
  i++;
  bool negative = i < n && text[i] == '-';
  if (i < n && (text[i] == '-' || text[i] == '+')) i++;
  if (i >= n || !digit(text[i])) return 0;
  int exponent = 0;
  for (; i < n && digit(text[i]); i++)
    if (exponent < 100000) exponent = exponent * 10 + (text[i] - '0');
  d->exponent += negative ? -exponent : exponent;
  return i;
}

static bool scan(const char *text, size_t n, decimal *d) {
  size_t i = 0;
  *d = (decimal){.exact = true};
  if (i < n && (text[i] == '-' || text[i] == '+')) d->negative = text[i++] == '-';
  size_t start = i;
  i = scan_digits(text, n, i, d, 0);
  size_t digits = i - start;
  if (i < n && text[i] == '.') {
    start = ++i;
    i = scan_digits(text, n, i, d, -1);
    digits += i - start;
  }
  if (!digits) return false;
  if (i < n && (text[i] == 'e' || text[i] == 'E')) i = scan_exponent(text, n, i, d);
  return i == n;
}

/* The slow path: a NUL-terminated copy through strtod in the C locale. */
static bool convert(const char *text, size_t n, double *value) {
  char local[128];
  char *copy = n < sizeof local ? local : malloc(n + 1);
  if (!copy) return false;
  memcpy(copy, text, n);
  copy[n] = '\0';
  locale_t c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
  bool ok = c_locale != (locale_t)0;
  if (ok) {
    char *end = NULL;
    *value = strtod_l(copy, &end, c_locale);
    ok = end == copy + n && isfinite(*value);
    freelocale(c_locale);
  }
  if (copy != local) free(copy);
  return ok;
}

bool lf_parse_double(const char *text, size_t n, double *value) {
  decimal d;
  if (!scan(text, n, &d)) return false;
  if (!d.exact || d.exponent < -22 || d.exponent > 22) return convert(text, n, value);
  double magnitude = (double)d.mantissa;
  magnitude = d.exponent < 0 ? magnitude / power_of_ten[-d.exponent] : magnitude * power_of_ten[d.exponent];
  *value = d.negative ? -magnitude : magnitude;
  return true;
}

bool lf_parse_size(const char *text, size_t n, uint64_t *bytes) {
  static const char multiples[] = "kKmMgGtT";
  double number = 0, factor = 1;
  const char *unit = n ? memchr(multiples, text[n - 1], sizeof multiples - 1) : NULL;
  if (unit) {
    for (long i = 0; i <= (unit - multiples) / 2; i++) factor *= 1024;
    n--;
  }
  if (!n || !lf_parse_double(text, n, &number) || !(number * factor >= 1 && number * factor <= 0x1p60))
    return false;
  *bytes = (uint64_t)(number * factor);
  return true;
}
