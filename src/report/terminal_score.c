/* `score -o FILE` on a terminal: how many leads, how many qualified, and what is to be expected of each
 * grade.
 */
#include <math.h>

#include "report/report.h"
#include "report/terminal.h"

static void write_row(lf_term_table *table, const char *label, const json_t *sums) {
  lf_text cell = {0};
  lf_text_add(&cell, label);
  lf_term_cell(table, true, &cell);
  lf_term_number_cell(table, lf_view_number(sums, "leads"), 0);
  lf_term_share_cell(table, lf_view_number(sums, "share"));
  lf_term_number_cell(table, lf_view_number(sums, "won"), 0);
  lf_term_number_cell(table, lf_view_number(sums, "revenue"), 0);
}

static void write_table(lf_term *term, const json_t *score) {
  lf_term_table table = {.columns = 5,
                         .heads = {"grade", "leads", "share", "expected won", "expected revenue"},
                         .right = {false, true, true, true, true}};
  const json_t *grades = lf_view_list(score, "grades");
  size_t i;
  json_t *grade;
  lf_view_each(grades, i, grade) {
    lf_text label = {0};
    lf_text_addf(&label, "%s, from %.0f", lf_view_text(grade, "grade") ? lf_view_text(grade, "grade") : "",
                 lf_view_number(grade, "from"));
    write_row(&table, lf_text_part(&term->out, &label), grade);
    lf_text_free(&label);
  }
  write_row(&table, "all", lf_view_at(score, "all"));
  lf_term_table_write(term, &table);
  lf_term_table_free(&table);
}

static void write_head(lf_term *term, const json_t *score) {
  lf_text line = {0};
  double threshold = lf_view_number(score, "threshold");
  lf_people_counted(&line, lf_view_number(score, "all.leads"), "lead", "leads");
  lf_text_add(&line, " scored");
  if (lf_view_text(score, "card")) lf_text_addf(&line, " by \"%s\"", lf_view_text(score, "card"));
  if (!isnan(threshold)) {
    lf_text_add(&line, ": ");
    lf_people_count(&line, lf_view_number(score, "qualified.leads"));
    lf_text_add(&line, " (");
    lf_people_percent(&line, lf_view_number(score, "qualified.share"));
    lf_text_addf(&line, ") qualify at %.0f points or more", threshold);
  }
  lf_term_wrap_text(term, LF_INK_BOLD, "", 0, 3, &line);
}

/* What the leads were joined with, and how many met a row there. */
static void write_sources(lf_term *term, const json_t *score) {
  size_t i;
  json_t *source;
  lf_view_each(lf_view_list(score, "sources"), i, source) {
    lf_text line = {0};
    lf_text_addf(&line, "%s: ", lf_view_text(source, "name"));
    lf_people_counted(&line, lf_view_number(source, "leads"), "lead has a row", "leads have a row");
    lf_text_add(&line, ", ");
    lf_people_count(&line, lf_view_number(source, "unmatched"));
    lf_text_add(&line, " have a key that is not there, ");
    lf_people_count(&line, lf_view_number(source, "without_key"));
    lf_text_add(&line, " have none");
    lf_term_wrap_text(term, LF_INK_PLAIN, "", 0, 3, &line);
  }
}

lf_status lf_score_terminal(const json_t *score, bool colour, int width, char **bytes, size_t *n,
                            lf_error *err) {
  lf_term term = lf_term_new(colour, width, 40);
  lf_text line = {0};
  write_head(&term, score);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_table(&term, score);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_sources(&term, score);
  lf_text_addf(&line, "written to %s", lf_view_text(score, "output") ? lf_view_text(score, "output") : "");
  lf_term_line(&term, LF_INK_FAINT, lf_text_part(&term.out, &line));
  lf_text_free(&line);
  return lf_view_give(&term.out, bytes, n, err);
}
