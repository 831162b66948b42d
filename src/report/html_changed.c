/* What changed since the definition in force: who flips, what moved the volume and the win rate, old and new
 * points side by side. */
#include <math.h>
#include <string.h>

#include "report/html_sections.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

enum { MOST_PATTERNS = 8, MOST_CELLS = 12 };

static void add_signed(lf_text *out, double value, int decimals) {
  if (isnan(value)) {
    lf_html_absent(out);
    return;
  }
  if (value > 0) lf_text_add(out, "+");
  lf_people_fixed(out, value, decimals);
}

/* ---- who flips
 * ------------------------------------------------------------------------------------------------ */

static void add_band(lf_text *out, const json_t *record, const char *path) {
  const char *band = lf_view_text(record, path);
  lf_text_add(out, "<td>");
  if (band != NULL)
    lf_html_data(out, band, 60);
  else
    lf_text_add(out, lf_view_text(record, "attribute") != NULL ? "not scored" : "");
  lf_text_add(out, "</td>");
}

static void add_pattern(lf_text *out, const json_t *pattern) {
  const char *attribute = lf_view_text(pattern, "attribute");
  double rows = lf_view_number(pattern, "rows");
  lf_text_add(out, "<tr><th scope=\"row\">");
  if (attribute != NULL)
    lf_html_data(out, attribute, 60);
  else
    lf_text_add(out, "the threshold, or patterns of fewer than 10 leads");
  lf_text_add(out, "</th>");
  add_band(out, pattern, "old_band");
  add_band(out, pattern, "new_band");
  lf_text_add(out, "<td class=\"n\">");
  add_signed(out, lf_view_number(pattern, "change"), 1);
  lf_text_add(out, "</td><td class=\"n\">");
  lf_people_count(out, rows);
  lf_text_add(out, "</td><td class=\"n\">");
  if (rows >= 10)
    lf_people_percent(out, lf_view_number(pattern, "win_rate"));
  else
    lf_html_absent(out);
  lf_text_add(out, "</td></tr>\n");
}

static void add_flips(lf_text *out, const json_t *changed, const char *path, const char *caption) {
  const json_t *flips = lf_view_at(changed, path), *patterns = lf_view_list(flips, "patterns");
  size_t i, n = json_array_size(patterns);
  json_t *pattern;
  if (patterns == NULL) return;
  lf_text_addf(out,
               "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"%s\"><table>\n<caption>%s: ",
               caption, caption);
  lf_people_counted(out, lf_view_number(flips, "rows"), "lead", "leads");
  lf_text_add(out, ", by what moved them most</caption>\n<thead><tr><th scope=\"col\">Attribute</th><th "
                   "scope=\"col\">Old band</th>"
                   "<th scope=\"col\">New band</th><th scope=\"col\" class=\"n\">Points moved</th><th "
                   "scope=\"col\" class=\"n\">Leads</th>"
                   "<th scope=\"col\" class=\"n\">Win rate</th></tr></thead>\n<tbody>\n");
  lf_view_each(patterns, i, pattern) {
    if (i < MOST_PATTERNS || i + 1 == n) add_pattern(out, pattern);
  }
  lf_text_add(out, "</tbody></table></div>\n");
  if (n > MOST_PATTERNS + 1)
    lf_text_addf(out, "<p class=\"note\">%zu more patterns are in report.json.</p>\n", n - MOST_PATTERNS - 1);
}

/* ---- mix, points, threshold
 * ------------------------------------------------------------------------------------- */

static void add_part(lf_text *out, const json_t *part) {
  double value = lf_view_number(part, "value"), low = lf_view_number(part, "ci_low"),
         high = lf_view_number(part, "ci_high");
  lf_text_add(out, "<td class=\"n\">");
  add_signed(out, 100 * value, 1);
  if (!isnan(low) && !isnan(high)) {
    lf_text_add(out, " <span class=\"counts\">");
    add_signed(out, 100 * low, 1);
    lf_text_add(out, " to ");
    add_signed(out, 100 * high, 1);
    lf_text_add(out, "</span>");
  }
  lf_text_add(out, "</td>");
}

static void add_split(lf_text *out, const json_t *split, const char *name) {
  if (split == NULL) return;
  lf_text_addf(out, "<tr><th scope=\"row\">%s</th><td class=\"n\">", name);
  lf_people_percent(out, lf_view_number(split, "from"));
  lf_text_add(out, "</td>");
  add_part(out, lf_view_at(split, "mix"));
  add_part(out, lf_view_at(split, "points"));
  add_part(out, lf_view_at(split, "threshold"));
  lf_text_add(out, "<td class=\"n\">");
  lf_people_percent(out, lf_view_number(split, "to"));
  lf_text_add(out, "</td></tr>\n");
}

static void add_splits(lf_text *out, const json_t *changed) {
  const json_t *split = lf_view_at(changed, "split");
  if (split == NULL) return;
  lf_text_add(out, "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"What the change is made "
                   "of\"><table>\n"
                   "<caption>What the change is made of, in percentage points with 95% "
                   "intervals</caption>\n<thead><tr><th scope=\"col\">Of</th>"
                   "<th scope=\"col\" class=\"n\">Before</th><th scope=\"col\" class=\"n\">Mix of "
                   "leads</th><th scope=\"col\" class=\"n\">Points</th>"
                   "<th scope=\"col\" class=\"n\">Threshold</th><th scope=\"col\" "
                   "class=\"n\">After</th></tr></thead>\n<tbody>\n");
  if (lf_view_at(split, "volume.mix") != NULL) {
    add_split(out, lf_view_at(split, "volume"), "Leads that qualify, training to holdout");
    add_split(out, lf_view_at(split, "win_rate"), "Their win rate, training to holdout");
  }
  add_split(out, lf_view_at(split, "judged_volume"), "Leads that qualify, the same leads");
  add_split(out, lf_view_at(split, "judged_win_rate"), "Their win rate, the same leads");
  lf_text_add(out, "</tbody></table></div>\n");
  lf_text_add(out, "<p class=\"note\">");
  lf_html_text(out, lf_view_text(split, "rule") != NULL ? lf_view_text(split, "rule") : "");
  lf_text_add(out, "</p>\n");
}

/* ---- points beside points
 * ---------------------------------------------------------------------------------------- */

static void add_points(lf_text *out, double points) {
  lf_text_add(out, "<td class=\"n\">");
  if (isnan(points))
    lf_html_absent(out);
  else
    lf_people_count(out, points);
  lf_text_add(out, "</td>");
}

static void add_cell(lf_text *out, const json_t *cell) {
  const char *old_band = lf_view_text(cell, "old_band"), *new_band = lf_view_text(cell, "new_band");
  lf_text_add(out, "<tr><th scope=\"row\">");
  lf_html_data(out, old_band != NULL ? old_band : new_band, 60);
  if (old_band != NULL && new_band != NULL && strcmp(old_band, new_band) != 0) {
    lf_text_add(out, " <span class=\"note\">now in</span> ");
    lf_html_data(out, new_band, 60);
  }
  lf_text_add(out, "</th>");
  add_points(out, lf_view_number(cell, "old_points"));
  add_points(out, lf_view_number(cell, "new_points"));
  lf_text_add(out, "<td class=\"n\">");
  add_signed(out, lf_view_number(cell, "change"), 1);
  lf_text_add(out, "</td>");
  add_points(out, lf_view_number(cell, "rows"));
  lf_text_add(out, "</tr>\n");
}

static void add_attribute(lf_text *out, const json_t *attribute) {
  const char *change = lf_view_text(attribute, "change");
  size_t i;
  json_t *cell;
  const json_t *cells = lf_view_at(attribute, "cells");
  lf_text_add(out, "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">");
  lf_html_data(out, lf_view_text(attribute, "name"), 120);
  if (change != NULL && strcmp(change, "kept") != 0)
    lf_text_addf(out, " <span class=\"note\">%s</span>",
                 strcmp(change, "added") == 0 ? "new in the definition" : "no longer in it");
  lf_text_add(out, "</th></tr>\n");
  lf_view_each(cells, i, cell) {
    if (i < MOST_CELLS) add_cell(out, cell);
  }
  lf_text_add(out, "</tbody>\n");
}

static void add_attributes(lf_text *out, const json_t *changed) {
  const json_t *list = lf_view_list(changed, "attributes");
  size_t i;
  json_t *attribute;
  if (list == NULL) return;
  lf_text_add(
      out, "<details><summary>Points of every band, old and new</summary>\n<div class=\"scroll\" "
           "role=\"group\" tabindex=\"0\" "
           "aria-label=\"Old and new points\"><table class=\"points-table\">\n<caption>Old and new points of "
           "the same leads; moved: against the "
           "attribute\xE2\x80\x99s average lead, in new points. Combinations of fewer than 10 leads are left "
           "out</caption>\n"
           "<thead><tr><th scope=\"col\">Band</th><th scope=\"col\" class=\"n\">Old points</th><th "
           "scope=\"col\" class=\"n\">New points</th>"
           "<th scope=\"col\" class=\"n\">Moved</th><th scope=\"col\" class=\"n\">Leads</th></tr></thead>\n");
  lf_view_each(list, i, attribute) add_attribute(out, attribute);
  lf_text_add(out, "</table></div>\n</details>\n");
}

void lf_html_changed(lf_text *out, const json_t *report) {
  const json_t *changed = lf_view_at(report, "changed");
  size_t i;
  json_t *item;
  if (changed == NULL) return;
  lf_html_section(out, "changed", "What changes",
                  "The new definition beside the one in force, on leads that took no part in the fit where "
                  "some were kept back.");
  lf_html_paragraph(out, NULL, lf_view_text(changed, "summary"));
  lf_view_each(lf_view_at(changed, "pairs"), i, item) {
    lf_html_paragraph(out, NULL, lf_view_text(item, "sentence"));
    lf_html_quadrant(out, item);
  }
  lf_view_each(lf_view_at(changed, "warnings"), i, item) {
    lf_html_paragraph(out, NULL, json_string_value(item));
  }
  add_flips(out, changed, "newly_qualified", "Newly qualified");
  add_flips(out, changed, "no_longer_qualified", "No longer qualified");
  add_splits(out, changed);
  add_attributes(out, changed);
  lf_html_section_close(out);
}
