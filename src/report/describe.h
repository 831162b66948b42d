/* Structs of every room -> trees in the form of report.json. Each returns a new tree, or NULL where memory is
 * short. */
#ifndef LF_REPORT_DESCRIBE_H
#define LF_REPORT_DESCRIBE_H

#include "base/build.h"
#include "card/build.h"
#include "evidence/evidence.h"
#include "fit/plain.h"
#include "history/history.h"
#include "judge/judge.h"

json_t *
lf_describe_data(const lf_history *history); /* data{rows, used, won, lost, open, excluded, columns, notes} */
json_t *
lf_describe_maturity(const lf_history *history); /* data.maturity{…}; null without created and close dates */
json_t *lf_describe_outcome(
    const lf_history *history); /* outcome{column, won, lost, won_values, lost_values, amount, date, …} */
json_t *
lf_describe_split(const lf_history *history); /* split{kind, train, holdout, from, folds, folds_in_time} */
/* provenance{…} of a report and of a scorecard; command: how it was asked for. */
json_t *lf_describe_provenance(const lf_history *history, const char *command, uint64_t seed);
/* provenance.promise of a scorecard: what it delivers on the rows that judge, by the scores of all rows and
 * the AUC of those (NULL: none). */
lf_status lf_describe_promise(const lf_history *history, const lf_card_build *build, const int32_t *score,
                              const lf_interval *auc, json_t **tree, lf_error *err);
json_t *lf_describe_inputs(const lf_table *table); /* [{name, bytes, rows, sha256, delimiter, note}] */
json_t *lf_describe_judgement(const lf_judgement *judgement); /* holdout{…} */
json_t *lf_describe_plain(const lf_plain *plain);             /* model{…} of the plain method */
json_t *lf_describe_coefficients(const lf_coefficient *coefficients, size_t n);
/* The tree of `inspect`: inputs, data (its columns with words and what is said of them), outcome, split,
 * missing, said. */
lf_status lf_describe_inspection(const lf_history *history, json_t **tree, lf_error *err);
json_t *lf_describe_texts(const lf_text_list *list); /* an array of texts */

/* Rows, wins and amount of won rows at each score from minimum to maximum. */
typedef struct lf_score_slice {
  double rows, won, amount;
} lf_score_slice;
typedef struct lf_score_counts {
  int minimum, maximum;
  lf_score_slice *at; /* maximum - minimum + 1 */
} lf_score_counts;

json_t *lf_describe_card_model(const lf_card_fit *fit,
                               const lf_scorecard *card); /* model{…} of the card method */
json_t *lf_describe_selection(const lf_card_fit *fit);    /* selection{…} */
/* What integers cost on the holdout, the line from score to log-odds refitted for both so that only rounding
 * is measured. NaN without holdout. */
typedef struct lf_rounding_cost {
  double auc_before, auc_after, log_loss_before, log_loss_after;
} lf_rounding_cost;
json_t *lf_describe_score(const lf_card_build *build, const lf_rounding_cost *cost); /* score{…} */
json_t *lf_describe_card(const lf_scorecard *card);                                  /* card[…] */
json_t *lf_describe_thresholds(const lf_score_counts *counts);                       /* thresholds[…] */
/* mql{…} and grades[…], delivered on the rows counted ("holdout" or "training"). */
json_t *lf_describe_mql(const lf_scorecard *card, const lf_score_counts *counts, const char *rows_of);
json_t *lf_describe_grades(const lf_scorecard *card, const lf_score_counts *counts);

/* attributes[…]: by the evidence where there is one, else by the tests of the plain method. */
json_t *lf_describe_attributes(const lf_history *history, const lf_evidence *evidence, const lf_plain *plain);
json_t *
lf_describe_evidence(const lf_evidence *evidence); /* evidence{rows, margin, noise_floor, rules, notes, …} */

/* "2021-01-31" of days since 1970-01-01. */
json_t *lf_describe_day(double day);

#endif
