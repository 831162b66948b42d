/* The parts lf_judge is put together from. Internal to judge; each fills its own fields of the judgement. */
#ifndef LF_JUDGE_PARTS_H
#define LF_JUDGE_PARTS_H

#include "judge/rank.h"

/* LF_E_DATA where rows cannot be judged (see lf_judge); scores other than rows->score are checked too. */
lf_status lf_check_rows(const lf_judge_rows *rows, const double *score, lf_error *err);

/* auc.c: area under the ROC curve; NaN with one class only. */
double lf_rank_auc(const lf_rank *rank);
lf_status lf_auc_interval(const lf_judge_rows *rows, const lf_rank *rank, lf_interval *auc, lf_error *err);

/* gains.c: KS and average precision; lift, shares at the top, revenue capture. */
void lf_judge_ks(const lf_rank *rank, lf_judgement *out);
void lf_judge_average_precision(const lf_rank *rank, lf_judgement *out);
void lf_judge_lift(const lf_rank *rank, lf_judgement *out);
lf_status lf_judge_revenue(const lf_judge_rows *rows, const lf_rank *rank, const lf_run *run,
                           lf_judgement *out, lf_error *err);

/* loss.c: log loss, Brier score, Spiegelhalter's z. */
lf_status lf_judge_loss(const lf_judge_rows *rows, const lf_run *run, lf_judgement *out, lf_error *err);

/* calibration.c: slope and intercepts of a logistic regression of won on logit(p). */
lf_status lf_judge_calibration(const lf_judge_rows *rows, const lf_run *run, lf_judgement *out,
                               lf_error *err);

/* hosmer.c: Hosmer-Lemeshow, the calibration curve over the same groups, and its expected calibration error.
 */
lf_status lf_judge_hosmer(const lf_judge_rows *rows, const lf_rank *rank, bool holdout, const lf_run *run,
                          lf_judgement *out, lf_error *err);

#endif
