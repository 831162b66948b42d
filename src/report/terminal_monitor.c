/* `monitor` on a terminal: alarms first, then the questions, the quarters, and where leads are lost. */
#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/terminal.h"

enum { INDENT = 11, MOST_PERIODS = 12 };

static void add_cell(lf_term_table *table, bool start, const char *text) {
  lf_text cell = {0};
  lf_text_add(&cell, text ? text : "");
  lf_term_cell(table, start, &cell);
}

static void add_figure(lf_term_table *table, double value, int decimals) {
  lf_text cell = {0};
  if (isnan(value))
    lf_text_add(&cell, "");
  else if (decimals)
    lf_people_fixed(&cell, value, decimals);
  else
    lf_people_count(&cell, value);
  lf_term_cell(table, false, &cell);
}

static void add_share(lf_term_table *table, double part, double whole) {
  lf_text cell = {0};
  lf_text_add(&cell, "");
  if (whole > 0) lf_people_percent(&cell, part / whole);
  lf_term_cell(table, false, &cell);
}

static void write_alarms(lf_term *term, const json_t *monitor) {
  size_t i;
  json_t *alarm;
  lf_text text = {0};
  lf_view_each(lf_view_at(monitor, "alarms"), i, alarm)
      lf_term_wrap(term, LF_INK_BAD, "ALARM: ", 7, 0, json_string_value(alarm));
  if (i == 0) {
    lf_text_add(&text, "The definition holds: no alarm among ");
    lf_people_counted(&text, (double)json_array_size(lf_view_at(monitor, "checks")), "question", "questions");
    lf_text_add(&text, ".");
    lf_term_wrap_text(term, LF_INK_GOOD, "", 0, 0, &text);
  }
  lf_text rows = {0};
  lf_people_counted(&rows, lf_view_number(monitor, "rows"), "lead", "leads");
  lf_text_add(&rows, ", ");
  lf_people_count(&rows, lf_view_number(monitor, "decided"));
  lf_text_add(&rows, " of them decided, ");
  lf_people_count(&rows, lf_view_number(monitor, "won"));
  lf_text_add(&rows, " won. Where nothing has changed, at most ");
  lf_people_percent(&rows, lf_view_number(monitor, "alpha"));
  lf_text_add(&rows, " of runs raise any alarm.");
  lf_term_wrap_text(term, LF_INK_PLAIN, "", 0, 0, &rows);
  lf_term_line(term, LF_INK_PLAIN, "");
}

static void add_p(lf_term_table *table, double p) {
  lf_text cell = {0};
  lf_text_add(&cell, "");
  if (!isnan(p)) lf_people_p(&cell, p);
  lf_term_cell(table, false, &cell);
}

static bool steady(const json_t *check) {
  const char *id = lf_view_text(check, "check");
  return id && strcmp(id, "attribute drift") == 0 && !lf_view_flag(check, "alarm") &&
         lf_view_text(check, "attribute");
}

/* Attributes that have not drifted are named, no more. */
static void write_steady(lf_term *term, const json_t *checks) {
  lf_text text = {0};
  size_t i;
  json_t *check;
  lf_view_each(checks, i, check) {
    if (!steady(check)) continue;
    lf_text_addf(&text, "%s%s", text.length ? ", " : "", lf_view_text(check, "attribute"));
  }
  bool any = text.length > 0;
  lf_term_wrap_text(term, LF_INK_PLAIN, "No drift", INDENT, 3, &text);
  if (any) lf_term_line(term, LF_INK_PLAIN, "");
}

static void write_checks(lf_term *term, const json_t *checks) {
  lf_term_table table = {.columns = 6,
                         .heads = {"question", "now", "promised", "critical", "adjusted p", ""},
                         .right = {false, true, true, true, true, false}};
  size_t i;
  json_t *check;
  lf_view_each(checks, i, check) {
    const char *attribute = lf_view_text(check, "attribute"), *id = lf_view_text(check, "check");
    if (steady(check)) continue;
    bool volume = id && strcmp(id, "volume") == 0;
    add_cell(&table, true, attribute ? attribute : id);
    bool drift = id && strstr(id, "drift");
    add_figure(&table, lf_view_number(check, "value"), volume ? 1 : drift ? 4 : 3);
    add_figure(&table, lf_view_number(check, "promised"), volume ? 1 : 3);
    add_figure(&table, lf_view_number(check, "critical"), 4);
    add_p(&table, lf_view_number(check, "p_adjusted"));
    add_cell(&table, false, lf_view_flag(check, "alarm") ? "ALARM" : "");
  }
  if (i) lf_term_table_write(term, &table);
  if (i) lf_term_line(term, LF_INK_PLAIN, "");
  lf_term_table_free(&table);
}

static void write_quarters(lf_term *term, const json_t *quarters) {
  lf_term_table table = {
      .columns = 9,
      .heads = {"quarter", "leads", "qualified", "decided", "win rate", "won/exp.", "AUC", "PSI", "critical"},
      .right = {false, true, true, true, true, true, true, true, true}};
  size_t i, n = json_array_size(quarters), from = n > MOST_PERIODS ? n - MOST_PERIODS : 0;
  json_t *q;
  lf_view_each(quarters, i, q) {
    if (i < from) continue;
    add_cell(&table, true, lf_view_text(q, "period"));
    add_figure(&table, lf_view_number(q, "leads"), 0);
    add_figure(&table, lf_view_number(q, "qualified"), 0);
    add_figure(&table, lf_view_number(q, "qualified_decided"), 0);
    add_share(&table, lf_view_number(q, "qualified_won"), lf_view_number(q, "qualified_decided"));
    add_figure(&table, lf_view_number(q, "won_over_expected"), 2);
    add_figure(&table, lf_view_number(q, "auc"), 3);
    add_figure(&table, lf_view_number(q, "psi"), 3);
    add_figure(&table, lf_view_number(q, "psi_critical"), 3);
  }
  if (n) {
    lf_term_line(term, LF_INK_BOLD,
                 "Scoreboard: leads delivered by the common definition, and what became of them");
    lf_term_table_write(term, &table);
    lf_term_line(term, LF_INK_PLAIN, "");
  }
  lf_term_table_free(&table);
}

static void write_funnel(lf_term *term, const json_t *f) {
  lf_text text = {0};
  if (!(lf_view_number(f, "qualified") > 0)) return;
  lf_text_add(&text, "of ");
  lf_people_counted(&text, lf_view_number(f, "qualified"), "qualified lead ", "qualified leads ");
  lf_people_count(&text, lf_view_number(f, "won"));
  lf_text_add(&text, " were won, ");
  lf_people_count(&text, lf_view_number(f, "lost"));
  lf_text_add(&text, " lost, ");
  lf_people_count(&text, lf_view_number(f, "open"));
  lf_text_add(&text, " are open");
  if (lf_view_number(f, "open_too_long") > 0) {
    lf_text_add(&text, ", ");
    lf_people_count(&text, lf_view_number(f, "open_too_long"));
    lf_text_add(&text, " of them for more than ");
    lf_people_count(&text, lf_view_number(f, "too_long_days"));
    lf_text_add(&text, " days, by which nine in ten were decided");
  }
  lf_text_add(&text, ". Below the threshold ");
  lf_people_count(&text, lf_view_number(f, "below_won"));
  lf_text_add(&text, " of ");
  lf_people_count(&text, lf_view_number(f, "below_decided"));
  lf_text_add(&text, " were won");
  if (lf_view_number(f, "won_amount") > 0) {
    lf_text_add(&text, ", ");
    lf_people_percent(&text, lf_view_number(f, "below_amount") / lf_view_number(f, "won_amount"));
    lf_text_add(&text, " of the revenue");
  }
  lf_text_add(&text, ".");
  lf_term_wrap_text(term, LF_INK_PLAIN, "Funnel", INDENT, 0, &text);
}

lf_status lf_monitor_terminal(const json_t *monitor, bool colour, int width, char **bytes, size_t *n,
                              lf_error *err) {
  lf_term term = lf_term_new(colour, width, 0);
  size_t i;
  json_t *note;
  write_alarms(&term, monitor);
  write_checks(&term, lf_view_at(monitor, "checks"));
  write_steady(&term, lf_view_at(monitor, "checks"));
  write_quarters(&term, lf_view_at(monitor, "quarters"));
  write_funnel(&term, lf_view_at(monitor, "funnel"));
  lf_view_each(lf_view_at(monitor, "notes"), i, note)
      lf_term_wrap(&term, LF_INK_PLAIN, "Note", INDENT, 0, json_string_value(note));
  return lf_view_give(&term.out, bytes, n, err);
}

/* One line an alarm, for a log. */
lf_status lf_monitor_lines(const json_t *monitor, char **bytes, size_t *n, lf_error *err) {
  lf_text text = {0};
  size_t i;
  json_t *alarm;
  lf_text_add(&text, "");
  lf_view_each(lf_view_at(monitor, "alarms"), i, alarm) {
    lf_text_add(&text, "ALARM: ");
    const char *sentence = json_string_value(alarm);
    size_t at = 0, length = sentence ? strlen(sentence) : 0;
    while (at < length) lf_view_add_character(&text, lf_view_character(sentence, length, &at));
    lf_text_add(&text, "\n");
  }
  return lf_view_give(&text, bytes, n, err);
}
