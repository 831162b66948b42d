/* Rules of the screens. Internal to history. */
#ifndef LF_HISTORY_SUSPECT_H
#define LF_HISTORY_SUSPECT_H

#include "history/profile.h"

enum { LF_REASON = 400 };

/* Whether the column gives the outcome away, by what it does (and what its name says); the reason goes to
 * out. */
bool lf_gives_away(const lf_history *history, size_t column, const lf_profiles *profiles,
                   char out[LF_REASON]);
/* Whether won or lost rows alone have a value (or a value other than 0). */
bool lf_one_sided(const lf_history *history, size_t column, const lf_profiles *profiles, char out[LF_REASON]);
/* Training rows of which both days are known, 5,000 at most; none where the history has not both. */
typedef struct lf_closing {
  size_t n, *row;
  double *created, *closed;
} lf_closing;

lf_status lf_closing_make(const lf_history *history, lf_closing *closing, lf_error *err);
void lf_closing_clear(lf_closing *closing);
/* Whether the column tells when a deal closed: its age, or the quarter. closing.c */
lf_status lf_follows_closing(const lf_history *history, size_t column, const lf_closing *closing,
                             char out[LF_REASON], bool *follows, lf_error *err);

/* Two columns that give the outcome away together. */
typedef struct lf_joint_leak {
  size_t column[2];
  bool won;     /* by the wins, else by the losses */
  double share; /* of them in crossings that are nearly pure; 0: there is no such pair */
} lf_joint_leak;

/* The pair of attributes that gives away most. pairs.c */
lf_status lf_find_joint_leak(const lf_history *history, const lf_profiles *profiles, lf_joint_leak *found,
                             lf_error *err);
/* Why the first (0) or the second (1) of the pair is suspected. */
void lf_joint_reason(const lf_history *history, const lf_joint_leak *leak, int which, char out[LF_REASON]);

/* The questions to ask about a column that stays. strongest: the best AUC among the other attributes. */
lf_status lf_ask(lf_history *history, size_t column, const lf_profiles *profiles, double strongest,
                 lf_error *err);

/* E-mail addresses, phone numbers, web addresses, names of people: "e-mail addresses", …, or NULL. */
const char *lf_contact_kind(const lf_column *column, size_t n_rows);
/* Whether every row has a value of its own, and the name or the values say that it is an identifier. */
bool lf_is_identifier(const lf_column *column, size_t n_rows);
/* Whether two columns say the same: a one-to-one map between their values, missing to missing. */
lf_status lf_say_the_same(const lf_column *a, const lf_column *b, size_t n_rows, bool *same, lf_error *err);
/* A hash of the first rows that is the same for columns that say the same, so that few pairs have to be
 * compared. */
lf_status lf_print_of_values(const lf_column *column, size_t n_rows, uint64_t *print, lf_error *err);

#endif
