/* The AUC on its scale, as inline SVG: it belongs to the first screen and is there without scripts.
 * Coordinates are pixels of the view box. */
#include <math.h>

#include "report/html_sections.h"

/* A coordinate, one decimal, whatever the locale. */
static void attribute(lf_text *out, const char *name, double value) {
  lf_text_addf(out, " %s=\"", name);
  lf_text_add_fixed(out, value, 1);
  lf_text_add(out, "\"");
}

static void line(lf_text *out, const char *class, double x1, double y1, double x2, double y2) {
  lf_text_addf(out, "<line class=\"%s\"", class);
  attribute(out, "x1", x1);
  attribute(out, "y1", y1);
  attribute(out, "x2", x2);
  attribute(out, "y2", y2);
  lf_text_add(out, "/>");
}

static void dot(lf_text *out, double x, double y, double radius) {
  lf_text_add(out, "<circle class=\"dot\"");
  attribute(out, "cx", x);
  attribute(out, "cy", y);
  attribute(out, "r", radius);
  lf_text_add(out, "/>");
}

static void label(lf_text *out, const char *class, double x, double y, const char *text) {
  lf_text_addf(out, "<text class=\"%s\"", class);
  attribute(out, "x", x);
  attribute(out, "y", y);
  lf_text_add(out, ">");
  lf_html_text(out, text);
  lf_text_add(out, "</text>");
}

static double clamp(double value, double low, double high) {
  return fmin(fmax(value, low), high);
}

/* The scale runs from 40 to 100 pairs, so that an interval that holds 50 is seen to. */
static double scale_x(double auc) {
  return 10 + 300 * (clamp(auc, 0.4, 1.0) - 0.4) / 0.6;
}

void lf_html_pairs_scale(lf_text *out, const json_t *auc) {
  double value = lf_view_number(auc, "value"), low = lf_view_number(auc, "ci_low"),
         high = lf_view_number(auc, "ci_high");
  if (isnan(value)) return;
  lf_text_add(out, "<svg class=\"scale\" viewBox=\"0 0 320 44\" role=\"img\" aria-label=\"");
  lf_people_pairs(out, auc);
  lf_text_add(out, ", where 50 is a coin and 100 is perfect\">");
  line(out, "axis", scale_x(0.4), 16, scale_x(1.0), 16);
  line(out, "coin", scale_x(0.5), 7, scale_x(0.5), 25);
  line(out, "axis", scale_x(1.0), 11, scale_x(1.0), 21);
  if (!isnan(low) && !isnan(high)) line(out, "interval", scale_x(low), 16, scale_x(high), 16);
  dot(out, scale_x(value), 16, 6);
  label(out, "middle", scale_x(0.5), 40, "50 coin");
  label(out, "middle", scale_x(0.75), 40, "75");
  label(out, "end", scale_x(1.0), 40, "100 perfect");
  lf_text_add(out, "</svg>\n");
}
