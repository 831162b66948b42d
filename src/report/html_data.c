/* What the report stands on: rows and columns used, left out and asked about; and how to run it again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/tree.h"
#include "report/html_sections.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* ---- data ------------------------------------------------------------------------------------------ */

static void add_list(lf_text *out, const char *heading, const json_t *sentences) {
  size_t i;
  json_t *sentence;
  if (json_array_size(sentences) == 0) return;
  lf_text_addf(out, "<h3>%s</h3>\n<ul>\n", heading);
  lf_view_each(sentences, i, sentence) {
    if (!json_is_string(sentence)) continue;
    lf_text_add(out, "<li>");
    lf_html_data(out, json_string_value(sentence), 600);
    lf_text_add(out, "</li>\n");
  }
  lf_text_add(out, "</ul>\n");
}

static void add_suspicions(lf_text *out, const json_t *columns) {
  size_t i, n = 0;
  json_t *column;
  lf_view_each(columns, i, column) {
    const char *suspicion = lf_view_text(column, "suspicion");
    if (suspicion == NULL) continue;
    if (n++ == 0)
      lf_text_add(out, "<h3>When is this known?</h3>\n<p>What is filled in after the outcome explains it "
                       "without predicting "
                       "anything. Ask whoever keeps these columns.</p>\n<dl class=\"questions\">\n");
    lf_text_add(out, "<div><dt>");
    lf_html_data(out, lf_view_text(column, "name"), 120);
    lf_text_add(out, "</dt><dd>");
    lf_html_data(out, suspicion, 400);
    lf_text_add(out, "</dd></div>\n");
  }
  if (n > 0) lf_text_add(out, "</dl>\n");
}

static void add_row_facts(lf_text *out, const json_t *data) {
  lf_text_add(out, "<dl class=\"facts\">\n");
  lf_html_fact(out, "Rows read", lf_view_number(data, "rows"), LF_HTML_COUNT);
  lf_html_fact(out, "Used", lf_view_number(data, "used"), LF_HTML_COUNT);
  lf_html_fact(out, "Won", lf_view_number(data, "won"), LF_HTML_COUNT);
  lf_html_fact(out, "Lost", lf_view_number(data, "lost"), LF_HTML_COUNT);
  lf_html_fact(out, "Open, not judged", lf_view_number(data, "open"), LF_HTML_COUNT);
  lf_text_add(out, "</dl>\n");
}

void lf_html_data_used(lf_text *out, const json_t *report) {
  static const lf_html_column reasons[] = {{"Reason", "reason", LF_HTML_NAME},
                                           {"Rows", "rows", LF_HTML_COUNT}};
  static const lf_html_column columns[] = {
      {"Column", "name", LF_HTML_NAME},         {"Kind", "kind", LF_HTML_TEXT},
      {"Role", "role", LF_HTML_TEXT},           {"Owner", "owner", LF_HTML_TEXT},
      {"Missing", "missing", LF_HTML_COUNT},    {"Distinct", "distinct", LF_HTML_COUNT},
      {"Why left out", "reason", LF_HTML_TEXT}, {"Note", "note", LF_HTML_TEXT},
  };
  const json_t *data = lf_view_at(report, "data");
  const json_t *excluded = lf_view_list(data, "excluded"), *list = lf_view_list(data, "columns");
  lf_html_section(out, "data", "What was used, and what was left out", NULL);
  if (data == NULL) {
    lf_html_missing(out, "the result does not describe its data");
    lf_html_section_close(out);
    return;
  }
  add_row_facts(out, data);
  add_suspicions(out, list);
  lf_html_leaks(out, report);
  if (excluded != NULL) {
    const lf_html_table table = {"Rows left out", reasons, COUNT_OF(reasons), excluded, NULL, NULL, 0};
    lf_html_records(out, &table);
  }
  lf_html_maturity(out, report);
  if (list != NULL) {
    const lf_html_table table = {"Columns", columns, COUNT_OF(columns), list, NULL, NULL, 0};
    lf_text_add(out, "<details><summary>Every column: its kind, its role, why it was left out</summary>\n");
    lf_html_records(out, &table);
    lf_text_add(out, "</details>\n");
  }
  add_list(out, "What was inferred", lf_view_at(data, "notes"));
  lf_html_section_close(out);
}

/* ---- reproduction ---------------------------------------------------------------------------------- */

static void add_options(lf_text *out, const json_t *options) {
  const char *key;
  json_t *value;
  if (json_object_size(options) == 0) return;
  lf_text_add(out, "<h3>Options</h3>\n<dl class=\"options\">\n");
  json_object_foreach((json_t *)options, key, value) {
    char *written = NULL;
    size_t n = 0;
    if (json_is_null(value)) continue;
    if (!json_is_string(value) && lf_tree_write_compact(value, &written, &n, NULL) != LF_OK)
      out->failed = true;
    lf_text_add(out, "<div><dt>");
    lf_html_data(out, key, 60);
    lf_text_add(out, "</dt><dd>");
    if (n) written[n - 1] = '\0'; /* its end of line */
    lf_html_data(out, json_is_string(value) ? json_string_value(value) : written, 300);
    lf_text_add(out, "</dd></div>\n");
    free(written);
  }
  lf_text_add(out, "</dl>\n");
}

void lf_html_inputs(lf_text *out, const json_t *inputs) {
  size_t i;
  json_t *input;
  lf_view_each(inputs, i, input) {
    lf_text_add(out, "<div class=\"input\"><b>");
    lf_html_data(out, lf_view_text(input, "name"), 200);
    lf_text_add(out, "</b>");
    if (!isnan(lf_view_number(input, "rows"))) {
      lf_text_add(out, ", ");
      lf_people_counted(out, lf_view_number(input, "rows"), "row", "rows");
    }
    if (!isnan(lf_view_number(input, "bytes"))) {
      lf_text_add(out, ", ");
      lf_people_bytes(out, lf_view_number(input, "bytes"));
    }
    if (lf_view_text(input, "sha256") != NULL) {
      lf_text_add(out, "<br>SHA-256 <code>");
      lf_html_data(out, lf_view_text(input, "sha256"), 64);
      lf_text_add(out, "</code>");
    }
    lf_text_add(out, "</div>\n");
  }
}

void lf_html_reproduce(lf_text *out, const json_t *report) {
  const json_t *from = lf_view_at(report, "provenance");
  lf_html_section(out, "reproduce", "How to run this again",
                  "The same inputs and options give the same bytes, on any machine and with any number of "
                  "threads. Every number "
                  "here stands in report.json too.");
  if (from == NULL) {
    lf_html_missing(out, "the result does not say where it comes from");
    lf_html_section_close(out);
    return;
  }
  if (lf_view_text(from, "command") != NULL) {
    lf_text_add(out, "<pre><code>");
    lf_html_data(out, lf_view_text(from, "command"), 4000);
    lf_text_add(out, "</code></pre>\n");
  }
  lf_html_inputs(out, lf_view_at(from, "inputs"));
  lf_text_add(out, "<dl class=\"facts\">\n");
  lf_html_fact_text(out, "Program", lf_view_text(from, "program"));
  lf_html_fact_text(out, "Version", lf_view_text(from, "version"));
  lf_html_fact(out, "Seed", lf_view_number(from, "seed"), LF_HTML_COUNT);
  lf_text_add(out, "</dl>\n");
  add_options(out, lf_view_at(from, "options"));
  lf_html_section_close(out);
}

/* ---- words ----------------------------------------------------------------------------------------- */

void lf_html_words(lf_text *out) {
  static const char *const words[][2] = {
      {"AUC, pairs of 100",
       "Take one won and one lost lead at random: how often the won one has the higher score. 50 is a coin, "
       "100 is perfect."},
      {"Holdout", "Leads set aside before anything was fitted. They chose no band, no attribute, no penalty "
                  "and no threshold; "
                  "they only judge."},
      {"95% interval", "Where the figure could lie given how few or many leads stand behind it."},
      {"Calibration slope",
       "1 when the probabilities are spread as they should be; below 1 they are too sure of themselves, "
       "above 1 too timid."},
      {"Calibration in the large", "0 when as many leads win as were promised; below 0 fewer win."},
      {"Lift", "Win rate of a group divided by the win rate of all."},
      {"q", "The share of findings with a value this small that would be expected to be false."},
      {"Band", "One level of an attribute: an interval, a set of values, missing, or other (values too rare "
               "or never seen)."},
  };
  lf_html_section(out, "words", "Words", NULL);
  lf_text_add(out, "<dl class=\"words\">\n");
  for (size_t i = 0; i < COUNT_OF(words); i++)
    lf_text_addf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", words[i][0], words[i][1]);
  lf_text_add(out, "</dl>\n");
  lf_html_section_close(out);
}
