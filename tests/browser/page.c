/* page REPORT.json REPORT.html: the page of a report tree, for the tests that open it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/tree.h"
#include "report/report.h"

int main(int argc, char **argv) {
  json_t *report = NULL;
  char *html = NULL;
  size_t n = 0;
  lf_error err = {0};
  if (argc != 3) return 2;
  lf_status status = lf_tree_load(argv[1], &report, &err);
  if (status == LF_OK) status = lf_report_html(report, &html, &n, &err);
  FILE *out = status == LF_OK ? fopen(argv[2], "wb") : NULL;
  bool written = out && fwrite(html, 1, n, out) == n;
  written = out && fclose(out) == 0 && written;
  if (!written) fprintf(stderr, "page: %s\n", status == LF_OK ? "could not write" : err.message);
  free(html);
  json_decref(report);
  return written ? 0 : 1;
}
