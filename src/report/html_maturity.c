/* How long leads take to be decided, and those that were too young to judge. */
#include <math.h>

#include "report/html_sections.h"

static void add_within(lf_text *out, const char *share, double days, const char *before) {
  if (isnan(days)) return;
  lf_text_addf(out, "%s%s within ", before, share);
  lf_people_counted(out, days, "day", "days");
}

static void add_held(lf_text *out, const json_t *held) {
  double rows = lf_view_number(held, "rows");
  if (!(rows > 0)) {
    lf_text_add(out, " No month of creation is too young to judge: nothing was held back for that.");
    return;
  }
  lf_text_add(out, " Months of creation in which more than half of the leads are still open are too young to "
                   "judge and were held back whole: ");
  lf_people_counted(out, rows, "lead", "leads");
  lf_text_add(out, ", ");
  lf_people_count(out, lf_view_number(held, "decided"));
  lf_text_add(out, " of them decided early. With those the win rate would be ");
  lf_people_percent(out, lf_view_number(held, "win_rate_with"));
  lf_text_add(out, " instead of ");
  lf_people_percent(out, lf_view_number(held, "win_rate_without"));
  lf_text_add(out, ".");
}

static void add_window(lf_text *out, const json_t *window) {
  double within = lf_view_number(window, "within_days");
  if (!(within > 0)) return;
  lf_text_add(out, "<p>Won means won within ");
  lf_people_counted(out, within, "day", "days");
  lf_text_add(out, " of creation, so that every lead had the same time. Created less than that before ");
  lf_html_text(out, lf_view_text(window, "ends"));
  lf_text_add(out, ", and so too young to judge and left out: ");
  lf_people_counted(out, lf_view_number(window, "too_young"), "lead", "leads");
  lf_text_add(out, ". Not won in that time, and so lost here: ");
  lf_people_count(out, lf_view_number(window, "open"));
  lf_text_add(out, " that are still open, ");
  lf_people_count(out, lf_view_number(window, "won_later"));
  lf_text_add(out, " that were won later.</p>\n");
}

void lf_html_maturity(lf_text *out, const json_t *report) {
  const json_t *maturity = lf_view_at(report, "data.maturity");
  add_window(out, lf_view_at(report, "data.window"));
  if (maturity == NULL) return;
  lf_text_add(out, "<p>From creation to decision, open leads counted as undecided so far:");
  add_within(out, "a quarter", lf_view_number(maturity, "days_until_decided.25"), " ");
  add_within(out, "half", lf_view_number(maturity, "days_until_decided.50"), ", ");
  add_within(out, "three quarters", lf_view_number(maturity, "days_until_decided.75"), ", ");
  add_within(out, "nine in ten", lf_view_number(maturity, "days_until_decided.90"), ", ");
  lf_text_add(out, ".");
  add_held(out, lf_view_at(maturity, "held_back"));
  lf_text_add(out, "</p>\n");
}
