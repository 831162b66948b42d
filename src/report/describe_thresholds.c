/* Figures of thresholds and exceptions -> report.json. */
#include "report/describe_thresholds.h"

#include <math.h>

#include "report/view.h"

enum { MOST_PATTERNS = 20 };

static void put_limits(lf_object *o, const char *low, const char *high, const lf_interval *i, double scale) {
  lf_object_number(o, low, scale * i->low);
  lf_object_number(o, high, scale * i->high);
}

lf_status lf_describe_threshold_figures(json_t *thresholds, const lf_threshold_figures *figures,
                                        const lf_holdout_time *volume, lf_error *err) {
  bool failed = false;
  size_t i;
  json_t *item;
  /* Leads a month of the whole history from leads of the holdout: all of them where the newest rows judge. */
  double each = volume->rows / (figures[0].leads.value * volume->months);
  lf_view_each(thresholds, i, item) {
    const lf_threshold_figures *f = &figures[i];
    lf_object o = {.value = json_incref(item)};
    put_limits(&o, "win_rate_low", "win_rate_high", &f->win_rate, 1);
    put_limits(&o, "share_won_low", "share_won_high", &f->share_won, 1);
    put_limits(&o, "share_amount_low", "share_amount_high", &f->share_amount, 1);
    lf_object_number(&o, "amount_per_lead", f->amount_per_lead.value);
    put_limits(&o, "amount_per_lead_low", "amount_per_lead_high", &f->amount_per_lead, 1);
    lf_object_number(&o, "leads_a_month", each * f->leads.value);
    put_limits(&o, "leads_a_month_low", "leads_a_month_high", &f->leads, each);
    failed = failed || o.failed;
    json_decref(o.value);
  }
  return failed ? lf_fail(err, LF_E_MEMORY, "no memory left for the thresholds") : LF_OK;
}

json_t *lf_describe_volume(const lf_history *history, const lf_holdout_time *volume) {
  if (isnan(volume->months)) return json_null();
  lf_object o = lf_object_new();
  lf_object_text(&o, "date", history->table->columns[history->date].name);
  lf_object_tree(&o, "from", lf_describe_day(volume->from));
  lf_object_tree(&o, "to", lf_describe_day(volume->to));
  lf_object_number(&o, "months", volume->months);
  lf_object_number(&o, "rows", volume->rows);
  return lf_object_take(&o);
}

/* ---- exceptions ------------------------------------------------------------------------------------------
 */

static json_t *describe_pattern(const lf_exception_pattern *p, const lf_scorecard *card) {
  lf_object o = lf_object_new();
  json_t *bands = json_array();
  for (size_t k = 0; k < 2 && p->attribute[k] != SIZE_MAX; k++) {
    const lf_attribute *a = &card->attributes->items[p->attribute[k]];
    lf_object band = lf_object_new();
    lf_object_text(&band, "attribute", a->name);
    lf_object_text(&band, "band", a->bands[p->band[k]].label);
    if (json_array_append_new(bands, lf_object_take(&band)) != 0) o.failed = true;
  }
  lf_object_tree(&o, "bands", bands);
  lf_object_number(&o, "rows", p->rows);
  lf_object_number(&o, "won", p->won);
  lf_object_number(&o, "lost", p->rows - p->won);
  lf_object_number(&o, "win_rate", p->won / p->rows);
  lf_object_number(&o, "expected_won", p->expected);
  lf_object_number(&o, "expected_win_rate", p->expected / p->rows);
  lf_object_number(&o, "z", p->z);
  lf_object_number(&o, "p", p->p);
  lf_object_number(&o, "q", p->q);
  return lf_object_take(&o);
}

static json_t *describe_side(const lf_exception_side *side, const lf_scorecard *card) {
  lf_object o = lf_object_new();
  json_t *list = json_array();
  size_t beyond = 0;
  for (size_t i = 0; i < side->n_patterns; i++) {
    beyond += side->patterns[i].q < 0.05;
    if (i < MOST_PATTERNS && json_array_append_new(list, describe_pattern(&side->patterns[i], card)) != 0)
      o.failed = true;
  }
  lf_object_number(&o, "rows", side->rows);
  lf_object_number(&o, "won", side->won);
  lf_object_number(&o, "lost", side->rows - side->won);
  lf_object_number(&o, "win_rate", side->rows > 0 ? side->won / side->rows : NAN);
  lf_object_number(&o, "expected_won", side->expected);
  lf_object_count(&o, "beyond_chance", beyond);
  lf_object_tree(&o, "patterns", list);
  return lf_object_take(&o);
}

/* One sentence: whether any pattern is more than chance. */
static json_t *sentence(const lf_exceptions *e) {
  lf_text out = {0};
  size_t below = 0, above = 0;
  for (size_t i = 0; i < e->below.n_patterns; i++) below += e->below.patterns[i].q < 0.05;
  for (size_t i = 0; i < e->above.n_patterns; i++) above += e->above.patterns[i].q < 0.05;
  if (e->tested == 0) {
    lf_text_add(&out, "No pattern has leads enough to be looked at.");
  } else if (below + above == 0) {
    lf_text_add(&out, "None of the ");
    lf_people_counted(&out, (double)e->tested, "pattern", "patterns");
    lf_text_add(&out, " looked at stands out: these leads do not show that any band of the card, or two of "
                      "them together, would "
                      "tell the exceptions beforehand.");
  } else {
    lf_text_add(&out, "Of ");
    lf_people_counted(&out, (double)e->tested, "pattern", "patterns");
    lf_text_add(&out, " looked at, ");
    lf_people_count(&out, (double)below);
    lf_text_add(&out, " below the threshold won more often than their points say, and ");
    lf_people_count(&out, (double)above);
    lf_text_add(
        &out,
        " above it less often, beyond what chance does (q below 0.05): there the definition is not enough.");
  }
  json_t *text = out.failed ? NULL : json_string(out.data);
  lf_text_free(&out);
  return text;
}

json_t *lf_describe_exceptions(const lf_exceptions *exceptions, const lf_scorecard *card) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "threshold", card->threshold);
  lf_object_tree(&o, "sentence", sentence(exceptions));
  lf_object_count(&o, "tested", exceptions->tested);
  lf_object_tree(&o, "below", describe_side(&exceptions->below, card));
  lf_object_tree(&o, "above", describe_side(&exceptions->above, card));
  return lf_object_take(&o);
}
