#include "base/csv.h"

#include <string.h>

static void add(lf_text *out, const char *value, char delimiter, const char *front) {
  size_t n = strlen(value);
  bool blank = n && (strchr(" \t", value[0]) || strchr(" \t", value[n - 1]));
  if (!*front && !blank && !strpbrk(value, "\"\r\n") && !strchr(value, delimiter)) {
    lf_text_add(out, value);
    return;
  }
  lf_text_addf(out, "\"%s", front);
  for (const char *p = value; *p; p++) lf_text_add_n(out, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
  lf_text_add(out, "\"");
}

void lf_csv_field(lf_text *out, const char *value, char delimiter) {
  double number;
  bool formula = value[0] && strchr("=+-@\t\r", value[0]) && !lf_parse_double(value, strlen(value), &number);
  add(out, value, delimiter, formula ? "'" : "");
}

void lf_csv_exact(lf_text *out, const char *value, char delimiter) {
  add(out, value, delimiter, "");
}
