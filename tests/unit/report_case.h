/* What tests of the views share: a tree from JSON, what a view writes of it, and what must stand there. */
#ifndef LF_TEST_REPORT_CASE_H
#define LF_TEST_REPORT_CASE_H

#include <jansson.h>

#include "base/status.h"
#include "base/text.h"

typedef lf_status (*text_view)(const json_t *, bool, int, char **, size_t *, lf_error *);
typedef lf_status (*byte_view)(const json_t *, char **, size_t *, lf_error *);

json_t *tree_of(const char *json);
/* What views write of a tree; of a page, up to its scripts. The caller frees. */
char *terminal_of(text_view view, const char *json, bool colour, int width);
char *bytes_of(byte_view view, const char *json);
char *page_of(byte_view view, const char *json);

void has(const char *text, const char *part);
void lacks(const char *text, const char *part);
/* All parts up to NULL stand there; none of them does. */
void has_all(const char *text, const char *const *parts, size_t most);
void lacks_all(const char *text, const char *const *parts, size_t most);
/* What was written to text, and empties it. */
void reads(lf_text *text, const char *want);
void holds(lf_text *text, const char *part);

#endif
