/* The definition: points, thresholds, grades. */
#include <math.h>
#include <string.h>

#include "report/html_sections.h"
#include "report/report.h"

enum { MOST_THRESHOLDS = 24 };

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

/* ---- points ---------------------------------------------------------------------------------------- */

/* Lowest and highest points of an attribute's bands; high > low only where it has some. */
static void find_span(const json_t *attribute, double *low, double *high) {
  size_t i;
  json_t *band;
  *low = INFINITY;
  *high = -INFINITY;
  lf_view_each(lf_view_at(attribute, "bands"), i, band) {
    *low = fmin(*low, lf_view_number(band, "points"));
    *high = fmax(*high, lf_view_number(band, "points"));
  }
}

double lf_html_points_reach(const json_t *attribute) {
  double low, high;
  find_span(attribute, &low, &high);
  return high > low ? high - low : 0;
}

void lf_html_points_span(lf_text *out, const json_t *attribute) {
  double low, high;
  find_span(attribute, &low, &high);
  if (!(high > low)) return;
  lf_people_count(out, low);
  lf_text_add(out, " to ");
  lf_people_counted(out, high, "point", "points");
}

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
  } else {
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
  lf_view_each(bands, i, band) {
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
  lf_text_addf(out, "<td class=\"few\" colspan=\"%zu\">fewer than 10 rows%s</td>", cells,
               n > 1 ? " each" : "");
  lf_text_add(out, shown[RANGE] ? "<td></td></tr>\n" : "</tr>\n");
}

/* Which columns any band of the card fills: that of the rows wherever a band is known to have few. */
static void columns_filled(const json_t *card, bool shown[LF_HTML_MOST_COLUMNS]) {
  size_t i;
  json_t *attribute;
  shown[0] = shown[1] = true;
  lf_view_each(card, i, attribute) {
    const json_t *bands = lf_view_at(attribute, "bands");
    shown[RANGE] = shown[RANGE] || (lf_view_any(bands, "points_low") && lf_view_any(bands, "points_high"));
    for (size_t j = FIRST_COUNT; j < RANGE; j++)
      shown[j] = shown[j] || lf_view_any(bands, point_columns[j].path);
  }
}

/* missing and other of no training row and of the same points stand in one row. */
static bool add_general_pair(lf_text *out, const json_t *bands, const bool *shown) {
  const json_t *pair[2] = {NULL, NULL};
  size_t i, n = 0, cells = 0;
  json_t *band;
  lf_view_each(bands, i, band) {
    if (is_general(band) && n < 2) pair[n++] = band;
  }
  if (n < 2 || lf_view_number(pair[0], "rows") != 0 || lf_view_number(pair[1], "rows") != 0 ||
      lf_view_number(pair[0], "points") != lf_view_number(pair[1], "points"))
    return false;
  for (size_t j = FIRST_COUNT; j < RANGE; j++) cells += shown[j];
  lf_text_add(out, "<tr class=\"general\"><th scope=\"row\">missing, other</th>");
  lf_html_cell(out, pair[0], &point_columns[1], NULL);
  lf_text_addf(out, "<td class=\"few\" colspan=\"%zu\">no row in training</td>", cells);
  if (shown[RANGE]) add_points_range(out, pair[0]);
  lf_text_add(out, "</tr>\n");
  return true;
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
  lf_view_each(bands, i, band) {
    if (!is_small(band) && !is_general(band)) add_band(out, band, shown);
  }
  add_small_bands(out, bands, shown);
  if (!add_general_pair(out, bands, shown)) {
    lf_view_each(bands, i, band) {
      if (is_general(band)) add_band(out, band, shown);
    }
  }
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
  lf_view_each(card, i, attribute) add_points_of(out, attribute, shown);
  lf_html_table_close(out);
  lf_html_section_close(out);
}

/* ---- thresholds and grades ------------------------------------------------------------------------- */

/* At most MOST_THRESHOLDS rows, evenly taken, that enough leads reach; and the MQL row always. The new array
 * is the caller's. */
static json_t *thinned(lf_text *out, const json_t *list, const json_t *keep) {
  size_t n = json_array_size(list), step = (n + MOST_THRESHOLDS - 1) / MOST_THRESHOLDS;
  if (step > 1 && step < 5) step = 5; /* every fifth point reads better than every second */
  json_t *some = json_array(), *row;
  size_t i;
  lf_view_each(list, i, row) {
    bool enough = i % step == 0 && !(lf_view_number(row, "rows") < LF_REPORT_FEWEST_ROWS);
    if (enough || row == keep) lf_html_keep(out, some, row);
  }
  return some;
}

/* The intervals of the same thresholds. */
static void add_limits(lf_text *out, const json_t *some, const json_t *mql) {
  static const lf_html_column columns[] = {
      {"Points or more", "threshold", LF_HTML_NAME},
      {"Win rate from", "win_rate_low", LF_HTML_PERCENT},
      {"to", "win_rate_high", LF_HTML_PERCENT},
      {"Share of wins from", "share_won_low", LF_HTML_PERCENT},
      {"to", "share_won_high", LF_HTML_PERCENT},
      {"Share of revenue from", "share_amount_low", LF_HTML_PERCENT},
      {"to", "share_amount_high", LF_HTML_PERCENT},
      {"Revenue per lead from", "amount_per_lead_low", LF_HTML_COUNT},
      {"to", "amount_per_lead_high", LF_HTML_COUNT},
      {"Leads a month from", "leads_a_month_low", LF_HTML_FIXED1},
      {"to", "leads_a_month_high", LF_HTML_FIXED1},
  };
  if (!lf_view_any(some, "win_rate_low")) return;
  const lf_html_table table = {"95% intervals by threshold", columns, COUNT_OF(columns), some, mql, "MQL",
                               LF_REPORT_FEWEST_ROWS};
  lf_text_add(out, "<details><summary>Their 95% intervals</summary>\n");
  lf_html_records(out, &table);
  lf_text_add(out, "</details>\n");
}

/* What a month is here. */
static void add_volume(lf_text *out, const json_t *volume) {
  if (volume == NULL) return;
  lf_text_add(out, "<p class=\"note\">Leads a month: those with a known outcome whose ");
  lf_html_data(out, lf_view_text(volume, "date"), 60);
  lf_text_add(out, " lies from ");
  lf_html_data(out, lf_view_text(volume, "from"), 20);
  lf_text_add(out, " to ");
  lf_html_data(out, lf_view_text(volume, "to"), 20);
  lf_text_add(out, ", ");
  lf_people_count(out, lf_view_number(volume, "rows"));
  lf_text_add(out, " in ");
  lf_people_fixed(out, lf_view_number(volume, "months"), 1);
  lf_text_add(out, " months. Open leads are not counted.</p>\n");
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
      {"Revenue per lead", "amount_per_lead", LF_HTML_COUNT},
      {"Leads a month", "leads_a_month", LF_HTML_FIXED1},
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
  json_t *some = list != NULL ? thinned(out, list, mql) : NULL;
  if (list == NULL) {
    lf_html_missing(out, "no leads were kept back to judge thresholds");
  } else {
    lf_html_explorer(out);
    const lf_html_table table = {"Leads of the holdout by threshold",
                                 columns,
                                 COUNT_OF(columns),
                                 some,
                                 mql,
                                 "MQL",
                                 LF_REPORT_FEWEST_ROWS};
    lf_html_records(out, &table);
    add_limits(out, some, mql);
    add_volume(out, lf_view_at(report, "volume"));
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
