/* Writing for a terminal: widths in columns, not bytes; nothing from the data can move the cursor. */
#include "report/terminal.h"

#include <math.h>
#include <string.h>

lf_term lf_term_new(bool colour, int width, int most_lines) {
  if (width <= 0) width = 80;
  if (width < 40) width = 40;
  if (width > 200) width = 200;
  return (lf_term){.colour = colour, .width = width, .most_lines = most_lines};
}

int lf_term_columns(const char *text) {
  size_t n = strlen(text), at = 0;
  int columns = 0;
  while (at < n && columns < 100000) columns += lf_view_columns(lf_view_character(text, n, &at));
  return columns;
}

/* As much of n bytes as fits into `columns`; returns the columns taken. */
static int add_cut(lf_text *out, const char *text, size_t n, int columns) {
  size_t at = 0, marks = 0;
  int taken = 0;
  while (at < n) {
    uint32_t c = lf_view_character(text, n, &at);
    int wide = lf_view_columns(c);
    if (taken + wide > columns) break;
    marks = wide == 0 ? marks + 1 : 0;
    if (marks > 4) continue; /* a tower of combining marks takes no columns but climbs over other lines */
    lf_view_add_character(out, c);
    taken += wide;
  }
  return taken;
}

static void pad(lf_text *out, int columns) {
  for (int i = 0; i < columns; i++) lf_text_add(out, " ");
}

void lf_term_field(lf_text *out, const char *text, int columns, bool right) {
  int width = lf_term_columns(text);
  if (width > columns) {
    int taken = add_cut(out, text, strlen(text), columns - 1);
    lf_text_add(out, "\xE2\x80\xA6");
    pad(out, columns - taken - 1);
    return;
  }
  if (right) pad(out, columns - width);
  add_cut(out, text, strlen(text), columns);
  if (!right) pad(out, columns - width);
}

static const char *ink_code(lf_ink ink) {
  switch (ink) {
  case LF_INK_BOLD: return "\033[1m";
  case LF_INK_FAINT: return "\033[2m";
  case LF_INK_GOOD: return "\033[1;32m";
  case LF_INK_FAIR: return "\033[1;33m";
  case LF_INK_BAD: return "\033[1;31m";
  default: return NULL;
  }
}

/* One line of n bytes in ink, without trailing blanks. */
static void add_line(lf_term *term, lf_ink ink, const char *text, size_t n) {
  const char *code = term->colour ? ink_code(ink) : NULL;
  if (term->most_lines > 0 && term->lines >= term->most_lines) return;
  while (n > 0 && text[n - 1] == ' ') n--;
  if (code != NULL && n > 0) lf_text_add(&term->out, code);
  add_cut(&term->out, text, n, term->width);
  if (code != NULL && n > 0) lf_text_add(&term->out, "\033[0m");
  lf_text_add(&term->out, "\n");
  term->lines++;
}

void lf_term_line(lf_term *term, lf_ink ink, const char *text) {
  add_line(term, ink, text, strlen(text));
}

/* Bytes of text that fit into `columns`, broken at the last blank where there is one; *skip is how many to go
 * past. */
static size_t fitting(const char *text, size_t n, int columns, size_t *skip) {
  size_t at = 0, blank = 0;
  int taken = 0;
  while (at < n) {
    size_t before = at;
    uint32_t c = lf_view_character(text, n, &at);
    if (c == ' ') blank = before;
    taken += lf_view_columns(c);
    if (taken > columns) {
      size_t end = blank > 0 ? blank : before;
      if (end == 0) end = at; /* a character wider than the line: go past it all the same */
      *skip = blank > 0 ? end + 1 : end;
      return end;
    }
  }
  *skip = n;
  return n;
}

void lf_term_wrap(lf_term *term, lf_ink ink, const char *label, int indent, int most, const char *text) {
  size_t n = strlen(text), skip = 0;
  for (int i = 0; n > 0 && (most == 0 || i < most); i++) {
    lf_text line = {0};
    int room = term->width - indent;
    lf_term_field(&line, i == 0 ? label : "", indent, false);
    size_t end = fitting(text, n, room, &skip);
    if (most > 0 && i + 1 == most && skip < n) {
      lf_text rest = {0};
      lf_text_add_n(&rest, text, n);
      lf_term_field(&line, lf_text_part(&term->out, &rest), room, false);
      lf_text_free(&rest);
    } else {
      add_cut(&line, text, end, room);
    }
    add_line(term, ink, lf_text_part(&term->out, &line), line.length);
    lf_text_free(&line);
    text += skip;
    n -= skip;
  }
}

void lf_term_wrap_text(lf_term *term, lf_ink ink, const char *label, int indent, int most, lf_text *text) {
  const char *said = lf_text_part(&term->out, text);
  if (*said) lf_term_wrap(term, ink, label, indent, most, said);
  lf_text_free(text);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

/* A column that wraps keeps at least this much room, where the others can spare it. */
enum { LEAST_WRAPPED = 20, MOST_WRAPPED_LINES = 8 };

void lf_term_cell(lf_term_table *table, bool start, lf_text *text) {
  if (table->rows == NULL) table->rows = json_array();
  if (start && json_array_append_new(table->rows, json_array()) != 0) table->failed = true;
  json_t *row = json_array_get(table->rows, json_array_size(table->rows) - 1);
  json_t *cell = json_stringn(text->data != NULL ? text->data : "", text->length);
  if (text->failed || json_array_append_new(row, cell) != 0) table->failed = true;
  lf_text_free(text);
}

void lf_term_number_cell(lf_term_table *table, double value, int decimals) {
  lf_text cell = {0};
  if (!isnan(value)) lf_people_fixed(&cell, value, decimals);
  lf_term_cell(table, false, &cell);
}

void lf_term_share_cell(lf_term_table *table, double share) {
  lf_text cell = {0};
  if (!isnan(share)) lf_people_percent(&cell, share);
  lf_term_cell(table, false, &cell);
}

static const char *cell_text(const lf_term_table *table, size_t row, size_t column) {
  const char *text = json_string_value(json_array_get(json_array_get(table->rows, row), column));
  return text != NULL ? text : "";
}

/* Two blanks stand between columns. The widest column gives way first; one that wraps, before all others down
 * to its least. */
static void fit_widths(const lf_term_table *table, int width, int widths[LF_TERM_MOST_COLUMNS]) {
  int total = -2;
  size_t last = table->columns - 1;
  for (size_t j = 0; j < table->columns; j++) {
    widths[j] = lf_term_columns(table->heads[j]);
    for (size_t i = 0; i < json_array_size(table->rows); i++) {
      int columns = lf_term_columns(cell_text(table, i, j));
      if (columns > widths[j]) widths[j] = columns > 200 ? 200 : columns;
    }
    total += widths[j] + 2;
  }
  while (total > width) {
    size_t widest = 0;
    for (size_t j = 1; j < table->columns; j++) {
      if (widths[j] > widths[widest] && !(table->wrap_last && j == last && widths[j] <= LEAST_WRAPPED))
        widest = j;
    }
    if (table->wrap_last && widths[last] > LEAST_WRAPPED) widest = last;
    if (widths[widest] <= 3) break;
    widths[widest]--;
    total--;
  }
}

/* The row's cells side by side; the last one over several lines where it wraps. */
static void write_row(lf_term *term, const lf_term_table *table, size_t i, const int *widths) {
  size_t last = table->columns - 1;
  int indent = 0;
  lf_text line = {0};
  for (size_t j = 0; j < table->columns; j++) {
    const char *text = i == 0 ? table->heads[j] : cell_text(table, i - 1, j);
    if (j > 0) lf_text_add(&line, "  ");
    if (j == last && table->wrap_last && *text != '\0') break;
    lf_term_field(&line, text, widths[j], table->right[j]);
    indent += widths[j] + 2;
  }
  const char *text = i == 0 ? table->heads[last] : cell_text(table, i - 1, last);
  lf_ink ink = i == 0 ? LF_INK_BOLD : LF_INK_PLAIN;
  const char *said = lf_text_part(&term->out, &line);
  if (table->wrap_last && *text != '\0')
    lf_term_wrap(term, ink, said, indent, MOST_WRAPPED_LINES, text);
  else
    add_line(term, ink, said, line.length);
  lf_text_free(&line);
}

void lf_term_table_write(lf_term *term, const lf_term_table *table) {
  int widths[LF_TERM_MOST_COLUMNS] = {0};
  size_t n = json_array_size(table->rows);
  fit_widths(table, term->width, widths);
  for (size_t i = 0; i < n + 1; i++) write_row(term, table, i, widths);
  term->out.failed = term->out.failed || table->failed;
}

void lf_term_table_free(lf_term_table *table) {
  json_decref(table->rows);
  *table = (lf_term_table){0};
}
