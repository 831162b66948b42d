/* SQL dialects: how names, texts, numbers and days are written. Internal to card. */
#ifndef LF_CARD_EXPORT_DIALECT_H
#define LF_CARD_EXPORT_DIALECT_H

#include "base/text.h"
#include "card/export.h"

typedef struct lf_dialect {
  const char *name;
  const char *open, *close;          /* of a quoted name; close is doubled inside */
  bool backslash;                    /* a backslash escapes inside texts and names */
  const char *prefix;                /* of a text: N of SQL Server */
  bool folds;                        /* unquoted names fold to one case, quoted ones do not */
  const char *text_of;               /* templates, @ stands for the column: trimmed text; */
  const char *number_of;             /* double, NULL where it is none; */
  const char *day_of;                /* moment; */
  const char *day, *day_end;         /* around the text of a moment */
  const char *matches, *matches_end; /* TRUE where @ matches the pattern between the two; NULL: no patterns */
  const char *bound;                 /* what stands for \b in a pattern; NULL: \b itself */
  const char *except;                /* SELECT * without some columns: keyword, or NULL */
  const char *first;                 /* between AS and ( of the first part of the query */
  const char *key_of;                /* hexadecimal MD5 of the text @; NULL: none in this dialect */
  const char *hex, *hex_end;         /* around eight hexadecimal digits: their number */
  const char *month_of;              /* first day of the month of the moment @ */
  const char *text;                  /* the type of a text */
} lf_dialect;

const lf_dialect *lf_sql_dialect_of(lf_sql_dialect dialect);

/* A name, quoted wherever it must be. clash: another name is the same but for case. */
void lf_sql_name(const lf_dialect *dialect, const char *name, bool clash, lf_text *out);
/* schema.table, each part as a name. */
void lf_sql_table(const lf_dialect *dialect, const char *table, lf_text *out);
/* A text literal of any bytes. */
void lf_sql_text(const lf_dialect *dialect, const char *text, size_t n, lf_text *out);
/* A double literal that reads back the same. */
void lf_sql_number(double value, lf_text *out);
/* The column `name` through a template. */
void lf_sql_column(const lf_dialect *dialect, const char *template, const char *name, bool clash,
                   lf_text *out);
/* A template with the column in place of @. */
void lf_sql_fill(const char *template, const char *column, lf_text *out);

#endif
