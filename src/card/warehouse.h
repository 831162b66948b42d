/* Queries that let a database do the heavy pass, and what comes back.
 *
 * In:   the project (leadfit.yaml): roles, and the attributes with their kinds; a dialect and a table.
 * Out:  two queries. The profile counts: outcomes, months, the values of every attribute. The coded history
 * has one row for each pattern of what the project names, with the number of rows that have it: an ordinary
 * history with frequency weights. Columns are called leadfit_outcome, … and leadfit_1, leadfit_2, … for the
 * attributes in the project's order, so that no name of the company's has to pass through an engine's
 * results. */
#ifndef LF_CARD_WAREHOUSE_H
#define LF_CARD_WAREHOUSE_H

#include "card/export.h"

typedef struct lf_warehouse_options {
  lf_sql_dialect dialect;
  const char *table; /* dots part catalogue, schema and name */
  double most_rows;  /* of the coded history; 0: a million */
} lf_warehouse_options;

/* The dialects that both queries can be written in, for people. */
const char *lf_warehouse_dialect_names(void);
bool lf_warehouse_dialect(lf_sql_dialect dialect);

/* LF_E_USAGE where the project does not say what a query must know: outcome, id or account, a kind for each
 * attribute. The caller frees *query. */
lf_status lf_warehouse_profile_query(const lf_project *project, const lf_warehouse_options *options,
                                     char **query, lf_error *err);

/* LF_E_USAGE where the project has a window (won within so many days): what a query gives cannot tell. */
lf_status lf_warehouse_no_window(const lf_project *project, lf_error *err);

/* What a profile says, once read. */
typedef struct lf_warehouse_profile lf_warehouse_profile;
lf_status lf_warehouse_profile_read(const char *path, const lf_project *project, const lf_run *run,
                                    lf_warehouse_profile **profile, lf_error *err);
/* Rows that won, and whether this value of the outcome (NULL: none) is one of theirs. */
double lf_warehouse_won_rows(const lf_warehouse_profile *profile);
bool lf_warehouse_is_won(const lf_warehouse_profile *profile, const char *outcome);
/* How much larger the standard error of a log-odds is where a share of the lost rows was kept. */
double lf_warehouse_price_of_share(const lf_warehouse_profile *profile, double share);
void lf_warehouse_profile_free(lf_warehouse_profile *profile);

lf_status lf_warehouse_coded_query(const lf_project *project, const lf_warehouse_options *options,
                                   const lf_warehouse_profile *profile, char **query, lf_error *err);

/* A column of the coded history: what it is called there, and in the table. */
typedef struct lf_warehouse_column {
  char alias[32];
  const char *name; /* the project's */
  lf_kind kind;
} lf_warehouse_column;

/* Columns of the coded history but for the weight; columns[LF_WAREHOUSE_ROLES + project->n_attributes]. */
enum { LF_WAREHOUSE_ROLES = 6 };
#define LF_WAREHOUSE_WEIGHT "leadfit_rows"
#define LF_WAREHOUSE_ID "leadfit_id"
#define LF_WAREHOUSE_ACCOUNT "leadfit_account"
/* Only where values are coded: the share of the lost rows that stay. */
#define LF_WAREHOUSE_SHARE "leadfit_share"
/* What stands for the rare values of a category. */
#define LF_WAREHOUSE_REST "leadfit: other values"
size_t lf_warehouse_columns(const lf_project *project, lf_warehouse_column *columns);

#endif
