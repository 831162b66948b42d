/* Text: a growable buffer, numbers to and from text independent of the locale, comparison and cleaning. */
#ifndef LF_BASE_TEXT_H
#define LF_BASE_TEXT_H

#include "base/status.h"

/* A growable, always NUL-terminated buffer. Zero-initialise; failures stick: after the first failed append
 * the buffer ignores further appends, and lf_text_status tells once at the end. */
typedef struct lf_text {
  char *data; /* NULL until the first append */
  size_t length;
  size_t capacity;
  bool failed;
} lf_text;

void lf_text_add(lf_text *text, const char *string);
void lf_text_add_n(lf_text *text, const char *bytes, size_t n);
void lf_text_addf(lf_text *text, const char *format, ...)
    LF_PRINTF(2, 3);                                  /* no %f %g %e: they follow the locale */
void lf_text_add_double(lf_text *text, double value); /* shortest that reads back the same */
void lf_text_add_fixed(lf_text *text, double value,
                       int decimals); /* '.' as decimal point, whatever the locale */
/* n bytes of UTF-8 as a JSON string, quotes and all. */
void lf_text_add_json(lf_text *text, const char *bytes, size_t n);
void lf_text_add_grouped(lf_text *text, double value,
                         int decimals); /* 12,345.6: a comma every three digits */
/* What a part says that is to stand in a whole: never NULL, `length` bytes. Where the part failed, the whole
 * fails. */
const char *lf_text_part(lf_text *whole, const lf_text *part);
lf_status lf_text_status(const lf_text *text, lf_error *err);
void lf_text_free(lf_text *text);

enum { LF_DOUBLE_TEXT = 32 };
/* The shortest decimal text that reads back as the same double: "0.1", "1e+300", "nan", "inf". */
void lf_format_double(double value, char out[LF_DOUBLE_TEXT]);
/* Fixed decimals, "." as point; returns the length, -1 where it does not fit. */
int lf_format_fixed(double value, int decimals, char *out, size_t size);

/* Plain decimal number ([+-]digits[.digits][e[+-]digits]) over exactly n bytes; false where anything else
 * stands there (hex, nan, inf, spaces, empty). Correctly rounded, whatever the locale. */
bool lf_parse_double(const char *text, size_t n, double *value);
/* A number of bytes from 1 to 2^60, with K, M, G or T for the binary multiples: "65536", "256M", "1.5g".
 * False for anything else. */
bool lf_parse_size(const char *text, size_t n, uint64_t *bytes);

/* Narrows [*text, *text + *n) past ASCII and non-breaking white space at both ends. */
void lf_trim(const char **text, size_t *n);

/* ASCII case-folded equality of a NUL-terminated text and of spans. */
bool lf_same_text(const char *a, const char *b);
bool lf_same_span(const char *a, size_t na, const char *b, size_t nb);

/* Bytewise order of two spans: <0, 0, >0. */
int lf_compare_spans(const char *a, size_t na, const char *b, size_t nb);

/* Length of the longest valid UTF-8 prefix (no overlong forms, no surrogates). Equals n where all is valid.
 */
size_t lf_utf8_valid_prefix(const char *text, size_t n);

#endif
