/* What every page has around its sections: its style, its scripts, and a policy that lets those scripts run
 * and nothing else. Each script is named by its hash, so that no text from the data can become one, and no
 * request can leave the page. A page without charts has no script; without scripts a page is the same page
 * without charts and slider. */
#include <math.h>
#include <stdlib.h>

#include "base/tree.h"
#include "report/html_sections.h"

/* The chart libraries as tools/charts/bundle made them. */
static const unsigned char libraries[] = {
#include "report/vega.js.inc"
};
static const unsigned char charts[] = {
#include "report/charts.js.inc"
};
static const char libraries_hash[] =
#include "report/vega.js.sha256"
    ;
static const char charts_hash[] =
#include "report/charts.js.sha256"
    ;

/* report.css, turned into bytes when built. */
static const unsigned char style[] = {
#include "report/report.css.inc"
};

void lf_html_page_open(lf_text *out, const char *name, const char *kind) {
  lf_text_addf(out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s' "
               "'%s'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
               libraries_hash, charts_hash);
  lf_html_cut(out, name, 120);
  lf_text_addf(out, " \xC2\xB7 leadfit %s</title>\n<style>\n", kind);
  lf_text_add_n(out, (const char *)style, sizeof style);
  lf_text_add(out, "</style>\n</head>\n<body>\n");
}

void lf_html_header_open(lf_text *out, const char *name) {
  lf_text_add(out, "<header>\n<p class=\"name\">");
  lf_html_data(out, name, 120);
  lf_text_add(out, "</p>\n<ul class=\"about\">");
}

void lf_html_header_close(lf_text *out) {
  lf_text_add(out, "</ul>\n</header>\n");
}

void lf_html_about(lf_text *out, double value, const char *one, const char *many) {
  if (isnan(value)) return;
  lf_text_add(out, "<li>");
  lf_people_counted(out, value, one, many);
  lf_text_add(out, "</li>");
}

void lf_html_verdict_open(lf_text *out, const char *mood, const char *sign, const char *title) {
  lf_text_addf(out, "<div class=\"verdict %s\">\n<h1>", mood);
  if (sign != NULL) lf_text_addf(out, "<span class=\"sign\" aria-hidden=\"true\">%s</span> ", sign);
  lf_html_text(out, title);
  lf_text_add(out, "</h1>\n");
}

void lf_html_sentences(lf_text *out, const json_t *sentences) {
  size_t i;
  json_t *sentence;
  lf_text_add(out, "<ul>\n");
  lf_view_each(sentences, i, sentence) {
    if (!json_is_string(sentence)) continue;
    lf_text_add(out, "<li>");
    lf_html_text(out, json_string_value(sentence));
    lf_text_add(out, "</li>\n");
  }
  lf_text_add(out, "</ul>\n");
}

void lf_html_cautions(lf_text *out, const char *heading, const json_t *sentences) {
  if (json_array_size(sentences) == 0) return;
  lf_text_addf(out, "<aside class=\"cautions\" aria-label=\"%s\">\n<h2>%s</h2>\n", heading, heading);
  lf_html_sentences(out, sentences);
  lf_text_add(out, "</aside>\n");
}

/* JSON inside <script>: no character that could begin markup is left as it is. */
static void add_json(lf_text *out, const char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (bytes[i] == '<' || bytes[i] == '>' || bytes[i] == '&') {
      lf_text_addf(out, "\\u%04x", (unsigned)bytes[i]);
    } else if (bytes[i] != '\n') { /* none inside a string */
      lf_text_add_n(out, bytes + i, 1);
    }
  }
}

static void add_scripts(lf_text *out, const json_t *data) {
  char *bytes = NULL;
  size_t n = 0;
  if (lf_tree_write(data, &bytes, &n, NULL) != LF_OK) {
    out->failed = true;
    return;
  }
  lf_text_add(out, "<script type=\"application/json\" id=\"chart-data\">");
  add_json(out, bytes, n);
  lf_text_add(out, "</script>\n<script>");
  lf_text_add_n(out, (const char *)libraries, sizeof libraries);
  lf_text_add(out, "</script>\n<script>");
  lf_text_add_n(out, (const char *)charts, sizeof charts);
  lf_text_add(out, "</script>\n");
  free(bytes);
}

void lf_html_page_close(lf_text *out, json_t *data) {
  if (data != NULL) add_scripts(out, data);
  lf_text_add(out, "</body>\n</html>\n");
  json_decref(data);
}
