/* The plan on a terminal, and the one-page agreement in Markdown. */
#include <math.h>
#include <string.h>

#include "base/markdown.h"
#include "report/plan_text.h"
#include "report/report.h"
#include "report/terminal.h"

enum { INDENT = 11, SHOWN = 9 };

/* ---- texts both share -------------------------------------------------------------------------------------
 */

typedef void (*number_writer)(lf_text *out, double value);

/* Money and leads: whole from 10 up, else one decimal. */
static void quantity(lf_text *out, double value) {
  if (fabs(value) >= 10)
    lf_people_count(out, value);
  else
    lf_people_fixed(out, value, 1);
}

static void add_interval(lf_text *out, const json_t *i, number_writer write) {
  write(out, lf_view_number(i, "value"));
  if (isnan(lf_view_number(i, "ci_low"))) return;
  lf_text_add(out, " (95%: ");
  write(out, lf_view_number(i, "ci_low"));
  lf_text_add(out, " to ");
  write(out, lf_view_number(i, "ci_high"));
  lf_text_add(out, ")");
}

void lf_plan_headline(lf_text *out, const json_t *plan) {
  const json_t *row = lf_view_at(plan, "recommended");
  double revenue = lf_view_number(plan, "asked.revenue"),
         months = lf_view_number(plan, "asked.horizon_months");
  lf_text_add(out, "From ");
  quantity(out, lf_view_number(row, "threshold"));
  out->length -= out->length > 2 && strcmp(out->data + out->length - 2, ".0") == 0 ? 2 : 0;
  if (out->data) out->data[out->length] = 0;
  lf_text_add(out, " points on: ");
  if (!isnan(revenue)) {
    lf_text_add(out, "a revenue of ");
    lf_people_count(out, revenue);
    lf_text_add(out, " in ");
    lf_text_add_double(out, months);
    lf_text_add(out, " months takes ");
    add_interval(out, lf_view_at(row, "needed"), quantity);
    lf_text_add(out, " qualified leads");
    double covers = lf_view_number(row, "volume_covers");
    if (!isnan(covers)) {
      lf_text_add(out, "; the recent volume is ");
      lf_people_percent(out, covers);
      lf_text_add(out, " of that, and ");
      add_interval(out, lf_view_at(row, "revenue"), lf_people_count);
      lf_text_add(out, " is to be expected of it");
    }
  } else if (!isnan(lf_view_number(row, "qualified_a_month.value"))) {
    add_interval(out, lf_view_at(row, "qualified_a_month"), quantity);
    lf_text_add(out, " qualified leads a month are to be expected");
  } else {
    add_interval(out, lf_view_at(row, "win_rate"), lf_people_percent);
    lf_text_add(out,
                " of leads are won; how many qualify a month cannot be told, since no full months of dated "
                "leads are there");
  }
  lf_text_add(out, ".");
}

void lf_plan_backtest_text(lf_text *out, const json_t *b) {
  static const struct {
    const char *key, *name;
  } items[] = {{"qualified", "qualified leads decided"}, {"wins", "wins"}, {"revenue", "revenue"}};
  if (!b) {
    lf_text_add(out, "no quarter before could be planned from these rows: too few leads with a known day of "
                     "decision judge.");
    return;
  }
  lf_text_addf(out,
               "made before %s the plan would have said for the quarter to %s: ", lf_view_text(b, "from"),
               lf_view_text(b, "to"));
  const char *word = "";
  for (size_t i = 0; i < 3; i++) {
    const json_t *item = lf_view_at(b, items[i].key);
    if (isnan(lf_view_number(item, "said"))) continue;
    lf_text_addf(out, "%s%s ", word, items[i].name);
    lf_people_count(out, lf_view_number(item, "said"));
    lf_text_add(out, " (");
    lf_people_count(out, lf_view_number(item, "ci_low"));
    lf_text_add(out, " to ");
    lf_people_count(out, lf_view_number(item, "ci_high"));
    lf_text_add(out, "), came ");
    lf_people_count(out, lf_view_number(item, "came"));
    if (json_is_false(lf_view_at(item, "inside"))) lf_text_add(out, ", outside");
    word = "; ";
  }
  lf_text_add(out, ".");
}

const char lf_plan_caution[] =
    "Intervals of leads needed, volume and revenue hold what is known from these leads and the chance "
    "of what is to come; they hold while the mix of leads, the win rate and deal sizes stay what they "
    "were. What is associated with winning is not shown to cause it.";

/* ---- terminal ---------------------------------------------------------------------------------------------
 */

static void write_text(lf_term *term, lf_ink ink, const char *label, lf_text *text) {
  lf_term_wrap_text(term, ink, label, *label ? INDENT : 0, 0, text);
}

static void add_cell(lf_term_table *table, bool start, const json_t *row, const char *path,
                     number_writer write) {
  lf_text cell = {0};
  double value = lf_view_number(row, path);
  lf_text_add(&cell, "");
  if (!isnan(value)) write(&cell, value);
  lf_term_cell(table, start, &cell);
}

static void add_range(lf_term_table *table, const json_t *interval, number_writer write) {
  lf_text cell = {0};
  lf_text_add(&cell, "");
  if (!isnan(lf_view_number(interval, "ci_low"))) {
    write(&cell, lf_view_number(interval, "ci_low"));
    lf_text_add(&cell, " to ");
    write(&cell, lf_view_number(interval, "ci_high"));
  }
  lf_term_cell(table, false, &cell);
}

/* About SHOWN thresholds, the recommended one among them. */
static void write_thresholds(lf_term *term, const json_t *plan) {
  const json_t *list = lf_view_at(plan, "thresholds");
  double own = lf_view_number(plan, "agreement.threshold");
  size_t i, n = json_array_size(list), step = n / SHOWN + 1;
  json_t *row;
  lf_term_table table = {.columns = 7,
                         .heads = {"from", "a month", "win rate", "deal size", "per lead", "needed", "95%"},
                         .right = {true, true, true, true, true, true, true}};
  lf_view_each(list, i, row) {
    if (i % step && lf_view_number(row, "threshold") != own) continue;
    add_cell(&table, true, row, "threshold", lf_people_count);
    add_cell(&table, false, row, "qualified_a_month.value", quantity);
    add_cell(&table, false, row, "win_rate.value", lf_people_percent);
    add_cell(&table, false, row, "deal_size.value", lf_people_count);
    add_cell(&table, false, row, "revenue_per_lead.value", lf_people_count);
    add_cell(&table, false, row, "needed.value", quantity);
    add_range(&table, lf_view_at(row, "needed"), quantity);
  }
  lf_term_table_write(term, &table);
  lf_term_table_free(&table);
}

lf_status lf_plan_terminal(const json_t *plan, bool colour, int width, char **bytes, size_t *n,
                           lf_error *err) {
  lf_term term = lf_term_new(colour, width, 0);
  const json_t *sales = lf_view_at(plan, "agreement.sales"),
               *marketing = lf_view_at(plan, "agreement.marketing");
  lf_text text = {0};
  lf_plan_headline(&text, plan);
  write_text(&term, LF_INK_BOLD, "", &text);
  lf_people_counted(&text, lf_view_number(plan, "rows"), "decided lead judges", "decided leads judge");
  lf_text_add(&text, ", ");
  lf_people_count(&text, lf_view_number(plan, "won"));
  lf_text_add(&text, " of them won.");
  write_text(&term, LF_INK_PLAIN, "", &text);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_thresholds(&term, plan);
  lf_term_line(&term, LF_INK_PLAIN, "");
  bool by_month = !isnan(lf_view_number(marketing, "leads_a_month"));
  if (by_month) quantity(&text, lf_view_number(marketing, "leads_a_month"));
  lf_text_add(&text,
              by_month ? " qualified leads a month" : "qualified leads, as many as the teams agree on");
  write_text(&term, LF_INK_PLAIN, "Marketing", &text);
  lf_text_add(&text, "follow-up of ");
  if (by_month) quantity(&text, lf_view_number(sales, "follow_up_a_month"));
  lf_text_add(&text, by_month ? " a month at a win rate of " : "each of them, at a win rate of ");
  add_interval(&text, lf_view_at(sales, "win_rate"), lf_people_percent);
  if (lf_view_number(sales, "over_capacity_a_month") > 0) {
    lf_text_add(&text, "; ");
    quantity(&text, lf_view_number(sales, "over_capacity_a_month"));
    lf_text_add(&text, " a month more than the capacity");
  }
  write_text(&term, LF_INK_PLAIN, "Sales", &text);
  lf_plan_backtest_text(&text, lf_view_at(plan, "backtest"));
  write_text(&term, LF_INK_PLAIN, "Backtest", &text);
  return lf_view_give(&term.out, bytes, n, err);
}

/* ---- Markdown ---------------------------------------------------------------------------------------------
 */

static void add_row(lf_text *out, const char *what, const json_t *tree, const char *path,
                    number_writer write) {
  if (isnan(lf_view_number(tree, path))) return;
  lf_text_addf(out, "| %s | ", what);
  write(out, lf_view_number(tree, path));
  lf_text_add(out, " |\n");
}

static void add_span(lf_text *out, const char *what, const json_t *tree, const char *path,
                     number_writer write) {
  const json_t *interval = lf_view_at(tree, path);
  if (isnan(lf_view_number(interval, "value"))) return;
  lf_text_addf(out, "| %s | ", what);
  add_interval(out, interval, write);
  lf_text_add(out, " |\n");
}

static void marketing_owes(lf_text *out, const json_t *plan) {
  const json_t *m = lf_view_at(plan, "agreement.marketing");
  size_t i;
  json_t *grade;
  lf_text_add(out, "## Marketing owes\n\n| measured on | a month |\n| --- | ---: |\n");
  add_row(out, "qualified leads by the common definition", m, "leads_a_month", quantity);
  lf_view_each(lf_view_at(m, "grades"), i, grade) {
    if (!(lf_view_number(grade, "rows") > 0)) continue;
    lf_text_add(out, "| of which grade ");
    lf_markdown_text(out, lf_view_text(grade, "grade"));
    lf_text_add(out, " | ");
    quantity(out, lf_view_number(grade, "leads_a_month"));
    lf_text_add(out, " |\n");
  }
  add_row(out, "to bring the revenue in all but 2.5 % of cases", m, "leads_a_month_to_be_sure", quantity);
  add_row(out, "at least, in all but 2.5 % of cases", m, "leads_a_month_at_least", quantity);
  add_span(out, "recent volume of such leads", plan, "recommended.qualified_a_month", quantity);
  lf_text_add(out, "\n");
}

static void sales_owes(lf_text *out, const json_t *plan) {
  const json_t *s = lf_view_at(plan, "agreement.sales");
  lf_text_add(out, "## Sales owes\n\n| measured on | |\n| --- | ---: |\n");
  add_row(out, "qualified leads followed up, a month", s, "follow_up_a_month", quantity);
  add_row(out, "of which over the stated capacity", s, "over_capacity_a_month", quantity);
  add_span(out, "win rate of qualified leads", s, "win_rate", lf_people_percent);
  add_row(out, "wins, a month", s, "wins_a_month", quantity);
  add_span(out, "deal size", s, "deal_size", lf_people_count);
  add_row(out, "days from lead to win, half of them within", s, "days_to_win_half", lf_people_count);
  add_row(out, "days from lead to win, nine in ten within", s, "days_to_win_nine_in_ten", lf_people_count);
  lf_text_add(out, "\n");
}

static void behind(lf_text *out, const json_t *plan) {
  const json_t *row = lf_view_at(plan, "recommended");
  lf_text_add(out, "## What stands behind it\n\n| | |\n| --- | ---: |\n");
  add_row(out, "decided leads that judge", plan, "rows", lf_people_count);
  add_row(out, "of them at the threshold or above", row, "rows", lf_people_count);
  add_row(out, "of those won", row, "won", lf_people_count);
  add_row(out, "their revenue", row, "amount", lf_people_count);
  add_row(out, "leads of any score, a month", plan, "volume.leads_a_month", quantity);
  add_row(out, "full months that were counted", plan, "volume.months", lf_people_count);
  add_span(out, "revenue to be expected at recent volume", row, "revenue", lf_people_count);
  add_row(out, "cost of the leads", row, "cost", lf_people_count);
  lf_text_add(out, "\nBacktest: ");
  lf_plan_backtest_text(out, lf_view_at(plan, "backtest"));
  lf_text_addf(out, "\n\n%s\n\n", lf_plan_caution);
}

lf_status lf_plan_markdown(const json_t *plan, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  lf_text_add(&out, "# Agreement on qualified leads: ");
  lf_markdown_text(&out, lf_view_text(plan, "name") ? lf_view_text(plan, "name") : "scorecard");
  lf_text_add(&out, "\n\n");
  lf_plan_headline(&out, plan);
  lf_text_add(&out, "\n\n");
  marketing_owes(&out, plan);
  sales_owes(&out, plan);
  behind(&out, plan);
  lf_text_add(&out, "| agreed | name | date |\n| --- | --- | --- |\n| Marketing | | |\n| Sales | | |\n");
  return lf_view_give(&out, bytes, n, err);
}
