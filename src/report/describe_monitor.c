#include "report/describe_monitor.h"

#include <math.h>
#include <string.h>

#include "report/view.h"

/* ---- sentences --------------------------------------------------------------------------------------------
 */

static bool is(const lf_check *check, const char *id) {
  return strcmp(check->id, id) == 0;
}

static void add_against(lf_text *out, const lf_check *c, void (*write)(lf_text *out, double value)) {
  write(out, c->value);
  if (!isnan(c->low)) {
    lf_text_add(out, " (95% ");
    write(out, c->low);
    lf_text_add(out, " to ");
    write(out, c->high);
    lf_text_add(out, ")");
  }
  lf_text_add(out, ", promised ");
  write(out, c->promised);
}

static void three(lf_text *out, double value) {
  lf_people_fixed(out, value, 3);
}

static void two(lf_text *out, double value) {
  lf_people_fixed(out, value, 2);
}

static void count(lf_text *out, double value) {
  lf_people_fixed(out, value, 1);
}

static void add_psi(lf_text *out, const lf_check *c) {
  lf_text_add(out, "PSI ");
  lf_people_fixed(out, c->value, 4);
  lf_text_add(out, ", critical at these numbers ");
  lf_people_fixed(out, c->shift.critical, 4);
}

static void add_what(lf_text *out, const lf_check *c, const lf_scorecard *card) {
  if (is(c, "score drift")) {
    lf_text_add(out, "the mix of scores has shifted: ");
    add_psi(out, c);
  } else if (is(c, "attribute drift")) {
    lf_text_addf(out, "%s has shifted: ", card->attributes->items[c->attribute].name);
    add_psi(out, c);
    if (c->other_share >= 0.05) {
      lf_text_add(out, "; ");
      lf_people_percent(out, c->other_share);
      lf_text_add(out, " of leads have a value the card does not know");
    }
  } else if (is(c, "ranking")) {
    lf_text_add(out, "the score orders leads worse than promised: AUC ");
    add_against(out, c, three);
  } else if (is(c, "level")) {
    lf_text_addf(out, "leads win %s than the probabilities say: won over expected ",
                 c->value < 1 ? "less often" : "more often");
    add_against(out, c, two);
  } else if (is(c, "slope")) {
    lf_text_addf(out, "the probabilities are too %s: calibration slope ",
                 c->value < 1 ? "far apart" : "close together");
    add_against(out, c, two);
  } else if (is(c, "qualified share")) {
    lf_text_addf(out, "%s leads qualify than promised: ", c->value < c->promised ? "fewer" : "more");
    add_against(out, c, lf_people_percent);
  } else if (is(c, "win rate")) {
    lf_text_addf(out,
                 "qualified leads win %s often than promised: ", c->value < c->promised ? "less" : "more");
    add_against(out, c, lf_people_percent);
  } else {
    lf_text_add(out, "fewer qualified leads a month than planned: ");
    add_against(out, c, count);
  }
}

static json_t *sentence(const lf_check *c, const lf_scorecard *card) {
  lf_text text = {0};
  add_what(&text, c, card);
  lf_text_add(&text, "; adjusted p ");
  lf_people_p(&text, c->adjusted);
  json_t *tree = text.failed ? NULL : lf_json_text(text.data);
  lf_text_free(&text);
  return tree;
}

/* ---- parts ------------------------------------------------------------------------------------------------
 */

typedef struct described {
  const lf_monitor *monitor;
  const lf_scorecard *card;
  size_t from; /* first period of the list */
} described;

static json_t *describe_check(const void *context, size_t i) {
  const described *d = context;
  const lf_check *c = &d->monitor->checks[i];
  bool drift = strstr(c->id, "drift") != NULL;
  lf_object o = lf_object_new();
  lf_object_text(&o, "check", c->id);
  lf_object_text(&o, "attribute",
                 c->attribute == SIZE_MAX ? NULL : d->card->attributes->items[c->attribute].name);
  lf_object_number(&o, "value", c->value);
  lf_object_number(&o, "ci_low", c->low);
  lf_object_number(&o, "ci_high", c->high);
  lf_object_number(&o, "promised", drift ? NAN : c->promised);
  lf_object_number(&o, "critical", c->shift.critical);
  lf_object_number(&o, "bins", drift ? (double)c->shift.bins : NAN);
  lf_object_number(&o, "margin", c->margin);
  lf_object_number(&o, "p", c->p);
  lf_object_number(&o, "p_adjusted", c->adjusted);
  lf_object_number(&o, "design_effect", c->design_effect);
  lf_object_number(&o, "other_share", c->other_share);
  lf_object_flag(&o, "alarm", c->alarm);
  return lf_object_take(&o);
}

static json_t *describe_period(const void *context, size_t i) {
  const described *d = context;
  const lf_monitor_period *p = &d->monitor->periods[d->from + i];
  lf_text name = {0};
  if (p->quarter)
    lf_text_addf(&name, "%04d-Q%d", p->year, p->part);
  else
    lf_text_addf(&name, "%04d-%02d", p->year, p->part);
  lf_object o = lf_object_new();
  lf_object_tree(&o, "period", name.failed ? NULL : lf_json_text(name.data));
  lf_text_free(&name);
  lf_object_number(&o, "leads", p->leads);
  lf_object_number(&o, "qualified", p->qualified);
  lf_object_number(&o, "decided", p->decided);
  lf_object_number(&o, "won", p->won);
  lf_object_number(&o, "expected_won", p->expected);
  lf_object_number(&o, "won_over_expected", p->ratio);
  lf_object_number(&o, "won_over_expected_low", p->ratio_low);
  lf_object_number(&o, "won_over_expected_high", p->ratio_high);
  lf_object_number(&o, "qualified_decided", p->qualified_decided);
  lf_object_number(&o, "qualified_won", p->qualified_won);
  lf_object_number(&o, "amount", p->amount);
  lf_object_number(&o, "qualified_amount", p->qualified_amount);
  lf_object_number(&o, "auc", p->auc);
  lf_object_number(&o, "auc_low", p->auc_low);
  lf_object_number(&o, "auc_high", p->auc_high);
  lf_object_number(&o, "psi", p->psi);
  lf_object_number(&o, "psi_critical", p->psi_critical);
  return lf_object_take(&o);
}

static json_t *describe_funnel(const lf_funnel *f) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "qualified", f->qualified);
  lf_object_number(&o, "open", f->open);
  lf_object_number(&o, "open_too_long", f->open_too_long);
  lf_object_number(&o, "too_long_days", f->too_long_days);
  lf_object_number(&o, "lost", f->lost);
  lf_object_number(&o, "won", f->won);
  lf_object_number(&o, "below_decided", f->below_decided);
  lf_object_number(&o, "below_won", f->below_won);
  lf_object_number(&o, "below_amount", f->below_amount);
  lf_object_number(&o, "won_amount", f->won_amount);
  return lf_object_take(&o);
}

static json_t *describe_alarms(const lf_monitor *m, const lf_scorecard *card) {
  json_t *list = json_array();
  for (size_t k = 0; list && k < m->n_checks; k++) {
    json_t *item = m->checks[k].alarm ? sentence(&m->checks[k], card) : NULL;
    if (!m->checks[k].alarm || (item && json_array_append_new(list, item) == 0)) continue;
    json_decref(list);
    return NULL;
  }
  return list;
}

json_t *lf_describe_monitor(const lf_monitor *m, const lf_scorecard *card) {
  size_t months = 0;
  while (months < m->n_periods && !m->periods[months].quarter) months++;
  described d = {m, card, 0}, quarters = {m, card, months};
  json_t *alarms = describe_alarms(m, card);
  lf_object o = lf_object_new();
  lf_object_flag(&o, "holds", json_array_size(alarms) == 0);
  lf_object_number(&o, "alpha", m->alpha);
  lf_object_tree(&o, "alarms", alarms);
  lf_object_number(&o, "rows", m->rows);
  lf_object_number(&o, "decided", m->decided);
  lf_object_number(&o, "won", m->won);
  lf_object_number(&o, "months_spanned", m->months);
  lf_object_tree(&o, "checks", lf_json_list(m->n_checks, describe_check, &d));
  lf_object_tree(&o, "months", lf_json_list(months, describe_period, &d));
  lf_object_tree(&o, "quarters", lf_json_list(m->n_periods - months, describe_period, &quarters));
  lf_object_tree(&o, "funnel", describe_funnel(&m->funnel));
  return lf_object_take(&o);
}
