"""glum (IRLS on tabmat's categorical columns, never expanded), reading with Polars; its own standard errors.

    plain_glum.py FILE CUT"""
import sys

import numpy
from glum import GeneralizedLinearRegressor

import common

train, won, judge, judge_won = common.read_polars(sys.argv[1], sys.argv[2])
train, judge = common.as_pandas(train), common.as_pandas(judge)
fit = GeneralizedLinearRegressor(family="binomial", alpha=0, drop_first=True, solver="irls-ls", gradient_tol=1e-7,
                                 max_iter=50, categorical_format="{name}={category}")
fit.fit(train, won)
errors = fit.std_errors(train, won, robust=False, expected_information=True, dispersion=1.0)
area = common.auc(fit.predict(judge), judge_won)
common.finish(["(intercept)", *fit.feature_names_], numpy.r_[fit.intercept_, fit.coef_], errors, area)
