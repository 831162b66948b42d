"""optbinning: optimal bins of every attribute, no trend asked of them, all cores.

    band_optbinning.py FILE MAX_BINS MIN_SHARE"""
import json
import sys
import time

import numpy
import pandas
from joblib import Parallel, delayed
from optbinning import OptimalBinning

import common

table = pandas.read_csv(sys.argv[1])
won = (table["Stage"] == "Closed Won").to_numpy(int)
table = table.drop(columns=[*common.NO_ATTRIBUTES, "Amount"])


def bin_one(name, values):
    number = pandas.api.types.is_numeric_dtype(values)
    fit = OptimalBinning(name=name, dtype="numerical" if number else "categorical", max_n_bins=int(sys.argv[2]),
                         min_bin_size=float(sys.argv[3]), monotonic_trend=None, solver="cp")
    code = fit.fit_transform(values.to_numpy() if number else values.to_numpy(object), won, metric="indices")
    rows = numpy.bincount(code)
    wins = numpy.bincount(code, weights=won)
    used = rows > 0
    rows, wins = rows[used], wins[used]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        lost = rows - wins
        deviance = -2 * (numpy.where(wins > 0, wins * numpy.log(wins / rows), 0).sum()
                         + numpy.where(lost > 0, lost * numpy.log(lost / rows), 0).sum())
    return name, {"bands": int(used.sum()), "deviance": float(deviance)}


began = time.perf_counter()
found = dict(Parallel(n_jobs=-1)(delayed(bin_one)(name, table[name]) for name in table.columns))
json.dump({"seconds": time.perf_counter() - began, "attributes": found}, sys.stdout)
