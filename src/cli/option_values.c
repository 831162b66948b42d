#include "cli/option_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

lf_status lf_option_set_text(char **field, const char *value, lf_error *err) {
  char *copy = NULL;
  lf_status status = lf_copy_text(value, strlen(value), &copy, err);
  if (status != LF_OK) return status;
  free(*field);
  *field = copy;
  return LF_OK;
}

lf_status lf_option_set_list(lf_text_list *list, const char *value, lf_error *err) {
  lf_text_list_clear(list); /* an option replaces what the project file says */
  return lf_text_list_split(list, value, err);
}

lf_status lf_option_set_number(const char *name, const char *value, double low, double high, double *field,
                               lf_error *err) {
  double number = 0;
  if (!lf_parse_double(value, strlen(value), &number) || number < low || number > high) {
    char a[LF_DOUBLE_TEXT], b[LF_DOUBLE_TEXT];
    lf_format_double(low, a);
    lf_format_double(high, b);
    return lf_fail(err, LF_E_USAGE, "--%s takes a number from %s to %s, not '%s'", name, a, b, value);
  }
  *field = number;
  return LF_OK;
}

lf_status lf_option_set_whole(const char *name, const char *value, double low, double high, double *field,
                              lf_error *err) {
  lf_status status = lf_option_set_number(name, value, low, high, field, err);
  if (status == LF_OK && *field != (double)(int64_t)*field)
    return lf_fail(err, LF_E_USAGE, "--%s takes a whole number, not '%s'", name, value);
  return status;
}

lf_status lf_option_set_size(const char *name, const char *value, uint64_t *field, lf_error *err) {
  if (lf_parse_size(value, strlen(value), field)) return LF_OK;
  return lf_fail(err, LF_E_USAGE, "--%s takes a size such as 256M or 4G, not '%s'", name, value);
}
