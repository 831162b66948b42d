/* The scripts of the page and the policy that lets them run and nothing else: each is named by its hash, so
 * that no text from the data can become a script, and no request can leave the page. */
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

void lf_html_policy(lf_text *out) {
  lf_text_addf(out,
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s' "
               "'%s'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n",
               libraries_hash, charts_hash);
}

void lf_html_scripts(lf_text *out) {
  lf_text_add(out, "<script>");
  lf_text_add_n(out, (const char *)libraries, sizeof libraries);
  lf_text_add(out, "</script>\n<script>");
  lf_text_add_n(out, (const char *)charts, sizeof charts);
  lf_text_add(out, "</script>\n");
}
