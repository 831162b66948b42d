/* What the page's script draws from: figures to fill, and a block of data that holds numbers of the tree and
 * nothing else. A figure stays hidden until it is drawn; its table stands beside it in any case. */
#include <math.h>
#include <string.h>

#include "report/html_charts.h"
#include "report/html_sections.h"
#include "report/report.h"

enum { MOST_NAME = 60 };

void lf_html_figure(lf_text *out, const char *name, const char *label, const char *caption) {
  /* The drawing has its own element inside: Vega takes roles and labels off the one it is given. */
  lf_text_addf(out,
               "<figure id=\"chart-%s\" class=\"chart\" hidden=\"\">\n<div role=\"img\" aria-label=\"%s; the "
               "table has the "
               "numbers\"><div class=\"plot\"></div></div>\n<figcaption>%s</figcaption>\n</figure>\n",
               name, label, caption);
}

/* ---- the block of data ----------------------------------------------------------------------------- */

void lf_chart_name(lf_object *o, const char *key, const char *name) {
  lf_text text = {0};
  size_t n = name != NULL ? strlen(name) : 0, at = 0;
  for (size_t length = 0; at < n && length < MOST_NAME; length++)
    lf_view_add_character(&text, lf_view_character(name, n, &at));
  if (at < n) lf_text_add(&text, "\xE2\x80\xA6");
  o->failed = o->failed || text.failed;
  lf_object_text(o, key, text.data != NULL ? text.data : "");
  lf_text_free(&text);
}

json_t *lf_chart_interval(const json_t *at, const char *value, const char *low, const char *high) {
  double v = lf_view_number(at, value);
  if (isnan(v)) return json_null();
  lf_object o = lf_object_new();
  lf_object_number(&o, "value", v);
  lf_object_number(&o, "low", lf_view_number(at, low));
  lf_object_number(&o, "high", lf_view_number(at, high));
  return lf_object_take(&o);
}

/* The same with the q-value. */
static json_t *new_effect(const json_t *at, const char *value, const char *low, const char *high,
                          const char *q) {
  json_t *interval = lf_chart_interval(at, value, low, high);
  lf_object o = {.value = interval, .failed = interval == NULL};
  if (json_is_object(interval)) lf_object_number(&o, "q", lf_view_number(at, q));
  return lf_object_take(&o);
}

static json_t *new_attribute(const json_t *attribute) {
  lf_object o = lf_object_new();
  const char *verdict = lf_view_text(attribute, "verdict");
  lf_chart_name(&o, "name", lf_view_text(attribute, "name"));
  lf_chart_name(&o, "verdict", verdict != NULL ? verdict : "");
  lf_object_tree(&o, "win", new_effect(attribute, "win.odds_ratio", "win.low", "win.high", "win.q"));
  lf_object_tree(&o, "size", new_effect(attribute, "amount.ratio", "amount.low", "amount.high", "amount.q"));
  lf_object_tree(&o, "revenue",
                 new_effect(attribute, "revenue.ratio", "revenue.low", "revenue.high", "revenue.q"));
  return lf_object_take(&o);
}

static json_t *new_owner(const json_t *block) {
  lf_object o = lf_object_new();
  lf_chart_name(&o, "name", lf_view_text(block, "owner"));
  lf_object_number(&o, "value", lf_view_number(block, "share.value"));
  lf_object_number(&o, "low", lf_view_number(block, "share.ci_low"));
  lf_object_number(&o, "high", lf_view_number(block, "share.ci_high"));
  return lf_object_take(&o);
}

static void append(json_t *list, json_t *item, bool *failed) {
  if (json_array_append_new(list, item) != 0) *failed = true;
}

json_t *lf_chart_list(const json_t *items, json_t *(*make)(const json_t *item)) {
  bool failed = false;
  size_t i;
  json_t *list = json_array(), *item;
  lf_view_each(items, i, item) append(list, make(item), &failed);
  if (!failed) return list;
  json_decref(list);
  return NULL;
}

json_t *lf_chart_numbers(const json_t *record) {
  lf_object o = lf_object_new();
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)record, key, value) {
    if (json_is_number(value)) lf_object_number(&o, key, json_number_value(value));
  }
  return lf_object_take(&o);
}

/* Thresholds that enough leads reach. */
static json_t *new_thresholds(const json_t *thresholds) {
  bool failed = false;
  size_t i;
  json_t *list = json_array(), *item;
  lf_view_each(thresholds, i, item) {
    if (lf_view_number(item, "rows") >= LF_REPORT_FEWEST_ROWS) append(list, lf_chart_numbers(item), &failed);
  }
  if (!failed) return list;
  json_decref(list);
  return NULL;
}

static json_t *new_stability(const json_t *report, bool *failed) {
  json_t *steady = lf_html_steady(report), *list = json_array(), *attribute, *quarter;
  size_t i, j;
  lf_view_each(steady, i, attribute) {
    const json_t *quarters = lf_view_at(attribute, "stability");
    for (j = 0; j < json_array_size(quarters); j++) {
      quarter = json_array_get(quarters, j);
      lf_object o = {.value = lf_chart_numbers(quarter)};
      o.failed = o.value == NULL;
      lf_chart_name(&o, "name", lf_view_text(attribute, "name"));
      lf_chart_name(&o, "quarter", lf_view_text(quarter, "quarter"));
      append(list, lf_object_take(&o), failed);
    }
  }
  *failed = *failed || steady == NULL;
  json_decref(steady);
  return list;
}

void lf_chart_put_attributes(lf_object *o, const json_t *report) {
  json_t *ranked = lf_view_ranked(report);
  lf_object_number(o, "margin", lf_view_number(report, "evidence.margin"));
  lf_object_tree(o, "attributes", ranked != NULL ? lf_chart_list(ranked, new_attribute) : NULL);
  json_decref(ranked);
}

json_t *lf_html_report_data(const json_t *report) {
  bool is_holdout = false, failed = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  lf_object o = lf_object_new();
  lf_object_number(&o, "fewest", LF_REPORT_FEWEST_ROWS);
  lf_object_number(&o, "mql", lf_view_number(report, "mql.threshold"));
  lf_object_number(&o, "capacity", lf_view_number(report, "capacity"));
  lf_object_number(&o, "rows", lf_view_number(figures, "rows"));
  lf_object_number(&o, "amount", lf_view_number(figures, "amount"));
  lf_chart_put_attributes(&o, report);
  lf_object_tree(&o, "bins", lf_chart_list(lf_view_at(figures, "calibration.bins"), lf_chart_numbers));
  lf_object_tree(&o, "thresholds", new_thresholds(lf_view_at(report, "thresholds")));
  lf_object_tree(&o, "owners", lf_chart_list(lf_view_at(report, "owners.blocks"), new_owner));
  lf_object_tree(&o, "stability", new_stability(report, &failed));
  lf_chart_put_plan(&o, lf_view_at(report, "plan"));
  o.failed = o.failed || failed;
  return lf_object_take(&o);
}
