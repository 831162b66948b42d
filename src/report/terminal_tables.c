/* `inspect` and `validate` on a terminal. */
#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/terminal.h"

enum { LABEL = 11 };

static void cell_of_text(lf_term_table *table, bool start, const char *text) {
  lf_text cell = {0};
  lf_text_add(&cell, text != NULL ? text : "");
  lf_term_cell(table, start, &cell);
}

static void cell_of_count(lf_term_table *table, double value) {
  lf_text cell = {0};
  if (!isnan(value)) lf_people_count(&cell, value);
  lf_term_cell(table, false, &cell);
}

static void write_text(lf_term *term, const char *label, lf_text *text) {
  lf_term_wrap_text(term, LF_INK_PLAIN, label, LABEL, 0, text);
}

/* ---- inspect --------------------------------------------------------------------------------------- */

static const char *remark(const json_t *column) {
  static const char *const keys[] = {"reason", "suspicion", "note"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (lf_view_text(column, keys[i]) != NULL) return lf_view_text(column, keys[i]);
  }
  return NULL;
}

static void write_columns(lf_term *term, const json_t *columns) {
  lf_term_table table = {.columns = 6,
                         .heads = {"column", "kind", "role", "missing", "distinct", "note"},
                         .right = {false, false, false, true, true, false},
                         .wrap_last = true};
  size_t i;
  json_t *column;
  lf_view_each(columns, i, column) {
    cell_of_text(&table, true, lf_view_text(column, "name"));
    cell_of_text(&table, false, lf_view_text(column, "kind"));
    cell_of_text(&table, false, lf_view_text(column, "role"));
    cell_of_count(&table, lf_view_number(column, "missing"));
    cell_of_count(&table, lf_view_number(column, "distinct"));
    cell_of_text(&table, false, remark(column));
  }
  lf_term_table_write(term, &table);
  lf_term_table_free(&table);
}

static void write_counts(lf_term *term, const json_t *data) {
  static const char *const counts[][2] = {
      {"used", " used"}, {"won", " won"}, {"lost", " lost"}, {"open", " open"}};
  lf_text text = {0};
  if (isnan(lf_view_number(data, "rows"))) return;
  lf_people_counted(&text, lf_view_number(data, "rows"), "row", "rows");
  const char *before = ": ";
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    double value = lf_view_number(data, counts[i][0]);
    if (isnan(value)) continue;
    lf_text_add(&text, before);
    before = ", ";
    lf_people_count(&text, value);
    lf_text_add(&text, counts[i][1]);
  }
  lf_term_line(term, LF_INK_BOLD, lf_text_part(&term->out, &text));
  lf_text_free(&text);
}

/* What stands in the list as a text, or as {reason, rows}. */
static void write_list(lf_term *term, const char *label, const json_t *list) {
  size_t i;
  json_t *item;
  lf_view_each(list, i, item) {
    lf_text text = {0};
    const char *sentence = json_is_string(item) ? json_string_value(item) : lf_view_text(item, "reason");
    if (sentence == NULL) continue;
    if (!isnan(lf_view_number(item, "rows"))) {
      lf_people_counted(&text, lf_view_number(item, "rows"), "row", "rows");
      lf_text_add(&text, ": ");
    }
    lf_text_add(&text, sentence);
    write_text(term, i == 0 ? label : "", &text);
  }
}

/* The most frequent words of each column that has some. */
static void write_words(lf_term *term, const json_t *columns) {
  enum { MOST_SHOWN = 8 };
  size_t i, j, n = 0;
  json_t *column, *word;
  lf_view_each(columns, i, column) {
    lf_text text = {0};
    const json_t *words = lf_view_list(column, "words");
    if (words == NULL) continue;
    lf_text_addf(&text, "%s: ", lf_view_text(column, "name") != NULL ? lf_view_text(column, "name") : "");
    lf_view_each(words, j, word) {
      if (j == MOST_SHOWN) break;
      lf_text_addf(&text, "%s%s (", j > 0 ? ", " : "",
                   lf_view_text(word, "word") != NULL ? lf_view_text(word, "word") : "");
      lf_people_count(&text, lf_view_number(word, "rows"));
      lf_text_add(&text, j == 0 ? " training rows, " : ", ");
      lf_people_percent(&text, lf_view_number(word, "won_rate"));
      lf_text_add(&text, j == 0 ? " won)" : ")");
    }
    write_text(term, n++ == 0 ? "Words" : "", &text);
  }
}

lf_status lf_inspect_terminal(const json_t *inspect, bool colour, int width, char **bytes, size_t *n,
                              lf_error *err) {
  const json_t *data = lf_view_at(inspect, "data") != NULL ? lf_view_at(inspect, "data") : inspect;
  lf_term term = lf_term_new(colour, width, 0);
  write_counts(&term, data);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_columns(&term, lf_view_at(data, "columns"));
  if (lf_view_list(data, "excluded") != NULL || lf_view_list(data, "notes") != NULL)
    lf_term_line(&term, LF_INK_PLAIN, "");
  write_words(&term, lf_view_at(data, "columns"));
  write_list(&term, "Left out", lf_view_at(data, "excluded"));
  write_list(&term, "Inferred", lf_view_at(data, "notes"));
  return lf_view_give(&term.out, bytes, n, err);
}

/* ---- validate -------------------------------------------------------------------------------------- */

typedef struct figure {
  const char *name, *path, *low, *high;
  int decimals;
} figure;

static void write_figure(lf_term_table *table, const json_t *figures, const figure *f) {
  double value = lf_view_number(figures, f->path);
  lf_text cell = {0};
  if (isnan(value)) return;
  cell_of_text(table, true, f->name);
  lf_people_fixed(&cell, value, f->decimals);
  lf_term_cell(table, false, &cell);
  cell = (lf_text){0};
  if (f->low != NULL && !isnan(lf_view_number(figures, f->low)) && !isnan(lf_view_number(figures, f->high))) {
    lf_people_fixed(&cell, lf_view_number(figures, f->low), f->decimals);
    lf_text_add(&cell, " to ");
    lf_people_fixed(&cell, lf_view_number(figures, f->high), f->decimals);
  }
  lf_term_cell(table, false, &cell);
}

static void write_figures(lf_term *term, const json_t *figures) {
  static const figure shown[] = {
      {"AUC", "auc.value", "auc.ci_low", "auc.ci_high", 3},
      {"Kolmogorov-Smirnov", "ks", NULL, NULL, 3},
      {"average precision", "average_precision", NULL, NULL, 3},
      {"log loss", "log_loss", NULL, NULL, 4},
      {"log loss without a score", "null_log_loss", NULL, NULL, 4},
      {"Brier score", "brier", NULL, NULL, 4},
      {"calibration slope", "calibration.slope", "calibration.slope_low", "calibration.slope_high", 2},
      {"calibration in the large", "calibration.in_the_large", "calibration.in_the_large_low",
       "calibration.in_the_large_high", 2},
      {"revenue-capture Gini", "revenue_capture.gini", NULL, NULL, 3},
  };
  lf_term_table table = {
      .columns = 3, .heads = {"figure", "value", "95% interval"}, .right = {false, true, false}};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) write_figure(&table, figures, &shown[i]);
  if (json_array_size(table.rows) > 0) lf_term_table_write(term, &table);
  lf_term_table_free(&table);
}

static void write_top(lf_term *term, const json_t *top) {
  size_t i;
  json_t *row;
  lf_view_each(top, i, row) {
    lf_text text = {0};
    if (isnan(lf_view_number(row, "won"))) continue;
    lf_text_add(&text, "the best ");
    lf_people_count(&text, 100.0 * lf_view_number(row, "share"));
    lf_text_add(&text, "% hold ");
    lf_people_percent(&text, lf_view_number(row, "won"));
    lf_text_add(&text, " of the wins");
    if (!isnan(lf_view_number(row, "amount"))) {
      lf_text_add(&text, " and ");
      lf_people_percent(&text, lf_view_number(row, "amount"));
      lf_text_add(&text, " of the revenue");
    }
    write_text(term, i == 0 ? "Top" : "", &text);
  }
}

lf_status lf_validate_terminal(const json_t *validate, bool colour, int width, char **bytes, size_t *n,
                               lf_error *err) {
  const json_t *figures = lf_view_at(validate, "holdout");
  lf_term term = lf_term_new(colour, width, 0);
  lf_text text = {0};
  if (figures == NULL) {
    lf_term_line(&term, LF_INK_PLAIN, "No leads were judged.");
    return lf_view_give(&term.out, bytes, n, err);
  }
  lf_people_pairs(&text, lf_view_at(figures, "auc"));
  if (isnan(lf_view_number(figures, "auc.value"))) {
    lf_text_free(&text);
    lf_text_add(&text, "The order cannot be judged: the leads have one outcome only.");
  } else if (lf_view_number(figures, "distinct_scores") <= 1) {
    lf_text_free(&text);
    lf_text_add(&text, "Every lead gets the same score: it ranks none above another.");
  } else {
    lf_text_add(&text, " have the won lead above the lost one; a coin gets 50.");
  }
  lf_term_wrap_text(&term, LF_INK_BOLD, "", 0, 0, &text);
  lf_people_counted(&text, lf_view_number(figures, "rows"), "lead judged, ", "leads judged, ");
  lf_people_count(&text, lf_view_number(figures, "won"));
  lf_text_add(&text, " won.");
  lf_term_wrap_text(&term, LF_INK_PLAIN, "", 0, 0, &text);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_figures(&term, figures);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_top(&term, lf_view_at(figures, "top"));
  write_list(&term, "Note", lf_view_at(validate, "notes"));
  write_list(&term, "Warning", lf_view_at(validate, "warnings"));
  return lf_view_give(&term.out, bytes, n, err);
}
