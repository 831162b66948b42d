#include "report/describe_plan.h"

#include <math.h>

#include "report/describe.h"

static json_t *interval(const lf_interval *i, double scale) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "value", i->value * scale);
  lf_object_number(&o, "ci_low", i->low * scale);
  lf_object_number(&o, "ci_high", i->high * scale);
  return lf_object_take(&o);
}

static json_t *describe_asked(const lf_plan_options *asked) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "revenue", asked->revenue);
  lf_object_number(&o, "capacity", asked->capacity);
  lf_object_number(&o, "cost_per_lead", asked->cost_per_lead);
  lf_object_number(&o, "horizon_months", asked->horizon);
  return lf_object_take(&o);
}

static json_t *describe_volume(const lf_lead_volume *v) {
  double se = sqrt(v->variance / v->months);
  lf_object o = lf_object_new();
  lf_object_number(&o, "leads_a_month", v->mean);
  lf_object_number(&o, "ci_low", fmax(0, v->mean - 1.96 * se));
  lf_object_number(&o, "ci_high", v->mean + 1.96 * se);
  lf_object_number(&o, "std_dev_of_a_month", sqrt(v->variance));
  lf_object_number(&o, "months", v->months);
  return lf_object_take(&o);
}

/* Leads of any score behind the needed qualified ones, what they cost, and over which volume. */
static void add_needs(lf_object *o, const lf_plan *plan, const lf_plan_row *row) {
  double all = row->needed.value / row->share, cost = plan->asked.cost_per_lead;
  double months = plan->asked.horizon, mean = plan->volume.mean;
  lf_object_tree(o, "needed", interval(&row->needed, 1));
  lf_object_tree(o, "needed_a_month", interval(&row->needed, 1 / months));
  lf_object_number(o, "needed_leads_of_any_score", all);
  lf_object_number(o, "volume_covers", mean * months * row->share / row->needed.value);
  lf_object_number(o, "cost", cost * (isnan(all) ? mean * months : all));
  lf_object_number(o, "revenue_per_cost", row->amount / row->rows * row->share / cost);
}

static json_t *describe_row(const lf_plan *plan, const lf_plan_row *row) {
  double month = 1 / plan->asked.horizon, capacity = plan->asked.capacity;
  lf_object o = lf_object_new();
  lf_object_number(&o, "threshold", row->threshold);
  lf_object_number(&o, "rows", row->rows);
  lf_object_number(&o, "won", row->won);
  lf_object_number(&o, "amount", row->amount > 0 ? row->amount : NAN);
  lf_object_number(&o, "share", row->share);
  lf_object_tree(&o, "win_rate", interval(&row->win_rate, 1));
  lf_object_tree(&o, "deal_size", interval(&row->deal_size, 1));
  lf_object_tree(&o, "revenue_per_lead", interval(&row->revenue_per_lead, 1));
  lf_object_tree(&o, "qualified_a_month", interval(&row->qualified, month));
  lf_object_tree(&o, "qualified", interval(&row->qualified, 1));
  lf_object_tree(&o, "wins", interval(&row->wins, 1));
  lf_object_tree(&o, "revenue", interval(&row->revenue, 1));
  lf_object_number(&o, "over_capacity_a_month",
                   isnan(capacity) ? NAN : fmax(0, row->qualified.value * month - capacity));
  add_needs(&o, plan, row);
  return lf_object_take(&o);
}

static json_t *row_item(const void *context, size_t i) {
  const lf_plan *plan = context;
  return describe_row(plan, &plan->thresholds[i]);
}

static json_t *grade_item(const void *context, size_t i) {
  const lf_plan *plan = context;
  const lf_plan_row *row = &plan->thresholds[plan->recommended];
  double month = isnan(plan->asked.revenue) ? row->qualified.value : row->needed.value;
  lf_object o = lf_object_new();
  lf_object_text(&o, "grade", plan->grades[i].label);
  lf_object_number(&o, "rows", plan->grades[i].rows);
  lf_object_number(&o, "won", plan->grades[i].won);
  lf_object_number(&o, "leads_a_month", month / plan->asked.horizon * plan->grades[i].rows / row->rows);
  return lf_object_take(&o);
}

/* What each side owes, a month: the leads that the revenue takes, else those that are likely to come. */
static json_t *describe_agreement(const lf_plan *plan) {
  const lf_plan_row *row = &plan->thresholds[plan->recommended];
  bool money = !isnan(plan->asked.revenue);
  double months = plan->asked.horizon, leads = (money ? row->needed.value : row->qualified.value) / months;
  double sure = (money ? row->needed.high : row->qualified.low) / months;
  lf_object marketing = lf_object_new(), sales = lf_object_new(), o = lf_object_new();
  lf_object_number(&marketing, "leads_a_month", leads);
  lf_object_number(&marketing, money ? "leads_a_month_to_be_sure" : "leads_a_month_at_least", sure);
  lf_object_tree(&marketing, "grades", lf_json_list(plan->n_grades, grade_item, plan));
  lf_object_number(&sales, "follow_up_a_month", leads);
  lf_object_number(&sales, "over_capacity_a_month",
                   isnan(plan->asked.capacity) ? NAN : fmax(0, leads - plan->asked.capacity));
  lf_object_tree(&sales, "win_rate", interval(&row->win_rate, 1));
  lf_object_number(&sales, "wins_a_month", leads * row->win_rate.value);
  lf_object_tree(&sales, "deal_size", interval(&row->deal_size, 1));
  lf_object_number(&sales, "days_to_win_half", plan->cycle_median);
  lf_object_number(&sales, "days_to_win_nine_in_ten", plan->cycle_most);
  lf_object_number(&o, "threshold", row->threshold);
  lf_object_text(&o, "threshold_by", plan->by_capacity ? "capacity" : "scorecard");
  lf_object_tree(&o, "marketing", lf_object_take(&marketing));
  lf_object_tree(&o, "sales", lf_object_take(&sales));
  return lf_object_take(&o);
}

static json_t *compare(const lf_interval *said, double came) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "said", said->value);
  lf_object_number(&o, "ci_low", said->low);
  lf_object_number(&o, "ci_high", said->high);
  lf_object_number(&o, "came", came);
  bool known = !isnan(said->low) && !isnan(came);
  lf_object_tree(&o, "inside", known ? json_boolean(came >= said->low && came <= said->high) : json_null());
  return lf_object_take(&o);
}

static json_t *describe_backtest(const lf_backtest *b) {
  if (!b->known) return json_null();
  lf_object o = lf_object_new();
  lf_object_tree(&o, "from", lf_describe_day(b->from));
  lf_object_tree(&o, "to", lf_describe_day(b->to));
  lf_object_tree(&o, "qualified", compare(&b->qualified, b->came_qualified));
  lf_object_tree(&o, "wins", compare(&b->wins, b->came_wins));
  lf_object_tree(&o, "revenue", compare(&b->revenue, b->came_revenue));
  return lf_object_take(&o);
}

json_t *lf_describe_plan(const lf_plan *plan, const lf_scorecard *card) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "format", "leadfit-plan/1");
  lf_object_text(&o, "name", card->name);
  lf_object_tree(&o, "asked", describe_asked(&plan->asked));
  lf_object_number(&o, "rows", plan->rows);
  lf_object_number(&o, "won", plan->won);
  lf_object_tree(&o, "volume", describe_volume(&plan->volume));
  lf_object_tree(&o, "thresholds", lf_json_list(plan->n_rows, row_item, plan));
  lf_object_tree(&o, "recommended", describe_row(plan, &plan->thresholds[plan->recommended]));
  lf_object_tree(&o, "agreement", describe_agreement(plan));
  lf_object_tree(&o, "backtest", describe_backtest(&plan->backtest));
  return lf_object_take(&o);
}
