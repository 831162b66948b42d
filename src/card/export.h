/* A scorecard for other software: the same points where leadfit does not run.
 *
 * What every target keeps: a value is trimmed; missing comes first; then listed values, intervals (from <= x
 * < to), patterns, and other for the rest. What a target cannot hold exactly is refused with the attribute
 * named, never written almost right. */
#ifndef LF_CARD_EXPORT_H
#define LF_CARD_EXPORT_H

#include "card/card.h"

typedef enum lf_export_format {
  LF_EXPORT_SQL = 0,
  LF_EXPORT_SALESFORCE,
  LF_EXPORT_HUBSPOT,
  LF_EXPORT_ZOHO,
  LF_EXPORT_PMML,
  LF_EXPORT_CSV,
  LF_EXPORT_MARKDOWN,
  LF_EXPORT_C
} lf_export_format;

typedef enum lf_sql_dialect {
  LF_SQL_ANSI = 0,
  LF_SQL_POSTGRES,
  LF_SQL_SNOWFLAKE,
  LF_SQL_BIGQUERY,
  LF_SQL_SPARK,
  LF_SQL_DUCKDB,
  LF_SQL_SQLSERVER,
  LF_SQL_SQLITE
} lf_sql_dialect;

typedef struct lf_export_options {
  lf_export_format format;
  lf_sql_dialect dialect;     /* SQL */
  const char *table;          /* SQL: the table of leads, dots part schema and name; NULL: leads */
  const char *const *missing; /* spellings of missing; NULL: the known ones */
  size_t n_missing;
} lf_export_options;

/* False where no such format or dialect is known; names is a list for people. */
bool lf_export_format_parse(const char *text, lf_export_format *format);
bool lf_sql_dialect_parse(const char *text, lf_sql_dialect *dialect);
const char *lf_export_format_names(void);
const char *lf_sql_dialect_names(void);

/* The scorecard in the format asked for. LF_E_DATA names the attribute that the target cannot hold. The
 * caller frees *bytes. */
lf_status lf_export(const lf_scorecard *card, const lf_export_options *options, char **bytes, size_t *n,
                    lf_error *err);

/* Rows with known scores, as CSV: one attribute at a time is put on, just below and just above each edge, on
 * each listed value, on a value nobody has seen, and missing, while the others stand still; columns are those
 * of the card, then leadfit_score, leadfit_grade and leadfit_mql. Bands of patterns have no row of their own.
 */
lf_status lf_export_proof(const lf_scorecard *card, char **bytes, size_t *n, lf_error *err);

#endif
