/* Any text as a number and as a date: a finite number, the same that strtod reads where it is plain; a day
 * that its own text gives back. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void numbers(const char *text, size_t n) {
  double value = 0, plain = 0;
  lf_number_look look;
  for (int mark = LF_MARK_POINT; mark <= LF_MARK_COMMA; mark++)
    if (lf_read_number(text, n, (lf_decimal_mark)mark, &value, &look) && !isfinite(value)) abort();
  if (!lf_parse_double(text, n, &plain)) return;
  char *copy = strndup(text, n), *end = NULL;
  if (!copy) return;
  if (strtod(copy, &end) != plain || end != copy + n) abort(); /* the locale is C */
  free(copy);
}

static void dates(const char *text, size_t n) {
  for (int order = 0; order < LF_DATE_ORDERS; order++) {
    double days = 0, again = 0;
    lf_date_parts parts;
    char written[LF_DATE_TEXT];
    if (!lf_read_date(text, n, (lf_date_order)order, &days, &parts)) continue;
    if (!isfinite(days) || parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31) abort();
    lf_format_date(days, written);
    if (!lf_read_date(written, strlen(written), LF_DATE_YMD, &again, &parts)) abort();
    if (fabs(again - days) > 1.0 / 86400) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  size_t n = size;
  lf_trim(&text, &n);
  numbers(text, n);
  dates(text, n);
  return 0;
}
