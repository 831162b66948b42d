/* Text in Markdown. */
#ifndef LF_BASE_MARKDOWN_H
#define LF_BASE_MARKDOWN_H

#include "base/text.h"

/* Text that Markdown, tables and the HTML they become take as text; control characters become blanks. NULL
 * adds nothing. */
void lf_markdown_text(lf_text *out, const char *text);

#endif
