/* Any text as a number: a finite one, and where it is plain the same that strtod reads; what is written reads
 * back as itself. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ingest/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_c_does(const char *text, size_t n) {
  double plain = 0;
  if (!lf_parse_double(text, n, &plain)) return;
  char *copy = strndup(text, n), *end = NULL;
  if (!copy) return;
  if (strtod(copy, &end) != plain || end != copy + n) abort(); /* the locale is C */
  free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *)data;
  size_t n = size;
  lf_trim(&text, &n);
  for (int mark = LF_MARK_POINT; mark <= LF_MARK_COMMA; mark++) {
    double value = 0;
    lf_number_look look;
    if (lf_read_number(text, n, (lf_decimal_mark)mark, &value, &look) && !isfinite(value)) abort();
  }
  as_c_does(text, n);
  return 0;
}
