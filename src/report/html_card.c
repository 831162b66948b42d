/* The definition: attributes and their verdicts, points, thresholds, grades. */
#include <math.h>
#include <string.h>

#include "report/html_sections.h"
#include "report/report.h"

enum { MOST_THRESHOLDS = 24 };

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* ---- attributes ------------------------------------------------------------------------------------ */

static const char *verdict_sign(const char *verdict) {
  if (verdict == NULL) return "";
  if (strcmp(verdict, "predicts closed revenue") == 0) return "\xE2\x97\x8F";
  if (strncmp(verdict, "predicts", 8) == 0) return "\xE2\x97\x90";
  return strcmp(verdict, "no meaningful difference") == 0 ? "\xE2\x97\x8B" : "?";
}

static void add_verdict_cell(lf_text *out, const json_t *attribute) {
  const char *verdict = lf_view_text(attribute, "verdict");
  lf_text_add(out, "<td class=\"verdict-cell\">");
  if (verdict != NULL)
    lf_text_addf(out, "<span class=\"sign\" aria-hidden=\"true\">%s</span> ", verdict_sign(verdict));
  lf_html_data(out, verdict, 60);
  lf_text_add(out, "</td>");
}

void lf_html_points_span(lf_text *out, const json_t *attribute) {
  double low = INFINITY, high = -INFINITY;
  size_t i;
  json_t *band;
  json_array_foreach((json_t *)lf_view_at(attribute, "bands"), i, band) {
    low = fmin(low, lf_view_number(band, "points"));
    high = fmax(high, lf_view_number(band, "points"));
  }
  if (!(high > low)) return;
  lf_people_count(out, low);
  lf_text_add(out, " to ");
  lf_people_counted(out, high, "point", "points");
}

/* Its points, or why it has none. */
static void add_place_on_card(lf_text *out, const json_t *report, const json_t *attribute) {
  const char *name = lf_view_text(attribute, "name");
  const json_t *on_card = lf_view_named(lf_view_at(report, "card"), name), *dropped;
  size_t i;
  lf_text_add(out, "<td>");
  lf_html_points_span(out, on_card);
  json_array_foreach((json_t *)lf_view_at(report, "selection.left_out"), i, dropped) {
    const char *other = lf_view_text(dropped, "attribute"), *reason = lf_view_text(dropped, "reason");
    if (on_card != NULL || name == NULL || other == NULL || reason == NULL || strcmp(name, other) != 0)
      continue;
    lf_text_add(out, "<span class=\"note\">left out: ");
    lf_html_data(out, reason, 160);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</td>");
}

static const lf_html_column attribute_columns[] = {
    {"Attribute", "name", LF_HTML_NAME},
    {"Owner", "owner", LF_HTML_TEXT},
    {"Verdict", "verdict", LF_HTML_TEXT},
    {"Through", "through", LF_HTML_TEXT},
    {"On the card", "", LF_HTML_TEXT},
    {"Strength", "strength", LF_HTML_FIXED2},
    {"Odds ratio", "win.odds_ratio_range", LF_HTML_FIXED2},
    {"AUC lost", "holdout_auc_loss", LF_HTML_FIXED4},
    {"Log loss added", "holdout_loss_increase", LF_HTML_FIXED4},
    {"p", "p", LF_HTML_P},
    {"q", "q", LF_HTML_P},
};

static void add_attribute(lf_text *out, const json_t *report, const json_t *attribute, const bool *shown) {
  lf_text_add(out, "<tr>");
  for (size_t j = 0; j < COUNT_OF(attribute_columns); j++) {
    if (!shown[j]) continue;
    if (strcmp(attribute_columns[j].path, "verdict") == 0) {
      add_verdict_cell(out, attribute);
    } else if (attribute_columns[j].path[0] == '\0') {
      add_place_on_card(out, report, attribute);
    } else {
      lf_html_cell(out, attribute, &attribute_columns[j], NULL);
    }
  }
  lf_text_add(out, "</tr>\n");
}

void lf_html_attributes(lf_text *out, const json_t *report) {
  json_t *list = lf_view_ranked(report), *attribute;
  const lf_html_table table = {
      "Attributes, strongest first", attribute_columns, COUNT_OF(attribute_columns), list, NULL, NULL, 0};
  bool shown[LF_HTML_MOST_COLUMNS] = {false};
  size_t i;
  lf_html_section(
      out, "attributes", "Which attributes predict",
      "Each attribute is judged beside all the others. <em>q</em> is the p-value after allowing for "
      "the number of attributes tested. A verdict is about association, not cause: what sales does "
      "with a lead can be the reason it wins.");
  if (json_array_size(list) == 0) {
    lf_html_missing(out, "no attribute was judged");
  } else {
    lf_html_table_open(out, &table, shown);
    lf_text_add(out, "<tbody>\n");
    json_array_foreach(list, i, attribute) add_attribute(out, report, attribute, shown);
    lf_text_add(out, "</tbody>");
    lf_html_table_close(out);
  }
  out->failed = out->failed || list == NULL;
  json_decref(list);
  lf_html_section_close(out);
}

/* ---- points ---------------------------------------------------------------------------------------- */

static const lf_html_column point_columns[] = {
    {"Band", "label", LF_HTML_NAME},       {"Points", "points", LF_HTML_COUNT},
    {"Rows", "rows", LF_HTML_COUNT},       {"Won", "won", LF_HTML_COUNT},
    {"Win rate", "win_rate", LF_HTML_BAR}, {"Revenue", "amount", LF_HTML_COUNT},
    {"95% range", "range", LF_HTML_TEXT},
};

/* Counts stand in columns FIRST_COUNT up to RANGE, the range of points in the last one. */
enum { FIRST_COUNT = 2, RANGE = 6 };

static bool is_small(const json_t *band) {
  return lf_view_number(band, "rows") < LF_REPORT_FEWEST_ROWS;
}

/* missing and other are no levels of anybody's: their names may stand, their counts may not. */
static bool is_general(const json_t *band) {
  const char *type = lf_view_text(band, "type");
  return type != NULL && (strcmp(type, "missing") == 0 || strcmp(type, "other") == 0);
}

static void add_points_range(lf_text *out, const json_t *band) {
  double low = lf_view_number(band, "points_low"), high = lf_view_number(band, "points_high");
  lf_text_add(out, "<td class=\"n range\">");
  if (isnan(low) || isnan(high) || !(high > low)) {
    lf_html_absent(out);
  } else {
    lf_people_count(out, low);
    lf_text_add(out, " to ");
    lf_people_count(out, high);
  }
  lf_text_add(out, "</td>");
}

/* Counts of the training rows, or the words that stand for them where there are too few. */
static void add_counts(lf_text *out, const json_t *band, const bool *shown) {
  size_t cells = 0;
  for (size_t j = FIRST_COUNT; j < RANGE; j++) cells += shown[j];
  double rows = lf_view_number(band, "rows");
  if (rows >= LF_REPORT_FEWEST_ROWS || isnan(rows)) {
    for (size_t j = FIRST_COUNT; j < RANGE; j++) {
      if (shown[j]) lf_html_cell(out, band, &point_columns[j], NULL);
    }
  } else if (cells > 0) {
    lf_text_addf(out, "<td class=\"few\" colspan=\"%zu\">%s</td>", cells,
                 rows > 0 ? "fewer than 10 rows" : "no row in training");
  }
}

static void add_band(lf_text *out, const json_t *band, const bool *shown) {
  lf_text_add(out, is_general(band) ? "<tr class=\"general\">" : "<tr>");
  lf_html_cell(out, band, &point_columns[0], NULL);
  lf_html_cell(out, band, &point_columns[1], NULL);
  add_counts(out, band, shown);
  if (shown[RANGE]) add_points_range(out, band);
  lf_text_add(out, "</tr>\n");
}

/* One row for all the bands too small to be shown on their own. */
static void add_small_bands(lf_text *out, const json_t *bands, const bool *shown) {
  double low = INFINITY, high = -INFINITY;
  size_t i, n = 0, cells = 0;
  json_t *band;
  json_array_foreach((json_t *)bands, i, band) {
    if (!is_small(band) || is_general(band)) continue;
    n++;
    low = fmin(low, lf_view_number(band, "points"));
    high = fmax(high, lf_view_number(band, "points"));
  }
  if (n == 0) return;
  for (size_t j = FIRST_COUNT; j < RANGE; j++) cells += shown[j];
  lf_text_add(out, "<tr class=\"general\"><th scope=\"row\">");
  lf_people_counted(out, (double)n, "small band", "small bands");
  lf_text_add(out, "</th><td class=\"n\">");
  lf_people_count(out, low);
  if (high > low) {
    lf_text_add(out, " to ");
    lf_people_count(out, high);
  }
  lf_text_add(out, "</td>");
  if (cells > 0)
    lf_text_addf(out, "<td class=\"few\" colspan=\"%zu\">fewer than 10 rows%s</td>", cells,
                 n > 1 ? " each" : "");
  lf_text_add(out, shown[RANGE] ? "<td></td></tr>\n" : "</tr>\n");
}

/* Which columns any band of the card fills. */
static void columns_filled(const json_t *card, bool shown[LF_HTML_MOST_COLUMNS]) {
  size_t i;
  json_t *attribute;
  shown[0] = shown[1] = true;
  json_array_foreach((json_t *)card, i, attribute) {
    const json_t *bands = lf_view_at(attribute, "bands");
    shown[RANGE] = shown[RANGE] || (lf_view_any(bands, "points_low") && lf_view_any(bands, "points_high"));
    for (size_t j = FIRST_COUNT; j < RANGE; j++)
      shown[j] = shown[j] || lf_view_any(bands, point_columns[j].path);
  }
}

static void add_points_of(lf_text *out, const json_t *attribute, const bool *shown) {
  const json_t *bands = lf_view_at(attribute, "bands");
  const char *owner = lf_view_text(attribute, "owner");
  size_t i, width = 0;
  json_t *band;
  for (size_t j = 0; j < COUNT_OF(point_columns); j++) width += shown[j];
  lf_text_addf(out, "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"%zu\">", width);
  lf_html_data(out, lf_view_text(attribute, "name"), 120);
  if (owner != NULL) {
    lf_text_add(out, " <span class=\"note\">");
    lf_html_data(out, owner, 20);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</th></tr>\n");
  json_array_foreach((json_t *)bands, i, band) {
    if (!is_small(band) || is_general(band)) add_band(out, band, shown);
  }
  add_small_bands(out, bands, shown);
  lf_text_add(out, "</tbody>\n");
}

void lf_html_points(lf_text *out, const json_t *report) {
  const json_t *card = lf_view_list(report, "card");
  bool shown[LF_HTML_MOST_COLUMNS] = {false};
  size_t i;
  json_t *attribute;
  double base = lf_view_number(report, "score.base_points");
  lf_html_section(out, "points", "The points",
                  "Add the points of one band of each attribute. Counts are of training leads; the range "
                  "says which other "
                  "integers the data would also have allowed.");
  if (card == NULL) {
    lf_html_missing(out, "this fit made no scorecard");
    lf_html_section_close(out);
    return;
  }
  if (!isnan(base) && base != 0.0) {
    lf_text_add(out, "<p>Every lead starts from ");
    lf_people_counted(out, base, "point", "points");
    lf_text_add(out, ".</p>\n");
  }
  columns_filled(card, shown);
  lf_text_add(
      out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Points by attribute and band\">"
           "<table class=\"points-table\">\n<caption>Points by attribute and band</caption>\n<thead><tr>");
  for (size_t j = 0; j < COUNT_OF(point_columns); j++) {
    if (shown[j])
      lf_text_addf(out, "<th scope=\"col\"%s>%s</th>", j == 0 ? "" : " class=\"n\"", point_columns[j].head);
  }
  lf_text_add(out, "</tr></thead>\n");
  json_array_foreach((json_t *)card, i, attribute) add_points_of(out, attribute, shown);
  lf_html_table_close(out);
  lf_html_section_close(out);
}

/* ---- thresholds and grades ------------------------------------------------------------------------- */

/* At most MOST_THRESHOLDS rows, evenly taken, that enough leads reach; and the MQL row always. The new array
 * is the caller's; NULL without memory. */
static json_t *thinned(const json_t *list, const json_t *keep) {
  size_t n = json_array_size(list), step = (n + MOST_THRESHOLDS - 1) / MOST_THRESHOLDS;
  if (step > 1 && step < 5) step = 5; /* every fifth point reads better than every second */
  json_t *some = json_array(), *row;
  size_t i;
  json_array_foreach((json_t *)list, i, row) {
    bool enough = i % step == 0 && !(lf_view_number(row, "rows") < LF_REPORT_FEWEST_ROWS);
    if ((enough || row == keep) && json_array_append(some, row) != 0) {
      json_decref(some);
      return NULL;
    }
  }
  return some;
}

void lf_html_thresholds(lf_text *out, const json_t *report) {
  static const lf_html_column columns[] = {
      {"Points or more", "threshold", LF_HTML_NAME},
      {"Leads", "rows", LF_HTML_COUNT},
      {"Won", "won", LF_HTML_COUNT},
      {"Win rate", "win_rate", LF_HTML_BAR},
      {"Share of wins", "share_won", LF_HTML_BAR},
      {"Revenue", "amount", LF_HTML_COUNT},
      {"Share of revenue", "share_amount", LF_HTML_BAR},
  };
  const json_t *list = lf_view_list(report, "thresholds"), *mql = lf_view_mql_row(report);
  const char *rule = lf_view_text(report, "mql.rule");
  lf_html_section(out, "thresholds", "What each threshold delivers",
                  "On the holdout: leads that reach the threshold, and what became of them. Thresholds that "
                  "fewer than 10 leads reach are "
                  "left out.");
  if (rule != NULL) {
    lf_text_add(out, "<p>How the MQL threshold was chosen, on training leads: ");
    lf_html_data(out, rule, 600);
    lf_text_add(out, ".</p>\n");
  }
  json_t *some = list != NULL ? thinned(list, mql) : NULL;
  if (some == NULL) {
    lf_html_missing(out, "no leads were kept back to judge thresholds");
  } else {
    const lf_html_table table = {"Leads of the holdout by threshold",
                                 columns,
                                 COUNT_OF(columns),
                                 some,
                                 mql,
                                 "MQL",
                                 LF_REPORT_FEWEST_ROWS};
    lf_html_records(out, &table);
  }
  json_decref(some);
  lf_html_section_close(out);
}

void lf_html_grades(lf_text *out, const json_t *report) {
  static const lf_html_column columns[] = {
      {"Grade", "label", LF_HTML_NAME},      {"From points", "from", LF_HTML_COUNT},
      {"Leads", "rows", LF_HTML_COUNT},      {"Won", "won", LF_HTML_COUNT},
      {"Win rate", "win_rate", LF_HTML_BAR}, {"Revenue", "amount", LF_HTML_COUNT},
  };
  const json_t *list = lf_view_list(report, "grades");
  if (list == NULL) return;
  const lf_html_table table = {
      "Leads of the holdout by grade", columns, COUNT_OF(columns), list, NULL, NULL, LF_REPORT_FEWEST_ROWS};
  lf_html_section(out, "grades", "Grades", NULL);
  lf_html_records(out, &table);
  lf_html_section_close(out);
}
