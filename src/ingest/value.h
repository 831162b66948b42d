/* Texts -> numbers and dates, as CRMs and people write them. Independent of the locale. */
#ifndef LF_INGEST_VALUE_H
#define LF_INGEST_VALUE_H

#include "base/status.h"

/* ---- numbers ---- */

typedef enum lf_decimal_mark { LF_MARK_POINT = 0, LF_MARK_COMMA } lf_decimal_mark;

/* What a text that was read as a number had around its digits. */
typedef struct lf_number_look {
  bool currency, percent, parentheses, grouped, plain;
  bool fraction; /* has a decimal mark */
} lf_number_look;

/* Reads a trimmed text: sign or parentheses, currency symbol or code, percent, groups of thousands, decimals.
 * False for what is no number: nan, inf, hex, digits that no double holds (more than 15 and no decimals),
 * "+49 …" telephone numbers. */
bool lf_read_number(const char *text, size_t n, lf_decimal_mark mark, double *value, lf_number_look *look);

/* Digits only, the first of several being 0: a code, not a number. */
bool lf_is_zero_code(const char *text, size_t n);

/* ---- dates ---- */

typedef enum lf_date_order { LF_DATE_YMD = 0, LF_DATE_MDY, LF_DATE_DMY, LF_DATE_ORDERS } lf_date_order;

typedef struct lf_date_parts {
  int year, month, day; /* of the order asked for */
  char mark;            /* what stands between the parts; 0: nothing (yyyymmdd) */
  bool named_month;
} lf_date_parts;

/* Reads a trimmed text as a date, with time and zone where they stand there. Texts that can be read in one
 * way only (year first, month by name) are read so whatever the order. *days since 1970-01-01 UTC. */
bool lf_read_date(const char *text, size_t n, lf_date_order order, double *days, lf_date_parts *parts);

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
int64_t lf_days_from_civil(int year, int month, int day);
/* "2021-04-15", or "2021-04-15 00:03:00" where there is a time of day; to the second. */
enum { LF_DATE_TEXT = 40 };
void lf_format_date(double days, char out[LF_DATE_TEXT]);

#endif
