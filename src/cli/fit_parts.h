/* The parts of one run of `leadfit fit`, and its report; `leadfit evidence` makes the same card for its
 * evidence. */
#ifndef LF_CLI_FIT_PARTS_H
#define LF_CLI_FIT_PARTS_H

#include "cli/command.h"
#include "evidence/price.h"
#include "report/describe.h"

/* What a run has made so far. Owned, but for options and run. */
typedef struct lf_fit_job {
  const lf_options *options;
  const lf_run *run;
  lf_history *history;
  lf_atoms *atoms; /* card method */
  lf_card_fit *card_fit;
  lf_card_build build;
  lf_prices *prices;     /* of the rules of leadfit.yaml, or NULL */
  lf_evidence *evidence; /* card method */
  int32_t *score;        /* of every row of the history */
  lf_plain *plain;       /* plain method */
  lf_scorecard *current; /* --current: the definition in force, until it was compared */
} lf_fit_job;

void lf_fit_job_clear(lf_fit_job *job);

/* The card method on job->history: atoms, card fit, card, scores of all rows and the evidence. */
lf_status lf_fit_card(lf_fit_job *job, lf_error *err);

/* Loads what --current names, before any work is done. */
lf_status lf_fit_open_current(lf_fit_job *job, lf_error *err);
/* changed{…} of the report; null without --current. */
lf_status lf_fit_describe_changed(lf_fit_job *job, json_t **tree, lf_error *err);

/* LF_E_USAGE where leadfit.yaml has rules: for a method that cannot keep them. */
lf_status lf_fit_refuse_rules(const lf_history *history, lf_error *err);
/* data{…} of the report, with the leads of each grade that never reached the other half of a join. */
lf_status lf_fit_describe_data(const lf_fit_job *job, json_t **tree, lf_error *err);
/* rules[…] of the report; null without rules. */
lf_status lf_fit_describe_rules(const lf_fit_job *job, json_t **tree, lf_error *err);
/* thresholds[…] with intervals, and volume{…}; counts are of the same rows. */
lf_status lf_fit_describe_thresholds(const lf_fit_job *job, const lf_score_counts *counts,
                                     json_t **thresholds, json_t **volume, lf_error *err);
/* exceptions{…}; null without holdout or threshold. */
lf_status lf_fit_describe_exceptions(const lf_fit_job *job, json_t **tree, lf_error *err);

/* selection.cap of the report: what --max-bands costs in training deviance and on the judged rows; null
 * without it. */
lf_status lf_fit_describe_cap(const lf_fit_job *job, json_t **tree, lf_error *err);
/* owners{…} and followup{…} of the report; null without a card. */
lf_status lf_fit_describe_owners(const lf_fit_job *job, json_t **tree, lf_error *err);
lf_status lf_fit_describe_followup(const lf_fit_job *job, json_t **tree, lf_error *err);
/* plan{…} of the report; null without --revenue. */
lf_status lf_fit_describe_plan(const lf_fit_job *job, json_t **tree, lf_error *err);
/* Adds leaks[…] and asked_about{…} of the report. */
lf_status lf_fit_describe_leaks(const lf_fit_job *job, lf_object *o, lf_error *err);

/* The report tree (leadfit-report/1): judges the holdout and the cross-fitted training rows. Gives the
 * scorecard its provenance, too. */
lf_status lf_fit_report(lf_fit_job *job, json_t **report, lf_error *err);

#endif
