"""LIBLINEAR's command line (trust-region Newton, -s 0), penalty made negligible; reading with Polars; standard errors by hand.
LIBLINEAR always has an L2 penalty: C = 1e6 here.

    plain_liblinear.py FILE CUT"""
import pathlib
import subprocess
import sys
import tempfile

import numpy
from sklearn.datasets import dump_svmlight_file

import common

train, won, judge, judge_won = common.read_polars(sys.argv[1], sys.argv[2])
(x, x_judge), names, shift, scale = common.sparse_design([train, judge])
with tempfile.TemporaryDirectory() as folder:
    data, model = str(pathlib.Path(folder, "data")), pathlib.Path(folder, "model")
    dump_svmlight_file(x, 2 * won - 1, data, zero_based=False)
    subprocess.run(["liblinear-train", "-s", "0", "-c", "1e6", "-e", "1e-8", "-q", data, model], check=True)
    head, _, weights = model.read_text().partition("w\n")
first = float(head.split("label ")[1].split()[0])
b = numpy.array(weights.split(), float) * first
area = common.auc(x_judge @ b, judge_won)
b, errors = common.to_user_scale(b, common.standard_errors(x, b), shift, scale)
common.finish(names, b, errors, area)
