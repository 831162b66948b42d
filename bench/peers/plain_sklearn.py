"""scikit-learn, newton-cholesky on a sparse one-hot design; standard errors by hand. Reads with Polars, or with pandas.

    plain_sklearn.py FILE CUT [polars|pandas]"""
import sys

import numpy
from sklearn.linear_model import LogisticRegression

import common

read = common.read_pandas if sys.argv[3:] == ["pandas"] else common.read_polars
train, won, judge, judge_won = read(sys.argv[1], sys.argv[2])
(x, x_judge), names, shift, scale = common.sparse_design([train, judge])
fit = LogisticRegression(C=numpy.inf, solver="newton-cholesky", tol=1e-8, fit_intercept=False).fit(x, won)
b = fit.coef_[0]
area = common.auc(x_judge @ b, judge_won)
b, errors = common.to_user_scale(b, common.standard_errors(x, b), shift, scale)
common.finish(names, b, errors, area)
