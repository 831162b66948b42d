/* The points as a table for a spreadsheet, and as the page that two teams sign. */
#include <math.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/markdown.h"
#include "card/export_parts.h"
#include "ingest/value.h"

/* An edge as people write it; nothing where it is open. */
static void add_edge(lf_text *out, const lf_attribute *attribute, double edge) {
  char text[LF_DATE_TEXT];
  if (!isfinite(edge)) return;
  if (attribute->kind == LF_KIND_DATE) {
    lf_format_date(edge, text);
    lf_text_add(out, text);
  } else
    lf_text_add_double(out, edge);
}

/* ---- CSV --------------------------------------------------------------------------------------------------
 */

static void add_number(lf_text *out, double value) {
  lf_text_add(out, ",");
  if (!isnan(value)) lf_text_add_double(out, value);
}

static void add_cell(lf_text *out, const char *text) {
  lf_csv_field(out, text, ',');
  lf_text_add(out, ",");
}

static void add_row(lf_text *out, const lf_scorecard *card, size_t a, size_t b) {
  const lf_attribute *attribute = &card->attributes->items[a];
  const lf_band *band = &attribute->bands[b];
  const lf_card_band *figures = &card->bands[a][b];
  bool interval = band->type == LF_BAND_INTERVAL;
  lf_text values = {0};
  for (size_t v = 0; band->type == LF_BAND_VALUES && v < band->n_values; v++) {
    if (v) lf_text_add(&values, " | ");
    lf_text_add(&values, band->values[v]);
  }
  if (band->type == LF_BAND_MATCH) lf_text_add(&values, band->pattern);
  add_cell(out, attribute->name);
  add_cell(out, lf_kind_name(attribute->kind));
  add_cell(out, attribute->owner == LF_OWNER_NONE ? "" : lf_owner_name(attribute->owner));
  add_cell(out, band->label);
  lf_text_addf(out, "%d,", figures->points);
  if (interval) add_edge(out, attribute, band->from);
  lf_text_add(out, ",");
  if (interval) add_edge(out, attribute, band->to);
  lf_text_add(out, ",");
  lf_csv_field(out, lf_text_part(out, &values), ',');
  add_number(out, figures->rows);
  add_number(out, figures->won);
  add_number(out, figures->rows > 0 ? figures->won / figures->rows : NAN);
  add_number(out, figures->amount);
  lf_text_add(out, "\n");
  lf_text_free(&values);
}

lf_status lf_export_csv(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                        lf_error *err) {
  (void)options;
  (void)err;
  lf_text_add(out, "attribute,kind,owner,band,points,from,below,values,rows,won,win_rate,amount\n");
  if (card->base_points) lf_text_addf(out, "(every lead),,,,%d,,,,,,,\n", card->base_points);
  for (size_t a = 0; a < card->attributes->n; a++)
    for (size_t b = 0; b < card->attributes->items[a].n_bands; b++) add_row(out, card, a, b);
  return LF_OK;
}

/* ---- Markdown ---------------------------------------------------------------------------------------------
 */

enum { MOST_VALUES = 20 };

static void add_holds(lf_text *out, const lf_attribute *attribute, const lf_band *band) {
  bool low = isfinite(band->from), high = isfinite(band->to);
  switch (band->type) {
  case LF_BAND_MISSING: lf_text_add(out, "no value"); return;
  case LF_BAND_OTHER: lf_text_add(out, "any other value"); return;
  case LF_BAND_MATCH:
    lf_text_add(out, "text that matches ");
    lf_markdown_text(out, band->pattern);
    return;
  case LF_BAND_INTERVAL:
    if (low) lf_text_add(out, "from ");
    if (low) add_edge(out, attribute, band->from);
    if (high) lf_text_add(out, low ? " to below " : "below ");
    if (high) add_edge(out, attribute, band->to);
    if (!low && !high) lf_text_add(out, "any number");
    return;
  case LF_BAND_VALUES: break;
  }
  for (size_t v = 0; v < band->n_values && v < MOST_VALUES; v++) {
    if (v) lf_text_add(out, "; ");
    lf_markdown_text(out, band->values[v]);
  }
  if (band->n_values > MOST_VALUES) lf_text_addf(out, "; and %zu more", band->n_values - MOST_VALUES);
}

static void add_attribute(lf_text *out, const lf_scorecard *card, size_t a) {
  const lf_attribute *attribute = &card->attributes->items[a];
  lf_text_add(out, "### ");
  lf_markdown_text(out, attribute->name);
  if (attribute->owner != LF_OWNER_NONE) lf_text_addf(out, " (owner: %s)", lf_owner_name(attribute->owner));
  lf_text_add(out,
              "\n\n| band | holds | points | leads behind it | won |\n| --- | --- | ---: | ---: | ---: |\n");
  for (size_t b = 0; b < attribute->n_bands; b++) {
    const lf_card_band *figures = &card->bands[a][b];
    lf_text_add(out, "| ");
    lf_markdown_text(out, attribute->bands[b].label);
    lf_text_add(out, " | ");
    add_holds(out, attribute, &attribute->bands[b]);
    lf_text_addf(out, " | %d | ", figures->points);
    if (!isnan(figures->rows)) lf_text_add_fixed(out, figures->rows, 0);
    lf_text_add(out, " | ");
    if (!isnan(figures->won)) lf_text_add_fixed(out, figures->won, 0);
    lf_text_add(out, " |\n");
  }
  lf_text_add(out, "\n");
}

static void add_expected(lf_text *out, const json_t *expected) {
  double leads = json_number_value(json_object_get(expected, "leads"));
  double won = json_number_value(json_object_get(expected, "won"));
  const json_t *share = json_object_get(expected, "share_won");
  if (!(leads > 0)) return;
  lf_text_add(out, "Behind this line stand ");
  lf_text_add_fixed(out, leads, 0);
  lf_text_add(out, " leads of the history, of which ");
  lf_text_add_fixed(out, won, 0);
  lf_text_add(out, " were won (");
  lf_text_add_fixed(out, 100 * won / leads, 1);
  lf_text_add(out, "%)");
  if (json_is_number(share)) {
    lf_text_add(out, ": ");
    lf_text_add_fixed(out, 100 * json_number_value(share), 1);
    lf_text_add(out, "% of all that were won");
  }
  lf_text_add(out, ".\n\n");
}

static void add_definition(lf_text *out, const lf_scorecard *card) {
  lf_text_addf(out, "A lead's score is the sum of its points");
  if (card->base_points) lf_text_addf(out, " and %d", card->base_points);
  lf_text_addf(out, ": from %d to %d.", card->minimum, card->maximum);
  if (card->has_threshold) {
    lf_text_addf(out, " A lead with **%d points or more is a marketing qualified lead (MQL)**",
                 card->threshold);
    if (card->threshold_rule) {
      lf_text_add(out, ": ");
      lf_markdown_text(out, card->threshold_rule);
    }
    lf_text_add(out, ".");
  }
  lf_text_add(out, "\n\n");
  if (card->expected) add_expected(out, card->expected);
  if (!card->n_grades) return;
  lf_text_add(out, "| grade | from |\n| --- | ---: |\n");
  for (size_t g = 0; g < card->n_grades; g++) {
    lf_text_add(out, "| ");
    lf_markdown_text(out, card->grades[g].label);
    lf_text_addf(out, " | %d |\n", card->grades[g].from);
  }
  lf_text_add(out, "\n");
}

lf_status lf_export_markdown(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                             lf_error *err) {
  (void)options;
  (void)err;
  lf_text_add(out, "# Definition of a qualified lead: ");
  lf_markdown_text(out, card->name ? card->name : "scorecard");
  lf_text_add(out, "\n\n");
  add_definition(out, card);
  lf_text_add(out, "## Points\n\n");
  for (size_t a = 0; a < card->attributes->n; a++) add_attribute(out, card, a);
  lf_text_add(out, "## Agreed\n\n| | name | date |\n| --- | --- | --- |\n| Marketing | | |\n| Sales | | |\n");
  return LF_OK;
}
