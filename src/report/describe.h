/* Structs of every room -> trees in the form of report.json. Each returns a new tree, or NULL where memory is short. */
#ifndef LF_REPORT_DESCRIBE_H
#define LF_REPORT_DESCRIBE_H

#include "base/build.h"
#include "card/card.h"
#include "fit/plain.h"
#include "history/history.h"
#include "judge/judge.h"

json_t *lf_describe_data(const lf_history *history);    /* data{rows, used, won, lost, open, excluded, columns, notes} */
json_t *lf_describe_outcome(const lf_history *history); /* outcome{column, won, lost, amount, date, account} */
json_t *lf_describe_split(const lf_history *history);   /* split{kind, train, holdout, from, folds, folds_in_time} */
json_t *lf_describe_inputs(const lf_table *table);      /* [{name, bytes, rows, sha256, delimiter, note}] */
json_t *lf_describe_judgement(const lf_judgement *judgement); /* holdout{…} */
json_t *lf_describe_plain(const lf_plain *plain);       /* model{…} of the plain method */
json_t *lf_describe_coefficients(const lf_coefficient *coefficients, size_t n);
json_t *lf_describe_texts(const lf_text_list *list);    /* an array of texts */

/* "2021-01-31" of days since 1970-01-01. */
json_t *lf_describe_day(double day);

#endif
