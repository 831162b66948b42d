/* What the page's script draws from: figures to fill, and a block of data that holds numbers of the tree and
 * nothing else. A figure stays hidden until it is drawn; its table stands beside it in any case. */
#include <math.h>
#include <string.h>

#include "base/build.h"
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

/* A name from the data, cut, without characters that turn the text around them. */
static void put_name(lf_object *o, const char *key, const char *name) {
  lf_text text = {0};
  size_t n = name != NULL ? strlen(name) : 0, at = 0;
  for (size_t length = 0; at < n && length < MOST_NAME; length++)
    lf_view_add_character(&text, lf_view_character(name, n, &at));
  if (at < n) lf_text_add(&text, "\xE2\x80\xA6");
  o->failed = o->failed || text.failed;
  lf_object_text(o, key, text.data != NULL ? text.data : "");
  lf_text_free(&text);
}

static json_t *new_interval(const json_t *at, const char *value, const char *low, const char *high,
                            const char *q) {
  double v = lf_view_number(at, value);
  if (isnan(v)) return json_null();
  lf_object o = lf_object_new();
  lf_object_number(&o, "value", v);
  lf_object_number(&o, "low", lf_view_number(at, low));
  lf_object_number(&o, "high", lf_view_number(at, high));
  lf_object_number(&o, "q", lf_view_number(at, q));
  return lf_object_take(&o);
}

static json_t *new_attribute(const json_t *attribute) {
  lf_object o = lf_object_new();
  const char *verdict = lf_view_text(attribute, "verdict");
  put_name(&o, "name", lf_view_text(attribute, "name"));
  put_name(&o, "verdict", verdict != NULL ? verdict : "");
  lf_object_tree(&o, "win", new_interval(attribute, "win.odds_ratio", "win.low", "win.high", "win.q"));
  lf_object_tree(&o, "size",
                 new_interval(attribute, "amount.ratio", "amount.low", "amount.high", "amount.q"));
  lf_object_tree(&o, "revenue",
                 new_interval(attribute, "revenue.ratio", "revenue.low", "revenue.high", "revenue.q"));
  return lf_object_take(&o);
}

static json_t *new_owner(const json_t *block) {
  lf_object o = lf_object_new();
  put_name(&o, "name", lf_view_text(block, "owner"));
  lf_object_number(&o, "value", lf_view_number(block, "share.value"));
  lf_object_number(&o, "low", lf_view_number(block, "share.ci_low"));
  lf_object_number(&o, "high", lf_view_number(block, "share.ci_high"));
  return lf_object_take(&o);
}

static void append(json_t *list, json_t *item, bool *failed) {
  if (json_array_append_new(list, item) != 0) *failed = true;
}

typedef json_t *new_item(const json_t *item);

static json_t *list_of(const json_t *items, new_item *make) {
  bool failed = false;
  size_t i;
  json_t *list = json_array(), *item;
  json_array_foreach((json_t *)items, i, item) append(list, make(item), &failed);
  if (!failed) return list;
  json_decref(list);
  return NULL;
}

/* The numbers of a record; whatever else stands in it has no place in a drawing. */
static json_t *new_numbers(const json_t *record) {
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
  json_array_foreach((json_t *)thresholds, i, item) {
    if (lf_view_number(item, "rows") >= LF_REPORT_FEWEST_ROWS) append(list, new_numbers(item), &failed);
  }
  if (!failed) return list;
  json_decref(list);
  return NULL;
}

static json_t *new_stability(const json_t *report, bool *failed) {
  json_t *steady = lf_html_steady(report), *list = json_array(), *attribute, *quarter;
  size_t i, j;
  json_array_foreach(steady, i, attribute){json_array_foreach(
      (json_t *)lf_view_at(attribute, "stability"), j, quarter){lf_object o = {.value = new_numbers(quarter)};
  if (o.value == NULL) {
    *failed = true;
    continue;
  }
  put_name(&o, "name", lf_view_text(attribute, "name"));
  put_name(&o, "quarter", lf_view_text(quarter, "quarter"));
  append(list, lf_object_take(&o), failed);
}
}
*failed = *failed || steady == NULL;
json_decref(steady);
return list;
}

json_t *lf_html_report_data(const json_t *report) {
  bool is_holdout = false, failed = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  json_t *ranked = lf_view_ranked(report);
  lf_object o = lf_object_new();
  lf_object_number(&o, "fewest", LF_REPORT_FEWEST_ROWS);
  lf_object_number(&o, "margin", lf_view_number(report, "evidence.margin"));
  lf_object_number(&o, "mql", lf_view_number(report, "mql.threshold"));
  lf_object_number(&o, "capacity", lf_view_number(report, "capacity"));
  lf_object_number(&o, "rows", lf_view_number(figures, "rows"));
  lf_object_number(&o, "amount", lf_view_number(figures, "amount"));
  lf_object_tree(&o, "attributes", ranked != NULL ? list_of(ranked, new_attribute) : NULL);
  lf_object_tree(&o, "bins", list_of(lf_view_at(figures, "calibration.bins"), new_numbers));
  lf_object_tree(&o, "thresholds", new_thresholds(lf_view_at(report, "thresholds")));
  lf_object_tree(&o, "owners", list_of(lf_view_at(report, "owners.blocks"), new_owner));
  lf_object_tree(&o, "stability", new_stability(report, &failed));
  json_decref(ranked);
  o.failed = o.failed || failed;
  return lf_object_take(&o);
}
