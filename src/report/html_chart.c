/* Two small drawings, as inline SVG from the numbers that stand in text beside them. Coordinates are pixels
 * of the view box. */
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

/* ---- the AUC on its scale -------------------------------------------------------------------------- */

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

/* ---- promised against observed --------------------------------------------------------------------- */

enum { LEFT = 44, TOP = 10, SIDE = 240 };

typedef struct plot {
  double most; /* the largest win rate on both axes */
} plot;

static double plot_x(const plot *p, double share) {
  return LEFT + SIDE * clamp(share / p->most, 0, 1);
}
static double plot_y(const plot *p, double share) {
  return TOP + SIDE * (1 - clamp(share / p->most, 0, 1));
}

/* The smallest of the round scales that holds every rate and upper limit. */
static plot plot_for(const json_t *bins) {
  static const double scales[] = {0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8};
  double most = 0;
  size_t i;
  json_t *bin;
  json_array_foreach((json_t *)bins, i, bin) {
    most = fmax(most, fmax(lf_view_number(bin, "win_rate"), lf_view_number(bin, "mean_probability")));
    most = fmax(most, lf_view_number(bin, "high"));
  }
  for (i = 0; i < sizeof scales / sizeof *scales; i++) {
    if (most <= scales[i]) return (plot){scales[i]};
  }
  return (plot){1.0};
}

static void add_axes(lf_text *out, const plot *p) {
  for (int tick = 0; tick <= 4; tick++) {
    double share = p->most * tick / 4;
    lf_text number = {0};
    lf_people_fixed(&number, 100 * share, p->most < 0.1);
    lf_text_add(&number, "%");
    line(out, "grid", LEFT, plot_y(p, share), LEFT + SIDE, plot_y(p, share));
    if (!number.failed) {
      label(out, "end", LEFT - 6, plot_y(p, share) + 4, number.data);
      label(out, "middle", plot_x(p, share), TOP + SIDE + 18, number.data);
    }
    out->failed = out->failed || number.failed;
    lf_text_free(&number);
  }
  line(out, "ideal", plot_x(p, 0), plot_y(p, 0), plot_x(p, p->most), plot_y(p, p->most));
  label(out, "middle", LEFT + SIDE / 2.0, TOP + SIDE + 36, "promised");
}

void lf_html_calibration_chart(lf_text *out, const json_t *bins) {
  plot p = plot_for(bins);
  size_t i;
  json_t *bin;
  lf_text_add(
      out, "<svg class=\"chart\" viewBox=\"0 0 296 292\" role=\"img\" aria-label=\"Win rate against promised "
           "probability; the table beside it has the numbers\">");
  add_axes(out, &p);
  json_array_foreach((json_t *)bins, i, bin) {
    double x = lf_view_number(bin, "mean_probability"), y = lf_view_number(bin, "win_rate");
    double low = lf_view_number(bin, "low"), high = lf_view_number(bin, "high");
    if (isnan(x) || isnan(y)) continue;
    if (!isnan(low) && !isnan(high))
      line(out, "interval thin", plot_x(&p, x), plot_y(&p, low), plot_x(&p, x), plot_y(&p, high));
    dot(out, plot_x(&p, x), plot_y(&p, y), 4);
  }
  lf_text_add(out, "</svg>\n");
}
