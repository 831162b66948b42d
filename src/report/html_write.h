/* Writing HTML: escaping, tables of records, sections. Internal to report.
 *
 * Text that comes from the tree goes through lf_html_data (escaped, cut, isolated from the direction of text
 * around it); text of ours that holds numbers or names goes through lf_html_text (escaped). Only markup
 * written here goes out as it is. */
#ifndef LF_REPORT_HTML_WRITE_H
#define LF_REPORT_HTML_WRITE_H

#include "report/view.h"

/* Escapes for element content and for quoted attributes alike. */
void lf_html_text(lf_text *out, const char *text);
/* The same for at most `most` characters. */
void lf_html_cut(lf_text *out, const char *text, size_t most);
/* A value from the data: <bdi>, escaped, at most `most` characters. NULL writes a dash that is read out as
 * "not available". */
void lf_html_data(lf_text *out, const char *text, size_t most);
void lf_html_absent(lf_text *out);

/* How a cell reads. NAME is the header of its row; BAR is a percentage with a bar behind it; QUANTITY is
 * whole from 100 up, else with one decimal; of an INTERVAL the path names {value, ci_low, ci_high}, and the
 * limits stand beside the value. */
typedef enum lf_html_format {
  LF_HTML_NAME,
  LF_HTML_TEXT,
  LF_HTML_COUNT,
  LF_HTML_PERCENT,
  LF_HTML_BAR,
  LF_HTML_FIXED1,
  LF_HTML_FIXED2,
  LF_HTML_FIXED3,
  LF_HTML_FIXED4,
  LF_HTML_P,
  LF_HTML_QUANTITY,
  LF_HTML_INTERVAL_COUNT,
  LF_HTML_INTERVAL_PERCENT,
  LF_HTML_INTERVAL_FIXED3,
  LF_HTML_INTERVAL_QUANTITY
} lf_html_format;

typedef struct lf_html_column {
  const char *head; /* may hold markup of ours */
  const char *path; /* into the record */
  lf_html_format format;
} lf_html_column;

enum { LF_HTML_MOST_COLUMNS = 16 };

/* A table of records with one column a path. Columns that no record fills are left out. */
typedef struct lf_html_table {
  const char *caption; /* one sentence: what a row is and which leads are counted */
  const lf_html_column *columns;
  size_t n_columns;
  const json_t *list;
  const json_t *marked; /* this record's row is marked with `mark`, or NULL */
  const char *mark;
  int fewest; /* figures of a record with fewer `rows` than this are not shown; 0: all are */
} lf_html_table;

void lf_html_records(lf_text *out, const lf_html_table *table);
/* One more record of those that a table is to show; out fails where there is no memory for it. */
void lf_html_keep(lf_text *out, json_t *kept, json_t *record);

/* Parts of it, for tables that need their own rows. shown[] tells which columns are there. */
void lf_html_table_open(lf_text *out, const lf_html_table *table, bool shown[LF_HTML_MOST_COLUMNS]);
void lf_html_cell(lf_text *out, const json_t *record, const lf_html_column *column, const char *mark);
void lf_html_table_close(lf_text *out);
/* A number as it reads in a cell of that format. */
void lf_html_number(lf_text *out, double value, lf_html_format format);
/* " 1.2 to 3.4", small; nothing where a limit is not known. */
void lf_html_limits(lf_text *out, double low, double high, lf_html_format format);

/* <section> with a heading and a sentence that says how to read it (may be NULL). */
void lf_html_section(lf_text *out, const char *id, const char *heading, const char *lead);
void lf_html_section_close(lf_text *out);
/* <p>, of a class or of none (NULL); nothing where text is NULL. */
void lf_html_paragraph(lf_text *out, const char *class, const char *text);
/* "Not available: why", where a reader would miss something. */
void lf_html_missing(lf_text *out, const char *why);

/* One row of a <dl>: a term and a number or text; nothing where the value is not there. */
void lf_html_fact(lf_text *out, const char *term, double value, lf_html_format format);
/* The same for {value, ci_low, ci_high}. */
void lf_html_fact_interval(lf_text *out, const char *term, const json_t *interval, lf_html_format format);
void lf_html_fact_text(lf_text *out, const char *term, const char *value);

#endif
