"""statsmodels Logit (Newton on a dense one-hot design), reading with Polars.

    plain_statsmodels.py FILE CUT"""
import sys

import statsmodels.api

import common

train, won, judge, judge_won = common.read_polars(sys.argv[1], sys.argv[2])
(x, x_judge), names, shift, scale = common.sparse_design([train, judge])
fit = statsmodels.api.Logit(won, x.toarray()).fit(method="newton", maxiter=50, disp=0)
area = common.auc(x_judge @ fit.params, judge_won)
b, errors = common.to_user_scale(fit.params, fit.bse, shift, scale)
common.finish(names, b, errors, area)
