/* Refits of one effect after some outcomes were changed, many in a row. Internal to evidence. */
#ifndef LF_EVIDENCE_REFIT_H
#define LF_EVIDENCE_REFIT_H

#include "evidence/effect.h"

typedef struct lf_refit lf_refit;

/* For changes of y or weight of the rows that take part in fit (not Firth's). rows and fit are borrowed. */
lf_status lf_refit_new(const lf_effect_rows *rows, const lf_effect_fit *fit, const lf_run *run,
                       lf_refit **refit, lf_error *err);
void lf_refit_free(lf_refit *f);

/* The effect with y and weight (each of rows->n; no row may join) in place of the rows' own; all NaN where
 * the iteration does not come to an end, as where an estimate becomes infinite. Starts where the last one
 * ended. */
lf_ratio lf_refit_ratio(lf_refit *f, const double *y, const double *weight);

/* Coefficients of the last refit: a start for lf_effect_fit_make. */
const double *lf_refit_coefficients(const lf_refit *refit);

/* e'A^-1 x_i of every row at the fit that refit was made from: how far a unit of the row's score (win: y - p;
 * amount: y/mu - 1; revenue: y - mu) moves the effect. out: rows->n; 0 for rows that take no part. */
void lf_refit_leverage(lf_refit *f, double *out);

#endif
