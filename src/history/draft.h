/* A history while it is being built, passed from step to step. Internal to history. */
#ifndef LF_HISTORY_DRAFT_H
#define LF_HISTORY_DRAFT_H

#include "history/history.h"

/* What becomes of a row of the table. */
typedef enum lf_row_state {
  LF_ROW_LOST = 0,
  LF_ROW_WON = 1,
  LF_ROW_UNKNOWN = LF_OUTCOME_UNKNOWN, /* kept without outcome */
  LF_ROW_OPEN,
  LF_ROW_UNCLEAR, /* outcome value not understood */
  LF_ROW_NO_WEIGHT,
  LF_ROW_DUPLICATE,
  LF_ROW_YOUNG, /* of a cohort too young to judge */
  LF_ROW_SHARED /* the row of the source that brings the outcome went to another row */
} lf_row_state;

typedef struct lf_draft {
  lf_history *history; /* filled step by step */
  const lf_project *project;
  const lf_history_options *options;
  const lf_run *run;
  bool need_outcome;   /* as the options say; false once there is none and there need not be one */
  size_t outcome_join; /* 1 + index of the join that brings the outcome; 0: none */
  char
      unmatched_level[80]; /* level of the outcome of rows it has no row for, where they are lost; "": none */
  size_t closed; /* a date that does not order the rows, and tells when they closed or were won; SIZE_MAX */
  const char *joined_outcome; /* the column that says whether it has a row, or NULL */
  uint8_t *state;     /* lf_row_state of each row; NULL once the rows are split: then history->won has it */
  uint64_t *identity; /* hash of the content of each row, weight aside; NULL where nothing has asked for it */
  bool rows_repeat;   /* used rows repeat one another exactly, and no id tells whether they are the same */
} lf_draft;

static inline bool lf_row_used(uint8_t state) {
  return state <= LF_ROW_UNKNOWN;
}

/* ---- the steps, in order -------------------------------------------------------------------------- */

/* Makes the outcome of rows that a joined source has no row for. Before all others. */
lf_status lf_outcome_join(lf_draft *draft, lf_error *err);
/* Leaves out rows whose row of the source went to another. */
lf_status lf_outcome_leave_shared(lf_draft *draft, lf_error *err);
/* Whether the column has a value only in rows that the source of the outcome has, while rows that it has not
 * are lost: it gives the outcome away. */
bool lf_from_outcome_join(const lf_draft *draft, size_t column);
/* Roles that the user said. */
lf_status lf_roles_said(lf_draft *draft, lf_error *err);
/* The outcome column and the state of every row. */
lf_status lf_outcome_find(lf_draft *draft, lf_error *err);
/* Roles that names and values tell. */
lf_status lf_roles_infer(lf_draft *draft, lf_error *err);
/* Won means won within so many days, where the project says so; else asks for it where it would matter. */
lf_status lf_window_apply(lf_draft *draft, lf_error *err);
/* Counts the rows that are open and those whose outcome was not understood, and leaves them out. */
lf_status lf_outcome_count(lf_draft *draft, lf_error *err);
/* The curve of time to close; holds back cohorts too young to judge. */
lf_status lf_maturity_hold(lf_draft *draft, lf_error *err);
/* Warns of cohorts too young to have closed. */
lf_status lf_cohorts_check(lf_draft *draft, lf_error *err);
/* Leaves out rows without a weight and repeated rows. */
lf_status lf_rows_screen(lf_draft *draft, lf_error *err);
/* Decides who judges, and puts the rows in order: training, then holdout. The table has only used rows
 * afterwards. */
lf_status lf_split_rows(lf_draft *draft, lf_error *err);
/* Accounts, and the folds of the training rows. */
lf_status lf_fold_rows(lf_draft *draft, lf_error *err);
/* Numbers the different values of a column in the order in which they first stand in rows [0, n); a row
 * without a value has a number of its own. cluster: room for n. */
lf_status lf_number_accounts(const lf_column *column, size_t n, const lf_run *run, uint32_t *cluster,
                             size_t *n_clusters, lf_error *err);
/* The tickets by which samples of the rows are taken. */
lf_status lf_draw_tickets(lf_draft *draft, lf_error *err);
/* Which columns may be attributes. */
lf_status lf_screen_columns(lf_draft *draft, lf_error *err);

/* Counts where leads are lost between two sources. */
lf_status lf_funnel_count(lf_draft *draft, lf_error *err);

/* ---- shared by the steps -------------------------------------------------------------------------- */

lf_status lf_note(lf_history *history, lf_error *err, const char *format, ...) LF_PRINTF(3, 4);
lf_status lf_exclude_rows(lf_history *history, uint64_t rows, lf_error *err, const char *format, ...)
    LF_PRINTF(4, 5);
/* Sets the role EXCLUDED with its reason. */
lf_status lf_exclude_column(lf_history *history, size_t column, lf_error *err, const char *format, ...)
    LF_PRINTF(4, 5);
/* Keeps the attribute and asks. A second question is added to the first. */
lf_status lf_suspect_column(lf_history *history, size_t column, lf_error *err, const char *format, ...)
    LF_PRINTF(4, 5);

enum { LF_QUOTED = 72 };
static inline const char *lf_day_or_days(double days) {
  return days == 1 ? "day" : "days";
}
/* 'text' in quotes, cut after a whole character where it is long; returns out. */
const char *lf_quoted(const char *text, char out[LF_QUOTED]);
/* "'A', 'B', 'C' and 4 more" into a buffer. */
void lf_join(const char *const *items, size_t n, size_t shown, char *out, size_t size);

/* Hash of the content of each row into draft->identity, weight aside; once. */
lf_status lf_rows_identify(lf_draft *draft, lf_error *err);

/* Whom a row stands for in whatever is decided by hash: its account where one is known, else its id, else its
 * content. Not owned, but for keys by code. */
typedef struct lf_who {
  const lf_column *column[2]; /* account, id; NULL: none */
  uint64_t *of_code[2];       /* keys by code where the column is coded, else NULL; owned */
  const uint64_t *identity;   /* of rows that have neither; NULL where all have one */
} lf_who;

/* By the account, then the id. of_content: rows that have neither are told apart by their content, else their
 * keys are 0. */
lf_status lf_who_make(lf_draft *draft, bool of_content, lf_who *who, lf_error *err);
/* By the id alone, or by the content alone. */
lf_status lf_who_make_row(lf_draft *draft, bool by_id, lf_who *who, lf_error *err);
void lf_who_clear(lf_who *who);
/* Keys of rows [from, to), at most LF_WHO_ROWS: by their upper half rows are split, by their lower half
 * folded. */
enum { LF_WHO_ROWS = 1024 };
void lf_who_read(const lf_who *who, size_t from, size_t to, uint64_t *keys);

/* Cuts rows into `n` blocks of about equal weight in the order of days, a day never split; block[i] of rows
 * without a day is 0. Returns the number of blocks that came out in *made. */
lf_status lf_time_blocks(const lf_history *history, size_t n_rows, size_t n, const lf_run *run,
                         uint8_t *block, size_t *made, lf_error *err);

#endif
