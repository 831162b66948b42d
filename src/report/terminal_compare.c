/* `compare` on a terminal: the candidates side by side, then each pair's sentence. */
#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/terminal.h"

static void text_cell(lf_term_table *table, bool start, const char *text) {
  lf_text cell = {0};
  lf_text_add(&cell, text ? text : "");
  lf_term_cell(table, start, &cell);
}

static void write_candidates(lf_term *term, const json_t *candidates) {
  lf_term_table table = {
      .columns = 8,
      .heads = {"candidate", "AUC", "95%", "log loss", "slope", "wins", "revenue", "qualified"},
      .right = {false, true, true, true, true, true, true, true}};
  size_t i;
  json_t *candidate;
  lf_view_each(candidates, i, candidate) {
    const json_t *figures = lf_view_at(candidate, "holdout");
    const json_t *tenth = json_array_get(lf_view_at(figures, "top"), 1);
    lf_text cell = {0};
    text_cell(&table, true, lf_view_text(candidate, "name"));
    lf_term_number_cell(&table, lf_view_number(figures, "auc.value"), 3);
    if (!isnan(lf_view_number(figures, "auc.ci_low"))) {
      lf_people_fixed(&cell, lf_view_number(figures, "auc.ci_low"), 3);
      lf_text_add(&cell, "\xE2\x80\x93"); /* an en dash: the limits must not be cut */
      lf_people_fixed(&cell, lf_view_number(figures, "auc.ci_high"), 3);
    }
    lf_term_cell(&table, false, &cell);
    lf_term_number_cell(&table, lf_view_number(figures, "log_loss"), 4);
    lf_term_number_cell(&table, lf_view_number(figures, "calibration.slope"), 2);
    lf_term_share_cell(&table, lf_view_number(tenth, "won"));
    lf_term_share_cell(&table, lf_view_number(tenth, "amount"));
    lf_term_number_cell(&table, lf_view_number(candidate, "qualified.rows"), 0);
  }
  if (json_array_size(table.rows) > 0) {
    lf_term_table_write(term, &table);
    lf_term_line(term, LF_INK_FAINT,
                 "wins, revenue: the share in the tenth of the leads that each ranks highest");
  }
  lf_term_table_free(&table);
}

static void qualifier_cell(lf_term_table *table, const json_t *pair, const char *cell) {
  const char *name = lf_view_text(pair, cell[0] == 'a' ? "a" : "b");
  lf_text text = {0};
  bool only = strcmp(cell, "a_only") == 0 || strcmp(cell, "b_only") == 0;
  if (only)
    lf_text_addf(&text, "only %s", name ? name : "");
  else
    lf_text_add(&text, cell);
  lf_term_cell(table, true, &text);
}

static void write_quadrant(lf_term *term, const json_t *pair) {
  static const char *const fields[] = {"both", "a_only", "b_only", "neither"};
  const json_t *quadrant = lf_view_at(pair, "quadrant");
  lf_term_table table = {.columns = 5,
                         .heads = {"qualified by", "rows", "win rate", "95% interval", "revenue"},
                         .right = {false, true, true, true, true}};
  if (!quadrant) return;
  for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
    const json_t *cell = lf_view_at(quadrant, fields[k]);
    lf_text text = {0};
    qualifier_cell(&table, pair, fields[k]);
    lf_term_number_cell(&table, lf_view_number(cell, "rows"), 0);
    lf_term_share_cell(&table, lf_view_number(cell, "win_rate"));
    if (!isnan(lf_view_number(cell, "low"))) {
      lf_people_percent(&text, lf_view_number(cell, "low"));
      lf_text_add(&text, " to ");
      lf_people_percent(&text, lf_view_number(cell, "high"));
    }
    lf_term_cell(&table, false, &text);
    lf_term_number_cell(&table, lf_view_number(cell, "amount"), 0);
  }
  lf_term_table_write(term, &table);
  lf_term_table_free(&table);
}

static lf_ink ink_of(const char *verdict) {
  if (!verdict) return LF_INK_PLAIN;
  return verdict[0] == 'b' ? LF_INK_GOOD : LF_INK_FAIR;
}

lf_status lf_compare_terminal(const json_t *compare, bool colour, int width, char **bytes, size_t *n,
                              lf_error *err) {
  lf_term term = lf_term_new(colour, width, 0);
  lf_text text = {0};
  size_t i;
  json_t *pair;
  lf_people_counted(&text, lf_view_number(compare, "rows"), "lead judged, ", "leads judged, ");
  lf_people_count(&text, lf_view_number(compare, "won"));
  lf_text_add(&text, " won; the same leads for every candidate.");
  lf_term_wrap_text(&term, LF_INK_BOLD, "", 0, 0, &text);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_candidates(&term, lf_view_at(compare, "candidates"));
  lf_view_each(lf_view_at(compare, "pairs"), i, pair) {
    const char *sentence = lf_view_text(pair, "sentence");
    lf_term_line(&term, LF_INK_PLAIN, "");
    if (sentence) lf_term_wrap(&term, ink_of(lf_view_text(pair, "verdict")), "", 0, 0, sentence);
    write_quadrant(&term, pair);
  }
  return lf_view_give(&term.out, bytes, n, err);
}
