/* The summary of a fit in one screen: the same answers as the first screen of report.html. */
#include <math.h>
#include <string.h>

#include "report/headline.h"
#include "report/report.h"
#include "report/terminal.h"

enum { MOST_LINES = 24, LABEL = 11, MOST_PREDICTORS = 8 };

static lf_ink ink_of(const char *state) {
  if (state == NULL) return LF_INK_FAIR;
  if (strcmp(state, "works") == 0) return LF_INK_GOOD;
  return strcmp(state, "does not work") == 0 ? LF_INK_BAD : LF_INK_FAIR;
}

static void write_text(lf_term *term, lf_ink ink, const char *label, int most, lf_text *text) {
  lf_term_wrap_text(term, ink, label, LABEL, most, text);
}

static void write_top(lf_term *term, const json_t *report) {
  lf_text text = {0};
  lf_term_field(&text, lf_view_name(report), term->width < 60 ? 20 : 40, false);
  while (text.length > 0 && text.data[text.length - 1] == ' ') text.data[--text.length] = '\0';
  if (!isnan(lf_view_number(report, "data.used"))) {
    lf_text_add(&text, "  ");
    lf_people_counted(&text, lf_view_number(report, "data.used"), "lead, ", "leads, ");
    lf_people_counted(&text, lf_view_number(report, "data.won"), "win", "wins");
  }
  lf_term_line(term, LF_INK_FAINT, lf_text_part(&term->out, &text));
  lf_text_free(&text);
}

static void write_works(lf_term *term, const json_t *headline) {
  const char *title = lf_view_text(headline, "title"), *works = lf_view_text(headline, "works");
  if (works != NULL)
    lf_term_wrap(term, ink_of(lf_view_text(headline, "state")), "", 0, title != NULL ? 4 : 3, works);
}

static void write_predictors(lf_term *term, const json_t *headline) {
  const json_t *names = lf_view_list(headline, "predicts");
  lf_text text = {0};
  size_t n = json_array_size(names);
  const char *reservation = lf_headline_reservation(headline);
  if (n > 0 && reservation != NULL) lf_text_addf(&text, "%s: ", reservation);
  for (size_t i = 0; i < n && i < MOST_PREDICTORS; i++) {
    const char *name = json_string_value(json_array_get(names, i));
    lf_text cut = {0};
    if (name == NULL) continue;
    int columns = lf_term_columns(name);
    lf_term_field(&cut, name, columns < 30 ? columns : 30, false);
    if (i > 0) lf_text_add(&text, ", ");
    lf_text_add(&text, lf_text_part(&text, &cut));
    lf_text_free(&cut);
  }
  if (n > MOST_PREDICTORS) lf_text_addf(&text, " and %zu more", n - MOST_PREDICTORS);
  if (n == 0)
    lf_text_add(&text, reservation == NULL
                           ? "no attribute by itself is shown to predict; together they rank as said"
                           : "no attribute is shown to predict on this history");
  const char *by = lf_view_text(headline, "predicts_by");
  bool by_weight = n > 0 && by != NULL && strcmp(by, "weight") == 0;
  write_text(term, LF_INK_PLAIN, by_weight ? "Goes by" : "Predicts", 4, &text);
}

static void write_sentence(lf_term *term, const json_t *headline, const char *label, const char *key,
                           int most) {
  const char *sentence = lf_view_text(headline, key);
  if (sentence != NULL) lf_term_wrap(term, LF_INK_PLAIN, label, LABEL, most, sentence);
}

/* All rules together, or the only one. */
static void write_rules(lf_term *term, const json_t *report) {
  const json_t *rules = lf_view_list(report, "rules");
  size_t n = json_array_size(rules);
  if (n > 0) write_sentence(term, json_array_get(rules, n == 2 ? 0 : n - 1), "Rules", "sentence", 6);
}

static void write_figures(lf_term *term, const json_t *report) {
  static const struct {
    const char *name, *path;
  } shown[] = {{"AUC ", "auc.value"},
               {", log loss ", "log_loss"},
               {" (", "null_log_loss"},
               {", calibration slope ", "calibration.slope"}};
  bool is_holdout = false;
  const json_t *figures = lf_view_figures(report, &is_holdout);
  lf_text text = {0};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    double value = lf_view_number(figures, shown[i].path);
    if (isnan(value)) continue;
    lf_text_add(&text,
                text.length == 0 && i > 0 ? shown[i].name + strspn(shown[i].name, ", (") : shown[i].name);
    lf_people_fixed(&text, value, i == 3 ? 2 : 3);
    if (i == 2) lf_text_add(&text, " without a score)");
  }
  write_text(term, LF_INK_FAINT, "Figures", 2, &text);
}

/* The first of what is said of leads lost between two sources. */
static void write_funnel(lf_term *term, const json_t *report) {
  const json_t *list = lf_view_list(report, "data.funnel.sentences");
  for (size_t i = 0; i < json_array_size(list) && i < 2; i++) {
    const char *sentence = json_string_value(json_array_get(list, i));
    if (sentence != NULL) lf_term_wrap(term, LF_INK_PLAIN, i == 0 ? "Funnel" : "", LABEL, 3, sentence);
  }
}

static void write_cautions(lf_term *term, const json_t *headline) {
  const json_t *list = lf_view_list(headline, "cautions");
  size_t n = json_array_size(list);
  for (size_t i = 0; i < n && term->lines < term->most_lines; i++) {
    const char *caution = json_string_value(json_array_get(list, i));
    int room = term->most_lines - term->lines;
    if (i > 0 && i + 1 < n && room < 3) {
      lf_text text = {0};
      lf_text_addf(&text, "%zu more cautions are in the report.", n - i);
      write_text(term, LF_INK_PLAIN, "", 1, &text);
      return;
    }
    if (caution != NULL)
      lf_term_wrap(term, LF_INK_FAIR, i == 0 ? "Before use" : "", LABEL, room < 4 ? room : 4, caution);
  }
}

lf_status lf_report_terminal(const json_t *report, bool colour, int width, char **bytes, size_t *n,
                             lf_error *err) {
  json_t *headline = NULL;
  lf_status status = lf_headline_of(report, &headline, err);
  if (status != LF_OK) return status;
  lf_term term = lf_term_new(colour, width, MOST_LINES);
  write_top(&term, report);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_works(&term, headline);
  lf_term_line(&term, LF_INK_PLAIN, "");
  write_predictors(&term, headline);
  write_sentence(&term, headline, "MQL", "change", 4);
  write_sentence(&term, lf_view_at(report, "changed"), "Changes", "summary", 4);
  write_rules(&term, report);
  write_sentence(&term, headline, "Evidence", "evidence", 4);
  write_funnel(&term, report);
  write_figures(&term, report);
  write_cautions(&term, headline);
  write_sentence(&term, lf_view_at(report, "owners"), "Owners", "summary", 4);
  json_decref(headline);
  return lf_view_give(&term.out, bytes, n, err);
}
