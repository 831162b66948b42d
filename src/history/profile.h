/* What each column does on the training rows, for the screens. Internal to history. */
#ifndef LF_HISTORY_PROFILE_H
#define LF_HISTORY_PROFILE_H

#include "history/draft.h"

typedef struct lf_profile {
  double rows[2];    /* weight of lost [0] and won [1] training rows */
  double filled[2];  /* of those with a value */
  double nonzero[2]; /* of those with a value other than 0; numbers only */
  size_t levels;     /* cells with rows, missing aside */
  double auc; /* of the column alone, each row judged by its level's win rate in the other folds; NaN where
                 not made */
  double auc_error; /* its standard error */
  double wrong;     /* share of rows whose side that rate gets wrong */
  double pure_won;  /* share of the wins that lie in levels where nearly every row is won */
  double pure_lost; /* share of the losses that lie in levels where nearly every row is lost */
  double calendar;  /* share of its variation that lies between blocks of time (or of file order); NaN where
                       not made */
} lf_profile;

typedef struct lf_profiles {
  size_t n;
  lf_profile *items; /* one a column, owned */
  double order_auc;  /* of the block of time alone; NaN where rows are too few */
  double won, lost;  /* weight of training rows */
} lf_profiles;

/* Profiles every column of the training rows. */
lf_status lf_profiles_make(const lf_history *history, const lf_run *run, lf_profiles *profiles,
                           lf_error *err);
void lf_profiles_clear(lf_profiles *profiles);

#endif
