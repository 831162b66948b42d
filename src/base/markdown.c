#include "base/markdown.h"

#include <string.h>

void lf_markdown_text(lf_text *out, const char *text) {
  for (const char *p = text ? text : ""; *p; p++) {
    if (*p == '<' || *p == '&')
      lf_text_add(out, *p == '<' ? "&lt;" : "&amp;");
    else if ((unsigned char)*p < 0x20 || *p == 0x7f)
      lf_text_add(out, " ");
    else {
      if (strchr("\\`*_{}[]>#|~!", *p)) lf_text_add(out, "\\");
      lf_text_add_n(out, p, 1);
    }
  }
}
