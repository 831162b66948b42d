/* The page of `monitor`: does the definition still hold, what each team delivered by it, quarter by quarter,
 * and where leads are lost. */
#include <math.h>
#include <string.h>

#include "report/html_charts.h"
#include "report/html_sections.h"
#include "report/report.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* ---- first screen ----------------------------------------------------------------------------------------
 */

static void add_verdict(lf_text *out, const json_t *monitor) {
  size_t alarms = json_array_size(lf_view_at(monitor, "alarms"));
  lf_text text = {0};
  lf_html_verdict_open(out, alarms ? "bad" : "good", alarms ? "\xE2\x9C\x95" : "\xE2\x9C\x93",
                       alarms ? "The definition no longer holds" : "The definition holds");
  if (alarms == 0)
    lf_text_add(&text, "No alarm");
  else
    lf_people_counted(&text, (double)alarms, "alarm", "alarms");
  lf_text_add(&text, " among ");
  lf_people_counted(&text, (double)json_array_size(lf_view_at(monitor, "checks")), "question", "questions");
  lf_text_add(&text, ". Where nothing has changed, at most ");
  lf_people_percent(&text, lf_view_number(monitor, "alpha"));
  lf_text_add(&text, " of runs raise any.");
  lf_html_paragraph(out, "works", lf_text_part(out, &text));
  lf_text_free(&text);
  if (alarms) lf_html_sentences(out, lf_view_at(monitor, "alarms"));
  lf_text_add(out, "</div>\n");
}

/* A share with the counts it is made of. */
static void add_share(lf_text *out, const char *term, double part, double whole) {
  if (isnan(part) || !(whole > 0)) return;
  lf_text_addf(out, "<div><dt>%s</dt><dd><b>", term);
  lf_people_percent(out, part / whole);
  lf_text_add(out, "</b> <span class=\"counts\">");
  lf_people_count(out, part);
  lf_text_add(out, " of ");
  lf_people_count(out, whole);
  lf_text_add(out, "</span></dd></div>\n");
}

static void add_marketing(lf_text *out, const json_t *monitor) {
  double qualified = lf_view_number(monitor, "funnel.qualified"),
         months = lf_view_number(monitor, "months_spanned");
  lf_text_add(out, "<div class=\"panel\"><h2>Marketing delivered</h2>\n<p class=\"figure\">");
  lf_people_count(out, qualified);
  lf_text_add(out, " <small>qualified leads by the common definition</small></p>\n<dl class=\"delivers\">\n");
  add_share(out, "of all leads", qualified, lf_view_number(monitor, "rows"));
  if (months > 0) {
    lf_text_add(out, "<div><dt>a month</dt><dd><b>");
    lf_html_number(out, qualified / months, LF_HTML_QUANTITY);
    lf_text_add(out, "</b></dd></div>\n");
  }
  lf_text_add(out, "</dl></div>\n");
}

static void add_sales(lf_text *out, const json_t *f) {
  double won = lf_view_number(f, "won"), lost = lf_view_number(f, "lost"), open = lf_view_number(f, "open");
  lf_text_add(out, "<div class=\"panel\"><h2>Sales closed</h2>\n<p class=\"figure\">");
  lf_people_count(out, won + lost);
  lf_text_add(out, " <small>of them</small></p>\n<dl class=\"delivers\">\n");
  add_share(out, "of those won", won, won + lost);
  add_share(out, "still open", open, lf_view_number(f, "qualified"));
  if (lf_view_number(f, "open_too_long") > 0)
    add_share(out, "open for longer than nine in ten took", lf_view_number(f, "open_too_long"), open);
  lf_text_add(out, "</dl></div>\n");
}

static void add_lost(lf_text *out, const json_t *f) {
  lf_text_add(out, "<div class=\"panel\"><h2>Below the threshold</h2>\n<p class=\"figure\">");
  lf_people_count(out, lf_view_number(f, "below_won"));
  lf_text_add(out, " <small>wins the definition did not name</small></p>\n<dl class=\"delivers\">\n");
  add_share(out, "of the leads below it won", lf_view_number(f, "below_won"),
            lf_view_number(f, "below_decided"));
  add_share(out, "of all revenue", lf_view_number(f, "below_amount"), lf_view_number(f, "won_amount"));
  lf_text_add(out, "</dl></div>\n");
}

static void add_summary(lf_text *out, const json_t *monitor) {
  const json_t *funnel = lf_view_at(monitor, "funnel");
  lf_text_add(out, "<section id=\"summary\" aria-label=\"Summary\">\n");
  add_verdict(out, monitor);
  lf_text_add(out, "<div class=\"panels\">\n");
  add_marketing(out, monitor);
  add_sales(out, funnel);
  add_lost(out, funnel);
  lf_text_add(out, "</div>\n");
  lf_html_cautions(out, "How to read it", lf_view_at(monitor, "notes"));
  lf_text_add(out, "</section>\n");
}

/* ---- questions -------------------------------------------------------------------------------------------
 */

static lf_html_format format_of(const char *check) {
  if (strstr(check, "drift") != NULL) return LF_HTML_FIXED4;
  if (strcmp(check, "volume") == 0) return LF_HTML_QUANTITY;
  return strcmp(check, "qualified share") == 0 || strcmp(check, "win rate") == 0 ? LF_HTML_PERCENT
                                                                                 : LF_HTML_FIXED3;
}

static void add_number(lf_text *out, double value, lf_html_format format) {
  lf_text_add(out, "<td class=\"n\">");
  if (isnan(value))
    lf_html_absent(out);
  else
    lf_html_number(out, value, format);
  lf_text_add(out, "</td>");
}

static void add_check(lf_text *out, const json_t *check) {
  const char *id = lf_view_text(check, "check"), *attribute = lf_view_text(check, "attribute");
  bool alarm = lf_view_flag(check, "alarm");
  lf_html_format format = format_of(id != NULL ? id : "");
  lf_text_add(out, alarm ? "<tr class=\"alarm\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
  if (attribute != NULL) lf_text_add(out, "drift of ");
  lf_html_data(out, attribute != NULL ? attribute : id, 80);
  lf_text_add(out, "</th><td class=\"n interval\">");
  lf_html_number(out, lf_view_number(check, "value"), format);
  lf_html_limits(out, lf_view_number(check, "ci_low"), lf_view_number(check, "ci_high"), format);
  lf_text_add(out, "</td>");
  add_number(out, lf_view_number(check, "promised"), format);
  add_number(out, lf_view_number(check, "critical"), format);
  add_number(out, lf_view_number(check, "margin"), format);
  add_number(out, lf_view_number(check, "p_adjusted"), LF_HTML_P);
  lf_text_add(out, alarm ? "<td><b class=\"mark\">alarm</b></td></tr>\n" : "<td>holds</td></tr>\n");
}

static void add_checks(lf_text *out, const json_t *monitor) {
  size_t i;
  json_t *check;
  lf_html_section(out, "questions", "What was asked",
                  "An alarm needs evidence (p, adjusted for the number of questions) and size (a change "
                  "beyond the margin). Drift "
                  "is the population stability index against the value that chance alone exceeds in 5 of 100 "
                  "runs at this number "
                  "of leads.");
  lf_text_add(out,
              "<div class=\"scroll\" role=\"group\" tabindex=\"0\" "
              "aria-label=\"Questions\"><table>\n<caption>Every question, "
              "with 95% intervals</caption>\n<thead><tr><th scope=\"col\">Question</th><th scope=\"col\" "
              "class=\"n\">Now</th><th scope=\"col\" class=\"n\">Promised</th><th scope=\"col\" "
              "class=\"n\">Critical</th><th "
              "scope=\"col\" class=\"n\">Margin</th><th scope=\"col\" class=\"n\">Adjusted p</th><th "
              "scope=\"col\">Answer</th></tr></thead>\n<tbody>\n");
  lf_view_each(lf_view_at(monitor, "checks"), i, check) add_check(out, check);
  lf_text_add(out, "</tbody></table></div>\n");
  lf_html_section_close(out);
}

/* ---- scoreboards -----------------------------------------------------------------------------------------
 */

static const lf_html_column period_columns[] = {
    {"Period", "period", LF_HTML_NAME},
    {"Leads", "leads", LF_HTML_COUNT},
    {"Qualified", "qualified", LF_HTML_COUNT},
    {"decided", "qualified_decided", LF_HTML_COUNT},
    {"won", "qualified_won", LF_HTML_COUNT},
    {"their revenue", "qualified_amount", LF_HTML_COUNT},
    {"All wins", "won", LF_HTML_COUNT},
    {"expected", "expected_won", LF_HTML_FIXED1},
    {"Won over expected", "won_over_expected", LF_HTML_FIXED2},
    {"from", "won_over_expected_low", LF_HTML_FIXED2},
    {"to", "won_over_expected_high", LF_HTML_FIXED2},
    {"AUC", "auc", LF_HTML_FIXED3},
    {"from", "auc_low", LF_HTML_FIXED3},
    {"to", "auc_high", LF_HTML_FIXED3},
    {"PSI", "psi", LF_HTML_FIXED3},
    {"critical", "psi_critical", LF_HTML_FIXED3},
};

static void add_periods(lf_text *out, const json_t *monitor) {
  const json_t *quarters = lf_view_list(monitor, "quarters"), *months = lf_view_list(monitor, "months");
  if (quarters == NULL && months == NULL) return;
  lf_html_section(out, "scoreboards", "The scoreboards",
                  "Leads delivered by the common definition, and what became of them.");
  lf_html_figure(out, "periods", "Qualified leads, wins over expected wins and AUC by period",
                 "By period, with 95% intervals: qualified leads delivered; wins over those the score "
                 "expected, where 1 is as "
                 "promised; how well it ranks. Lines: the plan, 1, and the promise.");
  if (quarters != NULL)
    lf_html_records(out, &(lf_html_table){"By quarter", period_columns, COUNT_OF(period_columns), quarters,
                                          NULL, NULL, 0});
  if (months != NULL) {
    lf_text_add(out, "<details><summary>By month</summary>\n");
    lf_html_records(
        out, &(lf_html_table){"By month", period_columns, COUNT_OF(period_columns), months, NULL, NULL, 0});
    lf_text_add(out, "</details>\n");
  }
  lf_html_section_close(out);
}

/* ---- the page --------------------------------------------------------------------------------------------
 */

static json_t *new_period(const json_t *period) {
  json_t *numbers = lf_chart_numbers(period);
  lf_object o = {.value = numbers, .failed = numbers == NULL};
  lf_chart_name(&o, "name", lf_view_text(period, "period"));
  return lf_object_take(&o);
}

/* What a question was promised, or NaN. */
static double promised(const json_t *monitor, const char *id) {
  size_t i;
  json_t *check;
  lf_view_each(lf_view_at(monitor, "checks"), i, check) {
    const char *name = lf_view_text(check, "check");
    if (name != NULL && strcmp(name, id) == 0) return lf_view_number(check, "promised");
  }
  return (double)NAN;
}

static json_t *new_data(const json_t *monitor) {
  bool by_quarter = json_array_size(lf_view_at(monitor, "quarters")) >= 3;
  double planned = promised(monitor, "volume");
  lf_object o = lf_object_new();
  lf_object_tree(&o, "periods",
                 lf_chart_list(lf_view_at(monitor, by_quarter ? "quarters" : "months"), new_period));
  lf_object_number(&o, "planned", by_quarter ? 3 * planned : planned);
  lf_object_number(&o, "ranking", promised(monitor, "ranking"));
  return lf_object_take(&o);
}

lf_status lf_monitor_html(const json_t *monitor, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  const char *name = lf_view_name(monitor);
  json_t *data = new_data(monitor);
  lf_html_page_open(&out, name, "monitor");
  lf_html_header_open(&out, name);
  lf_html_about(&out, lf_view_number(monitor, "rows"), "lead", "leads");
  lf_html_about(&out, lf_view_number(monitor, "decided"), "decided", "decided");
  lf_html_about(&out, lf_view_number(monitor, "won"), "win", "wins");
  lf_html_header_close(&out);
  lf_text_add(&out, "<main>\n");
  add_summary(&out, monitor);
  add_checks(&out, monitor);
  add_periods(&out, monitor);
  lf_html_section(&out, "data", "The data", NULL);
  lf_html_inputs(&out, lf_view_at(monitor, "inputs"));
  lf_html_section_close(&out);
  lf_text_add(&out, "</main>\n");
  out.failed = out.failed || data == NULL;
  lf_html_page_close(&out, data);
  return lf_view_give(&out, bytes, n, err);
}
