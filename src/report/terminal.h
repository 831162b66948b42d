/* Writing for a terminal: lines of a fixed width, wrapped text, tables. Internal to report.
 *
 * Nothing from the data reaches the terminal but through here: control characters and direction marks are
 * replaced, widths are counted in columns, and a line never runs past the width. */
#ifndef LF_REPORT_TERMINAL_H
#define LF_REPORT_TERMINAL_H

#include "report/view.h"

typedef enum lf_ink {
  LF_INK_PLAIN = 0,
  LF_INK_BOLD,
  LF_INK_FAINT,
  LF_INK_GOOD,
  LF_INK_FAIR,
  LF_INK_BAD
} lf_ink;

typedef struct lf_term {
  lf_text out;
  bool colour;
  int width;      /* columns of a line */
  int lines;      /* written so far */
  int most_lines; /* 0: no limit; further lines are dropped */
} lf_term;

/* width 0 means 80; what is outside 40 to 200 is brought inside. */
lf_term lf_term_new(bool colour, int width, int most_lines);

/* Columns that text takes once cleaned. */
int lf_term_columns(const char *text);
/* Text cleaned, cut to `columns` with an ellipsis, and padded on the right (or on the left) to just that
 * many. */
void lf_term_field(lf_text *out, const char *text, int columns, bool right);

/* One line; cut where it is too long. */
void lf_term_line(lf_term *term, lf_ink ink, const char *text);
/* Text wrapped at blanks. The first line opens with `label`, the others stand `indent` in; at most `most`
 * lines (0: any number). */
void lf_term_wrap(lf_term *term, lf_ink ink, const char *label, int indent, int most, const char *text);
/* The same of a text that was built for it, which is emptied; nothing where it is empty. Memory that ran
 * short for it is told by term->out. */
void lf_term_wrap_text(lf_term *term, lf_ink ink, const char *label, int indent, int most, lf_text *text);

/* A table: columns are as wide as what they hold, the widest ones are narrowed until a row fits. */
enum { LF_TERM_MOST_COLUMNS = 10 };
typedef struct lf_term_table {
  size_t columns;
  const char *heads[LF_TERM_MOST_COLUMNS];
  bool right[LF_TERM_MOST_COLUMNS];
  bool wrap_last; /* the last column runs over several lines rather than be cut */
  bool failed;    /* memory ran out on the way */
  json_t *rows;   /* array of arrays of texts; owned */
} lf_term_table;

/* Takes the text over as a cell of the last row; opens a new row where start is set. */
void lf_term_cell(lf_term_table *table, bool start, lf_text *text);
/* Further cells of the last row; empty where the value is NaN. */
void lf_term_number_cell(lf_term_table *table, double value, int decimals);
void lf_term_share_cell(lf_term_table *table, double share);
void lf_term_table_write(lf_term *term, const lf_term_table *table);
void lf_term_table_free(lf_term_table *table);

/* terminal_claims.c: claims[…] of `evidence`, one after another. */
void lf_term_claims(lf_term *term, const json_t *claims);

#endif
