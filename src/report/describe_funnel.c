/* data.funnel: leads that never reached the other half, rows there without a lead, impossible orders; and the
 * sentences that say so. */
#include <math.h>
#include <string.h>

#include "report/describe_sources.h"
#include "report/view.h"

static json_t *describe_group(const void *context, size_t i) {
  const lf_funnel_group *g = (const lf_funnel_group *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", g->label);
  lf_object_number(&o, "rows", g->rows);
  lf_object_number(&o, "reached", g->reached);
  lf_object_number(&o, "never", g->rows - g->reached);
  lf_object_number(&o, "open", g->open);
  lf_object_number(&o, "won", g->won);
  return lf_object_take(&o);
}

static json_t *describe_cut(const void *context, size_t i) {
  static const char *const names[] = {"source", "owner", "month"};
  const lf_funnel_cut *cut = (const lf_funnel_cut *)context + i;
  lf_object o = lf_object_new();
  lf_object_text(&o, "by", names[cut->by]);
  lf_object_text(&o, "column", cut->column);
  lf_object_tree(&o, "groups", lf_json_list(cut->n, describe_group, cut->groups));
  return lf_object_take(&o);
}

static json_t *describe_order(const void *context, size_t i) {
  const lf_funnel_order *order = &((const lf_funnel_leaks *)context)->orders[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "earlier", order->earlier);
  lf_object_text(&o, "later", order->later);
  lf_object_number(&o, "rows", order->rows);
  lf_object_number(&o, "compared", order->compared);
  return lf_object_take(&o);
}

static json_t *describe_alone(const lf_funnel_leaks *f) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", f->alone);
  lf_object_number(&o, "without_key", f->alone_without_key);
  lf_object_number(&o, "won", f->alone_won);
  lf_object_number(&o, "amount", f->alone_amount);
  lf_object_tree(&o, "cuts", lf_json_list(f->n_alone_cuts, describe_cut, f->alone_cuts));
  return lf_object_take(&o);
}

/* ---- sentences ------------------------------------------------------------------------------------ */

static void add_sentence(json_t **list, lf_text *text) {
  lf_list_add(list, text->failed ? NULL : lf_json_text(text->data));
  lf_text_free(text);
}

static void say_never(const lf_funnel_leaks *f, json_t **list) {
  lf_text text = {0};
  double never = f->rows - f->reached;
  lf_people_counted(&text, never, "lead", "leads");
  lf_text_add(&text, " of ");
  lf_people_count(&text, f->rows);
  lf_text_addf(&text, " (");
  lf_people_percent(&text, never / f->rows);
  lf_text_addf(&text, ") %s no row in %s", never > 1 ? "have" : "has", f->source);
  if (f->open > 0) {
    lf_text_add(&text, "; ");
    lf_people_count(&text, f->open);
    lf_text_add(&text, f->open > 1 ? " of them are still open" : " of them is still open");
  }
  if (f->unmatched > 0 && f->without_key > 0) {
    lf_text_add(&text, "; ");
    lf_people_count(&text, f->unmatched);
    lf_text_add(&text, f->unmatched > 1 ? " name one that is not there" : " names one that is not there");
  }
  lf_text_add(&text, ".");
  add_sentence(list, &text);
}

static void say_alone(const lf_funnel_leaks *f, json_t **list) {
  lf_text text = {0};
  if (!(f->alone > 0)) return;
  lf_people_counted(&text, f->alone, "row", "rows");
  lf_text_addf(&text, " of %s %s to no lead", f->source, f->alone > 1 ? "belong" : "belongs");
  if (f->alone_won > 0) {
    lf_text_add(&text, ", ");
    lf_people_count(&text, f->alone_won);
    lf_text_add(&text, " of them won");
  }
  if (f->alone_amount > 0) {
    lf_text_add(&text, " with ");
    lf_people_count(&text, f->alone_amount);
    lf_text_add(&text, " of amount");
  }
  lf_text_add(&text, ".");
  add_sentence(list, &text);
}

static void say_orders(const lf_funnel_leaks *f, json_t **list) {
  for (size_t i = 0; i < f->n_orders; i++) {
    const lf_funnel_order *o = &f->orders[i];
    lf_text text = {0};
    lf_people_counted(&text, o->rows, "lead", "leads");
    lf_text_addf(&text, " of ");
    lf_people_count(&text, o->compared);
    lf_text_addf(&text, " %s '%s' before '%s', which cannot be.", o->rows > 1 ? "have" : "has", o->later,
                 o->earlier);
    add_sentence(list, &text);
  }
}

static json_t *sentences(const lf_funnel_leaks *f) {
  json_t *list = json_array();
  say_never(f, &list);
  say_alone(f, &list);
  say_orders(f, &list);
  return list;
}

json_t *lf_describe_funnel(const lf_history *history) {
  const lf_funnel_leaks *f = &history->funnel;
  if (!f->source) return json_null();
  lf_object o = lf_object_new();
  lf_object_text(&o, "source", f->source);
  lf_object_number(&o, "rows", f->rows);
  lf_object_number(&o, "reached", f->reached);
  lf_object_number(&o, "never", f->rows - f->reached);
  lf_object_number(&o, "never_open", f->open);
  lf_object_number(&o, "days_median", f->days_median);
  lf_object_number(&o, "days_90", f->days_90);
  lf_object_tree(&o, "cuts", lf_json_list(f->n_cuts, describe_cut, f->cuts));
  lf_object_tree(&o, "without_lead", describe_alone(f));
  lf_object_tree(&o, "orders", lf_json_list(f->n_orders, describe_order, f));
  lf_object_tree(&o, "sentences", sentences(f));
  return lf_object_take(&o);
}
