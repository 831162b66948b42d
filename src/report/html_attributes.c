/* Attributes and their verdicts, strongest first: the effect on winning, deal size and revenue with its
 * interval, and the counts behind it. */
#include <math.h>
#include <string.h>

#include "report/html_sections.h"
#include "report/report.h"

/* Its sign before the verdict: a shape beside the words, so that no colour is needed. */
static const char *verdict_sign(const char *verdict) {
  if (strcmp(verdict, "predicts closed revenue") == 0) return "\xE2\x97\x8F";
  if (strncmp(verdict, "predicts", 8) == 0) return "\xE2\x97\x90";
  return strcmp(verdict, "no meaningful difference") == 0 ? "\xE2\x97\x8B" : "?";
}

static void add_verdict(lf_text *out, const json_t *attribute) {
  const char *verdict = lf_view_text(attribute, "verdict"), *strength = lf_view_text(attribute, "strength");
  lf_text_add(out, "<td class=\"verdict-cell\">");
  if (verdict != NULL)
    lf_text_addf(out, "<span class=\"sign\" aria-hidden=\"true\">%s</span> ", verdict_sign(verdict));
  lf_html_data(out, verdict, 60);
  if (strength != NULL) {
    lf_text_add(out, " <span class=\"note\">");
    lf_html_text(out, strength);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</td>");
}

/* Where attributes are, and why they are nowhere, by name. */
typedef struct places {
  json_t *card, *left_out; /* NULL: the report has no card */
} places;

/* Why an attribute is not on the card. */
static void add_left_out(lf_text *out, const json_t *dropped) {
  const char *reason = lf_view_text(dropped, "reason");
  if (reason == NULL) return;
  lf_text_add(out, "<span class=\"note\">left out: ");
  lf_html_data(out, reason, 160);
  lf_text_add(out, "</span>");
}

static void add_place_on_card(lf_text *out, const places *where, const json_t *attribute) {
  const char *name = lf_view_text(attribute, "name");
  if (where->card == NULL || name == NULL) return;
  const json_t *on_card = json_object_get(where->card, name);
  lf_text_add(out, "<td>");
  lf_html_points_span(out, on_card);
  if (on_card == NULL) add_left_out(out, json_object_get(where->left_out, name));
  lf_text_add(out, "</td>");
}

typedef struct effect {
  const char *head, *value, *low, *high;
} effect;

static const effect effects[] = {
    {"Winning<br><small>odds ratio</small>", "win.odds_ratio", "win.low", "win.high"},
    {"Deal size<br><small>ratio</small>", "amount.ratio", "amount.low", "amount.high"},
    {"Revenue<br><small>ratio per lead</small>", "revenue.ratio", "revenue.low", "revenue.high"},
};
enum { N_EFFECTS = 3 };

static void add_effect(lf_text *out, const json_t *attribute, const effect *e) {
  double value = lf_view_number(attribute, e->value), low = lf_view_number(attribute, e->low),
         high = lf_view_number(attribute, e->high);
  lf_text_add(out, "<td class=\"n\">");
  if (isnan(value)) {
    lf_html_absent(out);
  } else if (value == 1.0 && isnan(low) && isnan(high)) {
    lf_text_add(out, "<span class=\"few\">no bands</span>"); /* nothing was found that could be told apart */
  } else {
    lf_people_fixed(out, value, 2);
  }
  if (!isnan(low) && !isnan(high)) {
    lf_text_add(out, "<br><span class=\"counts\">");
    lf_people_fixed(out, low, 2);
    lf_text_add(out, " to ");
    lf_people_fixed(out, high, 2);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</td>");
}

static void add_attribute(lf_text *out, const places *where, const json_t *attribute, const bool *shown) {
  static const lf_html_column name = {"", "name", LF_HTML_NAME}, owner = {"", "owner", LF_HTML_TEXT},
                              loss = {"", "holdout_loss_increase", LF_HTML_FIXED4}, q = {"", "q", LF_HTML_P};
  lf_text_add(out, "<tr>");
  lf_html_cell(out, attribute, &name, NULL);
  lf_html_cell(out, attribute, &owner, NULL);
  add_verdict(out, attribute);
  for (size_t i = 0; i < N_EFFECTS; i++)
    if (shown[i]) add_effect(out, attribute, &effects[i]);
  lf_html_cell(out, attribute, &q, NULL);
  lf_html_cell(out, attribute, &loss, NULL);
  add_place_on_card(out, where, attribute);
  lf_text_add(out, "</tr>\n");
}

static void add_table(lf_text *out, const json_t *report, const json_t *list) {
  const json_t *card = lf_view_at(report, "card");
  places where = {0};
  bool shown[N_EFFECTS];
  size_t i;
  json_t *attribute;
  lf_text_add(
      out,
      "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Attributes, strongest first\">"
      "<table>\n<caption>Attributes, strongest first</caption>\n<thead><tr><th scope=\"col\">Attribute</th>"
      "<th scope=\"col\">Owner</th><th scope=\"col\">Verdict</th>");
  for (i = 0; i < N_EFFECTS; i++) {
    shown[i] = lf_view_any(list, effects[i].value);
    if (shown[i]) lf_text_addf(out, "<th scope=\"col\" class=\"n\">%s</th>", effects[i].head);
  }
  lf_text_addf(
      out,
      "<th scope=\"col\" class=\"n\">q</th><th scope=\"col\" class=\"n wide\">Log loss added without it</th>"
      "%s</tr></thead>\n<tbody>\n",
      card != NULL ? "<th scope=\"col\">On the card</th>" : "");
  if (card != NULL) {
    where.card = lf_view_index(card, "name");
    where.left_out = lf_view_index(lf_view_at(report, "selection.left_out"), "attribute");
    out->failed = out->failed || where.card == NULL || where.left_out == NULL;
  }
  lf_view_each(list, i, attribute) add_attribute(out, &where, attribute, shown);
  json_decref(where.card);
  json_decref(where.left_out);
  lf_text_add(out, "</tbody>");
  lf_html_table_close(out);
}

/* ---- what stands behind each verdict ---------------------------------------------------------------------
 */

/* A band's counts; those of fewer than ten rows are not shown on their own. */
static void add_bands(lf_text *out, const json_t *attribute) {
  static const lf_html_column columns[] = {
      {"Band", "label", LF_HTML_NAME},
      {"Leads", "rows", LF_HTML_COUNT},
      {"Won", "won", LF_HTML_COUNT},
      {"Win rate", "win_rate", LF_HTML_PERCENT},
      {"Odds ratio", "odds_ratio", LF_HTML_FIXED2},
      {"95% from", "low", LF_HTML_FIXED2},
      {"to", "high", LF_HTML_FIXED2},
  };
  const json_t *bands = lf_view_list(attribute, "win.bands");
  json_t *some = json_array(), *band;
  size_t i;
  lf_view_each(bands, i, band) {
    if (lf_view_number(band, "rows") >= LF_REPORT_FEWEST_ROWS) lf_html_keep(out, some, band);
  }
  if (json_array_size(some) > 0) {
    const lf_html_table table = {
        "Bands of at least 10 leads; odds ratio against the attribute\xE2\x80\x99s average lead, "
        "beside all other attributes",
        columns,
        sizeof columns / sizeof *columns,
        some,
        NULL,
        NULL,
        0};
    lf_html_records(out, &table);
  }
  json_decref(some);
}

static void add_behind(lf_text *out, const json_t *list) {
  size_t i;
  json_t *attribute;
  lf_text_add(out, "<div class=\"folds\"><h3>Why each verdict, and the counts behind it</h3>\n");
  lf_view_each(list, i, attribute) {
    const char *because = lf_view_text(attribute, "because"), *verdict = lf_view_text(attribute, "verdict");
    if (because == NULL && lf_view_list(attribute, "win.bands") == NULL) continue;
    lf_text_add(out, "<details class=\"behind\"><summary>");
    lf_html_data(out, lf_view_text(attribute, "name"), 60);
    if (verdict != NULL) {
      lf_text_add(out, " <span class=\"note\">");
      lf_html_text(out, verdict);
      lf_text_add(out, "</span>");
    }
    lf_text_add(out, "</summary>\n");
    if (because != NULL) {
      lf_text_add(out, "<p>");
      lf_html_text(out, because);
      lf_text_add(out, ".</p>\n");
    }
    add_bands(out, attribute);
    lf_text_add(out, "</details>\n");
  }
  lf_text_add(out, "</div>\n");
}

void lf_html_attributes(lf_text *out, const json_t *report) {
  json_t *list = lf_view_ranked(report);
  bool judged = lf_view_any(list, "win.odds_ratio");
  lf_html_section(
      out, "attributes", "Which attributes predict",
      "Each attribute is judged beside all the others (but never beside itself in bands), on leads whose "
      "bands and weights were chosen without "
      "them. <em>q</em> is the p-value after allowing for the number of attributes tested. A verdict is "
      "about "
      "association, not cause: what sales does with a lead can be the reason it wins.");
  if (json_array_size(list) == 0) {
    lf_html_missing(out, "no attribute was judged");
  } else {
    if (judged)
      lf_html_figure(
          out, "forest", "Effect of each attribute on winning, deal size and revenue, with 95% intervals",
          "A typical high lead against a typical low one (a standard deviation above and below "
          "the attribute\xE2\x80\x99s "
          "average), with 95% intervals, which are a little too short near 1. At the line there "
          "is no difference; inside "
          "the grey band it would be too small to matter. Filled: q below 0.05 and an interval without 1. "
          "No mark: no bands "
          "were found.");
    add_table(out, report, list);
    if (judged) add_behind(out, list);
  }
  out->failed = out->failed || list == NULL;
  json_decref(list);
  lf_html_section_close(out);
}
