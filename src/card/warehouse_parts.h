/* What both queries share. Internal to card. */
#ifndef LF_CARD_WAREHOUSE_PARTS_H
#define LF_CARD_WAREHOUSE_PARTS_H

#include "card/export_dialect.h"
#include "card/warehouse.h"
#include "history/history.h"

typedef struct lf_query {
  const lf_project *project;
  const lf_dialect *dialect;
  const char *table;
  lf_warehouse_column *columns; /* owned */
  size_t n;
  bool counted; /* the project says a column of weights */
  lf_text text;
} lf_query;

/* Checks what must be said; LF_E_USAGE names it. */
lf_status lf_query_open(const lf_project *project, const lf_warehouse_options *options, lf_query *query,
                        lf_error *err);
void lf_query_clear(lf_query *query);
/* The finished text, which the caller frees. */
lf_status lf_query_take(lf_query *query, char **text, lf_error *err);

/* "leadfit_in AS (SELECT ... FROM table)": every column cleaned, under its alias; months: dates are moved to
 * the first of their month. Then who a row stands for, as leadfit_who, and the weight, as leadfit_rows, where
 * there is one. */
void lf_query_inputs(lf_query *query, bool months);
/* The number in [0, 1) that eight hexadecimal digits of the MD5 of `column` are, from digit `from` (1, 9,
 * 17). */
void lf_query_unit(lf_query *query, const char *column, int from);
/* How often a group stands there. */
void lf_query_count(lf_query *query);

bool lf_warehouse_is_number(const lf_warehouse_column *column);
/* The place of an attribute in the project, from 1; 0 for the other columns. */
size_t lf_warehouse_part(const lf_warehouse_column *column);

/* ---- what a profile says --------------------------------------------------------------------------- */

typedef struct lf_counted_value {
  char *text;     /* a category value, or NULL */
  double number;  /* a number, or NaN */
  double rows[2]; /* lost, won */
} lf_counted_value;

/* Counts of one attribute; rows in no value have none of its own in the profile: missing, bad, rare or not
 * drawn. */
typedef struct lf_counted_column {
  size_t n;
  lf_counted_value *values; /* categories by falling rows, numbers rising */
  bool all;                 /* every value of a row that won or lost is there */
} lf_counted_column;

struct lf_warehouse_profile {
  double rows, won, lost;
  lf_text_list won_values, lost_values;
  lf_counted_column *columns; /* as lf_warehouse_columns has them */
  size_t n;
};

#endif
