/* history: table -> history.
 *
 * In:   a table (taken over) and the project: what the user says of roles, outcome and split.
 * Out:  an lf_history the caller owns: only rows with a known outcome, training rows first, then the holdout,
 * both in file order; who may be an attribute; and the count and reason of all that was left out. */
#ifndef LF_HISTORY_H
#define LF_HISTORY_H

#include "history/funnel.h"
#include "history/project.h"
#include "ingest/join.h"

typedef enum lf_role {
  LF_ROLE_ATTRIBUTE = 0,
  LF_ROLE_OUTCOME,
  LF_ROLE_AMOUNT,
  LF_ROLE_DATE,
  LF_ROLE_CREATED,
  LF_ROLE_ID,
  LF_ROLE_ACCOUNT,
  LF_ROLE_WEIGHT,
  LF_ROLE_EXCLUDED /* screened out; `reason` says why */
} lf_role;

const char *lf_role_name(lf_role role);

/* What a column is for. One per column of the table. */
typedef struct lf_column_role {
  lf_role role;
  bool said;           /* by the user, not inferred */
  bool also_attribute; /* LF_ROLE_AMOUNT that is known for lost rows as well: it may predict like any
                          attribute */
  lf_owner owner;
  const lf_attribute_spec *spec; /* into the project, or NULL */
  bool leak;                     /* EXCLUDED because it gives the outcome away */
  char *reason;                  /* EXCLUDED: why, in words a user understands */
  char *suspicion; /* attribute kept but asked about (leak, calendar, process): the question, or NULL */
} lf_column_role;

typedef struct lf_exclusion {
  char *reason; /* "open: no outcome yet", "outcome value not understood: 'Recycled'", "exact duplicate", … */
  uint64_t rows;
} lf_exclusion;

typedef enum lf_split_kind { LF_SPLIT_NONE = 0, LF_SPLIT_TIME, LF_SPLIT_HASH } lf_split_kind;

typedef struct lf_history_options {
  double holdout;           /* share of judging rows; 0: none; NaN: the default, 0.25 */
  const char *holdout_from; /* "YYYY-MM-DD": rows from that date judge; NULL: not said */
  size_t n_folds;           /* 0: 10 */
  uint64_t seed;            /* of the hash that splits and folds; the default seed is 1 */
  bool need_outcome;        /* false for monitor/score: rows without outcome stay, and so does a table with no
                               outcome column */
  bool keep_origin;         /* say of each row which of the rows read it was */
  bool keep_suspects;       /* do not leave out columns that give the outcome away */
  bool show_without; /* where need_outcome, but no outcome can be told: go on as if it were false, with a note
                        that says what is missing */
  bool release_ids; /* let go of the cells of id and account columns of many values, once rows are numbered */
} lf_history_options;

enum { LF_OUTCOME_UNKNOWN = 2, LF_LOTS = 240 }; /* lots: a multiple of most numbers of folds */

/* Rows created in one calendar month, weights not counted. */
typedef struct lf_cohort {
  int year, month; /* month 1..12 */
  double open, decided, won;
  bool held; /* too young to judge: left out of fit and holdout */
} lf_cohort;

enum { LF_MATURITY_QUANTILES = 4, LF_MATURITY_AGES = 5 };

/* How long rows take to be decided; where a created and a close date are known. */
typedef struct lf_maturity {
  bool known;
  double as_of;                       /* last day on which anything was created or decided */
  double days[LF_MATURITY_QUANTILES]; /* by which 25, 50, 75, 90 % are decided; NaN: not within the data */
  double age[LF_MATURITY_AGES], decided_by[LF_MATURITY_AGES];
  size_t n_cohorts;
  lf_cohort *cohorts;                       /* by month, none left out */
  double decided, won;                      /* of all cohorts */
  double held_open, held_decided, held_won; /* of the cohorts held back */
} lf_maturity;

/* What "won" means where it is won within so many days of creation; else what the days of winning advise. */
typedef struct lf_window {
  double within;       /* days; 0: won is won at any time */
  double ends;         /* the day on which the history ends; NaN where no days are known */
  double late, open;   /* rows that count as lost since they were won later, since they were still open */
  double young;        /* rows created less than so many days before the end: left out */
  double advised;      /* days within which nine in ten wins came; NaN where there is nothing to advise */
  double advised_lost; /* rows that count as lost and are younger than that */
  double advised_open; /* rows that are open and older than that */
} lf_window;

typedef struct lf_history {
  lf_table *table;           /* owned; n_rows rows: training [0, n_train), holdout [n_train, n_rows) */
  const lf_project *project; /* not owned; outlives the history */
  lf_column_role *roles;     /* one a column */
  size_t outcome, amount, created, id, account, weight_column; /* column indices, SIZE_MAX: none */
  size_t
      date; /* the column that orders the rows in time: the close date, else the created date; or SIZE_MAX */
  bool date_is_row; /* the rows stand in time order (said by --date @row) */

  size_t n_rows, n_train;
  uint32_t *origin;  /* which of the rows read each row was, from 0; NULL where that was not asked for */
  uint8_t *won;      /* 1 won, 0 lost; LF_OUTCOME_UNKNOWN only where need_outcome was false */
  double *weight;    /* frequency weights, or NULL: all 1 */
  uint32_t *cluster; /* account of each row, 0..n_clusters-1, or NULL: rows are independent */
  size_t n_clusters;
  uint8_t *fold; /* training rows: 0..n_folds-1; holdout rows: 255 */
  size_t n_folds;
  bool folds_in_time; /* folds are blocks in time order: train on the past, judge the next */
  uint8_t *lot;       /* where they are: training rows dealt by key, 0..LF_LOTS-1; else NULL */
  uint16_t *ticket;   /* by which samples are taken, of every row; NULL: at equal strides (tickets.c) */

  lf_split_kind split;
  double split_from; /* LF_SPLIT_TIME: first date of the holdout, days since 1970 */

  lf_text_list won_values,
      lost_values;              /* the values of the outcome as they stand in the table; "": no value */
  char *won_label, *lost_label; /* the same for people: "Closed Won"; several joined by ", ", a dozen shown */
  uint64_t rows_read;           /* rows of the table before anything was left out */
  uint64_t open;
  lf_window window;
  lf_maturity maturity;
  lf_funnel_leaks funnel; /* where sources were joined */
  lf_exclusion *excluded;
  size_t n_excluded;
  lf_text_list notes; /* inferences the user should know: one sentence each */
} lf_history;

/* Builds the history; `*table` is taken over in every case (freed on failure) and set to NULL.
 * Errors: LF_E_DATA with the candidates named where the outcome cannot be told; one class only; no rows. */
lf_status lf_history_build(lf_table **table, const lf_project *project, const lf_history_options *options,
                           const lf_run *run, lf_history **history, lf_error *err);
void lf_history_free(lf_history *history);

/* Whether the column may be an attribute: role ATTRIBUTE, or an amount that is also_attribute. */
bool lf_history_is_attribute(const lf_history *history, size_t column);
/* Amount of a row, NaN where unknown or no amount column. */
double lf_history_amount(const lf_history *history, size_t row);
/* Weight of a row. */
static inline double lf_history_weight(const lf_history *history, size_t row) {
  return history->weight ? history->weight[row] : 1.0;
}
/* Date (or row order) of a row, NaN where unknown. */
double lf_history_day(const lf_history *history, size_t row);
/* The last moment up to which every decided row is among the rows: some of the months that are held back were
 * decided later, and none of them is there. INFINITY where nothing is held back. */
double lf_history_whole_until(const lf_history *history);
/* Weighted rows and wins of [from, to). */
void lf_history_count(const lf_history *history, size_t from, size_t to, double *rows, double *won);

/* A word of a text column, with the training rows it stands in and how many of them won. */
typedef struct lf_word {
  char *word;
  double rows, won;
} lf_word;

/* Rows to take a sample of. */
typedef enum lf_outcomes { LF_ANY_OUTCOME = 0, LF_ONLY_WON, LF_ONLY_LOST } lf_outcomes;
typedef struct lf_population {
  size_t from, to;
  lf_outcomes outcomes;
} lf_population;
/* At most `wanted` rows of a population, in the order of the history, the same ones wherever they stand in
 * the file (tickets.c); all of them where they are no more. rows: room for the lesser of `wanted` and to -
 * from; *n of them are taken. */
lf_status lf_history_sample(const lf_history *history, lf_population population, size_t wanted,
                            uint32_t *rows, size_t *n, lf_error *err);

/* The most frequent words of a column of texts (or of a category with a hundred levels or more), the most
 * frequent first; none where the column holds no texts, contact data, or texts too many to be kept. */
lf_status lf_frequent_words(const lf_history *history, size_t column, lf_word **words, size_t *n,
                            lf_error *err);
void lf_words_free(lf_word *words, size_t n);

/* Who owns an attribute where its name makes that plain, else LF_OWNER_NONE. */
lf_owner lf_likely_owner(const char *name);

#endif
