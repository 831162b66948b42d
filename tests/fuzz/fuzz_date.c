/* Any text as a date, in each order of day, month and year: a day of the calendar whose own text gives it
 * back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void in_order(const char *text, size_t n, lf_date_order order) {
  double days = 0, again = 0;
  lf_date_parts parts;
  char written[LF_DATE_TEXT];
  if (!lf_read_date(text, n, order, &days, &parts)) return;
  if (!isfinite(days) || parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31) abort();
  lf_format_date(days, written);
  if (!lf_read_date(written, strlen(written), LF_DATE_YMD, &again, &parts)) abort();
  if (fabs(again - days) > 1.0 / 86400) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  size_t n = size;
  lf_trim(&text, &n);
  for (int order = 0; order < LF_DATE_ORDERS; order++) in_order(text, n, (lf_date_order)order);
  return 0;
}
