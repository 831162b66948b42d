/* SQL dialects.
 *
 * Names: a quote inside a name is doubled; BigQuery escapes by backslash instead. Unquoted names fold to
 * lower case in PostgreSQL and to upper case in Snowflake and the standard, so a plain name stays unquoted
 * there and finds the column that was made unquoted; everything else is quoted. Texts: BigQuery, Snowflake
 * and Spark read backslash escapes, Spark and BigQuery do not read a doubled quote as one; T-SQL joins lines
 * at a backslash before a line end, so a text is cut there. Comparison: SQL Server's default collation
 * ignores case, so a binary collation is asked for. Numbers: E0 makes a literal a double where 0.1 would be a
 * decimal. Not-a-number and infinities, which some engines sort above every number, are no numbers here, as
 * in leadfit. */
#include "card/export_dialect.h"

#include <stdlib.h>

/* What leadfit trims: blank, tab to carriage return, no-break space. */
#define PG_TRIM "BTRIM(CAST(@ AS text), E' \\t\\n\\x0B\\f\\r\\u00A0')"
#define SQLITE_TRIM "TRIM(CAST(@ AS TEXT), ' ' || char(9, 10, 11, 12, 13, 160))"

static const lf_dialect dialects[] = {
    [LF_SQL_ANSI] = {.name = "ansi",
                     .open = "\"",
                     .close = "\"",
                     .folds = true,
                     .text_of = "TRIM(CAST(@ AS VARCHAR(4000)))",
                     .number_of = "CAST(@ AS DOUBLE PRECISION)",
                     .day_of = "CAST(@ AS TIMESTAMP)",
                     .day = "TIMESTAMP '",
                     .day_end = "'"},
    [LF_SQL_POSTGRES] =
        {.name = "postgres",
         .open = "\"",
         .close = "\"",
         .folds = true,
         .text_of = PG_TRIM,
         .number_of = "CASE WHEN " PG_TRIM
                      " ~ '^[+-]?([0-9]{1,200}[.]?[0-9]{0,200}|[.][0-9]{1,200})([eE][+-]?[0-9]{1,2})?$' THEN "
                      "CAST(" PG_TRIM " AS double precision) END",
         .day_of = "CAST(@ AS timestamp)",
         .day = "TIMESTAMP '",
         .day_end = "'",
         .matches = "@ ~ ",
         .matches_end = "",
         .bound = "\\y",
         .first = "MATERIALIZED ",
         .key_of = "MD5(@)",
         .hex = "CAST(CAST('x' || ",
         .hex_end = " AS bit(32)) AS bigint)",
         .month_of = "CAST(DATE_TRUNC('month', @) AS date)",
         .text = "text"},
    [LF_SQL_SNOWFLAKE] = {.name = "snowflake",
                          .open = "\"",
                          .close = "\"",
                          .backslash = true,
                          .folds = true,
                          .text_of = "TRIM(CAST(@ AS VARCHAR), ' \\t\\n\\x0B\\f\\r\\u00A0')",
                          .number_of = "NULLIF(CAST(@ AS DOUBLE), CAST('NaN' AS DOUBLE))",
                          .day_of = "CAST(@ AS TIMESTAMP_NTZ)",
                          .day = "CAST('",
                          .day_end = "' AS TIMESTAMP_NTZ)",
                          .except = "EXCLUDE",
                          .key_of = "MD5(@)",
                          .hex = "TO_NUMBER(",
                          .hex_end = ", 'XXXXXXXX')",
                          .month_of = "CAST(DATE_TRUNC('month', @) AS DATE)",
                          .text = "VARCHAR"},
    [LF_SQL_BIGQUERY] =
        {.name = "bigquery",
         .open = "`",
         .close = "`",
         .backslash = true,
         .text_of = "TRIM(CAST(@ AS STRING), ' \\t\\n\\x0b\\f\\r\\u00a0')",
         .number_of =
             "CASE WHEN NOT IS_NAN(SAFE_CAST(@ AS FLOAT64)) AND NOT IS_INF(SAFE_CAST(@ AS FLOAT64)) THEN "
             "SAFE_CAST(@ AS FLOAT64) END",
         .day_of = "SAFE_CAST(@ AS TIMESTAMP)",
         .day = "TIMESTAMP '",
         .day_end = "+00'",
         .matches = "REGEXP_CONTAINS(@, ",
         .matches_end = ")",
         .except = "EXCEPT",
         .key_of = "TO_HEX(MD5(@))",
         .hex = "CAST(CONCAT('0x', ",
         .hex_end = ") AS INT64)",
         .month_of = "DATE_TRUNC(CAST(@ AS DATE), MONTH)",
         .text = "STRING"},
    [LF_SQL_SPARK] = {.name = "spark",
                      .open = "`",
                      .close = "`",
                      .backslash = true,
                      .text_of = "TRIM(BOTH ' \\t\\n\\u000B\\u000C\\r\\u00A0' FROM CAST(@ AS STRING))",
                      .number_of = "CASE WHEN ABS(TRY_CAST(@ AS DOUBLE)) < CAST('Infinity' AS DOUBLE) THEN "
                                   "TRY_CAST(@ AS DOUBLE) END",
                      .day_of = "TRY_CAST(@ AS TIMESTAMP)",
                      .day = "TIMESTAMP '",
                      .day_end = "'",
                      .matches = "@ RLIKE ",
                      .matches_end = "",
                      .key_of = "MD5(@)",
                      .hex = "CAST(CONV(",
                      .hex_end = ", 16, 10) AS BIGINT)",
                      .month_of = "CAST(DATE_TRUNC('month', @) AS DATE)",
                      .text = "STRING"},
    [LF_SQL_DUCKDB] =
        {.name = "duckdb",
         .open = "\"",
         .close = "\"",
         .text_of = "TRIM(CAST(@ AS VARCHAR), ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || "
                    "chr(160))",
         .number_of = "CASE WHEN ISFINITE(TRY_CAST(@ AS DOUBLE)) THEN TRY_CAST(@ AS DOUBLE) END",
         .day_of = "TRY_CAST(@ AS TIMESTAMP)",
         .day = "TIMESTAMP '",
         .day_end = "'",
         .matches = "REGEXP_MATCHES(@, ",
         .matches_end = ")",
         .except = "EXCLUDE",
         .key_of = "MD5(@)",
         .hex = "CAST('0x' || ",
         .hex_end = " AS BIGINT)",
         .month_of = "CAST(DATE_TRUNC('month', @) AS DATE)",
         .text = "VARCHAR"},
    [LF_SQL_SQLSERVER] =
        {.name = "sqlserver",
         .open = "[",
         .close = "]",
         .prefix = "N",
         .text_of =
             "TRIM(NCHAR(9) + NCHAR(10) + NCHAR(11) + NCHAR(12) + NCHAR(13) + N' ' + NCHAR(160) FROM CAST(@ "
             "AS NVARCHAR(MAX))) COLLATE Latin1_General_100_BIN2",
         .number_of = "CASE WHEN CAST(@ AS NVARCHAR(MAX)) <> N'' THEN TRY_CAST(@ AS FLOAT) END",
         .day_of = "TRY_CAST(@ AS DATETIME2)",
         .day = "CAST('",
         .day_end = "' AS DATETIME2)"},
    [LF_SQL_SQLITE] = {
        .name = "sqlite",
        .open = "\"",
        .close = "\"",
        .text_of = SQLITE_TRIM,
        .number_of =
            "CASE WHEN TYPEOF(@) IN ('integer', 'real') THEN CASE WHEN ABS(@) < 9e999 THEN CAST(@ AS "
            "REAL) END WHEN JSON_VALID(" SQLITE_TRIM ") THEN CASE WHEN JSON_TYPE(" SQLITE_TRIM
            ") IN ('integer', 'real') THEN CAST(" SQLITE_TRIM " AS REAL) END END",
        .day_of = "DATETIME(@)",
        .day = "'",
        .day_end = "'"}};

const lf_dialect *lf_sql_dialect_of(lf_sql_dialect dialect) {
  return &dialects[dialect];
}

bool lf_sql_dialect_parse(const char *text, lf_sql_dialect *dialect) {
  for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
    if (lf_same_text(text, dialects[i].name)) {
      *dialect = (lf_sql_dialect)i;
      return true;
    }
  return false;
}

const char *lf_sql_dialect_names(void) {
  return "ansi, postgres, snowflake, bigquery, spark, duckdb, sqlserver, sqlite";
}

/* Words that a column may well be called and that a parser takes for its own. */
static bool reserved(const char *name) {
  static const char *const words[] = {
      "all",     "analyse",    "analyze",  "and",      "any",     "array",     "as",       "asc",
      "between", "both",       "by",       "case",     "cast",    "check",     "collate",  "column",
      "connect", "constraint", "create",   "cross",    "current", "date",      "default",  "delete",
      "desc",    "distinct",   "do",       "drop",     "else",    "end",       "except",   "exists",
      "false",   "fetch",      "filter",   "first",    "for",     "foreign",   "freeze",   "from",
      "full",    "function",   "grant",    "group",    "having",  "ilike",     "in",       "index",
      "inner",   "insert",     "interval", "into",     "is",      "join",      "language", "lateral",
      "leading", "left",       "level",    "like",     "limit",   "localtime", "natural",  "new",
      "not",     "null",       "number",   "of",       "off",     "offset",    "old",      "on",
      "only",    "option",     "or",       "order",    "outer",   "over",      "placing",  "position",
      "primary", "qualify",    "range",    "rank",     "region",  "returning", "revoke",   "right",
      "row",     "rows",       "sample",   "schema",   "select",  "session",   "set",      "similar",
      "size",    "some",       "source",   "start",    "state",   "status",    "table",    "then",
      "time",    "timestamp",  "to",       "trailing", "trigger", "true",      "type",     "union",
      "unique",  "update",     "user",     "using",    "value",   "values",    "variadic", "verbose",
      "view",    "when",       "where",    "window",   "with",    "year"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (lf_same_text(name, words[i])) return true;
  return false;
}

static bool plain_name(const char *name) {
  size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
  return n && !name[n] && !(name[0] >= '0' && name[0] <= '9');
}

void lf_sql_name(const lf_dialect *dialect, const char *name, bool clash, lf_text *out) {
  if (dialect->folds && plain_name(name) && !reserved(name) && !clash) {
    lf_text_add(out, name);
    return;
  }
  bool escapes = dialect->backslash && *dialect->open == '`';
  lf_text_add(out, dialect->open);
  for (const char *p = name; *p; p++) {
    if (*p == *dialect->close)
      lf_text_add(out, escapes && dialect == &dialects[LF_SQL_BIGQUERY] ? "\\" : dialect->close);
    if (*p == '\\' && dialect == &dialects[LF_SQL_BIGQUERY]) lf_text_add(out, "\\");
    if (*p == '\n' && dialect == &dialects[LF_SQL_BIGQUERY])
      lf_text_add(out, "\\n");
    else
      lf_text_add_n(out, p, 1);
  }
  lf_text_add(out, dialect->close);
}

void lf_sql_table(const lf_dialect *dialect, const char *table, lf_text *out) {
  lf_text part = {0};
  for (const char *p = table;; p++) {
    if (*p && *p != '.') {
      lf_text_add_n(&part, p, 1);
      continue;
    }
    lf_sql_name(dialect, lf_text_part(out, &part), false, out);
    lf_text_free(&part);
    part = (lf_text){0};
    if (!*p) break;
    lf_text_add(out, ".");
  }
  lf_text_free(&part);
}

void lf_sql_text(const lf_dialect *dialect, const char *text, size_t n, lf_text *out) {
  bool tsql = dialect == &dialects[LF_SQL_SQLSERVER];
  if (dialect->prefix) lf_text_add(out, dialect->prefix);
  lf_text_add(out, "'");
  for (size_t i = 0; i < n; i++) {
    char c = text[i];
    if (c == '\'')
      lf_text_add(out, dialect->backslash ? "\\'" : "''");
    else if (c == '\\' && dialect->backslash)
      lf_text_add(out, "\\\\");
    else if (c == '\n' && dialect->backslash)
      lf_text_add(out, "\\n");
    else if (c == '\r' && dialect->backslash)
      lf_text_add(out, "\\r");
    else if (c == '\\' && tsql && i + 1 < n && (text[i + 1] == '\n' || text[i + 1] == '\r'))
      lf_text_add(out, "\\' + N'");
    else
      lf_text_add_n(out, &c, 1);
  }
  lf_text_add(out, "'");
}

void lf_sql_number(double value, lf_text *out) {
  char text[LF_DOUBLE_TEXT];
  lf_format_double(value, text);
  lf_text_add(out, text);
  if (!strchr(text, 'e')) lf_text_add(out, "E0");
}

void lf_sql_column(const lf_dialect *dialect, const char *template, const char *name, bool clash,
                   lf_text *out) {
  lf_text quoted = {0};
  lf_sql_name(dialect, name, clash, &quoted);
  lf_sql_fill(template, lf_text_part(out, &quoted), out);
  lf_text_free(&quoted);
}

void lf_sql_fill(const char *template, const char *column, lf_text *out) {
  for (const char *p = template; *p; p++) {
    if (*p == '@')
      lf_text_add(out, column);
    else
      lf_text_add_n(out, p, 1);
  }
}
