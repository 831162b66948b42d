/* What a suspected leak is worth: holdout AUC of the card's fit with the column and without it, and what the
 * other attributes weigh beside it and without it. */
#ifndef LF_EVIDENCE_LEAKS_H
#define LF_EVIDENCE_LEAKS_H

#include "fit/select.h"
#include "judge/judge.h"

/* A band of another attribute: its log-odds. */
typedef struct lf_leak_band {
  char *label;
  double without, with;
} lf_leak_band;

/* Another attribute: log-odds between a typical high and a typical low lead (two standard deviations of what
 * it adds to the training rows), then its bands. */
typedef struct lf_leak_weight {
  const char *attribute; /* of the table */
  double without, with;
  size_t n_bands;
  lf_leak_band *bands;
} lf_leak_weight;

typedef struct lf_leak {
  const char *column;           /* of the table */
  bool left_out;                /* gives the outcome away; else kept and asked about */
  const char *reason;           /* of the history's role */
  double auc_with, auc_without; /* NaN without a holdout, or where the column cannot be banded */
  size_t n_weights; /* of the card's other attributes; 0 where the AUC is NaN or nothing changes */
  lf_leak_weight *weights;
} lf_leak;

typedef struct lf_leaks {
  size_t n;
  lf_leak *items; /* left out first, then asked about, in the table's order */
  /* The card's fit with all its columns that are asked about, and without any of them. */
  size_t n_asked; /* such columns on the card; 0 also without a holdout */
  lf_interval auc_with_asked, auc_without_asked;
} lf_leaks;

/* Bands of the card stay; weights are refitted at its ridge penalty. The result points into the history. */
lf_status lf_leaks_make(const lf_history *history, const lf_card_fit *fit, const lf_run *run,
                        lf_leaks **leaks, lf_error *err);
void lf_leaks_free(lf_leaks *leaks);

#endif
